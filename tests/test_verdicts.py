"""Verdicts that need no lesson, or are the same in two; each lesson's own are with its words."""

from math import isclose

import numpy as np
import pytest

from gdcore import Constant, GradientDescent, Quadratic, descend
from gdcore.datasets import Dataset
from pages.lessons.race.runs import Lane, Race
from pages.lessons.race.verdicts import of_lane
from pages.lessons.regression import words as regression_words
from pages.lessons.regression.runs import Fit
from pages.shared.data.regression import Model
from pages.shared.teaching.verdicts import Claim, Reason, of_descent


def test_columns_of_very_different_size_are_the_reason_why_every_rate_diverges():
    rng = np.random.default_rng(1)
    data = Dataset(rng.uniform(2e4, 2.4e5, (24, 1)), rng.uniform(3e3, 9e3, 24), ("km",), "price", "", "")
    for standardise, reason in ((False, Reason.SIZES), (True, Reason.ABOVE_THE_LIMIT)):
        model = Model(data, standardise=standardise)
        trace = descend(model.objective, model.start([0.0, 0.0]), GradientDescent(), 3.0, 20)
        judged = of_descent(model.objective, 3.0, trace, sizes=[size for _, size in model.sizes])
        assert (judged.claim, judged.reason) == (Claim.DIVERGES, reason)
    (name, size), (_, ones) = Model(data).sizes
    assert name == "` km `" and isclose(size, np.sqrt(np.mean(data.features**2)), rel_tol=1e-12)
    assert isclose(ones, 1, rel_tol=1e-12)


ON_A_LINE = [
    ([-5000.0, -100.0, 0.0, -4300.0], [-5000.0, -100.0, 0.0, -4300.0], [1.0, 0.0]),
    ([0.02, 0.03, 0.02, -0.01, -0.05], [-4.01, -4.015, -4.01, -3.995, -3.975], [-0.5, -4.0]),
]


@pytest.mark.parametrize("reach", [0.1, 0.9, 0.999])
@pytest.mark.parametrize(("x", "y", "line"), ON_A_LINE, ids=["whole numbers", "decimals"])
def test_a_start_on_the_line_of_exact_data_stands_still(x, y, line, reach):
    x, line = np.array(x), np.array(line)
    model = Model(Dataset(x[:, None], np.array(y), ("x",), "y", "", ""))
    design = np.column_stack([x, np.ones(len(x))])
    rate = reach * 2 / np.linalg.eigvalsh(2 * design.T @ design / len(x))[-1]
    fit = Fit(model, rate, descend(model.objective, line, GradientDescent(), rate, 100))
    assert regression_words.verdict(fit).claim is Claim.STANDS_STILL
    race = Race(model, (Lane(1, Constant(rate / 10)),), line, (100,), "fixed")
    assert of_lane(race, race.courses[0]).claim is Claim.STANDS_STILL


def test_constant_targets_have_no_share_of_variance():
    model = Model(Dataset(np.arange(6.0)[:, None], np.full(6, 0.1), ("x",), "y", "", ""))
    assert model.explained(1.0) is None


def test_a_verdict_needs_no_words():
    objective = Quadratic(a0=0, a1=0, a2=1)
    judged = of_descent(objective, 0.1, descend(objective, [1.0], GradientDescent(), 0.1, 100))
    assert (judged.badge, judged.claim, judged.reason) == ("green", Claim.ARRIVES, Reason.BELOW_THE_LIMIT)
    assert judged.figures["needed"] == 21 and judged.figures["limit"] == 1 and judged.direction == (1.0,)
