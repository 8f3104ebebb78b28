"""The articles, checked: what four published tutorials print, what is computed here, and where they slip.

Typed are only quotations: what an article prints (`printed`) and what its listing sets (the scenes, and the constants
of each article's module). Every other number is computed when the page is drawn.
"""

import streamlit as st

from pages.lessons import run
from pages.lessons.articles import classifier, line, plane, printed, quadratic
from pages.shared.teaching.gallery import Slide

ARTICLES = (quadratic, classifier, line, plane)


def page() -> None:
    st.title("The articles, checked")
    st.markdown(
        "This lab grew out of four public tutorials: here is what each prints, what is computed from the same "
        "settings, and where it slips."
    )
    st.caption(
        "Printed numbers are quotations, all others are computed as the page is drawn. The difference is "
        f"|printed − computed|; “{printed.AGREE}”: rounded to as many digits, what is computed is what is printed."
    )
    for article in ARTICLES:
        st.header(article.TITLE)
        article.show()
        with st.container(horizontal=True):
            for lesson, scene in article.LINKS:
                Slide(lesson, scene).link(f"{lesson.title}: {scene.name}")


if __name__ == "__main__":
    run(page)
