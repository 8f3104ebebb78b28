"""Lesson 1: gradient descent on f(x) = a2 x^2 + a1 x + a0, where one factor decides everything."""

import streamlit as st

from pages.lessons import SLIDES, run
from pages.lessons.quadratic import QUADRATIC, charts, words
from pages.lessons.quadratic.pins import CURVE, GAP, ITERATES
from pages.lessons.quadratic.runs import Picture
from pages.lessons.quadratic.scenes import ARTICLE
from pages.lessons.quadratic.settings import compute
from pages.lessons.quadratic.take_home import described
from pages.shared.settings.common import pick_a_rate
from pages.shared.settings.kinds import AUTO
from pages.shared.settings.panel import Panel
from pages.shared.settings.rates import in_full
from pages.shared.stage import Stage
from pages.shared.take_home.code import code_to_take_home
from pages.shared.take_home.steps import steps_table
from pages.shared.teaching import sweep
from pages.shared.words import number


def page() -> None:
    stage = Stage(QUADRATIC, SLIDES)
    with stage.settings() as panel:
        settings(stage, panel)
    values, picture = panel.values, compute(panel.values)
    stage.headline(f"f(x) = {words.formula(picture.objective)}")
    saying = words.told(words.verdict(picture), picture, values)
    with stage.show(saying, words.bar(picture, values), lambda: words.question(picture)):
        left, right = stage.columns(Parabola=3, Gap=2)
        with left:
            alt = "The curve f(x) with a ball on it and its path."
            stage.chart(charts.curve, alt, picture.curve(), place=CURVE)
            st.caption("Ball: x now · dashed ring: where the next update leads · orange: the slope · arrows: steps")
        with right, stage.result():
            build, what = (
                (charts.gap, "gap to the minimum") if picture.objective.optimum is not None else (charts.value, "value")
            )
            stage.chart(build, f"The {what} over the updates, computed and predicted.", picture.gap(), place=GAP)
            st.caption("Dots: computed · dashed line: predicted by theory")
        with stage.below():
            sweep.show("quadratic", lambda: every_rate(picture, values), stage.take_rate)
            more(stage, picture)


def settings(stage: Stage, panel: Panel) -> None:
    """The settings in the order in which a teacher touches them."""
    a2 = panel.values["a2"]
    best, limit = (f"1/{in_full(2 * a2)}", f"1/{in_full(a2)}") if a2 > 0 else (None, None)
    with stage.at_hand():
        panel.draw("rate")
        pick_a_rate(panel, best, limit, "There is no such rate: a2 is not positive, so there is no minimum.")
    panel.draw("start")
    st.markdown("f(x) = a2 x² + a1 x + a0")
    panel.draw_row("a2", "a1", "a0")
    panel.fold("updates", "tolerance", ("left", "right"))
    left, right = panel.values["left"], panel.values["right"]
    if AUTO not in (left, right) and not left < right:
        said = f"from {number(left)} to {number(right)}"
        panel.refuse(f"Frame: it must begin below its end, not run {said}; the run’s own is used.", "left", "right")


def every_rate(picture: Picture, values: dict) -> sweep.Sweep | str:
    """The same run at a hundred rates."""
    start, updates, tolerance = picture.trace.theta[0], values["updates"], float(values["tolerance"])
    return sweep.of_descent(picture.objective, start, picture.learning_rate, updates, tolerance, "update")


def more(stage: Stage, picture: Picture) -> None:
    """Below the charts: the article’s slip, one more chart, the table, the code, what to notice."""
    if stage.scene is ARTICLE:
        st.markdown(words.smallest_is_not_lowest(picture, compute(stage.values | {"rate": "0.2"})))
    closer = st.expander(
        "x over the updates", icon=":material/show_chart:", key="quadratic_iterates", on_change="rerun"
    )
    if closer.open:
        with closer:
            stage.chart(charts.iterates, "The parameter x over the updates.", picture.iterates(), place=ITERATES)
    steps_table(picture.taken_steps(), words.COLUMNS, "quadratic")
    code_to_take_home(lambda: described(picture, stage.values), "quadratic")
    with st.expander("What to notice", icon=":material/lightbulb:"):
        st.markdown(words.NOTICE)


if __name__ == "__main__":
    run(page)
