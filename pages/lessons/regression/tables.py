"""The tables of the regression lesson: where a run ended beside least squares, and the theory of its data."""

from gdcore import GradientDescent, descend, theory
from pages.lessons.regression.runs import Fit
from pages.shared.data.regression import Model
from pages.shared.teaching.verdicts import GAP_GOAL
from pages.shared.words import apart, literal, number

LONGEST_RUN = 10_000  # the most epochs of a run that is only there to be measured


def coefficients(fit: Fit) -> str:
    """Where the run ended, in the units of the data and for standardised features, beside least squares."""
    dataset = fit.model.dataset
    raw, standard = Model(dataset), Model(dataset, standardise=True)
    lines = [fit.model.in_units_of_the_data(fit.trace.theta[-1]), raw.objective.optimum]
    losses = [float(raw.objective.value(lines[0])), raw.floor]
    names = [*(f"slope of {name}" for name in map(literal, dataset.feature_names)), "intercept"]
    columns = [*lines, *(standard.start(line.tolist()) for line in lines)]
    rows = [
        [name, *(number(float(value), 6) for value in values)] for name, *values in zip(names, *columns, strict=True)
    ]
    measures = {"loss": number, "RMSE": lambda loss: number(loss**0.5)}
    if raw.explained(0.0) is not None:
        measures["R²"] = lambda loss: apart(raw.explained(loss), 1)
    rows += [[name, *(say(loss) for loss in (*losses, *losses))] for name, say in measures.items()]
    head = ["", "descent", "least squares", "descent, standardised", "least squares, standardised"]
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows])


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
    predicted = theory.updates_to_shrink(model.objective, start, rate, GAP_GOAL)
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


def measured_epochs(fit: Fit, longest: int) -> str:
    epochs = fit.epochs_to(GAP_GOAL)
    return f"more than {number(longest)}" if epochs is None else number(epochs)
