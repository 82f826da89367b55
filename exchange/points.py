"""Points out of a file, for analysis without a database: nothing is stored, nothing is lost unsaid.

Distances need metres, so points come in British National Grid (EPSG:27700), or in another
projected system where one is named. Degrees and Web Mercator are read, but never worked in.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from pyproj import CRS

from domain.errors import Invalid
from exchange import mapping, readers
from exchange.chunks import FORMULA, ROWS, Chunk, Description, Source
from exchange.mapping import WHERE, Mapping, plain
from exchange.rows import Rows, Texts, objects
from exchange.spots import NO_SPOT, NULL_ISLAND, OUTSIDE, made_points, system
from geo import gridref
from geo.space import (
    BNG,
    COVERED,
    EXTENT,
    WEB_MERCATOR,
    WGS84,
    Floats,
    bng_from_lonlat,
    is_british,
    to_bng,
    to_wgs84,
)

BROKEN = "the row cannot be read"
NO_POINT = "the shape is not a point"
BEYOND = "the location is outside of that coordinate system"
_XY = (("x", "y"), ("coordx", "coordy"), ("pointx", "pointy"), ("xcoord", "ycoord"),
       ("xcoordinate", "ycoordinate"))  # fmt: skip
_FORMS = (("easting", "northing"), ("longitude", "latitude"), ("grid_reference",))


def read(
    path: Path,
    *,
    crs: str | None = None,
    layer: str | None = None,
    keep: Sequence[str] | None = None,
) -> gpd.GeoDataFrame:
    """Read the points of any file that can be imported, or of a Parquet file.

    Parameters
    ----------
    path
        CSV, XLSX, GeoJSON, GeoPackage, Shapefile, KML, FlatGeobuf or Parquet; a table needs
        columns of easting and northing, x and y, longitude and latitude (WGS 84), or a grid
        reference.
    crs
        The system of easting/northing and x/y columns and of shapes that do not name theirs
        ("EPSG:27700" without it), and the system to work in. Points told in degrees are brought
        to it. Where ``crs`` is degrees or Web Mercator itself, the work is done in EPSG:27700.
    layer
        Layer or sheet, where there are several.
    keep
        The columns wanted beside the points; without it all.

    Returns
    -------
    GeoDataFrame
        Points in metres, the row's number in the file as index (a header is row 1), the other
        columns as text, ``None`` where a cell is empty. ``attrs["rows"]`` is how many rows there
        were, ``attrs["left_out"]`` how many were left out by reason; see :func:`notes`.

    Raises
    ------
    Invalid
        The file cannot be read, tells no spots, or none of its rows has a usable one; the
        system is not known or not in metres.
    """
    asked = None if crs is None else _named(crs)
    with _opened(path, layer) as source:
        form, columns = _form(source)
        given = _given(source.description, form, asked)
        working = _working(asked, given)
        kept = _kept(source.description.columns, keep)
        left: Counter[str] = Counter()
        parts, total = [], 0
        for chunk in source.chunks(ROWS):
            total += len(chunk.numbers) + len(chunk.broken)
            left[BROKEN] += len(chunk.broken)
            told = _coordinates(chunk, form, columns, left)
            parts.append(_part(chunk, kept, _moved(told, given, working, left), working))
    found = [each for each in parts if len(each)]
    if not found:
        raise Invalid(_nothing(total, left, working))
    frame = gpd.GeoDataFrame(pd.concat(found), geometry="geometry", crs=working)
    frame.attrs = {"rows": total, "left_out": {why: n for why, n in left.items() if n}}
    return frame


def table(path: Path, *, layer: str | None = None) -> pd.DataFrame:
    """Read the columns of any such file, with or without coordinates, as text.

    The index, ``attrs`` and errors are those of :func:`read`; an empty cell is ``None``.
    """
    left: Counter[str] = Counter()
    with _opened(path, layer) as source:
        chunks = list(source.chunks(ROWS))
        total = sum(len(each.numbers) + len(each.broken) for each in chunks)
        left[BROKEN] = sum(len(each.broken) for each in chunks)
    parts = [_texts(each, list(each.frame.columns)) for each in chunks if len(each.numbers)]
    if not parts:
        raise Invalid("The file holds no rows.")
    frame = pd.concat(parts)
    frame.attrs = {"rows": total, "left_out": {why: n for why, n in left.items() if n}}
    return frame


def notes(frame: pd.DataFrame) -> tuple[str, ...]:
    """Say in a sentence how many rows were left out and why; nothing where all were used."""
    left: dict[str, int] = frame.attrs.get("left_out", {})
    if not left:
        return ()
    why = ", ".join(f"{reason} ({rows:,})" for reason, rows in left.items())
    return (f"{sum(left.values()):,} of {frame.attrs['rows']:,} rows were left out: {why}.",)


def numbers(frame: pd.DataFrame, column: str) -> Floats:
    """Return a column of :func:`read` or :func:`table` as numbers, NaN where there is none.

    "1,234" and "1,5" are read as people mean them. ``Invalid`` where there is no such column.
    """
    if column not in frame.columns:
        raise Invalid("The file has no column of the name that you gave.")
    text = frame[[column]].reset_index(drop=True)
    chunk = Chunk(np.arange(len(frame), dtype=np.int64), text)
    return Rows(chunk, Mapping({"number": column})).numbers("number")


def code(frame: gpd.GeoDataFrame) -> str:
    """Return the short name of the frame's system ("EPSG:27700"), or its title."""
    epsg = frame.crs.to_epsg()
    return f"EPSG:{epsg}" if epsg else str(frame.crs.name)


