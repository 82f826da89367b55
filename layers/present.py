"""How records read to a person: a colour, an opacity, a heading and a line, the same everywhere.

Map, tiles, list and legend all take these, so that they cannot say different things.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias, cast

import geopandas as gpd
import numpy as np
import pandas as pd

from domain import codes, matching
from domain.incidents import TimeKnown
from domain.status import Status
from geo.space import Floats
from layers.layer import Layer
from layers.sight import Sight
from layers.symbols import Look

RAMP = ("#d9e6ec", "#a9c8d4", "#74a6b9", "#447f98", "#1f5570")
"""Five steps of one hue, even in lightness; the first is for the fewest."""
NOT_SHOWN = "#c9c4bb"
BREAKS = (5, 10, 20, 50, 100)
"""Where the classes of a count in cells begin; fixed, so that all tiles agree."""
CLASSES = tuple(f"class {step}" for step in range(1, len(BREAKS) + 1))
FADED = 0.35
Column: TypeAlias = "pd.Series[Any]"
FULL_DAYS, FADED_DAYS = 90, 365


@dataclass(frozen=True)
class Legend:
    """What is drawn and what it means: a look and its words, in the order to be read."""

    rows: tuple[tuple[Look, str], ...]
    kind: Literal["point", "line", "area"]
    note: str = ""


def presented(
    layer: Layer, seen: Sight, frame: gpd.GeoDataFrame, colour: str = ""
) -> gpd.GeoDataFrame:
    """Return ``look``, ``fade``, ``label`` and ``detail`` for each record, with its geometry.

    ``colour`` is the column to colour by, one of ``layer.colours``, or "" for the layer's first.
    """
    if _is_counted(layer, seen):
        read = {"label": frame["label"], "detail": frame["words"], "fade": 1.0}
    else:
        read = {
            "label": _labels(layer, frame, layer.title_column),
            "detail": _details(layer, frame),
            "fade": _fade(frame, layer.when_column),
        }
    return gpd.GeoDataFrame(
        {"look": look_names(layer, seen, frame, colour), **read},
        index=frame.index,
        geometry=frame.geometry.array,
        crs=frame.crs,
    )


def look_names(layer: Layer, seen: Sight, frame: gpd.GeoDataFrame, colour: str = "") -> Column:
    """Return for each record which of `looks` it is drawn with."""
    if _is_counted(layer, seen):
        return _classes(layer, frame)
    column = colour_column(layer, colour)
    if not column:
        return pd.Series("", index=frame.index, dtype=object)
    return _told(frame, column)


def looks(layer: Layer, seen: Sight, colour: str = "") -> dict[str, Look]:
    """Return the look of each class or code, in the order of the legend."""
    if layer.scale:
        return {
            name: replace(_filled(layer, tint), hatch=name in layer.hatched)
            for name, (tint, _) in layer.scale.items()
        }
    if _is_counted(layer, seen):
        ramp = {f"class {step}": _filled(layer, tint) for step, tint in enumerate(RAMP, 1)}
        return {"not shown": _filled(layer, NOT_SHOWN), **ramp} if seen is Sight.WARD else ramp
    column = colour_column(layer, colour)
    return layer.looks(column) if column else {"": layer.look}


def legend(layer: Layer, seen: Sight, frame: gpd.GeoDataFrame, colour: str = "") -> Legend:
    """Return what is drawn of ``frame`` and what each mark means; only what is there."""
    if "vintage" in frame:
        stood = ", ".join(sorted(set(frame["vintage"])))
        outline = ((layer.look, layer.title),) if stood else ()
        return Legend(outline, "line", f"As the boundaries stood: {stood}.")
    drawn = set(look_names(layer, seen, frame, colour))
    words = _meanings(layer, seen, frame, colour)
    rows = tuple(
        (look, words.get(name, name))
        for name, look in looks(layer, seen, colour).items()
        if name in drawn
    )
    return Legend(rows, "area" if _is_counted(layer, seen) else "point", precision_words(seen))


def precision_words(seen: Sight) -> str:
    """Say how finely the layer is shown to this reader."""
    return {
        Sight.NONE: "Not shown to your role.",
        Sight.WARD: "Counted by area. Small numbers are not shown.",
        Sight.CELL: "Counted in squares of 250 m with five or more; fewer are not drawn.",
        Sight.STREET: "Moved to the nearest street.",
        Sight.EXACT: "Drawn where it was recorded, as surely as the record says.",
    }[seen]


def colour_column(layer: Layer, colour: str) -> str:
    """Return the column to colour by: the one asked for if the layer has it, else its first."""
    return colour if colour in layer.colours else next(iter(layer.colours), "")


def label_of(layer: Layer, column: str, value: str) -> str:
    """Return the words for a code of a layer's column, or the value itself."""
    if column == "status":
        return _sentence(Status(value).words)
    name = layer.colours.get(column) or LISTS.get(column)
    known = codes.current()[name] if name else {}
    return _sentence(known[value].label) if value in known else value


LISTS: Mapping[str, str] = {
    "harm_primary": "harm_types",
    "place_type": "place_types",
    "source": "incident_sources",
    "role": "touch_roles",
    "kind": "annotation_kinds",
    "precision": "precision",
    "time_band": "time_bands",
    "day_type": "day_types",
    "transport_mode": "transport_modes",
    "felt": "felt_safety",
}


