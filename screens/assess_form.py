"""Writing an assessment, step by step; the order is a help and not a rule."""

from collections.abc import Callable
from html import escape
from operator import attrgetter

import streamlit as st

from domain import assessing, assessment_forms, assessments
from domain.assessments import Assessment
from domain.case_data import Choice
from domain.people import Role
from screens import assess_journeys, assess_keep, assess_read, desk, place_state
from screens.assess_keep import begin, key, typed

POLICE = (Role.POLICE, Role.ANALYST)
"""Who is asked for a problem analysis; others see it once something is written there."""


def show(now: Assessment) -> None:
    """Show one step of a draft, and the way to the others."""
    place_state.held("assessment", now.id, now.version)
    with desk.reading() as (session, actor):
        ways = len(assessments.journeys(session, actor, now.id))
    steps = offered(now)
    step = st.segmented_control(
        "Step", list(steps), default=next(iter(steps)), required=True, wrap=True,
        format_func=lambda name: steps[name][0],  # a label that changes undoes a turn on its way
        key=f"assess_step_{now.id}", label_visibility="collapsed",
    )  # fmt: skip
    empty = [title for name, (title, _) in steps.items() if not done(now, name, ways)]
    assess_keep.status(now, empty)
    steps[step][1](now)


def offered(now: Assessment) -> dict[str, tuple[str, Callable[[Assessment], None]]]:
    """Name the steps: a key, its title, and what it shows."""
    steps: dict[str, tuple[str, Callable[[Assessment], None]]] = {
        "how": ("How we find out", how),
        **{code: (SHORT.get(code, each.label), _side(code))
           for code, each in assessment_forms.sides().items()},
        "walk": ("Walk", walk),
        "equity": ("Under-seen", equity),
        "journeys": ("Journeys", assess_journeys.show),
        "analysis": ("Analysis", analysis),
    }  # fmt: skip
    if desk.actor().role in POLICE or now.sara:
        steps["sara"] = ("Problem analysis", problem)
    return {**steps, "hand_in": ("Hand in", hand_in)}


SHORT = {
    "young_people": "Young people",
    "guardianship": "Guardianship",
    "environment": "Surroundings",
}


def done(now: Assessment, name: str, ways: int) -> object:
    """Say whether something is written in a step; handing in asks for nothing more."""
    if name in assessment_forms.SIDES:
        return any(now.triangle.get(name, {}).values())
    heard = now.young_people_how or now.young_people_why_not
    return {
        "how": now.methods and heard,
        "walk": now.environment,
        "equity": now.equity,
        "journeys": ways,
        "analysis": now.analysis,
        "sara": now.sara,
        "hand_in": True,
    }[name]


def how(now: Assessment) -> None:
    """Ask how it is found out, young people first."""
    left, right = st.columns(2, gap="large")
    with left:
        assess_keep.line(now, "trigger", "What led to it?", most=300)
        assess_keep.line(now, "lead_role", "Who leads it? A role, not a name.", most=120)
        methods(now)
    with right:
        assess_keep.words(
            now, "young_people_how", "How were young people heard?", most=4000, tall=120
        )
        band(now)
        assess_keep.words(
            now, "young_people_why_not", "If they were not: why not, and when will they be?",
            most=1000,
        )  # fmt: skip


def methods(now: Assessment) -> None:
    """Ask by which ways it is found out."""
    known = assessment_forms.methods().methods
    field = key(now, "methods")
    begin(
        now, field, lambda found: [code for code in known if code in found.methods],
        lambda: {"methods": typed(field) or []}, [],
    )  # fmt: skip
    st.pills(
        "By which ways do you find out?", list(known), selection_mode="multi", key=field,
        wrap=True, format_func=lambda code: known[code].label,
    )  # fmt: skip


def band(now: Assessment) -> None:
    """Ask in a band how many were heard."""
    known = assessment_forms.methods().involved
    field = key(now, "young_people_band")
    begin(
        now, field, attrgetter("young_people_band"),
        lambda: {"young_people_band": typed(field) or ""}, None,
    )  # fmt: skip
    st.segmented_control(
        "About how many?", list(known), key=field, wrap=True,
        format_func=lambda code: known[code].label,
    )  # fmt: skip


def _side(code: str) -> Callable[[Assessment], None]:
    def side(now: Assessment) -> None:
        form = assessment_forms.sides()[code]
        st.html(f'<h2>{escape(form.label)}</h2><p class="sg-quiet">{escape(form.says)}</p>')
        columns = st.columns(2, gap="large")
        for number, part in enumerate(form.parts.values()):
            with columns[number % 2]:
                nested(now, "triangle", (code, part.code), part)

    return side


