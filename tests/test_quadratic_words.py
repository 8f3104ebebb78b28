"""The verdict on a run of the quadratic and the question before it, against what the ball does."""

from math import log, log1p

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as some

from gdcore import GradientDescent, Quadratic, descend
from pages.lessons.quadratic import words as quadratic_words
from pages.lessons.quadratic.runs import Picture
from pages.lessons.quadratic.settings import RATE as QUADRATIC_RATE
from pages.lessons.quadratic.settings import SETTINGS, compute
from pages.shared.settings.kinds import AUTO
from pages.shared.teaching.verdict_words import beside
from pages.shared.teaching.verdicts import Claim
from tests.harness import any_value, examples
from tests.oracle import A_HUNDREDTH, EDGE, NO_SHRINKING, defaults, on_the_page, some_settings


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
        taken = 2 * values["a2"] * rate  # the share of the distance that an update takes off
        if "needed" in judged.figures and 0 < abs(1 - taken) < 1 - 1e-9:
            shrinks = log1p(-taken) if taken < 1 else log(taken - 1)  # log(1 - taken) has few digits where it is near 1
            assert abs(judged.figures["needed"] - log(A_HUNDREDTH) / shrinks) < 1 + EDGE * judged.figures["needed"]
    told = quadratic_words.told(judged, picture, values)
    assert f":{judged.badge}-badge[" in told.line and quadratic_words.result(picture, values)


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


@settings(max_examples=examples(10), phases=NO_SHRINKING)
@given(some_settings(SETTINGS))
def test_what_stands_on_the_page_of_the_quadratic_is_what_the_record_says(values):
    values["updates"] = int(values["updates"])
    if AUTO not in (values["left"], values["right"]) and not values["left"] < values["right"]:
        values |= {"left": AUTO, "right": AUTO}
    picture = compute(values)
    judged = quadratic_words.verdict(picture)
    page = on_the_page("quadratic", values)
    assert f":{judged.badge}-badge[**{quadratic_words.title(judged)}**]" in page
    if "share" in judged.figures:
        assert beside(judged.figures["rate"], judged.figures["limit"], name="the limit 1 / a2 =") in page


def what_the_ball_does(objective: Quadratic, rate: float, start: float) -> int:
    """Read off the first updates of the run itself."""
    trace = descend(objective, [start], GradientDescent(), rate, 40)
    away = trace.theta[:, 0] - objective.optimum[0]
    away = away[np.abs(away) > 1e-9 * abs(away[0])]
    if not (away[1:] * away[:-1] < 0).any():
        return 0
    growth = abs(away[-1] / away[0]) ** (1 / (len(away) - 1))
    return 2 if abs(growth - 1) < 1e-12 else 1 if growth < 1 else 3


def rolling(objective: Quadratic, rate: float, start: float) -> Picture:
    return Picture(objective, rate, descend(objective, [start], GradientDescent(), rate, 1), (-20.0, 20.0))


@given(
    a2=some.floats(0.05, 5),
    reach=some.sampled_from([0.1, 0.5, 0.9, 1, 1.2, 1.8, 2, 2.2, 3]),
    start=some.sampled_from([-7.0, 3.0, 12.0]),
)
def test_the_right_answer_of_the_quadratic_is_what_the_ball_does(a2, reach, start):
    objective = Quadratic(a0=1, a1=-2, a2=a2)
    assume(abs(start - objective.optimum[0]) > 1e-6)
    rate = reach / (2 * a2)
    question = quadratic_words.question(rolling(objective, rate, start))
    assert question.right == what_the_ball_does(objective, rate, start)
    assert len(question.answers) == 4


@pytest.mark.parametrize(("a2", "start"), [(-1, 2.0), (0, 2.0), (1, 1.0)])
def test_without_a_way_to_the_minimum_there_is_no_question(a2, start):
    assert quadratic_words.question(rolling(Quadratic(a0=0, a1=-2, a2=a2), 0.1, start)) is None
