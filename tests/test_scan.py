"""Stochastic and mini-batch descent by composed maps against the loop written out."""

import numpy as np
import pytest

from gdcore import (
    Adam,
    Batches,
    GradientDescent,
    InverseTime,
    LeastSquares,
    Momentum,
    Nesterov,
    Outcome,
    descend,
    scan,
)
from gdcore.theory import curvatures, rate_limit

N = 37
PLAIN = GradientDescent()
RULES = [PLAIN, Momentum(0.8), Nesterov(0.9)]
BATCHES = [
    Batches(1),
    Batches(5),  # the last of an epoch has 2
    Batches(32),  # and here 5
    Batches(N - 1),
    Batches(N),
    Batches(5, order="fixed"),
    Batches(1, order="replacement"),
    Batches(50, order="replacement"),
]


def problem(d):
    rng = np.random.default_rng(d)
    features = rng.normal(size=(N, d))
    return LeastSquares(features, features.sum(1) + rng.normal(size=N), intercept=False)


def seeded(batches, seed):
    return Batches(batches.size, seed, batches.order)


def plain_loop(objective, theta, batches, rates, rule=PLAIN):
    """Batch after batch, as far as everything stays finite; rates (T,) or (T, runs)."""
    path, gradients, memory = [theta], [], rule.init(theta)
    with np.errstate(all="ignore"):
        for rows, rate in zip(batches.rows(objective.n_examples, len(rates)), rates, strict=True):
            gradients.append(objective.gradient(path[-1], rows))
            direction, memory = rule.update(gradients[-1], memory)
            path.append(path[-1] - np.expand_dims(rate, -1) * direction)
        return np.array(path), objective.value(np.array(path)), np.array(gradients)


def assert_close(ours, loop):
    """To 1e-12 of the largest number so far."""
    largest = np.abs(loop).max(axis=tuple(range(1, loop.ndim)), keepdims=True, initial=0)
    assert ours.shape == loop.shape
    assert (np.abs(ours - loop) <= 1e-12 * np.maximum.accumulate(largest)).all()


def assert_is_the_loop(trace, loop):
    for ours, theirs in zip((trace.theta, trace.value, trace.gradient), loop, strict=True):
        assert_close(ours, theirs)


@pytest.fixture
def pieces(monkeypatch):
    """(kept, cut) of each piece: how many blocks its replay has confirmed, and how many there were."""
    seen, kept = [], scan._kept

    def watched(begins, *others):
        seen.append((kept(begins, *others), begins.shape[-1]))
        return seen[-1][0]

    monkeypatch.setattr(scan, "_kept", watched)
    return seen


@pytest.mark.evidence(
    "Stochastic descent as we compute it, many updates at once, has the numbers of the plain loop.",
    lesson="The race",
    kind="independent loop",
    oracle="up to 5,000 examples one after the other, written out",
    tolerance=1e-12,
    helper="assert_close",
)
@pytest.mark.parametrize("steps", [1, 2, 50, 777, 5000])
@pytest.mark.parametrize("d", [1, 2, 6])
@pytest.mark.parametrize("seed", [3, (3, 4, 5)], ids=["one run", "three runs"])
@pytest.mark.parametrize("order", ["reshuffled", "replacement"])
def test_scan_is_the_loop(steps, d, seed, order):
    objective, batches = problem(d), Batches(1, seed, order)
    rates = np.full(steps, 0.02) if seed == 3 else np.tile([0.001, 0.02, 0.05], (steps, 1))
    start = np.full(d, 5.0) if seed == 3 else np.full((3, d), 5.0)
    trace = descend(objective, start, PLAIN, rates[0], steps, batches=batches)
    assert_is_the_loop(trace, plain_loop(objective, start, batches, rates))


