"""The learning rate as a setting: a text that says a number, exactly as the reader wrote it."""

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st

from pages.shared.words import number

LONGEST = 100  # the most characters that its text may have

# Every text matches in one way at most: where digits could be shared out in many, 2,000 of them took two minutes.
DECIMAL = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?"
FRACTION = re.compile(rf"\s*({DECIMAL})\s*(?:/\s*({DECIMAL})\s*)?", re.ASCII)

# Refused, for 1,200 may mean 1.2 or 1200.
THOUSANDS = re.compile(r"\s*[1-9]\d{0,2},\d{3}\s*", re.ASCII)


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
            st.session_state[text] = self.read(slider)  # but a text that is no rate stays until it is corrected
        # No max_chars: the field would ignore a longer text, or silently keep its first characters.
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
