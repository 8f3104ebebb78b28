"""The toy lesson."""

from pages.lessons.absolute.runs import card, kept, sketch
from pages.lessons.absolute.settings import SCENES, SETTINGS

from pages.shared.lesson import Lesson

ABSOLUTE = Lesson(
    path="pages/absolute_value.py",
    key="absolute",
    title="The absolute value",
    hint="One parameter on two slopes that are equally steep everywhere",
    settings=SETTINGS,
    scenes=SCENES,
    card=card,
    sketch=sketch,
    keep=kept,
)
