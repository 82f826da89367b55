"""Word between a job and those who wait for it while the job itself holds SQLite's one lock.

The embedded store takes one write at a time: a job that saves a million rows holds it for minutes,
and neither a heartbeat nor a wish to stop could be written. Both then go into small files beside
the store, by the job's number, holding no record. PostGIS locks rows, and needs none.
"""

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from store.database import Store

LEFT_BEHIND: Final = timedelta(days=1)  # by a process that was killed


@dataclass(frozen=True)
class Told:
    """How far a job is (0 to 1), in words too, and when it said so."""

    share: float
    message: str
    at: datetime


class JobNotes:
    """The notes beside one store; with PostGIS nothing is kept and nothing is found."""

    def __init__(self, store: Store) -> None:
        self._folder = store.beside("jobs")

    def tell(self, job_id: int, share: float, message: str) -> None:
        """Say how far a job is."""
        if path := self._path(job_id, "told"):
            fresh = path.with_suffix(".new")
            fresh.write_text(json.dumps([share, message, datetime.now(UTC).isoformat()]))
            fresh.replace(path)

    def told(self, job_id: int) -> Told | None:
        """Return what a job said last, if anything."""
        path = self._path(job_id, "told")
        try:
            share, message, at = json.loads(path.read_text()) if path else (0, "", "")
            return Told(float(share), str(message), datetime.fromisoformat(at))
        except (OSError, ValueError):  # nothing was said, or it goes at this very moment
            return None

    def ask_to_stop(self, job_id: int) -> None:
        """Ask a job to stop; whether one may is for the caller to see to."""
        if path := self._path(job_id, "stop"):
            path.touch(mode=0o600)

    def is_to_stop(self, job_id: int) -> bool:
        """Say whether a job was asked to stop here."""
        path = self._path(job_id, "stop")
        return path is not None and path.exists()

    def forget(self, job_id: int) -> None:
        """Delete the notes of a job that has ended."""
        for kind in ("told", "new", "stop"):
            if path := self._path(job_id, kind):
                path.unlink(missing_ok=True)

    def sweep(self) -> None:
        """Delete what processes that were killed left behind."""
        if self._folder is None:
            return
        before = (datetime.now(UTC) - LEFT_BEHIND).timestamp()
        for each in self._folder.glob("*.*"):
            with suppress(OSError):
                if each.stat().st_mtime < before:
                    each.unlink()

    def _path(self, job_id: int, kind: str) -> Path | None:
        return self._folder / f"{job_id}.{kind}" if self._folder else None
