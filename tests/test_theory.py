"""Closed forms against runs, exact fractions and brute force."""

from fractions import Fraction
from math import inf, sqrt

import numpy as np
import pytest
from numpy.testing import assert_allclose

from gdcore import OPTIMIZERS, GradientDescent, LeastSquares, Momentum, Nesterov, Outcome, Quadratic, descend
from gdcore.theory import (
    Regime,
    best_heavy_ball,
    best_rate,
    condition_number,
    contraction,
    curvatures,
    first_order_noise_floor,
    gap,
    has_closed_form,
    noise_floor,
    predicted_gap,
    predicted_iterate,
    rate_limit,
    regimes,
    shrinks_at_every_update,
    updates_to_approach,
    updates_to_settle,
    updates_to_shrink,
    updates_to_shrink_at,
)

PLAIN = GradientDescent()
PARABOLA = Quadratic(a0=-3, a1=-2, a2=3)
START = np.array([8.0])

rng = np.random.default_rng(0)
FEATURES = rng.normal(size=(40, 2)) * [1, 2]
EXACT = LeastSquares(FEATURES, FEATURES @ [1.3, -1.0] - 3.5)
NOISY = LeastSquares(FEATURES, FEATURES @ [1.3, -1.0] - 3.5 + rng.normal(size=40))
TWICE = LeastSquares(FEATURES[:, [0, 1, 0]], rng.normal(size=40))  # a valley: one direction without curvature
NO_TARGETS = LeastSquares(FEATURES[:, [0, 1, 0]], np.zeros(40), intercept=False)
STEEP_AND_GENTLE = LeastSquares(
    np.diag([2.0, 1.0]), [0, 0], intercept=False
)  # curvatures 1 and 4, gap theta' H theta / 2

momentum_rules = [PLAIN, *(kind(beta) for kind in (Momentum, Nesterov) for beta in (0.0, 0.5, 0.9))]
every_rule = pytest.mark.parametrize("rule", momentum_rules, ids=str)


@pytest.mark.evidence(
    "A run converges one percent below the limit that we name for its learning rate, and diverges one percent above.",
    kind="closed form",
    oracle="2/λ, momentum 2(1 + β)/λ, Nesterov 2(1 + β)/((1 + 2β)λ), with 4,000 updates",
    tolerance=0.01,
)
@every_rule
@pytest.mark.parametrize("objective", [PARABOLA, EXACT, NOISY, TWICE], ids=["parabola", "exact", "noisy", "valley"])
def test_descent_converges_below_the_limit_and_diverges_above(rule, objective):
    limit = rate_limit(curvatures(objective), rule)
    start = np.full(len(objective.hessian), 8.0)
    below, above = (descend(objective, start, rule, factor * limit, 4000) for factor in (0.99, 1.01))
    floor = objective.value(objective.optimum)
    assert below.value[-1] - floor < 1e-6 * (below.value[0] - floor)
    assert above.outcome is Outcome.NOT_FINITE or above.value[-1] > 1e6 * above.value[0]


def test_limit_and_contraction_are_for_plain_descent_unless_said():
    curved = curvatures(EXACT)
    assert rate_limit(curved) == rate_limit(curved, PLAIN)
    assert_allclose(contraction(curved, 0.1), contraction(curved, 0.1, PLAIN))


def test_limit_is_zero_where_it_curves_down_and_infinite_where_nothing_curves():
    assert rate_limit(np.array([-1.0, 2.0])) == 0
    assert rate_limit(np.array([0.0, 0.0])) == inf


@pytest.mark.evidence(
    "In the long run each update multiplies the error by the factor that we name, with momentum and without.",
    kind="independent loop",
    oracle="the factor measured in a run of 12 updates",
    tolerance=1e-06,
)
@every_rule
@pytest.mark.parametrize("fraction", [0.05, 0.3, 0.7, 0.95, 1.05])
def test_contraction_is_the_long_run_factor_of_a_run(rule, fraction):
    """A run obeys x_t+2 = a x_t+1 + b x_t; the larger root of the fitted recurrence is what it does in the long run."""
    bowl = Quadratic(0, 0, 2)
    rate = fraction * rate_limit(curvatures(bowl), rule)
    x = descend(bowl, [1.0], rule, rate, 12).theta[:, 0]
    a, b = np.linalg.lstsq(np.column_stack([x[1:-1], x[:-2]]), x[2:])[0]
    measured = np.abs(np.roots([1, -a, -b])).max()
    assert abs(contraction(np.array([4.0]), rate, rule)[0]) == pytest.approx(measured, rel=1e-6)


