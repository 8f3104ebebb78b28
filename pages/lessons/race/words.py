"""What the race says of itself in numbers: times, losses, its budget, and the update written out."""

from collections.abc import Sequence
from math import inf, isinf

import numpy as np

from gdcore import replay
from gdcore.batches import Order
from pages.lessons.race.budget import MOST_DRAWS, MOST_ONE_BY_ONE, MOST_UPDATES, Budget
from pages.lessons.race.pictures import plane_of
from pages.lessons.race.runs import EXAMPLES, GOAL, PARALLEL, UPDATES, Race
from pages.shared.picture import timeline
from pages.shared.teaching.verdicts import GAP_GOAL
from pages.shared.words import count, number, percent, steady

UNITS = {UPDATES: "update", EXAMPLES: "example", PARALLEL: "round"}
BEYOND = "too large to compute"


def unit(race: Race, time: float) -> str:
    """A time on the clock of the race: 31 updates, 7,936 examples."""
    return count(round(time), UNITS[race.clock])


def above(race: Race, loss: float) -> str:
    """How far a loss in the end lies above the lowest one."""
    if isinf(loss):
        return BEYOND
    multiple = loss / race.least if race.has_multiples else inf
    if multiple < GOAL:
        return f"{above_the_least(race, loss)} above the lowest"
    return number(loss, 3) if isinf(multiple) else f"{number(multiple, 3)} times the lowest"


def above_the_least(race: Race, loss: float) -> str:
    """The same in per cent; what rounding leaves below the lowest loss is on it."""
    return percent(max(loss / race.least - 1, 0.0))


def axis(race: Race) -> str:
    """The title of the clock's axis."""
    return {
        UPDATES: "updates",
        EXAMPLES: "examples seen",
        PARALLEL: f"rounds of {count(race.workers, 'worker')}",
    }[race.clock]


def recorded(race: Race) -> str:
    """How near the race is to the most that can be recorded."""
    updates = sum(race.steps) * len(race.seeds)
    return f"{number(updates)} of at most {number(MOST_UPDATES)} updates are recorded."


def cut(
    asked: Budget, budget: Budget, sizes: Sequence[int], n: int, order: Order, seeds: int, slow: Sequence[str]
) -> str:
    """Why a race is shorter than its budget. slow: the rules whose updates are made one by one."""
    updates = sum(asked.updates(size, n, order) for size in sizes) * seeds
    most = number(MOST_ONE_BY_ONE) + (" for each seed" if seeds > 1 else "")
    longer = f"Updates of {listed(slow)} take longer: of these at most {most} are made. " if slow else ""
    return (
        f"Budget: {count(asked.amount, asked.unit[:-1])} would be {count(updates, 'update')} of all lanes and seeds "
        f"together. {longer}At most {number(MOST_UPDATES)} updates and {number(MOST_DRAWS)} examples a lane are "
        f"recorded: the race ends after {count(budget.amount, budget.unit[:-1])}."
    )


def keeps_its_rate(race: Race, lane: int) -> str:
    """Why a lane does not have its best rate."""
    racer = race.lanes[lane - 1]
    rate = number(float(racer.schedule.initial))
    return f"No best rate is known for {racer.optimizer.name}: lane {lane} keeps a rate of its own, {rate}."


# ---- the update in numbers


def bar(race: Race, lane: int) -> timeline.Bar:
    """The updates of one lane in numbers, at every frame of the race."""
    course = race.courses[lane]
    end = f"The last update of {course.name}."
    if not course.ended[0]:
        end = f"No update of {course.name} was made: its loss would be too large for the computer’s numbers."
    return timeline.Bar(race.times, rules(race, lane), end, UNITS[race.clock], waiting(race), made(race))


def made(race: Race) -> np.ndarray:
    """The updates at every frame of the lane that makes most of them; of another one when that has ended."""
    return np.append(0, np.diff(race.standing()).max(axis=0).cumsum())


def waiting(race: Race) -> list[str]:
    """Which lanes still look at the examples of their first update, at every frame but the first."""
    courses = [course for course in race.courses if course.ended[0]]

    def still(time: int) -> str:
        wait = [course for course in courses if 0 < time < course.clock[1]]
        if not wait:
            return ""
        names = listed([course.name for course in wait]) if len(wait) < 3 else f"{len(wait)} lanes"
        sizes = listed(list(dict.fromkeys(number(course.lane.size) for course in wait)))
        return f"{names} {'waits for its' if len(wait) == 1 else 'wait for their'} first {sizes} examples"

    return [still(time) for time in race.times.tolist()]


def rules(race: Race, lane: int) -> list[timeline.Rule]:
    """new = old − rate × direction of one lane, in the numbers of every frame."""
    course = race.courses[lane]
    at = race.standing()[lane]
    last = course.ended[0] - 1
    if last < 0:
        return []  # the first update already leaves the range of numbers
    taken = np.minimum(at, last)  # out of its last row no batch is drawn: the update that led there stays
    theta, rates = course.trace.theta[:, 0], course.trace.learning_rate[:, 0]
    gradients = course.trace.gradient[: last + 1, 0]
    directions = replay(race.model.objective, theta[0], course.lane.optimizer, gradients).direction
    rate = [number(value, 5) for value in rates[taken].tolist()]
    return [
        timeline.Rule(
            name,
            [steady(value) for value in theta[taken, i].tolist()],
            rate,
            [steady(value) for value in directions[taken, i].tolist()],
            [steady(value) for value in theta[taken + 1, i].tolist()],
            indexed=False,
        )
        for i, name in enumerate(race.model.names)
    ]


def steps(race: Race, lane: int) -> dict[str, np.ndarray]:
    """Every update of one lane's marked run, for a table."""
    course = race.courses[lane]
    rows = slice(0, course.ended[0] + 1)
    columns = {"update": np.arange(course.ended[0] + 1), "examples seen": course.trace.examples_seen[rows]}
    if race.drifts:
        columns |= {"loss on the half that arrives": course.marked, "loss on all examples": course.trace.value[rows, 0]}
    else:
        columns |= {"loss": course.marked}
    for i, name in enumerate(race.model.names):
        gradient = np.append(course.trace.gradient[: course.ended[0], 0, i], np.nan)
        columns |= {name: course.trace.theta[rows, 0, i], f"gradient {name}": gradient}
    return columns | {"rate": np.append(course.trace.learning_rate[: course.ended[0], 0], np.nan)}


def off_the_picture(race: Race) -> str:
    """When the marked run of each lane first leaves the picture of the parameters, if it does."""
    said, plane = [], plane_of(race)
    for course in race.courses:
        inside = plane.holds(*course.trace.theta[: course.ended[0] + 1, 0, :2].T)
        if not inside.all():
            said.append(f"{course.name} at update {number(int(inside.argmin()))}")
    return f"Leaves the parameter plot for the first time: {', '.join(said)}." if said else ""


# ---- the goal


def goal_in_words(race: Race) -> str:
    if race.has_multiples:
        return "below twice the lowest loss"
    return f"within {percent(GAP_GOAL)} of the starting gap"


def counted_in(race: Race) -> str:
    return f"{'After the drift, counted' if race.drifts else 'Counted'} in {axis(race)}"


def capitalised(name: str) -> str:
    """A name at the beginning of a sentence."""
    return name[0].upper() + name[1:]


def listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
