"""The verdict on a lane of the race, against theory written out and a loop over the rows.

What a mean square does comes from the matrix of the second moments, an epoch from the product of its matrices.
"""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as some

from gdcore import (
    Batches,
    Constant,
    Cosine,
    Exponential,
    GradientDescent,
    InverseTime,
    Momentum,
    Nesterov,
    StepDecay,
    descend,
    theory,
)
from gdcore.datasets import Dataset
from pages.lessons.race import settings as race_settings
from pages.lessons.race import verdict_words as race_verdict_words
from pages.lessons.race.budget import Budget
from pages.lessons.race.runs import Lane, Race
from pages.lessons.race.verdicts import kept_for_ever, of_lane
from pages.shared.data.regression import Model
from pages.shared.teaching.verdicts import Claim, Reason, Verdict
from pages.shared.words import percent
from tests.harness import examples
from tests.oracle import (
    A_HUNDREDTH,
    NO_SHRINKING,
    SOMEWHERE,
    away,
    defaults,
    loop,
    on_the_page,
    some_settings,
    table,
    written_out,
)
from tests.races import DATA, DESIGN, FLATTEST, LINE, OPENING, START, STEEPEST, least_loss, race_on, told


def judged_of(lane: Lane, order="replacement", model=OPENING, **options) -> Verdict:
    run = race_on(lane, order=order, model=model, **options)
    return of_lane(run, run.courses[0])


def line_of(lane: Lane, order="replacement", model=OPENING, **options) -> str:
    run = race_on(lane, order=order, model=model, **options)
    return race_verdict_words.told(of_lane(run, run.courses[0]), run, run.courses[0]).whole


@pytest.mark.parametrize("size", [1, 8, 32])
@pytest.mark.parametrize("rate", [0.01, 0.05, 0.1])
def test_the_figures_of_a_stochastic_lane_are_those_of_theory(size, rate):
    figures = judged_of(Lane(size, Constant(rate))).figures
    assert figures["mean_square_limit"] == pytest.approx(theory.mean_square_limit(OPENING.objective, size))
    assert figures["floor"] == pytest.approx(theory.noise_floor(OPENING.objective, rate, size))
    least = least_loss(DATA)
    line = line_of(Lane(size, Constant(rate)))
    assert told(line.split("Noise floor")[1])[0] == pytest.approx(100 * figures["floor"] / least, rel=0.05)


@pytest.mark.parametrize("rate, color", [(0.3, "green"), (0.4, "red")])
def test_batch_is_judged_by_its_own_limit(rate, color):
    judged = judged_of(Lane(256, Constant(rate)), order="reshuffled")
    assert judged.badge == color and judged.figures["limit"] == pytest.approx(2 / STEEPEST)
    for rule, reach in ((Momentum(0.5), 3.0), (Nesterov(0.5), 1.5)):
        judged = judged_of(Lane(256, Constant(rate), rule), order="reshuffled")
        assert judged.figures["limit"] == pytest.approx(reach / STEEPEST)


@pytest.mark.parametrize("rule", [GradientDescent(), Momentum(0.5), Nesterov(0.5)], ids=str)
def test_from_the_mean_square_limit_on_a_stochastic_lane_is_red(rule):
    limit = theory.mean_square_limit(OPENING.objective, 1, rule)
    for part, color in ((0.95, "orange"), (1.05, "red")):
        assert judged_of(Lane(1, Constant(part * limit), rule)).badge == color


@pytest.mark.parametrize("rule", [Momentum(), Nesterov()], ids=["momentum", "nesterov"])
@pytest.mark.parametrize("order", ["reshuffled", "fixed"])
def test_with_momentum_on_batches_in_an_order_no_closed_form_is_claimed(rule, order):
    judged = judged_of(Lane(8, Constant(0.01), rule), order)
    assert (judged.badge, judged.reason) == ("gray", Reason.NO_CLOSED_FORM)
    line = line_of(Lane(8, Constant(0.01), rule), order)
    assert "no closed form" in line and "limit" not in line and "floor" not in line


@pytest.mark.parametrize("schedule", [InverseTime(0.05, 0.01), Exponential(0.05, 0.95)], ids=["1/t", "exponential"])
def test_with_momentum_and_a_falling_rate_no_closed_form_is_claimed(schedule):
    for order in ("reshuffled", "replacement"):
        line = line_of(Lane(1, schedule, Momentum(0.9)), order)
        assert "no closed form" in line and "kept" not in line and ":gray-badge" in line


