"""The words that records are coded with."""

import streamlit as st

from domain import code_editing, codes
from domain.people import Permission
from screens import desk
from screens.admin_codes_table import SEALS, lines, table
from screens.admin_desk import quiet, said, say

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
listed, seen = code_editing.look(name)
quiet(listed.source)
if name == SEALS:
    st.info(
        "Tick “Someone lives there” for homes, refuges and dwellings. Places of that type are"
        " then sealed: never on the map, only in ward counts. It cannot be taken off again.",
        icon=":material/lock:",
    )
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
            "restricted": st.column_config.CheckboxColumn("Someone lives there", default=False),
        },
    )
    sent = st.form_submit_button("Save this list", type="primary")
if sent:
    with desk.shown_errors():
        with desk.writing() as (session, actor):
            code_editing.change(session, actor, name, lines(changed), seen=seen)
        say(f"{listed.title}: saved.")
