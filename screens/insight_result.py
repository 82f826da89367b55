"""A result: its answer, its map or chart, its tables, what it means and what to mind."""

from collections.abc import Iterable
from html import escape
from typing import Any

import geopandas as gpd
import pandas as pd
import streamlit as st

from domain.filters import Filters
from domain.people import Actor
from domain.recipes import Method
from layers import analysis_looks, catalogue
from layers.sight import Sight
from screens import insight_charts, insight_found, insight_map, insight_quarters, map_view
from screens.insight_found import Found

LISTED = {
    Method.HOT_SPOTS: "Hot cells",
    Method.DENSITY: "Densest cells",
    Method.CHANGE: "Cells",
    Method.CLUSTERS: "Clusters",
}
"""The table whose rows are the strongest cells, in their order."""
PLAIN = {"label": "Cell", "code": "Class", "words": "What is there"}
FORMATS: dict[str, Any] = {
    **dict.fromkeys(("Gi*", "Ratio", "From", "To", "Times the average", "A day"), "%.2f"),
    "Records per km²": "%.1f",
    **dict.fromkeys(("Share", "Of all cells", "Share of cells", "Share of records"), "percent"),
}
LEAST_TOLD = 0.001
WHOLE = 100
"""From here on fractions say nothing."""
WITHOUT = {"Hours of the week", "How certain", "By month", "Concentration curve"}
"""Tables that are drawn; their numbers are under "The numbers"."""


def show(found: Found, actor: Actor) -> None:
    """Show a result from its answer down to its numbers."""
    head(found)
    picture(found)
    if len(found.result.cells):
        strongest(found, actor)
    words(found)
    tables(found)
    insight_quarters.offer(found)


def head(found: Found) -> None:
    """Say the answer, from what, and the gravest thing to mind."""
    title = f'<p class="sg-kicker">{escape(found.title or found.method.question)}</p>'
    gravest = found.result.warnings[:1]
    mind = "".join(
        f'<p class="sg-mind"><strong>Mind:</strong> {escape(each)}</p>' for each in gravest
    )
    st.html(
        f'<div class="sg-answer">{title}<h1>{escape(found.result.headline)}</h1>'
        f'<p class="sg-quiet">{escape(insight_found.about(found))}</p>{mind}</div>'
    )


def picture(found: Found) -> None:
    """Draw the answer: hours, a curve, or cells on a map."""
    told = found.result.tables
    if found.method is Method.WHEN:
        st.altair_chart(
            insight_charts.week(told["Hours of the week"], told["How certain"]), width="stretch"
        )
        st.caption("A question mark: most of that hour is spread out of longer spans.")
        st.header("By month", anchor=False)
        st.altair_chart(insight_charts.months(told["By month"]), width="stretch")
        return
    if len(found.result.cells):
        insight_map.show(found)
        insight_map.legend(found)
    if found.method is Method.CONCENTRATION:
        st.header("How concentrated", anchor=False)
        st.altair_chart(insight_charts.curve(told["Concentration curve"]), width="stretch")
        st.caption("The dashed line is where records would lie if all cells had the same.")


def strongest(found: Found, actor: Actor) -> None:
    """List the strongest cells with the places inside; a row that is chosen moves the map."""
    rows = _listed(found, actor)
    st.header(LISTED.get(found.method, "Strongest cells"), anchor=False)
    st.caption("Choose a row to see it on the map. Cells are named by their grid reference.")
    picked = st.dataframe(
        rows,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=f"cells_{found.id}",
        column_config=formats(rows),
        height=min(38 + 35 * len(rows), 320),
    )
    chosen = [str(found.result.cells.index[at]) for at in picked.selection.rows]
    last = f"cells_{found.id}_last"
    if chosen != st.session_state.get(last, []):
        st.session_state[last] = chosen
        if chosen:
            insight_map.choose(found, chosen[0], move=True)


def _listed(found: Found, actor: Actor) -> pd.DataFrame:
    cells = found.result.cells.head(analysis_looks.LISTED)
    told = found.result.tables.get(LISTED.get(found.method, ""))
    rows = (
        pd.DataFrame(cells)[list(PLAIN)].rename(columns=PLAIN)
        if told is None
        else insight_charts.frame(told)
    )
    for column in ("How sure", "Class"):
        if column in rows:
            rows[column] = [analysis_looks.in_words(found.method, each) for each in rows[column]]
    if "q" in rows:
        rows["q"] = [f"{each:.3f}" if each >= LEAST_TOLD else "under 0.001" for each in rows["q"]]
    if catalogue.sight(actor, "places") is Sight.EXACT:
        rows["Places inside"] = _places(cells)
    return rows


def _places(cells: gpd.GeoDataFrame) -> list[str]:
    """Name the places in each cell as this reader knows them now; they are not a part of it."""
    known = map_view.reading("places", Filters())
    return analysis_looks.places_inside(cells, known)


def words(found: Found) -> None:
    """Say what it means, how sure it is, what it cannot say, and what to mind."""
    result = found.result
    st.html(
        '<div class="sg-words">'
        + _words("What it means", result.says)
        + _words("How sure", result.sure)
        + _words("What it cannot say", result.cannot)
        + _words("What else to mind", result.warnings[1:])
        + "</div>"
    )


def _words(title: str, lines: Iterable[str]) -> str:
    listed = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f"<section><h2>{title}</h2><ul>{listed}</ul></section>" if listed else ""


def tables(found: Found) -> None:
    """Show the other tables, and the numbers behind what is drawn."""
    shown = LISTED.get(found.method)
    drawn = {title: told for title, told in found.result.tables.items() if title in WITHOUT}
    for title, told in found.result.tables.items():
        if title != shown and title not in drawn and told["rows"]:
            st.header(title, anchor=False)
            _table(told)
    if drawn:
        with st.expander("The numbers behind the picture"):
            for title, told in drawn.items():
                st.markdown(f"**{title}**")
                _table(told)


def _table(told: dict[str, Any]) -> None:
    rows = insight_charts.frame(told)
    st.dataframe(rows, hide_index=True, column_config=formats(rows))


def formats(rows: pd.DataFrame) -> dict[str, Any]:
    """Say how each column of numbers is written."""
    found: dict[str, Any] = {
        name: st.column_config.NumberColumn(format=FORMATS[name])
        for name in rows.columns
        if name in FORMATS and pd.api.types.is_numeric_dtype(rows[name])
    }
    if "Share" in rows:
        share = st.column_config.NumberColumn(format="percent")
        found |= {name: share for name in ("From", "To") if name in rows}
    for name in rows.columns:
        if name not in found and pd.api.types.is_float_dtype(rows[name]):
            wide = rows[name].max() >= WHOLE
            found[name] = st.column_config.NumberColumn(format="%.0f" if wide else "%.3f")
    if "Places inside" in rows:
        found["Places inside"] = st.column_config.TextColumn(width="medium")
    return found
