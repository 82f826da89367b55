"""Setting an evaluation: what is counted, where and when; fixed before the start."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import evaluations, matching, place_evidence, places
from domain.audit import action
from domain.drawing import drawn
from domain.errors import Conflict, Invalid, NotPermitted
from domain.evaluation_counts import Periods, chosen, periods
from domain.evaluations import (
    Evaluation,
    EvaluationState,
    EvaluationZone,
    Outcome,
    Zones,
    find,
    move,
    remember,
)
from domain.people import Actor, Kind, Permission, Tier
from domain.places import Place
from domain.visibility import is_restricted, reach, sees_sealed
from domain.wording import one_line, taken

LEAST_WEEKS, MOST_WEEKS = 4, 104
MOST_RING = 2_000
MOST_REASONS = 20


@dataclass(frozen=True)
class Setting:
    """All that is fixed before the start; outlines are areas in EPSG:27700.

    ``ring_metres`` lays a ring around ``area``, and one around the comparison, unless ``ring`` is
    drawn. ``reasons`` say why the comparison was chosen. ``query`` holds the filters of the
    outcome, as `Filters.to_query` writes them.
    """

    title: str
    area: BaseGeometry
    start: date
    weeks: int = 12
    outcome: Outcome = Outcome.INCIDENTS
    query: str = ""
    comparison: BaseGeometry | None = None
    reasons: Sequence[str] = ()
    ring_metres: int = 0
    ring: BaseGeometry | None = None
    same_season: bool = False
    place_id: int | None = None
    recording_changed: bool = False
    campaign: bool = False
    notes: str = ""

    @property
    def zones(self) -> Zones:
        """The outlines that are counted, none overlapping another.

        Raises
        ------
        Invalid
            The comparison meets the area or its ring, or nothing is left of the ring.
        """
        ring = self.ring
        if ring is None and self.ring_metres:
            ring = self.area.buffer(self.ring_metres)
        ring = None if ring is None else _rest(ring, self.area)
        own = self.area if ring is None else self.area.union(ring)
        if self.comparison is None:
            return Zones(self.area, None, ring)
        if self.comparison.intersects(own):
            raise Invalid(
                "The comparison meets the area or its ring. Choose one that lies farther away."
            )
        if ring is None or not self.ring_metres:
            return Zones(self.area, self.comparison, ring)
        around = self.comparison.buffer(self.ring_metres).difference(self.comparison)
        around = around.difference(own)
        return Zones(self.area, self.comparison, ring, None if around.is_empty else around)


def _rest(ring: BaseGeometry, area: BaseGeometry) -> BaseGeometry:
    left = ring.difference(area)
    if left.is_empty or left.area <= 0:
        raise Invalid("The ring lies wholly in the area. Draw it larger, or leave it out.")
    return left


def area_of(place: Place) -> BaseGeometry:
    """Return the outline of a place with the margin within which records count as its own.

    A point gets a circle; the margin is the one of the place card, by how surely it is drawn.
    """
    margin = place_evidence.REACH.get(place.precision, max(place_evidence.REACH.values()))
    return place.shape.buffer(margin)


def periods_of(setting: Setting | Evaluation) -> Periods:
    """Return the two periods that a setting or an evaluation compares."""
    return periods(setting.start, setting.weeks, setting.outcome, same_season=setting.same_season)


@action("evaluation.set", needs=Permission.ANALYSE)
def set_up(
    session: Session,
    actor: Actor,
    setting: Setting,
    *,
    late_reason: str = "",
    today: date | None = None,
) -> Evaluation:
    """Fix an evaluation before its start.

    Raises
    ------
    Invalid
        A value cannot be taken, or the start has passed and there is no ``late_reason``: what is
        set when results could be known is marked so.
    NotPermitted
        An outline lies outside the actor's area.
    NotFound
        The place is not there for this actor.
    """
    late = setting.start <= (today or matching.today())
    if late and not late_reason.strip():
        raise Invalid(
            "An evaluation is set before the start. Choose a later day, or say why it is set late."
        )
    place = _place(session, actor, setting.place_id)
    checked = check(session, actor, setting)
    evaluation = Evaluation(
        **_columns(checked),
        state=EvaluationState.SET,
        set_late=late,
        tier=_tier(actor, place),
        scope=evaluations.scope_of(actor),
        recipe={},
        result={},
        made_by=actor.id if actor.kind is Kind.USER else None,
        made_by_name=actor.name,
        made_at=datetime.now(UTC),
        version=1,
    )
    session.add(evaluation)
    session.flush()
    _lay(session, evaluation.id, checked.zones)
    remember(session, actor, evaluation, "set", late_reason)
    return evaluation


@action("evaluation.change", needs=Permission.ANALYSE)
def change(
    session: Session,
    actor: Actor,
    evaluation_id: int,
    setting: Setting,
    *,
    version: int,
    reason: str = "",
    today: date | None = None,
) -> Evaluation:
    """Change what is fixed; from the start on only with a reason, which stays beside the result.

    Raises
    ------
    NotFound, NotPermitted
        It is not there for this actor; an outline lies outside the actor's area.
    Conflict
        Someone changed it meanwhile, or it is reported or stopped.
    Invalid
        A value cannot be taken, or the plan has begun and there is no reason.
    """
    evaluation = opened(session, actor, evaluation_id, version)
    begun = min(evaluation.start, setting.start) <= (today or matching.today())
    if begun and not reason.strip():
        raise Invalid("The plan has begun. Say why the evaluation is changed.")
    place = _place(session, actor, setting.place_id)
    checked = check(session, actor, setting)
    columns = _columns(checked)
    changed = sorted(name for name, value in columns.items() if getattr(evaluation, name) != value)
    moved = _moved(evaluations.zones(session, evaluation.id), checked.zones)
    if not changed and not moved:
        return evaluation
    for name in changed:
        setattr(evaluation, name, columns[name])
    if moved:
        _lay(session, evaluation.id, checked.zones)
    evaluation.changed_after_start |= begun
    evaluation.tier = max(evaluation.tier, _tier(actor, place))
    evaluation.version += 1
    remember(session, actor, evaluation, "changed", reason, changed=[*changed, *moved])
    return evaluation


@action("evaluation.begin", needs=Permission.ANALYSE)
def begin(
    session: Session, actor: Actor, evaluation_id: int, *, version: int, today: date | None = None
) -> Evaluation:
    """Note that the plan has begun.

    Raises
    ------
    NotFound, Conflict
        It is not there for this actor; someone changed it meanwhile, or it is not waiting.
    Invalid
        The start has not come.
    """
    evaluation = opened(session, actor, evaluation_id, version)
    if evaluation.start > (today or matching.today()):
        raise Invalid("The start has not come yet.")
    move(evaluation, EvaluationState.RUNNING)
    remember(session, actor, evaluation, "begun")
    return evaluation


@action("evaluation.stop", needs=Permission.ANALYSE)
def stop(
    session: Session, actor: Actor, evaluation_id: int, *, version: int, reason: str
) -> Evaluation:
    """Give an evaluation up, with the reason; it stays on the list.

    Raises
    ------
    NotFound, Conflict, Invalid
        It is not there for this actor; someone changed it meanwhile, or it is reported; there is
        no reason.
    """
    evaluation = opened(session, actor, evaluation_id, version)
    why = taken(reason, "the reason", 500, needed=True)
    move(evaluation, EvaluationState.STOPPED)
    remember(session, actor, evaluation, "stopped", why)
    return evaluation


def check(session: Session, actor: Actor, setting: Setting) -> Setting:
    """Return a setting as it is kept: words masked, outlines and numbers checked.

    Raises
    ------
    Invalid, NotPermitted
        A value cannot be taken, an outline lies outside the actor's area.
    """
    if not LEAST_WEEKS <= setting.weeks <= MOST_WEEKS:
        raise Invalid(f"Choose from {LEAST_WEEKS} to {MOST_WEEKS} weeks.")
    if not 0 <= setting.ring_metres <= MOST_RING:
        raise Invalid(f"The ring is from 0 to {MOST_RING:,} metres wide.")
    if len(setting.reasons) > MOST_REASONS:
        raise Invalid(f"Give {MOST_REASONS} reasons at most.")
    periods(setting.start, setting.weeks, setting.outcome, same_season=setting.same_season)
    checked = replace(
        setting,
        title=one_line(setting.title, "the title", 120, needed=True),
        notes=taken(setting.notes, "the notes", 500),
        reasons=tuple(one_line(each, "a reason", 300, needed=True) for each in setting.reasons),
        query=chosen(setting.query).to_query(),
        area=_outline(setting.area),
        comparison=None if setting.comparison is None else _outline(setting.comparison),
        ring=None if setting.ring is None else _outline(setting.ring),
    )
    if actor.area_ids:
        _must_hold(session, actor, checked.zones)
    return checked


def opened(
    session: Session, actor: Actor, evaluation_id: int, version: int, *, fixed: bool = False
) -> Evaluation:
    """Lock an evaluation that someone works on; with ``fixed`` a reported one too.

    Raises
    ------
    NotFound, Conflict
        It is not there for this actor; someone changed it meanwhile, or it can be no more.
    """
    evaluation = find(session, actor, evaluation_id, lock=True)
    if evaluation.version != version:
        raise Conflict("Someone changed this evaluation meanwhile. Load it again.")
    over = evaluation.state in (EvaluationState.REPORTED, EvaluationState.STOPPED)
    if over and not fixed:
        raise Conflict(f"This evaluation is {evaluation.state.words}. It stays as it is.")
    return evaluation


def setting_of(session: Session, evaluation: Evaluation) -> Setting:
    """Return what is fixed, as a form shows it; the ring is given as it is drawn."""
    held = evaluations.zones(session, evaluation.id)
    return Setting(
        title=evaluation.title,
        area=held.area,
        start=evaluation.start,
        weeks=evaluation.weeks,
        outcome=evaluation.outcome,
        query=evaluation.query,
        comparison=held.comparison,
        reasons=tuple(evaluation.reasons),
        ring_metres=evaluation.ring_metres,
        ring=held.ring,
        same_season=evaluation.same_season,
        place_id=evaluation.place_id,
        recording_changed=evaluation.recording_changed,
        campaign=evaluation.campaign,
        notes=evaluation.notes,
    )


def _columns(setting: Setting) -> dict[str, Any]:
    """Return what is kept in the evaluation's own row."""
    names = (
        "title", "place_id", "outcome", "query", "start", "weeks", "same_season", "ring_metres",
        "notes", "recording_changed", "campaign",
    )  # fmt: skip
    return {**{name: getattr(setting, name) for name in names}, "reasons": list(setting.reasons)}


