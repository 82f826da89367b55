"""What weighs most at a place, as people judged it: drawn as bubbles, with the table beside."""

from html import escape

import altair as alt
import pandas as pd
import streamlit as st

from domain import weighting
from domain.assessments import OPEN, Assessment
from domain.people import Permission
from domain.place_card import PlaceCard
from domain.weighting import CONTEXTS, MOST, ContextWeighting
from screens import desk, place_state

ACCENT, PALE = "#1d4f5c", "#a3cad1"


def show(card: PlaceCard, now: Assessment | None) -> None:
    """Show the last judgement, the earlier ones, and let another be made."""
    with desk.reading() as (session, actor):
        found = weighting.of_place(session, actor, card.id)
    st.html('<p class="sg-quiet">Which context must change first for safety to rise? It is a '
            "judgement of the people who know the place. Nothing computes it.</p>")  # fmt: skip
    if found:
        latest(found[0])
    else:
        st.info("Nobody has weighed the contexts of this place yet.", icon=":material/balance:")
    if len(found) > 1:
        with st.expander(f"Earlier judgements ({len(found) - 1})"):
            for each in found[1:]:
                st.html(judged(each) + table(each))
    if not card.merged_into and desk.actor().may(Permission.ASSESS):
        form(card, now, found)


def latest(found: ContextWeighting) -> None:
    """Show a judgement as bubbles, with the same in a table beside it."""
    left, right = st.columns([3, 2], gap="large", vertical_alignment="center")
    with left:
        st.altair_chart(bubbles(found), width="stretch")
    with right:
        st.html(table(found))
    st.html(judged(found))


def bubbles(found: ContextWeighting) -> alt.LayerChart:
    """Draw a circle for each context, its area by its weight; the heaviest is the darkest."""
    top = max(found.weights.values())
    rows = pd.DataFrame(
        [
            {"Context": CONTEXTS[name], "Weight": weight, "y": 0, "Most": weight == top > 0}
            for name, weight in found.weights.items()
        ]
    )
    order = list(CONTEXTS.values())
    x = alt.X("Context:N", sort=order, title=None,
              axis=alt.Axis(labelAngle=0, orient="bottom", labelFontSize=14, domain=False,
                            labelColor="#262522", ticks=False))  # fmt: skip
    base = alt.Chart(rows, height=190).encode(x=x, y=alt.Y("y:Q", axis=None))
    circles = base.mark_circle(opacity=1, stroke=ACCENT, strokeWidth=1.5).encode(
        size=alt.Size("Weight:Q", legend=None,
                      scale=alt.Scale(domain=[0, MOST], range=[60, 6000])),
        color=alt.condition("datum.Most", alt.value(ACCENT), alt.value(PALE)),
        tooltip=["Context", "Weight"],
    )  # fmt: skip
    numbers = base.mark_text(fontSize=16, fontWeight="bold").encode(
        text="Weight:Q",
        color=alt.condition("datum.Most", alt.value("#ffffff"), alt.value("#262522")),
    )
    return circles + numbers


def table(found: ContextWeighting) -> str:
    """Write the weights as a table."""
    rows = "".join(
        f'<tr><th scope="row">{CONTEXTS[name]}</th><td>{weight} of {MOST}</td></tr>'
        for name, weight in found.weights.items()
    )
    return (
        '<table class="sg-table"><thead><tr><th scope="col">Context</th>'
        f'<th scope="col">Weight</th></tr></thead><tbody>{rows}</tbody></table>'
    )


def judged(found: ContextWeighting) -> str:
    """Write who judged when, and why."""
    return (
        f'<p class="sg-entry">{escape(found.rationale)}</p><p class="sg-quiet">Judged by '
        f"{escape(found.judged_by)}, {place_state.when(found.judged_at)}; written down by "
        f"{escape(found.author_name)}.</p>"
    )


def form(card: PlaceCard, now: Assessment | None, found: list[ContextWeighting]) -> None:
    """Ask for a judgement."""
    with st.expander("Weigh the contexts", expanded=not found, icon=":material/balance:"):
        key = f"weigh_{card.id}_{len(found)}_{place_state.turn()}"
        with st.form(key, border=False):
            st.html('<p class="sg-quiet">0 plays no part here; 5 must change first.</p>')
            weights = {
                name: int(st.slider(label, 0, MOST, 0, key=f"{key}_{name}"))
                for name, label in CONTEXTS.items()
            }
            why = st.text_area("Why?", max_chars=1000, height=90, key=f"{key}_why")
            who = st.text_input("Who judged? Roles, not names.", max_chars=200, key=f"{key}_who")
            pressed = st.form_submit_button("Keep this judgement", type="primary")
        if pressed:
            of = now.id if now is not None and now.state in OPEN else None
            place_state.act(
                weighting.judge, "The judgement is kept.", card.id, weights, rationale=why,
                judged_by=who, assessment_id=of,
            )  # fmt: skip
