"""How a result was made, and whether it comes out the same when it is run again."""

from html import escape

import streamlit as st

from exchange import insights
from layers import analysis, catalogue
from screens import desk, insight_ask, insight_found, insight_state
from screens.insight_found import Found


def show(found: Found) -> None:
    """Show the recipe, and offer to run it again."""
    compared(found)
    with st.expander("How it was made"):
        lines = "".join(
            f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts(found)
        )
        st.html(f'<dl class="sg-facts">{lines}</dl>')
        if found.moved_on:
            st.info("The records have changed since. Run it again to see whether it matters.")
        if st.button("Run again", icon=":material/replay:", key="insight_again"):
            again(found)


def facts(found: Found) -> list[tuple[str, str]]:
    """Return all that the numbers stand on."""
    recipe = found.recipe
    return [
        ("Question", recipe.method.question),
        ("Records", catalogue.CATALOGUE[recipe.layer].title),
        ("Narrowed to", recipe.filters.describe()),
        *(tuple(line.split(": ", 1)) for line in recipe.describe()),
        ("Sources", ", ".join(found.result.sources) or "none"),
        ("Seed", str(recipe.seed)),
        ("Revision of the records", found.revision),
        ("Safeground", found.app_version),
        ("Made by", found.made_words()),
        ("Digest of the numbers", found.fingerprint[:16]),
    ]


def again(found: Found) -> None:
    """Run the recipe again, at once or as a job, and remember what to compare it with."""
    with desk.shown_errors():
        with desk.reading() as (session, actor):
            records = analysis.count(session, actor, found.recipe)
        if insights.is_long(found.recipe, records):
            insight_ask.begin(found.recipe)
            st.session_state["insight_before"] = found.id
            st.rerun()
        else:
            with st.spinner("Running it again"):
                draft, _ = insights.again(desk.store(), actor, found.id)
            st.session_state["insight_twice"] = (found.id, draft)
            st.rerun()


def compared(found: Found) -> None:
    """Say whether a second run gave the same numbers, and what changed meanwhile."""
    before, draft = st.session_state.get("insight_twice", (0, 0))
    if before != found.id:
        return
    second = insight_found.load(draft)
    if second is None:
        del st.session_state["insight_twice"]
    elif second.fingerprint == found.fingerprint:
        st.success(f"Run again: every number is the same.{_changed(found, second)}")
    else:
        why = _changed(found, second) or (
            " Neither the records nor Safeground changed, so this is our fault: tell your "
            "administrator."
        )
        st.warning(f"Run again: the numbers differ.{why}", icon=":material/difference:")
        if st.button("Compare the two", key="compare_twice"):
            insight_state.go(found.id, draft)


def _changed(first: Found, second: Found) -> str:
    records = " The records have changed since." if first.revision != second.revision else ""
    newer = first.app_version != second.app_version
    return records + (" Safeground itself has changed since." if newer else "")
