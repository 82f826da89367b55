"""The base map under every map of ours."""

import streamlit as st

from domain import preferences
from domain.errors import Invalid
from layers import basemap
from screens import desk


def ground() -> basemap.Basemap:
    """Return the operator's base map, or plain ground where it cannot be drawn."""
    with desk.store().reading() as session:
        chosen = preferences.read(session).base_map
    try:
        made = basemap.installed(chosen)
        basemap.check(made)
    except Invalid as error:
        st.warning(f"The base map cannot be shown. {error}", icon=":material/map:")
        return basemap.NoBasemap()
    return made
