"""The run of the quadratic as the programs to take home need it."""

from gdcore import Constant
from pages.lessons.quadratic.runs import Picture
from pages.shared.take_home import run as programs


def described(picture: Picture, values: dict) -> programs.Run:
    return programs.Run(
        picture.objective,
        picture.trace.theta[0].tolist(),
        Constant(picture.learning_rate),
        programs.updates_in_range(picture.trace, values["updates"]),
        tolerance=float(values["tolerance"]),
        rate=values["rate"],
    )
