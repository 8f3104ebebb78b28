"""Who is first at the goal of a race, on its clock."""

from math import inf, isinf

import numpy as np

from pages.lessons.race.runs import Race
from pages.lessons.race.words import capitalised, counted_in, goal_in_words, listed, unit
from pages.shared.words import number

TIE = 1.25  # times as late as the first is still called a tie
FEW_LANES = 3  # beyond which only the first and the last are named


def arrivals_at_the_goal(race: Race) -> tuple[dict[str, float], list[str]]:
    """When each lane that gets there is first at the goal, a median over the seeds; and who is first or ties for it."""
    times = {course.name: float(np.median(course.below(race.goal)[0])) for course in race.courses}
    arrived = {name: time for name, time in times.items() if not isinf(time)}
    best = min(arrived.values(), default=inf)
    return arrived, [name for name, time in arrived.items() if time <= TIE * best + 1]


def plain(race: Race) -> str:
    """Who is first, as a commentator would say it: one sentence, one number."""
    arrived, tied = arrivals_at_the_goal(race)
    if not arrived:
        return f"No lane comes {goal_in_words(race)}."
    time = unit(race, min(arrived.values()))
    after = f"{time} after the drift" if race.drifts else f"after {time}"
    if len(race.courses) == 1:
        return f"{capitalised(tied[0])} is {goal_in_words(race)} {after}."
    if len(tied) == len(race.courses):
        return f"It is a tie: all lanes are there {after}."
    if len(tied) > 1:
        who = listed(tied) if len(tied) == 2 else "several lanes"
        return f"{capitalised(who)} tie for first place, {after}."
    (first,) = (course for course in race.courses if course.name in tied)
    leaves = ", but does not stay there" if isinf(float(np.median(first.below(race.goal)[1]))) else ""
    return f"{capitalised(first.name)} is first, {after}{leaves}."


def sentence(race: Race) -> str:
    """Who reaches the goal first on the chosen clock, ties included, and by how much."""
    arrived, tied = arrivals_at_the_goal(race)
    counted = counted_in(race)
    if not arrived:
        return f"{counted}, no lane comes {goal_in_words(race)}."
    best = min(arrived.values())
    medians = " (medians of the seeds)" if len(race.seeds) > 1 else ""
    if len(tied) == len(race.courses) > 1:
        return f"{counted}, it is **a tie**: all are {goal_in_words(race)} after about {unit(race, best)}{medians}."
    first = f"**{tied[0]}** is first" if len(tied) == 1 else f"{listed(tied)} **tie** for first place"
    stays = {course.name: float(np.median(course.below(race.goal)[1])) for course in race.courses}
    leaves = ", and does not stay there" if len(tied) == 1 and isinf(stays[tied[0]]) else ""
    later = sorted((time, name) for name, time in arrived.items() if name not in tied)
    takes = "needs {1}" if best == 0 else "takes {0} times as long"  # a lane may be there from the beginning
    others = [
        f"{name} {takes.format(number(time / best, 3) if best else '', unit(race, time))}" for time, name in later
    ]
    others = others if len(race.lanes) <= FEW_LANES else others[-1:]
    others += [f"{course.name} never gets there" for course in race.courses if course.name not in arrived]
    told = "; ".join([f"{first}: {goal_in_words(race)} after {unit(race, best)}{leaves}", *others])
    return f"{counted}, {told}{medians}."
