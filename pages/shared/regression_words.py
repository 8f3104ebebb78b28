"""What the regression lesson says of a run, in numbers: verdict, update rules and tables."""

import numpy as np

from gdcore import GradientDescent, Outcome, descend, theory
from gdcore.theory import Regime
from pages.shared import timeline
from pages.shared.lesson import Verdict
from pages.shared.models import Model
from pages.shared.predict import Answer, Question
from pages.shared.regression_runs import Fit
from pages.shared.words import apart, count, literal, number, rate_text, steady


def rules(fit: Fit, rate_as_typed: str) -> list[timeline.Rule]:
    """new = old − rate × gradient for every learned parameter, in the numbers of every frame."""
    rate = [rate_text(rate_as_typed)] * len(fit.updates)

    def texts(column: str) -> list[str]:
        return [steady(value) for value in fit.path[column].tolist()]

    names = fit.model.names
    return [
        timeline.Rule(name, texts(name), rate, texts(f"gradient {name}"), texts(f"new {name}"), indexed=len(names) == 1)
        for name in names
    ]


def ending(fit: Fit, values: dict) -> str:
    return {
        Outcome.SETTLED: f"Not taken: it moves less than {number(float(values['tolerance']))}.",
        Outcome.STEP_LIMIT: f"Not taken: {count(values['updates'], 'epoch')} allowed.",
        Outcome.NOT_FINITE: "Not possible: beyond the machine’s numbers.",
    }[fit.trace.outcome]


def verdict(fit: Fit) -> Verdict:
    """Theory names the regime, direction by direction; the run says how far it came."""
    regimes = theory.regimes(fit.model.objective, fit.trace.theta[0], fit.learning_rate)
    curved = theory.curvatures(fit.model.objective)
    limit = theory.rate_limit(curved)
    if Regime.DIVERGES in regimes:
        title, color, place = "Diverges", "red", "above"
    elif Regime.BOUNCES in regimes:
        title, color, place = "Bounces for ever", "orange", "at"
    elif set(regimes) <= {Regime.STATIONARY, Regime.FLAT}:
        return Verdict("gray", "Stands still", ("The start is an optimum: every gradient is 0 and nothing moves.",))
    else:
        title, color, place = "Converges" if fit.epochs_to(0.01) is not None else "Converges, slowly", "green", "below"
    rate = fit.learning_rate
    sentences = [
        f"The rate {apart(rate, limit)} is {place} the limit 2 / λmax = **{apart(limit, rate)}**.",
        speeds(fit, curved, color),
        progress(fit),
        left_the_picture(fit),
    ]
    if (curved == 0).any():
        sentences.append(
            "One direction is flat as far as the machine can tell: a valley of equally good fits, no unique optimum."
        )
    if fit.model.broadcast:
        sentences.append("But this loss is least where every prediction is the mean of the targets: the wrong place.")
    return Verdict(color, title, tuple(filter(None, sentences)))


def result(fit: Fit) -> str:
    """A run in one line: the regime, how far it went and where it ended."""
    gone = " before the numbers leave the machine’s range" if fit.trace.outcome is Outcome.NOT_FINITE else ""
    epochs, loss = count(fit.trace.steps_taken, "epoch"), number(fit.trace.value[-1])
    return f"{verdict(fit).badge} {epochs}{gone}, loss {loss}; the least possible is {number(fit.model.floor)}."


def speeds(fit: Fit, curved: np.ndarray, color: str) -> str:
    """What an epoch does to the error along the steepest and the flattest direction."""
    factors = theory.contraction(curved, fit.learning_rate)
    steepest = apart(factors[-1], 0, 1, -1)
    steep = f"Each epoch multiplies the error along the steepest direction by 1 − η·λmax = **{steepest}**"
    if len(curved) == 1 or color == "red":
        return f"{steep}."
    flat = factors[np.flatnonzero(curved > 0)[0]]
    flattest = "flattest that is curved" if (curved == 0).any() else "flattest"
    return f"{steep}, along the {flattest} by 1 − η·λmin = **{apart(flat, 0, 1, -1)}**."


def progress(fit: Fit) -> str:
    """How near the loss came to the least possible one, and when."""
    taken, loss = fit.trace.steps_taken, fit.trace.value[-1]
    if fit.trace.outcome is Outcome.NOT_FINITE:
        return f"After {count(taken, 'epoch')} the numbers leave the machine’s range (1.8 × 10³⁰⁸)."
    came = f"After {count(taken, 'epoch')} the loss is {number(loss)}; the least possible is {number(fit.model.floor)}."
    predicted = theory.updates_to_shrink(fit.model.objective, fit.trace.theta[0], fit.learning_rate, 0.01)
    if predicted is None:
        return came
    measured = fit.epochs_to(0.01)
    if measured is None:
        return f"{came} Theory needs {count(predicted, 'epoch')} to bring the gap between them to 1 % of its start."
    says = "as theory predicts" if measured == predicted else f"theory predicts {number(predicted)}"
    return f"{came} The gap between them was down to 1 % of its start after {count(measured, 'epoch')}, {says}."


def left_the_picture(fit: Fit) -> str:
    """What the surface cannot show."""
    if len(fit.model.names) == 1:
        return ""
    gone = ~fit.in_picture
    return f"From epoch {int(gone.argmax())} on the path leaves the picture of the parameters." if gone.any() else ""


