"""Return interviews: places that were named, places likely visited, held in time, what changed."""

import streamlit as st

from screens import (
    interview_changed,
    interview_code,
    interview_likely,
    interview_state,
    interview_time,
)
from screens.admin_desk import quiet

SHOWN = {
    interview_state.CODE: interview_code.show,
    interview_state.LIKELY: interview_likely.show,
    interview_state.TIME: interview_time.show,
    interview_state.CHANGED: interview_changed.show,
}

st.title("Return interviews", anchor=False)
part = interview_state.part()
quiet(interview_state.ABOUT[part])
interview_state.said()
SHOWN[part]()
