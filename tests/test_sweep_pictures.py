import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from gdcore import Quadratic
from pages.shared.teaching import sweep, sweep_pictures
from pages.shared.words import number
from tests.harness import as_frames
from tests.test_sweep import START, of_parabola
from tests.test_sweep_curves import by_hand


def test_the_rates_with_a_name_stand_in_their_places():
    rules = as_frames(sweep_pictures.gaps(of_parabola()))["rules"].set_index("kind")
    assert_allclose(rules.rate[["you", "best", "limit"]], [0.05, 1 / 6, 1 / 3], rtol=1e-15)
    assert rules.words["you"] == "you are here: 0.05"
    assert rules.words["best"] == "best in the long run: 0.1667"
    assert rules.words["limit"] == "limit: 0.3333"


def test_what_has_no_place_on_the_axis_has_a_mark():
    swept = sweep.of_descent(Quadratic(0, 0, 1), START, 0.5, 500, 0.0, "update")  # one step to the very minimum
    runs, view = (as_frames(sweep_pictures.gaps(swept))[name] for name in ("runs", "view"))
    assert runs.zero.iloc[-1] and np.isnan(runs.value.iloc[-1])
    inside = runs.value.between(view.value_low[0], view.value_high[0])
    assert (inside.astype(int) + runs.top + runs.bottom + runs.zero == 1).all()
    assert runs[runs.rate > 1].top.all()
    times, view = (as_frames(sweep_pictures.times(swept))[name] for name in ("runs", "view"))
    never = np.isinf(swept.curves[0].needed)
    assert_array_equal(times.top, never)
    assert times.value[~never].between(view.value_low[0], view.value_high[0]).all()


@pytest.mark.parametrize("gaps", [(1e-16, 100.0), (3e-9,), (70.0,), (0.5,)], ids=str)
def test_the_picture_holds_every_gap_between_its_lowest_and_its_tallest_and_the_start_and_the_goal(gaps):
    runs, view = (as_frames(sweep_pictures.gaps(by_hand(*gaps)))[name] for name in ("runs", "view"))
    assert view.value_low[0] <= min(*gaps, 0.01) and max(*gaps, 1.0) <= view.value_high[0]
    assert not runs[["top", "bottom", "zero"]].any(axis=None)


@pytest.mark.parametrize("gap", [0.0, 1e-17, 1e-300])
def test_gaps_below_the_picture_have_a_decade_of_their_own_for_their_marks(gap):
    datasets = as_frames(sweep_pictures.gaps(by_hand(gap, 1e-5)))
    assert datasets["view"].value_low[0] <= 1e-6
    assert datasets["runs"].bottom.sum() == (gap > 0) and datasets["runs"].zero.sum() == (gap == 0)


@pytest.mark.parametrize("rate", [0.001, 0.2, 7.0])
def test_all_rates_are_in_the_picture_and_the_words_at_the_named_ones_lean_to_its_middle(rate):
    datasets = as_frames(sweep_pictures.gaps(of_parabola(rate)))
    low, high = datasets["view"].rate_low[0], datasets["view"].rate_high[0]
    assert low < datasets["runs"].rate.min() and datasets["runs"].rate.max() < high
    rules = datasets["rules"].set_index("kind")
    assert (rules.leftwards == (rules.rate / low > high / rules.rate)).all()
    assert rules.leftwards["you"] == (rate > 0.1)


def test_gaps_above_the_picture_do_not_stretch_it():
    datasets = as_frames(sweep_pictures.gaps(by_hand(101.0, np.inf, 3.0)))
    assert datasets["view"].value_high[0] == 10
    assert datasets["runs"].top.tolist() == [True, True] + [False] * 99


@pytest.mark.parametrize("needed", [(0.5, 10.0), (3.0,), (10.0,), ()], ids=str)
def test_the_times_of_all_that_arrive_are_in_the_picture_and_the_others_above_it(needed):
    runs, view = (as_frames(sweep_pictures.times(by_hand(needed=needed)))[name] for name in ("runs", "view"))
    assert 0 < view.value_low[0] < min([*needed, 10.0]) and 10 < view.value_high[0]
    assert (~runs.top).sum() == len(needed) and not runs.bottom.any()


def test_the_sentence_counts_what_is_drawn():
    (curve,) = of_parabola().curves
    (sentence,) = sweep_pictures.sentences(of_parabola())
    reach = np.isfinite(curve.needed[:100]).sum()
    assert sentence.startswith(
        f"Of 100 rates {reach} bring the gap down to 1 % for good; the fastest from this start, "
    )
    assert curve.needed[curve.fastest] == 1 and f" {number(curve.rates[curve.fastest], 3)}, needs 1 update" in sentence
    assert "needs 1 update; yours, 0.05, needs 7 updates, as theory predicts." in sentence
    assert f"At {(curve.rates[:100] > 1 / 3).sum()} the gap ends larger" in sentence
    (slow,) = sweep_pictures.sentences(of_parabola(0.001, updates=100))
    assert "yours, 0.001, does not; theory says 383 updates" in slow
