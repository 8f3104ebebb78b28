"""The loop: closed forms, where it ends, and many runs against the same runs one by one."""

from itertools import accumulate
from math import inf, nan
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from gdcore import (
    OPTIMIZERS,
    Batches,
    BroadcastLeastSquares,
    Constant,
    GradientDescent,
    InverseTime,
    LeastSquares,
    Momentum,
    Outcome,
    Quadratic,
    descend,
)

PLAIN = GradientDescent()
PARABOLA = Quadratic(a0=-3, a1=-2, a2=3)
HALVES = Quadratic(a0=0, a1=0, a2=0.5)  # with a rate of 0.5 each update halves theta, exactly

rng = np.random.default_rng(0)
FEATURES = rng.normal(size=(20, 2))
TARGETS = FEATURES @ [1.3, -1.0] - 3.5 + rng.normal(size=20)
DATA = LeastSquares(FEATURES, TARGETS)


@pytest.mark.evidence(
    "On the parabola 3x² − 2x − 3 every update lands where a formula says, also at a learning rate that diverges.",
    lesson="The quadratic",
    kind="closed form",
    oracle="x after t updates is 1/3 + (1 − 6η)^t (8 − 1/3)",
    tolerance=1e-12,
)
@pytest.mark.parametrize("rate", [0.001, 0.1, 1 / 6, 0.3, 1 / 3, 0.34])
def test_descent_on_a_parabola_follows_the_closed_form(rate):
    t = np.arange(301)
    trace = descend(PARABOLA, [8.0], PLAIN, rate, 300)
    closed = 1 / 3 + (1 - 6 * rate) ** t * (8 - 1 / 3)
    assert_allclose(trace.theta[:, 0], closed, rtol=1e-12, atol=1e-12)
    assert_allclose(trace.value, 3 * (closed - 1 / 3) ** 2 - 10 / 3, rtol=1e-12, atol=1e-12)


def assert_keeps_its_promises(trace, objective, start, learning_rate, steps, tolerance):
    """What holds for every run of plain descent, however odd its setting."""
    taken = trace.steps_taken
    assert trace.theta.shape == (taken + 1, len(start)) and trace.value.shape == (taken + 1,)
    assert trace.gradient.shape == (taken, len(start)) and trace.learning_rate.shape == (taken,)
    assert trace.examples_seen.shape == (taken + 1,)
    assert all(np.isfinite(column).all() for column in (trace.theta, trace.value, trace.gradient))
    assert_array_equal(trace.theta[0], start)
    assert_array_equal(trace.learning_rate, learning_rate)
    assert_array_equal(trace.theta[1:], trace.theta[:-1] - trace.learning_rate[:, None] * trace.gradient)
    assert_allclose(trace.value, [objective.value(theta) for theta in trace.theta], rtol=1e-14)
    assert (np.abs(np.diff(trace.theta, axis=0)).sum(1) >= tolerance).all()
    with np.errstate(all="ignore"):
        gradient = objective.gradient(trace.theta[-1])
        following = trace.theta[-1] - learning_rate * gradient
        finite = np.isfinite([*gradient, *following, objective.value(following)]).all()
        settles = np.abs(following - trace.theta[-1]).sum() < tolerance
    if trace.outcome is Outcome.STEP_LIMIT:
        assert taken == steps
    else:
        assert taken < steps
        assert (trace.outcome is Outcome.SETTLED) == settles and (settles or not finite)


coefficients = st.floats(-10, 10)


@settings(deadline=None, max_examples=300)
@given(
    a=st.tuples(coefficients, coefficients, coefficients),
    start=st.floats(-20, 20),
    rate=st.floats(1e-4, 10),
    steps=st.integers(1, 300),
    tolerance=st.just(0.0) | st.floats(1e-12, 0.1),
)
@example(a=(0, 0, -10), start=1, rate=10, steps=300, tolerance=0)  # overflows long before its 300 updates
@example(a=(0, 0, 10), start=1, rate=10, steps=300, tolerance=0.1)
@example(a=(-3, -2, 3), start=8, rate=1 / 6, steps=1, tolerance=1e-5)
def test_no_setting_of_a_parabola_raises_or_warns(a, start, rate, steps, tolerance):
    objective = Quadratic(*a)
    trace = descend(objective, [start], PLAIN, rate, steps, tolerance=tolerance)
    assert_keeps_its_promises(trace, objective, [start], rate, steps, tolerance)


