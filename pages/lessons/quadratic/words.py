"""What the quadratic lesson says of a run, in numbers: verdict, update rule and formula."""

import numpy as np

from gdcore import Outcome, Quadratic, Trace, theory
from gdcore.theory import Regime
from pages.lessons.quadratic.plain import plain
from pages.lessons.quadratic.runs import Picture
from pages.shared.lesson import Told
from pages.shared.picture import timeline
from pages.shared.picture.pace import last_seen
from pages.shared.teaching.predict import Answer, Question
from pages.shared.teaching.verdict_words import beside, kept_by_its_start, until_it_is_close, why_no_further
from pages.shared.teaching.verdicts import Claim, Reason, Verdict, of_descent
from pages.shared.words import apart, at, count, number, percent, rate_text, steady


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


def verdict(picture: Picture) -> Verdict:
    return of_descent(picture.objective, picture.learning_rate, picture.trace)


def told(judged: Verdict, picture: Picture, values: dict) -> Told:
    """The verdict in words; its figures, and what the picture cannot show."""
    figures = [why(judged, picture.objective), kept_by_its_start(judged)]
    if judged.claim is not Claim.STANDS_STILL:
        figures += [beside_the_limit(judged) if picture.objective.a2 > 0 else "", distance_left(judged)]
        figures += [end(judged, picture, float(values["tolerance"])), standing_still(picture.x)]
    figures.append(outside(picture.x, picture.window))
    return Told(judged.badge, title(judged), plain(judged), tuple(filter(None, figures)))


def result(picture: Picture, values: dict) -> str:
    """A run in one line: the regime, how far it went and where it ended."""
    x, outcome = picture.x, picture.trace.outcome
    badge = told(verdict(picture), picture, values).badge
    end = "f(x)" if picture.objective.optimum is None else "gap to the minimum"
    gone = " before the numbers overflow" if outcome is Outcome.NOT_FINITE else ""
    return f"{badge} {count(len(x) - 1, 'update')}{gone}, {end} {number(float(picture.gaps(x[-1:])[0]), 3)}."


TITLES = {
    Claim.BOUNCES: "Bounces for ever",
    Claim.DIVERGES: "Diverges",
    Claim.RUNS_AWAY: "Runs away: no minimum",
    Claim.SLIDES: "Slides for ever: a straight line",
}


def title(judged: Verdict) -> str:
    if judged.claim is Claim.STANDS_STILL:
        return "Nowhere to go: flat" if judged.reason is Reason.FLAT else "Stands still"
    if judged.claim in TITLES:
        return TITLES[judged.claim]
    factor = judged.figures["factor"]
    if judged.claim is Claim.ARRIVES and abs(factor) <= theory.ROUNDING:
        return "Arrives in one step"
    way = "jumping across" if factor < 0 else "from one side"
    return f"Arrives, {way}" if judged.claim is Claim.ARRIVES else "Has not arrived"


def why(judged: Verdict, objective: Quadratic) -> str:
    """Why theory says so, in numbers."""
    rate = judged.figures["rate"]
    if judged.reason is Reason.FLAT:
        return "a2 and a1 are 0: f is the same everywhere, so the gradient is 0 and nothing moves."
    if judged.claim is Claim.SLIDES:
        move = number(-rate * objective.a1)
        return f"a2 = 0: f is a straight line without a minimum, and every update moves x by −η·a1 = {move}."
    turning_point = number(-objective.a1 / (2 * objective.a2))
    if judged.claim is Claim.STANDS_STILL:
        place = "top" if judged.reason is Reason.ON_THE_TOP else "minimum"
        return f"The start is the {place} x = {turning_point}: the gradient is 0 there, up to rounding, and x stays."
    (factor,) = theory.contraction(theory.curvatures(objective), rate).tolist()
    times = f"by the factor 1 − 2·a2·η = **{apart(factor, -1, 0, 1)}**"
    if judged.claim is Claim.RUNS_AWAY:
        return f"a2 is negative: each update multiplies the distance to the top x = {turning_point} {times}."
    return (
        f"Each update multiplies the distance to the minimum x* = {turning_point} {times}: {meaning(judged, factor)}."
    )


def meaning(judged: Verdict, factor: float) -> str:
    if judged.claim is Claim.BOUNCES:
        return "x changes sides, and the jumps stay as long as they are"
    if judged.claim is Claim.DIVERGES:
        return "x changes sides, and every jump is longer"
    if abs(factor) <= theory.ROUNDING:
        return "the first update lands there"
    if factor == 1:
        return "the distance shrinks, by less than the computer can show"
    return (
        "x changes sides, and the jumps shrink"
        if factor < 0
        else "the distance shrinks, and x never crosses the minimum"
    )


def beside_the_limit(judged: Verdict) -> str:
    """The limit that the rate is judged by."""
    return f"The {beside(judged.figures['rate'], judged.figures['limit'], name='the limit 1 / a2 =')}."


