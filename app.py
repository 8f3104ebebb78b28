"""The gradient-descent lab: `streamlit run app.py`."""

from pages.lessons import LESSONS
from pages.shared.frame.shell import main

main(LESSONS)
