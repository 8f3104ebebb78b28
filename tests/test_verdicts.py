"""The oracle: badge, figures and comparisons of every verdict against computations that share nothing with the lab.

Limits come from eigenvalues of a Hessian that is written out, distances and losses from a loop over the rows, what a
mean square does from the matrix of the second moments, an epoch from the product of its matrices.
"""

from math import isclose, log

import numpy as np
import pytest
from hypothesis import Phase, assume, example, given, settings
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
    Quadratic,
    StepDecay,
    descend,
    theory,
)
from gdcore.datasets import Dataset
from pages.lessons.quadratic import words as quadratic_words
from pages.lessons.quadratic.settings import RATE as QUADRATIC_RATE
from pages.lessons.quadratic.settings import SETTINGS, compute
from pages.lessons.race import settings as race_settings
from pages.lessons.race import verdict_words as race_verdict_words
from pages.lessons.race.runs import Lane, Race
from pages.lessons.race.verdicts import of_lane
from pages.lessons.regression import settings as regression_settings
from pages.lessons.regression import words as regression_words
from pages.lessons.regression.runs import Fit
from pages.shared.data.regression import Model
from pages.shared.settings.kinds import AUTO
from pages.shared.teaching.verdict_words import beside
from pages.shared.teaching.verdicts import Claim, Reason, of_descent
from pages.shared.words import percent
from tests.harness import any_value, examples, open_lesson

A_HUNDREDTH = 0.01
EDGE = 1e-9  # what lies nearer to a border than this, a rounding may put on the other side


# ---- the quadratic


def ball(values: dict, rate: float) -> np.ndarray:
    """x after every update, as the three lines of a beginner's program have it."""
    x, path = values["start"], [values["start"]]
    for _ in range(int(values["updates"])):
        new = x - rate * (2 * values["a2"] * x + values["a1"])
        value = (values["a2"] * new + values["a1"]) * new + values["a0"]
        if abs(new - x) < float(values["tolerance"]) or not np.isfinite([new, value]).all():
            break
        x = new
        path.append(x)
    return np.array(path)


def badge_of_the_ball(values: dict, rate: float, path: np.ndarray) -> str | None:
    """None where rounding decides."""
    a2, a1, start = values["a2"], values["a1"], values["start"]
    if a2 == 0:
        return "orange" if a1 else "gray"
    best = -a1 / (2 * a2)
    away = abs(path - best)
    factor = abs(1 - 2 * a2 * rate)
    if away[0] <= 1e-15 * (abs(start) + abs(best)):  # on the minimum, or the top, as far as the machine can say
        woken = (path != path[0]).any() and factor > 1 + 1e-14
        return "red" if woken else "gray"
    if away[0] <= 1e-14 * (abs(start) + abs(best)):
        return None
    if a2 < 0:
        return "red"
    if abs(factor - 1) < 1e-14 and factor != 1 or abs(away[-1] / away[0] - A_HUNDREDTH) < EDGE:
        return None
    if factor > 1:
        return "red"
    return "green" if factor < 1 and away[-1] <= A_HUNDREDTH * away[0] else "orange"


OF_A_QUADRATIC = {setting.name: any_value(setting) for setting in SETTINGS}
THE_CRASH = {setting.name: setting.default for setting in SETTINGS} | {"a2": 0.0, "tolerance": "1e-1", "start": -20.0}
TENTHS = {name: some.integers(-50, 50).map(lambda tenths: tenths / 10) for name in ("a2", "a1", "start")}
COARSE = OF_A_QUADRATIC | TENTHS | {"rate": some.sampled_from(["0.05", "0.1", "0.2", "0.5", "1", "1/3", "1/6"])}


