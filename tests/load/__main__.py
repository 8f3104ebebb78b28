"""A class on one server process: so many readers, one interaction each in so many seconds, for a time.

    python -m tests.load                               60 readers for a minute
    python -m tests.load --lesson variant_race         another lesson of the day
    python -m tests.load --sweep 5,10,20,40,60         how many readers one process can serve
    python -m tests.load --seconds 600                 whether memory stays flat

It ends with 1 if a target is missed: 95 of 100 interactions answered within 300 ms, no error, and in the second half of a
run of three minutes or more memory that does not grow by more than 1 MiB a minute.

Each reader decides in advance when to act, at random intervals, and a wait begins at that time: a server that falls behind
is not spared the interactions that it delays. The interval is a second on average, much less than readers take: this is
a class in which all turn knobs at once. The readers live in this process and the server in another; on two cores they are
in each other's way a little, so the waits are upper bounds.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Iterable
from contextlib import AsyncExitStack, nullcontext
from pathlib import Path
from random import Random
from statistics import quantiles
from time import monotonic, process_time
from typing import NamedTuple
from urllib.parse import urlparse

import numpy as np
from websockets.exceptions import ConnectionClosed

from tests.bench.page import cpu_seconds
from tests.browser.harness import Server, fresh_server
from tests.load.mix import KEYS, ON_THE_LESSON_OF_THE_DAY, Member
from tests.load.reader import Reader

MOST_MS = 300  # that 95 of 100 interactions may take
MOST_GROWTH = 1.0  # MiB a minute
LONG_ENOUGH = 180  # s: only then growth is judged
PATIENCE = 30  # s: who has waited so long gives up
EVERY = 10  # s: memory is read


class Served(NamedTuple):
    """An interaction that was answered."""

    lesson: str
    wait: float  # ms from the time at which it was due
    to_the_last_part: float  # ms
    size: int  # bytes


class Lesson(NamedTuple):
    """What happened while the class was there."""

    readers: int
    seconds: float
    served: list[Served]
    errors: list[str]
    server_cpu: float  # s
    own_cpu: float  # s
    alone: float  # MiB of the server when one reader had seen every lesson
    memory: list[tuple[float, float]]  # minutes since all had come, MiB

    @property
    def p95(self) -> float:
        return float(np.percentile([one.wait for one in self.served], 95))

    @property
    def growth(self) -> float | None:
        """MiB a minute, in the second half."""
        if self.seconds < LONG_ENOUGH:
            return None
        half = self.memory[len(self.memory) // 2 :]
        return float(np.polyfit(*zip(*half, strict=True), 1)[0])

    def missed(self) -> list[str]:
        """A sentence for each target that was missed."""
        said = []
        if self.p95 > MOST_MS:
            said.append(f"95 of 100 interactions took up to {self.p95:.0f} ms, more than {MOST_MS}.")
        if self.errors:
            said.append(f"{len(self.errors)} errors, the first: {self.errors[0]}")
        if self.growth is not None and self.growth > MOST_GROWTH:
            said.append(f"Memory grew by {self.growth:.2f} MiB a minute, more than {MOST_GROWTH}.")
        return said


async def hold(server: Server, readers: int, seconds: float, every: float, lesson: str, share: float) -> Lesson:
    """Let a class come, act and leave."""
    async with AsyncExitStack() as stack:
        forerunner = await stack.enter_async_context(Reader(server.address))
        for page in KEYS:
            await (forerunner.turn_to(page) if forerunner.pages else forerunner.open(page))
        alone = mebibytes(server)

        members = []
        for seed in range(readers):
            reader = await stack.enter_async_context(Reader(server.address))
            members.append(Member(reader, Random(seed), lesson, share))
            await members[-1].arrive()

        served, errors, memory, begin = [], [], [], monotonic()
        watch = asyncio.create_task(look_at_memory(server, memory, begin))
        server_cpu, own_cpu = cpu(server), process_time()
        await asyncio.gather(*(attend(member, every, begin + seconds, served, errors) for member in members))
        watch.cancel()
        took = monotonic() - begin
        return Lesson(readers, took, served, errors, cpu(server) - server_cpu, process_time() - own_cpu, alone, memory)


async def attend(member: Member, every: float, end: float, served: list[Served], errors: list[str]) -> None:
    """One reader's part of it."""
    due = monotonic() + member.random.random() * every
    while due < end:
        await asyncio.sleep(due - monotonic())
        try:
            async with asyncio.timeout_at(due + PATIENCE):
                answer = await member.act()
        except (TimeoutError, ConnectionClosed) as failure:
            errors.append(f"{member.lesson}: {failure!r}")
            return
        errors += [f"{member.lesson}: {exception}" for exception in answer.exceptions]
        waits = 1e3 * (answer.finished - due), 1e3 * (answer.last_part - due)
        served.append(Served(member.lesson, *waits, answer.size))
        due += member.random.expovariate(1 / every)


