"""The words of the lab, each in a sentence: one list, for the help of the settings and for those who look a word up."""

import re
from typing import NamedTuple


class Term(NamedTuple):
    name: str
    symbol: str  # empty where the field has none
    sentence: str


GROUPS = {
    "What is minimised": (
        Term("theta", "θ", "The parameters: the numbers that descent changes, such as slope and intercept of a line."),
        Term("start", "θ₀", "Where the parameters are before the first update."),
        Term("objective", "f(θ)", "The function whose lowest point descent looks for."),
        Term("loss", "", "The objective where there are data: here the mean of the squared residuals, not half of it."),
        Term(
            "gradient",
            "∇f",
            "The slopes of the objective, one for each parameter: together they point to where it rises fastest, and "
            "descent goes the other way.",
        ),
        Term("optimum", "θ*", "The parameters with the lowest value of the objective; in a valley there are many."),
        Term("gap", "f(θ) − f*", "How far the value of the objective lies above the lowest possible one."),
        Term("contour", "", "A line along which the loss stays the same."),
        Term(
            "slice",
            "",
            "A picture of two parameters with the others held fixed; a path drawn on it is only a projection, because "
            "the others move as well.",
        ),
    ),
    "The update": (
        Term("update", "t", "One step of descent: the new θ is the old θ minus the learning rate times the direction."),
        Term(
            "learning rate",
            "η",
            "How long the steps are: an update moves by η times the gradient, or times what the rule makes of it.",
        ),
        Term(
            "direction",
            "",
            "What an update multiplies by the learning rate: the gradient, or what the rule makes of it.",
        ),
        Term(
            "rule",
            "",
            "How gradients become a direction: as they are (plain), with a memory (such as momentum), divided by their "
            "size (such as RMSProp), or with both (such as Adam).",
        ),
        Term(
            "velocity", "v", "The memory of momentum: at every update β times the old velocity plus the new gradient."
        ),
        Term("momentum", "β", "How much of the velocity is kept at every update; 0 is plain descent."),
        Term(
            "memory of squares",
            "ρ",
            "How much of the mean of the squared gradients RMSProp keeps at every update: the nearer to 1, the further "
            "back it looks.",
        ),
        Term("first beta", "β₁", "How much of the mean of the gradients Adam keeps at every update."),
        Term("second beta", "β₂", "How much of the mean of the squared gradients Adam keeps at every update."),
        Term("schedule", "", "The learning rate as a function of t, the number of updates already made."),
        Term("decay", "", "How fast the rate of a 1/t schedule falls: after t updates it is η / (1 + decay·t)."),
        Term(
            "factor",
            "",
            "What the rate is multiplied by: after every update in an exponential schedule, after so many in a step "
            "schedule.",
        ),
        Term("interval", "", "How many updates a step schedule makes before it lowers the rate."),
        Term("last rate", "", "What the rate of a cosine schedule falls towards, in half a wave over the whole run."),
    ),
    "How it goes": (
        Term("run", "", "All updates from the start to the end, with the numbers of each."),
        Term("converges", "", "Gets as close to an optimum as you like, given enough updates."),
        Term("arrives", "", "Ends at most 1 % of the starting distance away from the nearest optimum."),
        Term("diverges", "", "Moves away from the optimum without end."),
        Term(
            "limit",
            "",
            "The constant rate below which descent converges and above which it diverges: 2 / λmax in plain descent "
            "on all examples.",
        ),
        Term(
            "best rate",
            "",
            "The constant rate with the best factor in the long run; from a given start another one may be the fastest "
            "to come down to a goal.",
        ),
        Term(
            "mean-square limit",
            "",
            "The limit where batches are drawn with replacement: above it the mean squared distance to the optimum "
            "grows without end.",
        ),
        Term(
            "noise floor",
            "",
            "How far above the lowest loss descent on batches stays on average at a constant rate, because its "
            "gradients stay noisy.",
        ),
        Term(
            "tolerance",
            "",
            "A run stops before an update that would move the parameters by less than this: it measures the step, not "
            "the distance that is left.",
        ),
        Term("budget", "", "How far a run may go; then it ends, wherever it is."),
    ),
    "Curvature": (
        Term(
            "curvature",
            "λ",
            "How fast the slope changes along a direction: large across a narrow valley, small along it.",
        ),
        Term("Hessian", "", "The matrix of second derivatives; its eigenvalues are the curvatures λ."),
        Term(
            "condition number",
            "κ",
            "The largest curvature divided by the smallest that is not 0: the larger, the slower plain descent, "
            "even at its best rate.",
        ),
        Term(
            "standardise",
            "",
            "Shift each feature to mean 0 and stretch it to standard deviation 1 (of the population: divided by n, not "
            "n − 1), which mostly makes the valley much rounder.",
        ),
    ),
    "Data": (
        Term("data", "", "A table of examples, to which the parameters are fitted."),
        Term("example", "n", "One row of the data, its features and its target; n is how many there are."),
        Term("feature", "x", "A column of the data from which the target is predicted."),
        Term("target", "y", "The column of the data that is to be predicted."),
        Term("slope", "w", "How much the prediction rises when its feature alone rises by 1."),
        Term("intercept", "b", "The prediction where every feature is 0."),
        Term("RMSE", "", "The root of the mean of the squared residuals: the loss in the unit of the target."),
        Term("R²", "", "The share of the variance of the targets that the fit explains: 1 − loss / variance."),
        Term("residual", "", "Target minus prediction."),
        Term("noise", "", "The random amount that is added to every target; its standard deviation says how much."),
        Term("outlier", "", "An example whose target lies far from where the others would put it."),
        Term("seed", "", "A number that fixes the random draws: the same seed repeats them."),
        Term("stream", "", "Examples that are seen once, in the order of their arrival."),
    ),
    "Batches": (
        Term("batch size", "B", "How many examples one update looks at; its gradient is the mean of theirs."),
        Term("batch descent", "", "Descent in which every update looks at all n examples."),
        Term("mini-batch descent", "", "Descent in which every update looks at a few of the examples."),
        Term("stochastic descent", "", "Descent in which every update looks at a single example."),
        Term("epoch", "", "As many updates as it takes to look at n examples; in batch descent that is one."),
        Term(
            "order",
            "",
            "How the batches are filled: shuffled for each epoch, in a fixed order, or each example drawn from all.",
        ),
        Term(
            "drawn with replacement",
            "",
            "Every draw is from all examples again, so in an epoch some may come twice and others not at all.",
        ),
        Term(
            "gradient noise",
            "",
            "How much the gradient of a batch differs from that of all examples: the larger the batch, the less.",
        ),
    ),
    "The race": (
        Term("lane", "", "One racer: a batch size with its learning rate, schedule and rule."),
        Term("clock", "", "What counts as time in a race: updates, examples seen or parallel time."),
        Term("examples seen", "", "How many examples all updates so far have looked at: the work done."),
        Term(
            "parallel time",
            "",
            "Rounds of P workers who share each batch: a batch of B takes B / P rounds, rounded up.",
        ),
        Term("workers", "P", "How many examples can be processed at the same time."),
    ),
    "The picture": (
        Term("picture", "", "The stretch of an axis that is drawn; what lies outside is computed all the same."),
        Term("log axis", "", "An axis on which equal distances are equal factors, and 0 has no place."),
    ),
}
SENTENCES = {term.name: term.sentence for terms in GROUPS.values() for term in terms}
SYMBOLS = ("λ", "κ")  # that stand for their terms in the figures of a verdict
FIGURES = (
    "mean-square limit",
    "limit",
    "noise floor",
    "tolerance",
    "gap",
    "curvature",
    "condition number",
    "RMSE",
    "R²",
)
OF_FIGURES = sorted(
    (term for terms in GROUPS.values() for term in terms if term.name in FIGURES),
    key=lambda term: FIGURES.index(term.name),  # a name that holds another comes before it
)


def help(name: str, here: str = "") -> str:
    """The sentence of a word as the help of a setting, and what is to be added to it there."""
    return f"{SENTENCES[name]} {here}".rstrip()


def explained(text: str) -> str:
    """The terms that a text of figures uses, each with its sentence."""
    told = []
    for term in OF_FIGURES:
        if term.symbol in SYMBOLS and term.symbol in text or re.search(rf"(?<![\w-]){term.name}s?(?!\w)", text):
            text, told = text.replace(term.name, ""), [*told, term]
    return "\n\n".join(map(_entry, told))


def as_markdown() -> str:
    """The whole list."""
    return "\n\n".join(f"### {group}\n\n" + "\n\n".join(map(_entry, terms)) for group, terms in GROUPS.items())


def _entry(term: Term) -> str:
    name = f"{term.name} {term.symbol}".rstrip().replace("*", r"\*")
    return f"**{name}:** {term.sentence}"
