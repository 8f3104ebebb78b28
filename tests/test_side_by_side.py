"""Raw against standardised features, against the closed form of every direction, worked out by hand."""

import numpy as np
import pytest

from gdcore import datasets
from pages.lessons.regression import REGRESSION
from pages.lessons.regression.scenes import EQUAL, MPG, NOISY, SIX
from pages.lessons.regression.settings import dataset_of
from pages.lessons.regression.side_by_side import bar, compute, gap_left, told

DEFAULTS = {setting.name: setting.default for setting in REGRESSION.settings}


def gaps_by_hand(features, targets, start, epochs: int) -> np.ndarray:
    """The share of the gap that is left: each direction shrinks by (1 - eta lambda)^2 at the best rate."""
    design = np.column_stack([features, np.ones(len(targets))])
    curved, directions = np.linalg.eigh(2 * design.T @ design / len(targets))
    best = np.linalg.lstsq(design, targets)[0]
    along = directions.T @ (start - best)
    kept = curved > 1e-12 * curved.max()
    rate = 2 / (curved[kept].min() + curved[kept].max())
    parts = curved[kept] * along[kept] ** 2 * (1 - rate * curved[kept]) ** (2 * np.arange(epochs + 1)[:, None])
    return parts.sum(1) / parts[0].sum()


@pytest.mark.parametrize("data", [SIX, MPG, NOISY, EQUAL])
def test_each_side_descends_at_the_best_rate_of_its_scale(data):
    values = DEFAULTS | {"data": data, "w1": 0.5, "b": 1.0, "updates": 40}
    dataset = dataset_of(values)
    pair = compute(dataset, values)
    x, y, p = dataset.features, dataset.targets, dataset.features.shape[1]
    line = np.array([0.5, *[0.0] * (p - 1), 1.0])
    mean, spread = x.mean(0), x.std(0)
    scaled = np.append(line[:-1] * spread, line[-1] + line[:-1] @ mean)  # the same line for standardised features
    for fit, features, start in ((pair.raw, x, line), (pair.standardised, (x - mean) / spread, scaled)):
        np.testing.assert_allclose(gap_left(fit), gaps_by_hand(features, y, start, 40), rtol=1e-6, atol=1e-9)


def test_both_begin_at_the_same_loss_and_are_told_apart_by_what_is_left():
    values = DEFAULTS | {"data": MPG, "updates": 50}
    pair = compute(datasets.auto_mpg(), values)
    assert pair.raw.trace.value[0] == pytest.approx(pair.standardised.trace.value[0], rel=1e-12)
    assert gap_left(pair.raw)[-1] > 0.5 and gap_left(pair.standardised)[-1] < 0.01
    said = told(pair)
    assert said.color == "green" and said.plain == "On one scale it is there; with raw features it has hardly begun."
    shown = bar(pair)
    assert shown.says[0] == "gap left: raw 100 %, standardised 100 %" and len(shown.says) == len(shown.updates) == 51


def test_features_of_one_size_need_no_scaling():
    values = DEFAULTS | {"data": SIX, "updates": 200}
    assert told(compute(datasets.line(), values)).plain == "Both are there: these features are of about one size."
