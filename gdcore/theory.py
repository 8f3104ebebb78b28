"""Closed forms: what the mathematics says before anything is run. Content of the pages and oracle of the tests.

The Hessian of a quadratic objective is the same everywhere, so plain descent with a constant rate eta is one
multiplication per direction. With eigenvalues lambda of the Hessian ("curvatures") and the gradient g0 at the start,

    theta_t = theta_0 - V phi_t(lambda) V' g0,    phi_t(lambda) = (1 - q^t) / lambda,    q = 1 - eta lambda,

and phi_t = eta t along a direction without curvature. This holds for every sign of lambda, with or without a minimum.
Sources: Polyak 1964 (heavy ball); Lessard, Recht & Packard 2016 (limits of Nesterov's rule); Goh 2017 (the picture).
"""

from bisect import bisect_left
from collections.abc import Callable
from enum import Enum
from math import inf, sqrt

import numpy as np

from gdcore.objectives import ROUNDING, Array, BroadcastLeastSquares, LeastSquares, QuadraticObjective
from gdcore.optimizers import GradientDescent, Momentum, Nesterov, Optimizer

LONGEST = 2**62  # updates beyond which we say never


class Regime(Enum):
    """What plain descent does along one direction."""

    MONOTONE = "monotone"
    ONE_STEP = "one step"
    OSCILLATES = "oscillates"
    BOUNCES = "bounces for ever"
    DIVERGES = "diverges"
    RUNS_AWAY = "runs away (no minimum)"
    SLIDES = "slides for ever (straight line)"
    FLAT = "nowhere to go (flat)"
    STATIONARY = "stands on a stationary point"


def curvatures(objective: QuadraticObjective) -> Array:
    """Eigenvalues of the Hessian, ascending (d,). What rounding has left of a zero is 0."""
    if isinstance(objective, LeastSquares | BroadcastLeastSquares):
        return objective.principal(np.zeros(len(objective.hessian)))[0]
    eigenvalues = np.linalg.eigvalsh(objective.hessian)
    return np.asarray(np.where(np.abs(eigenvalues) <= ROUNDING * np.abs(eigenvalues).max(), 0.0, eigenvalues))


def condition_number(curvatures: Array) -> float:
    """kappa = lambda_max / lambda_min without the directions that have no curvature; infinite if one is negative."""
    curved = curvatures[curvatures != 0]
    if curved.size == 0 or curved.min() < 0:
        return inf
    return float(curved.max() / curved.min())


def rate_limit(curvatures: Array, optimizer: Optimizer | None = None) -> float:
    """The constant rate at which the steepest direction stops shrinking; below it a minimum is approached.

    Plain 2 / lambda_max; heavy ball 2 (1 + beta) / lambda_max; Nesterov 2 (1 + beta) / ((1 + 2 beta) lambda_max).
    Infinite where nothing is curved, 0 where a direction curves downwards: no rate is small enough there.
    """
    if curvatures.min() < 0:
        return 0.0
    if curvatures.max() == 0:
        return inf
    return _reach(optimizer) / float(curvatures.max())


def _reach(optimizer: Optimizer | None) -> float:
    """Limit times lambda_max."""
    match optimizer:
        case None | GradientDescent():
            return 2.0
        case Momentum(beta):
            return 2 * (1 + beta)
        case Nesterov(beta):
            return 2 * (1 + beta) / (1 + 2 * beta)
    raise ValueError(f"a rate limit is known for plain descent, momentum and Nesterov, got {optimizer}")


def best_rate(curvatures: Array) -> float:
    """The constant rate with which plain descent shrinks its worst direction fastest: 2 / (lambda_min + lambda_max)."""
    low, high = _extremes(curvatures)
    return 2 / (low + high)


def best_heavy_ball(curvatures: Array) -> tuple[float, float]:
    """Rate and beta with which momentum does: 4 / (sqrt(high) + sqrt(low))^2 and ((sqrt(k) - 1) / (sqrt(k) + 1))^2."""
    low, high = map(sqrt, _extremes(curvatures))
    return 4 / (high + low) ** 2, ((high - low) / (high + low)) ** 2


def _extremes(curvatures: Array) -> tuple[float, float]:
    """The smallest non-zero and the largest curvature."""
    curved = curvatures[curvatures != 0]
    if curved.size == 0 or curved.min() < 0:
        raise ValueError(f"a best rate needs curvatures of at least 0 and one above, got {curvatures}")
    return float(curved.min()), float(curved.max())


def contraction(curvatures: Array, learning_rate: float, optimizer: Optimizer | None = None) -> Array:
    """What one update multiplies the error along each direction by, (d,).

    Plain descent: 1 - eta lambda with its sign, negative where it changes sides. Momentum and Nesterov turn as well as
    shrink; there it is the long-run factor, the spectral radius of their two-step recurrence.
    """
    plain = 1 - learning_rate * curvatures
    match optimizer:
        case None | GradientDescent():
            return np.asarray(plain)
        case Momentum(beta):
            return _spectral_radius(plain + beta, beta)
        case Nesterov(beta):
            return _spectral_radius((1 + beta) * plain, beta * plain)
    raise ValueError(f"a contraction factor is known for plain descent, momentum and Nesterov, got {optimizer}")


