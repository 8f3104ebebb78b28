"""Which constant rates work on a quadratic objective, and how fast: limits, best rates, factors.

With the curvature lambda of a direction, a linear rule multiplies the error along it by one number, or by one 2 x 2
matrix of error and velocity, at every update. The rate is below the limit where no such factor is as large as 1, and
best where the largest is smallest.

    plain         1 - eta lambda                                            limit 2 / lambda
    heavy ball    roots of z^2 - (1 + beta - eta lambda) z + beta           limit 2 (1 + beta) / lambda
    Nesterov      roots of z^2 - (1 + beta) q z + beta q, q = 1 - eta lambda
                                                                limit 2 (1 + beta) / ((1 + 2 beta) lambda)

Rules that divide by what they have seen of the gradient (AdaGrad, RMSProp, Adam) are not linear. No such closed form is
known for them, or for any rule that is not listed here: the answer is then None.
Sources: Polyak 1964 (heavy ball); Lessard, Recht & Packard 2016 (limits of Nesterov's rule); Goh 2017 (the picture).
"""

from collections.abc import Callable
from math import inf, sqrt

import numpy as np

from gdcore.decomposition import ROUNDING
from gdcore.objectives import Array
from gdcore.optimizers import GradientDescent, Momentum, Nesterov, Optimizer
from gdcore.theory.curvature import extremes


def has_closed_form(optimizer: Optimizer | None = None) -> bool:
    """Whether the limits, best rates and factors of a rule are known."""
    return _reach(optimizer) is not None


def shrinks_at_every_update(optimizer: Optimizer | None = None) -> bool:
    """Whether below the limit each update by itself shrinks the error, so that rates may change and batches may come in
    any order: plain descent. A velocity may carry the error up for a while; there only the long run is known.
    """
    return optimizer is None or isinstance(optimizer, GradientDescent)


def rate_limit(curvatures: Array, optimizer: Optimizer | None = None) -> float | None:
    """The constant rate at which the steepest direction stops shrinking; below it a minimum is approached.

    Plain 2 / lambda_max; heavy ball 2 (1 + beta) / lambda_max; Nesterov 2 (1 + beta) / ((1 + 2 beta) lambda_max).
    Infinite where nothing is curved, 0 where a direction curves downwards: no rate is small enough there. None where no
    closed form is known. curvatures: (d,); without a rule it is plain descent.
    """
    reach = _reach(optimizer)
    if reach is None:
        return None
    if curvatures.min() < 0:
        return 0.0
    if curvatures.max() == 0:
        return inf
    return reach / float(curvatures.max())


def _reach(optimizer: Optimizer | None) -> float | None:
    """Limit times lambda_max, None where no closed form is known."""
    match optimizer:
        case None | GradientDescent():
            return 2.0
        case Momentum(beta):
            return 2 * (1 + beta)
        case Nesterov(beta):
            return _nesterov_reach(beta)
    return None


def _nesterov_reach(beta: float) -> float:
    return 2 * (1 + beta) / (1 + 2 * beta)


def best_rate(curvatures: Array, optimizer: Optimizer | None = None) -> float | None:
    """The constant rate whose worst direction has the smallest long-run factor; beta of the rule stays as it is.

    With low and high, the smallest non-zero and the largest curvature: plain 2 / (low + high), heavy ball
    2 (1 + beta) / (low + high). The factor r(x) of a direction, x = eta lambda, falls and then rises. So the worst
    direction is one of these two, and the best rate is where r(eta low), which still falls, meets r(eta high).
    Heavy ball (Polyak 1964): x enters only the trace 1 + beta - x of the recurrence, so r is even around x = 1 + beta,
    and that is the middle of eta low and eta high. Around it, from (1 - sqrt(beta))^2 to (1 + sqrt(beta))^2, r is flat,
    sqrt(beta). The rate is the mediant of (1 - sqrt(beta))^2 / low and (1 + sqrt(beta))^2 / high, the first rate at
    which the one direction has come to the flat part and the last at which the other is on it: it is on it with both
    if any rate is. Nesterov: r falls to 0 at x = 1 and rises to 1 at the limit; the two meet from 1 / high on.
    None where no closed form is known; ValueError where no direction is curved, or one downwards.
    """
    reach = _reach(optimizer)
    if reach is None:
        return None
    low, high = extremes(curvatures)
    below = (1 - 2 * ROUNDING) * reach / high  # where low is lost beside high, the best would round to the limit
    match optimizer:
        case Momentum(beta):
            return min(2 * (1 + beta) / (low + high), below)
        case Nesterov(beta):
            return min(_where_the_factors_meet(np.array([low, high]), beta), below)
    return min(2 / (low + high), below)


def _where_the_factors_meet(extremes: Array, beta: float) -> float:
    """Of Nesterov's rule, the rate from which on the steepest direction shrinks more slowly than the flattest."""

    def flattest_is_worse(rate: float) -> bool:
        flattest, steepest = _nesterov_factors(1 - rate * extremes, beta)
        return bool(flattest > steepest)

    steepest_curvature = float(extremes[1])
    return turn(flattest_is_worse, 1 / steepest_curvature, _nesterov_reach(beta) / steepest_curvature)


def turn(holds: Callable[[float], bool], low: float, high: float) -> float:
    """Where a condition that holds at first ceases to, between low and high."""
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return (low + high) / 2


def best_heavy_ball(curvatures: Array) -> tuple[float, float]:
    """Rate and beta with which momentum does: 4 / (sqrt(high) + sqrt(low))^2 and ((sqrt(k) - 1) / (sqrt(k) + 1))^2."""
    low, high = map(sqrt, extremes(curvatures))
    return 4 / (high + low) ** 2, ((high - low) / (high + low)) ** 2


def contraction(curvatures: Array, learning_rate: float, optimizer: Optimizer | None = None) -> Array | None:
    """What one update multiplies the error along each direction by, (d,).

    Plain descent: 1 - eta lambda with its sign, negative where it changes sides. Momentum and Nesterov turn as well as
    shrink; there it is the long-run factor, the spectral radius of their two-step recurrence. Infinite where it is too
    large for a number, and None where no closed form is known.
    """
    with np.errstate(over="ignore"):
        plain = 1 - learning_rate * curvatures
    match optimizer:
        case None | GradientDescent():
            return np.asarray(plain)
        case Momentum(beta):
            return _spectral_radius(plain + beta, beta)
        case Nesterov(beta):
            return _nesterov_factors(plain, beta)
    return None


def _nesterov_factors(plain: Array, beta: float) -> Array:
    return _spectral_radius((1 + beta) * plain, beta * plain)


def _spectral_radius(trace: Array, determinant: Array | float) -> Array:
    """The larger modulus of the roots of z^2 - trace z + determinant."""
    with np.errstate(over="ignore", invalid="ignore"):
        root = np.sqrt(np.asarray(trace, dtype=complex) ** 2 - 4 * np.asarray(determinant))
        radius = np.maximum(np.abs(trace + root), np.abs(trace - root)) / 2
    return np.asarray(np.where(np.isfinite(radius), radius, inf))