def end(judged: Verdict, picture: Picture, tolerance: float) -> str:
    """How the run ended, beside what theory predicts."""
    outcome, taken = picture.trace.outcome, int(judged.figures["taken"])
    updates = count(taken, "update")
    if outcome is Outcome.NOT_FINITE:
        return f"After {updates} the numbers overflow (beyond 1.8 × 10³⁰⁸)."
    predicted = theory.updates_to_settle(picture.objective, picture.x[:1], picture.learning_rate, tolerance)
    if outcome is Outcome.STEP_LIMIT:
        more = predicted is not None and predicted > taken
        needed = f" By theory it would take {count(predicted, 'update')} to meet the tolerance." if more else ""
        return f"It stopped at its limit of {updates}.{needed}"
    shorter = f"would be shorter than the tolerance {number(tolerance)}"
    stops = f"It stops after {updates}" if taken else "It stops before the first update"
    if predicted is None:
        return f"{stops}: the next {shorter} by rounding alone; in theory no step is."
    theirs = "as theory predicts" if predicted == taken else f"where theory predicts {count(predicted, 'update')}"
    return f"{stops}, {theirs}: the next {shorter}."


def distance_left(judged: Verdict) -> str:
    """How far the end of the run is from the minimum: the tolerance does not say."""
    if judged.claim is Claim.DIVERGES or "share" not in judged.figures:
        return ""
    end, share = judged.figures["end"], judged.figures["share"]
    if judged.claim is not Claim.NOT_THERE:
        return f"x ends {number(end, 2)} from the minimum."
    return (
        f"x is still **{number(end, 2)} away** from the minimum: {percent(share)} of the starting distance is left."
        f" {until_it_is_close(judged, 'update')}."
    )


def standing_still(x: np.ndarray) -> str:
    """Without a tolerance a run goes on when its steps have become too small to change x."""
    if len(x) < 2 or x[-1] != x[-2]:
        return ""
    since = int(np.flatnonzero(x != x[-1])[-1]) + 1 if (x != x[-1]).any() else 0
    return f"From update {number(since)} on x stands still: the steps are too small to change it."


def outside(x: np.ndarray, window: tuple[float, float]) -> str:
    """What the picture cannot show."""
    beyond = np.maximum(window[0] - x, x - window[1])
    if beyond.max() <= 0:
        return ""
    first, farthest = int((beyond > 0).argmax()), int(beyond.argmax())
    leaves = "The start is outside the picture" if first == 0 else f"At update {number(first)} x leaves the picture"
    further = f"; the farthest is {at('x', farthest)} = {number(x[farthest])}" if farthest != first else ""
    return f"{leaves}: {at('x', first)} = {apart(x[first], *window)}{further}."


def bar(picture: Picture, values: dict) -> timeline.Bar:
    """The update rule at every frame, and why there is no update after the last."""
    return timeline.Bar(
        picture.path["update"],
        rules(picture, values["rate"]),
        ending(picture.trace, values),
        visible_until=last_seen(picture.path["inside"]),
    )


def rules(picture: Picture, rate: str) -> list[timeline.Rule]:
    """new x = x − rate × gradient, in the numbers of every frame: of the last one that was made at the last."""
    if not picture.trace.steps_taken:
        return []
    rows = np.minimum(picture.path["update"], picture.trace.steps_taken - 1)
    old, gradient, new = (
        [steady(value) for value in picture.steps[name][rows].tolist()] for name in ("x", "gradient", "next_x")
    )
    return [timeline.Rule("x", old, [rate_text(rate)] * len(old), gradient, new)]


def ending(trace: Trace, values: dict) -> str:
    """Why there is no update after the last."""
    shorter = f"move x by less than {number(float(values['tolerance']))}"
    return why_no_further(trace.outcome, trace.steps_taken, "update", shorter=shorter, too_large="f(x)")


def question(picture: Picture) -> Question | None:
    """Where does the ball go? Nothing to ask where there is no minimum, or where the ball stands on it."""
    objective, rate = picture.objective, picture.learning_rate
    (regime,) = theory.regimes(objective, picture.x[:1], rate)
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


def smallest_is_not_lowest(picture: Picture, jumping: Picture) -> str:
    """The article prints the smallest x of its series as the answer. For a series that jumps across that is wrong."""
    smallest, lowest = jumping.x.min(), jumping.x[jumping.trace.value.argmin()]
    return (
        f"**A slip in the article.** It prints the smallest x of the series as its answer, here "
        f"{number(picture.x.min(), 5)}. The smallest x is not the x of the smallest f(x): at rate "
        f"{number(jumping.learning_rate)} the series jumps across, and its smallest x is {number(smallest)}, while "
        f"the lowest point that it visits is x = {number(lowest, 6)}; the minimum is "
        f"{number(picture.objective.optimum.item(), 6)}."
    )


COLUMNS = {
    "update": "update t",
    "x": "x",
    "f": "f(x)",
    "gradient": "gradient f′(x)",
    "rate": "rate η",
    "next_x": "new x",
}

NOTICE = """
- Every update multiplies the distance to the minimum by the same factor. That is why the gap is a straight line on a
  log axis.
- Crossing the minimum is not failing. Jumps that grow are.
- The limit of the rate depends on the curvature alone: the start, a1 and a0 do not change it.
- The tolerance measures the length of a step, not the distance that is left.
- The computer keeps about 16 digits of x. Where the gap leaves theory’s line far below, rounding has taken over.
"""