def _spectral_radius(trace: Array, determinant: Array | float) -> Array:
    """The larger modulus of the roots of z^2 - trace z + determinant."""
    root = np.sqrt(np.asarray(trace, dtype=complex) ** 2 - 4 * np.asarray(determinant))
    return np.asarray(np.maximum(np.abs(trace + root), np.abs(trace - root)) / 2)


def predicted_iterate(objective: QuadraticObjective, start: Array, learning_rate: float, step: Array | int) -> Array:
    """theta after `step` updates of plain descent, in closed form: (d,), or (..., d) for an array of steps."""
    curved, directions, slopes = _directions(objective, start)
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


def predicted_gap(objective: QuadraticObjective, start: Array, learning_rate: float, step: Array | int) -> Array:
    """f(theta_t) - f* of plain descent, in closed form: sum of c^2 / (2 lambda) q^(2t), c the slopes at the start."""
    curved, _, slopes = _directions(objective, start)
    if curved.min() < 0 or (slopes[curved == 0] != 0).any():
        raise ValueError(f"a gap needs a minimum, got curvatures {curved} and slopes {slopes}")
    active = (curved > 0) & (slopes != 0)
    factors = 1 - learning_rate * curved[active]
    with np.errstate(all="ignore"):
        shrunk = np.abs(factors) ** (2.0 * np.asarray(step, dtype=float)[..., None])
        return np.asarray((slopes[active] ** 2 / (2 * curved[active]) * shrunk).sum(-1))


def updates_to_shrink(objective: QuadraticObjective, start: Array, learning_rate: float, fraction: float) -> int | None:
    """Updates until the gap f - f* stays at most `fraction` of what it was at the start; None if it never does."""
    goal = fraction * float(predicted_gap(objective, start, learning_rate, 0))
    return _first(lambda step: float(predicted_gap(objective, start, learning_rate, step)) <= goal)


def updates_to_settle(
    objective: QuadraticObjective, start: Array, learning_rate: float, tolerance: float
) -> int | None:
    """Updates until the next would move theta by less than `tolerance`; None if none ever does. One parameter only."""
    curved, _, slopes = _directions(objective, start)
    if len(curved) != 1:
        raise ValueError(f"updates_to_settle is for one parameter, got {len(curved)}")
    first_step, factor = abs(learning_rate * float(slopes[0])), abs(1 - learning_rate * float(curved[0]))
    if factor >= 1:
        return 0 if first_step < tolerance else None
    return _first(lambda step: first_step * factor**step < tolerance)


def _first(reached: Callable[[int], bool]) -> int | None:
    """The first step at which a condition that then stays true is true."""
    step = bisect_left(range(LONGEST), True, key=reached)
    return step if step < LONGEST else None


def regimes(objective: QuadraticObjective, start: Array, learning_rate: float) -> tuple[Regime, ...]:
    """What plain descent from `start` does along each direction, by ascending curvature."""
    curved, _, slopes = _directions(objective, start)
    return tuple(_regime(*pair, learning_rate) for pair in zip(curved.tolist(), slopes.tolist(), strict=True))


def _regime(curvature: float, slope: float, learning_rate: float) -> Regime:
    if slope == 0:
        return Regime.FLAT if curvature == 0 else Regime.STATIONARY
    if curvature == 0:
        return Regime.SLIDES
    if curvature < 0:
        return Regime.RUNS_AWAY
    factor = 1 - learning_rate * curvature
    if abs(factor) <= ROUNDING:
        return Regime.ONE_STEP
    if abs(factor + 1) <= ROUNDING:
        return Regime.BOUNCES
    if factor < -1:
        return Regime.DIVERGES
    return Regime.MONOTONE if factor > 0 else Regime.OSCILLATES


def _directions(objective: QuadraticObjective, start: Array) -> tuple[Array, Array, Array]:
    """Curvatures (d,), directions as columns (d, d), and the slopes of the start along them (d,).

    A slope that is no more than the rounding of its own terms is 0: 1/3 is not a machine number, and a start there
    still stands on the minimum of 3x^2 - 2x.
    """
    start = np.asarray(start, dtype=float)
    if isinstance(objective, LeastSquares | BroadcastLeastSquares):
        return objective.principal(start)
    _, directions = np.linalg.eigh(objective.hessian)
    curved = curvatures(objective)
    slopes = objective.gradient(start) @ directions
    terms = np.abs(curved).max() * np.linalg.norm(start) + np.linalg.norm(objective.gradient(np.zeros_like(start)))
    return curved, directions, np.where(np.abs(slopes) <= ROUNDING * terms, 0.0, slopes)