@pytest.mark.parametrize("order", ["reshuffled", "fixed"])
@pytest.mark.parametrize("size", [1, 32])
def test_the_mean_square_limit_is_not_borrowed_by_another_order(order, size):
    judged = judged_of(Lane(size, Constant(0.05)), order)
    assert "mean_square_limit" not in judged.figures and judged.claim is Claim.JITTERS
    norms = np.sort(2 * np.square(DESIGN).sum(1))[::-1]
    assert judged.figures["steady_limit"] == pytest.approx(2 / norms[:size].mean())
    assert "Noise floor\\*" in line_of(Lane(size, Constant(0.05)), order)
    note = race_verdict_words.footnote(race_on(Lane(size, Constant(0.05)), order=order), [judged])
    assert "drawn with replacement" in note
    assert "no batch stretches the error" in note


@pytest.mark.parametrize("decay", [0.005, 0.05, 0.2])
@pytest.mark.parametrize("rate", [0.02, 0.05])
def test_the_speed_of_a_falling_rate_is_2_lambda_min_eta0_over_decay(rate, decay):
    judged, line = judged_of(Lane(1, InverseTime(rate, decay))), line_of(Lane(1, InverseTime(rate, decay)))
    speed = 2 * FLATTEST * rate / decay
    assert judged.figures["speed"] == pytest.approx(speed)
    assert ("slower than 1/t" in line) == (speed < 1)


def measured_power(lane: Lane, order: str) -> float:
    """The p of t^p with which the squared distance falls between updates 3,000 and 25,000: the mean of 20 runs."""
    run = race_on(lane, order=order, budget=Budget(100, "epochs"), seeds=tuple(range(20))).courses[0]
    away = np.square(run.trace.theta - OPENING.objective.optimum).sum(-1).mean(1)
    times, falls = np.geomspace(2560, 25_600, 10).astype(int), []
    for begin, end in zip(times[:-1], times[1:], strict=True):
        falls.append(np.log(away[begin:end].mean()))
    return float(np.polyfit(np.log(np.sqrt(times[:-1] * times[1:])), falls, 1)[0])


@pytest.mark.parametrize("speed", [0.5, 0.8, 4.0])
def test_the_squared_error_falls_as_fast_as_is_said(speed):
    """20 runs and windows of thousands of updates: the power is known to 0.1; near speed 1 it is reached slowly."""
    lane = Lane(1, InverseTime(0.05, 2 * FLATTEST * 0.05 / speed))
    assert judged_of(lane).figures["speed"] == pytest.approx(speed)
    assert measured_power(lane, "replacement") == pytest.approx(-min(speed, 1), abs=0.2)


def test_a_batch_lane_with_a_falling_rate_falls_as_fast_as_is_said():
    """Nothing is noisy: what the rates leave of the start is t^-speed, at any speed."""
    lane = Lane(256, InverseTime(0.05, 2 * FLATTEST * 0.05 / 3))
    speed = judged_of(lane, "reshuffled").figures["speed"]
    trace = descend(OPENING.objective, START, GradientDescent(), lane.schedule, 20_000)
    away = np.square(trace.theta - OPENING.objective.optimum).sum(-1)
    assert np.log(away[-1] / away[2000]) / np.log(10) == pytest.approx(-speed, abs=0.1)


@pytest.mark.parametrize(
    "schedule",
    [Exponential(0.05, 0.95), Exponential(0.05, 0.98), StepDecay(0.05, 0.5, 10), Cosine(0.05, 0.0, 40)],
    ids=["exponential", "slower", "step", "cosine"],
)
def test_what_a_frozen_lane_keeps_of_its_error_is_what_is_said(schedule):
    """Of the mean over 100 runs, which takes the path of the full gradient."""
    run = race_on(Lane(1, schedule), order="replacement", budget=Budget(2000, "updates"))
    kept = kept_for_ever(run, run.courses[0])
    batches = Batches(1, tuple(range(100)), "replacement")
    trace = descend(OPENING.objective, START, GradientDescent(), schedule, 2000, batches=batches)
    away = np.linalg.norm(trace.theta[[0, -1]].mean(1) - OPENING.objective.optimum, axis=1)
    assert away[1] / away[0] == pytest.approx(kept, abs=0.05)
    judged = of_lane(run, run.courses[0])
    assert (judged.reason is Reason.FREEZES) == (kept > 0.05)
    assert kept < 0.05 or judged.figures["kept"] == kept


FOREVER = [InverseTime(0.05, 0.0), Exponential(0.05, 1.0), StepDecay(0.05, 1.0, 9), Cosine(0.05, 0.05, 50)]


