"""The bar in a real browser."""

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from pages.shared.picture.pace import pace
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


# The frame of every picture that is painted until the bar rests, with the second.
SHOWN = """async () => {
    const bar = document.querySelector('[data-testid=stBidiComponentIsolated]').shadowRoot;
    const shown = [], begin = performance.now();
    do {
        shown.push([+bar.querySelector('.scrub').value, (performance.now() - begin) / 1000]);
        await new Promise(requestAnimationFrame);
    } while (bar.querySelector('.play').dataset.icon === 'pause');
    return [...shown, [+bar.querySelector('.scrub').value, (performance.now() - begin) / 1000]];
}"""

# The colour in which a text is painted, as red, green and blue: of a mixture the style says something else.
PAINTED = """node => {
    const context = new OffscreenCanvas(1, 1).getContext('2d');
    context.fillStyle = getComputedStyle(node).color;
    context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
}"""


def contrast(one: np.ndarray, other: np.ndarray) -> float:
    """As WCAG 2 defines it."""
    linear = [np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4) for c in (one / 255, other / 255)]
    low, high = sorted(float(channel @ [0.2126, 0.7152, 0.0722]) for channel in linear)
    return (high + 0.05) / (low + 0.05)


def first_seen(page: Page) -> dict[int, float]:
    """When each frame is seen for the first time, of a run that has just begun to play."""
    seen: dict[int, float] = {}
    for frame, second in page.evaluate(SHOWN):
        seen.setdefault(frame, second)
    return seen


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


def test_a_lesson_opens_at_rest_at_the_start_with_its_whole_path_and_one_large_button(lesson):
    assert frames(lesson) == [0, 0]
    lesson.wait_for_timeout(500)
    assert frames(lesson) == [0, 0]
    assert place(lesson) == "update 0 of 35"
    dots = lesson.locator(".stVegaLiteChart").nth(1).locator("path[fill='#0072b2']")
    assert dots.count() == 36 + 1  # every update, and the ball
    play = lesson.get_by_role("button", name="Play", exact=True)
    assert play.inner_text().strip() == "Play"
    sizes = lesson.locator(".controls button").evaluate_all(
        "buttons => buttons.map(one => [one.className, one.offsetWidth * one.offsetHeight, one.offsetHeight])"
    )
    (_, largest, height), *others = sizes
    assert sizes[0][0] == "play" and height >= 44 and all(1.1 * size < largest for _, size, _ in others)


def test_a_link_opens_at_its_update_and_a_shorter_run_at_its_end(open_page, server):
    assert place(open_page(f"{server}/quadratic?quadratic_at=7")) == "update 7 of 35"
    assert place(open_page(f"{server}/quadratic?quadratic_at=70")) == "update 35 of 35"


def test_who_has_seen_the_end_sees_the_end_of_another_run(lesson):
    lesson.keyboard.press("l")
    lesson.get_by_role("button", name="Last", exact=True).click()
    set_rate(lesson, "0.1")
    assert place(lesson) == "update 15 of 15"


def test_buttons_keys_and_scrub_move_every_chart_alike(lesson):
    lesson.get_by_role("button", name="First", exact=True).click()
    assert frames(lesson) == [0, 0]
    for name, expected in (("Forward", 1), ("Forward", 2), ("Back", 1), ("Last", 35)):
        lesson.get_by_role("button", name=name, exact=True).click()
        assert frames(lesson) == [expected] * 2
    lesson.locator(".scrub").fill("7")
    assert frames(lesson) == [7, 7]
    keys = (("ArrowRight", 8), ("ArrowLeft", 7), ("Home", 0), ("End", 35), ("j", 34), ("l", 35), ("l", 0), ("l", 1))
    for key, expected in keys:
        lesson.keyboard.press(key)
        assert frames(lesson) == [expected] * 2


def test_letters_step_after_a_slider_was_moved_and_not_while_typing(lesson):
    lesson.locator(".st-key-quadratic_start").get_by_role("slider").press("ArrowRight")
    settle(lesson)
    for key, expected in (("l", 1), ("l", 2), ("j", 1)):
        lesson.keyboard.press(key)
        assert frames(lesson) == [expected] * 2
    field = lesson.get_by_label("Learning rate η (eta)", exact=True)
    field.press("End")
    field.type("jkl")
    assert frames(lesson) == [1] * 2


def test_the_rule_shows_the_numbers_of_the_update_in_the_colours_of_the_chart(lesson):
    lesson.get_by_role("button", name="First", exact=True).click()
    assert lesson.locator(".rule").inner_text() == "x₁ = 8.0000 − 0.05 × 46.000 = 5.7000"
    tangent = lesson.locator(".stVegaLiteChart").first.locator(f"line[stroke='{LIGHT.gradient}']")
    expect(tangent).to_have_count(1)
    written = np.array(lesson.locator(".rule .gradient").evaluate(PAINTED))
    ink = np.array(lesson.locator(".rule").evaluate(PAINTED))
    drawn = np.array([int(LIGHT.gradient[i : i + 2], 16) for i in (1, 3, 5)])
    assert abs(written - (0.75 * drawn + 0.25 * ink)).max() <= 1  # with enough of the ink in it to be read


