"""How a workload is measured: first that all give the same histories, then how long each takes, in turns."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median
from time import process_time
from typing import NamedTuple

import numpy as np

ROUNDS = 9
CLOSE = 1e-10  # how near a peer's numbers must be to ours, absolute and relative
LEAST = 0.01  # seconds a sample lasts: what is shorter is run several times


class History(NamedTuple):
    """A whole descent, or as much of its beginning as a peer has made. The first axis is the step."""

    theta: np.ndarray  # one more than there are updates
    value: np.ndarray  # over all examples, also where the updates see only some
    gradient: np.ndarray  # the one that each update used


Run = Callable[[], Sequence[History]]


@dataclass(frozen=True)
class Workload:
    """The same descents made by us and by each peer. In place of a peer may stand the reason why it has none."""

    name: str
    ours: Run
    peers: dict[str, Run | str]


@dataclass(frozen=True)
class Result:
    """Milliseconds of ours and of each peer that took part, and how many times fewer updates a peer has made."""

    workload: Workload
    updates: int
    ours: float
    peers: dict[str, float]
    scaled: dict[str, float]


def measure(workload: Workload) -> Result:
    runs = {name: run for name, run in workload.peers.items() if callable(run)}
    ours = workload.ours()
    scaled = {name: times_fewer(ours, agreed(f"{name}, {workload.name}", run(), ours)) for name, run in runs.items()}
    times = in_turns([workload.ours, *runs.values()])
    peers = {name: time * scaled[name] for name, time in zip(runs, times[1:], strict=True)}
    return Result(workload, updates(ours), times[0], peers, scaled)


def agreed(who: str, theirs: Sequence[History], ours: Sequence[History]) -> Sequence[History]:
    """Their histories, if they are ours as far as they go."""
    for descent, own in zip(theirs, ours, strict=True):
        for column, mine, name in zip(descent, own, History._fields, strict=True):
            np.testing.assert_allclose(column, mine[: len(column)], CLOSE, CLOSE, err_msg=f"{name} of {who}")
    return theirs


def updates(histories: Sequence[History]) -> int:
    return sum(len(history.gradient) for history in histories)


def times_fewer(ours: Sequence[History], theirs: Sequence[History]) -> float:
    return updates(ours) / updates(theirs)


def in_turns(runs: Sequence[Run]) -> list[float]:
    """The median time of each in milliseconds. In every round all take their turn, so that noise falls on all."""
    calls = [ceil(LEAST / seconds(run, 1)) for run in runs]
    rounds = []
    for number in range(ROUNDS):
        print(f"  round {number + 1} of {ROUNDS}", end="\r", file=sys.stderr)
        rounds.append([seconds(run, times) for run, times in zip(runs, calls, strict=True)])
    print(file=sys.stderr)
    return [1e3 * median(times) for times in zip(*rounds, strict=True)]


def seconds(run: Run, times: int) -> float:
    """Of the processor: what else goes on on the machine is not in it."""
    begin = process_time()
    for _ in range(times):
        run()
    return (process_time() - begin) / times
