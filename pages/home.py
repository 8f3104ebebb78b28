"""Home: what this is, a card for each lesson, and a gallery of all scenes."""

import streamlit as st

from pages.lessons import LESSONS, SLIDES, run
from pages.shared.frame.shell import ARTICLES
from pages.shared.picture import timeline
from pages.shared.settings.kinds import Choice
from pages.shared.settings.panel import Panel
from pages.shared.teaching.gallery import GROUPS, in_rows, picture

ALL = "All"
SHOWS = Choice("shows", "Scenes by what they show", (*GROUPS, ALL), GROUPS[0], side_by_side=True)


def page() -> None:
    st.title("The gradient-descent lab")
    st.markdown(
        "Gradient descent finds a low point of a function by going downhill, one update at a time: "
        "new x = x − learning rate × gradient. Here you can play it, step through it and break it. "
        "**What you see is exactly what was computed**: nothing is clipped or slowed down, and every update is shown "
        "with its numbers, beside what theory predicts."
    )
    for column, lesson in in_rows(LESSONS):
        with column.container(border=True):
            lesson.card()
            st.subheader(lesson.title)
            st.markdown(lesson.hint)
            st.page_link(lesson.path, label="Open the lesson", icon=":material/arrow_forward:")
    st.page_link(ARTICLES, label="The four articles behind the lab, checked", icon=":material/rule:")
    gallery()


def gallery() -> None:
    """The scenes of all lessons, sorted by what they show, each with a picture of its run."""
    st.header("Scenes")
    st.markdown(
        f"{len(SLIDES)} demonstrations, sorted by what goes wrong. Each begins with a common belief, in quotes, and "
        "says how to answer it. A click opens the scene in its lesson; there *Previous* and *Next* lead through all of "
        "them, like slides."
    )
    panel = Panel("home", SHOWS)
    panel.begin()
    panel.draw("shows")
    panel.introduce()
    shown = [n for n, slide in enumerate(SLIDES) if panel.values["shows"] in (slide.scene.shows, ALL)]
    for column, n in in_rows(shown):
        with column.container(border=True, height="stretch"):
            scene_card(n)


def scene_card(n: int) -> None:
    lesson, scene = SLIDES[n]
    drawn, words = picture(SLIDES[n], timeline.palette())
    st.image(drawn, alt=f"{scene.name}: {words}", width="stretch")
    SLIDES[n].link(f"**{scene.name}**")
    st.caption(lesson.title)
    st.markdown(f"*“{scene.misconception}”*")
    st.markdown(scene.talking_point)


if __name__ == "__main__":
    run(page)
