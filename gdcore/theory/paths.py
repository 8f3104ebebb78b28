"""Where plain descent on a quadratic objective is after t updates, and when it arrives.

A constant rate eta makes of it one multiplication per direction. With the curvatures lambda and the gradient g0 at the
start,

    theta_t = theta_0 - V phi_t(lambda) V' g0,    phi_t(lambda) = (1 - q^t) / lambda,    q = 1 - eta lambda,

and phi_t = eta t along a direction without curvature. This holds for every sign of lambda, with or without a minimum.
With the slopes c = V' g0 the gap f - f* is the sum of c^2 q^(2t) / (2 lambda), and the squared distance to the optimum
that of c^2 q^(2t) / lambda^2.
"""

from bisect import bisect_left
from collections.abc import Callable
from math import ceil, inf, log

import numpy as np

from gdcore.objectives import Array, QuadraticObjective
from gdcore.optimizers import Optimizer
from gdcore.theory.curvature import curvatures, principal
from gdcore.theory.limits import shrinks_at_every_update

LONGEST = 2**62  # updates beyond which we say never


def predicted_iterate(objective: QuadraticObjective, start: Array, learning_rate: float, step: Array | int) -> Array:
    """theta after `step` updates of plain descent, in closed form: (d,), or (..., d) for an array of steps."""
    curved, directions, slopes = principal(objective, start)
    with np.errstate(all="ignore"):
        moved = _phi(curved, learning_rate, np.asarray(step)[..., None]) * slopes
    return np.asarray(start - np.where(slopes == 0, 0.0, moved) @ directions.T)  # phi may overflow where nothing moves


def _phi(curved: Array, rate: float, step: Array) -> Array:
    """(1 - (1 - eta lambda)^t) / lambda, or eta t where lambda is 0; expm1 keeps small curvatures exact."""
    moves = rate * curved
    positive = np.where(moves < 1, moves, 0.0)
    gentle = -np.expm1(step * np.log1p(-positive))
    shrunk = np.where(moves < 1, gentle, 1 - (1 - moves) ** step)
    return np.asarray(np.where(curved == 0, rate * step, shrunk / np.where(curved == 0, 1.0, curved)))


def gap(objective: QuadraticObjective, theta: Array) -> Array:
    """f - f* at points (..., d): the sum of lambda e^2 / 2 over the directions.

    The difference of two values would lose what is smaller than the rounding of f*, and could fall below 0.
    """
    if objective.optimum is None:
        raise ValueError(f"a gap needs a minimum, got curvatures {curvatures(objective)}")
    curved, directions, _ = principal(objective, objective.optimum)
    with np.errstate(all="ignore"):
        return np.asarray(np.square((theta - objective.optimum) @ directions) @ (curved / 2))


def errors(objective: QuadraticObjective, theta: Array) -> Array:
    """theta - theta* along each direction, by ascending curvature, at points (..., d): (..., d).

    theta* is the optimum nearest to theta: along a flat direction every point is as good, and the error is 0.
    """
    if objective.optimum is None:
        raise ValueError(f"an error needs a minimum, got curvatures {curvatures(objective)}")
    curved, directions, _ = principal(objective, objective.optimum)
    with np.errstate(all="ignore"):
        return np.asarray(np.where(curved > 0, (theta - objective.optimum) @ directions, 0.0))


def distance(objective: QuadraticObjective, theta: Array) -> Array:
    """|theta - theta*| to the nearest optimum, at points (..., d): (...)."""
    along = errors(objective, theta)
    largest = np.abs(along).max(-1, keepdims=True)
    with np.errstate(all="ignore"):  # in parts of the largest, whose square may be no number
        parts = np.where(largest > 0, along / largest, 0.0)
        return np.asarray(largest[..., 0] * np.sqrt(np.square(parts).sum(-1)))


def predicted_gap(
    objective: QuadraticObjective, start: Array, learning_rate: Array | float, step: Array | int
) -> Array:
    """f(theta_t) - f* of plain descent, in closed form: sum of c^2 / (2 lambda) q^(2t), c the slopes at the start.

    Rates and steps may be arrays that go together: one rate per run.
    """
    return _shrunk(*_gap_at_the_start(objective, start), learning_rate, step)


def _gap_at_the_start(objective: QuadraticObjective, start: Array) -> tuple[Array, Array]:
    """Its part along each direction, and the curvatures of these."""
    curved, slopes = _curved(objective, start)
    return np.square(slopes / np.sqrt(2 * curved)), curved  # slopes² may be too large


