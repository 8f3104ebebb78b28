"""The lanes of the race: every rule and schedule of gdcore, with settings of its own, and links that stay."""

from collections import Counter
from dataclasses import MISSING

import numpy as np
import pytest

from gdcore import (
    OPTIMIZERS,
    SCHEDULES,
    AdaGrad,
    Adam,
    Batches,
    Constant,
    Cosine,
    Exponential,
    GradientDescent,
    InverseTime,
    LeastSquares,
    Momentum,
    Nesterov,
    RMSProp,
    StepDecay,
    datasets,
    theory,
)
from pages.lessons.race import lanes
from pages.lessons.race.budget import MOST_ONE_BY_ONE
from pages.lessons.race.lanes import best_rate
from pages.lessons.race.question import meaning, noise_orders_the_ends
from pages.lessons.race.runs import UPDATES, Lane, Race
from pages.lessons.race.scenes import BEST, EACH, SAME
from pages.lessons.race.settings import all_settings, dataset_of, model_of, race_of
from pages.lessons.race.sweep import of_race
from pages.lessons.race.verdict_words import told
from pages.lessons.race.verdicts import of_lane
from pages.shared.data.regression import Model
from pages.shared.teaching.sweep_pictures import gaps
from pages.shared.teaching.verdicts import Claim
from tests.races import OPENING, SIX

DEFAULTS = {setting.name: setting.default for setting in all_settings()}
MEASURED = [AdaGrad, RMSProp, Adam]  # rules without a closed form
MODEL, START = Model(datasets.noisy_line(n=64, seed=7)), np.array([-1.0, 4.0])
AS_IT_OPENS = LeastSquares(*datasets.noisy_line(n=256, seed=7)[:2])


def race(**values) -> tuple[Race, tuple[str, ...]]:
    values = DEFAULTS | values
    return race_of(values, model_of(values, dataset_of(values)))


def test_the_texts_in_links_stay():
    settings = {setting.name: setting for setting in all_settings()}
    assert settings["rule1"].options[:6] == ("plain", "momentum", "Nesterov", "AdaGrad", "RMSProp", "Adam")
    assert settings["schedule1"].options[:5] == ("constant", "1/t", "exponential", "step", "cosine")
    old = {"decay1": 0.01, "factor1": 0.999, "every1": 1000, "final1": 0, "beta1": 0.9, "rule1": "plain"}
    assert {name: settings[name].default for name in old} == old


def test_every_setting_has_a_name_of_its_own():
    assert max(Counter(setting.name for setting in all_settings()).values()) == 1
    assert not set(lanes.OF_SCHEDULES) & set(lanes.OF_RULES)


@pytest.mark.parametrize("kind", [*OPTIMIZERS, *SCHEDULES], ids=lambda kind: kind.name)
def test_every_number_that_can_be_set_stands_on_the_default_of_its_class(kind):
    for field in lanes.parts(kind):
        assert field.default in (MISSING, lanes.knob(field, "").default)


@pytest.mark.parametrize(
    ("rule", "numbers"),
    [
        (GradientDescent(), {}),
        (Momentum(0.3), {"beta2": 0.3}),
        (Nesterov(0.3), {"beta2": 0.3}),
        (AdaGrad(), {}),
        (RMSProp(0.7), {"rho2": 0.7}),
        (Adam(0.3, 0.7), {"beta1_2": 0.3, "beta2_2": 0.7}),
    ],
    ids=str,
)
def test_the_rule_of_a_lane_has_the_numbers_of_its_settings(rule, numbers):
    assert lanes.rule(DEFAULTS | {"rule2": rule.name, "beta1": 0.1} | numbers, 2) == rule


@pytest.mark.parametrize(
    ("schedule", "numbers"),
    [
        (Constant(0.05), {}),
        (InverseTime(0.05, 0.3), {"decay2": 0.3}),
        (Exponential(0.05, 0.3), {"factor2": 0.3}),
        (StepDecay(0.05, 0.3, 7), {"factor2": 0.3, "every2": 7}),
        (Cosine(0.05, 0.01, 90), {"final2": 0.01}),
    ],
    ids=str,
)
def test_the_schedule_of_a_lane_has_the_numbers_of_its_settings(schedule, numbers):
    assert lanes.schedule(DEFAULTS | {"schedule2": schedule.name} | numbers, 2, rate=0.05, updates=90) == schedule


@pytest.mark.parametrize("kind", MEASURED)
@pytest.mark.parametrize("order", ["reshuffled each epoch", "fixed", "drawn with replacement"])
def test_of_a_rule_without_a_closed_form_nothing_is_claimed_and_that_is_said_with_its_name(kind, order):
    run, _ = race(rule1=kind.name, rule2=kind.name, rule3=kind.name, schedule3="1/t", order=order, budget=2)
    for course in run.courses:
        judged = of_lane(run, course)
        assert judged.claim is Claim.MEASURED and not {"floor", "needed", "speed", "limit"} & set(judged.figures)
        assert f"No closed form is known for {kind.name}." in told(judged, run, course).whole