@pytest.mark.evidence(
    "The verdict on a run of the quadratic says what the ball does, whatever the settings.",
    lesson="The quadratic",
    kind="independent loop",
    oracle="the update written out, with settings at random",
    tolerance=1e-09,
)
@settings(max_examples=examples(400))
@given(some.fixed_dictionaries(OF_A_QUADRATIC) | some.fixed_dictionaries(COARSE))
@example(THE_CRASH)
def test_the_verdict_on_a_quadratic_is_what_the_ball_does(values):
    picture = compute(values | {"updates": int(values["updates"])})
    rate = QUADRATIC_RATE.number(values["rate"])
    judged, path = quadratic_words.verdict(picture), ball(values, rate)
    assert judged.figures["taken"] == len(path) - 1
    expected = badge_of_the_ball(values, rate, path)
    assert expected is None or judged.badge == expected
    if values["a2"] > 0 and judged.claim is not Claim.STANDS_STILL:
        best = -values["a1"] / (2 * values["a2"])
        assert judged.figures["limit"] == pytest.approx(1 / values["a2"], rel=1e-12)
        assert judged.figures["start"] == pytest.approx(abs(path[0] - best), rel=1e-9)
        assert judged.figures["end"] == pytest.approx(abs(path[-1] - best), rel=1e-9, abs=1e-13 * (1 + abs(best)))
        if "needed" in judged.figures and 0 < (factor := abs(1 - 2 * values["a2"] * rate)) < 1 - 1e-9:
            assert abs(judged.figures["needed"] - log(A_HUNDREDTH) / log(factor)) < 1 + EDGE * judged.figures["needed"]
    told = quadratic_words.told(judged, picture, values)
    assert f":{judged.badge}-badge[" in told.line and quadratic_words.result(picture, values)


# ---- linear regression


def table(rng: np.random.Generator, n: int, p: int, offset: float, noise: float) -> Dataset:
    features = offset + rng.normal(size=(n, p)) * 10 ** rng.uniform(-1, 1, p)
    targets = features @ rng.normal(size=p) + rng.normal() * 5 + noise * rng.normal(size=n)
    return Dataset(features, targets, ("u", "v")[:p], "y", "", "")


