"""The place card, and the details of any other record."""

import re
from html import escape

import altair as alt
import pandas as pd
import streamlit as st

from domain import codes, news, place_card
from domain.filters import DAY_NAMES, day_words
from domain.people import Actor, Permission
from domain.place_card import Note, PlaceCard
from layers import catalogue, present
from screens import (
    desk,
    follow_button,
    map_change,
    map_panel,
    map_state,
    map_view,
    news_state,
    note_thread,
    place_state,
)
from screens.map_state import MapState
from screens.note_form import sentence

SHORT = [name[:3] for name in DAY_NAMES]
GRID_REFERENCE = re.compile(r"[A-Z]{2}(?: \d+){2}$")


def show(state: MapState, actor: Actor) -> None:
    """Show what was chosen on the map or in the list."""
    if state.picked is None:
        return
    name, number = state.picked
    if name == "places" and number.isdecimal() and actor.may(Permission.SEE_PLACES):
        with desk.shown_errors():
            with desk.reading() as (session, who):
                card = place_card.card(session, who, int(number))
            place(card, actor)
    else:
        record(name, number, state, actor)
    if st.button("Close", icon=":material/close:", width="stretch", key="close_record"):
        map_state.go(state.having(picked=None))


def record(name: str, number: str, state: MapState, actor: Actor) -> None:
    """Show one record of any layer: what it is, when, and how surely it is known."""
    row = map_view.row_of(name, number, state, actor)
    noted = int(number) if name == "annotations" and number.isdecimal() else None
    if row is None:
        st.info("This record is not on the map with these filters.")
        if noted is not None:
            note_thread.show(noted, actor, words=True)
        return
    layer = catalogue.CATALOGUE[name]
    st.subheader(map_panel.plain(str(row["label"].iloc[0])), anchor=False)
    st.markdown(map_panel.plain(str(row["detail"].iloc[0])))
    st.caption(f"{layer.title}. {layer.about}")
    st.caption(present.precision_words(catalogue.sight(actor, name)))
    if noted is not None:
        note_thread.show(noted, actor, words=False)
    if name in map_change.WRITTEN and number.isdecimal():
        map_change.take_back(int(number), state)


def place(card: PlaceCard, actor: Actor) -> None:
    """Show a place: what it is, strengths beside worries, evidence, guardians, history."""
    head(card)
    st.link_button(
        "Open the case", place_state.address(card.id), icon=":material/folder_open:",
        width="stretch", type="primary",
    )  # fmt: skip
    map_change.show(card, actor)
    follow_button.show(card)
    words(card)
    evidence(card)
    guardians(card)
    notes(card)
    analyses(card)
    history(card)
    for line in card.precision_words():
        st.caption(line)


def head(card: PlaceCard) -> None:
    """Name, type, state and review; the marking of the record."""
    harm = codes.current().harm_types
    st.html(
        f"""<div class="sg-card"><h2>{escape(card.name)}</h2>
        <p class="sg-quiet">{escape(sentence(card.type_label))} · {unbroken(card.location)}</p>
        <p><span class="sg-state">{escape(sentence(card.status.words))}</span>
        <span class="{"sg-late" if card.overdue else ""}">{escape(card.review_words())}</span></p>
        <p>{escape(sentence(harm.label(card.harm_primary)))}{further(card)}</p>
        <p class="sg-quiet">{escape(dates(card))}</p>
        <p class="sg-quiet">{escape(" · ".join(filter(None, (card.marking, card.handling))))}</p>
        </div>"""
    )


def unbroken(location: str) -> str:
    """Return a location for the page, its grid reference kept on one line."""
    return GRID_REFERENCE.sub(r'<span class="sg-firm">\g<0></span>', escape(location))


def further(card: PlaceCard) -> str:
    """Name the further types of harm."""
    listed = [codes.current().harm_types.label(code) for code in card.harm_further]
    return f'<span class="sg-quiet"> · also {escape(", ".join(listed))}</span>' if listed else ""


def dates(card: PlaceCard) -> str:
    """Say since when it is known, and when something was last told of it."""
    last = f"last evidence {day_words(card.last_evidence)}" if card.last_evidence else ""
    owner = f"held by {card.owner}" if card.owner else ""
    return " · ".join(filter(None, [f"First noted {day_words(card.first_noted)}", last, owner]))


def words(card: PlaceCard) -> None:
    """Strengths and worries side by side in weight: the same size, one after the other."""
    strong = escape(card.strengths) or "Nothing noted yet. What helps here?"
    parts = [f'<div class="sg-strong"><h3>What is strong here</h3><p>{strong}</p></div>']
    if not card.neutral:
        worry = escape(card.worries) or "Nothing noted."
        parts.append(f'<div class="sg-worry"><h3>What worries us</h3><p>{worry}</p></div>')
    st.html("".join(parts))


