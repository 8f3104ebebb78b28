"""Least squares against exact rational arithmetic: certified sets, time stamps, and tables ever further from 0."""

import csv
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import combinations
from math import log10
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose, assert_array_equal

from gdcore import BroadcastLeastSquares, LeastSquares, datasets, theory

DATA = Path(__file__).parent / "data"
POWERS = {"Norris": 1, "Pontius": 2, "Wampler1": 5, "Wampler2": 5}
WITHOUT_INTERCEPT = ("NoInt1", "NoInt2")
TIMES = ("unix_seconds", "unix_minutes")
FAR = (0.0, 1.0, 300.0, 2.46e6, 1.6e9, 1.6e12)  # counts, kelvin, Julian days, time stamps in seconds and milliseconds


def cells(path):
    return list(csv.reader((DATA / path).read_text().splitlines()))[1:]


def table(path):
    return np.array(cells(path), dtype=float)


def determinant(matrix):
    """By its definition, along the first row."""
    if not matrix:
        return Fraction(1)
    minors = [[row[:j] + row[j + 1 :] for row in matrix[1:]] for j in range(len(matrix))]
    return sum((-1) ** j * matrix[0][j] * determinant(minor) for j, minor in enumerate(minors))


class Exact:
    """Least squares in fractions: the normal equations by Cramer's rule, which no rounding can reach."""

    def __init__(self, design, targets):
        self.rows = [[Fraction(cell) for cell in row] for row in design.tolist()]
        self.y = [Fraction(y) for y in targets.tolist()]
        self.n, self.d = design.shape
        columns = list(zip(*self.rows, strict=True))
        self.gram = [[dot(one, other) for other in columns] for one in columns]
        self.moments = [dot(column, self.y) for column in columns]

    @property
    def optimum(self):
        whole = determinant(self.gram)
        pairs = list(zip(self.gram, self.moments, strict=True))
        return [
            determinant([[*row[:j], moment, *row[j + 1 :]] for row, moment in pairs]) / whole for j in range(self.d)
        ]

    def loss(self, theta):
        errors = [dot(row, theta) - y for row, y in zip(self.rows, self.y, strict=True)]
        return dot(errors, errors) / self.n

    @property
    def curvatures(self):
        """Up to three eigenvalues of 2 X'X / n: Newton's way from either end meets the first root from outside."""
        hessian = [[2 * entry / self.n for entry in row] for row in self.gram]
        minors = [
            sum(
                determinant([[hessian[i][j] for j in chosen] for i in chosen])
                for chosen in combinations(range(self.d), k)
            )
            for k in range(self.d + 1)
        ]
        with localcontext(prec=200):
            polynomial = [Decimal((-1) ** k) * decimal(minor) for k, minor in enumerate(minors)]
            ends = [root(polynomial, Decimal(0)), root(polynomial, decimal(minors[1]))]
            middle = [decimal(minors[3]) / ends[0] / ends[1]] if self.d == 3 else []
            return [float(value) for value in ([ends[0], *middle, ends[1]] if self.d > 1 else ends[:1])]


def dot(one, other):
    return sum(a * b for a, b in zip(one, other, strict=True))


def decimal(fraction):
    return Decimal(fraction.numerator) / Decimal(fraction.denominator)


def root(polynomial, x):
    """Newton's way from x to where the polynomial, highest power first, is 0."""
    for _ in range(1000):
        value = slope = Decimal(0)
        for coefficient in polynomial:
            value, slope = value * x + coefficient, slope * x + value
        step = value / slope if slope else Decimal(0)
        x -= step
        if abs(step) <= abs(x) * Decimal("1e-50"):
            return x
    raise AssertionError("no root")


def digits(numbers, exact):
    """How many digits all of them have right; up to the 17 that a float has."""
    errors = [abs(Fraction(float(a)) - b) / abs(b) for a, b in zip(np.atleast_1d(numbers), exact, strict=True)]
    return min(17.0 if error == 0 else -log10(error) for error in errors)


