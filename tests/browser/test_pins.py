"""Pinned runs in a real browser: at rest, under the present run, on a phone, and without a rebuilt chart."""

from playwright.sync_api import Page, expect

from pages.shared.picture.palette import PALETTES
from tests.browser.harness import settle
from tests.browser.test_pages import address, assert_nothing_is_cut_off, charts_of, every_lesson
from tests.browser.test_timeline import CHANGES_A_SECOND, set_rate

SEPIA = PALETTES["light"].pin
CHARTS = "[...document.querySelectorAll('.stVegaLiteChart :is(svg, canvas).marks')]"


def pin(page: Page, charts: int) -> None:
    page.get_by_role("button", name="Pin this run").click()
    page.wait_for_timeout(400)
    settle(page, charts)


@every_lesson
def test_pinning_keeps_the_nodes_of_the_charts_and_fits_a_phone(open_page, server, lesson):
    charts = charts_of(lesson)
    page = open_page(server + address(lesson, {}), charts=charts)
    page.evaluate(f"window.nodes = {CHARTS}")
    for rate in ("0.04", "0.03", "0.02"):
        pin(page, charts)
        set_rate(page, rate)
    assert page.evaluate("window.nodes.every(node => node.isConnected)")
    expect(page.get_by_role("button", name="Go back")).to_have_count(3)
    expect(page.get_by_role("button", name="Pin this run")).to_be_disabled()
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(500)
    assert_nothing_is_cut_off(page)


def test_a_pinned_run_neither_moves_nor_hides_with_the_present_one(open_page, server):
    page = open_page(f"{server}/quadratic")
    pin(page, 2)
    set_rate(page, "0.02")
    pinned = page.locator(".stVegaLiteChart").first.locator(f"path[stroke='{SEPIA}']")
    drawn = "marks => marks.map(mark => [mark.getAttribute('d'), mark.getAttribute('transform')])"
    at_rest = pinned.evaluate_all(drawn)
    assert len(at_rest) > 30
    page.locator(".scrub").fill("3")
    page.wait_for_timeout(200)
    assert pinned.evaluate_all(drawn) == at_rest
    page.get_by_role("button", name="Hide result").click()
    page.wait_for_timeout(200)
    assert pinned.evaluate_all(drawn) == at_rest
    expect(pinned.first).to_be_visible()
    expect(page.get_by_text("35 updates, gap to the minimum")).to_be_visible()
    expect(page.get_by_role("button", name="Pin this run")).to_be_hidden()  # it would give the result away


def test_playing_stays_smooth_over_three_pinned_runs(open_page, server):
    page = open_page(f"{server}/variant_race")
    for rate in ("0.06", "0.04", "0.03"):
        pin(page, 2)
        set_rate(page, rate)
    page.locator(".speed").select_option("60")
    page.get_by_role("button", name="First", exact=True).click()
    page.get_by_role("button", name="Play", exact=True).click()
    assert max(page.evaluate(CHANGES_A_SECOND, 2) for _ in range(3)) >= 40