@contextmanager
def _opened(path: Path, layer: str | None) -> Iterator[Source]:
    if not path.is_file():
        raise Invalid("There is no such file.")
    if path.suffix.lower() == ".parquet":
        yield _parquet(path)
        return
    with readers.opened(path, layer=layer) as source:
        yield source


def _parquet(path: Path) -> Source:
    """Read a Parquet file whole; one with a geometry says so in its metadata."""
    try:
        shaped = b"geo" in (pq.read_schema(path).metadata or {})
        frame: Any = gpd.read_parquet(path) if shaped else pd.read_parquet(path)
    except (pa.ArrowInvalid, OSError, ValueError) as error:
        raise Invalid("The Parquet file is damaged and cannot be read.") from error
    shapes = np.asarray(frame.geometry.array, dtype=object) if shaped else None
    plain_columns = frame.drop(columns=frame.geometry.name) if shaped else frame
    texts = pd.DataFrame({str(name): _written(plain_columns[name]) for name in plain_columns})
    rows = np.arange(1, len(frame) + 1, dtype=np.int64)
    crs = frame.crs.to_wkt() if shaped and frame.crs is not None else None
    described = Description("Parquet", tuple(texts.columns), geometry=shaped, crs=crs)
    return Source(described, lambda _size: iter([Chunk(rows, texts, shapes)]), "", 0)


def _written(values: "pd.Series[Any]") -> Texts:
    missing = values.isna().to_numpy()
    return objects([None if gone else str(each)
                    for each, gone in zip(values, missing, strict=True)])  # fmt: skip


def _form(source: Source) -> tuple[str, dict[str, str]]:
    """Tell how the spots are told, and by which columns; the file's own shapes go first."""
    if source.description.geometry:
        return "shapes", {}
    names = {plain(column): column for column in reversed(source.description.columns)}
    pairs = [(names[x], names[y]) for x, y in _XY if x in names and y in names]
    by_name = {
        field.name: names[each]
        for field in WHERE
        for each in reversed((plain(field.name), *field.names))
        if each in names
    }
    for form in _FORMS:
        if all(name in by_name for name in form):
            return form[0], {name: by_name[name] for name in form}
    if pairs:
        return "easting", dict(zip(_FORMS[0], pairs[0], strict=True))
    return _by_content(source)


def _by_content(source: Source) -> tuple[str, dict[str, str]]:
    sample = next(source.chunks(1_000), None)
    if sample is not None:
        found = mapping.guess(WHERE, source.description, sample).columns
        if "grid_reference" in found:
            return "grid_reference", {"grid_reference": found["grid_reference"]}
    raise Invalid(
        "The file does not tell where its rows are. It needs columns called easting and "
        "northing, x and y, longitude and latitude, or grid reference."
    )


def _given(description: Description, form: str, asked: CRS | None) -> CRS:
    """Return the system that the coordinates of the file are in."""
    if form == "shapes" and description.crs:
        return _named(description.crs)
    if form == "longitude":
        return CRS(WGS84)
    if form == "grid_reference" or asked is None:
        return CRS(BNG)
    return asked


def _working(asked: CRS | None, given: CRS) -> CRS:
    """Choose the system to work in: one in metres, and the National Grid by its own code."""
    wanted = asked or given
    if wanted.is_geographic or wanted == CRS(WEB_MERCATOR) or is_british(wanted):
        return CRS(BNG)
    if not wanted.is_projected or any(each.unit_name != "metre" for each in wanted.axis_info):
        raise Invalid(
            "Distances need a system of coordinates in metres, such as EPSG:27700. "
            "Name another with --crs."
        )
    return wanted


def _named(crs: str) -> CRS:
    found = system(crs)
    return found.sub_crs_list[0] if found.is_compound else found


