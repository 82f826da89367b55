"""A result as a picture on a landscape page: map or hours, legend, and what stands on it."""

import io
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from PIL import Image, ImageDraw, ImageFont
from shapely.geometry.base import BaseGeometry

from domain.filters import DAY_NAMES
from domain.recipes import Method
from layers import analysis_looks
from layers.analysis import Result
from layers.present import RAMP
from layers.symbols import Look

WIDE, TALL = 1_754, 1_240
"""A4 landscape at 150 points an inch."""
EDGE, SIDE = 60, 560
GROUND, PAPER, INK, QUIET, LINE = "#fbfaf8", "#ffffff", "#262522", "#5c5852", "#b9b3a9"
HATCHED = 0.5
FONTS = Path(__file__).resolve().parents[1] / "var" / "assets" / "fonts"
Face = ImageFont.FreeTypeFont | ImageFont.ImageFont
Xy = tuple[float, float]


@dataclass(frozen=True)
class Sheet:
    """What stands on every file: the title, the answer, and facts in the order to be read."""

    title: str
    headline: str
    marking: str
    facts: tuple[tuple[str, str], ...]


def draw(result: Result, method: Method, sheet: Sheet, outline: gpd.GeoSeries) -> bytes:
    """Draw a result as PNG; ``outline`` (EPSG:27700) is the area's edge, and may be empty."""
    image = Image.new("RGB", (WIDE, TALL), GROUND)
    pen = ImageDraw.Draw(image, "RGBA")
    top = _head(pen, sheet)
    box = (EDGE, top + 12, WIDE - SIDE - EDGE, TALL - EDGE - 40)
    pen.rectangle(box, fill=PAPER, outline=LINE)
    if len(result.cells):
        _map(image, result.cells, method, outline, box)
    elif "Hours of the week" in result.tables:
        _hours(pen, result.tables, box)
    below = _legend(pen, method, result, top + 12)
    _facts(pen, sheet.facts, below)
    pen.text((WIDE / 2, TALL - 34), sheet.marking, INK, _face(26, bold=True), anchor="mm")
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


@lru_cache(maxsize=32)
def _face(size: int, *, bold: bool = False) -> Face:
    """Return the house's letters where they are installed, else the library's own."""
    name = "SourceSans3-SemiBold.ttf" if bold else "SourceSans3-Regular.ttf"
    try:
        return ImageFont.truetype(FONTS / name, size)
    except OSError:
        return ImageFont.load_default(size)


def _head(pen: ImageDraw.ImageDraw, sheet: Sheet) -> float:
    pen.text((WIDE / 2, 34), sheet.marking, INK, _face(26, bold=True), anchor="mm")
    y = _lines(pen, (EDGE, 62), sheet.title, 24, 110, fill=QUIET)
    return _lines(pen, (EDGE, y), sheet.headline, 38, 92, bold=True)


def _lines(
    pen: ImageDraw.ImageDraw, at: Xy, text: str, size: int, width: int,
    *, bold: bool = False, fill: str = INK, most: int = 4,
) -> float:  # fmt: skip
    """Write text in lines of at most ``width`` letters; return where the next line goes."""
    x, y = at
    for line in textwrap.wrap(text, width, max_lines=most, placeholder=" …"):
        pen.text((x, y), line, fill, _face(size, bold=bold))
        y += size * 1.28
    return y


def _map(
    image: Image.Image, cells: gpd.GeoDataFrame, method: Method, outline: gpd.GeoSeries,
    box: tuple[float, float, float, float],
) -> None:  # fmt: skip
    left, top, right, bottom = box
    bounds = cells.total_bounds if outline.empty else outline.total_bounds
    east, north = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
    room = min((right - left) / (bounds[2] - bounds[0]), (bottom - top) / (bounds[3] - bounds[1]))
    scale = room * 0.94
    middle = np.array([(left + right) / 2, (top + bottom) / 2])

    def place(xy: Any) -> Any:
        return middle + (xy - [east, north]) * [scale, -scale]

    layer = Image.new("RGBA", image.size, (0, 0, 0, 0))
    pen = ImageDraw.Draw(layer, "RGBA")
    for shape in outline.to_numpy():
        _polygon(pen, shapely.transform(shape, place), (244, 241, 236, 255), INK, 2)
    looks = analysis_looks.looks(method)
    placed = shapely.transform(cells.geometry.to_numpy(), place)
    for shape, code in zip(placed, cells["code"], strict=True):
        look = looks[code]
        _polygon(pen, shape, _rgba(look), look.colour, 1 if look.weight < 2 else 3)
        if look.letter:
            middle_of = shape.centroid
            pen.text(
                (middle_of.x, middle_of.y), look.letter, INK, _face(15, bold=True), anchor="mm"
            )
    image.paste(layer, (0, 0), layer)
    _scale(image, scale, (left + 20, bottom - 24))