async def look_at_memory(server: Server, memory: list[tuple[float, float]], begin: float) -> None:
    while True:
        memory.append(((monotonic() - begin) / 60, mebibytes(server)))
        await asyncio.sleep(EVERY)


def cpu(server: Server) -> float:
    return cpu_seconds(server.process_id) if server.process_id else np.nan


def mebibytes(server: Server) -> float:
    if not server.process_id:
        return np.nan
    status = Path(f"/proc/{server.process_id}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


COLUMNS = ("", "interactions", "a second", "p50 ms", "p95 ms", "p99 ms", "worst ms", "p95 to the last part", "KiB each")


def row(name: str, served: list[Served], seconds: float) -> str:
    waits = [one.wait for one in served]
    p50, p95, p99 = np.percentile(waits, [50, 95, 99])
    last = np.percentile([one.to_the_last_part for one in served], 95)
    size = np.mean([one.size for one in served]) / 1024
    cells = [f"{len(served)}", f"{len(served) / seconds:.1f}"]
    cells += [f"{figure:.0f}" for figure in (p50, p95, p99, max(waits), last, size)]
    return table_row([name, *cells])


def table_row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def report(held: Lesson) -> str:
    lines = [table_row(COLUMNS), table_row(["---", *["---:"] * (len(COLUMNS) - 1)])]
    for lesson in KEYS:
        if here := [one for one in held.served if one.lesson == lesson]:
            lines.append(row(lesson, here, held.seconds))
    lines.append(row(f"{held.readers} readers", held.served, held.seconds))
    lines += ["", busy(held), remembered(held), f"Errors: {len(held.errors)}. {' · '.join(held.errors[:3])}"]
    return "\n".join(lines)


def busy(held: Lesson) -> str:
    return (
        f"Server CPU {held.server_cpu / held.seconds:.0%} of a core, "
        f"{1e3 * held.server_cpu / len(held.served):.1f} ms an interaction; readers' CPU {held.own_cpu / held.seconds:.0%}; "
        f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores."
    )


def remembered(held: Lesson) -> str:
    minutes = [f"{mib:.0f}" for minute, mib in held.memory if minute % 1 < EVERY / 60]
    first, last = held.memory[0][1], held.memory[-1][1]
    growth = "" if held.growth is None else f" Growth in the second half: {held.growth:.2f} MiB a minute."
    return (
        f"Memory: {held.alone:.0f} MiB before they came, {(first - held.alone) / held.readers:.2f} MiB more for each that "
        f"came and {(last - held.alone) / held.readers:.2f} in the end; minute by minute {', '.join(minutes)}.{growth}"
    )


def sweep(counts: list[int], options: argparse.Namespace) -> list[str]:
    """A fresh server for each number of readers; the figure to plan with is the largest that misses no target."""
    print(table_row([*COLUMNS, "server CPU"]), table_row(["---", *["---:"] * len(COLUMNS)]), sep="\n")
    most = 0
    for readers in counts:
        held = hold_once(readers, options)
        cpu = f"{held.server_cpu / held.seconds:.0%}, {1e3 * held.server_cpu / len(held.served):.1f} ms each"
        print(row(f"{readers} readers", held.served, held.seconds), f"{cpu} |", flush=True)
        if held.missed():
            break
        most = readers
    print(f"\nTo plan with: {most} readers a process.")
    return [] if most == counts[-1] else [f"With {readers} readers: " + " ".join(held.missed())]


def hold_once(readers: int, options: argparse.Namespace) -> Lesson:
    with nullcontext(Server(options.address, 0)) if options.address else fresh_server() as server:
        return asyncio.run(hold(server, readers, options.seconds, options.every, options.lesson, options.share))


def this_machine(address: str) -> str:
    if urlparse(address).hostname != "127.0.0.1":
        raise argparse.ArgumentTypeError("only a server on this machine, as http://127.0.0.1:8501")
    return address.rstrip("/")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readers", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=60, help="how long they act")
    parser.add_argument("--every", type=float, default=1.0, help="seconds between a reader's interactions, on average")
    parser.add_argument("--lesson", choices=KEYS, default="linear_regression", help="the lesson of the day")
    parser.add_argument("--share", type=float, default=ON_THE_LESSON_OF_THE_DAY, help="of readers who are on it")
    parser.add_argument("--sweep", type=lambda text: sorted(map(int, text.split(","))), help="numbers of readers")
    parser.add_argument("--address", type=this_machine, help="of a server that runs already; its CPU is not known then")
    options = parser.parse_args()
    if options.sweep:
        missed = sweep(options.sweep, options)
    else:
        held = hold_once(options.readers, options)
        print(report(held))
        missed = held.missed()
    sys.exit("\n".join(missed) or 0)


if __name__ == "__main__":
    main()
