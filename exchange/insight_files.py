"""Results as files: a GeoPackage that opens in its colours, a table, a picture.

Every file carries its marking and handling, from when its data is, how it was made, by whom and
when it was written; each leaves an entry in the log.
"""

import csv
import io
import re
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from sqlite3 import connect as open_file
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
from sqlalchemy.orm import Session

from domain import areas, codes, currency, insights, preferences
from domain.areas import AreaKind
from domain.audit import action, note
from domain.codes import Code
from domain.errors import Invalid
from domain.filters import day_words
from domain.insights import Insight
from domain.matching import LONDON
from domain.people import Actor, Permission
from domain.recipes import Recipe
from exchange import insight_picture, insight_style
from exchange.geopackage import ABOUT
from exchange.insight_picture import Sheet
from layers import analysis, analysis_looks, catalogue
from layers.analysis import Result
from store.database import Store

CELLS = "Cells"
SENSITIVE = codes.ref("markings", "OFFICIAL-SENSITIVE")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Form(Enum):
    """What a result can be written as."""

    GEOPACKAGE = "GeoPackage, for a GIS"
    CSV = "CSV, for a spreadsheet"
    PNG = "PNG, a picture"


@dataclass(frozen=True)
class File:
    """A file to hand over."""

    name: str
    mime: str
    content: bytes


def export(store: Store, actor: Actor, insight_id: int, form: Form, *, table: str = "") -> File:
    """Write a result that ``actor`` may read; ``table`` chooses what a CSV holds.

    Raises
    ------
    NotPermitted
        The actor may not export, or not run analyses.
    NotFound
        The result is not there, or not for this reader.
    Invalid
        It has no such table, no cells to map, or is damaged.
    """
    actor.must(Permission.EXPORT)
    with store.reading() as session:
        row = insights.find(session, actor, insight_id)
        recipe, result = Recipe.from_json(row.recipe), analysis.unpack(row.result)
        sheet = _sheet(session, actor, row, recipe, result)
        whole = areas.frame(session, actor, AreaKind.PARTNERSHIP)
    match form:
        case Form.GEOPACKAGE:
            made = File("", "application/geopackage+sqlite3", geopackage(result, recipe, sheet))
        case Form.CSV:
            made = File("", "text/csv", table_file(result, recipe, sheet, table or CELLS))
        case Form.PNG:
            drawn = insight_picture.draw(result, recipe.method, sheet, whole.geometry)
            made = File("", "image/png", drawn)
    with store.writing() as session:
        log(session, actor, insight_id, form=form)
    return File(_name(sheet, form), made.mime, made.content)


@action("insight.export", needs=Permission.EXPORT)
def log(session: Session, actor: Actor, insight_id: int, *, form: Form) -> None:
    """Note that a result left as a file: which one, and as what."""
    insights.find(session, actor, insight_id)
    note(session, f"insight/{insight_id}", {"form": form.name.lower()})


def tables(result: Result) -> list[str]:
    """Name what a CSV of a result can hold."""
    return [*([CELLS] if len(result.cells) else []), *result.tables]


def geopackage(result: Result, recipe: Recipe, sheet: Sheet) -> bytes:
    """Write the cells with their classes in words, their default style, and what they stand on."""
    if result.cells.empty:
        raise Invalid("This result has nothing for a map. Download its tables as CSV.")
    with tempfile.TemporaryDirectory(prefix="safeground-") as folder:
        path = Path(folder) / "result.gpkg"
        cells = _worded(result, recipe)
        cells.to_file(path, layer="cells", driver="GPKG", engine="pyogrio")
        about = pd.DataFrame(_about(sheet), columns=["about", "words"])
        pyogrio.write_dataframe(about, path, layer=ABOUT, driver="GPKG", append=True)
        with closing(open_file(path)) as file:
            style = insight_style.qml(analysis_looks.legend(recipe.method, result.cells["code"]))
            insight_style.attach(file, "cells", "geom", style)
        return path.read_bytes()


def table_file(result: Result, recipe: Recipe, sheet: Sheet, name: str) -> bytes:
    """Write one table as CSV, under lines that begin with # and say what it is."""
    if name not in tables(result):
        raise Invalid("This result has no such table.")
    out = io.StringIO(newline="")
    for about, words in _about(sheet):
        out.write(f"# {about}: {' '.join(words.split())}\r\n")
    if name == CELLS:
        cells = _worded(result, recipe)
        middle = cells.geometry.centroid
        frame = pd.DataFrame(cells.drop(columns="geometry")).assign(
            easting=middle.x.round(1), northing=middle.y.round(1)
        )
        columns, rows = list(frame.columns), frame.itertuples(index=False, name=None)
    else:
        columns, rows = result.tables[name]["columns"], iter(result.tables[name]["rows"])
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> Any:
    """Keep a spreadsheet from running what a text begins with."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _worded(result: Result, recipe: Recipe) -> gpd.GeoDataFrame:
    said = [analysis_looks.in_words(recipe.method, each) for each in result.cells["code"]]
    return result.cells.assign(meaning=said)


def _sheet(session: Session, actor: Actor, row: Insight, recipe: Recipe, result: Result) -> Sheet:
    marking = _marking(preferences.read(session).partnership.marking)
    made, now = row.made_at.astimezone(LONDON), datetime.now(UTC).astimezone(LONDON)
    facts = (
        ("Handling", marking.handling),
        ("Question", recipe.method.question),
        ("Records", f"{result.records:,} of: {catalogue.CATALOGUE[recipe.layer].title.lower()}"),
        ("Months", " to ".join(each[:7] for each in result.span or ()) or "not known"),
        ("Narrowed to", recipe.filters.describe()),
        ("Settings", "; ".join([*recipe.describe(), f"seed {recipe.seed}"])),
        ("Data", currency.line(session, actor).words()),
        *(("Mind", each) for each in result.warnings),
        *(("Limits", each) for each in result.cannot),
        ("Made", f"{row.made_by_name}, {day_words(made.date())} at {made:%H:%M}"),
        ("Revision", f"{row.revision} · Safeground {row.app_version} · {row.fingerprint[:16]}"),
        ("Written", f"{actor.name}, {day_words(now.date())} at {now:%H:%M}"),
    )
    return Sheet(row.title or recipe.method.question, result.headline, marking.label, facts)


def _about(sheet: Sheet) -> list[tuple[str, str]]:
    return [("Marking", sheet.marking), ("Title", sheet.title), ("Answer", sheet.headline),
            *sheet.facts]  # fmt: skip


def _marking(partnership: str) -> Code:
    """Return the stricter marking of the two: analyses are of what meetings alone may see."""
    known = codes.current().markings
    return [each for each in known.values() if each.code in {partnership, SENSITIVE}][-1]


def _name(sheet: Sheet, form: Form) -> str:
    plain = re.sub(r"[^a-z0-9]+", "-", sheet.title.lower()).strip("-")[:60]
    ending = {Form.GEOPACKAGE: "gpkg", Form.CSV: "csv", Form.PNG: "png"}[form]
    return f"{plain or 'result'}.{ending}"
