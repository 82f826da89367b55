"""A decision looked at again: what it was made on, whether that is unchanged, and what is now."""

from html import escape

import streamlit as st

from domain import meeting_kinds
from domain.people import Tier
from layers import replay
from layers.replay import Replayed
from screens import desk, meeting_state, place_state

KEPT = "Kept unchanged: the fingerprint is that of the day."
BROKEN = "What is kept is not what was frozen: the fingerprint differs. Tell your administrator."


def show(decision: int, meeting: int) -> None:
    """Show a decision with its evidence, as far as today's permissions allow."""
    if st.button("To the minutes", icon=":material/arrow_back:", type="tertiary"):
        meeting_state.go(meeting)
    with desk.shown_errors():
        with desk.reading() as (session, actor):
            found = replay.replay(session, actor, decision)
        head(found)
        verdict(found)
        figures(found)
        recipe(found)


def head(found: Replayed) -> None:
    """Say what was decided, why, by whom and when."""
    made = found.decision
    who = ", ".join(filter(None, [made.decider_name, made.decider_role]))
    link = ""
    if made.place_id is not None:
        link = (f'<p><a class="sg-link" target="_self" '
                f'href="{place_state.address(made.place_id)}">The place today</a></p>')  # fmt: skip
    st.html(
        f'<div class="sg-meeting"><h1>Decided: {escape(meeting_kinds.decision_label(made.code))}'
        f"</h1><p>{escape(made.reason)}</p><p class='sg-quiet'>{escape(who)}, "
        f"{place_state.when(made.decided_at)}. Written down by {escape(made.recorded_by_name)}. "
        f"The room was shown what is for: {escape(Tier(made.tier).title.lower())}.</p>{link}</div>"
    )


def verdict(found: Replayed) -> None:
    """Say whether it is unchanged, and whether today's records still give the same."""
    if found.proven:
        st.success(f"{KEPT} {found.fingerprint[:16]}…", icon=":material/verified:")
    else:
        st.error(BROKEN, icon=":material/error:")
    if found.same is None:
        st.info("Today's records cannot be read beside it.", icon=":material/info:")
    elif found.same:
        st.info("Today's records still give the same counts.", icon=":material/check:")
    else:
        st.warning("Today's records give other counts than those it was decided on.",
                   icon=":material/compare:")  # fmt: skip
    for words in found.destroyed:
        st.warning(words, icon=":material/delete:")
    if found.withheld:
        st.info(f"Not for you today: {', '.join(found.withheld)}.", icon=":material/lock:")


def figures(found: Replayed) -> None:
    """Show the figures and the card as they were, and what differs today."""
    now = {each.label: each.now for each in found.differences}
    counts = [(replay.title(name), str(count)) for name, count in found.shown.counts.items()]
    st.html(
        table("Counted around the place", counts, now) + table("The card", found.shown.card, now)
    )


def table(title: str, rows, now: dict[str, str]) -> str:
    """Write what was, and today's where it differs."""
    lines = "".join(
        f"<tr><th scope='row'>{escape(label)}</th><td>{escape(words)}</td>"
        f"<td>{escape(now.get(label, 'the same'))}</td></tr>"
        for label, words in rows
    )
    return (
        f'<table class="sg-table"><caption>{escape(title)}</caption><thead><tr><th scope="col">What'
        f'</th><th scope="col">Then</th><th scope="col">Today</th></tr></thead>'
        f"<tbody>{lines}</tbody></table>"
    )


def recipe(found: Replayed) -> None:
    """Say how the figures were made."""
    made = found.shown.recipe
    with st.expander("How it was made", icon=":material/receipt_long:"):
        facts = {
            "Speaks of": str(made.get("as_at", "")),
            "Layers": ", ".join(replay.title(each) for each in made.get("layers", ())),
            "Filters": str(made.get("filters", "")) or "none",
            "Box (metres, British National Grid)": ", ".join(map(str, made.get("box", ()))),
            "Revisions": ", ".join(f"{k} {v}" for k, v in made.get("revisions", {}).items()),
            "SHA-256": found.fingerprint,
        }
        rows = "".join(
            f"<dt>{escape(label)}</dt><dd>{escape(words)}</dd>" for label, words in facts.items()
        )
        st.html(f'<dl class="sg-facts">{rows}</dl>')
