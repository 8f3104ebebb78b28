"""Whole pages in a real browser: links, themes, narrow screens."""

import re
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from pages.lessons import LESSONS
from pages.lessons.quadratic import QUADRATIC
from pages.lessons.quadratic.scenes import ARTICLE
from pages.shared.lesson import Lesson
from tests.browser.harness import choose_scene, expect_scene, fresh_server, settle
from tests.harness import in_a_link, open_lesson

SCENES = [(lesson, scene) for lesson in LESSONS for scene in lesson.scenes]
every_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.key)


def address(lesson: Lesson, settings: dict) -> str:
    link = {f"{lesson.key}_{name}": in_a_link(value) for name, value in settings.items()}
    return f"/{Path(lesson.path).stem}?" + urlencode(link)


@cache
def charts_of(lesson: Lesson, **settings) -> int:
    """How many charts it shows with these settings."""
    return len(open_lesson(lesson.key, **settings).get("vega_lite_chart"))


BEYOND_THE_EDGE = """() => {
    const bars = [...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')].map(host => host.shadowRoot);
    return [document.querySelector('.stMainBlockContainer'), ...bars].flatMap(root => [...root.querySelectorAll('*')])
        .filter(node => node.getBoundingClientRect().width && node.getBoundingClientRect().right > innerWidth + 1)
        .filter(node => !node.closest('svg, pre, tbody, thead, [data-testid=stElementToolbar]'))
        .map(node => `${node.tagName} ${node.className} ${node.innerText}`)
}"""

CUT_SHORT = """() => [...document.querySelectorAll('.stMain .stPageLink *')]
    .filter(node => node.clientWidth && node.scrollWidth > node.clientWidth + 1).map(node => node.innerText)"""


