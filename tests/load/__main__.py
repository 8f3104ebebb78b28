"""A class on one server process, and whether it is served in time.

    python -m tests.load                               60 readers for a minute, one interaction a second each
    python -m tests.load --lesson variant_race         another lesson of the day
    python -m tests.load --sweep 5,10,20,40,60         how many readers one process can serve
    python -m tests.load --seconds 600                 whether memory stays flat

It ends with 1 if a target is missed: 95 of 100 interactions answered within 300 ms, no error, and in the second half of
a run of three minutes or more memory that does not grow by more than 1 MiB a minute.

An interaction a second is much more than readers make: it is a class in which all turn knobs at once. The readers live
in this process and the server in another; on two cores they are in each other's way a little, and other processes more,
so what the machine did besides is told and the waits are upper bounds.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from random import Random
from urllib.parse import urlparse

import numpy as np

from tests.browser.harness import Server, fresh_server
from tests.load.lesson import EVERY, Lesson, Served, hold
from tests.load.mix import BY_ADDRESS, ON_THE_LESSON_OF_THE_DAY, Member

MOST_MS = 300  # that 95 of 100 interactions may take
MOST_GROWTH = 1.0  # MiB a minute
LONG_ENOUGH = 180  # s: in less memory has not come to rest, and its growth is not judged
COLUMNS = ("", "interactions", "a second", "p50 ms", "p95 ms", "p99 ms", "worst ms", "p95 to the last part", "KiB each")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readers", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=60, help="for which they act and are counted")
    parser.add_argument("--settle", type=float, default=30, help="seconds before that, not counted")
    parser.add_argument("--every", type=float, default=1.0, help="seconds between a reader's interactions, on average")
    parser.add_argument("--lesson", choices=BY_ADDRESS, default="linear_regression", help="the lesson of the day")
    parser.add_argument("--share", type=float, default=ON_THE_LESSON_OF_THE_DAY, help="of the readers who are on it")
    parser.add_argument("--sweep", type=lambda text: sorted(map(int, text.split(","))), help="numbers of readers")
    parser.add_argument("--address", type=on_this_machine, help="of a server that runs already; only waits are known")
    options = parser.parse_args()
    missed = sweep(options) if options.sweep else one(options)
    sys.exit("\n".join(missed) or 0)


def on_this_machine(address: str) -> str:
    if urlparse(address).hostname != "127.0.0.1":
        raise argparse.ArgumentTypeError("only a server on this machine, such as http://127.0.0.1:8501")
    return address.rstrip("/")


def lesson_with(readers: int, options: argparse.Namespace) -> Lesson:
    """A lesson on a fresh server."""
    with nullcontext(Server(options.address, 0)) if options.address else fresh_server() as server:
        lesson = asyncio.run(
            hold(
                server,
                readers,
                options.settle,
                options.seconds,
                options.every,
                lambda reader, seed: Member(reader, Random(seed), options.lesson, options.share),
            )
        )
    if not lesson.served:
        sys.exit(f"Nobody got an answer. {'; '.join(lesson.errors[:3])}")
    return lesson


def one(options: argparse.Namespace) -> list[str]:
    lesson = lesson_with(options.readers, options)
    print(table_row(COLUMNS), table_row(["---", *["---:"] * (len(COLUMNS) - 1)]), sep="\n")
    for name in BY_ADDRESS:
        if here := [served for served in lesson.served if served.lesson == name]:
            print(row(name, here, lesson.used.passed))
    print(row(f"{options.readers} readers", lesson.served, lesson.used.passed))
    if lesson.settling:
        print(row("not counted: settling", lesson.settling, options.settle))
    if not options.address:
        print("", busy(lesson), remembered(lesson), sep="\n")
    return missed(lesson, options.seconds)


def sweep(options: argparse.Namespace) -> list[str]:
    """A fresh server for each number of readers, until a target is missed."""
    columns = COLUMNS if options.address else (*COLUMNS, "server CPU", "other processes")
    print(table_row(columns), table_row(["---", *["---:"] * (len(columns) - 1)]), sep="\n")
    most, said = 0, []
    for readers in options.sweep:
        lesson = lesson_with(readers, options)
        cpu = "" if options.address else f" {server_cpu(lesson)} | {others(lesson):.0%} |"
        print(row(f"{readers} readers", lesson.served, lesson.used.passed) + cpu, flush=True)
        if said := missed(lesson, options.seconds):
            break
        most = readers
    print(f"\nTo plan with: {most} readers a process.")
    return [f"{readers} readers: {sentence}" for sentence in said]


def missed(lesson: Lesson, seconds: float) -> list[str]:
    """A sentence for each target that was missed."""
    said = []
    p95 = np.percentile([served.wait for served in lesson.served], 95)
    if p95 > MOST_MS:
        said.append(f"95 of 100 interactions took up to {p95:.0f} ms, and not {MOST_MS}.")
    if lesson.errors:
        said.append(f"There were {len(lesson.errors)} errors, such as {'; '.join(lesson.errors[:3])}.")
    if seconds >= LONG_ENOUGH and lesson.growth > MOST_GROWTH:
        said.append(f"Memory grew by {lesson.growth:.2f} MiB a minute, and not by {MOST_GROWTH} at most.")
    return said


def row(name: str, served: Sequence[Served], seconds: float) -> str:
    waits = [one.wait for one in served]
    last = np.percentile([one.to_the_last_part for one in served], 95)
    figures = *np.percentile(waits, [50, 95, 99]), max(waits), last, np.mean([one.size for one in served]) / 1024
    return table_row([name, f"{len(served)}", f"{len(served) / seconds:.1f}", *(f"{figure:.0f}" for figure in figures)])


def table_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def server_cpu(lesson: Lesson) -> str:
    used = lesson.used
    return f"{used.server / used.passed:.0%} of a core, {1e3 * used.server / len(lesson.served):.1f} ms each"


def busy(lesson: Lesson) -> str:
    used = lesson.used
    return (
        f"CPU: the server {server_cpu(lesson)}; the readers {used.readers / used.passed:.0%}; other processes "
        f"{others(lesson):.0%} of {os.cpu_count()} cores; load average {os.getloadavg()[0]:.1f}."
    )


def others(lesson: Lesson) -> float:
    """Cores that other processes have used."""
    used = lesson.used
    return (used.machine - used.server - used.readers) / used.passed


def remembered(lesson: Lesson) -> str:
    minutes = [f"{size:.0f}" for minute, size in lesson.memory if minute % 1 < EVERY / 60]
    first, last = (size - lesson.alone for _, size in (lesson.memory[0], lesson.memory[-1]))
    return (
        f"Memory: {lesson.alone:.0f} MiB with one reader; for each more {first / lesson.readers:.2f} MiB when they had "
        f"come and {last / lesson.readers:.2f} in the end; minute by minute {', '.join(minutes)} MiB; in the second "
        f"half {lesson.growth:+.2f} MiB a minute."
    )


if __name__ == "__main__":
    main()
