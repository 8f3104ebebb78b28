"""What stays of a run of the quadratic when it is pinned, and which charts two runs can share."""

import streamlit as st

from pages.lessons.quadratic import words
from pages.lessons.quadratic.settings import compute
from pages.shared.teaching.pins import CACHED, Kept, Need, Place

OF_THE_PICTURE = ("left", "right")
PARABOLA = (Need(lambda values: (values["a0"], values["a1"], values["a2"]), "another parabola"),)
CURVE = Place("curve", ("x_low", "x_high", "f_low", "f_high"), PARABOLA)
GAP = Place("gap", ("first", "updates", "gap_low", "gap_high"), PARABOLA)
ITERATES = Place("iterates", ("first", "updates", "x_low", "x_high"), PARABOLA)


@st.cache_data(max_entries=CACHED, show_spinner=False)
def kept(values: dict) -> Kept:
    picture = compute(values)
    return Kept(picture.pinned(), words.result(picture, values))
