"""The best rate of a lane, against eigenvalues and the products of many batches."""

import numpy as np
import pytest

from gdcore import Batches, GradientDescent, Momentum, Nesterov, theory
from pages.lessons.race.lanes import best_rate
from pages.shared.data.regression import Model
from tests.races import OPENING, SIX


@pytest.mark.parametrize("model", [OPENING, SIX], ids=["opening", "six"])
def test_best_rates_of_plain_lanes_are_those_of_theory(model):
    curved = np.linalg.eigvalsh(2 * model.objective.design.T @ model.objective.design / model.objective.n_examples)
    n = model.objective.n_examples
    rule = GradientDescent()
    assert best_rate(model.objective, Batches(n), rule) == pytest.approx(2 / (curved[0] + curved[-1]))
    rates = [best_rate(model.objective, Batches(size), rule) for size in range(1, n, max(1, n // 5))]
    assert rates == sorted(rates) and rates[-1] < 2 / (curved[0] + curved[-1])
    assert rates[0] == pytest.approx(theory.best_mean_square_rate(model.objective, 1))


def long_run_factor(model: Model, size: int, rate: float, rule) -> float:
    """What an update multiplies the mean squared error by in the end: the mean over batches of all products of pairs.

    The columns of the map of one update are what the rule makes of error and velocity.
    """
    design, n = model.objective.design, model.objective.n_examples
    rows = np.arange(n)[None] if size == n else np.random.default_rng(1).integers(n, size=(4000, size))
    hessians, columns = 2 / size * np.einsum("nbi,nbj->nij", design[rows], design[rows]), []
    for error, velocity in zip(np.eye(2, 4).T, np.eye(2, 4, 2).T, strict=True):
        direction, velocity = rule.update(hessians @ error, velocity)
        columns.append(np.hstack([error - rate * direction, velocity]))
    maps = np.stack(columns, axis=-1)
    return float(np.abs(np.linalg.eigvals(np.einsum("nij,nkl->ikjl", maps, maps).reshape(16, 16) / len(maps))).max())


@pytest.mark.parametrize("size", [256, 8])
@pytest.mark.parametrize("rule", [Momentum(0.5), Momentum(0.9), Nesterov(0.5)], ids=str)
def test_with_momentum_the_best_rate_is_the_one_with_the_best_factor_in_the_long_run(size, rule):
    """The mean over 4,000 batches is known to about 1 %; of the flat part of the heavy ball no rate is much better."""
    best = best_rate(OPENING.objective, Batches(size), rule)
    factor = long_run_factor(OPENING, size, best, rule)
    limit = theory.rate_limit(theory.curvatures(OPENING.objective), rule)
    others = [long_run_factor(OPENING, size, part * limit, rule) for part in np.geomspace(1e-3, 1, 61)]
    assert factor <= min(others) + (0.01 if size < 256 else 1e-9)
    assert factor < 0.91
