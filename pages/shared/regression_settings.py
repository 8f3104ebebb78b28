"""What can be set in the regression lesson, and the run that the settings make."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from gdcore import GradientDescent, datasets, descend
from gdcore.datasets import Dataset
from pages.shared.models import Model
from pages.shared.regression_runs import Fit
from pages.shared.regression_scenes import ALL, BROADCAST, EQUAL, MPG, NOISY, OWN, SIX, SLOPE, SQUARED, TWO
from pages.shared.settings import Choice, Number, Rate, Switch

TOLERANCES = ("0", *(f"1e-{digits}" for digits in range(12, 0, -1)))
RATE = Rate("rate", "Learning rate η (eta)", 1e-12, 100, "0.05", help="How far one update goes: η times the gradient.")

NOISY_SETTINGS = (
    Number("n", "Examples n", 20, 5000, 100, 10, whole=True),
    Number("slope1", "First slope", -100, 100, 2, 0.5),
    Number("slope2", "Second slope (0: one feature)", -100, 100, 0, 0.5),
    Number("intercept", "Intercept", -100, 100, -1, 0.5),
    Number("noise", "Noise (standard deviation)", 0, 100, 1, 0.1),
    Number("outliers", "Outliers", 0, 20, 0, 1, whole=True),
    Number("seed", "Seed", 0, 9999, 0, 1, whole=True),
)

SUGGESTED_RATE = {SIX: "0.05", TWO: "0.1", NOISY: "0.1", EQUAL: "0.05", MPG: "5e-8"}


def all_settings() -> tuple:
    return (
        Choice("data", "Data", (SIX, TWO, NOISY, EQUAL, MPG, OWN), SIX, then=suggest_rate),
        RATE,
        Number(
            "w1", "w", -1e12, 1e12, 0, 0.5, smallest=1e-12, help="The slope at the start, in the units of the data."
        ),
        Number("w2", "w₂", -1e12, 1e12, 0, 0.5, smallest=1e-12),
        Number("b", "b", -1e12, 1e12, 0, 0.5, smallest=1e-12),
        Number("updates", "Epochs", 1, 10_000, 100, 50, whole=True),
        Switch("standardise", "Standardise the features", help="Shift each to mean 0 and stretch it to deviation 1."),
        Choice("learned", "What is learned", (ALL, SLOPE), ALL, help="With one feature b can be held where it starts."),
        Choice("loss", "Loss", (SQUARED, BROADCAST), SQUARED),
        Choice(
            "tolerance",
            "Tolerance",
            TOLERANCES,
            "0",
            ordered=True,
            help="Stop before an update that moves less than this.",
        ),
        Choice("scale", "Axis of the loss", ("log", "linear"), "log", ordered=True),
        Switch(
            "equal", "Equal scales on the loss surface", help="Then the gradient stands at right angles on the contour."
        ),
        Switch("hand", "Fit by hand first", help="Lay a line yourself, then let descent go on from it."),
        Number("hand_w", "Your slope", -1e12, 1e12, 0, 0.1, smallest=1e-12),
        Number("hand_b", "Your intercept", -1e12, 1e12, 0, 0.1, smallest=1e-12),
        *NOISY_SETTINGS,
    )


def suggest_rate(data: str) -> None:
    """A rate that suits these data, for a reader who picks them by hand; links and scenes say theirs."""
    if data in SUGGESTED_RATE:
        RATE.store("regression_rate", SUGGESTED_RATE[data])


def dataset_of(values: Mapping[str, Any]) -> Dataset:
    """The data that the settings name; a reader's own are not among them."""
    if values["data"] == NOISY:
        return datasets.noisy_line(**noisy_options(values))
    if values["data"] == EQUAL:
        line = datasets.line()
        return line._replace(features=np.column_stack([line.features, line.features]), feature_names=("x₁", "x₂"))
    return {SIX: datasets.line, TWO: datasets.article_regression, MPG: datasets.auto_mpg}[values["data"]]()


def noisy_options(values: dict) -> dict:
    """The arguments of `datasets.noisy_line`."""
    slopes = (values["slope1"],) if values["slope2"] == 0 else (values["slope1"], values["slope2"])
    return {"slopes": slopes} | {name: values[name] for name in ("n", "intercept", "noise", "outliers", "seed")}


def model_of(values: dict, dataset: Dataset) -> Model:
    return Model(
        dataset,
        held=values["b"] if values["learned"] == SLOPE else None,
        standardise=values["standardise"],
        broadcast=values["loss"] == BROADCAST,
    )


def compute(model: Model, values: dict) -> Fit:
    """The run on the screen."""
    rate = RATE.number(values["rate"])
    names = ("w1", "b") if model.dataset.features.shape[1] == 1 else ("w1", "w2", "b")
    start = model.start([values[name] for name in names])
    tolerance = float(values["tolerance"])
    trace = descend(model.objective, start, GradientDescent(), rate, values["updates"], tolerance=tolerance)
    return Fit(model, rate, trace, equal_aspect=values["equal"])