def _coordinates(
    chunk: Chunk, form: str, columns: dict[str, str], left: Counter[str]
) -> tuple[Floats, Floats]:
    """Read coordinates as they are given; NaN where there are none, which is counted."""
    no_points = 0
    if chunk.shapes is not None and form == "shapes":
        x, y, no_points = _single_points(chunk.shapes)
    elif form == "grid_reference":
        x, y = _squares(Rows(chunk, Mapping(columns)).text(form))
    else:
        rows = Rows(chunk, Mapping(columns))
        x, y = (rows.numbers(name) for name in columns)
    absent = ~(np.isfinite(x) & np.isfinite(y))
    nowhere = (x == 0) & (y == 0)
    left[NO_POINT] += no_points
    left[NO_SPOT] += int(absent.sum()) - no_points
    left[NULL_ISLAND] += int(nowhere.sum())
    return np.where(absent | nowhere, np.nan, x), np.where(absent | nowhere, np.nan, y)


def _single_points(shapes: Texts) -> tuple[Floats, Floats, int]:
    """Return coordinates, and how many of the shapes are no point."""
    given = shapes.copy()
    lone = (shapely.get_type_id(given) == 4) & (shapely.get_num_geometries(given) == 1)
    given[lone] = shapely.get_geometry(given[lone], 0)
    other = ~np.isin(shapely.get_type_id(given), (-1, 0)) & ~shapely.is_empty(given)
    given[other] = None
    return shapely.get_x(given), shapely.get_y(given), int(other.sum())


def _squares(texts: Texts) -> tuple[Floats, Floats]:
    """Return the middles of the squares that grid references name."""
    known: dict[str | None, tuple[float, float]] = {None: (np.nan, np.nan)}
    for text in set(texts) - {None}:
        try:
            known[text] = gridref.parse(text).centre
        except ValueError:
            known[text] = (np.nan, np.nan)
    x, y = np.array([known[each] for each in texts], dtype=float).reshape(-1, 2).T
    return x, y


def _moved(
    told: tuple[Floats, Floats], given: CRS, working: CRS, left: Counter[str]
) -> tuple[Floats, Floats]:
    """Bring coordinates to the working system; NaN where it has no answer, which is counted."""
    had = np.isfinite(told[0])
    if working == CRS(BNG):
        x, y = _to_grid(*told, given)
        west, south, east, north = EXTENT
        inside, reason = (x >= west) & (x <= east) & (y >= south) & (y <= north), OUTSIDE
    else:
        x, y = _projected(*told, given, working)
        inside, reason = np.isfinite(x) & np.isfinite(y), BEYOND
    left[reason] += int((had & ~inside).sum())
    return np.where(inside, x, np.nan), np.where(inside, y, np.nan)


def _to_grid(x: Floats, y: Floats, given: CRS) -> tuple[Floats, Floats]:
    if given == CRS(BNG):
        return x, y
    if given == CRS(WGS84):
        west, south, east, north = COVERED
        near = (x >= west - 1) & (x <= east + 1) & (y >= south - 1) & (y <= north + 1)
        return bng_from_lonlat(np.where(near, x, np.nan), np.where(near, y, np.nan))
    moved = to_bng(gpd.GeoSeries(made_points(x, y), crs=given))
    return shapely.get_x(moved.array), shapely.get_y(moved.array)


def _projected(x: Floats, y: Floats, given: CRS, working: CRS) -> tuple[Floats, Floats]:
    """Project to a system other than the National Grid; from Britain through OSTN15."""
    if given == working:
        return x, y
    spots = gpd.GeoSeries(made_points(x, y), crs=given)
    moved = (to_wgs84(spots) if is_british(given) else spots).to_crs(working)
    return shapely.get_x(moved.array), shapely.get_y(moved.array)


def _kept(columns: tuple[str, ...], keep: Sequence[str] | None) -> list[str]:
    if keep is None:
        return list(columns)
    if any(each not in columns for each in keep):
        raise Invalid("The file has no column of the name that you gave.")
    return list(keep)


def _part(
    chunk: Chunk, kept: list[str], spots: tuple[Floats, Floats], working: CRS
) -> gpd.GeoDataFrame:
    x, y = spots
    good = np.isfinite(x) & np.isfinite(y)
    texts = _texts(chunk, kept).loc[good].rename(columns={"geometry": "geometry (text)"})
    made = shapely.points(x[good], y[good])
    return gpd.GeoDataFrame(texts, geometry=gpd.GeoSeries(made, index=texts.index, crs=working))


def _texts(chunk: Chunk, kept: list[str]) -> pd.DataFrame:
    """Take columns by the row's number; a formula, which was never evaluated, is no value."""
    if not kept:
        return pd.DataFrame(index=chunk.numbers)
    frame = chunk.frame[kept].set_axis(chunk.numbers, axis=0)
    return frame.where((frame != FORMULA) & (frame != ""), None)


def _nothing(rows: int, left: Counter[str], working: CRS) -> str:
    if not rows:
        return "The file holds no rows."
    if working == CRS(BNG) and left[OUTSIDE]:
        return (
            "No row has a location in Britain. If x and y hold degrees, say --crs EPSG:4326; for "
            "elsewhere name a system in metres, such as EPSG:32615."
        )
    why = ", ".join(reason for reason, count in left.items() if count)
    return f"No row of the file has a location that can be used: {why}."
