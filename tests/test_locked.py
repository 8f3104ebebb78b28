"""A locked or hidden setting: whatever a reader does, the page goes on with what the link says.

The ways of changing a setting are found on the page: its widgets, buttons and clickable charts.
"""

from collections.abc import Iterator
from itertools import chain, product

import pytest

from pages import lessons
from pages.lessons.race.lanes import IN_LANES
from pages.shared.settings.kinds import AUTO, BatchSize, Choice, Number, Switch
from pages.shared.settings.rates import Rate
from tests.harness import choose_scene, in_a_link, in_a_widget, open_lesson

LESSONS = {lesson.key: (lesson.settings, lesson.scenes) for lesson in lessons.LESSONS}
SETTINGS = {page: {setting.name: setting for setting in own} for page, (own, _) in LESSONS.items()}
AS_THEY_ARE = {"data", "learned", "beside", "loss", "rates", "lanes", "follow"}  # others depend on these
CLICKS = ({"p": 0.5, "q": 0.5}, {"rate": 0.0123})  # on a surface, and on a curve of the sweep
SELECTIONS = ("start", "taken")  # of the charts that can be clicked
KINDS = ("slider", "number_input", "select_slider", "selectbox", "toggle", "button_group", "text_input")
# Taken back where they are of no use, with a sentence:
TAKEN_BACK = {"standardise", "learned", "hand", "beside", "loss", "follow", "left", "right"}
WAYS = ("hidden", "locked")


def another(setting):
    """A value that neither the page nor a scene has."""
    if isinstance(setting, Number) and setting.default == AUTO:
        return setting.low if setting.name == "left" else setting.high
    if isinstance(setting, Number):
        return setting.default + (1 if setting.whole else setting.step) * (1 if setting.default < setting.high else -1)
    if isinstance(setting, Switch):
        return not setting.default
    if isinstance(setting, Rate):
        return "0.0213"
    if isinstance(setting, BatchSize):
        return "3"  # of so many examples even the first table of a reader’s own has one more
    return next(option for option in setting.options if option != setting.default)


def said(page: str, names) -> dict:
    """A link that names these settings with values of its own, where such values go together."""
    settings = SETTINGS[page]
    return {name: in_a_link(another(settings[name])) for name in sorted(names) if name not in AS_THEY_ARE}


def opened(page: str, way: str, names, **link):
    app = open_lesson(page, **{way: ",".join(sorted(names))}, **said(page, names), **link)
    app.session_state[f"{page}_sweep"] = True
    return app.run()


def values(app, page: str, names) -> dict:
    """What the page goes on with."""
    assert not app.exception, app.exception[0].message
    return {name: app.session_state[f"{page}_history"][-1][name] for name in names}


def buttons(app) -> list[str]:
    """Those that can be pressed; Previous leads to another lesson, and from there the browser’s Back leads here."""
    return [button.key for button in app.button if button.key and not button.disabled and "previous" not in button.key]


def press_every_button(app) -> Iterator[str]:
    """Also those that appear when others are pressed, such as the way back to a pinned run."""
    pressed: set[str] = set()
    while new := [key for key in buttons(app) if key not in pressed]:
        app.button(key=new[0]).click().run()
        pressed.add(new[0])
        yield new[0]


def click_every_chart(app, page: str) -> Iterator[str]:
    keys = [chart.proto.id.rpartition("-")[2] for chart in app.get("vega_lite_chart") if chart.proto.id]
    offered = [box.key for box in app.expander]
    assert len(keys) > 1 or f"{page}_sweep" not in offered  # a surface or a curve, and those of the sweep
    for key in keys:
        for selection, click in product(SELECTIONS, CLICKS):
            app.session_state[key] = {"selection": {selection: [click]}}
            app.run()
            yield key


def choose_every_scene(app, page: str) -> Iterator[str]:
    for scene in LESSONS[page][1]:
        choose_scene(app, page, scene.name)
        yield scene.name


