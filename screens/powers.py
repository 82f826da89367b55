"""Powers and tactics: the catalogue that plans choose from; each row a prompt to take advice."""

from html import escape

import streamlit as st

from domain import codes, matching, power_editions, powers
from domain.people import Permission
from domain.power_editions import Row
from domain.powers import ADVICE
from screens import desk, power_words
from screens.admin_desk import quiet
from screens.note_form import sentence

desk.actor().must(Permission.ACT)
TODAY = matching.today()


def asked() -> list[Row]:
    """Return the rows that the reader narrows the catalogue to, the least intrusive first."""
    lists = codes.current()
    types = {"": "Any place", **lists.place_types.offered()}
    kinds = {"": "Any agency", **lists.agency_kinds.offered()}
    words, place, agency, state = st.columns([3, 2, 2, 2], vertical_alignment="bottom")
    sought = words.text_input("Find", key="power_find", max_chars=80).strip().casefold()
    place_type = place.selectbox("Kind of place", list(types), key="power_place",
                                 format_func=lambda code: sentence(types[code]))  # fmt: skip
    kind = agency.selectbox("Who starts it", list(kinds), key="power_kind",
                            format_func=lambda code: sentence(kinds[code]))  # fmt: skip
    usable = state.toggle("Only what may be used now", value=False, key="power_usable")
    with desk.reading() as (session, _actor):
        rows = power_editions.rows(session)
    found = [
        each
        for each in rows.values()
        if each.power.fits(place_type or None, kind or None)
        and (not usable or each.power.usable(TODAY))
        and sought in power_words.sought(each.power)
    ]
    return sorted(found, key=lambda each: powers.gentlest(each.power))


def row(found: Row) -> str:
    """Write one row; its details open when it is pressed."""
    power = found.power
    marks = "".join(f'<span class="sg-mark sg-mark-off">{escape(each)}</span> '
                    for each in power_words.marks(power, TODAY))  # fmt: skip
    cautions = "".join(f'<p class="sg-mind">{escape(each)}</p>'
                       for each in power.cautions(TODAY) if each != ADVICE)  # fmt: skip
    state = "" if power.usable(TODAY) else " sg-tool-off"
    return (
        f'<details class="sg-tool{state}"><summary><span class="sg-tool-rank" '
        f'title="1 is the least intrusive">{power.least_intrusive_rank}</span>'
        f"<span><strong>{escape(power.tool)}</strong> {marks}</span></summary>"
        f"{cautions}{power_words.facts(power)}{power_words.edited(found)}</details>"
    )


st.title("Powers and tactics", anchor=False)
st.html(f'<p class="sg-entry"><strong>{escape(ADVICE)}</strong> England and Wales. The number says '
        "how intrusive a row is: 1 is the least.</p>")  # fmt: skip
found = asked()
past = sum(each.power.review_by < TODAY for each in found)
quiet(f"{len(found)} rows; {past or 'none'} past the day on which they should be checked again.")
st.html("".join(map(row, found)) if found else '<p class="sg-entry">Nothing fits. Take something '
        "out of the search.</p>")  # fmt: skip
quiet(
    "The administrator of this installation keeps the catalogue, and has it checked by a lawyer. A "
    "plan keeps the row as it stood on the day on which it was chosen."
)
