"""Whole pages in a real browser: links, themes, narrow screens."""

from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from pages.quadratic import SCENES
from tests.browser.harness import fresh_server, settle


def address(settings: dict) -> str:
    return "/quadratic?" + urlencode({f"quadratic_{name}": value for name, value in settings.items()})


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_a_scenes_link_opens_cold_on_a_fresh_server(open_page, scene):
    with fresh_server() as server:
        page = open_page(server.address + address(scene.settings))
        expect(page.get_by_role("link", name="Home")).to_be_visible()  # the frame is there
        expect(page.get_by_role("link", name="quadratic", exact=True)).to_have_count(0)  # and not a list of files
        expect(page.get_by_text(scene.look)).to_be_visible()
        expect(page.get_by_role("radio", name=scene.name, exact=True)).to_be_checked()
        page.close()


def test_home_leads_to_the_lesson(open_page, server):
    page = open_page(server, charts=1)
    page.get_by_role("link", name="Open the lesson").click()
    settle(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Descent on")


def test_a_scene_is_one_click_and_can_be_undone(open_page, server):
    page = open_page(server + "/quadratic?quadratic_rate=0.07&quadratic_start=-3.5")
    page.get_by_text("No minimum", exact=True).click()
    settle(page)
    expect(page.get_by_text("Runs away: no minimum")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    settle(page)
    expect(page.get_by_text("Converges from one side")).to_be_visible()
    assert "quadratic_rate=0.07" in page.url and "quadratic_start=-3.5" in page.url


def test_a_shared_link_opens_the_same_run(open_page, server):
    page = open_page(f"{server}/quadratic")
    page.get_by_role("button", name="double").click()
    settle(page)
    page.get_by_role("button", name="Share").click()
    link = page.locator("[data-testid=stPopoverBody] code").inner_text()
    there = open_page(link)
    for selector in (".place", ".rule", ".st-key-quadratic_verdict"):
        assert there.locator(selector).inner_text() == page.locator(selector).inner_text()


def test_garbage_in_a_link_is_said_and_cannot_become_markup(open_page, server):
    foreign = "<img src=x onerror=alert(1)> [a](http://b.c) **d**"
    page = open_page(server + address({"start": "inf", "updates": "1e400", "tolerance": foreign, "rate": "nan"}))
    warning = page.get_by_role("alert")
    expect(warning).to_contain_text(foreign[:30])
    for label in ("Start x₀", "Largest number of updates", "Tolerance", "Learning rate"):
        expect(warning).to_contain_text(label)
    assert warning.locator("a, img, strong").count() == 0


BEYOND_THE_EDGE = """() => {
    const bars = [...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')].map(host => host.shadowRoot);
    return [document.querySelector('.stMainBlockContainer'), ...bars].flatMap(root => [...root.querySelectorAll('*')])
        .filter(node => node.getBoundingClientRect().width && node.getBoundingClientRect().right > innerWidth + 1)
        .filter(node => !node.closest('svg, pre, [data-testid=stElementToolbar]'))
        .map(node => `${node.tagName} ${node.className} ${node.innerText}`)
}"""


def overflow(page: Page) -> float:
    return page.evaluate("document.documentElement.scrollWidth - innerWidth")


@pytest.mark.parametrize("path", ["/", *(address(scene.settings) for scene in SCENES)])
def test_nothing_is_cut_off_at_390_pixels(open_page, server, path):
    page = open_page(server + path, width=390, height=844, charts=1, color_scheme="dark")
    assert overflow(page) <= 0
    assert page.evaluate(BEYOND_THE_EDGE) == []


def test_verdict_and_main_chart_need_no_scrolling_on_a_projector(open_page, server):
    for scene in SCENES:
        page = open_page(server + address(scene.settings))
        bottom = "node => node.getBoundingClientRect().bottom"
        assert page.locator(".stVegaLiteChart").first.evaluate(bottom) <= 720, scene.name


def test_dark_and_light_have_their_own_colours(open_page, server):
    for scheme, blue in (("light", "#0072b2"), ("dark", "#56b4e9")):
        page = open_page(f"{server}/quadratic", color_scheme=scheme)
        assert page.locator(f".stVegaLiteChart path[fill='{blue}']").count() > 0


def test_a_change_of_theme_recolours_the_charts(open_page, server):
    page = open_page(f"{server}/quadratic")
    page.emulate_media(color_scheme="dark")
    expect(page.locator(".stVegaLiteChart path[fill='#56b4e9']").first).to_be_visible(timeout=10_000)
    assert page.locator(".stVegaLiteChart path[fill='#0072b2']").count() == 0


def test_the_back_button_brings_back_the_settings_and_what_they_show(open_page, server):
    page = open_page(f"{server}/quadratic")
    for scene in ("Bounces for ever", "Diverges"):
        page.get_by_text(scene, exact=True).first.click()
        page.wait_for_timeout(500)
        settle(page)
    page.go_back()
    page.wait_for_timeout(500)
    settle(page)
    expect(page.locator(".st-key-quadratic_verdict")).to_contain_text("Bounces for ever")
    expect(page.get_by_label("Learning rate η (eta)", exact=True)).to_have_value("1/3")
    expect(page.get_by_role("radio", name="Bounces for ever")).to_be_checked()
