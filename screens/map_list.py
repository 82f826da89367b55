"""The list beside the map: all that the map draws, a page at a time, by keyboard as well."""

import streamlit as st

from domain import news
from domain.people import Actor
from layers import catalogue
from screens import map_panel, map_view, news_state
from screens.map_state import MapState
from screens.map_view import UNDER

A_PAGE = 12


def show(state: MapState, actor: Actor) -> None:
    """List the records of one of the layers on the map."""
    names = [name for name in state.layers if name not in UNDER]
    if not names:
        st.info("No layer is on. Choose one under Layers.", icon=":material/layers:")
        return
    titles = {name: catalogue.CATALOGUE[name].title_for(actor) for name in names}
    name = st.selectbox("List", names, format_func=titles.__getitem__, key="listed")
    layer = catalogue.CATALOGUE[name]
    total = map_view.count(layer, state)
    if not total:
        st.info(map_panel.EMPTY.get(name, nothing(state)))
        return
    last = -(-total // A_PAGE)
    page = 1
    if last > 1:
        page = st.number_input(f"Page (1 to {last:,})", 1, last, key=f"page_{name}")
    st.html(f'<p class="sg-quiet">{total:,} in this list</p>')
    rows = map_view.page(layer, state, actor, (page - 1) * A_PAGE, A_PAGE)
    fresh = news.unread(news_state.items()) if name == "annotations" else {}
    with st.container(key="entries"):
        for number, row in rows.iterrows():
            label = (
                f"**{map_panel.plain(str(row['label']))}**  \n{map_panel.plain(str(row['detail']))}"
                f"{news_state.badge(fresh.get(int(number), 0)) if fresh else ''}"
            )
            if st.button(label, key=f"entry_{name}_{number}", width="stretch"):
                map_panel.choose(state, name, str(number), move=True)


def nothing(state: MapState) -> str:
    """Say why the list is empty, and what to do first."""
    if state.filters.is_empty:
        return "Nothing here yet. Put something on the map under Layers, or choose another list."
    return "Nothing matches these filters. Clear or widen them under Filters."
