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

import streamlit as st

from pages.shared.words import number

LONGEST = 24  # characters of a rate: a field cuts a longer text off, and 1.00000000000000000000000/6 would become 1
SMALLEST = 1e-6  # a number nearer to 0 than this has no picture; 0 itself is welcome

# Every text matches in one way at most: where digits could be shared out in many, 2,000 of them took two minutes.
DECIMAL = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?"
FRACTION = re.compile(rf"\s*({DECIMAL})\s*(?:/\s*({DECIMAL})\s*)?", re.ASCII)


class Setting(Protocol):
    """What a page declares. `widget` draws it, standing on `value`; `store` is how a callback gives it another.

    `read` turns the widget's value, or a link's text, into a value, and what the setting does not take into None.
    `bound` says in words what it takes.
    """

    name: str
    label: str
    default: Any

    @property
    def bound(self) -> str: ...

    def widget(self, key: str, value: Any) -> Any: ...

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

    def widget(self, key: str, value: float) -> float | None:
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

    `then` is called when a reader takes another one, with the new value, to set what depends on it.
    """

    name: str
    label: str
    options: tuple[str, ...]
    default: str
    help: str | None = None
    ordered: bool = False
    side_by_side: bool = False
    then: Callable[[str], None] | None = None

    @property
    def bound(self) -> str:
        return f"one of {', '.join(self.options)}"

    def widget(self, key: str, value: str) -> str:
        common = {"key": key, "help": self.help, "bind": "query-params"}
        if self.ordered:
            return st.select_slider(self.label, self.options, self.default, **common)
        if self.side_by_side:
            return st.pills(self.label, self.options, default=self.default, required=True, **common)
        react = (lambda: self.then(st.session_state[key])) if self.then else None
        return st.selectbox(self.label, self.options, self.options.index(self.default), on_change=react, **common)

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

    def widget(self, key: str, value: str) -> str:
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
    """On or off."""

    name: str
    label: str
    default: bool = False
    help: str | None = None

    @property
    def bound(self) -> str:
        return "true or false"

    def widget(self, key: str, value: bool) -> bool:
        return st.toggle(self.label, self.default, key=key, help=self.help, bind="query-params")

    def read(self, raw: Any) -> bool | None:
        return {"true": True, "false": False}.get(str(raw).lower())

    def store(self, key: str, value: bool) -> None:
        st.session_state[key] = value


@dataclass(frozen=True)
class Rate:
    """The learning rate: a text that may be 0.34, 1e-3 or 1/6, beside a log-spaced slider that has it as a stop.

    A text and not a number input, because typing 1/6 into one leaves 16. The slider is what the address is bound to: it
    changes the address in the browser, while a value that the script assigns adds a page to the browser's history.
    """

    name: str
    label: str
    low: float
    high: float
    default: str
    help: str | None = None
    around: float | None = None  # the slider then covers the decades around this rate only, up to ten times it

    @property
    def bound(self) -> str:
        between = f"from {number(self.low)} to {number(self.high)}"
        return f"a number {between} in at most {LONGEST} characters, such as 0.05, 1e-3 or 1/6"

    def widget(self, key: str, value: str) -> str:
        text, above = f"{key}_text", st.container()
        linked = self.read(st.query_params.get(key)) or value  # another than value after the browser's Back button
        slider = st.select_slider(
            f"{self.label} on a log scale",
            sorted({*_grid(*self._ends()), self.default, value, linked}, key=_number),
            self.default,
            key=key,
            on_change=lambda: self.store(key, st.session_state[key]),
            label_visibility="collapsed",
            bind="query-params",
        )
        if self.read(st.session_state.get(text, slider)):
            st.session_state[text] = slider  # but a text that is no rate stays until somebody mends it
        typed = above.text_input(
            self.label, key=text, on_change=self._take_text, args=(key,), help=self.help, max_chars=LONGEST
        )
        return slider if self.read(typed) else typed

    def _take_text(self, key: str) -> None:
        typed = st.session_state[f"{key}_text"]
        if self.read(typed):
            self.store(key, typed)

    def store(self, key: str, value: str) -> None:
        st.session_state[key] = st.session_state[f"{key}_text"] = value

    def _ends(self) -> tuple[float, float]:
        """Of the slider."""
        if self.around is None:
            return self.low, self.high
        return max(self.low, self.around / 1e4), min(self.high, self.around * 10)

    def number(self, text: str) -> float | None:
        """The number that a text says, or None if it says none within the bounds."""
        rate = _number(text) if len(text) <= LONGEST else math.inf
        return rate if self.low <= rate <= self.high else None

    def times(self, text: str, factor: float) -> str:
        """The rate that is so many times this one, as a fraction if this is one: half of 1/3 is 1/6."""
        above, _, below = text.partition("/")
        return f"{above}/{float(below) / factor:.12g}" if below else f"{float(text) * factor:.12g}"

    def read(self, raw: Any) -> str | None:
        return raw if isinstance(raw, str) and self.number(raw) is not None else None


@lru_cache(maxsize=1024)
def _number(text: str) -> float:
    """The number that a text says; infinite, which no rate is, if it says none."""
    match = FRACTION.fullmatch(text)
    if match is None:
        return math.inf
    above, below = float(match[1]), float(match[2] or 1)
    return above / below if below else math.inf


@lru_cache(maxsize=64)
def _grid(low: float, high: float) -> tuple[str, ...]:
    """Twenty rates a decade, with three digits each."""
    exponents = range(math.ceil(20 * math.log10(low) - 1e-9), math.floor(20 * math.log10(high) + 1e-9) + 1)
    return tuple(f"{10 ** (exponent / 20):.3g}" for exponent in exponents)
