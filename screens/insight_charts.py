"""Charts of a result; each has its numbers in a table beside it."""

from typing import Any

import altair as alt
import pandas as pd

from domain.filters import DAY_NAMES
from layers.present import RAMP

Table = dict[str, Any]
SHORT = [name[:3] for name in DAY_NAMES]
LOOSE = 0.5
"""Certainty below which an hour is marked: most of it is spread out of longer spans."""
SEASONS = ("winter", "winter", "spring", "spring", "spring", "summer", "summer", "summer",
           "autumn", "autumn", "autumn", "winter")  # fmt: skip
ACCENT = "#1d4f5c"


def frame(table: Table) -> pd.DataFrame:
    """Return a result's table as a frame."""
    return pd.DataFrame(table["rows"], columns=table["columns"])


def week(hours: Table, certainty: Table) -> alt.LayerChart:
    """Draw the hours of the week: colour for how many, a question mark where it is not certain."""
    rows = pd.DataFrame(
        [
            {"Day": SHORT[day], "Hour": hour, "Records": count or 0.0, "Known": known}
            for day, (counts, sure) in enumerate(zip(hours["rows"], certainty["rows"], strict=True))
            for hour, (count, known) in enumerate(zip(counts[1:], sure[1:], strict=True))
        ]
    )
    high = float(rows["Records"].max()) or 1.0
    rows["Mark"] = ["?" if _is_loose(row) else "" for row in rows.itertuples()]
    base = alt.Chart(rows, height=250).encode(
        x=alt.X("Hour:O", title="Hour of the day, London", axis=alt.Axis(labelAngle=0)),
        y=alt.Y("Day:O", title=None, sort=SHORT),
        tooltip=[
            "Day",
            "Hour",
            alt.Tooltip("Records:Q", format=",.1f"),
            alt.Tooltip("Known:Q", format=".0%", title="Known to within hours"),
        ],
    )
    squares = base.mark_rect(stroke="#fbfaf8", strokeWidth=1).encode(
        color=alt.Color(
            "Records:Q",
            scale=alt.Scale(range=["#eef3f5", *RAMP], domain=[0, high]),
            legend=alt.Legend(title="Records", orient="right"),
        )
    )
    marks = base.mark_text(fontWeight="bold").encode(
        text="Mark:N",
        color=alt.condition(
            alt.datum.Records > high * 0.6, alt.value("#ffffff"), alt.value("#262522")
        ),
    )
    return squares + marks


def _is_loose(row: Any) -> bool:
    return bool(row.Records > 0 and pd.notna(row.Known) and row.Known < LOOSE)


def months(table: Table) -> alt.Chart:
    """Draw records by month; the tooltip names the season."""
    rows = frame(table)
    rows["Season"] = [SEASONS[int(month[5:7]) - 1] for month in rows["Month"]]
    return (
        alt.Chart(rows, height=220)
        .mark_bar(color=ACCENT)
        .encode(
            x=alt.X("yearmonth(Month):T", title=None, axis=alt.Axis(format="%b %y")),
            y=alt.Y("Records:Q", title="Records"),
            tooltip=[
                alt.Tooltip("yearmonth(Month):T", title="Month", format="%B %Y"),
                "Season",
                "Records",
            ],
        )
    )


def curve(table: Table) -> alt.LayerChart:
    """Draw the share of the records that the fullest cells hold, and the line of evenness."""
    rows = frame(table)
    held = (
        alt.Chart(rows, height=280)
        .mark_line(color=ACCENT, strokeWidth=2.5)
        .encode(
            x=alt.X("Share of cells:Q", axis=alt.Axis(format="%"), title="Share of all cells"),
            y=alt.Y("Share of records:Q", axis=alt.Axis(format="%"), title="Share of the records"),
            tooltip=[
                alt.Tooltip("Share of cells:Q", format=".1%"),
                alt.Tooltip("Share of records:Q", format=".1%"),
            ],
        )
    )
    even = (
        alt.Chart(pd.DataFrame({"x": [0, 1]}))
        .mark_line(color="#5c5852", strokeDash=[5, 4])
        .encode(x="x:Q", y="x:Q")
    )
    return even + held


def quarters(squares: pd.DataFrame, outline: pd.DataFrame, *, columns: int = 4) -> alt.FacetChart:
    """Draw each quarter's squares with one scale for all; ``outline`` has ``ring, x, y, at``."""
    names = list(dict.fromkeys(squares["quarter"]))
    rows = squares.assign(
        east=squares["west"] + squares["side"], north=squares["south"] + squares["side"]
    )
    ground = pd.concat([outline.assign(quarter=name) for name in names], ignore_index=True)
    both = pd.concat([rows, ground], ignore_index=True)
    xs, ys = _domain(both, ("west", "east", "x")), _domain(both, ("south", "north", "y"))
    wide = 190
    tall = max(90, min(300, round(wide * (ys[1] - ys[0]) / max(xs[1] - xs[0], 1))))
    across = {"scale": alt.Scale(domain=xs, nice=False), "axis": None}
    upward = {"scale": alt.Scale(domain=ys, nice=False), "axis": None}
    high = max(float(squares["count"].max()), 1.0)
    base = alt.Chart().properties(width=wide, height=tall)
    line = base.mark_line(color="#8a857d", strokeWidth=1, clip=True).encode(
        x=alt.X("x:Q", **across), y=alt.Y("y:Q", **upward), detail="ring:N", order="at:Q"
    )
    cells = base.mark_rect(clip=True).encode(
        x=alt.X("west:Q", **across),
        x2="east:Q",
        y=alt.Y("south:Q", **upward),
        y2="north:Q",
        color=alt.Color(
            "count:Q",
            scale=alt.Scale(type="sqrt", range=list(RAMP), domain=[1, max(high, 2)]),
            legend=alt.Legend(title="Records in a square", orient="bottom"),
        ),
        tooltip=[
            alt.Tooltip("quarter:N", title="Quarter"),
            alt.Tooltip("count:Q", title="Records"),
        ],
    )
    return alt.layer(line, cells, data=both).facet(
        alt.Facet("quarter:N", title=None, sort=names), columns=columns
    )


def _domain(rows: pd.DataFrame, columns: tuple[str, ...]) -> list[float]:
    there = [rows[name] for name in columns if name in rows]
    return [
        float(min(each.min() for each in there)),
        float(max(each.max() for each in there)),
    ]
