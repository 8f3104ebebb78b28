"""Which examples each update looks at.

Batch, mini-batch and stochastic descent are one class with three sizes: n, 32, 1.
"""

from dataclasses import dataclass
from math import ceil
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

Order = Literal["reshuffled", "fixed", "replacement"]
Indices = npt.NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Batches:
    """Batches of `size` examples.

    order: "reshuffled" visits every example once an epoch, in a new order each time; "fixed" visits them as they
    stand; "replacement" draws each example anew, so that an update may see one twice. In the first two the last batch
    of an epoch may be smaller; with replacement there are no epochs and every batch is full.
    seed: one number, or a tuple with one seed per run. ValueError for a size below 1 or another order; and where they
    are drawn, for a size above the number of examples, except with replacement.
    """

    size: int
    seed: int | tuple[int, ...] = 0
    order: Order = "reshuffled"

    def __post_init__(self) -> None:
        if self.size < 1:
            raise ValueError(f"size must be at least 1, got {self.size}")
        if self.order not in get_args(Order):
            raise ValueError(f"order must be one of {', '.join(get_args(Order))}, got {self.order!r}")

    @property
    def runs(self) -> int | None:
        """How many runs have an order of their own; None if one seed serves all."""
        return len(self.seed) if isinstance(self.seed, tuple) else None

    def draw(self, n_examples: int, count: int) -> Indices:
        """The first `count` examples in the order they are looked at: (count,), or (runs, count)."""
        if isinstance(self.seed, tuple):
            return np.stack([self._draw(seed, n_examples, count) for seed in self.seed])
        return self._draw(self.seed, n_examples, count)

    def _draw(self, seed: int, n_examples: int, count: int) -> Indices:
        if self.order == "fixed":
            return np.resize(np.arange(n_examples), count)
        rng = np.random.default_rng(seed)
        if self.order == "replacement":
            return rng.integers(n_examples, size=count)
        epochs = np.tile(np.arange(n_examples), (ceil(count / n_examples), 1))
        return rng.permuted(epochs, axis=1).ravel()[:count]

    def sizes(self, n_examples: int, steps: int) -> Indices:
        """How many examples each of the first `steps` updates looks at, (steps,)."""
        if self.order == "replacement":
            return np.full(steps, self.size)
        if self.size > n_examples:
            raise ValueError(f"size must be at most the number of examples, {n_examples}, got {self.size}")
        full, rest = divmod(n_examples, self.size)
        return np.resize([self.size] * full + [rest] * (rest > 0), steps)

    def rows(self, n_examples: int, steps: int, made: int = 0) -> list[Indices]:
        """The examples of each of `steps` updates after so many have been made: arrays (B,), or (runs, B).

        What an update looks at depends on its number alone. So those that were made are drawn again, and dropped.
        """
        ends = self.sizes(n_examples, made + steps).cumsum()
        drawn = self.draw(n_examples, int(ends[-1]))
        if made:
            first = int(ends[made - 1])
            drawn, ends = drawn[..., first:], ends[made:] - first
        return np.split(drawn, ends[:-1], axis=-1)
