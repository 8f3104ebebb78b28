"""Lesson 1: the quadratic."""

from pages.lessons.quadratic.card import jumping_ball, path_on_the_parabola
from pages.lessons.quadratic.pins import OF_THE_PICTURE, kept
from pages.lessons.quadratic.scenes import SCENES
from pages.lessons.quadratic.settings import SETTINGS
from pages.shared.lesson import Lesson

QUADRATIC = Lesson(
    path="pages/quadratic.py",
    key="quadratic",
    title="The quadratic",
    hint="One parameter: how the learning rate makes or breaks descent",
    settings=SETTINGS,
    scenes=SCENES,
    card=jumping_ball,
    sketch=path_on_the_parabola,
    keep=kept,
    of_the_picture=OF_THE_PICTURE,
    look="Each update moves x downhill by η (the learning rate) times the gradient.",
)
