"""What the regression lesson says of a run, in numbers: verdict, update rules and question."""

import numpy as np

from gdcore import Outcome, theory
from gdcore.theory import Regime
from pages.lessons.regression.plain import plain
from pages.lessons.regression.runs import Fit
from pages.shared.data.regression import Model
from pages.shared.lesson import Told
from pages.shared.picture import timeline
from pages.shared.picture.pace import last_seen
from pages.shared.teaching.predict import Answer, Question
from pages.shared.teaching.verdict_words import (
    beside,
    direction,
    kept_by_its_start,
    sizes_apart,
    until_it_is_close,
    why_no_further,
)
from pages.shared.teaching.verdicts import CLOSE, GAP_GOAL, Claim, Reason, Verdict, in_theory, of_descent
from pages.shared.words import apart, count, number, percent, rate_text, steady

ROUND = 2  # a condition number below which a valley is nearly round
CONVENTIONS = (
    "The loss is the mean of the squared residuals, not half of it: a course that halves it needs twice our rate for "
    "the same steps. Standardising divides by the population standard deviation (n, not n − 1)."
)


def bar(fit: Fit, values: dict) -> timeline.Bar:
    """The update rules at every frame, why there is no epoch after the last, and the line that has been reached."""
    several = len(fit.model.names) > 1  # a single parameter has another picture
    return timeline.Bar(
        fit.updates,
        rules(fit, values["rate"]),
        ending(fit, values),
        "epoch",
        fit.equations(),
        visible_until=last_seen(fit.in_picture[fit.updates]) if several else None,
    )


def rules(fit: Fit, rate_as_typed: str) -> list[timeline.Rule]:
    """new = old − rate × gradient for every learned parameter, in the numbers of every frame: of the last update that
    was made at the last."""
    if not fit.trace.steps_taken:
        return []
    rate = [rate_text(rate_as_typed)] * len(fit.updates)
    rows = np.minimum(fit.updates, fit.trace.steps_taken - 1)

    def texts(column: str) -> list[str]:
        return [steady(value) for value in fit.steps[column][rows].tolist()]

    names = fit.model.names
    return [
        timeline.Rule(name, texts(name), rate, texts(f"gradient {name}"), texts(f"new {name}"), indexed=len(names) == 1)
        for name in names
    ]


def ending(fit: Fit, values: dict) -> str:
    """Why there is no epoch after the last."""
    shorter = f"be shorter than {number(float(values['tolerance']))}"
    return why_no_further(fit.trace.outcome, fit.trace.steps_taken, "epoch", shorter=shorter, too_large="the loss")


def verdict(fit: Fit) -> Verdict:
    model = fit.model
    sizes = [size for _, size in model.sizes]
    return of_descent(model.objective, fit.learning_rate, fit.trace, sizes=sizes, wrong_loss=model.broadcast)


TITLES = {
    Claim.ARRIVES: "Arrives",
    Claim.NOT_THERE: "Converges, but has not arrived",
    Claim.ELSEWHERE: "Arrives at the wrong place",
    Claim.BOUNCES: "Bounces for ever",
    Claim.HELD: "Held by a direction without error",
    Claim.DIVERGES: "Diverges",
    Claim.STANDS_STILL: "Stands still",
}


def told(judged: Verdict, fit: Fit) -> Told:
    """The verdict in words; its figures, and what the pictures cannot show."""
    title, curved = TITLES[judged.claim], theory.curvatures(fit.model.objective)
    sentence = plain(judged, shape(fit.model))
    if judged.claim is Claim.STANDS_STILL:
        stands = "The start is an optimum: there the gradient is 0, up to rounding."
        return Told(judged.badge, title, sentence, (stands,))
    figures = [
        beside_the_limit(judged),
        sizes_apart(fit.model.sizes) if judged.reason is Reason.SIZES else "",
        speeds(fit, curved, judged.claim is Claim.DIVERGES),
        distance_left(judged),
        "This loss is lowest where every prediction is the mean of the targets." if fit.model.broadcast else "",
        progress(fit),
        slowest(judged, fit),
        left_the_picture(fit),
    ]
    if (curved == 0).any():
        figures.append(
            "One direction is flat as far as the computer can tell: a valley of equally good fits, no unique optimum."
        )
    return Told(judged.badge, title, sentence, tuple(filter(None, figures)))


def shape(model: Model) -> str:
    """What is fitted."""
    return "line" if model.dataset.features.shape[1] == 1 else "plane"


def beside_the_limit(judged: Verdict) -> str:
    """The limit that the rate is judged by, and what else decides where it is not the rate alone."""
    compared = f"The {beside(judged.figures['rate'], judged.figures['limit'], name='the limit 2 / λmax =')}."
    return f"{compared} {kept_by_its_start(judged)}".strip()


def result(fit: Fit) -> str:
    """A run in one line: the regime, how far it went and where it ended."""
    gone = " before the numbers overflow" if fit.trace.outcome is Outcome.NOT_FINITE else ""
    epochs, loss = count(fit.trace.steps_taken, "epoch"), number(fit.trace.value[-1])
    badge = told(verdict(fit), fit).badge
    return f"{badge} {epochs}{gone}, loss {loss}; the lowest possible is {number(fit.model.floor)}."


def speeds(fit: Fit, curved: np.ndarray, diverges: bool) -> str:
    """What an epoch does to the error along the steepest and the flattest direction."""
    factors = theory.contraction(curved, fit.learning_rate)
    steepest = apart(factors[-1], 0, 1, -1)
    steep = f"Each epoch multiplies the error along the steepest direction by 1 − η·λmax = **{steepest}**"
    if len(curved) == 1 or diverges:
        return f"{steep}."
    flat = factors[np.flatnonzero(curved > 0)[0]]
    flattest = "flattest that is curved" if (curved == 0).any() else "flattest"
    return f"{steep}, along the {flattest} by 1 − η·λmin = **{apart(flat, 0, 1, -1)}**."


