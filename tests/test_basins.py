"""Where many runs end, against the descents themselves; on Himmelblau's function, which has four minima."""

import tracemalloc
from math import inf, nan
from time import process_time
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from gdcore import (
    OPTIMIZERS,
    AdaGrad,
    Adam,
    GradientDescent,
    InverseTime,
    LeastSquares,
    Momentum,
    Outcome,
    RMSProp,
    begin,
    descend,
    ends,
    record,
)
from gdcore.optimizers import Optimizer

RATES = {"plain": 0.01, "momentum": 0.003, "Nesterov": 0.003, "AdaGrad": 0.5, "RMSProp": 0.02, "Adam": 0.1}
MINIMA = np.array([[3.0, 2.0], [-2.805118, 3.131312], [-3.779310, -3.283186], [3.584428, -1.848126]])
GOAL = 0.01

every_rule = pytest.mark.parametrize("rule", [kind() for kind in OPTIMIZERS], ids=lambda rule: rule.name)


class Himmelblau:
    """(x^2 + y - 11)^2 + (x + y^2 - 7)^2, 0 at its minima."""

    dimension = 2

    def value(self, theta):
        x, y = theta[..., 0], theta[..., 1]
        return (x * x + y - 11) ** 2 + (x + y * y - 7) ** 2

    def gradient(self, theta):
        x, y = theta[..., 0], theta[..., 1]
        a, b = x * x + y - 11, x + y * y - 7
        return np.stack([4 * x * a + 2 * b, 2 * a + 4 * y * b], axis=-1)


def rate_of(rule):
    """A rate with which most starts arrive, for the rules that are known."""
    return RATES.get(rule.name, 0.01)


def grid(count, reach=6.0):
    """count x count starts, (count^2, 2)."""
    side = np.linspace(-reach, reach, count)
    return np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)


def last_above(trace, goal):
    """The same from the recorded values: of each run, NaN where it left the numbers."""
    above = trace.value > goal
    last = np.where(above.any(0), len(above) - 1 - above[::-1].argmax(0), -1).astype(float)
    last[[outcome is Outcome.NOT_FINITE for outcome in trace.outcome]] = nan
    return last


def assert_are_the_ends(found, trace, goal, exact=True):
    left = np.array([outcome is Outcome.NOT_FINITE for outcome in trace.outcome])
    assert_array_equal(np.isnan(found.theta).all(1), left)
    assert_array_equal(np.isnan(found.theta).any(1), left)
    if exact:
        assert_array_equal(found.theta[~left], trace.theta[-1, ~left])
    else:
        assert_allclose(found.theta[~left], trace.theta[-1, ~left], rtol=1e-12, atol=1e-12)
    assert_array_equal(found.last_above, last_above(trace, goal))


@every_rule
@pytest.mark.parametrize("factor", [1, 3], ids=["arrive", "some leave"])
@pytest.mark.parametrize("at_once", [1 << 13, 100], ids=["one block", "blocks"])
def test_ends_and_arrivals_are_those_of_the_descents_to_the_bit(rule, factor, at_once, monkeypatch):
    monkeypatch.setattr("gdcore.basins.AT_ONCE", at_once)
    starts, rate = grid(15), factor * rate_of(rule)
    trace = descend(Himmelblau(), starts, rule, rate, 300)
    assert_are_the_ends(ends(Himmelblau(), starts, rule, rate, 300, goal=GOAL), trace, GOAL)
    if factor == 3 and rule.name in ("plain", "momentum", "Nesterov"):
        assert 0 < sum(outcome is Outcome.NOT_FINITE for outcome in trace.outcome) < len(starts)


@every_rule
def test_rates_goals_and_schedules_may_be_one_per_run(rule, monkeypatch):
    monkeypatch.setattr("gdcore.basins.AT_ONCE", 50)
    starts = grid(9)
    rates, goals = np.geomspace(1e-4, 10, 81), np.geomspace(1e-6, 100, 81)
    for rate in (rates, InverseTime(rates, 0.1), InverseTime(0.1, 0.1), lambda step: 0.1 / (1 + step)):
        trace = descend(Himmelblau(), starts, rule, rate, 200)
        assert_are_the_ends(ends(Himmelblau(), starts, rule, rate, 200, goal=goals), trace, goals)


@every_rule
def test_ends_on_data_are_those_of_the_fast_path_to_1e_12(rule):
    features = np.random.default_rng(0).normal(size=(40, 2))
    data = LeastSquares(features, features.sum(1) + np.random.default_rng(1).normal(size=40))
    starts = np.random.default_rng(2).normal(size=(30, 3))
    goal = 1.5 * data.least
    trace = descend(data, starts, rule, 0.05, 200)
    assert_are_the_ends(ends(data, starts, rule, 0.05, 200, goal=goal), trace, goal, exact=False)


@every_rule
def test_a_map_of_14_400_starts_is_right_fast_and_small(rule):
    """0.2 s of one core; on a machine that others share, the quickest of ten."""
    starts, seconds = grid(120), []
    while not seconds or (min(seconds) >= 0.2 and len(seconds) < 10):
        begun = process_time()
        found = ends(Himmelblau(), starts, rule, rate_of(rule), 500, goal=GOAL)
        seconds.append(process_time() - begun)
    assert min(seconds) < 0.2
    tracemalloc.start()
    ends(Himmelblau(), starts, rule, np.full(14_400, rate_of(rule)), 500, goal=GOAL)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 5e6
    arrived = found.last_above < 500  # for good
    away = np.linalg.norm(found.theta[arrived, None] - MINIMA, axis=-1).min(1)
    assert away.max(initial=0) < 0.1
    assert arrived.mean() > 0.75 or rule.name not in RATES


