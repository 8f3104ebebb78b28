"""The articles, checked: what four published tutorials print, what is computed here, and where they slip.

Typed are only quotations: what an article prints (`printed`) and what its listing sets (the scenes, and the constants
here). Every other number is computed when the page is drawn.
"""

from itertools import pairwise
from math import ceil, log

import numpy as np
import streamlit as st

from gdcore import GradientDescent, Momentum, Trace, datasets, descend, theory
from gdcore.datasets import Dataset
from pages.lessons import run
from pages.lessons.articles import printed
from pages.lessons.articles.printed import PARABOLA, fixed
from pages.lessons.quadratic import QUADRATIC
from pages.lessons.quadratic.scenes import ARTICLE, DIVERGES, TOO_SMALL
from pages.lessons.quadratic.words import formula
from pages.lessons.race import RACE
from pages.lessons.race.scenes import DECAY, DRIFT
from pages.lessons.race.scenes import PUBLISHED as BATCHES
from pages.lessons.regression import REGRESSION
from pages.lessons.regression.scenes import ARTICLE_LINE, BROADCAST, MEANT, PUBLISHED, REPAIRED, SLOPE
from pages.shared.data.regression import Model
from pages.shared.lesson import Scene
from pages.shared.teaching.gallery import Slide
from pages.shared.words import count, number

LINKS = {
    "quadratic": ((QUADRATIC, ARTICLE),),
    "classifier": ((QUADRATIC, TOO_SMALL), (QUADRATIC, DIVERGES)),
    "line": ((REGRESSION, ARTICLE_LINE), (RACE, DECAY), (RACE, BATCHES), (RACE, DRIFT)),
    "plane": ((REGRESSION, PUBLISHED), (REGRESSION, REPAIRED), (REGRESSION, MEANT)),
}


def page() -> None:
    st.title("The articles, checked")
    st.markdown(
        "This lab grew out of four public tutorials: here is what each prints, what is computed from the same "
        "settings, and where it slips."
    )
    st.caption(
        "Printed numbers are quotations, all others are computed as the page is drawn. The difference is "
        f"|printed − computed|; “{printed.AGREE}”: rounded to as many digits, what is computed is what is printed."
    )
    quadratic()
    classifier()
    line()
    plane()


def links(article: str) -> None:
    with st.container(horizontal=True):
        for lesson, scene in LINKS[article]:
            Slide(lesson, scene).link(f"{lesson.title}: {scene.name}")


# ---- A: the quadratic

OTHER_RATES = ("0.1", "0.2", "0.3", "0.33")


def quadratic() -> None:
    start, rate, tolerance = (float(ARTICLE.settings[name]) for name in ("start", "rate", "tolerance"))
    trace = printed.descent_on_the_parabola()
    end, minimum = trace.theta[-1, 0], PARABOLA.optimum.item()
    needed = theory.updates_to_settle(PARABOLA, np.array([start]), rate, tolerance)
    settled = printed.descent_on_the_parabola(updates=needed + 1)

    st.header("A · The quadratic")
    st.markdown(
        "“Gradient Descent – Everything You Need To Know With Implementation In Python”. It teaches the rule "
        "new x = x − learning rate η (eta) × gradient, and that a rate can be too small or too large. "
        f"Its run: f(x) = {formula(PARABOLA)} from x = {number(start)} at the rate {number(rate)}, until an update is "
        f"shorter than the tolerance {number(tolerance)}, or for {count(ARTICLE.settings['updates'], 'update')}."
    )
    st.markdown(
        "| | printed | computed | difference |\n|---|--:|--:|--:|\n"
        f"| its answer | {printed.beside([trace.theta.min()], [printed.PRINTED_MINIMUM])} |"
    )
    st.markdown(
        f"""
**Where it slips**

- As published it does not run: it has no-break spaces and curly quotes in the code, two `if` lines outside the loop
  that they belong to, and calls `funct`, which it never defines. With these repaired it prints the number above.
- It does not arrive. After {count(trace.steps_taken, "update")}, the most that it may make, x is still
  {number(abs(end - minimum), 3)} from the minimum x = {number(minimum, 5)}. The tolerance would end the run after
  {count(settled.steps_taken, "update")}, at x = {number(settled.theta[-1, 0], 5)}: it measures the last step, not the
  distance that is left.
- It prints the smallest x that it visits, and not the x of the smallest f(x). The two are the same only while x stays
  on one side of the minimum, up to the rate {number(theory.best_rate(theory.curvatures(PARABOLA)))}:
"""
    )
    st.markdown(answers_at_other_rates())
    links("quadratic")


