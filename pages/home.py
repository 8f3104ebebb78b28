"""Home: what this is, a card for each lesson, and a gallery of all scenes."""

import numpy as np
import streamlit as st

from gdcore import Constant, GradientDescent, Quadratic, datasets, descend
from pages.lessons.quadratic import charts as quadratic_charts
from pages.lessons.quadratic import runs
from pages.lessons.race import charts as race_charts
from pages.lessons.race.runs import Lane, Race
from pages.lessons.regression import charts as regression_charts
from pages.lessons.regression.runs import Fit
from pages.shared.data.regression import Model
from pages.shared.frame.shell import ARTICLES, LESSONS, run
from pages.shared.lesson import link_to
from pages.shared.picture import timeline
from pages.shared.settings.kinds import Choice
from pages.shared.settings.panel import Panel
from pages.shared.teaching import scene_pictures
from pages.shared.teaching.gallery import GROUPS, SLIDES

COLUMNS = 3
ALL = "All"
SHOWS = Choice("shows", "Scenes by what they show", (*GROUPS, ALL), GROUPS[0], side_by_side=True)


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
    st.page_link(ARTICLES, label="The four articles behind the lab, checked", icon=":material/rule:")
    gallery()


def gallery() -> None:
    """The scenes of all lessons, sorted by what they show, each with a picture of its run."""
    st.header("Scenes")
    st.markdown(
        f"{len(SLIDES)} ready-made settings of the lessons, by the failure that they show. In quotation marks: what "
        "many believe. Below it: what to say in class. A click opens the scene in its lesson; there *Previous* and "
        "*Next* lead through all of them, like slides."
    )
    panel = Panel("home", SHOWS)
    panel.draw("shows")
    panel.introduce()
    shown = [n for n, slide in enumerate(SLIDES) if panel.values["shows"] in (slide.scene.shows, ALL)]
    for row in range(0, len(shown), COLUMNS):
        for column, n in zip(st.columns(COLUMNS), shown[row : row + COLUMNS], strict=False):
            with column.container(border=True, height="stretch"):
                scene_card(n)


def scene_card(n: int) -> None:
    path, page, scene = SLIDES[n]
    picture, words = scene_pictures.picture(n, timeline.palette())
    st.image(picture, alt=f"{scene.name}: {words}", width="stretch")
    link_to(scene, path, page, f"**{scene.name}**")
    st.caption(LESSONS[path][0])
    st.markdown(f"*“{scene.misconception}”*")
    st.markdown(scene.talking_point)


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
