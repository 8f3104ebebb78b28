"""A race of several lanes: what is run, and what each lane did.

A lane is a batch size with a schedule and a rule. All lanes see the same data from the same start; those that draw
examples have one run per seed. The race is held on one clock, and each frame of the timeline is a time on that clock:
every lane stands where its last update before that time has taken it.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from gdcore import Batches, Constant, GradientDescent, Outcome, Trace, descend
from gdcore.batches import Order
from gdcore.optimizers import Optimizer
from gdcore.schedules import Schedule
from pages.shared.data.regression import Model
from pages.shared.picture.columns import frames
from pages.shared.teaching.verdicts import GAP_GOAL  # the goal where the least loss is 0 and has no multiple

UPDATES, EXAMPLES, PARALLEL = CLOCKS = ("updates", "examples seen", "parallel time")
GOAL = 2.0  # times the least loss
UNSAID = (GradientDescent.name, Constant.name)  # in the name of a lane, which says what sets it apart


@dataclass(frozen=True)
class Lane:
    """One of the racers. The rate is the schedule's."""

    size: int
    schedule: Schedule
    optimizer: Optimizer = GradientDescent()

    def name(self, n_examples: int) -> str:
        """What the batch size makes of it, and what else sets it apart: stochastic (momentum, 1/t)."""
        kind = "stochastic" if self.size == 1 else f"mini-batch {self.size}"
        extras = ", ".join(name for name in (self.optimizer.name, self.schedule.name) if name not in UNSAID)
        return ("batch" if self.size == n_examples else kind) + (f" ({extras})" if extras else "")


