"""The one loop, and what it records.

A rule never has a loop of its own, and nothing here knows a rule. The loop records where it has been and the gradients
it used; values, lengths and outcomes are read off the whole path afterwards, in one broadcast call each, so that many
runs cost little more than one. Looking for the end inside every step would cost as much as the step: the loop looks
after 64 updates, 128, 256 and so on, and the exact end is found afterwards.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial
from math import isfinite
from typing import Any

import numpy as np
import numpy.typing as npt

from gdcore.batches import Batches, Indices
from gdcore.objectives import Array, DataObjective, LeastSquares, Objective, Quadratic
from gdcore.optimizers import Optimizer
from gdcore.scan import descend_in_blocks, serves
from gdcore.schedules import SCHEDULES

FIRST_LOOK = 64


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

    A run also ends before the first update whose theta, gradient or value would not be finite. That is an outcome, not
    an error; misuse raises ValueError.
    """
    theta = np.asarray(start, dtype=float)
    _check(objective, theta, steps, batches, tolerance)
    rates = _rates(learning_rate, steps)
    runs = _runs(theta, rates, batches)
    if runs is not None:
        theta = np.broadcast_to(theta, (runs, theta.shape[-1]))
        rates = np.broadcast_to(rates.reshape(steps, -1), (steps, runs))
    with np.errstate(all="ignore"):
        path, gradients = _follow(objective, theta, optimizer, rates, batches, tolerance)
        values = objective.value(path)
        return _trace(path, values, gradients, rates, _examples_seen(objective, batches, steps), tolerance)


def _follow(
    objective: Any, start: Array, optimizer: Optimizer, rates: Array, batches: Batches | None, tolerance: float
) -> tuple[Array, Array]:
    """The path and its gradients, at least as far as the last run's end, by the fastest way that gives this answer."""
    if batches is not None and _takes_all(batches, objective.n_examples):
        batches = None
    may_end_soon = batches is None and tolerance > 0  # the loop sees that before it has made all updates
    if serves(objective, optimizer, batches) and not may_end_soon:
        return _in_blocks(objective, start, optimizer, batches, rates)
    follow = partial(_loop, shape=start.shape, optimizer=optimizer, rates=rates, tolerance=tolerance)
    if batches is not None:
        rows = iter(batches.rows(objective.n_examples, len(rates)))
        return follow(lambda theta: (objective.gradient(theta, next(rows)),), [start])
    if start.ndim == 1 and hasattr(objective, "partials"):
        return follow(objective.partials, start.tolist())
    return follow(lambda theta: (objective.gradient(theta),), [start])


def _loop(
    gradient_at: Callable[..., tuple[Any, ...]],
    point: list[Any],
    shape: tuple[int, ...],
    optimizer: Optimizer,
    rates: Array,
    tolerance: float,
) -> tuple[Array, Array]:
    """The loop, coordinate by coordinate. The point, of this shape, is a list of floats or holds one array, the whole.

    Floats are for a single run of few parameters: a rule is eight times faster on them than on small arrays.
    """
    update = optimizer.update
    states = [optimizer.init(coordinate) for coordinate in point]
    path, look = [*point], FIRST_LOOK
    gradients: list[Any] = []
    for t, rate in enumerate(rates.tolist() if rates.ndim == 1 else rates[:, :, None], start=1):
        gradient = gradient_at(*point)
        for i, slope in enumerate(gradient):
            direction, states[i] = update(slope, states[i])
            point[i] = point[i] - rate * direction
        gradients += gradient
        path += point
        if t == look:
            if _ended(np.reshape(path, (-1, *shape)), tolerance):
                break
            look *= 2
    return np.reshape(path, (-1, *shape)), np.reshape(gradients, (-1, *shape))


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


def _settles(points: Array, tolerance: float) -> npt.NDArray[np.bool_]:
    """Whether each update, (T, runs), of points (T + 1, runs, d) is shorter than the tolerance, in the 1-norm."""
    if tolerance == 0:
        return np.zeros((len(points) - 1, points.shape[1]), dtype=bool)
    return np.asarray(np.abs(np.diff(points, axis=0)).sum(-1) < tolerance)


