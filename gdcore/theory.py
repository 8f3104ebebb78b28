"""Closed forms: what the mathematics says before anything is run. Content of the pages and oracle of the tests.

The Hessian of a quadratic objective is the same everywhere, so plain descent with a constant rate eta is one
multiplication per direction. With eigenvalues lambda of the Hessian ("curvatures") and the gradient g0 at the start,

    theta_t = theta_0 - V phi_t(lambda) V' g0,    phi_t(lambda) = (1 - q^t) / lambda,    q = 1 - eta lambda,

and phi_t = eta t along a direction without curvature. This holds for every sign of lambda, with or without a minimum.

Stochastic descent on least squares, batches of B drawn with replacement: the mean of the error e takes that same path,
and S = E[e e'] has a linear recursion, with A = 2 x x', H = E[A] and c = 2 x r for the residual r at the optimum:

    S <- (I - eta H) S (I - eta H) + eta^2 / B (E[A S A] - H S H + E[c c'] + E[A e c' + c e' A])

Its stability, its fixed point and its path give the mean-square limit, the noise floor and the expected gap.
With momentum it goes on to the moments of error and velocity together (`_MomentsWithVelocity`).
Sources: Polyak 1964 (heavy ball); Lessard, Recht & Packard 2016 (limits of Nesterov's rule); Goh 2017 (the picture);
Widrow & Hoff 1960 and Feuer & Weinstein 1985 (moments of stochastic descent on least squares, "LMS").
"""

from bisect import bisect_left
from collections.abc import Callable
from enum import Enum
from math import ceil, inf, isfinite, log, sqrt
from typing import NamedTuple

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
    with np.errstate(over="ignore"):
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


def best_rate(curvatures: Array, optimizer: Optimizer | None = None) -> float:
    """The constant rate whose worst direction has the smallest long-run factor; beta of the rule stays as it is.

    With low and high, the smallest non-zero and the largest curvature: plain 2 / (low + high), heavy ball
    2 (1 + beta) / (low + high). The factor r(x) of a direction, x = eta lambda, falls and then rises. So the worst
    direction is one of these two, and the best rate is where r(eta low), which still falls, meets r(eta high).
    Heavy ball (Polyak 1964): x enters only the trace 1 + beta - x of the recurrence, so r is even around x = 1 + beta,
    and that is the middle of eta low and eta high. Around it, from (1 - sqrt(beta))^2 to (1 + sqrt(beta))^2, r is flat,
    sqrt(beta). The rate is the mediant of (1 - sqrt(beta))^2 / low and (1 + sqrt(beta))^2 / high, the first rate at
    which the one direction has come to the flat part and the last at which the other is on it: it is on it with both
    if any rate is. Nesterov: r falls to 0 at x = 1 and rises to 1 at the limit; the two meet from 1 / high on.
    """
    low, high = _extremes(curvatures)
    match optimizer:
        case None | GradientDescent():
            return 2 / (low + high)
        case Momentum(beta):
            return 2 * (1 + beta) / (low + high)
        case Nesterov():
            return _where_the_factors_meet(np.array([low, high]), optimizer)
    raise ValueError(f"a best rate is known for plain descent, momentum and Nesterov, got {optimizer}")


def _where_the_factors_meet(extremes: Array, optimizer: Nesterov) -> float:
    """The rate from which on the steepest direction shrinks more slowly than the flattest."""

    def flattest_is_worse(rate: float) -> bool:
        flattest, steepest = contraction(extremes, rate, optimizer)
        return bool(flattest > steepest)

    return _turn(flattest_is_worse, 1 / float(extremes[1]), rate_limit(extremes, optimizer))


