"""The settings of a page on the screen: drawn, checked, undone, reset and shared.

Every setting is bound to the address under the key <page>_<name>, so the address is the whole state of a page and
`st.session_state` only a cache. Streamlit replaces a value in a link that its widget cannot take by the default and
cleans the address without a word; so the link is read first, and anything unusable in it is reported in a sentence.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from operator import attrgetter
from typing import Any

import streamlit as st

from pages.shared.session import ADDRESS, JUST_OPENED
from pages.shared.settings import link as lesson_link
from pages.shared.settings.kinds import Setting, Switch
from pages.shared.settings.rates import Rate
from pages.shared.words import literal, number

UNDO_STEPS = 50
FOR_A_CLASS = (  # how a lesson is held; no scene and no undo changes it
    Switch("predict", "Predict", help="Predict first: one question about the run, and only then its result."),
    Switch("present", "Present", help="Presenter mode: large type, charts that fill the screen, settings folded."),
)


class Panel:
    """The settings of one page, drawn one by one with `draw`, each wherever the page wants it.

    scope: what the keys of its settings begin with. called: how a setting is named where it stands alone: in a
    sentence, in the box for a link, beside a pinned run. Made, it has only read; `begin` does what follows from that.
    """

    def __init__(self, scope: str, *settings: Setting, called: Callable[[Setting], str] = attrgetter("label")) -> None:
        self.scope, self.called = scope, called
        self.defaults = {setting.name: setting.default for setting in settings}
        settings = (*settings, *FOR_A_CLASS)
        self.settings = {setting.name: setting for setting in settings}
        self.said = {key: st.query_params.get_all(key) for key in st.query_params}  # looked up once: each look costs
        self.problems = {
            setting.name: self._sentence(setting, " and ".join(said), setting.default)
            for setting in settings
            if (said := self.said.get(self.key(setting.name))) and (len(said) > 1 or setting.read(said[0]) is None)
        }
        # What is said twice counts for nothing.
        values = {key: said[0] for key, said in self.said.items() if len(said) == 1}
        self.link = lesson_link.read(scope, self.said, self.settings)
        named = any(self.key(name) in self.said for name in self.settings)
        self.follows = named and bool(st.session_state.get(JUST_OPENED))  # the link, and not an earlier visit
        if refused := st.session_state.get(self.key("refused")):
            self.problems |= dict([refused])
        stored = values if self.follows else values | st.session_state.to_dict()
        self.values = {  # good before they are drawn, too
            name: _value(setting, stored.get(self.key(name))) for name, setting in self.settings.items()
        }
        self.drawn: set[str] = set()  # the settings that have a part in this picture
        self.wanted: frozenset[str] = frozenset()  # those that the open scene is about

    def begin(self) -> None:
        """A link from another page says everything: what it leaves out is at its default.

        Streamlit would bring back what an earlier visit to this page has left, even over a default that the link names.
        """
        st.session_state.pop(self.key("refused"), None)  # it is said once
        for name, setting in self.settings.items():
            if self.follows and self.key(name) in st.session_state:
                setting.store(self.key(name), self.values[name])

    def key(self, name: str) -> str:
        return f"{self.scope}_{name}"

    def draw(self, *names: str) -> None:
        """Draw these settings, one below the other."""
        self.drawn.update(names)
        for name in names:
            self._draw(self.settings[name])

    def _draw(self, setting: Setting) -> None:
        """Its widget; or what it stands on, or nothing, where the link wants it so."""
        name = setting.name
        if name in self.link.hidden:
            return
        if name in self.link.locked:
            st.markdown(f"{setting.label}: **{self._shown(self.values[name])}** :material/lock:")
            return
        raw = setting.widget(self.key(name), self.values[name], self)
        value = setting.read(raw)
        if value is None:
            self.problems.setdefault(name, self._sentence(setting, str(raw), self.values[name]))
            return
        self.values[name] = value
        if len(said := self.said.get(self.key(name), [])) > 1:  # Streamlit takes one of two numbers
            self.problems[name] = self._sentence(setting, " and ".join(said), value)

    def draw_row(self, *names: str) -> None:
        """Draw these settings side by side."""
        if len(names) == 1:
            self.draw(*names)
            return
        if self.link.hidden.issuperset(names):
            self.drawn.update(names)
            return
        for column, name in zip(st.columns(len(names), gap="small"), names, strict=True):
            with column:
                self.draw(name)

    def rates_around(self, limit: float) -> None:
        """Let the sliders of rates that are still to be drawn cover the decades around this one."""
        rates = {name: setting for name, setting in self.settings.items() if isinstance(setting, Rate)}
        self.settings |= {name: replace(rate, around=limit) for name, rate in rates.items()}

    def refuse(self, sentence: str, *names: str) -> None:
        """Take back settings that are fine one by one and not together: they get their defaults and one sentence."""
        self.problems[names[0]] = sentence
        self.values |= {name: self.defaults[name] for name in names}

    def _sentence(self, setting: Setting, said: str, used: Any) -> str:
        return f"{self.called(setting)}: {literal(said)} is not {setting.bound}; {self._shown(used)} is used."

    def _shown(self, value: Any) -> str:
        value = {True: "true", False: "false"}[value] if isinstance(value, bool) else value
        return value if isinstance(value, str) else number(value)

    def introduce(self) -> None:
        """One sentence for each thing in the link that could not be used, and what the teacher has to say."""
        if problems := (*self.problems.values(), *self.link.problems):
            st.warning("  \n".join(problems), icon=":material/edit_off:")
        self.link.show()

    def draw_for_a_class(self) -> None:
        """The switches that say how the lesson is held."""
        for switch in FOR_A_CLASS:
            self._draw(switch)

    def fold(self, *groups: str | tuple[str, ...], title: str = "More settings") -> None:
        """Settings that can wait, in an expander; those that the open scene is about, above it. A tuple is a row."""
        rows = [(group,) if isinstance(group, str) else group for group in groups]
        now = [row for row in rows if not self.wanted.isdisjoint(row)]
        for row in now:
            self.draw_row(*row)
        with st.expander(title):
            for row in rows:
                if row not in now:
                    self.draw_row(*row)

    def may_change(self, *names: str) -> bool:
        """Whether the link leaves all of these settings to the reader."""
        return (self.link.hidden | self.link.locked).isdisjoint(names)

    def assign(self, values: Mapping[str, Any]) -> None:
        """Give settings new values, where the link leaves them to the reader; before their widgets are drawn."""
        for name, value in values.items():
            setting = self.settings[name]
            if not self.may_change(name):
                continue
            read = setting.read(value)
            if read is None:
                st.session_state[self.key("refused")] = (name, self._sentence(setting, str(value), self.values[name]))
            else:
                setting.store(self.key(name), read)
                self.values[name] = read

    def quick_pick(self, name: str, label: str, value: Any, none: str = "", meaning: str = "") -> None:
        """A button that gives a setting this value; where it may not be used the button is disabled and says why.

        `none` says why there is no such value, where it is None. meaning: what the value is.
        """
        if not self.may_change(name):
            return
        usable = self.settings[name].read(value) is not None
        why_not = none if value is None else f"{value} is not {self.settings[name].bound}."
        st.button(
            f":primary[{label}]" if usable else label,
            key=self.key(f"{name}_{label}"),
            on_click=self.assign,
            args=({name: value},),
            disabled=not usable,
            type="tertiary",
            help=f"{value} {meaning}".strip() if usable else why_not,
        )

    def remember(self) -> None:
        """What stands in the address, and one more step of Undo where a setting has changed; when all are drawn."""
        st.session_state[ADDRESS] = self.said_in_a_link(everything=False)
        history = st.session_state.setdefault(self.key("history"), [])
        if not history or history[-1] != self._proper():
            history[-UNDO_STEPS:] = [*history[-UNDO_STEPS:], self._proper()]

    def undo_and_reset(self) -> None:
        """The two ways back; when `remember` has been called."""
        history = st.session_state.get(self.key("history"), [])
        st.button(
            "Undo",
            icon=":material/undo:",
            key=self.key("undo"),
            on_click=self._undo,
            disabled=len(history) < 2,
            help="Undo the last change of a setting",
            type="tertiary",
        )
        st.button(
            "Reset",
            icon=":material/restart_alt:",
            key=self.key("reset"),
            on_click=self.assign,
            args=(self.defaults,),
            disabled=self._proper() == self.defaults,
            help="Reset: every setting back to where the page opens",
            type="tertiary",
        )

    def _proper(self) -> dict[str, Any]:
        """The settings of the run, without those that say how a lesson is held."""
        return {name: self.values[name] for name in self.defaults}

    def share(self, not_in_the_link: str) -> None:
        """A button for the box with the link. It has every setting, so that no later default changes what it opens."""
        if st.button("Share", key=self.key("share"), icon=":material/link:"):
            labels = {self.called(self.settings[name]): name for name in self.defaults}
            lesson_link.share(self.scope, labels, self.said_in_a_link(everything=True), not_in_the_link)

    def _undo(self) -> None:
        history = st.session_state.get(self.key("history"), [])
        if len(history) > 1:
            history.pop()
            self.assign(history[-1])

    def said_in_a_link(self, everything: bool) -> dict[str, Any]:
        """The settings that have a part in the picture, or only those of them that are not at their defaults."""
        drawn = {name: self.values[name] for name in self.values if name in self.drawn}
        return {self.key(name): value for name, value in drawn.items() if everything or value != self.defaults[name]}

    def agrees_with(self, values: Mapping[str, Any]) -> bool:
        """Whether these values would show the same picture."""
        return all(self.values[name] == values[name] for name in self.drawn)


def _value(setting: Setting, raw: Any) -> Any:
    """What is meant by a widget's value or a link's text, or the default."""
    value = setting.read(raw)
    return setting.default if value is None else value
