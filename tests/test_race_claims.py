"""What a race says to the claims of an article, against its losses."""

import re
from math import isinf

import numpy as np
import pytest

from gdcore import Constant, Exponential, InverseTime, Momentum, Nesterov, StepDecay
from pages.lessons.race import claims as race_claims
from pages.lessons.race.budget import Budget
from pages.lessons.race.runs import Lane, Race
from pages.shared.data.regression import Model
from tests.races import DATA, LINE, least_loss, loss_of, race_on, stream, told

LANES = {
    "opening": (256, 32, 1),
    "falling": (256, Lane(1, InverseTime(0.05, 0.01)), Lane(8, Exponential(0.05, 0.95))),
    "rules": (Lane(256, Constant(0.02), Momentum()), Lane(8, Constant(0.02), Nesterov(0.5)), 1),
}


def claims(run: Race) -> list[str]:
    """What the race says to each claim."""
    return [row.strip("| ").split(" | ")[1] for row in race_claims.table(run).splitlines()[2:]]


@pytest.mark.parametrize("lanes", LANES.values(), ids=LANES)
def test_what_the_race_says_to_each_claim_is_measured(lanes):
    """A figure with three digits is right to half of its last one, 0.5 %; one with two to 5 %."""
    run = race_on(*lanes, seeds=(1, 2, 3))
    work, pace, arrivals, between, noiseless, online = claims(run)
    losses = [loss_of(DATA, c.trace.theta[:, 0]) / least_loss(DATA) for c in run.courses]  # of the marked run
    figures = told(re.sub("mini-batch [0-9]+", "", work.split(":", 1)[1]).replace("1/t", ""))
    sizes = [lane.size for lane in run.lanes]
    assert figures == [figure for size in sizes for figure in (size, 8 * (2 * size + 2))]

    order = np.argsort(sizes, kind="stable")
    small, large = order[0], next(i for i, size in enumerate(sizes) if size == max(sizes))
    for i, said in zip((small, large), pace.split("; "), strict=True):
        c = run.courses[i]
        every = [loss_of(DATA, c.trace.theta[:, r]) / least_loss(DATA) for r in range(c.runs)]
        updates = np.median([(loss < 2).argmax() if (loss < 2).any() else np.inf for loss in every])
        if isinf(updates):
            assert "never" in said
        else:
            assert told(said.split("after")[1])[0] == c.trace.examples_seen[int(updates)]
        later = losses[i][len(losses[i]) // 5 :]
        rising = 100 * sum(b > a for a, b in zip(later[:-1], later[1:], strict=True)) / (len(later) - 1)
        assert told(said)[-1] == pytest.approx(rising, rel=0.05, abs=1e-9)

    falling = [i for i, lane in enumerate(run.lanes) if not isinstance(lane.schedule, Constant)]
    if falling:
        for i, said in zip(falling, arrivals.rstrip(".").split("; "), strict=True):
            c = run.courses[i]
            end = np.median([loss_of(DATA, c.trace.theta[-1:, r])[0] / least_loss(DATA) for r in range(c.runs)])
            figure = told(said.split("ends")[1])[0]
            assert (1 + figure / 100 if "%" in said else figure) == pytest.approx(end, rel=0.005)
    else:
        assert "No rate falls" in arrivals

    spreads = [np.mean([np.std(c.loss[-1 - (len(c.loss) - 1) // 5 :, r]) for r in range(c.runs)]) for c in run.courses]
    figures = [told(said)[-1] for said in re.split(r"(?<=\d)[,.](?= |$)|(?<=[⁰¹²³⁴⁵⁶⁷⁸⁹])[,.]", between) if told(said)]
    assert figures == pytest.approx(spreads, rel=0.05)
    assert told(noiseless.split("“")[0])[0] == pytest.approx(least_loss(DATA), rel=0.005)
    assert "stay the same" in online


def test_without_noise_and_on_a_stream_the_claims_are_measured_too():
    exact = race_on(6, 1, model=Model(LINE), budget=Budget(400, "epochs"))
    end = loss_of(LINE, exact.courses[1].trace.theta[-1:, 0])[0]
    said = claims(exact)[4]
    assert "Without noise stochastic" in said and told(said)[0] == pytest.approx(end, rel=0.05, abs=1e-25)
    run = stream(1, Lane(1, StepDecay(0.05, 0.0, 200)))
    online = claims(run)[5].split(", ")
    for c, said in zip(run.courses, online, strict=True):
        data = run.model.dataset
        second = data._replace(features=data.features[200:], targets=data.targets[200:])
        mean = loss_of(second, c.trace.theta[-81:, 0]).mean() / least_loss(
            second
        )  # a fifth of 400 updates, and its begin
        figure = told(said.split("ends")[1])[0]
        assert (1 + figure / 100 if "%" in said.split("(")[0] else figure) == pytest.approx(mean, rel=0.01)
