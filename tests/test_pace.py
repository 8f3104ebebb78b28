"""How fast a run plays by itself."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from pages.shared.picture.columns import frames
from pages.shared.picture.pace import AFTER_A_PREDICTION, LONGEST, OF_A_LONG_RUN, UNSEEN, last_seen, pace

RUNS = (0, 1, 5, 10, 12, 35, 41, 100, 500, 777, 30_720, 1_000_000)
every_run = pytest.mark.parametrize("updates", RUNS)
every_limit = pytest.mark.parametrize("longest", [LONGEST, AFTER_A_PREDICTION])


@every_run
@every_limit
def test_the_first_ten_updates_pass_at_three_a_second_however_long_the_run(updates, longest):
    first = pace(frames(updates), longest)[:11]
    assert_allclose(first, np.arange(min(updates, 10) + 1) / 3)


@every_run
@every_limit
def test_no_update_takes_longer_than_the_one_before(updates, longest):
    shown = frames(updates)
    an_update = np.diff(pace(shown, longest)) / np.diff(shown)
    assert (an_update > 0).all() and (np.diff(an_update) <= 1e-12).all()


@every_run
@every_limit
def test_a_run_ends_in_time_and_a_short_one_sooner(updates, longest):
    end = pace(frames(updates), longest)[-1]
    longest = longest if updates <= 500 else min(longest, OF_A_LONG_RUN)
    assert end <= longest + 1e-9
    assert end == pytest.approx(longest) if updates > 40 else end <= updates / 3


def test_a_run_of_a_dozen_takes_what_it_needs_and_no_longer():
    assert 3.6 < pace(frames(12))[-1] < 4


def test_each_doubling_takes_as_long_as_the_one_before():
    seconds = pace(frames(500))
    doublings = np.diff(seconds[[10, 20, 40, 80, 160, 320]])
    assert_allclose(doublings, doublings[0])


@pytest.mark.parametrize("seen", [0, 3, 10, 19, 60, 499])
@every_limit
def test_what_nobody_sees_takes_half_a_second_once_the_first_ten_updates_have_passed(seen, longest):
    seconds, until = pace(np.arange(501), longest, seen), max(seen, 10)
    assert_allclose(seconds[:11], np.arange(11) / 3)
    assert seconds[until] <= longest - UNSEEN + 1e-9
    assert seconds[-1] - seconds[until] == pytest.approx(UNSEEN)
    assert (np.diff(seconds) > 0).all()


def test_time_in_which_nothing_is_made_is_skipped():
    assert_allclose(pace(np.array([0, 0, 0, 1, 1, 2])), np.array([0, 0, 0, 1, 1, 2]) / 3)


def test_a_run_is_last_seen_where_it_leaves_for_good():
    for inside, frame in (([1, 1, 0, 1, 0, 0], 3), ([1, 0, 1], None), ([1], None), ([0, 0], None)):
        assert last_seen(np.array(inside, dtype=bool)) == frame
