"""What can be done with a concern at any step: take it no further, pass it on, raise the alarm."""

from html import escape

import streamlit as st

from domain import codes, concern_moderating, concern_queue
from domain.codes import CodeList
from domain.concern_evidence import INFORMATION
from domain.concerns import MOVES, OPEN, Concern, ConcernEvent, ConcernState
from domain.filters import joined
from domain.identifiers import Kind
from screens import concern_state, desk
from screens.concern_state import Seen
from screens.note_form import choice


def show(concern: Concern, on: Seen) -> None:
    """Offer what does not wait for a step."""
    st.header("At any time", anchor=False)
    with st.expander("Raise the alarm", icon=":material/warning:"):
        alarm(on)
    with st.expander("Pass it on", icon=":material/forward_to_inbox:"):
        pass_on(on)
    if on.state is not ConcernState.REJECTED and ConcernState.REJECTED in MOVES[on.state]:
        with st.expander("Take it no further", icon=":material/block:"):
            reject(on)
    if concern.bundle and on.state in OPEN:
        flood(concern, on)


def alarm(on: Seen) -> None:
    """Call the duty contact, whatever the state."""
    st.write(
        "Someone may be in danger: the alarm stands on top of the queue, and the duty contact is "
        "called by e-mail, until somebody says that they acted."
    )
    if st.button("Call the duty contact", key="raise_alarm"):
        concern_state.act(concern_moderating.raise_alarm, on, "The alarm is raised.")


def pass_on(on: Seen) -> None:
    """Record that somebody outside was told."""
    st.write(
        "Tell them yourself first, outside Safeground. Only the time and whom you told are kept "
        "here. A child named as at risk goes to First Contact."
    )
    with st.form(f"pass_on_{on.id}", border=False):
        recipient = chosen("Whom did you tell?", codes.current().concern_recipients, on)
        pressed = st.form_submit_button("I have told them")
    if pressed and recipient is None:
        st.warning("Choose whom you told.")
    elif pressed:
        done = "Noted: when, and whom you told."
        concern_state.act(concern_moderating.pass_on, on, done, recipient=recipient)


def reject(on: Seen) -> None:
    """End it with a reason, and an answer where there is one to give."""
    with st.form(f"reject_{on.id}", border=False):
        reason = chosen("Why is it not taken further?", codes.current().concern_reasons, on)
        answer = st.text_area(
            "What we tell the reporter (can be empty)", max_chars=1000, key=f"reject_text_{on.id}"
        )
        pressed = st.form_submit_button("Take it no further")
    if pressed and reason is None:
        st.warning("Choose a reason.")
    elif pressed:
        concern_state.act(
            concern_moderating.reject, on, "It is not taken further.", reason=reason, answer=answer
        )


def flood(concern: Concern, on: Seen) -> None:
    """Decide at once on all that one source sent, but for the one that is open."""
    with st.expander("The others from this source", icon=":material/filter_none:"):
        st.write("This one stays. What has an alarm that nobody has seen stays too.")
        with st.form(f"flood_{on.id}", border=False):
            reason = chosen("Why are the others not taken further?",
                            codes.current().concern_reasons, on)  # fmt: skip
            pressed = st.form_submit_button("Take the others no further")
        if pressed and reason is None:
            st.warning("Choose a reason.")
        elif pressed:
            with desk.shown_errors():
                with desk.writing() as (session, actor):
                    ended = concern_moderating.reject_bundle(
                        session, actor, concern.bundle or "", keep=on.id, reason=reason
                    )
                concern_state.say(f"Not taken further: {ended}.")


def history(number: int) -> None:
    """Show all that was done, the newest first."""
    with desk.reading() as (session, actor):
        lines = concern_queue.history(session, actor, number)
    with st.expander(f"History ({len(lines)})", icon=":material/history:"):
        for each in lines:
            done = DONE.get(each.kind, each.kind.replace("_", " "))
            st.text(f"{concern_state.when(each.at)}, {each.actor_name}: {done}{further(each)}")
            if each.said:
                st.html(f'<blockquote class="sg-told">{escape(each.said)}</blockquote>')


def further(line: ConcernEvent) -> str:
    """Say what else a line of the history knows: to whom, how it was graded, what was kept."""
    told = line.details
    if told.get("recipient"):
        return f": {codes.current().concern_recipients.label(told['recipient'])}"
    if told.get("information"):
        return ": " + "; ".join(INFORMATION[each] for each in told["information"])
    if told.get("kept"):
        return f" (kept as they are: {joined([Kind(each).label for each in told['kept']])})"
    return ""


def chosen(label: str, known: CodeList, on: Seen) -> str | None:
    """Ask for one code, none to begin with."""
    return choice(label, known.offered(), blank=True, key=f"{known.name}_{label}_{on.id}")


DONE = {
    "received": "the report came",
    "added": "the reporter added words",
    "withdrawn": "the reporter took it back",
    "danger_checked": "looked at for danger",
    "alarm": "the alarm was raised",
    "acknowledged": "the alert was seen",
    "redacted": "put into our words",
    "graded": "graded",
    "regraded": "graded anew",
    "linked": "linked to a place",
    "merged": "merged with another",
    "joined": "another joined it",
    "shared": "shared",
    "fed_back": "the reporter was answered",
    "rejected": "not taken further",
    "passed_on": "passed on",
    "photo_opened": "a photograph was opened",
    "photo_covered": "a photograph was looked over",
    "photo_uncovered": "the covering of a photograph was begun anew",
    "photo_erased": "a photograph was erased",
    "original_opened": "what was typed was opened",
    "contact_opened": "the contact was opened",
    "original_erased": "what was typed was erased",
    "contact_erased": "the contact was erased",
    "words_erased": "the reporter's words were erased",
}
