"""The head of a place's page: what it is, where it stands, and the parts of its case."""

from html import escape

import streamlit as st

from domain import codes
from domain.people import Tier
from domain.place_card import PlaceCard
from domain.status import Status
from screens import map_card, place_state
from screens.note_form import sentence

WAY = (Status.WATCH, Status.ASSESSING, Status.PLAN, Status.REVIEW, Status.STEPPED_DOWN)


def show(card: PlaceCard, *, whole: bool) -> None:
    """Show name, kind and state; with ``whole`` also review, owner, harm and marking."""
    about = [sentence(card.type_label), card.location]
    st.html(
        f"""<div class="sg-case"><h1>{escape(card.name)}</h1>
        <p class="sg-quiet">{" · ".join(map(unbroken, about))}
        · <a class="sg-link" href="{on_map(card)}" target="_self">Show on the map</a></p>
        {way(card)}{facts(card) if whole else ""}</div>"""
    )
    if card.merged_into:
        st.info("This place became a part of another. Nothing more is done here.")
        st.link_button("Open that place", place_state.address(card.merged_into))


def facts(card: PlaceCard) -> str:
    """Write when it is reviewed, who holds it, which harm is told of it, and who reads it."""
    harm = codes.current().harm_types.label(card.harm_primary)
    held = f"Held by {card.owner}" if card.owner else "Nobody holds it yet"
    aliases = f"Also called {', '.join(card.aliases)}" if card.aliases else ""
    return (
        f'<p class="sg-case-line"><span class="{"sg-late" if card.overdue else ""}">'
        f"{escape(card.review_words())}</span> <span>{escape(held)}</span>"
        f"<span>{escape(sentence(harm))}{map_card.further(card)}</span></p>"
        f'<p class="sg-quiet">{escape(" · ".join(filter(None, [marked(card), aliases])))}</p>'
    )


def unbroken(text: str) -> str:
    """Return text for the page, a grid reference at its end kept on one line."""
    return map_card.unbroken(text)


def marked(card: PlaceCard) -> str:
    """Say how the record is marked and who reads it."""
    reads = Tier(card.tier).title.lower() if card.tier in set(Tier) else ""
    label = codes.current().markings.label(card.marking)
    return " · ".join(filter(None, [label, f"Read by: {reads} and above" if reads else ""]))


def on_map(card: PlaceCard) -> str:
    """Return the address of the map on which this place is chosen."""
    return f"/?pick=places:{card.id}"


def way(card: PlaceCard) -> str:
    """Draw the way of a place, from watched to stepped down, and where it stands on it."""
    if card.status is Status.ARCHIVED:
        return '<p><span class="sg-state">Archived</span></p>'
    steps = "".join(
        f'<li aria-current="step"><strong>{escape(sentence(each.words))}</strong></li>'
        if each is card.status
        else f"<li>{escape(sentence(each.words))}</li>"
        for each in WAY
    )
    return f'<ol class="sg-way" aria-label="Where the place stands">{steps}</ol>'


def parts(card: PlaceCard) -> list[str]:
    """Name the parts of the case that this reader has: neutral cards have two."""
    if card.neutral:
        return [place_state.OVERVIEW, place_state.TIMELINE]
    return list(place_state.PARTS)


def choose(card: PlaceCard, now: str) -> str:
    """Let the reader turn to a part; the address names it."""
    key = f"place_part_{card.id}_{now}_{place_state.turn()}"
    part = st.segmented_control(
        "Part of the case", parts(card), default=now, format_func=place_state.PARTS.__getitem__,
        key=key, required=True, label_visibility="collapsed",
    )  # fmt: skip
    if part != now:
        place_state.go(card.id, part)
    return part