@pytest.mark.parametrize("schedule", FOREVER, ids=["1/t", "exponential", "step", "cosine"])
def test_a_schedule_that_does_not_fall_is_judged_like_a_constant_rate(schedule):
    assert judged_of(Lane(1, schedule)).claim is judged_of(Lane(1, Constant(0.05))).claim is Claim.JITTERS
    budget = Budget(120, "epochs")
    for size, order, model in ((256, "reshuffled", OPENING), (6, "fixed", Model(LINE))):
        assert judged_of(Lane(size, schedule), order, model, budget=budget).claim is Claim.ARRIVES


@pytest.mark.parametrize(
    "schedule",
    [InverseTime(100.0, 0.01), Exponential(100.0, 0.99), StepDecay(100.0, 0.5, 500), Cosine(100.0, 0.0, 5 * 256)],
    ids=["1/t", "exponential", "step", "cosine"],
)
@pytest.mark.parametrize("size", [1, 256])
def test_a_lane_that_leaves_the_machines_numbers_is_not_said_to_arrive(schedule, size):
    line = line_of(Lane(size, schedule), "reshuffled", budget=Budget(5 * 256, "updates"))
    assert "leave the machine" in line and ":green-badge" not in line and ":orange-badge" not in line


SCHEDULES = (
    lambda rate, steps: Constant(rate),
    lambda rate, steps: InverseTime(rate, 0.01),
    lambda rate, steps: InverseTime(rate, 1.0),
    lambda rate, steps: Exponential(rate, 0.999),
    lambda rate, steps: Exponential(rate, 0.9),
    lambda rate, steps: StepDecay(rate, 0.1, 50),
    lambda rate, steps: Cosine(rate, 0.0, steps),
    lambda rate, steps: Cosine(rate, rate / 3, steps),
    lambda rate, steps: Cosine(rate / 10, rate, steps),
)


def radius(matrix: np.ndarray) -> float:
    return float(np.abs(np.linalg.eigvals(matrix)).max(initial=0))


def mean_square_factor(design: np.ndarray, size: int, rate: float) -> float:
    """What an update on `size` examples, drawn with replacement, multiplies E[e e'] by in the long run."""
    n, d = design.shape
    each = [2 * np.outer(x, x) for x in design]
    mean, squares = sum(each) / n, sum(np.kron(h, h) for h in each) / n
    both = (1 - 1 / size) * np.kron(mean, mean) + squares / size
    eye = np.eye(d)
    return radius(np.kron(eye, eye) - rate * (np.kron(eye, mean) + np.kron(mean, eye)) + rate**2 * both)


def epoch_matrix(design: np.ndarray, size: int, rate: float) -> np.ndarray:
    whole = np.eye(design.shape[1])
    for begin in range(0, len(design), size):
        x = design[begin : begin + size]
        whole = (np.eye(design.shape[1]) - rate * 2 * x.T @ x / len(x)) @ whole
    return whole


def stays(design, size, order, rate, noisy) -> bool | None:
    """Whether a lane that keeps this rate must stay near the optimum; None where no theory says so."""
    n = len(design)
    if size == n and order != "replacement":
        return bool(rate < 2 / np.linalg.eigvalsh(2 * design.T @ design / n).max())
    if order == "replacement":
        rounding = 1e-3 * 2 / (2 * np.square(design).sum() / n)  # a smaller rate shrinks, but less than rounding shows
        return True if mean_square_factor(design, size, max(rate, rounding)) < 1 else (False if noisy else None)
    norms = np.sort(2 * np.square(design).sum(1))[::-1]
    if rate < 2 / norms[: n % size or size].mean():
        return True
    return radius(epoch_matrix(design, size, rate)) < 1 if order == "fixed" else None


def rounding_has_grown(errors: np.ndarray) -> bool:
    """Whether an error has been next to nothing along a direction and then grew: rounding decides its digits."""
    sizes = np.abs(errors)
    return bool(((np.minimum.accumulate(sizes) < 1e-9) & (sizes > 1e-12)).any())


