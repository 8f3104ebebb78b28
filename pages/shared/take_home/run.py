"""What a program to take home is about: one run, its objective, and where its examples come from.

What goes into a program goes in as the repr of a number or of a text: nothing that a reader typed is ever code.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import fill

import numpy as np

from gdcore import Batches, GradientDescent, Outcome, Quadratic, Trace, datasets
from gdcore.datasets import Dataset
from gdcore.optimizers import Optimizer
from gdcore.schedules import Schedule

MOST_ROWS = 60  # of a table that is written out; a longer one is read from a file
LINE_LENGTH = 88


@dataclass(frozen=True, eq=False)
class Examples:
    """A data set, and the lines of NumPy that make it again: x, (n,) or (n, p), and y, (n,)."""

    dataset: Dataset
    code: str
    file: str | None = None  # what the code reads: a page offers `csv_text` under this name


@dataclass(frozen=True, eq=False)
class Regression:
    """Linear regression by the mean squared error, theta = (w_1 ... w_p, b).

    held: the value at which b is kept, or None to learn it too. broadcast: the mistaken loss of a published tutorial.
    """

    examples: Examples
    held: float | None = None
    standardise: bool = False
    broadcast: bool = False


@dataclass(frozen=True, eq=False)
class Run:
    """One descent, with the arguments of `descend`; where features are standardised, start is theta for those.

    rate: the first rate of the schedule as it was typed, such as 1/6; without it, as the schedule has it.
    """

    objective: Quadratic | Regression
    start: Sequence[float]
    schedule: Schedule
    updates: int
    rule: Optimizer = GradientDescent()
    batches: Batches | None = None
    tolerance: float = 0.0
    rate: str = ""

    def __post_init__(self) -> None:
        if not self.rule.elementwise and isinstance(self.objective, Quadratic):
            raise ValueError(f"a rule of the whole gradient needs more than one parameter, got {self.rule}")
        if self.batches and isinstance(self.objective, Quadratic):
            raise ValueError(f"batches need an objective with examples, got {self.objective}")
        if self.batches and self.batches.runs is not None:
            raise ValueError(f"seed must be one number, got {self.batches.seed}")

    @property
    def examples(self) -> Examples | None:
        return self.objective.examples if isinstance(self.objective, Regression) else None

    @property
    def has_batches(self) -> bool:
        """Whether an update looks at some examples only, or at some twice."""
        if self.batches is None or self.examples is None:
            return False
        return self.batches.size != len(self.examples.dataset.targets) or self.batches.order == "replacement"


def updates_in_range(trace: Trace, allowed: int) -> int:
    """All updates that are allowed, but none that leaves the range of the machine's numbers."""
    return trace.steps_taken if trace.outcome is Outcome.NOT_FINITE else allowed


# ---- where examples come from


def table(dataset: Dataset, file: str) -> Examples:
    """A data set as literal columns, or if it is long as a file to read."""
    names = f"# {', '.join(map(repr, dataset.feature_names))} -> {dataset.target_name!r}"
    if len(dataset.targets) > MOST_ROWS:
        read = f"data = np.loadtxt({file!r}, delimiter=',', skiprows=1, encoding='utf-8')"
        return Examples(dataset, "\n".join([names, read, "x, y = data[:, :-1], data[:, -1]"]), file)
    if len(dataset.feature_names) == 1:
        features = [_array("x", dataset.features[:, 0])]
    else:
        features = [_array(f"x{i}", column) for i, column in enumerate(dataset.features.T, 1)]
        columns = ", ".join(f"x{i}" for i in range(1, len(features) + 1))
        features.append(f"x = np.column_stack([{columns}])")
    return Examples(dataset, "\n".join([names, *features, _array("y", dataset.targets)]))


def noisy_line(
    n: int, slopes: Sequence[float], intercept: float, noise: float, outliers: int = 0, seed: int = 0
) -> Examples:
    """`datasets.noisy_line`, drawn by the program itself."""
    numbers = f"{n}, [{', '.join(map(in_code, slopes))}], {in_code(intercept)}, {in_code(noise)}"
    lines = [
        f"n, slopes, intercept, noise = {numbers}",
        f"rng = np.random.default_rng({seed!r})",
        "x = rng.uniform(-1, 3, (n, len(slopes)))",
        "y = x @ slopes + intercept + noise * rng.standard_normal(n)",
    ]
    if outliers:
        lines.append(f"y[rng.permutation(n)[:{outliers!r}]] += 10 * max(noise, 1)  # outliers")
    return Examples(datasets.noisy_line(n, slopes, intercept, noise, outliers, seed), "\n".join(lines))


def csv_text(dataset: Dataset) -> str:
    """The file that a program reads: a row of names, then the numbers with all their digits."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*dataset.feature_names, dataset.target_name])
    writer.writerows(np.column_stack([dataset.features, dataset.targets]).tolist())
    return text.getvalue()


def _array(name: str, values: np.ndarray) -> str:
    numbers = ", ".join(map(repr, values.tolist()))
    line = f"{name} = np.array([{numbers}])"
    if len(line) <= LINE_LENGTH:
        return line
    margin = 4 * " "
    wrapped = fill(numbers, LINE_LENGTH, initial_indent=margin, subsequent_indent=margin, break_on_hyphens=False)
    return f"{name} = np.array([\n{wrapped},\n])"


def in_code(value: float) -> str:
    """3 for 3.0, 0.05, 1e-05."""
    return repr(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))
