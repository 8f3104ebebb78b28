"""Break it: whatever a reader does, in whatever order, the page stands, says what is wrong, and loses nothing.

The list of what is tried, and where: settings, here; parameters of a link, tests/test_break_it_links.py; tables,
tests/test_break_it_tables.py; what only a browser has, tests/browser/test_break_it.py. The end of a run has the counts.
`--hypothesis-profile=thorough` takes fifty times as many.
"""

from functools import cache

import numpy as np
import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from streamlit.testing.v1 import AppTest

from pages import lessons
from pages.lessons.regression.settings import SUGGESTED_RATE
from pages.shared.data.own import OWN
from pages.shared.settings.kinds import BatchSize
from pages.shared.settings.rates import Rate
from tests.harness import (
    CASES,
    FILES,
    any_value,
    choose_scene,
    drawn,
    examples,
    in_a_widget,
    made_link,
    open_lesson,
    opened,
)

LESSONS = {lesson.key: (lesson.settings, lesson.scenes) for lesson in lessons.LESSONS}
NO_VALUE = ["", " ", "x", "inf", "nan", "-1", "1e400", "1/0", "0", "1,000,000", "`$x$`", "\u202e1", "é" * 24]
THAT_SET = ["undo", "rate_half", "rate_double", "rate_best", "rate_limit", "descend", "back_A", "back_B", "back_C"]
THAT_DO_NOT = ["pin", "pin", "unpin_A", "unpin_B", "unpin_all", "answer_0", "answer_3"]
KINDS = ("slider", "number_input", "select_slider", "selectbox", "toggle", "button_group", "text_input")
NOT_TAKEN = ["next_x", "next_f", "next_p", "next_q", "gradient", "gradient_p", "gradient_q"]  # of the last update


def widgets(app: AppTest) -> dict:
    """The widgets on the screen by their keys."""
    return {widget.key: widget for kind in KINDS for widget in getattr(app, kind) if widget.key}


def everything(app: AppTest) -> list[bytes]:
    """All that is sent to the browser."""
    return [node.proto.SerializeToString() for node in [*app.sidebar, *app.main] if node.proto is not None]


@cache
def opening(page: str) -> list[bytes]:
    return everything(open_lesson(page))


@cache
def main_charts(page: str) -> int:
    """How many charts a page opens with, two of them at most: what follows may be a panel's."""
    return min(2, len(open_lesson(page).get("vega_lite_chart")))


def picture(app: AppTest, page: str) -> list[str]:
    """The run as the main charts draw it."""
    return [drawn(app, chart, "path").to_csv() for chart in range(main_charts(page))]


