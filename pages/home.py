"""Home: what this is, and a card for each lesson."""

import numpy as np
import streamlit as st

from gdcore import Constant, GradientDescent, Quadratic, datasets, descend
from pages.shared import quadratic_charts, race_charts, regression_charts, runs, timeline
from pages.shared.frame import ARTICLES, LESSONS, run
from pages.shared.models import Model
from pages.shared.race_runs import Lane, Race
from pages.shared.regression_runs import Fit

COLUMNS = 3


def page() -> None:
    st.title("The gradient-descent lab")
    st.markdown(
        "Gradient descent finds a low point of a function by going downhill, one update at a time: "
        "new x = x − learning rate × gradient. Here you play it, step through it and break it. "
        "**What you see is exactly what was computed**: nothing is clipped or slowed down, and every update is shown "
        "with its numbers, beside what theory predicts."
    )
    for column, (path, (title, hint)) in zip(st.columns(COLUMNS), LESSONS.items(), strict=False):
        with column.container(border=True):
            PICTURES[path]()
            st.subheader(title)
            st.markdown(hint)
            st.page_link(path, label="Open the lesson", icon=":material/arrow_forward:")
    st.page_link(ARTICLES, label="The four articles behind the lab, checked number by number", icon=":material/rule:")


def jumping_ball() -> None:
    """The quadratic at a rate that overshoots and arrives."""
    objective, rate, frame = Quadratic(a0=-3, a1=-2, a2=3), 0.29, (-8.0, 9.0)
    trace = descend(objective, [8.0], GradientDescent(), rate, 30)
    picture = runs.Picture(objective, rate, trace, frame)
    alt = "A ball jumps across the valley of a parabola, lower each time."
    timeline.chart(quadratic_charts.thumbnail, alt, picture.curve())


def turning_line() -> None:
    """The first epochs of a line fitted to noisy points."""
    model = Model(datasets.noisy_line(n=40, noise=0.8))
    trace = descend(model.objective, [0.0, 3.0], GradientDescent(), 0.06, 12)
    timeline.chart(
        regression_charts.thumbnail, "A line turns towards the points.", Fit(model, 0.06, trace).fitted_line()
    )


def three_lanes() -> None:
    """The first epochs of batch, mini-batch and stochastic descent."""
    model = Model(datasets.noisy_line(n=256, seed=7))
    lanes = tuple(Lane(size, Constant(0.05)) for size in (256, 32, 1))
    race = Race(model, lanes, np.array([-1.0, 4.0]), (40, 80, 400))
    timeline.chart(
        race_charts.thumbnail, "Three paths to one optimum.", race.surface(timeline.palette().ramp, cloud=False)
    )


PICTURES = {
    "pages/quadratic.py": jumping_ball,
    "pages/linear_regression.py": turning_line,
    "pages/variant_race.py": three_lanes,
}


if __name__ == "__main__":
    run(page)