def coefficients(fit: Fit) -> str:
    """Where the run ended, in the units of the data and for standardised features, beside least squares."""
    dataset = fit.model.dataset
    standard = Model(dataset, standardise=True)
    here = fit.model.in_units_of_the_data(fit.trace.theta[-1])
    best = np.linalg.lstsq(np.column_stack([dataset.features, np.ones(len(dataset.targets))]), dataset.targets)[0]
    columns = [here, best, standard.start(here.tolist()), standard.start(best.tolist())]
    names = [*(f"slope of {name}" for name in map(literal, dataset.feature_names)), "intercept"]
    rows = [
        "| | descent | least squares | descent, standardised | least squares, standardised |",
        "|---|---|---|---|---|",
    ]
    for name, *values in zip(names, *columns, strict=True):
        rows.append(f"| {name} | " + " | ".join(number(float(value), 6) for value in values) + " |")
    return "\n".join(rows)


def stability(fit: Fit) -> str:
    """The theory of this data set as a table: as it is, and with standardised features."""
    if fit.model.held is not None:
        models = {"w only": fit.model}
    else:
        models = {
            title: Model(fit.model.dataset, standardise=on, broadcast=fit.model.broadcast)
            for title, on in (("raw features", False), ("standardised", True))
        }
    columns = {
        title: stability_column(model, fit, model.standardise == fit.model.standardise)
        for title, model in models.items()
    }
    head = ["| | " + " | ".join(columns) + " |", "|---|" + "---|" * len(columns)]
    rows = [
        f"| {label} | " + " | ".join(column[label] for column in columns.values()) + " |"
        for label in next(iter(columns.values()))
    ]
    return "\n".join(head + rows)


def stability_column(model: Model, fit: Fit, current: bool) -> dict[str, str]:
    curved = theory.curvatures(model.objective)
    best = theory.best_rate(curved)
    rate = fit.learning_rate if current else best
    start = model.start(fit.model.in_units_of_the_data(fit.trace.theta[0]).tolist())
    predicted = theory.updates_to_shrink(model.objective, start, rate, 0.01)
    factors = theory.contraction(curved[curved > 0], rate)
    longest = min(LONGEST_RUN, predicted or LONGEST_RUN)
    trace = descend(model.objective, start, GradientDescent(), rate, max(1, longest))
    return {
        "steepest curvature λmax": number(curved.max()),
        "flattest curvature λmin": number(curved[curved > 0].min()),
        "condition number κ = λmax / λmin": number(theory.condition_number(curved)),
        "limit of the rate 2 / λmax": number(theory.rate_limit(curved)),
        "best rate 2 / (λmin + λmax)": number(best),
        "rate looked at": f"{number(rate)} ({'yours' if current else 'the best'})",
        "an epoch keeps of the error, steepest": apart(factors[-1], 0, 1, -1),
        "an epoch keeps of the error, flattest": apart(factors[0], 0, 1, -1),
        "epochs until the gap is 1 % of its start, theory": "never" if predicted is None else number(predicted),
        "the same, measured": measured_epochs(Fit(model, rate, trace), longest),
    }


LONGEST_RUN = 10_000  # epochs, of a run that is only there to be measured


def measured_epochs(fit: Fit, longest: int) -> str:
    epochs = fit.epochs_to(0.01)
    return f"more than {number(longest)}" if epochs is None else number(epochs)


CLOSE = 0.01  # of the distance at the start


def question(fit: Fit) -> Question | None:
    """How long until the best line is near? Nothing to ask at the best line itself."""
    objective, start, rate = fit.model.objective, fit.trace.theta[0], fit.learning_rate
    if set(theory.regimes(objective, start, rate)) <= {Regime.STATIONARY, Regime.FLAT}:
        return None
    truth = theory.updates_to_approach(objective, start, rate, CLOSE)
    curved = theory.curvatures(objective)
    flattest, steepest = float(curved[curved > 0].min()), float(curved.max())
    first = 0 if truth is None else max(0, len(str(max(truth - 1, 1))) - 1 - truth % 4)  # the truth is not always first
    powers = [10**power for power in range(first, first + 4)]
    answers = [
        Answer(
            f"{number(low + 1 if low > 1 else 1)} to {number(10 * low)}",
            needs=f"a condition number κ of about {number(needed(rate * steepest, 3 * low), 2)}",
        )
        for low in powers
    ]
    right = len(powers) if truth is None else next(i for i, low in enumerate(powers) if truth <= 10 * low)
    needs_never = "a rate at or above the limit 2 / λmax"
    answers.append(Answer("Never", "it only approaches", needs_never))
    steep, flat = (apart(1 - rate * float(curvature), 0, 1, -1) for curvature in (steepest, flattest))
    if truth is None:
        why = f"The steep direction multiplies its error by 1 − η·λmax = **{steep}** per epoch: it never settles."
    else:
        why = (
            f"It takes **{count(truth, 'epoch')}**. The steep direction keeps 1 − η·λmax = **{steep}** of its error "
            f"per epoch, the flat one 1 − η·λmin = **{flat}**: the slower of the two decides."
        )
    text = "How many epochs until the distance to the best line is 1 % of what it was at the start?"
    return Question(text, tuple(answers), right, why)


def needed(reach: float, epochs: float) -> float:
    """The condition number with which the flat direction would take so many epochs; reach is η·λmax."""
    return max(1.0, reach / -np.expm1(np.log(CLOSE) / epochs))
