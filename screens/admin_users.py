"""People, the roles they hold, and the agencies they work for."""

from datetime import UTC, datetime, time
from html import escape
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from domain import accounts, grants
from domain.accounts import Grant, User
from domain.people import CLEARANCE, Role, Tier
from screens import admin_agencies, desk
from screens.admin_desk import plain, quiet, said, say

LONDON = ZoneInfo("Europe/London")
NOW = datetime.now(UTC)


def state(person: User) -> str:
    """Say in a word whether someone can sign in."""
    if not person.active:
        return "deactivated"
    if person.is_locked(NOW):
        return "locked"
    if not any(each.holds(NOW) for each in person.grants):
        return "no role yet"
    return "password due" if person.must_change else "active"


def roles(person: User) -> str:
    """Name what someone holds now."""
    return ", ".join(each.title for each in person.grants if each.holds(NOW))


def until(grant: Grant) -> str:
    """Say when a role ends, in London's days."""
    if grant.expires is None:
        return "for good"
    day = f"{grant.expires.astimezone(LONDON):%d %B %Y}"
    return f"until {day}" if grant.holds(NOW) else f"ended {day}"


def table(everyone: list[User]) -> pd.DataFrame:
    """Lay people out as a table."""
    rows = [
        (each.name, each.username, each.agency.name, roles(each), state(each)) for each in everyone
    ]
    return pd.DataFrame(rows, columns=["Name", "Username", "Agency", "Roles", "State"])


@st.dialog("A password to hand over", on_dismiss="rerun")
def hand_over(username: str, password: str) -> None:
    """Show a one-time password, once."""
    st.write(f"Give this to **{plain(username)}** in person or by phone, never by e-mail.")
    st.code(password, language=None)
    quiet("It is shown this once, and has to be changed at the first sign-in.")
    if st.button("I have handed it over", type="primary"):
        st.rerun()


def add(agencies: dict[int, str]) -> None:
    """Add a person."""
    with st.form("add_user", clear_on_submit=True):
        name = st.text_input("Name", max_chars=120)
        username = st.text_input("Username", max_chars=80, help="Letters, digits and . _ - @ +")
        agency = st.selectbox(
            "Agency", agencies, None, format_func=agencies.get, placeholder="Choose one"
        )
        sent = st.form_submit_button("Add this person", type="primary")
    if sent and agency is None:
        st.warning("Choose the agency that this person works for.")
    elif sent:
        with desk.shown_errors():
            with desk.writing() as (session, actor):
                new, password = accounts.add_user(
                    session, actor, username=username, name=name, agency_id=agency
                )
            hand_over(new.username, password)


def correct(person: User, agencies: dict[int, str]) -> None:
    """Correct a name, or move someone to another agency."""
    choices = {person.agency_id: person.agency.name} | agencies
    with st.form("change_user"):
        name = st.text_input("Name", person.name, max_chars=120)
        agency = st.selectbox("Agency", choices, format_func=choices.get)
        sent = st.form_submit_button("Save")
    if sent:
        with desk.shown_errors():
            with desk.writing() as (session, actor):
                accounts.change_user(
                    session, actor, person.id, version=person.version, name=name, agency_id=agency
                )
            say("Saved.")


def held(person: User) -> None:
    """List what someone holds and held, and withdraw it."""
    for grant in person.grants:
        words, button = st.columns([4, 1], vertical_alignment="center")
        tier = Tier(CLEARANCE[grant.role] if grant.tier is None else grant.tier).title
        trained = ", trained grader" if grant.grader else ""
        words.markdown(f"**{plain(grant.title.capitalize())}** · {tier}{trained}, {until(grant)}")
        if grant.reason:
            words.html(f'<p class="sg-quiet">{escape(grant.reason)}</p>')
        gone = not grant.holds(NOW)
        name = f"Withdraw {grant.title}"
        if button.button("Withdraw", key=f"withdraw{grant.id}", disabled=gone, help=name):
            with desk.shown_errors():
                with desk.writing() as (session, actor):
                    grants.withdraw(session, actor, grant.id)
                say(f"{person.name} is no longer {grant.title}.")
    if not person.grants:
        st.info(f"{plain(person.name)} holds no role yet, and cannot sign in. Give one below.")


