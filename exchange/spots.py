"""Where a row is: from metres, degrees, a grid reference, a postcode or a shape to EPSG:27700."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError
from shapely.geometry.base import BaseGeometry

from domain.codes import ref
from domain.errors import Invalid
from exchange.mapping import Mapping as Columns
from exchange.rows import Mask, Rows, Texts, empty, objects
from geo import gridref
from geo.space import BNG, EXTENT, Box, bng_from_lonlat, to_bng

Floats = NDArray[np.float64]
Postcodes = Callable[[set[str]], Mapping[str, tuple[float, float]]]

DEGREES: Box = (-9.0, 49.0, 2.5, 61.5)
MERCATOR: Box = (-1_000_000.0, 6_300_000.0, 250_000.0, 8_800_000.0)
MOST = 0.5
EXACT, STREET = ref("precision", "exact"), ref("precision", "street")
APPROXIMATE = ref("precision", "approximate")
NO_SPOT = "there is no location"
NULL_ISLAND = "the location is 0, 0, which means that it is not known"
SWAPPED = "the two coordinates seem to stand in each other's place"
OUTSIDE = "the location is outside the British National Grid"
NOT_HERE = "the location is outside the partnership's area"
NO_POSTCODE = "the postcode is not in the gazetteer"


@dataclass(frozen=True)
class Ground:
    """What the spots are held against: the partnership's box, if known, and the gazetteer."""

    postcodes: Postcodes
    area: Box | None = None


def points(rows: Rows, ground: Ground) -> tuple[Floats, Floats]:
    """Return easting and northing of each row (EPSG:27700), and refuse the rows without.

    Refused are rows with no spot, at 0, 0, with swapped axes, outside OSTN15, or outside the
    partnership's area.
    """
    x, y, form = _given(rows, ground)
    absent = np.isnan(x) | np.isnan(y)
    rows.refuse(absent, NO_POSTCODE if form == "postcode" else NO_SPOT)
    rows.refuse((x == 0) & (y == 0), NULL_ISLAND)
    if rows.mapping.swapped:
        x, y = y, x
    easting, northing = _metres(x, y, rows.mapping.crs, form)
    outside = np.isnan(easting) | ~_inside(easting, northing, EXTENT)
    if form in ("degrees", "metres", "shapes"):
        turned = _metres(y, x, rows.mapping.crs, form)
        rows.refuse(~absent & outside & _inside(*turned, ground.area or EXTENT), SWAPPED)
    rows.refuse(outside, OUTSIDE)
    if ground.area is not None:
        rows.refuse(~_inside(easting, northing, ground.area), NOT_HERE)
    return easting, northing


def shapes(rows: Rows, kinds: frozenset[str], title: str) -> Texts:
    """Return each row's shape in EPSG:27700 and refuse those that are no ``title``."""
    given = rows.chunk.shapes
    if given is None:
        raise Invalid(f"The file has no shapes, so it holds no {title}.")
    rows.refuse(shapely.is_missing(given) | shapely.is_empty(given), NO_SPOT)
    mended = _mended(rows, given, kinds)
    fits = np.array([each is not None and each.geom_type in kinds for each in mended], dtype=bool)
    rows.refuse(~fits, f"the shape is not {title}")
    mended[~fits] = None
    if rows.mapping.swapped:
        mended = shapely.transform(mended, lambda pairs: pairs[:, ::-1])
    series = gpd.GeoSeries(mended, crs=system(rows.mapping.crs))
    moved = objects(list(to_bng(series)))
    rows.refuse(empty(moved), OUTSIDE)
    bounds = shapely.bounds(moved)
    rows.refuse(
        ~(
            _inside(bounds[:, 0], bounds[:, 1], EXTENT)
            & _inside(bounds[:, 2], bounds[:, 3], EXTENT)
        ),
        OUTSIDE,
    )
    return moved


