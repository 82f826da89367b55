"""The jobs that can be asked for, and the process that runs them."""

import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any

from sqlalchemy.orm import Session

from domain import (
    concern_erasing,
    insights,
    interviews,
    pack_files,
    place_expiry,
    place_sharing,
    reminders,
    sessions,
)
from domain.errors import Conflict
from domain.job_notes import JobNotes
from domain.jobs import JobContext, Work, arguments_in_use, bury
from domain.people import SYSTEM
from exchange import uploads
from exchange.importing import run
from exchange.insights import work_out
from exchange.pack_job import put_together
from exchange.planning import Order
from store.database import Store


def tasks(folder: Path) -> Mapping[str, Work]:
    """Return what to do for each kind of job; uploads lie in ``folder``."""
    return {
        "import": lambda context: take_in(context, folder),
        "insight": work_out,
        "pack": put_together,
    }


def take_in(context: JobContext, folder: Path) -> dict[str, Any]:
    """Run an import: the arguments are an upload's ``token`` and the ``order`` without a path.

    The upload is deleted at the end, however it ends; rejected rows stay until they are fetched.
    """
    upload = uploads.claimed(folder, context.actor, str(context.arguments["token"]))
    kept = False

    def finish(session: Session, report: dict[str, Any]) -> None:
        context.finish(session, _with_rejects(report, upload))

    try:
        order = Order(**{**context.arguments["order"], "path": str(upload.file)})
        with upload.rejects.open("w", newline="", encoding="utf-8-sig") as rejects:
            report = run(
                context.store,
                context.actor,
                order,
                folder=upload.folder,
                rejects=rejects,
                progress=context.progress,
                after=finish,
            )
        kept = report.counts.rejected > 0
    finally:
        if kept:
            upload.drop_file()
        else:
            upload.destroy()
    return _with_rejects(report.as_json(), upload)


def _with_rejects(report: dict[str, Any], upload: uploads.Upload) -> dict[str, Any]:
    return report | {"rejects": upload.token if report["rejected"] else ""}


def sweep(store: Store, folder: Path) -> None:
    """Delete what an earlier run left behind: files that no waiting or living job needs, and more.

    For the start of the app, before anyone can send: a worker that starts later must not.
    """
    with suppress(Conflict), store.writing() as session:
        bury(session, SYSTEM, JobNotes(store))
    with store.reading() as session:
        tokens = {str(given.get("token", "")) for given in arguments_in_use(session, "import")}
    uploads.empty(folder, frozenset(tokens))
    tidy(store)


def tidy(store: Store) -> None:
    """Delete what may be kept no longer: what reporters typed, ended sign-ins, drafts of results.

    Places that were shared until a day, or of which nothing new is known, go to fewer readers.

    While someone else writes for long it is left for the next time.
    """
    with suppress(Conflict), store.writing() as session:
        sessions.sweep(session, SYSTEM)
        insights.sweep(session, SYSTEM)
        pack_files.sweep(session, SYSTEM)
        concern_erasing.sweep(session, SYSTEM)
        place_sharing.sweep(session, SYSTEM)
        place_expiry.sweep(session, SYSTEM)
        reminders.sweep(session, SYSTEM)
        interviews.sweep(session, SYSTEM)


class Worker:
    """A process of its own that runs jobs, started anew where it ends by a fault.

    ``command`` starts it: the command line's ``work``. One that ends soon after its start, such
    as where the database is gone, is started ever more seldom: a start is work in itself.
    """

    PAUSE, LONGEST = 2.0, 60.0  # seconds before it is started anew
    SOON = 60.0  # seconds within which an end counts as a failed start

    def __init__(self, command: Sequence[str]) -> None:
        self.command = list(command)
        self._over = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._watch = threading.Thread(target=self._keep_going, name="worker", daemon=True)

    def start(self) -> None:
        """Start the process and watch over it."""
        self._watch.start()

    def stop(self) -> None:
        """End the process; a job that runs is found dead by the next look and is failed."""
        self._over.set()
        if self._process is not None:
            self._process.terminate()
        self._watch.join()

    def pause(self, before: float, lasted: float) -> float:
        """Return how long to wait now, in seconds, after the pause before and how long it ran."""
        if not before or lasted > self.SOON:
            return self.PAUSE
        return min(2 * before, self.LONGEST)

    def _keep_going(self) -> None:
        pause = 0.0
        while not self._over.is_set():
            start = monotonic()
            self._process = subprocess.Popen(self.command)  # noqa: S603 - our own command
            while self._process.poll() is None and not self._over.wait(0.5):
                pass
            if self._over.is_set():
                self._process.terminate()
                with suppress(subprocess.TimeoutExpired):
                    self._process.wait(5)
            else:
                pause = self.pause(pause, monotonic() - start)
                self._over.wait(pause)
