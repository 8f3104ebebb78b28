"""What the article on the quadratic prints, what is computed, and where it slips."""

import numpy as np
import streamlit as st

from gdcore import theory
from pages.lessons.articles import printed
from pages.lessons.articles.printed import PARABOLA, fixed
from pages.lessons.quadratic import QUADRATIC
from pages.lessons.quadratic.scenes import ARTICLE
from pages.lessons.quadratic.words import formula
from pages.shared.words import count, number

TITLE = "A · The quadratic"
LINKS = ((QUADRATIC, ARTICLE),)

OTHER_RATES = ("0.1", "0.2", "0.3", "0.33")


def show() -> None:
    start, rate, tolerance = (float(ARTICLE.settings[name]) for name in ("start", "rate", "tolerance"))
    trace = printed.descent_on_the_parabola()
    end, minimum = trace.theta[-1, 0], PARABOLA.optimum.item()
    needed = theory.updates_to_settle(PARABOLA, np.array([start]), rate, tolerance)
    settled = printed.descent_on_the_parabola(updates=needed + 1)

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


def answers_at_other_rates() -> str:
    """What the listing would print, and what it should."""
    rows = ["| rate η | its answer, the smallest x | x of the smallest f(x) |", "|--:|--:|--:|"]
    for rate in (ARTICLE.settings["rate"], *OTHER_RATES):
        trace = printed.descent_on_the_parabola(rate=rate)
        lowest = trace.theta[trace.value.argmin(), 0]
        rows.append(f"| {rate} | {fixed(trace.theta.min(), 5)} | {fixed(lowest, 5)} |")
    return "\n".join(rows)
