"""What a teacher writes into a link besides the settings, and what the page makes of it.

<page>_hidden and <page>_locked name settings, or "all"; <page>_at is the update on which the timeline opens;
<page>_question and <page>_note are plain text. Nothing of it is ever interpreted: texts are shown by `st.text`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from pages.shared.settings.kinds import Setting
from pages.shared.words import literal, number, some_of

ALL = "all"
SCENES = "scenes"  # the buttons above the settings
LONGEST = {"question": 200, "note": 600}  # characters
LAST = 10**9 - 1  # no run has so many updates


@dataclass(frozen=True)
class LessonLink:
    """The lesson as its link wants it."""

    hidden: frozenset[str] = frozenset()
    locked: frozenset[str] = frozenset()
    at: int | None = None
    question: str = ""
    note: str = ""
    problems: tuple[str, ...] = ()

    def show(self) -> None:
        """The teacher's question and note, as they were typed."""
        if self.question or self.note:
            with st.container(border=True):
                if self.question:
                    st.text(self.question, width="stretch")
                if self.note:
                    st.text(self.note, width="stretch")


def read(page: str, every: Mapping[str, list[str]], settings: Mapping[str, Setting]) -> LessonLink:
    """What the address says, each name with all its values. Anything unusable in it is reported in a sentence."""
    problems: list[str] = []
    names = ("hidden", "locked", "at", "question", "note")
    said = {name: _once(name, every.get(f"{page}_{name}", []), problems) for name in names}
    known = {f"{page}_{name}" for name in (*said, *settings)}
    if unknown := [key for key in every if key.startswith(f"{page}_") and key not in known]:
        are = "is not a setting" if len(unknown) == 1 else "are not settings"
        problems.append(f"The link: {some_of(map(literal, unknown))} {are} of this page and left out.")
    chosen = {}
    for name in ("hidden", "locked"):
        names = frozenset(filter(None, said[name].split(",")))
        wrong = sorted(names - set(settings) - {ALL, SCENES})
        if wrong:
            problems.append(f"The link: {literal(', '.join(wrong))} cannot be {name}; it is no setting of this page.")
        chosen[name] = frozenset(settings) | {SCENES} if ALL in names else names - set(wrong)
    at = said["at"]
    if at and not (at.isascii() and at.isdigit() and len(at) < 10):
        problems.append(
            f"The link: {literal(at)} is not an update to open at, a whole number up to {number(LAST)};"
            " the start is shown."
        )
        at = ""
    for name, longest in LONGEST.items():
        if len(said[name]) > longest:
            problems.append(
                f"The link: the {name} has {number(len(said[name]))} characters; the first {longest} are shown."
            )
    texts = {name: said[name][:longest].strip() for name, longest in LONGEST.items()}
    return LessonLink(**chosen, **texts, at=int(at) if at else None, problems=tuple(problems))


def _once(name: str, said: list[str], problems: list[str]) -> str:
    """What is said under a name; nothing where two things are."""
    if len(said) > 1:
        problems.append(f"The link: {name} appears more than once, {some_of(map(literal, said))}; it is left out.")
    return said[0] if len(said) == 1 else ""


@st.dialog("Share", width="medium", icon=":material/link:")
def share(page: str, labels: Mapping[str, str], settings: Mapping[str, Any], not_in_the_link: str) -> None:
    """The box in which a teacher makes a link; `labels` are the settings by what they are called."""
    place_of_the_link = st.container()
    st.markdown(f"It opens this page with these settings. {not_in_the_link}")
    labels = {"All settings and scenes": ALL, "The scenes": SCENES, **labels}
    extras: dict[str, Any] = {}
    with st.expander("For a class"):
        for name, label in (
            ("predict", "Ask for a prediction first"),
            ("present", "Presenter mode: large type, settings folded"),
        ):
            if st.toggle(label, key=f"{page}_share_{name}"):
                extras[f"{page}_{name}"] = "true"
        if st.toggle("Embed: without the app’s navigation", key=f"{page}_share_embed"):
            extras["embed"] = "true"
        at = st.number_input("Open at update (empty: the start)", 0, LAST, None, key=f"{page}_share_at")
        if at is not None:
            extras[f"{page}_at"] = at
        for name in ("hidden", "locked"):
            if names := st.multiselect(f"Settings that are {name}", list(labels), key=f"{page}_share_{name}"):
                extras[f"{page}_{name}"] = ",".join(labels[label] for label in names)
        for name, longest in LONGEST.items():
            if text := st.text_area(name.capitalize(), max_chars=longest, key=f"{page}_share_{name}", height=80):
                extras[f"{page}_{name}"] = text
    query = urlencode({**settings, **extras})
    place_of_the_link.code(f"{st.context.url or ''}?{query}", language=None, wrap_lines=True)
