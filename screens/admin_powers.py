"""The catalogue of powers and tactics: rows changed, added, checked again, with their history."""

from html import escape

import streamlit as st

from domain import matching, power_editions, powers
from domain.filters import day_words
from domain.people import Permission
from domain.power_editions import PowerEdition, Row
from domain.powers import ADVICE
from screens import admin_power_form, desk, power_words
from screens.admin_desk import quiet, said

desk.actor().must(Permission.MANAGE_POWERS)
TODAY = matching.today()
NEW = ""


def chosen(rows: dict[str, Row]) -> str | None:
    """Ask for a row: those past their day first, or a new one."""
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    late = sum(each.power.review_by < TODAY for each in rows.values())
    only = right.toggle(f"Only rows to be checked again ({late})", key="catalogue_late")
    order = sorted(rows.values(), key=lambda each: powers.gentlest(each.power))
    codes = [each.power.code for each in order if not only or each.power.review_by < TODAY]
    return left.selectbox(
        "Row", [NEW, *codes], index=None, placeholder="Choose a row, or add one",
        format_func=lambda code: title(rows[code]) if code else "Add a row",
        key="catalogue_row",
    )  # fmt: skip


def title(row: Row) -> str:
    """Name a row in the list, with what is to be minded."""
    marks = power_words.marks(row.power, TODAY)
    return f"{row.power.code} {row.power.tool}" + (f" ({'; '.join(marks)})" if marks else "")


def history(code: str) -> None:
    """Show what was made of a row here: who, when, why, and what it said."""
    with desk.reading() as (session, actor):
        found = power_editions.history(session, actor, code)
    if not found:
        return
    st.header("History", anchor=False)
    for each in found:
        edition(each)


def edition(each: PowerEdition) -> None:
    """Show one edition; its words open when it is pressed."""
    day = day_words(each.made_at.astimezone(matching.LONDON).date())
    head = f"{day}, {each.made_by_name}: {each.why}"
    body = (
        power_words.table(each.row)
        if each.row is not None
        else '<p class="sg-entry">Back to the row that came with the catalogue.</p>'
    )
    st.html(f'<details class="sg-tool"><summary><span class="sg-tool-rank">{each.number}</span>'
            f"<span>{escape(head)}</span></summary>{body}</details>")  # fmt: skip


def summary(rows: dict[str, Row]) -> None:
    """Say how many rows there are, and how many wait to be checked."""
    late = sum(each.power.review_by < TODAY for each in rows.values())
    own = sum(each.own for each in rows.values())
    quiet(f"{len(rows)} rows, {own or 'none'} of them written here; {late or 'none'} past "
          "the day on which they should be checked again.")  # fmt: skip


def one(rows: dict[str, Row], code: str) -> None:
    """Show the form of one row, or of a new one, and its history."""
    if code and rows[code].power.review_by < TODAY:
        day = day_words(rows[code].power.review_by)
        st.warning(f"This row was to be checked again by {day}.", icon=":material/event_busy:")
    admin_power_form.show(rows.get(code))
    if code:
        history(code)


st.title("Catalogue of powers", anchor=False)
st.write(
    "Plans choose their tactics from these rows. Have a row checked by a lawyer before its day,"
    " and write down what they found. A plan keeps the row as it stood when it was chosen."
)
quiet(ADVICE)
said()
with desk.reading() as (session, _actor):
    rows = power_editions.rows(session)
code = chosen(rows)
if code is None:
    summary(rows)
else:
    one(rows, code)
