"""The kinds of settings: a declaration gives the widget, its place in the link and the check. (Rates: `rates`.)

Every value is checked twice, by Streamlit and by `read`: Streamlit's own check has holes (an infinite whole number ends
the page, numbers off the step pass). The texts of options are part of the link format: choose them for good.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import streamlit as st

from pages.shared.words import number

AUTO = "auto"  # a number that is left open, an empty field: the page decides, run by run
SMALLEST = 1e-6  # the nearest to 0 that has a picture; 0 itself is welcome


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
    """A number between two bounds, typed or stepped; with `slider` it is dragged. It may be AUTO if its default is."""

    name: str
    label: str
    low: float
    high: float
    default: float | str
    step: float
    help: str | None = None
    whole: bool = False
    slider: bool = False
    smallest: float = SMALLEST

    @property
    def bound(self) -> str:
        between = f"from {number(self.low)} to {number(self.high)}"
        open_ = f", or {AUTO}" if self.default == AUTO else ""
        return (
            f"a whole number {between}"
            if self.whole
            else f"a number {between} (0, or at least {number(self.smallest)} in size){open_}"
        )

    def widget(self, key: str, value: float | str, panel: Any) -> float | None:
        # Whole numbers are floats here as well: an int widget raises OverflowError on ?name=inf.
        draw = st.slider if self.slider else st.number_input
        low, high, step = map(float, (self.low, self.high, self.step))
        look: dict[str, Any] = {"format": "%.0f" if self.whole else "%g", "help": self.help}
        look |= {"placeholder": AUTO} if self.default == AUTO else {}
        default = None if self.default == AUTO else float(self.default)
        return draw(self.label, low, high, default, step, key=key, bind="query-params", **look)

    def read(self, raw: Any) -> float | int | str | None:
        if self.default == AUTO and raw in (None, "", AUTO):
            return AUTO
        try:
            value = float(raw)
        except (TypeError, ValueError):
            return None
        if not self.low <= value <= self.high or 0 < abs(value) < self.smallest:
            return None
        if self.whole:
            return int(value) if value == int(value) else None
        return value

    def store(self, key: str, value: float | str) -> None:
        st.session_state[key] = None if value == AUTO else float(value)


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