def move_every_widget(app, page: str, names) -> Iterator[str]:
    """Every setting of these by hand, to each of its options and back."""
    for name in names:
        setting = SETTINGS[page][name]
        key = f"{page}_{name}_text" if isinstance(setting, Rate) else f"{page}_{name}"
        tried = setting.options if isinstance(setting, Choice) else (another(setting), setting.default)
        for value in tried:
            widget = next((widget for kind in KINDS for widget in getattr(app, kind) if widget.key == key), None)
            if widget and isinstance(setting, BatchSize):
                widget.options.append(value)  # AppTest types nothing that is not offered
            if widget:  # not every setting is of use in every state
                widget.set_value(in_a_widget(setting, value)).run()
                yield f"{name} = {value}"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("page", LESSONS)
def test_where_everything_is_locked_no_scene_button_or_click_changes_anything(page, way):
    names = set(SETTINGS[page])
    app = opened(page, way, names)
    before = values(app, page, names)
    assert all(in_a_link(before[name]) in (value, f"{value}.0") for name, value in said(page, names).items())
    for done in chain(choose_every_scene(app, page), press_every_button(app), click_every_chart(app, page)):
        assert values(app, page, names) == before, done


@pytest.mark.parametrize("kinds", [(Choice, Switch), (Number, Rate, BatchSize)], ids=["choices", "numbers"])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("page", LESSONS)
def test_no_widget_changes_a_setting_that_is_locked(page, way, kinds):
    """Some are locked, and all others are moved by hand; then everything else is tried."""
    free = [name for name, setting in SETTINGS[page].items() if isinstance(setting, kinds)]
    names = set(SETTINGS[page]) - set(free)
    free = [name for name in free if IN_LANES.get(name, 1) == 1]  # all lanes have their settings from one function
    app = opened(page, way, names)
    before = values(app, page, names)
    for done in chain(move_every_widget(app, page, free), press_every_button(app), choose_every_scene(app, page)):
        now = values(app, page, names)
        taken_back = {name for name in names if now[name] != before[name]}
        assert not taken_back or app.warning and taken_back <= TAKEN_BACK, (done, taken_back)


REACTING = [(page, name) for page in LESSONS for name, one in SETTINGS[page].items() if getattr(one, "then", None)]


@pytest.mark.parametrize(("page", "free"), REACTING)
def test_what_follows_from_a_setting_stops_at_those_that_are_locked(page, free):
    names = set(SETTINGS[page]) - {free}
    app = opened(page, "locked", names)
    before = values(app, page, names - TAKEN_BACK)
    for done in move_every_widget(app, page, [free]):
        assert values(app, page, names - TAKEN_BACK) == before, done


@pytest.mark.parametrize("page", LESSONS)
def test_neither_undo_nor_a_pinned_run_leads_behind_a_lock(page):
    app = open_lesson(page)
    app.text_input(key=f"{page}_rate_text").set_value("0.0123").run()
    app.button(key=f"{page}_pin").click().run()
    app.text_input(key=f"{page}_rate_text").set_value("0.02").run()
    app.query_params[f"{page}_locked"] = "rate"  # as the browser’s Forward does
    app.run()
    for done in press_every_button(app):
        assert values(app, page, ["rate"]) == {"rate": "0.02"}, done


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("page", LESSONS)
def test_the_browser_s_back_leaves_a_locked_setting_where_it_is(page, way):
    """What is bound to the address goes back with it; what is locked has stood in it all the time."""
    app = open_lesson(page, **{way: "rate"}, rate="0.0213")
    numbers = [one for one in SETTINGS[page].values() if isinstance(one, Number) and one.read("2.5") and one.read("2")]
    other = next(f"{page}_{one.name}" for one in numbers if f"{page}_{one.name}" in app.session_state)
    for address in ("2.5", "2.0"):
        app.query_params[other] = address
        app.run()
        assert values(app, page, ["rate"]) == {"rate": "0.0213"}
