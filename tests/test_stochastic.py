"""The theory of stochastic descent against enumeration of all batches, exact fractions and long runs."""

from fractions import Fraction
from itertools import combinations, product
from math import inf, nan

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from gdcore import OPTIMIZERS, Batches, GradientDescent, LeastSquares, Momentum, Nesterov, datasets, descend
from gdcore.scaling import standardised
from gdcore.theory import (
    best_mean_square_rate,
    best_rate,
    contraction,
    curvatures,
    expected_gap,
    first_order_noise_floor,
    gradient_noise,
    mean_square_factor,
    mean_square_limit,
    noise_floor,
    predicted_gap,
    rate_limit,
)

PLAIN = GradientDescent()


def least_squares(dataset):
    return LeastSquares(dataset.features, dataset.targets)


def cars():
    data = datasets.auto_mpg()
    return LeastSquares(standardised(data.features)[0], data.targets)


rng = np.random.default_rng(0)
FEATURES, TARGETS = rng.normal(size=(6, 2)), rng.normal(size=6)
LINE = least_squares(datasets.noisy_line(n=256, noise=1, seed=7))
PLANE = least_squares(datasets.noisy_line(n=100, slopes=(2, -1), noise=0.5, outliers=3, seed=3))
SMALL = LeastSquares(FEATURES, TARGETS)
UNEVEN = LeastSquares(FEATURES * [1, 30], TARGETS)
TWICE = LeastSquares(FEATURES[:, [0, 1, 0]], TARGETS)  # a valley: one direction without curvature
FEW = LeastSquares(FEATURES[:2], TARGETS[:2])  # fewer examples than parameters: a valley, and no noise
EXACT = LeastSquares(FEATURES, FEATURES @ [1.3, -1.0] - 3.5)
ONE = LeastSquares(FEATURES[:, :1], TARGETS, intercept=False)
SCALED = LeastSquares(FEATURES * [1, 1e6], TARGETS)
FLAT = LeastSquares(np.zeros((6, 2)), TARGETS, intercept=False)

small = pytest.mark.parametrize(
    "objective", [SMALL, UNEVEN, TWICE, FEW, EXACT, ONE], ids=["small", "uneven", "valley", "few", "exact", "one"]
)


def every_batch(objective, size):
    """All n^size batches that drawing with replacement gives with the same chance, (n^size, size)."""
    return np.array(list(product(range(objective.n_examples), repeat=size)))


def update_of_second_moment(objective, rate, size):
    """S -> E[(I - eta A) S (I - eta A)], (d^2, d^2), A the Hessian of a batch: the mean over every batch."""
    d = objective.design.shape[1]
    designs = objective.design[every_batch(objective, size)]
    maps = np.eye(d) - rate * 2 / size * designs.swapaxes(1, 2) @ designs
    return np.mean([np.kron(one, one) for one in maps], axis=0)


def loss_after(objective, rate, size, updates):
    """tr(H S) after so many updates over tr(H S) before them, from S = H."""
    moment = objective.hessian.ravel()
    later = np.linalg.matrix_power(update_of_second_moment(objective, rate, size), updates) @ moment
    return (moment @ later) / (moment @ moment)


