"""What a moderator does with a concern before it is shared, and how it ends otherwise.

Each action locks the concern, and refuses where somebody else worked on it since it was read
(``version``), so that two moderators never decide on one concern.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain import audit, codes
from domain.audit import action
from domain.concern_answers import answered
from domain.concern_erasing import LONGEST, decided, erase_contact
from domain.concern_evidence import DEFAULT_CONDITIONS, Grade, Known, set_grade
from domain.concern_keys import Keys
from domain.concerns import (
    OPEN,
    UNDECIDED,
    Basis,
    Concern,
    ConcernContact,
    ConcernItem,
    ConcernState,
    DutyAlert,
    locked,
    move,
    must_moderate,
    opened,
    raise_alert,
    remember,
)
from domain.errors import Conflict, Invalid, NotFound
from domain.identifiers import kept as kept_in
from domain.people import Actor, Permission
from domain.visibility import reach
from domain.wording import taken

S = ConcernState
MOST_ITEMS = 10


@dataclass(frozen=True)
class Draft:
    """One statement in the moderator's words: of one kind, and fact, opinion or hearsay.

    ``keep`` holds the ids of finds that name nobody, as the moderator says; the log has their kind.
    """

    text: str
    kind: str = codes.ref("annotation_kinds", "worry")
    basis: Basis = Basis.HEARSAY
    keep: frozenset[str] = frozenset()


@action("concern.check_danger", needs=Permission.MODERATE)
def check_danger(
    session: Session,
    actor: Actor,
    concern_id: int,
    *,
    danger: bool,
    version: int,
    now: datetime | None = None,
) -> Concern:
    """Say whether someone may be in danger; that is looked at first, and calls the duty contact.

    Raises
    ------
    NotFound, Conflict
        It is not there for this actor; somebody else worked on it first.
    """
    now = now or datetime.now(UTC)
    concern = opened(session, actor, concern_id, version)
    move(concern, S.DANGER_CHECKED)
    if danger and not concern.danger:
        raise_alert(session, actor, concern, now)
    remember(session, actor, concern, "danger_checked", now, danger=danger)
    return concern


@action("concern.raise_alarm", needs=Permission.MODERATE)
def raise_alarm(
    session: Session, actor: Actor, concern_id: int, *, version: int, now: datetime | None = None
) -> DutyAlert:
    """Call the duty contact to a concern in which danger was found later, whatever its state."""
    now = now or datetime.now(UTC)
    concern = opened(session, actor, concern_id, version)
    alert = raise_alert(session, actor, concern, now)
    concern.version += 1
    remember(session, actor, concern, "alarm", now)
    return alert


@action("concern.acknowledge", needs=Permission.MODERATE)
def acknowledge(
    session: Session, actor: Actor, alert_id: int, now: datetime | None = None
) -> DutyAlert:
    """Say that one has seen an alert and takes it on.

    Raises
    ------
    NotFound, Conflict
        It is not there for this actor; somebody acknowledged it before.
    """
    now = now or datetime.now(UTC)
    alert = session.get(DutyAlert, alert_id, with_for_update=True, populate_existing=True)
    concern = None if alert is None else session.get(Concern, alert.concern_id)
    if alert is None or concern is None or not reach(session, actor).holds(concern.shape):
        raise NotFound("That alert is not there.")
    if alert.acknowledged_at is not None:
        raise Conflict(f"{alert.acknowledged_by} acknowledged this before.")
    alert.acknowledged_at, alert.acknowledged_by = now, actor.name
    alert.acknowledged_by_id = actor.id
    remember(session, actor, concern, "acknowledged", now)
    return alert


@action("concern.redact", needs=Permission.MODERATE)
def redact(
    session: Session,
    actor: Actor,
    concern_id: int,
    *,
    items: Sequence[Draft],
    version: int,
    now: datetime | None = None,
) -> Concern:
    """Put a concern into one's own words: one statement, or several that are graded apart.

    Raises
    ------
    NotFound, Conflict, Invalid
        As in `check_danger`; or a statement is empty, too long or one too many.
    """
    if not 1 <= len(items) <= MOST_ITEMS:
        raise Invalid(f"Write one statement at least, and {MOST_ITEMS} at most.")
    concern = opened(session, actor, concern_id, version)
    move(concern, S.REDACTED)
    for old in _items(session, concern):
        session.delete(old)
    session.add_all([_item(concern, each) for each in items])
    kept = sorted({find.kind.value for each in items for find in kept_in(each.text, each.keep)})
    if kept:
        audit.note(session, f"concern/{concern.id}", {"kept": kept})
    remember(
        session,
        actor,
        concern,
        "redacted",
        now or datetime.now(UTC),
        said="\n\n".join(each.text for each in items),
        items=len(items),
        kept=kept,
    )
    return concern


@action("concern.grade", needs=Permission.MODERATE)
def grade(
    session: Session,
    actor: Actor,
    concern_id: int,
    *,
    version: int,
    grades: Sequence[Grade] | None = None,
    now: datetime | None = None,
) -> Concern:
    """Grade each statement; without ``grades`` each stays "2 D C".

    Raises
    ------
    NotFound, Conflict, Invalid, NotPermitted
        As in `check_danger`; there is not one grade for each statement; codes by someone who is
        not a trained grader.
    """
    if grades is not None:
        actor.must(Permission.GRADE)
    by_codes = grades is not None
    return _graded(
        session, actor, concern_id, version=version, grades=grades, now=now, trained=by_codes
    )


@action("concern.grade_plainly", needs=Permission.MODERATE)
def grade_plainly(
    session: Session,
    actor: Actor,
    concern_id: int,
    *,
    known: Sequence[Known],
    version: int,
    now: datetime | None = None,
) -> Concern:
    """Say of each statement in plain words how its source knows it; the source stays untested."""
    plain = [Grade("2", each.value, "C", DEFAULT_CONDITIONS) for each in known]
    return _graded(
        session, actor, concern_id, version=version, grades=plain, now=now, trained=False
    )


@action("concern.reject", needs=Permission.MODERATE)
def reject(
    session: Session,
    actor: Actor,
    concern_id: int,
    *,
    reason: str,
    version: int,
    answer: str = "",
    now: datetime | None = None,
) -> Concern:
    """Take a concern no further, for a reason of the list, with an answer where there is one.

    Raises
    ------
    NotFound, Conflict, Invalid
        As in `check_danger`; or the reason or the answer cannot be taken.
    """
    now = now or datetime.now(UTC)
    concern = opened(session, actor, concern_id, version)
    _reject(session, actor, concern, codes.check("concern_reasons", reason), now)
    if answer.strip():
        concern.answer, concern.answered_at = answered(answer), now
    return concern


@action("concern.reject_bundle", needs=Permission.MODERATE)
def reject_bundle(
    session: Session,
    actor: Actor,
    bundle: str,
    *,
    reason: str,
    keep: int | None = None,
    now: datetime | None = None,
) -> int:
    """Take the reports of one flood no further but the one kept; return how many those were.

    A report with an alert that nobody acknowledged stays.

    Raises
    ------
    NotFound, Invalid
        There is no such bundle for this actor; the reason is not in the list.
    """
    now = now or datetime.now(UTC)
    code = codes.check("concern_reasons", reason)
    where = reach(session, actor)
    query = select(Concern).where(Concern.bundle == bundle, Concern.state.in_(OPEN))
    afresh = query.order_by(Concern.id).with_for_update()
    waiting = session.scalars(afresh.execution_options(populate_existing=True)).all()
    found = [each for each in waiting if bundle and where.holds(each.shape)]
    if not found:
        raise NotFound("Those reports are not there.")
    unseen = set(
        session.scalars(select(DutyAlert.concern_id).where(DutyAlert.acknowledged_at.is_(None)))
    )
    rejected = [each for each in found if each.id != keep and each.id not in unseen]
    for each in rejected:
        _reject(session, actor, each, code, now)
    return len(rejected)


@action("concern.pass_on", needs=Permission.MODERATE)
def pass_on(
    session: Session,
    actor: Actor,
    concern_id: int,
    *,
    recipient: str,
    version: int,
    now: datetime | None = None,
) -> Concern:
    """Record that a concern was passed on outside Safeground: when and to whom, nothing else."""
    code = codes.check("concern_recipients", recipient)
    concern = opened(session, actor, concern_id, version)
    concern.version += 1
    remember(session, actor, concern, "passed_on", now or datetime.now(UTC), recipient=code)
    return concern


@action("concern.open_original", needs=Permission.MODERATE)
def open_original(
    session: Session, actor: Actor, keys: Keys, concern_id: int, now: datetime | None = None
) -> str:
    """Return what a reporter typed before it was masked; each opening is in the log.

    Hostile text that may identify people: show it, and keep it nowhere.

    Raises
    ------
    NotFound
        Nothing was masked, or it is erased.
    """
    must_moderate(actor)
    now = now or datetime.now(UTC)
    concern = _reached(session, actor, concern_id)
    sealed, is_old = concern.original, now - concern.received_at >= LONGEST
    if sealed is None or is_old or concern.state not in UNDECIDED:
        raise NotFound("There is no original: nothing was masked, or it is erased.")
    audit.note(session, f"concern/{concern.id}", {"opened": "original"})
    remember(session, actor, concern, "original_opened", now)
    return keys.open(sealed)


@action("concern.open_contact", needs=Permission.MODERATE)
def open_contact(
    session: Session, actor: Actor, keys: Keys, concern_id: int, now: datetime | None = None
) -> str:
    """Return how to reach a reporter who wished it; each opening is in the log."""
    must_moderate(actor)
    concern = _reached(session, actor, concern_id)
    query = select(ConcernContact).where(ConcernContact.concern_id == concern.id)
    contact = session.scalar(query)
    if contact is None:
        raise NotFound("This reporter left no contact, or it is erased.")
    audit.note(session, f"concern/{concern.id}", {"opened": "contact"})
    remember(session, actor, concern, "contact_opened", now or datetime.now(UTC))
    return keys.open(contact.sealed)


def _reached(session: Session, actor: Actor, concern_id: int) -> Concern:
    concern = locked(session, concern_id)
    if not reach(session, actor).holds(concern.shape):
        raise NotFound("That concern is not there.")
    return concern


def _reject(session: Session, actor: Actor, concern: Concern, reason: str, now: datetime) -> None:
    if concern.state is S.REJECTED:
        raise Conflict("This concern was not taken further before.")
    move(concern, S.REJECTED)
    concern.reason, concern.sources = reason, 0
    concern.merged_into_id = None
    decided(session, concern, now)
    erase_contact(session, concern.id)
    remember(session, actor, concern, "rejected", now, reason=reason)


def _graded(
    session: Session,
    actor: Actor,
    concern_id: int,
    *,
    version: int,
    grades: Sequence[Grade] | None,
    now: datetime | None,
    trained: bool,
) -> Concern:
    concern = opened(session, actor, concern_id, version)
    move(concern, S.GRADED)
    statements = _items(session, concern)
    if grades is not None and len(grades) != len(statements):
        raise Invalid(f"Give one grade for each of the {len(statements)} statements.")
    for item, each in zip(statements, grades or [Grade()] * len(statements), strict=True):
        set_grade(item, each, trained=trained)
    told = [each.information for each in statements]
    at = now or datetime.now(UTC)
    remember(session, actor, concern, "graded", at, trained=trained, information=told)
    return concern


def _items(session: Session, concern: Concern) -> list[ConcernItem]:
    query = select(ConcernItem).where(ConcernItem.concern_id == concern.id)
    return list(session.scalars(query.order_by(ConcernItem.id)))


def _item(concern: Concern, draft: Draft) -> ConcernItem:
    return ConcernItem(
        concern_id=concern.id,
        text=taken(draft.text, "the statement", 500, needed=True, keep=draft.keep),
        kind=codes.check("annotation_kinds", draft.kind),
        basis=draft.basis,
        grade_source="2",
        information="D",
        handling="C",
        conditions=DEFAULT_CONDITIONS,
        trained=False,
    )
