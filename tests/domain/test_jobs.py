"""Long work: asked for, claimed once, alive or failed, never silent."""

import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from domain import grants, jobs
from domain.accounts import Grant
from domain.audit import Entry
from domain.errors import Conflict, Invalid, NotFound, NotPermitted
from domain.job_notes import JobNotes
from domain.jobs import Cancelled, Job, JobState
from domain.people import PUBLIC, SYSTEM, Role, operator
from store.database import Store, connect
from tests.conftest import arrange, busy


@pytest.fixture
def asked(store, people):
    """A job that an analyst asked for."""
    with store.writing() as session:
        return jobs.submit(session, people[Role.ANALYST], "import", {"file": "s3cret"}).id


def job_of(store, number):
    with store.reading() as session:
        return session.get(Job, number)


def work(store, task):
    return jobs.work_once(store, {"import": task})


def test_a_job_runs_as_whoever_asked_for_it(store, people, asked):
    seen = []

    def task(context):
        seen.append((context.actor, context.arguments))
        return {"accepted": 3}

    assert work(store, task)
    assert seen == [(people[Role.ANALYST], {"file": "s3cret"})]
    job = job_of(store, asked)
    assert (job.state, job.progress, job.result) == (JobState.DONE, 1.0, {"accepted": 3})
    assert not work(store, task)


def test_what_a_job_is_given_is_never_in_the_log(store, asked):
    with store.reading() as session:
        assert "s3cret" not in str([each.changes for each in session.scalars(select(Entry))])


def test_only_people_who_may_ask_for_a_job(store, people):
    with store.writing() as session:
        for role in set(Role) - {Role.ANALYST, Role.COORDINATOR}:
            with pytest.raises(NotPermitted):
                jobs.submit(session, people[role], "import", {})
        for nobody in (PUBLIC, SYSTEM, operator("x")):
            with pytest.raises(NotPermitted):
                jobs.submit(session, nobody, "import", {})


def test_permission_is_checked_again_when_it_runs(store, people, asked):
    with store.writing() as session:
        grant = session.get(Grant, people[Role.ANALYST].grant_id)
        grants.withdraw(session, SYSTEM, grant.id)
    assert work(store, lambda _context: pytest.fail("it ran"))
    job = job_of(store, asked)
    assert job.state is JobState.FAILED
    assert "may not act in that role any more" in job.message


