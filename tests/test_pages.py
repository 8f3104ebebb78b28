"""The pages through the frame, without a browser: what is written and what is drawn is what was computed."""

import numpy as np
import pyarrow as pa
import pytest
import streamlit as st
from hypothesis import given, settings
from hypothesis import strategies as some
from streamlit.testing.v1 import AppTest

from gdcore import GradientDescent, Quadratic, descend
from pages.lessons import LESSONS
from pages.lessons.quadratic import QUADRATIC
from pages.shared.take_home.libraries import PACKAGES, PROGRAMS
from tests.harness import any_value, choose_scene, drawn, in_a_widget, numbers_printed, open_lesson, program, verdict

SETTINGS = {setting.name: setting for setting in QUADRATIC.settings}
DEFAULTS = {name: setting.default for name, setting in SETTINGS.items()}


def open_quadratic(**link) -> AppTest:
    return open_lesson("quadratic", **link)


def run_of(values: dict):
    objective = Quadratic(values["a0"], values["a1"], values["a2"])
    rate, tolerance = SETTINGS["rate"].number(values["rate"]), float(values["tolerance"])
    steps = int(values["updates"])
    return objective, descend(objective, [values["start"]], GradientDescent(), rate, steps, tolerance=tolerance)


def test_a_deep_link_on_a_fresh_server_runs_inside_the_frame():
    app = open_quadratic()
    assert app.title[0].value.startswith("f(x) = ")
    assert any("stMainBlockContainer" in block.proto.body for block in app.get("html"))


def test_home_has_a_card_for_each_lesson():
    app = AppTest.from_file("../app.py", default_timeout=30).run()
    assert not app.exception
    assert [card.value for card in app.subheader] == [lesson.title for lesson in LESSONS]
    assert len(app.get("vega_lite_chart")) == len(LESSONS)


def test_the_opening_shows_its_printed_numbers():
    app = open_quadratic()
    path = drawn(app, 0, "path")
    np.testing.assert_allclose(path.x[:4], [8, 5.7, 4.09, 2.963], rtol=1e-12)
    assert len(path) == 36 and "35 updates, as theory predicts" in verdict(app)


@pytest.mark.parametrize(("rate", "factor"), [("0.05", "0.7"), ("0.1", "0.4"), ("0.2", "−0.2"), ("0.4", "−1.4")])
def test_doubling_the_rate_gives_these_factors(rate, factor):
    assert f"**{factor}**" in verdict(open_quadratic(rate=rate))


def test_the_quick_picks_set_the_rate():
    app = open_quadratic()
    for name, rate in (("double", "0.1"), ("half", "0.05"), ("best", "1/6"), ("limit", "1/3")):
        app.button(key=f"quadratic_rate_{name}").click().run()
        assert app.select_slider(key="quadratic_rate").value == rate
    assert "Bounces for ever" in verdict(app)


def test_a_quick_pick_that_may_not_be_used_is_disabled_and_says_why():
    app = open_quadratic(rate="1e308", a2="0")
    buttons = {name: app.button(key=f"quadratic_rate_{name}") for name in ("half", "double", "best", "limit")}
    assert [button.disabled for button in buttons.values()] == [False, True, True, True]
    assert "no number that large" in buttons["double"].proto.help
    assert "a2 is not positive" in buttons["best"].proto.help


SCENE_CLAIMS = {
    "Opening": ["Arrives, from one side", "35 updates"],
    "The article’s own run": ["Has not arrived", "limit of 500 updates", "take 1,402 updates", "still **0.38 away**"],
    "Too small": ["Has not arrived", "limit of 500 updates", "still **1.7 away**"],
    "One step": ["Arrives in one step", "after 1 update,"],
    "Overshoots, arrives": ["jumping across", "**−0.2**", "9 updates"],
    "Bounces for ever": ["Bounces for ever", "**−1**", "at the limit"],
    "Diverges": ["Diverges", "**−1.1**", "At update 10 x leaves the picture"],
    "Stops early": ["Has not arrived", "as theory predicts", "still **2.5 away**"],
    "No minimum": ["Runs away", "**1.1**"],
}


@pytest.mark.parametrize("scene", QUADRATIC.scenes, ids=lambda scene: scene.name)
def test_a_scene_shows_what_its_name_claims(scene):
    app = open_quadratic()
    choose_scene(app, "quadratic", scene.name)
    assert not app.exception
    assert any(scene.look in text.value for text in app.markdown)
    for claim in SCENE_CLAIMS[scene.name]:
        assert claim in verdict(app)


def test_choosing_a_scene_can_be_undone():
    app = open_quadratic(rate="0.07", start="-3.5", a1="1.5")
    choose_scene(app, "quadratic", "No minimum")
    app.button(key="quadratic_undo").click().run()
    values = {name: app.session_state[f"quadratic_{name}"] for name in ("rate", "start", "a1", "a2")}
    assert values == {"rate": "0.07", "start": -3.5, "a1": 1.5, "a2": 3}
    assert app.button(key="quadratic_undo").disabled


def test_reset_goes_back_to_the_opening():
    app = open_quadratic(rate="1/3", left="-5", tolerance="0", updates="7")
    app.button(key="quadratic_reset").click().run()
    reset = {name: app.session_state[f"quadratic_{name}"] for name in DEFAULTS}
    assert reset == {name: in_a_widget(SETTINGS[name], value) for name, value in DEFAULTS.items()}


def test_the_article_printed_the_smallest_x_and_not_the_lowest_point():
    texts = [text.value for text in open_quadratic(rate="0.001").markdown]
    (slip,) = [text for text in texts if text.startswith("**A slip")]
    assert "here 0.7116." in slip and "its smallest x is −1.2," in slip and "x = 0.333329;" in slip


