"""What stays of a run of the regression when it is pinned, and which charts two runs can share."""

import streamlit as st

from pages.lessons.regression import words
from pages.lessons.regression.scenes import NOISY, SLOPE
from pages.lessons.regression.settings import compute, dataset_of, model_of, noisy_options
from pages.shared.teaching.pins import CACHED, Kept, Need, Place


def data_of(values: dict) -> tuple:
    """What tells data from other data."""
    return values["data"], noisy_options(values) if values["data"] == NOISY else None


OF_THE_PICTURE = ("scale", "equal", "hand", "hand_w", "hand_b")  # settings that do not change the run
DATA = Need(data_of, "other data")
LOSS = Need(lambda values: values["loss"], "another loss")
SCALE = Need(lambda values: values["standardise"], "features standardised in one and not in the other")
HELD = Need(lambda values: values["b"] if values["learned"] == SLOPE else None, "b is not held at the same value")
PARAMETERS = (DATA, LOSS, SCALE, HELD)
LINE = Place("line", ("x_low", "x_high", "y_low", "y_high"), (DATA,))
PREDICTED = Place("predicted", ("y_low", "y_high", "y_low", "y_high"), (DATA,))
PARTS = {i: Place(f"part {i}", (f"x{i}_low", f"x{i}_high", "part_low", "part_high"), (DATA,)) for i in (1, 2)}
CURVE = Place("parameters", ("x_low", "x_high", "f_low", "f_high"), PARAMETERS)
SURFACE = Place("parameters", ("p_low", "p_high", "q_low", "q_high"), PARAMETERS)
LOSSES = {
    scale: Place("loss", ("first", "updates", low, "loss_high"), (DATA, LOSS))
    for scale, low in (("log", "loss_low"), ("linear", "zero"))
}


def of_parameter(name: str) -> Place:
    return Place(f"parameter {name}", ("first", "updates", "low", "high"), PARAMETERS)


@st.cache_data(max_entries=CACHED, show_spinner=False)
def kept(values: dict) -> Kept:
    fit = compute(model_of(values, dataset_of(values)), values)
    return Kept(fit.pinned(), words.result(fit))