def _trace(
    path: Array, values: Array, gradients: Array, rates: Array, examples_seen: Indices, tolerance: float
) -> Trace:
    """Find where each run ends and keep what comes before."""
    many = path.ndim == 3
    theta, value, gradient = (path, values, gradients) if many else (path[:, None], values[:, None], gradients[:, None])
    settles = _settles(theta, tolerance)
    fails = ~(np.isfinite(theta[1:]).all(-1) & np.isfinite(gradient).all(-1) & np.isfinite(value[1:]))
    ends = settles | fails
    taken = np.where(ends.any(0), ends.argmax(0), len(gradient))
    outcomes = tuple(_outcome(settles[:, run], fails[:, run], t) for run, t in enumerate(taken))
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


def _outcome(settles: npt.NDArray[np.bool_], fails: npt.NDArray[np.bool_], taken: int) -> Outcome:
    if taken == len(settles):
        return Outcome.STEP_LIMIT
    return Outcome.SETTLED if settles[taken] else Outcome.NOT_FINITE


def _takes_all(batches: Batches, n_examples: int) -> bool:
    """A batch of all examples, each once, is the full gradient in whatever order."""
    return batches.size == n_examples and batches.order != "replacement"


def _rates(learning_rate: Any, steps: int) -> Array:
    """The rate of every update: (steps,), or (steps, runs)."""
    if isinstance(learning_rate, SCHEDULES):
        each = np.arange(steps)
        rates = np.asarray(learning_rate(each[:, None] if np.ndim(learning_rate(0)) else each), dtype=float)
    elif callable(learning_rate):
        rates = np.array([learning_rate(step) for step in range(steps)], dtype=float)
    else:
        rates = np.asarray(learning_rate, dtype=float)
        rates = np.broadcast_to(rates, (steps, *rates.shape))
    if not (np.isfinite(rates).all() and (rates >= 0).all()):
        raise ValueError(f"learning_rate must be finite and at least 0, got {learning_rate}")
    return rates


def _runs(theta: Array, rates: Array, batches: Batches | None) -> int | None:
    """How many runs start, rates and seeds ask for, or None for a single one."""
    asked = {
        "start": theta.shape[0] if theta.ndim == 2 else None,
        "learning_rate": rates.shape[1] if rates.ndim == 2 else None,
        "seed": batches.runs if batches else None,
    }
    counts = {name: runs for name, runs in asked.items() if runs is not None}
    if len(set(counts.values())) > 1:
        raise ValueError(f"start, learning_rate and seed must agree on the number of runs, got {counts}")
    return next(iter(counts.values()), None)


def _examples_seen(objective: Any, batches: Batches | None, steps: int) -> Indices:
    n_examples = getattr(objective, "n_examples", 0)
    sizes = batches.sizes(n_examples, steps) if batches else np.full(steps, n_examples)
    return np.concatenate([[0], sizes.cumsum()])


def _check(objective: Any, theta: Array, steps: int, batches: Batches | None, tolerance: float) -> None:
    if steps < 1:
        raise ValueError(f"steps must be at least 1, got {steps}")
    if not (isfinite(tolerance) and tolerance >= 0):
        raise ValueError(f"tolerance must be finite and at least 0, got {tolerance}")
    if batches is not None and not hasattr(objective, "n_examples"):
        raise ValueError(f"batches need an objective with examples, got {objective}")
    if theta.ndim not in (1, 2) or theta.size == 0:
        raise ValueError(f"start must have shape (d,) or (runs, d), got {theta.shape}")
    if isinstance(objective, Quadratic) and theta.shape[-1] != 1:
        raise ValueError(f"start must have shape (1,) or (runs, 1) for a quadratic, got {theta.shape}")
    with np.errstate(all="ignore"):
        finite = np.isfinite(theta).all() and np.isfinite(objective.value(theta)).all()
    if not finite:
        raise ValueError(f"start must be finite, and so must the objective there, got {theta}")
