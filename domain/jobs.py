"""Jobs: long work as a row that one spawned process claims, reports on and ends."""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from enum import Enum
from time import monotonic, sleep
from typing import Any, TypeAlias
from uuid import uuid4

from sqlalchemy import JSON, ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from domain.accounts import Grant, User
from domain.audit import action
from domain.errors import Conflict, NotFound, NotPermitted, SafegroundError
from domain.job_notes import JobNotes
from domain.people import SYSTEM, Actor, Kind, Permission
from store.database import Base, Store


class JobState(Enum):
    """Where a job stands; a dead heartbeat makes it failed, never silent."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Job(Base):
    """Work asked for by an actor in one capacity, whose permission is checked again at run time."""

    __tablename__ = "job"
    __sealed__ = frozenset({"arguments"})
    __unlogged__ = frozenset({"progress", "message", "heartbeat"})

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"), index=True)
    grant_id: Mapped[int | None] = mapped_column(ForeignKey("user_grant.id"))
    state: Mapped[JobState] = mapped_column(default=JobState.WAITING, index=True)
    progress: Mapped[float] = mapped_column(default=0.0)
    message: Mapped[str] = mapped_column(String(300), default="")
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    result: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    asked_at: Mapped[datetime]
    heartbeat: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


NEEDS: Mapping[str, Permission] = {
    "import": Permission.IMPORT,
    "insight": Permission.ANALYSE,
    "pack": Permission.EXPORT,
}
"""What an actor needs for each kind of job, when it is asked for and again when it runs."""

BEAT = 2.0  # seconds between two heartbeats
DEAD = timedelta(seconds=60)
POLL = 1.0  # seconds between two looks for work
LOG = logging.getLogger(__name__)


class Cancelled(SafegroundError):
    """The job was asked to stop, and did."""


class JobContext:
    """What a job's work is given: for whom, with what, and a way to report and be stopped."""

    def __init__(self, store: Store, job_id: int, actor: Actor, arguments: dict[str, Any]) -> None:
        self.store, self.job_id, self.actor, self.arguments = store, job_id, actor, arguments
        self.settled = False
        self._share, self._message = 0.0, ""
        self._notes, self._told_at = JobNotes(store), 0.0
        self._stop = threading.Event()
        self._over = threading.Event()

    def progress(self, share: float, message: str) -> None:
        """Report how far the work is (0 to 1); raises `Cancelled` where it was asked to stop."""
        self._share, self._message = min(max(share, 0.0), 1.0), message[:300]
        if monotonic() >= self._told_at + BEAT:
            self._tell()
        if self._stop.is_set() or self._notes.is_to_stop(self.job_id):
            raise Cancelled("The job was cancelled. Nothing was kept.")

    def finish(self, session: Session, result: dict[str, Any]) -> None:
        """Mark the job done inside the work's own transaction: both are kept, or neither."""
        settle(session, SYSTEM, self.job_id, state=JobState.DONE, result=result)

    @contextmanager
    def alive(self) -> Iterator[None]:
        """Beat in a thread of its own while the block runs, however long one step takes."""
        heart = threading.Thread(target=self._beat, name=f"job-{self.job_id}", daemon=True)
        heart.start()
        try:
            yield
        finally:
            self._over.set()
            heart.join()

    def _beat(self) -> None:
        while not self._over.wait(BEAT):
            try:
                with self.store.writing() as session:
                    asked = beat(session, SYSTEM, self.job_id, self._share, self._message)
            except Conflict:  # SQLite is being written to, perhaps by this very job
                self._tell()
                with self.store.reading() as session:
                    asked = _cancel_asked(session, self.job_id)
            if asked:
                self._stop.set()

    def _tell(self) -> None:
        """Say beside the store how far the work is, for while its lock is held."""
        self._notes.tell(self.job_id, self._share, self._message)
        self._told_at = monotonic()


Work: TypeAlias = Callable[[JobContext], dict[str, Any]]


@action("job.submit", needs=Permission.SEE_MAP)
def submit(session: Session, actor: Actor, kind: str, arguments: dict[str, Any]) -> Job:
    """Ask for a job in the capacity in which one acts.

    Raises
    ------
    NotPermitted
        The actor may not do what the job does, or is no signed-in person.
    """
    actor.must(NEEDS[kind])
    if actor.kind is not Kind.USER:
        raise NotPermitted("Jobs are asked for by people who are signed in.")
    job = Job(
        kind=kind,
        arguments=arguments,
        user_id=actor.id,
        grant_id=actor.grant_id,
        asked_at=datetime.now(UTC),
    )
    session.add(job)
    session.flush()
    return job


