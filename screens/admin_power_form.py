"""The form of one row of the catalogue of powers."""

from datetime import timedelta
from typing import Any

import streamlit as st

from domain import codes, matching, power_editions, powers
from domain.power_editions import APPLIES, BASES, Row, Wording
from domain.powers import InForce, Power
from screens import desk
from screens.admin_desk import say
from screens.note_form import sentence


def show(row: Row | None) -> None:
    """Ask all that a row says; None is a new one."""
    power = None if row is None else row.power
    key = f"power_{power.code if power else 'new'}_{row.version if row else 0}"
    with st.form(key, border=False):
        given = asked(power, key)
        why = st.text_input("Why is it changed?" if row else "Why is it added?", max_chars=300,
                            placeholder="A solicitor of the council checked it; section 1 started.",
                            key=f"{key}_why")  # fmt: skip
        pressed = st.form_submit_button("Save this row" if row else "Add this row", type="primary")
    if pressed:
        keep(row, given, why)
    if row is not None and row.own and row.power.code in powers.of_file():
        restore(row, key)


def keep(row: Row | None, given: Wording, why: str) -> None:
    """Write the row down as it was asked."""
    with desk.shown_errors():
        with desk.writing() as (session, actor):
            if row is None:
                made = power_editions.add(session, actor, why=why, **given)
            else:
                made = power_editions.change(
                    session, actor, row.power.code, version=row.version, why=why, **given
                )
            code = made.code
        say(f"{code}: saved. Plans that chose it before keep the row as it stood.")


def restore(row: Row, key: str) -> None:
    """Let the file's row count again."""
    with st.expander("Go back to the row that came with the catalogue"):
        why = st.text_input("Why?", max_chars=300, key=f"{key}_back")
        if st.button("Go back to it", key=f"{key}_restore"):
            with desk.shown_errors():
                with desk.writing() as (session, actor):
                    power_editions.restore(
                        session, actor, row.power.code, version=row.version, why=why
                    )
                say(f"{row.power.code}: the row that came with the catalogue counts again.")


def asked(now: Power | None, key: str) -> Wording:
    """Ask for the words, the limits, whether it is in force, and who checked it."""
    return {**words(now, key), **fits(now, key), **limits(now, key), **checked(now, key)}  # type: ignore[typeddict-item]


def words(now: Power | None, key: str) -> dict[str, Any]:
    """Ask what it is, in which law, who may start it and when."""
    return {
        "tool": line(now, "tool", "What is it called?", key, 200),
        "law": line(now, "law", "Law", key, 300),
        "who_starts": line(now, "who_starts", "Who may start it?", key, 300),
        "threshold": box(now, "threshold", "When may it be used?", key),
        "limits": box(now, "limits", "Limits", key),
        "jurisdiction": line(now, "jurisdiction", "Where does it hold?", key, 120)
        or "England and Wales",
    }


def fits(now: Power | None, key: str) -> dict[str, Any]:
    """Ask what it is used on, where, and by whom."""
    lists = codes.current()
    left, middle, right = st.columns(3)
    return {
        "applies_to": left.multiselect("Used on", APPLIES, now.applies_to if now else [],
                                       format_func=sentence, key=f"{key}_applies"),
        "place_types": middle.multiselect(
            "Kinds of place (none: any)", list(lists.place_types),
            list(now.place_types) if now else [],
            format_func=lambda code: sentence(lists.place_types.label(code)), key=f"{key}_types"),
        "agencies": right.multiselect(
            "Agencies that start it or take it on", list(lists.agency_kinds),
            list(now.agencies) if now else [],
            format_func=lambda code: sentence(lists.agency_kinds.label(code)),
            key=f"{key}_agencies"),
    }  # fmt: skip


def limits(now: Power | None, key: str) -> dict[str, Any]:
    """Ask how long it lasts, how intrusive it is, and whether it is in force."""
    left, middle, right = st.columns(3)
    states = list(InForce)
    return {
        "longest_days": left.number_input(
            "Lasts at most, in days", 1, power_editions.LONGEST_DAYS,
            now.longest_days if now else None, placeholder="No limit", key=f"{key}_days"),
        "least_intrusive_rank": left.number_input(
            "How intrusive is it? 1 is the least", 1, 10, now.least_intrusive_rank if now else 5,
            key=f"{key}_rank"),
        "in_force": middle.selectbox(
            "Is it in force?", states, states.index(now.in_force) if now else 0,
            format_func=lambda each: sentence(each.words), key=f"{key}_force"),
        "in_force_note": middle.text_input(
            "What is known of that", now.in_force_note if now else "", max_chars=300,
            key=f"{key}_note"),
        "in_force_from": right.date_input("In force from", now.in_force_from if now else None,
                                          format="DD/MM/YYYY", key=f"{key}_from"),
        "in_force_until": right.date_input("In force until", now.in_force_until if now else None,
                                           format="DD/MM/YYYY", key=f"{key}_until"),
        "affects_young_people_directly": left.checkbox(
            "It acts on young people directly", now.affects_young_people_directly if now else False,
            key=f"{key}_young"),
        "suggested": middle.checkbox("It may be offered unasked", now.suggested if now else True,
                                     key=f"{key}_suggested"),
    }  # fmt: skip


def checked(now: Power | None, key: str) -> dict[str, Any]:
    """Ask who checked it, on what, when, and by when it is checked again."""
    today, bases = matching.today(), list(BASES)
    left, right = st.columns(2)
    return {
        "reviewer": left.text_input("Who checked it? A role, not a name",
                                    now.reviewer if now else "", max_chars=120,
                                    key=f"{key}_reviewer"),
        "source": right.text_input("Source", now.source if now else "", max_chars=300,
                                   key=f"{key}_source"),
        "reviewed_on": left.date_input("Checked on", now.reviewed_on if now else today,
                                       max_value=max(today, now.reviewed_on) if now else today,
                                       format="DD/MM/YYYY", key=f"{key}_reviewed"),
        "review_by": right.date_input("Check it again by",
                                      now.review_by if now else today + timedelta(days=365),
                                      format="DD/MM/YYYY", key=f"{key}_again"),
        "basis": right.selectbox("How sure is it?", bases, bases.index(now.basis) if now else 1,
                                 format_func=BASES.get, key=f"{key}_basis"),
    }  # fmt: skip


def line(now: Power | None, name: str, label: str, key: str, most: int) -> str:
    """Ask for a few words."""
    return st.text_input(label, getattr(now, name) if now else "", max_chars=most,
                         key=f"{key}_{name}")  # fmt: skip


def box(now: Power | None, name: str, label: str, key: str) -> str:
    """Ask for a few sentences."""
    return st.text_area(label, getattr(now, name) if now else "", max_chars=500, height=80,
                        key=f"{key}_{name}")  # fmt: skip
