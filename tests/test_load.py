"""Readers at once on one server: each gets the answer to their own settings, and nobody an error."""

import asyncio
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from random import Random

import numpy as np
import pyarrow as pa
import pytest

from tests.browser.harness import fresh_server
from tests.load.lesson import hold
from tests.load.mix import BY_ADDRESS, Member
from tests.load.reader import Reader

READERS, TRIES = 8, 8
SECONDS = 4

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the readers use what only Linux has")


@pytest.fixture(scope="module")
def server():
    with fresh_server() as server:
        yield server


def test_of_readers_at_once_each_sees_the_descent_of_their_own_settings(server):
    async def all_at_once():
        await asyncio.gather(*(visit(server.address, number) for number in range(READERS)))

    in_a_loop_of_its_own(all_at_once())


async def visit(address: str, number: int) -> None:
    """Try starts and rates on a parabola of one's own and check each answer."""
    random, a2, a1 = Random(number), 2.5 + number / 2, -float(number)
    async with Reader(address) as reader:
        await reader.open("quadratic", quadratic_a2=str(a2), quadratic_a1=str(a1))
        rates = [rate for rate in reader.widgets["quadratic_rate"].told.options if 0.001 <= float(rate) <= 0.3]
        for _ in range(TRIES):
            start, rate = random.randint(20, 200) / 10, random.choice(rates)
            await reader.choose("quadratic_start", [start])
            await reader.choose("quadratic_rate", [rate])
            check(reader, start, float(rate), a2, a1)


def check(reader: Reader, start: float, rate: float, a2: float, a1: float) -> None:
    """The heading, the verdict and the chart are those of f(x) = a2 x² + a1 x − 3, worked out here by hand."""
    assert texts(reader, "heading")[0].startswith(f"f(x) = {a2:g}x²")
    figures = next(text for text in texts(reader, "markdown") if "1 − 2·a2·η" in text).replace("−", "-")
    assert float(re.search(r"1 - 2·a2·η = \*\*(.+?)\*\*", figures)[1]) == np.float64(f"{1 - 2 * a2 * rate:.4g}")
    by_hand = [start]
    for _ in range(3):
        by_hand.append(by_hand[-1] - rate * (2 * a2 * by_hand[-1] + a1))
    chart = next(element.vega_lite_chart for element in reader.elements if element.HasField("vega_lite_chart"))
    path = next(dataset.data.data for dataset in chart.datasets if dataset.name == "path")
    drawn = pa.ipc.open_stream(path).read_all()["x"].to_pylist()[:4]
    np.testing.assert_allclose(drawn, by_hand[: len(drawn)], rtol=1e-9, atol=1e-12)


def in_a_loop_of_its_own(coroutine):
    """In this thread the browser's tests have a loop that runs until the last of them."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def texts(reader: Reader, kind: str) -> list[str]:
    return [getattr(element, kind).body for element in reader.elements if element.HasField(kind)]


def test_a_class_that_goes_through_all_lessons_meets_no_error(server):
    def member(reader: Reader, seed: int) -> Member:
        return Member(reader, Random(seed), "variant_race", share=0.4)

    lesson = in_a_loop_of_its_own(hold(server, READERS, settle=0, seconds=SECONDS, every=1.0, member=member))
    assert not lesson.errors
    assert {served.lesson for served in lesson.served} == set(BY_ADDRESS)
