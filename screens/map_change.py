"""What a person may do from the card: change a place, annotate it, or take back their own words."""

from typing import Any

import streamlit as st

from domain import (
    annotation_changes,
    annotations,
    codes,
    place_changes,
    place_history,
    places,
)
from domain.annotations import Annotation, AnnotationState
from domain.people import Actor, Permission
from domain.place_card import PlaceCard
from domain.places import Place
from domain.status import Status
from layers import catalogue
from screens import desk, map_draw, map_state, note_form
from screens.map_state import MapState

WRITTEN = ("reports", "annotations")
"""Layers of what people wrote; an author takes their own back."""
STREET = codes.ref("precision", "street")


def show(card: PlaceCard, actor: Actor) -> None:
    """Offer what this person may do with the place."""
    if card.merged_into:
        return
    if actor.may(Permission.ANNOTATE):
        with st.popover("Annotate this place", icon=":material/edit_note:", width="stretch"):
            annotate(card, actor)
    if not card.neutral and actor.may(Permission.EDIT_PLACES):
        with st.popover("Change this place", icon=":material/edit:", width="stretch"):
            change(card, actor)


def annotate(card: PlaceCard, actor: Actor) -> None:
    """Note something of the place, at its own spot as finely as this reader knows it."""
    with st.form(f"annotate_{card.id}_{len(card.notes)}", border=False):
        given = note_of(card, actor)
        if st.form_submit_button("Save the annotation", type="primary"):
            saved(
                lambda session, who: annotation_changes.annotate(
                    session, who, place_id=card.id, **given
                )
            )


def note_of(card: PlaceCard, actor: Actor) -> dict[str, Any]:
    """Ask for an annotation; who sees the place by its street alone is not asked how surely."""
    if card.shape is None:
        given = note_form.asked(actor, where=False)
        return {**given, "shape": card.spot, "precision": STREET}
    return {**note_form.asked(actor), "shape": card.shape.representative_point()}


def change(card: PlaceCard, actor: Actor) -> None:
    """Choose what to change, and ask for it."""
    parts = {"State": move, "Words": reword, "Guardians": guard}
    names = [*parts, "Outline"]
    names += ["Merge"] if actor.may(Permission.MERGE_PLACES) else []
    part = st.segmented_control("What to change", names, default="State", key="change_part",
                                label_visibility="collapsed", required=True)  # fmt: skip
    if part == "Outline":
        redraw(card, actor)
    else:
        {**parts, "Merge": merge}[part](card)


def move(card: PlaceCard) -> None:
    """Move the place to another state, with a reason."""
    with st.form(f"move_{card.id}_{card.version}", border=False):
        status = st.selectbox(
            "New state", card.moves, format_func=lambda each: note_form.sentence(each.words)
        )
        reason = st.text_area("Why?", max_chars=500)
        if st.form_submit_button("Move", type="primary", disabled=not card.moves):
            saved(
                lambda session, who: place_changes.move(
                    session, who, card.id, Status(status), reason=reason, version=card.version
                )
            )


def reword(card: PlaceCard) -> None:
    """Change names, types, address, strengths and worries."""
    with desk.reading() as (session, who):
        neutral_now = places.find(session, who, card.id).neutral_name
    with st.form(f"words_{card.id}_{card.version}", border=False):
        given = described(card, neutral_now)
        strengths = st.text_area("What is strong here", card.strengths, max_chars=1000)
        worries = st.text_area("What worries us", card.worries, max_chars=1000)
        review = st.date_input("Review due", card.review_due, format="DD/MM/YYYY")
        alias = st.text_input("Another name that people use", max_chars=120)
        reason = st.text_input("Why?", max_chars=500)
        if st.form_submit_button("Save", type="primary"):

            def save(session, who):
                version = card.version
                if alias.strip():
                    version = place_changes.add_alias(
                        session, who, card.id, alias, version=version
                    ).version
                place_changes.change(
                    session, who, card.id, version=version, reason=reason,
                    strengths=strengths, worries=worries, review_due=review, **given,
                )  # fmt: skip

            saved(save)


