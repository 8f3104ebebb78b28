"""How linear regression looks where it is one of many: its picture on Home, and the small one of a scene."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from gdcore import GradientDescent, datasets, descend
from pages.lessons.regression import charts
from pages.lessons.regression.runs import Fit
from pages.lessons.regression.settings import compute, dataset_of, model_of
from pages.shared.data.regression import Model
from pages.shared.picture import timeline
from pages.shared.picture.columns import positive
from pages.shared.picture.palette import Palette
from pages.shared.picture.sketch import TALLEST, Line, Sketch, least


def turning_line() -> None:
    """The first epochs of a line fitted to noisy points."""
    model = Model(datasets.noisy_line(n=40, noise=0.8))
    trace = descend(model.objective, [0.0, 3.0], GradientDescent(), 0.06, 12)
    timeline.chart(charts.thumbnail, "A line turns towards the points.", Fit(model, 0.06, trace).fitted_line())


def loss_over_the_epochs(values: Mapping[str, Any], palette: Palette) -> Sketch:
    dataset = dataset_of(values)
    fit = compute(model_of(values, dataset), values)
    loss, floor = fit.trace.value, fit.model.floor
    epochs = (0, fit.trace.steps_taken)
    lowest, highest = np.nanmin(positive(np.append(loss, floor))), min(loss.max(), TALLEST * loss[0])
    room = (highest / lowest) ** 0.08
    run = Line(np.arange(len(loss)), loss, palette.iterate)
    ends = (float(lowest / room), float(highest * room))
    lines = (*least(floor, epochs, palette), run)
    return Sketch(lines, epochs, ends, "The loss over the epochs, on a log axis.", log_y=True)
