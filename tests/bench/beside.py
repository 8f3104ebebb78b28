"""Beside what users would otherwise use: first that all give the same histories, then how long each takes, in turns."""

import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from statistics import median

import numpy as np
from threadpoolctl import threadpool_limits

from tests.bench.measuring import ROUNDS, History, Workload, in_turns, seconds
from tests.bench.peers import Peers, peers_of

CLOSE = 1e-10  # how near a peer's numbers must be to ours, absolute and relative

NOTES = f"""\
Each cell has milliseconds of processor time, the median of {ROUNDS} rounds, and in brackets that time divided by ours:
above 1 ours is faster. In each round all take their turn, on one thread, in double precision and compiled before.
Before anything is timed, every peer's history (the parameters, the loss over all examples and the gradient of each
update) has been found equal to ours within {CLOSE:g}, as far as it goes.

- **ours**: `descend`, from the data to the history: compression, drawing of batches and all checks are in its time.
- **PyTorch**: autograd and `torch.optim` in a Python loop; seeds and rates are rows of one tensor.
- **JAX**: `jax.grad` in a jitted `lax.scan` over the rows of the data, with `vmap` over seeds and rates; on Rosenbrock
  with the rules of `gdcore`, which work on whatever has arithmetic.
- **scikit-learn**: `partial_fit` for each update: `SGDRegressor` for single examples, and for batches `MLPRegressor`
  without a hidden layer, which is linear regression. Both halve the squared error, so their rate is twice ours.
- **numba**: a compiled loop over the rows of the data, columns apart and with `fastmath`.
- **numba, compressed**: the same loop with the full loss and its gradient from the three rows of a QR decomposition, as
  ours has them; the decomposition is in its time. It is the limit of what makes one update after another.
- The orders of the batches are drawn before the peers begin. ~ is a loop that makes fewer updates, its time scaled.
- On Rosenbrock the rates are so small that no optimizer arrives: RMSProp and Adam are chaotic once they have, and two
  right programs then differ in every digit.
"""


@dataclass(frozen=True)
class Result:
    """Milliseconds of ours and of each peer that took part, and how many times fewer updates a peer has made."""

    workload: Workload
    updates: int
    peers: Peers
    ours: float
    theirs: dict[str, float]
    scaled: dict[str, float]


def beside_peers(workloads: Sequence[Workload]) -> str:
    """A Markdown document."""
    results = []
    with threadpool_limits(1):
        for workload in workloads:
            print(workload.name, file=sys.stderr)
            results.append(measure(workload))
    return document(results)


def measure(workload: Workload) -> Result:
    peers = peers_of(workload)
    runs = {name: run for name, run in peers.items() if callable(run)}
    ours = workload.run()
    scaled = {name: times_fewer(ours, agreed(f"{name}, {workload.name}", run(), ours)) for name, run in runs.items()}
    times = in_turns([partial(seconds, run) for run in [workload.run, *runs.values()]])
    own, *theirs = (1e3 * median(each) for each in times)
    theirs = {name: time * scaled[name] for name, time in zip(runs, theirs, strict=True)}
    return Result(workload, updates(ours), peers, own, theirs, scaled)


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


def document(results: Sequence[Result]) -> str:
    command = " ".join(["python -m tests.bench", *sys.argv[1:]])
    parts = [f"# Beside what users would otherwise use\n\nWritten by `{command}`.", machine(), table(results), NOTES]
    return "\n\n".join(parts) + gaps(results)


def machine() -> str:
    packages = ("numpy", "torch", "jax", "scikit-learn", "numba")
    versions = ", ".join(f"{package} {version(package)}" for package in packages)
    return (
        f"{processor()}, {os.cpu_count()} cores; {platform.system()}; Python {platform.python_version()}, {versions}."
    )


def processor() -> str:
    """Its model: Linux tells it in a file of its own."""
    information = Path("/proc/cpuinfo")
    lines = information.read_text().splitlines() if information.exists() else []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor()


def table(results: Sequence[Result]) -> str:
    peers = list(results[0].peers)
    rows = [["workload", "updates", "ours", *peers], ["---", *["---:"] * (2 + len(peers))]]
    for result in results:
        cells = [cell(result, peer) for peer in peers]
        rows.append([result.workload.name, f"{result.updates:,}", digits(result.ours), *cells])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def cell(result: Result, peer: str) -> str:
    if peer not in result.theirs:
        return "-"
    about = "~" if result.scaled[peer] > 1 else ""
    return f"{about}{digits(result.theirs[peer])} ({digits(result.theirs[peer] / result.ours)})"


def digits(number: float) -> str:
    """Two significant digits, which is more than the noise leaves, and never a power of ten."""
    return f"{float(f'{number:.2g}'):,.10g}"


def gaps(results: Sequence[Result]) -> str:
    """Why there is a - in the table."""
    reasons = [
        f"- {result.workload.name}, {name}: {reason}.\n"
        for result in results
        for name, reason in result.peers.items()
        if isinstance(reason, str)
    ]
    return "".join(["\nWhere there is a -:\n\n", *reasons]) if reasons else ""
