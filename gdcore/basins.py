"""Where many runs end, without the paths that led there: maps of basins, of starts against rates, sweeps of both.

A map of 14,400 starts and 500 updates would be 460 MB of path and gradient; here it takes 1.5 MB, and a rule 0.08 to
0.15 s on Himmelblau's function. The runs are followed in blocks that stay in the processor's cache.
"""

from math import inf
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from gdcore.loop import check, check_dimension, prepared, rates_of, runs_of
from gdcore.objectives import Array, DataObjective, Objective
from gdcore.optimizers import Optimizer
from gdcore.parts import Checkpoint, leaves

AT_ONCE = 1 << 13  # numbers of theta in a block of runs


class Ends(NamedTuple):
    """Where runs end. All numbers of a run that has left the range of the machine's numbers are NaN."""

    theta: Array  # (runs, d): after the last update
    last_above: Array  # (runs,): the last update at which f was above the goal, 0 for the start; -1 if it never was


def ends(
    objective: Objective | DataObjective,
    starts: npt.ArrayLike,
    optimizer: Optimizer,
    learning_rate: Any,
    steps: int,
    *,
    goal: npt.ArrayLike = inf,
) -> Ends:
    """Where `steps` updates of theta <- theta - rate * direction take each of many starts, and when they arrive.

    starts: (runs, d). learning_rate: a number, one per run (runs,), or a schedule step -> rate. Every update looks at
    all examples. goal: a value of the objective, or one per run (runs,). A run has arrived for good at update
    last_above + 1, if there is such an update.

    A run leaves the numbers where `descend` would end it: before the first update whose theta, gradient, value or
    memory of the rule is not finite. So does a start at which the objective has no finite value. Starts that are not
    finite and other misuse raise ValueError.
    """
    theta = np.array(starts, dtype=float)
    check(objective, steps, None)
    check_dimension(objective, theta)
    if theta.ndim == 1 or not np.isfinite(theta).all():
        raise ValueError(f"starts must be finite and have shape (runs, d), got {theta}")
    rates = rates_of(learning_rate, steps)
    runs_of(theta, rates, None)
    goals = np.asarray(goal, dtype=float)
    if np.isnan(goals).any() or goals.shape not in ((), theta.shape[:1]):
        raise ValueError(f"goal must be a number or one per run ({len(theta)},), got {goals}")
    goals = np.broadcast_to(goals, len(theta))
    last_above = np.empty(len(theta))
    size = max(1, AT_ONCE // theta.shape[1])
    for first in range(0, len(theta), size):
        block = slice(first, first + size)
        own_rates = rates if rates.ndim == 1 else rates[:, block]
        theta[block], last_above[block] = _ends(objective, theta[block], optimizer, own_rates, goals[block])
    return Ends(theta, last_above)


def _ends(objective: Any, start: Array, optimizer: Optimizer, rates: Array, goals: Array) -> tuple[Array, Array]:
    """Of one block."""
    with np.errstate(all="ignore"):
        parts, loop = prepared(objective, Checkpoint(start, optimizer.init(start)), optimizer, rates, None)
        value = objective.value(start)
        last_above = np.where(value > goals, 0.0, -1.0)
        numbers, values = np.isfinite(start), np.isfinite(value)  # whether they have been finite up to now
        for update, (gradient,) in enumerate(loop, start=1):
            value = objective.value(parts.point[0])
            np.copyto(last_above, update, where=value > goals)
            values &= np.isfinite(value)
            numbers &= np.isfinite(gradient)
            for leaf in leaves(parts.memory[0]):
                numbers &= np.isfinite(leaf)
        end = parts.point[0]  # if it has ever been out of range, it still is: no update leads back
        left = ~(values & (numbers & np.isfinite(end)).all(-1))
    return np.where(left[:, None], np.nan, end), np.where(left, np.nan, last_above)
