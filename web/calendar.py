"""One's own calendar: as a file, and under an address that a calendar program reads by itself."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from domain import calendar_feeds, diary
from domain.calendar_feeds import LASTS
from domain.errors import Conflict, Invalid, NotFound, NotPermitted, NotSignedIn
from domain.filters import day_words
from domain.matching import LONDON
from domain.people import Permission
from domain.sessions import Visit
from exchange import calendars
from web.door import Door, go
from web.forms import STALE, Form, Forms
from web.page import page

Token = Callable[[str], str]
SENT: Final = {
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}


@dataclass(frozen=True)
class CalendarPages:
    """The pages of this subject, and the address that a calendar program reads."""

    door: Door
    forms: Forms

    def routes(self) -> list[BaseRoute]:
        """Give every address of this subject."""
        take = self.forms.taken
        return [
            Route("/calendar/{secret}.ics", self.feed, methods=["GET"]),
            Route("/calendar/{rest:path}", self.nothing, methods=["GET"]),
            Route("/account/calendar", self.show, methods=["GET"]),
            Route("/account/calendar", take(self.make), methods=["POST"]),
            Route("/account/calendar/end", take(self.end), methods=["POST"]),
            Route("/account/calendar.ics", self.file, methods=["GET"]),
        ]

    def feed(self, request: Request) -> Response:
        """Give the calendar of whoever made the address, as they may read it at this moment."""
        try:
            with self.door.store.reading() as session:
                found = calendar_feeds.reader(session, request.path_params["secret"])
                entries = diary.entries(session, found.actor)
        except (NotFound, NotPermitted):
            return self.nothing(request)
        if found.fresh:  # while someone else writes for long it is noted the next time
            with suppress(Conflict), self.door.store.writing() as session:
                calendar_feeds.note_reading(session, found.actor, found.feed_id, len(entries))
        return _calendar(request, entries)

    def nothing(self, _request: Request) -> Response:
        """Answer an address that does not count, whatever the cause."""
        return PlainTextResponse("There is no such calendar.\n", status_code=404, headers=SENT)

    def file(self, request: Request) -> Response:
        """Give the calendar of who is signed in, as a file."""
        visit = self._visit(request)
        with self.door.store.reading() as session:
            entries = diary.entries(session, visit.actor)
        given = _calendar(request, entries)
        given.headers["Content-Disposition"] = 'attachment; filename="safeground.ics"'
        return given

    def show(
        self,
        request: Request,
        *,
        made: str = "",
        error: str | None = None,
        status: int = 200,
    ) -> Response:
        """Show one's addresses; ``made`` is the secret of one that was just made."""
        visit = self._visit(request)
        with self.door.store.reading() as session:
            feeds = calendar_feeds.mine(session, visit.actor)

        def shown(token: Token) -> Response:
            return page(
                "calendar",
                title="Your calendar",
                status=status,
                error=error,
                feeds=feeds,
                lasts=LASTS,
                address=f"{_base(request)}/calendar/{made}.ics" if made else "",
                day=_day,
                token=token,
            )

        return self.forms.shown(request, shown)

    def make(self, request: Request, form: Form) -> Response:
        """Make an address, and show it this once."""
        visit = self._visit(request)
        if not form.fresh:
            return self.show(request, error=STALE, status=403)
        days = int(form["days"]) if form["days"] in {str(each) for each in LASTS} else 0
        try:
            with self.door.store.writing() as session:
                secret = calendar_feeds.make(session, visit.actor, label=form["label"], days=days)
        except (Invalid, Conflict) as error:
            return self.show(request, error=str(error), status=error.status)
        return self.show(request, made=secret)

    def end(self, request: Request, form: Form) -> Response:
        """End an address."""
        visit = self._visit(request)
        if not form.fresh:
            return self.show(request, error=STALE, status=403)
        number = int(form["feed"][:9]) if form["feed"].isdecimal() else 0
        with suppress(NotFound), self.door.store.writing() as session:
            calendar_feeds.end(session, visit.actor, number)
        return go("/account/calendar")

    def _visit(self, request: Request) -> Visit:
        visit = self.door.visit(request)
        if visit is None or visit.must_change:
            raise NotSignedIn("Please sign in.")
        visit.actor.must(Permission.SEE_PLACES)
        return visit


def _calendar(request: Request, entries: list[diary.Entry]) -> Response:
    text = calendars.written(entries, base=_base(request), now=datetime.now(UTC))
    return Response(text, media_type=calendars.MIME, headers=SENT)


def _base(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _day(at: datetime) -> str:
    return day_words(at.astimezone(LONDON).date())
