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

from gdcore import datasets
from tests.browser.harness import CHROMIUM, FLAGS, fresh_server, settle

PRESSES = 30
TIMED_PRESS = """async () => {
    const charts = [...document.querySelectorAll('.stVegaLiteChart :is(svg, canvas).marks')];
    let last = null;
    const begin = performance.now();
    const watch = new MutationObserver(() => { last = performance.now(); });
    charts.forEach(chart => watch.observe(chart, { subtree: true, childList: true, attributes: true }));
    const slider = document.querySelector('[class*="_rate"] input[type=range]');
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


def measure(page: Page, process_id: int, what: str) -> None:
    press(page, "ArrowRight")
    begin, used = perf_counter(), cpu_seconds(process_id)
    page.wait_for_timeout(5000)
    idle = (cpu_seconds(process_id) - used) / (perf_counter() - begin)

    begin, used = perf_counter(), cpu_seconds(process_id)
    keys = ["ArrowLeft", "ArrowRight"] * (PRESSES // 2)
    times = [time for key in keys if (time := press(page, key)) is not None]
    spent = (cpu_seconds(process_id) - used - idle * (perf_counter() - begin)) / PRESSES
    print(
        f"{what}: key press to last chart redrawn, median {median(times):.0f} ms, worst {max(times):.0f} ms; "
        f"server CPU {1e3 * spent:.1f} ms"
    )


def main() -> None:
    with fresh_server() as server, sync_playwright() as playwright:
        page = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS).new_page()
        for path, charts in (("quadratic", 2), ("linear_regression", 3), ("variant_race", 2)):
            page.goto(f"{server.address}/{path}")
            settle(page, charts)
            measure(page, server.process_id, path)
        page.goto(f"{server.address}/linear_regression?regression_data=Your+own")
        page.get_by_text("Upload", exact=True).first.click()
        page.locator("input[type=file]").set_input_files({"name": "t.csv", "mimeType": "text/csv", "buffer": table()})
        page.get_by_role("heading", level=1).get_by_text("200,000 examples").wait_for()
        settle(page, 3)
        measure(page, server.process_id, "linear_regression with 200,000 uploaded rows")


def table() -> bytes:
    data = datasets.noisy_line(n=200_000)
    rows = zip(data.features[:, 0].tolist(), data.targets.tolist(), strict=True)
    return ("x,y\n" + "\n".join(f"{x:.5f},{y:.5f}" for x, y in rows)).encode()


if __name__ == "__main__":
    main()