@pytest.mark.parametrize("rule", [AdaGrad(), RMSProp(), Adam()], ids=lambda rule: rule.name)
def test_a_run_whose_memory_overflows_has_left_the_numbers_though_it_stands_still(rule):
    steep = SimpleNamespace(
        dimension=1, value=lambda theta: theta[..., 0], gradient=lambda theta: np.where(theta > 0, 1e160, 1.0)
    )
    found = ends(steep, [[1.0], [-1.0]], rule, 0.1, 20)
    assert np.isnan(found.theta[0]).all() and np.isnan(found.last_above[0])
    assert np.isfinite(found.theta[1]).all()


class Sign(Optimizer):
    """The sign of the gradient: finite where the gradient is not."""

    name = "sign"

    def init(self, theta):
        return None

    def update(self, gradient, state):
        return np.sign(gradient), state


def slide(slope):
    """An objective that only knows its slope: its value stays finite wherever theta goes."""
    return SimpleNamespace(dimension=1, value=lambda theta: np.zeros(theta.shape[:-1]), gradient=slope)


LEAVES = {
    "theta": (slide(lambda theta: np.where(theta > 0, -1.0, 0.0)), GradientDescent(), 1e307),
    "gradient": (slide(lambda theta: np.where((theta > 3) & (theta < 5), -np.inf, -1.0)), Sign(), 1.0),
}


@pytest.mark.parametrize("objective, rule, rate", LEAVES.values(), ids=LEAVES)
def test_theta_or_gradient_alone_may_leave_the_numbers(objective, rule, rate):
    starts = [[1.0], [-100.0]]
    trace = descend(objective, starts, rule, rate, 50)
    assert trace.outcome == (Outcome.NOT_FINITE, Outcome.STEP_LIMIT)
    assert_are_the_ends(ends(objective, starts, rule, rate, 50), trace, inf)
    alone = record(objective, begin(objective, starts[0], rule), rule, rate, 50, lambda update: None)
    assert (alone.outcome, alone.last.update) == (trace.outcome[0], trace.steps_taken[0])


def test_a_run_that_comes_back_from_where_its_value_was_no_number_has_left():
    """As `descend` has it: the first step leads to 1e200, the second back to 0."""
    there_and_back = SimpleNamespace(
        dimension=1,
        value=lambda theta: theta[..., 0] ** 2,
        gradient=lambda theta: np.where(np.abs(theta) > 1e100, theta, np.sign(theta) * -1e200),
    )
    starts = [[1.0], [0.0]]
    trace = descend(there_and_back, starts, GradientDescent(), 1.0, 2)
    assert trace.outcome == (Outcome.NOT_FINITE, Outcome.STEP_LIMIT)
    assert_are_the_ends(ends(there_and_back, starts, GradientDescent(), 1.0, 2), trace, inf)


def test_a_start_without_a_value_has_no_end():
    root = SimpleNamespace(
        dimension=1, value=lambda theta: np.sqrt(theta[..., 0]), gradient=lambda theta: 0.5 / np.sqrt(theta)
    )
    found = ends(root, [[-1.0], [4.0]], GradientDescent(), 0.1, 10)
    assert np.isnan(found.theta[0]).all() and np.isfinite(found.theta[1]).all()


@pytest.mark.parametrize("goal, last", [(inf, -1), (2.0, -1), (1.0, 0), (0.5, 1), (0.2, 2), (0.1875, 2), (1e-9, 3)])
def test_the_last_update_above_a_goal_counts_the_start_as_0(goal, last):
    halves = SimpleNamespace(dimension=1, value=lambda theta: np.abs(theta[..., 0]), gradient=lambda theta: theta)
    found = ends(halves, [[1.5]], GradientDescent(), 0.5, 3, goal=goal)  # 1.5, 0.75, 0.375, 0.1875
    assert found.last_above.tolist() == [last] and found.theta.tolist() == [[0.1875]]


@pytest.mark.parametrize(
    "change, message",
    [
        ({"starts": [1.0, 2.0]}, r"starts must be finite and have shape \(runs, d\)"),
        ({"starts": [[1.0, nan]]}, "starts must be finite"),
        ({"starts": [[1.0]]}, r"start must have shape \(2,\) or \(runs, 2\), .* got \(1, 1\)"),
        ({"steps": 0}, "steps must be at least 1, got 0"),
        ({"learning_rate": [0.1] * 3}, "must agree on the number of runs"),
        ({"learning_rate": -1.0}, "learning_rate must be finite and at least 0, got -1.0"),
        ({"goal": nan}, "goal must be a number or one per run .2,., got nan"),
        ({"goal": [1.0] * 3}, "goal must be a number or one per run .2,., got"),
    ],
)
def test_misuse_raises_one_sentence(change, message):
    setting = {
        "objective": Himmelblau(),
        "starts": [[0.0, 0.0], [1.0, 1.0]],
        "optimizer": Adam(),
        "learning_rate": 0.1,
        "steps": 10,
    }
    with pytest.raises(ValueError, match=message):
        ends(**setting | change)


def test_starts_are_not_changed():
    starts = grid(3)
    before = starts.copy()
    ends(Himmelblau(), starts, Momentum(), 0.003, 50)
    assert_array_equal(starts, before)