def written_out(design: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Curvatures, directions and the optimum nearest to 0, by the pseudo-inverse of the Hessian."""
    hessian = 2 * design.T @ design / len(design)
    curved, directions = np.linalg.eigh(hessian)
    curved = np.where(curved < 1e-7 * curved.max(), 0, curved)
    inverse = np.divide(1, curved, out=np.zeros_like(curved), where=curved > 0)
    return curved, directions, directions * inverse @ directions.T @ (2 * design.T @ targets / len(design))


def is_exact(design: np.ndarray) -> bool:
    """Whether a Hessian tells a gentle direction of these data from a flat one."""
    curved = np.linalg.eigvalsh(design.T @ design)
    return not ((curved > 1e-14 * curved.max()) & (curved < 1e-7 * curved.max())).any()


def loop(design, targets, start, rates, rows) -> np.ndarray:
    """theta after every update, batch by batch, until it leaves the range of numbers."""
    path = [np.array(start, dtype=float)]
    with np.errstate(all="ignore"):
        for rate, batch in zip(rates, rows, strict=False):
            x, y = design[batch], targets[batch]
            new = path[-1] - rate * 2 * x.T @ (x @ path[-1] - y) / len(y)
            if not np.isfinite(np.square(design @ new - targets).mean()):
                break
            path.append(new)
    return np.array(path)


def away(path: np.ndarray, curved: np.ndarray, directions: np.ndarray, best: np.ndarray) -> np.ndarray:
    """The distance to the nearest optimum: what lies along flat directions does not count."""
    return np.linalg.norm(((path - best) @ directions)[..., curved > 0], axis=-1)


@pytest.mark.evidence(
    "The verdict on a fit says what the curvatures and the run say, whatever the data and settings.",
    lesson="Linear regression",
    kind="independent loop",
    oracle="eigenvalues and updates written out, with data and settings at random",
    tolerance=1e-05,
)
@settings(max_examples=examples(300))
@given(
    seed=some.integers(0, 10_000),
    n=some.integers(2, 30),
    p=some.sampled_from([1, 1, 2]),
    offset=some.sampled_from([0.0, 0.0, 1.0, 20.0]),
    noise=some.sampled_from([0.0, 1.0, 3.0]),
    standardise=some.booleans(),
    equal=some.booleans(),
    reach=some.sampled_from([0.001, 0.1, 0.5, 0.9, 0.999, 1.0, 1.001, 1.5, 4.0]),
    updates=some.sampled_from([1, 5, 40, 300]),
    start=some.sampled_from(["zero", "far", "best", "along the flattest", "along the steepest"]),
)
@example(0, 2, 1, 0.0, 0.0, False, False, 1.5, 40, "along the flattest")
def test_the_verdict_on_a_fit_is_what_its_eigenvalues_and_a_loop_say(
    seed, n, p, offset, noise, standardise, equal, reach, updates, start
):
    rng = np.random.default_rng(seed)
    data = table(rng, max(n, p + 1), p, offset, noise)
    if equal and p == 2:
        data = data._replace(features=data.features[:, [0, 0]])
    z = (data.features - data.features.mean(0)) / data.features.std(0) if standardise else data.features
    design = np.column_stack([z, np.ones(len(z))])
    assume(is_exact(design))
    curved, directions, best = written_out(design, data.targets)
    limit = 2 / curved.max()
    begin = {
        "zero": np.zeros(p + 1),
        "far": best + rng.normal(size=p + 1) * 10,
        "best": best,
        "along the flattest": best + 3 * directions[:, curved > 0][:, 0],
        "along the steepest": best + 3 * directions[:, -1],
    }[start]
    model, rate = Model(data, standardise=standardise), reach * limit
    trace = descend(model.objective, begin, GradientDescent(), rate, updates)
    fit = Fit(model, rate, trace)
    judged = regression_words.verdict(fit)
    assert f":{judged.badge}-badge[" in regression_words.told(judged, fit).line and regression_words.result(fit)
    if start == "best":
        moved = np.linalg.norm(trace.theta[-1] - begin) > 1e-9 * np.linalg.norm(begin)
        assert not (judged.claim is Claim.STANDS_STILL and moved)
        assert judged.claim is Claim.STANDS_STILL or judged.figures.get("start", 0) < 1e-8 * (1 + np.linalg.norm(best))
        return
    path = loop(design, data.targets, begin, [rate] * updates, [np.arange(len(z))] * updates)
    distance = away(path, curved, directions, best)
    assert judged.figures["limit"] == pytest.approx(limit, rel=1e-6)
    assert judged.figures["start"] == pytest.approx(distance[0], rel=1e-6)
    share = distance[-1] / distance[0]
    if reach < 1:
        if abs(share - A_HUNDREDTH) > 1e-6:
            assert judged.badge == ("green" if share <= A_HUNDREDTH else "orange")
        assert judged.figures["share"] == pytest.approx(share, rel=1e-5, abs=1e-9)
        needed = judged.figures["needed"]
        factors = abs(1 - rate * curved[curved > 0]) ** np.array([[needed], [max(needed - 1, 0)]])
        left = np.linalg.norm(factors * ((begin - best) @ directions)[curved > 0], axis=1) / distance[0]
        assert left[0] <= A_HUNDREDTH * (1 + 1e-6) and left[1] >= A_HUNDREDTH * (1 - 1e-6)
    elif reach > 1 and start in ("zero", "far", "along the steepest"):
        assert judged.badge == "red"
    else:  # at the limit, or above it and held by its start alone
        assert judged.badge in ("orange", "red")


def test_a_rate_above_the_limit_is_never_called_below_it():
    """Its steep direction starts at its best value, so the run comes down although the rate is five times too large."""
    data = Dataset(np.array([[-10.0], [10.0]]), np.array([-10.0, 10.0]), ("x",), "y", "", "")
    model = Model(data)
    fit = Fit(model, 0.05, descend(model.objective, [1.0, 5.0], GradientDescent(), 0.05, 100))
    judged = regression_words.verdict(fit)
    assert judged.claim is Claim.HELD and judged.badge == "orange" and judged.figures["share"] < A_HUNDREDTH
    assert (
        judged.figures["rate"] > judged.figures["limit"]
        and "above the limit" in regression_words.told(judged, fit).line
    )


def test_rounding_may_wake_a_direction_that_has_no_error():
    data = Dataset(np.array([[-10.0], [10.0], [3.0]]), np.array([-9.7, 10.1, 3.3]), ("x",), "y", "", "")
    model = Model(data)
    curved, directions, best = written_out(np.column_stack([data.features, np.ones(3)]), data.targets)
    start, rate = best + 5 * directions[:, 0], 0.1
    fit = Fit(model, rate, descend(model.objective, start, GradientDescent(), rate, 200))
    judged = regression_words.verdict(fit)
    assert (judged.claim, judged.reason) == (Claim.DIVERGES, Reason.ROUNDING)
    assert "rounding was enough" in regression_words.told(judged, fit).line


@pytest.mark.parametrize(
    ("features", "targets", "rate", "epochs"),
    [
        ((150 + np.arange(50))[:, None], 0.71 * (150 + np.arange(50)) - 60 + np.sin(np.arange(50)), 2e-5, 100),
        (100 + np.arange(20)[:, None], 1e6 + 2 * (100 + np.arange(20)), 4e-5, 100),
    ],
    ids=["weight and height", "a million more"],
)
def test_where_the_loss_has_arrived_long_before_the_line_the_badge_is_orange(features, targets, rate, epochs):
    model = Model(Dataset(features.astype(float), targets, ("x",), "y", "", ""))
    fit = Fit(model, rate, descend(model.objective, [0.0, 0.0], GradientDescent(), rate, epochs))
    assert fit.epochs_to(0.01) is not None  # the gap is down to a hundredth
    judged = regression_words.verdict(fit)
    assert judged.claim is Claim.NOT_THERE and judged.badge == "orange" and judged.figures["share"] > 0.1


@pytest.mark.parametrize(("off", "said"), [(-1, "theory predicts"), (0, "as theory predicts"), (1, "theory predicts")])
def test_a_run_is_as_predicted_only_if_it_is(monkeypatch, off, said):
    data = table(np.random.default_rng(4), 20, 1, 0.0, 1.0)
    fit = Fit(Model(data), 0.05, descend(Model(data).objective, [9.0, -9.0], GradientDescent(), 0.05, 300))
    predicted = fit.epochs_to(0.01)
    monkeypatch.setattr(Fit, "epochs_to", lambda self, share: predicted + off)
    sentence = regression_words.progress(fit).rsplit("after ", 1)[1]
    assert sentence == f"{predicted + off} epochs, {said}{'' if off == 0 else f' {predicted}'}."


@pytest.mark.parametrize("epochs", [10, 20_000])
def test_the_broadcast_loss_is_never_green(epochs):
    rng = np.random.default_rng(0)
    model = Model(table(rng, 20, 2, 0.0, 0.0), broadcast=True)
    fit = Fit(model, 0.01, descend(model.objective, [1.0, 2.0, 3.0], GradientDescent(), 0.01, epochs))
    judged = regression_words.verdict(fit)
    assert judged.badge == "orange" and (judged.claim is Claim.ELSEWHERE) == (judged.figures["share"] <= A_HUNDREDTH)


def test_columns_of_very_different_size_are_the_reason_why_every_rate_diverges():
    rng = np.random.default_rng(1)
    data = Dataset(rng.uniform(2e4, 2.4e5, (24, 1)), rng.uniform(3e3, 9e3, 24), ("km",), "price", "", "")
    for standardise, reason in ((False, Reason.SIZES), (True, Reason.ABOVE_THE_LIMIT)):
        model = Model(data, standardise=standardise)
        trace = descend(model.objective, model.start([0.0, 0.0]), GradientDescent(), 3.0, 20)
        judged = of_descent(model.objective, 3.0, trace, sizes=[size for _, size in model.sizes])
        assert (judged.claim, judged.reason) == (Claim.DIVERGES, reason)
    (name, size), (_, ones) = Model(data).sizes
    assert name == "` km `" and isclose(size, np.sqrt(np.mean(data.features**2)), rel_tol=1e-12)
    assert isclose(ones, 1, rel_tol=1e-12)


# ---- the race

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


WOKEN = [
    ({"a2": 0.1, "a1": -0.3, "start": 1.5, "rate": "12", "tolerance": "0"}, Claim.DIVERGES),
    ({"a2": 7.0, "a1": -1.4, "start": 0.1, "rate": "1", "tolerance": "0"}, Claim.DIVERGES),
    ({"a2": -7.0, "a1": 1.4, "start": 0.1, "rate": "1", "tolerance": "0"}, Claim.RUNS_AWAY),
    ({"a2": 0.1, "a1": -0.3, "start": 1.5, "rate": "5", "tolerance": "0"}, Claim.STANDS_STILL),
]


@pytest.mark.parametrize(("values", "claim"), WOKEN, ids=str)
def test_what_rounding_wakes_on_a_stationary_point_does_not_stand_still(values, claim):
    values = defaults(SETTINGS) | values
    picture = compute(values)
    judged = quadratic_words.verdict(picture)
    assert judged.claim is claim and (claim is Claim.STANDS_STILL) == (abs(picture.x[-1] - values["start"]) < 1e-12)
    assert ("rounding was enough" in quadratic_words.told(judged, picture, values).whole) == (
        claim is not Claim.STANDS_STILL
    )


ON_A_LINE = [
    ([-5000.0, -100.0, 0.0, -4300.0], [-5000.0, -100.0, 0.0, -4300.0], [1.0, 0.0]),
    ([0.02, 0.03, 0.02, -0.01, -0.05], [-4.01, -4.015, -4.01, -3.995, -3.975], [-0.5, -4.0]),
]


@pytest.mark.parametrize("reach", [0.1, 0.9, 0.999])
@pytest.mark.parametrize(("x", "y", "line"), ON_A_LINE, ids=["whole numbers", "decimals"])
def test_a_start_on_the_line_of_exact_data_stands_still(x, y, line, reach):
    x, line = np.array(x), np.array(line)
    model = Model(Dataset(x[:, None], np.array(y), ("x",), "y", "", ""))
    design = np.column_stack([x, np.ones(len(x))])
    rate = reach * 2 / np.linalg.eigvalsh(2 * design.T @ design / len(x))[-1]
    fit = Fit(model, rate, descend(model.objective, line, GradientDescent(), rate, 100))
    assert regression_words.verdict(fit).claim is Claim.STANDS_STILL
    race = Race(model, (Lane(1, Constant(rate / 10)),), line, (100,), "fixed")
    assert of_lane(race, race.courses[0]).claim is Claim.STANDS_STILL


def test_a_lane_whose_start_has_no_error_along_what_grows_is_held_and_not_said_to_diverge():
    data = Dataset(np.array([[-2.0], [2.0], [-2.0], [2.0]]), np.array([1.0, 5.0, 1.0, 5.0]), ("x",), "y", "", "")
    race = Race(Model(data), (Lane(2, Constant(0.3)),), np.array([1.0, 0.0]), (200,), "fixed")
    judged = of_lane(race, race.courses[0])
    assert judged.figures["epoch"] > 1 and judged.claim is Claim.HELD and judged.badge == "orange"


def test_what_theory_needs_keeps_its_digits_at_tiny_rates():
    x = np.arange(-1.0, 5.0)
    model = Model(Dataset(x[:, None], 2 * x - 1, ("x",), "y", "", ""))
    for rate in (1e-12, 1e-14, 1e-16, 1e-17):
        assert theory.updates_to_approach(model.objective, np.zeros(2), rate, 0.01) == pytest.approx(
            4.1155842e0 / rate, rel=1e-6
        )


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


def test_constant_targets_have_no_share_of_variance():
    model = Model(Dataset(np.arange(6.0)[:, None], np.full(6, 0.1), ("x",), "y", "", ""))
    assert model.explained(1.0) is None


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


def test_a_verdict_needs_no_words():
    objective = Quadratic(a0=0, a1=0, a2=1)
    judged = of_descent(objective, 0.1, descend(objective, [1.0], GradientDescent(), 0.1, 100))
    assert (judged.badge, judged.claim, judged.reason) == ("green", Claim.ARRIVES, Reason.BELOW_THE_LIMIT)
    assert judged.figures["needed"] == 21 and judged.figures["limit"] == 1 and judged.direction == (1.0,)


# ---- on the page


NO_SHRINKING = [Phase.explicit, Phase.reuse, Phase.generate]  # to make a failing page simple would take minutes


def on_the_page(page: str, values: dict) -> str:
    """All that is written on the page that these settings open."""
    app = open_lesson(page, **values)
    return "\n".join(text.value for text in app.markdown)


def defaults(declared) -> dict:
    return {setting.name: setting.default for setting in declared}


def some_settings(declared, **fixed):
    """Random values and values of the widgets' grids for the settings that decide a run."""
    return some.fixed_dictionaries({s.name: any_value(s) for s in declared} | fixed)


@settings(max_examples=examples(10), phases=NO_SHRINKING)
@given(some_settings(SETTINGS))
def test_what_stands_on_the_page_of_the_quadratic_is_what_the_record_says(values):
    values["updates"] = int(values["updates"])
    if AUTO not in (values["left"], values["right"]) and not values["left"] < values["right"]:
        values |= {"left": AUTO, "right": AUTO}
    picture = compute(values)
    judged = quadratic_words.verdict(picture)
    page = on_the_page("quadratic", values)
    assert f":{judged.badge}-badge[**{quadratic_words.title(judged, picture.objective)}**]" in page
    if "share" in judged.figures:
        assert beside(judged.figures["rate"], judged.figures["limit"], name="the limit 1 / a2 =") in page


OF_A_FIT = [setting for setting in regression_settings.all_settings() if setting.name in ("standardise", "updates")]
SOMEWHERE = {name: some.sampled_from([-20.0, -1.0, 0.0, 0.5, 2.0, 1e6]) for name in ("w1", "b")}


@settings(max_examples=examples(10), phases=NO_SHRINKING)
@given(
    some_settings(
        OF_A_FIT,
        **SOMEWHERE,
        data=some.sampled_from(["Six points", "Noisy data", "Auto MPG", "Two equal features"]),
        rate=some.sampled_from(["1e-8", "1e-3", "0.05", "0.1", "0.5", "2"]),
    )
)
def test_what_stands_on_the_page_of_the_regression_is_what_the_record_says(values):
    values = (
        {s.name: s.default for s in regression_settings.all_settings()} | values | {"updates": int(values["updates"])}
    )
    fit = regression_settings.compute(
        regression_settings.model_of(values, regression_settings.dataset_of(values)), values
    )
    judged = regression_words.verdict(fit)
    page = on_the_page("regression", values)
    assert f":{judged.badge}-badge[**{regression_words.TITLES[judged.claim]}**]" in page
    if judged.claim is not Claim.STANDS_STILL:
        assert beside(judged.figures["rate"], judged.figures["limit"], name="the limit 2 / λmax =") in page
    if judged.badge in ("green", "orange"):
        assert f"distance to the optimum **{percent(judged.figures['share'])}** is left" in page


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
