"""Sharing out a week's visits: ranked by need, never equal for its own sake; some left alone."""

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.patrol_allocating import Need, left_alone, share_out, shares

WEEK = (0, 1, 2)


def need(place_id, score, shifts=WEEK, **given):
    return Need(place_id, f"Place {place_id}", score, shifts, **given)


@st.composite
def weeks(draw):
    count = draw(st.integers(1, 9))
    scores = draw(st.lists(st.floats(0.01, 1), min_size=count, max_size=count))
    urgent = draw(st.lists(st.booleans(), min_size=count, max_size=count))
    spans = draw(st.lists(st.sets(st.integers(0, 4)), min_size=count, max_size=count))
    return [
        need(n, score, tuple(sorted(span)), most=draw(st.integers(1, 3)), urgent=now)
        for n, (score, now, span) in enumerate(zip(scores, urgent, spans, strict=True), 1)
    ]


def test_more_need_means_more_visits_and_every_place_gets_one_first():
    assert share_out([need(1, 0.9), need(2, 0.3), need(3, 0.1)], 6) == {1: 3, 2: 2, 3: 1}
    assert share_out([need(1, 0.9), need(2, 0.3), need(3, 0.1)], 2) == {1: 1, 2: 1, 3: 0}


def test_visits_are_not_shared_out_equally_where_there_is_room():
    needs = [need(n, score, tuple(range(7))) for n, score in enumerate((0.8, 0.4, 0.2), 1)]
    assert share_out(needs, 7) == {1: 4, 2: 2, 3: 1}


@settings(max_examples=100)
@given(needs=weeks(), supply=st.integers(0, 40), seed=st.integers(0, 99))
def test_supply_and_the_most_are_kept_and_nothing_is_left_over(needs, supply, seed):
    left = left_alone(needs, seed=seed)
    given_ = share_out(needs, supply, left)
    most = {
        each.place_id: each.most * len([s for s in each.shifts if s != left.get(each.place_id)])
        for each in needs
    }
    assert all(given_[place] <= most[place] for place in most)
    assert sum(given_.values()) == min(supply, sum(most.values()))


@settings(max_examples=100)
@given(scores=st.lists(st.floats(0.01, 1), min_size=1, max_size=9), supply=st.integers(0, 30))
def test_more_need_is_never_fewer_visits(scores, supply):
    needs = [need(n, score) for n, score in enumerate(scores, 1)]
    given_ = share_out(needs, supply)
    for one in needs:
        for other in needs:
            if one.score > other.score:
                assert given_[one.place_id] >= given_[other.place_id]


@settings(max_examples=100)
@given(needs=weeks(), seed=st.integers(0, 99))
def test_only_where_it_is_tolerable_is_a_place_left_alone(needs, seed):
    left = left_alone(needs, seed=seed)
    by_id = {each.place_id: each for each in needs}
    ranked = sorted(needs, key=lambda each: (-each.score, each.place_id))
    for place, shift in left.items():
        assert not by_id[place].urgent
        assert shift in by_id[place].shifts
        assert len(by_id[place].shifts) >= 3  # two others still reach it
        assert 3 * ranked.index(by_id[place]) >= len(needs)  # the neediest third never


def test_left_hours_are_drawn_by_the_seed_and_spread_over_the_shifts():
    needs = [need(n, 1 / n) for n in range(1, 10)]
    drawn = [left_alone(needs, seed=seed) for seed in range(8)]
    assert len({tuple(sorted(each.items())) for each in drawn}) > 1
    for each in drawn:
        assert sorted(each) == [4, 5, 6, 7, 8, 9]
        assert sorted(each.values()) == [0, 0, 1, 1, 2, 2]


def test_it_is_said_why_and_what_there_is_no_room_for():
    needs = [need(1, 0.9), need(2, 0.3), need(3, 0.1, urgent=True)]
    first, second, third = shares(needs, {1: 3, 2: 2, 3: 1}, {1: 3, 2: 1, 3: 1}, {2: 0})
    assert first.words == "The neediest of 3."
    assert second.words == (
        "Number 2 by need of 3. One shift leaves it alone, to compare. "
        "There is no room for 1 more in its hours."
    )
    assert third.words.endswith("An action there is urgent, so no shift leaves it alone.")
    assert (first.left_in, second.left_in) == (None, 0)
