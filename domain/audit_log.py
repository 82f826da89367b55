"""Reading the audit log: who did what to which record, and when.

The log holds what records said before and after. Its readers keep the house in order and are
not cleared for every place, so values are told for the house's own records only; of a place, a
note or an incident the log tells which fields changed, never what they said.
"""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from domain import audit
from domain.accounts import User
from domain.audit import ACTIONS, Entry, action
from domain.errors import Invalid
from domain.people import Actor, Permission, Tier

LONDON = ZoneInfo("Europe/London")
CLAUSE = re.compile(r"[.:;\n]")
PAGE = 50
LARGEST_EXPORT = 50_000
SUBJECTS = {
    "agency": "Agency",
    "annotation": "Note",
    "annotation_edit": "Earlier words of a note",
    "annotation_mention": "Agency or role asked in a note",
    "annotation_reply": "Reply to a note",
    "app_user": "Person",
    "area": "Area",
    "assessment": "Assessment",
    "assessment_journey": "Journey of an assessment",
    "codes": "Code list",
    "calendar_feed": "Calendar address",
    "column_memory": "Remembered columns",
    "concern": "Concern",
    "concern_contact": "Contact of a reporter",
    "concern_event": "History of a concern",
    "concern_item": "Statement of a concern",
    "context_weighting": "Context weighting",
    "daily_line": "Line of the daily list",
    "duty_alert": "Duty alert",
    "evaluation": "Evaluation",
    "evaluation_event": "History of an evaluation",
    "evaluation_measure": "Measure of an evaluation",
    "evaluation_zone": "Area of an evaluation",
    "follow": "Followed place or area",
    "gazetteer": "Gazetteer",
    "goal_result": "Result of a goal",
    "import_batch": "Import",
    "incident": "Incident",
    "insight": "Insight",
    "insight_place": "Insight named for a place",
    "interview_count": "Interviews of an area",
    "job": "Job",
    "likely_visit": "Place that carers expect",
    "meeting": "Meeting",
    "meeting_action": "Action of a meeting",
    "meeting_copy": "Minutes given out",
    "meeting_decision": "Decision of a meeting",
    "meeting_event": "Attendance of a meeting",
    "meeting_item": "Item of a meeting",
    "meeting_member": "Invitation to a meeting",
    "news_reader": "Reading and digest of a person",
    "news_seen": "What a person has read",
    "pack_file": "Pack to be fetched",
    "patrol": "Patrol",
    "patrol_stop": "Stop of a patrol",
    "patrol_visit": "Visit of a patrol",
    "place": "Place",
    "place_event": "History of a place",
    "place_guardian": "Guardian of a place",
    "place_reference": "Key of a place elsewhere",
    "place_sharing": "Sharing of a place",
    "place_touch": "Missing-episode place",
    "plan": "Plan",
    "plan_action": "Action of a plan",
    "plan_goal": "Goal of a plan",
    "plan_review": "Review of a plan",
    "power_edition": "Row of the catalogue of powers",
    "preference": "Settings",
    "premises": "Premises",
    "reminder": "Reminder",
    "safety_event": "History of a safety session",
    "safety_mark": "Square of a safety session",
    "safety_session": "Safety session",
    "saved_view": "Saved view",
    "screening": "Screening decision",
    "sign_in": "Sign-in",
    "told_place": "Place that an agency told of",
    "user_grant": "Role of a person",
}
INSTANTS = frozenset(
    {
        "asked_at",
        "created_at",
        "ended_at",
        "expires",
        "expires_at",
        "finished_at",
        "locked_until",
        "revoked_at",
        "signed_out_at",
        "started_at",
    }
)
UNTOLD = frozenset({"token_hash", "sha256", "idle_seconds", "version", "arguments"})
"""What says nothing to a person: the record's own number and the time find it as well."""
EMPTY: tuple[Any, ...] = (None, "", False, [], {})
TOLD = frozenset(
    {"agency", "app_user", "user_grant", "sign_in", "preference", "codes", "import_batch", "job"}
)
"""Subjects whose values every reader of the log may read."""


@dataclass(frozen=True)
class Wanted:
    """Which entries: all that agree with each field that is set; days are London's, inclusive."""

    user_id: int | None = None
    action: str = ""
    subject: str = ""
    number: str = ""
    since: date | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        if self.since and self.until and self.since > self.until:
            raise Invalid("The first day comes after the last. Please swap them.")
        if len(self.number) > 40:
            raise Invalid("A record's number is short. Please look at it again.")


@dataclass(frozen=True)
class Told:
    """One entry as people read it; ``at`` is London time."""

    id: int
    at: datetime
    who: str
    action: str
    does: str
    record: str
    changes: str


def people(session: Session, actor: Actor) -> dict[int, str]:
    """Return everyone who could stand in the log: name by id."""
    actor.must(Permission.READ_AUDIT)
    query = select(User.id, User.name, User.username).order_by(User.name)
    return {row.id: f"{row.name} ({row.username})" for row in session.execute(query)}


