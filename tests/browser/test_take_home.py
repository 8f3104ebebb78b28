"""The animation as a file, opened from the disk without a network."""

import pytest
from playwright.sync_api import Page, expect

from pages.lessons import LESSONS
from pages.shared.data.own import OWN
from tests.browser.harness import settle
from tests.browser.test_pages import address, charts_of
from tests.browser.test_timeline import frames, place

FOREIGN = "</script><img src=http://a.b/ onerror=alert(1)>"
SETTINGS = {"regression": {"data": OWN}}  # its names are the reader's


@pytest.fixture(params=LESSONS, ids=lambda lesson: lesson.key)
def lesson(request, open_page, server) -> Page:
    """A lesson with the file offered."""
    name, charts = request.param.key, charts_of(request.param)
    scheme = "dark" if name == "race" else "light"
    page = open_page(server + address(request.param, SETTINGS.get(name, {})), charts=charts, color_scheme=scheme)
    if name == "regression":
        page.get_by_label("A table with the names in its first row").fill(f"{FOREIGN},y\n0,1\n1,3\n2,4\n3,8\n")
        page.keyboard.press("Control+Enter")
        page.wait_for_timeout(300)
        settle(page, charts)
    page.get_by_text("The animation as a file").click()
    settle(page, charts)
    return page


def test_the_file_plays_without_a_network(lesson, chromium, tmp_path):
    with lesson.expect_download() as download:
        lesson.get_by_role("button", name="Take the animation home").click()
    download.value.save_as(tmp_path / "lesson.html")
    assert ("onerror" in (tmp_path / "lesson.html").read_text("utf-8")) == ("regression" in lesson.url)
    context = chromium.new_context(offline=True)
    try:
        file = context.new_page()
        asked, complaints = [], []
        file.on("request", lambda request: asked.append(request.url))
        file.on("console", lambda message: complaints.append(message.text))
        file.on("pageerror", lambda error: complaints.append(str(error)))
        file.on("dialog", lambda dialog: complaints.append(dialog.message))
        file.goto((tmp_path / "lesson.html").as_uri())
        expect(file.locator(".place")).not_to_be_empty(timeout=20_000)
        assert_it_is_the_lesson(file, lesson)
        assert_it_plays(file)
        assert_a_chart_can_be_saved_as_svg(file)
        assert not [url for url in asked if not url.startswith(("file:", "data:", "blob:"))]
        assert not complaints
    finally:
        context.close()


def assert_it_is_the_lesson(file: Page, lesson: Page) -> None:
    assert frames(file) == frames(lesson)
    for selector in ("h1", ".place", ".rules", ".note", ".says"):
        assert file.locator(selector).inner_text().split() == lesson.locator(selector).inner_text().split()
    for badge in lesson.locator("[class*=_verdict] .stMarkdownBadge").all_inner_texts():
        expect(file.locator(".badge", has_text=badge)).to_have_count(1)
    assert file.locator("img, script[src], link").count() == 0
    paper = "node => getComputedStyle(node).backgroundColor"
    assert file.locator("body").evaluate(paper) == lesson.locator(".stApp").evaluate(paper)


def assert_a_chart_can_be_saved_as_svg(file: Page) -> None:
    file.locator("summary").first.click()
    with file.expect_download() as download:
        file.get_by_text("Save as SVG").first.click()
    assert download.value.path().read_text("utf-8").startswith("<svg")


def assert_it_plays(file: Page) -> None:
    charts, last = len(frames(file)), int(file.locator(".scrub").get_attribute("max"))
    file.get_by_role("button", name="Last").click()
    end = place(file)
    file.locator(".speed").select_option("60")
    file.get_by_role("button", name="Play", exact=True).click()
    file.wait_for_function("document.querySelector('.scrub').value > 2")
    (now,) = set(frames(file))
    assert now > 2 and place(file) != end
    file.get_by_role("button", name="Last").click()
    assert (frames(file), place(file)) == ([last] * charts, end)
    before = file.locator(".charts").inner_html()
    file.keyboard.press("j")
    file.wait_for_timeout(200)
    assert frames(file) == [last - 1] * charts and file.locator(".charts").inner_html() != before