def judge(columns: Columns, sample: Rows) -> tuple[Columns, list[str]]:
    """Find the coordinate system and swapped axes from a sample; say in words what was found."""
    form = columns.form(geometry=sample.chunk.shapes is not None)
    if form not in ("metres", "degrees", "shapes"):
        return columns, []
    x, y = _corner(sample) if form == "shapes" else _numbers(sample, form)
    known = ~(np.isnan(x) | np.isnan(y)) & ~((x == 0) & (y == 0))
    if not known.any():
        return columns, []
    x, y = x[known], y[known]
    notes = []
    crs = columns.crs
    if crs is None:
        crs, note = _judged(x, y, form)
        notes.append(note)
    columns = replace(columns, crs=crs)
    if _share(*_metres(y, x, crs, form)) > max(MOST, _share(*_metres(x, y, crs, form))):
        notes.append(
            "The two coordinates stand in each other's place: they were read the other way round."
        )
        columns = replace(columns, swapped=True)
    return columns, [note for note in notes if note]


def precision(rows: Rows) -> Texts:
    """Return for each row the precision that its way of telling the spot allows, as a code."""
    form = rows.mapping.form(geometry=rows.chunk.shapes is not None)
    if form == "postcode":
        return np.full(len(rows), STREET, dtype=object)
    if form != "grid reference":
        return np.full(len(rows), EXACT, dtype=object)
    squares = _squares(rows.text("grid_reference"))
    sides = np.array([0.0 if each is None else each.size for each in squares])
    return np.where(sides <= 10, EXACT, np.where(sides <= 100, STREET, APPROXIMATE)).astype(object)


def system(crs: str | None) -> CRS:
    """Read the name of a coordinate system; one with no name is the British National Grid."""
    try:
        return CRS.from_user_input(crs or BNG)
    except CRSError as error:
        raise Invalid("That coordinate system is not known here.") from error


def _given(rows: Rows, ground: Ground) -> tuple[Floats, Floats, str]:
    form = rows.mapping.form(geometry=rows.chunk.shapes is not None)
    if form == "shapes":
        return *_single_points(rows), form
    if form == "postcode":
        return *_from_postcodes(rows.text("postcode"), ground.postcodes), form
    if form == "grid reference":
        return *_from_squares(rows), form
    if form in ("metres", "degrees"):
        return *_numbers(rows, form), form
    raise Invalid(
        "Say which columns tell the spot: easting and northing, longitude and latitude, "
        "a grid reference, or a postcode."
    )


def _numbers(rows: Rows, form: str) -> tuple[Floats, Floats]:
    names = ("easting", "northing") if form == "metres" else ("longitude", "latitude")
    return rows.numbers(names[0]), rows.numbers(names[1])


def _corner(rows: Rows) -> tuple[Floats, Floats]:
    bounds = shapely.bounds(rows.chunk.shapes)
    return bounds[:, 0], bounds[:, 1]


def _single_points(rows: Rows) -> tuple[Floats, Floats]:
    assert rows.chunk.shapes is not None
    given = objects([_single(each) for each in rows.chunk.shapes])
    kinds = shapely.get_type_id(given)
    rows.refuse((kinds != 0) & (kinds != -1), "the shape is not a point")
    given[kinds != 0] = None
    return shapely.get_x(given), shapely.get_y(given)


def _single(shape: BaseGeometry | None) -> BaseGeometry | None:
    if isinstance(shape, shapely.MultiPoint) and len(shape.geoms) == 1:
        return shape.geoms[0]
    return None if shape is None or shape.is_empty else shape


def _from_postcodes(given: Texts, known: Postcodes) -> tuple[Floats, Floats]:
    written = [None if each is None else "".join(each.upper().split()) for each in given]
    spots = known({each for each in written if each})
    pairs = [spots.get(each or "", (np.nan, np.nan)) for each in written]
    x, y = np.array(pairs, dtype=float).reshape(-1, 2).T
    return x, y


def _squares(given: Texts) -> list[gridref.GridRef | None]:
    found: dict[str, gridref.GridRef | None] = {}
    for text in set(given) - {None}:
        try:
            found[text] = gridref.parse(text)
        except ValueError:
            found[text] = None
    return [found.get(each) for each in given]


