"""Every scene of every lesson, in one order, and the way to each: a link, or like slides with *Previous* and *Next*."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import streamlit as st

from pages.shared.lesson import FAILURES, IT_WORKS, Lesson, Scene
from pages.shared.picture import timeline
from pages.shared.picture.palette import Palette
from pages.shared.picture.sketch import svg
from pages.shared.session import ELSEWHERE
from pages.shared.settings import link as lesson_link
from pages.shared.settings.panel import FOR_A_CLASS, Panel

GROUPS = (*FAILURES, IT_WORKS)
AT_FIRST = 7  # scenes of a lesson; the others are folded
IN_A_ROW = 3
ICONS = {"previous": "chevron_left", "next": "chevron_right"}


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


def scene_on_screen(panel: Panel, scenes: Sequence[Scene]) -> Scene | None:
    """The scene that the settings agree with. Call it when they are drawn: only then are their values known."""
    if not panel.may_change(lesson_link.SCENES):
        return None
    return next((scene for scene in scenes if panel.agrees_with(panel.defaults | scene.settings)), None)


def last_scene(panel: Panel, slides: Slides) -> Scene | None:
    """Before the settings are drawn: the scene that they are, or that a reader has begun to change."""
    mine = [slide for slide in slides if slide.lesson.key == panel.scope]
    if exact := [slide.scene for slide in mine if all(panel.values[name] == v for name, v in slide.values.items())]:
        return exact[0]
    left = st.session_state.get(panel.key("slide"))
    return None if left is None else slides[left].scene


def choose_scene(panel: Panel, scene: Scene | None, slides: Slides) -> None:
    """The scenes of a lesson with their pictures, in a popover under the name of the one on the screen."""
    if not panel.may_change(lesson_link.SCENES):
        return
    key = panel.key("scenes")
    popover = st.popover(f"Scene: {scene.name}" if scene else "Choose a scene", key=key, on_change="rerun")
    if not popover.open:
        return
    mine = [number for number, slide in enumerate(slides) if slide.lesson.key == panel.scope]
    with popover:
        _pictures(panel, mine[:AT_FIRST], slides)
        if rest := mine[AT_FIRST:]:
            with st.expander("More scenes"):
                _pictures(panel, rest, slides)


def _pictures(panel: Panel, numbers: Sequence[int], slides: Slides) -> None:
    """A small picture and a button for each scene. A click sets everything; Undo takes it back."""
    for column, number in in_rows(numbers):
        with column:
            drawn, words = picture(slides[number], timeline.palette())
            scene = slides[number].scene
            st.image(drawn, caption=None, alt=f"{scene.name}: {words}", width="stretch")
            st.button(
                scene.name,
                key=panel.key(f"scene_{scene.name}"),
                on_click=_take,
                args=(panel, scene),
                type="tertiary",
                width="stretch",
            )


def in_rows(cards: Sequence) -> Iterator[tuple]:
    """Cards of any number with the column that each is drawn in, three in a row."""
    for first in range(0, len(cards), IN_A_ROW):
        yield from zip(st.columns(IN_A_ROW), cards[first : first + IN_A_ROW], strict=False)


def _take(panel: Panel, scene: Scene) -> None:
    panel.assign(panel.defaults | scene.settings)
    st.session_state[panel.key("scenes")] = False  # the popover closes: what was chosen lies below it


@lru_cache(maxsize=200)  # every scene in two themes
def picture(slide: Slide, palette: Palette) -> tuple[str, str]:
    """The picture of a slide as SVG, and in words. The races take 20 ms and more each, so it is made once."""
    drawn = slide.lesson.sketch(slide.values, palette)
    return svg(drawn, palette.muted), f"{drawn.words}{' It leaves the picture.' if drawn.leaves else ''}"


def previous_and_next(panel: Panel, scene: Scene | None, slides: Slides) -> None:
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
    _button("previous", "p", last_shown - 1 if scene else last_shown, panel, slides)
    _button("next", "n", last_shown + 1, panel, slides)
    if (number := st.session_state.pop(ELSEWHERE, None)) is not None:
        slide = slides[number]
        held = {f"{slide.lesson.key}_{way.name}": "true" for way in FOR_A_CLASS if panel.values[way.name]}
        st.switch_page(slide.lesson.path, query_params=slide.query | held)


def _button(way: str, shortcut: str, number: int, panel: Panel, slides: Slides) -> None:
    slide = slides[number] if 0 <= number < len(slides) else None

    def go() -> None:
        if slide.lesson.key == panel.scope:
            panel.assign(panel.defaults | slide.scene.settings)
        else:
            st.session_state[ELSEWHERE] = number  # a callback may not switch pages

    where = f"{way.capitalize()} scene: {number + 1} of {len(slides)}"  # not its name: a class would know what comes
    st.button(
        way.capitalize(),
        icon=f":material/{ICONS[way]}:",
        key=panel.key(way),
        on_click=go,
        disabled=slide is None,
        help=where if slide else "There is no scene beyond.",
        shortcut=shortcut,
    )


def for_the_lecturer(scene: Scene | None) -> None:
    """What the scene is good for in class, closed, so that students see it when the lecturer wants them to."""
    if scene:
        with st.expander("For the lecturer", icon=":material/school:"):
            st.markdown(f"**A common belief:** “{scene.misconception}”  \n**To say:** {scene.talking_point}")
