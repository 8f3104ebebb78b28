"""One descent at a hundred rates at once: how far each closes the gap, and how soon it is at the goal for good.

What is found is the fastest rate from this start to this goal. The best rate, with the best factor in the long run, is
theory's, and in general another one.

The rates are the runs of a single `descend`. The last run is at the reader's own rate, so that the ball stands exactly
where the page's own run ends.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import streamlit as st

from gdcore import GradientDescent, Outcome, Trace, descend, theory
from gdcore.objectives import QuadraticObjective
from gdcore.theory import Regime
from pages.shared.lesson import lazily
from pages.shared.picture import timeline
from pages.shared.picture.columns import Columns, Datasets, decades, one_row, positive, stacked
from pages.shared.teaching import sweep_charts
from pages.shared.teaching.verdicts import GAP_GOAL
from pages.shared.words import apart, count, number, percent

RATES = 100
FROM, TO = 1e-3, 3.0  # times the limit: where the rates begin and end
LOWEST, TALLEST = 1e-16, 100.0  # times the gap at the start: what ends beyond them lies outside the picture
LARGEST = float(np.finfo(float).max)

FASTEST_AND_BEST = "Fastest: from this start, to this goal. Best: by the factor in the long run, from theory."


@dataclass(frozen=True, eq=False)
class Curve:
    """One descent at every rate and, in the last place, at the reader's own."""

    rates: np.ndarray  # (RATES + 1,)
    gap: np.ndarray  # after the budget, as a part of the start's; infinite beyond the range of numbers
    needed: np.ndarray  # time until it is at the goal for good; infinite where it is not within the budget
    name: str = ""
    limit: float | None = None  # where theory claims one
    best: float | None = None  # in the long run, from theory
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
    unit: str  # of time: an update, an epoch, an example
    budget: float  # in that unit
    goal: float  # the gap to come down to, as a part of the start's
    achieved: str  # what a rate brings about that gets there: the gap down to 1 %
    stays: str  # what is then true for good: the gap stays at most 1 % of its start
    notes: tuple[str, ...] = ()

    def gaps(self) -> Datasets:
        """The gap of every rate after the budget."""
        gaps = np.concatenate([curve.gap for curve in self.curves])
        seen = np.append(gaps[(LOWEST <= gaps) & (gaps <= TALLEST)], [1.1, min(self.goal, 1.0)])
        low, high = decades(positive(seen), below=bool((gaps < LOWEST).any()))
        view = {"value_low": low, "value_high": high, "goal": self.goal}
        return self._drawn(view, [(curve.gap, curve.predicted_gap) for curve in self.curves])

    def times(self) -> Datasets:
        """The time that every rate needs."""
        high = 1.15 * self.budget
        first = np.nanmin([np.nanmin(positive(curve.needed), initial=high / 10) for curve in self.curves])
        view = {"value_low": 0.7 * first, "value_high": high, "goal": np.nan}
        return self._drawn(view, [(curve.needed, curve.predicted_needed) for curve in self.curves])

    def _drawn(self, view: dict, values: Sequence[tuple[np.ndarray, np.ndarray | None]]) -> Datasets:
        grid = self.curves[0].rates
        ends = {"rate_low": grid.min() / 1.1, "rate_high": min(1.1 * float(grid.max()), LARGEST)}
        runs = []
        for lane, (curve, (value, predicted)) in enumerate(zip(self.curves, values, strict=True)):
            every = np.arange(len(value))
            rows = {"lane": np.full(len(value), lane), "rate": curve.rates, "value": positive(value)}
            rows |= {"top": value > view["value_high"], "bottom": (0 < value) & (value < view["value_low"])}
            rows |= {"zero": value == 0, "yours": every > RATES - 1, "fastest": every == curve.fastest}
            rows |= {"predicted": np.full(len(value), np.nan) if predicted is None else positive(predicted)}
            runs.append(rows | self._tips(curve))
        return {
            "runs": stacked(runs),
            "rules": self._rules(ends),
            "lanes": {"lane": np.arange(len(self.curves)), "words": np.array([legend(curve) for curve in self.curves])},
            "view": one_row(ends | view),
        }

    def _tips(self, curve: Curve) -> Columns:
        return {
            "name": np.full(len(curve.rates), curve.name),
            "rate_words": np.array([number(rate) for rate in curve.rates.tolist()]),
            "gap_words": np.array([number(gap) if gap else "exactly 0" for gap in curve.gap.tolist()]),
            "needed_words": np.array([self.time(needed) for needed in curve.needed.tolist()]),
        }

    def _rules(self, ends: dict[str, float]) -> Columns:
        """The rates that have a name. Lanes share one picture: there the words about each stand in the legend."""
        one, own = self.curves[0], {curve.own for curve in self.curves}
        rows = [("you", 0, one.own, f"you are here: {number(one.own)}", 0)] if len(own) == 1 else []
        if len(self.curves) == 1:
            fastest, limits = float(one.rates[one.fastest]), [one.limit] if one.limit else []
            kind, rate, words = ("fastest", fastest, f"{one.named} from this start")
            if one.best is not None:
                kind, rate, words = ("best", one.best, "best in the long run")
            rows.append((kind, 0, rate, f"{words}: {apart(rate, *limits)}", 1))
            rows += [("limit", 0, limit, f"limit: {apart(limit, rate)}", 2) for limit in limits]
        else:
            rows += [("limit", lane, curve.limit, "", 0) for lane, curve in enumerate(self.curves) if curve.limit]
        types = {"kind": str, "lane": int, "rate": float, "words": str, "row": int}
        rules = {name: np.array([row[i] for row in rows], dtype=kind) for i, (name, kind) in enumerate(types.items())}
        return rules | {"leftwards": rules["rate"] > np.sqrt(ends["rate_low"]) * np.sqrt(ends["rate_high"])}

    @property
    def whole_budget(self) -> str:
        return self.time(self.budget) if len(self.curves) == 1 else "the budget"

    def time(self, needed: float) -> str:
        return count(round(needed), self.unit) if np.isfinite(needed) else "not within the budget"

    def signs(self) -> str:
        """How to read the pictures, without the signs that are not in them."""
        named = " or ".join(sorted({curve.named for curve in self.curves}))
        signs = ["Large: yours", f"diamond: the {named}", "triangles: beyond the edge", "grey dashes: the goal"]
        signs += ["thin dashes: predicted by theory"] if self.curves[0].predicted_gap is not None else []
        signs += ["cross: exactly 0"] if any((curve.gap == 0).any() for curve in self.curves) else []
        return f"Click anywhere to take that rate. {' · '.join(signs)}. {FASTEST_AND_BEST}"

    def sentences(self) -> list[str]:
        """What the pictures show, counted."""
        return [self._sentence(curve) for curve in self.curves]

    def _sentence(self, curve: Curve) -> str:
        rate = number(float(curve.rates[curve.fastest]), 3)
        begin = f"**{curve.name}**: of" if curve.name else "Of"
        if curve.reach:
            brings = f"{curve.reach} {'brings' if curve.reach == 1 else 'bring'} {self.achieved} for good"
            needs = self.time(curve.needed[curve.fastest])
            told = f"{brings}; the fastest from this start, {rate}, needs {needs}"
        else:
            told = f"none brings {self.achieved} for good within the budget; {rate} comes nearest"
        grow = f" At {curve.grow} the gap ends larger than it began." if curve.grow else ""
        return f"{begin} {RATES} rates {told}; yours, {number(curve.own)}, {self._yours(curve)}.{grow}"

    def _yours(self, curve: Curve) -> str:
        """Whether the reader's own rate gets to the goal, beside what theory says."""
        needed = curve.needed[-1]
        said = f"needs {self.time(needed)}" if np.isfinite(needed) else "does not"
        if curve.predicted_needed is None:
            return said
        predicted = curve.predicted_needed[-1]
        if predicted == needed:
            return f"{said}, as theory predicts"
        return f"{said}; theory says {count(round(predicted), self.unit) if np.isfinite(predicted) else 'never'}"


