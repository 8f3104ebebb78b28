"""The gallery: every scene has texts and a group, its picture is its run, and one can page through all of them."""

import json
import re
from itertools import permutations
from urllib.parse import parse_qsl

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages.lessons import LESSONS, SLIDES
from pages.shared.lesson import EXPLOSION, IT_WORKS
from pages.shared.picture.palette import PALETTES
from pages.shared.picture.sketch import Line, Sketch, svg
from pages.shared.teaching.gallery import GROUPS, Slide, picture
from tests.harness import drawn, open_lesson, scene_on_screen

LIGHT = PALETTES["light"]
EACH = pytest.mark.parametrize("slide", SLIDES, ids=[f"{slide.lesson.key}: {slide.scene.name}" for slide in SLIDES])


def open_home(**link) -> AppTest:
    app = AppTest.from_file("../app.py", default_timeout=30)
    for name, value in link.items():
        app.query_params[f"home_{name}"] = value
    app.run()
    assert not app.exception
    return app


def links_to_scenes(home: AppTest) -> list:
    return [link.proto for link in home.get("page_link") if link.proto.query_string]


def shown(app: AppTest) -> Slide | None:
    """The slide that is on the screen, found by its name on top."""
    (page,) = {
        slide.lesson.key for slide in SLIDES if f"{slide.lesson.key}_next" in [button.key for button in app.button]
    }
    name = scene_on_screen(app)
    return next((slide for slide in SLIDES if (slide.lesson.key, slide.scene.name) == (page, name)), None)


def press(app: AppTest, label: str) -> AppTest:
    (button,) = [button for button in app.button if button.key.endswith(f"_{label.lower()}")]
    button.click().run()
    assert not app.exception
    if slide := shown(app):
        app.switch_page(slide.lesson.path)  # AppTest would go on with the page that it began with
    return app


# ---- what is said


@EACH
def test_a_scene_has_a_group_and_a_misconception_and_a_talking_point_without_markup(slide):
    scene = slide.scene
    assert scene.shows in GROUPS and scene.settings
    for text, longest in ((scene.misconception, 80), (scene.talking_point, 150)):
        assert text[0].isupper() and text.endswith(".") and len(text) <= longest
        assert not re.search(r"[*_`$\[\]<>#~|\\]|:\w|  ", text)
        assert not re.search(r"\d", text), "a number that nobody computes"


def test_no_text_is_used_twice():
    for texts in zip(*((slide.scene.misconception, slide.scene.talking_point) for slide in SLIDES), strict=True):
        assert len(set(texts)) == len(SLIDES)


def test_the_slides_are_all_scenes_of_all_lessons_in_order():
    assert list(dict.fromkeys(slide.lesson.path for slide in SLIDES)) == [lesson.path for lesson in LESSONS]
    for page in (lesson.key for lesson in LESSONS):
        app = open_lesson(page)
        app.session_state[f"{page}_scenes"] = True
        offered = [b.label for b in app.run().button if b.key.startswith(f"{page}_scene_")]
        assert offered == [slide.scene.name for slide in SLIDES if slide.lesson.key == page]


# ---- the gallery


def test_every_group_is_offered_and_shows_its_scenes_and_every_scene_is_in_one():
    assert set(GROUPS) == {slide.scene.shows for slide in SLIDES} and GROUPS[-1] == IT_WORKS
    assert open_home().button_group(key="home_shows").options == [*GROUPS, "All"]
    for group in (*GROUPS, "All"):
        home = open_home(shows=group)
        expected = [slide for slide in SLIDES if group in (slide.scene.shows, "All")]
        assert [link.label.strip("*") for link in links_to_scenes(home)] == [slide.scene.name for slide in expected]
        texts = [text.value for text in home.markdown]
        for slide in expected:
            assert texts.count(f"*“{slide.scene.misconception}”*") == texts.count(slide.scene.talking_point) == 1
        assert len(home.get("image")) == len(expected)


def test_a_card_links_to_exactly_the_settings_of_its_scene():
    for slide, link in zip(SLIDES, links_to_scenes(open_home(shows="All")), strict=True):
        said = {f"{slide.lesson.key}_{name}": str(value) for name, value in slide.scene.settings.items()}
        assert link.page == slide.lesson.path.removeprefix("pages/").removesuffix(".py")
        assert dict(parse_qsl(link.query_string)) == said
        app = open_lesson(slide.lesson.key, **slide.scene.settings)
        assert not app.warning and shown(app) == slide


