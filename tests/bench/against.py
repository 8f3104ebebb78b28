"""The working tree against a commit: each workload on the code of both, two processes in turn.

What is measured is the working tree's own, so a commit needs no benchmark, only the public calls that a workload makes;
a side that cannot run one fails the comparison. A workload is slower if its ratio is above BOUND. Noise alone has not
given so much (equal code, on two cores: 0.95 to 1.04 in 39 ratios when they did little else, 0.91 to 1.09 in 26 when
they were busy with others), but it may: what is above is measured once more, by new processes, and the
medians are then those of all rounds.

Its times are not those of the table beside the peers: processes are new for each workload, and in a new process the
memory of a large array goes back to the system after each run. With 100,000 rows that makes 3 ms of 1.1, which it is
with MALLOC_MMAP_THRESHOLD_ and MALLOC_TRIM_THRESHOLD_ raised.
"""

import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from zipfile import ZipFile

import numpy as np

from tests.bench.measuring import ROUNDS, Workload, in_turns

ROOT = Path(__file__).parents[2]
BOUND = 1.15
ALIKE = {"PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
# Else the allocator learns its thresholds from whichever arrays happen to come first: a factor of 1.6 for equal code.
ALIKE |= {"MALLOC_MMAP_THRESHOLD_": "268435456", "MALLOC_TRIM_THRESHOLD_": "536870912"}


class CannotRun(Exception):
    """Why one side cannot run a workload."""


@dataclass(frozen=True)
class Comparison:
    """Seconds of a run on both sides, round by round, or why there are none."""

    name: str
    before: Sequence[float] = ()
    after: Sequence[float] = ()
    difference: float | None = None  # of the histories, where there are any
    failure: str = ""

    @property
    def ratio(self) -> float:
        return median(self.after) / median(self.before)

    @property
    def is_slower(self) -> bool:
        return not self.failure and self.ratio > BOUND

    def together_with(self, other: "Comparison") -> "Comparison":
        """All rounds of two measurements."""
        if other.failure:
            return other
        return Comparison(self.name, [*self.before, *other.before], [*self.after, *other.after], other.difference)


def against(commit: str, workloads: Sequence[Workload]) -> list[str]:
    """Print the comparison as a table, and return what speaks against the working tree."""
    with checkout_of(commit) as checkout:
        comparisons = compare([workload.name for workload in workloads], lambda name: measured(name, checkout, ROOT))
    print(table(comparisons))
    return complaints(comparisons)


@contextmanager
def checkout_of(commit: str, repository: Path = ROOT) -> Iterator[Path]:
    """A temporary copy of the files of a commit."""
    command = ["git", "-C", str(repository), "archive", "--format=zip", commit]
    archive = subprocess.run(command, capture_output=True)
    if archive.returncode:
        sys.exit(f"There is no commit {commit}: {archive.stderr.decode().strip()}")
    with TemporaryDirectory() as folder:
        with ZipFile(io.BytesIO(archive.stdout)) as files:
            files.extractall(folder)
        yield Path(folder)


def compare(names: Iterable[str], measure: Callable[[str], Comparison]) -> list[Comparison]:
    """Each workload once, and what is above the bound once more."""
    comparisons = []
    for name in names:
        print(name, file=sys.stderr)
        comparison = measure(name)
        comparisons.append(comparison.together_with(measure(name)) if comparison.is_slower else comparison)
    return comparisons


def measured(name: str, before: Path, after: Path, rounds: int = ROUNDS) -> Comparison:
    """A workload on the code of two checkouts."""
    with TemporaryDirectory() as folder:
        files = Path(folder, "before.npz"), Path(folder, "after.npz")
        commit = Worker("the commit", before, name, files[0])
        tree = Worker("the working tree", after, name, files[1])
        with commit.process, tree.process:
            try:
                commit.start()
                tree.start()
                times = in_turns([commit.seconds, tree.seconds], rounds)
            except CannotRun as failure:
                return Comparison(name, failure=str(failure))
        return Comparison(name, *times, difference(*files))


class Worker:
    """A process that runs a workload on the code of a checkout. What it complains of is seen when it is run by hand."""

    def __init__(self, side: str, checkout: Path, name: str, file: Path):
        command = [sys.executable, "-m", "tests.bench.worker", str(checkout), name, str(file)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        self.side = side
        self.process = subprocess.Popen(command, cwd=ROOT, env=os.environ | ALIKE, text=True, **pipes)

    def start(self) -> None:
        if (answer := self._answer()) != "ready":
            raise CannotRun(f"{self.side} cannot run it: {answer}")

    def seconds(self, times: int) -> float:
        print(times, file=self.process.stdin, flush=True)
        answer = self._answer()
        try:
            return float(answer)
        except ValueError:
            raise CannotRun(f"{self.side} cannot run it again: {answer}") from None

    def _answer(self) -> str:
        return self.process.stdout.readline().strip() or "its process has ended"


def difference(before: Path, after: Path) -> float | None:
    """The largest between the histories in two files, infinite where their shapes differ; None if there are none."""
    with np.load(before) as old, np.load(after) as new:
        if {name: old[name].shape for name in old} != {name: new[name].shape for name in new}:
            return inf
        return max((apart(old[name], new[name]) for name in old), default=None)


def apart(old: np.ndarray, new: np.ndarray) -> float:
    """The largest |old - new| / (1 + |old|), infinite where one is NaN alone: beyond the end of a run both are."""
    both = np.isnan(old) & np.isnan(new)
    distances = np.where(both, 0, np.abs(old - new) / (1 + np.abs(old)))
    return float(np.nan_to_num(distances, nan=inf).max(initial=0))


def table(comparisons: Sequence[Comparison]) -> str:
    """In Markdown."""
    rows = [["workload", "before, ms", "after, ms", "ratio", "histories differ by"], ["---", *["---:"] * 4]]
    rows += [[comparison.name, *cells(comparison)] for comparison in comparisons]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def cells(comparison: Comparison) -> list[str]:
    if comparison.failure:
        return ["-"] * 4
    differ = "-" if comparison.difference is None else f"{comparison.difference:.1g}"
    times = [f"{1e3 * median(times):.3g}" for times in (comparison.before, comparison.after)]
    return [*times, f"{comparison.ratio:.2f}", differ]


def complaints(comparisons: Sequence[Comparison]) -> list[str]:
    """A sentence for each workload that is slower or that one side cannot run."""
    return [sentence for comparison in comparisons if (sentence := complaint(comparison))]


def complaint(comparison: Comparison) -> str:
    if comparison.failure:
        return f"{comparison.name}: {comparison.failure}."
    if comparison.is_slower:
        return f"{comparison.name}: takes {comparison.ratio:.2f} times as long as before, and {BOUND} is the bound."
    return ""