def _polygon(
    pen: ImageDraw.ImageDraw, shape: BaseGeometry, fill: tuple[int, int, int, int], edge: str,
    wide: int,
) -> None:  # fmt: skip
    for part in shapely.get_parts(shape):
        ring = [tuple(xy) for xy in shapely.get_coordinates(shapely.get_exterior_ring(part))]
        if len(ring) > 2:
            pen.polygon(ring, fill=fill, outline=edge, width=wide)


def _rgba(look: Look) -> tuple[int, int, int, int]:
    red, green, blue = (int(look.colour[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue, round(255 * look.fill)


def _scale(image: Image.Image, scale: float, at: Xy) -> None:
    """Draw a bar of a round number of metres."""
    pen = ImageDraw.Draw(image)
    metres = max((each for each in (100, 250, 500, 1_000, 2_000, 5_000, 10_000)
                  if each * scale < 260), default=100)  # fmt: skip
    words = f"{metres / 1_000:g} km" if metres >= 1_000 else f"{metres} m"
    pen.line([at, (at[0] + metres * scale, at[1])], INK, 3)
    pen.text((at[0], at[1] - 24), words, INK, _face(18))


def _hours(pen: ImageDraw.ImageDraw, tables: Any, box: tuple[float, float, float, float]) -> None:
    """Draw the hours of the week; an hour that is mostly spread out has a question mark."""
    left, top, right, bottom = box
    rows, sure = tables["Hours of the week"]["rows"], tables["How certain"]["rows"]
    high = max((value or 0) for row in rows for value in row[1:]) or 1
    wide, tall = (right - left - 90) / 24, (bottom - top - 70) / 7
    for day, (counts, known) in enumerate(zip(rows, sure, strict=True)):
        y = top + 20 + day * tall
        pen.text((left + 12, y + tall / 2), DAY_NAMES[day][:3], INK, _face(20), anchor="lm")
        for hour, (count, certain) in enumerate(zip(counts[1:], known[1:], strict=True)):
            x = left + 70 + hour * wide
            step = min(len(RAMP) - 1, int((count or 0) / high * len(RAMP)))
            tint = RAMP[step] if count else PAPER
            pen.rectangle((x, y, x + wide - 2, y + tall - 2), fill=tint)
            if count and certain is not None and certain < HATCHED:
                ink = PAPER if step > 2 else INK
                pen.text((x + wide / 2, y + tall / 2), "?", ink, _face(20), anchor="mm")
    for hour in range(0, 24, 3):
        x = left + 70 + hour * wide
        pen.text((x, bottom - 42), f"{hour:02d}:00", INK, _face(18))


def _legend(pen: ImageDraw.ImageDraw, method: Method, result: Result, top: float) -> float:
    x, y = WIDE - SIDE, top
    for look, words in analysis_looks.legend(method, result.cells["code"]).values():
        pen.rectangle((x, y + 3, x + 30, y + 25), fill=_rgba(look), outline=look.colour, width=2)
        if look.letter:
            pen.text((x + 15, y + 14), look.letter, INK, _face(16, bold=True), anchor="mm")
        y = _lines(pen, (x + 44, y), words, 19, 52) + 4
    if method is Method.WHEN:
        words = "Darker: more records. ?: most of that hour is spread out of longer spans."
        y = _lines(pen, (x, y), words, 19, 56)
    return y + 14


def _facts(pen: ImageDraw.ImageDraw, facts: Sequence[tuple[str, str]], y: float) -> None:
    """Write as many facts as the page holds; who wrote it and when always stands."""
    x, last = WIDE - SIDE, TALL - EDGE - 40
    *others, written = facts
    for name, words in others:
        lines = textwrap.wrap(f"{name}: {words}", 66, max_lines=9, placeholder=" …")
        if y + 20 * len(lines) > last - 30:
            continue
        for line in lines:
            pen.text((x, y), line, INK, _face(16))
            y += 20
        y += 5
    pen.text((x, last - 22), f"{written[0]}: {written[1]}", INK, _face(16, bold=True))