def _squared_distance_at_the_start(objective: QuadraticObjective, start: Array) -> tuple[Array, Array]:
    """Its part along each direction, in units of the largest, whose square may be no number; and their curvatures."""
    curved, slopes = _curved(objective, start)
    with np.errstate(over="ignore"):
        errors = np.abs(slopes) / curved
        return np.square(errors / errors.max(initial=0)), curved


def _curved(objective: QuadraticObjective, start: Array) -> tuple[Array, Array]:
    """Curvatures and slopes of the directions along which descent moves towards a minimum."""
    curved, _, slopes = principal(objective, start)
    if curved.min() < 0 or (slopes[curved == 0] != 0).any():
        raise ValueError(f"a gap needs a minimum, got curvatures {curved} and slopes {slopes}")
    active = (curved > 0) & (slopes != 0)
    return curved[active], slopes[active]


def _shrunk(squares: Array, curved: Array, learning_rate: Array | float, step: Array | int) -> Array:
    """The sum of squares q^(2t), q = 1 - eta lambda."""
    step = np.asarray(step, dtype=float)[..., None]
    with np.errstate(all="ignore"):
        powers = np.where(step == 0, 1.0, np.exp(2 * step * _log_factors(curved, learning_rate)))
        return np.asarray((squares * powers).sum(-1))


def _log_factors(curved: Array, learning_rate: Array | float) -> Array:
    """log |1 - eta lambda|, (..., d); log1p keeps the digits of a small eta lambda."""
    with np.errstate(all="ignore"):
        moves = np.asarray(learning_rate)[..., None] * curved
        return np.asarray(np.where(moves < 0.5, np.log1p(-np.minimum(moves, 0.5)), np.log(np.abs(1 - moves))))


def updates_to_shrink(objective: QuadraticObjective, start: Array, learning_rate: float, fraction: float) -> int | None:
    """Updates until the gap f - f* stays at most `fraction` of what it was at the start; None if it never does."""
    return _until(*_gap_at_the_start(objective, start), learning_rate, fraction)


def updates_to_approach(
    objective: QuadraticObjective,
    start: Array,
    learning_rate: float,
    fraction: float,
    optimizer: Optimizer | None = None,
) -> int | None:
    """Updates until the distance |theta - theta*| stays at most `fraction` of its start; None if it never does, and
    for another rule than plain descent.
    """
    if not shrinks_at_every_update(optimizer):
        return None
    return _until(*_squared_distance_at_the_start(objective, start), learning_rate, fraction**2)


def _until(squares: Array, curved: Array, learning_rate: float, share: float) -> int | None:
    """The first step at which at most this share of the sum of squares is left, None for never.

    No direction shrinks more slowly than the worst one: once that is down to the share, the sum is.
    """
    goal = share * float(_shrunk(squares, curved, learning_rate, 0))
    slowest = float(_log_factors(curved, learning_rate).max(initial=-inf))
    most = LONGEST
    if slowest < 0 < share:
        most = ceil(min(LONGEST, log(share) / (2 * slowest) + 2))
    return _first(lambda step: float(_shrunk(squares, curved, learning_rate, step)) <= goal, most)


def updates_to_shrink_at(objective: QuadraticObjective, start: Array, learning_rates: Array, fraction: float) -> Array:
    """`updates_to_shrink` for many rates at once, (rates,); infinite where it never does."""
    parts = _gap_at_the_start(objective, start)
    goal = fraction * _shrunk(*parts, 0.0, 0)
    low, high = np.zeros(len(learning_rates), dtype=np.int64), np.full(len(learning_rates), LONGEST)
    while (low < high).any():
        middle = low + (high - low) // 2
        reached = _shrunk(*parts, learning_rates, middle.astype(float)) <= goal
        low, high = np.where(reached, low, np.minimum(middle + 1, high)), np.where(reached, middle, high)
    return np.where(high < LONGEST, high.astype(float), inf)


def updates_to_settle(
    objective: QuadraticObjective, start: Array, learning_rate: float, tolerance: float
) -> int | None:
    """Updates until the next would move theta by less than `tolerance`; None if none ever does. One parameter only."""
    curved, _, slopes = principal(objective, start)
    if len(curved) != 1:
        raise ValueError(f"updates_to_settle is for one parameter, got {len(curved)}")
    first_step, factor = abs(learning_rate * float(slopes[0])), abs(1 - learning_rate * float(curved[0]))
    if factor >= 1:
        return 0 if first_step < tolerance else None
    return _first(lambda step: first_step * factor**step < tolerance)


def _first(reached: Callable[[int], bool], most: int = LONGEST) -> int | None:
    """The first step at which a condition that then stays true is true; by `most` it is, unless that is LONGEST."""
    step = bisect_left(range(most), True, key=reached)
    return step if step < LONGEST else None
