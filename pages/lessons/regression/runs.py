"""From a linear regression to the columns that its charts, table and bar read."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gdcore import Quadratic, Trace, theory
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
    scattered,
    spread,
    straight,
)
from pages.shared.picture.planes import Plane
from pages.shared.words import steady

RESIDUALS_SHOWN = 60


@dataclass(frozen=True, eq=False)
class Fit:
    """One descent on a model at a constant rate."""

    model: Model
    learning_rate: float
    trace: Trace
    equal_aspect: bool = False  # of the picture of the parameters
    without_outliers: np.ndarray | None = None  # slope and intercept of the best line through the other points

    @cached_property
    def updates(self) -> np.ndarray:
        """The epoch that each frame of the timeline shows."""
        return frames(self.trace.steps_taken)

    @cached_property
    def steps(self) -> Columns:
        """Every epoch: its loss, and each parameter with its gradient and new value. The last update was not taken."""
        theta = self.trace.theta
        with np.errstate(over="ignore", invalid="ignore"):
            gradient = np.concatenate([self.trace.gradient, self.model.objective.gradient(theta[-1:])])
            following = theta - self.learning_rate * gradient
        columns = {"epoch": np.arange(len(theta)), "loss": self.trace.value}
        for i, name in enumerate(self.model.names):
            columns |= {name: theta[:, i], f"gradient {name}": gradient[:, i], f"new {name}": following[:, i]}
        return columns

    @cached_property
    def path(self) -> Columns:
        """The rows that the timeline shows."""
        rows = {name: column[self.updates] for name, column in self.steps.items()}
        return rows | {"frame": np.arange(len(self.updates)), "taken": self.updates < self.trace.steps_taken}

    def _time(self) -> dict[str, float]:
        return {"first": 0.0, "updates": float(max(1, self.trace.steps_taken))}

    # ---- data space

    def fitted_line(self) -> Datasets:
        x, y = self.model.dataset.features[:, 0], self.model.dataset.targets
        shown = spread(len(y))
        lines = finite(self.model.in_units_of_the_data(self.trace.theta[self.updates]))
        best = self.model.in_units_of_the_data(self.model.objective.optimum)
        (x_low, x_high), (y_low, y_high) = padded(x), padded(y)
        view = {"x_low": x_low, "x_high": x_high, "y_low": y_low, "y_high": y_high}
        view |= {"best_w1": best[0], "best_b": best[-1]}
        view |= dict(zip(("ghost_w1", "ghost_b"), self._ghost(), strict=True))
        residual = np.full(len(shown), len(y) <= RESIDUALS_SHOWN)
        return {
            "points": {"x": x[shown], "y": y[shown], "residual": residual},
            "path": {"frame": self.path["frame"], "w1": lines[:, 0], "b": lines[:, -1]},
            "view": one_row(view),
        }

    def _ghost(self) -> np.ndarray:
        return np.full(2, np.nan) if self.without_outliers is None else self.without_outliers

    def by_hand(self, slope: float, intercept: float) -> Datasets:
        """The same picture with one line that does not move."""
        return self.fitted_line() | {"path": one_row({"frame": 0, "w1": slope, "b": intercept})}

    def predicted_against_actual(self) -> Datasets:
        (x1, x2), y = self.model.dataset.features.T, self.model.dataset.targets
        shown = spread(len(y))
        planes = finite(self.model.in_units_of_the_data(self.trace.theta[self.updates]))
        low, high = padded(y)
        best = self.model.in_units_of_the_data(self.model.objective.optimum)
        drawn = [best, planes[0], planes[-1]] if self.trace.value[-1] <= self.trace.value[0] else [best, planes[0]]
        parts = [padded(y - w * x - b) for w1, w2, b in drawn for w, x in ((w1, x1), (w2, x2))]
        view = {"y_low": low, "y_high": high, "part_low": min(parts)[0], "part_high": max(high for _, high in parts)}
        for name, x in (("x1", x1), ("x2", x2)):
            view[f"{name}_low"], view[f"{name}_high"] = padded(x)
        path = {"frame": self.path["frame"], "w1": planes[:, 0], "w2": planes[:, 1], "b": planes[:, 2]}
        return {
            "points": {"x1": x1[shown], "x2": x2[shown], "y": y[shown]},
            "path": path,
            "view": one_row(view),
        }

    def equations(self) -> list[str]:
        """The model written out at every frame, in the units of the data."""
        symbols = ("x",) if self.model.dataset.features.shape[1] == 1 else ("x₁", "x₂")
        texts = []
        for *slopes, intercept in self.model.in_units_of_the_data(self.trace.theta[self.updates]).tolist():
            terms = [(slope, f" {symbol}") for slope, symbol in zip(slopes, symbols, strict=True)] + [(intercept, "")]
            signed = [f"{'−' if value < 0 else '+'} {steady(abs(value))}{symbol}" for value, symbol in terms]
            texts.append("y = " + " ".join(signed).removeprefix("+ ").replace("− ", "−", 1 if slopes[0] < 0 else 0))
        return texts

    # ---- parameter space

    @cached_property
    def plane(self) -> Plane:
        return Plane(self.model, self.trace.theta[0], self.equal_aspect)

    @cached_property
    def in_picture(self) -> np.ndarray:
        """Whether each epoch of the run lies in the picture of the first two parameters."""
        return self.plane.holds(*self.trace.theta[:, :2].T)

    def surface(self, ramp: tuple[str, ...]) -> Datasets:
        first, second = self.model.names[:2]
        path = {"frame": self.path["frame"], "update": self.updates, "loss": self.path["loss"]}
        for column, name in (("p", first), ("q", second)):
            path |= {column: self.path[name], f"gradient_{column}": finite(self.path[f"gradient {name}"])}
            path |= {f"next_{column}": self.path[f"new {name}"]}
        inside = self.plane.holds(path["p"], path["q"])
        path |= {"taken": self.path["taken"], "inside": inside}
        path |= {"near": inside | self.plane.holds(path["next_p"], path["next_q"])}
        return {
            "path": path,
            "isolines": self.plane.isolines(),
            "view": one_row(self.plane.view(ramp)),
        }

    @cached_property
    def as_quadratic(self) -> Quadratic:
        """The loss of a single parameter, as the parabola that it is."""
        (best,), ((curvature,),) = self.model.objective.optimum, self.model.objective.hessian
        a2 = float(curvature) / 2
        return Quadratic(a0=self.model.floor + a2 * float(best) ** 2, a1=-2 * a2 * float(best), a2=a2)

    # ---- over the epochs

    def loss(self) -> Datasets:
        value = self.path["loss"]
        start = self.trace.theta[0]
        gap = theory.predicted_gap(self.model.objective, start, self.learning_rate, self.updates)
        low, high = decades(positive(value), below=False)
        path = {"frame": self.path["frame"], "update": self.updates, "loss": positive(value)}
        view = {**self._time(), "loss_low": low, "loss_high": high, "zero": 0.0, "floor": self.model.floor}
        predicted = positive(finite(self.model.floor + gap))
        return {"path": path | {"predicted": predicted}, "view": one_row(view)}

    def parameter(self, name: str) -> Datasets:
        value = self.path[name]
        best = self.model.objective.optimum[self.model.names.index(name)]
        low, high = padded(np.append(value, best))
        path = {"frame": self.path["frame"], "update": self.updates, "value": value}
        view = {**self._time(), "low": low, "high": high, "best": best}
        return {"path": path, "view": one_row(view)}

    def epochs_to(self, fraction: float) -> int | None:
        """Epochs until the gap to the least loss stayed at most this fraction of its start; None if it did not."""
        gap = theory.gap(self.model.objective, self.trace.theta)
        above = np.flatnonzero(gap > fraction * gap[0])
        first = int(above[-1]) + 1 if len(above) else 0
        return first if first < len(gap) else None

    # ---- when it is pinned

    def pinned(self) -> dict[str, Columns]:
        """What is drawn of this run when it is pinned; of the lines and planes the last one."""
        theta, (features, targets) = self.trace.theta, self.model.dataset[:2]
        epoch, path, names = np.arange(len(theta)), theta[:, :2].T, self.model.names
        *slopes, intercept = self.model.in_units_of_the_data(theta[-1])
        loss = over_time(epoch, self.trace.value)
        rows = {"loss": loss | {"y": positive(loss["y"])}}
        rows |= {f"parameter {name}": over_time(epoch, theta[:, i]) for i, name in enumerate(names)}
        rows["parameters"] = in_plane(*path) if len(names) > 1 else in_plane(*path, self.trace.value)
        if len(slopes) == 1:
            return rows | {"line": straight(*padded(features[:, 0]), *slopes, intercept)}
        shown = spread(len(targets), PINNED_ROWS)
        shown = shown[targets[shown].argsort()]
        with np.errstate(over="ignore", invalid="ignore"):
            rows["predicted"] = scattered(targets[shown], features[shown] @ slopes + intercept)
        parts = zip((1, 2), features.T, slopes, strict=True)
        return rows | {f"part {i}": straight(*padded(x), slope, 0) for i, x, slope in parts}
