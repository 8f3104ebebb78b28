import numpy as np
import pytest

from gdcore import GradientDescent, Quadratic, descend
from pages.shared import runs
from pages.shared.charts import FRAMES
from tests.harness import as_frames


@pytest.mark.parametrize("updates", [0, 1, 35, 499, 500])
def test_up_to_500_updates_every_update_is_a_frame(updates):
    np.testing.assert_array_equal(runs.frames(updates), np.arange(updates + 1))


@pytest.mark.parametrize("updates", [501, 777, 5000, 1_000_000])
def test_longer_runs_show_log_spaced_updates_with_both_ends(updates):
    frames = runs.frames(updates)
    assert frames[0] == 0 and frames[-1] == updates and len(frames) <= FRAMES
    steps = np.diff(frames)
    assert (steps > 0).all()
    assert (steps[:20] == 1).all()  # all of the early ones
    np.testing.assert_allclose((frames[1:] / np.maximum(frames[:-1], 1))[-50:], frames[-1] / frames[-2], rtol=0.02)


def picture(objective, start, rate, steps=500, frame=(-20.0, 20.0)):
    return runs.Picture(objective, rate, descend(objective, [start], GradientDescent(), rate, steps), frame)


def test_the_step_out_of_a_thinned_row_leads_to_the_very_next_update():
    objective = Quadratic(-3, -2, 3)
    trace = descend(objective, [8.0], GradientDescent(), 1e-4, 5000)
    path = as_frames(runs.Picture(objective, 1e-4, trace, (-20, 20)).curve())["path"]
    following = trace.theta[path["update"][:-1] + 1, 0]
    np.testing.assert_array_equal(path.next_x[:-1], following)
    np.testing.assert_array_equal(path.next_f[:-1], objective.value(following[:, None]))


def test_a_gap_of_exactly_0_is_marked_and_left_out_of_the_log_axis():
    path = as_frames(picture(Quadratic(0, 0, 1), 8.0, 0.5, steps=3).gap())["path"]
    assert path.zero.tolist() == [False, True, True, True]
    assert path.first_zero.tolist() == [False, True, False, False]
    assert path.gap.isna().tolist() == path.zero.tolist()


def test_without_a_minimum_the_value_takes_the_place_of_the_gap():
    shown = picture(Quadratic(1, 2, -1), 0.5, 0.1, steps=20)
    path = as_frames(shown.gap())["path"]
    np.testing.assert_array_equal(path.gap, shown.trace.value)
    np.testing.assert_allclose(path.predicted, shown.trace.value, rtol=1e-12)
    assert np.isnan(as_frames(shown.curve())["view"].best_x[0])


def test_the_axes_hold_everything_that_is_drawn():
    shown = picture(Quadratic(-3, -2, 3), 8.0, 0.35)
    path, view = (as_frames(shown.gap())[name] for name in ("path", "view"))
    low, high = view.gap_low[0], view.gap_high[0]
    assert low <= path.gap.min() and path.gap.max() <= high
    assert np.log10([low, high]) == pytest.approx(np.round(np.log10([low, high])))
    function, view = (as_frames(shown.curve())[name] for name in ("function", "view"))
    assert view.f_low[0] < function.f.min() and function.f.max() < view.f_high[0]


def test_the_curve_holds_its_lowest_point():
    shown = picture(Quadratic(-3, -2, 3), 8.0, 0.1)
    assert as_frames(shown.curve())["function"].f.min() == pytest.approx(-10 / 3, abs=1e-15)


def test_a_step_is_near_if_either_end_is_inside_the_frame():
    path = as_frames(picture(Quadratic(-3, -2, 3), 8.0, 0.35, steps=12).curve())["path"]
    assert path.x.abs().gt(20).idxmax() == 10
    assert path.near.tolist() == [True] * 10 + [False] * 3
