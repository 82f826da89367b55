"""How reports of the community are taken: when they are read, who is called, photographs."""

from dataclasses import replace

import streamlit as st

from domain.preferences import Moderation, Preferences
from screens import desk

DAYS = {
    "read_days": ("Working days until a first reading", 0, 30),
    "decide_days": ("Working days until a decision", 1, 60),
    "answer_days": ("Working days until the reporter has an answer", 1, 90),
    "duty_minutes": ("Minutes until the duty contact is called again", 5, 1440),
}
MANY = {
    "burst": ("Reports of one source in an hour that become one entry", 2, 50),
    "per_hour": ("Reports that one source may send in an hour", 2, 500),
    "per_day": ("Reports that one source may send in a day", 2, 2000),
}
PHOTOS = (
    "Two at most, made anew without where and when they were taken. Only moderators see them, can "
    "black out parts, and the originals go with the decision. Reporters under 18 are not asked. "
    "Switch this on only once you have agreed who looks at them, and what to do with an unlawful "
    "picture."
)


def show(chosen: Preferences, keep) -> None:
    """Choose how reports are taken; ``keep`` saves the group."""
    now = chosen.moderation
    with st.form("moderation"):
        hours = st.text_input("When reports are read, for reporters", now.hours, max_chars=160)
        duty = st.text_input(
            "E-mail address of the duty contact",
            now.duty_email,
            max_chars=200,
            help="They get a reference, a time and a link, again and again until somebody acted.",
        )
        left, right = st.columns(2)
        numbers = numbered(left, DAYS, now) | numbered(right, MANY, now)
        photos = st.toggle("Reporters may add photographs", now.photographs, help=PHOTOS)
        sent = st.form_submit_button("Save", type="primary")
    if not desk.sends_mail():
        st.warning("No mail server is set (SAFEGROUND_MAIL_HOST): nobody is called by e-mail.")
    elif not duty.strip():
        st.warning("No duty contact is set: nobody is called by e-mail to a report of danger.")
    if sent:
        with desk.shown_errors():
            keep(
                chosen,
                replace(now, hours=hours, duty_email=duty.strip(), photographs=photos, **numbers),
            )


def numbered(column, asked: dict[str, tuple[str, int, int]], now: Moderation) -> dict[str, int]:
    """Ask for whole numbers."""
    return {
        name: column.number_input(label, least, most, getattr(now, name))
        for name, (label, least, most) in asked.items()
    }