@dataclass(frozen=True, eq=False)
class Course:
    """What one lane did: one run per seed, or a single one where nothing is left to chance."""

    lane: Lane
    name: str
    trace: Trace  # with a runs axis; the first run is the marked one
    loss: np.ndarray  # (T + 1, runs)
    clock: np.ndarray  # (T + 1,)
    beginning: int = 0  # the update at which the data that count begin

    @property
    def runs(self) -> int:
        return self.loss.shape[1]

    @cached_property
    def marked(self) -> np.ndarray:
        """The losses of the marked run."""
        return self.loss[: self.ended[0] + 1, 0]

    @cached_property
    def ended(self) -> np.ndarray:
        """Updates that each run made, (runs,)."""
        return np.asarray(self.trace.steps_taken)

    @property
    def overflows(self) -> int:
        """How many runs left the range of the machine's numbers."""
        return sum(outcome is Outcome.NOT_FINITE for outcome in self.trace.outcome)

    @cached_property
    def last(self) -> np.ndarray:
        """The loss at the end of each run, infinite for those that left the range of numbers."""
        ends = self.loss[self.ended, np.arange(self.runs)]
        return np.where([outcome is Outcome.NOT_FINITE for outcome in self.trace.outcome], np.inf, ends)

    @cached_property
    def spread(self) -> float:
        """The standard deviation of the loss over the last fifth, a mean over the seeds."""
        with np.errstate(over="ignore", invalid="ignore"):
            return float(np.std(self.last_fifth, axis=0).mean())

    @cached_property
    def last_fifth(self) -> np.ndarray:
        """The losses of the last fifth of the updates, (t, runs)."""
        return self.loss[len(self.loss) - 1 - (len(self.loss) - 1) // 5 :]

    def below(self, goal: float, clock: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """How long it takes the loss of each run to be below the goal, first and for good; infinite for never.

        Told on the clock of the race, or on another one, (T + 1,).
        """
        if self.beginning >= len(self.loss):  # every run has left the range of numbers before
            return np.full(self.runs, np.inf), np.full(self.runs, np.inf)
        clock = self.clock if clock is None else clock
        loss, clock = self.loss[self.beginning :], clock[self.beginning :] - clock[self.beginning]
        with np.errstate(invalid="ignore"):
            under = loss < goal  # False beyond the end of a run
        above = ~under & (np.arange(len(loss))[:, None] <= self.ended - self.beginning)
        first = np.where(under.any(0), clock[under.argmax(0)], np.inf)
        last_above = len(above) - 1 - above[::-1].argmax(0)
        for_good = np.where(above.any(0), last_above + 1, 0)
        stays = for_good <= self.ended - self.beginning
        return first, np.where(stays, clock[np.minimum(for_good, len(clock) - 1)], np.inf)

    def at(self, times: np.ndarray) -> np.ndarray:
        """The update at which the marked run stands at these times."""
        return np.minimum(np.searchsorted(self.clock, times, side="right") - 1, self.ended[0])


@dataclass(frozen=True, eq=False)
class Race:
    """Lanes on the same data from the same start.

    drifts: the data are a stream whose second half follows another law; the loss is then that on the half that is
    arriving.
    """

    model: Model
    lanes: tuple[Lane, ...]
    start: np.ndarray
    steps: tuple[int, ...]  # updates of each lane
    order: Order = "reshuffled"
    seeds: tuple[int, ...] = (0,)
    clock: str = EXAMPLES
    workers: int = 32
    drifts: bool = False

    @property
    def n_examples(self) -> int:
        return self.model.objective.n_examples

    @cached_property
    def phases(self) -> tuple[Model, ...]:
        """The laws that the data follow, one after the other."""
        if not self.drifts:
            return (self.model,)
        data, half = self.model.dataset, self.n_examples // 2
        parts = (slice(None, half), slice(half, None))
        return tuple(Model(data._replace(features=data.features[p], targets=data.targets[p])) for p in parts)

    @property
    def least(self) -> float:
        """The least loss that a line has on the data that count in the end."""
        return self.phases[-1].floor

    @cached_property
    def has_multiples(self) -> bool:
        """Whether the loss can be given as a multiple of the least loss."""
        return all(phase.floor > 0 for phase in self.phases)

    def multiples(self, course: Course) -> np.ndarray:
        """The loss divided by the least loss on the data that count at the time, (T + 1, runs)."""
        before = np.arange(len(course.loss)) < course.beginning
        least = np.where(before, self.phases[0].floor, self.least)
        with np.errstate(over="ignore"):  # a loss near the end of the machine's numbers has no multiple
            return course.loss / least[:, None]

    @cached_property
    def goal(self) -> float:
        """The loss below which a lane has to come."""
        if self.has_multiples:
            return GOAL * self.least
        return self.least + GAP_GOAL * (float(self.phases[0].objective.value(self.start)) - self.least)

    @cached_property
    def courses(self) -> tuple[Course, ...]:
        courses = [
            self._course(lane, steps, self.seeds if self.draws(lane) else self.seeds[:1])
            for lane, steps in zip(self.lanes, self.steps, strict=True)
        ]
        names = [course.name for course in courses]
        return tuple(
            replace(course, name=f"{name} (lane {lane})") if names.count(name) > 1 else course
            for lane, (name, course) in enumerate(zip(names, courses, strict=True), 1)
        )

    def at_rates(self, lane: Lane, rates: np.ndarray, steps: int) -> Course:
        """The lane at many initial rates, one run each, all on the batches of the first seed."""
        return self._course(replace(lane, schedule=beginning_with(lane.schedule, rates)), steps, self.seeds[0])

    def _course(self, lane: Lane, steps: int, seeds: int | tuple[int, ...]) -> Course:
        batches = Batches(lane.size, seeds, self.order)
        trace = descend(self.model.objective, self.start, lane.optimizer, lane.schedule, steps, batches=batches)
        sizes = np.diff(trace.examples_seen)
        ticks = {UPDATES: np.ones_like(sizes), EXAMPLES: sizes, PARALLEL: -(-sizes // self.workers)}[self.clock]
        clock = np.concatenate([[0], ticks.cumsum()])
        drifted = int(np.searchsorted(trace.examples_seen, self.n_examples // 2)) if self.drifts else 0
        return Course(lane, lane.name(self.n_examples), trace, self._loss(trace), clock, drifted)

    def draws(self, lane: Lane) -> bool:
        """Whether this lane is random: whether its batches are drawn by chance."""
        return self.order == "replacement" or (self.order == "reshuffled" and lane.size < self.n_examples)

    def is_exact(self, lane: Lane) -> bool:
        """Whether every update of this lane follows the full gradient."""
        return lane.size == self.n_examples and not self.draws(lane)

    def _loss(self, trace: Trace) -> np.ndarray:
        """The loss on all examples; of a stream on the half that is arriving."""
        if not self.drifts:
            return trace.value
        before = trace.examples_seen[:, None] < self.n_examples // 2
        with np.errstate(over="ignore"):  # on one half it may be too large where on all examples it is not
            return np.where(before, *(phase.objective.value(trace.theta) for phase in self.phases))

    # ---- the clock

    @cached_property
    def total(self) -> int:
        """The time at which the last lane ends."""
        return int(max(course.clock[course.ended.max()] for course in self.courses))

    @cached_property
    def times(self) -> np.ndarray:
        """The time that each frame of the timeline shows."""
        return frames(self.total)

    def standing(self) -> list[np.ndarray]:
        """The update at which each lane stands at every frame."""
        return [course.at(self.times) for course in self.courses]


def beginning_with(schedule: Schedule, rate: float | np.ndarray) -> Schedule:
    """The same schedule with another initial rate."""
    return replace(schedule, initial=rate)
