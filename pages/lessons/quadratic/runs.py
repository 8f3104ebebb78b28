"""One run of the quadratic as its charts read it.

A descent on the quadratic takes a fifth of a millisecond, as much as a cache look-up, so nothing is cached here.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gdcore import Quadratic, Trace, theory
from pages.shared.picture.columns import (
    CURVE_POINTS,
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
)

MARGIN = 1.2  # how far the picture reaches, in distances from the minimum to the start
LEAVING = 2.4  # the same where every jump is longer than the last, so that the first ones are in it
WORTH_AN_ARROW = 0.01  # share of the distance at the start from which on it is said how far there is to go
LONGEST_SLIDE = 1000.0  # how far a straight line is shown at most


def window(objective: Quadratic, learning_rate: float, trace: Trace) -> tuple[float, float]:
    """The stretch of x that shows a run: around the minimum or the top and as wide as the start is away.

    A straight line has neither: there it is as far around the start as the run slides.
    """
    start, end = trace.theta[[0, -1], 0].tolist()
    middle = start
    if objective.a2:
        middle = -objective.a1 / (2 * objective.a2)
        (factor,) = theory.contraction(theory.curvatures(objective), learning_rate).tolist()
        half = (LEAVING if abs(factor) > 1 else MARGIN) * abs(start - middle)
    else:
        half = MARGIN * min(abs(end - start), LONGEST_SLIDE)
    half = half or 1 + 0.1 * abs(middle)
    return middle - half, middle + half


@dataclass(frozen=True, eq=False)
class Picture:
    """One run of the quadratic at a constant rate, in a window that shows x from window[0] to window[1]."""

    objective: Quadratic
    learning_rate: float
    trace: Trace
    window: tuple[float, float]

    @cached_property
    def x(self) -> np.ndarray:
        return self.trace.theta[:, 0]

    @cached_property
    def steps(self) -> Columns:
        """Every row of the run and where its next update leads. The last row's update was not taken."""
        rate = np.append(self.trace.learning_rate, self.learning_rate)
        with np.errstate(over="ignore"):
            gradient = self.objective.gradient(self.x)
            next_x = self.x - rate * gradient
        update = np.arange(len(self.x))
        value = self.trace.value
        return {"update": update, "x": self.x, "f": value, "gradient": gradient, "rate": rate, "next_x": next_x}

    def taken_steps(self) -> Columns:
        """The same for a table: nothing stands where the update was not taken."""
        return self.steps | {"next_x": np.append(self.steps["next_x"][:-1], np.nan)}

    @cached_property
    def path(self) -> Columns:
        """The rows that the timeline shows, and whether the row and its step are within the window."""
        shown = frames(self.trace.steps_taken)
        rows = {name: column[shown] for name, column in self.steps.items()}
        rows["frame"] = np.arange(len(shown))
        rows["taken"] = shown < self.trace.steps_taken
        rows["inside"] = self._inside(rows["x"])
        rows["near"] = rows["inside"] | self._inside(rows["next_x"])
        return rows

    def _inside(self, x: np.ndarray) -> np.ndarray:
        return (self.window[0] <= x) & (x <= self.window[1])

    def curve(self) -> Datasets:
        function, path = self._function(), self.path
        with np.errstate(over="ignore", invalid="ignore"):
            next_f = self.objective.value(path["next_x"][:, None])
        columns = ("frame", "update", "x", "f", "gradient", "next_x", "taken", "inside", "near")
        f_low, f_high = padded(function["f"])
        best_x = self._best_x()
        view = {"x_low": self.window[0], "x_high": self.window[1], "f_low": f_low, "f_high": f_high}
        view |= {"start_x": self.x[0], "start_f": self.trace.value[0]}
        view |= {"best_x": best_x, "best_f": self.objective.value(np.array([best_x]))}
        view |= {"end_x": self.x[-1], "end_f": self.trace.value[-1], "to_go": self._to_go(best_x)}
        return {
            "path": {name: path[name] for name in columns} | {"next_f": next_f},
            "function": function,
            "view": one_row(view),
        }

    def _function(self) -> Columns:
        """The curve within the window, its lowest or highest point included."""
        x = np.linspace(*self.window, CURVE_POINTS)
        if self.objective.a2:
            x = np.sort(np.append(x, np.clip(-self.objective.a1 / (2 * self.objective.a2), *self.window)))
        return {"x": x, "f": self.objective.value(x[:, None])}

    def _to_go(self, best_x: float) -> float:
        """How far the end of the run is from the minimum; NaN if it has arrived or left the window."""
        left = abs(self.x[-1] - best_x)
        return left if left > WORTH_AN_ARROW * abs(self.x[0] - best_x) and self._inside(self.x[-1]) else np.nan

    def _best_x(self) -> float:
        return np.nan if self.objective.optimum is None else self.objective.optimum.item()

    def gaps(self, x: np.ndarray) -> np.ndarray:
        """f - f* = a2 (x - x*)^2 where there is a minimum, and f itself where there is none."""
        with np.errstate(over="ignore", invalid="ignore"):
            if self.objective.optimum is None:
                return self.objective.value(x[:, None])
            return self.objective.a2 * (x - self.objective.optimum) ** 2

    def gap(self) -> Datasets:
        """The gap beside what theory says.

        A gap of exactly 0 has no place on a log axis: it is NaN here, and marked in zero.
        """
        update, start, gap = self.path["update"], self.x[:1], self.gaps(self.path["x"])
        with np.errstate(over="ignore", invalid="ignore"):
            if self.objective.optimum is None:
                zero = np.zeros(len(update), dtype=bool)
                predicted = self.objective.value(
                    theory.predicted_iterate(self.objective, start, self.learning_rate, update)
                )
                low, high = padded(gap)
            else:
                predicted = theory.predicted_gap(self.objective, start, self.learning_rate, update)
                zero = gap == 0
                gap, predicted = positive(gap), positive(predicted)
                low, high = decades(gap, zero.any())
        path = {"frame": self.path["frame"], "update": update, "gap": gap, "predicted": finite(predicted)}
        path |= {"zero": zero, "first_zero": zero & (zero.cumsum() == 1)}
        view = {**self._updates_axis(), "gap_low": low, "gap_high": high}
        return {"path": path, "view": one_row(view)}

    def iterates(self) -> Datasets:
        columns = ("frame", "update", "x", "next_x", "taken", "inside", "near")
        view = {**self._updates_axis(), "x_low": self.window[0], "x_high": self.window[1], "best_x": self._best_x()}
        path = {name: self.path[name] for name in columns}
        return {"path": path, "view": one_row(view)}

    def pinned(self) -> dict[str, Columns]:
        """What is drawn of this run when it is pinned."""
        update = np.arange(len(self.x))
        gap = over_time(update, self.gaps(self.x))
        return {
            "curve": in_plane(self.x, self.trace.value),
            "gap": gap if self.objective.optimum is None else gap | {"y": positive(gap["y"])},
            "iterates": over_time(update, self.x),
        }

    def _updates_axis(self) -> dict[str, float]:
        return {"first": 0.0, "updates": float(max(1, self.trace.steps_taken))}