@pytest.mark.parametrize("rate", [1e-3, 0.3, 3, 1e100, 1e308])
@pytest.mark.parametrize("objective", [DATA, BroadcastLeastSquares(FEATURES, TARGETS)], ids=["right", "broadcast"])
def test_no_rate_on_data_raises_or_warns(objective, rate):
    trace = descend(objective, [1.0, -2.0, 3.0], PLAIN, rate, 300, tolerance=1e-6)
    assert_keeps_its_promises(trace, objective, [1.0, -2.0, 3.0], rate, 300, 1e-6)


@pytest.mark.parametrize("kind", OPTIMIZERS)
@pytest.mark.parametrize("rate", [1e-3, 1, 1e100, 1e308])
@pytest.mark.parametrize("objective", [PARABOLA, Quadratic(0, 1, -3), DATA], ids=["parabola", "cap", "data"])
def test_every_rule_ends_before_the_first_number_that_is_not_finite(kind, rate, objective):
    trace = descend(objective, np.full(len(objective.hessian), 2.0), kind(), rate, 300)
    assert all(np.isfinite(column).all() for column in (trace.theta, trace.value, trace.gradient))
    assert trace.outcome is (Outcome.STEP_LIMIT if trace.steps_taken == 300 else Outcome.NOT_FINITE)


@pytest.mark.evidence(
    "A run that diverges ends with the last update whose numbers the machine can hold.",
    lesson="The quadratic",
    kind="closed form",
    oracle="worked out by hand: the update at which value, parameter or gradient passes 1.8 · 10³⁰⁸",
    tolerance=0,
)
@pytest.mark.parametrize(
    "objective, rate, last",
    [
        pytest.param(Quadratic(0, 0, 1), 10, 120, id="value: 19^(2t) passes 1.8e308 at t = 120.5"),
        pytest.param(Quadratic(0, -1, 0), 1e307, 17, id="theta: t 1e307 passes 1.8e308 at t = 18"),
        pytest.param(Quadratic(0, 0, 1e308), 1e-309, 0, id="gradient: 2e308 at the start"),
    ],
)
def test_a_run_ends_before_whatever_overflows_first(objective, rate, last):
    trace = descend(objective, [1.0], PLAIN, rate, 200)
    assert (trace.steps_taken, trace.outcome) == (last, Outcome.NOT_FINITE)


def slide(*slopes):
    """An objective that only knows its slopes: its value stays finite wherever theta goes."""
    return SimpleNamespace(
        dimension=len(slopes),
        value=lambda theta: np.zeros(theta.shape[:-1]),
        gradient=lambda theta: np.broadcast_to(slopes, theta.shape),
    )


def test_one_parameter_out_of_range_ends_the_run_also_if_the_value_stays_finite():
    trace = descend(slide(-1.0, 0.0), [1.0, 1.0], PLAIN, 1e307, 200)
    assert (trace.steps_taken, trace.outcome) == (17, Outcome.NOT_FINITE)


@pytest.mark.parametrize(
    "rates, last, outcome",
    [((10, 0), 120, Outcome.NOT_FINITE), ((0, 10), 0, Outcome.SETTLED)],
    ids=["stands still after it failed", "fails after it settled"],
)
def test_the_first_end_of_a_run_is_its_outcome(rates, last, outcome):
    trace = descend(Quadratic(0, 0, 1), [1.0], PLAIN, lambda step: rates[step >= 125], 400, tolerance=1e-9)
    assert (trace.steps_taken, trace.outcome) == (last, outcome)


@pytest.mark.parametrize("last, asked", [(0, 64), (30, 64), (63, 64), (64, 128)])
def test_a_run_that_has_ended_is_not_followed_for_long(last, asked):
    calls = []
    counting = SimpleNamespace(
        dimension=1, value=HALVES.value, gradient=lambda theta: calls.append(1) or HALVES.gradient(theta)
    )
    assert descend(counting, [1.0], PLAIN, 0.5, 10_000, tolerance=2.0**-last).steps_taken == last
    assert len(calls) == asked


def test_tolerance_is_a_one_norm_and_an_update_of_just_that_length_is_made():
    bowl = LeastSquares(np.eye(2), np.zeros(2), intercept=False)  # gradient theta: 2, 1, 1/2, 1/4 ... are exact
    trace = descend(bowl, [2.0, -2.0], PLAIN, 0.5, 100, tolerance=0.5)
    assert trace.theta.tolist() == [[2, -2], [1, -1], [0.5, -0.5], [0.25, -0.25]]
    assert trace.outcome is Outcome.SETTLED


