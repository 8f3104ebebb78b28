"""Every learning rate at once: each point is a run of its own, theory agrees, and the marks stand where they should."""

from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.testing import assert_allclose, assert_array_equal

from gdcore import (
    Batches,
    Constant,
    GradientDescent,
    InverseTime,
    Momentum,
    Outcome,
    Quadratic,
    datasets,
    descend,
    theory,
)
from pages import variant_race
from pages.lessons import LESSONS
from pages.lessons.race import scenes as race_scenes
from pages.lessons.race import sweep as race_sweep
from pages.lessons.race.runs import Lane, Race, beginning_with
from pages.lessons.race.sweep import of_race
from pages.shared.data.regression import Model
from pages.shared.lesson import Lesson
from pages.shared.settings.kinds import BatchSize
from pages.shared.teaching import sweep, sweep_pictures
from tests.harness import any_value, as_frames, drawn, open_lesson


def page_of(lesson: Lesson) -> str:
    """The source of its page."""
    return (Path(__file__).parents[1] / lesson.path).read_text("utf-8")


PLAIN = GradientDescent()
PARABOLA = Quadratic(-3, -2, 3)
START = np.array([8.0])
LINE = Model(datasets.line())
SETTINGS = {lesson.key: lesson.settings for lesson in LESSONS if "sweep.show(" in page_of(lesson)}  # those with a sweep


def of_parabola(rate=0.05, updates=500, tolerance=0.0) -> sweep.Sweep:
    return sweep.of_descent(PARABOLA, START, rate, updates, tolerance, "update")


def a_race(*lanes: Lane, steps: int = 300, noise=1.0, start=(-1.0, 4.0), **options) -> Race:
    model = Model(datasets.noisy_line(n=64, noise=noise))
    return Race(model, lanes, np.array(start), (steps,) * len(lanes), seeds=(5, 6), **options)


def open_sweep(page: str, **link):
    app = open_lesson(page, **link)
    app.session_state[f"{page}_sweep"] = True
    app.run()
    assert not app.exception, app.exception[0].message + "".join(app.exception[0].stack_trace[-4:])
    return app


@pytest.mark.evidence(
    "Each point of the chart of all learning rates is a run of its own at that learning rate.",
    kind="independent loop",
    oracle="the same run by itself",
    tolerance=1e-09,
)
@pytest.mark.parametrize("tolerance", [0.0, 1e-5])
@pytest.mark.parametrize(("objective", "start"), [(PARABOLA, START), (LINE.objective, np.array([3.0, -2.0]))])
def test_each_point_is_a_single_run_at_that_rate(objective, start, tolerance):
    (curve,) = sweep.of_descent(objective, start, 0.05, 80, tolerance, "update").curves
    least = float(objective.value(objective.optimum))
    for rate, gap, needed in zip(curve.rates, curve.gap, curve.needed, strict=True):
        value = descend(objective, start, PLAIN, rate, 80, tolerance=tolerance).value - least
        assert_allclose(gap, value[-1] / value[0], rtol=1e-9, atol=1e-14)
        above = np.flatnonzero(value > 0.01 * value[0])[-1] + 1
        assert needed == (above if above < len(value) else np.inf)


def test_a_hundred_rates_surround_the_limit_and_the_last_is_the_readers():
    (curve,) = of_parabola(0.2).curves
    assert len(curve.rates) == 101 and curve.rates[-1] == 0.2
    assert_allclose(curve.rates[[0, 99]], [1 / 3000, 1])
    assert_allclose(np.diff(np.log(curve.rates[:100])), np.log(3000) / 99)


@pytest.mark.parametrize("rate", [1e-4, 10.0])
def test_a_rate_outside_is_taken_in(rate):
    (curve,) = of_parabola(rate).curves
    assert curve.rates[:100].min() <= rate <= curve.rates[:100].max()
    assert len(curve.rates) == 101


@pytest.mark.evidence(
    "Theory and measurement agree at each of a hundred learning rates.",
    kind="independent loop",
    oracle="the runs at 101 learning rates",
    tolerance=1e-09,
)
@pytest.mark.parametrize(("objective", "start"), [(PARABOLA, START), (LINE.objective, np.array([3.0, -2.0]))])
def test_theory_agrees_with_what_is_measured(objective, start):
    (curve,) = sweep.of_descent(objective, start, 0.05, 60, 0.0, "update").curves
    assert_allclose(curve.gap, curve.predicted_gap, rtol=1e-9, atol=1e-25)
    within = curve.predicted_needed <= 60
    assert 10 < within.sum() < 90
    assert_array_equal(curve.needed[within], curve.predicted_needed[within])
    assert np.isinf(curve.needed[~within]).all()


LANES = [
    Lane(64, Constant(0.05)),
    Lane(8, Constant(0.05)),
    Lane(1, InverseTime(0.05, 0.01)),
    Lane(8, Constant(0.05), Momentum(0.5)),
]


