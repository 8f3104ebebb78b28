"""What can be set in the race, and the race that the settings make."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from gdcore import datasets
from gdcore.batches import Batches
from gdcore.datasets import Dataset
from pages.shared import lanes
from pages.shared import race_words as words
from pages.shared.models import Model
from pages.shared.race_runs import CLOCKS, EXAMPLES, Budget, Lane, Race
from pages.shared.race_scenes import BEST, EACH, MPG, NOISY, OWN, SAME, STREAM
from pages.shared.settings import Choice, Number, Rate, Switch

ORDERS = {"reshuffled each epoch": "reshuffled", "fixed": "fixed", "drawn with replacement": "replacement"}
RATE = Rate("rate", "Learning rate η (eta)", 1e-9, 100, "0.05", help="How far one update goes: η times the gradient.")

CLOCK_HELP = (
    "An update is one step. Examples seen are the work done. Parallel time is counted in rounds of P workers: a batch "
    "of B takes B / P rounds, rounded up."
)


def all_settings() -> tuple:
    return (
        Choice("clock", "Clock: what counts as time", CLOCKS, EXAMPLES, help=CLOCK_HELP),
        Choice("rates", "Rates", (SAME, BEST, EACH), SAME),
        RATE,
        Number("lanes", "Lanes", 1, lanes.MOST, 3, 1, whole=True),
        *(setting for lane in range(1, lanes.MOST + 1) for setting in lanes.settings(lane, RATE)),
        Number("w1", "w", -1e6, 1e6, -1, 0.5, help="The slope at the start."),
        Number("w2", "w₂", -1e6, 1e6, 0, 0.5),
        Number("b", "b", -1e6, 1e6, 4, 0.5, help="The intercept at the start."),
        Number("budget", "Budget", 1, 1_000_000, 120, 10, whole=True, help="How far each lane may go."),
        Choice("unit", "counted in", ("epochs", "updates", "examples"), "epochs"),
        Choice("data", "Data", (NOISY, STREAM, MPG, OWN), NOISY),
        Number("n", "Examples n", 20, 5000, 256, 10, whole=True),
        Number("noise", "Noise (standard deviation)", 0, 100, 1, 0.1),
        Number("outliers", "Outliers", 0, 20, 0, 1, whole=True),
        Number("data_seed", "Seed of the data", 0, 9999, 7, 1, whole=True),
        Switch("standardise", "Standardise the features", help="Shift each to mean 0 and stretch it to deviation 1."),
        Choice("order", "Order of the examples", tuple(ORDERS), next(iter(ORDERS))),
        Number("seeds", "Seeds: runs of each lane", 1, 20, 1, 1, whole=True, help="Each run has an order of its own."),
        Number("seed", "First seed", 0, 9999, 62, 1, whole=True),
        Number("workers", "Workers P of parallel time", 1, 10_000, 32, 1, whole=True),
        Choice("axis", "Axis of the clock", ("log", "linear"), "log", ordered=True),
        Number("follow", "Lane whose update is written out", 1, lanes.MOST, 3, 1, whole=True),
        Switch(
            "cloud", "Cloud of gradients", help="Where 12 batches of each lane would pull, and in black all examples."
        ),
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
            rate = lanes.best_rate(objective, start, Batches(size, seeds[0], order), rule)
        racers.append(Lane(size, lanes.schedule(values, lane, rate, many), rule))
    race = Race(model, tuple(racers), start, tuple(updates), order, seeds, values["clock"], values["workers"], drifts)
    return race, () if budget == asked else (words.cut(asked, budget, sizes, n, order, len(seeds)),)
