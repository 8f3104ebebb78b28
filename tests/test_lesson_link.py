"""Lesson links: what a teacher puts into a link is what the class sees, as text and as nothing else."""

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some
from streamlit.testing.v1 import AppTest

from pages import lessons
from tests.harness import any_value, choose_scene, drawn, in_a_link, made_link, open_lesson, opened, verdict

LESSONS = {lesson.key: lesson.settings for lesson in lessons.LESSONS}
FOREIGN = "<img src=x onerror=alert(1)> **bold** [a](http://b.c) $x$ :red[r]"


@pytest.mark.parametrize("page", LESSONS)
@settings(
    max_examples=6, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.generate)
)
@given(data=some.data())
def test_a_link_opens_the_identical_run(page, data):
    wanted = {setting.name: data.draw(any_value(setting), setting.name) for setting in LESSONS[page]}
    wanted |= {name: min(wanted[name], 300.0) for name in ("updates", "budget") if name in wanted}
    wanted |= {"data": LESSONS[page][0].options[0], "hand": False} if page == "regression" else {}
    if page == "race":
        wanted |= {"data": "Noisy line", "seeds": 1.0, "n": min(wanted["n"], 300.0)}
    first = open_lesson(page, **wanted)
    second = opened(page, made_link(first, page))
    assert verdict(first) == verdict(second)
    for chart in range(len(first.get("vega_lite_chart"))):
        assert drawn(first, chart, "path").equals(drawn(second, chart, "path"))


def test_the_box_makes_a_lesson_of_the_link():
    app = open_lesson("quadratic", rate="0.2")
    typed = {"share_predict": True, "share_at": 3, "share_hidden": ["Start x₀"], "share_question": "What next?"}
    for name, value in typed.items():
        app.session_state[f"quadratic_{name}"] = value
    link = made_link(app, "quadratic")
    expected = {"rate": "0.2", "predict": "true", "at": "3", "hidden": "start", "question": "What next?"}
    assert expected.items() <= {name.removeprefix("quadratic_"): value for name, value in link.items()}.items()
    settings = {f"quadratic_{setting.name}" for setting in LESSONS["quadratic"]}
    assert set(link) == settings | {f"quadratic_{name}" for name in expected}, "no later default may change a link"


@pytest.mark.parametrize("page", LESSONS)
def test_hidden_settings_are_gone_and_still_count(page):
    app = open_lesson(page, hidden="rate", rate="0.02")
    assert not [field for field in app.text_input if field.key == f"{page}_rate_text"]
    assert path(app).equals(path(open_lesson(page, rate="0.02")))
    assert not path(app).equals(path(open_lesson(page)))


def path(app: AppTest) -> pd.DataFrame:
    """The run, as the first chart draws it."""
    return drawn(app, 0, "path")


@pytest.mark.parametrize("page", LESSONS)
def test_locked_settings_are_shown_and_cannot_be_changed(page):
    app = open_lesson(page, locked="rate", rate="0.02")
    assert not [field for field in app.text_input if field.key == f"{page}_rate_text"]
    assert any("**0.02** :material/lock:" in text.value for text in app.markdown)
    choose_scene(app, page, next(slide.scene.name for slide in lessons.SLIDES if slide.lesson.key == page))
    assert app.session_state[f"{page}_history"][-1]["rate"] == "0.02"


@pytest.mark.parametrize("page", LESSONS)
def test_all_settings_can_be_hidden_at_once(page):
    app = open_lesson(page, hidden="all")
    assert not app.text_input and not app.number_input and not app.button_group
    assert verdict(app)


@pytest.mark.parametrize("page", LESSONS)
def test_text_from_a_link_is_shown_as_text(page):
    app = open_lesson(page, question=FOREIGN, note=FOREIGN)
    assert [text.value for text in app.text] == [FOREIGN, FOREIGN]
    assert not any("onerror" in text.value for text in [*app.markdown, *app.warning])


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("hidden", "rate,wheel", "`` wheel `` cannot be hidden"),
        ("locked", FOREIGN, "cannot be locked"),
        ("at", "inf", "is not an update to open at"),
        ("at", "9" * 400, "is not an update to open at"),
        ("question", "x" * 10_000, "has 10,000 characters; the first 200 are shown"),
        ("old_name", "3", "is not a setting of this page"),
    ],
)
def test_what_is_not_understood_is_said_and_the_page_opens(name, value, sentence):
    app = open_lesson("quadratic", **{name: value})
    assert sentence.replace("`` ", "` ").replace(" ``", " `") in app.warning[0].value and verdict(app)


@settings(max_examples=12, deadline=None)
@given(some.dictionaries(some.sampled_from(["hidden", "locked", "at", "question", "note"]), some.text(max_size=300)))
def test_no_text_in_a_link_breaks_the_page(texts):
    assert verdict(open_lesson("quadratic", **{name: in_a_link(text) for name, text in texts.items()}))


@pytest.mark.parametrize(("page", "name"), [("quadratic", "start"), ("regression", "w1"), ("race", "w1")])
@pytest.mark.parametrize("way", ["hidden", "locked"])
def test_of_a_setting_that_is_said_twice_the_default_counts_even_where_it_is_not_drawn(page, name, way):
    app = open_lesson(page, **{way: name, name: ["1", "2"]})
    assert "1 and 2" in app.warning[0].value
    assert drawn(app, 0, "path").equals(drawn(open_lesson(page, **{way: name}), 0, "path"))


@pytest.mark.parametrize("name", ["hidden", "locked", "at", "question", "note"])
def test_what_a_teacher_says_twice_is_left_out_and_that_is_said(name):
    app = open_lesson("quadratic", **{name: ["1", "2"]})
    assert app.warning[0].value == f"The link: {name} appears more than once, ` 1 `, ` 2 `; it is left out."
    assert not app.text


def test_a_thousand_unknown_settings_are_one_sentence():
    app = open_lesson("quadratic", **{f"x{i}": "1" for i in range(1000)})
    assert app.warning[0].value.endswith("` quadratic_x2 `, and 997 more are not settings of this page and left out.")


@pytest.mark.parametrize("page", LESSONS)
def test_in_the_box_every_setting_has_a_name_of_its_own(page):
    app = open_lesson(page)
    app.button(key=f"{page}_share").click().run()
    offered = app.multiselect(key=f"{page}_share_hidden").options
    assert len(set(offered)) == len(offered) == len(LESSONS[page]) + 2  # all, and the scenes


def test_the_box_can_lock_one_lane_and_a_sentence_names_it():
    app = open_lesson("race")
    app.session_state["race_share_locked"] = ["Lane 2: Batch size B"]
    link = made_link(app, "race")
    assert link["race_locked"] == "size2"
    assert opened("race", link | {"race_size3": "x"}).warning[0].value.startswith("Lane 3: Batch size B: ` x ` is not")


@pytest.mark.parametrize("locked", ["predict", "all"])
def test_a_prediction_can_be_locked(locked):
    app = open_lesson("quadratic", locked=locked, predict=True)
    assert not [toggle for toggle in app.toggle if toggle.key == "quadratic_predict"]
    assert any(text.value == "Predict: **true** :material/lock:" for text in app.markdown)
    assert [button for button in app.button if button.key.startswith("quadratic_answer")]