@pytest.mark.parametrize("lane", LANES, ids=lambda lane: lane.name(64))
def test_each_point_of_a_lane_is_a_single_run_on_the_batches_of_the_first_seed(lane):
    race = a_race(lane)
    (curve,) = of_race(race).curves
    floor, objective = race.model.floor, race.model.objective
    for i in range(0, 101, 10):
        schedule = beginning_with(lane.schedule, curve.rates[i])
        run = descend(objective, race.start, lane.optimizer, schedule, 300, batches=Batches(lane.size, 5))
        gap = theory.gap(objective, run.theta[-1]) / theory.gap(objective, race.start)
        if np.isfinite(curve.gap[i]) and gap < 1e100:
            assert_allclose(curve.gap[i], gap, rtol=1e-9, atol=1e-20)
        above = np.flatnonzero(run.value >= 2 * floor)
        after = above[-1] + 1 if len(above) else 0
        expected = run.examples_seen[after] if after < len(run.value) else np.inf
        assert curve.needed[i] == expected


def test_the_sweep_and_the_race_agree_on_when_the_goal_is_reached_for_good():
    race = a_race(*LANES)
    for curve, course in zip(of_race(race).curves, race.courses, strict=True):
        assert curve.name == course.name
        assert curve.needed[-1] == course.below(race.goal)[1][0]


@pytest.mark.parametrize("order", ["reshuffled", "fixed", "replacement"])
def test_every_lane_has_the_limit_of_its_own_order_and_the_fastest_is_measured(order):
    race = a_race(*LANES, order=order)
    swept = of_race(race)
    rules = as_frames(sweep_pictures.gaps(swept))["rules"]
    limits = rules[rules.kind == "limit"].set_index("lane").rate
    objective = race.model.objective
    expected = {0: theory.rate_limit(theory.curvatures(objective))}
    if order == "replacement":  # a statement about such draws, and about no others
        drawn = [(64, None), (8, None), (1, None), (8, Momentum(0.5))]
        expected = {lane: theory.mean_square_limit(objective, *drawn[lane]) for lane in (0, 1, 3)}
    assert limits.to_dict() == expected  # with a falling rate none is claimed
    for curve in swept.curves:
        assert curve.needed[curve.fastest] == curve.needed[:-1].min()


def test_the_sentences_of_a_race_name_its_goal():
    below, gap = a_race(LANES[0], LANES[2]), a_race(LANES[0], noise=0.0)
    for sentence in sweep_pictures.sentences(of_race(below)):
        assert " bring the loss below twice the lowest loss for good" in sentence
    assert " bring the loss within 1 % of the starting gap for good" in sweep_pictures.sentences(of_race(gap))[0]
    (short,) = sweep_pictures.sentences(of_race(a_race(LANES[0], steps=1)))
    assert " none brings the loss below twice the lowest loss for good within the budget" in short


@pytest.mark.parametrize("lanes", [LANES[:1], LANES])
@pytest.mark.parametrize("steps", [1, 300])
def test_what_a_sweep_finds_is_called_the_fastest_or_the_nearest_and_never_the_best(lanes, steps):
    swept = of_race(a_race(*lanes, steps=steps))
    drawn = as_frames(sweep_pictures.gaps(swept))
    words = [*drawn["rules"].words, *drawn["lanes"].words, *sweep_pictures.sentences(swept), *swept.notes]
    assert not any("best" in text or "arrive" in text for text in words)
    for curve, said in zip(swept.curves, drawn["lanes"].words, strict=True):
        assert ("fastest" in said) == np.isfinite(curve.needed[:100]).any()
    assert "best" not in drawn["rules"].kind.tolist()


@pytest.mark.parametrize(
    ("objective", "start", "why"),
    [
        (Quadratic(0, 1, -1), 3.0, "no minimum"),
        (Quadratic(0, 1, 0), 3.0, "no minimum"),
        (Quadratic(1, 0, 0), 3.0, "same everywhere"),
        (Quadratic(-3, -2, 3), 1 / 3, "a minimum already"),
    ],
)
def test_where_there_is_no_gap_a_sentence_says_why(objective, start, why):
    assert why in sweep.of_descent(objective, np.array([start]), 0.1, 100, 0.0, "update")


def test_a_race_that_starts_at_the_optimum_has_no_gap():
    best = a_race(LANES[0]).model.objective.optimum
    assert "a minimum already" in of_race(a_race(LANES[0], start=best))


def test_a_lane_that_is_cut_says_so(monkeypatch):
    monkeypatch.setattr(race_sweep, "MOST_UPDATES", 200)
    swept = of_race(a_race(*LANES[:2]))
    assert (
        "batch makes only 100 of its 300 updates and mini-batch 8 makes only 100 of its 300 updates" in swept.notes[0]
    )


@pytest.mark.parametrize("noise", [0.0, 1.0])
def test_the_goal_of_a_race_is_drawn_where_its_loss_is(noise):
    race = a_race(*LANES[:2], noise=noise)
    least, start = race.model.floor, float(race.model.objective.value(race.start))
    expected = least / (start - least) if noise else 0.01  # twice the least loss; without noise a part of the gap
    assert of_race(race).goal == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("clock", "budget"), [("updates", 300), ("examples seen", 300 * 64)])
