"""What the noise of small batches does to plain descent on least squares: its floor, its path, its covariance."""

from math import inf

import numpy as np

from gdcore.least_squares import LeastSquares
from gdcore.objectives import Array
from gdcore.optimizers import Optimizer
from gdcore.theory.limits import shrinks_at_every_update
from gdcore.theory.moments import moments_of


def noise_floor(
    objective: LeastSquares, learning_rate: float, size: int, optimizer: Optimizer | None = None
) -> float | None:
    """E[f] - f* of plain descent in the long run, `size` examples drawn with replacement: (I - eta K) Y = eta noise.

    Infinite from the mean-square limit on; below it 0 for data without noise. None for another rule.
    """
    if not shrinks_at_every_update(optimizer):
        return None
    moments = moments_of(objective, size, learning_rate)
    if learning_rate >= moments.limit:
        return inf
    fixed_point = np.linalg.solve(moments.kept(learning_rate), learning_rate * moments.noise)
    return float(moments.gap(np.asarray(fixed_point, dtype=float)))


def first_order_noise_floor(objective: LeastSquares, learning_rate: float, size: int) -> float:
    """The noise floor for a small rate, Y = eta noise: eta E[r^2 |x|^2] / B. Too low near the limit."""
    moments = moments_of(objective, size, learning_rate)
    return float(moments.gap(learning_rate * moments.noise))


def expected_gap(objective: LeastSquares, start: Array, learning_rate: float, size: int, steps: int) -> Array:
    """E[f(theta_t)] - f*, t = 0 ... steps, of plain descent, `size` examples drawn with replacement: (steps + 1,).

    Exact, the cross terms with the mean of the error included. Infinite where it leaves the range of numbers.
    """
    moments = moments_of(objective, size, learning_rate)
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
