"""What is claimed of a lane of the race: which theory holds for it, and how far it has come.

Which theory holds depends on the order of the examples, and none is borrowed from another order:

    every update on all examples   the limit of the rule, 2 / lambda_max for plain descent
    drawn with replacement         the mean-square limit of the rule: a statement about the mean over all draws. Above
                                   it single runs without noise may still arrive, so there nothing is claimed
    fixed order                    what one epoch multiplies the error by
    reshuffled                     below one rate no batch can lengthen the error; above it no closed form is known
    momentum otherwise             on batches in another order, or with a falling rate, no closed form is known
    a rule without closed form     nothing is claimed of it in any order

A schedule is judged by the rate that it comes to in the long run: what begins above the limit and falls is orange until
it has come back.

Figures besides those of `verdicts`, where a claim compares them:
    share, end     means over the last fifth of the updates, of all seeds
    rate, last     the rate of the first update, and what the schedule comes to
    loss, least    the mean loss over the last fifth and the least possible one
    limit, mean_square_limit, steady_limit   the limit of the theory that holds: one of these three
    floor          how far above the least loss the same lane would stay if it were drawn with replacement, from theory
    speed          where the rate comes to c / t: without noise the squared error falls like t to this power, with
                   noise at most 1/t
    epoch          what an epoch in fixed order multiplies the error by
    until          the update from which on a falling rate is below the limit
    kept           the share of the distance that is left for ever on the full gradient: the rates have a finite sum
    left           seeds that have left the range of numbers
"""

from bisect import bisect_left
from collections.abc import Mapping
from math import inf, isinf

import numpy as np

from gdcore import theory
from gdcore.schedules import Schedule
from pages.lessons.race.runs import Course, Lane, Race
from pages.shared.teaching.verdicts import CLOSE, Claim, Reason, Verdict, distances, holding_up, in_theory, standing

LIMITS = ("limit", "mean_square_limit", "steady_limit")
FROZEN = 0.05  # share of the distance: a schedule that keeps more for ever has frozen
AT_REST = 1e-9  # share of the size of start and optimum: what is nearer to the optimum has not been woken by rounding


def of_lane(race: Race, course: Course) -> Verdict:
    """Theory first; where the rate is below its limit, what was measured decides whether the lane has arrived."""
    lane, figures = course.lane, {"rate": float(course.lane.schedule(0)), "last": float(course.lane.schedule.last)}
    figures["taken"] = int(course.ended[0])
    if race.drifts:
        return Verdict(Claim.ON_A_STREAM, Reason.DRIFT, figures)
    if course.overflows:
        return Verdict(Claim.DIVERGES, Reason.LEFT_THE_NUMBERS, figures | {"overflows": course.overflows})
    figures |= measured(race, course)
    if rests_on_an_optimum(race, lane, figures["end"]):
        return Verdict(Claim.STANDS_STILL, standing(race.model.objective), figures)
    if not has_theory(race, lane):
        return Verdict(Claim.MEASURED, Reason.NO_CLOSED_FORM, figures)
    claim, reason, compared = judged_by(race, lane, figures["last"])
    figures |= compared
    if claim in (Claim.HELD, Claim.STANDS_STILL) and figures["share"] > 1:
        return Verdict(Claim.DIVERGES, Reason.ROUNDING, figures)
    if reason is Reason.EPOCH_FACTOR and claim is Claim.DIVERGES and figures["share"] <= 1:
        claim = Claim.HELD  # its start has no error along what grows
    if claim is not None:
        return Verdict(claim, reason, figures)
    return below_the_limit(race, course, reason, figures)


def measured(race: Race, course: Course) -> dict[str, float]:
    """The means over the last fifth of the updates of all seeds, none of which has left the range of numbers."""
    objective = race.model.objective
    with np.errstate(over="ignore"):
        away = theory.distance(objective, late(course)).mean()
        loss = course.last_fifth.mean()
    ends = distances(float(theory.distance(objective, race.start)), float(away))
    return {"loss": float(loss), "least": race.model.floor} | ends


