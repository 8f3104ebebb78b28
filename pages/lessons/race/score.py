"""The score: when each lane is below the goal, where it ends, and what that took."""

from collections.abc import Callable
from math import isinf

import numpy as np

from gdcore import theory
from pages.lessons.race.runs import Course, Race
from pages.lessons.race.words import BEYOND, above_the_least, goal_in_words, unit
from pages.shared.words import number, percent


def table(race: Race, rest: bool) -> str:
    """A table: when each lane is below the goal, where it ends, and optionally what that took."""
    middle = ", median" if len(race.seeds) > 1 else ""
    loss = "loss above the least" if race.has_multiples else "loss"
    head = ["lane", f"{goal_in_words(race)}: first{middle}", f"for good{middle}"]
    head += [f"at the last update{middle}: {value}" for value in (loss, "distance to the optimum")]
    head += ["updates", "epochs", "examples", "spread of the loss, last fifth", "bytes for one update"] if rest else []
    rows = [f"| {' | '.join([course.name, *cells(race, course, rest)])} |" for course in race.courses]
    return "\n".join([f"| {' | '.join(head)} |", "|---" * len(head) + "|", *rows])


def cells(race: Race, course: Course, rest: bool) -> list[str]:
    first, good = (reached(race, times) for times in course.below(race.goal))
    texts = [first, good, median_and_range(course.last, lambda loss: final_loss(race, loss)), distances(race, course)]
    if not rest:
        return texts
    updates = course.ended[0]
    examples = course.trace.examples_seen[updates]
    texts += [number(int(updates)), number(examples / race.n_examples, 4), number(int(examples))]
    texts.append(number(course.spread, 2))
    return [*texts, number(bytes_of_an_update(race, course))]


def final_loss(race: Race, loss: float) -> str:
    if isinf(loss):
        return BEYOND
    return above_the_least(race, loss) if race.has_multiples else number(loss, 3)


def reached(race: Race, times: np.ndarray) -> str:
    """The median over the seeds; never, if most never get there."""
    middle = float(np.median(times))
    return "not reached" if isinf(middle) or np.isnan(middle) else unit(race, middle)


def median_and_range(values: np.ndarray, say: Callable[[float], str]) -> str:
    """One run's value, or the median of many with the lowest and the highest."""
    if len(values) == 1:
        return say(float(values[0]))
    return f"{say(float(np.median(values)))} ({say(float(values.min()))} to {say(float(values.max()))})"


def distances(race: Race, course: Course) -> str:
    """How far the runs end from the nearest optimum, as a part of how far they started, if they did not start on it."""
    objective = race.phases[-1].objective
    start = float(theory.distance(objective, race.start))
    ends = theory.distance(objective, course.trace.theta[course.ended, np.arange(course.runs)])
    return (
        median_and_range(ends / start, percent)
        if start
        else median_and_range(ends, lambda distance: number(distance, 3))
    )


def bytes_of_an_update(race: Race, course: Course) -> int:
    """The rows that an update reads, features and target, and the gradient that it makes; eight bytes a number."""
    d = race.model.objective.design.shape[1]
    return 8 * (course.lane.size * (race.model.dataset.features.shape[1] + 1) + d)
