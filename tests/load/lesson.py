"""A lesson with a class: readers come, act for a time and leave; waits, errors, CPU time and memory are noted.

Each reader decides in advance when to act, at random intervals, and a wait begins at that time: a server that falls
behind is not spared the interactions that it delays. A fresh server makes the pattern of every kind of chart once, at
up to a tenth of a second each, in which nobody is served; so the class settles for a while before it counts.
"""

import asyncio
import os
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, process_time
from typing import NamedTuple

import numpy as np
from websockets.exceptions import ConnectionClosed

from tests.browser.harness import Server
from tests.load.mix import BY_ADDRESS, Member
from tests.load.reader import PageFailed, Reader

PATIENCE = 30  # s: who has waited so long gives up
EVERY = 10  # s: memory is read


class Served(NamedTuple):
    """An interaction that was answered; all waits in ms from the time at which it was due."""

    lesson: str
    wait: float  # until the server said that this was all
    to_the_last_part: float  # until the last part of the page was there
    size: int  # bytes there and back


class Clocks(NamedTuple):
    """Seconds that have passed, and seconds of CPU time that were used."""

    passed: float
    server: float
    readers: float
    machine: float  # by all processes together


@dataclass
class Lesson:
    """What was noted."""

    readers: int
    settling: list[Served] = field(default_factory=list)
    served: list[Served] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    used: Clocks = Clocks(0, 0, 0, 0)
    alone: float = 0  # MiB, when one reader had seen every lesson
    memory: list[tuple[float, float]] = field(default_factory=list)  # minutes since all had come, MiB

    @property
    def growth(self) -> float:
        """MiB a minute, in the second half."""
        minutes, sizes = zip(*self.memory[len(self.memory) // 2 :], strict=True)
        return float(np.polyfit(minutes, sizes, 1)[0])


async def hold(
    server: Server, readers: int, settle: float, seconds: float, every: float, member: Callable[[Reader, int], Member]
) -> Lesson:
    """Let a class come, act and leave; `member` makes the n-th reader one of the class.

    Where the server's process is not known (0), neither are its CPU time and memory.
    """
    lesson = Lesson(readers)
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(Reader(server.address))
        for page in BY_ADDRESS:
            await (first.turn_to(page) if first.pages else first.open(page))
        lesson.alone = mebibytes(server)
        members = [member(await stack.enter_async_context(Reader(server.address)), n) for n in range(readers)]
        for one in members:
            await one.arrive()

        watch = asyncio.create_task(look_at_memory(server, lesson.memory))
        members = await attend(members, every, settle, lesson.settling, lesson.errors)
        before = clocks(server)
        await attend(members, every, seconds, lesson.served, lesson.errors)
        lesson.used = Clocks(*(after - then for after, then in zip(clocks(server), before, strict=True)))
        watch.cancel()
    return lesson


async def attend(members: list[Member], every: float, seconds: float, served: list, errors: list) -> list[Member]:
    """All act for so long; returned are those who are still there."""
    end = monotonic() + seconds
    stayed = await asyncio.gather(*(act(member, every, end, served, errors) for member in members))
    return [member for member, is_there in zip(members, stayed, strict=True) if is_there]


async def act(member: Member, every: float, end: float, served: list[Served], errors: list[str]) -> bool:
    """One reader's interactions, and whether the reader has stayed."""
    due = monotonic() + member.random.random() * every
    while due < end:
        await asyncio.sleep(due - monotonic())
        try:
            async with asyncio.timeout_at(due + PATIENCE):
                answer = await member.act()
        except (TimeoutError, ConnectionClosed, PageFailed) as failure:
            errors.append(f"{member.lesson}: {failure!r}")
            return False
        waits = 1e3 * (answer.finished - due), 1e3 * (answer.last_part - due)
        served.append(Served(member.lesson, *waits, answer.size))
        due += member.random.expovariate(1 / every)
    return True


async def look_at_memory(server: Server, memory: list[tuple[float, float]]) -> None:
    begin = monotonic()
    while True:
        memory.append(((monotonic() - begin) / 60, mebibytes(server)))
        await asyncio.sleep(EVERY)


def mebibytes(server: Server) -> float:
    if not server.process_id:
        return np.nan
    status = Path(f"/proc/{server.process_id}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def clocks(server: Server) -> Clocks:
    user, nice, system, _, _, *interrupts = map(int, Path("/proc/stat").read_text().split("\n")[0].split()[1:9])
    machine = (user + nice + system + sum(interrupts)) / os.sysconf("SC_CLK_TCK")
    return Clocks(monotonic(), server.cpu_seconds() if server.process_id else np.nan, process_time(), machine)