def test_contraction_of_plain_descent_has_the_sign_of_the_error():
    trace = descend(PARABOLA, START, PLAIN, 0.3, 1)
    factor = (trace.theta[1] - 1 / 3) / (trace.theta[0] - 1 / 3)
    assert contraction(curvatures(PARABOLA), 0.3) == pytest.approx(factor) == -0.8


CLAIMS = {"limit": rate_limit, "best": best_rate, "contraction": lambda c, rule: contraction(c, 0.1, rule)}


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
@pytest.mark.parametrize("rule", [kind() for kind in OPTIMIZERS], ids=lambda rule: rule.name)
def test_a_limit_a_best_rate_and_a_factor_are_claimed_for_the_three_linear_rules_and_for_no_other(rule, claim):
    for curved in (np.array([1.0]), np.array([0.5, 2.0])):
        assert (claim(curved, rule) is not None) == isinstance(rule, GradientDescent | Momentum | Nesterov)
    if claim(np.array([1.0]), rule) is None:  # and that is the answer whatever is asked
        assert claim(np.array([-1.0, 0.0]), rule) is None


@pytest.mark.parametrize("rule", [kind() for kind in OPTIMIZERS], ids=lambda rule: rule.name)
def test_theory_says_for_which_rules_it_holds(rule):
    x = np.arange(6.0)
    noisy = LeastSquares(x[:, None], np.array([0.0, 2, 1, 4, 3, 6]))
    assert has_closed_form(rule) == (rate_limit(np.ones(1), rule) is not None)
    known = shrinks_at_every_update(rule)
    assert known == isinstance(rule, GradientDescent)
    assert (noise_floor(noisy, 1e-3, 2, rule) is not None) == known
    assert (updates_to_approach(noisy, np.zeros(2), 1e-3, 0.01, rule) is not None) == known


def worst(curved, rate):
    return np.abs(contraction(curved[curved != 0], rate)).max()


def radius_of_two_steps(curvature, rate, rule):
    """Of the map of (error, velocity) that one update of the rule is, along one direction."""
    columns = []
    for error, velocity in ((1.0, 0.0), (0.0, 1.0)):
        direction, velocity = rule.update(curvature * error, velocity)
        columns.append([error - rate * direction, velocity])
    return np.abs(np.linalg.eigvals(np.transpose(columns))).max()


@pytest.mark.evidence(
    "With momentum or Nesterov no learning rate does better in the long run than our best one.",
    kind="search on a grid",
    oracle="400 learning rates up to the limit, each with the eigenvalues of its update",
    tolerance=1e-07,
)
@pytest.mark.parametrize("curved", [[1.0, 1.0], [1.0, 1.5, 1.7], [1.0, 30.0], [0.0, 0.2, 400.0]], ids=str)
@pytest.mark.parametrize("rule", [rule(beta) for rule in (Momentum, Nesterov) for beta in (0, 0.3, 0.9, 0.99)], ids=str)
def test_no_rate_on_a_grid_beats_the_best_with_momentum(rule, curved):
    """A double root is known to half the digits only."""
    curved = np.array(curved)

    def worst(rate):
        return max(radius_of_two_steps(curvature, rate, rule) for curvature in curved if curvature)

    best, limit = best_rate(curved, rule), rate_limit(curved, rule)
    assert worst(best) <= min(worst(rate) for rate in limit * np.linspace(0, 1, 401)[1:]) + 1e-7
    assert best < limit and worst(best) < 1


def test_on_the_flat_part_the_best_rate_of_the_heavy_ball_is_on_it_with_every_direction():
    curved, beta = np.array([1.0, 3.0]), 0.5
    assert contraction(curved, best_rate(curved, Momentum(beta)), Momentum(beta)) == pytest.approx(sqrt(beta))


@pytest.mark.evidence(
    "No learning rate shrinks the slowest part of the error faster than our best one.",
    kind="search on a grid",
    oracle="1,001 learning rates from 0 to the limit",
    tolerance=0.001,
)
@pytest.mark.parametrize("objective", [PARABOLA, EXACT, TWICE], ids=["parabola", "data", "valley"])
def test_no_rate_on_a_grid_beats_the_best(objective):
    curved = curvatures(objective)
    grid = np.linspace(0, rate_limit(curved), 1001)
    factors = [worst(curved, rate) for rate in grid]
    assert worst(curved, best_rate(curved)) <= min(factors)
    assert best_rate(curved) == pytest.approx(grid[np.argmin(factors)], abs=grid[1])


