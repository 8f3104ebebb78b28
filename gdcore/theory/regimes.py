"""What plain descent does along each direction of a quadratic objective: the sign and the size of q = 1 - eta lambda.

Monotone for q in (0, 1), one step at 0, oscillating in (-1, 0), bouncing for ever at -1, diverging below. Without
curvature a slope is slid down for ever, and with a negative one q is above 1: the run goes away from the top.
"""

from enum import Enum
from math import inf
from typing import Literal

from gdcore.decomposition import ROUNDING
from gdcore.objectives import Array, QuadraticObjective
from gdcore.theory.curvature import principal


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


def place(rate: float, limit: float) -> Literal["below", "at", "above"]:
    """Where a rate lies beside a limit. At it, up to rounding, an error keeps its size: 1 - 2 rate / limit is -1."""
    if limit < inf and abs(rate - limit) <= ROUNDING / 2 * limit:
        return "at"
    return "above" if rate > limit else "below"


def regimes(objective: QuadraticObjective, start: Array, learning_rate: float) -> tuple[Regime, ...]:
    """What plain descent from `start` does along each direction, by ascending curvature."""
    curved, _, slopes = principal(objective, start)
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
    where = place(learning_rate, 2 / curvature)
    if where != "below":
        return Regime.BOUNCES if where == "at" else Regime.DIVERGES
    return Regime.MONOTONE if factor > 0 else Regime.OSCILLATES
