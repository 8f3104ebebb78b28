"""Raw against standardised features: the same data, start and epochs, on either scale at the best rate that it has.

The loss is the same function on both scales, and both runs start at the same line. So how far each has come is told by
the share of the gap, loss less least loss, that is left; a distance would be in other units here and there.
"""

from typing import NamedTuple

import numpy as np
import streamlit as st

from gdcore import GradientDescent, descend, theory
from gdcore.datasets import Dataset
from pages.lessons.regression import charts, tables
from pages.lessons.regression.runs import Fit
from pages.lessons.regression.settings import model_of, start_of
from pages.shared.lesson import Told
from pages.shared.picture import timeline
from pages.shared.stage import Stage
from pages.shared.teaching.verdicts import GAP_GOAL
from pages.shared.words import count, number, percent


class Pair(NamedTuple):
    raw: Fit
    standardised: Fit


def compute(dataset: Dataset, values: dict) -> Pair:
    return Pair(*(_at_its_best(dataset, values | {"standardise": standardise}) for standardise in (False, True)))


def _at_its_best(dataset: Dataset, values: dict) -> Fit:
    model = model_of(values, dataset)
    rate = theory.best_rate(theory.curvatures(model.objective))
    trace = descend(model.objective, start_of(model, values), GradientDescent(), rate, values["updates"])
    return Fit(model, rate, trace, equal_aspect=values["equal"])


def gap_left(fit: Fit) -> np.ndarray:
    """The share of the starting gap that is left at every epoch, (T + 1,); 0 where there is none at the start."""
    gaps = fit.trace.value - fit.model.floor
    return np.maximum(gaps, 0) / gaps[0] if gaps[0] > 0 else np.zeros_like(gaps)


def told(pair: Pair) -> Told:
    """Which of the two is down to a hundredth of its gap, and what decides it."""
    ends = [float(gap_left(fit)[-1]) for fit in pair]
    there = [end <= GAP_GOAL for end in ends]
    plain = {
        (False, True): "On one scale it is there; with raw features it has hardly begun."
        if ends[0] > 0.5
        else "On one scale it is there; with raw features it is still on its way.",
        (True, True): "Both are there: these features are of about one size.",
        (False, False): "Neither is there yet.",
        (True, False): "With raw features it is there; on one scale it is still on its way.",
    }[tuple(there)]
    color = "green" if any(there) else "orange"
    return Told(color, "Raw against standardised", plain, tuple(map(_in_numbers, ("Raw", "Standardised"), pair)))


def _in_numbers(name: str, fit: Fit) -> str:
    curved = theory.curvatures(fit.model.objective)
    epochs = count(len(fit.trace.value) - 1, "epoch")
    return (
        f"{name}: condition number κ = {number(theory.condition_number(curved), 3)}, best rate "
        f"{number(fit.learning_rate, 3)}; after {epochs} {percent(float(gap_left(fit)[-1]))} of the starting gap is "
        "left."
    )


def bar(pair: Pair) -> timeline.Bar:
    """At every frame, how much of the gap each of the two has left."""
    raw, standardised = (gap_left(fit)[fit.updates].tolist() for fit in pair)
    says = [
        f"gap left: raw {percent(mine)}, standardised {percent(other)}"
        for mine, other in zip(raw, standardised, strict=True)
    ]
    made = len(pair.raw.trace.value) - 1
    return timeline.Bar(pair.raw.updates, (), f"Stopped here: all {count(made, 'epoch')} are used up.", "epoch", says)


def show(pair: Pair, stage: Stage) -> None:
    """The same loss over the parameters of either scale, with the run that is the fastest there."""
    why = "Two runs are on the screen already."
    with stage.show(told(pair), bar(pair), lambda: None, no_pins=why):
        for place, fit, name in zip(stage.columns(Raw=1, Standardised=1), pair, pair._fields, strict=True):
            with place:
                titles = (fit.model.title(parameter) for parameter in fit.model.names[:2])
                surface, alt = fit.surface(timeline.palette().ramp), f"The loss over the {name} parameters."
                size = dict.fromkeys(("width", "height"), "content" if fit.equal_aspect else "stretch")
                stage.chart(charts.surface, alt, surface, *titles, fit.equal_aspect, key=f"regression_{name}", **size)
                st.caption(f"{name.capitalize()} features, rate {number(fit.learning_rate, 3)}")
        with stage.below():
            st.markdown(tables.stability(pair.raw))
