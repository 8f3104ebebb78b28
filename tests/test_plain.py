"""The plain sentence of a verdict: every record has one, a beginner can read it, and its figures bear it out."""

import re
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from gdcore import Constant, GradientDescent, Quadratic, StepDecay, descend
from pages.lessons.quadratic import plain as quadratic
from pages.lessons.race import plain as race
from pages.lessons.race import verdicts as race_verdicts
from pages.lessons.race import winner
from pages.lessons.race.runs import CLOCKS, Lane
from pages.lessons.regression import plain as regression
from pages.lessons.regression import words as regression_words
from pages.lessons.regression.runs import Fit
from pages.shared.data.regression import Model
from pages.shared.settings import glossary
from pages.shared.teaching.verdicts import CLOSE, Claim, Reason, Verdict, of_descent
from tests.harness import examples
from tests.oracle import table
from tests.races import race as race_of
from tests.races import stream

STOPPED = (Reason.TOLERANCE, Reason.TOO_FEW_UPDATES)
OF_DESCENT = {
    Claim.STANDS_STILL: (Reason.FLAT, Reason.ON_AN_OPTIMUM, Reason.ON_THE_TOP),
    Claim.SLIDES: (Reason.NO_MINIMUM,),
    Claim.RUNS_AWAY: (Reason.NO_MINIMUM, Reason.ROUNDING),
    Claim.DIVERGES: (Reason.ABOVE_THE_LIMIT, Reason.ROUNDING),
    Claim.BOUNCES: (Reason.AT_THE_LIMIT, Reason.ABOVE_THE_LIMIT),
    Claim.ARRIVES: (Reason.BELOW_THE_LIMIT,),
    Claim.NOT_THERE: STOPPED,
}
OF_A_FIT = {
    Claim.STANDS_STILL: (Reason.ON_AN_OPTIMUM,),
    Claim.DIVERGES: (Reason.ABOVE_THE_LIMIT, Reason.ROUNDING, Reason.SIZES),
    Claim.BOUNCES: (Reason.AT_THE_LIMIT, Reason.ABOVE_THE_LIMIT, Reason.SIZES),
    Claim.HELD: (Reason.AT_THE_LIMIT, Reason.ABOVE_THE_LIMIT),
    Claim.ARRIVES: (Reason.BELOW_THE_LIMIT,),
    Claim.ELSEWHERE: (Reason.WRONG_LOSS,),
    Claim.NOT_THERE: (*STOPPED, Reason.SIZES, Reason.WRONG_LOSS),
}
BELOW = (Reason.BELOW_THE_LIMIT, Reason.MEAN_SQUARE, Reason.ANY_ORDER, Reason.EPOCH_FACTOR)
OF_A_LANE = {
    Claim.STANDS_STILL: (Reason.ON_AN_OPTIMUM, Reason.FLAT),
    Claim.DIVERGES: (Reason.LEFT_THE_NUMBERS, Reason.ABOVE_THE_LIMIT, Reason.ROUNDING, Reason.EPOCH_FACTOR),
    Claim.UNSTABLE: (Reason.MEAN_SQUARE,),
    Claim.BOUNCES: (Reason.AT_THE_LIMIT, Reason.ABOVE_THE_LIMIT),
    Claim.HELD: (Reason.AT_THE_LIMIT, Reason.ABOVE_THE_LIMIT, Reason.EPOCH_FACTOR),
    Claim.ARRIVES: BELOW,
    Claim.NOT_THERE: (*BELOW, Reason.FREEZES, Reason.RATE_WAS_ABOVE),
    Claim.JITTERS: (Reason.NOISE,),
    Claim.MEASURED: (Reason.NO_CLOSED_FORM, Reason.MEAN_SQUARE),
    Claim.ON_A_STREAM: (Reason.DRIFT,),
}
SPEAKS = {
    "quadratic": (OF_DESCENT, quadratic.plain),
    "regression": (OF_A_FIT, lambda judged: regression.plain(judged, "plane")),
    "race": (OF_A_LANE, race.plain),
}
TOO_MUCH = re.compile(
    r"hessian|closed form|mean.square|eigen|kappa|lambda|\beta\b|asymptot|[^A-Za-z ,.:;’-]", re.IGNORECASE
)


def records(occurring):
    """A record of every kind, with figures on both sides of whatever a sentence asks."""
    for claim, reasons in occurring.items():
        shares = (0.0, CLOSE) if claim in (Claim.ARRIVES, Claim.ELSEWHERE) else (0.004, 0.05, 0.15, 0.6, 1.0, 1e9)
        for reason, share, gap, taken, needed in product(reasons, shares, (1e-6, 0.5), (0, 1, 500), (1, 300, None)):
            figures = {"share": share, "gap": gap, "taken": taken, "rate": 0.1, "runs": 3, "goal": 1.0}
            figures |= {"needed": needed} if needed else {}
            for last, factor, late in ((0.1, 0.9, 0.5), (0.0, -0.5, 2.0), (0.1, 0.0, np.inf)):
                figures |= {"last": last, "factor": factor, "late": late, "overflows": 1 + 2 * (late > 1)}
                yield Verdict(claim, reason, dict(figures))
                yield Verdict(claim, reason, figures | {"until": 7})