def test_without_tolerance_all_steps_are_taken_even_on_the_minimum():
    trace = descend(HALVES, [0.0], PLAIN, 0.5, 100)
    assert (trace.steps_taken, trace.outcome) == (100, Outcome.STEP_LIMIT)
    assert not trace.theta.any()


def test_with_tolerance_a_start_on_the_minimum_is_the_end():
    trace = descend(HALVES, [0.0], PLAIN, 0.5, 100, tolerance=1e-300)
    assert (trace.steps_taken, trace.outcome) == (0, Outcome.SETTLED)
    assert trace.theta.tolist() == [[0]] and trace.gradient.shape == (0, 1)


@pytest.mark.parametrize("last", [0, 1, 63, 64, 65, 127, 128])
@pytest.mark.parametrize("shape", [(1,), (1, 1), (3, 1)], ids=["float", "array", "runs"])
@pytest.mark.parametrize("way", ["settles", "fails"])
def test_a_run_ends_at_the_exact_update_wherever_the_loop_looks(shape, last, way):
    if way == "settles":
        objective, rate, start, tolerance, outcome = HALVES, 0.5, 1.0, 2.0**-last, Outcome.SETTLED
    else:  # theta doubles, and its square leaves the range above 2^512
        objective, rate, start, tolerance, outcome = (
            Quadratic(0, 0, -0.5),
            1,
            2.0 ** (512 - last),
            0,
            Outcome.NOT_FINITE,
        )
    for steps in (last, last + 1, 200):
        if steps > 0:
            trace = descend(objective, np.full(shape, start), PLAIN, rate, steps, tolerance=tolerance)
            assert np.all(trace.steps_taken == last) and len(trace.theta) == last + 1
            assert set(np.ravel(trace.outcome)) == {Outcome.STEP_LIMIT if steps == last else outcome}


def rosenbrock(x, y):
    """The partials of (1 - x)^2 + 100 (y - x^2)^2."""
    off = y - x * x
    return -2 * (1 - x) - 400 * x * off, 200 * off


ROSENBROCK = SimpleNamespace(
    dimension=2,
    value=lambda theta: (1 - theta[..., 0]) ** 2 + 100 * (theta[..., 1] - theta[..., 0] ** 2) ** 2,
    gradient=lambda theta: np.stack(rosenbrock(*np.moveaxis(theta, -1, 0)), axis=-1),
)
BY_PARTIALS = SimpleNamespace(dimension=2, value=ROSENBROCK.value, partials=rosenbrock)


@pytest.mark.parametrize("kind", [kind for kind in OPTIMIZERS if kind.elementwise])
@pytest.mark.parametrize("rate, tolerance", [(1e-4, 0), (1e-3, 3e-3), (10, 0)], ids=["goes on", "may settle", "fast"])
def test_a_run_on_floats_is_the_run_on_arrays(kind, rate, tolerance):
    arrays, floats = (
        descend(objective, [-1.2, 1.0], kind(), rate, 300, tolerance=tolerance)
        for objective in (ROSENBROCK, BY_PARTIALS)
    )
    assert (floats.steps_taken, floats.outcome) == (arrays.steps_taken, arrays.outcome)
    for name in ("theta", "value", "gradient"):
        assert_allclose(getattr(floats, name), getattr(arrays, name), rtol=1e-12, atol=1e-12)


def test_many_runs_ask_for_gradients_where_one_run_asks_for_partials():
    starts = np.array([[-1.2, 1.0], [0.0, 0.5]])
    together = descend(ROSENBROCK, starts, Momentum(), 1e-4, 100)
    for run, start in enumerate(starts):
        assert_is_alone(together, run, descend(BY_PARTIALS, start, Momentum(), 1e-4, 100))


def assert_is_alone(together, run, alone):
    """That one run of many is the same as that run by itself, and NaN beyond its end."""
    taken = alone.steps_taken
    assert (together.steps_taken[run], together.outcome[run]) == (taken, alone.outcome)
    for name, rows in [("theta", taken + 1), ("value", taken + 1), ("gradient", taken), ("learning_rate", taken)]:
        mine = getattr(together, name)[:, run]
        assert_allclose(mine[:rows], getattr(alone, name), rtol=1e-10, atol=1e-11, err_msg=name)
        assert np.isnan(mine[rows:]).all()


