"""Lesson 1: gradient descent on f(x) = a2 x^2 + a1 x + a0, where one factor decides everything."""

import numpy as np
import streamlit as st

from gdcore import Constant, Quadratic, Trace
from pages.lessons import SLIDES, run
from pages.lessons.quadratic import charts, runs, words
from pages.lessons.quadratic.scenes import ARTICLE, SCENES
from pages.lessons.quadratic.settings import RATE, SETTINGS, compute
from pages.shared.lesson import Scene, choose_scene, for_the_lecturer, in_numbers, steps_table
from pages.shared.picture import timeline
from pages.shared.settings.common import pick_a_rate
from pages.shared.settings.kinds import in_full
from pages.shared.settings.panel import Panel
from pages.shared.take_home import animation as take_home
from pages.shared.take_home import run as programs
from pages.shared.take_home.code import code_to_take_home
from pages.shared.teaching import sweep
from pages.shared.teaching.gallery import previous_and_next
from pages.shared.teaching.pins import CACHED, Kept, Need, Pins, Place, not_in_the_link
from pages.shared.teaching.predict import Prediction
from pages.shared.words import number

PARABOLA = (Need(lambda values: (values["a0"], values["a1"], values["a2"]), "another parabola"),)
CURVE = Place("curve", ("x_low", "x_high", "f_low", "f_high"), PARABOLA)
GAP = Place("gap", ("first", "updates", "gap_low", "gap_high"), PARABOLA)
ITERATES = Place("iterates", ("first", "updates", "x_low", "x_high"), PARABOLA)


def page() -> None:
    panel = Panel("quadratic", *SETTINGS)
    with st.sidebar:
        paging, above = st.container(), st.container()
        settings(panel)
        scene = choose_scene(above, panel, SCENES)
        previous_and_next(paging, panel, scene, SLIDES)
    values = panel.values
    picture = picture_of(values)
    objective, rate, trace = picture.objective, picture.learning_rate, picture.trace
    prediction = Prediction(panel, lambda: words.question(objective, rate, values["start"]))
    pins = Pins(panel, kept, ("left", "right"))

    title = f"Descent on f(x) = {words.formula(objective)}"
    verdict = words.told(words.verdict(picture), picture, values)
    st.title(title)
    panel.introduce()
    with st.container(key="quadratic"):
        look = scene.look if scene else "Each update moves x downhill by η (the learning rate) times the gradient."
        prediction.lead(lambda: verdict.show(look))
        rules, end = [words.rule(picture.path, values["rate"])], words.ending(trace.outcome, values)
        opens = {"opens_at": panel.lesson.at, "gate": prediction.gate}
        with st.container(horizontal=True, key="quadratic_bar"):
            timeline.bar("quadratic", picture.path["update"], rules, end, **opens)
            pins.button()
        left, right = timeline.columns("quadratic", 3, 2)
        with left:
            alt = f"The curve {words.formula(objective)} with a ball on it and its path from {number(values['start'])}."
            timeline.chart(charts.curve, alt, pins.on(CURVE, picture.curve()))
            st.caption("Ball: x now · dashed ring: where the next update leads · orange: the slope · arrows: steps")
        with right, st.container(key="quadratic_result"):
            build, what = (
                (charts.gap, "gap to the minimum") if objective.optimum is not None else (charts.value, "value")
            )
            timeline.chart(build, f"The {what} over the updates, computed and predicted.", pins.on(GAP, picture.gap()))
            st.caption("Dots: computed · dashed line: predicted by theory")
        below = st.container(key="quadratic_pins")
        with st.container(key="quadratic_result_more"):
            if not prediction.is_open:
                in_numbers(" ".join(verdict.below))
            sweep.show("quadratic", lambda: every_rate(objective, values), lambda rate: panel.assign({"rate": rate}))
            more(scene, values, picture, pins)
            take_home.offer(title, verdict.whole)
        pins.table(below)


