"""Taking what lies ahead into one's own calendar: one meeting as a file, or all of it."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

import streamlit as st

from domain import diary
from domain.meeting_tables import Meeting
from exchange import calendars

ALL = "/account/calendar"


def meeting(found: Meeting) -> None:
    """Offer one meeting as a file; where it is held stays here."""
    written = calendars.written([diary.of_meeting(found)], base=base(), now=datetime.now(UTC))
    st.download_button(
        "Calendar file", written, file_name=f"meeting-{found.id}.ics", mime=calendars.MIME,
        icon=":material/event:", on_click="ignore", key=f"calendar_{found.id}",
    )  # fmt: skip


def everything() -> None:
    """Lead to one's own calendar: as a file, or read by a calendar program."""
    st.html(f'<p class="sg-quiet"><a class="sg-link" target="_self" href="{ALL}">Take all that is '
            "ahead into your calendar</a></p>")  # fmt: skip


def base() -> str:
    """Return the address of this server as the browser has it, for links in a file."""
    here = urlsplit(st.context.url or "")
    return f"{here.scheme}://{here.netloc}" if here.scheme and here.netloc else ""
