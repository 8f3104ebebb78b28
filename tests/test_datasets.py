"""The data sets are what their notes say."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from gdcore import datasets


@pytest.mark.parametrize("dataset", [datasets.line(), datasets.article_regression()], ids=["line", "article"])
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