class Reader(RuleBasedStateMachine):
    """Somebody who does anything. `wished` is what the settings must therefore say."""

    page: str

    @initialize()
    def open(self):
        own, self.scenes = LESSONS[self.page]
        self.settings = {setting.name: setting for setting in own}
        self.defaults = {setting.name: setting.default for setting in own}
        self.wished = dict(self.defaults)
        opening(self.page)  # while nobody else has been here
        self.app = open_lesson(self.page)
        CASES[f"readers of {self.page}"] += 1

    # ---- what a reader can do

    @rule(data=some.data())
    def set_a_setting(self, data):
        name = data.draw(some.sampled_from(self.on_the_screen()))
        self.give(name, data.draw(any_value(self.settings[name]), name))

    @rule(data=some.data(), text=some.sampled_from(NO_VALUE))
    def type_what_is_no_value(self, data, text):
        fields = [self.settings[name] for name in self.on_the_screen()]
        refusing = [field for field in fields if isinstance(field, Rate | BatchSize) and field.read(text) is None]
        if not refusing:
            return
        field = data.draw(some.sampled_from(refusing))
        self.give(field.name, text)
        assert field.bound in self.app.warning[0].value
        if isinstance(field, BatchSize):  # AppTest cannot go on with a text that is not offered
            self.give(field.name, "8")

    @rule(data=some.data())
    def choose_a_scene(self, data):
        scene = data.draw(some.sampled_from(self.scenes), "scene")
        choose_scene(self.app, self.page, scene.name)
        self.wished = self.defaults | scene.settings

    @rule()
    def reset(self):
        if self.press("reset"):
            self.wished = dict(self.defaults)

    @rule(data=some.data())
    def change_and_undo(self, data):
        before, steps = picture(self.app, self.page), self.steps_to_undo()
        self.set_a_setting(data)
        if self.steps_to_undo() > steps:
            self.use_a_button_that_sets("undo")
            assert picture(self.app, self.page) == before

    @rule(which=some.sampled_from(THAT_SET))
    def use_a_button_that_sets(self, which):
        if self.press(which):
            shown = widgets(self.app)
            self.wished |= {
                name: self.settings[name].read(shown[self.key(name)].value) for name in self.on_the_screen()
            }

    @rule(which=some.sampled_from(THAT_DO_NOT))
    def use_another_button(self, which):
        self.press(which)

    @rule(data=some.data(), opened=some.booleans())
    def open_or_close(self, data, opened):
        keys = [panel.key for panel in [*self.app.expander, *self.app.get("popover")] if panel.key]
        self.app.session_state[data.draw(some.sampled_from(keys))] = opened
        self.app.run()

    @rule(which=some.sampled_from(["predict", "present", "rest"]), on=some.booleans())
    def switch(self, which, on):
        if toggle := widgets(self.app).get(f"{self.page}_{which}"):
            toggle.set_value(on).run()

    @rule()
    def leave_and_come_back(self):
        if not self.every_rate_is_one():
            return  # a text that is no rate is given up
        self.app.query_params.clear()  # as the browser does
        self.app.switch_page("pages/articles.py").run()
        assert self.app.title[0].value == "The articles, checked"
        self.app.switch_page(f"pages/{FILES[self.page]}").run()

    @rule()
    def hand_the_link_on(self):
        if self.wished.get("data") != OWN and self.every_rate_is_one():
            other = opened(self.page, made_link(self.app, self.page))
            assert picture(other, self.page) == picture(self.app, self.page)

    @rule()
    def somebody_else_opens_the_page(self):
        assert everything(open_lesson(self.page)) == opening(self.page)

    # ---- what must hold after each of these

    @invariant()
    def the_page_stands(self):
        CASES[f"actions on {self.page}"] += 1
        trouble = [error.message + "".join(error.stack_trace[-6:]) for error in self.app.exception]
        assert not trouble, trouble[0]
        asked = [button for button in self.app.button if (button.key or "").startswith(f"{self.page}_answer")]
        assert asked or any("-badge[" in text.value for text in self.app.markdown)

    @invariant()
    def every_number_that_is_drawn_is_finite(self):
        for i, chart in enumerate(self.app.get("vega_lite_chart")):
            for dataset in chart.proto.datasets:
                numbers = drawn(self.app, i, dataset.name).select_dtypes("number")
                infinite = np.isinf(numbers.drop(columns=NOT_TAKEN, errors="ignore")).any()
                assert not infinite.any(), (i, dataset.name, infinite)

    @invariant()
    def no_setting_but_those_touched_has_changed(self):
        shown = widgets(self.app)
        for name in self.on_the_screen():
            assert shown[self.key(name)].value == in_a_widget(self.settings[name], self.wished[name]), name

    # ---- how

    def key(self, name: str) -> str:
        return f"{self.page}_{name}_text" if isinstance(self.settings[name], Rate) else f"{self.page}_{name}"

    def on_the_screen(self) -> list[str]:
        shown = widgets(self.app)
        return [name for name in self.settings if self.key(name) in shown]

    def give(self, name: str, value) -> None:
        widget = widgets(self.app)[self.key(name)]
        if isinstance(self.settings[name], BatchSize):
            widget.options.append(value)  # AppTest types nothing that is not offered
        widget.set_value(in_a_widget(self.settings[name], value))
        self.app.run()
        if name == "data" and self.page == "regression" and value != self.wished["data"]:
            self.wished["rate"] = SUGGESTED_RATE.get(value, self.wished["rate"])
        self.wished[name] = value
        if name == "standardise" and self.page == "regression":  # a rate that does not work there gives way
            self.wished["rate"] = widgets(self.app)[self.key("rate")].value

    def press(self, name: str) -> bool:
        key = f"{self.page}_{name}"
        button = next((button for button in self.app.button if button.key == key and not button.disabled), None)
        if button:
            button.click().run()
        return button is not None

    def every_rate_is_one(self) -> bool:
        rates = [setting for setting in self.settings.values() if isinstance(setting, Rate)]
        return all(rate.read(self.wished[rate.name]) for rate in rates)

    def steps_to_undo(self) -> int:
        return len(self.app.session_state[f"{self.page}_history"])


@pytest.mark.parametrize("page", LESSONS)
def test_whatever_a_reader_does_the_page_stands_and_nothing_is_lost(page):
    few = settings(
        max_examples=examples(6),
        stateful_step_count=12,
        deadline=None,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to make a failure simple would take minutes
    )
    run_state_machine_as_test(type(page, (Reader,), {"page": page}), settings=few)