def answers_at_other_rates() -> str:
    """What the listing would print, and what it should."""
    rows = ["| rate η | its answer, the smallest x | x of the smallest f(x) |", "|--:|--:|--:|"]
    for rate in (ARTICLE.settings["rate"], *OTHER_RATES):
        trace = printed.descent_on_the_parabola(rate=rate)
        lowest = trace.theta[trace.value.argmin(), 0]
        rows.append(f"| {rate} | {fixed(trace.theta.min(), 5)} | {fixed(lowest, 5)} |")
    return "\n".join(rows)


# ---- B: the classifier

LAYERS = (784, 64, 32, 10)  # inputs, two hidden layers, outputs
IMAGES, BATCH, EPOCHS = 60_000, 128, 10  # of MNIST's part for training, and of the listing
KERAS_RATE = 0.01  # of `sgd`, where a listing names none
BETA, DROP, DROPS_AFTER, UPDATES = 0.9, 0.1, 10, 200  # of our comparison of two rules of momentum


def classifier() -> None:
    weights = sum((n + 1) * m for n, m in pairwise(LAYERS))
    a_pass = ceil(IMAGES / BATCH)
    start = ARTICLE.settings["start"]
    slope = PARABOLA.gradient(start)
    update = f"{number(start)} − {number(KERAS_RATE)} × {number(slope)}"
    constant = np.full(UPDATES, KERAS_RATE)
    dropping = np.where(np.arange(UPDATES) < DROPS_AFTER, KERAS_RATE, KERAS_RATE * DROP)

    st.header("B · The Keras classifier")
    st.markdown(
        "“Mastering Python for Machine Learning”. It teaches the same rule, new w = old w − learning rate × gradient "
        "of the loss, on a network that reads handwritten digits. Then it names what can go wrong: a poor start, a "
        "poor learning rate, overfitting."
    )
    st.info(
        "The network itself waits for the lesson on networks: its loss and accuracy, what raw pixels do to it, "
        "overfitting and its cures. What can be checked without it stands here.",
        icon=":material/hourglass_empty:",
    )
    layers = " → ".join(map(str, LAYERS))
    settings = f"{count(IMAGES, 'image')}, batches of {number(BATCH)}, {count(EPOCHS, 'epoch')}"
    st.markdown(
        "| | settings | computed |\n|---|---|--:|\n"
        f"| weights and biases of the network | layers {layers} | {number(weights)} |\n"
        f"| updates in all | {settings} | {number(a_pass * EPOCHS)} |\n"
        f"| images in the last batch of an epoch | the same | {number(IMAGES - (a_pass - 1) * BATCH)} |\n"
        f"| loss of a network that has learned nothing | {number(LAYERS[-1])} equal probabilities "
        f"| ln {number(LAYERS[-1])} = {number(log(LAYERS[-1]), 5)} |\n"
        f"| one update of its rule, on the parabola above | `sgd`, rate {number(KERAS_RATE)} "
        f"| {update} = {number(start - KERAS_RATE * slope, 5)} |"
    )
    st.markdown(
        f"""
**Where it slips, and what to know of Keras**

- There is no printed result to compare with: as published, `fit` gets the images and not their labels, and stops with
  “ValueError: None values not supported.”
- The same name need not mean the same rule. Keras keeps the rate inside the velocity (the memory of momentum); PyTorch,
  and this lab, keep it outside. At a constant rate the two paths differ by rounding alone, here by
  {number(momentum_apart(constant), 2)}. If the rate drops to {number(KERAS_RATE * DROP)} after
  {count(DROPS_AFTER, "update")}, they come to lie {number(momentum_apart(dropping), 3)} apart
  (β = {number(BETA)}, {count(UPDATES, "update")} on the parabola above).
- AdaGrad, RMSProp and Adam, which it names as what to read next, differ between the two as well: in their default rates
  and in where a small constant is added. This lab follows PyTorch.
"""
    )
    st.markdown("A poor learning rate can be seen at once on one parameter:")
    links("classifier")


