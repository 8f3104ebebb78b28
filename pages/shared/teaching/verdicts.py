"""What is claimed of a run, as a record: the claim with its badge, the figures that it compares, and the reason.

A verdict is made from the run and the theory and knows no sentence: the `*_words` of a lesson write it out, and a test
compares it with a computation of its own.

Whether a run *can* arrive is a question of theory: of its rate and the limit, and never of how the run happened to end.
Whether it *has* arrived is measured, and means the distance to the nearest optimum of the loss that is descended, in
the parameters that are descended: at most CLOSE of the distance at the start. The gap of the loss says something else:
where targets are large, it is down to 1 % long before the line is near.

Figures, as far as a claim compares them:
    rate, limit      the rate that counts and the constant rate above which the claim could not hold
    start, end       the distances to the nearest optimum; of a lane of the race, `end` is a mean
    share            end / start
    taken, needed    the updates that were made, and those that theory needs until the share stays at most CLOSE
    factor           what an update multiplies the error by along the direction that holds the run up
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum

import numpy as np

from gdcore import Outcome, Trace, theory
from gdcore.objectives import QuadraticObjective
from gdcore.optimizers import Optimizer
from gdcore.theory import Regime

CLOSE = 0.01  # the share of the distance at the start at which a run has arrived
GAP_GOAL = 0.01  # the share of the gap at the start at which a loss is called near: the distance may still be large
TRIED = 1e-3  # the smallest rate that a person would try unprompted

GREEN, ORANGE, RED, GRAY = "green", "orange", "red", "gray"


class Claim(Enum):
    """What is said of a run in a word."""

    ARRIVES = "arrives"
    NOT_THERE = "has not arrived"
    ELSEWHERE = "arrives at the wrong place"
    JITTERS = "comes near, then jitters"
    BOUNCES = "bounces for ever"
    HELD = "is held by a direction that has no error"
    SLIDES = "slides for ever"
    DIVERGES = "diverges"
    UNSTABLE = "unstable on average"
    RUNS_AWAY = "runs away"
    STANDS_STILL = "stands still"
    MEASURED = "measured"
    ON_A_STREAM = "on a stream"

    @property
    def badge(self) -> str:
        """Green has arrived, orange neither arrives nor leaves, red leaves, and gray makes no claim."""
        return {
            Claim.ARRIVES: GREEN,
            Claim.DIVERGES: RED,
            Claim.UNSTABLE: RED,
            Claim.RUNS_AWAY: RED,
            Claim.STANDS_STILL: GRAY,
            Claim.MEASURED: GRAY,
            Claim.ON_A_STREAM: GRAY,
        }.get(self, ORANGE)


class Reason(Enum):
    """Why the claim is made."""

    FLAT = "the gradient is 0 everywhere"
    ON_AN_OPTIMUM = "it starts on an optimum"
    ON_THE_TOP = "it starts on the top"
    NO_MINIMUM = "there is no minimum"
    BELOW_THE_LIMIT = "the rate is below the limit"
    AT_THE_LIMIT = "the rate is at the limit"
    ABOVE_THE_LIMIT = "the rate is above the limit"
    ROUNDING = "the rate is above the limit, and rounding was enough to wake the steep direction"
    SIZES = "the columns are of very different size, so that the limit is tiny"
    WRONG_LOSS = "this loss is least elsewhere"
    TOO_FEW_UPDATES = "its updates are used up"
    TOLERANCE = "its steps are shorter than the tolerance"
    # a race alone has these
    LEFT_THE_NUMBERS = "it has left the range of the machine's numbers"
    NOISE = "examples disagree at the optimum"
    ANY_ORDER = "no batch can lengthen the error, in whatever order"
    MEAN_SQUARE = "the mean square shrinks below its limit and grows above it"
    EPOCH_FACTOR = "an epoch in this order multiplies the error by one factor"
    NO_CLOSED_FORM = "no closed form is known"
    RATE_WAS_ABOVE = "the rate was above the limit at first"
    FREEZES = "the rates that are left have too small a sum"
    DRIFT = "the data change"


@dataclass(frozen=True)
class Verdict:
    """A claim, the figures that it compares (see above), and why it is made.

    direction: the unit vector in the space of the parameters along which most of the distance is left.
    """

    claim: Claim
    reason: Reason
    figures: Mapping[str, float] = field(default_factory=dict)
    direction: tuple[float, ...] = ()

    @property
    def badge(self) -> str:
        return self.claim.badge


def in_theory(
    objective: QuadraticObjective, start: np.ndarray, rate: float, optimizer: Optimizer | None = None
) -> Claim | None:
    """What a constant rate must lead to on the full gradient; None where it approaches an optimum.

    Only directions along which the start has an error count. Above the limit the others are all that holds a run.
    """
    curved = theory.curvatures(objective)
    moves = [regime not in (Regime.FLAT, Regime.STATIONARY) for regime in theory.regimes(objective, start, rate)]
    if not any(moves):
        return Claim.STANDS_STILL
    lowest = curved[moves].min()
    if lowest <= 0:
        return Claim.RUNS_AWAY if lowest < 0 else Claim.SLIDES
    outcome = {"above": Claim.DIVERGES, "at": Claim.BOUNCES, "below": None}
    claim = outcome[theory.place(rate, theory.rate_limit(curved[moves], optimizer))]
    held = claim is None and theory.place(rate, theory.rate_limit(curved, optimizer)) != "below"
    return Claim.HELD if held else claim


def of_descent(
    objective: QuadraticObjective,
    rate: float,
    trace: Trace,
    *,
    sizes: Collection[float] = (),
    wrong_loss: bool = False,
) -> Verdict:
    """Plain descent on all examples at a constant rate.

    sizes: of the columns that the parameters multiply, where standardising the features is a way out.
    wrong_loss: the optimum of this loss is not that of the problem.
    """
    start, limit = trace.theta[0], theory.rate_limit(theory.curvatures(objective))
    figures = {"rate": rate, "limit": limit, "taken": trace.steps_taken}
    claim, where = in_theory(objective, start, rate), theory.place(rate, limit)
    if claim is Claim.STANDS_STILL:
        if where != "above" or (trace.theta == start).all():
            return Verdict(claim, standing(objective), figures)
        return Verdict(Claim.DIVERGES if limit > 0 else Claim.RUNS_AWAY, Reason.ROUNDING, figures)
    if objective.optimum is None:
        return Verdict(claim, Reason.NO_MINIMUM, figures)
    figures |= distances(*theory.distance(objective, trace.theta[[0, -1]]).tolist())
    if claim is Claim.HELD and (figures["share"] > 1 or trace.outcome is Outcome.NOT_FINITE):
        return Verdict(Claim.DIVERGES, Reason.ROUNDING, figures)
    tiny_limit = differ_in_size(sizes, limit)
    if claim is None:
        return _approaching(objective, rate, trace, figures, tiny_limit=tiny_limit, wrong_loss=wrong_loss)
    at_the_limit = Reason.AT_THE_LIMIT if where == "at" else Reason.ABOVE_THE_LIMIT
    return Verdict(claim, Reason.SIZES if tiny_limit and claim is not Claim.HELD else at_the_limit, figures)


def _approaching(
    objective: QuadraticObjective,
    rate: float,
    trace: Trace,
    figures: dict[str, float],
    *,
    tiny_limit: bool,
    wrong_loss: bool,
) -> Verdict:
    """Below the limit: has it arrived, and if not, what holds it up?"""
    held_up, direction = holding_up(objective, theory.errors(objective, trace.theta[-1]), rate)
    figures = figures | held_up
    if (needed := theory.updates_to_approach(objective, trace.theta[0], rate, CLOSE)) is not None:
        figures["needed"] = needed
    if figures["share"] <= CLOSE:
        arrived = Claim.ELSEWHERE if wrong_loss else Claim.ARRIVES
        return Verdict(arrived, Reason.WRONG_LOSS if wrong_loss else Reason.BELOW_THE_LIMIT, figures, direction)
    stopped = Reason.TOLERANCE if trace.outcome is Outcome.SETTLED else Reason.TOO_FEW_UPDATES
    return Verdict(Claim.NOT_THERE, Reason.SIZES if tiny_limit else stopped, figures, direction)


def differ_in_size(sizes: Collection[float], limit: float) -> bool:
    """Whether every rate that a person would try is above the limit, because columns are of very different size."""
    return bool(sizes) and limit < TRIED


def standing(objective: QuadraticObjective) -> Reason:
    """Why a start does not move."""
    curved = theory.curvatures(objective)
    if not curved.any():
        return Reason.FLAT
    return Reason.ON_THE_TOP if curved.min() < 0 else Reason.ON_AN_OPTIMUM


def distances(start: float, end: float) -> dict[str, float]:
    """The distance to the nearest optimum at the start and in the end, and the share that is left."""
    return {"start": start, "end": end, "share": end / start if start else float("inf") if end else 0.0}


def holding_up(
    objective: QuadraticObjective, errors: np.ndarray, rate: float, optimizer: Optimizer | None = None
) -> tuple[dict[str, float], tuple[float, ...]]:
    """The factor of the direction along which most of the error is left, and the direction (largest part above 0)."""
    slowest = int(np.abs(errors).argmax())
    curved, directions = theory.principal_directions(objective)
    (factor,) = theory.contraction(curved[[slowest]], rate, optimizer)
    direction = directions[:, slowest]
    return {"factor": float(factor)}, tuple((direction * np.sign(direction[np.abs(direction).argmax()])).tolist())