def progress(fit: Fit) -> str:
    """How near the loss came to the lowest possible one, and when."""
    taken, loss = fit.trace.steps_taken, float(fit.trace.value[-1])
    if fit.trace.outcome is Outcome.NOT_FINITE:
        return f"After {count(taken, 'epoch')} the numbers overflow (beyond 1.8 × 10³⁰⁸)."
    came = f"After {count(taken, 'epoch')} the loss is {number(loss)}{quality(fit, loss)}; the lowest possible is "
    came += f"{number(fit.model.floor)}."
    predicted = theory.updates_to_shrink(fit.model.objective, fit.trace.theta[0], fit.learning_rate, GAP_GOAL)
    if predicted is None:
        return came
    measured = fit.epochs_to(GAP_GOAL)
    if measured is None:
        return f"{came} Theory needs {count(predicted, 'epoch')} to bring the gap between them to 1 % of its start."
    says = "as theory predicts" if measured == predicted else f"theory predicts {number(predicted)}"
    return f"{came} The gap between them was down to 1 % of its start after {count(measured, 'epoch')}, {says}."


def quality(fit: Fit, loss: float) -> str:
    """The same loss as a course has it: its root, and the share of the targets’ variance that the fit explains."""
    if fit.model.broadcast:
        return ""
    explained = fit.model.explained(loss)
    share = "" if explained is None else f", R² {apart(explained, 1)}"
    return f" (RMSE {number(loss**0.5)}{share})"


def distance_left(judged: Verdict) -> str:
    """How far the parameters are from the nearest optimum: the loss does not say."""
    if "share" not in judged.figures or judged.claim is Claim.DIVERGES:
        return ""
    left = f"Of the distance to the optimum **{percent(judged.figures['share'])}** is left."
    return f"{left} {until_it_is_close(judged, 'epoch')}." if judged.claim is Claim.NOT_THERE else left


def slowest(judged: Verdict, fit: Fit) -> str:
    """The direction that holds a run up that has not arrived."""
    if judged.claim is not Claim.NOT_THERE or len(fit.model.names) == 1:
        return ""
    return f"Most of what is left of the distance lies along {direction(judged, fit.model.names)}."


def left_the_picture(fit: Fit) -> str:
    """What the surface cannot show."""
    if len(fit.model.names) == 1:
        return ""
    gone = ~fit.in_picture
    return f"From epoch {int(gone.argmax())} on the path leaves the picture of the parameters." if gone.any() else ""


def question(fit: Fit) -> Question | None:
    """How long until the best line is near? Nothing to ask at the best line itself."""
    objective, start, rate = fit.model.objective, fit.trace.theta[0], fit.learning_rate
    if set(theory.regimes(objective, start, rate)) <= {Regime.STATIONARY, Regime.FLAT}:
        return None
    truth = theory.updates_to_approach(objective, start, rate, CLOSE)
    curved = theory.curvatures(objective)
    steepest = float(curved.max())
    first = 0 if truth is None else max(0, len(str(max(truth - 1, 1))) - 1 - truth % 4)  # the truth is not always first
    powers = [10**power for power in range(first, first + 4)]
    answers = [
        Answer(
            f"{number(low + 1 if low > 1 else 1)} to {number(10 * low)}",
            needs=valley(needed(rate * steepest, 3 * low)),
        )
        for low in powers
    ]
    right = len(powers) if truth is None else next(i for i, low in enumerate(powers) if truth <= 10 * low)
    needs_never = "a rate at or above its limit"
    answers.append(Answer("Never", "it only approaches", needs_never))
    text = "How many epochs until the distance to the best line is 1 % of what it was at the start?"
    return Question(text, tuple(answers), right, reason(fit, truth))


def reason(fit: Fit, truth: int | None) -> str:
    """Which direction decides how long it takes: of those along which the start has an error, the slowest."""
    objective, start, rate = fit.model.objective, fit.trace.theta[0], fit.learning_rate
    moves = [regime is not Regime.STATIONARY for regime in theory.regimes(objective, start, rate)]
    curved = theory.curvatures(objective)
    with_an_error = curved[moves & (curved > 0)]
    flattest, steepest = float(with_an_error.min()), float(with_an_error.max())
    steep, flat = (apart(1 - rate * curvature, 0, 1, -1) for curvature in (steepest, flattest))
    if in_theory(objective, start, rate) in (Claim.DIVERGES, Claim.BOUNCES):
        return f"Each epoch multiplies the error in the steep direction by **{steep}**: it never settles."
    if truth is None:
        return f"The flat direction keeps **{flat}** of its error per epoch: that takes too long to count."
    takes = f"It takes **{count(truth, 'epoch')}**."
    if flattest == steepest:
        return f"{takes} There is an error along one direction alone, and an epoch keeps **{flat}** of it."
    return (
        f"{takes} Per epoch the steep direction keeps **{steep}** of its error, the flat one **{flat}**: the slower of "
        "the two decides."
    )


def valley(condition_number: float) -> str:
    """A valley by its shape."""
    shape = "a nearly round valley" if condition_number < ROUND else "a valley"
    return f"{shape} with a condition number κ of about {number(condition_number, 2)}"


def needed(reach: float, epochs: float) -> float:
    """The condition number with which the flat direction would take so many epochs; reach is η·λmax."""
    return max(1.0, reach / -np.expm1(np.log(CLOSE) / epochs))