@pytest.mark.evidence(
    "The best fits of seven data sets, some hard for computers, are those certified by NIST, the US standards office.",
    lesson="Linear regression",
    kind="certified values",
    oracle="NIST StRD, linear regression: Norris, Longley, NoInt1, NoInt2, Pontius, Wampler1, Wampler2",
    tolerance=1e-09,
    helper="digits",
)
@pytest.mark.parametrize("name", ["Norris", "Longley", "NoInt1", "NoInt2", "Pontius", "Wampler1", "Wampler2"])
def test_coefficients_that_nist_certifies_come_out_to_nine_digits(name):
    y, x = np.split(table(f"nist/{name}.csv"), [1], axis=1)
    features = x ** np.arange(1, POWERS[name] + 1) if name in POWERS else x
    certified = [Fraction(estimate) for _, estimate in cells(f"nist/{name}.certified.csv")]
    if name in WITHOUT_INTERCEPT:
        assert digits(LeastSquares(features, y[:, 0], intercept=False).optimum, certified) > 9
        return
    assert digits(LeastSquares(features, y[:, 0]).optimum, [*certified[1:], certified[0]]) > 9


@pytest.mark.evidence(
    "The best line through times in seconds since 1970, its loss and its curvatures are those of exact arithmetic.",
    lesson="Linear regression",
    kind="exact arithmetic",
    oracle="Python's fractions, without any rounding",
    tolerance=1e-09,
    helper="digits",
)
@pytest.mark.parametrize("name", TIMES)
@pytest.mark.parametrize("ones", ["intercept", "a column of ones", "a column of threes, first"])
def test_a_line_through_time_stamps_is_that_of_exact_arithmetic(name, ones):
    time, y = table(f"own/{name}.csv").T
    one = np.ones_like(time)
    objective = {
        "intercept": LeastSquares(time[:, None], y),
        "a column of ones": LeastSquares(np.column_stack([time, one]), y, intercept=False),
        "a column of threes, first": LeastSquares(np.column_stack([3 * one, time]), y, intercept=False),
    }[ones]
    exact = Exact(objective.design, y)
    assert digits(objective.optimum, exact.optimum) > 9
    assert digits(objective.least, [exact.loss(exact.optimum)]) > 9
    assert_allclose(theory.curvatures(objective), exact.curvatures, rtol=1e-9)


def test_the_condition_number_of_time_stamps_is_huge_and_not_1():
    time, y = table("own/unix_seconds.csv").T
    assert theory.condition_number(theory.curvatures(LeastSquares(time[:, None], y))) == pytest.approx(
        2.185e34, rel=1e-3
    )


@some.composite
def far_from_zero(draw, n_features):
    """A table of which each feature spreads over as little as 1e-9 of its mean, and a target with noise."""
    n = draw(some.integers(n_features + 2, 10))
    steps = draw(arrays(int, (n, n_features + 1), elements=some.integers(-1000, 1000))) / 1000
    steps[: n_features + 1, :-1] = 2 * np.tri(n_features + 1, n_features, -1) - 1  # they do spread, and apart
    mean = some.sampled_from(FAR) | some.floats(1e-3, 1e12) | some.floats(-1e12, -1e-3)
    means = np.array([draw(mean) for _ in range(n_features)])
    ratios = np.array([draw(some.sampled_from([1.0, 1e-3, 1e-6, 1e-9])) for _ in range(n_features)])
    spreads = np.where(means == 0, 1.0, np.abs(means)) * ratios
    slopes = np.array([draw(some.integers(-9, 9)) for _ in range(n_features)])
    targets = draw(some.sampled_from(FAR)) + steps @ [*slopes, 1]
    return means + spreads * steps[:, :-1], targets