def test_every_picture_has_words():
    for slide, image in zip(SLIDES, open_home(shows="All").get("image"), strict=True):
        (sent,) = image.proto.imgs
        assert sent.url.startswith("data:image/svg+xml;base64,")
        assert sent.alt.startswith(f"{slide.scene.name}: The ")
        assert sent.alt.endswith("leaves the picture.") == (slide.scene.shows == EXPLOSION)


@pytest.mark.parametrize("said", ["zz", "", "too slow", "all", "Too slow,Ravine"])
def test_garbage_in_the_link_gets_a_sentence_and_the_first_group(said):
    home = open_home(shows=said)
    assert home.warning[0].value.startswith("Scenes by what they show: ")
    assert home.warning[0].value.endswith(f"{GROUPS[0]} is used.")
    assert [link.label.strip("*") for link in links_to_scenes(home)] == [
        slide.scene.name for slide in SLIDES if slide.scene.shows == GROUPS[0]
    ]


def test_a_good_link_gets_no_sentence():
    assert not open_home(shows="Noise floor").warning and not open_home().warning


# ---- the pictures


@EACH
def test_the_points_of_a_picture_are_those_of_the_lessons_chart(slide):
    """Of a long run a chart has some updates only, and the lines of many runs stand in one dataset: hence the parts."""
    app = open_lesson(slide.lesson.key, **slide.scene.settings)
    paths = paths_drawn(app)
    runs = [line for line in slide.lesson.sketch(slide.values, LIGHT).lines if line.is_run and len(line.x) > 1]
    assert runs or len(drawn(app, 0, "path")) == 1, "there is a run to draw"
    for run in runs:
        points = points_of(run.x, run.y)
        assert any(
            {points[0], points[-1]} <= set(path) and (is_part(points, path) or is_part(path, points)) for path in paths
        )


def paths_drawn(app: AppTest) -> list[list[tuple]]:
    """Whatever the charts of a page can draw as a path: the points of every two columns of a dataset."""
    datasets = [
        drawn(app, chart, dataset.name).select_dtypes("number")
        for chart, element in enumerate(app.get("vega_lite_chart"))
        for dataset in element.proto.datasets
    ]
    return [points_of(rows[x], rows[y]) for rows in datasets for x, y in permutations(rows, 2)]


def points_of(x, y) -> list[tuple]:
    points = np.column_stack([x, y]).astype(float)
    return list(map(tuple, points[np.isfinite(points).all(axis=1)].tolist()))


def is_part(points: list[tuple], others: list[tuple]) -> bool:
    """Whether these points are among the others, in this order."""
    rest = iter(others)
    return all(point in rest for point in points)


@EACH
def test_a_run_that_explodes_leaves_the_frame_and_no_other_does(slide):
    drawing = slide.lesson.sketch(slide.values, LIGHT)
    assert drawing.leaves == (slide.scene.shows == EXPLOSION)
    for line in drawing.lines:
        places, leaves = drawing.places(line)
        inside = places[:-1] if leaves else places
        assert (inside >= -1e-6).all() and (inside <= 1 + 1e-6).all()
        if leaves:
            at_the_edge = np.isclose(places[-1], [[0], [1]]).any(axis=0)
            assert at_the_edge.any() and (places[-1] >= -1e-6).all() and (places[-1] <= 1 + 1e-6).all()
            if slide.lesson.key == "quadratic":  # a hill is left at its foot
                assert places[-1, 1] == pytest.approx(0 if slide.scene.name == "No minimum" else 1)
    assert ("rotate(" in picture(slide, LIGHT)[0]) == drawing.leaves


def test_a_line_is_cut_where_it_crosses_the_frame_and_does_not_come_back():
    line = Line(np.array([0.0, 1.0, 2.0, 3.0]), np.array([1.0, 10.0, 1e5, 1.0]), "#000000")
    places, leaves = Sketch((line,), (0.0, 4.0), (1.0, 1e3), "", log_y=True).places(line)
    assert leaves
    np.testing.assert_allclose(places, [[0, 0], [0.25, 1 / 3], [0.375, 1]])


def test_what_a_log_axis_cannot_show_is_left_out():
    line = Line(np.arange(3.0), np.array([1.0, 0.0, 10.0]), "#000000")
    places, leaves = Sketch((line,), (0.0, 2.0), (1.0, 10.0), "", log_y=True).places(line)
    assert not leaves
    np.testing.assert_allclose(places, [[0, 0], [1, 1]])


