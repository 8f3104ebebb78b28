"""How the race looks where it is one of many: its picture on Home, and the small one of a scene."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from gdcore import Constant, datasets
from pages.lessons.race import charts, pictures
from pages.lessons.race.looks import looks
from pages.lessons.race.runs import Lane, Race
from pages.lessons.race.settings import dataset_of, model_of, race_of
from pages.shared.data.regression import Model
from pages.shared.picture import timeline
from pages.shared.picture.lanes import DASHES
from pages.shared.picture.palette import Palette
from pages.shared.picture.sketch import Line, Sketch, least


def three_lanes() -> None:
    """The first epochs of batch, mini-batch and stochastic descent."""
    model = Model(datasets.noisy_line(n=256, seed=7))
    lanes = tuple(Lane(size, Constant(0.05)) for size in (256, 32, 1))
    race = Race(model, lanes, np.array([-1.0, 4.0]), (40, 80, 400))
    drawn = pictures.surface(race, timeline.palette().ramp, cloud=False)
    timeline.chart(charts.thumbnail, "Three paths to one optimum.", drawn)


def losses_over_the_clock(values: Mapping[str, Any], palette: Palette) -> Sketch:
    """The first run of every lane, thinned as in the lesson."""
    race, _ = race_of(values, model_of(values, dataset_of(values)))
    log = values["axis"] == "log"
    drawn = pictures.losses(race, log)
    curves, view = drawn["curves"], {name: column.item() for name, column in drawn["view"].items()}
    clock = (view["first"], view["last"])
    lanes = []
    for lane, look in enumerate(looks(race)):
        its = (curves["lane"] == lane) & (curves["run"] == 0)
        time, height = (curves[name][its].astype(float) for name in ("time", "height"))
        noisy = curves["noisy"][its].any()
        lanes.append(Line(time, height, palette.lanes[look], 3 if noisy else 5, "none" if noisy else dash_of(look)))
    loss = "loss ÷ the lowest loss" if race.has_multiples else "loss"
    words = f"The {loss} of each lane over {race.clock}, on {'log axes' if log else 'a log axis'}."
    lines = (*least(view["floor"], clock, palette), *lanes)
    return Sketch(lines, clock, (view["height_low"], view["height_high"]), words, log_x=log, log_y=True)


def dash_of(look: int) -> str:
    """The dash of a lane in the lesson, on the finer grid of the sketch."""
    return " ".join(str(3 * length) for length in DASHES[look]) if look else "none"