@pytest.mark.parametrize("size", range(1, 11))
@pytest.mark.parametrize("order", ["reshuffled", "fixed"])
def test_batch_gradients_of_an_epoch_weighted_by_size_average_to_the_full_gradient(order, size):
    objective, theta = least_squares(datasets.noisy_line(n=10)), np.array([5.0, -3.0])
    epoch = Batches(size, seed=1, order=order).rows(10, steps=-(-10 // size))
    average = sum(len(rows) * objective.gradient(theta, rows) for rows in epoch) / 10
    assert_allclose(average, objective.gradient(theta), rtol=1e-12)


@pytest.mark.parametrize("order", ["reshuffled", "fixed", "replacement"])
@pytest.mark.parametrize("size", [1, 7])
def test_same_seed_same_run(order, size):
    first, second = (
        descend(LINE, [0.0, 0.0], PLAIN, 0.05, 300, batches=Batches(size, seed=3, order=order)) for _ in range(2)
    )
    assert_array_equal(first.theta, second.theta)


@pytest.mark.evidence(
    "Our formula for how widely batch gradients scatter agrees with all batches that can be drawn with replacement.",
    lesson="The race",
    kind="enumeration",
    oracle="all batches of one, two and three examples",
    tolerance=1e-12,
)
@small
@pytest.mark.parametrize("size", [1, 2, 3])
def test_gradient_noise_is_the_covariance_over_every_batch(objective, size):
    theta = np.full(len(objective.hessian), 2.0)
    drawn = [objective.gradient(theta, rows) for rows in every_batch(objective, size)]
    covariance = np.atleast_2d(np.cov(np.array(drawn).T, bias=True))
    assert_allclose(gradient_noise(objective, theta, size), covariance, rtol=1e-12, atol=1e-13 * covariance.max())


@pytest.mark.evidence(
    "Our formula for how widely batch gradients scatter agrees with all batches drawn without replacement.",
    lesson="The race",
    kind="enumeration",
    oracle="all subsets of six examples",
    tolerance=1e-12,
)
@pytest.mark.parametrize("objective", [SMALL, TWICE, ONE], ids=["small", "valley", "one"])
@pytest.mark.parametrize("size", range(1, 7))
def test_gradient_noise_without_replacement_is_the_covariance_over_every_subset(objective, size):
    theta = np.full(len(objective.hessian), 2.0)
    drawn = [objective.gradient(theta, np.array(rows)) for rows in combinations(range(6), size)]
    covariance = np.atleast_2d(np.cov(np.array(drawn).T, bias=True))
    noise = gradient_noise(objective, theta, size, replacement=False)
    assert_allclose(noise, covariance, rtol=1e-12, atol=1e-12)
    assert_allclose(noise, (6 - size) / (size * 5) * gradient_noise(objective, theta, 1), rtol=1e-12)


def test_a_single_example_has_no_gradient_noise():
    alone = LeastSquares([[2.0]], [1.0])
    for replacement in (True, False):
        assert_array_equal(gradient_noise(alone, np.ones(2), 1, replacement), np.zeros((2, 2)))


@pytest.mark.evidence(
    "Twice the batch size halves the variance of its gradient, if examples are drawn with replacement.",
    lesson="The race",
    kind="long runs",
    oracle="4,000 batches drawn of each of seven sizes",
    tolerance=0.12,
)
def test_variance_of_drawn_gradients_falls_as_one_over_the_size():
    theta, sizes = np.array([4.0, 1.0]), np.array([1, 2, 4, 8, 16, 32, 64])
    variances = []
    for size in sizes:
        rows = np.stack(Batches(int(size), seed=2, order="replacement").rows(256, steps=4000))
        variances.append(LINE.gradient(np.broadcast_to(theta, (4000, 2)), rows).var(0).sum())
    assert np.polyfit(np.log(sizes), np.log(variances), 1)[0] == pytest.approx(-1, abs=0.05)
    # The variance of 4000 draws is known to about 3 % with the tails of these gradients.
    assert_allclose(variances, [np.trace(gradient_noise(LINE, theta, int(size))) for size in sizes], rtol=0.12)


@pytest.mark.evidence(
    "With noisy steps the squared error shrinks on average one percent below our limit, and grows one percent above.",
    lesson="The race",
    kind="enumeration",
    oracle="the mean over all batches, 4,096 updates long",
    tolerance=0.01,
)
@small
@pytest.mark.parametrize("size", [1, 2, 3])
def test_second_moment_shrinks_below_the_limit_and_grows_above(objective, size):
    limit = mean_square_limit(objective, size)
    assert loss_after(objective, 0.99 * limit, size, 4096) < 0.5
    assert loss_after(objective, 1.01 * limit, size, 4096) > 2


@small
def test_limit_rises_with_the_size_up_to_that_of_batch_descent(objective):
    limits = [mean_square_limit(objective, size) for size in (1, 2, 8, 64, 10**12)]
    assert limits == sorted(limits)
    assert_allclose(limits[-1], rate_limit(curvatures(objective)), rtol=1e-10)


def test_limit_of_one_parameter_is_the_mean_over_the_mean_square_of_the_curvature():
    """E[(1 - eta A)^2] = 1 where eta = 2 E[A] / E[A^2]; A is the mean of `size` curvatures 2 x^2."""
    each = 2 * FEATURES[:, 0] ** 2
    for size in (1, 4):
        assert mean_square_limit(ONE, size) == pytest.approx(2 * each.mean() / (each.mean() ** 2 + each.var() / size))
        assert best_mean_square_rate(ONE, size) == pytest.approx(mean_square_limit(ONE, size) / 2)  # of a parabola


@pytest.mark.parametrize("objective", [SMALL, UNEVEN, EXACT, ONE], ids=["small", "uneven", "exact", "one"])
@pytest.mark.parametrize("size", [1, 2, 3])
def test_no_rate_on_a_grid_beats_the_best(objective, size):
    def radius(rate):
        return np.abs(np.linalg.eigvals(update_of_second_moment(objective, rate, size))).max()

    best = best_mean_square_rate(objective, size)
    grid = np.linspace(0, mean_square_limit(objective, size), 101)
    assert radius(best) <= min(map(radius, [*grid, 0.9999 * best, 1.0001 * best])) + 1e-14
    assert radius(best) < 1


RULES = [Momentum(0.5), Momentum(0.9), Nesterov(0.5), Nesterov(0.9)]
every_rule = pytest.mark.parametrize("rule", RULES, ids=str)
FOUR = LeastSquares(np.vstack([np.eye(2), -np.eye(2)]), [0, 1, 2, 3], intercept=False)  # all directions alike


def factor_by_enumeration(objective, size, rate, rule):
    """The spectral radius of E[M (x) M] over every batch, M the map of (error, velocity) that an update is."""
    d = objective.design.shape[1]
    designs = objective.design[every_batch(objective, size)]
    columns = []
    for unit in np.eye(2 * d):
        gradients = 2 / size * designs.swapaxes(1, 2) @ designs @ unit[:d]
        direction, velocity = rule.update(gradients, np.zeros_like(gradients) + unit[d:])
        columns.append(np.hstack([unit[:d] - rate * direction, velocity]))
    maps = np.stack(columns, axis=-1)
    return np.abs(np.linalg.eigvals(np.mean([np.kron(one, one) for one in maps], axis=0))).max()


@pytest.mark.evidence(
    "Our formula for how fast noisy steps with momentum shrink the squared error agrees with all batches.",
    lesson="The race",
    kind="enumeration",
    oracle="all batches of one and three examples",
    tolerance=1e-07,
)
@every_rule
@pytest.mark.parametrize("objective", [SMALL, UNEVEN, ONE, FOUR], ids=["small", "uneven", "one", "alike"])
@pytest.mark.parametrize("size", [1, 3])
def test_the_mean_square_factor_is_that_of_the_mean_over_every_batch(objective, size, rule):
    limit = mean_square_limit(objective, size, rule)
    assert mean_square_factor(objective, size, limit, rule) == pytest.approx(1, abs=1e-9)
    for part in (0.001, 0.1, 0.5, 0.99, 1.01, 3):
        expected = factor_by_enumeration(objective, size, part * limit, rule)
        assert mean_square_factor(objective, size, part * limit, rule) == pytest.approx(expected, rel=1e-7)


@pytest.mark.evidence(
    "For noisy steps with momentum no learning rate does better in the long run than our best one.",
    lesson="The race",
    kind="search on a grid",
    oracle="101 learning rates up to the limit, each with all its batches",
    tolerance=1e-08,
)
@every_rule
@pytest.mark.parametrize("objective", [SMALL, UNEVEN, ONE, FOUR], ids=["small", "uneven", "one", "alike"])
@pytest.mark.parametrize("size", [1, 2])
def test_no_rate_on_a_grid_has_a_better_factor_than_the_best(objective, size, rule):
    best, limit = best_mean_square_rate(objective, size, rule), mean_square_limit(objective, size, rule)
    factor = factor_by_enumeration(objective, size, best, rule)
    grid = [*limit * np.geomspace(1e-4, 1, 101), 0.999 * best, 1.001 * best]
    assert factor <= min(factor_by_enumeration(objective, size, rate, rule) for rate in grid) + 1e-8
    assert factor < 1


@pytest.mark.parametrize("objective", [LINE, PLANE, cars(), SMALL, UNEVEN, TWICE, FEW, EXACT, ONE, SCALED, FOUR])
@pytest.mark.parametrize("size", [1, 8, 10**15])
def test_momentum_without_memory_is_plain_descent(objective, size):
    for quantity in (mean_square_limit, best_mean_square_rate):
        plain = quantity(objective, size)
        assert quantity(objective, size, PLAIN) == plain
        for rule in (Momentum(0), Nesterov(0)):
            assert quantity(objective, size, rule) == pytest.approx(plain, rel=1e-8)
    assert mean_square_factor(objective, size, mean_square_limit(objective, size)) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("objective", [SMALL, UNEVEN, EXACT, ONE], ids=["small", "uneven", "exact", "one"])
@pytest.mark.parametrize("size", [1, 2])
def test_the_mean_square_factor_of_plain_descent_is_that_of_its_second_moment(objective, size):
    for part in (0.1, 0.7, 1.5):
        rate = part * mean_square_limit(objective, size)
        radius = np.abs(np.linalg.eigvals(update_of_second_moment(objective, rate, size))).max()
        assert mean_square_factor(objective, size, rate) == pytest.approx(radius, rel=1e-9)


@every_rule
@pytest.mark.parametrize("objective", [LINE, cars(), PLANE], ids=["line", "cars", "plane"])
def test_the_factor_of_large_batches_is_the_square_of_the_worst_contraction(objective, rule):
    curved = curvatures(objective)
    for part in (0.1, 0.7):
        rate = part * rate_limit(curved, rule)
        expected = contraction(curved, rate, rule).max() ** 2
        assert mean_square_factor(objective, 10**15, rate, rule) == pytest.approx(expected, rel=1e-6)
    assert mean_square_limit(objective, 10**15, rule) == pytest.approx(rate_limit(curved, rule), rel=1e-9)


@every_rule
@pytest.mark.parametrize("stretch", [1e-90, 1e-6, 1e6, 1e90], ids="{:g}".format)
def test_limit_and_best_rate_keep_their_digits_on_data_of_any_size(stretch, rule):
    """All columns and rates in another unit: nothing else changes."""
    plain, scaled = (LeastSquares(by * FEATURES, TARGETS, intercept=False) for by in (1, stretch))
    for quantity in (mean_square_limit, best_mean_square_rate):
        assert quantity(scaled, 3, rule) * stretch**2 == pytest.approx(quantity(plain, 3, rule), rel=1e-7)


@every_rule
def test_on_badly_scaled_data_no_digit_of_the_slow_direction_is_lost(rule):
    """What is left of 1 after an update falls with the square of the stretch; the best rate comes to a limit."""
    parts, left = [], []
    for stretch in (1e3, 1e5, 1e7):
        objective = LeastSquares(FEATURES * [1, stretch], TARGETS)
        best, limit = best_mean_square_rate(objective, 3, rule), mean_square_limit(objective, 3, rule)
        parts.append(best / limit)
        left.append((1 - mean_square_factor(objective, 3, best, rule)) * stretch**2)
    assert parts == sorted(parts) and parts[0] > 0.9 and parts[-1] < 1
    assert left[1:] == pytest.approx([left[0]] * 2, rel=0.05)


@pytest.mark.parametrize("objective", [LINE, UNEVEN, TWICE, SCALED], ids=["line", "uneven", "valley", "scaled"])
def test_best_rate_of_large_sizes_is_that_of_batch_descent(objective):
    expected = best_rate(curvatures(objective))
    assert best_mean_square_rate(objective, 10**15) == pytest.approx(expected, rel=1e-10)


def test_a_second_equal_column_is_one_column_stretched():
    """Two equal columns act as one column times sqrt(2): their difference stays as it is."""
    stretched = LeastSquares(FEATURES * [np.sqrt(2), 1], TARGETS)
    for quantity in (mean_square_limit, best_mean_square_rate):
        assert quantity(TWICE, 2) == pytest.approx(quantity(stretched, 2), rel=1e-10)
    for floor in (noise_floor, first_order_noise_floor):
        assert floor(TWICE, 0.05, 2) == pytest.approx(floor(stretched, 0.05, 2), rel=1e-10)
    gaps = expected_gap(stretched, [4 / np.sqrt(2), 2, 4], 0.05, 2, 50)
    assert_allclose(expected_gap(TWICE, [1, 2, 3, 4], 0.05, 2, 50), gaps, rtol=1e-10)


MEASURED = [(size, fraction) for size in (1, 8, 32) for fraction in (0.1, 0.5)] + [(8, 0.8), (32, 0.8)]


@pytest.mark.evidence(
    "A stochastic run ends up, on average, on the noise floor that theory gives.",
    lesson="The race",
    kind="long runs",
    oracle="the mean of 100 runs of 2,000 updates",
    tolerance=0.05,
)
@pytest.mark.parametrize("size, fraction", MEASURED)
@pytest.mark.parametrize("objective", [LINE, cars(), PLANE], ids=["line", "cars", "plane"])
def test_noise_floor_is_where_long_runs_end_up(objective, size, fraction):
    rate = fraction * mean_square_limit(objective, size)
    batches = Batches(size, seed=tuple(range(100)), order="replacement")
    values = descend(objective, objective.optimum, PLAIN, rate, 2000, batches=batches).value[500:]
    measured = values.mean() - objective.value(objective.optimum)
    assert noise_floor(objective, rate, size) == pytest.approx(measured, rel=0.05)


def exactly(values):
    return np.vectorize(Fraction, otypes=[object])(values)


def solved(matrix, right):
    """The x of matrix x = right in fractions, by Gauss and Jordan."""
    rows = np.column_stack([matrix, right])
    for j in range(len(rows)):
        pivot = next(i for i in range(j, len(rows)) if rows[i, j] != 0)
        rows[[j, pivot]] = rows[[pivot, j]]
        rows[j] = rows[j] / rows[j, j]
        for i in set(range(len(rows))) - {j}:
            rows[i] = rows[i] - rows[i, j] * rows[j]
    return rows[:, -1]


def floor_in_fractions(objective, rate, size):
    """tr(H S) / 2, where H S + S H - eta E[A_batch S A_batch] = eta E[c c'] / B, without any rounding."""
    x, y, rate = exactly(objective.design), exactly(objective.targets), Fraction(rate)
    n, d = x.shape
    hessian, one = 2 * x.T @ x / n, np.eye(d, dtype=int)
    c = 2 * x * (x @ solved(hessian, 2 * x.T @ y / n) - y)[:, None]
    each = sum(np.kron(a, a) for a in (2 * np.outer(row, row) for row in x)) / n
    full = np.kron(hessian, hessian)
    shrinks = np.kron(one, hessian) + np.kron(hessian, one) - rate * (full + (each - full) / size)
    return float(hessian.ravel() @ solved(shrinks, rate * (c.T @ c).ravel() / (n * size)) / 2)


@pytest.mark.evidence(
    "The noise floor agrees with exact arithmetic, even where one feature is a billion times as large as the other.",
    lesson="The race",
    kind="exact arithmetic",
    oracle="Python's fractions, without any rounding",
    tolerance=1e-12,
)
@pytest.mark.parametrize("stretch", [1, 1e3, 1e6, 1e9], ids="{:g}".format)
@pytest.mark.parametrize("size", [1, 4])
def test_noise_floor_keeps_its_digits_on_badly_scaled_data(stretch, size):
    """The condition number of the Hessian is about the square of the stretch."""
    objective = LeastSquares(FEATURES * [1, stretch], TARGETS)
    rate = 0.3 * mean_square_limit(objective, size)
    exact = floor_in_fractions(objective, rate, size)
    assert noise_floor(objective, rate, size) == pytest.approx(exact, rel=1e-12)


@pytest.mark.parametrize("objective", [LINE, PLANE, SMALL], ids=["line", "plane", "small"])
@pytest.mark.parametrize("size", [1, 8])
def test_first_order_floor_is_too_low_and_right_for_small_rates(objective, size):
    limit = mean_square_limit(objective, size)
    too_low = [
        1 - first_order_noise_floor(objective, rate, size) / noise_floor(objective, rate, size)
        for rate in limit * np.array([1e-6, 0.01, 0.1, 0.5, 0.9, 0.999])
    ]
    assert 0 < too_low[0] < 2e-6 and too_low == sorted(too_low) and too_low[-1] > 0.9


def test_first_order_floor_is_the_rate_times_the_mean_of_squares_over_the_size():
    residuals = LINE.design @ LINE.optimum - LINE.targets
    mean = np.mean(residuals**2 * np.square(LINE.design).sum(1))
    assert first_order_noise_floor(LINE, 0.05, 8) == pytest.approx(0.05 * mean / 8, rel=1e-12)


@pytest.mark.parametrize("objective", [EXACT, FEW, FLAT, least_squares(datasets.line())], ids=str)
def test_data_without_noise_have_no_floor(objective):
    assert noise_floor(objective, 0.02, 2) == first_order_noise_floor(objective, 0.02, 2) == 0


def test_floor_is_infinite_from_the_limit_on():
    limit = mean_square_limit(LINE, 8)
    assert noise_floor(LINE, limit, 8) == noise_floor(LINE, 2 * limit, 8) == inf
    assert noise_floor(LINE, 0.9999 * limit, 8) < inf


def mean_gap(objective, start, rate, size, steps):
    """E[f] - f* after each update: the mean over all sequences of batches."""
    points, gaps = np.array([start], dtype=float), []
    for _ in range(steps + 1):
        gaps.append(objective.value(points).mean() - objective.value(objective.optimum))
        points = np.concatenate(
            [points - rate * objective.gradient(points, rows) for rows in every_batch(objective, size)]
        )
    return gaps


THREE = LeastSquares(FEATURES[:3, :1], TARGETS[:3])
THREE_VALLEY = LeastSquares(FEATURES[:3, [0, 0]], TARGETS[:3])


@pytest.mark.evidence(
    "The average gap after a few stochastic updates is the average over all sequences of batches.",
    lesson="The race",
    kind="enumeration",
    oracle="each sequence of three or four batches",
    tolerance=1e-11,
)
@pytest.mark.parametrize("objective", [THREE, THREE_VALLEY, FEW, ONE], ids=["three", "valley", "few", "one"])
@pytest.mark.parametrize("size, steps", [(1, 4), (2, 3)])
@pytest.mark.parametrize("rate", [0.0, 0.05, 0.3, 2.0])
def test_expected_gap_is_the_mean_over_every_sequence_of_batches(objective, size, steps, rate):
    start = np.arange(2.0, 2 + len(objective.hessian))
    expected = mean_gap(objective, start, rate, size, steps)
    assert_allclose(expected_gap(objective, start, rate, size, steps), expected, rtol=1e-11)


@pytest.mark.parametrize("size", [1, 8])
@pytest.mark.parametrize("objective", [LINE, cars(), PLANE], ids=["line", "cars", "plane"])
def test_expected_gap_is_the_mean_of_many_runs(objective, size):
    start, rate = objective.optimum + 3, 0.2 * mean_square_limit(objective, size)
    batches = Batches(size, seed=tuple(range(1000)), order="replacement")
    gaps = descend(objective, start, PLAIN, rate, 60, batches=batches).value - objective.value(objective.optimum)
    error = gaps.std(1) / np.sqrt(1000)
    assert (np.abs(gaps.mean(1) - expected_gap(objective, start, rate, size, 60)) <= 5 * error + 1e-9).all()


@pytest.mark.parametrize("objective", [LINE, SMALL, TWICE], ids=["line", "small", "valley"])
def test_expected_gap_ends_up_on_the_noise_floor(objective):
    rate = 0.5 * mean_square_limit(objective, 4)
    gaps = expected_gap(objective, np.ones(len(objective.hessian)), rate, 4, 5000)
    assert gaps[-1] == pytest.approx(noise_floor(objective, rate, 4), rel=1e-9)


@small
def test_expected_gap_of_large_batches_is_that_of_batch_descent(objective):
    start = np.full(len(objective.hessian), 2.0)
    rate = 0.9 * rate_limit(curvatures(objective))
    gaps = expected_gap(objective, start, rate, 10**15, 40)
    predicted = predicted_gap(objective, start, rate, np.arange(41))
    assert_allclose(gaps, predicted, rtol=1e-9, atol=1e-12 * predicted[0])


def test_expected_gap_beyond_the_range_of_numbers_is_infinite():
    alone = LeastSquares([[1.0]], [0.0], intercept=False)  # with a rate of 2 an update multiplies the error by -3
    gaps = expected_gap(alone, [1], 2.0, 1, 1000)
    assert_allclose(gaps[:300], 9.0 ** np.arange(300), rtol=1e-12)
    assert (gaps[330:] == inf).all()
    assert expected_gap(LINE, [0, 0], 5.0, 1, 2000)[-1] == expected_gap(LINE, [0, 0], 1e200, 1, 5)[-1] == inf


def test_expected_gap_is_never_below_zero():
    """One update takes a single example to its minimum; all that is left is rounding."""
    for x in np.random.default_rng(0).normal(size=400):
        alone = LeastSquares([[x]], [0.0], intercept=False)
        gaps = expected_gap(alone, [5], 1 / curvatures(alone)[0], 1, 3)
        assert (gaps >= 0).all() and (gaps[1:] < 1e-15 * gaps[0]).all()


def test_a_direction_that_is_not_excited_does_not_count_for_the_expected_gap():
    """On the gentle axis a rate beyond the limit of the steep one converges, for ever."""
    objective = LeastSquares(np.diag([2.0, 1.0]), [0, 0], intercept=False)
    gaps = expected_gap(objective, [0, 1], 0.9, 1, 5000)
    assert_allclose(gaps[:3], [0.5, 0.41, 0.3362], rtol=1e-12)
    assert gaps[-1] < 1e-100


def test_without_curvature_no_rate_is_too_large_and_none_is_best():
    assert mean_square_limit(FLAT, 3) == inf
    assert not expected_gap(FLAT, np.ones(2), 0.3, 1, 5).any()
    assert mean_square_limit(FLAT, 3, Momentum()) == inf
    for rule in (None, Momentum()):
        with pytest.raises(ValueError, match="a best rate needs curvatures"):
            best_mean_square_rate(FLAT, 3, rule)


SECOND_MOMENTS = {
    "limit": mean_square_limit,
    "factor": lambda objective, size, rule: mean_square_factor(objective, size, 0.01, rule),
    "best": best_mean_square_rate,
}


@pytest.mark.parametrize("claim", SECOND_MOMENTS.values(), ids=SECOND_MOMENTS)
@pytest.mark.parametrize("rule", [kind() for kind in OPTIMIZERS], ids=lambda rule: rule.name)
def test_second_moments_are_claimed_for_the_three_linear_rules_and_for_no_other(rule, claim):
    answer = claim(SMALL, 3, rule)
    assert (answer is not None) == isinstance(rule, GradientDescent | Momentum | Nesterov)
    if answer is None:  # and that is the answer whatever is asked
        assert claim(FLAT, 3, rule) is None


USES_OF_A_SIZE = {
    "limit": lambda size: mean_square_limit(SMALL, size),
    "best": lambda size: best_mean_square_rate(SMALL, size),
    "with momentum": lambda size: best_mean_square_rate(SMALL, size, Momentum()),
    "factor": lambda size: mean_square_factor(SMALL, size, 0.1),
    "floor": lambda size: noise_floor(SMALL, 0.1, size),
    "first order": lambda size: first_order_noise_floor(SMALL, 0.1, size),
    "gap": lambda size: expected_gap(SMALL, np.ones(3), 0.1, size, 5),
    "noise": lambda size: gradient_noise(SMALL, np.ones(3), size),
}
USES_OF_A_RATE = {
    "factor": lambda rate: mean_square_factor(SMALL, 1, rate),
    "floor": lambda rate: noise_floor(SMALL, rate, 1),
    "first order": lambda rate: first_order_noise_floor(SMALL, rate, 1),
    "gap": lambda rate: expected_gap(SMALL, np.ones(3), rate, 1, 5),
}


@pytest.mark.parametrize("use", USES_OF_A_SIZE)
@pytest.mark.parametrize("size", [0, -2, nan])
def test_a_batch_without_examples_raises(use, size):
    with pytest.raises(ValueError, match=f"size must be at least 1, got {size}"):
        USES_OF_A_SIZE[use](size)


@pytest.mark.parametrize("use", USES_OF_A_RATE)
@pytest.mark.parametrize("rate", [-0.1, inf, nan])
def test_a_rate_that_is_negative_or_not_finite_raises(use, rate):
    with pytest.raises(ValueError, match=f"learning_rate must be finite and at least 0, got {rate}"):
        USES_OF_A_RATE[use](rate)


def test_more_than_all_examples_can_only_be_drawn_with_replacement():
    assert gradient_noise(SMALL, np.ones(3), 7).shape == (3, 3)
    with pytest.raises(ValueError, match="size must be at most the number of examples, 6, got 7"):
        gradient_noise(SMALL, np.ones(3), 7, replacement=False)