def test_a_frame_that_ends_before_it_begins_is_refused():
    app = open_quadratic(left="5", right="-5")
    assert "from 5 to −5" in app.warning[0].value
    assert frame(app) == frame(open_quadratic())


def frame(app: AppTest) -> list[float]:
    """The ends of the x axis of the curve."""
    return drawn(app, 0, "view")[["x_low", "x_high"]].to_numpy()[0].tolist()


def test_a_link_that_names_the_ends_of_the_frame_gets_them():
    assert frame(open_quadratic(left="-5", right="6.5")) == [-5, 6.5]
    low, high = frame(open_quadratic())
    assert frame(open_quadratic(left="-5")) == [-5, high] and frame(open_quadratic(right="6.5")) == [low, 6.5]
    assert frame(open_quadratic(left="500")) == [500, 500 + high - low]
    app = open_quadratic(left="auto", right="auto")
    assert frame(app) == [low, high] and not app.warning


@pytest.mark.evidence(
    "Whatever the settings of the quadratic, the picture shows the numbers of the run.",
    lesson="The quadratic",
    kind="independent loop",
    oracle="the run, computed apart from the page, with settings at random",
    tolerance=1e-12,
)
@settings(max_examples=30, deadline=None)
@given(some.fixed_dictionaries({name: any_value(setting) for name, setting in SETTINGS.items()}))
def test_whatever_the_settings_the_picture_is_the_run(values):
    app = open_quadratic(**{name: str(value) for name, value in values.items()})
    objective, trace = run_of(values)
    path = drawn(app, 0, "path")
    update = path["update"].to_numpy()
    assert update[0] == 0 and update[-1] == trace.steps_taken
    np.testing.assert_array_equal(path.x, trace.theta[update, 0])
    np.testing.assert_array_equal(path.f, trace.value[update])
    np.testing.assert_array_equal(path.next_x[path.taken], trace.theta[update[:-1] + 1, 0])
    np.testing.assert_array_equal(path.gradient[path.taken], trace.gradient[update[:-1], 0])
    gap = drawn(app, 1, "path").gap.dropna()
    if objective.optimum is not None:
        distance = trace.theta[update, 0] - objective.optimum
        np.testing.assert_allclose(gap, objective.a2 * distance[gap.index] ** 2, rtol=1e-12)
        assert (gap > 0).all()
    for chart in app.get("vega_lite_chart"):
        for data in chart.proto.datasets:
            table = pa.ipc.open_stream(data.data.data).read_pandas().select_dtypes("number")
            assert not np.isinf(table.drop(columns=["next_x", "next_f", "gradient"], errors="ignore")).any(axis=None)


@settings(max_examples=15, deadline=None)
@given(some.fixed_dictionaries({name: any_value(setting) for name, setting in SETTINGS.items()}))
def test_the_program_to_take_home_prints_the_same_numbers(values):
    app = open_quadratic(**{name: str(value) for name, value in values.items()})
    _, trace = run_of(values)
    update, x, f = numbers_printed(program(app, "quadratic")).T
    update = update.astype(int)
    assert update[-1] == trace.steps_taken
    np.testing.assert_array_equal(x, trace.theta[update, 0])
    np.testing.assert_array_equal(f, trace.value[update])


@pytest.mark.parametrize("library", PROGRAMS)
def test_the_program_of_every_library_can_be_taken_home(library):
    app = open_quadratic(rate="1/7")
    assert not app.get("download_button")  # nothing is written before it is asked for
    code = program(app, "quadratic", library)
    assert "1 / 7" in code and PACKAGES[library].split()[0] in code
    assert any(PACKAGES[library] in text.value for text in app.markdown)
    (download,) = app.get("download_button")
    assert download.proto.label == "Download as Python"


def test_the_specification_of_a_chart_does_not_depend_on_the_settings():
    def specs(**link):
        return [chart.proto.spec for chart in open_quadratic(**link).get("vega_lite_chart")]

    opening = specs()
    for link in ({"rate": "0.35"}, {"start": "-3", "a2": "0.5"}, {"updates": "5000", "rate": "0.0001"}, {"left": "-1"}):
        assert specs(**link) == opening


def test_a_link_carries_every_setting():
    link = {"rate": "1/7", "start": "-3.25", "a2": "0.5", "a1": "1.5", "a0": "-9", "updates": "77", "tolerance": "1e-9"}
    app = open_quadratic(**link, left="-4", right="6.5")
    app.button(key="quadratic_share").click().run()
    (shared,) = [block.value for block in app.code if "quadratic_rate" in block.value]
    pairs = dict(pair.split("=") for pair in shared.split("?")[1].split("&"))
    assert pairs["quadratic_rate"] == "1%2F7"
    assert {name: float(pairs[f"quadratic_{name}"]) for name in ("start", "a2", "a1", "a0", "updates", "right")} == {
        "start": -3.25,
        "a2": 0.5,
        "a1": 1.5,
        "a0": -9,
        "updates": 77,
        "right": 6.5,
    }


def test_the_table_is_the_whole_run_and_is_only_made_when_opened():
    app = open_quadratic(rate="0.001", updates="5000")
    assert not app.dataframe
    app.session_state["quadratic_table"] = True
    app.run()
    _, trace = run_of(DEFAULTS | {"rate": "0.001", "updates": 5000})
    table = app.dataframe[0].value
    np.testing.assert_array_equal(table.x, trace.theta[:, 0])
    assert np.isnan(table.next_x.iloc[-1])  # that update was not taken
    assert np.isfinite(table.iloc[:-1]).all(axis=None)


def test_streamlit_collects_no_garbage_after_each_rerun():
    assert st.config.get_option("runner.postScriptGC") is False
