"""Every scene of every lesson, in one order, and the way to each: a link, or like slides with *Previous* and *Next*."""

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from pages.shared.lesson import FAILURES, IT_WORKS, Lesson, Scene
from pages.shared.session import ELSEWHERE
from pages.shared.settings import link as lesson_link
from pages.shared.settings.panel import FOR_A_CLASS, Panel

GROUPS = (*FAILURES, IT_WORKS)


class Slide(NamedTuple):
    """A scene and the lesson that it belongs to."""

    lesson: Lesson
    scene: Scene

    @property
    def values(self) -> dict:
        """All settings of the lesson in this scene."""
        return self.lesson.defaults | self.scene.settings

    @property
    def query(self) -> dict[str, str]:
        """What a link says to open the lesson in this scene."""
        return {f"{self.lesson.key}_{name}": str(value) for name, value in self.scene.settings.items()}

    def link(self, label: str) -> None:
        """A link that opens the lesson in this scene."""
        st.page_link(self.lesson.path, label=label, icon=":material/arrow_forward:", query_params=self.query)


Slides = tuple[Slide, ...]


def slides(lessons: Sequence[Lesson]) -> Slides:
    """Every scene, in the order of the lessons."""
    return tuple(Slide(lesson, scene) for lesson in lessons for scene in lesson.scenes)


def choose_scene(where, panel: Panel, scenes: Sequence[Scene]) -> Scene | None:
    """A button for each scene of a lesson; the one that the settings agree with is lit, and returned.

    Call it when the settings are drawn: only then are their values known. `where` is the place above them.
    """
    by_name = {scene.name: panel.defaults | scene.settings for scene in scenes}
    if not panel.may_change(lesson_link.SCENES):
        return None
    current = next((scene for scene in scenes if panel.agrees_with(by_name[scene.name])), None)
    key = panel.key("scene")
    st.session_state[key] = current.name if current else None

    def take() -> None:
        if chosen := st.session_state[key]:
            panel.assign(by_name[chosen])

    where.pills("Scene", list(by_name), key=key, on_change=take, help="One click sets everything; Undo takes it back.")
    return current


def previous_and_next(where, panel: Panel, scene: Scene | None, slides: Slides) -> None:
    """Two buttons that page through all scenes, and from the last of a lesson to the first of the next lesson.

    Between scenes, where a reader has changed a setting, they lead back to the scene that was left and on to the one
    after it; before any scene was shown, on to the first of the lesson.
    """
    if not panel.may_change(lesson_link.SCENES):
        return
    mine = [number for number, slide in enumerate(slides) if slide.lesson.key == panel.scope]
    key = panel.key("slide")
    if scene:
        st.session_state[key] = next(number for number in mine if slides[number].scene is scene)
    last_shown = st.session_state.get(key, mine[0] - 1)
    with where.container(horizontal=True, gap="small"):
        _button("Previous", "p", last_shown - 1 if scene else last_shown, panel, slides)
        _button("Next", "n", last_shown + 1, panel, slides)
    if (number := st.session_state.pop(ELSEWHERE, None)) is not None:
        slide = slides[number]
        held = {f"{slide.lesson.key}_{way.name}": "true" for way in FOR_A_CLASS if panel.values[way.name]}
        st.switch_page(slide.lesson.path, query_params=slide.query | held)


def _button(label: str, shortcut: str, number: int, panel: Panel, slides: Slides) -> None:
    slide = slides[number] if 0 <= number < len(slides) else None

    def go() -> None:
        if slide.lesson.key == panel.scope:
            panel.assign(panel.defaults | slide.scene.settings)
        else:
            st.session_state[ELSEWHERE] = number  # a callback may not switch pages

    st.button(
        label,
        key=panel.key(label.lower()),
        on_click=go,
        disabled=slide is None,
        help=f"Scene {number + 1} of {len(slides)}: {slide.scene.name}" if slide else "There is no scene beyond.",
        shortcut=shortcut,
    )


def for_the_lecturer(scene: Scene | None) -> None:
    """What the scene is good for in class, closed, so that students see it when the lecturer wants them to."""
    if scene:
        with st.expander("For the lecturer", icon=":material/school:"):
            st.markdown(f"**A common belief:** “{scene.misconception}”  \n**To say:** {scene.talking_point}")