def momentum_apart(rates: np.ndarray) -> float:
    """The largest distance between two paths with momentum, with the rate outside the velocity and inside."""
    start = ARTICLE.settings["start"]
    outside = descend(PARABOLA, [start], Momentum(BETA), lambda step: rates[step], len(rates)).theta[:, 0]
    inside, velocity = [start], 0.0
    for rate in rates:
        velocity = BETA * velocity - rate * PARABOLA.gradient(inside[-1])
        inside.append(inside[-1] + velocity)
    return float(np.abs(outside - inside).max())


# ---- C: the line

SAID, SAID_LOSS = (2, 1), "0"  # (w, b), and the loss that the text gives it
INTENDED = (2, -1)  # the line that its points lie on


def line() -> None:
    model, trace = run_of(ARTICLE_LINE, datasets.line())
    start, rate, updates = trace.theta[0], float(ARTICLE_LINE.settings["rate"]), trace.steps_taken
    objective = model.objective
    single = printed.single_precision(objective.design, objective.targets, start, rate, updates)
    curved = theory.curvatures(objective)
    best = objective.optimum.item()
    x, y = model.dataset.features[:, 0], model.dataset.targets
    said, intended = (float(np.square(w * x + b - y).mean()) for w, b in (SAID, INTENDED))
    w, loss = printed.PRINTED_LINE[updates][1:]

    st.header("C · The line")
    st.markdown(
        "“Gradient Descent – A deep dive”, with JAX. It teaches that a loss over one parameter is a valley, and that "
        f"descent walks down it. {count(len(y), 'point')} lie on y = {number(INTENDED[0])}x − {number(-INTENDED[1])}; "
        f"b is held at {number(model.held)}, the slope w starts at {number(start.item())}, the rate is {number(rate)}."
    )
    st.markdown(printed.line_table(trace))
    st.markdown(
        f"""
In double precision, in which this lab computes,
{printed.agreeing(printed.line_rows(trace.theta, trace.value), printed.PRINTED_LINE)} printed numbers agree to the last
digit. JAX computes in single precision, which has fewer digits; so computed,
{printed.agreeing(printed.line_rows(*single), printed.PRINTED_LINE)} do. By theory every update multiplies the distance
to the best w by {number(theory.contraction(curved, rate).item())}, and the limit of the rate is
{number(theory.rate_limit(curved))}.

**Where it slips**

- The text says that the loss at (w, b) = {point(SAID)} is {SAID_LOSS}. It is {number(said)}. It means
  {point(INTENDED)}, where the loss is {number(intended)}.
- The loss beside a new w belongs to the old w. In the last row it prints {loss} beside w = {w}, where the loss is
  {number(trace.value[-1])}. The best w is {number(best)}.
- The listing calls `numpy.array` and has no `numpy`, only `np`: it stops with a `NameError` as published.

It also claims that descent with all examples is steady and slow, with one example quick and noisy, and that
mini-batches lie between. These points cannot show that: they have no noise.
"""
    )
    links("line")


def point(parameters: tuple[float, ...]) -> str:
    return f"({', '.join(map(number, parameters))})"


def run_of(scene: Scene, dataset: Dataset) -> tuple[Model, Trace]:
    """The run that a scene of the regression lesson shows."""
    values = scene.settings
    held = values["b"] if values.get("learned") == SLOPE else None
    model = Model(dataset, held=held, broadcast=values.get("loss") == BROADCAST)
    start = model.start([values[name] for name in ("w1", "w2", "b") if name in values])
    return model, descend(model.objective, start, GradientDescent(), float(values["rate"]), values["updates"])


# ---- D: the plane

