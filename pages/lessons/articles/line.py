"""What the article on the line prints, what is computed in both precisions, and where it slips."""

import numpy as np
import streamlit as st

from gdcore import datasets, theory
from pages.lessons.articles import printed
from pages.lessons.articles.printed import point, run_of
from pages.lessons.race import RACE
from pages.lessons.race.scenes import DECAY, DRIFT
from pages.lessons.race.scenes import PUBLISHED as BATCHES
from pages.lessons.regression import REGRESSION
from pages.lessons.regression.scenes import ARTICLE_LINE
from pages.shared.words import count, number

TITLE = "C · The line"
LINKS = ((REGRESSION, ARTICLE_LINE), (RACE, DECAY), (RACE, BATCHES), (RACE, DRIFT))

SAID, SAID_LOSS = (2, 1), "0"  # (w, b), and the loss that the text gives it
INTENDED = (2, -1)  # the line that its points lie on


def show() -> None:
    model, trace = run_of(ARTICLE_LINE, datasets.line())
    start, rate, updates = trace.theta[0], float(ARTICLE_LINE.settings["rate"]), trace.steps_taken
    objective = model.objective
    single = printed.single_precision(objective.design, objective.targets, start, rate, updates)
    curved = theory.curvatures(objective)
    best = objective.optimum.item()
    x, y = model.dataset.features[:, 0], model.dataset.targets
    said, intended = (float(np.square(w * x + b - y).mean()) for w, b in (SAID, INTENDED))
    w, loss = printed.PRINTED_LINE[updates][1:]

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
