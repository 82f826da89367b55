"""Evaluations: did a plan change anything? Set before the start, answered once after the end."""

import streamlit as st

from domain.people import Permission
from screens import (
    desk,
    evaluation_found,
    evaluation_list,
    evaluation_one,
    evaluation_setup,
    evaluation_state,
)

actor = desk.actor()
actor.must(Permission.SEE_PLACES)
asked = evaluation_state.opened()
found = None if asked.evaluation is None else evaluation_found.load(asked.evaluation)
sets = asked.setting and evaluation_state.may_set(actor)

if asked.evaluation is None and not sets:
    evaluation_state.said()
    evaluation_list.show(asked)
else:
    if st.button("All evaluations", icon=":material/arrow_back:", type="tertiary"):
        evaluation_state.go()
    if sets and (asked.evaluation is None or (found is not None and found.open)):
        evaluation_setup.show(asked, found)
    elif found is not None:
        evaluation_one.show(found)