def evidence(card: PlaceCard) -> None:
    """Recent evidence by month, and by hour and weekday."""
    found = card.evidence
    rows = [
        {"Month": month.month, "Records": count, "Kind": kind}
        for month in found.months
        for kind, count in (
            ("Incidents", month.incidents),
            ("Named in missing episodes", month.touches),
            ("Annotations", month.annotations),
        )
        if count
    ]
    st.markdown("##### Evidence by month")
    if rows:
        st.altair_chart(by_month(pd.DataFrame(rows)), width="stretch")
    else:
        st.caption("Nothing recorded here that can be shown, in the last two years.")
    st.markdown("##### When")
    table = when(card)
    if table is None:
        st.caption("Too little is known of the hours to show them.")
    else:
        st.altair_chart(table, width="stretch")
    if found.when_unknown:
        st.caption(f"{found.when_unknown} more with the hour not known.")


def by_month(rows: pd.DataFrame) -> alt.Chart:
    """Draw records by month, a colour and a pattern of stacking for each kind."""
    return (
        alt.Chart(rows, height=250)
        .mark_bar()
        .encode(
            x=alt.X("yearmonth(Month):T", title=None, axis=alt.Axis(format="%b %y", tickCount=6)),
            y=alt.Y("sum(Records):Q", title=None, axis=alt.Axis(tickMinStep=1)),
            color=alt.Color("Kind:N", legend=alt.Legend(orient="bottom", title=None, columns=1)),
            tooltip=["Kind", alt.Tooltip("yearmonth(Month):T", title="Month"), "Records"],
        )
    )


def when(card: PlaceCard) -> alt.Chart | None:
    """Draw incidents by hour and weekday in London, or nothing where none may be shown."""
    rows = [
        {"Day": SHORT[day], "Hour": hour, "Records": int(count)}
        for day, hours in enumerate(card.evidence.when or ())
        for hour, count in enumerate(hours)
        if count
    ]
    if not rows:
        return None
    return (
        alt.Chart(pd.DataFrame(rows), height=210)
        .mark_rect()
        .encode(
            x=alt.X("Hour:O", title="Hour", scale=alt.Scale(domain=list(range(24))),
                    axis=alt.Axis(values=[0, 6, 12, 18, 23], labelAngle=0)),
            y=alt.Y("Day:O", title=None, sort=SHORT, scale=alt.Scale(domain=SHORT),
                    axis=alt.Axis(labelOverlap=False)),
            color=alt.Color("Records:Q", legend=None),
            tooltip=["Day", "Hour", "Records"],
        )
    )  # fmt: skip


def guardians(card: PlaceCard) -> None:
    """Who guards the place, and whether they are open now."""
    st.markdown("##### Community Guardians")
    if not card.guardians:
        st.caption("Nobody is named yet. Who is near, and cares?")
    for each in card.guardians:
        now = {True: "open now", False: "closed now", None: "hours not known"}[each.open_now]
        traits = [
            name
            for name, held in (("trained", each.trained), ("trusted by young people", each.trusted))
            if held
        ]
        name = each.name or "A guardian near here"  # a neutral card names no premises
        st.markdown(f"**{map_panel.plain(name)}**  \n{', '.join([now, *traits])}")


def notes(card: PlaceCard, most: int | None = None) -> None:
    """Annotations, strengths and worries alike, the latest first; with ``most`` the rest folded."""
    if not card.notes:
        return
    st.markdown("##### Annotations")
    fresh = news.unread(news_state.items())
    told = [note(each, fresh.get(each.id, 0)) for each in card.notes]
    st.html("".join(told[:most]))
    if most and told[most:]:
        with st.expander(f"Earlier annotations ({len(told) - most})", icon=":material/notes:"):
            st.html("".join(told[most:]))


def note(each: Note, fresh: int) -> str:
    """Write a note, how surely it is known, how it may be passed on, and the way to its thread."""
    kind = sentence(codes.current().annotation_kinds.label(each.kind))
    to = f"/?layers=places,annotations&pick=annotations:{each.id}"
    way = f"Open and reply{news_state.badge(fresh)}"
    lines = [
        f"<strong>{escape(kind)}</strong>, {day_words(each.noted_on)}",
        escape(each.text),
        f"<em>{escape(sentence(each.grade))}</em>" if each.grade else "",
        escape(each.handling),
        f'<a class="sg-link" href="{to}" target="_self">{way}</a>',
    ]
    return f"<p>{'<br>'.join(filter(None, lines))}</p>"


def analyses(card: PlaceCard) -> None:
    """Analyses that were named as evidence, each a way to it."""
    if not card.analyses:
        return
    links = "".join(
        f'<li><a href="/insight?insight={each.id}" target="_self">{escape(each.title)}</a></li>'
        for each in card.analyses
    )
    st.html(f"<h5>Analyses named as evidence</h5><ul>{links}</ul>")


def history(card: PlaceCard) -> None:
    """How the place came here, the newest first."""
    if not card.history:
        return
    with st.expander("History"):
        for line in card.history:
            state = f": {line.status.words}" if line.status else ""
            who = f" ({line.who})" if line.who else ""
            st.markdown(
                f"**{day_words(line.at.date())}** {line.said}{state}{map_panel.plain(who)}  \n"
                f"{map_panel.plain(line.reason)}"
            )
