"""What stays of a race when it is pinned, and which charts two races can share."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from pages.lessons.race import pictures
from pages.lessons.race.looks import looks
from pages.lessons.race.runs import PARALLEL, Course, Race
from pages.lessons.race.settings import DRAWN, dataset_of, model_of, race_of
from pages.lessons.race.verdict_words import result
from pages.shared.picture.columns import PINNED_ROWS, Columns, in_plane, over_time, padded, positive, stacked, straight
from pages.shared.teaching.pins import CACHED, Kept, Need, Place

OF_THE_PICTURE = ("axis", "follow", "cloud")  # settings that do not change the race
DATA = Need(lambda values: [values[name] for name in ("data", *DRAWN.get(values["data"], ()))], "other data")
CLOCK = Need(
    lambda values: (values["clock"], values["workers"] if values["clock"] == PARALLEL else None), "another clock"
)
PARAMETERS = Place("parameters", ("p_low", "p_high", "q_low", "q_high"), (DATA,))
LOSS = Place("loss", ("first", "last", "height_low", "height_high"), (DATA, CLOCK))
LINES = Place("lines", ("x_low", "x_high", "y_low", "y_high"), (DATA,))


@st.cache_data(max_entries=CACHED, show_spinner=False)
def kept(values: dict) -> Kept:
    """What stays of a race that is pinned."""
    race, _ = race_of(values, model_of(values, dataset_of(values)))
    return Kept(pinned(race, values["axis"] == "log"), result(race))


def pinned(race: Race, log: bool) -> dict[str, Columns]:
    """What is drawn of the marked run of every lane when the race is pinned; of the lines the last one."""
    return {
        "loss": _of_all_lanes(race, lambda course: _pinned_loss(race, course, log)),
        "parameters": _of_all_lanes(race, lambda course: _pinned_path(race, course)),
        "lines": _of_all_lanes(race, lambda course: _pinned_line(race, course)),
    }


def _of_all_lanes(race: Race, rows_of: Callable[[Course], Columns]) -> Columns:
    rows = [rows_of(course) for course in race.courses]
    many = [len(row["x"]) for row in rows]
    return {"lane": np.repeat(np.arange(len(rows)), many), "look": np.repeat(looks(race), many)} | stacked(rows)


def _pinned_loss(race: Race, course: Course, log: bool) -> Columns:
    end = course.ended[0] + 1
    rows = over_time(course.clock[:end], pictures.heights(race, course)[:end, 0], log)
    return rows | {"x": np.maximum(rows["x"], pictures.clock_axis(race, log)["first"]), "y": positive(rows["y"])}


def _pinned_path(race: Race, course: Course) -> Columns:
    return in_plane(*course.trace.theta[: course.ended[0] + 1, 0, :2].T, most=PINNED_ROWS // len(race.lanes))


def _pinned_line(race: Race, course: Course) -> Columns:
    line = pictures.line(race, course.trace.theta[course.ended[0], 0])
    return straight(*padded(race.model.dataset.features[:, 0]), line["w1"], line["b"])