def assert_nothing_is_cut_off(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert page.evaluate(BEYOND_THE_EDGE) == []


@pytest.mark.parametrize(("lesson", "scene"), SCENES, ids=[scene.name for _, scene in SCENES])
def test_a_scenes_link_shows_it_on_a_projector_and_on_a_phone(open_page, server, lesson, scene):
    page = open_page(server + address(lesson, scene.settings), charts=charts_of(lesson, **scene.settings))
    expect(page.locator(f".st-key-{lesson.key}").get_by_text(scene.look)).to_be_visible()
    expect_scene(page, scene.name)
    bottom = "node => node.getBoundingClientRect().bottom"
    assert page.locator(".stVegaLiteChart").first.evaluate(bottom) <= 720, "the main chart needs scrolling"
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(500)
    assert_nothing_is_cut_off(page)


@every_lesson
def test_a_link_opens_cold_on_a_fresh_server(open_page, lesson):
    scene = lesson.scenes[-1]
    with fresh_server() as server:
        page = open_page(server.address + address(lesson, scene.settings), charts=charts_of(lesson))
        expect(page.get_by_role("link", name="Home")).to_be_visible()  # the frame is there
        expect(page.get_by_role("link", name="quadratic", exact=True)).to_have_count(0)  # and not a list of files
        expect_scene(page, scene.name)
        page.close()


def test_home_is_not_cut_off_on_a_phone(open_page, server):
    assert_nothing_is_cut_off(open_page(server, width=390, height=844, charts=1, color_scheme="dark"))


def test_home_leads_to_the_lesson(open_page, server):
    for i, lesson in enumerate(LESSONS):
        page = open_page(server, charts=2)
        page.get_by_role("link", name="Open the lesson").nth(i).click()
        settle(page, charts_of(lesson))
        expect(page).to_have_url(f"{server}/{Path(lesson.path).stem}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_gallery_fits_a_phone(open_page, server, scheme):
    page = open_page(f"{server}/?home_shows=All", width=390, height=844, charts=1, color_scheme=scheme)
    expect(page.get_by_role("img", name=re.compile("The stream drifts"))).to_be_visible()
    assert_nothing_is_cut_off(page)
    assert page.evaluate(CUT_SHORT) == []
    width = page.get_by_role("img", name=re.compile("^Too small")).evaluate(
        "node => node.getBoundingClientRect().width"
    )
    assert width > 280  # one column


def test_a_card_of_the_gallery_opens_its_scene(open_page, server):
    page = open_page(server, charts=3)
    page.get_by_role("radio", name="Explosion").click()
    page.get_by_role("link", name="Doubled once too often").click()
    expect_scene(page, "Doubled once too often")
    settle(page, charts=3)


def test_n_and_p_page_through_the_scenes_of_all_lessons_but_not_while_typing(open_page, server):
    page = open_page(server + address(QUADRATIC, QUADRATIC.scenes[-1].settings))

    def press(key: str, expected: str, title: str, charts: int = 2) -> None:
        page.keyboard.press(key)
        expect_scene(page, expected)
        expect(page.get_by_role("heading", level=1)).to_contain_text(title)
        settle(page, charts)

    press("p", "Stops early", "f(x) =")
    press("n", "No minimum", "f(x) =")
    press("n", "Opening", "Fit a line")
    press("n", "Fit by hand", "Fit a line", charts=1)
    field = page.get_by_label("Learning rate η (eta)", exact=True)
    field.press("End")
    field.type("n")
    expect(field).to_have_value("0.05n")
    expect_scene(page, "Fit by hand")


def test_a_presenter_pages_with_the_settings_folded(open_page, server):
    page = open_page(f"{server}/quadratic?quadratic_present=true&quadratic_rate=0.35")
    page.keyboard.press("n")
    expect(page.locator(".st-key-quadratic_verdict")).to_contain_text("Has not arrived", timeout=10_000)
    assert "quadratic_present=true" in page.url
    settle(page)


def test_a_scene_is_one_click_and_can_be_undone(open_page, server):
    page = open_page(server + "/quadratic?quadratic_rate=0.07&quadratic_start=-3.5")
    choose_scene(page, "No minimum")
    settle(page)
    verdict = page.locator(".st-key-quadratic_verdict")
    expect(verdict).to_contain_text("Runs away: no minimum")
    page.get_by_role("button", name="Undo").click()
    settle(page)
    expect(verdict).to_contain_text("Arrives, from one side")
    assert "quadratic_rate=0.07" in page.url and "quadratic_start=-3.5" in page.url


def test_a_shared_link_opens_the_same_run(open_page, server):
    page = open_page(f"{server}/quadratic")
    page.get_by_role("button", name="double").click()
    settle(page)
    page.get_by_role("button", name="Share").click()
    link = page.get_by_role("dialog").locator("code").inner_text()
    there = open_page(link)
    for selector in (".place", ".rule", ".st-key-quadratic_verdict"):
        assert there.locator(selector).inner_text() == page.locator(selector).inner_text()


def test_garbage_in_a_link_is_said_and_cannot_become_markup(open_page, server):
    foreign = "<img src=x onerror=alert(1)> [a](http://b.c) **d**"
    page = open_page(
        server + address(QUADRATIC, {"start": "inf", "updates": "1e400", "tolerance": foreign, "rate": "nan"})
    )
    warning = page.get_by_role("alert")
    expect(warning).to_contain_text(foreign[:30])
    for label in ("Start x₀", "Largest number of updates", "Tolerance", "Learning rate"):
        expect(warning).to_contain_text(label)
    assert warning.locator("a, img, strong").count() == 0


def test_the_articles_fit_390_pixels(open_page, server):
    page = open_page(server + "/articles", width=390, height=844, charts=0, color_scheme="dark")
    expect(page.get_by_role("link", name="The rate it meant")).to_be_visible()  # the last thing on the page
    assert_nothing_is_cut_off(page)


def test_the_words_fit_390_pixels(open_page, server):
    page = open_page(server + "/variant_race")
    page.get_by_role("button", name="Glossary").click()
    page.set_viewport_size({"width": 390, "height": 844})
    words = page.get_by_role("dialog")
    expect(words).to_contain_text("condition number κ")
    assert words.evaluate("node => node.getBoundingClientRect().right") <= 390


def test_a_link_of_the_articles_opens_its_scene_over_what_an_earlier_visit_has_left(open_page, server):
    page = open_page(f"{server}/quadratic?quadratic_rate=0.2&quadratic_start=-3.5")
    page.get_by_role("link", name="The articles, checked").click()
    page.get_by_role("link", name=ARTICLE.name).click()
    settle(page)
    expect_scene(page, ARTICLE.name)
    assert page.url.endswith("/quadratic?quadratic_rate=0.001")


def test_dark_and_light_have_their_own_colours(open_page, server):
    for scheme, blue in (("light", "#0072b2"), ("dark", "#56b4e9")):
        page = open_page(f"{server}/quadratic", color_scheme=scheme)
        assert page.locator(f".stVegaLiteChart path[fill='{blue}']").count() > 0


def test_a_change_of_theme_recolours_the_charts(open_page, server):
    page = open_page(f"{server}/quadratic")
    page.emulate_media(color_scheme="dark")
    expect(page.locator(".stVegaLiteChart path[fill='#56b4e9']").first).to_be_visible(timeout=10_000)
    expect(page.locator(".stVegaLiteChart path[fill='#0072b2']")).to_have_count(0)  # the second follows the first


def test_the_back_button_brings_back_the_settings_and_what_they_show(open_page, server):
    page = open_page(f"{server}/quadratic")
    for scene in ("Bounces for ever", "Diverges"):
        choose_scene(page, scene)
        settle(page)
    page.go_back()
    page.wait_for_timeout(500)
    settle(page)
    expect(page.locator(".st-key-quadratic_verdict")).to_contain_text("Bounces for ever")
    expect(page.get_by_label("Learning rate η (eta)", exact=True)).to_have_value("1/3")
    expect_scene(page, "Bounces for ever")


def test_a_click_on_the_loss_surface_starts_there(open_page, server):
    page = open_page(f"{server}/linear_regression", charts=3)
    page.evaluate("window.nodes = [...document.querySelectorAll('.stVegaLiteChart :is(svg, canvas).marks')]")
    plot = page.locator(".st-key-regression_surface .background").first.bounding_box()
    at = plot["x"] + 0.8 * plot["width"], plot["y"] + 0.2 * plot["height"]
    page.mouse.move(*at)
    page.mouse.click(*at)
    page.wait_for_timeout(800)
    settle(page, charts=3)
    start = page.locator(".st-key-regression_surface path[fill='#262730']").first.bounding_box()
    middle = start["x"] + start["width"] / 2, start["y"] + start["height"] / 2
    view = page.locator(".st-key-regression_surface .background").first.bounding_box()
    assert view["x"] < middle[0] < view["x"] + view["width"] and view["y"] < middle[1] < view["y"] + view["height"]
    assert "regression_w1=3.6" in page.url and "regression_b=0.6" in page.url
    assert page.evaluate("window.nodes.every(node => node.isConnected)")


def test_a_click_among_all_rates_takes_that_rate(open_page, server):
    page = open_page(f"{server}/quadratic")
    page.get_by_text("Every learning rate at once").click()
    sweep = page.locator(".st-key-quadratic_sweep_times")
    sweep.locator("svg.marks").wait_for()
    settle(page, charts=4)
    sweep.scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    plot = sweep.locator(".background").first.bounding_box()
    at = plot["x"] + 0.7 * plot["width"], plot["y"] + 0.2 * plot["height"]
    page.mouse.move(*at)
    page.mouse.click(*at)
    page.wait_for_timeout(800)
    settle(page, charts=4)
    expect(page).to_have_url(re.compile(r"quadratic_rate=0\.09\d*$"))
    expect(sweep.get_by_text("you are here: 0.09")).to_be_visible()
    page.get_by_role("button", name="Hide result").click()
    expect(sweep).not_to_be_visible()


def test_an_uploaded_file_is_fitted(open_page, server):
    page = open_page(f"{server}/linear_regression?regression_data=Your+own", charts=3)
    page.get_by_text("Upload", exact=True).first.click()
    settle(page, charts=3)
    table = {"name": "t.csv", "mimeType": "text/csv", "buffer": b"a,b\n1,2\n2,4\n3,5\n4,9\n5,9\n"}
    page.locator("input[type=file]").set_input_files(table)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Fit a line to 5 examples", timeout=10_000)


def test_a_batch_size_is_typed_and_the_link_follows(open_page, server):
    page = open_page(f"{server}/variant_race")
    page.locator(".st-key-race_size2").get_by_role("combobox").fill("20")
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-race_verdict")).to_contain_text("Mini-batch 20")
    assert "race_size2=20" in page.url


def test_a_prediction_takes_one_click_then_the_run_plays_and_is_explained(open_page, server):
    page = open_page(f"{server}/quadratic?quadratic_predict=true&quadratic_rate=0.2")
    assert page.locator(".st-key-quadratic").get_attribute("data-result") == "hidden"
    verdict = page.locator(".st-key-quadratic_verdict")
    expect(verdict.get_by_text("Arrives, jumping across")).to_be_hidden()
    page.get_by_role("button", name="Across, with growing jumps").click()
    expect(page.get_by_text("Your prediction: Across, with growing jumps")).to_be_visible()
    expect(verdict.get_by_text("Your answer would need η above 0.3333")).to_be_visible(timeout=12_000)
    assert page.locator(".st-key-quadratic").get_attribute("data-result") == "shown"


def test_a_scene_is_one_step_of_the_browsers_history_with_all_its_settings(open_page, server):
    page = open_page(f"{server}/variant_race")
    before = page.evaluate("history.length")
    for scene in ("The stream drifts", "Decays too fast and freezes"):
        choose_scene(page, scene)
        page.wait_for_timeout(800)
        settle(page)
    assert page.evaluate("history.length") == before + 2
    assert "race_factor4=0.95" in page.url
    page.go_back()
    page.wait_for_timeout(800)
    settle(page)
    expect_scene(page, "The stream drifts")
    page.reload()
    settle(page)
    expect_scene(page, "The stream drifts")


def test_a_presenter_sees_one_large_chart_and_no_settings(open_page, server):
    page = open_page(f"{server}/linear_regression?regression_present=true", charts=3)
    folded = page.get_by_test_id("stSidebar").bounding_box()
    assert folded is None or folded["x"] + folded["width"] <= 1
    page.get_by_text("Parameters", exact=True).click()
    page.wait_for_timeout(800)
    shown = [chart.bounding_box() for chart in page.locator(".stVegaLiteChart").all() if chart.is_visible()]
    assert len(shown) == 1 and shown[0]["width"] > 1000 and shown[0]["y"] + shown[0]["height"] <= 720
    smallest = """texts => Math.min(...texts.map(text => parseFloat(getComputedStyle(text).fontSize)))"""
    assert page.locator(".stVegaLiteChart text").evaluate_all(smallest) >= 18


def test_what_a_teacher_writes_is_text(open_page, server):
    foreign = "<img src=x onerror=alert(1)> **d** [a](http://b.c)"
    page = open_page(f"{server}/quadratic?" + urlencode({"quadratic_note": foreign, "quadratic_at": 4}))
    note = page.get_by_text(foreign, exact=True)
    expect(note).to_be_visible()
    assert note.locator("a, img, strong").count() == 0
    expect(page.get_by_text("update 4 of 35")).to_be_visible()


# Not the arrows in a field for a number or a choice: the arrow keys do the same.
CONTROLS = """() => {
    const bars = [...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')].map(host => host.shadowRoot);
    const controls = 'button, input, select, textarea, a[href], summary, [role=slider]';
    const seen = [document, ...bars].flatMap(root => [...root.querySelectorAll(controls)])
        .filter(node => node.checkVisibility({ visibilityProperty: true }) && !node.disabled)
        .filter(node => !node.closest('[data-testid=stElementToolbar], [data-testid=stHeader], .vega-bindings'))
        .filter(node => !(node.tabIndex < 0 && node.closest('.stNumberInput, .stSelectbox')));
    seen.forEach((node, i) => { node.dataset.control = i; });
    return seen.map(node => node.getAttribute('aria-label') || node.innerText);
}"""
FOCUSED = """() => {
    let node = document.activeElement;
    while (node.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
    const group = node.closest('[role=radiogroup]');  // the arrow keys reach the others of a group
    const reached = group ? [...group.querySelectorAll('[data-control]')] : [node];
    return reached.map(each => each.dataset.control).filter(Boolean).map(Number);
}"""


@every_lesson
def test_the_keyboard_alone_reaches_every_control(open_page, server, lesson):
    page = open_page(server + address(lesson, {}), charts=charts_of(lesson))
    names, reached = page.evaluate(CONTROLS), set()
    for _ in range(2 * len(names)):
        page.keyboard.press("Tab")
        reached.update(page.evaluate(FOCUSED))
    assert len(names) > 25
    assert [name for i, name in enumerate(names) if i not in reached] == []