@pytest.mark.evidence(
    "No learning rate and β together do better in the long run than our best pair.",
    kind="search on a grid",
    oracle="101 learning rates with 121 values of β",
    tolerance=0.006,
)
def test_no_rate_and_beta_on_a_grid_beat_the_best_heavy_ball():
    def radius(rate, beta):
        """Of the map (x_t, x_t-1) -> (x_t+1, x_t), the largest over both directions."""
        maps = [[[1 + beta - rate * curvature, -beta], [1, 0]] for curvature in (1, 25)]
        return np.abs(np.linalg.eigvals(maps)).max()

    rate, beta = best_heavy_ball(np.array([1.0, 25.0]))
    grid = [(r, b, radius(r, b)) for r in np.linspace(0.06, 0.16, 101) for b in np.linspace(0.2, 0.8, 121)]
    best = min(grid, key=lambda point: point[2])
    assert radius(rate, beta) < best[2] + 1e-6  # a double root: half the digits are lost
    assert (rate, beta) == pytest.approx(best[:2], abs=0.006)
    assert radius(rate, beta) == pytest.approx((sqrt(25) - 1) / (sqrt(25) + 1), abs=1e-6)


@pytest.mark.parametrize("best", [best_rate, best_heavy_ball])
@pytest.mark.parametrize("curved", [[-1.0, 2.0], [0.0, 0.0]], ids=str)
def test_there_is_no_best_rate_without_a_curved_minimum(best, curved):
    with pytest.raises(ValueError, match=r"best rate needs curvatures .* got \["):
        best(np.array(curved))


def test_condition_number_is_that_of_the_hessian_and_ignores_flat_directions():
    assert condition_number(curvatures(EXACT)) == pytest.approx(np.linalg.cond(EXACT.hessian))
    assert curvatures(TWICE)[0] == 0
    assert condition_number(curvatures(TWICE)) == pytest.approx(
        1 / np.prod(np.linalg.eigvalsh(TWICE.hessian)[[1, -1]] ** [1, -1])
    )
    assert condition_number(np.array([2.0])) == 1
    assert condition_number(np.array([-1.0, 2.0])) == condition_number(np.array([0.0])) == inf
    assert condition_number(np.array([1e-200, 1e200])) == inf


@pytest.mark.parametrize(
    "objective, rate",
    [
        *((PARABOLA, rate) for rate in (0.001, 0.1, 1 / 6, 0.3, 1 / 3, 0.34)),
        (Quadratic(1, 2, 0), 0.1),
        (Quadratic(1, 2, -0.5), 0.1),
        (Quadratic(1, 2, 1e-12), 0.1),
        *((objective, rate) for objective in (EXACT, NOISY, TWICE) for rate in (0.01, 0.1, 0.3)),
    ],
)
def test_predicted_iterates_are_those_of_descent(objective, rate):
    start = np.full(len(objective.hessian), 8.0)
    path = descend(objective, start, PLAIN, rate, 200).theta
    predicted = predicted_iterate(objective, start, rate, np.arange(201))
    scale = np.maximum.accumulate(np.abs(path).max(1, keepdims=True))
    assert (np.abs(predicted - path) <= 1e-12 * scale).all()
    assert_allclose(predicted_iterate(objective, start, rate, 57), predicted[57], rtol=1e-12)


@pytest.mark.evidence(
    "The predicted path agrees with exact arithmetic, even where the parabola is almost a straight line.",
    lesson="The quadratic",
    kind="exact arithmetic",
    oracle="Python's fractions, without any rounding",
    tolerance=1e-12,
)
@pytest.mark.parametrize("a2", [5e-10, -5e-10, 1e-17, 0.25, 12.0, 20.0])
@pytest.mark.parametrize("step", [1, 10, 1000])
def test_predicted_move_is_exact_to_the_last_digits_also_where_curvature_is_tiny(a2, step):
    a1, start, rate = 1.0, 0.0, 0.0625
    curvature = 2 * Fraction(a2)
    exact = -Fraction(a1) * (1 - (1 - Fraction(rate) * curvature) ** step) / curvature
    moved = predicted_iterate(Quadratic(0, a1, a2), np.array([start]), rate, step)
    assert_allclose(moved, float(exact), rtol=1e-12)


