"""What the bar of each lesson says, frame by frame."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from gdcore import Constant
from pages.lessons.quadratic import QUADRATIC
from pages.lessons.quadratic import words as quadratic
from pages.lessons.quadratic.settings import compute
from pages.lessons.race import words as race_words
from pages.lessons.race.runs import CLOCKS, EXAMPLES, UPDATES, Lane
from pages.lessons.regression import REGRESSION
from pages.lessons.regression import words as regression
from pages.lessons.regression.scenes import SLOPE
from pages.lessons.regression.settings import compute as fit
from pages.lessons.regression.settings import dataset_of, model_of
from pages.shared.picture.pace import AFTER_A_PREDICTION
from pages.shared.picture.timeline import Bar, Rule
from pages.shared.words import steady
from tests.test_race_runs import Budget, race


def bar_of(lesson: str, **settings) -> tuple[Bar, np.ndarray, float]:
    """The bar, theta at every update, and the rate."""
    if lesson == "quadratic":
        values = QUADRATIC.defaults | settings
        run = compute(values)
        return quadratic.bar(run, values), run.trace.theta, run.learning_rate
    values = REGRESSION.defaults | settings
    run = fit(model_of(values, dataset_of(values)), values)
    return regression.bar(run, values), run.trace.theta, run.learning_rate


def told(rule: Rule, frame: int) -> tuple[str, str]:
    return rule.old[frame], rule.new[frame]


# ---- the rules


@pytest.mark.parametrize("settings", [{}, {"rate": "0.35"}, {"rate": "1e-4", "updates": 5000}, {"updates": 1}])
@pytest.mark.parametrize("lesson", ["quadratic", "regression"])
def test_a_frame_shows_the_update_that_leads_out_of_it_and_the_last_one_the_last_that_was_made(lesson, settings):
    bar, theta, _ = bar_of(lesson, **settings)
    made = np.append(bar.updates[:-1] + 1, bar.updates[-1])
    assert made[-1] == len(theta) - 1
    for i, rule in enumerate(bar.rules):
        assert len(rule.old) == len(rule.rate) == len(rule.gradient) == len(rule.new) == len(bar.updates)
        for frame, update in enumerate(made.tolist()):
            assert told(rule, frame) == (steady(theta[update - 1, i]), steady(theta[update, i]))


@pytest.mark.parametrize("lesson", ["quadratic", "regression"])
def test_a_run_without_an_update_shows_none_and_says_why(lesson):
    at_rest = {"start": 1.0, "a2": 1.0, "a1": -2.0} if lesson == "quadratic" else {"w1": 2.0, "b": -1.0}
    bar, theta, _ = bar_of(lesson, tolerance="1e-5", **at_rest)
    assert len(theta) == len(bar.updates) == 1 and bar.rules == []
    unit = "update" if lesson == "quadratic" else "epoch"
    assert bar.end.startswith(f"No {unit} was made: the first step would") and bar.end.endswith(", the tolerance.")


ENDS = [
    ("quadratic", {}, "Stopped here: the next step would move x by less than 10⁻⁵, the tolerance."),
    ("quadratic", {"rate": "1/3"}, "Stopped here: all 500 updates are used up."),
    ("quadratic", {"updates": 1}, "Stopped here: the one update is used up."),
    ("quadratic", {"rate": "10"}, "Stopped here: f(x) would be too large for the computer’s numbers."),
    ("regression", {"tolerance": "1e-5", "updates": 1000}, "Stopped here: the next step would be shorter than 10⁻⁵,"),
    ("regression", {}, "Stopped here: all 100 epochs are used up."),
    ("regression", {"rate": "10", "updates": 1000}, "Stopped here: the loss would be too large for the computer’s"),
]


@pytest.mark.parametrize(("lesson", "settings", "sentence"), ENDS)
def test_the_bar_says_why_there_is_no_further_update(lesson, settings, sentence):
    assert bar_of(lesson, **settings)[0].end.startswith(sentence)


# ---- the pace


def test_a_ball_that_leaves_the_picture_is_seen_to_leave_within_five_seconds():
    values = QUADRATIC.defaults | {"rate": "0.35"}
    picture = compute(values)
    bar = quadratic.bar(picture, values)
    k = np.arange(501)
    x = 1 / 3 + (8 - 1 / 3) * (-1.1) ** k  # by hand: f(x) = 3x² − 2x − 3, so x* = 1/3 and q = 1 − 6η
    leaves = np.flatnonzero((picture.window[0] <= x) & (x <= picture.window[1]))[-1]
    assert bar.visible_until == leaves
    seconds = bar.pace(AFTER_A_PREDICTION)
    assert seconds[leaves] < seconds[leaves + 1] < 5 and seconds[-1] <= 5


def test_a_path_that_leaves_the_surface_is_seen_to_leave_and_one_that_arrives_is_seen_to_the_end():
    bar, theta, _ = bar_of("regression", rate="0.2")
    best, half = (
        np.array([2.0, -1.0]),
        1.35 * np.array([2.0, 1.0]),
    )  # of y = 2x − 1; the surface reaches so far at least
    outside = (abs(theta - best) > half).any(1)
    assert bar.visible_until < 10 and not outside[0] and outside[bar.visible_until + 1 :].all()
    assert bar_of("regression")[0].visible_until is None
    assert bar_of("quadratic")[0].visible_until is None
    assert bar_of("regression", rate="0.2", learned=SLOPE)[0].visible_until is None


@pytest.mark.parametrize("clock", CLOCKS)
def test_a_race_goes_at_the_pace_of_its_fastest_lane(clock):
    run = race(256, 32, 1, clock=clock)
    made = race_words.made(run)
    assert_array_equal(made, run.times)  # stochastic makes an update at every tick of every clock
    bar = race_words.bar(run, 0)
    assert_allclose(bar.pace(), Bar(run.times, (), "").pace())


def test_where_all_lanes_wait_the_race_does_not():
    run = race(256, 32)
    made = race_words.made(run)
    assert_array_equal(made, run.times // 32)
    seconds = race_words.bar(run, 0).pace()
    assert seconds[run.times < 32].max() == 0 and seconds[run.times == 32] == pytest.approx(1 / 3)


def test_the_pace_of_a_race_goes_on_when_its_fastest_lane_has_ended():
    run = race(256, Lane(1, Constant(50.0)), budget=Budget(50, "epochs"))
    batch, gone = run.standing()
    assert gone[-1] < 256, "it has left the range of numbers before batch makes its first update"
    moves = np.flatnonzero(np.diff(batch)) + 1
    assert len(moves) > 20 and (np.diff(race_words.made(run))[moves - 1] > 0).all()


# ---- beside the rules


def test_a_lane_that_has_not_moved_yet_waits_for_its_first_examples():
    run = race(256, 32, 1)
    said = dict(zip(run.times.tolist(), race_words.waiting(run), strict=True))
    assert said[0] == ""
    assert said[1] == said[31] == "batch and mini-batch 32 wait for their first 256 and 32 examples"
    assert said[32] == "batch waits for its first 256 examples"
    assert {said[time] for time in said if time >= 256} == {""}


def test_many_lanes_that_wait_are_counted_and_equal_batches_named_once():
    run = race(256, 64, 8, 8, 1)
    said = dict(zip(run.times.tolist(), race_words.waiting(run), strict=True))
    assert said[1] == "4 lanes wait for their first 256, 64 and 8 examples"
    assert said[8] == "batch and mini-batch 64 wait for their first 256 and 64 examples"


def test_counted_in_updates_no_lane_waits():
    assert set(race_words.waiting(race(256, 32, 1, clock=UPDATES))) == {""}


def test_a_lane_that_never_moves_waits_for_nothing_and_shows_no_update():
    run = race(Lane(256, Constant(1e308)), 32, start=[1e9, 4.0], clock=EXAMPLES)
    assert run.courses[0].ended[0] == 0
    assert not any("batch waits" in text for text in race_words.waiting(run))
    bar = race_words.bar(run, 0)
    assert bar.rules == [] and bar.end == (
        "No update of batch was made: its loss would be too large for the computer’s numbers."
    )
    assert race_words.bar(run, 1).end == "The last update of mini-batch 32."
