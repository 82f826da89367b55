"""Hours without an open guardian within five minutes' walk, against a graph worked by hand."""

import numpy as np
import pytest

from geo.guardian_gaps import (
    DAYS,
    DETOUR,
    WALK,
    Gap,
    guardian_gaps,
    open_hours,
    share_of_gaps,
    walking_minutes,
)

NINE_TO_FIVE = {day: [("09:00", "17:00")] for day in DAYS[:5]}


def test_a_straight_walk_takes_the_minutes_that_its_metres_say():
    minutes = walking_minutes(np.array([[0, 0]]), np.array([[0, 400], [300, 400]]), detour=1)
    assert minutes.tolist() == [[5.0, 6.25]]  # 400 m and 500 m at 80 m a minute
    longer = walking_minutes(np.array([[0, 0]]), np.array([[0, 400]]))
    assert longer[0, 0] == pytest.approx(400 * DETOUR / WALK)


@pytest.mark.parametrize("given", [{"metres_a_minute": 0}, {"detour": 0.9}])
def test_an_impossible_walk_is_refused(given):
    with pytest.raises(ValueError, match="speed"):
        walking_minutes(np.zeros((1, 2)), np.zeros((1, 2)), **given)


def test_hours_count_only_when_open_throughout():
    hours = open_hours(
        {"mon": [["09:30", "17:00"]], "tue": [["09:00", "12:00"], ["12:00", "13:00"]]}
    )
    assert np.flatnonzero(hours[0]).tolist() == [10, 11, 12, 13, 14, 15, 16]
    assert np.flatnonzero(hours[1]).tolist() == [9, 10, 11, 12]
    assert not hours[2:].any()


def test_hours_past_midnight_belong_to_the_next_day():
    hours = open_hours({"sun": [["22:00", "02:00"]], "fri": [["23:00", "23:00"]]})
    assert np.flatnonzero(hours[6]).tolist() == [22, 23]
    assert np.flatnonzero(hours[0]).tolist() == [0, 1]
    assert hours[4, 23]
    assert hours[5, :23].all()
    assert not hours[5, 23]


def test_hours_that_nobody_knows_are_not_known():
    assert open_hours({}) is None


def test_the_table_of_a_graph_worked_by_hand():
    """A street of four corners, minutes between neighbours; places P at A and Q at D.

        A --2-- B --4-- C --1-- D        library at B, café at C

    P: library 2 minutes, café 6. Q: café 1, library 5. So P has the library alone, Q has both.
    """
    minutes = np.array([[2.0, 6.0], [5.0, 1.0]])
    library = open_hours(NINE_TO_FIVE)
    cafe = open_hours({"mon": [("16:00", "20:00")]})
    week = guardian_gaps(minutes, [library, cafe])
    assert week[0, 0, 10] == Gap.OK  # Monday at ten: the library
    assert week[0, 0, 18] == Gap.GAP  # Monday at six: the café is too far from P
    assert week[1, 0, 18] == Gap.OK  # and near enough to Q
    assert week[1, 0, 16] == Gap.OK
    assert week[1, 1, 18] == Gap.GAP  # Tuesday at six: neither
    assert week[1, 5, 10] == Gap.GAP  # Saturday
    assert (week[0] == Gap.OK).sum() == 40
    assert (week[1] == Gap.OK).sum() == 43  # 17, 18 and 19 on Monday as well


def test_a_guardian_of_unknown_hours_leaves_the_hour_unknown_and_never_safe():
    week = guardian_gaps(np.array([[1.0, 1.0]]), [None, open_hours(NINE_TO_FIVE)])
    assert week[0, 0, 10] == Gap.OK
    assert week[0, 6, 10] == Gap.UNKNOWN
    assert not (week == Gap.GAP).any()
    turned = guardian_gaps(np.array([[1.0, 1.0]]), [open_hours(NINE_TO_FIVE), None])
    assert (turned == week).all()


@pytest.mark.parametrize("far", [5.01, np.inf, np.nan])
def test_too_far_and_no_way_are_gaps(far):
    week = guardian_gaps(np.array([[far]]), [open_hours({d: [("00:00", "00:00")] for d in DAYS})])
    assert (week == Gap.GAP).all()


def test_five_minutes_are_near_enough():
    week = guardian_gaps(np.array([[5.0]]), [open_hours({d: [("00:00", "00:00")] for d in DAYS})])
    assert (week == Gap.OK).all()


def test_no_guardian_at_all_is_a_gap_all_week():
    week = guardian_gaps(np.empty((2, 0)), [])
    assert week.shape == (2, 7, 24)
    assert share_of_gaps(week).tolist() == [1.0, 1.0]


def test_shares_count_known_hours_alone():
    week = np.full((2, 7, 24), Gap.UNKNOWN, dtype=np.int8)
    week[0, 0, :2] = [Gap.GAP, Gap.OK]
    shares = share_of_gaps(week)
    assert shares[0] == 0.5
    assert np.isnan(shares[1])
    assert np.isnan(share_of_gaps(week, [5])[0])


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="one set of opening hours"):
        guardian_gaps(np.zeros((1, 2)), [None])
