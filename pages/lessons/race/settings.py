"""What can be set in the race, and the race that the settings make."""

from collections.abc import Mapping
from itertools import compress
from typing import Any

import numpy as np

from gdcore import datasets
from gdcore.batches import Batches
from gdcore.datasets import Dataset
from gdcore.scan import serves
from pages.lessons.race import lanes, words
from pages.lessons.race.budget import Budget
from pages.lessons.race.pictures import CLOUD
from pages.lessons.race.runs import CLOCKS, EXAMPLES, Lane, Race
from pages.lessons.race.scenes import BEST, EACH, MPG, NOISY, SAME, STREAM
from pages.shared.data.own import OWN
from pages.shared.data.regression import Model
from pages.shared.settings import glossary
from pages.shared.settings.common import (
    IN_UNITS_OF_THE_DATA,
    NOISE,
    OUTLIERS,
    RATE,
    examples,
    names_of_the_line,
    parameter,
    remember_the_switch,
    seed,
)
from pages.shared.settings.kinds import Choice, Number, Switch

ORDERS = {"reshuffled each epoch": "reshuffled", "fixed": "fixed", "drawn with replacement": "replacement"}

HERE = {  # what the words mean for these settings
    "rates": "All lanes share one, or each has its own.",
    "w1": "The slope.",
    "w2": "The second slope.",
    "b": "The intercept.",
    "unit": "A budget is counted in epochs, updates or examples.",
    "seeds": "Each run of a lane has its own.",
    "cloud": f"Arrows: where {CLOUD} batches of each lane would pull, and in black where all examples together would.",
    "clock": glossary.help("parallel time"),
}

DRAWN = {NOISY: ("n", "noise", "outliers", "data_seed"), STREAM: ("n", "noise", "data_seed")}  # what makes such data


def all_settings() -> tuple:
    return (
        Choice("clock", "Clock: what counts as time", CLOCKS, EXAMPLES, help=glossary.help("clock", HERE["clock"])),
        Choice("rates", "Rates", (SAME, BEST, EACH), SAME, help=glossary.help("learning rate", HERE["rates"])),
        RATE,
        Number("lanes", "Lanes", 1, lanes.MOST, 3, 1, whole=True, help=glossary.help("lane")),
        *(setting for lane in range(1, lanes.MOST + 1) for setting in lanes.settings(lane, RATE)),
        parameter("w1", "w", -1, 0.5, glossary.help("start", HERE["w1"])),
        parameter("w2", "w₂", 0, 0.5, glossary.help("start", HERE["w2"])),
        parameter("b", "b", 4, 0.5, glossary.help("start", HERE["b"])),
        Number("budget", "Budget", 1, 1_000_000, 120, 10, whole=True, help=glossary.help("budget")),
        Choice(
            "unit", "counted in", ("epochs", "updates", "examples"), "epochs", help=glossary.help("epoch", HERE["unit"])
        ),
        Choice("data", "Data", (NOISY, STREAM, MPG, OWN), NOISY, help=glossary.help("data")),
        examples(256),
        NOISE,
        OUTLIERS,
        seed("data_seed", "Seed of the data", 7),
        Switch("standardise", "Standardise the features", then=remember_the_switch, help=glossary.help("standardise")),
        Choice("order", "Order of the examples", tuple(ORDERS), next(iter(ORDERS)), help=glossary.help("order")),
        Number(
            "seeds",
            "Seeds: runs of each lane",
            1,
            lanes.MOST_SEEDS,
            1,
            1,
            whole=True,
            help=glossary.help("seed", HERE["seeds"]),
        ),
        seed("seed", "First seed", 62),
        Number(
            "workers", "Workers P of parallel time", 1, 10_000, 32, 1, whole=True, help=glossary.help("parallel time")
        ),
        Choice("axis", "Axis of the clock", ("log", "linear"), "log", ordered=True, help=glossary.help("log axis")),
        Number(
            "follow", "Lane whose update is written out", 1, lanes.MOST, 3, 1, whole=True, help=glossary.help("lane")
        ),
        Switch("cloud", "Cloud of gradients", help=glossary.help("gradient noise", HERE["cloud"])),
    )


def dataset_of(values: Mapping[str, Any]) -> Dataset:
    """The data that the settings name; a reader's own are not among them."""
    if values["data"] == STREAM:
        return datasets.drifting_line(values["n"], values["noise"], values["data_seed"])
    if values["data"] == MPG:
        return datasets.auto_mpg()
    drawn = {name: values[name] for name in ("n", "noise", "outliers")}
    return datasets.noisy_line(**drawn, seed=values["data_seed"])


def model_of(values: Mapping[str, Any], dataset: Dataset) -> Model:
    return Model(dataset, standardise=values["data"] == MPG or (values["data"] == OWN and values["standardise"]))


def start_of(model: Model, values: Mapping[str, Any]) -> np.ndarray:
    """theta at the start, which the race counts in the units of its features."""
    return np.array([values[name] for name in names_of_the_line(model.dataset.features.shape[1])])


def label_of_the_start(model: Model) -> str:
    return "Start (in units of the standardised features)" if model.standardise else IN_UNITS_OF_THE_DATA


def race_of(values: dict, model: Model) -> tuple[Race, tuple[str, ...]]:
    """The race on the screen, and what has to be said where it is not as the settings ask."""
    objective, n, drifts = model.objective, len(model.dataset.targets), values["data"] == STREAM
    start = start_of(model, values)
    order = "fixed" if drifts else ORDERS[values["order"]]
    seeds = tuple(range(values["seed"], values["seed"] + values["seeds"]))
    numbers = range(1, values["lanes"] + 1)
    sizes = [n if values[f"size{lane}"] == "n" else int(values[f"size{lane}"]) for lane in numbers]
    rules, batches = [lanes.rule(values, lane) for lane in numbers], [Batches(size, seeds[0], order) for size in sizes]

    one_by_one = [not serves(objective, *lane) for lane in zip(rules, batches, strict=True)]
    asked = Budget(n, "examples") if drifts else Budget(values["budget"], values["unit"])
    budget = asked.within(lambda smaller: smaller.fits(sizes, n, order, len(seeds), one_by_one), n)
    updates = [budget.updates(size, n, order) for size in sizes]
    racers = []
    for lane, size, many, rule, drawn in zip(numbers, sizes, updates, rules, batches, strict=True):
        best = lanes.best_rate(objective, drawn, rule) if values["rates"] == BEST else None
        rate = best or RATE.number(values["rate" if values["rates"] == SAME else f"rate{lane}"])
        racers.append(Lane(size, lanes.schedule(values, lane, rate, many), rule))
    race = Race(model, tuple(racers), start, tuple(updates), order, seeds, values["clock"], values["workers"], drifts)
    slow = sorted({rule.name for rule in compress(rules, one_by_one)})
    notes = [] if budget == asked else [words.cut(asked, budget, sizes, n, order, len(seeds), slow)]
    own = [lane for lane in numbers if lanes.keeps_its_rate(values, lane)]
    return race, (*notes, *(words.keeps_its_rate(race, lane) for lane in own))
