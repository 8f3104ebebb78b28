"""From a key press on the rate's slider to the last chart redrawn, in Chromium, and the server's CPU time per rerun.

    python -m tests.bench.page

A redraw ends when the last chart has stopped changing. The server is a process of its own; what it spends while nothing
happens is taken off its CPU time.
"""

import os
from pathlib import Path
from statistics import median
from time import perf_counter

from playwright.sync_api import Page, sync_playwright

from tests.browser.harness import CHROMIUM, FLAGS, fresh_server, settle

PRESSES = 30
TIMED_PRESS = """async () => {
    const charts = [...document.querySelectorAll('.stVegaLiteChart :is(svg, canvas).marks')];
    let last = null;
    const begin = performance.now();
    const watch = new MutationObserver(() => { last = performance.now(); });
    charts.forEach(chart => watch.observe(chart, { subtree: true, childList: true, attributes: true }));
    const slider = document.querySelector('.st-key-quadratic_rate input[type=range]');
    slider.focus();
    window.pressed = begin;
    while (performance.now() - begin < 700) await new Promise(requestAnimationFrame);
    watch.disconnect();
    return last === null ? null : last - window.pressed;
}"""


def press(page: Page, key: str) -> float | None:
    """Milliseconds from one arrow key to the last change in any chart."""
    timing = page.evaluate_handle(f"() => ({{ result: ({TIMED_PRESS})() }})")
    page.evaluate("window.pressed = performance.now()")
    page.keyboard.press(key)
    return page.evaluate("timing => timing.result", timing)


def cpu_seconds(process_id: int) -> float:
    fields = Path(f"/proc/{process_id}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    with fresh_server() as server, sync_playwright() as playwright:
        page = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS).new_page()
        page.goto(f"{server.address}/quadratic")
        settle(page)
        press(page, "ArrowRight")

        begin, used = perf_counter(), cpu_seconds(server.process_id)
        page.wait_for_timeout(5000)
        idle = (cpu_seconds(server.process_id) - used) / (perf_counter() - begin)

        begin, used = perf_counter(), cpu_seconds(server.process_id)
        keys = ["ArrowLeft", "ArrowRight"] * (PRESSES // 2)
        times = [time for key in keys if (time := press(page, key)) is not None]
        spent = (cpu_seconds(server.process_id) - used - idle * (perf_counter() - begin)) / PRESSES
    print(f"key press to last chart redrawn: median {median(times):.0f} ms, worst {max(times):.0f} ms")
    print(f"server CPU per rerun: {1e3 * spent:.1f} ms")


if __name__ == "__main__":
    main()