def test_the_budget_of_a_race_is_that_of_the_lane_that_goes_on_longest(clock, budget):
    assert of_race(a_race(*LANES[:2], clock=clock)).budget == budget


def test_a_tolerance_is_told_with_how_many_of_the_hundred_it_ends():
    swept = of_parabola(0.2, tolerance=1e-3)
    (curve,), updates = swept.curves, 500
    runs = [descend(PARABOLA, START, PLAIN, rate, updates, tolerance=1e-3) for rate in curve.rates]
    ended = [run.outcome is Outcome.SETTLED for run in runs]
    assert ended[-1]  # the reader's own is none of the hundred
    assert swept.notes[0].startswith(f"The tolerance ends {sum(ended[:-1])} runs before the budget does")
    assert of_parabola(0.2).notes == ()


def test_lanes_that_just_fit_are_not_said_to_be_cut(monkeypatch):
    monkeypatch.setattr(race_sweep, "MOST_UPDATES", 600)
    assert not any("ends after" in note for note in of_race(a_race(*LANES[:2])).notes)


@pytest.mark.parametrize("page", SETTINGS)
def test_nothing_is_computed_before_the_sweep_is_opened(page):
    closed, app = len(open_lesson(page).get("vega_lite_chart")), open_sweep(page)
    assert len(app.get("vega_lite_chart")) == closed + 2
    runs = drawn(app, closed, "runs")
    assert len(runs) % 101 == 0 and runs.yours.sum() == len(runs) / 101


def test_the_ball_stands_where_the_pages_own_run_ends():
    app = open_sweep("quadratic", rate="1/7", tolerance="0.001", updates="40")
    path, ball = drawn(app, 1, "path"), drawn(app, 2, "runs").iloc[-1]
    assert ball.value == pytest.approx(path.gap.iloc[-1] / path.gap.iloc[0], rel=1e-12)


def test_the_specification_does_not_depend_on_the_settings():
    def specs(**link):
        return [chart.proto.spec for chart in open_sweep("quadratic", **link).get("vega_lite_chart")]

    opening = specs()
    for link in ({"rate": "0.35"}, {"start": "-3", "a2": "0.5"}, {"updates": "5000", "rate": "0.0001"}):
        assert specs(**link) == opening


def some_link(page: str):
    """Some settings of a lesson on the data that it opens with; a batch of the race fits into its 256 examples.

    By hand there is no run to sweep, and side by side there are two.
    """
    values = {
        setting.name: some.sampled_from(setting.offered) if isinstance(setting, BatchSize) else any_value(setting)
        for setting in SETTINGS[page]
        if setting.name not in ("data", "n", "budget", "hand", "beside")
    }
    return some.fixed_dictionaries({}, optional=values)


@pytest.mark.parametrize("page", SETTINGS)
@settings(max_examples=6, deadline=None)
@given(data=some.data())
def test_whatever_the_settings_the_sweep_is_drawn_or_says_why_not(page, data):
    app = open_sweep(page, **data.draw(some_link(page)))
    *_, last = app.get("vega_lite_chart")
    if "runs" in {dataset.name for dataset in last.proto.datasets}:
        runs = drawn(app, -1, "runs")
        assert len(runs) % 101 == 0 and not np.isinf(runs.select_dtypes("number")).any(axis=None)
    else:
        assert any("no gap" in text.value or "nothing moves" in text.value for text in app.markdown)


@pytest.mark.parametrize("scene", race_scenes.SCENES, ids=lambda scene: scene.name)
def test_every_scene_of_the_race_can_be_swept(scene):
    app = open_sweep("race", **scene.settings)
    lanes = scene.settings.get("lanes", 3)
    assert len(drawn(app, 2, "runs")) == 101 * lanes


@pytest.mark.parametrize(
    ("clicked", "taken"), [([{"rate": 0.034567}], ["0.0346"]), ([{"rate": 1.2345e-8}], ["1.23e-08"])]
)
def test_a_click_takes_the_rate_with_three_digits(monkeypatch, clicked, taken):
    monkeypatch.setattr(st, "session_state", {"chart": {"selection": {"taken": clicked}}})
    assert clicks() == taken


@pytest.mark.parametrize("selection", [{}, {"taken": []}, {"taken": [{}]}, {"taken": [{"rate": None}]}])
def test_a_click_on_no_rate_changes_nothing(monkeypatch, selection):
    monkeypatch.setattr(st, "session_state", {"chart": {"selection": selection}})
    assert clicks() == []


def clicks() -> list[str]:
    taken = []
    sweep.take_the_clicked("chart", taken.append)
    return taken


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        (race_scenes.SAME, {"rates": race_scenes.SAME, "rate": "0.02"}),
        (race_scenes.BEST, {"rates": race_scenes.SAME, "rate": "0.02"}),
        (race_scenes.EACH, {"rate2": "0.02"}),
    ],
)
def test_all_lanes_take_a_rate_or_the_one_that_is_written_out(rates, expected):
    class Panel:
        values = {"rates": rates, "follow": 2}
        assigned = None

        def assign(self, values):
            self.assigned = values

    panel = Panel()
    variant_race.take_rate("0.02", panel)
    assert panel.assigned == expected