@pytest.mark.evidence(
    "The gap to the minimum that theory predicts for each update is the gap of the run.",
    lesson="The quadratic",
    kind="independent loop",
    oracle="runs of 100 updates at five learning rates",
    tolerance=1e-11,
)
@pytest.mark.parametrize("rate", [0.01, 0.1, 1 / 6, 0.3, 0.34])
def test_predicted_gap_is_that_of_descent_to_the_last_digits_where_the_minimum_is_zero(rate):
    bowl = Quadratic(0, 0, 3)
    trace = descend(bowl, START, PLAIN, rate, 100)
    assert_allclose(predicted_gap(bowl, START, rate, np.arange(101)), trace.value, rtol=1e-11, atol=1e-25)


@pytest.mark.evidence(
    "The gap that theory predicts for each epoch is the gap of the run, with noise, without it, and in a valley.",
    lesson="Linear regression",
    kind="independent loop",
    oracle="runs of 200 updates",
    tolerance=1e-09,
)
@pytest.mark.parametrize(
    "objective",
    [PARABOLA, EXACT, NOISY, TWICE, NO_TARGETS],
    ids=["parabola", "exact", "noisy", "valley", "all targets 0"],
)
def test_predicted_gap_is_that_of_descent(objective):
    start = np.full(len(objective.hessian), 8.0)
    trace = descend(objective, start, PLAIN, 0.05, 200)
    above = trace.value - objective.value(objective.optimum)
    for gaps in (predicted_gap(objective, start, 0.05, np.arange(201)), gap(objective, trace.theta)):
        assert_allclose(gaps, above, rtol=1e-9, atol=1e-13 * trace.value[0])


@pytest.mark.parametrize("objective", [Quadratic(0, 1, 0), Quadratic(0, 0, -1)], ids=str)
def test_there_is_no_gap_without_a_minimum(objective):
    with pytest.raises(ValueError, match="a gap needs a minimum, got"):
        predicted_gap(objective, START, 0.1, 1)
    with pytest.raises(ValueError, match="a gap needs a minimum, got"):
        gap(objective, START)


@pytest.mark.evidence(
    "Theory foretells how many updates it takes until a half, a hundredth or a millionth of the gap is left.",
    kind="independent loop",
    oracle="the updates of the run, counted",
    tolerance=0,
)
@pytest.mark.parametrize("fraction", [0.5, 0.01, 1e-6])
@pytest.mark.parametrize("objective, rate", [(Quadratic(0, 0, 3), 0.01), (Quadratic(0, 0, 3), 0.3), (EXACT, 0.02)])
def test_updates_to_shrink_are_those_counted(objective, rate, fraction):
    start = np.full(len(objective.hessian), 8.0)
    value = descend(objective, start, PLAIN, rate, 3000).value
    counted = int((value <= fraction * value[0]).argmax())
    assert counted > 0
    assert updates_to_shrink(objective, start, rate, fraction) == counted


def test_nothing_has_to_shrink_to_its_own_size_and_above_the_limit_nothing_does():
    assert updates_to_shrink(PARABOLA, START, 0.1, 1) == 0
    assert updates_to_shrink(PARABOLA, START, 0.34, 0.01) is None
    assert updates_to_shrink(PARABOLA, START, 1 / 3, 0.01) is None
    assert updates_to_shrink(PARABOLA, START, 1 / 6, 1e-20) == 1


@pytest.mark.parametrize("objective", [PARABOLA, EXACT, NOISY, TWICE], ids=["parabola", "exact", "noisy", "valley"])
def test_many_rates_at_once_are_predicted_as_each_alone(objective):
    start = np.full(len(objective.hessian), 8.0)
    rates = np.append(np.geomspace(1e-12, 10, 60), rate_limit(curvatures(objective)))
    alone = [updates_to_shrink(objective, start, rate, 0.01) for rate in rates]
    together = updates_to_shrink_at(objective, start, rates, 0.01)
    assert together.tolist() == [inf if updates is None else updates for updates in alone]
    gaps = [float(predicted_gap(objective, start, rate, 20)) for rate in rates]
    assert_allclose(predicted_gap(objective, start, rates, 20), gaps, rtol=1e-15)