def legend(curve: Curve) -> str:
    limit = f", limit {number(curve.limit, 3)}" if curve.limit else ""
    return f"{curve.name}: {curve.named} {number(float(curve.rates[curve.fastest]), 3)}{limit}"


def around(limits: Sequence[float], own: Sequence[float]) -> np.ndarray:
    """A hundred rates on a log scale around the limits, with the reader's own between them."""
    with np.errstate(over="ignore"):  # on the way to a last rate at the end of the machine's numbers
        return np.geomspace(min(FROM * min(limits), *own), max(TO * max(limits), *own), RATES)


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


def of_descent(
    objective: QuadraticObjective, start: np.ndarray, rate: float, updates: int, tolerance: float, unit: str
) -> Sweep | str:
    """Plain descent at every rate, as the page runs it at one; a sentence where there is nothing to draw."""
    if why_not := nothing_to_close(objective, start):
        return why_not
    curved = theory.curvatures(objective)
    limit = theory.rate_limit(curved)
    rates = np.append(around([limit], [rate]), rate)
    trace = descend(objective, start, GradientDescent(), rates, updates, tolerance=tolerance)
    gaps = parts_of(theory.gap(objective, start), theory.gap(objective, trace.theta))
    curve = Curve(
        rates,
        at_the_end(gaps, trace),
        stays_below(gaps, GAP_GOAL, trace.steps_taken),
        limit=limit,
        best=theory.best_rate(curved),
        predicted_gap=parts_of(
            theory.predicted_gap(objective, start, 0.0, 0), theory.predicted_gap(objective, start, rates, updates)
        ),
        predicted_needed=theory.updates_to_shrink_at(objective, start, rates, GAP_GOAL),
    )
    early = trace.outcome[:-1].count(Outcome.SETTLED)
    note = f"The tolerance ends {count(early, 'run')} before the budget does: there theory’s line goes further."
    one_per_cent = percent(GAP_GOAL)
    words = f"the gap down to {one_per_cent}", f"the gap stays at most {one_per_cent} of its start"
    return Sweep((curve,), unit, updates, GAP_GOAL, *words, (note,) if early else ())


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


