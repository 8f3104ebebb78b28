"""How linear regression looks where it is one of many: its picture on Home, and the small one of a scene."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from gdcore import GradientDescent, datasets, descend
from pages.lessons.regression import charts, side_by_side
from pages.lessons.regression.runs import Fit
from pages.lessons.regression.settings import compute, dataset_of, model_of
from pages.shared.data.regression import Model
from pages.shared.picture import timeline
from pages.shared.picture.columns import padded
from pages.shared.picture.palette import Palette
from pages.shared.picture.planes import ISOLINES
from pages.shared.picture.sketch import Line, Sketch, parts_inside

WIDER = 1.3  # times as far from the best value as the start: the width of a parabola


def turning_line() -> None:
    """The first epochs of a line fitted to noisy points."""
    model = Model(datasets.noisy_line(n=40, noise=0.8))
    trace = descend(model.objective, [0.0, 3.0], GradientDescent(), 0.06, 12)
    timeline.chart(charts.thumbnail, "A line turns towards the points.", Fit(model, 0.06, trace).fitted_line())


def path_on_the_surface(values: Mapping[str, Any], palette: Palette) -> Sketch:
    """The path over lines of equal loss; of a single parameter on its parabola. By hand: the points and a line."""
    dataset = dataset_of(values)
    fit = compute(model_of(values, dataset), values)
    if values["hand"]:
        return _line_by_hand(fit, [values["hand_w"], values["hand_b"]], palette)
    if values["beside"]:
        fit = side_by_side.compute(dataset, values).raw
    best, theta = fit.model.objective.optimum, fit.trace.theta
    if len(best) == 1:
        return _path_on_the_parabola(fit, palette)
    x, y = map(tuple, fit.plane.box)
    levels = fit.plane.isolines()
    ground = [
        Line(*part.T, palette.muted, 2, is_run=False)
        for level in range(0, ISOLINES, 2)
        for part in parts_inside(*(levels[side][levels["level"] == level] for side in "pq"), x, y)
    ]
    optimum = Line(best[:1], best[1:2], palette.optimum)
    run = Line(theta[:, 0], theta[:, 1], palette.step, 4, dots=palette.iterate)
    return Sketch((*ground, optimum, run), x, y, "The path over lines of equal loss.")


def _line_by_hand(fit: Fit, line: list[float], palette: Palette) -> Sketch:
    """The points, each joined to the line."""
    x, y = fit.model.dataset.features[:, 0], fit.model.dataset.targets
    ends, heights = padded(x), padded(y)
    on_it = np.polyval(line, x)
    residuals = [
        Line(np.array([at, at]), np.array([low, high]), palette.gradient, 4, dots=palette.ink, is_run=False)
        for at, low, high in zip(x, on_it, y, strict=True)
    ]
    drawn = Line(np.array(ends), np.polyval(line, ends), palette.iterate, is_run=False)
    return Sketch((*residuals, drawn), ends, heights, "The points, and how far each is from a line.")


def _path_on_the_parabola(fit: Fit, palette: Palette) -> Sketch:
    (best,), start = fit.model.objective.optimum.tolist(), float(fit.trace.theta[0, 0])
    w = np.linspace(best - WIDER * abs(start - best), best + WIDER * abs(start - best), 61)
    curve = Line(w, fit.model.objective.value(w[:, None]), palette.muted, 4, is_run=False)
    run = Line(fit.trace.theta[:, 0], fit.trace.value, palette.step, 4, dots=palette.iterate)
    minimum = Line(np.array([best]), np.array([fit.model.floor]), palette.optimum)
    low, high = fit.model.floor, float(curve.y.max())
    ends = (low - 0.08 * (high - low), high)
    return Sketch((curve, minimum, run), (w[0], w[-1]), ends, "The path on the parabola of the loss.")
