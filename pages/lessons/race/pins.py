"""What stays of a race when it is pinned, and which charts two races can share."""

import streamlit as st

from pages.lessons.race import pictures
from pages.lessons.race.runs import PARALLEL
from pages.lessons.race.settings import DRAWN, dataset_of, model_of, race_of
from pages.lessons.race.verdict_words import result
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
    return Kept(pictures.pinned(race, values["axis"] == "log"), result(race))
