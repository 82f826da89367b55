"""Insight: ask where and when records cluster, and keep the answer with its recipe."""

import streamlit as st

from domain.people import Permission, Tier
from screens import (
    desk,
    insight_ask,
    insight_compare,
    insight_coverage,
    insight_found,
    insight_job,
    insight_keep,
    insight_recipe,
    insight_result,
    insight_state,
)

actor = desk.actor()
actor.must(Permission.ANALYSE)
if actor.tier < Tier.T3 or not insight_ask.offered(actor):
    st.title("Insight")
    st.info("Analyses need the clearance of a safeguarding meeting. Ask your administrator.")
    st.stop()

opened = insight_state.current()
found = insight_found.load(opened.insight)
beside = insight_found.load(opened.beside)
if found is not None:
    insight_ask.take_over(found.recipe, found.id)

with st.container(key="insight"):
    ask_box, result_box, more_box = (
        st.container(key="insight_ask"),
        st.container(key="insight_result"),
        st.container(key="insight_more"),
    )

with ask_box, st.expander("Question", expanded=found is None, icon=":material/query_stats:"):
    asked = insight_ask.recipe(actor)
    if st.button("Look", type="primary", width="stretch", disabled=asked is None, key="look"):
        insight_ask.look(asked)

with result_box:
    if said := st.session_state.pop("insight_said", ""):
        st.success(said, icon=":material/check:")
    insight_job.show()
    if found is not None and beside is not None:
        insight_compare.show(found, beside, swiped=opened.swipe)
    elif found is not None:
        insight_result.show(found, actor)
        insight_recipe.show(found)
    else:
        insight_ask.nothing_open(actor)
        insight_coverage.show()

with more_box:
    if found is not None:
        insight_keep.show(found, actor)
    insight_keep.listed(found.id if found else None)
