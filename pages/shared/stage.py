"""The order of things on the page of every lesson, as the shape of `with` blocks:

    stage = Stage(LESSON, SLIDES)               reads the address and the visit
    with stage.settings():                      the sidebar: the lesson's settings
        ...
    stage.headline(title)                       the line on top, and what the link has to say
    with stage.show(saying, bar, question):     the verdict or the question, the bar, and then the charts
        left, right = stage.columns(Curve=3, Gap=2)
        with right, stage.result():             what is hidden until a prediction is made
            stage.chart(...)
        with stage.below():                     pinned runs, and what is closed until it is opened
            ...

A lesson needs a setting `rate`, a scene, a saying, a bar, a question, and a chart that the bar moves. It may leave out
whatever stands in `below` (the sweep, the table, the code, more charts), the `place` of a chart, without which pinned
runs are listed and not drawn in it, `above`, notes and a way out. The smallest one is tests/toy_lesson.

Whoever leaves a block has drawn all that what follows needs: the scene is looked for when the settings are known, pins
are listed when all charts have asked for them, and the file to take home holds every chart.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st

from pages.shared.data import own
from pages.shared.lesson import Lesson, Saying, Scene
from pages.shared.picture import timeline
from pages.shared.picture.charts import Chart
from pages.shared.picture.columns import Datasets
from pages.shared.session import PRESENTING
from pages.shared.settings import glossary
from pages.shared.settings.panel import Panel
from pages.shared.take_home import animation
from pages.shared.teaching.gallery import (
    Slides,
    choose_scene,
    for_the_lecturer,
    last_scene,
    previous_and_next,
    scene_on_screen,
)
from pages.shared.teaching.pins import Pins, Place, not_in_the_link
from pages.shared.teaching.predict import Prediction, Question


def _style(name: str) -> str:
    return f"<style>{Path(__file__).with_name(name).read_text('utf-8')}</style>"


STYLE = _style("stage.css")
FOR_THE_BACK_ROW = _style("presenter.css")
LINES = {lines: f"<style>:root {{ --lines: {lines}; }}</style>" for lines in range(1, 10)}
STILL = "<style>.vega-bindings { display: none !important; }</style>"  # for charts that have no bar to move them
ALL_CHARTS = "All"
ONLY = {  # as above made here, and not from a page's values: what is HTML is fixed before there is a reader
    one: f'<style>[class*="_charts"] [data-testid="stColumn"]:not(:nth-child({one})) {{ display: none; }}</style>'
    for one in range(1, 10)
}


class Stage:
    """One run of a lesson's page."""

    def __init__(self, lesson: Lesson, slides: Slides) -> None:
        self.lesson, self.slides = lesson, slides
        self.panel = Panel(lesson.key, *lesson.settings, called=lesson.called)
        self.panel.begin()
        self.values = self.panel.values
        self.scene: Scene | None = None
        st.session_state[PRESENTING] = self.values["present"]
        st.html(STYLE)
        if self.values["present"]:
            st.set_page_config(initial_sidebar_state="collapsed")
            st.html(FOR_THE_BACK_ROW)
        self._top = st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key=f"{lesson.key}_top")

    @contextmanager
    def settings(self) -> Iterator[Panel]:
        """The sidebar. The scene is looked for, and runs are pinned, when the settings are known."""
        if scene := last_scene(self.panel, self.slides):
            self.panel.wanted = frozenset(scene.settings).difference(self.lesson.of_the_picture)
        with st.sidebar:
            yield self.panel
        self.scene = scene_on_screen(self.panel, self.lesson.scenes)
        self.pins = Pins(self.panel, self.lesson.keep, self.lesson.of_the_picture)

    def headline(self, title: str, *notes: str) -> None:
        """One line on top; then what the link has to say, and what is to be known of the data."""
        self.title = title
        with self._top:
            st.title(title, width="content", anchor=False)
            choose_scene(self.panel, self.scene, self.slides)
            previous_and_next(self.panel, self.scene, self.slides)
            self.panel.draw_for_a_class()
            self._last_buttons = st.container(horizontal=True, gap="xsmall", width="content")
        self.panel.introduce()
        for note in notes:
            st.info(note)
        self._body = st.container(key=self.lesson.key)

    def at_hand(self):
        """The place of the learning rate: first in the sidebar and, for a presenter, on the page."""
        if not self.values["present"]:
            return st.container()
        return self._top.container(horizontal=True, width="content", key=f"{self.lesson.key}_at_hand")

    def above(self):
        """The place above the verdict, for what a lesson has of its own to set there."""
        return self._body

    @contextmanager
    def show(
        self,
        saying: Saying,
        bar: timeline.Bar,
        question: Callable[[], Question | None],
        way_out: Callable[[], None] | None = None,
        no_pins: str = "",
    ) -> Iterator[None]:
        """The verdict, or in its place a question to predict, and the bar; inside, the charts.

        way_out: a button beside the verdict that mends what it finds. no_pins: why this run cannot be pinned.
        """
        self.saying, self.prediction = saying, Prediction(self.panel, question, self.lesson.of_the_picture)
        st.html(LINES[saying.lines(self._look()) + (len(bar.rules) > 2)])  # more than two rules take another line
        with self._body:
            self.prediction.lead(lambda: saying.show(self._look()), lambda: self._beside(way_out))
            with st.container(horizontal=True, key=f"{self.lesson.key}_bar"):
                timeline.show(self.lesson.key, bar, opens_at=self.panel.link.at, gate=self.prediction.gate)
                self.pins.button(no_pins or (own.NO_PINS if own.is_chosen(self.values) else ""))
            # What the alt texts cannot say, for they are part of a chart that is built once; read aloud, and not seen.
            st.container(key=f"{self.lesson.key}_result_in_words").markdown(f"The charts show: {saying.plain}")
            yield
        self._finish()

    @contextmanager
    def by_hand(self) -> Iterator[None]:
        """In place of `show`: what a reader does before there is a run to play."""
        st.html(STILL)
        st.html(LINES[1])
        with self._body:
            st.markdown(self._look())
            yield
        self._finish()

    def _finish(self) -> None:
        """What can be said of the settings only when all of them are drawn."""
        self.panel.remember()
        with self._last_buttons:
            self.panel.undo_and_reset()
            table = "Your own table is not in it. " if own.is_chosen(self.values) else ""
            self.panel.share(table + not_in_the_link(self.panel))

    def _look(self) -> str:
        return self.scene.look if self.scene else self.lesson.look

    def _beside(self, way_out: Callable[[], None] | None) -> None:
        """What stands beside the verdict: its figures, with the terms in them explained, and a way out."""
        with st.popover("In numbers", type="tertiary"):
            st.markdown(self.saying.numbers)
            if terms := glossary.explained(self.saying.numbers):
                st.markdown(terms)
        if way_out:
            way_out()

    def columns(self, **widths: int) -> list:
        """Columns for the charts, by their names. A presenter may show one of them, as large as the screen."""
        names = [ALL_CHARTS, *(name.replace("_", " ") for name in widths)]
        shown = ALL_CHARTS
        if self.values["present"]:
            shown = self._top.segmented_control(
                "Charts",
                names,
                default=ALL_CHARTS,
                required=True,
                key=f"{self.lesson.key}_shown",
                label_visibility="collapsed",
            )
        with st.container(key=f"{self.lesson.key}_charts"):
            if self.values["present"]:
                st.container(key=f"{self.lesson.key}_corner").markdown(f"**{self.title}**")
            if (one := names.index(shown)) > 0:
                st.html(ONLY[one])
            return st.columns(list(widths.values()))

    def result(self):
        """The place of a chart that gives the result away: hidden until a prediction is made."""
        return st.container(key=f"{self.lesson.key}_result")

    def chart(
        self, build: Callable[..., Chart], alt: str, datasets: Datasets, *titles, place: Place | None = None, **options
    ) -> None:
        """A chart that the bar moves, with the pinned runs that may be drawn in its place."""
        datasets = self.pins.on(place, datasets) if place else datasets
        timeline.chart(build, alt, datasets, *titles, **{"height": "stretch", **options})

    @contextmanager
    def below(self) -> Iterator[None]:
        """Pinned runs, and inside what is closed until it is opened; then the file."""
        pinned = st.container(key=f"{self.lesson.key}_pins")
        with st.container(key=f"{self.lesson.key}_result_more"):
            for_the_lecturer(self.scene)
            yield
            animation.offer(self.title, self.saying.whole)
        self.pins.table(pinned)

    def take_rate(self, rate: str) -> None:
        self.panel.assign({"rate": rate})