@pytest.mark.evidence(
    "Many learning rates computed in one go give the same runs as one after the other, with every rule.",
    kind="independent loop",
    oracle="the same run by itself",
    tolerance=1e-10,
)
@pytest.mark.parametrize("kind", OPTIMIZERS)
@pytest.mark.parametrize("objective", [PARABOLA, DATA], ids=["parabola", "data"])
def test_many_rates_give_the_runs_one_by_one(kind, objective):
    rates, start = np.array([1e-3, 0.05, 0.2, 3, 1e200]), np.full(len(objective.hessian), 8.0)
    together = descend(objective, start, kind(), rates, 150, tolerance=1e-3)
    assert together.theta.shape == (max(together.steps_taken) + 1, 5, len(start))
    for run, rate in enumerate(rates):
        assert_is_alone(together, run, descend(objective, start, kind(), rate, 150, tolerance=1e-3))


def test_many_rates_settle_diverge_and_go_on_in_one_pass():
    together = descend(PARABOLA, [8.0], PLAIN, np.array([1e-3, 0.1, 3]), 150, tolerance=1e-3)
    assert together.outcome == (Outcome.STEP_LIMIT, Outcome.SETTLED, Outcome.NOT_FINITE)


@pytest.mark.parametrize("tolerance", [0, 0.05])
def test_many_starts_and_seeds_give_the_runs_one_by_one(tolerance):
    starts = np.random.default_rng(1).normal(size=(3, 3))
    together = descend(DATA, starts, Momentum(), 0.02, 100, batches=Batches(8, (5, 6, 7)), tolerance=tolerance)
    for run, (start, seed) in enumerate(zip(starts, (5, 6, 7), strict=True)):
        alone = descend(DATA, start, Momentum(), 0.02, 100, batches=Batches(8, seed), tolerance=tolerance)
        assert_is_alone(together, run, alone)


def test_one_schedule_per_run_gives_the_runs_one_by_one():
    rates = np.array([0.01, 0.1, 0.3])
    together = descend(PARABOLA, [8.0], PLAIN, InverseTime(rates, decay=0.1), 50)
    as_function = descend(PARABOLA, [8.0], PLAIN, lambda step: rates / (1 + 0.1 * step), 50)
    assert_array_equal(together.theta, as_function.theta)
    for run, rate in enumerate(rates):
        assert_is_alone(together, run, descend(PARABOLA, [8.0], PLAIN, InverseTime(rate, decay=0.1), 50))


@pytest.mark.parametrize(
    "rate", [Constant(0.05), lambda step: 0.05, np.float64(0.05)], ids=["schedule", "lambda", "numpy"]
)
def test_a_rate_may_be_a_number_a_schedule_or_any_function_of_the_step(rate):
    trace, by_number = (descend(PARABOLA, [8.0], PLAIN, given, 50) for given in (rate, 0.05))
    assert_array_equal(trace.theta, by_number.theta)
    assert trace.learning_rate.tolist() == [0.05] * 50


def test_the_rate_of_update_t_is_the_schedule_at_t():
    trace = descend(PARABOLA, [8.0], PLAIN, InverseTime(0.1, decay=1), 4)
    assert_allclose(trace.learning_rate, [0.1, 0.1 / 2, 0.1 / 3, 0.1 / 4])
    assert trace.theta[1, 0] == pytest.approx(8 - 0.1 * 46)


@pytest.mark.parametrize("order", ["reshuffled", "fixed"])
def test_a_batch_of_everything_is_batch_descent(order):
    full, batch = (descend(DATA, np.ones(3), PLAIN, 0.1, 50, batches=b) for b in (None, Batches(20, order=order)))
    assert_array_equal(batch.theta, full.theta)
    assert_array_equal(batch.examples_seen, full.examples_seen)