def entries(
    session: Session,
    actor: Actor,
    wanted: Wanted,
    *,
    before: int | None = None,
    size: int = PAGE,
) -> list[Told]:
    """Return one page of the log, the newest first, from below the entry ``before`` on."""
    actor.must(Permission.READ_AUDIT)
    query = _query(wanted).limit(size)
    if before is not None:
        query = query.where(Entry.id < before)
    names = people(session, actor)
    return [_told(entry, names) for entry in session.scalars(query)]


@action("audit.export", needs=Permission.READ_AUDIT)
def export(session: Session, actor: Actor, wanted: Wanted) -> str:
    """Write the entries wanted as CSV, with who took them out and when; the log notes it.

    Raises
    ------
    Invalid
        There are more than 50,000: ask for fewer days.
    """
    told = entries(session, actor, wanted, size=LARGEST_EXPORT + 1)
    if len(told) > LARGEST_EXPORT:
        raise Invalid(f"These are more than {LARGEST_EXPORT:,} entries. Choose fewer days.")
    audit.note(session, "audit", {"entries": len(told)})
    return _csv(told, actor)


def _query(wanted: Wanted) -> Select[Entry]:
    query = select(Entry).order_by(Entry.id.desc())
    if wanted.user_id is not None:
        query = query.where(Entry.actor_id == wanted.user_id)
    if wanted.action:
        query = query.where(Entry.action == wanted.action)
    if wanted.subject and wanted.number:
        query = query.where(Entry.subject == f"{wanted.subject}/{wanted.number}")
    elif wanted.subject:
        query = query.where(Entry.subject.startswith(f"{wanted.subject}/", autoescape=True))
    if wanted.since:
        query = query.where(Entry.at >= _midnight(wanted.since))
    if wanted.until:
        query = query.where(Entry.at < _midnight(wanted.until + timedelta(days=1)))
    return query


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON).astimezone(UTC)


def _told(entry: Entry, names: Mapping[int, str]) -> Told:
    subject, _, number = entry.subject.partition("/")
    does = ACTIONS[entry.action].does if entry.action in ACTIONS else ""
    return Told(
        id=entry.id,
        at=entry.at.astimezone(LONDON),
        who=names.get(entry.actor_id or 0, entry.actor_name),
        action=entry.action,
        does=CLAUSE.split(does, maxsplit=1)[0] or _in_words(entry.action),
        record=_record(subject, number, names),
        changes=_changes(subject, entry.changes, names),
    )


def _in_words(name: str) -> str:
    """Say an action that is not known here by its name: the sample's, or a later release's."""
    return name.replace(".", ": ").replace("_", " ").capitalize()


def _record(subject: str, number: str, names: Mapping[int, str]) -> str:
    title = SUBJECTS.get(subject, subject)
    if subject == "app_user" and number.isdecimal() and int(number) in names:
        return f"{title} {names[int(number)]}"
    return f"{title} {number}".strip()


def _changes(subject: str, changes: Mapping[str, Any], names: Mapping[int, str]) -> str:
    told = (
        _change(name, value, names) if subject in TOLD else name.replace("_", " ")
        for name, value in sorted(changes.items())
        if not _is_nothing(value) and name not in UNTOLD
    )
    return "; ".join(told)


def _is_nothing(value: Any) -> bool:
    """Say whether a new record just leaves this empty, or a note has nothing to tell of it."""
    if isinstance(value, list) and len(value) == 2 and value[0] is None:
        return value[1] in (*EMPTY, "{}", "[]")
    return value in EMPTY


def _change(name: str, value: Any, names: Mapping[int, str]) -> str:
    words = name.removesuffix("_id").replace("_", " ")
    if value == ["changed"]:
        return f"{words} changed"
    if not isinstance(value, list) or len(value) != 2:
        return f"{words}: {_said(name, value, names)}"
    old, new = (_said(name, each, names) for each in value)
    return f"{words}: {new}" if value[0] is None else f"{words}: {old} → {new}"


def _said(name: str, value: Any, names: Mapping[int, str]) -> str:
    match value:
        case bool():
            said = "yes" if value else "no"
        case _ if value in EMPTY:
            said = "none"
        case int() if name == "user_id":
            said = names.get(value, str(value))
        case int() if name == "tier":
            said = Tier(value).title
        case str() if name in INSTANTS:
            said = f"{datetime.fromisoformat(value).astimezone(LONDON):%d %b %Y, %H:%M}"
        case list():
            said = ", ".join(map(str, value))
        case _:
            said = str(value)
    return said


def _csv(told: Sequence[Told], actor: Actor) -> str:
    out = StringIO()
    writer = csv.writer(out)
    now = datetime.now(LONDON)
    writer.writerow(["OFFICIAL-SENSITIVE", f"Audit log, taken out by {_cell(actor.name)}"])
    writer.writerow(["Taken out", f"{now:%d %B %Y, %H:%M}"])
    writer.writerow(["when", "who", "action", "what", "record", "changes"])
    writer.writerows(_line(each) for each in told)
    return out.getvalue()


def _line(each: Told) -> Iterable[str]:
    when = each.at.isoformat(timespec="seconds")
    return map(_cell, (when, each.who, each.action, each.does, each.record, each.changes))


def _cell(text: str) -> str:
    """Keep a spreadsheet from taking what a person wrote for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