NEAR = 0.01  # of the loss at the start


def plane() -> None:
    dataset = datasets.article_regression()
    mistaken, trace = run_of(PUBLISHED, dataset)
    right, repaired = run_of(REPAIRED, dataset)
    _, meant = run_of(MEANT, dataset)
    rates = [float(scene.settings["rate"]) for scene in (REPAIRED, MEANT)]
    needed = [theory.updates_to_shrink(right.objective, trace.theta[0], rate, NEAR) for rate in rates]
    predictions = mistaken.objective.design[: len(printed.PRINTED_PREDICTIONS)] @ trace.theta[-1]

    st.header("D · Two features")
    st.markdown(
        "“Gradient Descent Algorithm in Machine Learning”, with PyTorch. It teaches batch descent on a regression: "
        f"{number(len(dataset.targets))} rows, two weights w₁, w₂ and an intercept b, "
        f"{count(trace.steps_taken, 'epoch')} at the rate {number(rates[0])}."
    )
    st.markdown(printed.plane_table(trace))
    rows = [
        f"| row {row} | {printed.beside([value], [text])} |"
        for row, (value, text) in enumerate(zip(predictions, printed.PRINTED_PREDICTIONS, strict=True), 1)
    ]
    st.markdown("\n".join(["| prediction, in the end | printed | computed | difference |", "|---|--:|--:|--:|", *rows]))
    st.markdown(
        f"""
{digits_in_both_precisions(mistaken, trace)}

**Where it slips**

- **The loss is the wrong one.** {printed.broadcast_mistake(dataset)}
- The speed does not give it away: the steepest curvature is
  {number(theory.curvatures(mistaken.objective).max())} with the mistake and
  {number(theory.curvatures(right.objective).max())} without. The place where descent ends does.
- With the right loss it would not have arrived either: after {count(repaired.steps_taken, "epoch")} at the rate
  {number(rates[0])}, (w₁, w₂, b) = {point(tuple(repaired.theta[-1]))} and the loss is {number(repaired.value[-1])}.
  Theory needs {count(needed[0], "epoch")} to bring the loss down to {number(100 * NEAR)} % of its start.
- The listing sets the rate {number(rates[1])} and then replaces it by {number(rates[0])}. At {number(rates[1])} theory
  needs {count(needed[1], "epoch")}, and after {count(meant.steps_taken, "epoch")} the parameter furthest from its best
  value is {number(np.abs(meant.theta[-1] - right.objective.optimum).max(), 2)} from it.
- Here too the printed loss is one update older than the weights beside it: in the last row
  {printed.PRINTED_PLANE[trace.steps_taken][-1]} is printed, and with those weights it is {number(trace.value[-1], 5)}.
"""
    )
    links("plane")


def digits_in_both_precisions(model: Model, trace: Trace) -> str:
    """How near the printed numbers are in double precision and in single.

    The mistaken loss is the distance to the mean of the targets, lifted by their variance.
    """
    targets = model.dataset.targets
    to_the_mean = np.full(len(targets), targets.mean())
    rate = float(PUBLISHED.settings["rate"])
    theta, loss = printed.single_precision(model.objective.design, to_the_mean, trace.theta[0], rate, trace.steps_taken)
    losses = {epoch: texts[-1:] for epoch, texts in printed.PRINTED_PLANE.items()}
    parameters = np.array([texts[:-1] for texts in printed.PRINTED_PLANE.values()], dtype=float)

    def found(theta: np.ndarray, loss: np.ndarray) -> str:
        rows = np.array(printed.plane_rows(theta, loss))
        largest = np.abs(rows[:, :-1] - parameters).max()
        return (
            f"{printed.agreeing(rows[:, -1:], losses)} printed losses agree to the last digit, "
            f"and the parameters differ by up to {number(largest, 2)}"
        )

    return (
        f"In double precision {found(trace.theta, trace.value)}. In single precision, in which PyTorch computes, "
        f"{found(theta, loss + np.float32(targets.var()))}. "
        "What is left depends on the order in which a library adds up."
    )


if __name__ == "__main__":
    run(page)
