"""The loop in chunks against the loop written out, and the memory of a rule as a value."""

import pickle
from copy import deepcopy
from dataclasses import dataclass
from itertools import islice
from math import exp
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from gdcore import (
    OPTIMIZERS,
    SCHEDULES,
    AdaGrad,
    Adam,
    Batches,
    Constant,
    Cosine,
    Exponential,
    GradientDescent,
    InverseTime,
    LeastSquares,
    Momentum,
    Outcome,
    Quadratic,
    RMSProp,
    StepDecay,
    begin,
    descend,
    replay,
    updates,
)
from gdcore.optimizers import Optimizer

N = 70
PLAIN = GradientDescent()
STEPS, CHUNK = 600, 50

rng = np.random.default_rng(0)
FEATURES = rng.normal(size=(N, 2))
DATA = LeastSquares(FEATURES, FEATURES @ [1.3, -1.0] - 3.5 + rng.normal(size=N))
ORDERS = ("reshuffled", "fixed", "replacement")
BATCHES = [None, *(Batches(size, 3, order) for size in (N, 32, 1) for order in ORDERS)]
RATES = [
    Constant(0.01),
    InverseTime(0.01, 0.1),
    Exponential(0.01, 0.99),
    StepDecay(0.01, 0.5, 120),
    Cosine(0.01, 1e-4, 500),
]

every_rule = pytest.mark.parametrize("rule", [kind() for kind in OPTIMIZERS], ids=lambda rule: rule.name)


class Rosenbrock:
    dimension = 2

    def value(self, theta):
        x, y = theta[..., 0], theta[..., 1]
        return (1 - x) ** 2 + 100 * (y - x * x) ** 2

    def gradient(self, theta):
        return np.stack(rosenbrock(theta[..., 0], theta[..., 1]), axis=-1)


class OnFloats(Rosenbrock):
    def partials(self, x, y):
        assert type(x) is float and type(y) is float
        return rosenbrock(x, y)


def rosenbrock(x, y):
    off = y - x * x
    return -2 * (1 - x) - 400 * x * off, 200 * off


def written_out(objective, start, rule, schedule, batches, steps=STEPS):
    """theta, gradient and direction of each update, in the plainest way."""
    theta = np.array(start)
    memory, everything = rule.init(theta), []
    rows = batches.rows(objective.n_examples, steps) if batches else [None] * steps
    if batches and batches.size == objective.n_examples and batches.order != "replacement":
        rows = [None] * steps  # each example once: the full gradient
    for t in range(steps):
        gradient = objective.gradient(theta) if rows[t] is None else objective.gradient(theta, rows[t])
        direction, memory = rule.update(gradient, memory)
        theta = theta - schedule(t) * direction
        everything.append((theta, gradient, direction))
    return [np.array(column) for column in zip(*everything, strict=True)]


