"""The thread of a note: its words, what colleagues reply, whom they ask, and how it ended."""

from collections.abc import Callable
from datetime import date
from html import escape

import streamlit as st

from domain import annotation_changes, codes, threads
from domain.annotations import AnnotationState
from domain.concern_evidence import INFORMATION, SOURCES, Known
from domain.concerns import Basis
from domain.errors import NotFound
from domain.filters import day_words
from domain.matching import LONDON
from domain.people import Actor, Permission, Tier
from domain.thread_tables import ReplyKind
from domain.threads import Before, Line, Thread
from screens import desk, news_state, note_form
from screens.note_form import sentence

EVERY = 3  # seconds; a colleague's reply is there within them
SAID = {ReplyKind.RESOLVED: "Resolved", ReplyKind.REOPENED: "Opened again"}
FIELDS = {
    "text": "words",
    "kind": "kind",
    "basis": "fact, opinion or hearsay",
    "information": "how it is known",
    "grade_source": "the source",
    "valid_from": "holds from",
    "valid_until": "holds until",
    "tier": "who may read it",
    "noted_on": "noted on",
    "precision": "how sure the spot is",
    "shape": "where it lies",
    "sketch": "how it is drawn",
}


def show(number: int, actor: Actor, *, words: bool) -> None:
    """Show the thread of a note, with ``words`` the note itself; nothing for who may not read it.

    What is new in it counts as read from now on.
    """
    found = read(number)
    if found is None:
        return
    news_state.read(news_state.of_note(number))
    if words:
        kind = codes.current().annotation_kinds.label(found.note.kind)
        st.html(
            f'<div class="sg-card"><h2>{escape(sentence(kind))}</h2>'
            f"<p>{escape(found.note.text)}</p></div>"
        )
    if told := facts(found):
        st.html(told)
    lines(number)
    if found.may_reply:
        answer(found)
        turn(found)
    change(found, actor)
    earlier(found)


def read(number: int) -> Thread | None:
    """Return the thread, or None where it is not for this reader."""
    try:
        with desk.reading() as (session, actor):
            return threads.thread(session, actor, number) if _reads(actor) else None
    except NotFound:
        return None


def _reads(actor: Actor) -> bool:
    return actor.may(Permission.SEE_PLACES)


def facts(found: Thread) -> str:
    """Write how it is known, until when it holds, whom it asks, and whether it is resolved."""
    note = found.note
    told = [sentence(found.grade), found.handled]
    if note.valid_from or note.valid_until:
        first = f"from {day_words(note.valid_from)}" if note.valid_from else ""
        last = f"until {day_words(note.valid_until)}" if note.valid_until else ""
        told.append(" ".join(filter(None, ["Holds", first, last])))
    quiet = "".join(f'<p class="sg-quiet">{escape(each)}</p>' for each in told if each)
    state = '<p><span class="sg-state">Resolved</span></p>' if found.resolved else ""
    return f"{state}{quiet}{asks(found.asked)}"


def asks(names: tuple[str, ...]) -> str:
    """Write whom a note or a reply asks to look."""
    told = " ".join(f'<span class="sg-asked">@{escape(each)}</span>' for each in names)
    return f'<p class="sg-quiet">Asks {told}</p>' if told else ""


@st.fragment(run_every=EVERY)
def lines(number: int) -> None:
    """Show what is said, and look again now and then: replies come without a reload."""
    found = read(number)
    if found is None:
        st.html('<p class="sg-quiet">This note is not there any more.</p>')
        return
    st.markdown("##### Replies")
    if not found.lines:
        st.html('<p class="sg-quiet">Nobody has replied yet.</p>')
        return
    st.html(f'<ol class="sg-thread">{"".join(map(line, found.lines))}</ol>')


def line(each: Line) -> str:
    """Write one line of a thread."""
    at = each.at.astimezone(LONDON)
    edited = ", changed since" if each.edited_at and not each.withdrawn else ""
    said = f"<strong>{SAID[each.kind]}.</strong> " if each.kind in SAID else ""
    words = "<em>Taken back.</em>" if each.withdrawn else escape(each.text)
    return (
        f'<li><p class="sg-quiet">{escape(each.who)} · {day_words(at.date())}, {at:%H:%M}{edited}'
        f"</p><p>{said}{words}</p>{asks(each.asked)}</li>"
    )


def answer(found: Thread) -> None:
    """Let the reader reply, and change what they replied themselves."""
    note = found.note
    turn = len([each for each in found.lines if each.mine])
    with st.form(f"reply_{note.id}_{turn}", border=False):
        text = note_form.words(
            "Your reply", f"reply_{note.id}", max_chars=threads.LONGEST, height=90,
            help="Write @ and the name of an agency or a role to ask them, or choose below.",
        )  # fmt: skip
        asked = note_form.whom(f"asked_{note.id}_{turn}")
        pressed = st.form_submit_button("Reply", type="primary", width="stretch")
    if pressed:
        act(lambda session, who: threads.reply(session, who, note.id, text=text, asked=asked))
    own = [each for each in found.lines if each.mine and not each.withdrawn]
    own = [each for each in own if each.kind is ReplyKind.REPLY]
    if own:
        with st.popover("Change your last reply", icon=":material/edit:", width="stretch"):
            change_reply(own[-1])


