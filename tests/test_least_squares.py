"""Least squares, right and mistaken, against lstsq, the pseudo-inverse, and the mean over the rows written out."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from gdcore import Batches, BroadcastLeastSquares, LeastSquares
from tests.test_objectives import DATA_OBJECTIVES, EXACT, FEATURES, TARGETS, every_data_objective, points

DESIGN = np.column_stack([FEATURES, np.ones(30)])


@pytest.mark.parametrize("n", [2, 3, 30])
@pytest.mark.parametrize("offset, rtol", [(0, 1e-12), (1e6, 1e-9)])
def test_compressed_loss_is_the_mean_over_all_rows(n, offset, rtol):
    design, targets = DESIGN[:n], TARGETS[:n] + offset
    objective = LeastSquares(FEATURES[:n], targets)
    for theta in points(objective, 20) + [0, 0, offset]:
        residuals = [row @ theta - target for row, target in zip(design, targets, strict=True)]
        assert_allclose(objective.value(theta), np.mean(np.square(residuals)), rtol=rtol)
        gradient = np.mean([2 * r * row for r, row in zip(residuals, design, strict=True)], axis=0)
        assert_allclose(objective.gradient(theta), gradient, rtol=0, atol=rtol * (np.abs(gradient).max() + offset))


def test_loss_of_noise_free_data_is_never_negative():
    objective = LeastSquares(FEATURES, EXACT)
    near = objective.value([1.3, -1.0, -3.5] + np.random.default_rng(1).normal(scale=1e-15, size=(1000, 3)))
    assert (near >= 0).all() and near.max() < 1e-27


def test_optimum_is_that_of_lstsq():
    assert_allclose(LeastSquares(FEATURES, TARGETS).optimum, np.linalg.lstsq(DESIGN, TARGETS)[0], rtol=1e-12)


@pytest.mark.evidence(
    "Where many lines fit equally well, the one that we name has the parameters nearest to zero.",
    lesson="Linear regression",
    kind="another library",
    oracle="NumPy's pseudo-inverse",
    tolerance=1e-10,
)
def test_optimum_of_dependent_columns_is_the_point_of_the_valley_nearest_to_zero():
    twice = np.column_stack([FEATURES, FEATURES])
    optimum = LeastSquares(twice, TARGETS, intercept=False).optimum
    assert_allclose(optimum, np.linalg.pinv(twice) @ TARGETS, rtol=1e-10)


@pytest.mark.evidence(
    "The gradients of the single examples average to the gradient of all.",
    lesson="The race",
    kind="enumeration",
    oracle="each of 30 examples",
    tolerance=1e-12,
)
def test_mean_of_example_gradients_is_the_gradient():
    objective = DATA_OBJECTIVES["least squares"]
    theta = points(objective)
    examples = [objective.gradient(theta, np.array([row])) for row in range(30)]
    assert_allclose(np.mean(examples, axis=0), objective.gradient(theta), rtol=1e-12)


def test_batch_gradients_weighted_by_their_sizes_average_to_the_gradient():
    objective = DATA_OBJECTIVES["least squares"]
    theta, epoch = points(objective), Batches(size=7).rows(30, steps=5)
    gradients = [objective.gradient(theta, rows) for rows in epoch]
    average = np.average(gradients, axis=0, weights=[len(rows) for rows in epoch])
    assert_allclose(average, objective.gradient(theta), rtol=1e-12)


@pytest.mark.evidence(
    "The mistaken loss of an article compares every prediction with every target.",
    lesson="Linear regression",
    kind="enumeration",
    oracle="all pairs of a prediction and a target",
    tolerance=1e-12,
)
@pytest.mark.parametrize("rows", [None, np.array([3, 8, 8, 21])], ids=["all", "batch"])
def test_broadcast_loss_is_the_mean_over_all_pairs(rows):
    objective = BroadcastLeastSquares(FEATURES, TARGETS)
    theta = points(objective)
    chosen = slice(None) if rows is None else rows
    pairs = (DESIGN[chosen] @ theta)[:, None] - TARGETS[chosen][None, :]
    assert_allclose(objective.value(theta, rows), np.square(pairs).mean(), rtol=1e-12)


def test_broadcasting_does_no_harm_to_a_single_example():
    theta, one = np.ones(3), np.array([11])
    right, wrong = DATA_OBJECTIVES["least squares"], DATA_OBJECTIVES["broadcast"]
    assert_allclose(wrong.value(theta, one), right.value(theta, one), rtol=1e-12)
    assert_allclose(wrong.gradient(theta, one), right.gradient(theta, one), rtol=1e-12)


def test_objectives_leave_the_data_they_are_given_alone():
    features, targets = FEATURES.copy(), TARGETS.copy()
    LeastSquares(features, targets).gradient(np.ones(3), np.array([1, 2]))
    assert_array_equal(features, FEATURES)
    assert_array_equal(targets, TARGETS)


@pytest.mark.parametrize("kind", [LeastSquares, BroadcastLeastSquares])
@pytest.mark.parametrize(
    "features, targets, message",
    [
        ([1, 2, 3], [1, 2, 3], r"features .* got \(3,\)"),
        (np.empty((0, 2)), [], r"features .* got \(0, 2\)"),
        ([[1], [2]], [1, 2, 3], r"targets .*\(2,\).* got \(3,\)"),
        ([[1], [2]], [[1], [2]], r"targets .* got \(2, 1\)"),
        ([[1], [np.nan]], [1, 2], "features and targets must be finite"),
        ([[1], [2]], [1, np.inf], "features and targets must be finite"),
    ],
)
def test_data_that_do_not_fit_raise(kind, features, targets, message):
    with pytest.raises(ValueError, match=message):
        kind(features, targets)


@pytest.mark.parametrize("kind", [LeastSquares, BroadcastLeastSquares])
@pytest.mark.parametrize("shift", [[1.0], [1.0, 2.0, 3.0], [1.0, np.nan], 3.0])
def test_a_shift_is_one_finite_number_per_feature(kind, shift):
    with pytest.raises(ValueError, match="shift must be 2 finite numbers, one per feature, got"):
        kind(FEATURES, TARGETS, shift=shift)


@every_data_objective
def test_a_shift_changes_no_loss_and_no_gradient(objective):
    d = objective.design.shape[1]
    shifted = type(objective)(objective.design, objective.targets, intercept=False, shift=np.full(d, 3.0))
    theta = points(objective)
    assert_array_equal(shifted.value(theta), type(objective)(objective.design, objective.targets, False).value(theta))
    assert_allclose(shifted.optimum, objective.optimum, rtol=1e-12)
    assert not LeastSquares(FEATURES, TARGETS, shift=[1e9, -1e9]).has_valley
