"""The sessions: what each marked, its history, and taking one back."""

from html import escape

import streamlit as st
from streamlit_folium import st_folium

from domain import codes, safety_mapping
from domain.filters import day_words
from domain.safety_mapping import SafetySession, SessionState
from layers import canvas
from screens import desk, map_ground, safety_hold, safety_marks, safety_state
from screens.admin_desk import plain, quiet
from screens.concern_state import when
from screens.note_form import sentence

LABEL = "Map of what one group marked. The list above says how many squares."
STATES = {SessionState.KEPT: "counts in young people's map", SessionState.WITHDRAWN: "withdrawn"}


def show() -> None:
    """Show one session, or the list."""
    number = safety_state.opened()
    if number is None:
        listed()
        return
    found, ward = None, ""
    with desk.shown_errors(), desk.reading() as (session, actor):
        found = safety_mapping.find(session, actor, number)
        ward = safety_mapping.wards(session, actor).get(found.area_id, "")
    if found is not None:
        one(found, ward)
    if st.button("Back to the sessions", icon=":material/arrow_back:"):
        safety_state.open_session(None)


def listed() -> None:
    """List the sessions, the latest first."""
    with desk.reading() as (session, actor):
        found = safety_mapping.sessions(session, actor)
        wards = safety_mapping.wards(session, actor)
    if not found:
        st.info("No session yet. Hold the first one with a group.", icon=":material/groups:")
        return
    for each in found:
        with st.container(border=True):
            words, button = st.columns([5, 1], vertical_alignment="center")
            words.markdown(f"**{plain(wards.get(each.area_id, ''))}**, {facts(each)}")
            label = f"Open the session of {day_words(each.held_on)}, number {each.id}"
            if button.button("Open", key=f"safety_open_{each.id}", help=label, width="stretch"):
                safety_state.open_session(each.id)


def facts(found: SafetySession) -> str:
    """Say in a line when it was, how many there were, and whether it counts."""
    size = codes.current().group_sizes.label(found.group_size)
    return f"{day_words(found.held_on)}, {size} young people, {STATES[found.state]}"


def one(found: SafetySession, ward: str) -> None:
    """Show one session: what was marked by time of day, the group's words, and its history."""
    st.subheader(plain(ward), anchor=False)
    quiet(sentence(facts(found)))
    if found.words:
        st.html(f'<p class="sg-told">{escape(found.words)}</p>')
    with desk.reading() as (session, actor):
        marks = safety_mapping.marks(session, actor, found.id)
        events = safety_mapping.history(session, actor, found.id)
    if marks:
        marked(marks)
    lines = "".join(
        f"<li>{escape(sentence(each.what))} by {escape(each.actor_name)}, {when(each.at)}"
        f"{': ' + escape(each.reason) if each.reason else ''}</li>"
        for each in events
    )
    st.html(f'<ul class="sg-trail">{lines}</ul>')
    if found.state is SessionState.KEPT:
        correct(found)
        withdraw(found)


def marked(marks: list[safety_mapping.Mark]) -> None:
    """Draw what was marked at one time of day."""
    bands = [each for each in codes.current().time_bands if any(m.time_band == each for m in marks)]
    band = st.segmented_control(
        "Time of day", bands, default=bands[0], key="safety_one_band", required=True,
        format_func=safety_hold.band_words,
    )  # fmt: skip
    shown = [each for each in marks if each.time_band == band]
    with st.container(key="safety_one"):
        st_folium(
            canvas.base(map_ground.ground(), safety_state.view(), label=LABEL),
            feature_group_to_add=canvas.overlay(*safety_marks.drawn(shown)),
            returned_objects=[],
            key="safety_one_map",
            height=380,
            use_container_width=True,
        )
    st.html(safety_marks.legend())
    st.html(f'<ul class="sg-list">{safety_marks.counted(marks)}</ul>')


def correct(found: SafetySession) -> None:
    """Ask what is to be corrected."""
    sizes = codes.current().group_sizes.offered()
    with st.expander("Correct it"), st.form(f"safety_correct_{found.id}", border=False):
        size = st.selectbox("How many young people?", list(sizes), format_func=sizes.get,
                            index=list(sizes).index(found.group_size))  # fmt: skip
        words = st.text_area("What would make it safer", found.words, max_chars=300)
        reason = st.text_input("Why it changes", max_chars=300)
        if st.form_submit_button("Save"):
            act(safety_mapping.change, found, "It is corrected.", group_size=size, words=words,
                reason=reason)  # fmt: skip


def withdraw(found: SafetySession) -> None:
    """Ask why a session is taken back, and do so."""
    with st.expander("Withdraw the session"), st.form(f"safety_drop_{found.id}", border=False):
        quiet("Its squares and words are erased at once. That it was held stays in the list.")
        reason = st.text_input("Why it is withdrawn", max_chars=300)
        if st.form_submit_button("Withdraw it"):
            act(safety_mapping.withdraw, found, "It is withdrawn. Its squares are erased.",
                reason=reason)  # fmt: skip


def act(work, found: SafetySession, done: str, **given) -> None:
    """Do one thing to the session and say so, or show why not."""
    with desk.shown_errors():
        with desk.writing() as (session, actor):
            work(session, actor, found.id, version=found.version, **given)
        safety_state.say(done, safety_state.SESSIONS)
