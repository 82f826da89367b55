"""A concern in the moderator's words: one statement, or several that are graded apart."""

from dataclasses import replace
from html import escape

import streamlit as st

from domain import codes, identifiers, language
from domain.concern_moderating import MOST_ITEMS, Draft, redact
from domain.concerns import Basis, Concern, ConcernItem
from domain.identifiers import Found
from domain.people import Actor
from screens import concern_state, concern_told
from screens.admin_desk import quiet
from screens.concern_state import Seen
from screens.note_form import choice, sentence

LONGEST = 500
WORRY = codes.ref("annotation_kinds", "worry")
STRENGTH = codes.ref("annotation_kinds", "strength")
KEPT = (
    "For a shop, a street or a word that only looks like a name. Numbers, addresses and dates of "
    "birth are taken out all the same. The log notes what kind of thing was kept, with your name."
)


def show(concern: Concern, on: Seen, _actor: Actor, items: list[ConcernItem]) -> None:
    """Ask for the words that others will read; nothing that identifies anyone is taken."""
    before = [Draft(each.text, each.kind, each.basis) for each in items]
    before = before or begun(concern)
    count = max(len(before), st.session_state.get(f"statements_{on.id}", 0))
    quiet("Write of the place, not of a person. Put what needs a grade of its own apart.")
    with st.form(f"words_{on.id}", border=False):
        drafts = [
            statement(number, before[number] if number < len(before) else Draft(""), on)
            for number in range(count)
        ]
        with st.container(horizontal=True):
            pressed = st.form_submit_button("Save these words", type="primary")
            more = st.form_submit_button("One more statement", disabled=count >= MOST_ITEMS)
    gentler(drafts)
    if more:
        st.session_state[f"statements_{on.id}"] = count + 1
        st.rerun()
    written = checked(drafts, on, pressed=pressed)
    if written:
        concern_state.act(redact, on, "It is in your words now.", items=written)


def begun(concern: Concern) -> list[Draft]:
    """Begin with the reporter's masked words, or with what they chose where they wrote none."""
    if concern.words:
        return [Draft(concern.words[:LONGEST])]
    lists = codes.current()
    chosen = (
        (WORRY, lists.concern_worries, concern.worries),
        (STRENGTH, lists.concern_helps, concern.helps),
    )
    drafts = [
        Draft(sentence(f"{concern_told.labels(known, given)}.")[:LONGEST], kind)
        for kind, known, given in chosen
        if given
    ]
    return drafts or [Draft("")]


def statement(number: int, before: Draft, on: Seen) -> Draft:
    """Ask for one statement: its words, its kind, and fact, opinion or hearsay."""
    key = f"{on.id}_{number}"
    text = st.text_area(
        f"Statement {number + 1}", before.text, max_chars=LONGEST, key=f"statement_{key}",
        help="Leave a further statement empty to leave it out." if number else None,
    )  # fmt: skip
    left, right = st.columns(2)
    with left:
        kind = choice(
            f"Kind of statement {number + 1}",
            codes.current().annotation_kinds.offered(),
            before.kind,
        )
    basis = right.selectbox(
        f"Statement {number + 1} is", list(Basis), list(Basis).index(before.basis),
        format_func=lambda each: sentence(each.value), key=f"basis_{key}",
    )  # fmt: skip
    return Draft(text, kind, basis)


def gentler(drafts: list[Draft]) -> None:
    """Suggest words with more care, and why; they never stand in the way."""
    found = [each for draft in drafts for each in language.suggest(draft.text)]
    if not found:
        return
    rows = "".join(f"<li>{escape(each.sentence)}</li>" for each in found)
    quiet("This could be said with more care. You may keep your words.")
    st.html(f'<ul class="sg-list">{rows}</ul>')


def checked(drafts: list[Draft], on: Seen, *, pressed: bool) -> list[Draft]:
    """Return what to save: with something found in it, only once the moderator has said how."""
    written = [each for each in drafts if each.text.strip()] or drafts[:1]
    found = {number: identifiers.find(each.text) for number, each in enumerate(drafts, 1)}
    found = {number: each for number, each in found.items() if each}
    if pressed:
        st.session_state[f"concern_found_{on.id}"] = bool(found)
    if not (found and st.session_state.get(f"concern_found_{on.id}")):
        return written if pressed and not found else []
    for number, finds in found.items():
        st.error(refusal(number, finds), icon=":material/visibility_off:")
    if st.button("Save with it taken out", key=f"taken_out_{on.id}"):
        return written
    spared = frozenset(each.id for finds in found.values() for each in finds if each.can_keep)
    if not spared or not st.button("Keep it: it names nobody", key=f"kept_{on.id}", help=KEPT):
        return []
    return [replace(each, keep=spared) for each in written]


def refusal(number: int, finds: list[Found]) -> str:
    """Say what a statement holds and what to write instead, without quoting it."""
    advice = dict.fromkeys(each.kind.advice for each in finds)
    return " ".join([identifiers.explain(finds, f"Statement {number}"), *advice])
