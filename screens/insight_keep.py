"""What can be done with a result: keep it, name it as evidence, take it away, compare it."""

from html import escape

import streamlit as st

from domain import insights
from domain.errors import Invalid
from domain.filters import Filters, day_words
from domain.insights import DRAFT_DAYS
from domain.matching import LONDON
from domain.people import Actor, Permission
from domain.recipes import Recipe
from exchange import insight_files
from exchange.insight_files import Form
from screens import desk, insight_state, map_view
from screens.insight_found import Found
from screens.map_panel import plain


def show(found: Found, actor: Actor) -> None:
    """Offer what may be done with the result that is open."""
    st.header("This result", anchor=False)
    title(found)
    if found.title and actor.may(Permission.EDIT_PLACES):
        evidence(found)
    if actor.may(Permission.EXPORT):
        export(found)
    if found.mine:
        remove(found)


def title(found: Found) -> None:
    """Keep the result under a title, or give it another."""
    if not found.title:
        st.caption(f"Not kept yet. Without a title it is gone after {DRAFT_DAYS} days.")
    with st.form(f"title_{found.id}", border=False):
        given = st.text_input("Title", found.title, max_chars=120, key=f"title_of_{found.id}",
                              placeholder="Such as Evenings around the station")  # fmt: skip
        label = "Rename" if found.title else "Keep it"
        if st.form_submit_button(label, icon=":material/bookmark:"):
            done = False
            with desk.shown_errors():
                with desk.writing() as (session, actor):
                    insights.keep(session, actor, found.id, title=given, version=found.version)
                done = True
            if done:
                st.session_state["insight_said"] = "It is kept."
                st.rerun()


def evidence(found: Found) -> None:
    """Name the result as evidence for a place."""
    with desk.reading() as (session, actor):
        named = {each.id: each.name for each in insights.evidence_of(session, actor, found.id)}
    if named:
        listed = "".join(f"<li>{escape(name)}</li>" for name in named.values())
        st.html(f'<p class="sg-quiet">Evidence for</p><ul class="sg-list">{listed}</ul>')
    known = map_view.reading("places", Filters())["name"].to_dict()
    offered = {number: name for number, name in known.items() if number not in named}
    with st.popover("Name as evidence", icon=":material/flag:", width="stretch"):
        place = st.selectbox(
            "Place", list(offered), format_func=offered.get, index=None, key=f"place_{found.id}"
        )
        st.caption("It is then named on the card of that place, for those who may open it.")
        if st.button("Name it", disabled=place is None, key="name_evidence"):
            done = False
            with desk.shown_errors():
                with desk.writing() as (session, actor):
                    insights.name_evidence(session, actor, found.id, int(place))
                done = True
            if done:
                st.rerun()


def export(found: Found) -> None:
    """Make a file, note that it leaves, and hand it over."""
    with st.popover("Download", icon=":material/download:", width="stretch"):
        forms = [each for each in Form if len(found.result.cells) or each is not Form.GEOPACKAGE]
        form = st.selectbox("As", forms, format_func=lambda each: each.value, key="insight_form")
        asked = (found.id, form, st.session_state.get("insight_table", ""))
        if form is Form.CSV:
            offered = insight_files.tables(found.result)
            table = st.selectbox("Table", offered, key="insight_table")
            asked = (found.id, form, table)
        st.caption("Making a file is noted in the log. It carries its marking, date and your name.")
        if st.button("Make the file", key="insight_file"):
            with desk.shown_errors():
                made = insight_files.export(
                    desk.store(), desk.actor(), found.id, form, table=asked[2]
                )
                st.session_state["insight_made"] = (asked, made)
        for_what, made = st.session_state.get("insight_made", (None, None))
        if for_what == asked and made is not None:
            st.download_button(
                f"Save {made.name}", made.content, made.name, made.mime,
                icon=":material/save:", type="primary", key="insight_save",
            )  # fmt: skip


def remove(found: Found) -> None:
    """Remove a result of one's own."""
    with st.popover("Remove", icon=":material/delete:", width="stretch"):
        st.write("Remove this result? Its recipe goes with it.")
        if st.button("Yes, remove it", key="remove_insight"):
            done = False
            with desk.shown_errors():
                with desk.writing() as (session, actor):
                    insights.remove(session, actor, found.id)
                done = True
            if done:
                st.session_state["insight_said"] = "It is removed."
                insight_state.go(None)


def listed(open_now: int | None) -> None:
    """List the results that are kept, to be opened or set beside the one that is open."""
    st.header("Kept results", anchor=False)
    with desk.reading() as (session, actor):
        known = [
            (each.id, each.title, _line(each)) for each in insights.kept(session, actor, limit=50)
        ]
    if not known:
        st.caption("None yet. Look at something, then keep it under a title.")
        return
    with st.container(key="insight_kept"):
        for number, name, line in known:
            label = f"**{plain(name)}**  \n{plain(line)}"
            if st.button(label, key=f"kept_{number}", width="stretch", disabled=number == open_now):
                insight_state.go(number)
    others = {number: name for number, name, _ in known if number != open_now}
    if open_now is not None and others:
        beside = st.selectbox(
            "Compare with", list(others), format_func=others.get, index=None, key="compare_with"
        )
        if beside is not None and st.button("Compare", icon=":material/compare:"):
            insight_state.go(open_now, beside)


def _line(row: insights.Insight) -> str:
    day = day_words(row.made_at.astimezone(LONDON).date())
    return f"{_question(row)} {row.made_by_name}, {day}".strip()


def _question(row: insights.Insight) -> str:
    """Return what was asked, as far as this version still knows the question."""
    try:
        return Recipe.from_json(row.recipe).method.question
    except Invalid:
        return "A question of another version."
