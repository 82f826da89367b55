"""The words that records are coded with."""

import math

import pandas as pd
import streamlit as st

from domain import code_editing, codes
from domain.code_editing import Line
from domain.codes import CodeList
from domain.people import Permission
from screens import desk
from screens.admin_desk import plain, said, say

COLUMNS = {"code": "Code", "label": "Label", "order": "Order", "retired": "Retired"}


def table(listed: CodeList) -> pd.DataFrame:
    """Lay a list out to be changed."""
    rows = [(each.code, each.label, each.order, each.retired) for each in listed.values()]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def lines(changed: pd.DataFrame) -> list[Line]:
    """Read the table back; rows that were left empty are nothing."""
    last = changed["order"].max()
    filled = changed[changed["code"].notna() & (changed["code"] != "")]
    return [
        Line(
            str(row.code).strip(),
            "" if pd.isna(row.label) else str(row.label),
            last + 1 if row.order is None or math.isnan(row.order) else float(row.order),
            bool(row.retired) and not pd.isna(row.retired),
        )
        for row in filled.itertuples()
    ]


desk.actor().must(Permission.MANAGE_CODES)
st.title("Code lists")
st.write(
    "Records are coded with these words. Change a label, its order, or add a code in an empty row."
    " A code that old records may hold is retired, not removed: it stays readable and is no longer"
    " offered."
)
said()
every = codes.current()
name = st.selectbox("List", codes.LISTS, format_func=lambda each: every[each].title)
listed = every[name]
st.caption(plain(listed.source))
seen = code_editing.mark(name)
with st.form(f"codes_{name}", border=False):
    changed = st.data_editor(
        table(listed),
        key=f"rows_{name}_{seen}",
        num_rows="add",
        hide_index=True,
        width="stretch",
        height="content",
        column_config={
            "code": st.column_config.TextColumn("Code", required=True, max_chars=32),
            "label": st.column_config.TextColumn("Label", required=True, max_chars=80),
            "order": st.column_config.NumberColumn("Order"),
            "retired": st.column_config.CheckboxColumn("Retired", default=False),
        },
    )
    sent = st.form_submit_button("Save this list", type="primary")
if sent:
    with desk.shown_errors():
        with desk.writing() as (session, actor):
            code_editing.change(session, actor, name, lines(changed), seen=seen)
        say(f"{listed.title}: saved.")
