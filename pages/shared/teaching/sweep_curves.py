"""One descent at a hundred rates at once: how far each closes the gap, and how soon it is at the goal for good.

What is found is the fastest rate from this start to this goal. The best rate, with the best factor in the long run, is
theory's, and in general another one.

The rates are the runs of a single `descend`. The last run is at the reader's own rate, so that the ball stands exactly
where the page's own run ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gdcore import Outcome, Trace, theory
from gdcore.objectives import QuadraticObjective
from gdcore.theory import Regime

RATES = 100
SMALLEST, LARGEST = float(np.finfo(float).smallest_subnormal), float(np.finfo(float).max)
FROM, TO = 1e-3, 3.0  # the lowest and the highest rate, as multiples of the limit


@dataclass(frozen=True, eq=False)
class Curve:
    """One descent at every rate and, in the last place, at the reader's own."""

    rates: np.ndarray  # (RATES + 1,)
    gap: np.ndarray  # after the budget, as a part of the start's; infinite beyond the range of numbers
    needed: np.ndarray  # time until it is at the goal for good; infinite where it is not within the budget
    name: str = ""
    look: int = 0  # of its lane
    limit: float | None = None  # None where theory claims none
    best: float | None = None  # the best in the long run, from theory
    predicted_gap: np.ndarray | None = None
    predicted_needed: np.ndarray | None = None

    @property
    def own(self) -> float:
        return float(self.rates[-1])

    @cached_property
    def fastest(self) -> int:
        """Which of the hundred is at the goal first or, if none is, comes nearest."""
        return int(np.lexsort((self.gap[:-1], self.needed[:-1]))[0])

    @property
    def named(self) -> str:
        """What that rate is called."""
        return "fastest" if self.reach else "nearest"

    @property
    def reach(self) -> int:
        """How many of the hundred are at the goal for good."""
        return int(np.isfinite(self.needed[:-1]).sum())

    @property
    def grow(self) -> int:
        """At how many of the hundred the gap ends larger than it began."""
        return int((self.gap[:-1] > 1).sum())


@dataclass(frozen=True, eq=False)
class Sweep:
    """The curves of a lesson: one, or one for each lane of a race."""

    curves: tuple[Curve, ...]
    unit: str  # what time is counted in: update, epoch, example
    budget: float  # the time that each rate is given, in that unit
    goal: float  # the gap to come down to, as a part of the start's
    achieved: str  # what a rate brings about that gets there: the gap down to 1 %
    stays: str  # what is then true for good: the gap stays at most 1 % of its start
    notes: tuple[str, ...] = ()


def around(limits: Sequence[float], own: Sequence[float]) -> np.ndarray:
    """A hundred rates on a log scale around the limits, with the reader's own between them."""
    with np.errstate(over="ignore"):  # on the way to a last rate at the end of the machine's numbers
        lowest, highest = min(FROM * min(limits), *own), max(TO * max(limits), *own)
        return np.geomspace(max(lowest, SMALLEST), min(highest, LARGEST), RATES)


def nothing_to_close(objective: QuadraticObjective, start: np.ndarray) -> str:
    """Why there is no gap whose size could be drawn, or nothing if there is one."""
    regimes = set(theory.regimes(objective, start, 1.0))
    if regimes <= {Regime.FLAT}:
        return "The function is the same everywhere: whatever the rate, nothing moves."
    if objective.optimum is None:
        return "There is no minimum, so there is no gap that a rate could close, and no limit."
    if regimes <= {Regime.FLAT, Regime.STATIONARY}:
        return "The start is a minimum already: there is no gap that a rate could close. Start somewhere else."
    return ""


def parts_of(start_gap: np.ndarray, gaps: np.ndarray) -> np.ndarray:
    """Gaps as parts of the gap at the start, infinite beyond the range of numbers."""
    with np.errstate(over="ignore"):
        return gaps / start_gap


def at_the_end(gaps: np.ndarray, trace: Trace) -> np.ndarray:
    """The last gap of every run, infinite for those that left the range of numbers."""
    last = gaps[trace.steps_taken, np.arange(gaps.shape[1])]
    return np.where([outcome is Outcome.NOT_FINITE for outcome in trace.outcome], np.inf, last)


def stays_below(gaps: np.ndarray, goal: float, taken: np.ndarray) -> np.ndarray:
    """Updates until each run's gap is at most the goal and stays so; infinite for never."""
    above = gaps > goal  # False beyond the end of a run
    after_the_last = np.where(above.any(0), len(above) - above[::-1].argmax(0), 0)
    return np.where(after_the_last <= taken, after_the_last, np.inf)
