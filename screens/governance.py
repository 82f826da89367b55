"""Governance: the figures of a quarter, the log of small numbers, the matrix and the dataset."""

from datetime import date
from html import escape

import streamlit as st

from domain import governance, matching
from domain.filters import day_words
from domain.governance import Figure, Report, period_words
from domain.governance_facts import Period
from domain.people import Permission
from screens import desk, governance_files
from screens.admin_desk import quiet

FIGURES, SMALL, MATRIX, DATA = "Figures", "Small numbers", "Audit matrix", "Dataset"
QUARTERS = 8


def period() -> Period:
    """Ask for a quarter, or for any two days."""
    today = matching.today()
    held = {governance.quarter(today, back): back for back in range(QUARTERS)}
    names = {each: f"{named(each.since)}{' (so far)' if not back else ''}"
             for each, back in held.items()}  # fmt: skip
    return st.selectbox("Quarter", list(held), index=1, format_func=names.__getitem__,
                        key="governance_quarter")  # fmt: skip


def named(first: date) -> str:
    """Name a quarter by its months: "July to September 2026"."""
    last = date(first.year, first.month + 2, 1)
    return f"{first:%B} to {last:%B %Y}"


def figures(report: Report) -> None:
    """Show every figure in its group, with how it is worked out behind it."""
    warned = [each for each in report.figures if each.warns]
    for each in warned:
        st.warning(f"{each.kpi.name}: {each.words}. {each.note}", icon=":material/priority_high:")
    for code, label in report.groups.items():
        held = report.of(code)
        if held:
            st.header(label, anchor=False)
            st.html(f'<div class="sg-kpis">{"".join(map(figure, held))}</div>')


def figure(each: Figure) -> str:
    """Write one figure: its words first, then its parts, then how it is worked out."""
    parts = "".join(f"<li>{escape(name)}: {escape(words)}</li>" for name, words in each.rows)
    listed = f'<ul class="sg-list">{parts}</ul>' if parts else ""
    note = f'<p class="sg-quiet">{escape(each.note)}</p>' if each.note else ""
    small = " Small numbers are hidden." if each.kpi.hides else ""
    return (
        f'<section class="sg-kpi"><h3>{escape(each.kpi.name)}</h3>'
        f'<p class="sg-kpi-told">{escape(each.words)}</p>{listed}{note}'
        f"<details><summary>How it is worked out</summary><p>{escape(each.kpi.formula)}. "
        f"From: {escape(each.kpi.source.lower())}.{small}</p></details></section>"
    )


def small(report: Report) -> None:
    """Show where small numbers were read or the rule was changed."""
    quiet(report.rule_words())
    if not report.overrides:
        st.info("None in this period.", icon=":material/task_alt:")
        return
    rows = [{"When": f"{each.at:%d %B %Y, %H:%M}", "Who": each.who, "What": each.what}
            for each in report.overrides]  # fmt: skip
    st.dataframe(rows, hide_index=True, width="stretch")


def matrix(report: Report) -> None:
    """Show each recommendation with its evidence."""
    quiet("In our own words: check them against the source before you quote them.")
    for each in report.matrix:
        evidence = "".join(f"<li>{escape(one.kpi.name)}: {escape(one.words)}</li>"
                           for one in each.evidence)  # fmt: skip
        st.html(
            f'<section class="sg-kpi"><h3>{escape(each.recommendation.says)}</h3>'
            f'<p class="sg-quiet">{escape(each.recommendation.source)}</p>'
            f"<p>{escape(each.recommendation.shows)}</p>"
            f'<ul class="sg-list">{evidence or "<li>Shown by the product itself.</li>"}</ul>'
            "</section>"
        )


def dataset(report: Report) -> None:
    """Show the data dictionary with completeness and currency."""
    quiet("The place half of the agreed dataset. No field tells of a child.")
    rows = [
        {
            "Record": each.table,
            "Field": each.meaning.name,
            "Meaning": each.meaning.meaning,
            "Told in": each.completeness,
            "Newest record": day_words(each.newest) if each.newest else "no day",
        }
        for each in report.fields
    ]
    st.dataframe(rows, hide_index=True, width="stretch", height=38 + 35 * min(len(rows), 16))


PARTS = {FIGURES: figures, SMALL: small, MATRIX: matrix, DATA: dataset}


def show() -> None:
    """Show the report of a quarter, and offer it as files."""
    st.title("Governance", anchor=False)
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    with left:
        chosen = period()
    with right:
        governance_files.show(chosen)
    with desk.shown_errors():
        with desk.reading() as (session, actor):
            report = governance.read(session, actor, chosen.since, chosen.until)
        quiet(f"{period_words(chosen)}. {report.rule_words()}")
        part = st.segmented_control(
            "Part of the report", list(PARTS), default=FIGURES, key="governance_part",
            required=True, label_visibility="collapsed",
        )  # fmt: skip
        PARTS[part](report)


desk.actor().must(Permission.GOVERN)
show()
