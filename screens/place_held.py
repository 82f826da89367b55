"""Who holds what at a place: actions by agency, guardians, documents, and who reads it."""

from html import escape

import streamlit as st

from domain import place_documents, place_expiry, place_sharing, plan_board
from domain.filters import day_words
from domain.people import Tier
from domain.place_card import PlaceCard
from domain.plan_board import Card
from screens import (
    action_words,
    desk,
    evaluation_list,
    evaluation_state,
    map_card,
    place_state,
)


def show(card: PlaceCard) -> None:
    """Show what each agency has in hand, and who guards the place."""
    with desk.reading() as (session, actor):
        wanted = plan_board.Board(place_ids=[card.id])
        held = plan_board.cards(session, actor, wanted)
        shared = place_sharing.of_place(session, actor, card.id)
        papers = place_documents.of_place(session, actor, card.id)
    st.header("Who holds what", anchor=False)
    if card.neutral:
        st.html('<p class="sg-quiet">You see the actions that your own agency owns.</p>')
    st.html(listed(held) or '<p class="sg-quiet">No action yet.</p>')
    map_card.guardians(card)
    map_card.analyses(card)
    evaluations(card)
    if papers:
        documents(papers)
    if not card.neutral:
        readers(card, [each for each in shared if each.ended_at is None])


def evaluations(card: PlaceCard) -> None:
    """Show whether plans here changed anything, and let who may set an evaluation begin."""
    known = evaluation_list.beside(card.id)
    ask = ""
    if evaluation_state.may_set(desk.actor()) and not card.merged_into:
        way = escape(evaluation_state.of_place(card.id, setting=True))
        ask = f'<p><a class="sg-link" href="{way}" target="_self">Set an evaluation</a></p>'
    if known or ask:
        st.html(f"<h5>Did it change anything?</h5>{known}{ask}")


def listed(held: list[Card]) -> str:
    """List the actions under the agency that owns them, those that are open first."""
    agencies: dict[str, list[Card]] = {}
    for each in sorted(held, key=lambda one: (not action_words.is_open(one), one.due)):
        agencies.setdefault(each.agency, []).append(each)
    return "".join(
        f"<h3>{escape(agency)}</h3><ul class='sg-acts'>{''.join(map(row, found))}</ul>"
        for agency, found in agencies.items()
    )


def row(card: Card) -> str:
    """Show one action in a line, with the way to it."""
    return (
        f'<li><a class="sg-link" href="{action_words.address(card.id)}" target="_self">'
        f"{escape(card.what)}</a><br>{action_words.chip(card)} "
        f'<span class="sg-quiet">{escape(action_words.due(card))}</span></li>'
    )


def documents(papers: list[place_documents.Document]) -> None:
    """List the packs that were made of this place, and for whose sight."""
    rows = "".join(
        f"<li>{escape(each.form.upper())}, for {escape(each.tier.title.lower())}: "
        f'<span class="sg-quiet">{escape(place_state.when(each.at))}, {escape(each.who)}</span>'
        "</li>"
        for each in papers
    )
    st.html(f'<h5>Documents that were made</h5><ul class="sg-list">{rows}</ul>')


def readers(card: PlaceCard, shared: list[place_sharing.PlaceSharing]) -> None:
    """Say who reads this place, and until when it is shared more widely."""
    told = f"Read by {Tier(card.tier).title.lower()} and above."
    told += runs_out(card)
    for each in shared:
        told += f" Shared more widely until {day_words(each.ends_on)}."
    st.html(
        f'<h5>Who reads it</h5><p class="sg-entry">{escape(told)} <a class="sg-link" '
        f'href="{place_state.address(card.id, place_state.SHARING)}" target="_self">Sharing</a></p>'
    )


def runs_out(card: PlaceCard) -> str:
    """Say when a place of which nothing new is known goes to fewer readers, once that is near."""
    with desk.reading() as (session, actor):
        near = [each for each in place_expiry.coming(session, actor) if each.place_id == card.id]
    return "".join(
        f" Nothing new is known since {day_words(each.last_known)}: after {day_words(each.on)} "
        "fewer people read it."
        for each in near
    )