def described(card: PlaceCard, neutral_now: str) -> dict[str, Any]:
    """Ask what the place is called, what it is, where it is and which harm is told of it."""
    lists = codes.current()
    harms = lists.harm_types.offered()
    return {
        "name": st.text_input("Name", card.name, max_chars=120),
        "neutral_name": st.text_input(
            "Neutral name", neutral_now, max_chars=120, help=map_draw.NEUTRAL
        ),
        "place_type": note_form.choice("Type of place", *held(lists.place_types, card.place_type)),
        "address": st.text_input("Address", card.address, max_chars=200),
        "harm_primary": note_form.choice(
            "Main type of harm", *held(lists.harm_types, card.harm_primary)
        ),
        "harm_further": st.multiselect(
            "Further types of harm",
            list(dict.fromkeys([*harms, *card.harm_further])),
            list(card.harm_further),
            format_func=lists.harm_types.label,
        ),
    }


def held(listed: codes.CodeList, code: str) -> tuple[dict[str, str], str]:
    """Return what may be chosen, what the record holds among it, and what the record holds."""
    return {code: listed.label(code), **listed.offered()}, code


def guard(card: PlaceCard) -> None:
    """Name the premises that guard the place."""
    with desk.reading() as (session, who):
        known = catalogue.read(session, who, "premises")["name"].to_dict()
    known |= {each.premises_id: each.name for each in card.guardians}
    with st.form(f"guard_{card.id}_{card.version}", border=False):
        chosen = st.multiselect(
            "Who guards this place?",
            sorted(known, key=lambda each: known[each].casefold()),
            [each.premises_id for each in card.guardians],
            format_func=known.__getitem__,
            help="Premises that are near, open when it matters, and care.",
        )
        if st.form_submit_button("Save", type="primary"):
            saved(
                lambda session, who: place_changes.set_guardians(
                    session, who, card.id, [int(each) for each in chosen], version=card.version
                )
            )


def redraw(card: PlaceCard, actor: Actor) -> None:
    """Begin to draw the outline anew."""
    st.caption("The old outline stays in the history.")

    def start(kind: str) -> None:
        map_draw.start(kind, Place(id=card.id, version=card.version, shape=card.shape))

    if st.button("Draw the outline anew", icon=":material/draw:"):
        start(map_draw.OUTLINE)
    may_split = actor.may(Permission.MERGE_PLACES) and card.shape is not None
    if may_split and st.button("Split off a part", icon=":material/call_split:"):
        start(map_draw.SPLIT)


def merge(card: PlaceCard) -> None:
    """Make another place a part of this one."""
    with desk.reading() as (session, actor):
        others = catalogue.read(session, actor, "places")["name"].drop(card.id, errors="ignore")
    with st.form(f"merge_{card.id}_{card.version}", border=False):
        other = st.selectbox("Which place is the same?", list(others.index), format_func=others.get)
        reason = st.text_area("Why are they one?", max_chars=500)
        if st.form_submit_button("Merge into this place", type="primary"):
            saved(
                lambda session, who: place_history.merge(
                    session, who, card.id, int(other), reason=reason
                )
            )


def saved(save) -> None:
    """Do one action, and show the card anew; a refusal is shown and nothing is lost."""
    with desk.shown_errors():
        with desk.writing() as (session, who):
            save(session, who)
        st.toast("Saved.", icon=":material/check:")
        st.rerun()


def take_back(number: int, state: MapState) -> None:
    """Let an author take back what they wrote, while it waits or is shared."""
    note = own(number)
    if note is None:
        return
    if note.state is AnnotationState.WAITING:
        st.caption("It waits to be looked over.")
    if st.button("Withdraw", icon=":material/undo:", width="stretch", key="withdraw"):
        with desk.shown_errors():
            with desk.writing() as (session, who):
                annotation_changes.withdraw(session, who, number, version=note.version)
            st.toast("Withdrawn. It is not on the map any more.", icon=":material/check:")
            map_state.go(state.having(picked=None))


def own(number: int) -> Annotation | None:
    """Return what this person wrote under ``number``, where they can still take it back."""
    with desk.reading() as (session, who):
        mine = {note.id: note for note in annotations.mine(session, who)}
    note = mine.get(number)
    open_still = (AnnotationState.WAITING, AnnotationState.SHARED)
    return note if note is not None and note.state in open_still else None