def late(course: Course) -> np.ndarray:
    """Theta over the last fifth of the updates, (t, runs, d)."""
    return course.trace.theta[-len(course.last_fifth) :]


def rests_on_an_optimum(race: Race, lane: Lane, end: float) -> bool:
    """Whether the lane has started on an optimum and is still there: no example pulls it away, nor has rounding."""
    objective = race.model.objective
    if is_noisy(race, lane) or in_theory(objective, race.start, 0.0) is not Claim.STANDS_STILL:
        return False
    return end <= AT_REST * (np.linalg.norm(race.start) + np.linalg.norm(objective.optimum))


def is_noisy(race: Race, lane: Lane) -> bool:
    """Whether the gradients of the lane's batches disagree at the optimum."""
    return not race.is_exact(lane) and race.model.floor > 0


def has_theory(race: Race, lane: Lane) -> bool:
    """Plain descent always; a rule with a closed form at a constant rate, on all examples or drawn with replacement."""
    if not theory.has_closed_form(lane.optimizer):
        return False
    if theory.shrinks_at_every_update(lane.optimizer):
        return True
    return lane.schedule.is_constant and (race.is_exact(lane) or race.order == "replacement")


def judged_by(race: Race, lane: Lane, rate: float) -> tuple[Claim | None, Reason, dict[str, float]]:
    """What theory claims of a lane that keeps this rate, why, and what it compares; None for below the limit."""
    objective = race.model.objective
    if race.is_exact(lane):
        limit = theory.rate_limit(theory.curvatures(objective), lane.optimizer)
        reason = {"below": Reason.BELOW_THE_LIMIT, "at": Reason.AT_THE_LIMIT, "above": Reason.ABOVE_THE_LIMIT}
        claim = in_theory(objective, race.start, rate, lane.optimizer)
        return claim, reason[theory.place(rate, limit)], {"limit": limit}
    if race.order == "replacement":
        limit = theory.mean_square_limit(objective, lane.size, lane.optimizer)
        above = Claim.UNSTABLE if is_noisy(race, lane) else Claim.MEASURED
        return (None if rate < limit else above), Reason.MEAN_SQUARE, {"mean_square_limit": limit}
    steady = {"steady_limit": theory.steady_limit(objective, lane.size)}
    if rate < steady["steady_limit"]:
        return None, Reason.ANY_ORDER, steady
    if race.order == "reshuffled":
        return Claim.MEASURED, Reason.NO_CLOSED_FORM, steady
    epoch = theory.epoch_factor(objective, lane.size, rate)
    if abs(epoch - 1) <= theory.ROUNDING * race.n_examples:
        return Claim.MEASURED, Reason.NO_CLOSED_FORM, steady
    return (None if epoch < 1 else Claim.DIVERGES), Reason.EPOCH_FACTOR, steady | {"epoch": epoch}


def limit_name(figures: Mapping[str, float]) -> str:
    """Which of LIMITS holds for a lane."""
    return next(name for name in LIMITS if name in figures)


def limit_of(figures: Mapping[str, float]) -> float:
    """The limit of the theory that holds for a lane."""
    return figures[limit_name(figures)]


def below_the_limit(race: Race, course: Course, reason: Reason, figures: dict[str, float]) -> Verdict:
    """The lane approaches the optimum, or jitters around it: has it arrived?"""
    lane, objective = course.lane, race.model.objective
    with np.errstate(over="ignore"):
        errors = np.abs(theory.errors(objective, late(course))).mean((0, 1))
    held_up, direction = holding_up(objective, errors, figures["last"], lane.optimizer)
    if is_noisy(race, lane) and lane.schedule.last > 0:
        return jittering(race, lane, reason, figures, direction)
    if lane.schedule.is_constant:
        arrived = figures["share"] <= CLOSE
        figures = figures | held_up | needed(race, lane, figures["rate"])
        return Verdict(Claim.ARRIVES if arrived else Claim.NOT_THERE, reason, figures, direction)
    return falling(race, course, reason, figures, direction)


