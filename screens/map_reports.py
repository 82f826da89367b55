"""Reports that wait: a coordinator shares them in looked-over words, or declines them."""

import streamlit as st

from domain import annotation_changes, annotations, codes
from domain.filters import day_words
from domain.people import Actor, Permission
from screens import desk, map_draw, map_panel


def show(actor: Actor) -> None:
    """Lead to the pages where a place is reported; show the longest waiting to who may decide."""
    if actor.may(Permission.REPORT) or actor.may(Permission.MODERATE):
        st.link_button("Report a place step by step", "/report", icon=":material/campaign:")
    if not actor.may(Permission.MODERATE):
        return
    with desk.reading() as (session, who):
        waiting = annotations.waiting(session, who)
    if not waiting:
        return
    with st.expander(f"Reports that wait ({len(waiting)})", icon=":material/inbox:"):
        for note in waiting[:10]:
            decide(note, actor)


def decide(note: annotations.Annotation, actor: Actor) -> None:
    """Ask for one decision."""
    kind = codes.current().annotation_kinds.label(note.kind)
    st.markdown(f"**{map_panel.plain(kind.capitalize())}**, noted {day_words(note.noted_on)}")
    with st.form(f"report_{note.id}_{note.version}", border=False):
        text = st.text_area("Words for the map", note.text, max_chars=500)
        tier = map_draw.readers(actor)
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
