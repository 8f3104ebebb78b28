"""The second moments of the error of stochastic descent on least squares, batches of B drawn with replacement.

The mean of the error e takes the path of descent on all examples, and S = E[e e'] has a linear recursion, with
A = 2 x x', H = E[A] and c = 2 x r for the residual r at the optimum:

    S <- (I - eta H) S (I - eta H) + eta^2 / B (E[A S A] - H S H + E[c c'] + E[A e c' + c e' A])

Its stability, its fixed point and its path give the mean-square limit, the noise floor and the expected gap.
Sources: Widrow & Hoff 1960 and Feuer & Weinstein 1985 (moments of stochastic descent on least squares, "LMS").
"""

from math import inf, isfinite
from typing import NamedTuple

import numpy as np

from gdcore.least_squares import LeastSquares
from gdcore.objectives import Array


class Moments(NamedTuple):
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


def moments_of(objective: LeastSquares, size: int, learning_rate: float = 0.0) -> Moments:
    """The moments, once size and rate have been checked."""
    check(size, learning_rate)
    curved, directions, _ = objective.principal(objective.optimum)
    curved, directions = curved[curved > 0], directions[:, curved > 0]
    along, residuals = objective.design @ directions, _residuals_at_optimum(objective)
    decay = np.add.outer(curved, curved).ravel()
    pairs = (2 * along[:, :, None] * along[:, None, :]).reshape(len(along), len(decay)) / np.sqrt(decay)
    all_at_once = np.diag(1 / np.add.outer(1 / curved, 1 / curved).ravel())  # lambda_j lambda_k / P
    drawn = len(along) * size
    return Moments(
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


def check(size: int, learning_rate: float = 0.0) -> None:
    if not size >= 1:
        raise ValueError(f"size must be at least 1, got {size}")
    if not (isfinite(learning_rate) and learning_rate >= 0):
        raise ValueError(f"learning_rate must be finite and at least 0, got {learning_rate}")