def test_nothing_is_struck_out_and_the_last_update_that_was_made_stands_there_with_the_reason(lesson):
    lesson.get_by_role("button", name="Last", exact=True).click()
    assert lesson.locator(".rule").inner_text() == "x₃₅ = 0.33337 − 0.05 × 0.00024894 = 0.33336"
    reason = "Stopped here: the next step would move x by less than 10⁻⁵, the tolerance."
    assert lesson.locator(".note").inner_text() == reason
    looks = lesson.locator(".timeline *").evaluate_all(
        "all => all.map(node => getComputedStyle(node)).map(look => [look.textDecorationLine, look.opacity])"
    )
    assert {tuple(look) for look in looks} == {("none", "1")}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lesson", ["quadratic", "linear_regression", "variant_race"])
def test_all_that_is_written_on_the_bar_can_be_read(open_page, server, lesson, scheme):
    page = open_page(f"{server}/{lesson}", color_scheme=scheme)
    paper = page.locator(".stApp").evaluate("node => getComputedStyle(node).backgroundColor")
    ground = np.array([int(part) for part in re.findall(r"\d+", paper)[:3]])
    seen = set()
    for key in ("Home", "ArrowRight", "End"):
        page.locator(".scrub").press(key)
        page.wait_for_timeout(100)
        for text in page.locator(":is(.rules, .words) :not(:has(*))").all():
            if text.inner_text().strip():
                assert contrast(np.array(text.evaluate(PAINTED)), ground) >= 4.5, text.inner_text()
                seen.add(text.get_attribute("class"))
    assert {"old", "rate", "gradient", "new", "place", "note"} <= seen
    button = page.locator(".play").evaluate("node => getComputedStyle(node).backgroundColor")
    filled = np.array([int(part) for part in re.findall(r"\d+", button)[:3]])
    assert contrast(np.array(page.locator(".play").evaluate(PAINTED)), filled) >= 4.5


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


def test_a_run_plays_at_the_pace_that_was_computed_for_it(lesson):
    """Slowly at first. A busy machine may show a frame later, and never earlier."""
    assert lesson.locator(".speed").input_value() == "auto"
    assert lesson.locator(".speed option:checked").inner_text() == "auto"
    lesson.get_by_role("button", name="Play", exact=True).click()
    seen, computed = first_seen(lesson), pace(np.arange(36))
    assert frames(lesson) == [35, 35] and {*range(11), 35} <= set(seen)
    for frame, second in seen.items():
        assert computed[frame] - 0.2 <= second <= 2 * computed[frame] + 2


def test_after_a_prediction_the_first_steps_are_slow_and_the_answer_shows_in_time(open_page, server):
    page = open_page(f"{server}/quadratic?quadratic_predict=true&quadratic_rate=0.35")
    page.locator(".speed").select_option("60")
    page.get_by_role("button", name="Across, with growing jumps").click()
    page.locator(".play[data-icon=pause]").wait_for()
    seen = first_seen(page)
    assert page.locator(".speed").input_value() == "auto"
    assert {*range(1, 9), 500} <= set(seen) and 2 < seen[8] < 5
    expect(page.locator(".st-key-quadratic_verdict")).to_be_visible()


def test_play_from_the_end_starts_over_and_pauses_at_the_end(lesson):
    lesson.locator(".speed").select_option("60")
    lesson.keyboard.press("End")
    lesson.get_by_role("button", name="Last", exact=True).click()
    lesson.keyboard.press("k")
    lesson.wait_for_timeout(200)
    assert 0 < frames(lesson)[0] < 35
    expect(lesson.get_by_role("button", name="Pause")).to_be_visible()
    expect(lesson.get_by_role("button", name="Play", exact=True)).to_be_visible(timeout=5000)
    assert frames(lesson) == [35, 35]


def test_a_change_pauses_and_keeps_the_wished_update(lesson):
    set_rate(lesson, "0.06")
    assert frames(lesson) == [0, 0]
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
    verdict = lesson.locator(".st-key-quadratic_verdict").get_by_text("Arrives, from one side")
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
    verdict = lesson.locator(".st-key-quadratic_verdict").get_by_text("Arrives, jumping across")
    expect(verdict).to_be_hidden()
    lesson.get_by_role("button", name="Show result").click()
    expect(verdict).to_be_visible()
    assert frames(lesson) == [0, 0]


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


