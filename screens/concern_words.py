"""A concern in the moderator's words: one statement, or several that are graded apart."""

from html import escape

import streamlit as st

from domain import codes, identifiers, language
from domain.concern_moderating import MOST_ITEMS, Draft, redact
from domain.concerns import Basis, Concern, ConcernItem
from domain.identifiers import Found
from domain.people import Actor
from screens import concern_state
from screens.admin_desk import quiet
from screens.concern_state import Seen
from screens.map_draw import choice, sentence

LONGEST = 500


def show(concern: Concern, on: Seen, _actor: Actor, items: list[ConcernItem]) -> None:
    """Ask for the words that others will read; nothing that identifies anyone is taken."""
    before = [Draft(each.text, each.kind, each.basis) for each in items]
    before = before or [Draft(concern.words[:LONGEST])]
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
    if checked(drafts, on, pressed=pressed):
        written = [each for each in drafts if each.text.strip()]
        concern_state.act(redact, on, "It is in your words now.", items=written)


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


def checked(drafts: list[Draft], on: Seen, *, pressed: bool) -> bool:
    """Say whether to save: with something found in them, only once it may be taken out."""
    found = {number: identifiers.find(each.text) for number, each in enumerate(drafts, 1)}
    found = {number: each for number, each in found.items() if each}
    if pressed:
        st.session_state[f"concern_found_{on.id}"] = bool(found)
    if not (found and st.session_state.get(f"concern_found_{on.id}")):
        return pressed and not found
    for number, finds in found.items():
        st.error(refusal(number, finds), icon=":material/visibility_off:")
    return st.button("Save with it taken out", key=f"taken_out_{on.id}")


def refusal(number: int, finds: list[Found]) -> str:
    """Say what a statement holds and what to write instead, without quoting it."""
    advice = dict.fromkeys(each.kind.advice for each in finds)
    return " ".join([identifiers.explain(finds, f"Statement {number}"), *advice])
