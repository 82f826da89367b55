"""Take a file in: look first, then all of it in one transaction or nothing.

Rows are read, checked and made ready in a private file outside any lock; only then is the
database opened for writing, once. Whatever goes wrong before that has changed nothing.
"""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

import geopandas as gpd
import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from domain import batches
from domain.audit import revision
from domain.batches import Counts, ImportBatch
from domain.people import Actor
from exchange.chunks import ROWS
from exchange.known import Known
from exchange.mapping import Mapping
from exchange.planning import Order, Plan, planned
from exchange.rejects import Rejects
from exchange.rows import Mask, Rows, Texts
from exchange.seen import Seen, kept
from exchange.staging import Staging
from exchange.targets import Taken
from geo.space import BNG, to_wgs84
from store.database import Store

Progress = Callable[[float, str], None]
After = Callable[[Session, dict[str, Any]], None]
READING = 0.8  # of the whole, while rows are read; the rest is for writing them
WORDS = {
    "masked": "{n:,} cells held something that identifies a person; it was masked.",
    "shortened": "{n:,} texts were too long and were cut.",
    "twice": "{n:,} times fall in the hour that came twice when the clocks went back; "
    "each was kept as that whole span.",
    "never": "{n:,} times fall in the hour that the clocks left out in spring; "
    "they were read as if the clocks had not gone forward.",
    "mended": "{n:,} outlines crossed themselves and were mended.",
}


@dataclass(frozen=True)
class Report:
    """What became of a file. ``already`` is the batch that took in this very file before."""

    target: str
    counts: Counts
    notes: tuple[str, ...]
    people: tuple[str, ...]
    left: tuple[str, ...]
    batch: int | None = None
    already: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Return what a job's result and the command line show."""
        counts = self.counts
        return {
            "target": self.target,
            "batch": self.batch,
            "already": self.already,
            "read": counts.read,
            "accepted": counts.accepted,
            "duplicates": counts.duplicates,
            "rejected": counts.rejected,
            "reasons": counts.reasons,
            "notes": list(self.notes),
            "dropped_person_columns": len(self.people),
            "dropped_columns": len(self.left),
        }


@dataclass(frozen=True)
class Preview:
    """How the first rows would be taken: ``rows`` in degrees (EPSG:4326), the rejects beside."""

    plan: Plan
    mapping: Mapping
    rows: gpd.GeoDataFrame
    rejected: pd.DataFrame
    reasons: dict[str, int]
    notes: tuple[str, ...]
    already: int | None


@dataclass
class _Tally:
    read: int = 0
    duplicates: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    noticed: Counter[str] = field(default_factory=Counter)

    def counts(self, accepted: int) -> Counts:
        rejected = self.reasons.total()
        return Counts(self.read, accepted, self.duplicates, rejected, dict(self.reasons))

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(WORDS[each].format(n=n) for each, n in self.noticed.items() if n)


def preview(store: Store, actor: Actor, order: Order, folder: Path | None = None) -> Preview:
    """Read the first rows of a file as they would be taken; nothing is kept.

    Raises
    ------
    NotPermitted, Invalid
        As `planned`.
    """
    with store.reading() as session, planned(session, actor, order, folder) as plan:
        rows = Rows(plan.sample, plan.mapping)
        known = Known(session, anywhere=order.anywhere)
        taken = plan.target.take(rows, known, plan.giver)
        tally = _Tally(noticed=rows.counts)
        before = _before(session, actor, plan)
        return Preview(
            plan,
            plan.mapping,
            _shown(plan, rows, taken),
            _refused(plan, rows),
            dict(Counter(rows.reason[~rows.good]) + Counter(plan.sample.broken.values())),
            plan.notes + tally.notes,
            before.id if before else None,
        )


def run(
    store: Store,
    actor: Actor,
    order: Order,
    *,
    folder: Path | None = None,
    rejects: TextIO | None = None,
    progress: Progress = lambda _share, _message: None,
    after: After | None = None,
) -> Report:
    """Take in a whole file in one transaction; return what became of its rows.

    ``folder`` is private and takes the temporary files. Rejected rows are written to ``rejects``
    as they come. ``progress`` is called after every chunk and may raise to stop; then nothing is
    kept. ``after`` runs inside the same transaction with the report as JSON.

    Raises
    ------
    NotPermitted, Invalid
        As `planned`, or the file is damaged further on.
    Conflict
        Someone took in some of the same rows meanwhile.
    """
    started = datetime.now(UTC)
    with tempfile.TemporaryDirectory(prefix="import-", dir=folder) as private:
        with store.reading() as session, planned(session, actor, order, Path(private)) as plan:
            before = _before(session, actor, plan)
            if before is not None:
                return _nothing(plan, before)
            stamp = revision(session, [plan.target.table.__tablename__])
            tally, staging = _stage(
                session, plan, folder=Path(private), rejects=Rejects(rejects), progress=progress
            )
        with store.writing() as session:
            report = _write(
                session,
                actor,
                plan,
                staging=staging,
                tally=tally,
                stamp=stamp,
                started=started,
                progress=progress,
            )
            if after is not None:
                after(session, report.as_json())
            return report


def _before(session: Session, actor: Actor, plan: Plan) -> ImportBatch | None:
    return batches.same_file(
        session,
        actor,
        target=plan.target.name,
        source=plan.giver.name,
        preset=plan.label,
        sha256=plan.source.sha256,
    )


def _nothing(plan: Plan, before: ImportBatch) -> Report:
    note = f"This very file was taken in before, as import {before.id}. Nothing was added."
    counts = Counts(0, 0, 0, 0, {})
    return Report(plan.target.name, counts, (note,), plan.people, plan.left, already=before.id)


