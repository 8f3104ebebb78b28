"""Races to test, and the formulas that they are compared with."""

import re
from types import SimpleNamespace

import numpy as np
import pytest

from gdcore import Batches, Constant, GradientDescent, Momentum, Nesterov, Outcome, datasets
from pages.lessons.race.budget import Budget
from pages.lessons.race.runs import CLOCKS, Course, Lane, Race
from pages.shared.data.regression import Model

OPENING = Model(datasets.noisy_line(256, noise=1.0, seed=7))


START = np.array([-1.0, 4.0])


ORDERS = ("reshuffled", "fixed", "replacement")


RULES = {"plain": GradientDescent(), "momentum": Momentum(0.8), "nesterov": Nesterov(0.8)}


SIX_EPOCHS = Budget(6, "epochs")


every_order = pytest.mark.parametrize("order", ORDERS)


every_clock = pytest.mark.parametrize("clock", CLOCKS)


every_rule = pytest.mark.parametrize("rule", RULES.values(), ids=RULES)


def race(*lanes, model=OPENING, start=START, budget=SIX_EPOCHS, order="reshuffled", **options) -> Race:
    """Lanes, or batch sizes at a rate of 0.05."""
    lanes = tuple(lane if isinstance(lane, Lane) else Lane(lane, Constant(0.05)) for lane in lanes)
    n = model.objective.n_examples
    steps = tuple(budget.updates(lane.size, n, order) for lane in lanes)
    return Race(model, lanes, np.asarray(start, dtype=float), steps, order, **options)


def stream(*lanes, n=400, noise=1.0, **options) -> Race:
    options = {"budget": Budget(n, "examples"), "order": "fixed", "drifts": True} | options
    return race(*lanes, model=Model(datasets.drifting_line(n, noise, seed=7)), **options)


def walk(model: Model, lane: Lane, steps: int, order="reshuffled", seed=0, start=START) -> np.ndarray:
    """The path of a lane by the formulas: g = 2 X'(X theta - y) / B of its batch and v <- beta v + g."""
    design = np.column_stack([model.dataset.features, np.ones(model.objective.n_examples)])
    if model.standardise:
        design[:, :-1] = (design[:, :-1] - design[:, :-1].mean(0)) / design[:, :-1].std(0)
    targets, beta = model.dataset.targets, getattr(lane.optimizer, "beta", 0.0)
    theta, velocity = np.array(start, dtype=float), np.zeros(len(start))
    path = [theta]
    for t, rows in enumerate(Batches(lane.size, seed, order).rows(len(targets), steps)):
        gradient = 2 * design[rows].T @ (design[rows] @ theta - targets[rows]) / len(rows)
        velocity = beta * velocity + gradient
        direction = gradient + beta * velocity if isinstance(lane.optimizer, Nesterov) else velocity
        theta = theta - float(lane.schedule(t)) * direction
        path.append(theta)
    return np.array(path)


def loss_of(dataset, path) -> np.ndarray:
    """The mean squared error of lines w x + b."""
    predicted = path[:, :1] * dataset.features[:, 0] + path[:, 1:]
    return np.square(predicted - dataset.targets).mean(1)


def least_loss(dataset) -> float:
    design = np.column_stack([dataset.features, np.ones(len(dataset.targets))])
    return float(np.linalg.lstsq(design, dataset.targets)[1][0] / len(dataset.targets))


def course(losses, *, clock=None, beginning=0, ended=None, name="a lane", left=False, size=1) -> Course:
    """A course with these losses, (T + 1,) or (T + 1, runs), made by hand."""
    loss = np.asarray(losses, dtype=float).reshape(len(losses), -1)
    clock = np.arange(len(loss)) if clock is None else np.asarray(clock)
    ended = np.full(loss.shape[1], len(loss) - 1) if ended is None else np.asarray(ended)
    outcomes = (Outcome.NOT_FINITE if left else Outcome.STEP_LIMIT,) * loss.shape[1]
    trace = SimpleNamespace(steps_taken=ended, outcome=outcomes, examples_seen=clock)
    return Course(Lane(size, Constant(0.05)), name, trace, loss, clock, beginning)


LINE, NOISY = datasets.line(), datasets.noisy_line(40, noise=1e-3)


SIZES = [1e-90, 1e-25, 1e-7, 3e6, 1e15, 1e90]


SIX = Model(datasets.noisy_line(6, noise=1.0, seed=3))


CARS = Model(datasets.auto_mpg(), standardise=True)


DATA = OPENING.dataset


DESIGN = np.column_stack([DATA.features, np.ones(256)])


FLATTEST, STEEPEST = np.linalg.eigvalsh(2 * DESIGN.T @ DESIGN / 256)


RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻−", "0123456789--")


NUMBER = re.compile(r"(?:(-?\d[\d,]*\.?\d*) × )?10([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)|-?\d[\d,]*\.?\d*")


def told(text: str) -> list[float]:
    """The numbers in a text of the page: 7,936, −0.5, 2.7 × 10⁻⁵."""
    numbers = []
    for found in NUMBER.finditer(text.replace("\u00a0", " ").replace("−", "-")):
        mantissa, power = found.groups()
        value = float(f"{mantissa or 1}e{power.translate(RAISED)}".replace(",", "")) if power else None
        numbers.append(float(found[0].replace(",", "")) if value is None else value)
    return numbers


def race_on(*lanes, **options) -> Race:
    return race(*lanes, **({"budget": Budget(20, "epochs")} | options))
