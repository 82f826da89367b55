"""What stands around every page: marking, who is at work, the data line, and the watch on it."""

import logging
import secrets
from html import escape
from pathlib import Path

import streamlit as st

from domain import codes, currency, digests, preferences, sessions
from domain.filters import day_words, joined
from domain.people import Actor, Permission, Tier
from domain.sessions import Visit
from screens import desk, news_state

ICON = Path(__file__).with_name("icon.svg")  # a Material name would be asked of another host
LOGO = Path(__file__).with_name("logo.svg")
STYLE = Path(__file__).with_name("style.css")
WORDS = '<script src="/web/words.js"></script>'  # reads what is typed, on every page
CHECK_EVERY = 20  # seconds; a sign-out elsewhere clears an open page within them
log = logging.getLogger("safeground.screens")
NOTICE = "For invented data only"


def style() -> None:
    """Put the house's name and style on the page."""
    st.logo(str(LOGO), size="medium")
    st.html(STYLE)
    st.html(WORDS, unsafe_allow_javascript=True)


def banner(visit: Visit) -> None:
    """Show the marking, who is at work in which capacity and area, and the way out."""
    with desk.store().reading() as session:
        whole = preferences.read(session).partnership_name
    area = "" if visit.actor.area_ids else f" · {whole}"  # a capacity names its own area
    who = f"{visit.actor.name}, {visit.capacity}{area}"
    marking = _marking(visit.actor)
    switch = '<a href="/capacity" target="_self">Change role</a>' if visit.others else ""
    st.html(
        f"""<div class="sg-banner" role="region" aria-label="Marking and who is at work">
        <strong class="sg-marking">{escape(marking.label)}</strong>
        <span class="sg-notice">{NOTICE}</span>
        <span class="sg-who">{escape(who)}</span>{_news(visit.actor)}{switch}
        <a href="/account" target="_self">Account and sign out</a></div>"""
    )


def _news(actor: Actor) -> str:
    """Lead to what is new for this person, with how much of it is not read yet.

    An administrator is told where the digest by e-mail could not be sent.
    """
    if actor.may(Permission.MANAGE_SETTINGS):
        with desk.store().reading() as session:
            stuck = digests.trouble(session, actor)
        link = (
            '<a href="/admin_settings" target="_self" class="sg-late">E-mail is not going out</a>'
        )
        return link if stuck else ""
    if not actor.may(Permission.SEE_PLACES):
        return ""
    count = news_state.unread()
    told = f' <span class="sg-count">{count}</span>' if count else ""
    name = f"What's new, {count} not read" if count else "What's new"
    return f'<a href="/news" target="_self" aria-label="{name}">What\'s new{told}</a>'


def data_line() -> None:
    """Say from when the data is, from whom, and which sources are missing; more when opened."""
    with desk.reading() as (session, actor):
        line = currency.line(session, actor)
    summary = (
        f"Records from {day_words(line.oldest)} to {day_words(line.newest)}."
        if line.oldest and line.newest
        else "No records yet."
    )
    absent = f" Nothing from: {joined(line.absent)}." if line.absent else ""
    st.html(
        f'<details class="sg-data"><summary>{escape(summary + absent)}</summary>'
        f"<p>{escape(line.words())} {escape(_marking(actor).handling)}</p></details>"
    )


def failed(error: Exception) -> bool:
    """Tell of our own mistake by its number alone; the log has the rest."""
    number = secrets.token_hex(4)
    log.error("failure %s on a page", number, exc_info=error)
    st.error(
        f"Something went wrong on our side. It is noted as {number}. What you saved is kept. "
        "Load the page again; if it comes back, tell your administrator this number.",
        icon=":material/error:",
    )
    return True


@st.fragment(run_every=CHECK_EVERY)
def watch() -> None:
    """Look now and then whether the sign-in still counts; never extends it."""
    with desk.store().reading() as session:
        ended = sessions.actor_of(session, desk.token()) is None
    if ended:
        st.rerun()


def _marking(actor: Actor) -> codes.Code:
    """Return how what this reader may see is marked: named places are sensitive."""
    return codes.current().markings[SENSITIVE if actor.tier >= Tier.T2 else PLAIN]


SENSITIVE = codes.ref("markings", "OFFICIAL-SENSITIVE")
PLAIN = codes.ref("markings", "OFFICIAL")
