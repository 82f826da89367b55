"""The patrol pages: today's patrols, their cards, and a visit told in a minute on a phone.

They work without script. With it a visit is kept on the phone, encrypted for its officer, and
sent once there is a signal and a sign-in; what the phone keeps is wiped for another officer.
"""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from domain import patrol_reading, patrol_visits
from domain.errors import Conflict, Invalid, NotFound, NotPermitted
from domain.filters import day_words
from domain.patrol_reading import Card, Line, Sheet
from domain.patrols import Patrol, PatrolStop, find
from domain.people import Actor
from exchange import patrol_files
from exchange.patrol_files import Form as Kind
from web import patrol_answers, patrol_positions
from web.door import go
from web.forms import STALE, Form
from web.page import HEADERS, HERE
from web.patrol_desk import Desk, mark, offered

KEPT: Final = timedelta(hours=12)
"""So long after its shift a phone may still show a card."""
SEND: Final = "/patrol/send"
FILES: Final = {f"sheet.{each.ending}": each for each in Kind}
LISTS: Final = {
    "modes": "visit_modes",
    "bands": "people_bands",
    "faults": "environment_faults",
    "welfare": "welfare_actions",
    "powers": "powers_used",
    "outcomes": "search_outcomes",
    "skips": "skip_reasons",
}
MANIFEST: Final = {
    "name": "Safeground patrol",
    "short_name": "Patrol",
    "start_url": "/patrol",
    "scope": "/patrol",
    "display": "standalone",
    "lang": "en-GB",
    "background_color": "#fbfaf8",
    "theme_color": "#1d4f5c",
    "icons": [{"src": "/web/sign.svg", "sizes": "any", "type": "image/svg+xml"}],
}


