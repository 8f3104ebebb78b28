"""Declared settings: one declaration gives the widget, its place in the link, the check, undo, reset and share.

Every setting is bound to the address under the key <page>_<name>, so the address is the whole state of a page and
`st.session_state` only a cache. Streamlit replaces a value in a link that its widget cannot take by the default and
cleans the address without a word; so the link is read first, and what it said in vain is put into a sentence.
Streamlit's own check has holes (an infinite whole number ends the page, numbers off the step pass), so every value is
checked once more before the mathematics sees it.

The texts of options are part of the link format: choose them for good.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

import streamlit as st

from pages.shared.words import literal, number

SMALLEST = 1e-6  # a number nearer to 0 than this has no picture; 0 itself is welcome
UNDO_STEPS = 50

DECIMAL = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?"
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
            else f"a number {between} (0, or at least {self.smallest:g} in size)"
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
    """One of a few texts: from a list, or on a slider if they are ordered.

    `then` is called when a reader takes another one, with the new value, to set what depends on it.
    """

    name: str
    label: str
    options: tuple[str, ...]
    default: str
    help: str | None = None
    ordered: bool = False
    then: Callable[[str], None] | None = None

    @property
    def bound(self) -> str:
        return f"one of {', '.join(self.options)}"

    def widget(self, key: str, value: str) -> str:
        common = {"key": key, "help": self.help, "bind": "query-params"}
        if self.ordered:
            return st.select_slider(self.label, self.options, self.default, **common)
        react = (lambda: self.then(st.session_state[key])) if self.then else None
        return st.selectbox(self.label, self.options, self.options.index(self.default), on_change=react, **common)

    def read(self, raw: Any) -> str | None:
        return raw if raw in self.options else None

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
        return f"a number from {number(self.low)} to {number(self.high)}, such as 0.05, 1e-3 or 1/6"

    def widget(self, key: str, value: str) -> str:
        text, above = f"{key}_text", st.container()
        linked = self.read(st.query_params.get(key)) or value  # another than value after the browser's Back button
        slider = st.select_slider(
            f"{self.label} on a log scale",
            sorted({*self._grid(), self.default, value, linked}, key=self.number),
            self.default,
            key=key,
            on_change=lambda: self.store(key, st.session_state[key]),
            label_visibility="collapsed",
            bind="query-params",
        )
        if self.read(st.session_state.get(text, slider)):
            st.session_state[text] = slider  # but a text that is no rate stays until somebody mends it
        typed = above.text_input(
            self.label, key=text, on_change=self._take_text, args=(key,), help=self.help, max_chars=24
        )
        return slider if self.read(typed) else typed

    def _take_text(self, key: str) -> None:
        typed = st.session_state[f"{key}_text"]
        if self.read(typed):
            self.store(key, typed)

    def store(self, key: str, value: str) -> None:
        st.session_state[key] = st.session_state[f"{key}_text"] = value

    def _grid(self) -> list[str]:
        """Twenty rates a decade, with three digits each."""
        low = self.low if self.around is None else max(self.low, self.around / 1e4)
        high = self.high if self.around is None else min(self.high, self.around * 10)
        exponents = range(math.ceil(20 * math.log10(low) - 1e-9), math.floor(20 * math.log10(high) + 1e-9) + 1)
        return [f"{10 ** (exponent / 20):.3g}" for exponent in exponents]

    def number(self, text: str) -> float | None:
        """The number that a text says, or None if it says none within the bounds."""
        match = FRACTION.fullmatch(text)
        if match is None:
            return None
        above, below = float(match[1]), float(match[2] or 1)
        rate = above / below if below else math.inf
        return rate if self.low <= rate <= self.high else None

    def times(self, text: str, factor: float) -> str:
        """The rate that is so many times this one, as a fraction if this is one: half of 1/3 is 1/6."""
        above, _, below = text.partition("/")
        return f"{above}/{float(below) / factor:.12g}" if below else f"{float(text) * factor:.12g}"

    def read(self, raw: Any) -> str | None:
        return raw if isinstance(raw, str) and self.number(raw) is not None else None


class Panel:
    """The settings of one page, drawn one by one with `draw`, each wherever the page wants it."""

    def __init__(self, page: str, *settings: Setting) -> None:
        self.page = page
        self.settings = {setting.name: setting for setting in settings}
        self.defaults = {setting.name: setting.default for setting in settings}
        self.problems = {
            setting.name: self._sentence(setting, " and ".join(said), setting.default)
            for setting in settings
            if (said := st.query_params.get_all(self.key(setting.name)))
            and (len(said) > 1 or setting.read(said[0]) is None)
        }
        if refused := st.session_state.pop(self.key("refused"), None):
            self.problems |= dict([refused])
        self.values = {setting.name: self._stored(setting) for setting in settings}  # good before they are drawn, too

    def key(self, name: str) -> str:
        return f"{self.page}_{name}"

    def _stored(self, setting: Setting) -> Any:
        key = self.key(setting.name)
        value = setting.read(st.session_state[key] if key in st.session_state else st.query_params.get(key))
        return setting.default if value is None else value

    def draw(self, *names: str) -> None:
        """Draw these settings, one below the other."""
        for name in names:
            setting = self.settings[name]
            raw = setting.widget(self.key(name), self.values[name])
            value = setting.read(raw)
            if value is None:
                self.problems.setdefault(name, self._sentence(setting, str(raw), self.values[name]))
            else:
                self.values[name] = value

    def draw_row(self, *names: str) -> None:
        """Draw these settings side by side."""
        for column, name in zip(st.columns(len(names), gap="small"), names, strict=True):
            with column:
                self.draw(name)

    def refuse(self, sentence: str, *names: str) -> None:
        """Take back settings that are fine one by one and not together: they get their defaults and one sentence."""
        self.problems[names[0]] = sentence
        self.values |= {name: self.defaults[name] for name in names}

    def _sentence(self, setting: Setting, said: str, used: Any) -> str:
        used = {True: "true", False: "false"}[used] if isinstance(used, bool) else used
        used = used if isinstance(used, str) else number(used)
        return f"{setting.label}: {literal(said)} is not {setting.bound}; {used} is used."

    def show_problems(self) -> None:
        """One sentence for each value that could not be used."""
        if self.problems:
            st.warning("  \n".join(self.problems.values()), icon=":material/edit_off:")

    def assign(self, values: Mapping[str, Any]) -> None:
        """Give settings new values; for callbacks, which run before the widgets are drawn."""
        for name, value in values.items():
            setting = self.settings[name]
            if setting.read(value) is None:
                st.session_state[self.key("refused")] = (name, self._sentence(setting, str(value), self.values[name]))
            else:
                setting.store(self.key(name), value)

    def quick_pick(self, name: str, label: str, text: str | None, none: str = "") -> None:
        """A button that gives a setting this value; where it may not be used the button is disabled and says why.

        `none` says why there is no such value, where text is None.
        """
        usable = self.settings[name].read(text) is not None
        why_not = none if text is None else f"{text} is not {self.settings[name].bound}."
        st.button(
            f":primary[{label}]" if usable else label,
            key=self.key(f"{name}_{label}"),
            on_click=self.assign,
            args=({name: text},),
            disabled=not usable,
            type="tertiary",
            help=text if usable else why_not,
        )

    def undo_reset_share(self, not_in_the_link: str = "") -> None:
        """The three buttons below the settings; draw them last. What a link cannot carry is said beside it."""
        history = st.session_state.setdefault(self.key("history"), [])
        if not history or history[-1] != self.values:
            history[-UNDO_STEPS:] = [*history[-UNDO_STEPS:], dict(self.values)]
        with st.container(horizontal=True, gap="small"):
            st.button(
                "Undo",
                key=self.key("undo"),
                on_click=self._undo,
                disabled=len(history) < 2,
                help="Back to the settings before the last change",
            )
            st.button(
                "Reset",
                key=self.key("reset"),
                on_click=self.assign,
                args=(self.defaults,),
                disabled=self.values == self.defaults,
                help="Every setting back to where the page opens",
            )
            with st.popover("Share"):
                st.markdown(f"This link opens the page with these settings. {not_in_the_link}")
                st.code(self.link(), language=None, wrap_lines=True)

    def _undo(self) -> None:
        history = st.session_state.get(self.key("history"), [])
        if len(history) > 1:
            history.pop()
            self.assign(history[-1])

    def link(self) -> str:
        """The address of this page with every setting that is not at its default."""
        changed = {self.key(name): value for name, value in self.values.items() if value != self.defaults[name]}
        return (st.context.url or "") + ("?" + urlencode(changed) if changed else "")
