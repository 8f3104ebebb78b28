"""The settings of the race through the frame: odd ones, those that do not go together, links and undoing."""

from math import ceil

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as some

from pages.lessons.race import lanes as lane_settings
from pages.lessons.race.runs import PARALLEL
from tests.harness import any_value, choose_scene, drawn, open_lesson, scene_on_screen
from tests.races import told
from tests.test_race_page import LOSS, SETTINGS, SURFACE, bar, paths, winner


@pytest.mark.parametrize("name", ["clock", "rate", "lanes", "size2", "rate5", "schedule6", "w2", "standardise", "seed"])
def test_a_single_value_that_cannot_be_used_keeps_the_opening(name):
    app = open_lesson("race", **{name: "nonsense"})
    assert (
        app.warning[0].value.startswith(lane_settings.label(SETTINGS[name]))
        and len(app.warning[0].value.splitlines()) == 1
    )
    assert scene_on_screen(app) == "Opening"


@pytest.mark.parametrize("size", ["257", "9999999"])
def test_a_batch_size_above_n_is_taken_back_in_one_sentence_with_bound_and_value(size):
    app = open_lesson("race", size2=size)
    (sentence,) = app.warning[0].value.splitlines()
    assert size in sentence.replace(",", "") and "256" in sentence and "lane 2" in sentence
    assert drawn(app, LOSS, "lanes").ends.tolist() == [120, 120, 30720]


def test_a_batch_size_of_n_may_be_typed():
    app = open_lesson("race", size2="256", size3="200")
    assert not app.warning
    names = drawn(app, LOSS, "lanes")
    assert names.name[0].startswith("batch") and names.name[1].startswith("batch") and names.name[2] == "mini-batch 200"
    assert names.name[0] != names.name[1]


def test_fewer_examples_than_a_batch_are_said_after_a_change_as_well():
    app = open_lesson("race", size1="200")
    app.number_input(key="race_n").set_value(100.0).run()
    assert not app.exception, app.exception[0].message
    assert "200" in app.warning[0].value and "100" in app.warning[0].value
    app.number_input(key="race_n").set_value(300.0).run()
    assert not app.warning and drawn(app, LOSS, "lanes").name[0] == "mini-batch 200"


def test_the_four_rows_of_the_example_table_can_be_raced():
    app = open_lesson("race", data="Your own")
    assert app.title[0].value.endswith("on 4 examples")
    assert "32" in app.warning[0].value and "4 examples" in app.warning[0].value


def test_own_data_are_raced():
    app = open_lesson("race", data="Your own", size2="2", w1="1", b="0")
    app.text_area(key="race_text").set_value("height;weight\n1;3\n2;5\n3;8").run()
    assert app.title[0].value.endswith("on 3 examples") and not app.warning
    x, y = np.array([1, 2, 3.0]), np.array([3, 5, 8.0])
    best = np.polyfit(x, y, 1)
    loss, least = np.mean((x - y) ** 2), np.mean((np.polyval(best, x) - y) ** 2)
    assert paths(app, LOSS)[0].loss[0] == pytest.approx(loss, rel=1e-9)
    assert paths(app, LOSS)[0].height[0] == pytest.approx(loss / least, rel=1e-9)


# A little more than is allowed, so that the machine survives the day on which the cap is not applied.
@pytest.mark.parametrize(
    ("asked", "unit", "seeds"),
    [
        (5000, "epochs", 1),
        (300, "epochs", 20),
        (400_000, "updates", 1),
        (20_000, "updates", 20),
        (1_000_000, "examples", 1),
        (60_000, "examples", 20),
    ],
)
def test_a_budget_that_is_too_large_is_cut_to_the_largest_that_fits_and_this_is_said(asked, unit, seeds):
    app = open_lesson("race", budget=asked, unit=unit, seeds=seeds)
    steps = drawn(app, LOSS, "lanes").ends.tolist()
    per_unit = {"epochs": (1, 8, 256), "updates": (1, 1, 1), "examples": (1 / 256, 1 / 32, 1)}[unit]

    def updates(amount):
        return [ceil(amount * each) for each in per_unit]  # all of them powers of 2: exact

    def fits(amount):
        batch, mini, stochastic = updates(amount)
        return (batch + mini + stochastic) * seeds <= 1_000_000 and max(32 * mini, stochastic) * seeds <= 4_000_000

    (note,) = [note.value for note in app.info]
    figures = told(note)
    amount = int(figures[-1])
    assert figures[:2] == [asked, sum(updates(asked)) * seeds] and {1_000_000, 4_000_000} <= set(figures)
    assert not fits(asked) and fits(amount) and not fits(amount + 1)
    assert steps == updates(amount) and sum(steps) * seeds <= 1_000_000


