"""A GeoPackage of what one person may see, at that person's precision."""

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
from sqlalchemy.orm import Session

from domain import codes, currency, preferences
from domain.audit import action, note
from domain.codes import Code
from domain.concern_evidence import grades_of
from domain.errors import Invalid
from domain.people import Actor, Permission
from domain.status import Status
from layers import catalogue
from layers.layer import Layer
from layers.present import LISTS, precision_words
from store.database import Store

ABOUT = "safeground_about"
THERE = "There is a file of that name already. Name another."
NOTES = "annotations"
FURTHER = {"harm_further": "harm_types"}


def export(store: Store, actor: Actor, reader: Actor, path: Path) -> dict[str, int]:
    """Write every layer that ``reader`` may see, in EPSG:27700; return the rows of each.

    ``actor`` is who runs it, and stands in the log as such. Codes have their words in a column
    beside. The table ``safeground_about`` says how the file is to be handled, from when its data
    is, whose it is and how finely each layer is shown. The file gets its name when all of it is
    written and the log has its entry; until then there is none.

    Raises
    ------
    NotPermitted
        One of the two may not export.
    Invalid
        There is a file of that name, or no such folder.
    """
    actor.must(Permission.EXPORT)
    reader.must(Permission.EXPORT)
    free(path)
    with tempfile.TemporaryDirectory(prefix=".safeground-", dir=path.parent) as private:
        draft = Path(private) / "draft.gpkg"
        with store.reading() as session:
            written = _write(session, actor, reader, draft)
        with store.writing() as session:
            log(session, actor, reader=reader, written=written)
        free(path)
        draft.rename(path)
    return written


@action("layers.export", needs=Permission.EXPORT)
def log(session: Session, actor: Actor, *, reader: Actor, written: dict[str, int]) -> None:
    """Note an export: who ran it, whose sight it has, and how many rows of each layer left."""
    whose = {"run_by": actor.id, "read_as": reader.id, "read_as_grant": reader.grant_id}
    note(session, "layers", {**whose, **written})


def free(path: Path) -> None:
    """Refuse a path at which no new file can be written.

    Raises
    ------
    Invalid
        There is a file of that name, or no such folder.
    """
    if path.exists():
        raise Invalid(THERE)
    if not path.parent.is_dir():
        raise Invalid("There is no such folder. Make it first, or name another.")


def _write(session: Session, actor: Actor, reader: Actor, path: Path) -> dict[str, int]:
    written: dict[str, int] = {}
    markings = {preferences.read(session).partnership.marking}
    for layer in catalogue.seen_by(reader):
        frame = handled(session, reader, layer, catalogue.read(session, reader, layer.name))
        written[layer.name] = len(frame)
        if "marking" in frame:
            markings |= set(frame["marking"])
        if len(frame):
            plain(labelled(layer, frame)).to_file(
                path, layer=layer.name, driver="GPKG", mode="a", engine="pyogrio"
            )
    marking = highest(markings)
    lines = pd.DataFrame(
        [
            *_lines(session, actor, reader, marking),
            *(_sight(reader, name, rows) for name, rows in written.items()),
        ],
        columns=["about", "words"],
    )
    pyogrio.write_dataframe(lines, path, layer=ABOUT, driver="GPKG", append=path.exists())
    return written


def highest(markings: set[str]) -> Code:
    """Return the strictest marking of what is in the file: the last in the list of codes."""
    known = codes.current().markings
    return [each for each in known.values() if each.code in markings or not markings & {*known}][-1]


def _lines(
    session: Session, actor: Actor, reader: Actor, marking: Code
) -> Iterator[tuple[str, str]]:
    role = reader.role.value if reader.role else reader.kind.value
    where = "in their areas alone" if reader.area_ids else "in the whole partnership"
    yield "Marking", marking.label
    yield "Handling", marking.handling
    yield "Data", currency.line(session, reader).words()
    yield "Written at", datetime.now(UTC).isoformat(timespec="seconds")
    yield "Shown as to", f"{reader.name}, {role}, tier {reader.tier.title}, {where}"
    yield "Written by", f"{actor.name} ({actor.kind.value})"
    yield "Coordinates", "British National Grid, EPSG:27700, metres"


def _sight(reader: Actor, name: str, rows: int) -> tuple[str, str]:
    seen = catalogue.sight(reader, name)
    said = f"Seen as: {seen.value}. {precision_words(seen)} Rows: {rows:,}."
    return f"{catalogue.CATALOGUE[name].title} ({name})", said


def handled(
    session: Session, reader: Actor, layer: Layer, frame: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Put beside each note how surely it is known and how it may be passed on: it goes with it."""
    if layer.name != NOTES or frame.empty:
        return frame
    told = grades_of(session, reader, map(int, frame.index))
    graded = [told.get(number) for number in frame.index]
    return frame.assign(
        grade=[each.line if each else "" for each in graded],
        handling=[each.handled if each else "" for each in graded],
    )


def labelled(layer: Layer, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Put beside each column of codes one with their words, ``_label`` at the end of its name."""
    known = {**LISTS, **FURTHER, **layer.colours}
    beside = {
        f"{name}_label": [_words(known.get(name, ""), each) for each in frame[name]]
        for name in layer.columns
        if name in frame and (name in known or name == "status")
    }
    return frame.assign(**beside)


def _words(kind: str, value: object) -> str | None:
    if isinstance(value, tuple | list):
        return "; ".join(filter(None, (_words(kind, each) for each in value)))
    text = _text(value)
    if text is None:
        return None
    if not kind:
        return Status(text).words
    known = codes.current()[kind]
    return known.label(text) if text in known else text


def plain(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Write lists and codes as text, which a GeoPackage can hold."""
    geometry = frame.geometry.name
    plain = {
        name: [_text(each) for each in frame[name]]
        for name in frame.columns
        if name != geometry and frame[name].dtype == object
    }
    return frame.assign(**plain)


def _text(value: object) -> str | None:
    if isinstance(value, tuple | list | frozenset | set):
        return "; ".join(sorted(map(str, value)))
    return None if value is None or value is pd.NA or value is pd.NaT else str(value)
