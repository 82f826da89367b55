"""The week of a place: when somebody who cares is open near, hour by hour, and when nobody is."""

from html import escape

import streamlit as st

from domain import guardian_map
from domain.filters import DAY_NAMES, joined
from domain.guardian_map import GuardianMap
from domain.place_card import PlaceCard
from geo.guardian_gaps import Gap
from screens import desk, map_card

CELLS = {
    Gap.OK: ("O", "sg-open", "someone is open"),
    Gap.GAP: ("N", "sg-nobody", "nobody is open"),
    Gap.UNKNOWN: ("?", "sg-unknown", "not known"),
}


def show(card: PlaceCard) -> None:
    """Show the hours with and without a guardian near, and who was counted."""
    with desk.reading() as (session, actor):
        found = guardian_map.of_place(session, actor, card.id)
    if not found.near:
        st.info(
            "No Community Guardian or safe place is known within five minutes' walk. Who is near, "
            "and cares? Add them as premises, then name them as guardians of this place.",
            icon=":material/person_search:",
        )
    st.html(f'<p class="sg-entry">{escape(answer(found))}</p>')
    st.html(week(found))
    legend = "".join(
        f'<li><span class="sg-hour {look}">{letter}</span> {words}</li>'
        for letter, look, words in CELLS.values()
    )
    st.html(f'<ul class="sg-hours-legend">{legend}</ul>')
    near(found)
    map_card.guardians(card)
    st.html("".join(f'<p class="sg-quiet">{escape(each)}</p>' for each in found.words))


def answer(found: GuardianMap) -> str:
    """Say in a sentence when nobody is open."""
    gaps = found.gaps()
    if not gaps:
        return "There is no hour in which we know that nobody is open near."
    evening = sum(hour >= 15 for _, hour in gaps)
    full = [DAY_NAMES[day] for day in range(7) if sum(each == day for each, _ in gaps) == 24]
    days = f" All day on {joined(full)}." if full else ""
    return (
        f"In {len(gaps)} of the week's 168 hours nobody is open within five minutes' walk; "
        f"{evening} of them lie between 15:00 and midnight.{days}"
    )


def week(found: GuardianMap) -> str:
    """Write the table of seven days and twenty-four hours."""
    heads = "".join(f'<th scope="col">{hour}</th>' for hour in range(24))
    rows = "".join(
        f'<tr><th scope="row">{DAY_NAMES[day]}</th>{"".join(map(cell, hours))}</tr>'
        for day, hours in enumerate(found.week)
    )
    return (
        '<div class="sg-scroll" tabindex="0" role="region" aria-label="Guardians by hour">'
        '<table class="sg-week"><caption>Each column is an hour of the day, London time. O: '
        "someone is open. N: nobody is open. ?: not known.</caption>"
        f"<thead><tr><td></td>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def cell(gap: Gap) -> str:
    """Write one hour."""
    letter, look, words = CELLS[gap]
    return f'<td class="{look}" title="{words}">{letter}</td>'


def near(found: GuardianMap) -> None:
    """Name who was counted, and how far they are."""
    rows = "".join(
        f"<li>{escape(each.name)}<span>{away(each.minutes)}</span>"
        f"<span>{'hours known' if each.hours_known else 'hours not known'}</span></li>"
        for each in found.near
    )
    if rows:
        st.html(f'<h2>Who was counted</h2><ul class="sg-rows">{rows}</ul>')


def away(minutes: float) -> str:
    """Say how far a guardian is."""
    whole = round(minutes)
    if whole == 0:
        return "here"
    return "1 minute's walk" if whole == 1 else f"{whole} minutes' walk"