def test_a_budget_that_fits_is_not_cut():
    app = open_lesson("race", budget=100_000, unit="updates", lanes=1)
    assert not app.info and drawn(app, LOSS, "lanes").ends.tolist() == [100_000]


# Making one failure of some eighty settings simple would take minutes.
@settings(max_examples=15, deadline=None, phases=[phase for phase in Phase if phase is not Phase.shrink])
@given(some.fixed_dictionaries({name: any_value(setting) for name, setting in SETTINGS.items()}))
def test_no_setting_however_odd_breaks_the_page(values):
    most = {"epochs": 3.0, "updates": 400.0, "examples": 900.0}[values["unit"]]
    values |= {"budget": min(values["budget"], most), "seeds": min(values["seeds"], 4.0), "n": min(values["n"], 600.0)}
    app = open_lesson("race", **values)
    assert "ounted in" in winner(app) and verdicts_or_badges(app)
    lanes, view = int(values["lanes"]), drawn(app, LOSS, "view").iloc[0]
    assert len(drawn(app, SURFACE, "path")) == len(drawn(app, LOSS, "path")) == lanes * int(view["frames"])
    assert len(drawn(app, LOSS, "lanes")) == lanes and len(bar(app)["updates"]) == view["frames"]
    for chart in (SURFACE, LOSS):
        for data in app.get("vega_lite_chart")[chart].proto.datasets:
            assert not np.isinf(drawn(app, chart, data.name).select_dtypes("number")).any(axis=None)
    assert ("cloud" in [data.name for data in app.get("vega_lite_chart")[SURFACE].proto.datasets]) == values["cloud"]


def verdicts_or_badges(app) -> list[str]:
    return [text.value for text in app.markdown if "-badge[" in text.value]


NEVER_DRAWN_AGAIN = [{"rate": "0.2"}, {"w1": "5"}, {"budget": "7"}, {"seed": "3"}, {"n": "99", "size2": "8"}]


def test_the_specification_of_a_chart_does_not_depend_on_the_settings():
    def specs(**link):
        return [chart.proto.spec for chart in open_lesson("race", **link).get("vega_lite_chart")]

    opening = specs()
    for link in NEVER_DRAWN_AGAIN:
        assert specs(**link) == opening


def test_choosing_a_scene_can_be_undone():
    app = open_lesson("race", rate="0.07", size2="17", lanes=2)
    choose_scene(app, "race", "Batch size 1 to n")
    app.button(key="race_undo").click().run()
    assert [app.session_state[f"race_{name}"] for name in ("rate", "size2", "lanes")] == ["0.07", "17", 2]


def test_a_link_carries_every_setting():
    link = {"size2": "17", "schedule2": "1/t", "decay2": "0.5", "rule1": "momentum", "clock": PARALLEL, "seeds": "3"}
    app = open_lesson("race", **link)
    app.button(key="race_share").click().run()
    (shared,) = [block.value for block in app.code if "race_size2" in block.value]
    for part in ("race_size2=17", "race_decay2=0.5", "race_rule1=momentum", "race_seeds=3", "race_clock=parallel+time"):
        assert part in shared


@pytest.mark.parametrize(
    ("link", "said"), [({"follow": 5, "lanes": 2}, ["5 is more than the 2 lanes; 2 is used."]), ({"lanes": 2}, [])]
)
def test_a_lane_that_is_not_there_cannot_be_followed_and_that_is_said(link, said):
    app = open_lesson("race", **link)
    assert [warning.value.removeprefix("Lane whose update is written out: ") for warning in app.warning] == said
    assert bar(app)["end"] == bar(open_lesson("race", follow=2, lanes=2))["end"]
