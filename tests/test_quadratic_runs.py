"""What the charts of the quadratic draw, against the run."""

import numpy as np
import pytest

from gdcore import GradientDescent, Quadratic, descend
from pages.lessons.quadratic import runs
from tests.harness import as_frames


def picture(objective, start, rate, steps=500, frame=(-20.0, 20.0)):
    return runs.Picture(objective, rate, descend(objective, [start], GradientDescent(), rate, steps), frame)


def test_the_step_out_of_a_thinned_row_leads_to_the_very_next_update():
    objective = Quadratic(-3, -2, 3)
    trace = descend(objective, [8.0], GradientDescent(), 1e-4, 5000)
    path = as_frames(runs.Picture(objective, 1e-4, trace, (-20, 20)).curve())["path"]
    following = trace.theta[path["update"][:-1] + 1, 0]
    np.testing.assert_array_equal(path.next_x[:-1], following)
    np.testing.assert_array_equal(path.next_f[:-1], objective.value(following[:, None]))


@pytest.mark.parametrize("steps", [1, 20, 5000])
def test_every_update_is_taken_but_the_one_after_the_last_row(steps):
    path = picture(Quadratic(-3, -2, 3), 8.0, 1e-4, steps=steps).path
    assert path["taken"].tolist() == [True] * (len(path["update"]) - 1) + [False]


def test_in_the_table_nothing_stands_where_the_update_was_not_taken():
    shown = picture(Quadratic(-3, -2, 3), 8.0, 0.1, steps=20)
    following = shown.taken_steps()["next_x"]
    np.testing.assert_allclose(following[:-1], shown.trace.theta[1:, 0], rtol=1e-15)
    assert np.isnan(following[-1])


def test_a_run_without_an_update_has_an_axis_of_one():
    objective = Quadratic(0, 0, 1)
    trace = descend(objective, [0.0], GradientDescent(), 0.1, 20, tolerance=1e-3)
    shown = runs.Picture(objective, 0.1, trace, (-20.0, 20.0))
    assert trace.steps_taken == 0
    for datasets in (shown.gap(), shown.iterates()):
        assert as_frames(datasets)["view"].updates[0] == 1


@pytest.mark.parametrize("start", [-20.0, 20.0])
def test_a_start_on_the_edge_of_the_picture_is_in_it(start):
    path = picture(Quadratic(-3, -2, 3), start, 0.1, frame=(-20.0, 20.0)).path
    assert path["inside"][0] and path["near"][0]


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