def show(page: str, make: Callable[[], Sweep | str], take: Callable[[str], None]) -> None:
    """The expander below the charts of a lesson. `take` is given the rate that was clicked, as a text."""
    expander = lazily("Every learning rate at once", f"{page}_sweep")
    if not expander.open:
        return
    with expander:
        sweep = make()
        if isinstance(sweep, str):
            st.markdown(sweep)
            return
        st.markdown("  \n".join(sweep.sentences()))
        pictures = (
            ("gap", f"Gap after {sweep.whole_budget}", "gap ÷ gap at the start", sweep.gaps()),
            ("times", f"{sweep.unit.capitalize()}s until {sweep.stays}", f"{sweep.unit}s", sweep.times()),
        )
        for column, (name, heading, title, datasets) in zip(
            st.columns(2, vertical_alignment="bottom"), pictures, strict=True
        ):
            key = f"{page}_sweep_{name}"
            with column:
                st.markdown(f"**{heading}**")
                timeline.chart(
                    sweep_charts.over_the_rates,
                    f"{heading}, at each of {RATES} learning rates.",
                    datasets,
                    title,
                    len(sweep.curves),
                    key=key,
                    on_select=lambda key=key: take_the_clicked(key, take),
                    selection_mode="taken",
                )
        st.caption(" ".join([sweep.signs(), *sweep.notes]))


def take_the_clicked(key: str, take: Callable[[str], None]) -> None:
    """Hand on the rate that was clicked in a chart, with three digits."""
    chosen = st.session_state[key]["selection"].get("taken")
    if chosen and chosen[0].get("rate"):
        take(f"{chosen[0]['rate']:.3g}")
