"""The way to report a place; and reports drawn on the map before it, until each is decided on."""

import streamlit as st

from domain import annotation_changes, annotations, codes
from domain.filters import day_words
from domain.people import Actor, Permission
from screens import desk, map_panel, note_form


def way(actor: Actor) -> None:
    """Lead to the pages where a place is reported: the first thing for who comes to report."""
    if not (actor.may(Permission.REPORT) or actor.may(Permission.MODERATE)):
        return
    st.link_button(
        "Report a place", address(st.session_state.get("pin")), icon=":material/campaign:",
        type="secondary" if actor.may(Permission.SEE_PLACES) else "primary", width="stretch",
    )  # fmt: skip


def show(actor: Actor) -> None:
    """Show the way to report beside the layers, and what waits still to who may decide."""
    if actor.may(Permission.SEE_PLACES):
        way(actor)
    if not actor.may(Permission.MODERATE):
        return
    with desk.reading() as (session, who):
        waiting = annotations.waiting(session, who)
    if not waiting:
        return
    with st.expander(f"Earlier reports that wait ({len(waiting)})", icon=":material/inbox:"):
        for note in waiting[:10]:
            decide(note, actor)


def address(pin: tuple[float, float, str] | None) -> str:
    """Return where a place is reported; a pin goes with it in the fragment, which no log sees."""
    return f"/report#at={pin[0]:.6f},{pin[1]:.6f}" if pin else "/report"


def decide(note: annotations.Annotation, actor: Actor) -> None:
    """Ask for one decision."""
    kind = codes.current().annotation_kinds.label(note.kind)
    st.markdown(f"**{map_panel.plain(kind.capitalize())}**, noted {day_words(note.noted_on)}")
    with st.form(f"report_{note.id}_{note.version}", border=False):
        text = st.text_area("Words for the map", note.text, max_chars=500)
        tier = note_form.readers(actor)
        left, right = st.columns(2)
        share = left.form_submit_button("Share", type="primary", width="stretch")
        decline = right.form_submit_button("Decline", width="stretch")
    if not (share or decline):
        return
    with desk.shown_errors():
        with desk.writing() as (session, who):
            if share:
                annotation_changes.share(
                    session, who, note.id, version=note.version, text=text, tier=tier
                )
            else:
                annotation_changes.decline(session, who, note.id, version=note.version)
        st.rerun()
