"""Predictions: the right answer is what the run does, whatever the settings."""

import re
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as some

from gdcore import Constant, GradientDescent, InverseTime, Momentum, Outcome, Quadratic, datasets, descend
from pages import lessons
from pages.lessons.quadratic import words as quadratic_words
from pages.lessons.race import question as race_question
from pages.lessons.race import runs as race_runs
from pages.lessons.race.runs import CLOCKS, EXAMPLES, UPDATES, Lane, Race
from pages.lessons.regression import words as regression_words
from pages.lessons.regression.runs import Fit
from pages.shared.data.regression import Model
from tests.harness import open_lesson

LESSONS = tuple(lesson.key for lesson in lessons.LESSONS)


def what_the_ball_does(objective: Quadratic, rate: float, start: float) -> int:
    """Read off the first updates of the run itself."""
    trace = descend(objective, [start], GradientDescent(), rate, 40)
    away = trace.theta[:, 0] - objective.optimum[0]
    away = away[np.abs(away) > 1e-9 * abs(away[0])]
    if not (away[1:] * away[:-1] < 0).any():
        return 0
    growth = abs(away[-1] / away[0]) ** (1 / (len(away) - 1))
    return 2 if abs(growth - 1) < 1e-12 else 1 if growth < 1 else 3


@given(
    a2=some.floats(0.05, 5),
    reach=some.sampled_from([0.1, 0.5, 0.9, 1, 1.2, 1.8, 2, 2.2, 3]),
    start=some.sampled_from([-7.0, 3.0, 12.0]),
)
def test_the_right_answer_of_the_quadratic_is_what_the_ball_does(a2, reach, start):
    objective = Quadratic(a0=1, a1=-2, a2=a2)
    assume(abs(start - objective.optimum[0]) > 1e-6)
    rate = reach / (2 * a2)
    question = quadratic_words.question(objective, rate, start)
    assert question.right == what_the_ball_does(objective, rate, start)
    assert len(question.answers) == 4


@pytest.mark.parametrize(("a2", "start"), [(-1, 2.0), (0, 2.0), (1, 1.0)])
def test_without_a_way_to_the_minimum_there_is_no_question(a2, start):
    assert quadratic_words.question(Quadratic(a0=0, a1=-2, a2=a2), 0.1, start) is None


def fit(model: Model, rate: float, epochs: int = 20_000) -> Fit:
    start = model.start([3.0] * (model.dataset.features.shape[1] + 1))
    return Fit(model, rate, descend(model.objective, start, GradientDescent(), rate, epochs))


@pytest.mark.evidence(
    "The right answer to the question about a fit names the range in which the run's number of epochs lies.",
    lesson="Linear regression",
    kind="independent loop",
    oracle="the epochs of the run, counted",
    tolerance=0,
)
@pytest.mark.parametrize("rate", [0.003, 0.02, 0.05, 0.11, 0.17, 0.18, 0.5])
@pytest.mark.parametrize("data", [datasets.line(), datasets.noisy_line(seed=3)], ids=["six points", "noisy"])
def test_the_right_answer_of_the_regression_counts_the_epochs_of_the_run(data, rate):
    run = fit(Model(data), rate)
    question = regression_words.question(run)
    away = np.linalg.norm(run.trace.theta - run.model.objective.optimum, axis=1)
    near = np.flatnonzero(~(away <= 0.01 * away[0]))[-1] + 1
    answer = question.answers[question.right].text
    if near == len(away):
        assert answer == "Never"
    else:
        low, high = (int(part.replace(",", "")) for part in answer.split(" to "))
        assert low <= near <= high
        assert f"**{near:,} epoch" in question.why


