"""Who is asked to a meeting and who is in the room, with arrivals, departures and conflicts."""

from html import escape

import streamlit as st

from domain import accounts, meeting_people, meeting_seats
from domain.meeting_tables import Meeting, MeetingMember, MeetingState, Presence
from domain.people import Tier
from screens import desk, meeting_plan, meeting_state
from screens.admin_desk import plain

__all__ = ["add", "attendance", "plain", "propose", "show"]


def show(meeting: Meeting, *, runs: bool) -> None:
    """List those asked; where the meeting is planned they can be taken off, or send apologies."""
    with desk.reading() as (session, actor):
        found = meeting_people.members(session, actor, meeting.id)
    st.header(f"Asked ({len(found)})", anchor=False)
    if not found:
        st.info(
            "Nobody is asked yet. Choose from the proposals below.", icon=":material/group_add:"
        )
    for each in found:
        with st.container(key=f"member_{each.id}", horizontal=True, vertical_alignment="center"):
            st.html(words(each))
            if runs and each.arrived_at is None and meeting.state is MeetingState.PLANNED:
                if each.presence is not Presence.APOLOGIES and st.button(
                    "Apologies", key=f"apologies_{each.id}"
                ):
                    meeting_state.act(meeting_people.apologise, "Noted.", each.id)
                if st.button("Remove", icon=":material/close:", key=f"uninvite_{each.id}",
                             type="tertiary", help="Take off the list"):  # fmt: skip
                    meeting_state.act(meeting_people.uninvite, "Taken off the list.", each.id)


def words(each: MeetingMember) -> str:
    """Write one line: who, in which role, cleared for what, and where they are."""
    who = each.called if each.name else ", ".join(filter(None, (each.role, each.agency)))
    role = f" · {each.role}" if each.name and each.role != "Member" else ""
    cleared = Tier(each.tier).title.lower()
    conflict = f"<br>Conflict of interest: {escape(each.conflict)}" if each.conflict else ""
    why = f" · {each.why}" if each.why else ""
    return (
        f'<p class="sg-person"><strong>{escape(who)}</strong>{escape(role)} '
        f"{meeting_state.chip(each.presence.words)}"
        f'<span class="sg-quiet"> cleared for: {escape(cleared)}{escape(why)}</span>{conflict}</p>'
    )


def propose(meeting: Meeting, place_ids: list[int]) -> None:
    """Show who should be in the room for these places, to be ticked."""
    with desk.shown_errors():
        found = meeting_plan.proposals(meeting, place_ids)
        st.header("Who should be in the room", anchor=False)
        if not found:
            st.html('<p class="sg-quiet">Everyone whom these places ask for is asked.</p>')
            return
        with st.form(f"proposals_{meeting.id}_{meeting_state.turn()}", border=False):
            ticked = [
                each
                for index, each in enumerate(found)
                if st.checkbox(
                    f"**{plain(each.role)}**, {plain(each.agency or 'nobody known here: ask them')}"
                    f"  \n{plain('; '.join(each.why[:3]))}",
                    key=f"propose_{meeting.id}_{meeting_state.turn()}_{index}",
                )
            ]
            pressed = st.form_submit_button("Ask those ticked", type="primary")
        if pressed and not ticked:
            st.warning("Tick whom you want to ask.")
        elif pressed:
            with desk.writing() as (session, actor):
                for each in ticked:
                    meeting_people.invite(
                        session, actor, meeting.id, role=each.role, agency_id=each.agency_id,
                        agency=each.agency, why="; ".join(each.why)[:300],
                    )  # fmt: skip
            meeting_state.say("They are on the list.")


def add(meeting: Meeting) -> None:
    """Ask somebody else: a person with a sign-in, or a role."""
    with st.expander("Ask somebody else", icon=":material/person_add:"):
        with desk.reading() as (session, actor):
            people = meeting_people.people(session, actor)
            agencies = accounts.agency_names(session, actor)
            asked = {each.user_id for each in meeting_seats.members(session, meeting.id)}
        free = [number for number in people if number not in asked]
        with st.form(f"ask_person_{meeting_state.turn()}", border=False):
            person = st.selectbox("Someone with a sign-in", free, index=None,
                                  format_func=people.get, placeholder="Choose")  # fmt: skip
            if st.form_submit_button("Ask them") and person:
                meeting_state.act(
                    meeting_people.invite, "They are on the list.", meeting.id, user_id=person
                )
        with st.form(f"ask_role_{meeting_state.turn()}", border=False):
            role = st.text_input("Or a role", max_chars=120, placeholder="Head of libraries")
            agency = st.selectbox("Agency", list(agencies), index=None, format_func=agencies.get,
                                  placeholder="Choose, or leave empty")  # fmt: skip
            tier = st.selectbox(
                "What they may see", [Tier.T2, Tier.T1, Tier.T3], format_func=lambda t: t.title,
                help="Without a sign-in somebody counts as a partner agency unless you say so.",
            )  # fmt: skip
            if st.form_submit_button("Ask this role"):
                meeting_state.act(
                    meeting_people.invite, "They are on the list.", meeting.id, role=role,
                    agency_id=agency, tier=tier,
                )  # fmt: skip


def attendance(meeting: Meeting) -> None:
    """Note who comes and goes, and conflicts of interest; the room's screen follows at once."""
    with desk.reading() as (session, actor):
        found = meeting_people.members(session, actor, meeting.id)
    for each in found:
        here = each.presence is Presence.PRESENT
        name = each.name or each.role
        box, more = st.columns([3, 1.3], vertical_alignment="center")
        came = box.toggle(
            plain(name), here, key=f"here_{each.id}_{each.version}",
            help=plain(f"{each.agency or 'No agency'}. Cleared for: "
                       f"{Tier(each.tier).title.lower()}. Now: {each.presence.words}."),
        )  # fmt: skip
        with more.popover("More", help=f"More about {plain(name)}"):
            conflict = st.text_input("Conflict of interest", each.conflict, max_chars=300,
                                     key=f"conflict_{each.id}_{each.version}")  # fmt: skip
            if conflict != each.conflict:
                meeting_state.act(meeting_people.declare, "Noted.", each.id, conflict)
            away = each.arrived_at or each.presence is Presence.APOLOGIES
            if not away and st.button("Apologies", key=f"sorry_{each.id}"):
                meeting_state.act(meeting_people.apologise, "Noted.", each.id)
        if came != here:
            work = meeting_people.arrive if came else meeting_people.leave
            meeting_state.act(work, "In the room." if came else "Left the room.", each.id)
