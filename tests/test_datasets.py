"""The data sets are what their notes say."""

from math import inf, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from gdcore import LeastSquares, datasets, theory

DATASETS = {
    "line": datasets.line(),
    "article": datasets.article_regression(),
    "auto mpg": datasets.auto_mpg(),
    "noisy line": datasets.noisy_line(),
    "noisy plane": datasets.noisy_line(slopes=(2.0, -0.5), outliers=3),
}


@pytest.mark.parametrize("dataset", DATASETS.values(), ids=DATASETS)
def test_every_dataset_is_finite_named_and_sourced(dataset):
    n, p = dataset.features.shape
    assert dataset.targets.shape == (n,) and len(dataset.feature_names) == p
    assert np.isfinite(dataset.features).all() and np.isfinite(dataset.targets).all()
    assert all([*dataset.feature_names, dataset.target_name, dataset.source, dataset.note])


def test_line_has_six_points_on_y_equals_2x_minus_1():
    features, targets, *_ = datasets.line()
    assert_array_equal(features[:, 0], [-1, 0, 1, 2, 3, 4])
    assert_array_equal(targets, [-3, -1, 1, 3, 5, 7])


def test_article_regression_has_a_thousand_rows_of_its_formula():
    features, targets, *_ = datasets.article_regression()
    assert features.shape == (1000, 2)
    theta = np.linalg.lstsq(np.column_stack([features, np.ones(1000)]), targets)[0]
    assert_allclose(theta, [1.3, -1, -3.5], rtol=0, atol=1e-6)


@pytest.mark.evidence(
    "The table of cars has 392 complete rows and their published means.",
    lesson="Linear regression",
    kind="published data",
    oracle="the means published for Auto MPG's 392 complete rows",
    tolerance=0.0005,
)
def test_auto_mpg_has_the_392_complete_rows_with_the_published_means():
    features, targets, *_ = datasets.auto_mpg()
    assert features.shape == (392, 2)
    assert_array_equal([*features[0], targets[0]], [3504, 130, 18])
    assert_allclose([*features.mean(0), targets.mean()], [2977.584, 104.469, 23.446], rtol=0, atol=5e-4)


def test_raw_auto_mpg_needs_a_tiny_rate():
    features, targets, *_ = datasets.auto_mpg()
    limit = theory.rate_limit(theory.curvatures(LeastSquares(features, targets)))
    assert limit == pytest.approx(1.0419e-7, rel=1e-4)


@pytest.mark.parametrize("slopes", [(2.0,), (2.0, -0.5)])
def test_without_noise_and_outliers_the_line_fits_exactly(slopes):
    features, targets, *_ = datasets.noisy_line(50, slopes, intercept=3.0, noise=0.0)
    assert features.shape == (50, len(slopes)) and features.min() >= -1 and features.max() < 3
    assert_allclose(LeastSquares(features, targets).optimum, [*slopes, 3.0], rtol=0, atol=1e-12)


def test_the_draws_come_in_the_order_that_is_documented():
    features, targets, *_ = datasets.noisy_line(8, (2.0, -0.5), intercept=1.0, noise=0.5, outliers=2, seed=7)
    rng = np.random.default_rng(7)
    x = rng.uniform(-1, 3, (8, 2))
    y = 2 * x[:, 0] - 0.5 * x[:, 1] + 1 + 0.5 * rng.standard_normal(8)
    y[rng.permutation(8)[:2]] += 10
    assert_array_equal(features, x)
    assert_allclose(targets, y, rtol=0, atol=1e-14)


@given(noise=st.floats(0, 5), outliers=st.integers(0, 19), seed=st.integers(0, 2**32))
def test_noise_and_outliers_change_only_what_they_name(noise, outliers, seed):
    clean = datasets.noisy_line(20, noise=0, seed=seed)
    noisy = datasets.noisy_line(20, noise=noise, seed=seed)
    fewer, more = (datasets.noisy_line(20, noise=noise, outliers=k, seed=seed) for k in (outliers, outliers + 1))
    assert_array_equal(more.features, clean.features)
    assert_allclose(noisy.targets - clean.targets, noise * _normals(20, seed), rtol=0, atol=1e-12)
    assert_allclose(np.sort(more.targets - fewer.targets), [*[0] * 19, 10 * max(noise, 1)], rtol=0, atol=1e-12)


def _normals(n, seed):
    rng = np.random.default_rng(seed)
    rng.uniform(-1, 3, (n, 1))
    return rng.standard_normal(n)


@pytest.mark.parametrize(
    ("misuse", "sentence"),
    [
        ({"n": 1}, "n must be at least 2, got 1"),
        ({"slopes": ()}, "slopes must be 1 or 2 numbers, got 0"),
        ({"slopes": (1, 2, 3)}, "slopes must be 1 or 2 numbers, got 3"),
        ({"slopes": (1, inf)}, "slopes must be finite, got inf"),
        ({"intercept": nan}, "intercept must be finite, got nan"),
        ({"noise": inf}, "noise must be finite, got inf"),
        ({"noise": -0.1}, "noise must be at least 0, got -0.1"),
        ({"outliers": -1}, "outliers must be from 0 to n = 100, got -1"),
        ({"outliers": 101}, "outliers must be from 0 to n = 100, got 101"),
    ],
)
def test_a_noisy_line_says_what_it_cannot_be(misuse, sentence):
    with pytest.raises(ValueError) as error:
        datasets.noisy_line(**misuse)
    assert str(error.value) == sentence
