"""A small picture of each scene, drawn from the run that its settings make."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from pages.lessons.quadratic import settings as quadratic_settings
from pages.lessons.race import settings as race_settings
from pages.lessons.regression import settings as regression_settings
from pages.shared.picture.charts import Palette
from pages.shared.picture.columns import positive
from pages.shared.picture.lanes import DASHES
from pages.shared.picture.sketch import Line, Sketch, svg
from pages.shared.teaching.gallery import SLIDES, Slide

WIDER = 1.5  # times as far from the minimum as the start: what goes further leaves the picture
LOWER = 0.85  # of the height of the curve at its ends: the frame ends there, so that a run leaves it above or below
TALLEST = 100  # times the loss at the start: what climbs higher leaves the picture


@lru_cache(maxsize=2 * len(SLIDES))  # in two themes
def picture(number: int, palette: Palette) -> tuple[str, str]:
    """The picture of a slide as SVG, and in words. The races take 20 ms and more each, so it is made once."""
    drawn = sketch(SLIDES[number], palette)
    return svg(drawn, palette.muted), f"{drawn.words}{' It leaves the picture.' if drawn.leaves else ''}"


def sketch(slide: Slide, palette: Palette) -> Sketch:
    draw, settings = {
        "quadratic": (path_on_the_parabola, quadratic_settings.SETTINGS),
        "regression": (loss_over_the_epochs, regression_settings.all_settings()),
        "race": (losses_over_the_clock, race_settings.all_settings()),
    }[slide.page]
    return draw({setting.name: setting.default for setting in settings} | slide.scene.settings, palette)


def path_on_the_parabola(values: Mapping[str, Any], palette: Palette) -> Sketch:
    """The iterates on the curve, joined, and the minimum, if there is one."""
    objective, trace = quadratic_settings.compute(values)
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


def loss_over_the_epochs(values: Mapping[str, Any], palette: Palette) -> Sketch:
    dataset = regression_settings.dataset_of(values)
    fit = regression_settings.compute(regression_settings.model_of(values, dataset), values)
    loss, floor = fit.trace.value, fit.model.floor
    epochs = (0, fit.trace.steps_taken)
    lowest, highest = np.nanmin(positive(np.append(loss, floor))), min(loss.max(), TALLEST * loss[0])
    room = (highest / lowest) ** 0.08
    run = Line(np.arange(len(loss)), loss, palette.iterate)
    ends = (float(lowest / room), float(highest * room))
    lines = (*least(floor, epochs, palette), run)
    return Sketch(lines, epochs, ends, "The loss over the epochs, on a log axis.", log_y=True)


def losses_over_the_clock(values: Mapping[str, Any], palette: Palette) -> Sketch:
    """The first run of every lane, thinned as in the lesson."""
    race, _ = race_settings.race_of(values, race_settings.model_of(values, race_settings.dataset_of(values)))
    log = values["axis"] == "log"
    drawn = race.losses(log)
    curves, view = drawn["curves"], {name: column.item() for name, column in drawn["view"].items()}
    clock = (view["first"], view["last"])
    lanes = []
    for lane, color in zip(range(len(race.lanes)), palette.lanes, strict=False):
        its = (curves["lane"] == lane) & (curves["run"] == 0)
        time, height = (curves[name][its].astype(float) for name in ("time", "height"))
        lanes.append(Line(time, height, color, 4, dash_of(lane)))
    loss = "loss ÷ the least loss" if race.has_multiples else "loss"
    words = f"The {loss} of each lane over {race.clock}, on {'log axes' if log else 'a log axis'}."
    lines = (*least(view["floor"], clock, palette), *lanes)
    return Sketch(lines, clock, (view["height_low"], view["height_high"]), words, log_x=log, log_y=True)


def least(floor: float, along: tuple[float, float], palette: Palette) -> tuple[Line, ...]:
    """The least possible loss, where a log axis can show it."""
    if not floor > 0:
        return ()
    return (Line(np.array(along), np.full(2, floor), palette.optimum, 3, "16 10", is_run=False),)


def dash_of(lane: int) -> str:
    """The dash of a lane in the lesson, on the finer grid of the sketch."""
    return " ".join(str(3 * length) for length in DASHES[lane]) if lane else "none"
