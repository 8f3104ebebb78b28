"""The race at a hundred learning rates at once: every lane, each rate on the batches of the first seed."""

import numpy as np

from gdcore import theory
from pages.lessons.race import words
from pages.lessons.race.looks import looks
from pages.lessons.race.runs import Lane, Race
from pages.shared.teaching.sweep_curves import Curve, Sweep, around, at_the_end, nothing_to_close, parts_of
from pages.shared.words import count, number

WITHOUT_A_LIMIT = 10.0  # times the lane's own rate: around it lie the rates where no limit is known
MOST_UPDATES = 10_000  # of all lanes of a race together, at each rate


def of_race(race: Race) -> Sweep | str:
    """Every lane of a race at every initial rate, each rate on the batches of the first seed."""
    objective = race.phases[-1].objective
    if why_not := nothing_to_close(objective, race.start):
        return why_not
    curved, own = theory.curvatures(race.model.objective), [float(lane.schedule(0)) for lane in race.lanes]
    limits = [
        limit_of(race, lane) or theory.rate_limit(curved, lane.optimizer) or WITHOUT_A_LIMIT * rate
        for lane, rate in zip(race.lanes, own, strict=True)
    ]
    grid, start_gap = around(limits, own), theory.gap(objective, race.start)
    longest = max(race.steps) if race.drifts else MOST_UPDATES // len(race.lanes)  # a stream goes on after its drift
    curves, budgets = [], []
    for course, look, rate, steps in zip(race.courses, looks(race), own, race.steps, strict=True):
        rates = np.append(grid, rate)
        swept = race.at_rates(course.lane, rates, min(steps, longest))
        gaps = parts_of(start_gap, theory.gap(objective, swept.trace.theta))
        needed = swept.below(race.goal)[1]
        limit = limit_of(race, course.lane)
        curves.append(Curve(rates, at_the_end(gaps, swept.trace), needed, course.name, look, limit))
        budgets.append(float(swept.clock[-1] - swept.clock[swept.beginning]))
    achieved_and_stays = (f"the loss {verb}{words.goal_in_words(race)}" for verb in ("", "stays "))
    goal, unit = (race.goal - race.least) / start_gap, words.UNITS[race.clock]
    return Sweep(tuple(curves), unit, max(budgets), goal, *achieved_and_stays, tuple(notes_on(race, longest)))


def notes_on(race: Race, longest: int) -> list[str]:
    """What is to be known of the lanes: which are cut, and what their limits are."""
    cut = [
        f"{course.name} makes only {number(longest)} of its {count(steps, 'update')}"
        for course, steps in zip(race.courses, race.steps, strict=True)
        if steps > longest
    ]
    notes = []
    if cut:
        notes.append(
            f"To be quick, {words.listed(cut)} here: what stays at the goal until then counts as there for good."
        )
    if any(limit_of(race, lane) and race.draws(lane) for lane in race.lanes):
        notes.append("For batches drawn at random, “limit” means the mean-square limit.")
    return notes


def limit_of(race: Race, lane: Lane) -> float | None:
    """The limit that theory claims for a constant rate on all examples, or in the mean square, drawn with replacement.

    For batches in another order none is known.
    """
    objective = race.model.objective
    if race.drifts or not lane.schedule.is_constant:
        return None
    if race.is_exact(lane):
        return theory.rate_limit(theory.curvatures(objective), lane.optimizer)
    if race.order == "replacement":
        return theory.mean_square_limit(objective, lane.size, lane.optimizer)
    return None
