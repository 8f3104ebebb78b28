"""A server and a browser of one's own.

Without Chromium these tests are skipped, and say so; where BROWSER_TESTS=required is set, they fail instead.
"""

import os
from pathlib import Path

import pytest
from playwright.sync_api import ConsoleMessage, Page, sync_playwright

from tests.browser.harness import CHROMIUM, FLAGS, fresh_server, is_a_complaint, settle


def pytest_collection_modifyitems(items):
    if CHROMIUM is None and os.environ.get("BROWSER_TESTS") != "required":
        for item in items:
            if "browser" in Path(item.fspath).parts:
                item.add_marker(pytest.mark.skip(reason="no Chromium on this machine: apt install chromium"))


@pytest.fixture(scope="session")
def server():
    with fresh_server() as server:
        yield server.address


@pytest.fixture(scope="session")
def chromium():
    assert CHROMIUM, "browser tests are required and there is no Chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium):
    """Open an address in a fresh context; afterwards the console must have stayed quiet, but for what was provoked."""
    complaints, contexts, allowed = [], [], []

    def note(message: ConsoleMessage) -> None:
        if is_a_complaint(message) and not message.text.startswith(tuple(allowed)):
            complaints.append(f"{message.type}: {message.text} {message.location}")

    def open_(address: str, *, width=1280, height=720, charts=2, provoked: str | None = None, **options) -> Page:
        allowed.extend([provoked] if provoked else [])
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address)
        settle(page, charts)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not complaints
