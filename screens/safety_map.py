"""Safety mapping: hold a session with a group on a tablet, and see what sessions say together."""

import streamlit as st

from screens import safety_hold, safety_sessions, safety_state, safety_together

SHOWN = {
    safety_state.HOLD: safety_hold.show,
    safety_state.TOGETHER: safety_together.show,
    safety_state.SESSIONS: safety_sessions.show,
}

if safety_hold.is_open():  # the tablet is in the group's hands: nothing but the map
    safety_hold.show()
else:
    st.title("Safety mapping with young people", anchor=False)
    part = safety_state.part()
    safety_state.said()
    SHOWN[part]()
