"""The kinds of settings: a declaration gives the widget, its place in the link and the check.

Every value is checked twice, by Streamlit and by `read`: Streamlit's own check has holes (an infinite whole number ends
the page, numbers off the step pass). The texts of options are part of the link format: choose them for good.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

import numpy as np
import streamlit as st

from pages.shared.words import number

LONGEST = 100  # characters of a rate
SMALLEST = 1e-6  # a number nearer to 0 than this has no picture; 0 itself is welcome

# Every text matches in one way at most: where digits could be shared out in many, 2,000 of them took two minutes.
DECIMAL = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?"
FRACTION = re.compile(rf"\s*({DECIMAL})\s*(?:/\s*({DECIMAL})\s*)?", re.ASCII)

THOUSANDS = re.compile(r"\s*[1-9]\d{0,2},\d{3}\s*", re.ASCII)  # 1,200 may mean 1.2 or 1200


class Setting(Protocol):
    """What a page declares. `widget` draws it, standing on `value`; `store` is how a callback gives it another.

    panel: where it is drawn, for settings that set others when a reader changes them.

    `read` turns the widget's value, or a link's text, into a value, and what the setting does not take into None.
    `bound` says in words what it takes.
    """

    name: str
    label: str
    default: Any

    @property
    def bound(self) -> str: ...

    def widget(self, key: str, value: Any, panel: Any) -> Any: ...

    def read(self, raw: Any) -> Any: ...

    def store(self, key: str, value: Any) -> None: ...


@dataclass(frozen=True)
class Number:
    """A number between two bounds, typed or stepped; with `slider` it is dragged."""

    name: str
    label: str
    low: float
    high: float
    default: float
    step: float
    help: str | None = None
    whole: bool = False
    slider: bool = False
    smallest: float = SMALLEST

    @property
    def bound(self) -> str:
        between = f"from {number(self.low)} to {number(self.high)}"
        return (
            f"a whole number {between}"
            if self.whole
            else f"a number {between} (0, or at least {number(self.smallest)} in size)"
        )

    def widget(self, key: str, value: float, panel: Any) -> float | None:
        # Whole numbers are floats here as well: an int widget raises OverflowError on ?name=inf.
        draw = st.slider if self.slider else st.number_input
        low, high, default, step = map(float, (self.low, self.high, self.default, self.step))
        format = "%.0f" if self.whole else "%g"
        return draw(self.label, low, high, default, step, format=format, key=key, help=self.help, bind="query-params")

    def read(self, raw: Any) -> float | int | None:
        try:
            value = float(raw)
        except (TypeError, ValueError):
            return None
        if not self.low <= value <= self.high or 0 < abs(value) < self.smallest:
            return None
        if self.whole:
            return int(value) if value == int(value) else None
        return value

    def store(self, key: str, value: float) -> None:
        st.session_state[key] = float(value)


@dataclass(frozen=True)
class Choice:
    """One of a few texts: from a list, on a slider if they are ordered, or side by side.

    `then` is called when a reader takes another one, with the panel and the new value, to assign what depends on it.
    """

    name: str
    label: str
    options: tuple[str, ...]
    default: str
    help: str | None = None
    ordered: bool = False
    side_by_side: bool = False
    then: Callable[[Any, str], None] | None = None

    @property
    def bound(self) -> str:
        return f"one of {', '.join(self.options)}"

    def widget(self, key: str, value: str, panel: Any) -> str:
        common = {"key": key, "help": self.help, "on_change": _reaction(self, key, panel), "bind": "query-params"}
        if self.ordered:
            return st.select_slider(self.label, self.options, self.default, **common)
        if self.side_by_side:
            return st.pills(self.label, self.options, default=self.default, required=True, **common)
        return st.selectbox(self.label, self.options, self.options.index(self.default), **common)

    def read(self, raw: Any) -> str | None:
        return raw if raw in self.options else None

    def store(self, key: str, value: str) -> None:
        st.session_state[key] = value


@dataclass(frozen=True)
class BatchSize:
    """How many examples an update looks at: a number, or "n" for all of them; a few are offered, any can be typed."""

    name: str
    label: str
    default: str
    largest: int
    help: str | None = None

    offered = ("1", "8", "32", "64", "128", "n")

    @property
    def bound(self) -> str:
        return f"a whole number from 1 to {number(self.largest)}, or n for all examples"

    def widget(self, key: str, value: str, panel: Any) -> str:
        options = self.offered if value in self.offered else (*self.offered, value)
        standing = options.index(self.default)
        return st.selectbox(
            self.label, options, standing, key=key, help=self.help, accept_new_options=True, bind="query-params"
        )

    def number(self, text: str, n_examples: int) -> int:
        return n_examples if text == "n" else int(text)

    def read(self, raw: Any) -> str | None:
        if raw == "n":
            return raw
        whole = isinstance(raw, str) and re.fullmatch(r"[1-9]\d{0,8}", raw, re.ASCII)
        return raw if whole and int(raw) <= self.largest else None

    def store(self, key: str, value: str) -> None:
        st.session_state[key] = value


@dataclass(frozen=True)
class Switch:
    """On or off; `then` as in a Choice."""

    name: str
    label: str
    default: bool = False
    help: str | None = None
    then: Callable[[Any, bool], None] | None = None

    @property
    def bound(self) -> str:
        return "true or false"

    def widget(self, key: str, value: bool, panel: Any) -> bool:
        react = _reaction(self, key, panel)
        return st.toggle(self.label, self.default, key=key, help=self.help, on_change=react, bind="query-params")

    def read(self, raw: Any) -> bool | None:
        return {"true": True, "false": False}.get(str(raw).lower())

    def store(self, key: str, value: bool) -> None:
        st.session_state[key] = value


def _reaction(setting: "Choice | Switch", key: str, panel: Any) -> Callable[[], None] | None:
    return (lambda: setting.then(panel, st.session_state[key])) if setting.then else None


@dataclass(frozen=True)
class Rate:
    """The learning rate: a text that may be 0.34, 0,34, 1e-3 or 1/6, beside a log-spaced slider that has it as a stop.

    Every positive number that the machine holds is one, and a decimal comma is read as a point.

    A text and not a number input, because typing 1/6 into one leaves 16. The slider is what the address is bound to: it
    changes the address in the browser, while a value that the script assigns adds a page to the browser's history.
    """

    name: str
    label: str
    default: str
    help: str | None = None
    around: float = 1.0  # the slider covers the decades around this rate, from a ten-thousandth of it to ten times it

    @property
    def bound(self) -> str:
        most = number(float(np.finfo(float).max))
        return f"a positive number up to {most} (such as 0.05, 1e-3 or 1/6, in at most {LONGEST} characters)"

    def widget(self, key: str, value: str, panel: Any) -> str:
        text, above = f"{key}_text", st.container()
        linked = st.query_params.get(key)  # as it stands there, 0,05 perhaps; another than value after the Back button
        slider = st.select_slider(
            f"{self.label} on a log scale",
            sorted({*self.grid, self.default, value, linked if self.read(linked) else value}, key=_number),
            self.default,
            key=key,
            on_change=lambda: self.store(key, st.session_state[key]),
            label_visibility="collapsed",
            bind="query-params",
        )
        if self.read(st.session_state.get(text, slider)):
            st.session_state[text] = self.read(slider)  # but a text that is no rate stays until somebody mends it
        # No max_chars: the field would ignore a longer text, or keep its first characters, without a word.
        typed = above.text_input(self.label, key=text, on_change=self._take_text, args=(key,), help=self.help)
        return slider if self.read(typed) else typed

    def _take_text(self, key: str) -> None:
        if rate := self.read(st.session_state[f"{key}_text"]):
            self.store(key, rate)

    def store(self, key: str, value: str) -> None:
        st.session_state[key] = st.session_state[f"{key}_text"] = value

    @property
    def grid(self) -> tuple[str, ...]:
        """The stops of the slider."""
        return _grid(self.around / 1e4, self.around * 10)

    def number(self, text: str) -> float | None:
        """The number that a text says, or None if it says none that is a rate."""
        rate = _number(text) if len(text) <= LONGEST else math.inf
        return rate if 0 < rate < math.inf else None

    def times(self, text: str, factor: float) -> str | None:
        """The rate that is so many times this one, as a fraction if this is one: half of 1/3 is 1/6.

        None where the machine has no such number.
        """
        above, _, below = text.partition("/")
        return self.read(f"{above}/{in_full(float(below) / factor)}" if below else in_full(float(text) * factor))

    def read(self, raw: Any) -> str | None:
        """The text, with a point for a decimal comma."""
        return raw.replace(",", ".") if isinstance(raw, str) and self.number(raw) is not None else None


def in_full(value: float) -> str:
    """The shortest text that says just this number: 0.1, 2, 5e-08."""
    return repr(float(value)).removesuffix(".0")


@lru_cache(maxsize=1024)
def _number(text: str) -> float:
    """The number that a text says; infinite, which no rate is, if it says none."""
    match = FRACTION.fullmatch(text.replace(",", "."))
    if match is None or THOUSANDS.fullmatch(text):
        return math.inf
    above, below = float(match[1]), float(match[2] or 1)
    return above / below if below else math.inf


@lru_cache(maxsize=64)
def _grid(low: float, high: float) -> tuple[str, ...]:
    """Twenty rates a decade, with three digits each."""
    exponents = range(math.ceil(20 * math.log10(low) - 1e-9), math.floor(20 * math.log10(high) + 1e-9) + 1)
    return tuple(f"{10 ** (exponent / 20):.3g}" for exponent in exponents)
