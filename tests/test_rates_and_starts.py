"""Rates and starts through the pages: as extreme as the machine's numbers, named rates to the last digit, the scale."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from gdcore import Quadratic, theory
from gdcore.datasets import Dataset
from gdcore.theory import Regime
from pages.lessons import LESSONS
from pages.lessons.regression import settings as regression_settings
from pages.shared.data import regression as models
from pages.shared.data.own import OWN
from pages.shared.settings.common import RATE
from pages.shared.settings.rates import in_full
from tests.harness import FILES, LARGEST, SMALLEST, drawn, open_lesson, verdict

EXTREMES = [repr(LARGEST), "1e308", "1e200", "1e20", "1e-20", "1e-200", repr(SMALLEST), "1e-300/7", "1e300/7"]
OPENED = ("sweep", "table", "code", "closer", "parts", "stability", "coefficients", "iterates", "claims", "data_view")
OTHERS = {  # settings beside the rate, where a lesson has some that matter
    "quadratic": [{"a2": "0"}, {"a2": "-1"}, {"a2": "0", "a1": "0"}, {"tolerance": "0"}, {"predict": "true"}],
    "regression": [
        {"data": "Auto MPG"},
        {"data": "Two features", "predict": "true"},
        {"learned": "the slope only"},
        {"data": "Two equal features"},
        {"hand": "true"},
    ],
    "race": [
        {"data": "Auto MPG, standardised"},
        {"predict": "true"},
        {"data": "A stream that drifts"},
        {"rule1": "momentum", "schedule2": "1/t", "rule3": "Nesterov", "schedule3": "cosine"},
        {"noise": "0", "clock": "updates"},
    ],
}


@pytest.mark.parametrize("rate", EXTREMES)
@pytest.mark.parametrize(("page", "others"), [(page, other) for page in FILES for other in [{}, *OTHERS.get(page, [])]])
def test_at_no_rate_that_the_machine_holds_anything_raises_or_warns(page, others, rate):
    app = open_lesson(page, rate=rate, **others)
    assert app.text_input(key=f"{page}_rate_text").value == rate and not app.warning
    for name in OPENED:
        app.session_state[f"{page}_{name}"] = True
    app.run()
    assert not app.exception, app.exception[0].message + "".join(app.exception[0].stack_trace[-4:])
    for pin in [button for button in app.button if button.key == f"{page}_pin"]:  # there is none before a fit by hand
        pin.click().run()
    assert not app.exception, app.exception[0].message + "".join(app.exception[0].stack_trace[-4:])


@pytest.mark.parametrize("page", FILES)
def test_a_decimal_comma_works_in_a_link_and_in_the_field(page):
    linked = open_lesson(page, rate="0,015")
    assert not linked.warning and linked.text_input(key=f"{page}_rate_text").value == "0.015"
    typed = open_lesson(page)
    typed.text_input(key=f"{page}_rate_text").set_value("0,015").run()
    assert not typed.warning and typed.text_input(key=f"{page}_rate_text").value == "0.015"
    plain = open_lesson(page, rate="0.015")
    assert drawn(linked, 0, "path").equals(drawn(plain, 0, "path"))
    assert drawn(typed, 0, "path").equals(drawn(plain, 0, "path"))


@pytest.mark.parametrize("text", ["1,000,000", "1,2,3", "0", "x", "9" * 101])
@pytest.mark.parametrize("page", FILES)
def test_what_is_no_rate_is_refused_in_a_sentence_with_an_example_and_stays_in_the_field(page, text):
    app = open_lesson(page)
    app.text_input(key=f"{page}_rate_text").set_value(text).run()
    assert app.text_input(key=f"{page}_rate_text").value == text
    (warning,) = app.warning
    assert text[:40] in warning.value
    assert "such as 0.05, 1e-3 or 1/6" in warning.value and f"{opens_with(page, 'rate')} is used." in warning.value


def opens_with(page: str, name: str) -> str:
    return next(lesson.defaults[name] for lesson in LESSONS if lesson.key == page)


def settings_of_the_data() -> list[dict]:
    """Every data set of the regression, raw and standardised."""
    defaults = {setting.name: setting.default for setting in regression_settings.all_settings()}
    (data,) = (s for s in regression_settings.all_settings() if s.name == "data")
    sets = [option for option in data.options if option != OWN]
    return [defaults | {"data": option, "standardise": on} for option in sets for on in (False, True)]


@pytest.mark.parametrize("values", settings_of_the_data(), ids=lambda v: f"{v['data']} {v['standardise']}")
def test_the_limit_of_the_regression_is_the_limit_to_the_last_digit(values):
    app = open_lesson("regression", data=values["data"], standardise=values["standardise"])
    app.button(key="regression_rate_limit").click().run()
    model = regression_settings.model_of(values, regression_settings.dataset_of(values))
    rate = RATE.number(app.text_input(key="regression_rate_text").value)
    assert rate == theory.rate_limit(theory.curvatures(model.objective))
    start = regression_settings.start_of(model, values)
    assert theory.regimes(model.objective, start, rate)[-1] is Regime.BOUNCES
    app.button(key="regression_rate_best").click().run()
    rate = RATE.number(app.text_input(key="regression_rate_text").value)
    assert rate == theory.best_rate(theory.curvatures(model.objective))


@given(some.floats(1e-6, 10))
def test_the_limit_of_any_quadratic_is_its_limit(a2):
    rate = RATE.number(f"1/{in_full(a2)}")
    assert theory.regimes(Quadratic(0.0, 0.0, a2), np.array([1.0]), rate) == (Regime.BOUNCES,)
    best = RATE.number(f"1/{in_full(2 * a2)}")
    assert theory.regimes(Quadratic(0.0, 0.0, a2), np.array([1.0]), best) == (Regime.ONE_STEP,)


@pytest.mark.parametrize("a2", ["0.3", "0.123456789012345", "1e-6", "9.87654321098765", "3"])
def test_the_quick_picks_of_the_quadratic_are_fractions_with_all_digits(a2):
    app = open_lesson("quadratic", a2=a2)
    app.button(key="quadratic_rate_limit").click().run()
    assert app.text_input(key="quadratic_rate_text").value == f"1/{in_full(float(a2))}"
    assert "Bounces for ever" in verdict(app)


# ---- tables of the reader's own

WIDE = "x,y\n" + "\n".join(f"{x}e12,{x + x % 3}" for x in range(1, 12))  # its limit is of the order of 1e-26
TALL = "x,y\n1,1e100\n2,3e100\n3,2e100\n4,4e100\n"


def with_a_table(page: str, table: str, **link):
    batches = {"size2": "2"} if page == "race" else {}
    app = open_lesson(page, data="Your own", **batches, **link)
    app.text_area(key=f"{page}_text").set_value(table).run()
    assert not app.exception
    return app


def limit_of(table: str, standardise: bool = False) -> float:
    rows = np.array([[float(cell) for cell in line.split(",")] for line in table.split()[1:]])
    x = (rows[:, 0] - rows[:, 0].mean()) / rows[:, 0].std() if standardise else rows[:, 0]
    design = np.column_stack([x, np.ones(len(x))])
    return 1 / np.linalg.svd(design)[1][0] ** 2 * len(x)


@pytest.mark.parametrize("page", ["regression", "race"])
def test_the_slider_works_where_the_data_want_a_rate_of_1e_26(page):
    app = with_a_table(page, WIDE)
    slider = app.select_slider(key=f"{page}_rate")
    limit = limit_of(WIDE)
    assert 1e-27 < limit < 1e-24
    assert sum(limit / 1e4 <= float(stop) <= 10.1 * limit for stop in slider.options) >= 100
    below = max((stop for stop in slider.options if float(stop) < 0.9 * limit), key=float)
    slider.set_value(below).run()
    assert not app.exception and not app.warning
    assert app.text_input(key=f"{page}_rate_text").value == below


@pytest.mark.parametrize("page", ["regression", "race"])
def test_a_start_may_be_as_large_as_the_targets(page):
    app = with_a_table(page, TALL, w1="8e99", b="5e99")
    assert not app.warning
    assert app.number_input(key=f"{page}_w1").value == 8e99 and app.number_input(key=f"{page}_b").value == 5e99
    app.number_input(key=f"{page}_b").set_value(1e-150).run()
    assert not app.warning and not app.exception


@pytest.mark.parametrize("name", ["w1", "b"])
@pytest.mark.parametrize("value", [1e160, -1e160, 1e200, 1e155])
@pytest.mark.parametrize("page", ["regression", "race"])
def test_a_start_without_a_loss_is_named_with_what_is_used_instead(page, name, value):
    app = open_lesson(page, **{name: value})
    (warning,) = app.warning
    assert warning.value.startswith("Start: at ") and "is too large to compute; w = " in warning.value
    assert drawn(app, 0, "path").equals(drawn(open_lesson(page), 0, "path"))
    app.number_input(key=f"{page}_{name}").set_value(1.0).run()
    assert not app.warning


@pytest.mark.parametrize("value", [1e100, 1e140, 1e150, 1e153, 3e153, -1e-200])
@pytest.mark.parametrize("page", ["regression", "race"])
def test_a_start_with_a_loss_is_taken_however_far_it_is(page, value):
    app = open_lesson(page, w1=value, b=value)
    for key in OPENED:
        app.session_state[f"{page}_{key}"] = True
    app.run()
    assert not app.exception, app.exception[0].message + "".join(app.exception[0].stack_trace[-4:])
    assert app.number_input(key=f"{page}_w1").value == value


@pytest.mark.parametrize("value", ["1e200", "1e155", "1e100"])
def test_a_line_laid_by_hand_may_be_anywhere(value):
    app = open_lesson("regression", hand="true", hand_w=value, hand_b=value)
    app.button(key="regression_descend").click().run()
    assert not app.exception


def test_a_slope_that_is_held_beyond_the_numbers_is_taken_back():
    app = open_lesson("regression", learned="the slope only", b="1e200")
    assert app.warning[0].value.startswith("Start: at w = 0, b = 10²⁰⁰ the loss is too large")
    assert drawn(app, 0, "path").equals(drawn(open_lesson("regression", learned="the slope only"), 0, "path"))


# ---- the other scale

STEPS = "regression_history"


@pytest.mark.parametrize("data", ["Six points", "Two features", "Auto MPG"])
@pytest.mark.parametrize("rate", ["1e-9", "0.05", "0.4", "3"])
def test_switching_the_scale_keeps_a_rate_that_works_and_suggests_the_best_where_it_does_not(data, rate):
    app = open_lesson("regression", data=data, rate=rate)
    before = app.session_state[STEPS][-1]
    for standardise in (True, False):
        rate = app.text_input(key="regression_rate_text").value
        app.toggle(key="regression_standardise").set_value(standardise).run()
        dataset = regression_settings.dataset_of({"data": data})
        curved = theory.curvatures(models.Model(dataset, standardise=standardise).objective)
        works = float(rate) < theory.rate_limit(curved)
        now = app.text_input(key="regression_rate_text").value
        assert now == (rate if works else repr(theory.best_rate(curved)))
        if standardise:
            assert len(app.session_state[STEPS]) == 2
            app.button(key="regression_undo").click().run()
            assert app.session_state[STEPS] == [before]
            app.toggle(key="regression_standardise").set_value(True).run()


def test_a_link_that_standardises_says_its_own_rate():
    app = open_lesson("regression", data="Auto MPG", standardise=True, rate="3")
    assert app.text_input(key="regression_rate_text").value == "3"


@pytest.mark.parametrize("locked", ["rate", "standardise"])
def test_the_scale_and_a_locked_rate(locked):
    app = open_lesson("regression", data="Auto MPG", rate="0.4", locked=locked)
    if locked == "rate":
        app.toggle(key="regression_standardise").set_value(True).run()
        app.toggle(key="regression_standardise").set_value(False).run()
    assert app.session_state[STEPS][-1]["rate"] == "0.4"


def test_where_the_slope_alone_is_learned_the_scale_and_so_the_rate_stays():
    app = open_lesson("regression", learned="the slope only", rate="9")
    app.toggle(key="regression_standardise").set_value(True).run()
    assert app.text_input(key="regression_rate_text").value == "9" and "Standardise" in app.warning[0].value


FAR_APART = "km,price\n240000,3650\n139800,3800\n150500,4400\n185530,4450\n61789,7500\n48235,6900\n22899,7990\n"


@pytest.mark.parametrize("page", ["regression", "race"])
@pytest.mark.parametrize("locked", ["", "rate", "standardise"])
def test_where_every_rate_diverges_one_click_standardises_and_takes_the_best_rate_as_one_step(page, locked):
    app = with_a_table(page, FAR_APART, locked=locked)
    assert "of very different size" in "\n".join(text.value for text in app.markdown)
    buttons = [button for button in app.button if button.key == f"{page}_way_out"]
    assert bool(buttons) == (not locked)
    if locked:
        return
    before = app.session_state[f"{page}_history"][-1]
    buttons[0].click().run()
    assert not app.exception
    rows = np.array([[float(cell) for cell in line.split(",")] for line in FAR_APART.split()[1:]])
    best = repr(theory.best_rate(theory.curvatures(models.Model(table(rows), standardise=True).objective)))
    after = app.session_state[f"{page}_history"][-1]
    assert {name: value for name, value in after.items() if value != before[name]} == {
        "standardise": True,
        "rate": best,
    }
    assert "green-badge" in verdict(app) and "different size" not in "\n".join(text.value for text in app.markdown)
    app.button(key=f"{page}_undo").click().run()
    assert app.session_state[f"{page}_history"][-1] == before


def table(rows: np.ndarray) -> Dataset:
    return Dataset(rows[:, :1], rows[:, 1], ("km",), "price", "", "")


@pytest.mark.parametrize("page", ["regression", "race"])
def test_switching_the_scale_of_an_own_table_takes_a_rate_that_is_below_the_new_limit(page):
    app = with_a_table(page, FAR_APART, rate="0.1")
    switch = app.toggle(key=f"{page}_standardise")
    switch.set_value(True).run()
    assert app.text_input(key=f"{page}_rate_text").value == "0.1"  # below the limit of 1: it is kept
    app.toggle(key=f"{page}_standardise").set_value(False).run()
    assert not app.exception
    taken = RATE.number(app.text_input(key=f"{page}_rate_text").value)
    assert 0 < taken < limit_of(FAR_APART)


@pytest.mark.parametrize(
    ("data", "units"),
    [
        ("Noisy line", "in the units of the data"),
        ("A stream that drifts", "in the units of the data"),
        ("Auto MPG, standardised", "in units of the standardised features"),
    ],
)
def test_the_label_of_the_race_s_start_names_its_units(data, units):
    assert f"Start ({units})" in [text.value for text in open_lesson("race", data=data).markdown]


@pytest.mark.parametrize("standardise", [False, True])
def test_the_label_of_the_start_follows_the_reader_s_own_data(standardise):
    app = with_a_table("race", TALL, standardise=standardise)
    units = "in units of the standardised features" if standardise else "in the units of the data"
    assert f"Start ({units})" in [text.value for text in app.markdown]
