"""What is claimed of a lane of the race: which theory holds for it, and how far it has come.

Which theory holds depends on the order of the examples, and none is borrowed from another order:

    every update on all examples   the limit of the rule, 2 / lambda_max for plain descent
    drawn with replacement         the mean-square limit of the rule: a statement about the mean over all draws. Above
                                   it single runs without noise may still arrive, so there nothing is claimed
    fixed order                    what one epoch multiplies the error by
    reshuffled                     below one rate no batch can lengthen the error; above it no closed form is known
    momentum otherwise             on batches in another order, or with a falling rate, no closed form is known

Figures besides those of `verdicts`, where a claim compares them:
    share, end     means over the last fifth of the updates, of all seeds
    rate, last     the rates of the first and of the last update
    loss, least    the mean loss over the last fifth and the least possible one
    limit, mean_square_limit, steady_limit   the limit of the theory that holds: one of these three
    floor          how far above the least loss the same lane would stay if it were drawn with replacement, from theory
    speed          of a 1/t schedule: the power of t with which the mean squared error falls, at most 1 with noise
    epoch          what an epoch in fixed order multiplies the error by
    until          the update from which on a falling rate is below the limit
    kept           the share of its error that the flattest direction keeps for ever, for the rates have a finite sum
    left           seeds that have left the range of numbers
"""

from collections.abc import Mapping
from math import ceil, exp, inf, isinf, log

import numpy as np

from gdcore import GradientDescent, InverseTime, theory
from gdcore.schedules import Schedule
from pages.shared.race_runs import Course, Lane, Race
from pages.shared.verdicts import CLOSE, Claim, Reason, Verdict, distances, holding_up, in_theory, place, standing

LIMITS = ("limit", "mean_square_limit", "steady_limit")
FROZEN = 0.05  # share of the error along the flattest direction: a schedule that keeps more for ever has frozen


def of_lane(race: Race, course: Course) -> Verdict:
    """Theory first; where the rate is below its limit, what was measured decides whether the lane has arrived."""
    lane, figures = course.lane, rates(course)
    if race.drifts:
        return Verdict(Claim.ON_A_STREAM, Reason.DRIFT, figures)
    if course.left:
        return Verdict(Claim.DIVERGES, Reason.LEFT_THE_NUMBERS, figures | {"left": course.left})
    figures |= measured(race, course)
    if in_theory(race.model.objective, race.start, figures["rate"]) is Claim.STANDS_STILL and not is_noisy(race, lane):
        return Verdict(Claim.STANDS_STILL, standing(race.model.objective), figures)
    if not has_theory(race, lane):
        return Verdict(Claim.MEASURED, Reason.NO_CLOSED_FORM, figures)
    claim, reason, compared = judged_by(race, lane, figures["last"])
    figures |= compared
    if claim is Claim.HELD and figures["share"] > 1:
        return Verdict(Claim.DIVERGES, Reason.ROUNDING, figures)
    if claim is not None:
        return Verdict(claim, reason, figures)
    return below_the_limit(race, course, reason, figures)


def rates(course: Course) -> dict[str, float]:
    """The rates of the first and of the last update, and how many there were."""
    made = course.trace.learning_rate[: course.ended[0], 0]
    first = float(course.lane.schedule(0))
    return {"rate": first, "last": float(made[-1]) if len(made) else first, "taken": int(course.ended[0])}


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


def is_noisy(race: Race, lane: Lane) -> bool:
    """Whether the gradients of the lane's batches disagree at the optimum."""
    return not race.is_exact(lane) and race.model.floor > 0


def has_theory(race: Race, lane: Lane) -> bool:
    """A linear rule has closed forms for a constant rate: on all examples, and for batches drawn with replacement."""
    if isinstance(lane.optimizer, GradientDescent):
        return True
    if theory.rate_limit(theory.curvatures(race.model.objective), lane.optimizer) is None:
        return False
    return lane.schedule.is_constant and (race.is_exact(lane) or race.order == "replacement")


def judged_by(race: Race, lane: Lane, rate: float) -> tuple[Claim | None, Reason, dict[str, float]]:
    """What theory claims of a lane that keeps this rate, why, and what it compares; None for below the limit."""
    objective = race.model.objective
    if race.is_exact(lane):
        limit = theory.rate_limit(theory.curvatures(objective), lane.optimizer)
        reason = {"below": Reason.BELOW_THE_LIMIT, "at": Reason.AT_THE_LIMIT, "above": Reason.ABOVE_THE_LIMIT}
        claim = in_theory(objective, race.start, rate, lane.optimizer)
        return claim, reason[place(rate, limit)], {"limit": limit}
    if race.order == "replacement":
        limit = theory.mean_square_limit(objective, lane.size, lane.optimizer)
        above = Claim.UNSTABLE if is_noisy(race, lane) else Claim.MEASURED
        return (None if rate < limit else above), Reason.MEAN_SQUARE, {"mean_square_limit": limit}
    steady = {"steady_limit": theory.steady_limit(objective, lane.size)}
    if rate < steady["steady_limit"]:
        return None, Reason.ANY_ORDER, steady
    if race.order == "reshuffled":
        return Claim.MEASURED, Reason.ANY_ORDER, steady
    epoch = theory.epoch_factor(objective, lane.size, rate)
    claim = None if epoch < 1 else Claim.DIVERGES
    too_close = abs(epoch - 1) <= theory.ROUNDING * race.n_examples
    return Claim.MEASURED if too_close else claim, Reason.EPOCH_FACTOR, steady | {"epoch": epoch}


