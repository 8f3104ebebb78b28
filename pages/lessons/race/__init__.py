"""Lesson 3: the race of batch, mini-batch and stochastic descent."""

from pages.lessons.race.card import losses_over_the_clock, three_lanes
from pages.lessons.race.lanes import label
from pages.lessons.race.pins import OF_THE_PICTURE, kept
from pages.lessons.race.scenes import SCENES
from pages.lessons.race.settings import all_settings
from pages.shared.lesson import Lesson

RACE = Lesson(
    path="pages/variant_race.py",
    key="race",
    title="The race",
    hint="Batch, mini-batch, stochastic: what fast means, and what noise does",
    settings=all_settings(),
    scenes=SCENES,
    card=three_lanes,
    sketch=losses_over_the_clock,
    keep=kept,
    of_the_picture=OF_THE_PICTURE,
    called=label,
)
