"""The lanes of a race as settings on the screen: batch size, rate, schedule and rule, each with what belongs to it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gdcore import (
    Batches,
    Constant,
    Cosine,
    Exponential,
    GradientDescent,
    InverseTime,
    LeastSquares,
    Momentum,
    Nesterov,
    StepDecay,
    theory,
)
from gdcore.optimizers import Optimizer
from gdcore.schedules import Schedule
from pages.shared.settings import glossary
from pages.shared.settings.kinds import BatchSize, Choice, Number, Setting
from pages.shared.settings.panel import Panel
from pages.shared.settings.rates import Rate

MOST = 6
FIRST_SIZES = ("n", "32", "1", "8", "64", "128")
LARGEST = 10_000_000  # rows that an upload could have
CONSTANT, INVERSE, EXPONENTIAL, STEP, COSINE = "constant", "1/t", "exponential", "step", "cosine"
PLAIN, MOMENTUM, NESTEROV = "plain", "momentum", "Nesterov"
PARTS = {CONSTANT: (), INVERSE: ("decay",), EXPONENTIAL: ("factor",), STEP: ("factor", "every"), COSINE: ("final",)}
OF_A_LANE = ("size", "rate", "schedule", "decay", "factor", "every", "final", "rule", "beta")


def settings(lane: int, rate: Rate) -> tuple[Setting, ...]:
    size_help = glossary.help("batch size", "n is all of them. Any number can be typed.")
    return (
        BatchSize(f"size{lane}", "Batch size B", FIRST_SIZES[lane - 1], LARGEST, size_help),
        replace(rate, name=f"rate{lane}"),
        Choice(
            f"schedule{lane}", "Schedule of the rate", tuple(PARTS), CONSTANT, help=glossary.help("schedule", SCHEDULES)
        ),
        Number(f"decay{lane}", "Decay", 0, 1000, 0.01, 0.01, help=glossary.help("decay")),
        Number(f"factor{lane}", "Factor", 0, 1, 0.999, 0.001, help=glossary.help("factor")),
        Number(
            f"every{lane}", "After so many updates", 1, 1_000_000, 1000, 100, whole=True, help=glossary.help("interval")
        ),
        Number(f"final{lane}", "Last rate", 0, 100, 0, 0.001, help=glossary.help("last rate")),
        Choice(f"rule{lane}", "Rule", (PLAIN, MOMENTUM, NESTEROV), PLAIN, help=glossary.help("rule")),
        Number(f"beta{lane}", "Momentum β (beta)", 0, 0.999, 0.9, 0.05, help=glossary.help("momentum")),
    )


def label(setting: Setting) -> str:
    """The label of a setting of the race where it does not stand under the name of its lane."""
    name, lane = setting.name[:-1], setting.name[-1]
    return f"Lane {lane}: {setting.label}" if name in OF_A_LANE else setting.label


SCHEDULES = (
    "1/t: η / (1 + decay·t). Exponential: η · factor^t. Step: η · factor after so many updates, and "
    "again. Cosine: half a wave down to the last rate."
)


def choose(panel: Panel, lane: int, with_rate: bool) -> None:
    """Draw the settings of a lane that are of use."""
    panel.draw(f"size{lane}", *([f"rate{lane}"] if with_rate else []), f"schedule{lane}")
    panel.draw(*(f"{part}{lane}" for part in PARTS[panel.values[f"schedule{lane}"]]))
    panel.draw(f"rule{lane}")
    if panel.values[f"rule{lane}"] != PLAIN:
        panel.draw(f"beta{lane}")


def rule(values: Mapping[str, Any], lane: int) -> Optimizer:
    beta = values[f"beta{lane}"]
    return {PLAIN: GradientDescent(), MOMENTUM: Momentum(beta), NESTEROV: Nesterov(beta)}[values[f"rule{lane}"]]


def schedule(values: Mapping[str, Any], lane: int, rate: float, updates: int) -> Schedule:
    decay, factor, every, final = (values[f"{part}{lane}"] for part in ("decay", "factor", "every", "final"))
    return {
        CONSTANT: lambda: Constant(rate),
        INVERSE: lambda: InverseTime(rate, decay),
        EXPONENTIAL: lambda: Exponential(rate, factor),
        STEP: lambda: StepDecay(rate, factor, every),
        COSINE: lambda: Cosine(rate, final, updates),
    }[values[f"schedule{lane}"]]()


def best_rate(objective: LeastSquares, batches: Batches, rule: Optimizer) -> float:
    """The constant rate of a lane with the best factor in the long run, from theory.

    Of batches it is the factor of the mean squared error, as if they were drawn with replacement.
    """
    if batches.size == objective.n_examples and batches.order != "replacement":
        return theory.best_rate(theory.curvatures(objective), rule)
    return theory.best_mean_square_rate(objective, batches.size, rule)
