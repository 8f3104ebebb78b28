"""One descent with all its updates, and how it ended.

`descend` records where the loop has been and the gradients it used; values, lengths and outcomes are read off the whole
path afterwards, in one broadcast call each, so that many runs cost little more than one. Looking for the end inside
every step would cost as much as the step: it is looked for after 64 updates, 128, 256 and so on, and the exact end is
found afterwards. A rule's memory is not recorded: only where it ends up out of range is it made again, by `replay`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from math import isfinite
from typing import Any

import numpy as np
import numpy.typing as npt

from gdcore.batches import Batches, Indices
from gdcore.least_squares import LeastSquares
from gdcore.loop import check, check_start, prepared, rates_of, runs_of, takes_all
from gdcore.objectives import Array, DataObjective, Objective
from gdcore.optimizers import Optimizer
from gdcore.parts import Checkpoint, Parts, leaves, replay
from gdcore.scan import descend_in_blocks, serves

FIRST_LOOK = 64

Flags = npt.NDArray[np.bool_]


class Outcome(Enum):
    """How a run ended. Bookkeeping only: whether it converges is a question for `theory`."""

    SETTLED = "The next update would have moved theta by less than the tolerance."
    STEP_LIMIT = "All updates that were asked for have been made."
    NOT_FINITE = "The next update would have left the range of the machine's numbers."

    @property
    def sentence(self) -> str:
        return self.value


@dataclass(frozen=True, eq=False)
class Trace:
    """One descent. Row 0 is the start, row t is theta after t updates, and every number is finite.

    With many runs a runs axis follows the step axis, there are as many rows as the longest run needs, and the rows of a
    run beyond its own end are NaN.
    """

    theta: Array  # (T + 1, d) or (T + 1, runs, d)
    value: Array  # (T + 1,) or (T + 1, runs): the full objective, also where the updates were stochastic
    gradient: Array  # (T, d) or (T, runs, d): the one each update used
    learning_rate: Array  # (T,) or (T, runs)
    examples_seen: Indices  # (T + 1,); all 0 where the objective has no examples
    outcome: Any  # an Outcome, or a tuple with one per run
    steps_taken: Any  # T, or an array (runs,)


def descend(
    objective: Objective | DataObjective,
    start: npt.ArrayLike,
    optimizer: Optimizer,
    learning_rate: Any,
    steps: int,
    *,
    batches: Batches | None = None,
    tolerance: float = 0.0,
) -> Trace:
    """Follow `optimizer` down `objective` from `start` for at most `steps` updates: theta <- theta - rate * direction.

    start: (d,), or (runs, d) for many runs in one pass. learning_rate: a number, one number per run (runs,), or a
    schedule step -> rate. batches: which examples each update looks at; None looks at all of them every time.
    A start (d,) serves all runs when the rates or the seeds of the batches are one per run.

    tolerance: a run ends before an update that would move theta by less than this, in the 1-norm. It measures the step
    and not the distance: on a gentle slope it ends a run far from the minimum.

    A run also ends before the first update whose theta, gradient, value or memory of the rule would not be finite. That
    is an outcome, not an error; misuse raises ValueError.
    """
    theta = np.asarray(start, dtype=float)
    check(objective, steps, batches)
    if not (isfinite(tolerance) and tolerance >= 0):
        raise ValueError(f"tolerance must be finite and at least 0, got {tolerance}")
    check_start(objective, theta)
    rates = rates_of(learning_rate, steps)
    runs = runs_of(theta, rates, batches)
    if runs is not None:
        theta = np.broadcast_to(theta, (runs, theta.shape[-1]))
        rates = np.broadcast_to(rates.reshape(steps, -1), (steps, runs))
    with np.errstate(all="ignore"):
        path, gradients, lost = _path(objective, theta, optimizer, rates, batches, tolerance)
        values = objective.value(path)
        return _trace(path, values, gradients, lost, rates, _examples_seen(objective, batches, steps), tolerance)


def _path(
    objective: Any, start: Array, optimizer: Optimizer, rates: Array, batches: Batches | None, tolerance: float
) -> tuple[Array, Array, Flags | bool]:
    """Path, gradients and where the rule's memory is out of range (T, runs), at least as far as the last run's end.

    By the fastest way that gives this answer. Of a linear rule, theta is out of range as soon as its memory is.
    """
    if batches is not None and takes_all(batches, objective.n_examples):
        batches = None
    may_end_soon = batches is None and tolerance > 0  # the loop sees that before it has made all updates
    if serves(objective, optimizer, batches) and not may_end_soon:
        return *_in_blocks(objective, start, optimizer, batches, rates), False
    parts, loop = prepared(objective, Checkpoint(start, optimizer.init(start)), optimizer, rates, batches)
    path, gradients = _recorded(parts, loop, start.shape, tolerance)
    if all(np.isfinite(leaf).all() for memory in parts.memory for leaf in leaves(memory)):
        return path, gradients, False
    return path, gradients, _lost(objective, path, optimizer, gradients)


def _recorded(
    parts: Parts, loop: Iterator[Sequence[Any]], shape: tuple[int, ...], tolerance: float
) -> tuple[Array, Array]:
    """All of the loop, or as far as every run has ended."""
    point: list[Any] = parts.point
    look = FIRST_LOOK
    path: list[Any] = [*point]
    gradients: list[Any] = []
    for t, gradient in enumerate(loop, start=1):
        gradients += gradient
        path += point
        if t == look:
            if _ended(_stacked(path, shape), tolerance):
                break
            look *= 2
    return _stacked(path, shape), _stacked(gradients, shape)


def _stacked(parts: list[Any], shape: tuple[int, ...]) -> Array:
    return np.array(parts, dtype=float).reshape(-1, *shape)


def _lost(objective: Any, path: Array, optimizer: Optimizer, gradients: Array) -> Flags:
    """Whether the memory of each run is out of range after each update, (T, runs)."""
    runs = path.reshape(len(path), -1, path.shape[-1])
    memory = replay(objective, runs[0], optimizer, gradients.reshape(-1, *runs.shape[1:])).memory
    lost = np.zeros((len(gradients), runs.shape[1]), dtype=bool)
    for leaf in leaves(memory):
        if leaf.ndim > 1:
            lost |= ~np.isfinite(leaf).all(-1)
    return lost


def _in_blocks(
    objective: LeastSquares, start: Array, optimizer: Optimizer, batches: Batches | None, rates: Array
) -> tuple[Array, Array]:
    """The same path for one run or many, by `scan`."""
    if start.ndim == 2:
        return descend_in_blocks(objective, start, optimizer, batches, rates)
    path, gradients = descend_in_blocks(objective, start[None], optimizer, batches, rates[:, None])
    return path[:, 0], gradients[:, 0]


def _ended(path: Array, tolerance: float) -> bool:
    """Whether every run has settled or left the range of numbers."""
    points = path.reshape(len(path), -1, path.shape[-1])
    left = ~np.isfinite(points[-1]).all(-1)  # for good: no update leads back
    return bool((_settles(points, tolerance).any(0) | left).all())


def _settles(points: Array, tolerance: float) -> Flags:
    """Whether each update, (T, runs), of points (T + 1, runs, d) is shorter than the tolerance, in the 1-norm."""
    if tolerance == 0:
        return np.zeros((len(points) - 1, points.shape[1]), dtype=bool)
    return np.asarray(np.abs(np.diff(points, axis=0)).sum(-1) < tolerance)


def _trace(
    path: Array,
    values: Array,
    gradients: Array,
    lost: Flags | bool,
    rates: Array,
    examples_seen: Indices,
    tolerance: float,
) -> Trace:
    """Find where each run ends and keep what comes before."""
    many = path.ndim == 3
    theta, value, gradient = (path, values, gradients) if many else (path[:, None], values[:, None], gradients[:, None])
    fails = ~(np.isfinite(theta[1:]).all(-1) & np.isfinite(gradient).all(-1) & np.isfinite(value[1:])) | lost
    ends = _settles(theta, tolerance) | fails
    taken = np.where(ends.any(0), ends.argmax(0), len(gradient))
    outcomes = tuple(_outcome(fails[:, run], t) for run, t in enumerate(taken))
    last = int(taken.max())
    path, values, gradients, rates = path[: last + 1], values[: last + 1], gradients[:last], rates[:last]
    if many and taken.min() < last:
        path, values, gradients, rates = path.copy(), values.copy(), gradients.copy(), rates.copy()
        after = np.arange(last + 1)[:, None] > taken
        path[after], values[after] = np.nan, np.nan
        gradients[after[1:]], rates[after[1:]] = np.nan, np.nan
    return Trace(
        path,
        values,
        gradients,
        rates,
        examples_seen[: last + 1],
        outcomes if many else outcomes[0],
        taken if many else last,
    )


def _outcome(fails: Flags, taken: int) -> Outcome:
    """How a run ended after so many updates. One that stands still because its memory is out of range has failed."""
    if taken == len(fails):
        return Outcome.STEP_LIMIT
    return Outcome.NOT_FINITE if fails[taken] else Outcome.SETTLED


def _examples_seen(objective: Any, batches: Batches | None, steps: int) -> Indices:
    n_examples = getattr(objective, "n_examples", 0)
    sizes = batches.sizes(n_examples, steps) if batches else np.full(steps, n_examples)
    return np.concatenate([[0], sizes.cumsum()])
