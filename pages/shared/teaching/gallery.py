"""Every scene of every lesson, in one order: to page through like slides, and to find by the failure that it shows."""

from typing import NamedTuple

import streamlit as st

from pages.lessons.quadratic import scenes as quadratic_scenes
from pages.lessons.race import scenes as race_scenes
from pages.lessons.regression import scenes as regression_scenes
from pages.shared.lesson import FAILURES, IT_WORKS, Scene, query
from pages.shared.settings import link as lesson_link
from pages.shared.settings.panel import FOR_A_CLASS, Panel

GROUPS = (*FAILURES, IT_WORKS)
ELSEWHERE = "_slide_elsewhere"  # the slide of another lesson that a button has asked for


class Slide(NamedTuple):
    """A scene and the lesson that it belongs to."""

    path: str
    page: str  # what the keys of the lesson's settings begin with
    scene: Scene


SLIDES = tuple(
    Slide(path, page, scene)
    for path, page, scenes in (
        ("pages/quadratic.py", "quadratic", quadratic_scenes.SCENES),
        ("pages/linear_regression.py", "regression", regression_scenes.SCENES),
        ("pages/variant_race.py", "race", race_scenes.SCENES),
    )
    for scene in scenes
)


def previous_and_next(where, panel: Panel, scene: Scene | None) -> None:
    """Two buttons that page through all scenes, and from the last of a lesson to the first of the next lesson.

    Between scenes, where a reader has changed a setting, they lead back to the scene that was left and on to the one
    after it; before any scene was shown, on to the first of the lesson.
    """
    if lesson_link.SCENES in panel.lesson.hidden | panel.lesson.locked:
        return
    mine = [number for number, slide in enumerate(SLIDES) if slide.page == panel.page]
    key = panel.key("slide")
    if scene:
        st.session_state[key] = next(number for number in mine if SLIDES[number].scene is scene)
    last_shown = st.session_state.get(key, mine[0] - 1)
    with where.container(horizontal=True, gap="small"):
        _button("Previous", "p", last_shown - 1 if scene else last_shown, panel)
        _button("Next", "n", last_shown + 1, panel)
    if (number := st.session_state.pop(ELSEWHERE, None)) is not None:
        slide = SLIDES[number]
        held = {f"{slide.page}_{way.name}": "true" for way in FOR_A_CLASS if panel.values[way.name]}
        st.switch_page(slide.path, query_params=query(slide.scene, slide.page) | held)


def _button(label: str, shortcut: str, number: int, panel: Panel) -> None:
    slide = SLIDES[number] if 0 <= number < len(SLIDES) else None

    def go() -> None:
        if slide.page == panel.page:
            panel.assign(panel.defaults | slide.scene.settings)
        else:
            st.session_state[ELSEWHERE] = number  # a callback may not switch pages

    st.button(
        label,
        key=panel.key(label.lower()),
        on_click=go,
        disabled=slide is None,
        help=f"Scene {number + 1} of {len(SLIDES)}: {slide.scene.name}" if slide else "There is no scene beyond.",
        shortcut=shortcut,
    )
