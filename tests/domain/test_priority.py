"""The order of places explains itself, follows the weights, and says how stable it is."""

import math
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point

from domain import priority_parts
from domain.errors import Invalid, NotPermitted
from domain.people import SYSTEM, Role
from domain.priority import PARTS, Part, Weights, by_id, rank
from domain.status import Status
from tests.conftest import arrange
from tests.domain import cases, rows

TODAY = date(2026, 6, 1)


def parts(**given):
    return {part: Part(given.get(part, 0.5), "Because.") for part in PARTS}


FOUND = {1: parts(recency=1.0), 2: parts(recency=0.0, harm=0.9), 3: parts(recency=0.2)}


def test_the_score_is_the_weighted_mean_and_its_parts_add_up():
    order = by_id(rank(FOUND, Weights(recency=3)))
    assert order[1].score == pytest.approx((3 * 1.0 + 5 * 0.5) / 8)
    assert math.fsum(order[1].adds.values()) == pytest.approx(order[1].score)
    assert [each.key for each in rank(FOUND, Weights(recency=3))] == [1, 3, 2]
    assert rank(FOUND, Weights(recency=0, harm=3))[0].key == 2


def test_the_same_seed_gives_the_same_stability_and_another_nearly_so():
    once, again, other = (by_id(rank(FOUND, seed=seed)) for seed in (1, 1, 2))
    assert once == again
    assert all(abs(once[key].keeps - other[key].keeps) < 0.05 for key in FOUND)


def test_a_place_that_leads_in_all_parts_keeps_its_rank_under_any_weights():
    found = {
        1: parts(**dict.fromkeys(PARTS, 0.9)),
        2: parts(),
        3: parts(**dict.fromkeys(PARTS, 0.1)),
    }
    for each in rank(found, spread=1):
        assert (each.keeps, each.highest, each.lowest) == (1.0, each.rank, each.rank)


def test_a_close_call_is_told_as_one():
    found = {1: parts(recency=0.60), 2: parts(harm=0.599)}
    first, second = rank(found)
    assert (first.key, second.key) == (1, 2)
    assert 0.4 < first.keeps < 0.6
    assert (first.highest, first.lowest) == (1, 2)
    assert first.words().startswith("Keeps rank 1 in ")


def test_equal_places_share_a_rank():
    assert [each.rank for each in rank({4: parts(), 7: parts(), 9: parts(recency=0)})] == [1, 1, 3]


def test_what_is_not_known_counts_as_half():
    known, unknown = rank({1: parts(), 2: {**parts(), "trend": Part(None, "Too few.")}})
    assert known.score == unknown.score
    assert rank({}) == []


@pytest.mark.parametrize("weights", [{"recency": -1}, dict.fromkeys(PARTS, 0), {"harm": math.nan}])
def test_weights_that_weigh_nothing_are_refused(weights):
    with pytest.raises(Invalid):
        Weights(**weights)


@pytest.mark.parametrize(
    ("found", "given"),
    [
        ({1: {}}, {}),
        ({1: parts(harm=1.5)}, {}),
        ({1: parts()}, {"spread": 2}),
        ({1: parts()}, {"draws": 0}),
    ],
)
def test_parts_that_cannot_be_weighed_are_refused(found, given):
    with pytest.raises(Invalid):
        rank(found, **given)


@given(st.lists(st.lists(st.floats(0, 1), min_size=6, max_size=6), min_size=1, max_size=6))
def test_no_place_with_less_in_every_part_comes_before_another(table):
    found = {
        key: {part: Part(value, "") for part, value in zip(PARTS, row, strict=True)}
        for key, row in enumerate(table)
    }
    order = by_id(rank(found, draws=20))
    for one in found:
        for other in found:
            if all(found[one][part].value >= found[other][part].value for part in PARTS):
                assert order[one].rank <= order[other].rank


def test_parts_are_read_from_the_records_and_said_in_words(store, people):
    with store.writing() as session:
        place, bare = arrange(
            session, SYSTEM,
            rows.place(last_evidence=date(2026, 3, 3), harm_further=["CL"], status=Status.PLAN),
            rows.place(harm_primary="UNK", shape=rows.around(Point(480_000, 550_000))),
        )  # fmt: skip
        library = rows.premises(opening={"mon": [["09:00", "17:00"]]})
        old = rows.annotation(place_id=place.id, noted_on=date(2026, 1, 12))
        new = [
            rows.annotation(place_id=place.id, noted_on=date(2026, 5, day), author_role=role)
            for day, role in ((1, Role.PARTNER), (2, Role.POLICE), (3, Role.POLICE), (4, None))
        ]
        arrange(session, SYSTEM, library, old, *new, rows.touch(place_id=place.id))
        arrange(session, SYSTEM, cases.plan(place, people[Role.ANALYST]))
    with store.reading() as session:
        found = priority_parts.parts(session, people[Role.COORDINATOR], today=TODAY)
    full = found[place.id]
    assert full["recency"].value == pytest.approx(0.5 ** (28 / 90))  # the note of 4 May
    assert full["sources"].why == "Independent sources: 3."  # two roles, return interviews
    assert full["harm"].value == 0.5
    assert full["guardian_gaps"].value == pytest.approx(61 / 63)  # open on Monday at 15 and 16
    assert full["trend"].value == pytest.approx(2 / 3)  # 4 against 2
    assert full["plan_state"].value == 0.25
    assert found[bare.id]["harm"].value is None
    assert found[bare.id]["trend"].value is None
    assert found[bare.id]["guardian_gaps"].value == 1.0
    assert found[bare.id]["plan_state"].value == 1.0


def test_neutral_readers_get_no_order(store, people):
    with store.reading() as session, pytest.raises(NotPermitted):
        priority_parts.parts(session, people[Role.PRACTITIONER])


def test_police_counts_are_no_part(store, people):
    moment = datetime(2026, 5, 1, 22, tzinfo=UTC)
    with store.writing() as session:
        (place,) = arrange(session, SYSTEM, rows.place())
    with store.reading() as session:
        before = priority_parts.parts(session, people[Role.ANALYST], today=TODAY)
    with store.writing() as session:
        arrange(session, SYSTEM, *(rows.incident(occurred_from=moment) for _ in range(30)))
    with store.reading() as session:
        assert (
            priority_parts.parts(session, people[Role.ANALYST], [place.id], today=TODAY) == before
        )
