"""The Hessian of a quadratic objective, the same everywhere: its eigenvalues ("curvatures") and eigenvectors.

Along each of them descent goes its own way, as if the objective had one parameter; the others do not matter to it.
"""

from math import inf

import numpy as np

from gdcore.decomposition import ROUNDING
from gdcore.least_squares import BroadcastLeastSquares, LeastSquares
from gdcore.objectives import Array, QuadraticObjective


def curvatures(objective: QuadraticObjective) -> Array:
    """Eigenvalues of the Hessian, ascending (d,). What rounding has left of a zero is 0."""
    if isinstance(objective, LeastSquares | BroadcastLeastSquares):
        return objective.principal(np.zeros(objective.dimension))[0]
    eigenvalues = np.linalg.eigvalsh(objective.hessian)
    return np.asarray(np.where(np.abs(eigenvalues) <= ROUNDING * np.abs(eigenvalues).max(), 0.0, eigenvalues))


def condition_number(curvatures: Array) -> float:
    """kappa = lambda_max / lambda_min without the directions that have no curvature; infinite if one is negative."""
    curved = curvatures[curvatures != 0]
    if curved.size == 0 or curved.min() < 0:
        return inf
    with np.errstate(over="ignore"):
        return float(curved.max() / curved.min())


def extremes(curvatures: Array) -> tuple[float, float]:
    """The smallest non-zero and the largest curvature."""
    curved = curvatures[curvatures != 0]
    if curved.size == 0 or curved.min() < 0:
        raise ValueError(f"a best rate needs curvatures of at least 0 and one above, got {curvatures}")
    return float(curved.min()), float(curved.max())


def principal_directions(objective: QuadraticObjective) -> tuple[Array, Array]:
    """Curvatures, ascending (d,), and the directions that belong to them, unit vectors as columns of (d, d)."""
    return principal(objective, np.zeros(objective.dimension))[:2]


def principal(objective: QuadraticObjective, start: Array) -> tuple[Array, Array, Array]:
    """Curvatures (d,), directions as columns (d, d), and the slopes of the start along them (d,).

    A slope that is no more than the rounding of its own terms is 0, and so is one where the start is an optimum up to
    the rounding of both: 1/3 is not a machine number, and a start there still stands on the minimum of 3x^2 - 2x.
    """
    start = np.asarray(start, dtype=float)
    if isinstance(objective, LeastSquares | BroadcastLeastSquares):
        curved, directions, slopes = objective.principal(start)
        if _is_only_rounding(objective, start):
            slopes = np.zeros_like(slopes)
    else:
        curved, directions = curvatures(objective), np.linalg.eigh(objective.hessian)[1]
        slopes = objective.gradient(start) @ directions
        terms = np.abs(curved).max() * np.linalg.norm(start) + np.linalg.norm(objective.gradient(np.zeros_like(start)))
        slopes = np.where(np.abs(slopes) <= ROUNDING * terms, 0.0, slopes)
    if (optimum := objective.optimum) is None:
        return curved, directions, slopes
    with np.errstate(all="ignore"):
        rounding = ROUNDING * (np.abs(start) + np.abs(optimum)) @ np.abs(directions)
        there = np.abs((start - optimum) @ directions) <= rounding
    return curved, directions, np.where(there & (curved > 0), 0.0, slopes)


def _is_only_rounding(objective: LeastSquares | BroadcastLeastSquares, start: Array) -> bool:
    """Whether a start fits targets that can be fitted exactly, up to the rounding of these."""
    with np.errstate(over="ignore", invalid="ignore"):
        rounding = ROUNDING * float(np.abs(objective.targets).max())
        return objective.least == 0 and bool(objective.value(start) <= rounding**2)
