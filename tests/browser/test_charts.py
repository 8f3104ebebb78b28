"""The words in the charts of all scenes, as the browser draws them: nothing is cut, and none lies under the ball."""

import pytest
from playwright.sync_api import Page

from pages.lessons import LESSONS, SLIDES
from pages.shared.picture.palette import PALETTES
from tests.browser.harness import settle

NAMED = ("start", "optimum", "minimum", "before")
BOXES = """([ink, named]) => [...document.querySelectorAll('.stVegaLiteChart svg.marks')].map(svg => {
    const box = element => { const {left, right, top, bottom} = element.getBoundingClientRect();
                             return {left, right, top, bottom, words: element.textContent}; };
    const visible = [...svg.querySelectorAll('text')].filter(text => text.textContent.trim()
        && getComputedStyle(text).opacity > 0 && !text.getAttribute('stroke'));
    const signs = [...svg.querySelectorAll(`path[stroke='${ink}'][fill^='#']`)].map(box); // not the isolines
    const words = visible.map(box);
    return {svg: box(svg), words, balls: signs.filter(ball => ball.right - ball.left > 9),
            named: words.filter(text => named.includes(text.words))};
})"""


def open_scene(page: Page, server: str, slide) -> None:
    path = slide.lesson.path.removeprefix("pages/").removesuffix(".py")
    page.goto(f"{server}/{path}?" + "&".join(f"{name}={value}" for name, value in slide.query.items()))
    settle(page, 3 if slide.lesson.key == "regression" and "beside" not in slide.scene.settings else 2)
    page.locator(".scrub").fill(page.locator(".scrub").get_attribute("max"))
    page.wait_for_timeout(150)


def apart(one: dict, other: dict, overlap: float = 2.0) -> bool:
    """Whether two boxes share no more than a few pixels along an axis."""
    across = min(one["right"], other["right"]) - max(one["left"], other["left"])
    down = min(one["bottom"], other["bottom"]) - max(one["top"], other["top"])
    return across <= overlap or down <= overlap


@pytest.mark.parametrize("lesson", [lesson.key for lesson in LESSONS])
@pytest.mark.parametrize(("width", "every"), [(1280, 1), (390, 3)])
def test_in_the_scenes_no_words_are_cut_and_none_lie_under_the_ball(open_page, server, lesson, width, every):
    page = open_page(f"{server}/", width=width, height=900, charts=3)
    played = [slide for slide in SLIDES if slide.lesson.key == lesson and "hand" not in slide.scene.settings]
    for slide in played[::every]:
        open_scene(page, server, slide)
        for chart in page.evaluate(BOXES, [PALETTES["light"].ink, NAMED]):
            for words in chart["words"]:
                for side, sign in (("left", 1), ("top", 1), ("right", -1), ("bottom", -1)):
                    assert sign * (words[side] - chart["svg"][side]) > -2, (slide.scene.name, words)
            for name in chart["named"]:
                assert all(apart(name, ball, 4) for ball in chart["balls"]), (slide.scene.name, name)


def test_powers_of_ten_are_written_on_an_axis_as_in_words(open_page, server):
    page = open_page(f"{server}/quadratic?quadratic_start=0.5&quadratic_a2=-1&quadratic_a1=0&quadratic_a0=0")
    page.locator(".scrub").fill(page.locator(".scrub").get_attribute("max"))
    page.wait_for_timeout(150)
    texts = page.locator(".stVegaLiteChart svg.marks text").all_text_contents()
    assert "−6\u00a0×\u00a010⁴⁰" in texts and "−10⁴⁰" in texts
    (gone,) = {text for text in texts if "outside" in text}
    assert gone == "x = 2.485\u00a0×\u00a010²⁰ is outside this picture →"
    assert not [text for text in texts if "e+" in text or "e-" in text]
