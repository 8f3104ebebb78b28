"""How the quadratic looks where it is one of many: its picture on Home, and the small one of a scene."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from gdcore import GradientDescent, Quadratic, descend
from pages.lessons.quadratic import charts
from pages.lessons.quadratic.runs import Picture
from pages.lessons.quadratic.settings import compute
from pages.shared.picture import timeline
from pages.shared.picture.palette import Palette
from pages.shared.picture.sketch import Line, Sketch

WIDER = 1.5  # reach of the picture, as a multiple of the distance from the minimum to the start
LOWER = 0.85  # share of the curve's height at that reach where the picture ends, so that a run leaves above or below


def jumping_ball() -> None:
    """The quadratic at a rate that overshoots and arrives."""
    objective, rate, window = Quadratic(a0=-3, a1=-2, a2=3), 0.29, (-8.0, 9.0)
    trace = descend(objective, [8.0], GradientDescent(), rate, 30)
    picture = Picture(objective, rate, trace, window)
    alt = "A ball jumps across the valley of a parabola, lower each time."
    timeline.chart(charts.thumbnail, alt, picture.curve())


def path_on_the_parabola(values: Mapping[str, Any], palette: Palette) -> Sketch:
    """The iterates on the curve, joined, and the minimum, if there is one."""
    picture = compute(values)
    objective, trace = picture.objective, picture.trace
    turn = -objective.a1 / (2 * objective.a2)
    reach = WIDER * abs(values["start"] - turn)
    x = turn + reach * np.sqrt(LOWER) * np.linspace(-1, 1, 61)
    curve = Line(x, objective.value(x[:, None]), palette.muted, 4, is_run=False)
    run = Line(trace.theta[:, 0], trace.value, palette.step, 4, dots=palette.iterate)
    low, high = float(curve.y.min()), float(curve.y.max())
    room = 0.08 * (high - low)
    if objective.optimum is None:
        return Sketch((curve, run), (turn - reach, turn + reach), (low, high + room), "The path on the hill.")
    minimum = Line(objective.optimum, np.array([low]), palette.optimum)
    return Sketch((curve, minimum, run), (turn - reach, turn + reach), (low - room, high), "The path on the parabola.")