@pytest.mark.evidence(
    "Descent on batches of any size and order, with momentum or without, has the numbers of the plain loop.",
    lesson="The race",
    kind="independent loop",
    oracle="one batch after the other, written out",
    tolerance=1e-12,
    helper="assert_close",
)
@pytest.mark.parametrize("rule", RULES, ids=str)
@pytest.mark.parametrize("batches", BATCHES, ids=str)
@pytest.mark.parametrize("d", [1, 2, 3, 6])
@pytest.mark.parametrize("seed", [3, (3, 4, 5)], ids=["shared", "own"])
def test_scan_is_the_loop_for_batches_of_any_size_and_every_linear_rule(rule, batches, d, seed, pieces):
    objective, batches, starts = problem(d), seeded(batches, seed), np.linspace(-5, 5, 3 * d).reshape(3, d)
    rates = InverseTime(np.array([0.001, 0.005, 0.02]), decay=0.01)
    trace = descend(objective, starts, rule, rates, 400, batches=batches)
    loop = plain_loop(objective, starts, batches, rates(np.arange(400)[:, None]), rule)
    assert_is_the_loop(trace, loop)
    assert all(kept == cut for kept, cut in pieces) and pieces[0][1] > 1


@pytest.mark.parametrize("rule", RULES, ids=str)
@pytest.mark.parametrize("batches", BATCHES, ids=str)
def test_one_run_is_one_of_many(rule, batches):
    objective, start = problem(2), np.array([5.0, -5.0])
    trace = descend(objective, start, rule, 0.01, 500, batches=batches)
    assert trace.theta.shape == (501, 2)
    assert_is_the_loop(trace, plain_loop(objective, start, batches, np.full(500, 0.01), rule))


@pytest.mark.parametrize("rule", RULES, ids=str)
@pytest.mark.parametrize("size", [1, 5, N])
def test_the_descent_is_the_same_in_however_many_pieces(rule, size, pieces, monkeypatch):
    objective, batches, starts = problem(2), Batches(size, (1, 2, 3)), np.full((3, 2), 5.0)
    monkeypatch.setattr(scan, "AT_ONCE", 3000)
    trace = descend(objective, starts, rule, 0.01, 1000, batches=batches)
    assert len(pieces) > 5
    assert_is_the_loop(trace, plain_loop(objective, starts, batches, np.full(1000, 0.01), rule))


@pytest.mark.parametrize("size", [1, 5])
def test_more_runs_than_fit_are_followed_without_maps(size, pieces, monkeypatch):
    objective, batches, starts = problem(2), Batches(size), np.random.default_rng(0).normal(size=(50, 2))
    monkeypatch.setattr(scan, "IN_CACHE", 100)
    trace = descend(objective, starts, PLAIN, 0.01, 200, batches=batches)
    assert pieces == [(1, 1)]
    assert_is_the_loop(trace, plain_loop(objective, starts, batches, np.full(200, 0.01)))


def test_runs_may_share_the_order_of_one_seed():
    objective, batches, starts = problem(2), Batches(1, seed=8), np.array([[1.0, 2.0], [-3.0, 4.0]])
    trace = descend(objective, starts, PLAIN, 0.02, 300, batches=batches)
    for run, start in enumerate(starts):
        assert_close(trace.theta[:, run], plain_loop(objective, start, batches, np.full(300, 0.02))[0])


def test_scan_follows_a_schedule_and_stops_at_the_tolerance():
    objective, batches, start = problem(2), Batches(1, seed=1), np.array([5.0, -5.0])
    schedule, tolerance = InverseTime(0.1, decay=0.1), 1e-4
    path, value, gradient = plain_loop(objective, start, batches, schedule(np.arange(2000)))
    end = int((np.abs(np.diff(path, axis=0)).sum(1) < tolerance).argmax())
    trace = descend(objective, start, PLAIN, schedule, 2000, batches=batches, tolerance=tolerance)
    assert 0 < end == trace.steps_taken and trace.outcome is Outcome.SETTLED
    assert_close(trace.theta, path[: end + 1])
    assert_close(trace.value, value[: end + 1])
    assert_close(trace.gradient, gradient[:end])


