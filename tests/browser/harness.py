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

from playwright.sync_api import Page

ROOT = Path(__file__).parents[2]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]


class Server(NamedTuple):
    address: str
    process_id: int

    def cpu_seconds(self) -> float:
        """What it has used so far."""
        fields = Path(f"/proc/{self.process_id}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def fresh_server():
    """Streamlit in a process of its own that has shown no page yet. Its log must be free of tracebacks in the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    command += ["--server.address", "127.0.0.1", "--server.headless", "true", "--server.fileWatcherType", "none"]
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


def settle(page: Page, charts: int = 2) -> None:
    """Wait until the script has ended and so many charts are drawn."""
    page.wait_for_function(
        """charts => document.querySelectorAll('.stVegaLiteChart :is(svg, canvas).marks').length >= charts
                     && !document.querySelector('[data-test-script-state=running]')""",
        arg=charts,
        timeout=30_000,
    )
    page.wait_for_timeout(400)
