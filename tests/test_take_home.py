"""The animation as a file: it is whole, nothing in it becomes markup, and where there can be none that is said."""

import base64
import json

import numpy as np
import pytest

from pages.shared.picture import timeline
from pages.shared.take_home import animation as take_home
from pages.shared.take_home.animation import IMPORT, markup, page, vega_modules
from tests.harness import FILES, open_lesson

OFFER = "Take the animation home (HTML, plays offline)"
MOVED = "This version of Streamlit has moved or renamed Vega: see vega_modules in pages/shared/take_home/animation.py."


def source(module: str) -> str:
    return base64.b64decode(module.removeprefix("data:text/javascript;base64,")).decode()


@pytest.fixture
def no_cache():
    vega_modules.cache_clear()
    yield
    vega_modules.cache_clear()


def test_streamlits_vega_is_where_the_file_takes_it_from():
    try:
        modules = {f"lab:{name}": source(module) for name, module in vega_modules().items()}
    except LookupError as error:
        pytest.fail(f"{MOVED} {error}")
    entry = next(iter(modules.values()))
    assert "vegaLite" in entry and "export{" in entry, MOVED
    for text in modules.values():
        assert not IMPORT.search(text), MOVED
        assert {part.split('"')[0] for part in text.split('"lab:')[1:]} <= {name[4:] for name in modules}, MOVED


@pytest.mark.parametrize("lesson", FILES)
def test_the_file_is_offered_on_every_lesson_to_those_who_ask(lesson):
    app = open_lesson(lesson)
    assert not app.get("download_button")
    app.session_state[f"{lesson}_take_home"] = True
    (button,) = app.run().get("download_button")
    assert button.proto.label == OFFER


@pytest.mark.parametrize("left", [[], ["embed.A.js"]], ids=["nothing", "no parts"])
def test_where_vega_is_not_found_no_button_is_offered_and_it_is_said_why(left, tmp_path, monkeypatch, no_cache):
    for name in left:
        (tmp_path / name).write_text('import{a}from"./gone.B.js";')
    monkeypatch.setattr(take_home, "SCRIPTS", tmp_path)
    app = open_lesson("quadratic")
    app.session_state["quadratic_take_home"] = True
    app.run()
    assert not app.exception and not app.get("download_button")
    assert "The animation cannot be taken home" in app.info[-1].value


def test_nothing_that_a_reader_wrote_becomes_markup():
    foreign = "</script><script>alert(1)</script><!--<img src=x onerror=alert(1)>"
    data = timeline.table({"x": np.array([0.5])})
    moving = timeline.Drawn({"title": foreign, "params": [{"name": "frame"}]}, foreign, {"path": data})
    screen = timeline.Screen("quadratic", {"end": foreign}, (moving,))
    text = page(foreign, f":green-badge[**{foreign}**] **{foreign}**", screen, "light")
    assert text.count("<script") == text.count("</script>") == 2
    assert "<img" not in text and "<!--" not in text
    assert text.count(json.dumps(foreign).replace("<", "\\u003c")) == 3


def test_a_chart_that_the_timeline_does_not_move_is_not_in_the_file():
    still = timeline.Drawn({"title": "every rate"}, "at rest", {})
    moving = timeline.Drawn({"title": "the run", "params": [{"name": "frame"}]}, "moving", {})
    text = page("title", "verdict", timeline.Screen("quadratic", {}, (still, moving)), "light")
    assert "the run" in text and "every rate" not in text


def test_a_verdict_keeps_its_badge_and_its_bold_words():
    said = markup(":green-badge[**Batch: arrives**] limit\\* **1 < 2**.  \nNext_line_ 2*3")
    assert said == '<b class="badge green">Batch: arrives</b> limit* <b>1 &lt; 2</b>.<br>Next_line_ 2*3'


def test_the_numbers_in_the_file_are_the_numbers_of_the_charts():
    columns = {"x": [0.1 + 0.2, np.nan, np.inf], "n": [1, 2, 3], "on": [True, False, True]}
    path = timeline.table({name: np.array(column) for name, column in columns.items()})
    chart = timeline.Drawn({"params": [{"name": "frame"}]}, "moving", {"path": path})
    text = page("title", "verdict", timeline.Screen("quadratic", {}, (chart,)), "light")
    assert '{"x":[0.30000000000000004,null,Infinity],"n":[1,2,3],"on":[true,false,true]}' in text
