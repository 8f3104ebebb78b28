"""What is asked before a race, the answers to choose from, and why one of them is right."""

from collections.abc import Sequence
from math import inf, isinf

import numpy as np

from pages.lessons.race.runs import EXAMPLES, PARALLEL, Course, Race
from pages.lessons.race.winner import arrivals_at_the_goal
from pages.lessons.race.words import above, counted_in, goal_in_words, listed, unit
from pages.shared.teaching.predict import Answer, Question
from pages.shared.words import number


def of_race(race: Race) -> Question | None:
    """Who is first? Nothing to ask of a single lane, or where no lane gets there."""
    arrived, tied = arrivals_at_the_goal(race)
    if not arrived or len(race.courses) == 1:
        return None
    names = [course.name for course in race.courses]
    answers = [Answer(f"{c.name[0].upper()}{c.name[1:]}, clearly", *belief(race, c)) for c in race.courses]
    answers.append(Answer("About a tie", needs="lanes that are near the goal at about the same time"))
    right = len(names) if len(tied) > 1 else names.index(tied[0])
    times = listed([f"{name} after {unit(race, time)}" for name, time in arrived.items()])
    if race.clock != EXAMPLES:
        times += f" (counted in examples: {listed(examples_at_the_goal(race))})"
    times += " (medians of the seeds)" if len(race.seeds) > 1 else ""
    why = f"{times[0].upper()}{times[1:]}: {meaning(race, len(arrived), len(tied))}. {at_the_last_update(race)}".strip()
    return Question(f"{counted_in(race)}, who is first {goal_in_words(race)}?", tuple(answers), right, why)


def examples_at_the_goal(race: Race) -> list[str]:
    """How many examples each lane that gets there has seen by then, a median over the seeds."""
    seen = [float(np.median(course.below(race.goal, course.trace.examples_seen)[0])) for course in race.courses]
    return [number(round(examples)) for examples in seen if not isinf(examples)]


def meaning(race: Race, arrived: int, tied: int) -> str:
    """What the clock makes of the lanes, of which so many get to the goal and so many tie for it."""
    lanes = len(race.lanes)
    only_sizes_differ = len({(lane.schedule, lane.optimizer) for lane in race.lanes}) == 1
    alike = only_sizes_differ and len({lane.size for lane in race.lanes}) > 1 and arrived == lanes
    alike = alike and race.lanes[0].optimizer.linear  # the mean of directions is the direction of the mean
    if race.clock == PARALLEL:
        return "batches up to the number of workers cost one round each, larger ones several"
    if race.clock == EXAMPLES:
        costs = "an update costs as many examples as its batch has"
        return f"{costs}, and of a large one it moves about as far as of a single example" if alike else costs
    if alike and tied == lanes:
        return "on average lanes of one rate move nearly alike at every update; the batch size changes the noise"
    return "every update counts the same, however many examples it looks at"


def at_the_last_update(race: Race) -> str:
    """Who ends lowest, and why if it is noise that puts the lanes in their order. Nothing where all have left."""
    ends = {course.name: float(np.median(course.last)) for course in race.courses}
    said = {name: above(race, end) for name, end in ends.items()}
    lowest = min(ends, key=lambda name: ends[name])
    if isinf(ends[lowest]):
        return ""
    alike = [name for name in ends if said[name] == said[lowest]]
    begin = "At the last update" + (" (medians)" if len(race.seeds) > 1 else "")
    if len(alike) == len(ends):
        return f"{begin} all are {said[lowest]}."
    told = f"{begin} {listed(alike)} {'is' if len(alike) == 1 else 'are'} lowest, {said[lowest]}"
    if noise_orders_the_ends(race, race.courses):
        return f"{told}: what noise leaves grows with η / B."
    if noise_orders_the_ends(race, [course for course in race.courses if race.draws(course.lane)]):
        return f"{told}; among the lanes with noise, what it leaves grows with η / B."
    return f"{told}."


def noise_orders_the_ends(race: Race, courses: Sequence[Course]) -> bool:
    """Whether lanes with more noise, η / B, end higher: at constant rates, with one linear rule, once at the goal."""
    lanes = [course.lane for course in courses]
    comparable = len({lane.optimizer for lane in lanes}) == 1 and all(
        lane.schedule.is_constant and lane.optimizer.linear and (race.draws(lane) or race.is_exact(lane))
        for lane in lanes
    )
    if race.drifts or race.least == 0 or not comparable:
        return False
    noise = [0.0 if race.is_exact(lane) else float(lane.schedule(0)) / lane.size for lane in lanes]
    ends = [float(np.median(course.last)) for course in courses]
    there = [float(np.median(course.below(race.goal)[0])) for course in courses]
    pairs = list(zip(noise, ends, strict=True))
    in_order = all(low < high for less, low in pairs for more, high in pairs if less < more)
    return in_order and min(noise) < max(noise) and max(*ends, *there) < inf


def belief(race: Race, course: Course) -> tuple[str, str]:
    """What somebody believes who bets on this lane, and what would make it right."""
    if course.lane.size == 1:
        return "stochastic descent is always fastest", "a clock on which a small batch costs less, or another rate"
    if course.lane.size == race.n_examples:
        return "the exact gradient is faster", "a larger rate for it than for the others"
    return "mini-batch is the best of both, always", "a clock on which this batch size costs least, or another rate"
