"""What stands where, on every screen that a lesson is shown on: the settings in reach, the charts large enough."""

from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from pages.lessons import LESSONS
from pages.lessons.race.lanes import IN_LANES
from tests.harness import in_a_link

SCREENS = [(1280, 720), (1920, 1080), (820, 1180), (390, 844)]
BOXES = "nodes => nodes.map(node => node.getBoundingClientRect()).map(box => [box.width, box.height, box.bottom])"
MAIN_CHARTS = "[class*=_charts] .stVegaLiteChart"
EACH_LESSON = pytest.mark.parametrize("lesson", LESSONS, ids=[lesson.key for lesson in LESSONS])


def link(server: str, lesson, **settings) -> str:
    query = urlencode({f"{lesson.key}_{name}": in_a_link(value) for name, value in settings.items()})
    return f"{server}/{Path(lesson.path).stem}?{query}"


@EACH_LESSON
@pytest.mark.parametrize("present", [False, True], ids=["read", "presented"])
def test_no_main_chart_is_narrow_or_low_and_on_a_projector_all_end_on_the_screen(open_page, server, lesson, present):
    page = open_page(link(server, lesson, present=present))
    for width, height in SCREENS:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(800)
        boxes = page.locator(MAIN_CHARTS).evaluate_all(BOXES)
        assert len(boxes) >= 2
        for wide, high, _ in boxes:
            assert wide >= 240 and high >= height / 3, (width, height)
        if width > height:
            assert height * 0.85 <= max(bottom for *_, bottom in boxes) <= height, (width, height)
        assert page.evaluate("document.scrollingElement.scrollWidth") <= width


@EACH_LESSON
def test_on_a_phone_a_chart_begins_on_the_first_screen_and_a_setting_is_changed_with_the_picture_in_view(
    open_page, server, lesson
):
    page = open_page(link(server, lesson), width=390, height=844)
    chart = page.locator(MAIN_CHARTS).first
    assert chart.bounding_box()["y"] < 844 * 0.75
    page.locator("[data-testid=stExpandSidebarButton]").click()
    page.wait_for_timeout(500)
    settings = page.locator("[data-testid=stSidebar]").bounding_box()
    assert settings["y"] >= 844 / 2 and settings["width"] == 390
    assert page.locator(f"[class*=st-key-{lesson.key}_rate_text]").bounding_box()["y"] < 844


@EACH_LESSON
def test_the_rate_and_what_a_scene_is_about_need_no_scrolling(open_page, server, lesson):
    page = open_page(link(server, lesson, **lesson.scenes[0].settings))
    for scene in lesson.scenes:
        expect(page.locator(f".st-key-{lesson.key}_scenes")).to_contain_text(scene.name)
        page.wait_for_timeout(300)
        named = set(scene.settings).difference(lesson.of_the_picture)  # what changes the run
        named = [name for name in named if name not in IN_LANES or name.startswith("size")]
        for name in ["rate", *named]:
            widget = page.locator(f"[data-testid=stSidebar] .st-key-{lesson.key}_{name}")
            if widget.count():  # of two scales side by side neither rate can be set
                box = widget.first.bounding_box()
                assert box and box["y"] + box["height"] <= 720, (scene.name, name)
        if scene is not lesson.scenes[-1]:
            page.locator(f".st-key-{lesson.key}_next button").first.click()


def test_what_the_charts_show_is_said_beside_them_to_those_who_cannot_see(open_page, server):
    lesson = LESSONS[0]
    page = open_page(link(server, lesson, rate="0.35"))
    said = page.locator("[class*=_in_words]")
    assert said.inner_text() == "The charts show: Every jump is longer than the last: the rate is too large."
    assert page.locator("[class*=_charts]").first.get_attribute("aria-hidden") is None
