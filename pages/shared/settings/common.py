"""What several lessons let one set in the same way: the rate and its quick picks, the start, tolerance, noise."""

import numpy as np
import streamlit as st

from gdcore import theory
from gdcore.datasets import Dataset
from pages.shared.data.cells import LARGEST, SMALLEST
from pages.shared.data.regression import Model
from pages.shared.settings import glossary
from pages.shared.settings.kinds import Choice, Number
from pages.shared.settings.panel import Panel
from pages.shared.settings.rates import Rate
from pages.shared.words import number

RATE = Rate("rate", "Learning rate η (eta)", "0.05", help=glossary.help("learning rate"))
NO_RATE = "That is more, or less, than the machine’s numbers can say."
NOISE = Number("noise", "Noise (standard deviation)", 0, 100, 1, 0.1, help=glossary.help("noise"))
OUTLIERS = Number("outliers", "Outliers", 0, 20, 0, 1, whole=True, help=glossary.help("outlier"))
TOLERANCES = ("0", *(f"1e-{digits}" for digits in range(12, 0, -1)))
STEEPEST = LARGEST / SMALLEST  # the largest slope that a table can ask for
IN_UNITS_OF_THE_DATA = "Start, in the units of the data"


def tolerance(default: str) -> Choice:
    return Choice("tolerance", "Tolerance", TOLERANCES, default, ordered=True, help=glossary.help("tolerance"))


def examples(default: int) -> Number:
    return Number("n", "Examples n", 20, 5000, default, 10, whole=True, help=glossary.help("example"))


def seed(name: str, label: str, default: int) -> Number:
    return Number(name, label, 0, 9999, default, 1, whole=True, help=glossary.help("seed"))


def parameter(name: str, label: str, default: float, step: float, help: str) -> Number:
    """A slope or an intercept, as large and as small as a table of the reader's own can need it."""
    return Number(name, label, -STEEPEST, STEEPEST, default, step, smallest=1 / STEEPEST, help=help)


def names_of_the_line(n_features: int) -> tuple[str, ...]:
    """The settings that are the start: slopes and intercept."""
    return ("w1", "b") if n_features == 1 else ("w1", "w2", "b")


def pick_a_rate(panel: Panel, best: str | None, limit: str | None, none: str = "") -> None:
    """Buttons for the rates that have a name; `none` says why there is no best one and no limit."""
    now = panel.values["rate"]
    with st.container(horizontal=True, gap="medium"):
        panel.quick_pick("rate", "half", RATE.times(now, 1 / 2), NO_RATE)
        panel.quick_pick("rate", "double", RATE.times(now, 2), NO_RATE)
        panel.quick_pick("rate", "best", best, none)
        panel.quick_pick("rate", "limit", limit, none)


def best_when_standardised(dataset: Dataset) -> str:
    """The best rate of plain descent on all examples once the features are standardised, with all its digits."""
    return repr(theory.best_rate(theory.curvatures(Model(dataset, standardise=True).objective)))


def remember_the_switch(panel: Panel, standardise: bool) -> None:
    st.session_state[panel.key("switched")] = standardise


def keep_a_rate_that_works(panel: Panel, model: Model, limit: float, best: float) -> None:
    """Where the reader has just switched *standardise*, a rate that is not below the new limit gives way to the best.

    Here and not in the callback of the switch: that would have to keep the data for it, and to decompose them again.
    """
    switched = st.session_state.pop(panel.key("switched"), None)
    if switched is model.standardise and RATE.number(panel.values["rate"]) >= limit:
        panel.assign({"rate": repr(best)})


def offer_to_standardise(panel: Panel, dataset: Dataset, **also: str) -> None:
    """One click to features of one size, at the best rate of that scale: one step of Undo, and all of it or nothing.

    also: what else has to be set for it. The button keeps the settings alone, and not the table.
    """
    wanted = {"standardise": True, "rate": best_when_standardised(dataset), **also}
    if panel.may_change(*wanted):
        label, key = "Standardise and take the best rate", panel.key("way_out")
        st.button(label, key=key, on_click=panel.assign, args=(wanted,), icon=":material/straighten:")


def take_back_a_start_without_loss(panel: Panel, model: Model, theta: np.ndarray) -> None:
    """A start, theta, at which the loss is too large to compute is taken back, and that is said."""
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(model.objective.value(theta)):
            return
    names = names_of_the_line(model.dataset.features.shape[1])
    said, used = (
        ", ".join(f"{panel.settings[name].label} = {number(values[name])}" for name in names)
        for values in (panel.values, panel.defaults)
    )
    panel.refuse(f"Start: at {said} the loss is too large to compute; {used} is used.", *names)
