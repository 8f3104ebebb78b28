"""Schedules against rates written by hand."""

from dataclasses import fields, replace
from math import inf, sqrt

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from gdcore import SCHEDULES, Constant, Cosine, Exponential, InverseTime, StepDecay

BY_HAND = [
    (Constant(0.5), [0.5, 0.5, 0.5, 0.5, 0.5, 0.5]),
    (InverseTime(1.0, decay=0.5), [1, 2 / 3, 1 / 2, 2 / 5, 1 / 3, 2 / 7]),
    (InverseTime(0.3, decay=0), [0.3, 0.3, 0.3, 0.3, 0.3, 0.3]),
    (Exponential(0.8, factor=0.5), [0.8, 0.4, 0.2, 0.1, 0.05, 0.025]),
    (Exponential(0.8, factor=0), [0.8, 0, 0, 0, 0, 0]),
    (Exponential(0.8, factor=1), [0.8, 0.8, 0.8, 0.8, 0.8, 0.8]),
    (StepDecay(1.0, factor=0.5, every=2), [1, 1, 0.5, 0.5, 0.25, 0.25]),
    (StepDecay(1.0, factor=0.1, every=4), [1, 1, 1, 1, 0.1, 0.1]),
    (Cosine(1.0, final=0, steps=4), [1, (2 + sqrt(2)) / 4, 0.5, (2 - sqrt(2)) / 4, 0, 0]),
    (Cosine(0.4, final=0.2, steps=2), [0.4, 0.3, 0.2, 0.2, 0.2, 0.2]),
]
every_schedule = pytest.mark.parametrize("schedule, rates", BY_HAND, ids=lambda value: str(value)[:40])


def test_rates_are_written_down_for_every_schedule():
    assert {type(schedule) for schedule, _ in BY_HAND} == set(SCHEDULES)


@pytest.mark.evidence(
    "Every schedule gives the learning rates that its formula gives by hand.",
    lesson="The race",
    kind="closed form",
    oracle="worked out by hand for the first six updates",
    tolerance=1e-15,
)
@every_schedule
def test_rates_are_those_written_by_hand(schedule, rates):
    assert_allclose([schedule(step) for step in range(6)], rates, rtol=1e-15, atol=1e-16)


@every_schedule
def test_an_array_of_steps_gives_the_rates_of_the_single_steps(schedule, rates):
    assert_array_equal(schedule(np.arange(6)), [schedule(step) for step in range(6)])


@every_schedule
def test_one_initial_rate_per_run_gives_each_run_its_own_schedule(schedule, rates):
    together = replace(schedule, initial=np.array([0.1, 0.2, 3.0]))(np.arange(6)[:, None])
    alone = [replace(schedule, initial=rate)(np.arange(6)) for rate in (0.1, 0.2, 3.0)]
    assert_allclose(together, np.transpose(alone), rtol=1e-15)


# last rate and sum of all rates, by hand; the formulas stand on paper, not in the code
IN_THE_LONG_RUN = [
    (Constant(0.5), 0.5, inf),
    (Constant(0.0), 0, 0),
    (InverseTime(1.0, decay=0.5), 0, inf),
    (InverseTime(0.3, decay=0), 0.3, inf),
    (Exponential(0.8, factor=0.5), 0, 1.6),
    (Exponential(0.8, factor=0), 0, 0.8),
    (Exponential(0.8, factor=1), 0.8, inf),
    (StepDecay(1.0, factor=0.5, every=2), 0, 4),
    (StepDecay(1.0, factor=0, every=4), 0, 4),
    (StepDecay(0.7, factor=1, every=4), 0.7, inf),
    (Cosine(1.0, final=0, steps=4), 0, 2.5),
    (Cosine(0.4, final=0.2, steps=2), 0.2, inf),
    (Cosine(0.05, final=0.05, steps=50), 0.05, inf),
]
every_long_run = pytest.mark.parametrize("schedule, last, total", IN_THE_LONG_RUN, ids=lambda value: str(value)[:40])


def test_the_long_run_is_written_down_for_every_schedule():
    assert {type(schedule) for schedule, _, _ in IN_THE_LONG_RUN} == set(SCHEDULES)