@pytest.mark.evidence(
    "However far from zero a table lies, its least loss and its curvatures are those of exact arithmetic.",
    lesson="Linear regression",
    kind="exact arithmetic",
    oracle="Python's fractions, without any rounding, on tables made at random",
    tolerance=1e-06,
)
@pytest.mark.parametrize("n_features", [1, 2])
@given(some.data())
def test_however_far_from_zero_a_table_lies_its_line_loss_and_curvatures_are_exact(n_features, data):
    features, targets = data.draw(far_from_zero(n_features))
    objective = LeastSquares(features, targets)
    exact = Exact(objective.design, targets)
    theta, least = exact.optimum, exact.loss(exact.optimum)
    natural = np.abs(targets).max() / features.std(0)  # a slope may be 0
    for found, slope, size in zip(objective.optimum, theta[:-1], natural, strict=False):
        assert abs(found - slope) <= Fraction(1e-9) * abs(slope) + Fraction(1e-12 * size)
    rounding = theory.ROUNDING * np.linalg.norm(targets)
    assert np.sqrt(objective.least) == pytest.approx(np.sqrt(float(least)), rel=1e-6, abs=rounding)
    assert_allclose(theory.curvatures(objective), exact.curvatures, rtol=1e-6)
    assert theory.condition_number(theory.curvatures(objective)) >= 1


@pytest.mark.evidence(
    "However far from zero a table lies, loss and gap at the start are those of exact arithmetic.",
    lesson="Linear regression",
    kind="exact arithmetic",
    oracle="Python's fractions, without any rounding, on tables made at random",
    tolerance=1e-09,
)
@pytest.mark.parametrize("n_features", [1, 2])
@given(some.data())
def test_however_far_from_zero_value_and_gap_at_the_start_are_exact(n_features, data):
    features, targets = data.draw(far_from_zero(n_features))
    objective, start = LeastSquares(features, targets), np.zeros(n_features + 1)
    exact = Exact(objective.design, targets)
    loss = exact.loss([0] * (n_features + 1))
    assert objective.value(start) == pytest.approx(float(loss), rel=1e-12)
    gap = float(loss - exact.loss(exact.optimum))
    assert theory.predicted_gap(objective, start, 0.0, 0) == pytest.approx(gap, rel=1e-9, abs=1e-12 * float(loss))


@pytest.mark.parametrize("far", FAR)
@pytest.mark.parametrize("constant", [0.1, -7e-5, 1e9 / 3])
def test_a_constant_feature_is_a_valley_however_far_the_other_one_lies(far, constant):
    x = far + np.arange(30.0)
    y = 0.3 * np.arange(30.0) + np.cos(x)
    objective = LeastSquares(np.column_stack([x, np.full(30, constant)]), y)
    flat, *curved = theory.curvatures(objective)
    assert flat == 0 and min(curved) > 0
    slope, intercept = Exact(np.column_stack([x, np.ones(30)]), y).optimum
    shared = float(intercept) / (1 + constant**2)
    assert_allclose(objective.optimum, [float(slope), shared * constant, shared], rtol=1e-9)


@pytest.mark.evidence(
    "Of the equally good fits to one feature in two units, ours has the parameters nearest to zero.",
    lesson="Linear regression",
    kind="exact arithmetic",
    oracle="Python's fractions, without any rounding",
    tolerance=1e-06,
)
@pytest.mark.parametrize("far", FAR)
@pytest.mark.parametrize("factor", [60, 1 / 60, -1e-7, 1.8])
def test_proportional_features_are_a_valley_however_far_they_lie(far, factor):
    x = far + 10 * np.arange(30.0)
    y = 0.3 * np.arange(30.0) + np.cos(x)
    objective = LeastSquares(np.column_stack([x, factor * x]), y)
    flat, *curved = theory.curvatures(objective)
    assert flat == 0 and min(curved) > 0
    slope, intercept = Exact(np.column_stack([x, np.ones(30)]), y).optimum
    shared = float(slope) / (1 + factor**2)
    assert_allclose(objective.optimum, [shared, shared * factor, float(intercept)], rtol=1e-6)
    assert_allclose(objective.optimum[:2] @ [1, factor], float(slope), rtol=1e-9)


@pytest.mark.parametrize("n", [3, 4, 50, 20_000])
@pytest.mark.parametrize("far", FAR)
@pytest.mark.parametrize("intercept", [True, False])
def test_a_sum_of_features_is_a_valley_whatever_their_sizes(n, far, intercept):
    rng = np.random.default_rng(n)
    for size in (1e-6, 1e-3, 1.0, 1e3):
        x, small = far + rng.normal(size=n) * 10, rng.normal(size=n) * size
        curved = theory.curvatures(LeastSquares(np.column_stack([x, small, x + small]), rng.normal(size=n), intercept))
        assert np.count_nonzero(curved) <= min(n, 3 if intercept else 2)
        assert np.count_nonzero(curved) >= 2


