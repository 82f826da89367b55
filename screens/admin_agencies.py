"""The agencies of the partnership: a part of the page on people."""

import pandas as pd
import streamlit as st

from domain import accounts, codes
from domain.accounts import Agency, User
from screens import desk
from screens.admin_desk import say


def show(agencies: list[Agency], everyone: list[User]) -> None:
    """List the agencies; add, rename, close and open them."""
    listed, opened = st.columns([3, 2], gap="large")
    with listed:
        st.dataframe(table(agencies, everyone), hide_index=True, width="stretch")
    with opened:
        st.markdown("## Add an agency")
        add()
        names = {each.id: each.name for each in agencies}
        chosen = st.selectbox(
            "Change an agency", names, None, format_func=names.get, placeholder="Choose one"
        )
        if chosen is not None:
            change(next(each for each in agencies if each.id == chosen))


def table(agencies: list[Agency], everyone: list[User]) -> pd.DataFrame:
    """Lay agencies out as a table."""
    kinds = codes.current().agency_kinds
    rows = [
        (
            each.name,
            kinds.label(each.kind),
            sum(person.agency_id == each.id and person.active for person in everyone),
            "open" if each.active else "closed",
        )
        for each in agencies
    ]
    return pd.DataFrame(rows, columns=["Agency", "Kind", "People", "State"])


def add() -> None:
    """Add an agency."""
    kinds = codes.current().agency_kinds.offered()
    with st.form("add_agency", clear_on_submit=True):
        name = st.text_input("Name", max_chars=120)
        kind = st.selectbox("Kind", kinds, format_func=kinds.get)
        sent = st.form_submit_button("Add this agency", type="primary")
    if sent:
        with desk.shown_errors():
            with desk.writing() as (session, actor):
                new = accounts.add_agency(session, actor, name=name, kind=kind)
            say(f"{new.name} is part of the partnership.")


def change(agency: Agency) -> None:
    """Rename an agency, change its kind, close it or open it again."""
    listed = codes.current().agency_kinds
    kinds = {agency.kind: listed.label(agency.kind)} | listed.offered()
    with st.form("change_agency"):
        name = st.text_input("Name", agency.name, max_chars=120)
        kind = st.selectbox("Kind", kinds, format_func=kinds.get)
        active = st.toggle("Open: people can be added to it", agency.active)
        sent = st.form_submit_button("Save")
    if sent:
        with desk.shown_errors():
            with desk.writing() as (session, actor):
                accounts.change_agency(
                    session,
                    actor,
                    agency.id,
                    version=agency.version,
                    name=name,
                    kind=kind,
                    active=active,
                )
            say("Saved.")