@pytest.mark.evidence(
    "A stochastic update uses the gradient of its own batch; the loss that is shown is that of all examples.",
    lesson="The race",
    kind="independent loop",
    oracle="gradients and velocities added up one after the other",
    tolerance=1e-12,
)
@pytest.mark.parametrize("batches", [Batches(1), Batches(6), Batches(20, order="replacement")], ids=str)
@pytest.mark.parametrize("beta", [0, 0.9])
def test_stochastic_updates_use_their_batch_and_record_the_full_objective(batches, beta):
    trace = descend(DATA, np.ones(3), Momentum(beta) if beta else PLAIN, 0.01, 30, batches=batches)
    used = [DATA.gradient(theta, rows) for theta, rows in zip(trace.theta[:-1], batches.rows(20, 30), strict=True)]
    velocities = accumulate(used, lambda velocity, gradient: beta * velocity + gradient)
    assert_allclose(trace.gradient, used, rtol=1e-12, atol=1e-12)
    assert_allclose(np.diff(trace.theta, axis=0), [-0.01 * velocity for velocity in velocities], rtol=1e-12, atol=1e-14)
    assert not np.isclose(trace.gradient, DATA.gradient(trace.theta[:-1])).all(1).any()
    assert_allclose(trace.value, DATA.value(trace.theta), rtol=1e-14)


@pytest.mark.parametrize(
    "objective, batches, seen",
    [
        (PARABOLA, None, [0, 0, 0, 0]),
        (DATA, None, [0, 20, 40, 60]),
        (DATA, Batches(15), [0, 15, 20, 35]),
        (DATA, Batches(15, order="replacement"), [0, 15, 30, 45]),
    ],
)
def test_examples_are_counted(objective, batches, seen):
    start = np.ones(len(objective.hessian))
    assert descend(objective, start, PLAIN, 0.01, 3, batches=batches).examples_seen.tolist() == seen


def test_outcomes_say_what_happened_in_a_sentence():
    assert all(outcome.sentence.endswith(".") and " " in outcome.sentence for outcome in Outcome)


@pytest.mark.parametrize(
    "change, message",
    [
        ({"steps": 0}, "steps must be at least 1, got 0"),
        ({"steps": -5}, "steps must be at least 1, got -5"),
        ({"tolerance": -1e-9}, "tolerance must be finite and at least 0, got -1e-09"),
        ({"tolerance": nan}, "tolerance .* got nan"),
        ({"tolerance": inf}, "tolerance .* got inf"),
        ({"learning_rate": nan}, "learning_rate must be finite and at least 0, got nan"),
        ({"learning_rate": -0.1}, "learning_rate .* got -0.1"),
        ({"learning_rate": [0.1, inf]}, "learning_rate .* got .*inf"),
        ({"learning_rate": lambda step: 0.1 - step}, "learning_rate must be finite and at least 0"),
        ({"start": 1.0}, r"start must have shape \(d,\) or \(runs, d\), got \(\)"),
        ({"start": []}, r"start .* got \(0,\)"),
        ({"start": np.ones((1, 2, 3))}, r"start .* got \(1, 2, 3\)"),
        ({"start": [1, nan, 1]}, "start must be finite, .* got .*nan"),
        ({"start": [1, inf, 1]}, "start must be finite, .* got .*inf"),
        ({"start": [1e200, 1, 1]}, "start must be finite, and so must the objective there, got .*e.200"),
        ({"start": np.ones((2, 3)), "learning_rate": [0.1] * 3}, "start, learning_rate and seed .*2.*3"),
        ({"start": np.ones((2, 3)), "batches": Batches(5, (1, 2, 3))}, "start, learning_rate and seed .*2.*3"),
        ({"learning_rate": [0.1] * 4, "batches": Batches(5, (1, 2, 3))}, "start, learning_rate and seed .*4.*3"),
        ({"batches": Batches(21)}, "size must be at most the number of examples, 20, got 21"),
        ({"objective": PARABOLA, "start": [1.0], "batches": Batches(1)}, "batches"),
        ({"objective": PARABOLA, "start": [1.0, 2.0]}, r"start must have shape \(1,\) or \(runs, 1\), .* got \(2,\)"),
        ({"start": [1.0, 2.0]}, r"start must have shape \(3,\) or \(runs, 3\), the objective's dimension, got \(2,\)"),
        ({"start": np.ones((3, 2))}, r"start must have shape \(3,\) or \(runs, 3\), .* got \(3, 2\)"),
        ({"objective": ROSENBROCK}, r"start must have shape \(2,\) or \(runs, 2\), .* got \(3,\)"),
        ({"objective": BroadcastLeastSquares(FEATURES, TARGETS), "start": [1.0]}, r"start must have shape \(3,\)"),
    ],
)
def test_misuse_raises_one_sentence_with_the_name_and_the_value(change, message):
    setting = {"objective": DATA, "start": np.ones(3), "optimizer": PLAIN, "learning_rate": 0.1, "steps": 10}
    with pytest.raises(ValueError, match=message):
        descend(**setting | change)
