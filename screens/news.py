"""What is new for you: where you are asked, your threads, and the places and areas you follow."""

from itertools import groupby

import streamlit as st

from domain import areas, digests, follows, news
from domain.filters import day_words
from domain.matching import LONDON, today
from domain.news import Item
from domain.people import Permission
from screens import desk, news_state
from screens.admin_desk import plain, quiet, said, say

A_PAGE = 30


def listed(found: list[Item]) -> None:
    """List what happened by day, the latest first; pressing one opens it and marks it as read."""
    waiting = [each for each in found if each.unread]
    only = st.toggle("Only what you have not read", value=bool(waiting), key="news_only")
    shown = waiting if only else found
    if not shown:
        st.info(
            "Nothing new. Follow a place or an area to be told of what is noted there.",
            icon=":material/notifications_none:",
        )
        return
    most = st.session_state.get("news_most", A_PAGE)
    days = groupby(shown[:most], key=lambda each: each.at.astimezone(LONDON).date())
    with st.container(key="entries"):
        for day, of_day in days:
            st.markdown(f"##### {'Today' if day == today() else day_words(day)}")
            for each in of_day:
                row(each)
    if len(shown) > most and st.button("Show more"):
        st.session_state["news_most"] = most + A_PAGE
        st.rerun()


def row(each: Item) -> None:
    """Show one thing."""
    at = each.at.astimezone(LONDON)
    who = f" · {plain(each.who)}" if each.who else ""
    title = f"**{each.said}**" if each.unread else each.said
    label = f"{title} · {each.reference}{who} · {at:%H:%M}  \n{plain(shortened(each.words))}"
    icon = ":material/circle_notifications:" if each.unread else ":material/done:"
    if st.button(label, key=f"news_{each.key}", icon=icon, width="stretch"):
        news_state.read([each])
        open_it(each)


def shortened(words: str, most: int = 140) -> str:
    """Return the beginning of what somebody wrote."""
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"


def open_it(each: Item) -> None:
    """Open the note on the map, or the place."""
    if each.note_id is None:
        st.switch_page("place.py", query_params={"place": str(each.place_id)})
    number = str(each.note_id)
    st.session_state["go_to"] = ("annotations", number, each.key)
    st.session_state["open_section"] = "Details"
    st.switch_page(
        "map.py",
        query_params={"layers": "places,annotations", "pick": f"annotations:{number}"},
    )


def following() -> None:
    """List what is followed, and let a ward be followed."""
    st.subheader("You follow", anchor=False)
    with desk.reading() as (session, actor):
        mine = follows.mine(session, actor)
        kinds = areas.kinds(session, actor)
        known = {
            kind: areas.frame(session, actor, kind)["name"].to_dict()
            for kind in (areas.AreaKind.WARD, areas.AreaKind.BEAT)
            if kind in kinds
        }
    if not mine:
        quiet("Nothing yet. Open a place and press Follow, draw an area on the map, or choose one.")
    for each in mine:
        left, right = st.columns([4, 1], vertical_alignment="center")
        left.markdown(
            f"**{plain(each.name)}**  \n{each.kind}, since {day_words(each.since.date())}"
        )
        if right.button("End", key=f"end_{each.id}", help=f"Follow {plain(each.name)} no longer"):
            with desk.shown_errors():
                with desk.writing() as (session, actor):
                    follows.end(session, actor, each.id)
                say("You follow it no longer.")
    choices = {number: f"{name} ({kind.value})" for kind, of_kind in known.items()
               for number, name in of_kind.items()}  # fmt: skip
    if choices:
        with st.form("follow_area", border=False):
            chosen = st.selectbox(
                "Follow a ward or a beat", choices, None, format_func=choices.get,
                placeholder="Choose one",
            )  # fmt: skip
            if st.form_submit_button("Follow", disabled=False) and chosen is not None:
                with desk.shown_errors():
                    with desk.writing() as (session, actor):
                        follows.follow_area(session, actor, int(chosen))
                    say("You follow it now. What happens there from now on is told here.")


def by_mail() -> None:
    """Let somebody ask for the digest, or end it."""
    st.subheader("Once a day by e-mail", anchor=False)
    if not desk.house().mail:
        quiet("Your installation sends no e-mail yet. Ask your administrator.")
    with desk.reading() as (session, actor):
        reader = news.reader_of(session, actor.id) if actor.id is not None else None
    with st.form("digest", border=False):
        wanted = st.toggle("Send me a digest", value=bool(reader and reader.digest))
        email = st.text_input("To this address", reader.email if reader else "", max_chars=200)
        quiet(
            "It holds a number, a time and a link for each thing that is new, and nothing of what "
            "it is about. On a day without news you get none."
        )
        pressed = st.form_submit_button("Save")
    if pressed:
        with desk.shown_errors():
            with desk.writing() as (session, actor):
                digests.choose(session, actor, wanted=wanted, email=email)
            say("Saved. You get it once a day." if wanted else "Saved. You get no e-mail.")


desk.actor().must(Permission.SEE_PLACES)
st.title("What's new")
said()
found = news_state.items()
left, right = st.columns([3, 2], gap="large")
with left:
    if any(each.unread for each in found) and st.button(
        "Mark all as read", icon=":material/done_all:"
    ):
        with desk.writing() as (session, actor):
            news.mark_all_read(session, actor, found[0].at)
        say("All read.")
    listed(found)
with right:
    following()
    by_mail()