@dataclass(frozen=True)
class PatrolPages:
    """Every address below ``/patrol``."""

    desk: Desk

    def routes(self) -> list[BaseRoute]:
        """Give every address of this subject; the rest below ``/patrol`` is not here."""
        take, file = self.desk.forms.taken, self.desk.forms.taken_with_files
        positions = "/patrol/{patrol:int}/positions"
        measure = file(self.take_positions, most=1, of_bytes=patrol_positions.MOST_BYTES)
        return [
            Route("/patrol", self.show_mine, methods=["GET"]),
            Route("/patrol/worker.js", self.worker, methods=["GET"]),
            Route("/patrol/app.webmanifest", self.manifest, methods=["GET"]),
            Route(SEND, self.show_send, methods=["GET"]),
            Route(SEND, take(self.send), methods=["POST"]),
            Route("/patrol/{patrol:int}", self.show_cards, methods=["GET"]),
            Route("/patrol/{patrol:int}/visit/{stop:int}", self.show_visit, methods=["GET"]),
            Route("/patrol/{patrol:int}/visit/{stop:int}", take(self.take_visit), methods=["POST"]),
            Route(positions, self.show_positions, methods=["GET"]),
            Route(positions, measure, methods=["POST"]),
            Route("/patrol/{patrol:int}/{file}", self.download, methods=["GET"]),
            Route("/patrol/{rest:path}", _nothing, methods=["GET", "POST"]),
        ]

    def show_mine(self, request: Request) -> Response:
        """Show the patrols of the officer's team: today's, last night's, and when the next are."""
        actor = self.desk.actor(request)
        with self.desk.door.store.reading() as session:
            found = patrol_reading.mine(session, actor)
            ahead = patrol_reading.ahead(session, actor)
            sheets = [patrol_reading.sheet(session, actor, each.patrol_id) for each in found]
        keep = tuple(address for sheet in sheets for address in _pages(sheet))
        ends = max((each.valid_to for each in found), default=datetime.now(UTC))
        return self.desk.show(
            request,
            "mine",
            title="Your patrols",
            patrols=[(each, _when(each)) for each in found],
            ahead=[(each, _when(each)) for each in ahead],
            until=_until(ends),
            keep=keep,
        )

    def show_cards(self, request: Request) -> Response:
        """Show a patrol's cards in their order."""
        sheet = self._sheet(request)
        return self.desk.show(
            request,
            "cards",
            title=sheet.title,
            sheet=sheet,
            never=patrol_reading.NEVER,
            danger=patrol_reading.DANGER,
            disclosure=patrol_reading.DISCLOSURE,
            purpose=patrol_reading.PURPOSE,
            files=FILES,
            kept=request.query_params.get("kept") == "1",
            until=_until(sheet.valid_to),
            keep=_pages(sheet),
        )

    def show_visit(
        self,
        request: Request,
        *,
        typed: dict[str, str] | None = None,
        error: str | None = None,
        status: int = 200,
    ) -> Response:
        """Show the form of a visit: of a stop, or (stop 0) one that was not planned."""
        sheet = self._sheet(request)
        card = _card(sheet, request.path_params["stop"])
        lists: dict[str, Any] = {what: offered(name) for what, name in LISTS.items()}
        return self.desk.show(
            request,
            "visit",
            title=f"{card.number}. {card.name}" if card else "A visit that was not planned",
            status=status,
            error=error,
            at="arrived",
            sheet=sheet,
            card=card,
            action=request.url.path,
            typed=typed or {},
            key=secrets.token_hex(16),
            danger=patrol_reading.DANGER,
            until=_until(sheet.valid_to),
            **lists,
        )

    def take_visit(self, request: Request, form: Form) -> Response:
        """Record what the form tells; an answer that cannot be taken comes back as it was typed."""
        actor, asked = self.desk.actor(request), request.path_params
        if not form.fresh:
            return self.show_visit(request, typed=form.fields, error=STALE, status=403)
        try:
            self._record(actor, asked["patrol"], asked["stop"], form.fields)
        except Invalid as error:
            return self.show_visit(request, typed=form.fields, error=str(error), status=422)
        return go(f"/patrol/{asked['patrol']}?kept=1")

    def show_positions(self, request: Request) -> Response:
        """Ask for the position file of a shift."""
        return patrol_positions.show(self.desk, request)

    def take_positions(self, request: Request, form: Form) -> Response:
        """Work the minutes inside zones out of a position file."""
        return patrol_positions.take(self.desk, request, form)

    def show_send(self, request: Request) -> Response:
        """Tell a phone who is signed in, and give it what it sends its queue with."""
        actor = self.desk.actor(request)

        def made(token: Callable[[str], str]) -> Response:
            told = {"who": mark(actor), "token": token(SEND)}
            return JSONResponse(told, headers=HEADERS)

        return self.desk.forms.shown(request, made)

    def send(self, request: Request, form: Form) -> Response:
        """Record a visit from a phone's queue; what was recorded before is not doubled."""
        actor = self.desk.actor(request)
        if not form.fresh:
            raise NotPermitted(STALE)
        if form["who"] != mark(actor):
            raise Conflict("Somebody else is signed in on this phone. Nothing was sent.")
        if not (form["patrol"].isdecimal() and form["stop"].isdecimal()):
            raise Invalid("This form is not complete. Please open it again.")
        self._record(actor, int(form["patrol"][:9]), int(form["stop"][:9]), form.fields)
        return JSONResponse({"kept": True}, headers=HEADERS)

    def download(self, request: Request) -> Response:
        """Hand over the sheet as PDF, GPX, KML or a calendar, to the tasked team."""
        actor, asked = self.desk.actor(request), request.path_params
        kind = FILES.get(asked["file"])
        if kind is None:
            raise NotFound("There is no such page.")
        content = patrol_files.export(self.desk.door.store, actor, asked["patrol"], kind)
        name = f"patrol-{asked['patrol']}.{kind.ending}"
        headers = HEADERS | {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(content, media_type=kind.mime, headers=headers)

    def worker(self, request: Request) -> Response:
        """Give the service worker, which may look after ``/patrol`` and nothing else."""
        self.desk.actor(request)
        file: Path = HERE / "static" / "patrol_worker.js"
        headers = HEADERS | {"Service-Worker-Allowed": "/patrol", "Cache-Control": "no-cache"}
        return Response(file.read_bytes(), media_type="text/javascript", headers=headers)

    def manifest(self, request: Request) -> Response:
        """Give what makes the pages an app on a phone's home screen."""
        self.desk.actor(request)
        text = json.dumps(MANIFEST)
        return Response(text, media_type="application/manifest+json", headers=HEADERS)

    def _sheet(self, request: Request) -> Sheet:
        actor = self.desk.actor(request)
        with self.desk.door.store.reading() as session:
            return patrol_reading.sheet(session, actor, request.path_params["patrol"])

    def _record(self, actor: Actor, patrol_id: int, stop_id: int, fields: dict[str, Any]) -> None:
        now = datetime.now(UTC)
        with self.desk.door.store.writing() as session:
            patrol: Patrol = find(session, actor, patrol_id)
            stop = session.get(PatrolStop, stop_id) if stop_id else None
            if stop_id and (stop is None or stop.patrol_id != patrol.id):
                raise NotFound("That stop is none of this patrol's.")
            told = patrol_answers.visit(fields, patrol, stop, now)
            patrol_visits.record(session, actor, patrol_id, told, now=now)


def _nothing(_request: Request) -> Response:
    raise NotFound("There is no such page. Go back to your patrols.")


def _card(sheet: Sheet, stop_id: int) -> Card | None:
    """Return the card of a stop; None for 0, which stands for a visit that was not planned."""
    if stop_id == 0:
        return None
    found = next((each for each in sheet.cards if each.stop_id == stop_id), None)
    if found is None:
        raise NotFound("That stop is none of this patrol's.")
    return found


def _pages(sheet: Sheet) -> tuple[str, ...]:
    """Return the pages of a patrol that a phone keeps for when it has no signal."""
    own = f"/patrol/{sheet.patrol_id}"
    return (own, *(f"{own}/visit/{each}" for each in [*(c.stop_id for c in sheet.cards), 0]))


def _until(ends: datetime) -> int:
    return int((ends + KEPT).timestamp())


def _when(line: Line) -> str:
    start, end = line.valid_from, line.valid_to
    return f"{day_words(start.date())}, {start:%H:%M} to {end:%H:%M}"