def _is_counted(layer: Layer, seen: Sight) -> bool:
    return seen.is_count or bool(layer.scale)


def _filled(layer: Layer, colour: str) -> Look:
    return Look(colour, "", fill=layer.look.fill, weight=1, dash=layer.look.dash)


def _classes(layer: Layer, frame: gpd.GeoDataFrame) -> Column:
    if layer.scale:
        return cast(Column, frame["code"])
    counts = pd.to_numeric(frame["count"]).astype("Float64")
    step = np.searchsorted(breaks(layer, frame), counts.fillna(0).to_numpy(float), side="right")
    named = pd.Series([f"class {max(each, 1)}" for each in step], index=frame.index, dtype=object)
    return named.where(counts.notna(), "not shown")


def breaks(layer: Layer, frame: gpd.GeoDataFrame) -> list[float]:
    """Return where each class of a count begins: fixed for cells, fifths of the areas otherwise."""
    if layer.reader is None:
        return list(map(float, BREAKS))
    known = pd.to_numeric(frame["count"]).dropna().astype(float)
    if known.empty:
        return [0.0]
    return sorted({float(np.floor(known.quantile(part))) for part in (0, 0.2, 0.4, 0.6, 0.8)})


def _meanings(layer: Layer, seen: Sight, frame: gpd.GeoDataFrame, colour: str) -> dict[str, str]:
    if layer.scale:
        return {name: words for name, (_, words) in layer.scale.items()}
    if _is_counted(layer, seen):
        return {"not shown": "Too few to show", **_ranges(breaks(layer, frame))}
    column = colour_column(layer, colour)
    if not column:
        return {"": layer.title}
    return {code: label_of(layer, column, code) for code in layer.looks(column)}


def _ranges(edges: list[float]) -> dict[str, str]:
    ends = [*(f"{int(edge) - 1:,}" for edge in edges[1:]), None]
    return {
        f"class {step}": f"{int(first):,} to {last}" if last else f"{int(first):,} or more"
        for step, (first, last) in enumerate(zip(edges, ends, strict=True), 1)
    }


def _labels(layer: Layer, frame: gpd.GeoDataFrame, column: str) -> Column:
    """Write a column in words; what is missing is nothing."""
    given = _told(frame, column)
    return given.map({value: in_words(layer, column, value) for value in given.unique()})


def in_words(layer: Layer, column: str, value: Any) -> str:
    """Write one value of a column: a code by its label, anything else as it is."""
    if column not in {*LISTS, *layer.colours, "status"}:
        return str(value)
    return label_of(layer, column, value) if value else ""


def _told(frame: gpd.GeoDataFrame, column: str) -> Column:
    """Return a column with nothing, in place of what is missing."""
    return cast(Column, frame[column].astype(object).where(frame[column].notna(), ""))


def _details(layer: Layer, frame: gpd.GeoDataFrame) -> list[str]:
    """Join what a reader asks first: state or harm, when, and how sure of the spot."""
    parts = [_labels(layer, frame, column).tolist() for column in detail_columns(layer)]
    if layer.when_column:
        parts.insert(1, _days(layer, frame))
    rows = zip(*parts, strict=True) if parts else [()] * len(frame)
    return [" · ".join(filter(None, row)) for row in rows]


def detail_columns(layer: Layer) -> list[str]:
    """Return the columns that a detail tells, the first of them before the day."""
    return [
        column
        for column in ("status", "role", "kind", "harm_primary", "source", "precision")
        if column in layer.columns and column != layer.title_column
    ]


def _days(layer: Layer, frame: gpd.GeoDataFrame) -> list[str]:
    """Write when each record was, in London, no finer than it is known; a column at once."""
    at = pd.to_datetime(frame[layer.when_column], utc=True, errors="coerce")
    local = at.dt.tz_convert("Europe/London")
    month = local.dt.strftime("%b %Y")
    if layer.when_column == "month":
        words = month
    else:
        words = local.dt.day.astype("Int64").astype(str) + " " + month
    if "time_known" in frame:
        words = words.where(frame["time_known"] != TimeKnown.MONTH.value, month)
    return cast(list[str], words.where(at.notna(), layer.when_missing).tolist())


def _fade(frame: gpd.GeoDataFrame, column: str) -> Column:
    """Return an opacity for each record: full for three months, then fading to a year."""
    if not column or frame.empty:
        return pd.Series(1.0, index=frame.index)
    at = pd.to_datetime(frame[column], utc=True, errors="coerce").dt.tz_convert("Europe/London")
    days = (pd.Timestamp(matching.today()) - at.dt.tz_localize(None).dt.normalize()).dt.days
    return pd.Series(faded(days.to_numpy(float)), index=frame.index)


def faded(days: Floats) -> Floats:
    """Return the opacity of records so many days old, shape (n,); NaN where that is not known."""
    share = np.clip((days - FULL_DAYS) / (FADED_DAYS - FULL_DAYS), 0, 1)
    return np.asarray((1 - np.nan_to_num(share, nan=1.0) * (1 - FADED)).round(2))


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
