"""The timeline of a place: all that happened, each line a way to what it tells of."""

from collections.abc import Iterable, Iterator
from html import escape

import streamlit as st

from domain import case_timeline
from domain.case_timeline import Entry, Link
from domain.filters import day_words
from domain.matching import LONDON
from domain.people import Permission
from domain.place_card import PlaceCard
from screens import desk, place_state
from screens.place_state import Opened

KINDS = {
    "concern": "Concerns",
    "note": "Annotations",
    "evidence": "Analyses",
    "place": "The place",
    "visit": "Visits",
    "screening": "Screening",
    "decision": "Meetings",
    "assessment": "Assessments",
    "weighting": "Weighing",
    "plan": "Plan",
    "goal": "Goals",
    "action": "Actions",
    "review": "Reviews",
    "evaluation": "Evaluations",
    "sharing": "Sharing",
}
NAMES = {
    "concern": "the report",
    "note": "the annotation",
    "insight": "the analysis",
    "assessment": "the assessment",
    "weighting": "the weighing",
    "plan": "the plan",
    "goal": "the goal",
    "action": "the action",
    "review": "the review",
    "evaluation": "the evaluation",
    "sharing": "the sharing",
    "place": "the other place",
    "screening": "the screening",
    "decision": "the meeting's decision",
    "patrol": "the patrol",
    "task": "what was agreed",
}
PAGE = 40
NEAR = 3
"""How many records a line names that it belongs with; a press leads to all of them."""
CASE = "/place?place={place}&part="
PATHS = {
    "concern": "/concerns?concern={number}",
    "note": "/?layers=places,annotations&pick=annotations:{number}",
    "insight": "/insight?insight={number}",
    "decision": "/meetings?decision={number}",
    "patrol": "/patrols?patrol={number}",
    "assessment": CASE + "assessment&record={number}",
    "weighting": CASE + "assessment",
    "plan": CASE + "plan",
    "goal": CASE + "plan",
    "review": CASE + "plan",
    "action": "/actions?action={number}",
    "evaluation": "/evaluations?evaluation={number}",
    "sharing": CASE + "sharing",
    "place": "/place?place={number}",
}
"""Where each kind of record is opened."""
NEEDS = {
    "concern": Permission.MODERATE,
    "insight": Permission.ANALYSE,
    "patrol": Permission.SEE_PATROLS,
}
"""What a reader must be able to do to open one of these."""


def read(card: PlaceCard) -> list[Entry]:
    """Return the lines that this reader may read, the latest first."""
    with desk.reading() as (session, actor):
        return case_timeline.of_place(session, actor, card.id)


def latest(card: PlaceCard, number: int) -> None:
    """Show the last few lines, and lead to the others."""
    entries = read(card)
    st.header("What happened lately", anchor=False)
    if not entries:
        st.html('<p class="sg-quiet">Nothing is noted yet.</p>')
        return
    st.html(drawn(card, entries[:number], entries))
    if len(entries) > number and st.button(f"All of it ({len(entries)} lines)", key="whole_line"):
        place_state.go(card.id, place_state.TIMELINE)


def show(card: PlaceCard, asked: Opened) -> None:
    """Show the timeline, narrowed by kind or to what belongs to one record."""
    entries = read(card)
    if asked.of is not None:
        belonging(card, entries, asked.of)
        return
    there = [kind for kind in KINDS if any(each.kind == kind for each in entries)]
    others = sorted({each.kind for each in entries} - KINDS.keys())
    wanted = st.pills(
        "Show", [*there, *others], selection_mode="multi", key=f"kinds_{card.id}",
        format_func=lambda kind: KINDS.get(kind, kind.capitalize()),
        help="Choose one or more; none shows all.",
    )  # fmt: skip
    found = [each for each in entries if not wanted or each.kind in wanted]
    shown = st.session_state.get("lines_shown", PAGE)
    if not found:
        st.info("Nothing is noted yet. Annotations, decisions and actions will be listed here.")
        return
    st.html(drawn(card, found[:shown], entries))
    if len(found) > shown and st.button("Show earlier lines", key="more_lines"):
        st.session_state["lines_shown"] = shown + PAGE
        st.rerun()


def belonging(card: PlaceCard, entries: list[Entry], about: Link) -> None:
    """Show one record's lines and all that it belongs to, near and far."""
    joined = chain(entries, about)
    if st.button("Show the whole timeline", icon=":material/arrow_back:", type="tertiary"):
        place_state.go(card.id, place_state.TIMELINE)
    found = [each for each in entries if each.about in joined]
    if not found:
        st.info("Nothing that you may read belongs to it.")
        return
    st.html(drawn(card, found, entries))


def chain(entries: Iterable[Entry], about: Link) -> set[Link]:
    """Return a record and all that is linked to it, step by step."""
    links: dict[Link, set[Link]] = {}
    for each in entries:
        links.setdefault(each.about, set()).update(each.links)
    found, ahead = {about}, [about]
    while ahead:
        fresh = links.get(ahead.pop(), set()) - found
        found |= fresh
        ahead += fresh
    return found


def drawn(card: PlaceCard, shown: list[Entry], entries: list[Entry]) -> str:
    """Write lines for the page, each open to what it tells of and what belongs to it."""
    known = {each.about: each for each in entries}
    return f'<ol class="sg-line">{"".join(line(card, each, known) for each in shown)}</ol>'


def line(card: PlaceCard, each: Entry, known: dict[Link, Entry]) -> str:
    """Write one line."""
    here = each.at.astimezone(LONDON)
    at = day_words(here.date()) + ("" if each.day_only else f", {here:%H:%M}")
    title = escape(each.said)
    to = address(card, each.about)
    if to:
        title = f'<a class="sg-link" href="{to}" target="_self">{title}</a>'
    who = f" · {escape(each.who)}" if each.who else ""
    words = f"<p>{escape(each.words)}</p>" if each.words else ""
    near = "".join(_near(card, each, known))
    more = f'<p class="sg-quiet">With: {near}</p>' if near else ""
    return (
        f'<li class="sg-line-{escape(each.kind)}"><p class="sg-quiet">{at} · '
        f"{escape(KINDS.get(each.kind, each.kind.capitalize()))}{who}</p>"
        f"<h3>{title}</h3>{words}{more}</li>"
    )


def _near(card: PlaceCard, each: Entry, known: dict[Link, Entry]) -> Iterator[str]:
    for number, link in enumerate(each.links[:NEAR]):
        to = address(card, link)
        name = _name(link, known)
        yield ("; " if number else "") + (
            f'<a class="sg-link" href="{to}" target="_self">{name}</a>' if to else name
        )
    if (more := len(each.links) - NEAR) > 0:
        to = place_state.address(card.id, place_state.TIMELINE, of=each.about)
        yield f'; <a class="sg-link" href="{to}" target="_self">and {more} more</a>'


def _name(link: Link, known: dict[Link, Entry]) -> str:
    told = known[link].words if link in known and link[0] in ("goal", "action") else ""
    name = NAMES.get(link[0], link[0])
    return escape(f"{name} “{short(told)}”" if told else name)


def short(text: str, most: int = 48) -> str:
    """Shorten words to a line's end, at a space."""
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0] + " …"


def address(card: PlaceCard, about: Link) -> str:
    """Return where a record is opened by this reader; "" where there is nowhere more to go."""
    kind, number = about
    needs = NEEDS.get(kind)
    if kind not in PATHS or (needs is not None and not desk.actor().may(needs)):
        return ""
    return PATHS[kind].format(place=card.id, number=number)