@pytest.mark.evidence(
    "Theory names the very update at which a tolerance ends a run.",
    lesson="The quadratic",
    kind="independent loop",
    oracle="the run itself, up to 200,000 updates",
    tolerance=0,
)
@pytest.mark.parametrize("rate", [1e-5, 0.001, 0.01, 0.1, 1 / 6, 0.2, 0.3, 0.33])
@pytest.mark.parametrize("tolerance", [1e-2, 1e-5])
def test_updates_to_settle_are_those_of_descent(rate, tolerance):
    trace = descend(PARABOLA, START, PLAIN, rate, 200_000, tolerance=tolerance)
    assert trace.outcome is Outcome.SETTLED
    assert updates_to_settle(PARABOLA, START, rate, tolerance) == trace.steps_taken


@pytest.mark.parametrize(
    "objective, rate, updates",
    [(PARABOLA, 1 / 3, None), (PARABOLA, 0.34, None), (Quadratic(0, 1, 0), 0.1, None), (Quadratic(0, 1, 0), 1e-7, 0)],
)
def test_steps_that_do_not_shrink_settle_at_once_or_never(objective, rate, updates):
    assert updates_to_settle(objective, START, rate, 1e-5) == updates


def test_a_step_of_just_the_tolerance_has_not_settled():
    assert (
        updates_to_settle(Quadratic(0, 0, 0.5), np.array([1.0]), 0.5, 2.0**-5) == 5
    )  # its steps: 1/2, 1/4 ... exactly


def test_updates_to_settle_are_claimed_for_one_parameter_only():
    with pytest.raises(ValueError, match="one parameter, got 3"):
        updates_to_settle(EXACT, np.ones(3), 0.1, 1e-5)


EXAMPLES = {
    Regime.MONOTONE: (PARABOLA, 8, 0.1),
    Regime.ONE_STEP: (PARABOLA, 8, 1 / 6),
    Regime.OSCILLATES: (PARABOLA, 8, 0.3),
    Regime.BOUNCES: (PARABOLA, 8, 1 / 3),
    Regime.DIVERGES: (PARABOLA, 8, 0.34),
    Regime.RUNS_AWAY: (Quadratic(0, 0, -1), 1, 0.1),
    Regime.SLIDES: (Quadratic(0, 1, 0), 1, 0.1),
    Regime.FLAT: (Quadratic(1, 0, 0), 1, 0.1),
    Regime.STATIONARY: (PARABOLA, 1 / 3, 0.1),
}


@pytest.mark.parametrize("regime", Regime)
def test_every_regime_has_its_example(regime):
    objective, start, rate = EXAMPLES[regime]
    assert regimes(objective, np.array([start]), rate) == (regime,)


@pytest.mark.evidence(
    "The ball arrives in one step at exactly one learning rate and bounces for ever at exactly one; we name both.",
    lesson="The quadratic",
    kind="closed form",
    oracle="1/(2·a2) and 1/a2, and one part in a billion to either side",
    tolerance=1e-09,
)
@pytest.mark.parametrize("a2", [k / 10 for k in range(1, 101)])
def test_one_step_and_bouncing_are_met_exactly_and_only_there(a2):
    objective = Quadratic(-3, -2, a2)
    for rate, beside, here, beyond in [
        (1 / (2 * a2), Regime.MONOTONE, Regime.ONE_STEP, Regime.OSCILLATES),
        (1 / a2, Regime.OSCILLATES, Regime.BOUNCES, Regime.DIVERGES),
    ]:
        found = [regimes(objective, START, rate * factor)[0] for factor in (1 - 1e-9, 1, 1 + 1e-9)]
        assert found == [beside, here, beyond]


@pytest.mark.parametrize("a2", [k / 10 for k in range(1, 101)])
def test_a_minimum_computed_in_floats_is_a_stationary_point(a2):
    for a1 in (-7.3, -2, 0.1, 1e-3, 5):
        objective = Quadratic(-3, a1, a2)
        assert regimes(objective, objective.optimum, 0.1) == (Regime.STATIONARY,)


def test_the_optimum_of_data_stands_still_along_every_direction():
    for objective in (EXACT, NOISY):
        assert set(regimes(objective, objective.optimum, 0.1)) == {Regime.STATIONARY}


def test_directions_have_their_own_regimes_by_ascending_curvature():
    assert regimes(STEEP_AND_GENTLE, np.array([1.0, 1.0]), 0.4) == (Regime.MONOTONE, Regime.OSCILLATES)
    assert regimes(STEEP_AND_GENTLE, np.array([0.0, 1.0]), 0.4) == (Regime.MONOTONE, Regime.STATIONARY)


