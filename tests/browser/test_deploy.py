"""The recipe for several processes, .deploy/nginx.conf, with a real nginx; one of them is killed in the middle.

Without nginx these tests are skipped, and say so; where BROWSER_TESTS=required is set, they fail instead.
"""

import os
import random
import re
import shutil
import signal
import socket
import subprocess
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.harness import ROOT, Server, fresh_server, settle, wait_for

NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
pytestmark = pytest.mark.skipif(
    NGINX is None and os.environ.get("BROWSER_TESTS") != "required",
    reason="no nginx on this machine: apt install nginx-light",
)

RECIPE = (ROOT / ".deploy" / "nginx.conf").read_text("utf-8")
AROUND_IT = """
daemon off; master_process off; pid {folder}/pid; error_log stderr;
events {{}}
http {{
    client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder}; uwsgi_temp_path {folder};
    scgi_temp_path {folder};
    log_format served "$status $upstream_addr $uri";
    access_log {folder}/access.log served;
    include {folder}/lab.conf;
}}
"""  # what an installed nginx has in its own nginx.conf


class Lab:
    """nginx, and the processes behind it by what the cookie calls them."""

    def __init__(self, running: ExitStack, folder: Path) -> None:
        """The recipe on other ports: 8501 and 8502 end in the same digit here, and 80 is the one before them."""
        tens = free_tens()
        recipe = RECIPE.replace("850", str(tens)).replace("listen 80;", f"listen 127.0.0.1:{tens}0;")
        self.running, self.log = running, folder / "access.log"
        self.processes: dict[str, Server] = {}
        for digit in (1, 2):
            self.start(f"127.0.0.1:{tens}{digit}")
        self.address = running.enter_context(nginx(folder, 10 * tens, recipe))
        wait_for(f"{self.address}/_stcore/health")

    def start(self, process: str) -> None:
        self.processes[process] = self.running.enter_context(fresh_server(int(process.partition(":")[2])))

    def kill(self, process: str) -> None:
        os.kill(self.processes[process].process_id, signal.SIGKILL)

    def served(self) -> list[list[str]]:
        """Status, process and path of every request, but for those that any process may answer."""
        lines = [line.split() for line in self.log.read_text().splitlines()]
        return [line for line in lines if not re.search(r"/_stcore/(health|host-config)$", line[2])]

    def takes_new_readers(self, process: str) -> bool:
        """Whether it does within five seconds: nginx leaves one that was lost alone for up to two."""
        for _ in range(50):
            with urlopen(f"{self.address}/_stcore/health") as answer:
                if f"lab_process={process};" in str(answer.headers):
                    return True
            time.sleep(0.1)
        return False


@contextmanager
def nginx(folder: Path, port: int, recipe: str):
    (folder / "lab.conf").write_text(recipe)
    (folder / "nginx.conf").write_text(AROUND_IT.format(folder=folder))
    with subprocess.Popen([NGINX, "-c", folder / "nginx.conf", "-e", "stderr"]) as process:
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def free_tens() -> int:
    """What free ports have in common but for their last digit, below those that the system gives to connections."""
    while True:
        tens = random.randrange(1100, 3200)
        try:
            with ExitStack() as probes:
                for port in range(10 * tens, 10 * tens + 3):
                    probes.enter_context(socket.create_server(("127.0.0.1", port)))
            return tens
        except OSError:
            continue


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    assert NGINX, "browser tests are required and there is no nginx"
    with ExitStack() as running:
        yield Lab(running, tmp_path_factory.mktemp("nginx"))


def process_of(reader: BrowserContext) -> str:
    (process,) = [cookie["value"] for cookie in reader.cookies() if cookie["name"] == "lab_process"]
    return process


def download(page: Page, button: str) -> bytes:
    with page.expect_download() as file:
        page.locator("[data-testid=stDownloadButton]").get_by_role("button", name=button).click()
    return file.value.path().read_bytes()


def open_the_parts_with_downloads(page: Page) -> None:
    for part in ("Every step in numbers", "The animation as a file"):
        page.get_by_text(part).click()
        settle(page, charts=3)


def test_a_lesson_works_through_nginx_and_one_process_serves_all_of_it(open_page, lab):
    lab.log.write_text("")
    page = open_page(f"{lab.address}/linear_regression?regression_data=Your+own&regression_w1=2", charts=3)
    page.get_by_role("button", name="double").click()
    expect(page).to_have_url(re.compile("regression_rate=0.1"))
    page.get_by_text("Upload", exact=True).first.click()
    settle(page, charts=3)
    table = b"a,b\n" + b"".join(b"%.40f,%.40f\n" % (row % 2, row % 3) for row in range(20_000))
    assert len(table) > 1_500_000  # nginx alone would take 1 MB
    page.locator("input[type=file]").set_input_files({"name": "t.csv", "mimeType": "text/csv", "buffer": table})
    expect(page.get_by_role("heading", level=1)).to_contain_text("Fit a line to 20,000 examples", timeout=10_000)
    open_the_parts_with_downloads(page)
    assert download(page, "Download as CSV").startswith(b"epoch,")
    assert b"20,000 examples" in download(page, "Take the animation home")
    served = lab.served()
    assert {process for _, process, _ in served} == {process_of(page.context)}
    assert not [line for line in served if line[0] >= "400"]
    assert [path for _, _, path in served if "/media/" in path] and [path for _, _, path in served if "upload" in path]


def test_a_killed_process_costs_a_reader_no_setting_and_takes_part_again(chromium, lab):
    reader = chromium.new_context(viewport={"width": 1280, "height": 720})
    page = reader.new_page()
    page.goto(f"{lab.address}/linear_regression?regression_data=Your+own&regression_w1=2")
    settle(page, charts=3)
    page.get_by_label("A table with the names in its first row").fill(
        "a,b\n0,1\n1,3\n2,4\n3,9\n4,9\n"
    )  # no link carries it
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Fit a line to 5 examples")
    page.get_by_role("button", name="double").click()
    expect(page).to_have_url(re.compile("regression_rate=0.1"))
    open_the_parts_with_downloads(page)
    page.evaluate("window.nodes = [...document.querySelectorAll('.stVegaLiteChart :is(svg, canvas).marks')]")
    first = process_of(reader)

    with page.expect_websocket(timeout=15_000):
        lab.kill(first)
    expect(page.locator(".stApp")).to_have_attribute("data-test-connection-state", "CONNECTED", timeout=15_000)
    expect(page.get_by_role("button", name="Undo")).to_be_disabled(timeout=15_000)  # the other has run the page
    second = process_of(reader)
    assert second in lab.processes.keys() - {first}
    assert lab.takes_new_readers(second)
    assert page.evaluate("window.nodes.length > 2 && window.nodes.every(node => node.isConnected)")

    page.get_by_role("button", name="double").click()
    expect(page).to_have_url(re.compile("regression_rate=0.2"))
    assert "regression_data=Your+own" in page.url and "regression_w1=2" in page.url
    expect(page.get_by_role("heading", level=1)).to_contain_text("Fit a line to 5 examples")

    lab.start(first)
    assert lab.takes_new_readers(first)
    assert b"5 examples" in download(page, "Take the animation home")  # where the reader is now, both of them
    assert download(page, "Download as CSV").startswith(b"epoch,")
    reader.close()
