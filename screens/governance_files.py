"""The governance report as files: PDF, Word, and its figures and dictionary as CSV."""

import streamlit as st

from domain.governance_facts import Period
from exchange import governance_csv, packs
from exchange.packs import Form, Order, What
from screens import desk

PDF, WORD, CSV = "PDF", "Word document", "CSV of figures and dataset"
FORMS = {PDF: Form.PDF, WORD: Form.WORD}


def show(period: Period) -> None:
    """Make a file when it is asked for, and note that it left."""
    with st.popover("Take the report out", icon=":material/download:", width="stretch"):
        name = st.radio("As", [PDF, WORD, CSV], key="governance_form")
        recipient = st.text_input("For whom (a group or a role)", max_chars=120,
                                  key="governance_for")  # fmt: skip
        asked = (period, name, recipient)
        if st.button("Make it", key="governance_make"):
            with desk.shown_errors(), st.spinner("Putting the report together"):
                st.session_state["governance_made"] = (asked, made(period, name, recipient))
        for_what, file = st.session_state.get("governance_made", (None, None))
        if for_what == asked and file is not None:
            content, called, mime = file
            st.download_button(f"Save the {name}", content, called, mime, type="primary",
                               icon=":material/save:", on_click="ignore",
                               key="governance_save")  # fmt: skip


def made(period: Period, name: str, recipient: str) -> tuple[bytes, str, str]:
    """Return the file, what it is called and its kind."""
    store, actor = desk.store(), desk.actor()
    if name == CSV:
        return governance_csv.export(store, actor, period), "governance.csv", "text/csv"
    order = Order(What.GOVERNANCE, 0, period.since, period.until)
    left = packs.export(store, actor, order, FORMS[name], recipient=recipient)
    return left.content, left.name, left.form.mime