@pytest.mark.evidence(
    "A stochastic run that diverges has the numbers of the plain loop and ends at the same update.",
    lesson="The race",
    kind="independent loop",
    oracle="one batch after the other, written out",
    tolerance=1e-12,
    helper="assert_close",
)
@pytest.mark.parametrize("rate", [0.9, 3, 30, 1e100, 1e308])
@pytest.mark.parametrize("rule", RULES, ids=str)
@pytest.mark.parametrize("size", [1, 5, 32, N])
def test_a_run_that_diverges_is_the_loop_and_ends_at_the_same_update(rate, rule, size):
    objective, batches, start = problem(2), Batches(size, seed=2), np.array([5.0, -5.0])
    path, value, gradient = plain_loop(objective, start, batches, np.full(2000, rate), rule)
    finite = np.isfinite(path[1:]).all(1) & np.isfinite(value[1:]) & np.isfinite(gradient).all(1)
    end = int((~finite).argmax()) if not finite.all() else 2000
    trace = descend(objective, start, rule, rate, 2000, batches=batches)
    assert trace.steps_taken == end
    assert trace.outcome is (Outcome.NOT_FINITE if end < 2000 else Outcome.STEP_LIMIT)
    assert_close(trace.theta, path[: end + 1])
    assert_close(trace.gradient, gradient[:end])


def test_a_descent_whose_runs_have_all_left_is_not_followed_to_its_end(monkeypatch):
    monkeypatch.setattr(scan, "AT_ONCE", 3000)
    start, rates = np.full((2, 2), 5.0), np.full((100_000, 2), 30.0)
    with np.errstate(all="ignore"):
        path, gradients = scan.descend_in_blocks(problem(2), start, PLAIN, Batches(1), rates)
    assert len(path) == len(gradients) + 1 < 1000


def test_a_run_that_diverges_beside_others_leaves_them_as_they_are(pieces):
    objective, batches = problem(2), Batches(1, seed=(1, 2, 3))
    trace = descend(objective, [5.0, -5.0], PLAIN, [0.02, 30, 0.05], 1000, batches=batches)
    assert trace.outcome == (Outcome.STEP_LIMIT, Outcome.NOT_FINITE, Outcome.STEP_LIMIT)
    assert all(kept == cut for kept, cut in pieces)
    for run, rate in ((0, 0.02), (2, 0.05)):
        alone = Batches(1, seed=run + 1)
        path, *_ = plain_loop(objective, np.array([5.0, -5.0]), alone, np.full(1000, rate))
        assert_close(trace.theta[:, run], path)


@pytest.mark.parametrize("size", [1, 2])
@pytest.mark.parametrize("rule", RULES, ids=str)
@pytest.mark.parametrize("rate, steps", [(0.1, 50), (30, 2000), (30, 20_000)])
def test_a_run_that_stands_still_does_not_fall_over_maps_however_large(size, rule, rate, steps):
    x = np.arange(1.0, 7.0)[:, None]
    trace = descend(LeastSquares(x, 2 * x[:, 0], False), [2.0], rule, rate, steps, batches=Batches(size))
    assert trace.outcome is Outcome.STEP_LIMIT and (trace.theta == 2).all()


def test_where_the_maps_overflow_the_work_goes_on_from_the_last_end(pieces):
    axes = np.array([[1.0, 0.0], [0.0, 80.0]] * 2)  # an error in theta_2 would grow 10,000-fold, but there is none
    objective, start = LeastSquares(axes, np.array([1.0, 160.0] * 2), False), np.array([5.0, 2.0])
    batches, rates = Batches(1), np.full(50_000, 0.8)
    trace = descend(objective, start, PLAIN, 0.8, len(rates), batches=batches)
    assert any(kept < cut for kept, cut in pieces) and len(pieces) < 20
    assert_is_the_loop(trace, plain_loop(objective, start, batches, rates))


@pytest.mark.parametrize("wrong", [slice(0, 2), slice(2, 4)], ids=["theta", "memory"])
def test_a_hop_that_the_replay_does_not_confirm_is_not_taken(wrong, pieces, monkeypatch):
    hop = scan._begins

    def wrong_from_the_fourth(start, maps):
        begins = hop(start, maps)
        begins[wrong, :, 3:] += 1e-9
        return begins

    monkeypatch.setattr(scan, "_begins", wrong_from_the_fourth)
    objective, batches, start = problem(2), Batches(5), np.array([5.0, -5.0])
    trace = descend(objective, start, Momentum(), 0.01, 500, batches=batches)
    assert pieces[0][0] == 3
    assert_is_the_loop(trace, plain_loop(objective, start, batches, np.full(500, 0.01), Momentum()))


