"""What the quadratic lesson says of a run, in numbers: verdict, update rule and formula."""

import numpy as np

from gdcore import Outcome, Quadratic, theory
from gdcore.theory import Regime
from pages.shared import runs, timeline
from pages.shared.lesson import Verdict
from pages.shared.predict import Answer, Question
from pages.shared.words import apart, at, count, number, rate_text, steady


def formula(objective: Quadratic) -> str:
    """3x² − 2x − 3, without what is 0 and without a factor 1."""
    terms = [(objective.a2, "x²"), (objective.a1, "x"), (objective.a0, "")]
    text = ""
    for coefficient, power in terms:
        if coefficient:
            size = "" if power and abs(coefficient) == 1 else number(abs(coefficient), 6)
            sign = (" − " if coefficient < 0 else " + ") if text else ("−" if coefficient < 0 else "")
            text += sign + size + power
    return (text or "0").replace(" ", "\u00a0")


def verdict(objective: Quadratic, rate: float, values: dict, x: np.ndarray, outcome: Outcome) -> Verdict:
    """Theory names the regime; the run then says how it ended."""
    (regime,) = theory.regimes(objective, x[:1], rate)
    sentences = [reason(regime, objective, rate)]
    if regime not in (Regime.FLAT, Regime.STATIONARY):
        sentences += [
            judged(regime, objective, rate),
            end(objective, rate, values, x, outcome),
            distance_left(objective, x) if regime is not Regime.DIVERGES else "",
            standing_still(x),
        ]
    sentences.append(outside(x, (values["left"], values["right"])))
    return Verdict(*REGIMES[regime], tuple(filter(None, sentences)))


def result(picture: runs.Picture, values: dict) -> str:
    """A run in one line: the regime, how far it went and where it ended."""
    x, outcome = picture.x, picture.trace.outcome
    badge = verdict(picture.objective, picture.learning_rate, values, x, outcome).badge
    end = "f(x)" if picture.objective.optimum is None else "gap to the minimum"
    gone = " before the numbers leave the machine’s range" if outcome is Outcome.NOT_FINITE else ""
    return f"{badge} {count(len(x) - 1, 'update')}{gone}, {end} {number(float(picture.gaps(x[-1:])[0]), 3)}."


REGIMES = {
    Regime.MONOTONE: ("green", "Converges from one side"),
    Regime.ONE_STEP: ("green", "Arrives in one step"),
    Regime.OSCILLATES: ("green", "Converges, jumping across"),
    Regime.BOUNCES: ("orange", "Bounces for ever"),
    Regime.DIVERGES: ("red", "Diverges"),
    Regime.RUNS_AWAY: ("red", "Runs away: no minimum"),
    Regime.SLIDES: ("orange", "Slides for ever: a straight line"),
    Regime.FLAT: ("gray", "Nowhere to go: flat"),
    Regime.STATIONARY: ("gray", "Stands still"),
}


def reason(regime: Regime, objective: Quadratic, rate: float) -> str:
    """Why theory says so, in numbers."""
    if regime is Regime.FLAT:
        return "a2 and a1 are 0: f is the same everywhere, so the gradient is 0 and nothing moves."
    if regime is Regime.SLIDES:
        move = number(-rate * objective.a1)
        return f"a2 = 0: f is a straight line without a minimum, and every update moves x by −η·a1 = {move}."
    turning_point = number(-objective.a1 / (2 * objective.a2))
    if regime is Regime.STATIONARY:
        place = "minimum" if objective.a2 > 0 else "top"
        return f"The start is the {place} x = {turning_point}: the gradient is 0 there and nothing moves."
    (factor,) = theory.contraction(theory.curvatures(objective), rate).tolist()
    times = f"by the factor 1 − 2·a2·η = **{apart(factor, -1, 0, 1)}**"
    if regime is Regime.RUNS_AWAY:
        return f"a2 is below 0: each update multiplies the distance to the top x = {turning_point} {times}."
    meaning = {
        Regime.MONOTONE: "it shrinks, and x stays on its side",
        Regime.ONE_STEP: "the first update lands there",
        Regime.OSCILLATES: "x changes sides, and the jumps shrink",
        Regime.BOUNCES: "x changes sides, and the jumps stay as long as they are",
        Regime.DIVERGES: "x changes sides, and every jump is longer",
    }
    return f"Each update multiplies the distance to the minimum x* = {turning_point} {times}: {meaning[regime]}."


def judged(regime: Regime, objective: Quadratic, rate: float) -> str:
    """The limit that the rate is judged by."""
    if objective.a2 <= 0:
        return ""
    limit = theory.rate_limit(theory.curvatures(objective))
    place = "at" if regime is Regime.BOUNCES else "above" if regime is Regime.DIVERGES else "below"
    return f"The rate {apart(rate, limit)} is {place} the limit 1 / a2 = **{apart(limit, rate)}**."


