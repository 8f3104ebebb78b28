"""The order of things on the page of every lesson, as the shape of `with` blocks:

    stage = Stage(LESSON, SLIDES)               reads the address and the visit
    with stage.settings():                      the sidebar: scenes, the lesson's settings, Undo, Reset and Share
        ...
    stage.headline(title)                       title, and what the link has to say
    with stage.show(saying, bar, question):     the verdict or the question, the bar, and then the charts
        left, right = stage.columns(3, 2)
        with right, stage.result():             what is hidden until a prediction is made
            stage.chart(...)
        with stage.below():                     pinned runs, and what is closed until it is opened
            ...

Whoever leaves a block has drawn all that what follows needs: the scene is looked for when the settings are known, pins
are listed when all charts have asked for them, and the file to take home holds every chart.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

from pages.shared.data import own
from pages.shared.lesson import Lesson, Saying, Scene
from pages.shared.picture import timeline
from pages.shared.picture.charts import Chart
from pages.shared.picture.columns import Datasets
from pages.shared.session import PRESENTING
from pages.shared.settings.panel import Panel
from pages.shared.take_home import animation
from pages.shared.teaching.gallery import Slides, choose_scene, for_the_lecturer, previous_and_next
from pages.shared.teaching.pins import Pins, Place, not_in_the_link
from pages.shared.teaching.predict import Prediction, Question

FOR_THE_BACK_ROW = """<style>
:root { font-size: 20px; }
.stMainBlockContainer { padding-top: 3.1rem; }
.stMainBlockContainer h1 { display: none; }
.stMainBlockContainer [class*="_verdict"] { min-height: 0; }
</style>"""


class Stage:
    """One run of a lesson's page."""

    def __init__(self, lesson: Lesson, slides: Slides) -> None:
        self.lesson, self.slides = lesson, slides
        self.panel = Panel(lesson.key, *lesson.settings, called=lesson.called)
        self.panel.begin()
        self.values = self.panel.values
        self.scene: Scene | None = None
        st.session_state[PRESENTING] = self.values["present"]
        if self.values["present"]:
            st.set_page_config(initial_sidebar_state="collapsed")
            st.html(FOR_THE_BACK_ROW)

    @contextmanager
    def settings(self) -> Iterator[Panel]:
        """The sidebar. The scene is looked for, and runs are pinned, when the settings are known."""
        with st.sidebar:
            paging, scenes = st.container(), st.container()
            yield self.panel
            self.scene = choose_scene(scenes, self.panel, self.lesson.scenes)
            previous_and_next(paging, self.panel, self.scene, self.slides)
            self._last_buttons = st.container()
        self.pins = Pins(self.panel, self.lesson.keep, self.lesson.of_the_picture)

    def headline(self, title: str, *notes: str) -> None:
        """The title, what the link has to say, and what is to be known of the data."""
        self.title = title
        st.title(title)
        self.panel.introduce()
        for note in notes:
            st.info(note)
        self._body = st.container(key=self.lesson.key)

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
    ) -> Iterator[None]:
        """The verdict, or in its place a question to predict, and the bar; inside, the charts.

        way_out: a button beside the verdict that mends what it finds.
        """
        self.saying, self.prediction = saying, Prediction(self.panel, question, self.lesson.of_the_picture)
        with self._body:
            self.prediction.lead(lambda: self._tell(way_out))
            with st.container(horizontal=True, key=f"{self.lesson.key}_bar"):
                timeline.show(self.lesson.key, bar, opens_at=self.panel.link.at, gate=self.prediction.gate)
                self.pins.button(own.NO_PINS if own.is_chosen(self.values) else "")
            yield
        with self._last_buttons:
            table = "Your own table is not in it. " if own.is_chosen(self.values) else ""
            self.panel.undo_reset_share(table + not_in_the_link(self.panel))

    def _tell(self, way_out: Callable[[], None] | None) -> None:
        look = self.scene.look if self.scene else self.lesson.look
        if way_out is None:
            self.saying.show(look)
            return
        with st.container(horizontal=True, vertical_alignment="bottom"):
            with st.container():
                self.saying.show(look)
            way_out()

    def columns(self, *widths: int) -> list:
        """Columns for the charts. A presenter may show one of them at a time."""
        return timeline.columns(self.lesson.key, *widths)

    def result(self):
        """The place of a chart that gives the result away: hidden until a prediction is made."""
        return st.container(key=f"{self.lesson.key}_result")

    def chart(
        self, build: Callable[..., Chart], alt: str, datasets: Datasets, *titles, place: Place | None = None, **options
    ) -> None:
        """A chart that the bar moves, with the pinned runs that may be drawn in its place."""
        timeline.chart(build, alt, self.pins.on(place, datasets) if place else datasets, *titles, **options)

    @contextmanager
    def below(self) -> Iterator[None]:
        """Pinned runs, the rest of the verdict, and inside what is closed until it is opened; then the file."""
        pinned = st.container(key=f"{self.lesson.key}_pins")
        with st.container(key=f"{self.lesson.key}_result_more"):
            if self.saying.numbers and not self.prediction.is_open:
                st.markdown(f"**In numbers:** {self.saying.numbers}")
            for_the_lecturer(self.scene)
            yield
            animation.offer(self.title, self.saying.whole)
        self.pins.table(pinned)

    def take_rate(self, rate: str) -> None:
        self.panel.assign({"rate": rate})
