"""What the toy lesson says of a run."""

import numpy as np

from gdcore import Trace
from pages.shared.lesson import Told
from pages.shared.picture.timeline import Bar, Rule
from pages.shared.teaching.predict import Answer, Question
from pages.shared.words import number, rate_text, steady


def is_at_the_bottom(trace: Trace) -> bool:
    return bool(trace.value[-1] < trace.learning_rate[-1])


def told(trace: Trace) -> Told:
    figures = f"The rate is {number(trace.learning_rate[0])}, and the ball ends {number(trace.value[-1])} away."
    if is_at_the_bottom(trace):
        return Told("orange", "Gets no nearer", "The ball is less than one step from the bottom.", (figures,))
    return Told("orange", "Has not arrived", "Right direction, but its updates ran out.", (figures,))


def bar(trace: Trace, values: dict) -> Bar:
    updates = np.arange(len(trace.theta))
    made = np.minimum(updates, trace.steps_taken - 1)  # at the last frame the update that led there
    old, gradient, new = (
        [steady(value) for value in column[:, 0].tolist()]
        for column in (trace.theta[made], trace.gradient[made], trace.theta[made + 1])
    )
    rule = Rule("x", old, [rate_text(values["rate"])] * len(old), gradient, new)
    return Bar(updates, [rule], f"Stopped here: all {len(updates) - 1} updates are used up.")


def question(trace: Trace) -> Question:
    answers = Answer("Less than one step from the bottom"), Answer("Still on its way to the bottom")
    why = f"Every step is {number(trace.learning_rate[0])} long, so it ends {number(trace.value[-1])} away."
    return Question("Where does the ball end?", answers, 0 if is_at_the_bottom(trace) else 1, why)
