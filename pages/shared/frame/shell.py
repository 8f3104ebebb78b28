"""The frame around every page: the list of pages, the navigation, and the way in.

A page file ends with `run(page)` (pages/lessons). When somebody opens a link to a page on a server that has not yet
shown any, Streamlit takes the folder `pages/` for its old convention and runs that file without `app.py`; `run` notices
and starts the frame itself, so a link works cold. Only public calls are used, and the addresses keep the names of the
files.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

from pages.shared.lesson import Lesson
from pages.shared.session import ADDRESS, FRAME_IS_UP, JUST_OPENED, PRESENTING, SHOWN
from pages.shared.settings import glossary


def _source(name: str) -> str:
    return Path(__file__).with_name(f"{name}.js").read_text("utf-8")


# Two files that run in the browser and show nothing.
_browser = st.components.v2.component("browser", html="<i hidden></i>", js=_source("browser"))
_number_fields = st.components.v2.component("number_fields", html="<i hidden></i>", js=_source("number_fields"))

STYLE = """<style>
.stMainBlockContainer { padding: 2.5rem 2.5rem 3rem; }
@media (max-width: 640px) { .stMainBlockContainer { padding: 3.5rem 1rem 3rem; } }
.stMarkdown table { display: block; max-width: 100%; overflow-x: auto; } /* scrolls on a phone */
</style>"""  # a lesson's verdict and main chart fit a projector of 1280 x 720 without scrolling

# No page has an icon: Streamlit would fetch it, as the tab's picture, from a host of its own choice.
ARTICLES = "pages/articles.py"  # what the lessons are checked against, and no lesson itself


def main(lessons: Sequence[Lesson]) -> None:
    """Draw the frame and, inside it, the page that the address names."""
    st.set_page_config(page_title="Gradient-descent lab", layout="wide")
    st.html(STYLE)
    pages = [st.Page("pages/home.py", title="Home", default=True)]
    pages += [st.Page(lesson.path, title=lesson.title, help=lesson.hint) for lesson in lessons]
    pages += [st.Page(ARTICLES, title="The articles, checked")]
    page = st.navigation(pages)
    st.session_state[JUST_OPENED] = st.session_state.get(SHOWN) != page.url_path
    st.session_state[SHOWN] = page.url_path
    st.session_state[PRESENTING] = False  # only a lesson can be presented
    st.session_state[FRAME_IS_UP] = True
    try:
        page.run()
    finally:
        st.session_state[FRAME_IS_UP] = False
    if st.sidebar.button("Words", key="words", icon=":material/dictionary:", help="Every term in a sentence"):
        words()
    settings = st.session_state.pop(ADDRESS, {})
    _browser(key="browser", data={"settings": settings}, on_return_change=lambda: None)  # it only makes the page run
    _number_fields(key="number_fields")


@st.dialog("Words", width="medium", icon=":material/dictionary:")
def words() -> None:
    """The glossary; only sent to those who ask for it."""
    st.markdown(glossary.as_markdown())


def run(page: Callable[[], None], lessons: Sequence[Lesson]) -> None:
    """Draw a page inside the frame, or start the frame if Streamlit ran the page's file on its own."""
    if st.session_state.get(FRAME_IS_UP):
        page()
    else:
        main(lessons)
