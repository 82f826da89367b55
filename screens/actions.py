"""Actions: what each agency has in hand, what is late and what lapses; and one action in full."""

import streamlit as st

from domain.people import Permission
from screens import (
    action_board,
    action_one,
    action_state,
    calendar_file,
    desk,
    place_state,
    reminder_list,
)

desk.actor().must(Permission.SEE_PLACES)
asked = action_state.opened()
if asked is None:
    st.title("Actions", anchor=False)
    place_state.said()
    reminder_list.show()
    action_board.show()
    calendar_file.everything()
else:
    if st.button("All actions", icon=":material/arrow_back:", type="tertiary"):
        action_state.go(None)
    place_state.said()
    action_one.show(asked)
