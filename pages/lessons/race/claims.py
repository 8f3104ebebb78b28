"""What an article claims of batch, mini-batch and stochastic descent, beside what the race on the screen measures."""

from math import inf, isinf

import numpy as np

from pages.lessons.race.runs import Course, Race
from pages.lessons.race.score import bytes_of_an_update
from pages.lessons.race.words import above, goal_in_words
from pages.shared.words import count, number, percent


def table(race: Race) -> str:
    """Each claim, what this run says of it, and what we would add."""
    rows = [
        (
            "Batch descent is slow per update and heavy in memory.",
            work(race),
            "It needs all examples in memory only if it is programmed so: gradients can be added up piece by piece.",
        ),
        (
            "Stochastic descent is fast, light and unstable.",
            pace(race),
            "Fast, counted in examples. The instability comes from noise in the targets, and grows with the rate.",
        ),
        (
            "With a decreasing rate it reaches what batch reaches.",
            arrivals(race),
            "It gets there, but in more updates than batch; and if its rates fall too fast, it freezes on the way.",
        ),
        ("Mini-batch is the best of both.", between(race), "It reduces the instability but does not remove it."),
        (
            "Stochastic descent is unstable by nature.",
            without_noise(race),
            "Where one line fits all examples exactly, every gradient is 0 there: nothing is left to shake it.",
        ),
        (
            "Online learning follows data that keep arriving.",
            online(race),
            "Only with a rate that does not fall to 0.",
        ),
    ]
    head = ["| the article says | this race says | what we would add |", "|---|---|---|"]
    return "\n".join([*head, *(f"| {' | '.join(row)} |" for row in rows)])


def lane_of(race: Race, *, smallest: bool) -> Course:
    """The lane with the smallest or the largest batches; the first, among equals."""
    return (min if smallest else max)(race.courses, key=lambda course: course.lane.size)


def work(race: Race) -> str:
    each = [
        f"{c.name}: {count(c.lane.size, 'example')}, {number(bytes_of_an_update(race, c))} bytes" for c in race.courses
    ]
    return "For one update: " + "; ".join(each) + "."


def pace(race: Race) -> str:
    small, large = lane_of(race, smallest=True), lane_of(race, smallest=False)
    if small.lane.size == large.lane.size:
        return "All lanes have the same batch size here."
    said = []
    for course in (small, large):
        examples = float(np.median(course.below(race.goal, course.trace.examples_seen)[0]))
        seen = "never" if isinf(examples) else f"after {count(round(examples), 'example')}"
        said.append(f"{course.name}: {goal_in_words(race)} {seen}, {percent(climbing(course))} of its updates go up")
    return "; ".join(said) + "."


def climbing(course: Course) -> float:
    """The share of updates that raise the loss, after the first fifth."""
    later = course.marked[len(course.marked) // 5 :]
    return float(np.mean(later[1:] > later[:-1])) if len(later) > 1 else 0.0


def arrivals(race: Race) -> str:
    falling = [c for c in race.courses if c.lane.schedule.last < c.lane.schedule.initial]
    if not falling:
        return "No rate falls in this race: see the scene “Decay rescues stochastic descent”."
    ends = [f"{course.name}, falling rate: ends {above(race, float(np.median(course.last)))}" for course in falling]
    return f"At the last update{', median of the seeds' if len(race.seeds) > 1 else ''}: {'; '.join(ends)}."


def between(race: Race) -> str:
    said = [f"{c.name} {number(c.spread, 2)}" for c in race.courses]
    return "Spread of the loss over the last fifth: " + ", ".join(said) + "."


def without_noise(race: Race) -> str:
    if race.phases[-1].floor > 0:
        return f"Here the lowest loss is {number(race.phases[-1].floor, 3)}: see the scene “No noise, no instability”."
    small = lane_of(race, smallest=True)
    return f"Without noise {small.name} ends at a loss of {number(float(np.median(small.last)), 2)}."


def online(race: Race) -> str:
    if not race.drifts:
        return "The data stay the same here: see the scene “The stream drifts”."
    means = [(course.name, inf if course.overflows else float(np.mean(course.last_fifth))) for course in race.courses]
    each = [f"{name} ends {above(race, mean)}" for name, mean in means]
    return "After the drift " + ", ".join(each) + " (mean of the last fifth)."
