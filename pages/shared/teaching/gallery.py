"""Every scene of every lesson, in one order: to page through like slides, and to find by the failure that it shows."""

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from pages.shared.lesson import FAILURES, IT_WORKS, Lesson, Scene, query
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


Slides = tuple[Slide, ...]


def slides(lessons: Sequence[Lesson]) -> Slides:
    """Every scene, in the order of the lessons."""
    return tuple(Slide(lesson, scene) for lesson in lessons for scene in lesson.scenes)


def previous_and_next(where, panel: Panel, scene: Scene | None, slides: Slides) -> None:
    """Two buttons that page through all scenes, and from the last of a lesson to the first of the next lesson.

    Between scenes, where a reader has changed a setting, they lead back to the scene that was left and on to the one
    after it; before any scene was shown, on to the first of the lesson.
    """
    if lesson_link.SCENES in panel.lesson.hidden | panel.lesson.locked:
        return
    mine = [number for number, slide in enumerate(slides) if slide.lesson.key == panel.page]
    key = panel.key("slide")
    if scene:
        st.session_state[key] = next(number for number in mine if slides[number].scene is scene)
    last_shown = st.session_state.get(key, mine[0] - 1)
    with where.container(horizontal=True, gap="small"):
        _button("Previous", "p", last_shown - 1 if scene else last_shown, panel, slides)
        _button("Next", "n", last_shown + 1, panel, slides)
    if (number := st.session_state.pop(ELSEWHERE, None)) is not None:
        lesson, scene = slides[number]
        held = {f"{lesson.key}_{way.name}": "true" for way in FOR_A_CLASS if panel.values[way.name]}
        st.switch_page(lesson.path, query_params=query(scene, lesson.key) | held)


def _button(label: str, shortcut: str, number: int, panel: Panel, slides: Slides) -> None:
    slide = slides[number] if 0 <= number < len(slides) else None

    def go() -> None:
        if slide.lesson.key == panel.page:
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
