"""Lesson 2: linear regression."""

from pages.lessons.regression.card import loss_over_the_epochs, turning_line
from pages.lessons.regression.pins import OF_THE_PICTURE, kept
from pages.lessons.regression.scenes import SCENES
from pages.lessons.regression.settings import all_settings
from pages.shared.lesson import Lesson

REGRESSION = Lesson(
    path="pages/linear_regression.py",
    key="regression",
    title="Linear regression",
    hint="Data, parameters and loss together: why scaling decides",
    settings=all_settings(),
    scenes=SCENES,
    card=turning_line,
    sketch=loss_over_the_epochs,
    keep=kept,
    of_the_picture=OF_THE_PICTURE,
    look="Each epoch moves every parameter downhill by η times its gradient.",
)