def change_reply(each: Line) -> None:
    """Let somebody put their own reply right, or take it back."""
    with st.form(f"reply_change_{each.id}_{each.version}", border=False):
        text = note_form.words(
            "Your words", f"change_{each.id}", each.text, max_chars=threads.LONGEST
        )
        left, right = st.columns(2)
        saved = left.form_submit_button("Save", type="primary", width="stretch")
        gone = right.form_submit_button("Take it back", width="stretch")
    version = each.version
    if saved:
        act(lambda session, who: threads.change(session, who, each.id, text=text, version=version))
    if gone:
        act(lambda session, who: threads.take_back(session, who, each.id, version=version))


def turn(found: Thread) -> None:
    """Let the reader say that nothing more is needed, or open it again; with a reason."""
    note = found.note
    title, do = ("Open again", threads.reopen) if found.resolved else ("Resolve", threads.resolve)
    icon = ":material/undo:" if found.resolved else ":material/task_alt:"
    with (
        st.popover(title, icon=icon, width="stretch"),
        st.form(f"turn_{note.id}_{found.resolved}", border=False),
    ):
        reason = note_form.words("Why?", f"turn_{note.id}", max_chars=threads.LONGEST, height=80)
        pressed = st.form_submit_button(title, type="primary")
    if pressed:
        act(lambda session, who: do(session, who, note.id, reason=reason))


def change(found: Thread, actor: Actor) -> None:
    """Let the writer, or who decides on reports, change the note; how it read stays readable."""
    note = found.note
    may = actor.may(Permission.MODERATE) or (found.mine and actor.may(Permission.ANNOTATE))
    if not may or note.state is not AnnotationState.SHARED:
        return
    with (
        st.popover("Change this note", icon=":material/edit_note:", width="stretch"),
        st.form(f"note_change_{note.id}_{note.version}", border=False),
    ):
        kinds = codes.current().annotation_kinds
        kind = note_form.choice(
            "What is it?", {note.kind: kinds.label(note.kind), **kinds.offered()}, note.kind
        )
        text = note_form.words("In your words", f"note_{note.id}", note.text, max_chars=500)
        basis = st.selectbox(
            "Fact, opinion or hearsay?", [None, *Basis],
            ([None, *Basis]).index(note.basis),
            format_func=lambda each: sentence(each.value) if each else note_form.UNSAID,
        )  # fmt: skip
        ways = ["", *(each.value for each in Known)]
        how = st.selectbox(
            "How is it known?", ways, ways.index(note.information),
            format_func=lambda each: note_form.graded(actor, each, Known(each).words)
            if each else note_form.UNSAID,
        )  # fmt: skip
        days = note_form.held(note.valid_from, note.valid_until)
        pressed = st.form_submit_button("Save", type="primary")
    if pressed:
        act(
            lambda session, who: annotation_changes.change(
                session, who, note.id, version=note.version, kind=kind, text=text, basis=basis,
                information=how, **days,
            )
        )  # fmt: skip


def earlier(found: Thread) -> None:
    """Show how it read before each change, to those who are cleared for it."""
    if not found.edits:
        return
    with st.expander(f"Earlier words ({found.edits})", icon=":material/history:"):
        with desk.reading() as (session, actor):
            before = threads.edits(session, actor, found.note.id)
        st.html(f'<ol class="sg-thread">{"".join(edited(each, actor) for each in before)}</ol>')


def edited(each: Before, actor: Actor) -> str:
    """Write one change: who, when, and what stood there before."""
    at = each.at.astimezone(LONDON)
    of = "a reply" if each.reply_id else "the note"
    before = {
        sentence(FIELDS.get(name, name)): _was(name, value, actor)
        for name, value in each.fields.items()
    }
    rows = "".join(f"<p>{escape(what)} before: {escape(was)}</p>" for what, was in before.items())
    return (
        f'<li><p class="sg-quiet">{escape(each.who)} changed {of} · {day_words(at.date())}, '
        f"{at:%H:%M}</p>{rows}</li>"
    )


def _was(name: str, value: object, actor: Actor) -> str:
    """Say what a field was before, as this reader knows it: codes of a grade are for graders."""
    told = str(value or "")
    return WAS[name](told, actor) if told and name in WAS else told or "not said"


def _day(told: str, _actor: Actor) -> str:
    return day_words(date.fromisoformat(told))


WAS: dict[str, Callable[[str, Actor], str]] = {
    "kind": lambda told, _: codes.current().annotation_kinds.label(told),
    "precision": lambda told, _: codes.current().precision.label(told),
    "information": lambda told, actor: note_form.graded(actor, told, INFORMATION[told]),
    "grade_source": lambda told, actor: note_form.graded(actor, told, SOURCES[told]),
    "tier": lambda told, _: note_form.READERS.get(Tier(int(told)), "fewer readers"),
    "valid_from": _day,
    "valid_until": _day,
    "noted_on": _day,
    "shape": lambda *_: "another",
    "sketch": lambda *_: "another",
}
"""How a field of a note is told that is not kept in words; all others are words."""


def act(do) -> None:
    """Do one thing; a refusal is shown, and what was typed stays."""
    with desk.shown_errors():
        with desk.writing() as (session, who):
            do(session, who)
        st.toast("Saved.", icon=":material/check:")
        st.rerun()
