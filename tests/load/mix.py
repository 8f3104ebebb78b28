"""What the readers of a class do, and how often.

A class follows one lesson, and some are ahead or behind: seven in ten are on the lesson of the day. Most of what a
reader does is to move the learning rate and to look; then come another start, another scene, and the settings that a
lesson is about (the parabola, the data, the lanes of the race). Now and then somebody opens a panel below the charts or
closes it again; two interactions in a hundred may lead to another lesson, chosen so that the shares stay as they are.

Playing, stepping and scrubbing the timeline is what readers do most. It happens in the browser and sends nothing, so it
is not in the list. Every value is another than before, and so is nearly every run: nothing is answered from a cache.
"""

from collections.abc import Coroutine, Iterable
from pathlib import Path
from random import Random
from typing import Any

from pages.lessons import LESSONS
from pages.shared.data.own import OWN
from tests.load.reader import Answer, Reader, Widget

ON_THE_LESSON_OF_THE_DAY = 0.7
BY_ADDRESS = {Path(lesson.path).stem: lesson for lesson in LESSONS}

SHARES = {"rate": 40, "pick": 8, "start": 15, "scene": 12, "setting": 15, "panel": 8, "lesson": 2}  # percent
PICKS = ("rate_half", "rate_double", "rate_best", "rate_limit")
STARTS = ("start", "w1", "b")
SETTINGS = {  # that a lesson is about, where not all of them are alike
    "quadratic": ("a2", "a1", "a0", "updates", "tolerance"),
    "linear_regression": ("data", "updates", "standardise", "noise", "seed"),
    "variant_race": ("size1", "size2", "size3", "schedule3", "rule2", "clock", "noise", "seed", "seeds", "budget"),
}


class Member:
    """A reader in a class, with habits that are drawn from a seed."""

    def __init__(
        self, reader: Reader, random: Random, of_the_day: str, share: float = ON_THE_LESSON_OF_THE_DAY
    ) -> None:
        self.reader, self.random = reader, random
        self.of_the_day, self.share = of_the_day, share
        self.lesson = self._some_lesson()

    def _some_lesson(self) -> str:
        others = [lesson for lesson in BY_ADDRESS if lesson != self.of_the_day]
        return self.of_the_day if self.random.random() < self.share else self.random.choice(others)

    def arrive(self) -> Coroutine[Any, Any, Answer]:
        return self.reader.open(self.lesson)

    def act(self) -> Coroutine[Any, Any, Answer]:
        """One interaction."""
        (what,) = self.random.choices(list(SHARES), list(SHARES.values()))
        if what == "lesson" and (lesson := self._some_lesson()) != self.lesson:
            self.lesson = lesson
            return self.reader.turn_to(lesson)
        if what == "panel" and (panels := self._panels()):
            is_open = [key for key in panels if self.reader.value(key)]
            return self.reader.toggle(self.random.choice(is_open or panels))  # one at a time
        if what == "pick" and (buttons := self._on_the_screen(PICKS)):
            return self.reader.press(self.random.choice(buttons))
        everything = [setting.name for setting in BY_ADDRESS[self.lesson].settings]
        names = {"start": STARTS, "setting": SETTINGS.get(self.lesson, everything)}.get(what, ("rate",))
        fields = self._on_the_screen(names)
        if what == "scene" or not fields:  # a scene can hide a rate
            return self._scene()
        key = self.random.choice(fields)
        return self.reader.choose(key, self._another(key))

    def _scene(self) -> Coroutine[Any, Any, Answer]:
        """Open the list of the scenes, or take one of it, which closes it."""
        scenes = f"{BY_ADDRESS[self.lesson].key}_scenes"
        buttons = self._on_the_screen([f"scene_{scene.name}" for scene in BY_ADDRESS[self.lesson].scenes])
        if not buttons:
            return self.reader.toggle(scenes)
        self.reader.values[self.reader.widgets[scenes].id] = False
        return self.reader.press(self.random.choice(buttons))

    def _panels(self) -> list[str]:
        """What can be opened below the charts."""
        return [key for key, widget in self.reader.widgets.items() if widget.kind == "expandable"]

    def _on_the_screen(self, names: Iterable[str]) -> list[str]:
        """Those of these settings and buttons of the lesson that can be used now."""
        keys = [f"{BY_ADDRESS[self.lesson].key}_{name}" for name in names]
        return [key for key in keys if key in self.reader.widgets and not is_disabled(self.reader.widgets[key])]

    def _another(self, key: str) -> Any:
        """Another value for a widget: a neighbour, where values have neighbours."""
        widget, now = self.reader.widgets[key], self.reader.value(key)
        told, steps = widget.told, self.random.choice((-3, -2, -1, 1, 2, 3))
        if widget.kind == "checkbox":
            return not now
        if widget.kind == "number_input":
            return bounced(now, steps * told.step, told.min, told.max)
        if widget.kind == "slider" and not told.options:
            return [bounced(now[0], steps * told.step, told.min, told.max)]
        if widget.kind == "slider":
            options = list(told.options)
            return [options[int(bounced(options.index(now[0]), steps, 0, len(options) - 1))]]
        if widget.kind == "selectbox":
            return self.random.choice([option for option in told.options if option not in (now, OWN)])
        return [self.random.choice([option.content for option in told.options if [option.content] != now])]


def bounced(value: float, change: float, low: float, high: float) -> float:
    """A step that would lead out of bounds is made the other way."""
    there = value + change if low <= value + change <= high else value - change
    return float(f"{there:.9g}")


def is_disabled(widget: Widget) -> bool:
    return getattr(widget.told, "disabled", False)
