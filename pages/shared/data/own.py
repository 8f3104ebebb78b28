"""The reader's own data: uploaded, pasted or edited in the page.

They stay in this visit: nothing is stored or shown to another reader, and a link cannot carry them.
"""

import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from gdcore import datasets
from gdcore.datasets import Dataset
from pages.shared.data import selection, tables
from pages.shared.data.refusal import TableError

OWN = "Your own"  # among the data of a lesson


def is_chosen(values: Mapping[str, Any]) -> bool:
    return values.get("data") == OWN


def choose(page: str) -> tuple[Dataset, tuple[str, ...]]:
    """The reader's data set, or the six points while there is none, and what is to be said of it."""
    way = st.segmented_control(
        "Your table", ("Upload", "Paste", "Edit"), default="Paste", key=f"{page}_way", persist_state="session"
    )
    said: tuple[str, ...] = ()
    try:
        table = {"Upload": uploaded, "Edit": edited}.get(way, pasted)(page)
        said, names = table.notes, list(table.columns)
        target = st.selectbox("Target", names, len(names) - 1)
        others = [name for name in names if name != target]
        features = st.multiselect("Features (one or two)", others, others[:1], max_selections=2)
        dataset, notes = selection.choose(table, target, features)
        return dataset, (*said, *notes)
    except TableError as error:
        return datasets.line(), (*said, f"{error} The six points are shown.")


def uploaded(page: str) -> tables.Table:
    file = st.file_uploader(
        "A CSV file of up to 10 MB", type=["csv", "txt", "tsv"], max_upload_size=10, key=f"{page}_file"
    )
    if file is None:
        raise TableError("No file is chosen yet.")
    return read(file.file_id, file.getvalue)


def pasted(page: str) -> tables.Table:
    text = st.text_area(
        "A table, first row the names", FIRST_TABLE, key=f"{page}_text", height=140, persist_state="session"
    )
    table = read(text, lambda: text)
    return replace(table, notes=(*table.notes, EXAMPLE)) if text == FIRST_TABLE else table


def edited(page: str) -> tables.Table:
    """A grid of texts: cells for numbers turn 1,5 into 15 and 1e-3 into −13 in the browser, before it is known here."""
    key = f"{page}_cells"
    opened_with, now = f"{key}_opened_with", f"{key}_now"
    if key not in st.session_state:  # the grid was away, and has forgotten what was typed
        st.session_state[opened_with] = st.session_state.get(now, FIRST_CELLS)
    cells = st.data_editor(st.session_state[opened_with], num_rows="dynamic", key=key).fillna("")
    st.session_state[now] = cells.reset_index(drop=True)  # numbers with gaps between them would be shown as a column
    return tables.read_cells(cells.to_dict("list"))


NO_PINS = "A run on your own table cannot be pinned: its settings do not hold the table."
EXAMPLE = "This is an example: paste, upload or edit a table of your own."
FIRST_TABLE = "x,y\n0,1\n1,3\n2,4\n3,8\n"
FIRST_CELLS = pd.read_csv(io.StringIO(FIRST_TABLE), dtype="string")


def read(identity: str, raw: Callable[[], bytes | str]) -> tables.Table:
    """An upload or a pasted text is read, or refused, once a visit, and never seen by another."""
    table = _read(identity, raw)
    if isinstance(table, TableError):
        raise table
    return table


@st.cache_data(scope="session", max_entries=2, show_spinner=False)
def _read(identity: str, _raw: Callable[[], bytes | str]) -> tables.Table | TableError:
    try:
        return tables.read_table(_raw())
    except TableError as error:  # the cache forgets what is raised, and keeps what is returned
        return error