def test_a_gradient_that_overflows_ends_the_run_even_at_rate_zero():
    objective = LeastSquares(np.full((2, 1), 1e160), np.full(2, 1e150), intercept=False)
    trace = descend(objective, [0.0], PLAIN, 0, 10, batches=Batches(1))
    assert (trace.steps_taken, trace.outcome) == (0, Outcome.NOT_FINITE)


class Unhelpful(LeastSquares):
    def gradient(self, theta, rows=None):
        raise AssertionError("that would be the loop")


@pytest.mark.parametrize("rule", RULES, ids=str)
@pytest.mark.parametrize("size", [1, 2, 3])
def test_scan_asks_for_no_gradient_one_by_one(rule, size):
    objective = Unhelpful(np.eye(3), np.ones(3))
    for rate in (0.01, 1e200):
        trace = descend(objective, np.zeros(4), rule, rate, 30, batches=Batches(size))
        assert trace.outcome is (Outcome.STEP_LIMIT if rate == 0.01 else Outcome.NOT_FINITE)


@pytest.mark.parametrize("size", [2, scan.WIDE + 1], ids=["batches", "all examples"])
@pytest.mark.parametrize("rule, d", [(Adam(), 3), (PLAIN, scan.WIDE + 1)], ids=["not linear", "many parameters"])
def test_what_has_no_small_maps_is_left_to_the_loop(rule, size, d):
    n = scan.WIDE + 1
    with pytest.raises(AssertionError, match="the loop"):
        descend(Unhelpful(np.eye(n, d), np.ones(n), False), np.zeros(d), rule, 0.1, 30, batches=Batches(size))


def test_a_descent_on_all_examples_that_a_tolerance_may_end_soon_is_left_to_the_loop():
    with pytest.raises(AssertionError, match="the loop"):
        descend(Unhelpful(np.eye(3), np.ones(3), False), np.zeros(3), PLAIN, 0.1, 30, tolerance=1e-5)


def years():
    year = np.linspace(1950, 2020, N)
    return year[:, None], 0.1 * year + np.sin(year)


def nearly_the_same_twice():
    x = np.linspace(-1, 1, N)
    return np.column_stack([x, x + 1e-6 * np.cos(9 * x)]), x**3


ODD = {
    "raw years": years(),
    "far from 0": (np.linspace(-1, 1, N)[:, None], 1e6 + np.linspace(-1, 1, N) ** 2),
    "nearly dependent": nearly_the_same_twice(),
    "fewer examples than parameters": (np.array([[1.0, 2.0, 3.0], [3.0, 1.0, 2.0]]), np.array([1.0, -1.0])),
    "one example": (np.array([[2.0]]), np.array([3.0])),
    "without noise": (np.linspace(-1, 1, N)[:, None], 2 * np.linspace(-1, 1, N) + 1),
}


@pytest.mark.evidence(
    "Batch descent as we compute it, many epochs at once, has the numbers of the plain loop, however odd the data.",
    lesson="Linear regression",
    kind="independent loop",
    oracle="one update after the other, written out",
    tolerance=1e-12,
    helper="assert_close",
)
@pytest.mark.parametrize("of_the_limit", [0.01, 0.5, 0.999, 1.05])
@pytest.mark.parametrize("rule", RULES, ids=str)
@pytest.mark.parametrize("data", ODD.values(), ids=ODD)
def test_descent_on_all_examples_is_the_loop_however_the_data_lie(data, rule, of_the_limit, pieces):
    objective = LeastSquares(*data)
    start, rate = np.full(len(objective.hessian), 5.0), of_the_limit * rate_limit(curvatures(objective), rule)
    trace = descend(objective, start, rule, rate, 200)
    everything = Batches(objective.n_examples, order="fixed")
    assert trace.steps_taken == 200 and pieces
    assert_is_the_loop(trace, plain_loop(objective, start, everything, np.full(200, rate), rule))
