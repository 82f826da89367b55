"""An assessment is written by one person, signed off by another, and compared with the last."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from shapely import LineString, Point
from sqlalchemy import select

from domain import assessing, assessment_forms, assessments, case_data, weighting
from domain.assessments import AssessmentState
from domain.audit import Entry
from domain.errors import Conflict, Invalid, NotPermitted, SafegroundError
from domain.people import SYSTEM, Role
from domain.places import Status
from store.database import Store, connect
from tests.conftest import arrange, busy
from tests.domain import rows
from tests.domain.cases import WHOLE

WEIGHTS = {"home": 1, "peers": 3, "school": 2, "neighbourhood": 5, "online": 0}


@pytest.fixture
def assessed(case):
    """A place that is being assessed."""
    with case.store.writing() as session:
        (case.place,) = arrange(session, SYSTEM, rows.place(status=Status.ASSESSING))
    return case


def test_a_whole_assessment_is_signed_off_by_another_person(assessed):
    found = assessed.assess()
    kept = assessed.now(found)
    assert kept.state is AssessmentState.SIGNED_OFF
    assert (kept.author_name, kept.signed_by_name) == ("Analyst", "Coordinator")


def test_nobody_signs_off_what_they_wrote(assessed):
    found = assessed.do(assessing.start, assessed.chair, assessed.place.id, **WHOLE)
    assessed.act(assessing.submit, found, assessed.chair)
    with pytest.raises(NotPermitted, match="A second person"):
        assessed.act(assessing.sign_off, found, assessed.chair)
    assessed.act(assessing.sign_off, found, assessed.deputy)


@pytest.mark.parametrize("role", [Role.ANALYST, Role.POLICE])
def test_only_those_who_approve_sign_off(assessed, role):
    found = assessed.do(assessing.start, assessed.chair, assessed.place.id, **WHOLE)
    assessed.act(assessing.submit, found, assessed.chair)
    with pytest.raises(NotPermitted, match="approve plans and assessments"):
        assessed.act(assessing.sign_off, found, assessed.people[role])


@pytest.mark.parametrize(
    ("part", "says"),
    [
        ({"triangle": {"guardianship": {"presence": ""}}}, "“Guardianship” has nothing"),
        ({"young_people_how": ""}, "how young people were heard"),
        ({"young_people_band": ""}, "in a band how many"),
        ({"methods": []}, "by which ways"),
        ({"analysis": " "}, "Write the analysis"),
    ],
)
def test_what_is_not_whole_goes_no_further(assessed, part, says):
    found = assessed.do(assessing.start, assessed.analyst, assessed.place.id, **WHOLE)
    assessed.act(assessing.save, found, **part)
    with pytest.raises(Invalid, match=says):
        assessed.act(assessing.submit, found)


def test_a_reason_may_stand_where_young_people_were_not_heard(assessed):
    part = {"young_people_how": "", "young_people_band": "", "young_people_why_not": "Exams."}
    found = assessed.do(assessing.start, assessed.analyst, assessed.place.id, **{**WHOLE, **part})
    assert assessed.act(assessing.submit, found).state is AssessmentState.IN_REVIEW


def test_answers_are_saved_one_by_one(assessed):
    found = assessed.do(assessing.start, assessed.analyst, assessed.place.id, **WHOLE)
    assessed.act(assessing.save, found, triangle={"guardianship": {"trust": "They know her."}})
    kept = assessed.now(found).triangle["guardianship"]
    assert kept == {"presence": "The library closes at five.", "trust": "They know her."}


def test_words_are_masked_and_never_logged(assessed):
    given = {
        "triangle": {"guardianship": {"trust": "Ring 07700 900123, Quillfeather"}},
        "environment": {"lighting": {"answer": "poor", "note": "Quillfeather a.b@example.org"}},
        "analysis": "Quillfeather 07700 900123",
    }
    found = assessed.do(assessing.start, assessed.analyst, assessed.place.id, **given)
    kept = assessed.now(found)
    assert "900123" not in str(kept.triangle) + kept.analysis
    assert "example.org" not in str(kept.environment)
    with assessed.store.reading() as session:
        assert "Quillfeather" not in str([each.changes for each in session.scalars(select(Entry))])


@pytest.mark.parametrize(
    "part",
    [
        {"equity": {"boys": "12"}},
        {"equity": {"boys": 12}},
        {"equity": {"tall": "some"}},
        {"environment": {"lighting": {"answer": "5"}}},
        {"environment": {"moat": {"answer": "good"}}},
        {"methods": ["guessing"]},
        {"triangle": {"roof": {"x": "y"}}},
        {"triangle": {"guardianship": {"x": "y"}}},
        {"sara": {"guessing": "y"}},
        {"young_people_band": "7"},
        {"analysis": "x" * 4001},
    ],
)
def test_what_the_form_does_not_know_is_refused(assessed, part):
    with pytest.raises(Invalid):
        assessed.do(assessing.start, assessed.analyst, assessed.place.id, **part)


def test_equity_is_told_in_bands_alone(assessed):
    found = assessed.do(
        assessing.start, assessed.analyst, assessed.place.id, equity={"boys": "some"}
    )
    assert assessed.now(found).equity == {"boys": "some"}
    assert not any(char.isdigit() for char in "".join(assessment_forms.equity().bands))


def test_of_two_drafts_only_one_is_open(assessed):
    found = assessed.do(assessing.start, assessed.analyst, assessed.place.id)
    with pytest.raises(Conflict, match="open already"):
        assessed.do(assessing.start, assessed.chair, assessed.place.id)
    assessed.act(assessing.set_aside, found, reason="Begun twice.")
    assessed.do(assessing.start, assessed.chair, assessed.place.id)


def test_a_watched_place_is_not_assessed_yet(case):
    with pytest.raises(Conflict, match="Bring it to be assessed first"):
        case.do(assessing.start, case.analyst, case.place.id)


def test_a_draft_that_somebody_else_saved_is_looked_at_again(assessed):
    found = assessed.do(assessing.start, assessed.analyst, assessed.place.id, **WHOLE)
    assessed.do(assessing.save, assessed.chair, found.id, version=1, analysis="Mine.")
    with pytest.raises(Conflict, match="Someone else changed this assessment"):
        assessed.do(assessing.save, assessed.analyst, found.id, version=1, analysis="Yours.")


def test_what_was_sent_back_is_changed_and_submitted_again(assessed):
    found = assessed.do(assessing.start, assessed.analyst, assessed.place.id, **WHOLE)
    assessed.act(assessing.submit, found)
    with pytest.raises(Conflict, match="Only a draft"):
        assessed.act(assessing.save, found, analysis="More.")
    assessed.act(assessing.send_back, found, assessed.chair, reason="Walk it at night.")
    assessed.act(assessing.save, found, analysis="More.")
    assessed.act(assessing.submit, found)
    signed = assessed.act(assessing.sign_off, found, assessed.chair)
    with pytest.raises(Conflict):
        assessed.act(assessing.set_aside, signed, reason="No.")


def test_readers_of_neutral_cards_read_and_write_no_assessment(assessed):
    found = assessed.assess()
    worker = assessed.people[Role.PRACTITIONER]
    with pytest.raises(NotPermitted, match="safeguarding meeting"):
        assessed.do(assessing.start, worker, assessed.place.id)
    with pytest.raises(NotPermitted, match="safeguarding meeting"):
        assessed.read(assessments.find, worker, found.id)
    assert assessed.read(assessments.of_place, worker, assessed.place.id) == []
    assert len(assessed.read(assessments.of_place, assessed.chair, assessed.place.id)) == 1


def test_journeys_are_ways_and_never_spots(assessed):
    found = assessed.do(assessing.start, assessed.analyst, assessed.place.id)
    x, y = rows.HERE.x, rows.HERE.y
    way = LineString([(x, y), (x + 300, y + 40)])
    given = {"kind": "pru", "label": "From the stop to the gate", "notes": "No light."}
    kept = assessed.act(assessing.add_journey, found, shape=way, **given)
    with pytest.raises(Invalid, match="a line or an area"):
        assessed.act(assessing.add_journey, found, shape=Point(x, y), **given)
    with pytest.raises(Invalid, match="kind of journey"):
        assessed.act(assessing.add_journey, found, shape=way, **{**given, "kind": "home"})
    (read,) = assessed.read(assessments.journeys, assessed.chair, found.id)
    assert (read.kind, read.shape.length) == ("pru", way.length)
    assessed.act(assessing.drop_journey, found, journey_id=kept.id)
    assert assessed.read(assessments.journeys, assessed.chair, found.id) == []


def test_two_assessments_stand_side_by_side(assessed):
    first = assessed.assess()
    changed = {
        "triangle": {**WHOLE["triangle"], "guardianship": {"presence": "Open until eight."}},
        "equity": {"boys": "some"},
    }
    second = assessed.do(
        assessing.start, assessed.analyst, assessed.place.id, **{**WHOLE, **changed}
    )
    table = assessments.compare(first, second)
    differs = {(row.section, row.about): (row.before, row.now) for row in table if row.changed}
    assert differs == {
        ("Guardianship", "Presence"): ("The library closes at five.", "Open until eight."),
        ("Who may be under-seen", "Boys and young men"): ("", "Some of those affected"),
    }
    same = [row for row in table if row.about == "Methods"]
    assert same[0].now == "Group with young people, Walk round the place"
    assert all(row.before == "" for row in assessments.compare(None, second))


def test_of_two_who_sign_off_at_once_one_gets_a_conflict(assessed, url):
    found = assessed.do(assessing.start, assessed.analyst, assessed.place.id, **WHOLE)
    version = assessed.act(assessing.submit, found).version
    start = Barrier(2)

    def sign(who):
        store = Store(connect(url), busy)
        try:
            start.wait()
            with store.writing() as session:
                assessing.sign_off(session, who, found.id, version=version)
        except Conflict:
            return False
        else:
            return True
        finally:
            store.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(sign, [assessed.chair, assessed.deputy])) == [False, True]
    assert assessed.now(found).version == version + 1


# Weighting


def test_a_weighting_is_a_judgement_with_a_reason_and_those_who_judged(case):
    given = {"rationale": "The square empties at six.", "judged_by": "the meeting"}
    case.do(weighting.judge, case.analyst, case.place.id, WEIGHTS, **given)
    (kept,) = case.read(weighting.of_place, case.chair, case.place.id)
    assert kept.weights == WEIGHTS
    assert case.read(weighting.of_place, case.people[Role.PRACTITIONER], case.place.id) == []


@pytest.mark.parametrize(
    ("weights", "more"),
    [
        ({**WEIGHTS, "home": 6}, {}),
        ({**WEIGHTS, "home": -1}, {}),
        ({**WEIGHTS, "home": 2.5}, {}),
        ({**WEIGHTS, "home": True}, {}),
        ({"home": 1}, {}),
        (WEIGHTS, {"rationale": ""}),
        (WEIGHTS, {"judged_by": ""}),
    ],
)
def test_a_weighting_that_is_none_is_refused(case, weights, more):
    given = {"rationale": "The square empties.", "judged_by": "the meeting", **more}
    with pytest.raises(Invalid):
        case.do(weighting.judge, case.analyst, case.place.id, weights, **given)


# The forms as data


def test_an_operators_own_form_takes_the_place_of_ours(tmp_path):
    ours = assessment_forms.sides()
    own = tmp_path / "assessment" / "triangle.json"
    own.parent.mkdir()
    text = (case_data.BUILT_IN / "assessment" / "triangle.json").read_text()
    own.write_text(text.replace("Use and belonging", "Who comes here"))
    try:
        case_data.use(tmp_path)
        label = assessment_forms.sides()["young_people"].parts["belonging"].label
        assert label == "Who comes here"
        own.write_text("{}")
        with pytest.raises(SafegroundError, match=r"triangle\.json cannot be used"):
            assessment_forms.sides()
    finally:
        case_data.use(None)
    assert assessment_forms.sides() == ours


def test_every_question_of_the_forms_can_be_read():
    for side in assessment_forms.sides().values():
        assert all(part.asks for part in side.parts.values()), side.code
    assert assessment_forms.walk().items.keys() >= {
        "lighting", "sight_lines", "cctv", "exits", "shelter", "litter", "opening",
    }  # fmt: skip
    assert assessment_forms.equity().groups.keys() >= {
        "boys", "send", "lgbtq", "minoritised", "looked_after",
    }  # fmt: skip
    assert [*assessment_forms.sara().steps] == ["scanning", "analysis", "response", "assessment"]
    assert assessment_forms.methods().asks_young_people <= assessment_forms.methods().methods.keys()
