"""The page budget: what a reader waits for and what travels, on every page, in Chromium.

    python -m tests.bench.page                         every page; some ten minutes
    python -m tests.bench.page quadratic --rounds 3    one page, in fewer rounds

It prints a table of medians, those that miss their bound in bold, and ends with 1 if there is one. Browser and server
share the machine.

* First load: of a server that has just started, by a browser that has fetched nothing yet, to all charts drawn.
* Key and click: from an arrow key on the slider of the rate, or from a click on a scene, to the last change in a chart.
* Playing: frames a second at the fastest speed, of a run with at least 300 frames.
* Sent: by websocket, both ways, for one key; the files of the front end are fetched once.
* Server: its CPU time for one key, less what it spends while nothing happens.
* Complaints: errors and warnings on the browser's console.
"""

import argparse
import sys
from collections.abc import Callable
from math import inf
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

from pages.lessons import LESSONS
from tests.bench.lessons import long_table
from tests.browser.harness import CHROMIUM, FLAGS, Server, drawn, fresh_server, is_a_complaint, settle
from tests.browser.test_timeline import CHANGES_A_SECOND

ACT = """async what => {
    const begin = performance.now();
    let last = null;
    const watch = new MutationObserver(() => { last = performance.now(); });
    for (const chart of document.querySelectorAll('.stVegaLiteChart'))
        watch.observe(chart, { subtree: true, childList: true, attributes: true });
    window.acted = begin;
    if (what === 'key') document.querySelector('[class*="_rate"] input[type=range]').focus();
    else document.querySelector('[class*="_next"] button').click();
    while (performance.now() - (last ?? begin + 5000) < 700) await new Promise(requestAnimationFrame);
    watch.disconnect();
    return (last ?? Infinity) - window.acted;
}"""


class Visit(NamedTuple):
    """A page to measure; a lesson answers, too."""

    address: str
    charts: int
    is_lesson: bool = False
    playing: str = ""  # the same lesson with a run of at least 300 frames, where it is to be played
    redraw: float = 100  # ms that an answer may take
    prepare: Callable[[Page], None] = lambda page: None


def upload(page: Page) -> None:
    """A table of 200,000 rows."""
    page.get_by_text("Upload", exact=True).first.click()
    file = {"name": "t.csv", "mimeType": "text/csv", "buffer": long_table(200_000).encode()}
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("heading", level=1).get_by_text("200,000 examples").wait_for()
    settle(page, 3)


VISITS = {
    "home": Visit("", len(LESSONS)),
    "articles": Visit("articles", 0),
    **{address: Visit(address, 1, True) for address in (Path(lesson.path).stem for lesson in LESSONS)},
    "quadratic": Visit("quadratic", 2, True, "quadratic?quadratic_updates=300&quadratic_rate=0.001"),
    "linear_regression": Visit("linear_regression", 3, True, "linear_regression?regression_updates=300"),
    "variant_race": Visit("variant_race", 2, True, "variant_race", redraw=150),
    "own_table": Visit("linear_regression?regression_data=Your+own", 0, True, prepare=upload),
}


class Figure(NamedTuple):
    """A median and its bounds."""

    value: float
    most: float = inf
    least: float = 0

    @property
    def is_met(self) -> bool:
        return self.least <= self.value <= self.most

    def __str__(self) -> str:
        return f"{self.value:,.0f}" if self.is_met else f"**{self.value:,.0f}**"


def measured(browser: Browser, visit: Visit, rounds: int) -> dict[str, Figure]:
    """Every figure of a page, by the heading of its column."""
    figures = {"first load, ms": Figure(median(first_load(browser, visit) for _ in range(rounds)), most=3000)}
    complaints: list[str] = []
    sent: list[int] = []
    with fresh_server() as server, browser.new_context() as context:
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if is_a_complaint(message) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        for way in ("framesent", "framereceived"):
            page.on("websocket", lambda socket, way=way: socket.on(way, lambda data: sent.append(len(data))))
        page.goto(f"{server.address}/{visit.address}")
        settle(page, visit.charts)
        visit.prepare(page)
        if visit.is_lesson:
            figures |= answers(page, server, sent, visit.redraw, rounds)
        if visit.playing:
            page.goto(f"{server.address}/{visit.playing}")
            settle(page, visit.charts)
            figures |= {"frames a second": Figure(median(played(page) for _ in range(rounds)), least=50)}
    return figures | {"complaints": Figure(len(complaints), most=0)}


def first_load(browser: Browser, visit: Visit) -> float:
    with fresh_server() as server, browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{server.address}/{visit.address}", wait_until="commit")
        page.get_by_role("heading", level=1).first.wait_for()
        drawn(page, visit.charts)
        return page.evaluate("performance.now()")


def answers(page: Page, server: Server, sent: list[int], redraw: float, rounds: int) -> dict[str, Figure]:
    press(page)  # the first one warms up
    begin, used = perf_counter(), server.cpu_seconds()
    page.wait_for_timeout(5000)
    idle = (server.cpu_seconds() - used) / (perf_counter() - begin)

    sent.clear()
    begin, used = perf_counter(), server.cpu_seconds()
    keys = [press(page) for _ in range(rounds)]
    spent = server.cpu_seconds() - used - idle * (perf_counter() - begin)
    size = sum(sent)
    clicks = [page.evaluate(ACT, scene) for scene in range(1, rounds + 1)]
    return {
        "key, ms": Figure(median(keys), most=redraw),
        "click, ms": Figure(median(clicks), most=redraw),
        "sent, kB": Figure(size / rounds / 1000, most=200),
        "server, ms": Figure(1000 * spent / rounds),
    }


def press(page: Page) -> float:
    """Milliseconds from a key to the last change in any chart. Always the same key: each rate is a new one."""
    timing = page.evaluate_handle(f"() => ({{ result: ({ACT})('key') }})")
    page.evaluate("window.acted = performance.now()")
    page.keyboard.press("ArrowLeft")
    return page.evaluate("timing => timing.result", timing)


def played(page: Page) -> float:
    """Frames a second."""
    page.locator(".speed").select_option("60")
    page.get_by_role("button", name="First", exact=True).click()
    page.get_by_role("button", name="Play", exact=True).click()
    shown = page.evaluate(CHANGES_A_SECOND, 3)
    page.get_by_role("button", name="Pause", exact=True).click()
    return shown


def table(figures: dict[str, dict[str, Figure]]) -> str:
    """In Markdown; a page that neither answers nor plays has no such figures."""
    headings = list(dict.fromkeys(heading for row in figures.values() for heading in row))
    lines = [["page", *headings], ["---", *(["---:"] * len(headings))]]
    lines += [[name, *(str(row.get(heading, "–")) for heading in headings)] for name, row in figures.items()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("pages", nargs="*", metavar="page", help=", ".join(VISITS))
    options.add_argument("--rounds", type=int, default=10)
    asked = options.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        figures = {name: measured(browser, VISITS[name], asked.rounds) for name in asked.pages or VISITS}
    print(table(figures))
    sys.exit(not all(figure.is_met for row in figures.values() for figure in row.values()))


if __name__ == "__main__":
    main()