def limit_of(figures: Mapping[str, float]) -> float:
    """The limit of the theory that holds for a lane."""
    return next(figures[name] for name in LIMITS if name in figures)


def below_the_limit(race: Race, course: Course, reason: Reason, figures: dict[str, float]) -> Verdict:
    """The lane approaches the optimum, or jitters around it: has it arrived?"""
    lane, objective = course.lane, race.model.objective
    errors = np.abs(theory.errors(objective, late(course))).mean((0, 1))
    held_up, direction = holding_up(objective, errors, figures["last"], lane.optimizer)
    if is_noisy(race, lane) and lane.schedule.last > 0:
        return jittering(race, lane, reason, figures, direction)
    if figures["share"] <= CLOSE:
        return Verdict(Claim.ARRIVES, reason, figures | speed(race, lane.schedule), direction)
    if lane.schedule.is_constant:
        return Verdict(Claim.NOT_THERE, reason, figures | held_up | needed(race, lane, figures), direction)
    figures = figures | speed(race, lane.schedule)
    kept = kept_for_ever(race, lane.schedule)
    if kept > FROZEN and figures["share"] <= 1:
        return Verdict(Claim.NOT_THERE, Reason.FREEZES, figures | {"kept": kept}, direction)
    was_above = np.flatnonzero(course.trace.learning_rate[: course.ended[0], 0] >= limit_of(figures))
    if len(was_above):
        figures["until"] = int(was_above[-1]) + 1
    return Verdict(Claim.NOT_THERE, Reason.RATE_WAS_ABOVE if len(was_above) else reason, figures, direction)


def jittering(
    race: Race, lane: Lane, reason: Reason, figures: dict[str, float], direction: tuple[float, ...]
) -> Verdict:
    """With noise and a rate that stays above 0 it jitters for ever, once the mean over all draws has arrived."""
    if not lane.schedule.is_constant:
        return Verdict(Claim.JITTERS, Reason.NOISE, figures, direction)
    figures = figures | floor(race, lane, figures["rate"]) | needed(race, lane, figures)
    on_its_way = figures["taken"] < figures.get("needed", inf)
    return Verdict(
        Claim.NOT_THERE if on_its_way else Claim.JITTERS, reason if on_its_way else Reason.NOISE, figures, direction
    )


def floor(race: Race, lane: Lane, rate: float) -> dict[str, float]:
    """How far above the least loss plain descent stays, drawn with replacement; nothing where it has no floor."""
    if not isinstance(lane.optimizer, GradientDescent):
        return {}
    height = theory.noise_floor(race.model.objective, rate, lane.size)
    return {} if isinf(height) else {"floor": height}


def speed(race: Race, schedule: Schedule) -> dict[str, float]:
    """Of a 1/t schedule: above 1 the mean squared error falls like 1/t, below it like t to this power, less."""
    if not (isinstance(schedule, InverseTime) and schedule.decay > 0):
        return {}
    curved = theory.curvatures(race.model.objective)
    return {"speed": 2 * float(curved[curved > 0].min()) * float(schedule.initial) / schedule.decay}


def needed(race: Race, lane: Lane, figures: dict[str, float]) -> dict[str, int]:
    """The updates that the mean over all draws needs at this rate, which is descent on the full gradient.

    With momentum: those of the slowest direction, from its factor in the long run.
    """
    objective, rate = race.model.objective, figures["rate"]
    if isinstance(lane.optimizer, GradientDescent):
        updates = theory.updates_to_approach(objective, race.start, rate, CLOSE)
        return {} if updates is None else {"needed": updates}
    curved = theory.curvatures(objective)
    slowest = float(theory.contraction(curved[curved > 0], rate, lane.optimizer).max())
    return {"needed": ceil(log(CLOSE) / log(slowest))} if 0 < slowest < 1 else {}


def kept_for_ever(race: Race, schedule: Schedule) -> float:
    """The share of its error that the flattest direction keeps: where all rates have a finite sum, exp(-lambda sum)."""
    curved = theory.curvatures(race.model.objective)
    total = float(schedule.total)
    return 0.0 if isinf(total) else exp(-float(curved[curved > 0].min()) * total)