def _from_squares(rows: Rows) -> tuple[Floats, Floats]:
    given = rows.text("grid_reference")
    parsed = _squares(given)
    wrong = np.array([each is None for each in parsed], dtype=bool)
    rows.refuse(wrong & ~empty(given), "the grid reference cannot be read")
    pairs = [(np.nan, np.nan) if each is None else each.centre for each in parsed]
    x, y = np.array(pairs, dtype=float).reshape(-1, 2).T
    return x, y


def _metres(x: Floats, y: Floats, crs: str | None, form: str) -> tuple[Floats, Floats]:
    """Bring coordinates to EPSG:27700; NaN where OSTN15 has no answer."""
    if form == "degrees":
        return bng_from_lonlat(*_plausible(x, y))
    if form in ("postcode", "grid reference") or crs in (None, "EPSG:27700"):
        return x, y
    with np.errstate(invalid="ignore"):
        moved = to_bng(gpd.GeoSeries(made_points(x, y), crs=system(crs)))
    return shapely.get_x(moved.array), shapely.get_y(moved.array)


def _plausible(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    known = _inside(x, y, DEGREES)
    return np.where(known, x, np.nan), np.where(known, y, np.nan)


def made_points(x: Floats, y: Floats) -> Texts:
    """Make points; None where either coordinate is unknown."""
    made = objects([None] * len(x))
    known = np.isfinite(x) & np.isfinite(y)
    made[known] = shapely.points(x[known], y[known])
    return made


def _inside(x: Floats, y: Floats, box: Box) -> Mask:
    with np.errstate(invalid="ignore"):
        return np.asarray((x >= box[0]) & (x <= box[2]) & (y >= box[1]) & (y <= box[3]))


def _share(x: Floats, y: Floats) -> float:
    return float(_inside(x, y, EXTENT).mean())


def _judged(x: Floats, y: Floats, form: str) -> tuple[str | None, str]:
    """Tell the coordinate system from the numbers alone; a pair named in degrees is in degrees."""
    if form == "degrees":
        if max(np.median(np.abs(x)), np.median(np.abs(y))) > 360:
            raise Invalid(
                "The columns of longitude and latitude hold metres, not degrees. "
                "Choose them as easting and northing."
            )
        return "EPSG:4326", ""
    boxes = {"EPSG:27700": EXTENT, "EPSG:4326": DEGREES, "EPSG:3857": MERCATOR}
    share = {
        name: max(_inside(x, y, box).mean(), _inside(y, x, box).mean() - 0.01)
        for name, box in boxes.items()
    }
    if np.median(np.abs(x)) <= 180 and np.median(np.abs(y)) <= 180:
        share["EPSG:27700"] = 0.0  # on the grid, but metres off its corner
    best = max(share, key=lambda name: share[name])
    if share[best] == 0:
        raise Invalid("The numbers fit no coordinate system of Britain. Say which it is.")
    says = {
        "EPSG:27700": "" if form == "metres" else "The numbers were read as British National Grid.",
        "EPSG:4326": "The numbers are degrees: they were read as longitude and latitude.",
        "EPSG:3857": "The numbers are those of web maps: they were read as Web Mercator.",
    }
    return best, says[best]


def _mended(rows: Rows, given: Texts, kinds: frozenset[str]) -> Texts:
    """Make crossing outlines valid; points and lines that this leaves are dropped."""
    wrong = ~shapely.is_valid(given) & ~shapely.is_missing(given)
    rows.counts["mended"] += int(wrong.sum())
    mended = given.copy()
    if wrong.any() and "Polygon" in kinds:
        mended[wrong] = [_polygons(shapely.make_valid(each)) for each in given[wrong]]
    return mended


def _polygons(shape: BaseGeometry) -> BaseGeometry | None:
    parts = [
        each
        for part in shapely.get_parts(shape)
        for each in shapely.get_parts(part)
        if each.geom_type == "Polygon"
    ]
    if len(parts) <= 1:
        return parts[0] if parts else None
    return shapely.MultiPolygon(parts)
