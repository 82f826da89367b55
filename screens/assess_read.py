"""An assessment to be read: the triangle, how it was found out, the walk, and the analysis."""

from collections.abc import Iterable
from html import escape

import streamlit as st

from domain import assessment_forms, assessments
from domain.assessments import Assessment
from domain.case_data import Choices
from screens import assess_journeys, desk


def show(now: Assessment) -> None:
    """Show all that is written, the three sides first."""
    if now.trigger or now.lead_role:
        facts([("What led to it", now.trigger), ("Led by", now.lead_role)])
    st.html(f'<div class="sg-sides">{"".join(sides(now))}</div>')
    st.header("How we found out", anchor=False)
    facts(found_out(now))
    for title, rows in (
        ("Walk round the place", walked(now)),
        ("Who may be under-seen", seen(now)),
    ):
        if rows:
            st.header(title, anchor=False)
            facts(rows)
    with desk.reading() as (session, actor):
        ways = assessments.journeys(session, actor, now.id)
    if ways:
        st.header("Journeys", anchor=False)
        assess_journeys.listed(ways)
        assess_journeys.chart(now, ways)
    st.header("Analysis", anchor=False)
    facts(analysis(now))
    solved = labelled(assessment_forms.sara().all, now.sara)
    if solved:
        st.header("Problem analysis", anchor=False)
        facts(solved)


def sides(now: Assessment) -> Iterable[str]:
    """Write each side of the triangle for the page, all in the same weight."""
    for code, side in assessment_forms.sides().items():
        told = now.triangle.get(code, {})
        rows = "".join(
            f"<dt>{escape(part.label)}</dt><dd>{escape(told[part.code])}</dd>"
            for part in side.parts.values()
            if told.get(part.code)
        )
        words = f"<dl>{rows}</dl>" if rows else '<p class="sg-quiet">Nothing written yet.</p>'
        yield (
            f'<section><h2>{escape(side.label)}</h2><p class="sg-quiet">{escape(side.says)}</p>'
            f"{words}</section>"
        )


def found_out(now: Assessment) -> list[tuple[str, str]]:
    """Say how it was found out, and how young people were heard."""
    form = assessment_forms.methods()
    ways = [each.label for code, each in form.methods.items() if code in now.methods]
    return [
        ("Methods", ", ".join(ways)),
        ("Young people were heard", now.young_people_how),
        ("How many", assessment_forms.label(form.involved, now.young_people_band)),
        ("Why they were not heard", now.young_people_why_not),
    ]


def walked(now: Assessment) -> list[tuple[str, str]]:
    """Say what the walk found."""
    form = assessment_forms.walk()
    found = []
    for code, each in form.items.items():
        if code in now.environment:
            told = now.environment[code]
            words = assessment_forms.label(form.answers, told.get("answer", ""))
            found.append((each.label, f"{words}. {told.get('note', '')}".strip()))
    return found


def seen(now: Assessment) -> list[tuple[str, str]]:
    """Say in bands who may be under-seen."""
    form = assessment_forms.equity()
    bands = {code: assessment_forms.label(form.bands, band) for code, band in now.equity.items()}
    return labelled(
        form.groups, {code: f"{band[:1].upper()}{band[1:]}" for code, band in bands.items()}
    )


def analysis(now: Assessment) -> list[tuple[str, str]]:
    """Say what must change first."""
    return [
        ("What must change first, and why", now.analysis),
        ("Inequalities", now.inequalities),
        ("Where we disagreed", now.disagreement),
    ]


def labelled(known: Choices, told: dict[str, str]) -> list[tuple[str, str]]:
    """Put labels to answers, in the order of the form."""
    return [(each.label, told[code]) for code, each in known.items() if told.get(code)]


def facts(rows: Iterable[tuple[str, str]]) -> None:
    """Show pairs of a name and words; what is empty is said to be so."""
    told = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(words)}</dd>" for name, words in rows if words
    )
    st.html(f'<dl class="sg-facts">{told}</dl>' if told else '<p class="sg-quiet">Nothing yet.</p>')
