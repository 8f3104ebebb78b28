"""Closed forms: what the mathematics says before anything is run. Content of the pages and oracle of the tests.

The Hessian of a quadratic objective is the same everywhere, so plain descent with a constant rate eta is one
multiplication per direction. With eigenvalues lambda of the Hessian ("curvatures") and the gradient g0 at the start,

    theta_t = theta_0 - V phi_t(lambda) V' g0,    phi_t(lambda) = (1 - q^t) / lambda,    q = 1 - eta lambda,

and phi_t = eta t along a direction without curvature. This holds for every sign of lambda, with or without a minimum.

Stochastic descent on least squares, batches of B drawn with replacement: the mean of the error e takes that same path,
and S = E[e e'] has a linear recursion, with A = 2 x x', H = E[A] and c = 2 x r for the residual r at the optimum:

    S <- (I - eta H) S (I - eta H) + eta^2 / B (E[A S A] - H S H + E[c c'] + E[A e c' + c e' A])

Its stability, its fixed point and its path give the mean-square limit, the noise floor and the expected gap.
Sources: Polyak 1964 (heavy ball); Lessard, Recht & Packard 2016 (limits of Nesterov's rule); Goh 2017 (the picture);
Widrow & Hoff 1960 and Feuer & Weinstein 1985 (moments of stochastic descent on least squares, "LMS").
"""

from bisect import bisect_left
from collections.abc import Callable
from enum import Enum
from math import inf, isfinite, sqrt
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
    parts = _gap_at_the_start(objective, start)
    return _until(lambda step: float(_shrunk(*parts, learning_rate, step)), fraction)


def updates_to_approach(
    objective: QuadraticObjective, start: Array, learning_rate: float, fraction: float
) -> int | None:
    """Updates until the distance |theta - theta*| stays at most `fraction` of its start; None if it never does."""
    parts = _squared_distance_at_the_start(objective, start)
    return _until(lambda step: float(np.sqrt(_shrunk(*parts, learning_rate, step))), fraction)


def _until(left: Callable[[int], float], fraction: float) -> int | None:
    """The first step at which so large a part of what there was at the start is left."""
    goal = fraction * left(0)
    return _first(lambda step: left(step) <= goal)


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


def _moments(objective: LeastSquares, size: int, learning_rate: float = 0.0) -> _Moments:
    """The moments, once size and rate have been checked."""
    if not size >= 1:
        raise ValueError(f"size must be at least 1, got {size}")
    if not (isfinite(learning_rate) and learning_rate >= 0):
        raise ValueError(f"learning_rate must be finite and at least 0, got {learning_rate}")
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
    """X theta* - y, (n,). What rounding has left of a zero is 0: data without noise have no noise floor."""
    residuals = objective.design @ objective.optimum - objective.targets
    scale = np.linalg.norm(objective.design) * np.linalg.norm(objective.optimum) + np.linalg.norm(objective.targets)
    return np.asarray(np.where(np.abs(residuals) <= ROUNDING * scale, 0.0, residuals))


def mean_square_limit(objective: LeastSquares, size: int) -> float:
    """The constant rate of plain descent at which E|error|^2 stops shrinking, `size` examples drawn with replacement.

    At most rate_limit, 2 / lambda_max, which it approaches for large sizes. Infinite where nothing is curved.
    """
    return _moments(objective, size).limit


def best_mean_square_rate(objective: LeastSquares, size: int) -> float:
    """The constant rate with which the second moment shrinks fastest; 2 / (lambda_min + lambda_max) for large sizes.

    An update of S, I - eta P + eta^2 Q, keeps it positive, so its spectral radius is its largest eigenvalue, 1 - c
    (Krein & Rutman 1948). c(eta) is the least of many parabolas, u'(eta P - eta^2 Q)u over all |u| = 1, hence concave,
    and it rises as long as that one does: u'P u > 2 eta u'Q u.
    """
    _extremes(curvatures(objective))
    moments = _moments(objective, size)
    roots, low, high = np.sqrt(moments.decay), 0.0, moments.limit
    for _ in range(50):
        rate = (low + high) / 2
        inverse = np.linalg.inv(moments.kept(rate)) / np.outer(roots, roots)  # its largest, eta / c, keeps its digits
        least = roots * np.linalg.eigh(inverse)[1][:, -1]
        low, high = (rate, high) if least @ least > 2 * rate * least @ moments.spread @ least else (low, rate)
    return (low + high) / 2


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
