"""The run on the screen as a program to take home, below the charts of a lesson."""

from collections.abc import Callable

import streamlit as st

from pages.shared.take_home.libraries import PACKAGES, PROGRAMS
from pages.shared.take_home.run import Run, csv_text


def code_to_take_home(describe: Callable[[], Run], name: str) -> None:
    """Programs that run alone and print the numbers on the screen. Nothing is written while this is closed."""
    code = st.expander("The same run in code", icon=":material/code:", key=f"{name}_code", on_change="rerun")
    if code.open:
        with code:
            library = st.segmented_control(
                "Library",
                list(PROGRAMS),
                default="NumPy",
                required=True,
                key=f"{name}_library",
                persist_state="session",
            )
            _program(describe(), library, name)


def _program(run: Run, library: str, name: str) -> None:
    program = PROGRAMS[library](run)
    if program is None:
        st.markdown(
            f"{library} has no rule that computes the same as {run.rule.name} does here. The programs for the other "
            "libraries have the rule itself."
        )
        return
    st.markdown(
        "It runs on its own and prints the first updates and the last: the numbers on this page, up to rounding. "
        f"It needs Python and `pip install {PACKAGES[library]}`."
    )
    st.code(program, language="python")
    with st.container(horizontal=True):
        download("Download as Python", program, f"{name}_{library.lower()}.py", "text/x-python")
        if run.examples and (file := run.examples.file):
            dataset = run.examples.dataset
            download(f"Download {file}, which it reads", lambda: csv_text(dataset), file, "text/csv")


def download(label: str, text: str | Callable[[], str], file_name: str, mime: str) -> None:
    """A button that downloads a text; one that is not made yet is made when it is pressed."""
    st.download_button(label, text, file_name, mime, on_click="ignore", icon=":material/download:")
