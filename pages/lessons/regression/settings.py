"""What can be set in the regression lesson, and the run that the settings make."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from gdcore import GradientDescent, LeastSquares, datasets, descend
from gdcore.datasets import Dataset
from pages.lessons.regression.runs import Fit
from pages.lessons.regression.scenes import ALL, BROADCAST, EQUAL, MPG, NOISY, SIX, SLOPE, SQUARED, TWO
from pages.shared.data.own import OWN
from pages.shared.data.regression import Model
from pages.shared.settings import glossary
from pages.shared.settings.common import (
    NOISE,
    OUTLIERS,
    RATE,
    examples,
    names_of_the_line,
    parameter,
    remember_the_switch,
    seed,
    tolerance,
)
from pages.shared.settings.kinds import Choice, Number, Switch
from pages.shared.settings.panel import Panel

# What the words of the glossary mean for these settings: the second sentence of their help.
HERE = {
    "beside": "Two runs from one start, each at the best rate of its scale.",
    "made": "The data are made with it.",
    "w": "The slope, in the units of the data.",
    "b": "The intercept, in the units of the data.",
    "updates": "The run ends after this many.",
    "learned": "With one feature, b can be held at its start.",
    "loss": "The broadcast mistake comes from a published program.",
    "equal": "With equal scales the gradient stands at right angles to it.",
    "hand": "Make them small with a line of your own, then let descent go on from there.",
}

NOISY_SETTINGS = (
    examples(100),
    Number("slope1", "First slope", -100, 100, 2, 0.5, help=glossary.help("slope", HERE["made"])),
    Number("slope2", "Second slope (0: one feature)", -100, 100, 0, 0.5, help=glossary.help("slope", HERE["made"])),
    Number("intercept", "Intercept", -100, 100, -1, 0.5, help=glossary.help("intercept", HERE["made"])),
    NOISE,
    OUTLIERS,
    seed("seed", "Seed", 0),
)

SUGGESTED_RATE = {SIX: "0.05", TWO: "0.1", NOISY: "0.1", EQUAL: "0.05", MPG: "5e-8"}


def all_settings() -> tuple:
    return (
        Choice("data", "Data", (SIX, TWO, NOISY, EQUAL, MPG, OWN), SIX, then=suggest_rate, help=glossary.help("data")),
        RATE,
        parameter("w1", "w", 0, 0.5, glossary.help("start", HERE["w"])),
        parameter("w2", "w₂", 0, 0.5, glossary.help("start", HERE["w"])),
        parameter("b", "b", 0, 0.5, glossary.help("start", HERE["b"])),
        Number("updates", "Epochs", 1, 10_000, 100, 50, whole=True, help=glossary.help("epoch", HERE["updates"])),
        Switch("standardise", "Standardise the features", then=remember_the_switch, help=glossary.help("standardise")),
        Choice("learned", "Parameters to learn", (ALL, SLOPE), ALL, help=glossary.help("theta", HERE["learned"])),
        Choice("loss", "Loss", (SQUARED, BROADCAST), SQUARED, help=glossary.help("loss", HERE["loss"])),
        tolerance("0"),
        Choice("scale", "Axis of the loss", ("log", "linear"), "log", ordered=True, help=glossary.help("log axis")),
        Switch("equal", "Equal scales on the loss surface", help=glossary.help("contour", HERE["equal"])),
        Switch("beside", "Raw and standardised, side by side", help=glossary.help("standardise", HERE["beside"])),
        Switch("hand", "Fit by hand first", help=glossary.help("residual", HERE["hand"])),
        parameter("hand_w", "Your slope", 0, 0.1, glossary.help("slope")),
        parameter("hand_b", "Your intercept", 0, 0.1, glossary.help("intercept")),
        *NOISY_SETTINGS,
    )


def suggest_rate(panel: Panel, data: str) -> None:
    """A rate that suits these data, for a reader who picks them by hand; links and scenes say theirs."""
    if data in SUGGESTED_RATE:
        panel.assign({"rate": SUGGESTED_RATE[data]})


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


def start_of(model: Model, values: dict) -> np.ndarray:
    """theta at the start."""
    return model.start([values[name] for name in names_of_the_line(model.dataset.features.shape[1])])


def compute(model: Model, values: dict) -> Fit:
    """The run on the screen."""
    rate, start = RATE.number(values["rate"]), start_of(model, values)
    shortest = float(values["tolerance"])
    trace = descend(model.objective, start, GradientDescent(), rate, values["updates"], tolerance=shortest)
    return Fit(model, rate, trace, values["equal"], without_outliers(values))


def without_outliers(values: dict) -> np.ndarray | None:
    """Slope and intercept of the best line through the noisy points that are no outliers, if some are."""
    if values["data"] != NOISY or values["slope2"] or not values["outliers"]:
        return None
    data, plain = (datasets.noisy_line(**noisy_options(values) | clean) for clean in ({}, {"outliers": 0}))
    rest = data.targets == plain.targets
    return LeastSquares(data.features[rest], data.targets[rest]).optimum if rest.sum() > 1 else None
