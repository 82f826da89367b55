"""Sharing a view as a link, and saving it under a name."""

from urllib.parse import parse_qsl, urlencode, urlsplit

import streamlit as st

from domain import views
from domain.errors import SafegroundError
from layers import canvas
from screens import desk, map_panel, map_state
from screens.map_state import MapState


def take(act: canvas.Viewed) -> None:
    """Keep where the map stood when the reader asked to share it."""
    st.session_state["sharing"] = f"{act.latitude:.5f},{act.longitude:.5f},{act.zoom}"
    st.rerun()


def show(state: MapState) -> None:
    """Offer the link, and a name to save it under, once the reader asked for it."""
    view = st.session_state.get("sharing")
    if not view:
        return
    query = urlencode({**state.to_params(), "view": view}, safe=",-:")
    with st.container(border=True):
        st.markdown("**Share this view**")
        st.caption("Who opens the link sees it with their own permissions.")
        st.code(f"{address()}?{query}", language=None, wrap_lines=True)
        with st.form("save_view", border=False):
            st.text_input("Or save it under a name", max_chars=80, key="view_name")
            st.form_submit_button("Save the view", on_click=_save, args=(query,))
        if wrong := st.session_state.pop("sharing_wrong", ""):
            st.error(wrong, icon=":material/error:")
        if st.button("Close", key="close_share", type="tertiary", icon=":material/close:"):
            st.session_state.pop("sharing")
            st.rerun()


def _save(query: str) -> None:
    """Save first of all, before the page is drawn: a next click would cut the drawing short."""
    try:
        with desk.writing() as (session, who):
            views.save(session, who, st.session_state["view_name"], query)
    except SafegroundError as error:
        st.session_state["sharing_wrong"] = str(error)
        return
    st.session_state.pop("sharing", None)
    st.toast("Saved. You find it under Layers.", icon=":material/check:")


def saved() -> None:
    """List the reader's saved views; opening one brings the map there."""
    with desk.reading() as (session, who):
        mine = [(view.id, view.name, view.query) for view in views.mine(session, who)]
    if not mine:
        return
    with st.expander("Saved views"):
        for number, name, query in mine:
            left, right = st.columns([5, 1], vertical_alignment="center")
            if left.button(map_panel.plain(name), key=f"view_{number}", width="stretch"):
                open_view(query)
            if right.button(
                "Remove", key=f"drop_{number}", icon=":material/delete:", help="Remove"
            ):
                with desk.shown_errors():
                    with desk.writing() as (session, who):
                        views.remove(session, who, number)
                    st.rerun()


def open_view(query: str) -> None:
    """Show a saved view: its layers and filters, and the map where it stood."""
    params = dict(parse_qsl(query))
    map_state.afresh()
    with desk.reading() as (_session, who):
        asked = map_state.read(params, who)
    turn = st.session_state["go_turn"] = st.session_state.get("go_turn", 0) + 1
    if asked.view is not None:
        st.session_state["go_view"] = (asked.view, turn)
    map_state.go(asked)


def moved() -> list[canvas.Item]:
    """Return the move to the saved view that was opened last."""
    asked = st.session_state.get("go_view")
    if asked is None:
        return []
    view, turn = asked
    box = (view.longitude, view.latitude, view.longitude, view.latitude)
    return [canvas.GoTo(box, mark=f"view {turn}", zoom=view.zoom)]


def address() -> str:
    """Return the address of the map without its query."""
    parts = urlsplit(st.context.url or "http://localhost:8501/")
    return f"{parts.scheme}://{parts.netloc}{parts.path}"
