"""Per-example descent by composed maps against the loop written out."""

import numpy as np
import pytest

from gdcore import Batches, GradientDescent, InverseTime, LeastSquares, Outcome, descend

N = 37


def problem(d):
    rng = np.random.default_rng(d)
    features = rng.normal(size=(N, d))
    return LeastSquares(features, features.sum(1) + rng.normal(size=N), intercept=False)


def plain_loop(objective, theta, batches, rates):
    """Row by row, as far as everything stays finite; rates (T,) or (T, runs)."""
    path, gradients = [theta], []
    with np.errstate(all="ignore"):
        for rows, rate in zip(batches.rows(N, len(rates)), rates, strict=True):
            gradients.append(objective.gradient(path[-1], rows))
            path.append(path[-1] - np.expand_dims(rate, -1) * gradients[-1])
        return np.array(path), objective.value(np.array(path)), np.array(gradients)


def assert_close(ours, loop):
    """To 1e-12 of the largest number so far."""
    largest = np.abs(loop).max(axis=tuple(range(1, loop.ndim)), keepdims=True, initial=0)
    assert ours.shape == loop.shape
    assert (np.abs(ours - loop) <= 1e-12 * np.maximum.accumulate(largest)).all()


@pytest.mark.parametrize("steps", [1, 2, 50, 777, 5000])
@pytest.mark.parametrize("d", [1, 2, 6])
@pytest.mark.parametrize("seed", [3, (3, 4, 5)], ids=["one run", "three runs"])
@pytest.mark.parametrize("order", ["reshuffled", "replacement"])
def test_scan_is_the_loop(steps, d, seed, order):
    objective, batches = problem(d), Batches(1, seed, order)
    rates = np.full(steps, 0.02) if seed == 3 else np.tile([0.001, 0.02, 0.05], (steps, 1))
    start = np.full(d, 5.0) if seed == 3 else np.full((3, d), 5.0)
    trace = descend(objective, start, GradientDescent(), rates[0], steps, batches=batches)
    for ours, loop in zip(
        (trace.theta, trace.value, trace.gradient), plain_loop(objective, start, batches, rates), strict=True
    ):
        assert_close(ours, loop)


def test_runs_may_share_the_order_of_one_seed():
    objective, batches, starts = problem(2), Batches(1, seed=8), np.array([[1.0, 2.0], [-3.0, 4.0]])
    trace = descend(objective, starts, GradientDescent(), 0.02, 300, batches=batches)
    for run, start in enumerate(starts):
        assert_close(trace.theta[:, run], plain_loop(objective, start, batches, np.full(300, 0.02))[0])


def test_scan_follows_a_schedule_and_stops_at_the_tolerance():
    objective, batches, start = problem(2), Batches(1, seed=1), np.array([5.0, -5.0])
    schedule, tolerance = InverseTime(0.1, decay=0.1), 1e-4
    path, value, gradient = plain_loop(objective, start, batches, schedule(np.arange(2000)))
    end = int((np.abs(np.diff(path, axis=0)).sum(1) < tolerance).argmax())
    trace = descend(objective, start, GradientDescent(), schedule, 2000, batches=batches, tolerance=tolerance)
    assert 0 < end == trace.steps_taken and trace.outcome is Outcome.SETTLED
    assert_close(trace.theta, path[: end + 1])
    assert_close(trace.value, value[: end + 1])
    assert_close(trace.gradient, gradient[:end])


@pytest.mark.parametrize("rate", [0.9, 3, 30, 1e100, 1e308])
def test_a_run_that_diverges_is_the_loop_and_ends_at_the_same_update(rate):
    objective, batches, start = problem(2), Batches(1, seed=2), np.array([5.0, -5.0])
    path, value, gradient = plain_loop(objective, start, batches, np.full(2000, rate))
    finite = np.isfinite(path[1:]).all(1) & np.isfinite(value[1:]) & np.isfinite(gradient).all(1)
    end = int((~finite).argmax())
    trace = descend(objective, start, GradientDescent(), rate, 2000, batches=batches)
    assert (trace.steps_taken, trace.outcome) == (end, Outcome.NOT_FINITE)
    assert_close(trace.theta, path[: end + 1])
    assert_close(trace.gradient, gradient[:end])


def test_a_run_that_diverges_beside_others_leaves_them_as_they_are():
    objective, batches = problem(2), Batches(1, seed=(1, 2, 3))
    trace = descend(objective, [5.0, -5.0], GradientDescent(), [0.02, 30, 0.05], 1000, batches=batches)
    assert trace.outcome == (Outcome.STEP_LIMIT, Outcome.NOT_FINITE, Outcome.STEP_LIMIT)
    for run, rate in ((0, 0.02), (2, 0.05)):
        alone = Batches(1, seed=run + 1)
        path, *_ = plain_loop(objective, np.array([5.0, -5.0]), alone, np.full(1000, rate))
        assert_close(trace.theta[:, run], path)


def test_a_run_that_stands_still_does_not_fall_over_maps_that_overflow():
    x = np.arange(1.0, 6.0)[:, None]
    trace = descend(LeastSquares(x, 2 * x[:, 0], False), [2.0], GradientDescent(), 30, 2000, batches=Batches(1))
    assert trace.outcome is Outcome.STEP_LIMIT and (trace.theta == 2).all()


def test_a_gradient_that_overflows_ends_the_run_even_at_rate_zero():
    objective = LeastSquares(np.full((2, 1), 1e160), np.full(2, 1e150), intercept=False)
    trace = descend(objective, [0.0], GradientDescent(), 0, 10, batches=Batches(1))
    assert (trace.steps_taken, trace.outcome) == (0, Outcome.NOT_FINITE)


def test_scan_asks_for_no_gradient_one_by_one():
    class Unhelpful(LeastSquares):
        def gradient(self, theta, rows=None):
            raise AssertionError("that would be the loop")

    trace = descend(Unhelpful(np.eye(3), np.ones(3)), np.zeros(4), GradientDescent(), 0.1, 30, batches=Batches(1))
    assert trace.steps_taken == 30
