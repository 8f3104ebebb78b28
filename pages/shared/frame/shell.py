"""The frame around every page: the list of pages, the navigation, and the way in.

A page file ends with `run(page)`. When somebody opens a link to a page on a server that has not yet shown any,
Streamlit takes the folder `pages/` for its old convention and runs that file without `app.py`; `run` notices and starts
the frame itself, so a link works cold. Only public calls are used, and the addresses keep the names of the files.
"""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from pages.shared.settings import glossary


def _script(name: str) -> Callable:
    """A file that runs in the browser and shows nothing."""
    source = Path(__file__).with_name(f"{name}.js").read_text("utf-8")
    return st.components.v2.component(name, html="<i hidden></i>", js=source)


_browser, _number_fields = _script("browser"), _script("number_fields")

STYLE = """<style>
.stMainBlockContainer { padding: 2.5rem 2.5rem 3rem; }
@media (max-width: 640px) { .stMainBlockContainer { padding: 3.5rem 1rem 3rem; } }
.stMarkdown table { display: block; max-width: 100%; overflow-x: auto; } /* scrolls on a phone */
</style>"""  # a lesson's verdict and main chart fit a projector of 1280 x 720 without scrolling

FRAME_IS_UP = "_frame_is_up"
SHOWN = "_shown"  # the page that this visit saw last
JUST_OPENED = "_just_opened"  # whether the page on the screen is another than that
PRESENTING = "_presenting"  # whether the page on the screen is in presenter mode
ADDRESS = "_address"  # the settings of the page that have to stand in the address

# No page has an icon: Streamlit would fetch it, as the tab's picture, from a host of its own choice.
LESSONS = {
    "pages/quadratic.py": ("The quadratic", "One parameter: how the learning rate makes or breaks descent"),
    "pages/linear_regression.py": ("Linear regression", "Data, parameters and loss together: why scaling decides"),
    "pages/variant_race.py": ("The race", "Batch, mini-batch, stochastic: what fast means, and what noise does"),
}
ARTICLES = "pages/articles.py"  # what the lessons are checked against, and no lesson itself


def main() -> None:
    """Draw the frame and, inside it, the page that the address names."""
    st.set_page_config(page_title="Gradient-descent lab", layout="wide")
    st.html(STYLE)
    pages = [st.Page("pages/home.py", title="Home", default=True)]
    pages += [st.Page(path, title=title, help=hint) for path, (title, hint) in LESSONS.items()]
    pages += [st.Page(ARTICLES, title="The articles, checked")]
    page = st.navigation(pages)
    st.session_state[JUST_OPENED] = st.session_state.get(SHOWN) != page.url_path
    st.session_state[SHOWN] = page.url_path
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


def run(page: Callable[[], None]) -> None:
    """Draw a page inside the frame, or start the frame if Streamlit ran the page's file on its own."""
    if st.session_state.get(FRAME_IS_UP):
        page()
    else:
        main()
