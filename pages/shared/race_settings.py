"""What can be set in the race, and the race that the settings make."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from gdcore import datasets
from gdcore.batches import Batches
from gdcore.datasets import Dataset
from pages.shared import glossary, lanes
from pages.shared import race_words as words
from pages.shared.models import Model
from pages.shared.race_runs import CLOCKS, CLOUD, EXAMPLES, Budget, Lane, Race
from pages.shared.race_scenes import BEST, EACH, MPG, NOISY, OWN, SAME, STREAM
from pages.shared.settings import Choice, Number, Rate, Switch

ORDERS = {"reshuffled each epoch": "reshuffled", "fixed": "fixed", "drawn with replacement": "replacement"}
RATE = Rate("rate", "Learning rate η (eta)", 1e-9, 100, "0.05", help=glossary.help("learning rate"))

HERE = {  # what the words mean for these settings
    "rates": "Here: one for all lanes, or one for each.",
    "w1": "The slope.",
    "w2": "The second slope.",
    "b": "The intercept.",
    "unit": "A budget is counted in epochs, updates or examples.",
    "seeds": "Each run has one, and so an order of its own.",
    "cloud": f"Arrows: where {CLOUD} batches of each lane would pull, and in black all examples.",
    "clock": glossary.help("parallel time"),
}


def all_settings() -> tuple:
    return (
        Choice("clock", "Clock: what counts as time", CLOCKS, EXAMPLES, help=glossary.help("clock", HERE["clock"])),
        Choice("rates", "Rates", (SAME, BEST, EACH), SAME, help=glossary.help("learning rate", HERE["rates"])),
        RATE,
        Number("lanes", "Lanes", 1, lanes.MOST, 3, 1, whole=True, help=glossary.help("lane")),
        *(setting for lane in range(1, lanes.MOST + 1) for setting in lanes.settings(lane, RATE)),
        Number("w1", "w", -1e6, 1e6, -1, 0.5, help=glossary.help("start", HERE["w1"])),
        Number("w2", "w₂", -1e6, 1e6, 0, 0.5, help=glossary.help("start", HERE["w2"])),
        Number("b", "b", -1e6, 1e6, 4, 0.5, help=glossary.help("start", HERE["b"])),
        Number("budget", "Budget", 1, 1_000_000, 120, 10, whole=True, help=glossary.help("budget")),
        Choice(
            "unit", "counted in", ("epochs", "updates", "examples"), "epochs", help=glossary.help("epoch", HERE["unit"])
        ),
        Choice("data", "Data", (NOISY, STREAM, MPG, OWN), NOISY, help=glossary.help("data")),
        Number("n", "Examples n", 20, 5000, 256, 10, whole=True, help=glossary.help("example")),
        Number("noise", "Noise (standard deviation)", 0, 100, 1, 0.1, help=glossary.help("noise")),
        Number("outliers", "Outliers", 0, 20, 0, 1, whole=True, help=glossary.help("outlier")),
        Number("data_seed", "Seed of the data", 0, 9999, 7, 1, whole=True, help=glossary.help("seed")),
        Switch("standardise", "Standardise the features", help=glossary.help("standardise")),
        Choice("order", "Order of the examples", tuple(ORDERS), next(iter(ORDERS)), help=glossary.help("order")),
        Number("seeds", "Seeds: runs of each lane", 1, 20, 1, 1, whole=True, help=glossary.help("seed", HERE["seeds"])),
        Number("seed", "First seed", 0, 9999, 62, 1, whole=True, help=glossary.help("seed")),
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


def race_of(values: dict, dataset: Dataset) -> tuple[Race, tuple[str, ...]]:
    """The race on the screen, and what is to be said where it is shorter than the budget."""
    model = Model(dataset, standardise=values["data"] == MPG or (values["data"] == OWN and values["standardise"]))
    objective, n, drifts = model.objective, len(dataset.targets), values["data"] == STREAM
    start = np.array([values[name] for name in (("w1", "b") if len(model.names) == 2 else ("w1", "w2", "b"))])
    order = "fixed" if drifts else ORDERS[values["order"]]
    seeds = tuple(range(values["seed"], values["seed"] + values["seeds"]))
    numbers = range(1, values["lanes"] + 1)
    sizes = [n if values[f"size{lane}"] == "n" else int(values[f"size{lane}"]) for lane in numbers]

    asked = Budget(n, "examples") if drifts else Budget(values["budget"], values["unit"])
    budget = asked.within(lambda smaller: smaller.fits(sizes, n, order, len(seeds)), n)
    updates = [budget.updates(size, n, order) for size in sizes]
    racers = []
    for lane, size, many in zip(numbers, sizes, updates, strict=True):
        rule, rate = lanes.rule(values, lane), RATE.number(values[f"rate{lane}" if values["rates"] == EACH else "rate"])
        if values["rates"] == BEST:
            rate = lanes.best_rate(objective, Batches(size, seeds[0], order), rule)
        racers.append(Lane(size, lanes.schedule(values, lane, rate, many), rule))
    race = Race(model, tuple(racers), start, tuple(updates), order, seeds, values["clock"], values["workers"], drifts)
    return race, () if budget == asked else (words.cut(asked, budget, sizes, n, order, len(seeds)),)
