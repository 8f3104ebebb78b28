"""Descent on least squares, on all examples or batches of any size, without a loop over its updates.

The gradient of a batch is affine in theta, G theta - h, and a linear rule makes of it an affine map of theta and the
rule's memory. Affine maps compose. So the T updates are cut into about sqrt(T) blocks:

    blocks   | 1  2  3  4 | 5  6  7  8 | 9 ..   the updates, so many to a block
    maps     |     M1     |     M2     |  ..    what a block makes of any point: all blocks at once
    hops     a ---M1----> b ---M2----> c  ..    where each block begins: one block after another
    replay   a  .  .  .   b  .  .  .   c  ..    every update in between: all blocks at once, the descent itself

Fifty thousand updates take some 6 ms in place of 350.

The maps come from the rule itself: it is run on unit vectors and on one point. That point is the start and not 0, so
that a run that stands still is not moved by maps however large. And no hop is trusted: where a block does not begin at
the end of the one before it, the path is kept up to there and the work goes on from that end. A run that diverges, or
that balances where others would, is therefore the loop's run too.
"""

from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from math import isqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from gdcore.batches import Batches, Indices
from gdcore.least_squares import LeastSquares
from gdcore.objectives import Array, is_noisy
from gdcore.optimizers import Optimizer

WIDE = 8  # parameters beyond which the moments of whole batches cost more than the loop
AT_ONCE = 1 << 21  # numbers gathered at once: bounds the memory, however many the updates
IN_CACHE = 1 << 16  # numbers in one operation, beyond which longer vectors gain nothing
ROUNDING = 2e-14  # how far rounding may take a hop from the replay, relative to the numbers there

Run = Callable[[Array, Array, Array], Iterator[tuple[Array, Array, Array]]]


def serves(objective: Any, optimizer: Optimizer, batches: Batches | None) -> bool:
    """Whether this descent is made of affine maps, and small ones."""
    if not (isinstance(objective, LeastSquares) and optimizer.linear) or is_noisy(objective):
        return False
    return (batches is not None and batches.size == 1) or objective.design.shape[1] <= WIDE