@every_long_run
def test_a_schedule_knows_whether_it_comes_to_a_rate_over_t(schedule, last, total):
    if schedule.over_t is None:
        far = schedule(np.array([10**7, 10**8])) * np.array([10**7, 10**8])
        assert last > 0 or (far < 1e-6).all() or not schedule.initial
    else:
        assert schedule(10**12) * 10**12 == pytest.approx(schedule.over_t, rel=1e-10)


@pytest.mark.parametrize("schedule", [schedule for schedule, *_ in IN_THE_LONG_RUN], ids=str)
def test_the_formula_of_a_schedule_is_its_rate(schedule):
    numbers = {field.name: repr(getattr(schedule, field.name)) for field in fields(schedule)}
    written = [eval(schedule.formula.format(**numbers), {"np": np, "t": t}) for t in range(12)]
    assert_allclose(written, schedule(np.arange(12)), rtol=1e-14, atol=1e-17)


@every_long_run
def test_a_schedule_knows_its_last_rate_and_the_sum_of_all(schedule, last, total):
    assert schedule.last == last
    assert schedule.total == pytest.approx(total, rel=1e-12)
    rates = schedule(np.arange(100_000))
    if total == inf:
        assert rates[50_000:].sum() > 0.5 * min(rates[10_000:20_000].sum(), rates[0])  # it goes on growing
    else:
        assert rates.sum() == pytest.approx(total, rel=1e-12)


@every_long_run
@pytest.mark.parametrize("initial", [5e-324, 1e-17, 0.3, 1e17, 1.7e308])
def test_the_first_rate_is_the_initial_one_to_the_bit_however_far_the_last_is(schedule, last, total, initial):
    assert replace(schedule, initial=initial)(0) == initial


@every_long_run
def test_a_schedule_is_constant_if_and_only_if_its_rates_are_all_the_same(schedule, last, total):
    rates = schedule(np.arange(100))
    assert schedule.is_constant == (np.ptp(rates) == 0)


@every_long_run
def test_one_initial_rate_per_run_gives_each_run_its_own_long_run(schedule, last, total):
    initial = np.array([0.1, 0.2, 3.0])
    together = replace(schedule, initial=initial)
    alone = [replace(schedule, initial=rate) for rate in initial.tolist()]
    assert_allclose(np.broadcast_to(together.last, 3), [one.last for one in alone], rtol=1e-15)
    assert_allclose(np.broadcast_to(together.total, 3), [one.total for one in alone], rtol=1e-15)


def test_schedules_have_names_of_their_own_and_those_in_links_stay():
    names = [kind.name for kind in SCHEDULES]
    assert names[:5] == ["constant", "1/t", "exponential", "step", "cosine"] and len(set(names)) == len(names)


@pytest.mark.parametrize("bad", [-0.1, np.nan, np.inf, np.array([0.1, -0.1])], ids=str)
@pytest.mark.parametrize("schedule, _", BY_HAND, ids=lambda value: str(value)[:40])
def test_a_first_rate_that_is_negative_or_not_finite_raises(schedule, _, bad):
    with pytest.raises(ValueError, match=rf"initial must be finite and at least 0, got .*{str(bad)[-4:]}"):
        replace(schedule, initial=bad)


@pytest.mark.parametrize(
    "kind, arguments, message",
    [
        (InverseTime, (1, -0.5), "decay .* got -0.5"),
        (InverseTime, (1, np.inf), "decay .* got inf"),
        (InverseTime, (1, np.nan), "decay .* got nan"),
        (Exponential, (1, -0.1), "factor .* got -0.1"),
        (Exponential, (1, 1.1), "factor .* got 1.1"),
        (StepDecay, (1, 1.5, 10), "factor .* got 1.5"),
        (StepDecay, (1, -0.5, 10), "factor .* got -0.5"),
        (StepDecay, (1, 0.5, 0), "every must be at least 1, got 0"),
        (Cosine, (1, -1, 10), "final .* got -1"),
        (Cosine, (1, np.nan, 10), "final .* got nan"),
        (Cosine, (1, 0, 0), "steps must be at least 1, got 0"),
    ],
)
def test_numbers_outside_their_range_raise(kind, arguments, message):
    with pytest.raises(ValueError, match=message):
        kind(*arguments)