@pytest.mark.parametrize("lesson", SPEAKS)
def test_every_record_has_one_plain_sentence_that_a_beginner_can_read(lesson):
    occurring, plain = SPEAKS[lesson]
    for judged in records(occurring):
        said = plain(judged)
        assert said[0].isupper() and said.endswith(".") and said.count(".") == 1 and len(said) <= 90, said
        assert not TOO_MUCH.search(said), said
        assert "{" not in said


@pytest.mark.parametrize("lesson", SPEAKS)
def test_it_is_said_to_be_there_only_where_at_most_a_hundredth_is_left(lesson):
    occurring, plain = SPEAKS[lesson]
    there = re.compile(r"\breached|\barrives|\blands at|best place\.$")
    for judged in records(occurring):
        if there.search(plain(judged)) and "far from its best place" not in plain(judged):
            assert judged.figures["share"] <= CLOSE, plain(judged)


def test_a_ball_is_said_to_jump_only_where_it_changes_sides():
    objective = Quadratic(a0=0, a1=0, a2=1)
    for rate in np.arange(0.02, 1.3, 0.03):
        trace = descend(objective, [1.0], GradientDescent(), float(rate), 100)
        said = quadratic.plain(of_descent(objective, float(rate), trace))
        jumps = np.abs(np.diff(trace.theta[:10, 0]))
        arrives = abs(trace.theta[-1, 0]) <= 0.01
        assert ("jumped across" in said) == (rate > 0.5 and arrives and bool((jumps[1:] < jumps[:-1]).all()))
        assert ("longer than the last" in said) == (rate > 1)


@settings(max_examples=examples(50), deadline=None)
@given(some.integers(0, 10_000), some.sampled_from([0.0, 5.0, 30.0]), some.sampled_from([5, 40, 300]))
def test_the_loss_looks_good_where_its_gap_is_small_and_the_line_is_far(seed, offset, epochs):
    data = table(np.random.default_rng(seed), 20, 1, offset, 1.0)
    model = Model(data)
    rate = 0.9 * 2 / np.linalg.eigvalsh(model.objective.hessian).max()
    fit = Fit(model, rate, descend(model.objective, [9.0, -9.0], GradientDescent(), rate, epochs))
    judged = regression_words.verdict(fit)
    if judged.claim is not Claim.NOT_THERE:
        return
    away = np.linalg.norm(fit.trace.theta[[0, -1]] - model.objective.optimum, axis=1)
    design = np.column_stack([data.features, np.ones(20)])
    least = np.square(design @ np.linalg.lstsq(design, data.targets)[0] - data.targets).mean()
    start, end = fit.trace.value[[0, -1]] - least
    assert judged.figures["gap"] == pytest.approx(end / start, rel=1e-6, abs=1e-12)
    if "The loss looks good" in regression.plain(judged, "line"):
        assert away[1] > 0.1 * away[0] and end <= 0.01 * start * (1 + 1e-6)


def test_the_sentence_on_a_lane_of_a_stream_says_who_fits_the_data_after_the_drift():
    stopped = StepDecay(0.05, 0.0, 200)
    run = stream(Lane(1, Constant(0.05)), Lane(1, stopped), Lane(1, Constant(100.0)))
    new = run.model.dataset.features[200:, 0], run.model.dataset.targets[200:]
    said = [race.plain(race_verdicts.of_lane(run, course)) for course in run.courses]
    assert said == ["At the end it fits the new data.", "At the end it does not fit the new data.", race.OVERFLOWS]
    ends = [np.square(np.polyval(course.trace.theta[-1, 0], new[0]) - new[1]).mean() for course in run.courses[:2]]
    assert ends[0] < run.goal < ends[1]


@pytest.mark.parametrize("clock", CLOCKS)
def test_who_is_first_is_said_with_a_single_number(clock):
    for sizes in ((1,), (1, 32), (256, 32, 1), (1, 2, 4, 8, 16, 32)):
        said = winner.plain(race_of(*sizes, clock=clock))
        for name in ("mini-batch", "Mini-batch"):
            said = re.sub(rf"{name} \d+", name, said)
        assert said.endswith(".") and len(re.findall(r"\d[\d,]*", said)) == 1, said


def test_the_terms_of_a_verdict_are_explained_beside_it():
    told = glossary.explained("The rate 0.1 is below the mean-square limit 0.2; the noise floor is 3 %.")
    assert glossary.SENTENCES["mean-square limit"] in told and glossary.SENTENCES["noise floor"] in told
    assert glossary.SENTENCES["limit"] not in told and glossary.SENTENCES["curvature"] not in told
    assert glossary.SENTENCES["curvature"] in glossary.explained("1 − η·λmax = 0.4")
    assert glossary.explained("Nothing hard.") == ""