@pytest.mark.parametrize("objective", [TWICE, NO_TARGETS], ids=["valley", "all targets 0"])
@pytest.mark.parametrize("scale", [1, 1000])
def test_a_valley_is_flat_along_itself_from_every_start(objective, scale):
    starts = scale * np.random.default_rng(1).normal(size=(50, len(objective.hessian)))
    assert all(regimes(objective, start, 0.01)[0] is Regime.FLAT for start in starts)


@pytest.mark.parametrize("objective", [Quadratic(0, 0, 1), Quadratic(0, 0, -1)], ids=["minimum", "maximum"])
def test_standing_on_a_stationary_point_is_predicted_for_ever(objective):
    """As the run does, however far the rate is above its limit: 0 times a huge factor is 0."""
    assert not descend(objective, [0.0], PLAIN, 2, 1000).theta.any()
    assert predicted_iterate(objective, np.array([0.0]), 2, 1000) == 0


def test_a_gap_that_is_zero_stays_zero_whatever_the_rate():
    bowl, minimum = Quadratic(0, 0, 1), np.array([0.0])
    assert predicted_gap(bowl, minimum, 2, 1000) == 0
    assert updates_to_shrink(bowl, minimum, 2, 0.01) == 0


def test_a_direction_that_is_not_excited_does_not_count_for_the_gap():
    """On the axis of curvature 1 a rate of 0.9 converges, though the curvature of 4 is beyond its limit."""
    start = np.array([0.0, 1.0])
    assert_allclose(predicted_gap(STEEP_AND_GENTLE, start, 0.9, [0, 1, 2000]), [0.5, 0.005, 0], atol=1e-15)
    assert updates_to_shrink(STEEP_AND_GENTLE, start, 0.9, 0.02) == 1


def test_the_gap_of_the_largest_data_is_within_the_range_of_numbers():
    objective = LeastSquares(np.array([[1e100], [-1e100]]), np.array([-1e100, 1e100]), intercept=False)
    first = predicted_gap(objective, np.array([0.0]), 1e-201, 0)
    np.testing.assert_allclose(first, objective.value(np.array([0.0])), rtol=1e-12)


@pytest.mark.evidence(
    "The noise floor of small learning rates is right however far from zero the data lie.",
    lesson="The race",
    kind="exact arithmetic",
    oracle="η mean(r²|x|²) / B, with the residuals r of the exact line in fractions",
    tolerance=1e-05,
)
@pytest.mark.parametrize("far", [0.0, 2.46e6, 1.6e9])
def test_noise_is_found_however_far_from_zero_the_data_are(far):
    """For a small rate the noise floor is rate * mean(r^2 |x|^2) / B, r the residuals of the exact line."""
    x, y = far + np.arange(20.0), 0.3 * np.arange(20.0) + np.cos(np.arange(20))
    objective = LeastSquares(x[:, None], y)
    away, above = ([Fraction(v) - sum(map(Fraction, values)) / 20 for v in values] for values in (x, y))
    slope = sum(a * b for a, b in zip(away, above, strict=True)) / sum(a * a for a in away)
    residuals = np.array([float(b - slope * a) for a, b in zip(away, above, strict=True)])
    rate = 1e-6 * rate_limit(curvatures(objective))
    expected = rate * np.mean(residuals**2 * (x**2 + 1)) / 4
    assert first_order_noise_floor(objective, rate, 4) == pytest.approx(expected, rel=1e-6)
    assert noise_floor(objective, rate, 4) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("far", [2.46e6, 1.6e9, 1.6e12])
def test_a_far_table_without_noise_has_no_noise_floor(far):
    x = far + np.arange(20.0)
    assert noise_floor(LeastSquares(x[:, None], 0.25 * np.arange(20.0) + 3), 1e-30, 1) == 0


def test_what_theory_needs_keeps_its_digits_at_tiny_rates():
    x = np.arange(-1.0, 5.0)
    objective = LeastSquares(x[:, None], 2 * x - 1)
    for rate in (1e-12, 1e-14, 1e-16, 1e-17):
        assert updates_to_approach(objective, np.zeros(2), rate, 0.01) == pytest.approx(4.1155842e0 / rate, rel=1e-6)
