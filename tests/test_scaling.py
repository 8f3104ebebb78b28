"""Standardising changes the numbers of a line and not the line."""

from math import inf, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose, assert_array_equal

from gdcore import GradientDescent, LeastSquares, datasets, descend, theory
from gdcore.scaling import standardised, to_original, to_standardised

AUTO_MPG = datasets.auto_mpg()


def predictions(features, theta):
    return theta[..., :-1] @ features.T + theta[..., -1:]


def test_standardised_features_have_mean_0_and_population_deviation_1():
    scaled, mean, scale = standardised(AUTO_MPG.features)
    assert_allclose(scaled.mean(0), 0, rtol=0, atol=1e-14)
    assert_allclose(np.square(scaled).mean(0), 1, rtol=0, atol=1e-14)
    assert_allclose(scaled * scale + mean, AUTO_MPG.features, rtol=1e-14)


@pytest.mark.evidence(
    "For two standardised features the best constant learning rate is one half.",
    lesson="Linear regression",
    kind="closed form",
    oracle="2 / (2(1 + r) + 2(1 − r)), r the correlation",
    tolerance=1e-12,
)
def test_the_best_rate_for_two_standardised_features_is_a_half():
    scaled, *_ = standardised(AUTO_MPG.features)
    assert theory.best_rate(theory.curvatures(LeastSquares(scaled, AUTO_MPG.targets))) == pytest.approx(0.5)


@pytest.mark.parametrize("value", [0.0, 0.1, -1e100, 1e-320])
def test_a_constant_feature_is_shifted_to_0_and_not_stretched(value):
    features = np.column_stack([np.full(10, value), np.arange(10.0)])
    scaled, mean, scale = standardised(features)
    assert_array_equal(scaled[:, 0], 0)
    assert mean[0] == value and scale[0] == 1 and scale[1] == pytest.approx(np.sqrt(8.25))


@pytest.mark.parametrize("n", [20, 2000])
@pytest.mark.parametrize("far", [2.46e6, 1.6e9, 1.6e12])
def test_standardised_features_have_mean_0_and_deviation_1_however_far_from_0_they_were(n, far):
    steps = np.arange(float(n))
    scaled, mean, scale = standardised((far + steps)[:, None])
    assert abs(scaled.mean()) < 1e-14 and abs(np.square(scaled).mean() - 1) < 1e-14
    assert mean == far + (n - 1) / 2 and scale == pytest.approx(np.sqrt((n * n - 1) / 12), rel=1e-14)


@given(arrays(float, st.tuples(st.integers(1, 8), st.integers(1, 2)), elements=st.floats(-1e100, 1e100)))
def test_any_features_stay_finite(features):
    scaled, mean, scale = standardised(features)
    assert np.isfinite(scaled).all() and np.isfinite(mean).all() and (scale > 0).all()


@pytest.mark.evidence(
    "A line predicts the same, whether its features are standardised or in their own units.",
    lesson="Linear regression",
    kind="closed form",
    oracle="the predictions in the other scale",
    tolerance=1e-11,
)
@pytest.mark.parametrize("shape", [(3,), (5, 3), (2, 4, 3)])
def test_a_line_predicts_the_same_in_both_scales(shape):
    theta = np.random.default_rng(0).normal(size=shape)
    scaled, mean, scale = standardised(AUTO_MPG.features)
    there, back = to_standardised(theta, mean, scale), to_original(theta, mean, scale)
    assert there.shape == back.shape == shape
    assert_allclose(predictions(scaled, there), predictions(AUTO_MPG.features, theta), rtol=0, atol=1e-11)
    assert_allclose(predictions(AUTO_MPG.features, back), predictions(scaled, theta), rtol=0, atol=1e-11)


@given(theta=arrays(float, 3, elements=st.floats(-1e3, 1e3)))
def test_there_and_back_is_the_same_line(theta):
    _, mean, scale = standardised(AUTO_MPG.features)
    assert_allclose(to_original(to_standardised(theta, mean, scale), mean, scale), theta, rtol=1e-12, atol=1e-8)


@pytest.mark.evidence(
    "Descent on standardised features ends at the line that is best for the features in their own units.",
    lesson="Linear regression",
    kind="closed form",
    oracle="the best line for the raw features, without descent",
    tolerance=1e-09,
)
def test_descent_on_standardised_features_finds_the_optimum_of_the_raw_ones():
    scaled, mean, scale = standardised(AUTO_MPG.features)
    start = to_standardised(np.zeros(3), mean, scale)
    trace = descend(LeastSquares(scaled, AUTO_MPG.targets), start, GradientDescent(), 0.5, 200)
    raw = LeastSquares(AUTO_MPG.features, AUTO_MPG.targets)
    assert trace.value[0] == pytest.approx(raw.value(np.zeros(3)))
    assert_allclose(to_original(trace.theta[-1], mean, scale), raw.optimum, rtol=1e-9)


@pytest.mark.parametrize(
    ("features", "sentence"),
    [
        ([1, 2], "features must have shape (n, p) with n and p at least 1, got (2,)"),
        (np.empty((0, 2)), "features must have shape (n, p) with n and p at least 1, got (0, 2)"),
        ([[1, nan]], "features must be finite, got a NaN or an infinity among them"),
        ([[1, inf]], "features must be finite, got a NaN or an infinity among them"),
    ],
)
def test_features_that_cannot_be_standardised_are_named(features, sentence):
    with pytest.raises(ValueError) as error:
        standardised(features)
    assert str(error.value) == sentence
