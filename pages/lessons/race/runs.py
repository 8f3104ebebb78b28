"""From a race of several lanes to the columns that its charts, bar and score read.

A lane is a batch size with a schedule and a rule. All lanes see the same data from the same start; those that draw
examples have one run per seed. The race is held on one clock, and each frame of the timeline is a time on that clock:
every lane stands where its last update before that time has taken it.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from gdcore import Batches, Constant, GradientDescent, Outcome, Trace, descend
from gdcore.batches import Order
from gdcore.optimizers import Optimizer
from gdcore.schedules import Schedule
from pages.shared.data.regression import Model
from pages.shared.picture.columns import (
    PINNED_ROWS,
    Columns,
    Datasets,
    decades,
    finite,
    frames,
    in_plane,
    one_row,
    over_time,
    padded,
    positive,
    stacked,
    straight,
    thinned,
)
from pages.shared.picture.planes import Plane
from pages.shared.teaching.verdicts import GAP_GOAL  # the goal where the least loss is 0 and has no multiple

UPDATES, EXAMPLES, PARALLEL = CLOCKS = ("updates", "examples seen", "parallel time")
GOAL = 2.0  # times the least loss
TIE = 1.25  # as much later than the first is still called a tie
TALLEST = 1000  # times the loss at the start: what climbs higher has left the picture
STEPS_SHOWN = 180  # in the plane, of all lanes together
STRETCHES = 200  # into which the axis of the loss is cut; of each the lowest and the highest loss are drawn
POINTS_SHOWN = 300
CLOUD = 12  # batches of a lane whose gradients are drawn

MOST_UPDATES = 1_000_000  # recorded in one race, all lanes and seeds together: below 200 MB
MOST_DRAWS = 4_000_000  # examples drawn for one lane


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
    since: int = 0  # the update at which the data that count begin

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
    def left(self) -> int:
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
        if self.since >= len(self.loss):  # every run has left the range of numbers before
            return np.full(self.runs, np.inf), np.full(self.runs, np.inf)
        clock = self.clock if clock is None else clock
        loss, clock = self.loss[self.since :], clock[self.since :] - clock[self.since]
        with np.errstate(invalid="ignore"):
            under = loss < goal  # False beyond the end of a run
        above = ~under & (np.arange(len(loss))[:, None] <= self.ended - self.since)
        first = np.where(under.any(0), clock[under.argmax(0)], np.inf)
        last_above = len(above) - 1 - above[::-1].argmax(0)
        for_good = np.where(above.any(0), last_above + 1, 0)
        stays = for_good <= self.ended - self.since
        return first, np.where(stays, clock[np.minimum(for_good, len(clock) - 1)], np.inf)

    def at(self, times: np.ndarray) -> np.ndarray:
        """The update at which the marked run stands at these times."""
        return np.minimum(np.searchsorted(self.clock, times, side="right") - 1, self.ended[0])


@dataclass(frozen=True)
class Budget:
    """How far each lane may go: so many epochs, updates or examples."""

    amount: int
    unit: str  # "epochs", "updates" or "examples"

    def updates(self, size: int, n_examples: int, order: Order) -> int:
        """Updates of a lane with this batch size; the last batch of an epoch may be smaller."""
        if self.unit == "updates":
            return self.amount
        examples = self.amount * (n_examples if self.unit == "epochs" else 1)
        if order == "replacement":
            return -(-examples // size)
        epochs, rest = divmod(examples, n_examples)
        return epochs * -(-n_examples // size) + -(-rest // size)

    def fits(self, sizes: Sequence[int], n_examples: int, order: Order, seeds: int) -> bool:
        """Whether the race of these batch sizes can be recorded."""
        updates = [self.updates(size, n_examples, order) for size in sizes]
        drawn = [
            size * many
            for size, many in zip(sizes, updates, strict=True)
            if size < n_examples or order == "replacement"
        ]
        return sum(updates) * seeds <= MOST_UPDATES and max(drawn, default=0) * seeds <= MOST_DRAWS

    def within(self, fits: Callable[["Budget"], bool], n_examples: int) -> "Budget":
        """The largest budget up to this one that fits, in examples where not even one epoch does."""
        many = bisect_left(range(self.amount), True, key=lambda less: not fits(Budget(less + 1, self.unit)))
        if many == 0 and self.unit == "epochs":
            return Budget(n_examples, "examples").within(fits, n_examples)
        return Budget(max(1, many), self.unit)


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
        before = np.arange(len(course.loss)) < course.since
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
        """Whether chance has a part in what this lane does."""
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

    def _axis(self, log: bool) -> dict[str, float]:
        return {"first": 0.7 if log else 0.0, "last": max(1.5, 1.05 * self.total) if log else max(1.0, self.total)}

    # ---- pictures

    @cached_property
    def plane(self) -> Plane:
        before = (self.phases[0].objective.optimum,) if self.drifts else ()
        return Plane(self.phases[-1], self.start, also=before)

    def standing(self) -> list[np.ndarray]:
        """The update at which each lane stands at every frame."""
        return [course.at(self.times) for course in self.courses]

    def surface(self, ramp: tuple[str, ...], cloud: bool) -> Datasets:
        """Ground, heads and steps of every lane in the plane of the first two parameters."""
        at = [course.trace.theta[rows, 0] for course, rows in zip(self.courses, self.standing(), strict=True)]
        theta = np.concatenate(at)  # lane after lane, each with as many rows as there are frames
        path = {"update": np.concatenate(self.standing()), "inside": self.plane.holds(theta[:, 0], theta[:, 1])}
        path |= {name: finite(theta[:, i]) for i, name in enumerate(("p", "q", "r")[: theta.shape[1]])}
        view = self.plane.view(ramp) | {"frames": len(self.times)}
        if self.drifts:
            view |= dict(zip(("before_p", "before_q"), self.phases[0].objective.optimum[:2], strict=True))
        drawn = {
            "path": path,
            "steps": stacked(self._steps(lane) for lane in range(len(self.lanes))),
            "isolines": self.plane.isolines(),
            "view": one_row(view),
        }
        return drawn | ({"cloud": self._cloud()} if cloud else {})

    def _steps(self, lane: int) -> Columns:
        """Single updates of a lane, each from where it began to where it led, those outside the picture left out."""
        course = self.courses[lane]
        theta = course.trace.theta[: course.ended[0] + 1, 0, :2]
        updates = np.unique((np.geomspace(1, len(theta), STEPS_SHOWN // len(self.lanes)) - 1).round().astype(int))
        here, there = theta[updates], theta[np.minimum(updates + 1, len(theta) - 1)]
        near = self.plane.holds(*here.T) & np.isfinite(there).all(-1)
        led_there = np.minimum(updates[near] + 1, len(theta) - 1)
        frame = np.searchsorted(self.times, course.clock[led_there])
        columns = dict(zip(("p", "q", "next_p", "next_q"), [*here[near].T, *there[near].T], strict=True))
        return {"lane": np.full(len(frame), lane), "frame": frame, "update": updates[near], **columns}

    def _cloud(self) -> Columns:
        """Batches that each lane could draw, and all examples: the gradient of each is G theta + a constant.

        p_q is the share of the second parameter in the first component of the gradient, and so on.
        """
        design, targets = self.model.objective.design, self.model.objective.targets
        rng = np.random.default_rng(self.seeds[0])
        rows = []
        for lane, course in enumerate(self.courses):
            twice = self.order == "replacement"
            drawn = [rng.choice(self.n_examples, course.lane.size, replace=twice) for _ in range(CLOUD)]
            for batch, full in [*((batch, False) for batch in drawn), (slice(None), True)]:
                x, y = design[batch], targets[batch]
                moments = np.column_stack([2 * x.T @ x / len(y), -2 * x.T @ y / len(y)])
                names = [f"{side}_{share}" for side in "pq" for share in [*"pqr"[: x.shape[1]], "constant"]]
                rows.append({"lane": lane, "full": full} | dict(zip(names, moments[:2].ravel(), strict=True)))
        return {name: np.array([row[name] for row in rows]) for name in rows[0]}

    def losses(self, log: bool) -> Datasets:
        """The height of every run over the clock, the marked run's place on it at every frame, and the axes' ends.

        The height is the multiple of the least loss or, where that is 0, the loss itself.
        """
        axis, standing = self._axis(log), self.standing()
        heights = [self._heights(course) for course in self.courses]
        curves = stacked(
            self._curve(lane, height[:, run], run, log)
            for lane, height in enumerate(heights)
            for run in range(height.shape[1])
        )
        start = float(heights[0][0, 0])
        low, high = self._height_axis(curves["height"], start)
        height = np.concatenate([height[rows, 0] for height, rows in zip(heights, standing, strict=True)])
        when = [course.clock[rows] for course, rows in zip(self.courses, standing, strict=True)]
        path = {"update": np.concatenate(standing), "time": np.maximum(np.concatenate(when), axis["first"])}
        path |= {"height": positive(height), "over": height > high}
        loss = np.concatenate([course.marked[rows] for course, rows in zip(self.courses, standing, strict=True)])
        path |= {"loss": finite(loss)}
        lanes = {"lane": np.arange(len(self.lanes)), "name": np.array([course.name for course in self.courses])}
        lanes |= {"ends": np.array([course.ended[0] for course in self.courses])}
        goal, floor = (GOAL, 1.0) if self.has_multiples else (self.goal, self.least)
        view = {**axis, "height_low": low, "height_high": high, "goal": goal, "floor": floor, "start": start}
        view |= {"goal_words": "twice the least loss" if self.has_multiples else f"{GAP_GOAL:.0%} of the starting gap"}
        view |= {"frames": len(self.times)}
        marks = {"curves": curves, "lanes": lanes, "epochs": self._epochs()}
        return marks | {"path": path, "view": one_row(view)}

    def _heights(self, course: Course) -> np.ndarray:
        """What the axis of the loss measures, (T + 1, runs)."""
        return self.multiples(course) if self.has_multiples else course.loss

    def _height_axis(self, drawn: np.ndarray, start: float) -> tuple[float, float]:
        """From a little below the least loss to a little above the highest, or TALLEST times the start."""
        seen = positive(drawn)
        top = min(float(np.nanmax(seen, initial=1e-300)), TALLEST * start or 1.0)
        if self.has_multiples:
            return 0.85, max(1.3 * top, 2.5)
        return decades(positive(np.minimum(seen, max(top, 1e-300))), below=False)

    def _epochs(self) -> Columns:
        """Marks on the clock: whole epochs while it counts examples, and where a stream drifts."""
        marks = []
        if self.drifts:
            times = {c.clock[c.since] for c in self.courses if c.since < len(c.clock)}  # updates differ by lane
            marks = [(time, "the data drift") for time in sorted(times)]
        elif self.clock == EXAMPLES:
            powers = [10**power for power in range(7) if 10**power * self.n_examples <= self.total]
            marks = [(self.n_examples * many, f"{many:,}" if many > 1 else "1 epoch") for many in powers]
        time, words = [time for time, _ in marks], [words for _, words in marks]
        return {"time": np.array(time, dtype=float), "words": np.array(words, dtype=str)}

    def _curve(self, lane: int, height: np.ndarray, run: int, log: bool) -> Columns:
        """What is drawn of one run: of every stretch of the axis its lowest and its highest point, where they were."""
        course = self.courses[lane]
        end = course.ended[run] + 1
        time, height = course.clock[:end], height[:end]
        stretches = max(60, STRETCHES // course.runs)
        shown = thinned(time, height, stretches, self.total, log)
        drawn = np.minimum(height[shown], 1e30)  # far above any picture, and within single precision
        columns = {"time": np.maximum(time[shown], self._axis(log)["first"]), "height": positive(drawn)}
        columns = {name: column.astype(np.float32) for name, column in columns.items()}
        columns |= {"frame": np.searchsorted(self.times, time[shown])}
        return columns | {"lane": np.full(len(shown), lane), "run": np.full(len(shown), run)}

    def lines(self) -> Datasets:
        """The data and each lane's line; with two features, where the second is at its mean."""
        data = self.model.dataset
        x, y = data.features[:, 0], data.targets
        shown = np.unique(np.linspace(0, len(y) - 1, POINTS_SHOWN).astype(int))
        at = [course.trace.theta[rows, 0] for course, rows in zip(self.courses, self.standing(), strict=True)]
        (x_low, x_high), (y_low, y_high) = padded(x), padded(y)
        best = self._line(self.phases[-1].objective.optimum)
        view = {"x_low": x_low, "x_high": x_high, "y_low": y_low, "y_high": y_high, "frames": len(self.times)}
        view |= {"best_w1": best["w1"], "best_b": best["b"]}
        return {
            "points": {"x": x[shown], "y": y[shown]},
            "path": self._line(np.concatenate(at)),
            "view": one_row(view),
        }

    def _line(self, theta: np.ndarray) -> Columns:
        """The line of these parameters in the units of the data; with two features, where the second is at its mean."""
        slopes = self.model.in_units_of_the_data(theta)
        others = self.model.dataset.features[:, 1:].mean(0)
        return {"w1": finite(slopes[..., 0]), "b": finite(slopes[..., 1:-1] @ others + slopes[..., -1])}

    # ---- when it is pinned

    def pinned(self, log: bool) -> dict[str, Columns]:
        """What is drawn of the marked run of every lane when the race is pinned; of the lines the last one."""
        return {
            "loss": self._of_all_lanes(lambda course: self._pinned_loss(course, log)),
            "parameters": self._of_all_lanes(self._pinned_path),
            "lines": self._of_all_lanes(self._pinned_line),
        }

    def _of_all_lanes(self, rows_of: Callable[[Course], Columns]) -> Columns:
        rows = [rows_of(course) for course in self.courses]
        return {"lane": np.repeat(np.arange(len(rows)), [len(row["x"]) for row in rows])} | stacked(rows)

    def _pinned_loss(self, course: Course, log: bool) -> Columns:
        end = course.ended[0] + 1
        rows = over_time(course.clock[:end], self._heights(course)[:end, 0], log)
        return rows | {"x": np.maximum(rows["x"], self._axis(log)["first"]), "y": positive(rows["y"])}

    def _pinned_path(self, course: Course) -> Columns:
        return in_plane(*course.trace.theta[: course.ended[0] + 1, 0, :2].T, most=PINNED_ROWS // len(self.lanes))

    def _pinned_line(self, course: Course) -> Columns:
        line = self._line(course.trace.theta[course.ended[0], 0])
        return straight(*padded(self.model.dataset.features[:, 0]), line["w1"], line["b"])


def beginning_with(schedule: Schedule, rate: float | np.ndarray) -> Schedule:
    """The same schedule with another initial rate."""
    return replace(schedule, initial=rate)
