"""The meeting's room: the big screen, place by place, and the recorder's desk beside it."""

import streamlit as st

from domain import meetings
from domain.errors import SafegroundError
from domain.meeting_tables import HELD, MeetingState
from domain.people import Permission
from screens import desk, meeting_present, meeting_record, meeting_state

meeting_state.style()
meeting_state.said()
asked = meeting_state.opened()
try:
    with desk.reading() as (session, actor):
        found = meetings.find(session, actor, asked.meeting or 0)
except SafegroundError as error:
    st.error(str(error), icon=":material/error:")
    if st.button("All meetings"):
        st.switch_page("meetings.py")
    st.stop()
if found.state is MeetingState.OPEN:
    if asked.mode == meeting_state.RECORD and actor.may(Permission.RECORD):
        meeting_record.show(found)
    else:
        meeting_present.show(found)
else:
    words = "It is over." if found.state in HELD else "It is not open yet."
    st.info(words, icon=":material/event:")
    if st.button("To the meeting", type="primary"):
        meeting_state.turn_to("meetings", found.id)
