"""What is asked of a note: what it is, its words, whom it asks, how it is known, until when."""

from datetime import date
from typing import Any

import streamlit as st

from domain import codes, mentions
from domain.concern_evidence import SOURCES, Known
from domain.concerns import Basis
from domain.people import Actor, Permission, Tier
from screens import desk

READERS = {
    Tier.T2: "All partner agencies",
    Tier.T3: "The safeguarding meeting only",
    Tier.T4: "Police and analysts only",
}
UNSAID = "Not said"


def asked(actor: Actor, *, where: bool = True, turn: str = "") -> dict[str, Any]:
    """Ask for a note, within a form; with ``where`` also how sure the spot is."""
    given: dict[str, Any] = {
        "kind": choice("What is it?", codes.current().annotation_kinds.offered()),
        "text": words(
            "In your words", f"new{turn}", max_chars=500,
            help="Write about the place. Names, numbers and plates are taken out before it is "
            "kept. To ask somebody to look, write @ and the name of an agency or a role.",
        ),
    }  # fmt: skip
    if where:
        given["precision"] = choice("How sure is the spot?", codes.current().precision.offered())
    given["tier"] = readers(actor)
    with st.expander("Fact or opinion, how it is known, until when", key=f"note_more{turn}"):
        given |= known(actor)
        given |= held()
    return given


def words(label: str, name: str, now: str = "", **options: Any) -> str:
    """Ask for words that can name whom they ask (``@``): web/static/words.js knows it by the key.

    ``name`` is the field's own on the page; ``options`` are those of ``st.text_area``.
    """
    with st.container(key=f"asks_{name}"):
        return st.text_area(label, now, **options)


def known(actor: Actor) -> dict[str, Any]:
    """Ask whether it is fact, opinion or hearsay, and how it is known: in plain words for all."""
    basis = st.selectbox(
        "Fact, opinion or hearsay?", [None, *Basis],
        format_func=lambda each: sentence(each.value) if each else UNSAID,
    )  # fmt: skip
    how = st.selectbox(
        "How is it known?", [None, *Known],
        format_func=lambda each: graded(actor, each.value, each.words) if each else UNSAID,
    )  # fmt: skip
    given = {"basis": basis, "information": how.value if how else ""}
    if actor.may(Permission.GRADE):
        given["grade_source"] = st.selectbox(
            "The source", ["", *SOURCES],
            format_func=lambda each: graded(actor, each, SOURCES[each]) if each else UNSAID,
        )  # fmt: skip
    return given


def graded(actor: Actor, code: str, words: str) -> str:
    """Write a grade: in plain words, and with its code for trained graders."""
    return f"{code}: {words}" if actor.may(Permission.GRADE) else sentence(words)


def held(first: date | None = None, last: date | None = None) -> dict[str, Any]:
    """Ask from when until when it holds."""
    left, right = st.columns(2)
    return {
        "valid_from": left.date_input("Holds from", first, format="DD/MM/YYYY"),
        "valid_until": right.date_input(
            "Holds until", last, format="DD/MM/YYYY",
            help="After this day it leaves the map. Choose earlier dates under Filters to see it.",
        ),
    }  # fmt: skip


def whom(key: str) -> list[str]:
    """Ask which agencies and roles are to look; return their keys."""
    with desk.reading() as (session, _actor):
        names = {each.key: sentence(each.name) for each in mentions.targets(session)}
    return st.multiselect(
        "Ask somebody to look", list(names), format_func=names.__getitem__, key=key,
        placeholder="An agency or a role",
    )  # fmt: skip


def readers(actor: Actor) -> Tier:
    """Ask who may read it: from all partner agencies up to the person's own clearance."""
    offered = [tier for tier in READERS if tier <= actor.tier]
    if len(offered) < 2:
        return Tier.T2
    return st.selectbox("Who may read it?", offered, format_func=READERS.__getitem__)


def choice(
    label: str,
    options: dict[str, str],
    now: str = "",
    *,
    last: bool = False,
    blank: bool = False,
    key: str | None = None,
) -> str:
    """Ask for one code by its words; begins with ``now``, ``last`` with the last, open one.

    With ``blank`` nothing is chosen to begin with, and None is returned until something is.
    """
    names = list(options)
    first = names.index(now) if now in options else len(names) - 1 if last else 0
    return st.selectbox(
        label, names, index=None if blank else first, key=key, placeholder="Choose one",
        format_func=lambda each: sentence(options[each]),
    )  # fmt: skip


def sentence(text: str) -> str:
    """Begin with a capital."""
    return text[:1].upper() + text[1:]