def _turn(holds: Callable[[float], bool], low: float, high: float) -> float:
    """Where a condition that holds at first ceases to, between low and high."""
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return (low + high) / 2


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
    shrink; there it is the long-run factor, the spectral radius of their two-step recurrence. Infinite where it is too
    large for a number.
    """
    with np.errstate(over="ignore"):
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
    with np.errstate(over="ignore", invalid="ignore"):
        root = np.sqrt(np.asarray(trace, dtype=complex) ** 2 - 4 * np.asarray(determinant))
        radius = np.maximum(np.abs(trace + root), np.abs(trace - root)) / 2
    return np.asarray(np.where(np.isfinite(radius), radius, inf))


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


def gap(objective: QuadraticObjective, theta: Array) -> Array:
    """f - f* at points (..., d): the sum of lambda e^2 / 2 over the directions.

    The difference of two values would lose what is smaller than the rounding of f*, and could fall below 0.
    """
    if objective.optimum is None:
        raise ValueError(f"a gap needs a minimum, got curvatures {curvatures(objective)}")
    curved, directions, _ = _directions(objective, objective.optimum)
    with np.errstate(all="ignore"):
        return np.asarray(np.square((theta - objective.optimum) @ directions) @ (curved / 2))


def errors(objective: QuadraticObjective, theta: Array) -> Array:
    """theta - theta* along each direction, by ascending curvature, at points (..., d): (..., d).

    theta* is the optimum nearest to theta: along a flat direction every point is as good, and the error is 0.
    """
    if objective.optimum is None:
        raise ValueError(f"an error needs a minimum, got curvatures {curvatures(objective)}")
    curved, directions, _ = _directions(objective, objective.optimum)
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


def predicted_distance(
    objective: QuadraticObjective, start: Array, learning_rate: Array | float, step: Array | int
) -> Array:
    """|theta_t - theta*| of plain descent, in closed form: the root of the sum of (c / lambda)^2 q^(2t).

    Where directions are flat, theta* is the optimum that this start leads to.
    """
    return np.asarray(np.sqrt(_shrunk(*_squared_distance_at_the_start(objective, start), learning_rate, step)))


def _gap_at_the_start(objective: QuadraticObjective, start: Array) -> tuple[Array, Array]:
    """Its part along each direction, and the curvatures of these."""
    curved, slopes = _curved(objective, start)
    return np.square(slopes / np.sqrt(2 * curved)), curved  # slopes² may be too large


def _squared_distance_at_the_start(objective: QuadraticObjective, start: Array) -> tuple[Array, Array]:
    """Its part along each direction, and the curvatures of these."""
    curved, slopes = _curved(objective, start)
    return (slopes / curved) ** 2, curved


def _curved(objective: QuadraticObjective, start: Array) -> tuple[Array, Array]:
    """Curvatures and slopes of the directions along which descent moves towards a minimum."""
    curved, _, slopes = _directions(objective, start)
    if curved.min() < 0 or (slopes[curved == 0] != 0).any():
        raise ValueError(f"a gap needs a minimum, got curvatures {curved} and slopes {slopes}")
    active = (curved > 0) & (slopes != 0)
    return curved[active], slopes[active]


def _shrunk(squares: Array, curved: Array, learning_rate: Array | float, step: Array | int) -> Array:
    """The sum of squares q^(2t), q = 1 - eta lambda."""
    with np.errstate(all="ignore"):
        factors = 1 - np.asarray(learning_rate)[..., None] * curved
        return np.asarray((squares * np.abs(factors) ** (2.0 * np.asarray(step, dtype=float)[..., None])).sum(-1))


def updates_to_shrink(objective: QuadraticObjective, start: Array, learning_rate: float, fraction: float) -> int | None:
    """Updates until the gap f - f* stays at most `fraction` of what it was at the start; None if it never does."""
    return _until(*_gap_at_the_start(objective, start), learning_rate, fraction)


def updates_to_approach(
    objective: QuadraticObjective, start: Array, learning_rate: float, fraction: float
) -> int | None:
    """Updates until the distance |theta - theta*| stays at most `fraction` of its start; None if it never does."""
    return _until(*_squared_distance_at_the_start(objective, start), learning_rate, fraction**2)


def _until(squares: Array, curved: Array, learning_rate: float, share: float) -> int | None:
    """The first step at which at most this share of the sum of squares is left, None for never.

    No direction shrinks more slowly than the worst one: once that is down to the share, the sum is.
    """
    goal = share * float(_shrunk(squares, curved, learning_rate, 0))
    worst = float(np.abs(1 - learning_rate * curved).max(initial=0))
    most = LONGEST if worst >= 1 or share <= 0 else ceil(log(share) / (2 * log(worst))) + 2 if worst > 0 else 1
    return _first(lambda step: float(_shrunk(squares, curved, learning_rate, step)) <= goal, most)


def updates_to_shrink_at(objective: QuadraticObjective, start: Array, learning_rates: Array, fraction: float) -> Array:
    """The same for many rates at once, (rates,); infinite where it never does."""
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
    curved, _, slopes = _directions(objective, start)
    if len(curved) != 1:
        raise ValueError(f"updates_to_settle is for one parameter, got {len(curved)}")
    first_step, factor = abs(learning_rate * float(slopes[0])), abs(1 - learning_rate * float(curved[0]))
    if factor >= 1:
        return 0 if first_step < tolerance else None
    return _first(lambda step: first_step * factor**step < tolerance)


def _first(reached: Callable[[int], bool], most: int = LONGEST) -> int | None:
    """The first step at which a condition that then stays true is true, if that is before the last one."""
    step = bisect_left(range(min(most, LONGEST)), True, key=reached)
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


def principal_directions(objective: QuadraticObjective) -> tuple[Array, Array]:
    """Curvatures, ascending (d,), and the directions that belong to them, unit vectors as columns of (d, d)."""
    return _directions(objective, np.zeros(len(objective.hessian)))[:2]


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


class _Moments(NamedTuple):
    """The second moment S of the error along the m directions with curvature, for batches of B drawn with replacement.

    Symmetric matrices are written out as vectors of m^2 numbers. Entry (j, k) of S decays at P = lambda_j + lambda_k
    and is kept as Y = P^(1/2) S: so no direction drowns in the rounding of a steeper one, however badly the data are
    scaled. The recursion of the module's docstring is then

        Y <- Y - eta P ((I - eta K) Y - eta (noise + cross E[e]))

    with P^(1/2) K P^(1/2) S = E[A_batch S A_batch]. K is symmetric, and none of its eigenvalues is negative.
    """

    curved: Array  # (m,)
    decay: Array  # P (m^2,)
    spread: Array  # K (m^2, m^2)
    noise: Array  # E[c c'] / B, divided by P^(1/2), (m^2,)
    cross: Array  # E[e] -> E[A e c' + c e' A] / B, divided by P^(1/2), (m^2, m)

    def gap(self, scaled: Array) -> Array:
        """f - f* = tr(H S) / 2 for Y (..., m^2): (...)."""
        return np.asarray(scaled[..., :: len(self.curved) + 1] @ np.sqrt(self.curved / 8))

    @property
    def limit(self) -> float:
        """The rate at which Y stops shrinking, 1 / max K."""
        steepest = float(np.linalg.eigvalsh(self.spread).max(initial=0))
        return 1 / steepest if steepest else inf

    def kept(self, learning_rate: float) -> Array:
        """I - eta K, (m^2, m^2)."""
        return np.asarray(np.eye(len(self.decay)) - learning_rate * self.spread)

    def gains(self, rate: float) -> bool:
        """Whether a larger rate would shrink the second moment faster.

        An update of S, I - eta P + eta^2 Q, keeps it positive, so its spectral radius is its largest eigenvalue, 1 - c
        (Krein & Rutman 1948). c(eta) is the least of many parabolas, u'(eta P - eta^2 Q)u over all |u| = 1, hence
        concave, and it rises as long as that one does: u'P u > 2 eta u'Q u.
        """
        roots = np.sqrt(self.decay)
        inverse = np.linalg.inv(self.kept(rate)) / np.outer(roots, roots)  # its largest, eta / c, keeps its digits
        least = roots * np.linalg.eigh(inverse)[1][:, -1]
        return bool(least @ least > 2 * rate * least @ self.spread @ least)


class _MomentsWithVelocity(NamedTuple):
    """The second moments of error e and velocity v under a rule with momentum, for batches drawn with replacement.

    Of a gradient g = A e the rule makes the direction a g + b v and the next velocity c g + f v, in every direction
    alike. With S = E[e e'], C = E[e v'], V = E[v v'] and K S = E[A S A] an update of them is again linear:

        S - S+ = eta (a (S H + H S) + b (C + C')) - eta^2 (a^2 K S + a b (H C + C' H) + b^2 V)
        C - C+ = C - c S H - f C + eta (a c K S + a f H C + b c C' H + b f V)
        V - V+ = V - c^2 K S - c f (H C + C' H) - f^2 V

    Along the m directions with curvature, H = diag(lambda), the moments are kept as H^(1/2) S H^(1/2), H^(1/2) C
    H^(-1/2) and H^(-1/2) V H^(-1/2): then H appears only where eta does, and K only asks for the directions whitened.
    Entry (j, k) of S decays at P = lambda_j + lambda_k. Once its row is divided by eta P, all numbers are of size 1
    however badly the data are scaled, and what is left is straight in eta: for (S, C, C', V), 4 m^2 numbers,

        moments - moments+ = D (at_rest + eta slope) moments,    D = (eta P, 1, 1, 1).
    """

    decay: Array  # P (m^2,)
    at_rest: Array  # (4 m^2, 4 m^2)
    slope: Array  # (4 m^2, 4 m^2)

    @property
    def limit(self) -> float:
        """The smallest rate at which some moments stay as they are.

        Below it the radius is below 1; it reaches 1 as an eigenvalue, with moments that are positive (Krein & Rutman).
        """
        inverse_rates = np.linalg.eigvals(-np.linalg.solve(self.at_rest, self.slope))
        real = np.abs(inverse_rates.imag) <= 1e-8 * np.abs(inverse_rates)
        steepest = float(inverse_rates.real[real].max(initial=0))
        return 1 / steepest if steepest else inf

    def factor(self, rate: float) -> float:
        """The spectral radius of an update."""
        if 0 < rate < self.limit:
            inverses = np.linalg.eigvals(self._inverse(rate))
            return 1 - 1 / float(inverses.real[np.abs(inverses).argmax()])
        roots = np.sqrt(self._rows(rate))
        kept = np.eye(len(roots)) - roots[:, None] * (self.at_rest + rate * self.slope) * roots
        return float(np.abs(np.linalg.eigvals(kept)).max())

    def gains(self, rate: float) -> bool:
        """Whether a larger rate would shrink the moments faster: the sign of the derivative of c(eta), 1 - the radius.

        c is the least eigenvalue of M = D^(1/2) (at_rest + eta slope) D^(1/2) and the derivative tr(Q M') / tr(Q), with
        Q the projector on its eigenvectors. It is a mean over them where there are several: data may be symmetric.
        Here M' = (D'D^(-1) M + M D'D^(-1)) / 2 + D^(1/2) slope D^(1/2), and M Q = Q M = c Q.
        """
        inverse, roots, errors = self._inverse(rate), np.sqrt(self._rows(rate)), len(self.decay)
        projector = inverse
        for _ in range(30):
            projector = projector @ projector
            projector /= np.abs(projector).max()
        least = np.trace(projector) / np.vdot(projector, inverse.T)
        of_rows = least * np.trace(projector[:errors, :errors]) / rate
        return bool(of_rows + np.vdot(projector, (roots[:, None] * self.slope * roots).T) > 0)

    def _rows(self, rate: float) -> Array:
        return np.concatenate([rate * self.decay, np.ones(3 * len(self.decay))])

    def _inverse(self, rate: float) -> Array:
        """That of D (at_rest + eta slope), balanced: its largest eigenvalue, 1 / c, keeps its digits."""
        roots = np.sqrt(self._rows(rate))
        return np.asarray(np.linalg.inv(self.at_rest + rate * self.slope) / np.outer(roots, roots))


def _moments_with_velocity(objective: LeastSquares, size: int, optimizer: Optimizer | None) -> _MomentsWithVelocity:
    _check(size)
    (a, b), (c, f) = _direction_and_velocity(optimizer)
    curved, directions, _ = objective.principal(objective.optimum)
    curved, directions = curved[curved > 0], directions[:, curved > 0]
    here, there = np.repeat(curved, len(curved)), np.tile(curved, len(curved))  # lambda_j and lambda_k of entry (j, k)
    decay, both = here + there, 1 / (1 / here + 1 / there)  # P, and lambda_j lambda_k / P
    white = objective.design @ directions / np.sqrt(curved / 2)
    pairs = (white[:, :, None] * white[:, None, :]).reshape(len(white), len(decay))
    one, zero = np.eye(len(decay)), np.zeros((len(decay), len(decay)))
    spread = (1 - 1 / size) * one + pairs.T @ pairs / (len(white) * size)  # K
    at_rest = np.block(
        [
            [a * one, b * np.diag(there / decay), b * np.diag(here / decay), zero],
            [-c * one, (1 - f) * one, zero, zero],
            [-c * one, zero, (1 - f) * one, zero],
            [-c * c * spread, -c * f * one, -c * f * one, (1 - f * f) * one],
        ]
    )
    slope = np.block(
        [
            [-a * a * spread, -a * b * one, -a * b * one, -b * b * one],
            [a * c * spread, a * f * one, b * c * one, b * f * one],
            [a * c * spread, b * c * one, a * f * one, b * f * one],
            [zero, zero, zero, zero],
        ]
    )
    rows = np.concatenate([both, here, there, np.zeros_like(decay)])
    return _MomentsWithVelocity(decay, at_rest, rows[:, None] * slope)


def _direction_and_velocity(optimizer: Optimizer | None) -> tuple[Array, Array]:
    """(a, b) and (c, f): what a rule makes of a gradient and a velocity. Plain descent has none."""
    match optimizer:
        case None | GradientDescent():
            return np.array([1.0, 0.0]), np.zeros(2)
        case Momentum() | Nesterov():
            return optimizer.update(np.array([1.0, 0.0]), np.array([0.0, 1.0]))
    raise ValueError(f"second moments are known for plain descent, momentum and Nesterov, got {optimizer}")


def _second_moments(objective: LeastSquares, size: int, optimizer: Optimizer | None) -> _Moments | _MomentsWithVelocity:
    if optimizer is None or isinstance(optimizer, GradientDescent):
        return _moments(objective, size)
    return _moments_with_velocity(objective, size, optimizer)


def _check(size: int, learning_rate: float = 0.0) -> None:
    if not size >= 1:
        raise ValueError(f"size must be at least 1, got {size}")
    if not (isfinite(learning_rate) and learning_rate >= 0):
        raise ValueError(f"learning_rate must be finite and at least 0, got {learning_rate}")


def _moments(objective: LeastSquares, size: int, learning_rate: float = 0.0) -> _Moments:
    """The moments, once size and rate have been checked."""
    _check(size, learning_rate)
    curved, directions, _ = objective.principal(objective.optimum)
    curved, directions = curved[curved > 0], directions[:, curved > 0]
    along, residuals = objective.design @ directions, _residuals_at_optimum(objective)
    decay = np.add.outer(curved, curved).ravel()
    pairs = (2 * along[:, :, None] * along[:, None, :]).reshape(len(along), len(decay)) / np.sqrt(decay)
    all_at_once = np.diag(1 / np.add.outer(1 / curved, 1 / curved).ravel())  # lambda_j lambda_k / P
    drawn = len(along) * size
    return _Moments(
        curved,
        decay,
        spread=(1 - 1 / size) * all_at_once + pairs.T @ pairs / drawn,
        noise=2 * residuals**2 @ pairs / drawn,
        cross=4 * pairs.T @ (residuals[:, None] * along) / drawn,
    )


def _residuals_at_optimum(objective: LeastSquares) -> Array:
    """X theta* - y, (n,). Data without noise have no noise floor: where the least loss is 0, so are they."""
    if objective.least == 0:
        return np.zeros(objective.n_examples)
    return np.asarray(objective.design @ objective.optimum - objective.targets)


def mean_square_limit(objective: LeastSquares, size: int, optimizer: Optimizer | None = None) -> float:
    """The constant rate at which E|error|^2 stops shrinking, `size` examples drawn with replacement.

    At most rate_limit, which it approaches for large sizes. Infinite where nothing is curved.
    """
    return _second_moments(objective, size, optimizer).limit


def mean_square_factor(
    objective: LeastSquares, size: int, learning_rate: float, optimizer: Optimizer | None = None
) -> float:
    """What an update multiplies E|error|^2 by in the long run, `size` examples drawn with replacement.

    That of the part without noise: the spectral radius of the recursion of all second moments of error and velocity.
    The square of the worst contraction for large sizes; 1 at the mean-square limit.
    """
    _check(size, learning_rate)
    _extremes(curvatures(objective))
    return _moments_with_velocity(objective, size, optimizer).factor(learning_rate)


def best_mean_square_rate(objective: LeastSquares, size: int, optimizer: Optimizer | None = None) -> float:
    """The constant rate with the least mean_square_factor; that of plain descent is best_rate for large sizes.

    With momentum, c = 1 - factor is taken to rise up to its peak and to fall from there on, as it does in every case
    that was tried; of plain descent this is proved.
    """
    _extremes(curvatures(objective))
    moments = _second_moments(objective, size, optimizer)
    return _turn(moments.gains, 0.0, moments.limit)


def noise_floor(objective: LeastSquares, learning_rate: float, size: int) -> float:
    """E[f] - f* of plain descent in the long run, `size` examples drawn with replacement: (I - eta K) Y = eta noise.

    Infinite from the mean-square limit on; below it 0 for data without noise.
    """
    moments = _moments(objective, size, learning_rate)
    if learning_rate >= moments.limit:
        return inf
    fixed_point = np.linalg.solve(moments.kept(learning_rate), learning_rate * moments.noise)
    return float(moments.gap(np.asarray(fixed_point, dtype=float)))


def first_order_noise_floor(objective: LeastSquares, learning_rate: float, size: int) -> float:
    """The noise floor for a small rate, Y = eta noise: eta E[r^2 |x|^2] / B. Too low near the limit."""
    moments = _moments(objective, size, learning_rate)
    return float(moments.gap(learning_rate * moments.noise))


def expected_gap(objective: LeastSquares, start: Array, learning_rate: float, size: int, steps: int) -> Array:
    """E[f(theta_t)] - f*, t = 0 ... steps, of plain descent, `size` examples drawn with replacement: (steps + 1,).

    Exact, the cross terms with the mean of the error included. Infinite where it leaves the range of numbers.
    """
    moments = _moments(objective, size, learning_rate)
    curved, _, slopes = objective.principal(np.asarray(start, dtype=float))
    mean = slopes[curved > 0] / moments.curved
    path = [np.sqrt(moments.decay) * np.outer(mean, mean).ravel()]
    with np.errstate(all="ignore"):
        moves = learning_rate * moments.decay[:, None]
        update = np.eye(len(moves)) - moves * moments.kept(learning_rate)
        noise, cross = learning_rate * moves[:, 0] * moments.noise, learning_rate * moves * moments.cross
        for _ in range(steps):
            path.append(update @ path[-1] + cross @ mean + noise)
            mean = (1 - learning_rate * moments.curved) * mean
        gaps = np.maximum(moments.gap(np.array(path)), 0)  # where one update removes a direction, rounding may go below
    return np.asarray(np.nan_to_num(gaps, nan=inf, posinf=inf))


def steady_limit(objective: LeastSquares, size: int) -> float:
    """The rate below which no batch can lengthen the error, in whatever order they come: plain descent settles or
    jitters, and never leaves.

    A batch multiplies the error by I - eta H_B, and the largest curvature of H_B is at most its trace, the mean of
    2 |x|^2 over the batch. That is at most the mean of the largest of them; the last batch of an epoch may be smaller.
    """
    _check_size(objective, size)
    smallest = objective.n_examples % size or size
    traces = np.sort(2 * np.square(objective.design).sum(1))[-smallest:]
    return 2 / float(traces.mean()) if traces.any() else inf


def epoch_factor(objective: LeastSquares, size: int, learning_rate: float) -> float:
    """What one epoch multiplies the error by in the long run, batches of `size` in the order in which they stand.

    The spectral radius of (I - eta H_m) ... (I - eta H_1), without the directions that are flat: plain descent at a
    constant rate goes round a cycle, or to the optimum where there is no noise, if and only if it is below 1.
    """
    _check_size(objective, size)
    curved, directions, _ = objective.principal(objective.optimum)
    along = objective.design @ directions[:, curved > 0]  # (n, m)
    full = len(along) - len(along) % size
    batches = [along[:full].reshape(-1, size, along.shape[1]), along[None, full:]]
    with np.errstate(all="ignore"):
        maps = np.concatenate([_maps(rows, learning_rate) for rows in batches if rows.size])
        while len(maps) > 1:  # each with its neighbour, so that few calls do for many batches
            odd = maps[-1:] if len(maps) % 2 else maps[:0]
            maps = np.concatenate([maps[1::2] @ maps[: len(maps) - len(odd) : 2], odd])
    return float(np.abs(np.linalg.eigvals(maps[0])).max(initial=0)) if np.isfinite(maps).all() else inf


def _maps(batches: Array, learning_rate: float) -> Array:
    """I - eta H_B of every batch, (batches, m, m), for batches (batches, B, m)."""
    curved = batches.swapaxes(1, 2) @ batches * (2 / batches.shape[1])
    return np.asarray(np.eye(batches.shape[2]) - learning_rate * curved)


def _check_size(objective: LeastSquares, size: int) -> None:
    if not 1 <= size <= objective.n_examples:
        raise ValueError(f"size must be from 1 to the number of examples, {objective.n_examples}, got {size}")


def gradient_noise(objective: LeastSquares, theta: Array, size: int, replacement: bool = True) -> Array:
    """Covariance (d, d) of the gradient of a batch of B at theta: that of one example's, 2 x (x'theta - y), over B.

    Without replacement times (n - B) / (n - 1): a batch of all examples has no noise.
    """
    n = objective.n_examples
    if not size >= 1:
        raise ValueError(f"size must be at least 1, got {size}")
    if not replacement and size > n:
        raise ValueError(f"size must be at most the number of examples, {n}, got {size}")
    gradients = 2 * objective.design * (objective.design @ theta - objective.targets)[:, None]
    centred = gradients - gradients.mean(0)
    return np.asarray(centred.T @ centred / (n * size) * (1 if replacement else (n - size) / max(n - 1, 1)))
