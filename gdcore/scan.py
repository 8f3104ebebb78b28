"""Per-example descent on least squares, without a loop over its updates.

One update, theta - 2 eta (x.theta - y) x, is an affine map of theta, and affine maps compose. So the T updates are cut
into about sqrt(T) blocks; the map [A | c] of every block is built for all blocks at once, one hop per block gives the
point where each begins, and a replay of all blocks at once from there is the descent itself, step for step. Fifty
thousand updates take some 5 ms in place of 100.
"""

from math import ceil, isqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from gdcore.batches import Indices
from gdcore.objectives import Array, LeastSquares

LANES = 4096  # blocks times runs beyond which longer vectors gain nothing


def descend_by_example(objective: LeastSquares, start: Array, order: Indices, rates: Array) -> tuple[Array, Array]:
    """Follow one example after another: start (runs, d), order and rates (T, runs) -> the path and its gradients.

    The path has shape (T + 1, runs, d), the gradients (T, runs, d). Where a run diverges within a block, the
    block's map may overflow before the run itself would: a path that is not finite everywhere is one for the loop.
    """
    steps, runs = order.shape
    length = max(isqrt(steps), steps * runs // LANES)
    blocks = ceil(steps / length)

    def cut(per_step: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """(T, runs) -> (length, blocks, runs); the last block is filled up with updates of rate 0, which do nothing."""
        filled = np.zeros((blocks * length, runs), dtype=per_step.dtype)
        filled[:steps] = per_step
        return np.ascontiguousarray(filled.reshape(blocks, length, runs).swapaxes(0, 1))

    rows, double_rates = cut(order), 2 * cut(rates)
    x = np.stack([column[rows] for column in objective.design.T], axis=1)  # (length, d, blocks, runs)
    y = objective.targets[rows]  # (length, blocks, runs)
    begins = _begins(start.T, _compose(x, y, double_rates))
    path, gradients = _replay(begins, x, y, double_rates)
    end = path[steps - (blocks - 1) * length, :, -1].T

    def join(per_step: Array) -> Array:
        """(length, d, blocks, runs) -> (T, runs, d), without the filling."""
        return per_step.transpose(2, 0, 3, 1).reshape(blocks * length, runs, -1)[:steps]

    return np.concatenate([join(path[:-1]), end[None]]), join(gradients)


def _compose(x: Array, y: Array, double_rates: Array) -> Array:
    """The map theta -> A theta + c of each block, as [A | c] of shape (d, d + 1, blocks, runs)."""
    d = x.shape[1]
    maps = np.zeros((d, d + 1, *y.shape[1:]))
    maps[range(d), range(d)] = 1
    for x_now, y_now, rate in zip(x, y, double_rates, strict=True):
        residual = (x_now[:, None] * maps).sum(0)
        residual[d] -= y_now
        maps -= x_now[:, None] * (rate * residual)
    return maps


def _begins(theta: Array, maps: Array) -> Array:
    """Where each block begins, (d, blocks, runs): hop over one block after another."""
    begins = [theta]
    for block in range(maps.shape[2] - 1):
        begins.append((maps[:, :-1, block] * begins[-1]).sum(1) + maps[:, -1, block])
    return np.stack(begins, axis=1)


def _replay(begins: Array, x: Array, y: Array, double_rates: Array) -> tuple[Array, Array]:
    """The descent itself, in all blocks at once: points (length + 1, d, blocks, runs), gradients without the last."""
    path, gradients = np.empty((len(x) + 1, *begins.shape)), np.empty_like(x)
    path[0] = begins
    for step, (x_now, y_now, rate) in enumerate(zip(x, y, double_rates, strict=True)):
        residual = (x_now * path[step]).sum(0) - y_now
        np.multiply(2 * residual, x_now, out=gradients[step])
        np.subtract(path[step], x_now * (rate * residual), out=path[step + 1])
    return path, gradients