def test_two_who_look_at_once_never_claim_the_same(store, people, asked):
    with store.writing() as session:
        second = jobs.submit(session, people[Role.ANALYST], "import", {}).id
    claimed, ready = [], threading.Barrier(4)

    def look():
        ready.wait()
        with store.writing() as session:
            job = jobs.claim(session, SYSTEM, ["import"])
        claimed.append(job.id if job else None)

    threads = [threading.Thread(target=look) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(each for each in claimed if each) == [asked, second]


def test_a_claimed_row_is_passed_over_while_it_is_locked(store, people, asked):
    if store.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one lock, which the other test covers")
    with store.writing() as session:
        assert jobs.claim(session, SYSTEM, ["import"]).id == asked
        found = []
        other = threading.Thread(target=lambda: found.append(_claim(store)))
        other.start()
        other.join()
    assert found == [None]


def _claim(store):
    with store.writing() as session:
        return jobs.claim(session, SYSTEM, ["import"])


def test_a_refusal_is_told_and_a_fault_of_ours_is_numbered(store, people, asked, caplog):
    def refuse(_context):
        raise Invalid("The file is empty.")

    assert work(store, refuse)
    assert job_of(store, asked).message == "The file is empty."
    with store.writing() as session:
        second = jobs.submit(session, people[Role.ANALYST], "import", {}).id

    def break_down(_context):
        raise ZeroDivisionError("s3cret")

    with pytest.raises(ZeroDivisionError):
        work(store, break_down)
    job = job_of(store, second)
    assert job.state is JobState.FAILED
    number = job.message.split()[-1].rstrip(".")
    assert number in caplog.text
    assert "s3cret" not in job.message


def test_a_job_is_cancelled_before_it_begins(store, people, asked):
    with store.writing() as session:
        jobs.cancel(session, people[Role.ANALYST], asked)
    assert not work(store, lambda _context: pytest.fail("it ran"))
    assert job_of(store, asked).state is JobState.CANCELLED


def test_a_running_job_hears_that_it_is_to_stop(store, people, asked, monkeypatch):
    monkeypatch.setattr(jobs, "BEAT", 0.01)

    def task(context):
        context.progress(0.4, "400 rows read")
        while job_of(store, asked).progress < 0.4:
            pass
        with store.writing() as session:
            jobs.cancel(session, people[Role.ANALYST], asked)
        while True:
            context.progress(0.5, "still reading")

    assert work(store, task)
    job = job_of(store, asked)
    assert (job.state, job.message) == (
        JobState.CANCELLED,
        "The job was cancelled. Nothing was kept.",
    )


def test_beats_leave_no_line_in_the_log(store, asked):
    with store.writing() as session:
        jobs.claim(session, SYSTEM, ["import"])
    with store.writing() as session:
        assert not jobs.beat(session, SYSTEM, asked, 0.5, "half")
    with store.reading() as session:
        assert not session.scalars(select(Entry).where(Entry.action == "job.beat")).all()


def test_a_dead_heartbeat_makes_it_failed_for_whoever_looks(store, people, asked):
    with store.writing() as session:
        jobs.claim(session, SYSTEM, ["import"])
    assert jobs.look(store, people[Role.ANALYST], asked).state is JobState.RUNNING
    with store.writing() as session:
        still(session, asked)
    job = jobs.look(store, people[Role.ANALYST], asked)
    assert job.state is JobState.FAILED
    assert "stopped unexpectedly" in job.message


def test_a_job_that_holds_the_only_lock_is_not_taken_for_dead(store, people, asked):
    if store.engine.dialect.name != "sqlite":
        pytest.skip("PostGIS has a lock for each row")
    with store.writing() as session:
        jobs.claim(session, SYSTEM, ["import"])
    with store.writing() as session:
        still(session, asked)
    hasty = Store(connect(str(store.engine.url), busy_seconds=0.1), busy)
    found = []
    with store.writing():
        look = threading.Thread(
            target=lambda: found.append(jobs.look(hasty, people[Role.ANALYST], asked).state)
        )
        look.start()
        look.join()
    hasty.close()
    assert found == [JobState.RUNNING]


def aside(work, *given):
    """Do something as another process would, while this one holds the lock."""
    found = []
    thread = threading.Thread(target=lambda: found.append(work(*given)))
    thread.start()
    thread.join()
    return found[0]


@pytest.fixture
def hasty(url):
    """The same store for someone who does not wait for a lock."""
    store = Store(connect(url, busy_seconds=0.1), busy)
    yield store
    store.close()


def test_a_job_tells_how_far_it_is_and_can_be_stopped_while_it_writes(
    store, hasty, people, asked, monkeypatch
):
    monkeypatch.setattr(jobs, "BEAT", 0.01)
    analyst, seen = people[Role.ANALYST], []

    def task(context):
        with store.writing():  # holds the only lock of SQLite, as an import does for minutes
            while not seen or seen[-1].message != "900 rows saved":
                context.progress(0.9, "900 rows saved")
                seen.append(aside(jobs.look, hasty, analyst, asked))
            aside(jobs.stop, hasty, analyst, asked)
            seen.append(aside(jobs.look, hasty, analyst, asked))
            while True:
                context.progress(0.9, "910 rows saved")

    assert work(store, task)
    assert (seen[-2].progress, seen[-2].cancel_requested) == (0.9, False)
    assert seen[-1].cancel_requested
    assert job_of(store, asked).state is JobState.CANCELLED
    folder = store.beside("jobs")
    assert folder is None or list(folder.iterdir()) == []


def test_a_job_that_says_beside_the_store_that_it_lives_is_not_buried(store, asked):
    if store.engine.dialect.name != "sqlite":
        pytest.skip("PostGIS has a lock for each row")
    notes = JobNotes(store)
    with store.writing() as session:
        jobs.claim(session, SYSTEM, ["import"])
    with store.writing() as session:
        still(session, asked)
        notes.tell(asked, 0.9, "900 rows saved")
        assert jobs.bury(session, SYSTEM, notes) == 0
        notes.forget(asked)
        assert jobs.bury(session, SYSTEM, notes) == 1


def test_notes_that_a_killed_process_left_are_deleted(store, asked):
    notes = JobNotes(store)
    notes.tell(asked, 0.5, "half")
    notes.ask_to_stop(asked)
    notes.sweep()
    assert notes.is_to_stop(asked) is (store.engine.dialect.name == "sqlite")
    for each in (store.beside("jobs") or Path()).glob(f"{asked}.*"):
        os.utime(each, (0, 0))
    notes.sweep()
    assert not notes.is_to_stop(asked)
    assert notes.told(asked) is None


def still(session, number):
    job = session.get(Job, number)
    job.heartbeat = datetime.now(UTC) - timedelta(minutes=2)
    arrange(session, SYSTEM)


def test_what_was_taken_for_dead_cannot_end_as_done(store, asked):
    with store.writing() as session:
        jobs.claim(session, SYSTEM, ["import"])
    with store.writing() as session:
        still(session, asked)
        assert jobs.bury(session, SYSTEM) == 1
    with pytest.raises(Conflict, match="taken for dead"), store.writing() as session:
        jobs.settle(session, SYSTEM, asked, state=JobState.DONE)


def test_nobody_sees_or_stops_the_job_of_another(store, people, asked):
    other = people[Role.COORDINATOR]
    with pytest.raises(NotFound):
        jobs.look(store, other, asked)
    with pytest.raises(NotFound), store.writing() as session:
        jobs.cancel(session, other, asked)
    with store.writing() as session:
        jobs.claim(session, SYSTEM, ["import"])
    with pytest.raises(NotFound):
        jobs.stop(store, other, asked)
    assert not JobNotes(store).is_to_stop(asked)
    with store.reading() as session:
        assert jobs.mine(session, other, "import") == []
        assert [each.id for each in jobs.mine(session, people[Role.ANALYST], "import")] == [asked]


def test_the_result_is_kept_with_the_work_or_not_at_all(store, asked):
    def task(context):
        with pytest.raises(Cancelled), store.writing() as session:
            context.finish(session, {"accepted": 1})
            raise Cancelled("")
        assert job_of(store, asked).state is JobState.RUNNING
        with store.writing() as session:
            context.finish(session, {"accepted": 2})
        return {"accepted": 3}

    assert work(store, task)
    assert job_of(store, asked).result == {"accepted": 2}
