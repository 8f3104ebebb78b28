"""The verdict on a fit and the question before it, against eigenvalues and a loop over the rows."""

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as some

from gdcore import GradientDescent, datasets, descend
from gdcore.datasets import Dataset
from pages.lessons.regression import settings as regression_settings
from pages.lessons.regression import words as regression_words
from pages.lessons.regression.runs import Fit
from pages.shared.data.regression import Model
from pages.shared.teaching.verdict_words import beside
from pages.shared.teaching.verdicts import Claim, Reason
from pages.shared.words import percent
from tests.harness import examples
from tests.oracle import (
    A_HUNDREDTH,
    NO_SHRINKING,
    SOMEWHERE,
    away,
    is_exact,
    loop,
    on_the_page,
    some_settings,
    table,
    written_out,
)


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


OF_A_FIT = [setting for setting in regression_settings.all_settings() if setting.name in ("standardise", "updates")]


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


def fit(model: Model, rate: float, epochs: int = 20_000) -> Fit:
    start = model.start([3.0] * (model.dataset.features.shape[1] + 1))
    return Fit(model, rate, descend(model.objective, start, GradientDescent(), rate, epochs))


@pytest.mark.evidence(
    "The right answer to the question about a fit names the range in which the run's number of epochs lies.",
    lesson="Linear regression",
    kind="independent loop",
    oracle="the epochs of the run, counted",
    tolerance=0,
)
@pytest.mark.parametrize("rate", [0.003, 0.02, 0.05, 0.11, 0.17, 0.18, 0.5])
@pytest.mark.parametrize("data", [datasets.line(), datasets.noisy_line(seed=3)], ids=["six points", "noisy"])
def test_the_right_answer_of_the_regression_counts_the_epochs_of_the_run(data, rate):
    run = fit(Model(data), rate)
    question = regression_words.question(run)
    away = np.linalg.norm(run.trace.theta - run.model.objective.optimum, axis=1)
    near = np.flatnonzero(~(away <= 0.01 * away[0]))[-1] + 1
    answer = question.answers[question.right].text
    if near == len(away):
        assert answer == "Never"
    else:
        low, high = (int(part.replace(",", "")) for part in answer.split(" to "))
        assert low <= near <= high
        assert f"**{near:,} epoch" in question.why


def test_the_opening_of_the_regression_takes_81_epochs():
    run = Fit(
        Model(datasets.line()), 0.05, descend(Model(datasets.line()).objective, [0.0, 0.0], GradientDescent(), 0.05, 9)
    )
    assert "**81 epochs**" in regression_words.question(run).why
