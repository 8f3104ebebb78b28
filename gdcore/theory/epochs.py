"""Plain descent on least squares where every epoch visits each example once: limits that hold in any order, or in one.

The second moments of `moments` hold for batches drawn with replacement. In another order a batch is no longer
independent of theta, and only these two statements are known.
"""

from math import inf

import numpy as np

from gdcore.least_squares import LeastSquares
from gdcore.objectives import Array


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
