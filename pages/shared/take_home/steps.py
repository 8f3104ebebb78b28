"""Every step of a run as a table, and the table as a file."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import streamlit as st

from pages.shared.take_home.code import download

ROWS_AT_EACH_END = 1000


def steps_table(steps: Mapping[str, np.ndarray], labels: Mapping[str, str], name: str) -> None:
    """Every step as a table with its download. Nothing is sent to the browser while it is closed.

    Of a long run the table has both ends: 30,000 rows would be 2 MB at every change of a setting.
    """
    table = st.expander("Every step in numbers", icon=":material/table_rows:", key=f"{name}_table", on_change="rerun")
    if table.open:
        rows = pd.DataFrame({column: steps[column] for column in labels})
        columns = {
            column: st.column_config.NumberColumn(label, format=_same_decimals(rows[column]))
            for column, label in labels.items()
        }
        long = len(rows) > 2 * ROWS_AT_EACH_END
        shown = pd.concat([rows[:ROWS_AT_EACH_END], rows[-ROWS_AT_EACH_END:]]) if long else rows
        with table:
            st.dataframe(shown, column_config=columns, hide_index=True)
            if long:
                st.caption(
                    f"The first and the last {ROWS_AT_EACH_END:,} of {len(rows):,} rows; the file has all of them."
                )
            download("Download as CSV", lambda: rows.to_csv(index=False), f"{name}.csv", "text/csv")


def _same_decimals(column: pd.Series) -> str:
    if pd.api.types.is_integer_dtype(column):
        return "%d"
    sizes = column[column != 0].abs()
    return "%.6f" if 1e-4 <= sizes.min() and sizes.max() < 1e6 else "%.6e"
