"""The lessons of the lab: the one list, read by the frame, Home, the gallery and the tests.

To add a lesson: a page in `pages/`, a room here with its record, and its name in LESSONS.
"""

from collections.abc import Callable

from pages.lessons.quadratic import QUADRATIC
from pages.lessons.race import RACE
from pages.lessons.regression import REGRESSION
from pages.shared.frame import shell
from pages.shared.teaching.gallery import slides

LESSONS = (QUADRATIC, REGRESSION, RACE)
SLIDES = slides(LESSONS)


def run(page: Callable[[], None]) -> None:
    """The last line of every page: it draws the page inside the frame."""
    shell.run(page, LESSONS)
