"""Numbers of places for the case system, as CSV: out, and its own keys back."""

import streamlit as st

from domain.people import Permission
from exchange import reference_files
from screens import desk
from screens.admin_desk import quiet

SYSTEM = "Liquidlogic"


def show() -> None:
    """Let numbers be taken out, and keys be brought back."""
    st.html('<p class="sg-entry">The case system keeps a place number beside a case, and sends its '
            "own key of the place back. Nothing about a child goes either way.</p>")  # fmt: skip
    system = st.text_input("The other system", SYSTEM, max_chars=40, key="system").strip() or SYSTEM
    out(system)
    if desk.actor().may(Permission.EDIT_PLACES):
        back(system)


def out(system: str) -> None:
    """Make the file when it is asked for, and note that it left."""
    st.header("Out: numbers of places", anchor=False)
    quiet("Number, neutral name, type and the key that the other system gave.")
    if st.button("Make the file", icon=":material/table:", key="references_make"):
        with desk.shown_errors():
            made = reference_files.export(desk.store(), desk.actor(), system)
            st.session_state["references_made"] = (system, made)
    of, made = st.session_state.get("references_made", (None, None))
    if of == system and made is not None:
        st.download_button(
            "Save the CSV", made, "place-numbers.csv", "text/csv", type="primary",
            icon=":material/save:", on_click="ignore", key="references_save",
        )  # fmt: skip


def back(system: str) -> None:
    """Take the keys that came back, and say which rows were refused."""
    st.header("Back: keys of the other system", anchor=False)
    sent = st.file_uploader("CSV with place_number and key", type=["csv"], key="references_back")
    if sent is None or not st.button("Take the keys", type="primary", key="references_take"):
        return
    with desk.shown_errors():
        taken = reference_files.take(desk.store(), desk.actor(), system, sent.getvalue())
        kept = "1 key was" if taken.kept == 1 else f"{taken.kept} keys were"
        st.success(f"{kept} kept or changed.", icon=":material/check:")
        if taken.refused:
            st.warning(f"{len(taken.refused)} rows were refused:", icon=":material/block:")
            st.dataframe([{"Row": row, "Why": why} for row, why in taken.refused], hide_index=True)