@pytest.mark.parametrize("kind", MEASURED)
def test_no_best_rate_is_known_and_the_lane_keeps_its_own(kind):
    own = {"rule2": kind.name, "rate2": "0.02", "rate": "0.3", "budget": 2}
    run, notes = race(rates=BEST, **own)
    assert run.lanes[1].schedule == Constant(0.02)
    assert notes == (f"No best rate is known for {kind.name}: lane 2 keeps a rate of its own, 0.02.",)
    assert run.lanes[0].schedule.initial == lanes.best_rate(AS_IT_OPENS, Batches(256), GradientDescent())
    for rates, rate in ((SAME, 0.3), (EACH, 0.02)):
        run, notes = race(rates=rates, **own)
        assert run.lanes[1].schedule == Constant(rate) and not notes


def test_updates_of_a_rule_that_the_loop_makes_are_fewer_and_that_is_said():
    for seeds in (1, 20):
        run, (note,) = race(rule2="Adam", rule3="RMSProp", budget=200, seeds=seeds)
        assert sum(run.steps[1:]) <= MOST_ONE_BY_ONE < sum(run.steps[1:]) * 200 / 150
        each = " for each seed" if seeds > 1 else ""
        assert f"Updates of Adam and RMSProp take longer: of these at most 32,000{each} are made." in note
    run, notes = race(rule1="Adam", rule2="momentum", rule3="Nesterov", budget=200)
    assert run.steps == (200, 1600, 51_200) and not notes


def test_the_race_as_it_opens_is_whole_with_every_rule():
    for name in lanes.RULE_NAMED:
        values = {f"rule{lane}": name for lane in (1, 2, 3)} | {"seeds": 20}
        run, notes = race(**values)
        assert run.steps == (120, 960, 30_720) and not notes


@pytest.mark.parametrize("rate", [5e-324, 1e-300, 1e-3, 0.05, 1e3, 1e300, 1.7e308])
def test_the_sweep_of_a_rule_without_a_limit_draws_none_and_has_rates_on_both_sides_of_its_own(rate):
    sweep = of_race(Race(MODEL, (Lane(64, Constant(rate), Adam()), Lane(1, Constant(rate), RMSProp())), START, (9, 99)))
    for curve in sweep.curves:
        assert curve.limit is None
        assert np.isfinite(curve.rates).all() and 0 < curve.rates.min() <= rate < curve.rates.max()
    assert not (gaps(sweep)["rules"]["kind"] == "limit").any()


def test_that_noise_grows_with_rate_over_batch_size_is_said_of_linear_rules_alone():
    def ordered(rule):
        both = (Lane(64, Constant(0.05), rule), Lane(1, Constant(0.05), rule))
        run = Race(MODEL, both, START, (2000, 2000), clock=UPDATES)
        return noise_orders_the_ends(run, run.courses), meaning(run, arrived=2, tied=2)

    assert ordered(GradientDescent())[0] and "nearly alike" in ordered(GradientDescent())[1]
    for kind in MEASURED:
        said, what = ordered(kind())
        assert not said and "alike" not in what


@pytest.mark.parametrize("model", [OPENING, SIX], ids=["opening", "six"])
def test_best_rates_of_plain_lanes_are_those_of_theory(model):
    curved = np.linalg.eigvalsh(2 * model.objective.design.T @ model.objective.design / model.objective.n_examples)
    n = model.objective.n_examples
    rule = GradientDescent()
    assert best_rate(model.objective, Batches(n), rule) == pytest.approx(2 / (curved[0] + curved[-1]))
    rates = [best_rate(model.objective, Batches(size), rule) for size in range(1, n, max(1, n // 5))]
    assert rates == sorted(rates) and rates[-1] < 2 / (curved[0] + curved[-1])
    assert rates[0] == pytest.approx(theory.best_mean_square_rate(model.objective, 1))


def long_run_factor(model: Model, size: int, rate: float, rule) -> float:
    """What an update multiplies the mean squared error by in the end: the mean over batches of all products of pairs.

    The columns of the map of one update are what the rule makes of error and velocity.
    """
    design, n = model.objective.design, model.objective.n_examples
    rows = np.arange(n)[None] if size == n else np.random.default_rng(1).integers(n, size=(4000, size))
    hessians, columns = 2 / size * np.einsum("nbi,nbj->nij", design[rows], design[rows]), []
    for error, velocity in zip(np.eye(2, 4).T, np.eye(2, 4, 2).T, strict=True):
        direction, velocity = rule.update(hessians @ error, velocity)
        columns.append(np.hstack([error - rate * direction, velocity]))
    maps = np.stack(columns, axis=-1)
    return float(np.abs(np.linalg.eigvals(np.einsum("nij,nkl->ikjl", maps, maps).reshape(16, 16) / len(maps))).max())


@pytest.mark.parametrize("size", [256, 8])
@pytest.mark.parametrize("rule", [Momentum(0.5), Momentum(0.9), Nesterov(0.5)], ids=str)
def test_with_momentum_the_best_rate_is_the_one_with_the_best_factor_in_the_long_run(size, rule):
    """The mean over 4,000 batches is known to about 1 %; of the flat part of the heavy ball no rate is much better."""
    best = best_rate(OPENING.objective, Batches(size), rule)
    factor = long_run_factor(OPENING, size, best, rule)
    limit = theory.rate_limit(theory.curvatures(OPENING.objective), rule)
    others = [long_run_factor(OPENING, size, part * limit, rule) for part in np.geomspace(1e-3, 1, 61)]
    assert factor <= min(others) + (0.01 if size < 256 else 1e-9)
    assert factor < 0.91