@pytest.mark.evidence(
    "For data without noise the least possible loss is exactly 0, and not merely small.",
    lesson="Linear regression",
    kind="closed form",
    oracle="data made from a line or a plane",
    tolerance=0,
)
@pytest.mark.parametrize("n", [2, 3, 10, 1000, 100_000])
@pytest.mark.parametrize("far", FAR)
def test_data_without_noise_have_a_least_loss_of_exactly_0(n, far):
    rng = np.random.default_rng(n)
    for p in (1, 2, 3):
        steps = rng.normal(size=(n, p)) * 10 ** rng.uniform(-3, 3, p)
        targets = steps @ rng.normal(size=p) * 10 ** rng.uniform(-3, 3) + rng.normal()
        assert LeastSquares(far + steps if far == 0 else far + np.round(steps), targets).least >= 0
        assert LeastSquares(steps, targets).least == 0
        whole = np.round(100 * steps)
        assert LeastSquares(far + whole, whole @ rng.normal(size=p) + rng.normal()).least == 0


def test_a_broadcast_loss_is_least_at_its_optimum_and_a_constant_target_has_none():
    features, targets, *_ = datasets.auto_mpg()
    objective = BroadcastLeastSquares(features, targets)
    assert objective.least == pytest.approx(float(objective.value(objective.optimum)), rel=1e-12)
    assert BroadcastLeastSquares(features, np.full(len(targets), 0.1)).least == 0


@given(
    some.sampled_from([LeastSquares, BroadcastLeastSquares]),
    arrays(float, some.tuples(some.integers(1, 8), some.integers(2, 4)), elements=some.floats(-1e100, 1e100)),
    some.booleans(),
)
def test_any_table_has_a_least_loss_that_no_point_is_below(kind, numbers, intercept):
    features, targets = numbers[:, 1:], numbers[:, 0]
    objective = kind(features, targets, intercept)
    curved = theory.curvatures(objective)
    assert np.isfinite(objective.optimum).all() and np.isfinite(curved).all() and (np.diff(curved) >= 0).all()
    at_zero = float(objective.value(np.zeros(len(curved))))
    assert 0 <= curved.min() and 0 <= objective.least <= at_zero * (1 + 1e-9)


@given(
    arrays(
        float,
        some.tuples(some.integers(1, 6), some.integers(1, 4)),
        elements=some.floats(-1e3, 1e3).filter(lambda x: x == 0 or abs(x) > 1e-100),
    )
)
def test_directions_are_orthonormal_and_slopes_are_the_gradient_along_them(features):
    objective = LeastSquares(features, np.arange(len(features)) ** 2.0)
    theta = np.linspace(-1, 1, features.shape[1] + 1)
    curved, directions, slopes = objective.principal(theta)
    d = len(theta)
    assert_allclose(directions.T @ directions, np.eye(d), rtol=0, atol=1e-12)
    scale = float(np.abs(objective.hessian).max()) * 3 + 50
    assert_allclose(directions @ np.diag(curved) @ directions.T, objective.hessian, rtol=0, atol=1e-12 * scale)
    assert_allclose(slopes, objective.gradient(theta) @ directions, rtol=0, atol=1e-9 * scale)


def test_a_loss_stands_for_all_rows_where_they_are_few():
    for n in (1, 2, 3):
        features, targets = np.arange(3.0 * n).reshape(n, 3) + 1e9, np.arange(n) + 5.0
        objective, theta = LeastSquares(features, targets), np.array([1e-9, 2e-9, -1e-9, 0.5])
        expected = np.square(np.column_stack([features, np.ones(n)]) @ theta - targets).mean()
        assert_allclose(objective.value(theta), expected, rtol=1e-12)
        assert objective.least == pytest.approx(0, abs=1e-30) if n < 3 else objective.least >= 0
    assert_array_equal(theory.curvatures(LeastSquares(np.zeros((3, 2)), np.ones(3), intercept=False)), 0)