def end(objective: Quadratic, rate: float, values: dict, x: np.ndarray, outcome: Outcome) -> str:
    """How the run ended, beside what theory predicts."""
    taken, tolerance = len(x) - 1, float(values["tolerance"])
    updates = count(taken, "update")
    predicted = theory.updates_to_settle(objective, x[:1], rate, tolerance)
    if outcome is Outcome.NOT_FINITE:
        return f"After {updates} the numbers leave the machine’s range (1.8 × 10³⁰⁸)."
    if outcome is Outcome.STEP_LIMIT:
        more = predicted is not None and predicted > taken
        needed = f"; theory needs {count(predicted, 'update')} until a step is below the tolerance" if more else ""
        return f"It ends because only {updates} may be made{needed}."
    if taken == 0:
        return f"It stops before the first update, which is shorter than the tolerance {number(tolerance)}."
    theirs = "as theory predicts" if predicted == taken else f"where theory predicts {count(predicted, 'update')}"
    return f"It stops after {updates}, {theirs}: the next is shorter than the tolerance {number(tolerance)}."


def distance_left(objective: Quadratic, x: np.ndarray) -> str:
    """How far the end of the run is from the minimum: the tolerance does not say."""
    if objective.optimum is None:
        return ""
    start, end = abs(x[[0, -1]] - objective.optimum)
    if end <= start / 100:
        return f"x is then {number(end, 2)} from the minimum."
    return f"x is {'still' if end <= start else 'now'} **{number(end, 2)} away** from the minimum."


def standing_still(x: np.ndarray) -> str:
    """Without a tolerance a run goes on when its steps have become too small to change x."""
    if len(x) < 2 or x[-1] != x[-2]:
        return ""
    since = int(np.flatnonzero(x != x[-1])[-1]) + 1 if (x != x[-1]).any() else 0
    return f"From update {number(since)} on x stands still: the steps are too small to change it."


def outside(x: np.ndarray, frame: tuple[float, float]) -> str:
    """What the picture cannot show."""
    beyond = np.maximum(frame[0] - x, x - frame[1])
    if beyond.max() <= 0:
        return ""
    first, farthest = int((beyond > 0).argmax()), int(beyond.argmax())
    leaves = "The start is outside the picture" if first == 0 else f"At update {number(first)} x leaves the picture"
    further = f"; the farthest is {at('x', farthest)} = {number(x[farthest])}" if farthest != first else ""
    return f"{leaves}: {at('x', first)} = {apart(x[first], *frame)}{further}."


def rule(path: runs.Columns, rate: str) -> timeline.Rule:
    """new x = x − rate × gradient, in the numbers of every frame."""
    old, gradient, new = ([steady(value) for value in path[name].tolist()] for name in ("x", "gradient", "next_x"))
    return timeline.Rule("x", old, [rate_text(rate)] * len(old), gradient, new)


def ending(outcome: Outcome, values: dict) -> str:
    """Why there is no update after the last."""
    return {
        Outcome.SETTLED: f"Not taken: it moves x by less than {number(float(values['tolerance']))}.",
        Outcome.STEP_LIMIT: f"Not taken: {count(values['updates'], 'update')} allowed.",
        Outcome.NOT_FINITE: "Not possible: f(x) would be beyond the machine’s numbers.",
    }[outcome]


def question(objective: Quadratic, rate: float, start: float) -> Question | None:
    """Where does the ball go? Nothing to ask where there is no minimum, or where the ball stands on it."""
    (regime,) = theory.regimes(objective, np.array([start]), rate)
    if objective.a2 <= 0 or regime is Regime.STATIONARY:
        return None
    (factor,) = theory.contraction(theory.curvatures(objective), rate).tolist()
    one_step, limit = number(1 / (2 * objective.a2)), number(1 / objective.a2)
    answers = (
        Answer("Down one side, never across", "descent cannot cross the minimum", f"η of at most {one_step}"),
        Answer("Across, with shrinking jumps", "a jump across always ends well", f"η between {one_step} and {limit}"),
        Answer("Across, the same jumps for ever", "overshoot means stuck", f"η of exactly {limit}"),
        Answer("Across, with growing jumps", "crossing means divergence", f"η above {limit}"),
    )
    order = (Regime.MONOTONE, Regime.OSCILLATES, Regime.BOUNCES, Regime.DIVERGES)
    right = 0 if regime is Regime.ONE_STEP else order.index(regime)
    q = apart(factor, -1, 0, 1)
    side = "Negative: it changes sides at every update" if factor < 0 else "Not negative: it never changes sides"
    size = ("below 1: it shrinks", "below 1: it shrinks", "exactly 1: it stays", "above 1: it grows")[right]
    why = f"Each update multiplies the distance to the minimum by q = 1 − 2·a2·η = **{q}**. {side}; its size is {size}."
    return Question("Where does the ball go?", answers, right, why)