@action("job.cancel", needs=Permission.SEE_MAP)
def cancel(session: Session, actor: Actor, job_id: int) -> None:
    """Ask one's own job to stop; one that has not begun is cancelled at once."""
    job = _own(session, actor, job_id, lock=True)
    if job.state is JobState.WAITING:
        _end(job, JobState.CANCELLED, "Cancelled before it began.")
    elif job.state is JobState.RUNNING:
        job.cancel_requested = True


def stop(store: Store, actor: Actor, job_id: int) -> None:
    """Ask one's own job to stop, even while it holds SQLite's one lock itself.

    Raises
    ------
    NotFound
        There is none of that number, or it is someone else's.
    Conflict
        Someone else saves for long, and the job has not begun: try again.
    """
    actor.must(Permission.SEE_MAP)
    with store.reading() as session:
        running = _own(session, actor, job_id).state is JobState.RUNNING
    notes = JobNotes(store)
    if running:
        notes.ask_to_stop(job_id)
    try:
        with store.writing() as session:
            cancel(session, actor, job_id)
    except Conflict:
        if not notes.is_to_stop(job_id):
            raise


@action("job.claim", needs=Permission.RUN_JOBS)
def claim(session: Session, _actor: Actor, kinds: Iterable[str]) -> Job | None:
    """Take the job that waits longest; two who look at once never get the same one."""
    query = (
        select(Job)
        .where(Job.state == JobState.WAITING, Job.kind.in_(sorted(kinds)))
        .order_by(Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    job = session.scalars(query).first()
    if job is not None:
        job.state, job.heartbeat = JobState.RUNNING, datetime.now(UTC)
    return job


@action("job.beat", needs=Permission.RUN_JOBS)
def beat(session: Session, _actor: Actor, job_id: int, share: float, message: str) -> bool:
    """Say that a job is alive and how far it is; return whether it is to stop."""
    job = session.get(Job, job_id, with_for_update=True)
    if job is None or job.state is not JobState.RUNNING:
        return True
    job.heartbeat, job.progress, job.message = datetime.now(UTC), share, message
    return job.cancel_requested


@action("job.settle", needs=Permission.RUN_JOBS)
def settle(
    session: Session,
    _actor: Actor,
    job_id: int,
    *,
    state: JobState,
    message: str = "",
    result: dict[str, Any] | None = None,
) -> None:
    """End a running job.

    Raises
    ------
    Conflict
        It does not run any more: it was taken for dead. What was done with it must not be kept.
    """
    job = session.get(Job, job_id, with_for_update=True)
    if job is None or job.state is not JobState.RUNNING:
        raise Conflict("The job was taken for dead and ended. Nothing was kept.")
    job.result = result or {}
    _end(job, state, message)


@action("job.bury", needs=Permission.RUN_JOBS)
def bury(session: Session, _actor: Actor, notes: JobNotes | None = None) -> int:
    """Mark the running jobs whose heart has stopped as failed; return how many.

    Who said beside the store that it lives (``notes``) is not dead.
    """
    query = select(Job).where(
        Job.state == JobState.RUNNING, Job.heartbeat < datetime.now(UTC) - DEAD
    )
    still = session.scalars(query.with_for_update(skip_locked=True)).all()
    dead = [job for job in still if _is_dead(job, notes)]
    for job in dead:
        _end(job, JobState.FAILED, "The work stopped unexpectedly. Nothing was kept: try again.")
    return len(dead)


def look(store: Store, actor: Actor, job_id: int) -> Job:
    """Return one's own job as it stands; one whose heart has stopped is failed by this look."""
    notes = JobNotes(store)
    with store.reading() as session:
        job = _own(session, actor, job_id)
    if job.state is not JobState.RUNNING or not _is_dead(job, notes):
        return _as_told(job, notes)
    try:
        with store.writing() as session:
            bury(session, SYSTEM, notes)
    except Conflict:  # SQLite is being written to, perhaps by this very job: it lives
        return _as_told(job, notes)
    with store.reading() as session:
        return _own(session, actor, job_id)


def mine(session: Session, actor: Actor, kind: str, limit: int = 20) -> list[Job]:
    """Return one's own jobs of a kind, the latest first."""
    query = select(Job).where(Job.kind == kind, Job.user_id == actor.id, Job.user_id.is_not(None))
    return list(session.scalars(query.order_by(Job.id.desc()).limit(limit)))


def arguments_in_use(session: Session, kind: str) -> list[dict[str, Any]]:
    """Return what the waiting and running jobs of a kind were given."""
    going = Job.state.in_([JobState.WAITING, JobState.RUNNING])
    return list(session.scalars(select(Job.arguments).where(Job.kind == kind, going)))


def capacity(session: Session, user_id: int | None, grant_id: int | None) -> Actor:
    """Build the actor of a grant as it holds now.

    Raises
    ------
    NotPermitted
        The person or the grant no longer holds.
    """
    user = session.get(User, user_id) if user_id is not None else None
    grant = session.get(Grant, grant_id) if grant_id is not None else None
    holds = user is not None and user.active and grant is not None and grant.user_id == user.id
    if user is None or grant is None or not holds or not grant.holds(datetime.now(UTC)):
        raise NotPermitted("The person who asked for this may not act in that role any more.")
    return Actor.user(
        user.name,
        grant.role,
        id=user.id,
        grant_id=grant.id,
        agency_id=user.agency_id,
        tier=grant.clearance,
        area_ids=frozenset() if grant.area_id is None else frozenset({grant.area_id}),
        grader=grant.grader,
    )


def work(
    store: Store, kinds: Mapping[str, Work], *, going: Callable[[], bool] = lambda: True
) -> None:
    """Claim and run jobs one after the other while ``going()`` holds.

    Permission is checked again before each. A fault of ours ends the job as failed, with an id
    that the log holds too, and goes on up: the process is started anew.
    """
    JobNotes(store).sweep()
    while going():
        if not work_once(store, kinds):
            sleep(POLL)


def work_once(store: Store, kinds: Mapping[str, Work]) -> bool:
    """Run the next job, if one waits; return whether one did."""
    try:
        with store.writing() as session:
            bury(session, SYSTEM, JobNotes(store))
            job = claim(session, SYSTEM, kinds)
    except Conflict:  # someone else is saving: look again later
        return False
    if job is None:
        return False
    _run(store, kinds[job.kind], job)
    return True


def _run(store: Store, task: Work, job: Job) -> None:
    state, message, result = JobState.FAILED, "", {}
    fault = uuid4().hex[:8]
    try:
        with store.reading() as session:
            actor = capacity(session, job.user_id, job.grant_id)
        actor.must(NEEDS[job.kind])
        context = JobContext(store, job.id, actor, job.arguments)
        with context.alive():
            result = task(context)
        state = JobState.DONE
    except Cancelled as cancelled:
        state, message = JobState.CANCELLED, str(cancelled)
    except SafegroundError as error:
        message = str(error)
    finally:
        if state is JobState.FAILED and not message:
            LOG.error("job %s failed by our own fault %s", job.id, fault)
            message = f"Something went wrong on our side. It is in the log as {fault}."
        _settle_once(store, job.id, state, message, result)


def _settle_once(
    store: Store, job_id: int, state: JobState, message: str, result: dict[str, Any]
) -> None:
    """End the job unless its own transaction, or whoever took it for dead, did so."""
    with store.reading() as session:
        job = session.get(Job, job_id)
    if job is not None and job.state is JobState.RUNNING:
        with store.writing() as session:
            settle(session, SYSTEM, job_id, state=state, message=message, result=result)
    JobNotes(store).forget(job_id)


def _own(session: Session, actor: Actor, job_id: int, *, lock: bool = False) -> Job:
    job = session.get(Job, job_id, with_for_update=lock or None)
    if job is None or actor.id is None or job.user_id != actor.id:
        raise NotFound("That job is not there.")
    return job


def _cancel_asked(session: Session, job_id: int) -> bool:
    query = select(Job.cancel_requested).where(Job.id == job_id)
    return bool(session.scalar(query))


def _is_dead(job: Job, notes: JobNotes | None = None) -> bool:
    told = notes.told(job.id) if notes else None
    signs = [each for each in (job.heartbeat, told and told.at) if each]
    return not signs or max(signs) < datetime.now(UTC) - DEAD


def _as_told(job: Job, notes: JobNotes) -> Job:
    """Put into a job that was read what it could only say beside the store."""
    if job.state is JobState.RUNNING:
        told = notes.told(job.id)
        if told and (job.heartbeat is None or told.at > job.heartbeat):
            job.progress, job.message = told.share, told.message
        job.cancel_requested = job.cancel_requested or notes.is_to_stop(job.id)
    return job


def _end(job: Job, state: JobState, message: str) -> None:
    job.state, job.message, job.ended_at = state, message[:300], datetime.now(UTC)
    if state is JobState.DONE:
        job.progress = 1.0
