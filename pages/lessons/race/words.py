"""What the race says of its lanes, in numbers: verdicts, the winner, the score, and the claims of an article."""

from collections.abc import Callable, Sequence
from math import inf, isinf

import numpy as np

from gdcore import Constant, replay, theory
from gdcore.batches import Order
from pages.lessons.race.runs import (
    EXAMPLES,
    GOAL,
    MOST_DRAWS,
    MOST_UPDATES,
    PARALLEL,
    TIE,
    UPDATES,
    Budget,
    Course,
    Race,
)
from pages.shared.picture import timeline
from pages.shared.teaching.predict import Answer, Question
from pages.shared.teaching.verdicts import GAP_GOAL
from pages.shared.words import count, number, percent, steady

UNITS = {UPDATES: "update", EXAMPLES: "example", PARALLEL: "round"}
FEW_LANES = 3  # beyond which only the first and the last are named
BEYOND = "beyond the machine’s numbers"


def unit(race: Race, time: float) -> str:
    """A time on the clock of the race: 31 updates, 7,936 examples."""
    return count(round(time), UNITS[race.clock])


def above(race: Race, loss: float) -> str:
    """How far a loss in the end lies above the least one."""
    if isinf(loss):
        return BEYOND
    multiple = loss / race.least if race.has_multiples else inf
    if multiple < GOAL:
        return f"{above_the_least(race, loss)} above the least"
    return number(loss, 3) if isinf(multiple) else f"{number(multiple, 3)} times the least"


def above_the_least(race: Race, loss: float) -> str:
    """The same in per cent; what rounding leaves below the least loss is on it."""
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


def cut(asked: Budget, budget: Budget, sizes: Sequence[int], n: int, order: Order, seeds: int) -> str:
    """Why a race is shorter than its budget."""
    updates = sum(asked.updates(size, n, order) for size in sizes) * seeds
    return (
        f"Budget: {count(asked.amount, asked.unit[:-1])} would be {count(updates, 'update')} of all lanes and seeds "
        f"together. At most {number(MOST_UPDATES)} updates and {number(MOST_DRAWS)} examples a lane are recorded: the "
        f"race ends after {count(budget.amount, budget.unit[:-1])}."
    )


# ---- the update in numbers


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
            refused=False,
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
    said = []
    for course in race.courses:
        inside = race.plane.holds(*course.trace.theta[: course.ended[0] + 1, 0, :2].T)
        if not inside.all():
            said.append(f"{course.name} at update {number(int(inside.argmin()))}")
    return f"Off the picture of the parameters for the first time: {', '.join(said)}." if said else ""


# ---- who is first


def goal_in_words(race: Race) -> str:
    if race.has_multiples:
        return "below twice the least loss"
    return f"within {percent(GAP_GOAL)} of the starting gap"


def arrivals_at_the_goal(race: Race) -> tuple[dict[str, float], list[str]]:
    """When each lane that gets there is first at the goal, a median over the seeds; and who is first or ties for it."""
    times = {course.name: float(np.median(course.below(race.goal)[0])) for course in race.courses}
    arrived = {name: time for name, time in times.items() if not isinf(time)}
    best = min(arrived.values(), default=inf)
    return arrived, [name for name, time in arrived.items() if time <= TIE * best + 1]


def counted_in(race: Race) -> str:
    return f"{'After the drift, counted' if race.drifts else 'Counted'} in {axis(race)}"


def winner(race: Race) -> str:
    """Who reaches the goal first on the chosen clock, ties included."""
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


def listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


# ---- a question


def question(race: Race) -> Question | None:
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
    """Whether lanes with more noise, η / B, end higher: all at constant rates, with one rule, and at the goal once."""
    lanes = [course.lane for course in courses]
    comparable = len({lane.optimizer for lane in lanes}) == 1 and all(
        isinstance(lane.schedule, Constant) and (race.draws(lane) or race.is_exact(lane)) for lane in lanes
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


# ---- the score


def score(race: Race, rest: bool) -> str:
    """A table: when each lane is below the goal, where it ends, and on wish what that took."""
    middle = ", median" if len(race.seeds) > 1 else ""
    loss = "loss above the least" if race.has_multiples else "loss"
    head = ["lane", f"{goal_in_words(race)}: first{middle}", f"for good{middle}"]
    head += [f"at the last update{middle}: {value}" for value in (loss, "distance to the optimum")]
    head += ["updates", "epochs", "examples", "spread of the loss, last fifth", "bytes for one update"] if rest else []
    rows = [f"| {' | '.join([course.name, *cells(race, course, rest)])} |" for course in race.courses]
    return "\n".join([f"| {' | '.join(head)} |", "|---" * len(head) + "|", *rows])


def cells(race: Race, course: Course, rest: bool) -> list[str]:
    first, good = (reached(race, times) for times in course.below(race.goal))
    texts = [first, good, across(course.last, lambda loss: end(race, loss)), distances(race, course)]
    if not rest:
        return texts
    updates = course.ended[0]
    examples = course.trace.examples_seen[updates]
    texts += [number(int(updates)), number(examples / race.n_examples, 4), number(int(examples))]
    texts.append(number(course.spread, 2))
    return [*texts, number(bytes_of_an_update(race, course))]


def end(race: Race, loss: float) -> str:
    if isinf(loss):
        return BEYOND
    return above_the_least(race, loss) if race.has_multiples else number(loss, 3)


def reached(race: Race, times: np.ndarray) -> str:
    """The median over the seeds; never, if most never get there."""
    middle = float(np.median(times))
    return "not reached" if isinf(middle) or np.isnan(middle) else unit(race, middle)


def across(values: np.ndarray, say: Callable[[float], str]) -> str:
    """One run's value, or the median of many with the lowest and the highest."""
    if len(values) == 1:
        return say(float(values[0]))
    return f"{say(float(np.median(values)))} ({say(float(values.min()))} to {say(float(values.max()))})"


def distances(race: Race, course: Course) -> str:
    """How far the runs end from the nearest optimum, as a part of how far they started, if they did not start on it."""
    objective = race.phases[-1].objective
    start = float(theory.distance(objective, race.start))
    ends = theory.distance(objective, course.trace.theta[course.ended, np.arange(course.runs)])
    return across(ends / start, percent) if start else across(ends, lambda distance: number(distance, 3))


def bytes_of_an_update(race: Race, course: Course) -> int:
    """The rows that an update reads, features and target, and the gradient that it makes; eight bytes a number."""
    d = race.model.objective.design.shape[1]
    return 8 * (course.lane.size * (race.model.dataset.features.shape[1] + 1) + d)