@pytest.mark.evidence(
    "The verdict on a lane says what the theory of its order and the run say, whatever the data and settings.",
    lesson="The race",
    kind="independent loop",
    oracle="updates written out, with data and settings at random",
    tolerance=0.0001,
)
@settings(max_examples=examples(200))
@given(
    seed=some.integers(0, 10_000),
    n=some.integers(6, 40),
    size=some.sampled_from(["n", 1, 1, 4]),
    order=some.sampled_from(["reshuffled", "fixed", "replacement"]),
    noise=some.sampled_from([0.0, 0.0, 1.0]),
    offset=some.sampled_from([0.0, 3.0]),
    reach=some.sampled_from([0.001, 0.1, 0.3, 0.6, 0.9, 1.1, 1.5, 3.0]),
    schedule=some.sampled_from([SCHEDULES[0], *SCHEDULES]),
    updates=some.sampled_from([5, 60, 400]),
    seeds=some.sampled_from([(0,), (3, 4)]),
)
def test_the_verdict_on_a_lane_is_what_the_theory_of_its_order_and_a_loop_say(
    seed, n, size, order, noise, offset, reach, schedule, updates, seeds
):
    data = table(np.random.default_rng(seed), n, 1, offset, noise)
    size = n if size == "n" else size
    design = np.column_stack([data.features, np.ones(n)])
    curved, directions, best = written_out(design, data.targets)
    rates = schedule(reach * 2 / curved.max(), updates)
    race = Race(Model(data), (Lane(size, rates),), np.array([-1.0, 4.0]), (updates,), order, seeds)
    judged = of_lane(race, race.courses[0])
    assert (
        f":{judged.badge}-badge[" in race_verdict_words.told(of_lane(race, race.courses[0]), race, race.courses[0]).line
    )
    drawn = Batches(size, seeds, order)
    paths = []
    for run in range(len(seeds) if race.draws(race.lanes[0]) else 1):
        rows = [batch if batch.ndim == 1 else batch[run] for batch in drawn.rows(n, updates)]
        paths.append(loop(design, data.targets, race.start, [float(rates(t)) for t in range(updates)], rows))
    begin = away(race.start, curved, directions, best)
    assume(not any(rounding_has_grown((path - best) @ directions / begin) for path in paths))
    if any(len(path) <= updates for path in paths):
        assert judged.badge == "red"
        return
    first = updates - updates // 5
    distance = np.mean([away(path[first:], curved, directions, best).mean() for path in paths])
    begin = away(race.start, curved, directions, best)
    assume(
        max(away(path, curved, directions, best).max() for path in paths) < 1e6 * begin
    )  # rounding has grown as well
    share = distance / begin
    loss = np.mean([np.square(path[first:] @ design.T - data.targets).mean() for path in paths])
    assert judged.figures["share"] == pytest.approx(share, rel=1e-4, abs=1e-9)
    assert judged.figures["loss"] == pytest.approx(loss, rel=1e-6, abs=1e-12)
    noisy, last = noise > 0 and not (size == n and order != "replacement"), float(rates.last)
    kept = stays(design, size, order, last, noisy)
    if kept is False:
        assert judged.badge == "red" or (judged.claim is Claim.HELD and share <= 1)
    elif kept is None:
        assert judged.badge == "gray"
    elif noisy and (isinstance(rates, Constant) or (isinstance(rates, Cosine) and rates.final > 0)):
        assert judged.badge == "orange"
    elif abs(share - A_HUNDREDTH) > 1e-6:
        assert judged.badge == ("green" if share <= A_HUNDREDTH else "orange")


LIMIT = 0.25  # of the lane below


@pytest.mark.parametrize(
    ("rates", "badge"),
    [
        (Cosine(0.15 * LIMIT, 3 * LIMIT, 20), "red"),
        (InverseTime(2.6 * LIMIT, 0.0101), "orange"),
        (Exponential(1.75 * LIMIT, 0.999), "orange"),
        (InverseTime(2.6 * LIMIT, 0.021), "orange"),
    ],
    ids=str,
)
def test_a_schedule_that_is_above_the_limit_is_not_green_where_it_has_exploded(rates, badge):
    x = np.array([-2.0, 2.0, -2.0, 2.0])  # curvatures 2 and 8
    data = Dataset(x[:, None], x + [1, 1, -1, -1], ("x",), "y", "", "")
    race = Race(Model(data), (Lane(4, rates),), np.array([-1.0, 4.0]), (20 if isinstance(rates, Cosine) else 120,))
    judged = of_lane(race, race.courses[0])
    assert judged.figures["limit"] == pytest.approx(LIMIT)
    assert judged.figures["share"] > 1 and judged.badge == badge
    if badge == "orange":
        assert judged.reason is Reason.RATE_WAS_ABOVE
        assert float(rates(judged.figures["until"])) < LIMIT <= float(rates(judged.figures["until"] - 1))


def test_a_lane_whose_start_has_no_error_along_what_grows_is_held_and_not_said_to_diverge():
    data = Dataset(np.array([[-2.0], [2.0], [-2.0], [2.0]]), np.array([1.0, 5.0, 1.0, 5.0]), ("x",), "y", "", "")
    race = Race(Model(data), (Lane(2, Constant(0.3)),), np.array([1.0, 0.0]), (200,), "fixed")
    judged = of_lane(race, race.courses[0])
    assert judged.figures["epoch"] > 1 and judged.claim is Claim.HELD and judged.badge == "orange"