def test_the_opening_of_the_regression_takes_81_epochs():
    run = Fit(
        Model(datasets.line()), 0.05, descend(Model(datasets.line()).objective, [0.0, 0.0], GradientDescent(), 0.05, 9)
    )
    assert "**81 epochs**" in regression_words.question(run).why


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
    assert not any(word in said for word in ("nan", "inf")) and "beyond the machine" not in said
    ends = {}
    for c in run.courses:
        last = [mean_square_error(model, c.trace.theta[end, i]) for i, end in enumerate(c.ended)]
        ends[c.name] = np.median([loss if c.trace.outcome[i] is finite else np.inf for i, loss in enumerate(last)])
    if "lowest" in said:
        named = said.split("At the last update")[1].partition(" is lowest" if " is lowest" in said else " are lowest")[
            0
        ]
        low = [name for name in ends if re.search(rf"(^|[ ,)]){re.escape(name)}($|,| and )", named)]
        assert low and max(ends[name] for name in low) <= min(ends.values()) * 1.01 + 1e-12 < np.inf
    if "what noise leaves" in said:
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
        assert "stochastic is lowest" not in question.why and "noise leaves" not in question.why
    one = race(UPDATES, 0.3, (1, 256))
    assert "stochastic is lowest" not in race_question.of_race(one).why


def test_the_explanation_gives_noise_as_the_reason_where_it_is():
    slow = race_question.of_race(race(EXAMPLES)).why  # the batch has not come to rest
    assert "mini-batch 32 is lowest" in slow and "among the lanes with noise, what it leaves grows with η / B" in slow
    at_rest = race_question.of_race(race(EXAMPLES, 0.3, (256, 32, 8))).why
    assert " batch is lowest" in at_rest and ": what noise leaves grows with η / B" in at_rest
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


def test_a_page_that_asks_runs_every_lane_once(monkeypatch):
    calls = []

    def counted(*args, **options):
        calls.append(args)
        return descend(*args, **options)

    monkeypatch.setattr(race_runs, "descend", counted)
    for clock in CLOCKS:
        calls.clear()
        app = open_lesson("race", predict=True, clock=clock, lanes=4, budget=5)
        assert answers(app, "race") and len(calls) == 4


def answers(app, page):
    return [button for button in app.button if button.key and button.key.startswith(f"{page}_answer_")]


@pytest.mark.parametrize("page", LESSONS)
def test_one_click_answers_and_the_explanation_names_the_right_answer(page):
    app = open_lesson(page, predict=True)
    texts = [button.label for button in answers(app, page)]
    assert len(texts) >= 4
    assert not any("-badge[" in text.value for text in app.markdown)  # no verdict before the answer
    answers(app, page)[0].click().run()
    assert not app.exception and not answers(app, page)
    said = " ".join(text.value for text in app.markdown)
    assert f"Your prediction: **{texts[0]}**" in said
    assert "**Right**" in said or any(f"It is: **{text}**" in said for text in texts[1:])
    assert "of 1 right in this visit" in said


def test_every_other_run_asks_again_and_the_tally_goes_on():
    app = open_lesson("quadratic", predict=True)
    answers(app, "quadratic")[0].click().run()  # right: the opening stays on its side
    app.text_input(key="quadratic_rate_text").set_value("0.2").run()
    answers(app, "quadratic")[3].click().run()
    said = " ".join(text.value for text in app.markdown)
    assert "It is: **Across, with shrinking jumps**" in said and "1 of 2 right" in said
    assert "Your answer would need η above 0.3333" in said


def test_scenes_undo_and_reset_leave_the_mode_alone():
    app = open_lesson("quadratic", predict=True)
    app.button_group(key="quadratic_scene").set_value("Diverges").run()
    assert app.session_state["quadratic_predict"] and len(answers(app, "quadratic")) == 4
    app.button(key="quadratic_undo").click().run()
    assert app.session_state["quadratic_predict"]


@settings(max_examples=8, deadline=None)
@given(some.sampled_from(LESSONS), some.integers(0, 3))
def test_whatever_is_answered_the_page_stands(page, which):
    app = open_lesson(page, predict=True)
    answers(app, page)[which].click().run()
    assert not app.exception
