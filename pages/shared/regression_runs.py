"""From a linear regression to the tidy frames that its charts, table and bar read."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from gdcore import BroadcastLeastSquares, LeastSquares, Quadratic, Trace, scaling, theory
from gdcore.datasets import Dataset
from pages.shared.png import png
from pages.shared.runs import Columns, Datasets, decades, finite, frames, padded, positive
from pages.shared.words import steady

POINTS_SHOWN = 300  # of a large data set, spread evenly over its rows
RESIDUALS_SHOWN = 60
SHADES = 120  # the shading is so many pixels wide and high
ISOLINES = 12
MARGIN = 1.35  # of the picture around start and optimum


@dataclass(frozen=True, eq=False)
class Model:
    """What is learned from which data: y = w x + b, or y = w1 x1 + w2 x2 + b.

    held: the value at which b is kept, or None to learn it too. standardise: descend on features with mean 0 and
    deviation 1, the targets left as they are. broadcast: the mistaken loss of a published tutorial.
    """

    dataset: Dataset
    held: float | None = None
    standardise: bool = False
    broadcast: bool = False

    @cached_property
    def _scaled(self):
        if self.standardise:
            return scaling.standardised(self.dataset.features)
        n_features = self.dataset.features.shape[1]
        return self.dataset.features, np.zeros(n_features), np.ones(n_features)

    @cached_property
    def objective(self) -> LeastSquares | BroadcastLeastSquares:
        features, targets = self._scaled[0], self.dataset.targets
        if self.held is not None:
            return LeastSquares(features, targets - self.held, intercept=False)
        return (BroadcastLeastSquares if self.broadcast else LeastSquares)(features, targets)

    @cached_property
    def names(self) -> tuple[str, ...]:
        n_features = self.dataset.features.shape[1]
        slopes = ("w",) if n_features == 1 else tuple(f"w{'₁₂'[i]}" for i in range(n_features))
        return slopes if self.held is not None else (*slopes, "b")

    def title(self, name: str) -> str:
        """A parameter with the scale that it is in."""
        return f"{name} (standardised features)" if self.standardise else name

    @cached_property
    def floor(self) -> float:
        """The least possible loss; 0 where only the rounding of the targets is left of it."""
        least = float(self.objective.value(self.objective.optimum))
        return least if least > (theory.ROUNDING * float(abs(self.dataset.targets).max())) ** 2 else 0.0

    def start(self, slopes_and_intercept: list[float]) -> np.ndarray:
        """The theta from which descent begins, for a line given in the units of the data."""
        if self.held is not None:
            return np.array(slopes_and_intercept[:-1])
        return scaling.to_standardised(np.array(slopes_and_intercept), *self._scaled[1:])

    def in_units_of_the_data(self, theta: np.ndarray) -> np.ndarray:
        """(..., p + 1): slopes and intercept of the same line for the features as they are."""
        if self.held is not None:
            held = np.full((*theta.shape[:-1], 1), self.held)
            return np.concatenate([theta, held], axis=-1)
        return scaling.to_original(theta, *self._scaled[1:])


@dataclass(frozen=True, eq=False)
class Fit:
    """One descent on a model at a constant rate."""

    model: Model
    learning_rate: float
    trace: Trace
    equal_aspect: bool = False  # of the picture of the parameters

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
        shown = np.unique(np.linspace(0, len(y) - 1, POINTS_SHOWN).astype(int))
        lines = finite(self.model.in_units_of_the_data(self.trace.theta[self.updates]))
        best = self.model.in_units_of_the_data(self.model.objective.optimum)
        (x_low, x_high), (y_low, y_high) = padded(x), padded(y)
        view = {"x_low": x_low, "x_high": x_high, "y_low": y_low, "y_high": y_high}
        view |= {"best_w1": best[0], "best_b": best[-1]}
        residual = np.full(len(shown), len(y) <= RESIDUALS_SHOWN)
        return {
            "points": pd.DataFrame({"x": x[shown], "y": y[shown], "residual": residual}),
            "path": pd.DataFrame({"frame": self.path["frame"], "w1": lines[:, 0], "b": lines[:, -1]}),
            "view": pd.DataFrame(view, index=[0]),
        }

    def by_hand(self, slope: float, intercept: float) -> Datasets:
        """The same picture with one line that does not move."""
        return self.fitted_line() | {"path": pd.DataFrame({"frame": 0, "w1": slope, "b": intercept}, index=[0])}

    def predicted_against_actual(self) -> Datasets:
        (x1, x2), y = self.model.dataset.features.T, self.model.dataset.targets
        shown = np.unique(np.linspace(0, len(y) - 1, POINTS_SHOWN).astype(int))
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
            "points": pd.DataFrame({"x1": x1[shown], "x2": x2[shown], "y": y[shown]}),
            "path": pd.DataFrame(path),
            "view": pd.DataFrame(view, index=[0]),
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
    def box(self) -> np.ndarray:
        """The picture of the first two parameters, (2, 2): low and high of each, around the optimum, with the start.

        It depends on the start and the data and not on the rate, so that a change of rate keeps the scale. Along a
        parameter that starts at its best value it is as wide as the level set of the start, which is how far a descent
        that never climbs can stray.
        """
        best, start = self.model.objective.optimum, self.trace.theta[0]
        away = np.abs(start - best)[:2]
        curved = theory.curvatures(self.model.objective)
        curved = np.maximum(curved, 1e-12 * curved.max())
        _, directions = np.linalg.eigh(self.model.objective.hessian)
        gap = max(float(self.trace.value[0]) - self.model.floor, 0.0)
        stray = np.sqrt(2 * gap * (directions**2 / curved).sum(-1))[:2]
        half = MARGIN * np.maximum(away, np.minimum(stray, away.max()))
        half = np.where(half > 0, half, 1 + 0.1 * np.abs(best[:2]))
        half = np.full(2, half.max()) if self.equal_aspect else half
        return np.stack([best[:2] - half, best[:2] + half], axis=1)

    def _inside(self, p: np.ndarray, q: np.ndarray) -> np.ndarray:
        (p_low, p_high), (q_low, q_high) = self.box
        return (p_low <= p) & (p <= p_high) & (q_low <= q) & (q <= q_high)

    @cached_property
    def in_picture(self) -> np.ndarray:
        """Whether each epoch of the run lies in the picture of the first two parameters."""
        return self._inside(*self.trace.theta[:, :2].T)

    def surface(self, ramp: tuple[str, ...]) -> Datasets:
        first, second = self.model.names[:2]
        path = {"frame": self.path["frame"], "update": self.updates, "loss": self.path["loss"]}
        for column, name in (("p", first), ("q", second)):
            path |= {column: self.path[name], f"gradient_{column}": finite(self.path[f"gradient {name}"])}
            path |= {f"next_{column}": self.path[f"new {name}"]}
        path |= {"taken": self.path["taken"], "inside": self._inside(path["p"], path["q"])}
        path["near"] = path["inside"] | self._inside(path["next_p"], path["next_q"])
        best = self.model.objective.optimum
        view = {"p_low": self.box[0, 0], "p_high": self.box[0, 1], "q_low": self.box[1, 0], "q_high": self.box[1, 1]}
        view |= {"best_p": best[0], "best_q": best[1], "start_p": path["p"][0], "start_q": path["q"][0]}
        view |= {"url": self._shading(ramp)}
        return {"path": pd.DataFrame(path), "isolines": self.isolines(), "view": pd.DataFrame(view, index=[0])}

    def _shading(self, ramp: tuple[str, ...]) -> str:
        """The loss, coloured by its logarithm, as the address of a PNG picture; a third parameter is at its optimum."""
        centres = [low + (np.arange(SHADES) + 0.5) / SHADES * (high - low) for low, high in self.box]
        theta = np.broadcast_to(self.model.objective.optimum, (SHADES, SHADES, len(self.model.names))).copy()
        theta[..., 0], theta[..., 1] = np.meshgrid(*centres)
        gaps = self.model.objective.value(theta) - self.model.floor
        height = np.log10(np.maximum(gaps, 0) + 1e-3 * gaps.max() + 1e-300)
        span = np.ptp(height) or 1.0
        return png(np.round((height - height.min()) / span * 255).astype(np.uint8)[::-1], ramp)

    def isolines(self) -> pd.DataFrame:
        """Level sets of the loss in the plane: exact ellipses, with the third parameter at its optimum."""
        hessian, best = self.model.objective.hessian[:2, :2], self.model.objective.optimum[:2]
        curved, directions = np.linalg.eigh(hessian)
        curved = np.maximum(
            curved, 1e-12 * curved.max()
        )  # a valley without end becomes an ellipse far longer than the picture
        corner = self.box[:, 1] - best
        levels = np.geomspace(1e-3, 1, ISOLINES) * float(corner @ hessian @ corner) / 2
        angle = np.linspace(0, 2 * np.pi, 73)
        circle = np.stack([np.cos(angle), np.sin(angle)])
        radii = np.sqrt(2 * levels[:, None] / curved)  # (levels, 2)
        points = best[:, None] + directions @ (radii[:, :, None] * circle)  # (levels, 2, angles)
        return pd.DataFrame(
            {
                "level": np.repeat(levels, len(angle)),
                "order": np.tile(np.arange(len(angle)), len(levels)),
                "p": points[:, 0].ravel(),
                "q": points[:, 1].ravel(),
            }
        )

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
        return {"path": pd.DataFrame(path | {"predicted": predicted}), "view": pd.DataFrame(view, index=[0])}

    def parameter(self, name: str) -> Datasets:
        value = self.path[name]
        best = self.model.objective.optimum[self.model.names.index(name)]
        low, high = padded(np.append(value, best))
        path = {"frame": self.path["frame"], "update": self.updates, "value": value}
        view = {**self._time(), "low": low, "high": high, "best": best}
        return {"path": pd.DataFrame(path), "view": pd.DataFrame(view, index=[0])}

    def epochs_to(self, fraction: float) -> int | None:
        """Epochs until the gap to the least loss stayed at most this fraction of its start; None if it did not."""
        gap = self.trace.value - self.model.floor
        above = np.flatnonzero(gap > fraction * gap[0])
        first = int(above[-1]) + 1 if len(above) else 0
        return first if first < len(gap) else None
