"""What can be set in the quadratic lesson, and the run that the settings make."""

from gdcore import GradientDescent, Quadratic, Trace, descend
from pages.shared.settings import Choice, Number, Rate

RATE = Rate(
    "rate", "Learning rate η (eta)", 1e-4, 10, "0.05", help="How far one update goes: η times the gradient, downhill."
)
TOLERANCES = ("0", *(f"1e-{digits}" for digits in range(12, 0, -1)))
SETTINGS = (
    RATE,
    Number("start", "Start x₀", -20, 20, 8, 0.1, slider=True, help="Where the ball lies before the first update."),
    Number("a2", "a2", -10, 10, 3, 0.1, help="Half the curvature: above 0 there is a minimum, below 0 a top."),
    Number("a1", "a1", -10, 10, -2, 0.1, help="Tilts the curve and moves the minimum to −a1 / (2 a2)."),
    Number("a0", "a0", -10, 10, -3, 0.1, help="Lifts the curve. Descent does not notice."),
    Number("updates", "Largest number of updates", 1, 5000, 500, 100, whole=True),
    Choice(
        "tolerance",
        "Tolerance",
        TOLERANCES,
        "1e-5",
        ordered=True,
        help="Stop before an update that moves x by less than this.",
    ),
    Number("left", "Frame: x from", -1000, 1000, -20, 1),
    Number("right", "x to", -1000, 1000, 20, 1),
)


def compute(values: dict) -> tuple[Quadratic, Trace]:
    """The run on the screen."""
    objective = Quadratic(a0=values["a0"], a1=values["a1"], a2=values["a2"])
    trace = descend(
        objective,
        [values["start"]],
        GradientDescent(),
        RATE.number(values["rate"]),
        values["updates"],
        tolerance=float(values["tolerance"]),
    )
    return objective, trace
