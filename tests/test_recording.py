"""What is recorded on request, against the descent with all its updates."""

import tracemalloc
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from gdcore import (
    OPTIMIZERS,
    Adam,
    Batches,
    Exponential,
    GradientDescent,
    LeastSquares,
    Outcome,
    Quadratic,
    begin,
    descend,
    record,
)

rng = np.random.default_rng(0)
DATA = LeastSquares(rng.normal(size=(50, 2)), rng.normal(size=50))
START = [1.0, -2.0, 3.0]
PARABOLA = Quadratic(a0=-3, a1=-2, a2=3)
every_rule = pytest.mark.parametrize("rule", [kind() for kind in OPTIMIZERS], ids=lambda rule: rule.name)


def theta(update):
    return update.after.theta


@every_rule
@pytest.mark.parametrize("every", [1, 7, 60, 500])
def test_what_is_asked_for_is_that_of_every_so_many_updates(rule, every):
    trace = descend(PARABOLA, [8.0], rule, 0.02, 200)
    found = record(
        PARABOLA, begin(PARABOLA, [8.0], rule), rule, 0.02, 200, lambda u: (u.after.theta, u.gradient), every=every
    )
    updates = range(every, 201, every)
    assert found.update == tuple(updates) and found.outcome is Outcome.STEP_LIMIT
    for t, (point, gradient) in zip(updates, found.measured, strict=True):
        assert_array_equal(point, trace.theta[t])
        assert_array_equal(gradient, trace.gradient[t - 1])
    assert_array_equal(found.last.theta, trace.theta[-1])


@every_rule
@pytest.mark.parametrize("batches", [None, Batches(8), Batches(1, order="replacement")], ids=str)
def test_recordings_of_chunks_one_after_the_other_are_that_of_the_whole(rule, batches):
    schedule = Exponential(0.02, 0.99)
    settings = {"every": 30, "batches": batches}
    whole = record(DATA, begin(DATA, START, rule), rule, schedule, 200, theta, **settings)
    checkpoint, updates, measured = begin(DATA, START, rule), [], []
    for _ in range(4):
        chunk = record(DATA, checkpoint, rule, schedule, 50, theta, **settings)
        checkpoint, updates, measured = chunk.last, [*updates, *chunk.update], [*measured, *chunk.measured]
    assert tuple(updates) == whole.update == (30, 60, 90, 120, 150, 180)
    assert_array_equal(measured, whole.measured)
    assert_array_equal(checkpoint.theta, whole.last.theta)


@pytest.mark.parametrize(
    "objective, start, rule, rate",
    [
        pytest.param(Quadratic(0, -1, 0), 1.0, GradientDescent(), 1e307, id="theta"),
        pytest.param(Quadratic(0, 1e160, 0), 1.0, Adam(), 0.1, id="memory"),
        pytest.param(Quadratic(0, 0, 1e308), 1.0, GradientDescent(), 1e-309, id="gradient"),
    ],
)
def test_it_ends_before_the_first_update_that_is_out_of_range_and_can_be_gone_on_from(objective, start, rule, rate):
    trace = descend(objective, [start], rule, rate, 100)
    found = record(objective, begin(objective, [start], rule), rule, rate, 100, theta)
    assert found.outcome is trace.outcome is Outcome.NOT_FINITE
    assert found.last.update == trace.steps_taken == len(found.measured)
    assert_array_equal(found.last.theta, trace.theta[-1])
    assert record(objective, found.last, rule, 0.0, 1, theta).outcome is (
        Outcome.STEP_LIMIT if trace.steps_taken else Outcome.NOT_FINITE
    )


def test_a_theta_of_50_000_numbers_is_not_kept():
    wide = SimpleNamespace(dimension=50_000, value=lambda x: np.square(x).mean(-1), gradient=lambda x: 2 * x)
    begun = begin(wide, np.ones(50_000), Adam())
    tracemalloc.start()
    found = record(wide, begun, Adam(), 0.001, 200, lambda update: float(wide.value(update.after.theta)))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 20 * 50_000 * 8 and len(found.measured) == 200
    assert found.measured[-1] < found.measured[0] < 1


@pytest.mark.parametrize(
    "change, message",
    [
        ({"every": 0}, "every must be at least 1, got 0"),
        ({"steps": 0}, "steps must be at least 1, got 0"),
        ({"checkpoint": begin(DATA, [START, START], Adam())}, r"one run, theta must have shape \(d,\), got \(2, 3\)"),
    ],
)
def test_misuse_raises_one_sentence(change, message):
    setting = {"checkpoint": begin(DATA, START, Adam()), "steps": 10}
    with pytest.raises(ValueError, match=message):
        record(**{"objective": DATA, "optimizer": Adam(), "learning_rate": 0.1, "measure": theta} | setting | change)