def _lay(session: Session, evaluation_id: int, zones: Zones) -> None:
    query = select(EvaluationZone).where(EvaluationZone.evaluation_id == evaluation_id)
    held = {each.kind: each for each in session.scalars(query)}
    for kind, zone in held.items():
        if kind not in zones.named:
            session.delete(zone)
    for kind, shape in zones.named.items():
        if kind in held:
            held[kind].shape = shape
        else:
            session.add(EvaluationZone(evaluation_id=evaluation_id, kind=kind, shape=shape))


def _moved(before: Zones, after: Zones) -> list[str]:
    """Name the outlines that differ by more than a square metre."""
    names = []
    for name in ("area", "comparison", "ring", "ring_comparison"):
        old, new = getattr(before, name), getattr(after, name)
        if old is None or new is None:
            changed = old is not new
        else:
            changed = old.symmetric_difference(new).area > 1
        names += [name] * changed
    return names


def _outline(shape: BaseGeometry) -> BaseGeometry:
    checked = drawn(shape)
    if checked.geom_type not in ("Polygon", "MultiPolygon") or checked.area <= 0:
        raise Invalid("Please draw an area.")
    return checked


def _must_hold(session: Session, actor: Actor, zones: Zones) -> None:
    """Refuse an outline of which the actor could count a part only."""
    for outline in reach(session, actor).outlines:
        for shape in zones.named.values():
            if shape.difference(outline).area > 1:
                raise NotPermitted("That lies outside your area.")


def _place(session: Session, actor: Actor, place_id: int | None) -> Place | None:
    return None if place_id is None else places.find(session, actor, place_id)


def _tier(actor: Actor, place: Place | None) -> int:
    """Return the least clearance that reads the result: a sealed maker counts sealed records."""
    if sees_sealed(actor) or (place is not None and is_restricted(place.place_type)):
        return int(Tier.SEALED)
    return max(int(Tier.T2), 0 if place is None else place.tier)
