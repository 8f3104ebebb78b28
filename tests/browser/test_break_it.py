"""Break it in a browser: history, tabs, reloads, pages, themes and connections, in the middle of everything.

Links on a cold server: test_pages.py. Whatever happens, the page ends with the right settings and the right picture,
the console is quiet and the server's log has no traceback (conftest.py, harness.py).
"""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.harness import settle
from tests.browser.test_timeline import frames, set_rate
from tests.harness import FILES

RATE = "Learning rate η (eta)"
KEEP_SOCKETS = """(() => {
    window.sockets = [];
    window.WebSocket = class extends WebSocket { constructor(...of) { super(...of); window.sockets.push(this); } };
})()"""
OPEN = "sockets.filter(socket => socket.readyState === WebSocket.OPEN).length"


def address(lesson: str) -> str:
    return FILES[lesson].removesuffix(".py")


def play(page: Page, speed: str = "3") -> None:
    page.locator(".speed").select_option(speed)
    page.get_by_role("button", name="First", exact=True).click()
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_timeout(300)


def expect_run(page: Page, rate: str, updates: int) -> None:
    """The settings, and the picture that goes with them."""
    expect(page.get_by_label(RATE, exact=True)).to_have_value(rate, timeout=15_000)
    expect(page.locator(".place")).to_contain_text(f"of {updates}")
    settle(page)
    page.get_by_role("button", name="Last", exact=True).click()
    assert frames(page) == [updates] * 2


def test_back_and_forward_walk_through_the_settings_that_were_chosen(open_page, server):
    page = open_page(f"{server}/quadratic")
    runs = [("0.05", 35), ("0.1", 15), ("0.2", 9), ("0.02", 90)]
    for rate, _ in runs[1:]:
        set_rate(page, rate)
        page.wait_for_timeout(800)  # a step of the history is what happens in one breath
    for way, steps in ((page.go_back, runs[2::-1]), (page.go_forward, runs[1:])):
        for rate, updates in steps:
            way()
            expect_run(page, rate, updates)


def test_two_tabs_do_not_see_each_other(open_page, server):
    one, other = (open_page(f"{server}/quadratic?quadratic_rate={rate}") for rate in ("0.1", "0.2"))
    one.get_by_role("button", name="Pin this run").click()
    settle(one)
    set_rate(one, "0.02")
    set_rate(other, "nonsense")
    expect_run(one, "0.02", 90)
    expect(one.get_by_role("alert")).to_have_count(0)
    expect(other.get_by_text("Pinned runs")).to_have_count(0)
    set_rate(other, "0.2")
    expect_run(other, "0.2", 9)
    expect(one.get_by_text("Pinned runs")).to_be_visible()
    expect_run(open_page(f"{server}/quadratic"), "0.05", 35)


def test_a_reload_while_playing_opens_the_same_run_at_rest(open_page, server):
    page = open_page(f"{server}/quadratic")
    set_rate(page, "0.04")
    play(page)
    page.reload()
    settle(page)
    rested = frames(page)
    page.wait_for_timeout(300)
    assert frames(page) == rested
    expect_run(page, "0.04", 45)


def test_leaving_while_playing_and_coming_back_finds_the_run_and_a_bar_that_works(open_page, server):
    page = open_page(f"{server}/quadratic?quadratic_rate=0.1")
    for lesson, charts in (("Linear regression", 3), ("The race", 2), ("The quadratic", 2)):
        play(page)
        page.get_by_role("link", name=lesson, exact=True).click()
        page.wait_for_timeout(600)
        settle(page, charts)
        page.get_by_role("button", name="First", exact=True).click()
        assert set(frames(page)) == {0}
    expect_run(page, "0.1", 15)


def test_a_change_of_theme_while_playing_stops_at_an_update_that_all_charts_show(open_page, server):
    page = open_page(f"{server}/quadratic")
    play(page)
    for scheme, ball in (("dark", "#56b4e9"), ("light", "#0072b2")):
        page.emulate_media(color_scheme=scheme)
        expect(page.locator(f".stVegaLiteChart path[fill='{ball}']").first).to_be_visible(timeout=10_000)
        settle(page)
    assert len(set(frames(page))) == 1
    expect_run(page, "0.05", 35)


