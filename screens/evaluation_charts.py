"""Charts of an evaluation: changes with their intervals, weeks, and what people say."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import altair as alt
import pandas as pd

from domain.evaluations import EvaluationMeasure
from geo.rates import wilson
from screens.insight_charts import ACCENT

QUIET = "#5c5852"
WARM = "#8a5a00"
LEAST, MOST = 1 / 16, 16
"""The ends of the axis of ratios; what lies beyond is drawn at the end."""
TICKS = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8, 16)
TICK_WORDS = (
    "datum.value == 1 ? 'no change' : datum.value < 1 ? "
    "format(1 - datum.value, '.0%') + ' fewer' : datum.value + ' times'"
)
NAMES = alt.Axis(labelLimit=240, labelFontSize=13, ticks=False)
BANDS = {"treated": "Here", "displacement": "Next door", "control": "Comparison"}


def changes(rows: Sequence[tuple[str, str, Mapping[str, Any]]]) -> alt.LayerChart:
    """Draw ratios of after to before with their intervals, against the line of no change.

    ``rows`` are a name, its sentence, and the figure.
    """
    frame = pd.DataFrame(
        [
            {"Change": name, "told": told, "at": _inside(found["estimate"]),
             "low": _inside(found["interval"][0]), "high": _inside(found["interval"][1])}
            for name, told, found in rows
        ]
    )  # fmt: skip
    both = frame[["low", "high"]].to_numpy()
    scale = alt.Scale(type="log", base=2, domain=_ends(both.min(), both.max()), nice=False)
    axis = alt.Axis(values=list(TICKS), labelExpr=TICK_WORDS, labelOverlap=True, title=None,
                    labelFontSize=13)  # fmt: skip
    base = alt.Chart(frame, height=44 * len(frame) + 34).encode(
        y=alt.Y("Change:N", sort=None, title=None, axis=NAMES),
        tooltip=["Change:N", alt.Tooltip("told:N", title="Told")],
    )
    low = alt.X("low:Q", scale=scale, axis=axis)
    lines = base.mark_rule(strokeWidth=3, color=ACCENT).encode(x=low, x2="high:Q")
    dots = base.mark_point(filled=True, size=130, color=ACCENT, opacity=1).encode(
        x=alt.X("at:Q", scale=scale)
    )
    none = alt.Chart(pd.DataFrame({"one": [1.0]})).mark_rule(color=QUIET, strokeDash=[5, 4])
    return none.encode(x=alt.X("one:Q", scale=scale)) + lines + dots


def _inside(value: float | None) -> float:
    """Bring a ratio onto the axis; one without an end is infinite."""
    return MOST if value is None else min(max(value, LEAST), MOST)


def _ends(low: float, high: float) -> list[float]:
    """Choose where the axis ends, no change always inside."""
    return [max(min(low, 1 / 2) * 0.9, LEAST * 0.9), min(max(high, 2) * 1.1, MOST * 1.1)]


def weekly(
    series: Mapping[str, Mapping[str, Sequence[int]]], periods: Mapping[str, Any]
) -> dict[str, alt.LayerChart]:
    """Draw counts by week, before and after: in the area, next door and in the comparison.

    One chart each, by its title, for charts that are put together keep a width of their own.
    """
    there = [name for name in BANDS if name in series]
    return {
        BANDS[name]: _weeks(series[name], periods, BANDS[name], legend=name == there[0])
        for name in there
    }


def _weeks(
    counted: Mapping[str, Sequence[int]], periods: Mapping[str, Any], title: str, *, legend: bool
) -> alt.LayerChart:
    rows = [
        {"Week": date.fromisoformat(periods[part][0]) + timedelta(weeks=at), "Counted": count,
         "Period": words}
        for part, words in (("before", "Before"), ("after", "After"))
        for at, count in enumerate(counted[part])
    ]  # fmt: skip
    frame = pd.DataFrame(rows).astype({"Week": "datetime64[ns]"})
    frame["End"], frame["Nothing"] = frame["Week"] + pd.Timedelta(days=6), 0
    bars = alt.Chart(frame, height=200 if legend else 150).mark_rect().encode(
        x=alt.X("Week:T", title=None, axis=alt.Axis(format="%b %y")),
        x2="End:T",
        y=alt.Y("Counted:Q", title=title, axis=alt.Axis(tickMinStep=1, format="d", minExtent=28)),
        y2="Nothing:Q",
        color=alt.Color(
            "Period:N", title=None, sort=["Before", "After"],
            scale=alt.Scale(domain=["Before", "After"], range=["#74a6b9", ACCENT]),
            legend=alt.Legend(orient="top") if legend else None,
        ),
        tooltip=[alt.Tooltip("Week:T", title="Week of", format="%-d %B %Y"), "Counted", "Period"],
    )  # fmt: skip
    return bars + start(date.fromisoformat(periods["after"][0]))


def start(day: date) -> alt.LayerChart:
    """Draw the line of the day on which the plan began."""
    at = pd.DataFrame({"day": [pd.Timestamp(day)]})
    return alt.Chart(at).mark_rule(color=WARM, strokeWidth=2).encode(x="day:T")


def course(found: Mapping[str, Any], began: date) -> alt.LayerChart:
    """Draw weeks as dots, the line through them, and the line as it would have gone on."""
    first = date.fromisoformat(found["first"])
    days = [pd.Timestamp(first + timedelta(weeks=at)) for at in range(len(found["counts"]))]
    dots = pd.DataFrame({"Week": days, "Counted": found["counts"]})
    lines = pd.concat(
        pd.DataFrame({"Week": days, "Count": found[name], "Line": words})
        for name, words in (("fitted", "As it went"), ("without", "As it would have gone on"))
    )
    names = ["As it went", "As it would have gone on"]
    when = alt.X("Week:T", title=None, axis=alt.Axis(format="%b %y"))
    base = alt.Chart(lines, height=240).mark_line(strokeWidth=2.5, clip=True)
    drawn = base.encode(
        x=when,
        y=alt.Y("Count:Q", title="In a week"),
        color=alt.Color("Line:N", sort=names, title=None, legend=alt.Legend(orient="top"),
                        scale=alt.Scale(domain=names, range=[ACCENT, WARM])),
        strokeDash=alt.StrokeDash("Line:N", sort=names, legend=None,
                                  scale=alt.Scale(domain=names, range=[[1, 0], [6, 4]])),
    )  # fmt: skip
    points = alt.Chart(dots).mark_circle(color="#447f98", opacity=0.55, size=36)
    tip = [alt.Tooltip("Week:T", title="Week of", format="%-d %B %Y"), "Counted"]
    return points.encode(x=when, y="Counted:Q", tooltip=tip) + drawn + start(began)


def people(measures: Sequence[EvaluationMeasure]) -> alt.LayerChart:
    """Draw the shares of people who agreed before and after, with their intervals."""
    frame = pd.DataFrame([row for each in measures for row in _shares(each)])
    scale = alt.Scale(domain=[0, 1])
    base = alt.Chart(frame, height=64 * len(measures) + 110).encode(
        y=alt.Y("Question:N", sort=None, title=None, axis=NAMES),
        yOffset=alt.YOffset("Period:N", sort=["Before", "After"]),
        color=alt.Color(
            "Period:N", sort=["Before", "After"], title=None, legend=alt.Legend(orient="top"),
            scale=alt.Scale(domain=["Before", "After"], range=["#447f98", ACCENT]),
        ),
        tooltip=["Question", "Period", "Agreed", "Asked"],
    )  # fmt: skip
    share = alt.X("low:Q", scale=scale, title="Share who agreed", axis=alt.Axis(format="%"))
    lines = base.mark_rule(strokeWidth=3).encode(x=share, x2="high:Q")
    dots = base.mark_point(filled=True, size=110, opacity=1).encode(
        x=alt.X("share:Q", scale=scale),
        shape=alt.Shape("Period:N", sort=["Before", "After"], legend=None),
    )
    return lines + dots


def _shares(each: EvaluationMeasure) -> list[dict[str, Any]]:
    pairs = (
        ("Before", each.agreed_before, each.asked_before),
        ("After", each.agreed_after, each.asked_after),
    )
    rows = []
    for period, agreed, asked in pairs:
        low, high = (float(end) for end in wilson(agreed, asked))
        rows.append({"Question": each.question, "Period": period, "Agreed": agreed, "Asked": asked,
                     "share": agreed / asked, "low": low, "high": high})  # fmt: skip
    return rows