def jittering(
    race: Race, lane: Lane, reason: Reason, figures: dict[str, float], direction: tuple[float, ...]
) -> Verdict:
    """With noise and a rate that stays above 0 it jitters for ever, once the mean over all draws has arrived."""
    if lane.schedule.is_constant:
        figures = figures | floor(race, lane, figures["rate"]) | needed(race, lane, figures["rate"])
        if is_on_its_way(race, lane, figures):
            return Verdict(Claim.NOT_THERE, reason, figures, direction)
    return Verdict(Claim.JITTERS, Reason.NOISE, figures, direction)


def is_on_its_way(race: Race, lane: Lane, figures: dict[str, float]) -> bool:
    """Whether the mean over all draws, which takes the path of the full gradient, has not arrived yet."""
    if theory.shrinks_at_every_update(lane.optimizer):
        return figures["taken"] < figures.get("needed", inf)
    curved = theory.curvatures(race.model.objective)
    slowest = float(theory.contraction(curved[curved > 0], figures["rate"], lane.optimizer).max())
    return slowest ** figures["taken"] > CLOSE


def falling(
    race: Race, course: Course, reason: Reason, figures: dict[str, float], direction: tuple[float, ...]
) -> Verdict:
    """A rate that changes, below the limit in the long run: it may have been above it, or have too small a sum."""
    schedule = course.lane.schedule
    figures = figures | above_until(schedule, limit_of(figures))
    if "until" not in figures:
        figures |= speed(race, schedule)
    if figures["share"] <= CLOSE:
        return Verdict(Claim.ARRIVES, reason, figures, direction)
    kept = kept_for_ever(race, course)
    if kept > FROZEN and figures["share"] <= 1:
        return Verdict(Claim.NOT_THERE, Reason.FREEZES, figures | {"kept": kept}, direction)
    return Verdict(Claim.NOT_THERE, Reason.RATE_WAS_ABOVE if "until" in figures else reason, figures, direction)


def above_until(schedule: Schedule, limit: float) -> dict[str, int]:
    """The update from which on a falling rate is below the limit; nothing where it always is."""
    if float(schedule(0)) < limit:
        return {}
    return {"until": bisect_left(range(theory.LONGEST), True, key=lambda step: float(schedule(step)) < limit)}


def floor(race: Race, lane: Lane, rate: float) -> dict[str, float]:
    """How far above the least loss plain descent stays, drawn with replacement; nothing where it has no floor."""
    height = theory.noise_floor(race.model.objective, rate, lane.size, lane.optimizer)
    return {} if height is None or isinf(height) else {"floor": height}


def speed(race: Race, schedule: Schedule) -> dict[str, float]:
    """Of a schedule that comes to c / t, 2 lambda_min c."""
    if schedule.over_t is None:
        return {}
    curved = theory.curvatures(race.model.objective)
    return {"speed": 2 * float(curved[curved > 0].min()) * float(schedule.over_t)}


def needed(race: Race, lane: Lane, rate: float) -> dict[str, int]:
    """The updates that plain descent on the full gradient needs, and so does the mean over all draws."""
    updates = theory.updates_to_approach(race.model.objective, race.start, rate, CLOSE, lane.optimizer)
    return {} if updates is None else {"needed": updates}


def kept_for_ever(race: Race, course: Course) -> float:
    """The share of the distance that is left for ever: |1 - eta lambda| for every rate, and exp(-lambda sum) for those
    that are still to come, where all of them have a finite sum."""
    total = float(course.lane.schedule.total)
    if isinf(total):
        return 0.0
    objective, made = race.model.objective, course.trace.learning_rate[: course.ended[0], 0]
    curved, errors = theory.curvatures(objective), theory.errors(objective, race.start)
    kept = np.abs(1 - np.outer(made, curved)).prod(0) * np.exp(-curved * max(total - made.sum(), 0.0))
    largest = np.abs(errors).max() or 1.0
    return float(np.linalg.norm(kept * errors / largest) / np.linalg.norm(errors / largest))