@pytest.mark.parametrize("playing", [False, True])
def test_a_cut_connection_is_taken_up_again_with_settings_and_pins(open_page, server, playing):
    page = open_page("about:blank", charts=0, provoked="WebSocket onclose")
    page.add_init_script(KEEP_SOCKETS)
    page.goto(f"{server}/quadratic?quadratic_rate=0.1")
    settle(page)
    page.get_by_role("button", name="Pin this run").click()
    settle(page)
    set_rate(page, "0.04")
    if playing:
        play(page)
    for _ in range(2):
        page.evaluate("sockets.forEach(socket => socket.close())")
        page.wait_for_function(f"{OPEN} === 0")
        page.wait_for_function(f"{OPEN} === 1", timeout=15_000)
    expect_run(page, "0.04", 45)
    expect(page.get_by_text("Pinned runs")).to_be_visible()
    set_rate(page, "0.2")
    expect_run(page, "0.2", 9)


def test_a_line_that_is_too_steep_to_be_drawn_is_said_and_the_browser_does_not_complain(open_page, server):
    page = open_page(f"{server}/linear_regression?regression_data=Your+own&regression_rate=0.1", charts=3)
    page.get_by_label("A table with the names in its first row").fill("a,b\n0,1\n25000,3\n50000,4\n75000,9\n100000,9\n")
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Last", exact=True).click()
    expect(page.get_by_text("the line has left this picture").last).to_be_visible()


@pytest.mark.parametrize("lesson", FILES)
def test_a_decimal_comma_in_a_link_and_in_the_field_is_read_as_a_point(open_page, server, lesson):
    page = open_page(f"{server}/{address(lesson)}?{lesson}_rate=0,02")
    field = page.get_by_label(RATE, exact=True)
    expect(field).to_have_value("0.02", timeout=15_000)
    settle(page)
    for typed, read in (("0,04", "0.04"), ("0,5/10", "0.5/10"), ("3,5e-2", "3.5e-2")):
        set_rate(page, typed)
        expect(field).to_have_value(read, timeout=15_000)
        settle(page)
        expect(page).to_have_url(re.compile(f"_rate={re.escape(read).replace('/', '(/|%2F)')}"))


def test_of_a_rate_that_is_too_long_no_character_is_lost_and_it_is_refused(open_page, server):
    page = open_page(f"{server}/quadratic")
    page.get_by_label(RATE, exact=True).select_text()
    page.keyboard.insert_text(text := f"0.{'0' * 97}4/6")  # without /6 it would be another rate
    page.keyboard.press("Enter")
    expect(page.get_by_label(RATE, exact=True)).to_have_value(text)
    expect(page.get_by_text("in at most 100 characters")).to_be_visible(timeout=15_000)


@pytest.mark.parametrize("rate", ["1.797e308", "5e-324"])
@pytest.mark.parametrize("lesson", FILES)
def test_at_the_ends_of_the_machine_s_numbers_the_browser_does_not_complain(open_page, server, lesson, rate):
    page = open_page(f"{server}/{address(lesson)}?{lesson}_rate={rate}")
    expect(page.get_by_label(RATE, exact=True)).to_have_value(rate, timeout=15_000)
    settle(page)
    page.get_by_role("button", name="Last", exact=True).click()
    settle(page)


@pytest.mark.parametrize("lesson", ["regression", "race"])
def test_a_start_as_large_as_a_table_allows_can_be_linked_and_typed(open_page, server, lesson):
    page = open_page(f"{server}/{address(lesson)}?{lesson}_b=1e100")
    field = page.get_by_label("b", exact=True)
    expect(field).to_have_value("1e+100", timeout=15_000)
    settle(page)
    for typed in ("-2.5e120", "1e-190"):
        field.fill(typed)
        field.press("Enter")
        settle(page)
        assert float(field.input_value()) == float(typed)
    expect(page).to_have_url(re.compile("_b=1e-190"))
