"""Home: what this is, and a card for each lesson."""

import streamlit as st

from gdcore import GradientDescent, Quadratic, descend
from pages.shared import charts, runs, timeline
from pages.shared.frame import LESSONS, run

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


def jumping_ball() -> None:
    """The quadratic at a rate that overshoots and arrives."""
    objective, rate, frame = Quadratic(a0=-3, a1=-2, a2=3), 0.29, (-8.0, 9.0)
    trace = descend(objective, [8.0], GradientDescent(), rate, 30)
    picture = runs.Picture(objective, rate, trace, frame)
    alt = "A ball jumps across the valley of a parabola, lower each time."
    timeline.chart(charts.thumbnail, alt, picture.curve())


PICTURES = {"pages/quadratic.py": jumping_ball}


if __name__ == "__main__":
    run(page)
