"""What can be set in the toy lesson, and its scene."""

from pages.shared.lesson import OVERSHOOT, Scene
from pages.shared.settings import glossary
from pages.shared.settings.common import RATE
from pages.shared.settings.kinds import Number

SETTINGS = (RATE, Number("start", "Start x₀", -5, 5, 4, 0.1, help=glossary.help("start")))
SCENES = (
    Scene(
        "All steps alike",
        "The slope is as steep beside the bottom as far away from it.",
        {"rate": "0.4"},
        OVERSHOOT,
        "Steps get shorter on the way to a bottom.",
        "Steps get shorter where the slope gets flatter, and this one does not.",
        9,
    ),
)