@EACH
@pytest.mark.parametrize("theme", PALETTES)
def test_only_numbers_and_colours_of_the_theme_go_into_a_picture(slide, theme):
    palette = PALETTES[theme]
    text = svg(slide.lesson.sketch(slide.values, palette), palette.muted)
    known = {color for color in vars(palette).values() if isinstance(color, str)} | set(palette.lanes)
    assert set(re.findall("#[0-9a-f]{6}", text)) <= known
    for places in re.findall(r' d="([^"]*)"', text):
        assert re.fullmatch(r"[MLhVZ\d .-]*", places)
    across, up = np.array(re.findall(r"[ML](\d+) (\d+)", text), dtype=int).T
    assert across.min() >= 0 and across.max() <= 600 and up.min() >= 0 and up.max() <= 260


# ---- paging


def test_next_visits_every_scene_in_order_and_previous_takes_the_same_way_back():
    app = open_lesson("quadratic", rate="0.05")
    seen = [shown(app)]
    for label, count in (("Next", len(SLIDES) - 1), ("Previous", len(SLIDES) - 1)):
        for _ in range(count):
            press(app, label)
            assert not app.warning
            seen.append(shown(app))
        assert next(button for button in app.button if button.key.endswith(f"_{label.lower()}")).disabled
    assert seen == [*SLIDES, *SLIDES[-2::-1]]


@pytest.mark.parametrize("page", [lesson.key for lesson in LESSONS])
def test_before_any_scene_next_is_the_first_and_previous_the_last_of_the_lesson_before(page):
    first = next(number for number, slide in enumerate(SLIDES) if slide.lesson.key == page)
    assert shown(press(open_lesson(page, rate="0.0123"), "Next")) == SLIDES[first]
    app = open_lesson(page, rate="0.0123")
    if first:
        assert shown(press(app, "Previous")) == SLIDES[first - 1]
    else:
        assert next(button for button in app.button if button.key.endswith("_previous")).disabled


def test_from_a_changed_setting_the_buttons_lead_back_to_the_scene_and_on_to_the_next():
    for label, expected in (("Previous", 3), ("Next", 4)):
        app = open_lesson("quadratic", **SLIDES[3].scene.settings)
        app.slider(key="quadratic_start").set_value(-3.5).run()
        assert scene_on_screen(app) is None
        assert shown(press(app, label)) == SLIDES[expected]


def test_undo_takes_a_step_back():
    app = open_lesson("quadratic", rate="0.07", start="-3.5")
    press(press(app, "Next"), "Undo")
    assert app.session_state["quadratic_rate"] == "0.07" and app.session_state["quadratic_start"] == -3.5


def test_the_next_lesson_opens_in_its_scene_whatever_an_earlier_visit_has_left_there_and_undo_brings_that_back():
    app = open_lesson("regression", rate="0.011", w1="3")
    last_of_the_first = [slide for slide in SLIDES if slide.lesson.key == "quadratic"][-1]
    for name, value in last_of_the_first.scene.settings.items():
        app.query_params[f"quadratic_{name}"] = str(value)
    app.switch_page("pages/quadratic.py").run()
    press(app, "Next")
    assert shown(app) == SLIDES[SLIDES.index(last_of_the_first) + 1]
    press(app, "Undo")
    assert app.session_state["regression_rate"] == "0.011" and app.session_state["regression_w1"] == 3


def test_a_presenter_stays_one_in_the_next_lesson():
    app = press(open_lesson("quadratic", **SLIDES[8].scene.settings, present=True), "Next")
    assert shown(app) == SLIDES[9] and app.toggle(key="regression_present").value
    assert not app.toggle(key="regression_predict").value


def test_where_the_scenes_are_hidden_nobody_pages_through_them():
    for way in ("hidden", "locked"):
        app = open_lesson("quadratic", rate="0.2", **{way: "scenes"})
        assert not {"Previous", "Next"} & {button.label for button in app.button}


def test_the_lecturer_has_the_texts_of_the_current_scene_and_only_then():
    scene = SLIDES[2].scene
    (notes,) = [box for box in open_lesson("quadratic", **scene.settings).expander if box.label == "For the lecturer"]
    assert not notes.proto.expanded
    assert scene.misconception in notes.markdown[0].value and scene.talking_point in notes.markdown[0].value
    assert "For the lecturer" not in [box.label for box in open_lesson("quadratic", rate="0.0123").expander]


@EACH
def test_what_a_scene_is_about_can_be_seen_within_five_seconds_of_playing(slide):
    app = open_lesson(slide.lesson.key, **slide.scene.settings)
    bars = [json.loads(bar.proto.json) for bar in app.get("bidi_component") if '"pace"' in bar.proto.json]
    if slide.scene.settings.get("hand"):
        assert not bars and slide.scene.shows_at == 0, "there is nothing to play before the line is laid"
        return
    (bar,) = bars
    frame = next(i for i, made in enumerate(bar["updates"]) if made >= slide.scene.shows_at)
    assert 0 < bar["pace"][frame] <= 5
