"""Predictions: the right answer is what the run does, whatever the settings."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as some

from gdcore import Constant, GradientDescent, Quadratic, datasets, descend
from pages.shared import quadratic_words, race_words, regression_words
from pages.shared.models import Model
from pages.shared.race_runs import CLOCKS, EXAMPLES, UPDATES, Lane, Race
from pages.shared.regression_runs import Fit
from tests.harness import open_lesson

LESSONS = ("quadratic", "regression", "race")


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
    firsts = [next((t for t, loss in zip(c.clock, c.loss[:, 0], strict=True) if loss < 2), np.inf) for c in run.courses]
    order = np.argsort(firsts)
    clearly = firsts[order[1]] > 1.25 * firsts[order[0]] + 1
    question = race_words.question(run)
    assert question.right == (order[0] if clearly else 3)


def test_counted_in_updates_the_opening_is_a_tie_and_in_examples_it_is_not():
    assert race_words.question(race(UPDATES)).right == 3
    assert race_words.question(race(EXAMPLES)).right == 2


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
