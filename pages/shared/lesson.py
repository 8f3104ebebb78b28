"""What a lesson is: the record that the lab has of it, its scenes, and what it says of a run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil
from operator import attrgetter
from typing import Any, Protocol

import streamlit as st

from pages.shared.picture.palette import Palette
from pages.shared.picture.sketch import Sketch
from pages.shared.session import PRESENTING
from pages.shared.settings.kinds import Setting
from pages.shared.teaching.pins import Kept

FAILURES = TOO_SLOW, OVERSHOOT, EXPLOSION, RAVINE, BAD_SCALING, NOISE_FLOOR, FREEZE, PUBLISHED_BUG = (
    "Too slow",
    "Overshoot",
    "Explosion",
    "Ravine",
    "Bad scaling",
    "Noise floor",
    "Freeze",
    "Published bug",
)
IT_WORKS = "It works"
LETTERS = 110  # in a line above the charts


@dataclass(frozen=True, eq=False)
class Scene:
    """A named setting of a lesson and one line on what to look at; what it does not name is at its default.

    It names at least one setting, be it at its default: a link that names none leaves those of an earlier visit.
    """

    name: str
    look: str
    settings: Mapping[str, Any]
    shows: str  # one of FAILURES, or IT_WORKS
    misconception: str  # what a student may believe before
    talking_point: str  # what a lecturer may say after
    shows_at: int  # the update, on the clock of its bar, at which one can see what it is about


@dataclass(frozen=True, eq=False)
class Lesson:
    """All that the lab has to know of a lesson besides its page. `pages.lessons.LESSONS` is the one list of them.

    keep: from the settings of a run to what stays of it when it is pinned. of_the_picture: settings that do not change
    the run. called: how a setting is named where it stands alone.
    """

    path: str  # of its page, whose stem is the address
    key: str  # what the keys of its settings begin with
    title: str
    hint: str
    settings: tuple[Setting, ...]
    scenes: tuple[Scene, ...]
    card: Callable[[], None]  # draws its picture for Home: a small chart `at_rest`, for no timeline is there to move it
    sketch: Callable[[Mapping[str, Any], Palette], Sketch]  # the small picture of the run that settings make
    keep: Callable[[dict], Kept]
    of_the_picture: tuple[str, ...] = ()
    called: Callable[[Setting], str] = attrgetter("label")
    look: str = ""  # what to look at where the settings are those of no scene

    @property
    def defaults(self) -> dict[str, Any]:
        return {setting.name: setting.default for setting in self.settings}


def lines_of(text: str) -> int:
    """How many lines a text takes above the charts, on a screen 1280 pixels wide: two at least."""
    return max(2, ceil(len(text) / LETTERS))


class Saying(Protocol):
    """What a page says of its run: above the charts, in numbers on request, and all of it in the file to take home."""

    @property
    def plain(self) -> str:
        """What happened, in ten words or so."""

    def lines(self, look: str) -> int:
        """How many it takes above the charts, on a screen 1280 pixels wide."""

    @property
    def numbers(self) -> str: ...

    @property
    def whole(self) -> str: ...

    def show(self, look: str) -> None:
        """Above the charts: the verdict, and what to look at."""


@dataclass(frozen=True)
class Told:
    """A verdict in words: its colour, a title of a few words, one plain sentence, and the figures behind it.

    The sentence is what a teacher would say first: no symbol in it, and at most one number.
    """

    color: str
    title: str
    plain: str
    figures: tuple[str, ...] = ()

    @property
    def badge(self) -> str:
        return f":{self.color}-badge[**{self.title}**]"

    @property
    def line(self) -> str:
        return f"{self.badge} {self.plain}"

    def lines(self, look: str) -> int:
        return lines_of(f"{self.title} {self.plain} {look}")

    @property
    def numbers(self) -> str:
        return " ".join(self.figures)

    @property
    def whole(self) -> str:
        return " ".join([self.line, *self.figures])

    def show(self, look: str) -> None:
        """The verdict, and what to look at; on a presenter’s screen the lecturer says the latter."""
        st.markdown(self.line if st.session_state.get(PRESENTING) else f"{self.line} {look}".rstrip())