def in_chunks(objective, start, rule, schedule, batches, steps=STEPS, chunk=CHUNK):
    """The same in chunks; what is kept between two of them has been bytes."""
    checkpoint, everything = begin(objective, start, rule), []
    for _ in range(steps // chunk):
        checkpoint = pickle.loads(pickle.dumps(checkpoint))
        made = list(updates(objective, checkpoint, rule, schedule, chunk, batches=batches))
        everything += [(u.after.theta, u.gradient, u.direction) for u in made]
        checkpoint = made[-1].after
    assert checkpoint.update == steps
    return [np.array(column) for column in zip(*everything, strict=True)]


def assert_same(*ways):
    for columns in zip(*ways, strict=True):
        for column in columns[1:]:
            assert_array_equal(column, columns[0])


def test_every_schedule_is_followed_in_chunks():
    assert {type(schedule) for schedule in RATES} == set(SCHEDULES)


@every_rule
@pytest.mark.parametrize("batches", BATCHES, ids=str)
@pytest.mark.parametrize("schedule", RATES, ids=lambda schedule: schedule.name)
def test_chunks_of_50_are_one_run_of_600_of_the_loop_written_out_to_the_bit(rule, batches, schedule):
    start = np.array([1.0, -2.0, 3.0])
    assert_same(in_chunks(DATA, start, rule, schedule, batches), written_out(DATA, start, rule, schedule, batches))


@every_rule
@pytest.mark.parametrize("schedule", RATES, ids=lambda schedule: schedule.name)
@pytest.mark.parametrize("objective", [Rosenbrock(), OnFloats()], ids=["array", "floats"])
def test_chunks_are_the_whole_descent_to_the_bit_where_all_is_recorded_too(rule, schedule, objective):
    schedule = type(schedule)(1e-4, *list(vars(schedule).values())[1:])
    trace = descend(objective, [-1.2, 1.0], rule, schedule, STEPS)
    again = replay(objective, [-1.2, 1.0], rule, trace.gradient)
    assert_same(
        in_chunks(objective, [-1.2, 1.0], rule, schedule, None),
        in_chunks(objective, [-1.2, 1.0], rule, schedule, None, chunk=STEPS),
        (trace.theta[1:], trace.gradient, again.direction),
    )


@every_rule
@pytest.mark.parametrize("batches", [None, Batches(32, (1, 2, 3)), Batches(1, (1, 2, 3), "replacement")], ids=str)
def test_many_runs_in_chunks_are_one_pass_to_the_bit(rule, batches):
    starts, schedule = rng.normal(size=(3, 3)), InverseTime(np.array([0.01, 0.02, 0.03]), 0.1)
    whole = in_chunks(DATA, starts, rule, schedule, batches, steps=200, chunk=200)
    assert_same(in_chunks(DATA, starts, rule, schedule, batches, steps=200), whole)


def test_any_function_of_the_step_is_a_rate_that_goes_on():
    def rate(step):
        return 0.01 / (1 + step)

    chunks, trace = in_chunks(PARABOLA, [8.0], PLAIN, rate, None), descend(PARABOLA, [8.0], PLAIN, rate, STEPS)
    assert_array_equal(chunks[0], trace.theta[1:])


PARABOLA = Quadratic(a0=-3, a1=-2, a2=3)


@every_rule
@pytest.mark.parametrize("objective", [Rosenbrock(), OnFloats()], ids=["array", "floats"])
def test_a_checkpoint_can_be_gone_on_from_twice_and_by_either_kind_of_parts(rule, objective):
    *_, last = updates(objective, begin(objective, [-1.2, 1.0], rule), rule, 1e-4, 100)
    before = deepcopy(last.after)
    once, twice = (
        [update.after.theta for update in updates(objective, last.after, rule, rate, 50)] for rate in (1e-4, 1e-4)
    )
    assert_array_equal(once, twice)
    other = OnFloats() if objective.__class__ is Rosenbrock else Rosenbrock()
    elsewhere = [update.after.theta for update in updates(other, last.after, rule, 1e-4, 50)]
    np.testing.assert_allclose(elsewhere, once, rtol=1e-12)
    assert pickle.dumps(before) == pickle.dumps(last.after)


@every_rule
def test_the_memory_of_a_checkpoint_is_that_of_arrays_also_on_floats(rule):
    (on_arrays,), (on_floats,) = (
        updates(objective, begin(objective, [-1.2, 1.0], rule), rule, 1e-4, 1)
        for objective in (Rosenbrock(), OnFloats())
    )
    assert pickle.dumps(on_arrays.after.memory) == pickle.dumps(on_floats.after.memory)


@every_rule
@pytest.mark.parametrize("objective", [Rosenbrock(), OnFloats()], ids=["array", "floats"])
@pytest.mark.parametrize("start", [[-1.2, 1.0], [[-1.2, 1.0], [0.0, 0.5], [2.0, 2.0]]], ids=["one", "three"])
def test_a_replay_has_the_directions_and_the_memory_of_the_path(rule, objective, start):
    trace = descend(objective, start, rule, 1e-4, 100)
    again = replay(objective, start, rule, trace.gradient)
    assert_array_equal(trace.theta[:-1] - 1e-4 * again.direction, trace.theta[1:])
    checkpoints = [update.after for update in updates(objective, begin(objective, start, rule), rule, 1e-4, 100)]
    for t in (0, 1, 99):
        assert_array_equal(*(np.hstack(list(flat(memory))) for memory in (at(again.memory, t), checkpoints[t].memory)))


def at(memory, t):
    if isinstance(memory, tuple):
        return tuple(at(part, t) for part in memory)
    return None if memory is None else memory[t]


def flat(memory):
    if isinstance(memory, tuple):
        for part in memory:
            yield from flat(part)
    else:
        yield np.ravel(0.0 if memory is None else memory)


def test_an_update_that_is_not_asked_for_is_not_made():
    asked = []
    counting = SimpleNamespace(dimension=1, value=lambda theta: theta[..., 0], gradient=lambda x: asked.append(x) or x)
    made = updates(counting, begin(counting, [8.0], PLAIN), PLAIN, 0.1, 1_000_000)
    assert not asked
    assert [float(update.after.theta[0]) for update in islice(made, 3)] == pytest.approx([7.2, 6.48, 5.832])
    assert len(asked) == 3


def test_numbers_that_overflow_in_the_loop_raise_nothing_and_the_callers_own_still_do():
    steep = Quadratic(0, 0, -1e300)
    with np.errstate(all="raise"):
        made = []
        for update in updates(steep, begin(steep, [[1.0]], PLAIN), PLAIN, 1e10, 3):
            made.append(update)
            with pytest.raises(FloatingPointError):
                np.ones(1) / 0.0
    assert len(made) == 3 and not np.isfinite(made[-1].after.theta).any()


# ---- objectives with chance of their own


class Jittery(LeastSquares):
    noisy = True
    seeds = (5, 6)

    def gradient(self, theta, rows=None, *, update):
        noise = [np.random.default_rng((seed, update)).normal(size=3) for seed in self.seeds]
        return super().gradient(theta, rows) + (noise if theta.ndim == 2 else noise[0])


class JitteryParabola(Quadratic):
    noisy = True

    def gradient(self, theta, *, update):
        return super().gradient(theta) + np.random.default_rng(update).normal(size=theta.shape)


@every_rule
@pytest.mark.parametrize("batches", [None, Batches(32)], ids=str)
@pytest.mark.parametrize("start", [[1.0, -2.0, 3.0], [[1.0, -2.0, 3.0], [1.0, 2.0, 3.0]]], ids=["one", "two"])
def test_noise_that_is_drawn_by_the_number_of_the_update_is_the_same_in_chunks(rule, batches, start):
    jittery, schedule = Jittery(FEATURES, DATA.targets), RATES[1]
    chunks = in_chunks(jittery, start, rule, schedule, batches, 200)
    assert_same(chunks, in_chunks(jittery, start, rule, schedule, batches, 200, chunk=200))
    rows = batches.rows(N, 200) if batches else [None] * 200
    assert_array_equal(chunks[1][99], jittery.gradient(chunks[0][98], rows[99], update=99))
    if batches or rule.name in ("AdaGrad", "RMSProp", "Adam"):
        assert not np.array_equal(chunks[0], in_chunks(DATA, start, rule, schedule, batches, 200)[0])


def test_noise_is_not_passed_by_on_floats_nor_on_the_fast_path():
    trace = descend(JitteryParabola(0, 0, 1), [1.0], PLAIN, 0.1, 50)
    assert_array_equal(trace.gradient[7], JitteryParabola(0, 0, 1).gradient(trace.theta[7], update=7))
    trace = descend(Jittery(FEATURES, DATA.targets), [1.0, -2.0, 3.0], PLAIN, 0.1, 50)
    assert_array_equal(trace.gradient[7], Jittery(FEATURES, DATA.targets).gradient(trace.theta[7], update=7))


# ---- rules that look at the whole gradient


@dataclass(frozen=True)
class Clipped(Optimizer):
    """The gradient, and where it is longer than 1, its direction."""

    name = "clipped"
    elementwise = False

    def init(self, theta):
        assert isinstance(theta, np.ndarray)
        return None

    def update(self, gradient, state):
        assert isinstance(gradient, np.ndarray) and gradient.shape[-1] == 2
        return gradient / np.maximum(1, np.linalg.norm(gradient, axis=-1, keepdims=True)), state


def test_a_rule_that_looks_at_the_whole_gradient_is_given_arrays_only():
    trace = descend(OnFloats(), [-1.2, 1.0], Clipped(), 0.01, 300)
    assert_array_equal(trace.theta[1:], written_out(Rosenbrock(), [-1.2, 1.0], Clipped(), Constant(0.01), None, 300)[0])
    np.testing.assert_allclose(np.linalg.norm(np.diff(trace.theta, axis=0), axis=1), 0.01)  # never below 1 there
    together = descend(OnFloats(), [[-1.2, 1.0], [2.0, 2.0]], Clipped(), 0.01, 300)
    assert_array_equal(together.theta[:, 0], trace.theta)
    assert_array_equal(in_chunks(OnFloats(), [-1.2, 1.0], Clipped(), Constant(0.01), None, 300)[0], trace.theta[1:])
    again = replay(OnFloats(), [-1.2, 1.0], Clipped(), trace.gradient)
    assert_array_equal(trace.theta[:-1] - 0.01 * again.direction, trace.theta[1:])


# ---- where floats raise


def flat_value(theta):
    return np.zeros(theta.shape[:-1])


RAISES = {  # start and rate, value, slope of an array, slope of a float, what the float does
    "division by 0": (1.0, 1.0, np.sqrt, lambda x: 1 / x**0.5, lambda x: 1 / x**0.5, ZeroDivisionError),
    "exp": (1.0, 1.0, lambda x: -np.exp(x), lambda x: -np.exp(x), lambda x: -exp(x), OverflowError),
    "power": (3.0, 1.0, lambda x: x**4, lambda x: 4 * x**3, lambda x: 4 * x**3, OverflowError),
    "negative base": (1.0, 1.0, lambda x: x**1.5, lambda x: 1.5 * x**0.5, lambda x: 1.5 * x**0.5, complex),
}


def of_one(value, slope, partial=None):
    """An objective of one parameter, on arrays or on floats."""
    on = {"gradient": slope} if partial is None else {"partials": lambda x: (partial(x),)}
    return SimpleNamespace(dimension=1, value=lambda theta: value(theta[..., 0]), **on)


@pytest.mark.parametrize("start, rate, value, slope, partial, does", RAISES.values(), ids=RAISES)
@pytest.mark.parametrize("sees_it", [True, False], ids=["value too", "slope alone"])
@pytest.mark.parametrize("rule", [kind() for kind in OPTIMIZERS if kind.elementwise], ids=lambda rule: rule.name)
def test_what_raises_on_floats_or_turns_complex_is_what_nan_is_on_arrays(
    start, rate, value, slope, partial, does, sees_it, rule
):
    value = value if sees_it else lambda x: np.zeros_like(x)
    floats, arrays = of_one(value, slope, partial), of_one(value, slope)
    for tolerance in (0.0, 1e-9):
        on_floats, on_arrays = (descend(o, [start], rule, rate, 500, tolerance=tolerance) for o in (floats, arrays))
        assert (on_floats.outcome, on_floats.steps_taken) == (on_arrays.outcome, on_arrays.steps_taken)
        np.testing.assert_allclose(on_floats.theta, on_arrays.theta, rtol=1e-12)


@pytest.mark.parametrize("start, rate, value, slope, partial, does", RAISES.values(), ids=RAISES)
def test_each_of_these_does_raise_or_turn_complex(start, rate, value, slope, partial, does):
    floats = of_one(lambda x: np.zeros_like(x), slope, partial)
    trace = descend(floats, [start], PLAIN, rate, 500)
    assert trace.outcome is Outcome.NOT_FINITE
    before = trace.theta[-1, 0].item()
    if does is complex:
        after = before - rate * partial(before)
        assert isinstance(partial(after), complex)
    else:
        with pytest.raises(does):
            partial(before)


def test_the_update_that_raises_is_nan_and_the_last():
    floats = of_one(np.sqrt, None, lambda x: 1 / x)
    made = list(updates(floats, begin(floats, [1.0], PLAIN), PLAIN, 1.0, 100))
    assert [update.after.update for update in made] == [1, 2]
    last = made[-1]
    assert np.isnan([last.after.theta, last.gradient, last.direction]).all()


def test_a_mistake_in_an_objective_is_not_taken_for_the_end_of_a_run():
    floats = of_one(np.square, None, lambda x: x.no_such_name)
    with pytest.raises(AttributeError):
        descend(floats, [1.0], PLAIN, 0.1, 10)


# ---- where the memory leaves the numbers


ADAPTIVE = [AdaGrad(), RMSProp(), Adam()]
every_adaptive_rule = pytest.mark.parametrize("rule", ADAPTIVE, ids=lambda rule: rule.name)


@every_adaptive_rule
@pytest.mark.parametrize("tolerance", [0.0, 1e-6])
@pytest.mark.parametrize("starts", [[1.0], [[1.0], [1.0]]], ids=["float", "runs"])
def test_a_rule_whose_memory_overflows_has_left_the_numbers_and_has_not_settled(rule, tolerance, starts):
    trace = descend(Quadratic(0, 1e160, 0), starts, rule, 0.1, 200, tolerance=tolerance)
    assert set(np.ravel(trace.outcome)) == {Outcome.NOT_FINITE} and not np.any(trace.steps_taken)


@every_adaptive_rule
@pytest.mark.parametrize("on", ["floats", "array", "runs"])
def test_it_ends_before_the_very_update_whose_memory_overflows(rule, on):
    """Slopes that grow fourfold with each unit of theta: their square is infinite from some theta on."""
    steep = of_one(
        flat_value_of_one, lambda x: -1e150 * 4.0**x, (lambda x: -1e150 * 4.0**x) if on == "floats" else None
    )
    starts = [[0.0], [-1000.0]] if on == "runs" else [0.0]
    trace = descend(steep, starts, rule, 0.5, 300)
    outcome, taken = np.ravel(trace.outcome)[0], np.ravel(trace.steps_taken)[0]
    assert 0 < taken < 300 and outcome is Outcome.NOT_FINITE
    with np.errstate(over="ignore"):
        squares = np.square(-1e150 * 4.0 ** trace.theta[: taken + 1].reshape(taken + 1, -1)[:, 0])
        memory = squares.cumsum() if rule.name == "AdaGrad" else squares
    assert np.isfinite(memory[:-1]).all() and np.isinf(memory[-1])
    if on == "runs":  # the other goes on
        assert trace.outcome[1] is Outcome.STEP_LIMIT and trace.steps_taken[1] == 300


def flat_value_of_one(x):
    return np.zeros_like(x)


# ---- misuse


@pytest.mark.parametrize(
    "change, message",
    [
        ({"steps": 0}, "steps must be at least 1, got 0"),
        ({"learning_rate": -0.1}, "learning_rate must be finite and at least 0, got -0.1"),
        ({"learning_rate": [0.1, 0.2]}, r"2 rates or seeds need a start of shape \(2, d\), got \(3,\)"),
        ({"batches": Batches(1, (1, 2))}, r"2 rates or seeds need a start of shape \(2, d\), got \(3,\)"),
        ({"batches": Batches(N + 1)}, f"size must be at most the number of examples, {N}, got {N + 1}"),
        ({"objective": PARABOLA}, r"start must have shape \(1,\) or \(runs, 1\), .* got \(3,\)"),
        ({"objective": PARABOLA, "batches": Batches(1)}, "batches need an objective with examples"),
    ],
)
def test_misuse_raises_at_once(change, message):
    setting = {
        "objective": DATA,
        "checkpoint": begin(DATA, np.ones(3), Adam()),
        "optimizer": Adam(),
        "learning_rate": 0.1,
        "steps": 10,
    }
    with pytest.raises(ValueError, match=message):
        updates(**setting | change)


@pytest.mark.parametrize(
    "start, message", [([1.0], r"start must have shape \(3,\) .* got \(1,\)"), ([1, np.nan, 1], "start must be finite")]
)
def test_a_start_is_checked_where_it_begins(start, message):
    with pytest.raises(ValueError, match=message):
        begin(DATA, start, PLAIN)


@pytest.mark.parametrize("gradients", [np.ones((0, 2)), np.ones((5, 3)), np.ones(2)], ids=["none", "of 3", "flat"])
def test_a_replay_needs_the_gradients_of_this_start(gradients):
    with pytest.raises(ValueError, match=r"gradients must have shape \(T, 2\), got \("):
        replay(OnFloats(), [-1.2, 1.0], Momentum(), gradients)
