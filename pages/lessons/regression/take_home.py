"""The run of the regression as the programs to take home need it."""

from gdcore import Constant
from pages.lessons.regression.runs import Fit
from pages.lessons.regression.scenes import MPG, NOISY, TWO
from pages.lessons.regression.settings import noisy_options
from pages.shared.take_home import run as programs

FILES = {TWO: "article_regression.csv", MPG: "auto_mpg.csv"}  # what the programs read


def described(fit: Fit, values: dict) -> programs.Run:
    model = fit.model
    if values["data"] == NOISY:
        examples = programs.noisy_line(**noisy_options(values))
    else:
        examples = programs.table(model.dataset, FILES.get(values["data"], "my_data.csv"))
    return programs.Run(
        programs.Regression(examples, model.held, model.standardise, model.broadcast),
        fit.trace.theta[0],
        Constant(fit.learning_rate),
        programs.updates_in_range(fit.trace, values["updates"]),
        tolerance=float(values["tolerance"]),
        rate=values["rate"],
    )