def test_reduced_motion_plays_one_update_a_second_and_an_answer_not_at_all(open_page, server):
    page = open_page(f"{server}/quadratic?quadratic_predict=true", reduced_motion="reduce")
    assert page.locator(".speed").input_value() == "1"
    page.get_by_role("button", name="Across, with growing jumps").click()
    expect(page.locator(".st-key-quadratic_verdict")).to_be_visible()
    assert frames(page) == [35, 35]
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()


# ---- what is announced


ANNOUNCED = ".timeline [role=status]"


def test_one_live_region_tells_a_step_and_a_new_verdict_and_is_silent_while_playing(lesson):
    assert lesson.locator(".st-key-quadratic :is([aria-live], [role=status], [role=alert], [role=log])").count() == 1
    region = lesson.locator(ANNOUNCED)
    assert region.get_attribute("aria-live") == "polite"
    lesson.wait_for_timeout(600)
    expect(region).to_have_text("")  # opening a page is no news
    lesson.keyboard.press("l")
    expect(region).to_have_text("update 1 of 35. x₂ = 5.7000 − 0.05 × 32.200 = 4.0900")
    set_rate(lesson, "0.35")
    expect(region).to_contain_text("Diverges")
    expect(region).to_contain_text("update 1 of 500. x₂ = ")
    lesson.locator(".speed").select_option("3")
    said = region.text_content()
    lesson.get_by_role("button", name="Play", exact=True).click()
    lesson.wait_for_timeout(1500)
    assert frames(lesson)[0] > 2 and region.text_content() == said
    lesson.get_by_role("button", name="Pause", exact=True).click()
    expect(region).to_have_text(re.compile(r"^update \d+ of 500\. x"))


def test_what_is_hidden_is_not_announced(lesson):
    lesson.get_by_role("button", name="Hide result").click()
    expect(lesson.locator(ANNOUNCED)).to_contain_text("The result is hidden")
    set_rate(lesson, "0.35")
    lesson.wait_for_timeout(600)
    assert "Diverges" not in lesson.locator(ANNOUNCED).text_content()
    lesson.get_by_role("button", name="Show result").click()
    expect(lesson.locator(ANNOUNCED)).to_contain_text("Diverges")


# ---- on a phone


@pytest.mark.parametrize("lesson", ["quadratic", "linear_regression", "variant_race"])
def test_on_a_phone_the_bar_stays_under_the_thumb(open_page, server, lesson):
    page = open_page(f"{server}/{lesson}", width=390, height=844)
    strip, end = page.locator(".strip"), page.locator(".stMainBlockContainer > * > *").last
    for top in (0, 600, 100_000):
        page.locator(".stMain").evaluate("(main, top) => main.scrollTo(0, top)", top)
        page.wait_for_timeout(300)
        box = strip.bounding_box()
        assert (box["x"], box["width"]) == (0, 390) and box["y"] + box["height"] == 844 and box["height"] < 72
    last = end.bounding_box()
    assert last["y"] + last["height"] <= box["y"], "the last content lies under the strip"
    controls = page.locator(".strip :is(button, input):visible")
    names = [control.get_attribute("class") for control in controls.all()]
    assert names == ["play", "back", "forward", "scrub"]
    for control, least in zip(controls.all(), (44, 44, 44, 24), strict=True):
        size = control.bounding_box()
        assert size["width"] >= least and size["height"] >= min(least, 38)
    assert page.locator(".play").bounding_box()["height"] >= 44
    page.locator(".forward").click()
    assert set(frames(page)) == {1}
    total = place(page).partition(" of ")[2].partition(" ")[0]
    assert page.locator(".strip .number").inner_text() == f"1 / {total}"


def test_on_a_wide_screen_and_for_a_presenter_the_bar_stays_where_it_is(open_page, server):
    for link, width in (("quadratic", 820), ("quadratic?quadratic_present=true", 1280)):
        page = open_page(f"{server}/{link}", width=width)
        strip, bar = page.locator(".strip"), page.locator(".timeline").bounding_box()
        assert strip.evaluate("node => getComputedStyle(node).position") == "static"
        for control in page.locator(".controls :is(button, input, select)").all():
            box = control.bounding_box()
            assert bar["x"] <= box["x"] and box["x"] + box["width"] <= bar["x"] + bar["width"]
        expect(page.locator(".strip .number")).to_be_hidden()
        assert page.get_by_role("button", name="First", exact=True).is_visible()


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
    assert [text.split(" · ")[1] for text in legend.all_text_contents()] == ["loss 16.90 (18.49 × the lowest)"] * 3
    page.locator(".scrub").fill("100")
    assert page.locator(".says").inner_text() == "batch waits for its first 256 examples"
    page.locator(".scrub").fill("300")
    assert page.locator(".says").inner_text() == ""
    seen = int(place(page).split()[1].replace(",", ""))
    expected = [f"update {seen // size:,}" for size in (256, 32, 1)]
    page.wait_for_timeout(100)
    assert [text.split(" · ")[2] for text in legend.all_text_contents()] == expected
