"""A new lesson is one page, one room and one name in LESSONS: in a copy of the lab, tried on all its pages."""

import shutil
from pathlib import Path

import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.lessons import LESSONS, SLIDES
from pages.shared.lesson import OVERSHOOT
from tests.copies import add_to_a_tuple, copy_of_the_lab, driven
from tests.harness import PAGES, drawn, made_link, open_lesson, opened, scene_on_screen, verdict

TOY = Path(__file__).with_name("toy_lesson")
HERE = "absolute"


def with_the_toy_lesson(copy: Path) -> None:
    """The lab with a lesson more: its page, its room and its name in the list."""
    copy_of_the_lab(copy, "test_adding_a_lesson")
    shutil.copy(TOY / "absolute_value.py", copy / "pages")
    shutil.copytree(TOY / HERE, copy / "pages" / "lessons" / HERE)
    name = "from pages.lessons.absolute import ABSOLUTE\n\n"
    add_to_a_tuple(copy / "pages" / "lessons" / "__init__.py", "LESSONS = (", "ABSOLUTE", before=name)


def test_a_lesson_is_one_page_one_room_and_one_name(tmp_path):
    with_the_toy_lesson(tmp_path)
    assert driven(tmp_path, "test_adding_a_lesson") == ["listed", "paged", "predicted", "pinned", "shared"]


# ---- in the copy


def drive() -> None:
    """On Home and in the navigation; from and to the lesson before; and all that every lesson has."""
    is_listed()
    print("listed")
    is_one_of_the_slides()
    print("paged")
    asks_for_a_prediction()
    print("predicted")
    keeps_a_pinned_run()
    print("pinned")
    is_the_same_from_its_link()
    print("shared")


def is_listed() -> None:
    toy = LESSONS[-1]
    navigation, titles = st.navigation, []
    st.navigation = lambda pages, **options: (
        titles.append([page.title for page in pages]) or navigation(pages, **options)
    )
    for page in PAGES:
        open_lesson(page)
        assert titles[-1] == ["Home", *(lesson.title for lesson in LESSONS), "The articles, checked"]
    home = open_lesson("home", shows=OVERSHOOT)
    assert [card.value for card in home.subheader] == [lesson.title for lesson in LESSONS]
    assert len(home.get("vega_lite_chart")) == len(LESSONS) == 4
    ways = [link.proto for link in home.get("page_link") if link.proto.page == "absolute_value"]
    assert [way.label for way in ways] == ["Open the lesson", *(f"**{scene.name}**" for scene in toy.scenes)]
    assert open_lesson(HERE).title[0].value == "f(x) = |x − 1|"


def is_one_of_the_slides() -> None:
    toy, before = SLIDES[-1], SLIDES[-2]
    app = press(open_lesson(before.lesson.key, **before.scene.settings), f"{before.lesson.key}_next")
    assert scene_on_screen(app) == toy.scene.name
    app = press(open_lesson(HERE, **toy.scene.settings), f"{HERE}_previous")
    assert scene_on_screen(app) == before.scene.name


def asks_for_a_prediction() -> None:
    app = press(open_lesson(HERE, predict=True), f"{HERE}_answer_0")
    assert any("**Right**" in text.value and "Every step is 0.05 long" in text.value for text in app.markdown)
    app = press(open_lesson(HERE, predict=True, rate="0.01"), f"{HERE}_answer_0")
    assert any("It is: **Still on its way to the bottom**" in text.value for text in app.markdown)


def keeps_a_pinned_run() -> None:
    app = press(open_lesson(HERE), f"{HERE}_pin")
    before = drawn(app, 0, "path")
    app.text_input(key=f"{HERE}_rate_text").set_value("0.4").run()
    assert not app.exception
    assert drawn(app, 0, "pins").x.tolist() == before.x.tolist() != drawn(app, 0, "path").x.tolist()
    assert any(text.value.startswith("**A** ") and "Gets no nearer" in text.value for text in app.markdown)


def is_the_same_from_its_link() -> None:
    app = open_lesson(HERE, rate="1/6", start="-2.5")
    other = opened(HERE, made_link(app, HERE))
    assert verdict(other) == verdict(app) and drawn(other, 0, "path").equals(drawn(app, 0, "path"))


def press(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click().run()
    assert not app.exception
    return app
