"""Lesson 2: linear regression."""

from pages.lessons.regression.card import path_on_the_surface, turning_line
from pages.lessons.regression.pins import OF_THE_PICTURE, kept
from pages.lessons.regression.scenes import SCENES
from pages.lessons.regression.settings import all_settings
from pages.shared.lesson import Lesson

REGRESSION = Lesson(
    path="pages/linear_regression.py",
    key="regression",
    title="Linear regression",
    hint="Descent on data, and why scaling matters",
    settings=all_settings(),
    scenes=SCENES,
    card=turning_line,
    sketch=path_on_the_surface,
    keep=kept,
    of_the_picture=OF_THE_PICTURE,
    look="Each epoch moves every parameter downhill by η (the learning rate) times its gradient.",
)
