"""The charts of a pack as SVG: records by month, and incidents by hour of the week.

For readers from whom small numbers are hidden, nought and too few look the same: nothing is drawn.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final
from xml.sax.saxutils import escape

from domain.filters import DAY_NAMES
from domain.place_evidence import Evidence, Month
from exchange.pack_content import Picture, Table
from exchange.paper_map import INK, LINE, QUIET
from layers.present import RAMP
from layers.symbols import Look, swatch_svg

WIDE = 1_820
"""Width of a chart in tenths of a millimetre."""
CELL: Final = (70.0, 60.0)
"""Width and height of an hour's cell."""
KINDS: Final = (
    ("incidents", "Incidents", "#1f5570"),
    ("touches", "Named in missing episodes", "#d08a3e"),
    ("annotations", "Annotations", "#8a7fb0"),
)
HIDDEN: Final = "none, or too few"


def by_month(found: Evidence) -> Picture:
    """Draw records month by month, stacked; 182 x 62 mm."""
    tall, left, right, top, bottom = 620, 90.0, 1_800.0, 40.0, 530.0
    high = max(max(map(_total, found.months), default=0), 4)
    step = next(each for each in _steps() if high / each <= 4)
    high = -(-high // step) * step
    unit = (bottom - top) / high
    parts = [_guide(each, bottom - unit * each, left, right) for each in range(0, high + 1, step)]
    room = (right - left) / max(len(found.months), 1)
    for index, month in enumerate(found.months):
        x = left + index * room
        parts.append(_bar(month, x + room * 0.14, room * 0.72, unit, bottom))
        if month.month.month in (1, 4, 7, 10):
            parts.append(_text(x + room / 2, bottom + 44, f"{month.month:%b}", "middle"))
        if month.month.month == 1 or (index == 0 and month.month.month < 11):
            parts.append(_text(x + room / 2, bottom + 80, f"{month.month:%Y}", "middle"))
    return Picture(_svg(parts, tall), _month_alt(found), WIDE / 10, _legend())


def by_hour(found: Evidence) -> Picture | None:
    """Draw incidents by weekday and hour in London, 182 x 53 mm; None where none may be shown."""
    counts = [count or 0 for row in found.when for count in row]
    if not any(counts):
        return None
    (wide, high), tall, left, top = CELL, 530, 120.0, 20.0
    most, parts = max(counts), []
    for day, row in enumerate(found.when):
        y = top + day * high
        parts.append(_text(0, y + 41, DAY_NAMES[day][:3]))
        parts += [_cell(left + hour * wide, y, count, most)
                  for hour, count in enumerate(row)]  # fmt: skip
    for hour in range(0, 25, 3):
        parts.append(_text(left + hour * wide, tall - 52, f"{hour:02d}", "middle", QUIET))
    parts.append(_text(left, tall - 10, "Hour of the day", "start", QUIET))
    key = ((_square(RAMP[-1]), "Darker: more incidents. The number says how many."),)
    return Picture(_svg(parts, tall), _hour_alt(found, most), WIDE / 10, key)


def months(label: str, counts: Sequence[tuple[date, int | None]]) -> Picture:
    """Draw one count month by month; 182 x 56 mm. A hidden count leaves a gap."""
    tall, left, right, top, bottom = 560, 90.0, 1_800.0, 30.0, 470.0
    high = max([count or 0 for _, count in counts] + [4])
    step = next(each for each in _steps() if high / each <= 4)
    high = -(-high // step) * step
    unit, room = (bottom - top) / high, (right - left) / len(counts)
    parts = [_guide(each, bottom - unit * each, left, right) for each in range(0, high + 1, step)]
    every = -(-len(counts) // 12)
    for index, (month, count) in enumerate(counts):
        x = left + index * room
        if count:
            parts.append(_rect(x + room * 0.14, bottom - unit * count, room * 0.72, unit * count,
                               KINDS[0][2]))  # fmt: skip
        if index % every == 0:
            parts.append(_text(x + room / 2, bottom + 44, f"{month:%b}", "middle"))
            parts.append(_text(x + room / 2, bottom + 78, f"{month:%Y}", "middle", QUIET))
    most, when = max((count or 0, month) for month, count in counts)
    said = f"Bars of {label.lower()} in each of {len(counts)} months."
    alt = (
        f"{said} The most are in {when:%B %Y}: {most:,}." if most else f"{said} None can be shown."
    )
    return Picture(_svg(parts, tall), alt, WIDE / 10)


def bubbles(weights: Mapping[str, int], most: int) -> Picture:
    """Draw how much each context weighs as circles whose area tells it; 182 x 46 mm."""
    tall, room, parts = 460, WIDE / len(weights), list[str]()
    heaviest = max(weights.values(), default=0)
    for number, (name, weight) in enumerate(weights.items()):
        x, size = room * (number + 0.5), 150 * (weight / most) ** 0.5
        first = weight == heaviest and weight > 0
        fill = KINDS[0][2] if first else RAMP[1]
        parts.append(f'<circle cx="{x:.0f}" cy="180" r="{max(size, 8):.0f}" fill="{fill}"/>')
        ink = "#ffffff" if first and size > 40 else INK
        parts.append(_text(x, 191, f"{weight}", "middle", ink))
        parts.append(_text(x, 400, name, "middle"))
    said = ", ".join(f"{name} {weight}" for name, weight in weights.items())
    alt = f"Circles for five contexts, larger where it weighs more, of {most}: {said}."
    return Picture(_svg(parts, tall), alt, WIDE / 10)


def numbers(found: Evidence) -> Table | None:
    """Return the months that have anything as a table, or None where none has."""
    rows = tuple(
        (f"{month.month:%B %Y}", *(_told(getattr(month, kind)) for kind, _, _ in KINDS))
        for month in found.months
        if _total(month)
    )
    head = ("Month", *(words for _, words, _ in KINDS))
    return (
        Table("The numbers behind the chart by month", head, rows, (4, 2, 3, 2)) if rows else None
    )


def _told(count: int | None) -> str:
    return HIDDEN if count is None else f"{count:,}"


def _steps() -> list[int]:
    return [base * 10**power for power in range(6) for base in (1, 2, 5)]


def _total(month: Month) -> int:
    return sum(getattr(month, kind) or 0 for kind, _, _ in KINDS)


def _bar(month: Month, x: float, wide: float, unit: float, bottom: float) -> str:
    y, parts = bottom, []
    for kind, _, colour in KINDS:
        tall = (getattr(month, kind) or 0) * unit
        y -= tall
        if tall:
            parts.append(_rect(x, y, wide, tall, colour))
    return "".join(parts)


def _guide(count: int, y: float, left: float, right: float) -> str:
    return (
        f'<path d="M{left:.0f} {y:.0f}H{right:.0f}" stroke="{QUIET if not count else LINE}" '
        f'stroke-width="3"/>{_text(left - 16, y + 10, f"{count:,}", "end", QUIET)}'
    )


def _cell(x: float, y: float, count: int | None, most: int) -> str:
    wide, high = CELL
    if not count:
        return _rect(x + 2, y + 2, wide - 4, high - 4, "#f4f1ec")
    step = min(len(RAMP) - 1, (count - 1) * len(RAMP) // most)
    box = _rect(x + 2, y + 2, wide - 4, high - 4, RAMP[step])
    ink = "#ffffff" if step > 2 else INK
    return box + _text(x + wide / 2, y + 41, f"{count:,}", "middle", ink)


def _rect(x: float, y: float, wide: float, tall: float, fill: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{tall:.1f}" fill="{fill}"/>'


def _text(x: float, y: float, words: str, anchor: str = "start", fill: str = INK) -> str:
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" font-family="Source Sans 3" font-size="28" '
        f'text-anchor="{anchor}" fill="{fill}">{escape(words)}</text>'
    )


def _svg(parts: Sequence[str], tall: int) -> str:
    """Put drawings on a white page ``tall`` tenths of a millimetre high."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDE / 10}mm" height="{tall / 10}mm" '
        f'viewBox="0 0 {WIDE} {tall}">{"".join(parts)}</svg>'
    )


def _square(colour: str) -> str:
    return swatch_svg(Look(colour, shape="", fill=1, weight=1), "area")


def _legend() -> tuple[tuple[str, str], ...]:
    return tuple((_square(colour), words) for _, words, colour in KINDS)


def _month_alt(found: Evidence) -> str:
    busiest = max(found.months, key=_total, default=None)
    said = f"Bars of records in each of {len(found.months)} months."
    if busiest is None or not _total(busiest):
        return f"{said} None can be shown."
    return f"{said} The most are in {busiest.month:%B %Y}: {_total(busiest):,}."


def _hour_alt(found: Evidence, most: int) -> str:
    day, hour = next(
        (day, hour)
        for day, row in enumerate(found.when)
        for hour, count in enumerate(row)
        if count == most
    )
    return (
        "Incidents by weekday and hour of the day in London. "
        f"The most in one hour are on {DAY_NAMES[day]} from {hour:02d}:00: {most:,}."
    )
