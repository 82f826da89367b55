"""Reporting a concern: checked, masked, and put into quarantine in one transaction.

What is answered is a code and nothing else. It does not depend on what is known of the spot, so
that nobody can learn by reporting what we know. A draft that is sent again, by a phone whose line
was lost or after our server was, is found by its own random id and gets the same code.
"""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from domain import codes, concern_photos, identifiers, preferences
from domain.areas import Area, AreaKind
from domain.audit import action
from domain.concern_floods import Allowed, Floods
from domain.concern_keys import Keys
from domain.concerns import (
    Concern,
    ConcernContact,
    ConcernState,
    Source,
    Still,
    raise_alert,
    remember,
)
from domain.drawing import drawn
from domain.errors import Invalid
from domain.people import Actor, Kind, Permission
from domain.photographs import Picture
from domain.preferences import Moderation
from domain.wording import one_line, taken
from store.columns import bbox_intersects

MOST_WORDS = 500
MOST_WHERE = 200
MOST_CONTACT = 200
MOST_CHOSEN = 12
KINDS = ("Point", "LineString", "Polygon")
SUBMISSION = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Intake:
    """What the front door hands to those who take concerns in: the keys, and today's sources."""

    keys: Keys
    floods: Floods = field(default_factory=Floods)


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a person tells us; ``shape`` in EPSG:27700, codes of the lists, words as typed.

    ``contact`` and ``photos`` are not kept of someone under 18. ``honeypot`` is a field that
    people do not see. ``on_behalf`` says that somebody signed in took it by phone.
    """

    shape: BaseGeometry
    precision: str
    place_type: str
    ways_known: str
    role: str
    worries: tuple[str, ...] = ()
    helps: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    still: Still = Still.UNKNOWN
    words: str = ""
    where: str = ""
    under_18: bool = False
    contact: str = field(default="", repr=False)
    danger: bool = False
    honeypot: str = field(default="", repr=False)
    on_behalf: bool = False
    photos: tuple[Picture, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Sent:
    """What every reporter gets: the receipt's code in words, and nothing else."""

    code: str


def new_submission() -> str:
    """Return the random id of one draft: 32 hexadecimal digits; a phone may make its own."""
    return secrets.token_hex(16)


def preview(words: str) -> tuple[str, list[identifiers.Found]]:
    """Return ``words`` as they would be kept, and what identifies someone in what was typed."""
    return masked(words), identifiers.find(words)


def is_ours(session: Session, shape: BaseGeometry) -> bool:
    """Say whether ``shape`` (EPSG:27700) touches our area and its margin; for everyone.

    Where no boundary of the partnership was loaded, everything is ours.
    """
    margin = preferences.read(session).partnership.margin
    west, south, east, north = shape.bounds
    box = (west - margin, south - margin, east + margin, north + margin)
    partnership = select(Area).where(Area.kind == AreaKind.PARTNERSHIP)
    near = session.scalars(partnership.where(bbox_intersects(Area.outline, box)))
    if any(area.outline.distance(shape) <= margin for area in near):
        return True
    return session.scalar(partnership.with_only_columns(Area.id).limit(1)) is None


@action("concern.submit", needs=Permission.SUBMIT_CONCERN)
def submit(
    session: Session,
    actor: Actor,
    intake: Intake,
    report: Report,
    *,
    submission: str,
    source: str,
    now: datetime | None = None,
) -> Sent:
    """Put a concern into quarantine; show the code only once the writing has committed.

    ``submission`` is the draft's own id (`new_submission`); what was sent under it before is not
    doubled. ``source`` is the address that it came from; it is counted in memory and not kept.

    Raises
    ------
    Invalid
        Something is missing or cannot be taken; the message says how to put it right.
    NotPermitted
        A report on someone's behalf from one who may not take it.
    TooMany
        One source sent too many; it has to wait.
    """
    now = now or datetime.now(UTC)
    if not SUBMISSION.fullmatch(submission):
        raise Invalid("This form is not complete. Please open it again.")
    before = _sent_before(session, intake.keys, submission)
    if before is not None:
        return before
    rules = preferences.read(session).moderation
    own = may_send(actor, intake, rules, source=source, now=now)
    values, contact = _checked(session, actor, report), _contact(report)
    photos = concern_photos.wanted(() if report.under_18 else report.photos, rules)
    allowed = _counted(intake.floods, report, own, now, rules.burst)
    sent = Sent(intake.keys.codes(submission)[0])
    if report.honeypot:
        return sent  # a machine: it hears what everyone hears, and nothing is kept
    concern = _made(actor, intake.keys, report, values, allowed)
    concern.received_at = now
    concern.submission_hash = intake.keys.mark("submission", submission)
    concern.receipt_hash = intake.keys.mark("receipt", sent.code)
    try:
        with session.begin_nested():
            session.add(concern)
            session.flush()
    except IntegrityError:  # the same draft, sent twice at the same moment
        return _sent_before(session, intake.keys, submission) or sent
    remember(session, actor, concern, "received", now)
    if contact:
        session.add(ConcernContact(concern_id=concern.id, sealed=intake.keys.seal(contact)))
    concern_photos.add(session, intake.keys, concern, photos)
    if report.danger:
        raise_alert(session, actor, concern, now)
    return sent


