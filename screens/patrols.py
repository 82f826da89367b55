"""Patrols: shifts of short visits planned, tasked and read; and what they delivered."""

import streamlit as st

from domain.people import Permission
from screens import (
    desk,
    patrol_dose,
    patrol_list,
    patrol_one,
    patrol_plan,
    patrol_state,
    patrol_week,
)

actor = desk.actor()
actor.must(Permission.SEE_PATROLS)
asked = patrol_state.opened()
plans = patrol_state.may_plan(actor)

if asked.planning and plans:
    if st.button("All patrols", icon=":material/arrow_back:", type="tertiary"):
        patrol_state.go()
    patrol_plan.show(asked.patrol)
elif asked.week and plans:
    if st.button("All patrols", icon=":material/arrow_back:", type="tertiary"):
        patrol_state.go()
    patrol_week.show()
elif asked.patrol is not None and actor.may(Permission.PATROL):
    if st.button("All patrols", icon=":material/arrow_back:", type="tertiary"):
        patrol_state.go()
    patrol_one.show(asked.patrol)
elif not actor.may(Permission.PATROL):
    patrol_dose.show()
else:
    st.title("Patrols", anchor=False)
    patrol_state.said()
    shown = st.segmented_control(
        "Part", ["Shifts", "Dose"], default="Dose" if asked.part == "dose" else "Shifts",
        key=patrol_state.key("part"), required=True, label_visibility="collapsed",
    )  # fmt: skip
    if shown == "Dose":
        patrol_dose.show(titled=False)
    else:
        patrol_list.show()
