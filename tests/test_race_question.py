"""The question before a race and its answer, against the runs and their losses."""

import re
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from gdcore import Constant, GradientDescent, InverseTime, Momentum, Outcome, datasets
from pages.lessons.race import question as race_question
from pages.lessons.race.runs import CLOCKS, EXAMPLES, UPDATES, Lane, Race
from pages.shared.data.regression import Model


def race(clock: str, rate: float = 0.05, sizes=(256, 32, 1)) -> Race:
    model = Model(datasets.noisy_line(n=256, seed=7))
    lanes = tuple(Lane(size, Constant(rate)) for size in sizes)
    steps = tuple(40 * -(-256 // size) for size in sizes)
    return Race(model, lanes, np.array([-1.0, 4.0]), steps, seeds=(62,), clock=clock)


@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize("rate", [0.02, 0.05, 0.16])
def test_the_right_answer_of_the_race_is_who_is_first_on_the_clock(clock, rate):
    run = race(clock, rate)
    goal = 2 * run.model.floor
    firsts = [
        next((t for t, loss in zip(c.clock, c.loss[:, 0], strict=True) if loss < goal), np.inf) for c in run.courses
    ]
    order = np.argsort(firsts)
    clearly = firsts[order[1]] > 1.25 * firsts[order[0]] + 1
    question = race_question.of_race(run)
    assert question.right == (order[0] if clearly else 3)


def test_counted_in_updates_the_opening_is_a_tie_and_in_examples_it_is_not():
    assert race_question.of_race(race(UPDATES)).right == 3
    assert race_question.of_race(race(EXAMPLES)).right == 2


def mean_square_error(model: Model, theta: np.ndarray) -> float:
    return float(np.mean((model.dataset.features @ theta[:-1] + theta[-1] - model.dataset.targets) ** 2))


SCHEDULES = some.sampled_from([0.02, 0.05, 0.2, 0.35]).map(Constant) | some.just(InverseTime(0.1, 0.05))


LANES = some.builds(
    Lane, some.sampled_from([1, 4, 40]), SCHEDULES, some.sampled_from([GradientDescent(), Momentum(0.5)])
)


@settings(max_examples=150, deadline=None)
@given(
    lanes=some.lists(LANES, min_size=2, max_size=3),
    one_rate=some.booleans(),
    noise=some.sampled_from([0.0, 1.0]),
    order=some.sampled_from(["reshuffled", "fixed", "replacement"]),
    clock=some.sampled_from(CLOCKS),
    seeds=some.sampled_from([(0,), (0, 1, 2)]),
    epochs=some.sampled_from([2, 30, 300]),
)
def test_what_explains_a_prediction_is_true_of_the_runs(lanes, one_rate, noise, order, clock, seeds, epochs):
    model = Model(datasets.noisy_line(n=40, noise=noise, seed=7))
    lanes = [
        replace(lane, schedule=lanes[0].schedule, optimizer=lanes[0].optimizer) if one_rate else lane for lane in lanes
    ]
    steps = tuple(epochs * -(-40 // lane.size) for lane in lanes)
    run = Race(model, tuple(lanes), np.array([-1.0, 4.0]), steps, order, seeds, clock)
    question = race_question.of_race(run)
    if question is None:
        return
    said, finite = question.why, Outcome.STEP_LIMIT
    assert not any(word in said for word in ("nan", "inf")) and "too large to compute" not in said
    ends = {}
    for c in run.courses:
        last = [mean_square_error(model, c.trace.theta[end, i]) for i, end in enumerate(c.ended)]
        ends[c.name] = np.median([loss if c.trace.outcome[i] is finite else np.inf for i, loss in enumerate(last)])
    if re.search(" (is|are) lowest", said):
        named = said.split("At the last update")[1].partition(" is lowest" if " is lowest" in said else " are lowest")[
            0
        ]
        low = [name for name in ends if re.search(rf"(^|[ ,)]){re.escape(name)}($|,| and )", named)]
        assert low and max(ends[name] for name in low) <= min(ends.values()) * 1.01 + 1e-12 < np.inf
    if "the more noise stays" in said:
        assert noise > 0 and order != "fixed"
        per_example = [
            0 if lane.size == 40 and order == "reshuffled" else lane.schedule(0) / lane.size for lane in lanes
        ]
        assert np.isfinite(list(ends.values())).all() and all(isinstance(lane.schedule, Constant) for lane in lanes)
        for (one, end), (other, its) in permutations(zip(per_example, ends.values(), strict=True), 2):
            assert one >= other or end < its
    if "among the lanes with noise" in said:
        lanes_and_ends = [
            (lane.schedule(0) / lane.size, end)
            for lane, end in zip(lanes, ends.values(), strict=True)
            if lane.size < 40 or order == "replacement"
        ]
        assert noise > 0 and order != "fixed" and len({eta for eta, _ in lanes_and_ends}) > 1
        assert all(one >= other or end < its < np.inf for (one, end), (other, its) in permutations(lanes_and_ends, 2))
    if "move nearly alike" in said or "of a large one it moves" in said:
        assert len({(lane.schedule, lane.optimizer) for lane in lanes}) == 1 < len({lane.size for lane in lanes})


def test_a_lane_that_left_the_numbers_is_never_lowest_and_noise_is_not_the_reason():
    run = replace(race(EXAMPLES, 0.35, (1, 256)), seeds=(0, 1, 2, 3, 4), steps=(60_000, 20))
    if question := race_question.of_race(run):
        assert "stochastic is lowest" not in question.why and "noise stays" not in question.why
    one = race(UPDATES, 0.3, (1, 256))
    assert "stochastic is lowest" not in race_question.of_race(one).why


def test_the_explanation_gives_noise_as_the_reason_where_it_is():
    slow = race_question.of_race(race(EXAMPLES)).why  # the batch has not come to rest
    assert (
        "mini-batch 32 is lowest" in slow
        and "among the lanes with noise, the smaller the batch, the more of it stays" in slow
    )
    at_rest = race_question.of_race(race(EXAMPLES, 0.3, (256, 32, 8))).why
    assert " batch is lowest" in at_rest and ": the smaller the batch, the more noise stays" in at_rest
    assert "nearly alike" in race_question.of_race(race(UPDATES)).why


@pytest.mark.parametrize(
    ("noise", "small"),
    [
        (0.0, Lane(4, Constant(0.02))),
        (1.0, Lane(4, InverseTime(0.05, 0.01))),
        (1.0, Lane(4, Constant(0.02), Momentum(0.5))),
    ],
    ids=["no noise", "falling", "another rule"],
)
def test_noise_is_not_the_reason_for_an_order_that_only_happens_to_agree_with_it(noise, small):
    lanes = (Lane(40, Constant(0.2)), small)
    run = Race(Model(datasets.noisy_line(n=40, noise=noise, seed=7)), lanes, np.array([-1.0, 4.0]), (300, 300))
    why = race_question.of_race(run).why
    assert " batch is lowest" in why and "noise" not in why.split("At the last update")[1]
