"""The second moments of error and velocity together, for stochastic descent with momentum on least squares.

As `moments`, and for plain descent with the same result: there the velocity has no say.
"""

from math import inf
from typing import NamedTuple

import numpy as np

from gdcore.least_squares import LeastSquares
from gdcore.objectives import Array
from gdcore.optimizers import GradientDescent, Momentum, Nesterov, Optimizer
from gdcore.theory.moments import check


class MomentsWithVelocity(NamedTuple):
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


def moments_with_velocity(
    objective: LeastSquares, size: int, optimizer: Optimizer | None
) -> MomentsWithVelocity | None:
    """The moments, None where no closed form is known."""
    check(size)
    linear = _direction_and_velocity(optimizer)
    if linear is None:
        return None
    (a, b), (c, f) = linear
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
    return MomentsWithVelocity(decay, at_rest, rows[:, None] * slope)


def _direction_and_velocity(optimizer: Optimizer | None) -> tuple[Array, Array] | None:
    """(a, b) and (c, f): what a linear rule makes of a gradient and a velocity. Plain descent has none."""
    match optimizer:
        case None | GradientDescent():
            return np.array([1.0, 0.0]), np.zeros(2)
        case Momentum() | Nesterov():
            return optimizer.update(np.array([1.0, 0.0]), np.array([0.0, 1.0]))
    return None