def nested(now: Assessment, name: str, path: tuple[str, ...], about: Choice) -> None:
    """Ask for words on one question of a form, with its prompts."""
    field = key(now, name, *path)

    def told(found: Assessment) -> str:
        kept = getattr(found, name)
        for each in path[:-1]:
            kept = kept.get(each, {})
        return kept.get(path[-1], "")

    def parts() -> dict:
        answer = typed(field)
        for each in reversed(path):
            answer = {each: answer}
        return {name: answer}

    begin(now, field, told, parts)
    st.text_area(f"**{about.label}** {' '.join(about.asks)}", max_chars=2000, height=110, key=field)


def walk(now: Assessment) -> None:
    """Ask what the walk found, item by item."""
    form = assessment_forms.walk()
    st.html('<p class="sg-quiet">Walk it once by day and once at the hour that worries you; with '
            "young people where you can.</p>")  # fmt: skip
    for code, each in form.items.items():
        words, answer, note = st.columns([4, 4, 4], gap="medium", vertical_alignment="bottom")
        words.markdown(f"**{each.label}**  \n{' '.join(each.asks)}")
        rated, noted = key(now, "walk", code), key(now, "walk_note", code)
        begin(now, rated, _walked(code, "answer"), _walk_parts(code, rated, noted), None)
        begin(now, noted, _walked(code, "note"), _walk_parts(code, rated, noted))
        answer.segmented_control(
            each.label, list(form.answers), key=rated, label_visibility="collapsed",
            format_func=lambda one: form.answers[one].label,
        )  # fmt: skip
        note.text_input(
            f"Note on {each.label.lower()}", max_chars=500, key=noted,
            label_visibility="collapsed", placeholder="Where, and what",
        )  # fmt: skip


def _walked(code: str, part: str) -> Callable[[Assessment], str]:
    return lambda found: found.environment.get(code, {}).get(part, "")


def _walk_parts(code: str, rated: str, noted: str) -> Callable[[], dict]:
    def parts() -> dict:
        found = {"answer": typed(rated) or "not_seen", "note": typed(noted) or ""}
        return {"environment": {code: found}}

    return parts


def equity(now: Assessment) -> None:
    """Ask in bands who may be under-seen."""
    form = assessment_forms.equity()
    st.html('<p class="sg-quiet">Bands only, never counts. What is not recorded is not the same as '
            "nobody there.</p>")  # fmt: skip
    for code, each in form.groups.items():
        words, bands = st.columns(2, gap="medium", vertical_alignment="center")
        words.markdown(f"**{each.label}**  \n{' '.join(each.asks)}")
        field = key(now, "equity", code)
        begin(now, field, _banded(code), _band_parts(code, field), None)
        bands.segmented_control(
            each.label, list(form.bands), key=field, wrap=True, label_visibility="collapsed",
            format_func=lambda one: form.bands[one].label,
        )  # fmt: skip
    assess_keep.words(now, "inequalities", "What do these inequalities mean here?", most=4000)


def _banded(code: str) -> Callable[[Assessment], str]:
    return lambda found: found.equity.get(code, "")


def _band_parts(code: str, field: str) -> Callable[[], dict]:
    return lambda: {"equity": {code: typed(field) or "not_known"}}


def analysis(now: Assessment) -> None:
    """Ask what must change first."""
    assess_keep.words(now, "analysis", "What must change here first, and why?", most=4000, tall=220)
    assess_keep.words(now, "disagreement", "Where did you disagree?", most=4000)


def problem(now: Assessment) -> None:
    """Ask the four steps of problem solving, and the corners of the problem triangle."""
    form = assessment_forms.sara()
    left, right = st.columns(2, gap="large")
    with left:
        st.header("Four steps", anchor=False)
        for code, each in form.steps.items():
            nested(now, "sara", (code,), each)
    with right:
        st.header("The problem triangle", anchor=False)
        for code, each in form.corners.items():
            nested(now, "sara", (code,), each)


def hand_in(now: Assessment) -> None:
    """Say what is missing, show what is written, and hand it to a second person."""
    lacks = assessments.missing(now)
    version = place_state.held("assessment", now.id, now.version)
    if lacks:
        rows = "".join(f"<li>{escape(each)}</li>" for each in lacks)
        st.html(f'<p class="sg-entry">Still missing:</p><ul class="sg-lacks">{rows}</ul>')
    elif st.button("Hand it in for review", type="primary", key=f"hand_in_{now.id}"):
        place_state.act(
            assessing.submit, "It is handed in. A second person signs it off.", now.id,
            version=version,
        )  # fmt: skip
    with (
        st.popover("Set it aside", icon=":material/archive:"),
        st.form(f"aside_{now.id}", border=False),
    ):
        reason = st.text_input("Why is it not finished?", max_chars=500, key=f"aside_why_{now.id}")
        pressed = st.form_submit_button("Set it aside")
    if pressed:
        place_state.act(
            assessing.set_aside, "It is set aside.", now.id, version=version, reason=reason
        )
    assess_read.show(now)
