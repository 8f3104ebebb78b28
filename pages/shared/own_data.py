"""The reader's own data: uploaded, pasted or edited in the page.

They stay in this visit: nothing is stored or shown to another reader, and a link cannot carry them.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st

from gdcore import datasets
from gdcore.datasets import Dataset
from pages.shared import tables


def choose(page: str) -> tuple[Dataset, tuple[str, ...]]:
    """The reader's data set, or the six points while there is none, and what is to be said of it."""
    way = st.segmented_control(
        "Your table", ("Upload", "Paste", "Edit"), default="Paste", key=f"{page}_way", persist_state="session"
    )
    try:
        table = {"Upload": uploaded, "Edit": edited}.get(way, pasted)(page)
        names = list(table.columns)
        target = st.selectbox("Target", names, len(names) - 1)
        others = [name for name in names if name != target]
        features = st.multiselect("Features (one or two)", others, others[:1], max_selections=2)
        dataset, notes = tables.choose(table, target, features)
        return dataset, (*table.notes, *notes)
    except tables.TableError as error:
        return datasets.line(), (f"{error} The six points are shown.",)


def uploaded(page: str) -> tables.Table:
    file = st.file_uploader(
        "A CSV file of up to 10 MB", type=["csv", "txt", "tsv"], max_upload_size=10, key=f"{page}_file"
    )
    if file is None:
        raise tables.TableError("No file is chosen yet.")
    return read(file.file_id, file)


def pasted(page: str) -> tables.Table:
    text = st.text_area(
        "A table, first row the names", FIRST_TABLE, key=f"{page}_text", height=140, persist_state="session"
    )
    table = tables.read_table(text)
    return replace(table, notes=(*table.notes, EXAMPLE)) if text == FIRST_TABLE else table


def edited(page: str) -> tables.Table:
    rows = [line.split(",") for line in FIRST_TABLE.split()]
    cells = pd.DataFrame(np.array(rows[1:], dtype=float), columns=rows[0])
    return tables.read_table(st.data_editor(cells, num_rows="dynamic", key=f"{page}_cells").to_csv(index=False))


NO_PINS = "A run on your own table cannot be pinned: its settings do not hold the table."
EXAMPLE = "This is an example: paste, upload or edit a table of your own."
FIRST_TABLE = "x,y\n0,1\n1,3\n2,4\n3,8\n"


@st.cache_data(scope="session", max_entries=2, show_spinner=False)
def read(file_id: str, _file) -> tables.Table:
    """An upload is read once a visit, and never seen by another."""
    return tables.read_table(_file.getvalue())
