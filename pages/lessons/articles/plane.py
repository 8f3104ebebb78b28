"""What the article on two features prints, what is computed in both precisions, and where it slips."""

import numpy as np
import streamlit as st

from gdcore import Trace, datasets, theory
from pages.lessons.articles import printed
from pages.lessons.articles.printed import point, run_of
from pages.lessons.regression import REGRESSION
from pages.lessons.regression.scenes import MEANT, PUBLISHED, REPAIRED
from pages.shared.data.regression import Model
from pages.shared.words import count, number

TITLE = "D · Two features"
LINKS = ((REGRESSION, PUBLISHED), (REGRESSION, REPAIRED), (REGRESSION, MEANT))

NEAR = 0.01  # share of the starting loss


def show() -> None:
    dataset = datasets.article_regression()
    mistaken, trace = run_of(PUBLISHED, dataset)
    right, repaired = run_of(REPAIRED, dataset)
    _, meant = run_of(MEANT, dataset)
    rates = [float(scene.settings["rate"]) for scene in (REPAIRED, MEANT)]
    needed = [theory.updates_to_shrink(right.objective, trace.theta[0], rate, NEAR) for rate in rates]
    predictions = mistaken.objective.design[: len(printed.PRINTED_PREDICTIONS)] @ trace.theta[-1]

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
    st.markdown("\n".join(["| prediction, at the end | printed | computed | difference |", "|---|--:|--:|--:|", *rows]))
    st.markdown(
        f"""
{digits_in_both_precisions(mistaken, trace)}

**Where it slips**

- **The loss is the wrong one.** {printed.broadcast_mistake(dataset)}
- The speed does not give it away (the steepest curvature is
  {number(theory.curvatures(mistaken.objective).max())} with the mistake and
  {number(theory.curvatures(right.objective).max())} without it); the place where descent ends does.
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
