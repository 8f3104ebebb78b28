"""Pinned runs: what is drawn and said of them is their own, and never in a chart where it would be another thing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from streamlit.testing.v1 import AppTest

from pages import lessons
from pages.lessons.regression import scenes as regression_scenes
from pages.shared.data.own import OWN
from pages.shared.settings.rates import Rate
from tests.harness import FILES, any_value, drawn, in_a_widget, open_lesson

LESSONS = {lesson.key: lesson.settings for lesson in lessons.LESSONS}
EVERY_LESSON = pytest.mark.parametrize("page", LESSONS)


def defaults(page: str) -> dict:
    return {setting.name: setting.default for setting in LESSONS[page]}


def press(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click().run()
    assert not app.exception
    return app


def change(app: AppTest, page: str, **values) -> AppTest:
    """What a reader does with the widgets, in one go."""
    for setting in LESSONS[page]:
        if setting.name in values:
            key, value = f"{page}_{setting.name}", values[setting.name]
            if isinstance(setting, Rate):
                app.text_input(key=f"{key}_text").set_value(value)
            else:
                app.session_state[key] = in_a_widget(setting, value)
    app.run()
    assert not app.exception
    return app


def table(app: AppTest) -> dict[str, str]:
    """The rows of the table by their letter."""
    rows = [text.value for text in app.markdown if text.value[:5] in ("**A**", "**B**", "**C**")]
    return {row[2]: row for row in rows}


def letters(app: AppTest, chart: int) -> set[str]:
    return set(drawn(app, chart, "pins").pin)


def set_of(app: AppTest, page: str) -> dict:
    return {
        name: app.session_state[f"{page}_{name}"] for name in defaults(page) if f"{page}_{name}" in app.session_state
    }


# ---- what is drawn


def test_a_pinned_descent_on_the_quadratic_is_drawn_with_its_own_numbers():
    app = open_lesson("quadratic", rate="0.3")
    app.session_state["quadratic_iterates"] = True
    before = [drawn(app.run(), chart, "path") for chart in range(3)]
    change(press(app, "quadratic_pin"), "quadratic", rate="0.02")
    curve, gap, iterates = (drawn(app, chart, "pins").dropna() for chart in range(3))  # none far beyond the axes
    assert len(gap) > 30
    np.testing.assert_array_equal(curve[["x", "y"]], before[0][["x", "f"]])
    np.testing.assert_array_equal(gap[["x", "y"]], before[1][["update", "gap"]].iloc[gap.x])
    np.testing.assert_array_equal(iterates[["x", "y"]], before[2][["update", "x"]].iloc[iterates.x])
    assert len(drawn(app, 0, "path")) != len(before[0])  # the present run is another one


def test_a_pinned_fit_is_drawn_with_its_own_path_losses_and_last_line():
    app = open_lesson("regression", updates=60)
    line, path, loss = (drawn(app, chart, "path") for chart in range(3))
    change(press(app, "regression_pin"), "regression", rate="0.03")
    pinned_line, pinned_path, pinned_loss = (drawn(app, chart, "pins") for chart in range(3))
    np.testing.assert_allclose(pinned_line.y, line.w1.iloc[-1] * pinned_line.x + line.b.iloc[-1], rtol=1e-12)
    np.testing.assert_array_equal(pinned_path[["x", "y"]], path[["p", "q"]])
    inside = pinned_loss.dropna()  # none far beyond the axes
    np.testing.assert_array_equal(inside.y, loss.loss.iloc[inside.x])


def test_a_pinned_race_keeps_the_lowest_and_the_highest_loss_of_every_lane():
    app = open_lesson("race", budget=10)
    curves = drawn(app, 1, "curves")
    pinned = drawn(change(press(app, "race_pin"), "race", rate="0.04"), 1, "pins")
    assert set(pinned.name) == {"", "A1", "A2", "A3"}
    extremes = curves.groupby("lane").height.agg(["min", "max"])
    np.testing.assert_allclose(pinned.groupby("lane").y.agg(["min", "max"]), extremes, rtol=1e-6)


def test_a_long_run_is_thinned_and_only_consecutive_updates_are_joined():
    app = change(
        press(open_lesson("quadratic", rate="0.332", updates=5000, tolerance="0"), "quadratic_pin"), "quadratic"
    )
    curve, gap = (drawn(app, chart, "pins") for chart in (0, 1))
    assert len(curve) <= 120 and len(gap) <= 120
    for _, piece in curve.groupby("piece"):
        np.testing.assert_allclose(piece.x[1:], piece.x[:-1] - 0.332 * (6 * piece.x[:-1] - 2), rtol=1e-9)
    assert curve.piece.nunique() > 10


def test_what_lies_beyond_the_axes_is_said():
    app = press(open_lesson("quadratic", rate="0.35"), "quadratic_pin")
    assert "beyond the axes" in table(app)["A"]  # it diverges
    app = change(press(open_lesson("quadratic", rate="0.1"), "quadratic_pin"), "quadratic", tolerance="1e-9")
    assert "beyond the axes" not in table(app)["A"]
    assert "beyond the axes" in table(change(app, "quadratic", left=0.0, right=6.0))["A"]


@EVERY_LESSON
def test_the_charts_of_a_lesson_stay_the_same_when_runs_are_pinned(page):
    app = open_lesson(page)
    charts = app.get("vega_lite_chart")
    before = [chart.proto.spec for chart in charts]
    empty = [drawn(app, chart, "pins") for chart in range(len(charts))]
    press(app, f"{page}_pin")
    assert [chart.proto.spec for chart in app.get("vega_lite_chart")] == before
    for chart, nothing in enumerate(empty):
        filled = drawn(app, chart, "pins")
        assert nothing.empty and not filled.empty
        assert list(filled.columns) and set(filled.columns) == set(nothing.columns)
        assert dict(filled.dtypes) == dict(nothing.dtypes)


# ---- what is not drawn


def test_a_run_on_another_parabola_is_not_drawn_and_that_is_said():
    app = change(press(open_lesson("quadratic"), "quadratic_pin"), "quadratic", a2=2.0)
    assert not letters(app, 0) and not letters(app, 1)
    assert "Not drawn: another parabola." in table(app)["A"] and "a2 **3**" in table(app)["A"]


def test_standardised_and_raw_features_share_data_and_loss_and_not_the_loss_surface():
    app = change(press(open_lesson("regression"), "regression_pin"), "regression", standardise=True)
    assert [letters(app, chart) for chart in range(3)] == [{"A"}, set(), {"A"}]
    assert "Not in every chart: features standardised in one" in table(app)["A"]
    assert "Standardise the features **off**" in table(app)["A"]


def test_other_data_are_not_drawn_and_that_is_said():
    app = change(press(open_lesson("regression"), "regression_pin"), "regression", data=regression_scenes.NOISY)
    press(app, "regression_pin")
    assert [letters(app, chart) for chart in range(3)] == [{"B"}] * 3
    assert "Not drawn: other data." in table(app)["A"]
    change(app, "regression", seed=1)
    assert "Not drawn: other data." in table(app)["B"]


def test_a_slope_alone_is_not_drawn_where_two_parameters_are():
    app = press(open_lesson("regression", learned=regression_scenes.SLOPE), "regression_pin")
    assert letters(app, 1) == {"A"}
    change(app, "regression", learned=regression_scenes.ALL)
    assert [letters(app, chart) for chart in range(3)] == [{"A"}, set(), {"A"}]


def test_a_race_on_another_clock_shares_the_plane_and_not_the_clock():
    app = change(press(open_lesson("race", budget=10), "race_pin"), "race", clock="updates")
    assert [letters(app, chart) for chart in range(2)] == [{"A"}, set()]
    assert "Not in every chart: another clock." in table(app)["A"]


# ---- the table and its buttons


@EVERY_LESSON
def test_there_is_no_table_while_nothing_is_pinned(page):
    app = open_lesson(page)
    assert not table(app) and "Pinned runs" not in "".join(text.value for text in app.markdown)


def test_three_runs_can_be_pinned_and_each_once():
    app = open_lesson("quadratic")
    for rate in ("0.05", "0.1", "0.2"):
        assert not change(app, "quadratic", rate=rate).button(key="quadratic_pin").disabled
        button = press(app, "quadratic_pin").button(key="quadratic_pin")
        assert button.disabled and "pinned already" in button.proto.help
    change(app, "quadratic", left=-5.0)  # another frame is no other run
    assert "pinned already: it is C" in app.button(key="quadratic_pin").proto.help
    change(app, "quadratic", rate="1/4")
    assert app.button(key="quadratic_pin").disabled and "Unpin one first" in app.button(key="quadratic_pin").proto.help
    assert list(table(app)) == ["A", "B", "C"]


def test_the_table_says_how_each_run_ended_in_the_words_of_its_lesson():
    rows = table(press(open_lesson("quadratic"), "quadratic_pin"))
    assert "Arrives, from one side" in rows["A"] and "35 updates, gap to the minimum" in rows["A"]
    rows = table(press(open_lesson("quadratic", a2=-1, rate="9"), "quadratic_pin"))
    assert "before the numbers overflow, f(x)" in rows["A"]
    rows = table(press(open_lesson("regression"), "regression_pin"))
    assert "100 epochs, loss" in rows["A"] and "lowest possible" in rows["A"]
    rows = table(change(press(open_lesson("race", budget=5), "race_pin"), "race", size2="8"))
    assert "1 :orange-badge[**Batch: has not arrived**]" in rows["A"] and "Lane 2: Batch size B **32**" in rows["A"]


@pytest.mark.parametrize(
    ("page", "pinned", "then"),
    [
        ("quadratic", {"rate": "1/7", "start": -3.5, "left": -6.0}, {"rate": "0.3", "a2": 2.0, "left": -9.0}),
        ("regression", {"rate": "1/9", "b": 2.5, "updates": 30}, {"standardise": True, "data": regression_scenes.TWO}),
        ("race", {"rate": "1/9", "size2": "20", "budget": 9}, {"clock": "updates", "lanes": 4, "budget": 5}),
    ],
)
def test_going_back_restores_every_setting_and_can_be_undone(page, pinned, then):
    app = press(open_lesson(page, **pinned), f"{page}_pin")
    before = set_of(app, page)
    after = set_of(change(app, page, **then), page)
    press(app, f"{page}_back_A")
    assert {name: value for name, value in set_of(app, page).items() if name in before} == before != after
    assert "same settings as now" in table(app)["A"]
    press(app, f"{page}_undo")
    assert {name: value for name, value in set_of(app, page).items() if name in after} == after


def test_unpinning_frees_the_letter():
    app = open_lesson("quadratic")
    for rate in ("0.05", "0.1", "0.2"):
        press(change(app, "quadratic", rate=rate), "quadratic_pin")
    press(app, "quadratic_unpin_B")
    assert letters(app, 0) == {"A", "C"} == set(table(app))
    press(change(app, "quadratic", rate="0.3"), "quadratic_pin")
    assert list(table(app)) == ["A", "B", "C"]
    press(app, "quadratic_unpin_all")
    assert not letters(app, 0) and not table(app)


# ---- how long they last


@EVERY_LESSON
def test_pinned_runs_survive_changes_and_a_visit_elsewhere(page):
    app = change(press(open_lesson(page), f"{page}_pin"), page, rate="0.04")
    app.switch_page("pages/home.py").run()
    app.switch_page(f"pages/{FILES[page]}").run()
    assert not app.exception and list(table(app)) == ["A"]


@EVERY_LESSON
def test_the_link_says_that_pinned_runs_are_not_in_it(page):
    app = open_lesson(page)
    press(app, f"{page}_share")
    assert not any("Pinned runs are not in it" in text.value for text in app.markdown)
    press(press(app, f"{page}_pin"), f"{page}_share")
    assert any("Pinned runs are not in it" in text.value for text in app.markdown)


@pytest.mark.parametrize(("page", "own"), [("regression", OWN), ("race", OWN)])
def test_a_run_on_ones_own_table_cannot_be_pinned_and_the_others_wait(page, own):
    app = change(press(open_lesson(page), f"{page}_pin"), page, data=own)
    assert app.button(key=f"{page}_pin").disabled and "own table" in app.button(key=f"{page}_pin").proto.help
    assert not letters(app, 0) and "Not drawn: other data." in table(app)["A"]


# ---- whatever the settings


def whatever(page: str):
    every = some.fixed_dictionaries({setting.name: any_value(setting) for setting in LESSONS[page]})
    return every.map(lambda values: values | {name: False for name in ("hand", "beside") if name in values})


@pytest.mark.parametrize("page", ["quadratic", "regression"])
@settings(max_examples=12, deadline=None)
@given(data=some.data())
def test_any_run_can_be_pinned_and_seen_beside_any_other(page, data):
    older, now = data.draw(whatever(page)), data.draw(whatever(page))
    now |= data.draw(
        some.sampled_from([{}, {name: older[name] for name in older if name not in ("rate", "start", "b")}])
    )
    app = open_lesson(page, **{name: str(value) for name, value in older.items()})
    if app.button(key=f"{page}_pin").disabled:
        return  # a table of one's own
    app = change(press(app, f"{page}_pin"), page, **now)
    assert table(app)
    for chart in app.get("vega_lite_chart"):
        columns = {data.name for data in chart.proto.datasets}
        assert "pins" in columns or page == "regression"  # not where a line is laid by hand
