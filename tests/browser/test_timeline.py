"""The bar in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from pages.shared.picture.palette import PALETTES
from tests.browser.harness import settle

LIGHT = PALETTES["light"]

# At rest on the last row a chart is given the largest frame there is, whatever the length of the run.
FRAMES = "[...document.querySelectorAll('.vega-bindings input[name=frame]')].map(input => +input.value)"
CHANGES_A_SECOND = """async (seconds) => {
    const shown = () => FRAMES.join();
    const begin = performance.now();
    let last = null, changes = 0;
    while (performance.now() - begin < 1000 * seconds) {
        await new Promise(requestAnimationFrame);
        if (shown() !== last) { changes += 1; last = shown(); }
    }
    return changes / ((performance.now() - begin) / 1000);
}""".replace("FRAMES", FRAMES)


def frames(page: Page) -> list[int]:
    page.wait_for_timeout(100)
    last = int(page.locator(".scrub").get_attribute("max"))
    return [min(frame, last) for frame in page.evaluate(FRAMES)]


def place(page: Page) -> str:
    return page.locator(".place").inner_text()


def set_rate(page: Page, text: str) -> None:
    field = page.get_by_label("Learning rate η (eta)", exact=True)
    field.fill(text)
    field.press("Enter")
    page.wait_for_timeout(300)
    settle(page)


@pytest.fixture
def lesson(open_page, server) -> Page:
    return open_page(f"{server}/quadratic")


def test_a_page_opens_at_rest_on_the_last_update(lesson):
    assert frames(lesson) == [35, 35]
    lesson.wait_for_timeout(500)
    assert frames(lesson) == [35, 35]
    assert place(lesson) == "update 35 of 35"


def test_buttons_keys_and_scrub_move_every_chart_alike(lesson):
    lesson.get_by_role("button", name="First", exact=True).click()
    assert frames(lesson) == [0, 0]
    for name, expected in (("Forward", 1), ("Forward", 2), ("Back", 1), ("Last", 35)):
        lesson.get_by_role("button", name=name, exact=True).click()
        assert frames(lesson) == [expected] * 2
    lesson.locator(".scrub").fill("7")
    assert frames(lesson) == [7, 7]
    for key, expected in (("ArrowRight", 8), ("ArrowLeft", 7), ("Home", 0), ("End", 35), ("j", 34), ("l", 35)):
        lesson.keyboard.press(key)
        assert frames(lesson) == [expected] * 2


def test_letters_step_after_a_slider_was_moved_and_not_while_typing(lesson):
    lesson.locator(".st-key-quadratic_start").get_by_role("slider").press("ArrowRight")
    settle(lesson)
    last = frames(lesson)[0]
    lesson.keyboard.press("j")
    assert frames(lesson) == [last - 1] * 2
    field = lesson.get_by_label("Learning rate η (eta)", exact=True)
    field.press("End")
    field.type("jkl")
    assert frames(lesson) == [last - 1] * 2


def test_the_rule_shows_the_numbers_of_the_update_in_the_colours_of_the_chart(lesson):
    lesson.get_by_role("button", name="First", exact=True).click()
    assert lesson.locator(".rule").inner_text() == "x₁ = 8.0000 − 0.05 × 46.000 = 5.7000"
    color = lesson.locator(".rule .gradient").evaluate("span => getComputedStyle(span).color")
    red, green, blue = (int(LIGHT.gradient[i : i + 2], 16) for i in (1, 3, 5))
    assert color == f"rgb({red}, {green}, {blue})"
    tangent = lesson.locator(".stVegaLiteChart").first.locator(f"line[stroke='{LIGHT.gradient}']")
    expect(tangent).to_have_count(1)


@pytest.mark.parametrize("lesson", ["quadratic?quadratic_rate=0.33", "variant_race"])
def test_playing_shows_at_least_40_frames_a_second_without_the_server(open_page, server, lesson):
    page = open_page(f"{server}/{lesson}")
    sent = []
    page.locator(".speed").select_option("60")
    page.on("websocket", lambda _: sent.append("a new connection"))
    page.evaluate(
        """() => { const send = WebSocket.prototype.send; window.sent = 0;
                   WebSocket.prototype.send = function (data) { window.sent += 1; return send.call(this, data); }; }"""
    )
    page.get_by_role("button", name="First", exact=True).click()
    page.get_by_role("button", name="Play", exact=True).click()
    best = max(page.evaluate(CHANGES_A_SECOND, 2) for _ in range(2))
    assert best >= 40
    assert page.evaluate("window.sent") == 0 and not sent


def test_play_from_the_end_starts_over_and_pauses_at_the_end(lesson):
    lesson.locator(".speed").select_option("60")
    lesson.keyboard.press("k")
    lesson.wait_for_timeout(200)
    assert 0 < frames(lesson)[0] < 35
    expect(lesson.get_by_role("button", name="Pause")).to_be_visible()
    expect(lesson.get_by_role("button", name="Play", exact=True)).to_be_visible(timeout=5000)
    assert frames(lesson) == [35, 35]


def test_a_change_pauses_and_keeps_the_wished_update(lesson):
    lesson.locator(".scrub").fill("20")
    set_rate(lesson, "0.1")  # ends after 15 updates
    assert (frames(lesson), place(lesson)) == ([15, 15], "update 15 of 15")
    set_rate(lesson, "0.02")
    assert place(lesson).startswith("update 20 of")
    lesson.keyboard.press("k")
    set_rate(lesson, "0.021")
    resting = frames(lesson)
    lesson.wait_for_timeout(400)
    assert frames(lesson) == resting


REMEMBER = "window.nodes = [...document.querySelectorAll('.stVegaLiteChart :is(svg, canvas).marks')]"
KEPT = "window.nodes.map(node => node.isConnected)"


def test_a_change_of_rate_keeps_the_nodes_of_the_charts(lesson):
    lesson.evaluate(REMEMBER)
    for rate in ("0.1", "1/6", "0.3", "1/3", "0.35", "10", "0.0001"):
        set_rate(lesson, rate)
    assert lesson.evaluate(KEPT) == [True, True]


@pytest.mark.parametrize(
    ("address", "charts", "changes"),
    [
        ("quadratic", 2, {"start": None, "a2": "1.5", "a1": "4", "a0": "9"}),
        ("linear_regression", 3, {"w1": "3", "b": "-2", "updates": "150"}),
        ("variant_race", 2, {"w1": "2", "b": "-3", "budget": "20"}),
    ],
)
def test_a_change_of_a_setting_keeps_the_nodes_of_the_charts(open_page, server, address, charts, changes):
    """A text beside a chart is part of its key, so nothing that a setting changes may stand in it."""
    page = open_page(f"{server}/{address}", charts=charts)
    lesson = {"linear_regression": "regression", "variant_race": "race"}.get(address, address)
    page.evaluate(REMEMBER)
    for name, text in changes.items():
        before = page.locator(".stVegaLiteChart").first.inner_html()
        place = page.locator(f".st-key-{lesson}_{name}")
        if text is None:
            place.get_by_role("slider").press("ArrowLeft")
        else:
            place.locator("input").fill(text)
            place.locator("input").press("Enter")
        page.wait_for_timeout(400)
        settle(page, charts)
        assert page.evaluate(KEPT) == [True] * charts, name
        assert page.locator(".stVegaLiteChart").first.inner_html() != before or lesson != "quadratic", name


def test_hiding_shows_the_start_only_until_play(lesson):
    verdict = lesson.get_by_text("Arrives, from one side")
    lesson.get_by_role("button", name="Hide result").click()
    assert frames(lesson) == [0, 0]
    expect(verdict).to_be_hidden()
    expect(lesson.locator(".st-key-quadratic_result svg.marks")).to_be_hidden()
    expect(lesson.locator(".rule")).to_have_count(0)
    expect(lesson.get_by_role("button", name="Show result")).to_be_visible()
    curve = lesson.locator(".stVegaLiteChart").first
    places = """marks => [...new Set(marks.filter(mark => +(mark.getAttribute('opacity') ?? 1) > 0)
                                         .map(mark => mark.getAttribute('transform')))]"""
    assert len(curve.locator(f"path[fill='{LIGHT.iterate}']").evaluate_all(places)) == 1  # the ball, on the first dot
    assert curve.locator(f"line[stroke='{LIGHT.step}']").evaluate_all(places) == []  # no step

    lesson.locator(".speed").select_option("60")
    lesson.get_by_role("button", name="Play", exact=True).click()
    expect(verdict).to_be_visible(timeout=5000)
    assert frames(lesson) == [35, 35]


def test_show_ends_the_hiding_and_a_change_does_not(lesson):
    lesson.get_by_role("button", name="Hide result").click()
    set_rate(lesson, "0.2")
    expect(lesson.get_by_text("Arrives, jumping across")).to_be_hidden()
    lesson.get_by_role("button", name="Show result").click()
    expect(lesson.get_by_text("Arrives, jumping across")).to_be_visible()
    assert frames(lesson) == [9, 9]


def test_a_chart_that_is_opened_later_joins_the_others(lesson):
    lesson.locator(".scrub").fill("3")
    lesson.get_by_text("x over the updates").click()
    settle(lesson, charts=3)
    assert frames(lesson) == [3, 3, 3]


def test_without_the_bar_the_plain_sliders_are_there_and_scrub(lesson):
    lesson.locator(".timeline").evaluate("bar => bar.stop()")
    lesson.evaluate("delete document.querySelector('.st-key-quadratic').dataset.result")
    slider = lesson.locator(".vega-bindings input[name=frame]").first
    expect(slider).to_be_visible()
    ball = lesson.locator(".stVegaLiteChart").first.locator(f"path[fill='{LIGHT.iterate}'][stroke='{LIGHT.ink}']")
    before = ball.get_attribute("transform")
    slider.fill("1")
    lesson.wait_for_timeout(200)
    assert ball.get_attribute("transform") != before


def test_reduced_motion_plays_one_update_a_second(open_page, server):
    page = open_page(f"{server}/quadratic", reduced_motion="reduce")
    assert page.locator(".speed").input_value() == "1"


def test_one_bar_moves_data_surface_and_loss(open_page, server):
    page = open_page(f"{server}/linear_regression", charts=3)
    page.locator(".scrub").fill("1")
    assert frames(page) == [1, 1, 1]
    assert page.locator(".rule").all_inner_texts() == [
        "new w = 0.88333 − 0.05 × (−7.9389) = 1.2803",
        "new b = 0.20000 − 0.05 × (−0.95000) = 0.24750",
    ]
    assert "y = 0.88333 x + 0.20000" in page.locator(".says").inner_text()


def test_every_lane_stands_where_the_clock_says(open_page, server):
    page = open_page(f"{server}/variant_race")
    legend = page.locator(".st-key-race_result text").filter(has_text="update")
    page.locator(".scrub").fill("0")
    assert [text.split(" · ")[2] for text in legend.all_text_contents()] == ["update 0"] * 3
    assert [text.split(" · ")[1] for text in legend.all_text_contents()] == ["loss 16.90 (18.49 × the least)"] * 3
    page.locator(".scrub").fill("300")
    seen = int(place(page).split()[1].replace(",", ""))
    expected = [f"update {seen // size:,}" for size in (256, 32, 1)]
    page.wait_for_timeout(100)
    assert [text.split(" · ")[2] for text in legend.all_text_contents()] == expected
