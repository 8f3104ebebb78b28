"""What can be set in the quadratic lesson, and the run that the settings make."""

from collections.abc import Mapping
from typing import Any

from gdcore import GradientDescent, Quadratic, descend
from pages.lessons.quadratic.runs import Picture, window
from pages.shared.settings import glossary
from pages.shared.settings.common import RATE, tolerance
from pages.shared.settings.kinds import AUTO, Number

# What the words of the glossary mean for these settings: the second sentence of their help.
HERE = {
    "a2": "a2 is half of it: if it is positive there is a minimum, if it is negative a top.",
    "a1": "a1 is the slope at x = 0 and moves the minimum to −a1 / (2 a2).",
    "a0": "a0 lifts the whole curve; descent does not notice.",
    "window": "Empty: as wide as the run needs.",
}
SETTINGS = (
    RATE,
    Number("start", "Start x₀", -20, 20, 8, 0.1, slider=True, help=glossary.help("start")),
    Number("a2", "a2", -10, 10, 3, 0.1, help=glossary.help("curvature", HERE["a2"])),
    Number("a1", "a1", -10, 10, -2, 0.1, help=glossary.help("gradient", HERE["a1"])),
    Number("a0", "a0", -10, 10, -3, 0.1, help=glossary.help("objective", HERE["a0"])),
    Number("updates", "Largest number of updates", 1, 5000, 500, 100, whole=True, help=glossary.help("budget")),
    tolerance("1e-5"),
    Number("left", "x from", -1000, 1000, AUTO, 1, help=glossary.help("picture", HERE["window"])),
    Number("right", "x to", -1000, 1000, AUTO, 1, help=glossary.help("picture", HERE["window"])),
)


def compute(values: Mapping[str, Any]) -> Picture:
    """The run on the screen, with the stretch of x that is drawn."""
    objective = Quadratic(a0=values["a0"], a1=values["a1"], a2=values["a2"])
    start, rate, tolerance = [values["start"]], RATE.number(values["rate"]), float(values["tolerance"])
    trace = descend(objective, start, GradientDescent(), rate, values["updates"], tolerance=tolerance)
    return Picture(objective, rate, trace, ends(values, window(objective, rate, trace)))


def ends(values: Mapping[str, Any], auto: tuple[float, float]) -> tuple[float, float]:
    """The ends of the picture: those that are set, and the run's own for the others, which a set one pushes on."""
    (low, high), wide = auto, auto[1] - auto[0]
    left, right = values["left"], values["right"]
    if left != AUTO:
        low, high = left, high if left < high else left + wide
    if right != AUTO:
        low, high = low if low < right else right - wide, right
    return low, high
