"""Who has told us, ward by ward and month by month; silence is marked, and never called safe."""

import altair as alt
import pandas as pd
import streamlit as st

from domain.filters import Filters
from layers import coverage
from screens import desk

STEPS = ["#c6c8e6", "#a5a8d4", "#8d91c4", "#6b6fac", "#4c5092"]
SILENCE = "·"


def show() -> None:
    """Offer the table of sources by ward and month, where there are wards and records."""
    with desk.reading() as (session, actor):
        told = coverage.told(session, actor, Filters())
    if not told.months or told.wards.empty:
        return
    with st.expander("Who has told us", icon=":material/record_voice_over:"):
        st.caption(
            "How many sources told us something of each ward in each month. A dot is a month in "
            "which nobody told us anything: silence, not safety. Recorded most is not harmed most."
        )
        rows = pd.DataFrame(
            {
                "Ward": told.wards["name"].repeat(len(told.months)).to_numpy(),
                "Month": list(told.months) * len(told.wards),
                "Sources": told.by_month.ravel(),
            }
        )
        st.altair_chart(chart(rows), width="stretch")
        with st.expander("The same as a table"):
            table = rows.assign(Month=[f"{month:%b %Y}" for month in rows["Month"]])
            st.dataframe(table.pivot_table("Sources", "Ward", "Month", sort=False), width="stretch")


def chart(rows: pd.DataFrame) -> alt.LayerChart:
    """Draw a square for each ward and month, by the number of sources."""
    shown = rows.assign(
        Month=pd.to_datetime(rows["Month"]),
        Mark=["" if count else SILENCE for count in rows["Sources"]],
    )
    base = alt.Chart(shown, height=26 * rows["Ward"].nunique() + 60).encode(
        x=alt.X("yearmonth(Month):O", title=None, axis=alt.Axis(format="%b %y", labelAngle=-45)),
        y=alt.Y("Ward:N", title=None),
        tooltip=["Ward", alt.Tooltip("Month:T", format="%B %Y"), "Sources"],
    )
    heard = (
        base.transform_filter("datum.Sources > 0")
        .mark_rect(stroke="#ffffff")
        .encode(
            color=alt.Color(
                "Sources:Q", scale=alt.Scale(range=STEPS), legend=alt.Legend(tickMinStep=1)
            )
        )
    )
    silent = base.mark_text(fontSize=16, fontWeight="bold", color="#7d7468").encode(text="Mark:N")
    return heard + silent