def _stage(
    session: Session, plan: Plan, *, folder: Path, rejects: Rejects, progress: Progress
) -> tuple[_Tally, Staging]:
    """Read every row, keep the good ones in a private file, and hand the others out."""
    tally, seen = _Tally(), Seen()
    known = Known(session, anywhere=plan.order.anywhere)
    expected = plan.source.description.rows or plan.source.description.expected or 1
    staging: Staging | None = None
    for chunk in plan.source.chunks(ROWS):
        rows = Rows(chunk, plan.mapping, tally.noticed)
        taken = plan.target.take(rows, known, plan.giver)
        keys, fresh = _fresh(plan, rows, taken, seen=seen, known=known)
        tally.duplicates += int(rows.good.sum() - fresh.sum())
        columns = _with_keys(plan, taken, keys)
        if staging is None:
            staging = Staging(folder / "rows.arrow", plan.target.table, list(columns))
        staging.add({name: kept(values, fresh) for name, values in columns.items()})
        _reject(plan, rows, rejects, tally)
        tally.read += len(rows) + len(chunk.broken)
        share = min(1.0, tally.read / expected) * READING
        progress(share, f"{tally.read:,} rows read")
    assert staging is not None  # a file without rows has been refused
    staging.close()
    return tally, staging


def _fresh(plan: Plan, rows: Rows, taken: Taken, *, seen: Seen, known: Known) -> tuple[Texts, Mask]:
    """Return keys, and which rows are good and new to this file and to the store."""
    good = rows.good
    keys, repeats = seen.sort_out(taken.keys, good, taken.separate)
    fresh = good & ~repeats
    there = plan.target.present(known, list(keys[fresh]))
    if there:
        fresh &= np.array([key not in there for key in keys], dtype=bool)
    return keys, fresh


def _with_keys(plan: Plan, taken: Taken, keys: Texts) -> dict[str, Any]:
    if len(plan.target.key_columns) > 1:
        return taken.columns
    return {plan.target.key_columns[0]: keys, **taken.columns}


def _reject(plan: Plan, rows: Rows, rejects: Rejects, tally: _Tally) -> None:
    refused = _refused(plan, rows)
    tally.reasons.update(refused["reason"])
    rejects.write(
        [int(each) for each in refused.index],
        list(refused["reason"]),
        refused.drop(columns="reason"),
    )


def _refused(plan: Plan, rows: Rows) -> pd.DataFrame:
    """Return the refused rows by number: the reason, and the columns that we take."""
    bad = ~rows.good
    fields = [each for each in plan.mapping.columns if each not in plan.target.not_returned]
    texts = {each.name for each in plan.target.fields if each.text}
    details = {each for each in fields if each.startswith("detail:")}
    frame = rows.taken(bad, fields, texts | details).set_axis(rows.chunk.numbers[bad], axis=0)
    frame = frame.rename(columns={"reason": "reason (of the file)"})
    frame.insert(0, "reason", rows.reason[bad])
    broken = rows.chunk.broken
    if broken:
        lost = pd.DataFrame({"reason": list(broken.values())}, index=list(broken), dtype=object)
        frame = pd.concat([frame, lost]).sort_index()
    return frame.astype(object).where(frame.notna(), None)


def _write(
    session: Session,
    actor: Actor,
    plan: Plan,
    *,
    staging: Staging,
    tally: _Tally,
    stamp: tuple[int, ...],
    started: datetime,
    progress: Progress,
) -> Report:
    progress(READING, f"{staging.rows:,} rows are being saved")
    table = plan.target.table
    there: set[Any] = set()
    if revision(session, [table.__tablename__]) != stamp:  # someone wrote to it meanwhile
        there = _there(session, plan, staging)
    tally.duplicates += len(there)
    counts = tally.counts(staging.rows - len(there))
    batch = batches.take_in(
        session,
        actor,
        target=plan.target.name,
        table=table,
        chunks=_chunks(plan, staging, there, progress),
        counts=counts,
        source=plan.giver.name,
        preset=plan.label,
        file_name=plan.file_name,
        sha256=plan.source.sha256,
        started_at=started,
    )
    return Report(
        plan.target.name, counts, plan.notes + tally.notes, plan.people, plan.left, batch.id
    )


def _there(session: Session, plan: Plan, staging: Staging) -> set[Any]:
    known = Known(session)
    found: set[Any] = set()
    for columns in staging.chunks():
        keys = plan.target.keys_of(columns)
        found |= plan.target.present(known, keys) & set(keys)
    return found


def _chunks(
    plan: Plan, staging: Staging, there: set[Any], progress: Progress
) -> Iterator[dict[str, Any]]:
    written = 0
    for columns in staging.chunks(shuffled=plan.target.shuffled):
        if there:
            keep = np.array([each not in there for each in plan.target.keys_of(columns)])
            columns = {name: kept(values, keep) for name, values in columns.items()}  # noqa: PLW2901
        yield columns
        written += len(next(iter(columns.values())))
        share = READING + (1 - READING) * written / max(1, staging.rows)
        progress(share, f"{written:,} rows saved")


def _shown(plan: Plan, rows: Rows, taken: Taken) -> gpd.GeoDataFrame:
    good = rows.good
    shape = "outline" if plan.target.shapes else "spot"
    columns = {
        name: kept(values, good)
        for name, values in taken.columns.items()
        if name not in (shape, "version")
    }
    shapes = gpd.GeoSeries(kept(taken.columns[shape], good), crs=BNG)
    frame = gpd.GeoDataFrame(columns, geometry=shapes)
    frame.index = pd.Index(rows.chunk.numbers[good], name="row")
    return to_wgs84(frame)
