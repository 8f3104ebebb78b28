"""Starting the app, and waiting until it rests."""

import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.request import urlopen

from playwright.sync_api import ConsoleMessage, Page, expect

ROOT = Path(__file__).parents[2]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
UNIT = (ROOT / ".deploy" / "lab@.service").read_text("utf-8")
START = UNIT.partition("ExecStart=/opt/lab/.venv/bin/")[2].partition("\n")[0]  # the app runs here as it does there


# A deep link makes Streamlit itself ask for these below the page's path, and get a 404 each.
STREAMLITS_OWN_404 = ("_stcore/health", "_stcore/host-config")


class Server(NamedTuple):
    address: str
    process_id: int

    def cpu_seconds(self) -> float:
        """What it has used so far."""
        fields = Path(f"/proc/{self.process_id}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def fresh_server(port: int = 0):
    """Streamlit in a process of its own that has shown no page yet. Its log must be free of tracebacks in the end."""
    with socket.create_server(("127.0.0.1", port)) as probe:
        port = probe.getsockname()[1]  # 0 is any that is free
    command = [sys.executable, "-m", *START.replace("%i", str(port)).split()]
    address = f"http://127.0.0.1:{port}"
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        try:
            wait_for(f"{address}/_stcore/health")
            yield Server(address, process.pid)
        finally:
            process.terminate()
            log = process.stdout.read().decode()
    assert "Traceback" not in log, log


def wait_for(address: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            urlopen(address, timeout=5).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def is_a_complaint(message: ConsoleMessage) -> bool:
    """Whether the browser's console says that something is wrong."""
    own = any(path in message.location.get("url", "") for path in STREAMLITS_OWN_404)
    return message.type in ("error", "warning") and not own


def expect_scene(page: Page, name: str) -> None:
    """The name on top of the page."""
    expect(page.locator("[class*=_scenes] button").first).to_contain_text(f"Scene: {name}", timeout=10_000)


def choose_scene(page: Page, name: str) -> None:
    page.locator("[class*=_scenes] button").first.click()
    scenes = page.get_by_test_id("stPopoverBody")
    expect(scenes.get_by_role("button").first).to_be_visible()
    scene = scenes.get_by_role("button", name=name, exact=True)
    if not scene.is_visible():
        scenes.get_by_text("More scenes").click()
    scene.click()
    expect_scene(page, name)


def settle(page: Page, charts: int = 2) -> None:
    """Wait until the script has ended, so many charts are drawn, and all is at rest."""
    drawn(page, charts)
    page.wait_for_timeout(400)


def drawn(page: Page, charts: int) -> None:
    """Wait until the script has ended and so many charts are drawn."""
    page.wait_for_function(
        """charts => document.querySelectorAll('.stVegaLiteChart :is(svg, canvas).marks').length >= charts
                     && !document.querySelector('[data-test-script-state=running]')""",
        arg=charts,
        timeout=30_000,
    )
