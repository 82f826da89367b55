"""Minutes from a position file: it is read in memory, worked out, and gone with the request."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from domain import patrol_measuring, patrol_reading
from domain.errors import Invalid
from domain.patrol_measuring import Measured
from domain.patrol_reading import Card, Sheet
from exchange.positions import LARGEST, Inside, minutes_inside
from web.door import go
from web.forms import STALE, Form
from web.patrol_desk import Desk, offered

MOST_BYTES: Final = LARGEST
NONE: Final = (
    "No position in this file lies inside a zone of this patrol for a minute or more. "
    "Is it the file of this shift?"
)


def show(
    desk: Desk,
    request: Request,
    *,
    typed: dict[str, str] | None = None,
    error: str | None = None,
    status: int = 200,
) -> Response:
    """Ask for the file of a shift; after it was taken, say what came of it."""
    found = sheet(desk, request)
    return desk.show(
        request,
        "positions",
        title="Minutes from a position file",
        status=status,
        error=error,
        at="file",
        sheet=found,
        action=request.url.path,
        typed=typed or {},
        modes=offered("visit_modes"),
        told=_told(request),
    )


def take(desk: Desk, request: Request, form: Form) -> Response:
    """Put the minutes inside zones on visits; the file itself is kept nowhere."""
    if not form.fresh:
        return show(desk, request, error=STALE, status=403)
    try:
        given, new = _measured(desk, request, form)
    except Invalid as error:
        return show(desk, request, typed=form.fields, error=str(error), status=422)
    return go(f"{request.url.path}?given={given}&new={new}")


def sheet(desk: Desk, request: Request) -> Sheet:
    """Return the patrol, for its own team alone."""
    actor, number = desk.actor(request), request.path_params["patrol"]
    with desk.door.store.reading() as session:
        patrol_measuring.must_be_team(session, actor, number)
        return patrol_reading.sheet(session, actor, number)


def _measured(desk: Desk, request: Request, form: Form) -> tuple[int, int]:
    if not form.files:
        raise Invalid("Choose the file of positions first.")
    found = sheet(desk, request)
    stays = minutes_inside(form.files[0], [(each.stop_id, each.zone) for each in _zones(found)])
    if not stays:
        raise Invalid(NONE)
    actor, measured = desk.actor(request), _by_stop(found, stays)
    with desk.door.store.writing() as session:
        return patrol_measuring.measure(
            session, actor, found.patrol_id, measured, mode=form["mode"] or "foot"
        )


def _zones(found: Sheet) -> list[Card]:
    """Return one card for each place: a shift may come by twice."""
    return list({_place(each): each for each in reversed(found.cards)}.values())


def _place(card: Card) -> tuple[str, int]:
    return ("stop", card.stop_id) if card.place_id is None else ("place", card.place_id)


def _by_stop(found: Sheet, stays: list[Inside]) -> list[Measured]:
    """Give each stay to the visit of its place that was meant at the nearest time."""
    by_id = {each.stop_id: each for each in found.cards}
    measured = []
    for stay in stays:
        same = [each for each in found.cards if _place(each) == _place(by_id[stay.stop_id])]
        meant = min(same, key=lambda each: abs(each.arrive - stay.began))
        measured.append(Measured(meant.stop_id, stay.began, stay.minutes, stay.key))
    return measured


def _told(request: Request) -> str:
    """Say what came of the file before, from numbers in the address alone."""
    asked = [request.query_params.get(name, "") for name in ("given", "new")]
    if not all(each.isascii() and each.isdecimal() and len(each) < 5 for each in asked):
        return ""
    given, new = map(int, asked)
    parts = [
        f"{_visits(given)} now {'has its' if given == 1 else 'have their'} measured minutes"
        if given else "",
        f"{_visits(new)} that nobody recorded {'was' if new == 1 else 'were'} added" if new else "",
    ]  # fmt: skip
    done = ", ".join(filter(None, parts)) or "Nothing changed"
    return f"{done}. The file is gone."


def _visits(count: int) -> str:
    return f"{count} visit{'' if count == 1 else 's'}"
