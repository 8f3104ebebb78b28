"""A run of the toy lesson, and how it is drawn: in its chart, on Home, in the gallery and when it is pinned."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from pages.lessons.absolute import charts, words
from pages.lessons.absolute.settings import SETTINGS

from gdcore import GradientDescent, Trace, descend
from pages.shared.picture import timeline
from pages.shared.picture.columns import Datasets, in_plane, one_row
from pages.shared.picture.palette import Palette
from pages.shared.picture.sketch import Line, Sketch
from pages.shared.settings.common import RATE
from pages.shared.teaching.pins import Kept, Place

UPDATES = 100
LEFT, RIGHT = -7.0, 9.0  # ends of the picture
SLOPES = np.array([LEFT, 1.0, RIGHT])
IN_THE_CURVE = Place("curve", ("x_low", "x_high", "f_low", "f_high"), needs=())


class AbsoluteValue:
    dimension = 1

    def value(self, theta: np.ndarray) -> np.ndarray:
        return np.abs(theta[..., 0] - 1)

    def gradient(self, theta: np.ndarray) -> np.ndarray:
        return np.sign(theta - 1)


def compute(values: Mapping[str, Any]) -> Trace:
    return descend(AbsoluteValue(), [values["start"]], GradientDescent(), RATE.number(values["rate"]), UPDATES)


def curve(trace: Trace) -> Datasets:
    x, update = trace.theta[:, 0], np.arange(UPDATES + 1)
    next_x = np.append(x[1:], np.nan)
    inside, near = ((LEFT <= at) & (at <= RIGHT) for at in (x, next_x))
    path = {"frame": update, "update": update, "x": x, "f": trace.value, "next_x": next_x, "next_f": abs(next_x - 1)}
    path |= {"taken": update < UPDATES, "inside": inside, "near": inside | near}
    view = one_row({"x_low": LEFT, "x_high": RIGHT, "f_low": -0.5, "f_high": 8.5})
    return {"path": path, "function": {"x": SLOPES, "f": abs(SLOPES - 1)}, "view": view}


def card() -> None:
    opening = compute({setting.name: setting.default for setting in SETTINGS})
    timeline.chart(charts.thumbnail, "Two slopes that meet.", curve(opening))


def sketch(values: Mapping[str, Any], palette: Palette) -> Sketch:
    trace = compute(values)
    slopes = Line(SLOPES, abs(SLOPES - 1), palette.muted, is_run=False)
    run = Line(trace.theta[:, 0], trace.value, palette.step, dots=palette.iterate)
    return Sketch((slopes, run), (LEFT, RIGHT), (-0.5, 8.5), "The path on the two slopes.")


def kept(values: dict) -> Kept:
    trace = compute(values)
    return Kept({"curve": in_plane(trace.theta[:, 0], trace.value)}, words.told(trace).badge)
