"""An import as a job: the file is gone at the end, and a stop keeps nothing."""

import stat
import sys
import threading
import time

import pytest
from sqlalchemy import func, select

from domain import jobs
from domain.batches import ImportBatch
from domain.errors import NotFound, TooMany, busy
from domain.incidents import Incident
from domain.jobs import Job, JobState
from domain.people import Role
from exchange import uploads, work
from store.database import Store, connect
from tests.exchange.conftest import GOOD, HEAD


@pytest.fixture
def folder(tmp_path):
    uploads.empty(tmp_path / "uploads")
    return tmp_path / "uploads"


@pytest.fixture
def send(store, analyst, folder, write):
    """Send rows and ask for their import; the job's number and the upload."""

    def ask(*rows):
        upload = uploads.begin(folder, analyst)
        write("a.csv", HEAD, *rows).rename(uploads.path_for(upload, "a.csv"))
        order = {"target": "incident", "source": "x", "constants": {"source": "council"}}
        order |= {"name": "sent.csv"}
        with store.writing() as session:
            arguments = {"token": upload.token, "order": order}
            return jobs.submit(session, analyst, "import", arguments).id, upload

    return ask


def run(store, folder):
    return jobs.work_once(store, work.tasks(folder))


def test_an_upload_is_taken_in_and_deleted(store, analyst, folder, send):
    number, upload = send(GOOD)
    assert run(store, folder)
    job = jobs.look(store, analyst, number)
    assert (job.state, job.result["accepted"], job.result["rejects"]) == (JobState.DONE, 1, "")
    assert not upload.folder.exists()
    with store.reading() as session:
        batch = session.scalars(select(ImportBatch)).one()
        assert (batch.file_name, batch.user_id) == ("sent.csv", analyst.id)


def test_rejected_rows_stay_until_they_are_fetched_and_the_file_does_not(
    store, analyst, folder, send
):
    number, upload = send(GOOD, ("A2", "noise", "x", "0", "0"))
    assert run(store, folder)
    result = jobs.look(store, analyst, number).result
    assert result["rejects"] == upload.token
    assert sorted(each.name for each in upload.folder.iterdir()) == ["owner", "rejects.csv"]
    assert b'3,"the date cannot be read' in upload.rejects.read_bytes()


def test_a_cancelled_import_keeps_nothing(store, analyst, folder, send, monkeypatch):
    monkeypatch.setattr(jobs, "BEAT", 0.01)
    number, upload = send(GOOD)

    def task(context):
        with store.writing() as session:
            jobs.cancel(session, analyst, number)
        while not context._stop.is_set():
            pass
        return work.take_in(context, folder)

    assert jobs.work_once(store, {"import": task})
    with store.reading() as session:
        assert session.get(Job, number).state is JobState.CANCELLED
        assert session.scalar(select(func.count()).select_from(Incident)) == 0
        assert session.scalar(select(func.count()).select_from(ImportBatch)) == 0
    assert not upload.folder.exists()


def test_an_import_that_is_cancelled_while_it_writes_keeps_nothing(
    store, url, analyst, folder, send, monkeypatch
):
    monkeypatch.setattr(jobs, "BEAT", 0.01)
    number, upload = send(GOOD)
    hasty = Store(connect(url, busy_seconds=0.1), busy)

    def task(context):
        told = context.progress

        def progress(share, message):
            told(share, message)
            if "rows saved" in message:
                other = threading.Thread(target=jobs.stop, args=(hasty, analyst, number))
                other.start()
                other.join()
                while True:
                    told(share, message)

        context.progress = progress
        return work.take_in(context, folder)

    assert jobs.work_once(store, {"import": task})
    hasty.close()
    with store.reading() as session:
        assert session.get(Job, number).state is JobState.CANCELLED
        assert session.scalar(select(func.count()).select_from(Incident)) == 0
        assert session.scalar(select(func.count()).select_from(ImportBatch)) == 0
    assert not upload.folder.exists()
    send_again, _ = send(GOOD)
    assert run(store, folder)
    assert jobs.look(store, analyst, send_again).result["accepted"] == 1


def test_a_job_cannot_take_the_file_of_another(store, people, analyst, folder, send):
    _number, upload = send(GOOD)
    with pytest.raises(NotFound):
        uploads.claimed(folder, people[Role.COORDINATOR], upload.token)
    with pytest.raises(NotFound):
        uploads.claimed(folder, analyst, "../" + upload.token)


def test_folders_are_private_and_emptied_at_start(analyst, folder):
    upload = uploads.begin(folder, analyst)
    assert stat.S_IMODE(upload.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    uploads.empty(folder)
    assert list(folder.iterdir()) == []


def test_nobody_fills_the_disk_with_files_left_lying(analyst, folder):
    for _ in range(uploads.MOST_WAITING):
        upload = uploads.begin(folder, analyst)
        uploads.path_for(upload, "a.csv").write_text("x")
    with pytest.raises(TooMany):
        uploads.begin(folder, analyst)


@pytest.mark.parametrize("name", ["../../etc/passwd", "a.csv/../../x", "x.py\0", "a" * 500])
def test_a_name_is_never_a_path(analyst, folder, name):
    upload = uploads.begin(folder, analyst)
    assert uploads.path_for(upload, name).parent == upload.folder
    assert uploads.path_for(upload, name).name.startswith("file")


def test_a_sweep_at_start_keeps_only_what_a_job_still_needs(store, analyst, folder, send):
    _number, needed = send(GOOD)
    left = uploads.begin(folder, analyst)
    work.sweep(store, folder)
    assert needed.folder.exists()
    assert not left.folder.exists()


def test_a_worker_that_ends_by_a_fault_is_started_anew(tmp_path):
    mark = tmp_path / "starts"
    code = f"open({str(mark)!r}, 'a').write('x'); raise SystemExit(1)"
    worker = work.Worker([sys.executable, "-c", code])
    worker.PAUSE = 0.01
    worker.start()
    deadline = time.monotonic() + 30
    while (not mark.exists() or len(mark.read_text()) < 2) and time.monotonic() < deadline:
        time.sleep(0.05)
    worker.stop()
    assert len(mark.read_text()) >= 2


def test_a_worker_that_cannot_start_is_started_ever_more_seldom_until_it_lasts():
    worker, pauses = work.Worker(["never"]), [0.0]
    for lasted in [3.0] * 10 + [61.0, 3.0]:
        pauses.append(worker.pause(pauses[-1], lasted))
    assert pauses[1:5] == [2, 4, 8, 16]
    assert pauses[10] == worker.LONGEST
    assert pauses[-2:] == [2, 4]
