"""Objectives of every kind against central differences, and the parabola by hand."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from gdcore import BroadcastLeastSquares, LeastSquares, Quadratic

rng = np.random.default_rng(0)
FEATURES = rng.normal(size=(30, 2))
EXACT = FEATURES @ [1.3, -1.0] - 3.5
TARGETS = EXACT + rng.normal(size=30)

DATA_OBJECTIVES = {
    "least squares": LeastSquares(FEATURES, TARGETS),
    "no intercept": LeastSquares(FEATURES, TARGETS, intercept=False),
    "broadcast": BroadcastLeastSquares(FEATURES, TARGETS),
    "broadcast, no intercept": BroadcastLeastSquares(FEATURES, TARGETS, intercept=False),
}
OBJECTIVES = {
    "parabola": Quadratic(a0=-3, a1=-2, a2=3),
    "cap": Quadratic(a0=1, a1=0.5, a2=-2),
    "straight line": Quadratic(a0=1, a1=2, a2=0),
    **DATA_OBJECTIVES,
}
every_objective = pytest.mark.parametrize("objective", OBJECTIVES.values(), ids=OBJECTIVES)
every_data_objective = pytest.mark.parametrize("objective", DATA_OBJECTIVES.values(), ids=DATA_OBJECTIVES)


def points(objective, *shape):
    return np.random.default_rng(1).normal(scale=3, size=(*shape, len(objective.hessian)))


def central_difference(function, theta, step=1e-3):
    """Exact but for rounding, whatever the step: every objective here is quadratic."""
    moves = step * np.eye(theta.shape[-1])
    return np.stack([(function(theta + move) - function(theta - move)) / (2 * step) for move in moves], axis=-1)


@pytest.mark.evidence(
    "The gradient is the slope that one measures by going a little to either side.",
    kind="central differences",
    oracle="(f(θ + h) − f(θ − h)) / 2h with h = 0.001",
    tolerance=1e-08,
)
@every_objective
def test_gradient_matches_central_difference(objective):
    theta = points(objective, 5)
    assert_allclose(objective.gradient(theta), central_difference(objective.value, theta), rtol=1e-8, atol=1e-9)


@every_data_objective
@pytest.mark.parametrize("rows", [[4], [7, 7, 2], range(30)], ids=str)
def test_gradient_of_a_batch_matches_central_difference(objective, rows):
    theta, rows = points(objective), np.array(rows)
    numeric = central_difference(lambda point: objective.value(point, rows), theta)
    assert_allclose(objective.gradient(theta, rows), numeric, rtol=1e-8, atol=1e-9)


@every_data_objective
def test_one_batch_per_run_gives_what_each_run_gets_alone(objective):
    theta, rows = points(objective, 3), np.array([[0, 1, 2, 3], [9, 9, 9, 9], [29, 5, 17, 5]])
    for of in (objective.value, objective.gradient):
        assert_allclose(of(theta, rows), [of(*run) for run in zip(theta, rows, strict=True)], rtol=1e-12)


@pytest.mark.evidence(
    "The curvature is how much the gradient changes when one goes a little to either side.",
    kind="central differences",
    oracle="(∇f(θ + h) − ∇f(θ − h)) / 2h with h = 0.001",
    tolerance=1e-08,
)
@every_objective
def test_hessian_matches_difference_of_gradients(objective):
    numeric = central_difference(objective.gradient, points(objective))
    assert_allclose(objective.hessian, numeric, rtol=1e-8, atol=1e-9)


@every_objective
def test_gradient_is_zero_at_the_optimum_and_only_upward_curvature_has_one(objective):
    if np.linalg.eigvalsh(objective.hessian).min() > 0:
        assert_allclose(objective.gradient(objective.optimum), 0, atol=1e-13)
    else:
        assert objective.optimum is None


@every_objective
def test_values_and_gradients_along_a_path_of_many_runs_are_those_of_its_points(objective):
    theta = points(objective, 4, 3)
    for of in (objective.value, objective.gradient):
        assert_allclose(of(theta), [[of(point) for point in runs] for runs in theta], rtol=1e-12, atol=1e-12)
        assert_allclose(of(theta[:, 0]), of(theta)[:, 0], rtol=1e-12, atol=1e-12)


def test_quadratic_by_hand():
    parabola = Quadratic(a0=-3, a1=-2, a2=3)
    assert parabola.value(np.array([[-1.0], [0.0], [2.0]])).tolist() == [2, -3, 5]
    assert parabola.gradient(np.array([[-1.0], [0.0], [2.0]])).tolist() == [[-8], [-2], [10]]


@pytest.mark.parametrize("name", ["a0", "a1", "a2"])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_coefficients_that_are_not_finite_raise(name, value):
    with pytest.raises(ValueError, match=f"{name} must be finite, got {value}"):
        Quadratic(**{"a0": 0, "a1": 0, "a2": 1, name: value})