def may_send(
    actor: Actor, intake: Intake, rules: Moderation, *, source: str, now: datetime | None = None
) -> str:
    """Return whom a report is counted against, or refuse before anything costly is opened.

    Raises
    ------
    TooMany
        One source sent too many; it has to wait.
    """
    own = f"user {actor.id}" if actor.kind is Kind.USER else source
    at = now or datetime.now(UTC)
    intake.floods.check(own, at, per_hour=rules.per_hour, per_day=rules.per_day)
    return own


def masked(typed: str) -> str:
    """Return what a reporter typed as it is kept.

    Raises
    ------
    Invalid
        It is too long.
    """
    if len(typed) > MOST_WORDS:
        raise Invalid(f"Please shorten what you tell us to {MOST_WORDS} characters.")
    return taken(typed, "what you tell us", 20 * MOST_WORDS)


def differs(kept: str, typed: str) -> bool:
    """Say whether more than spaces was changed before the words were kept."""
    return "".join(kept.split()) != "".join(typed.split())


def kinds_in(typed: Iterable[str]) -> list[str]:
    """Return the kinds of identifiers in what was typed, without what they were."""
    return sorted({each.kind.value for text in typed for each in identifiers.find(text)})


def _counted(floods: Floods, report: Report, source: str, now: datetime, burst: int) -> Allowed:
    """Count the report against its source.

    A call that a colleague takes is a voice of its own: a person answers for it.
    """
    if report.on_behalf:
        return Allowed(independent=True, bundle=None)
    return floods.count(source, now, report.shape.representative_point(), burst=burst)


def _contact(report: Report) -> str:
    """Return how to reach the reporter: nothing of someone under 18."""
    contact = "" if report.under_18 else " ".join(report.contact.split())
    if len(contact) > MOST_CONTACT:
        raise Invalid(f"Please shorten how we can reach you to {MOST_CONTACT} characters.")
    return contact


def _made(
    actor: Actor,
    keys: Keys,
    report: Report,
    values: dict[str, Any],
    allowed: Allowed,
) -> Concern:
    signed_in = actor.kind is Kind.USER
    told = ((values["words"], report.words), (values["near_words"], report.where))
    typed = [text.strip() for kept, text in told if differs(kept, text)]
    return Concern(
        **values,
        state=ConcernState.RECEIVED,
        version=1,
        source=_source(actor, report),
        reporter_id=actor.id if signed_in else None,
        danger=report.danger,
        original=keys.seal("\n\n".join(typed)) if typed else None,
        found=kinds_in(typed),
        independent=allowed.independent,
        bundle=allowed.bundle,
    )


def _checked(session: Session, actor: Actor, report: Report) -> dict[str, Any]:
    """Return what was told as it is kept: codes checked, words masked."""
    if report.on_behalf:
        _must_take(actor)
    shape = drawn(report.shape)
    if shape.geom_type not in KINDS:
        raise Invalid("Please show one spot, one route or one area.")
    if not is_ours(session, shape):
        raise Invalid(
            "That lies outside our area. Please tell the council or the police there, or call 101."
        )
    words = masked(report.words)
    if len(report.where) > MOST_WHERE:
        raise Invalid(f"Please shorten where it is to {MOST_WHERE} characters.")
    if not (report.worries or report.helps or words):
        raise Invalid("Please say what worries you or what helps there.")
    return {
        "shape": shape,
        "precision": codes.check("precision", report.precision),
        "place_type": codes.check("place_types", report.place_type),
        "worries": _chosen("concern_worries", report.worries),
        "helps": _chosen("concern_helps", report.helps),
        "times": _chosen("time_bands", report.times),
        "days": _chosen("day_types", report.days),
        "still": report.still,
        "words": words,
        "near_words": one_line(report.where, "where it is", 20 * MOST_WHERE),
        "ways_known": codes.check("ways_known", report.ways_known),
        "reporter_role": codes.check("reporter_roles", report.role),
        "under_18": report.under_18,
    }


def _must_take(actor: Actor) -> None:
    if actor.kind is not Kind.USER or not actor.may(Permission.MODERATE):
        actor.must(Permission.REPORT)


def _chosen(name: str, values: Iterable[str]) -> list[str]:
    chosen = list(dict.fromkeys(values))
    if len(chosen) > MOST_CHOSEN:
        raise Invalid(f"Please choose {MOST_CHOSEN} at most.")
    return [codes.check(name, each) for each in chosen]


def _source(actor: Actor, report: Report) -> Source:
    if actor.kind is not Kind.USER:
        return Source.PUBLIC
    return Source.PHONE if report.on_behalf else Source.PARTNER


def _sent_before(session: Session, keys: Keys, submission: str) -> Sent | None:
    """Return the code of what was sent under this id before, under whichever key that was."""
    marks = keys.marks("submission", submission)
    kept = session.scalar(select(Concern.receipt_hash).where(Concern.submission_hash.in_(marks)))
    for code in keys.codes(submission):
        if kept in keys.marks("receipt", code):
            return Sent(code)
    return None
