"""Before descent: the reader lays a line, sees the squares of its residuals, and lets descent go on from there."""

import numpy as np
import streamlit as st

from pages.lessons.regression import charts
from pages.lessons.regression.runs import Fit
from pages.shared.stage import Stage
from pages.shared.words import number


def show(fit: Fit, stage: Stage) -> None:
    """The reader lays a line and sees its squares; descent goes on from there, and only then is there an answer."""
    dataset, panel, values = fit.model.dataset, stage.panel, stage.values
    picture, numbers = stage.columns(Squares=3, Your_line=1)
    with numbers:
        panel.draw("hand_w", "hand_b")
        line = [values["hand_w"], values["hand_b"]]
        with np.errstate(over="ignore", invalid="ignore"):
            loss = float(fit.model.objective.value(fit.model.start(line)))
        st.markdown(f"The loss of your line, the mean area of the squares: **{number(loss)}**")
        start = {"w1": line[0], "b": line[1], "hand": False}
        st.button("Descend from here", on_click=panel.assign, args=(start,), key="regression_descend", type="primary")
    with picture:
        titles = (dataset.feature_names[0], dataset.target_name)
        alt = "The data, your line, and the square of each residual."
        stage.chart(charts.squares, alt, fit.by_hand(*line), *titles)