def descend_in_blocks(
    objective: LeastSquares, start: Array, optimizer: Optimizer, batches: Batches | None, rates: Array
) -> tuple[Array, Array]:
    """Follow a linear rule: start (runs, d) and rates (T, runs) -> path (T + 1, runs, d) and gradients (T, runs, d).

    Both end earlier where every run has left the range of numbers.
    """
    (steps, runs), d = rates.shape, start.shape[1]
    examples, rows, weights = _everything(objective, steps) if batches is None else _drawn(objective, batches, steps)
    size = rows.shape[2]
    run: Run = partial(_updates, optimizer, _gradient_of_one if size == 1 else _gradient_of_many, d)
    # In memory the parameters come first: whatever is summed over them then runs along its neighbours.
    path, gradients = (np.empty((d, count, runs)).swapaxes(0, 1) for count in (steps + 1, steps))
    state = _state(optimizer, start.T)
    path[0] = state[:d]
    limit = 1 + AT_ONCE // (runs * (d + 1) * (d + size))
    done, reach = 0, limit
    while done < steps and np.isfinite(state).all(0).any():
        ahead = min(reach, steps - done)
        length = _length(ahead, len(state) + 1, runs * d * (1 if size == 1 else d))
        now = slice(done, done + ahead // length * length)
        data = _data(examples, rows[now], weights[now], length)
        rate = np.ascontiguousarray(_cut(rates[now], length))
        begins = _begins(state, _compose(run, state, data[..., :-1], rate[..., :-1]))
        ends = _replay(run, begins, data, rate, _cut(path[1:][now], length), _cut(gradients[now], length))
        kept = _kept(begins, ends, rate, d)
        state = ends[..., kept - 1]
        done += kept * length
        reach = min(limit, 2 * kept * length)
    return path[: done + 1].swapaxes(1, 2), gradients[:done].swapaxes(1, 2)


def _everything(objective: LeastSquares, steps: int) -> tuple[Array, Indices, Array]:
    """As `_drawn`, where each update looks at all examples: at the compressed rows, which stand for them."""
    count = len(objective.compressed)
    rows = np.broadcast_to(np.arange(count), (steps, 1, count))
    return objective.compressed, rows, np.full((steps, 1), 2 / objective.n_examples)


def _drawn(objective: LeastSquares, batches: Batches, steps: int) -> tuple[Array, Indices, Array]:
    """The examples [x | y], which of them each update looks at, (T, runs or 1, B), and what makes of their sum twice
    their mean, (T, 1).

    A batch that is smaller than the others is filled up with one more example, which is all zeros.
    """
    examples = np.pad(np.column_stack([objective.design, objective.targets]), ((0, 1), (0, 0)))
    sizes = batches.sizes(objective.n_examples, steps)
    rows = np.atleast_2d(batches.draw(objective.n_examples, int(sizes.sum())))
    if sizes.min() < sizes.max():
        drawn, rows = rows, np.full((len(rows), steps, sizes.max()), objective.n_examples)
        rows[np.broadcast_to(np.arange(sizes.max()) < sizes[:, None], rows.shape)] = drawn.ravel()
    return examples, rows.reshape(len(rows), steps, -1).swapaxes(0, 1), 2 / sizes[:, None]


def _state(optimizer: Optimizer, theta: Array) -> Array:
    """theta and, below it, the rule's memory if it has one: (s, runs) from (d, runs)."""
    memory = optimizer.init(theta)
    return theta if memory is None else np.concatenate([theta, memory])


def _length(steps: int, columns: int, work: int) -> int:
    """How long the blocks are, where one update of one column of a block works on so many numbers."""
    length = max(1, isqrt(steps // 2), steps * columns * work // IN_CACHE)  # a hop costs less than an update
    return length if length * columns < steps else steps  # the maps of fewer blocks cost more than they save


def _cut(per_step: npt.NDArray[Any], length: int) -> npt.NDArray[Any]:
    """(T, ...) -> (length, ..., blocks), a view: to read from and to write to."""
    return np.moveaxis(per_step.reshape(-1, length, *per_step.shape[1:]), 0, -1)


def _data(examples: Array, rows: Indices, weights: Array, length: int) -> Array:
    """What gives the gradient of each update: its example [x | y], (length, d + 1, runs, blocks), or of a batch the
    moments [G | h] = [2 mean(x x') | 2 mean(x y)], (length, d, d + 1, runs, blocks)."""
    if rows.shape[2] == 1:
        drawn = np.ascontiguousarray(_cut(rows[..., 0], length))
        return np.stack([column[drawn] for column in examples.T], axis=1)
    batch = examples.take(rows, axis=0)
    moments = batch[..., :-1].swapaxes(-1, -2) @ batch * weights[..., None, None]
    return np.ascontiguousarray(_cut(moments.transpose(0, 2, 3, 1), length))


def _gradient_of_one(example: Array, theta: Array) -> Array:
    """2 x (x.theta - y): (d, columns, runs, blocks). Of theta's columns only the last is a point and feels y."""
    x = example[:-1, None]
    residual: Array = np.add.reduce(x * theta, 0)  # as .sum(0), with less ado
    residual[-1] -= example[-1]
    return x * (2 * residual)


def _gradient_of_many(moments: Array, theta: Array) -> Array:
    """G theta - h: (d, columns, runs, blocks). Of theta's columns only the last is a point and feels h."""
    gradient: Array = np.add.reduce(moments[:, :-1, None] * theta[:, None], 0)  # down the columns: G is symmetric
    gradient[:, -1] -= moments[:, -1]
    return gradient


def _updates(
    optimizer: Optimizer,
    gradient_of: Callable[[Array, Array], Array],
    d: int,
    state: Array,
    data: Array,
    rates: Array,
) -> Iterator[tuple[Array, Array, Array]]:
    """Run the rule through all blocks at once, from states (s, columns, runs, blocks): gradient, theta, memory."""
    theta, memory = state[:d], state[d:]
    for batch, rate in zip(data, rates, strict=True):
        gradient = gradient_of(batch, theta)
        direction, memory = optimizer.update(gradient, memory)
        theta = theta - rate * direction
        yield gradient, theta, memory


def _compose(run: Run, start: Array, data: Array, rates: Array) -> Array:
    """Where each block takes the unit vectors and, in the last column, the start: (s, s + 1, runs, blocks)."""
    s = len(start)
    state = np.zeros((s, s + 1, *rates.shape[1:]))
    state[range(s), range(s)] = 1
    state[:, -1] = start[..., None]
    [(_, *ends)] = deque(run(state, data, rates), maxlen=1)
    return np.concatenate(ends)


def _begins(start: Array, maps: Array) -> Array:
    """Where each block begins, (s, runs, blocks): hop over one after another, counting from the start."""
    s, _, runs, hops = maps.shape
    maps[:, -1] -= start[..., None]
    moved = np.zeros((hops + 1, runs, s + 1, 1))
    moved[:, :, -1] = 1
    for block, hop in enumerate(np.ascontiguousarray(maps.transpose(3, 2, 0, 1))):
        moved[block + 1, :, :-1] = hop @ moved[block]
    return start[..., None] + moved[:, :, :-1, 0].transpose(2, 1, 0)


def _replay(run: Run, begins: Array, data: Array, rates: Array, path: Array, gradients: Array) -> Array:
    """The descent itself, in all blocks at once: fill in path and gradients, return where each block ends."""
    for step, (gradient, *ends) in enumerate(run(begins[:, None], data, rates)):
        gradients[step], path[step] = gradient[:, 0], ends[0][:, 0]
    return np.concatenate(ends)[:, 0]


def _kept(begins: Array, ends: Array, rates: Array, d: int) -> int:
    """How many blocks to keep: all before the first that does not begin where the one before it ends.

    The memory is weighed by the step it makes. A run that has left the range of numbers has no say.
    """
    left = np.logical_or.accumulate(~np.isfinite(ends).all(0), axis=-1)[:, :-1]
    reached = np.maximum(np.abs(begins), np.abs(ends))[:d].max(0)
    scale = np.maximum(reached, reached[:, :1])[:, :-1]  # hops count from the start: they are no finer than that
    apart = np.abs(begins[..., 1:] - ends[..., :-1])
    apart[d:] *= rates.max(0)[:, 1:]
    sound = np.asarray(((apart <= ROUNDING * scale).all(0) | left).all(0))
    return 1 + (len(sound) if sound.all() else int(sound.argmin()))