def give(person: User, areas: dict[int, str]) -> None:
    """Give one more role."""
    with st.form("give", clear_on_submit=True, border=True):
        st.markdown("### Give a role")
        left, right = st.columns(2)
        role = left.selectbox("Role", list(Role), format_func=lambda each: each.value.capitalize())
        area = right.selectbox(
            "Area", [None, *areas], format_func=lambda each: areas.get(each, "Everywhere")
        )
        tier = left.selectbox(
            "Detail",
            [None, *Tier],
            format_func=lambda each: "As the role has" if each is None else each.title,
        )
        end = right.date_input(
            "Last day (empty: for good)", None, min_value="today", format="DD/MM/YYYY"
        )
        grader = st.checkbox(
            "Trained grader (3x5x2)",
            help="For practitioners and coordinators. Police and analysts grade anyway.",
        )
        reason = st.text_input("Why (needed for more detail than the role has)", max_chars=300)
        sent = st.form_submit_button("Give this role", type="primary")
    if sent:
        expires = None if end is None else datetime.combine(end, time(23, 59, 59), LONDON)
        with desk.shown_errors():
            with desk.writing() as (session, actor):
                grants.give(
                    session,
                    actor,
                    person.id,
                    role=role,
                    area_id=area,
                    tier=tier,
                    expires=expires,
                    reason=reason,
                    grader=grader,
                )
            say(f"{person.name} is now {role.value}.")


def access(person: User) -> None:
    """Let someone in, shut them out, or give a new password."""
    buttons = st.container(horizontal=True)
    if buttons.button("Give a new password"):
        with desk.shown_errors():
            with desk.writing() as (session, actor):
                password = accounts.reset_password(
                    session, actor, person.id, version=person.version
                )
            hand_over(person.username, password)
    if buttons.button("Sign out everywhere"):
        act(accounts.sign_out_user, person.id, f"{person.name} is signed out everywhere.")
    if person.is_locked(NOW) and buttons.button("Unlock", type="primary"):
        act(accounts.unlock, person.id, f"{person.name} can try again now.")
    if person.active and buttons.button("Deactivate"):
        ended = f"{person.name} is signed out and cannot sign in."
        act(accounts.deactivate, person.id, ended, version=person.version)
    if not person.active and buttons.button("Activate", type="primary"):
        act(accounts.activate, person.id, f"{person.name} can sign in.", version=person.version)


def act(work, number: int, done: str, **named: int) -> None:
    """Do one thing to a person and say so."""
    with desk.shown_errors():
        with desk.writing() as (session, actor):
            work(session, actor, number, **named)
        say(done)


def card(person: User, agencies: dict[int, str], areas: dict[int, str]) -> None:
    """Show one person, and all that can be done."""
    st.header(plain(person.name))
    quiet(f"{person.username} · {person.agency.name} · {state(person)}")
    held(person)
    give(person, areas)
    with st.expander("Name and agency"):
        correct(person, agencies)
    st.markdown("### Access")
    access(person)


st.title("People and agencies")
said()
with desk.reading() as (session, actor):
    everyone = accounts.users(session, actor)
    partners = accounts.agencies(session, actor)
    ground = grants.areas(session, actor)
working = {each.id: each.name for each in partners if each.active}

people, agencies = st.tabs(["People", "Agencies"])
with people:
    listed, opened = st.columns([3, 2], gap="large")
    with listed:
        st.dataframe(table(everyone), hide_index=True, width="stretch")
        with st.expander("Add a person", icon=":material/person_add:"):
            add(working)
    with opened:
        names = {each.id: f"{each.name} ({each.username})" for each in everyone}
        chosen = st.selectbox(
            "Open a person", names, None, format_func=names.get, placeholder="Choose someone"
        )
        if chosen is None:
            st.info("Choose someone to see their roles, or add a person.")
        else:
            card(next(each for each in everyone if each.id == chosen), working, ground)
with agencies:
    admin_agencies.show(partners, everyone)