def settings(panel: Panel) -> None:
    """The settings in the order in which a teacher touches them."""
    panel.draw("rate")
    a2 = panel.values["a2"]
    best, limit = (f"1/{in_full(2 * a2)}", f"1/{in_full(a2)}") if a2 > 0 else (None, None)
    pick_a_rate(panel, best, limit, "There is no such rate: a2 is not above 0, so there is no minimum.")
    panel.draw("start")
    st.markdown("f(x) = a2 x² + a1 x + a0")
    panel.draw_row("a2", "a1", "a0")
    with st.expander("More settings"):
        panel.draw("updates", "tolerance")
        panel.draw_row("left", "right")
    left, right = panel.values["left"], panel.values["right"]
    if not left < right:
        said = f"from {number(left)} to {number(right)}"
        panel.refuse(f"Frame: it must begin below its end, not run {said}; −20 to 20 is used.", "left", "right")
    panel.undo_reset_share(not_in_the_link(panel))


def every_rate(objective: Quadratic, values: dict) -> sweep.Sweep | str:
    """The same run at a hundred rates."""
    start, rate = np.array([values["start"]]), RATE.number(values["rate"])
    return sweep.of_descent(objective, start, rate, values["updates"], float(values["tolerance"]), "update")


def picture_of(values: dict) -> runs.Picture:
    """The run with the frame that it is shown in."""
    objective, trace = compute(values)
    return runs.Picture(objective, RATE.number(values["rate"]), trace, (values["left"], values["right"]))


@st.cache_data(max_entries=CACHED, show_spinner=False)
def kept(values: dict) -> Kept:
    """What stays of a run that is pinned."""
    picture = picture_of(values)
    return Kept(picture.pinned(), words.result(picture, values))


def more(scene: Scene | None, values: dict, picture: runs.Picture, pins: Pins) -> None:
    """Below the charts: the article’s slip, one more chart, the table, the code, what to notice."""
    if scene is ARTICLE:
        st.markdown(smallest_is_not_lowest(values))
    for_the_lecturer(scene)
    closer = st.expander(
        "x over the updates", icon=":material/show_chart:", key="quadratic_iterates", on_change="rerun"
    )
    if closer.open:
        with closer:
            timeline.chart(charts.iterates, "The parameter x over the updates.", pins.on(ITERATES, picture.iterates()))
    steps_table(picture.taken_steps(), COLUMNS, "quadratic")
    code_to_take_home(lambda: described(values, picture.trace), "quadratic")
    with st.expander("What to notice", icon=":material/lightbulb:"):
        st.markdown(NOTICE)


NOTICE = """
- Every update multiplies the distance to the minimum by the same factor. That is why the gap is a straight line on a
  log axis.
- Crossing the minimum is not failing. Jumps that grow are.
- The limit of the rate depends on the curvature alone: the start, a1 and a0 do not change it.
- The tolerance measures the length of a step, not the distance that is left.
- The machine keeps about 16 digits of x. Where the gap leaves theory’s line far below, rounding has taken over.
"""

COLUMNS = {
    "update": "update t",
    "x": "x",
    "f": "f(x)",
    "gradient": "gradient f′(x)",
    "rate": "rate η",
    "next_x": "new x",
}


def smallest_is_not_lowest(values: dict) -> str:
    """The article prints the smallest x of its series as the answer. At rate 0.2 that is wrong."""
    objective, trace = compute(values)
    _, jumping = compute(values | {"rate": "0.2"})
    smallest, lowest = jumping.theta.min(), jumping.theta[jumping.value.argmin(), 0]
    return (
        f"**A slip in the article.** It prints the smallest x of the series as its answer, here "
        f"{number(trace.theta.min(), 5)}. The smallest x is not the x of the smallest f(x): at rate 0.2 the series "
        f"jumps across, and its smallest x is {number(smallest)}, while the lowest point that it visits is "
        f"x = {number(lowest, 6)}; the minimum is {number(objective.optimum.item(), 6)}."
    )


def described(values: dict, trace: Trace) -> programs.Run:
    """The run on the screen, for the programs."""
    return programs.Run(
        Quadratic(a0=values["a0"], a1=values["a1"], a2=values["a2"]),
        [values["start"]],
        Constant(RATE.number(values["rate"])),
        programs.updates_in_range(trace, values["updates"]),
        tolerance=float(values["tolerance"]),
        rate=values["rate"],
    )


if __name__ == "__main__":
    run(page)