def test_with_momentum_no_number_of_updates_is_claimed():
    data = table(np.random.default_rng(0), 12, 1, 0.0, 0.0)
    for rule in (Momentum(0.81), Nesterov(0.9)):
        race = Race(Model(data), (Lane(12, Constant(1e-4), rule),), np.array([9.0, -9.0]), (50,))
        judged = of_lane(race, race.courses[0])
        assert judged.claim is Claim.NOT_THERE and "needed" not in judged.figures


def test_a_mean_over_the_last_fifth_that_has_not_arrived_may_end_there():
    """Four fifths of the run ago nothing had arrived, and at its end it has: the words tell the two apart."""
    data = table(np.random.default_rng(0), 12, 1, 0.0, 0.0)
    model = Model(data, standardise=True)
    needed = theory.updates_to_approach(model.objective, np.array([5.0, 5.0]), 0.01, 0.01)
    race = Race(model, (Lane(12, Constant(0.01)),), np.array([5.0, 5.0]), (needed + 2,))
    judged = of_lane(race, race.courses[0])
    assert judged.claim is Claim.NOT_THERE and judged.figures["needed"] <= judged.figures["taken"]
    assert f"below 1 % since update {needed}" in race_verdict_words.told(judged, race, race.courses[0]).whole


def test_a_lane_that_starts_on_the_optimum_stands_still_or_jitters():
    data = table(np.random.default_rng(2), 12, 1, 0.0, 0.0)
    exact = Model(data)
    noisy = Model(data._replace(targets=data.targets + np.random.default_rng(3).normal(size=12)))
    for model, size, claim in (
        (exact, 12, Claim.STANDS_STILL),
        (exact, 1, Claim.STANDS_STILL),
        (noisy, 12, Claim.STANDS_STILL),
        (noisy, 1, Claim.JITTERS),
    ):
        race = Race(model, (Lane(size, Constant(0.01)),), model.objective.optimum, (50,))
        assert of_lane(race, race.courses[0]).claim is claim
        assert race_verdict_words.told(of_lane(race, race.courses[0]), race, race.courses[0]).line


def test_points_on_a_line_are_reached_in_fixed_order_above_the_mean_square_limit():
    x = np.arange(1.0, 13.0)
    model = Model(Dataset(x[:, None], x, ("x",), "y", "", ""))
    for order, badge in (("fixed", "green"), ("reshuffled", "gray")):
        race = Race(model, (Lane(1, Constant(0.012)),), np.zeros(2), (12 * 2000,), order)
        judged = of_lane(race, race.courses[0])
        assert judged.badge == badge and judged.figures["share"] < 1e-6
    assert radius(epoch_matrix(np.column_stack([x, np.ones(12)]), 1, 0.012)) == pytest.approx(0.957, abs=5e-4)


def test_a_batch_that_is_noisy_for_ever_is_orange_however_near():
    data = table(np.random.default_rng(5), 30, 1, 0.0, 0.01)
    race = Race(Model(data), (Lane(10, Constant(0.05)),), np.array([50.0, -50.0]), (2000,), "replacement")
    judged = of_lane(race, race.courses[0])
    assert judged.figures["share"] < A_HUNDREDTH and judged.claim is Claim.JITTERS and judged.badge == "orange"


OF_A_RACE = ("schedule1", "schedule2", "schedule3", "rule3", "n", "noise", "seeds", "order")


@settings(max_examples=examples(10), phases=NO_SHRINKING)
@given(
    some_settings(
        [setting for setting in race_settings.all_settings() if setting.name in OF_A_RACE],
        **SOMEWHERE,
        rate=some.sampled_from(["1e-4", "0.01", "0.05", "0.1", "0.2", "0.3", "1"]),
        budget=some.sampled_from([1, 5, 20]),
        seeds=some.sampled_from([1, 3]),
    )
)
def test_what_stands_on_the_page_of_the_race_is_what_the_record_of_each_lane_says(values):
    values = defaults(race_settings.all_settings()) | values | {"n": int(np.clip(values["n"], 40, 300))}
    race, _ = race_settings.race_of(values, race_settings.model_of(values, race_settings.dataset_of(values)))
    page = on_the_page("race", values)
    for course in race.courses:
        judged = of_lane(race, course)
        name = course.name[0].upper() + course.name[1:]
        assert f":{judged.badge}-badge[**{name}: {race_verdict_words.title(judged)}**]" in page
        if judged.figures.get("start"):
            assert f"**{percent(judged.figures['share'])}** of the distance left" in page
