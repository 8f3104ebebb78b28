"""The loss over two parameters, as a picture: how much of it is shown, its shading and its isolines."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gdcore import theory
from pages.shared.data.regression import Model
from pages.shared.picture.columns import Columns
from pages.shared.picture.png import png

SHADES = 120  # width and height of the shading, in pixels
ISOLINES = 12
MARGIN = 1.35  # how far the picture reaches, in distances from the optimum to the start


@dataclass(frozen=True, eq=False)
class Plane:
    """The plane of the first two parameters of a model; a third is at its optimum."""

    model: Model
    start: np.ndarray  # theta, (d,)
    equal_aspect: bool = False
    also: tuple[np.ndarray, ...] = ()  # other points that have to be in the picture

    @cached_property
    def box(self) -> np.ndarray:
        """What is shown, (2, 2): low and high of each parameter, around the optimum, with the start.

        It depends on the start and the data and not on the rate, so that a change of rate keeps the scale. Along a
        parameter that starts at its best value it is as wide as the level set of the start, which is how far a descent
        that never climbs can stray.
        """
        objective, best = self.model.objective, self.model.objective.optimum
        away = np.abs(np.stack([self.start, *self.also]) - best)[:, :2].max(0)
        curved = theory.curvatures(objective)
        curved = np.maximum(curved, 1e-12 * curved.max())
        _, directions = np.linalg.eigh(objective.hessian)
        gap = max(float(objective.value(self.start)) - self.model.floor, 0.0)
        stray = np.sqrt(2 * gap * (directions**2 / curved).sum(-1))[:2]
        half = MARGIN * np.maximum(away, np.minimum(stray, away.max()))
        half = np.where(half > 0, half, 1 + 0.1 * np.abs(best[:2]))
        half = np.full(2, half.max()) if self.equal_aspect else half
        return np.stack([best[:2] - half, best[:2] + half], axis=1)

    def holds(self, p: np.ndarray, q: np.ndarray) -> np.ndarray:
        (p_low, p_high), (q_low, q_high) = self.box
        return (p_low <= p) & (p <= p_high) & (q_low <= q) & (q <= q_high)

    def view(self, ramp: tuple[str, ...]) -> dict[str, float | str]:
        """Ends of the axes, optimum and start, and the address of the shading in these colours."""
        ends = zip(("p_low", "p_high", "q_low", "q_high"), self.box.ravel().tolist(), strict=True)
        best, start = self.model.objective.optimum, self.start
        points = {"best_p": best[0], "best_q": best[1], "start_p": start[0], "start_q": start[1]}
        return {**dict(ends), **points, "url": self._shading(ramp)}

    def _shading(self, ramp: tuple[str, ...]) -> str:
        """The loss, coloured by its logarithm, as the address of a PNG picture."""
        centres = [low + (np.arange(SHADES) + 0.5) / SHADES * (high - low) for low, high in self.box]
        theta = np.broadcast_to(self.model.objective.optimum, (SHADES, SHADES, len(self.model.names))).copy()
        theta[..., 0], theta[..., 1] = np.meshgrid(*centres)
        gaps = self.model.objective.value(theta) - self.model.floor
        height = np.log10(np.maximum(gaps, 0) + 1e-3 * gaps.max() + 1e-300)
        span = np.ptp(height) or 1.0
        return png(np.round((height - height.min()) / span * 255).astype(np.uint8)[::-1], ramp)

    def isolines(self) -> Columns:
        """Level sets of the loss: exact ellipses."""
        hessian, best = self.model.objective.hessian[:2, :2], self.model.objective.optimum[:2]
        curved, directions = np.linalg.eigh(hessian)
        curved = np.maximum(curved, 1e-12 * curved.max())  # an endless valley: an ellipse far longer than the picture
        corner = self.box[:, 1] - best
        levels = np.geomspace(1e-3, 1, ISOLINES) * float(corner @ hessian @ corner) / 2
        angle = np.linspace(0, 2 * np.pi, 73)
        circle = np.stack([np.cos(angle), np.sin(angle)])
        radii = np.sqrt(2 * levels[:, None] / curved)  # (levels, 2)
        points = best[:, None] + directions @ (radii[:, :, None] * circle)  # (levels, 2, angles)
        return {
            "level": np.repeat(np.arange(len(levels)), len(angle)),
            "order": np.tile(np.arange(len(angle)), len(levels)),
            "p": points[:, 0].ravel(),
            "q": points[:, 1].ravel(),
        }
