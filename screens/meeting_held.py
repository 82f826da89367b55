"""A meeting that was held: its minutes, approving them, giving them out."""

from datetime import date
from html import escape

import streamlit as st

from domain import meeting_minutes, meetings
from domain.filters import day_words
from domain.meeting_items import lines
from domain.meeting_minutes import Entry, Minutes
from domain.meeting_tables import Meeting, MeetingState
from domain.people import Permission, Tier
from exchange.packs import What
from screens import (
    desk,
    meeting_coming,
    meeting_notes_box,
    meeting_state,
    pack_link,
    place_state,
)
from screens.admin_desk import quiet

KINDS = {
    "arrived": "came in",
    "left": "left",
    "apologies": "sent apologies",
    "opened": "The meeting was opened",
    "closed": "The meeting was closed",
    "sharing_on": "The screen was shared",
    "sharing_off": "The screen was shared no longer",
    "closed_part_begun": "The closed part began",
    "closed_part_ended": "The closed part ended",
    "read_confidentiality": "Confidentiality was read out",
    "read_language": "Language was read out",
    "minutes_approved": "The minutes were approved",
    "minutes_given_out": "The minutes were given out",
}


def show(meeting: Meeting) -> None:
    """Show the minutes as this person may read them, and what is to be done with them."""
    meeting_coming.head(meeting)
    with desk.shown_errors():
        with desk.reading() as (session, actor):
            told = meeting_minutes.minutes(session, actor, meeting.id)
        if desk.actor().may(Permission.RECORD):
            steps(meeting, told)
        pack_link.show(What.MEETING, meeting.id, "Take the minutes and the places along as a pack")
        whole(told)
        if desk.actor().may(Permission.RECORD):
            correct(meeting)
            went_to(meeting)
        room(meeting)


def steps(meeting: Meeting, told: Minutes) -> None:
    """Offer to approve and to give out, and say by when."""
    if meeting.state is MeetingState.CLOSED:
        target(told)
        if st.button("Approve the minutes", type="primary", icon=":material/verified:"):
            meeting_state.act(
                meeting_minutes.approve, "The minutes are approved.", meeting.id,
                version=meeting.version,
            )  # fmt: skip
    elif meeting.state is MeetingState.APPROVED:
        target(told)
        if st.button("Give them out", type="primary", icon=":material/send:"):
            meeting_state.act(meeting_minutes.distribute, "The minutes are given out.", meeting.id)


def target(told: Minutes) -> None:
    """Say by when the minutes should be out: two working days."""
    words = f"Give them out by {day_words(told.due)}: two working days after the meeting."
    if told.late:
        st.warning(f"{words} That day has passed.", icon=":material/schedule:")
    else:
        quiet(words)


def whole(told: Minutes) -> None:
    """Write the minutes."""
    here = "; ".join(told.present) or "Nobody was noted as present"
    facts = [("Present", here), ("Apologies", "; ".join(told.apologies)),
             ("Conflicts of interest", "; ".join(told.conflicts)),
             ("Read out", ", ".join(told.statements))]  # fmt: skip
    rows = "".join(
        f"<dt>{escape(label)}</dt><dd>{escape(words)}</dd>" for label, words in facts if words
    )
    st.html(f'<div class="sg-minutes"><h2>Minutes</h2><dl class="sg-facts">{rows}</dl></div>')
    if not told.entries:
        quiet("There is no item that you may read.")
    for number, each in enumerate(told.entries, 1):
        st.html(entry(told.meeting, each, number))
    if told.left_out:
        one = "1 item is" if told.left_out == 1 else f"{told.left_out} items are"
        quiet(f"{one} not for you.")
    sealed = "Approved and frozen." if told.frozen else "Not approved yet: they may still change."
    by = f" Approved by {told.meeting.approved_by_name}." if told.meeting.approved_by_name else ""
    quiet(f"{sealed}{by} Fingerprint of what you read: {told.fingerprint[:16]}.")


def entry(meeting: Meeting, each: Entry, number: int) -> str:
    """Write one item of the minutes."""
    name = escape(each.name)
    if each.place_id is not None:
        name = (f'<a class="sg-link" target="_self" href="{place_state.address(each.place_id)}">'
                f"{name}</a>")  # fmt: skip
    parts = [f"<h3>{number}. {name}</h3>", paragraph("", each.says), paragraph("Notes", each.notes)]
    if each.decision:
        why = f" {each.reason}" if each.reason else ""
        by = f" ({each.decided_by})" if each.decided_by else ""
        parts.append(paragraph("Decided", f"{each.decision}.{why}{by}"))
        parts += [paragraph("Still missing", words) for words in each.missing]
        if each.also_referred:
            parts.append(paragraph("", "The place was also referred beside a child."))
    else:
        parts.append(paragraph("", each.deferred_why and f"Put off: {each.deferred_why}"))
    parts += [
        paragraph("Action", f"{one['what']} ({one['agency']}, {one['role']}, by "
                  f"{day_words(date.fromisoformat(one['due']))})")
        for one in each.actions
    ]  # fmt: skip
    parts.append(paragraph("Next", each.next_step))
    if each.decision_id:
        parts.append(
            f'<p><a class="sg-link" target="_self" '
            f'href="/meetings?meeting={meeting.id}&decision={each.decision_id}">'
            "What it was decided on</a></p>"
        )
    return f'<div class="sg-entry-m">{"".join(parts)}</div>'


def paragraph(label: str, words: str) -> str:
    """Write one line of an item, nothing where there is nothing."""
    if not words:
        return ""
    head = f"<strong>{escape(label)}:</strong> " if label else ""
    return f"<p>{head}<span>{escape(words)}</span></p>"


def correct(meeting: Meeting) -> None:
    """Let the notes be put right until they are approved."""
    if meeting.state is not MeetingState.CLOSED:
        return
    with desk.reading() as (session, actor):
        found = lines(session, actor, meeting.id)
    if not found:
        return
    with st.expander("Put the notes right", icon=":material/edit_note:"):
        names = {each.id: each.name for each in found}
        item = st.selectbox("Item", list(names), format_func=names.get)
        meeting_notes_box.show(meeting.id, item)


def went_to(meeting: Meeting) -> None:
    """List to whom the minutes went, at which tier."""
    with desk.reading() as (session, actor):
        found = meeting_minutes.copies(session, actor, meeting.id)
    if found:
        rows = "".join(
            f"<li>{escape(each.agency)}: {escape(Tier(each.tier).title.lower())}, "
            f"{each.items} items{f', {each.left_out} left out' if each.left_out else ''}"
            f"{'' if each.agency_id else ' (no sign-in: hand it over)'}</li>"
            for each in found
        )
        st.html(f'<div class="sg-minutes"><h2>Given out</h2><ul>{rows}</ul></div>')


def room(meeting: Meeting) -> None:
    """List what happened in the room, with for whom it was shown."""
    with desk.reading() as (session, actor):
        found = meetings.events(session, actor, meeting.id)
    with st.expander(f"What happened in the room ({len(found)})", icon=":material/history:"):
        rows = "".join(
            f"<li>{meeting_state.clock(each.at)} {escape(KINDS.get(each.kind, each.kind))}"
            f" <span class='sg-quiet'>for: {escape(Tier(each.room_tier).title.lower())}</span></li>"
            for each in found
        )
        st.html(f'<ul class="sg-list">{rows}</ul>')
