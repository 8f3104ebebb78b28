"""What is minimised.

An objective knows its `dimension` d, and its `value` and `gradient` for theta of shape (..., d): one point, a whole
path, or many runs at once. The quadratic ones also know their `hessian` and their `optimum`. A data objective has
`n_examples` and takes `rows`, the examples to look at.

A function of few parameters may also give its `partials(x, y, ...)`: the same gradient as a tuple, from plain floats. A
single run then asks for these, which is eight times faster than small arrays. Where they raise an ArithmeticError
(`x**3` or exp(x) of a large x, a division by 0) or turn complex (the root of a negative x), the run has left the
numbers, as with NaN. (`math.log` and `math.sqrt` raise a ValueError outside their domain, which could be a mistake:
there they have to give NaN themselves.)

An objective whose gradient has a part of chance, such as dropout, says so (`noisy = True`). It is then also given the
number of the update, `gradient(theta, update=t)` or `gradient(theta, rows, update=t)`, counted from 0, and draws from
`default_rng((seed, t))`: any update can be made again by itself. Its value has no noise.
"""

from dataclasses import dataclass, fields
from math import isfinite
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.integer[Any]]


class Objective(Protocol):
    """A function of theta, (..., d), that descent can follow: value (...,) and gradient (..., d)."""

    @property
    def dimension(self) -> int:
        """d, the number of parameters."""

    def value(self, theta: Array) -> Array: ...

    def gradient(self, theta: Array) -> Array: ...


class DataObjective(Protocol):
    """A mean loss over n_examples; rows, (B,) or (runs, B), restricts it to a batch and None means all of them."""

    n_examples: int

    @property
    def dimension(self) -> int:
        """d, the number of parameters."""

    def value(self, theta: Array, rows: Rows | None = None) -> Array: ...

    def gradient(self, theta: Array, rows: Rows | None = None) -> Array: ...


def is_noisy(objective: Any) -> bool:
    """Whether the gradient is random, other than by its batches."""
    return getattr(objective, "noisy", False)


class QuadraticObjective(Objective, Protocol):
    """An objective with one Hessian (d, d) everywhere; its optimum (d,) is None where there is no minimum."""

    @property
    def hessian(self) -> Array: ...

    @property
    def optimum(self) -> Array | None: ...


@dataclass(frozen=True)
class Quadratic:
    """f(x) = a2 x^2 + a1 x + a0, a function of one parameter: theta has shape (..., 1).

    The gradient is 2 a2 x + a1 and the curvature 2 a2. The minimum is at -a1 / (2 a2); without positive curvature
    there is none and `optimum` is None. ValueError for a coefficient that is not finite.
    """

    a0: float
    a1: float
    a2: float

    def __post_init__(self) -> None:
        for field in fields(self):
            coefficient = getattr(self, field.name)
            if not isfinite(coefficient):
                raise ValueError(f"{field.name} must be finite, got {coefficient}")

    @property
    def dimension(self) -> int:
        return 1

    def value(self, theta: Array) -> Array:
        x = theta[..., 0]
        return (self.a2 * x + self.a1) * x + self.a0

    def gradient(self, theta: Array) -> Array:
        return 2 * self.a2 * theta + self.a1

    def partials(self, x: float) -> tuple[float]:
        return (2 * self.a2 * x + self.a1,)

    @property
    def hessian(self) -> Array:
        return np.array([[2.0 * self.a2]])

    @property
    def optimum(self) -> Array | None:
        return np.array([-self.a1 / (2 * self.a2)]) if self.a2 > 0 else None
