"""What lessons share around their pictures: how the table of steps writes its numbers, and how much of it is shown."""

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from pages.shared.take_home.steps import _same_decimals

ALL_DIGITS, SIX_DECIMALS, WHOLE = "%.6e", "%.6f", "%d"


@pytest.mark.parametrize(
    ("column", "format"),
    [
        ([1e-4, 5.0], SIX_DECIMALS),
        ([-1e-4, 5.0], SIX_DECIMALS),
        ([9.9e-5, 5.0], ALL_DIGITS),
        ([0.005, 5.0], SIX_DECIMALS),
        ([0.5, 999_999.0], SIX_DECIMALS),
        ([0.5, -999_999.0], SIX_DECIMALS),
        ([0.5, 1e6], ALL_DIGITS),
        ([0.5, -1e6], ALL_DIGITS),
        ([0.0, 0.5], SIX_DECIMALS),
        ([0.5, np.nan], SIX_DECIMALS),
    ],
    ids=str,
)
def test_a_column_has_six_decimals_where_they_show_three_digits_of_every_number_and_else_a_power_of_ten(column, format):
    assert _same_decimals(pd.Series(column)) == format


def test_whole_numbers_have_no_decimals():
    assert _same_decimals(pd.Series([0, 1, 10_000_000])) == WHOLE


def table_of(rows: int) -> AppTest:
    """A page that has nothing but an open table with so many rows."""

    def page(rows):
        import numpy as np

        from pages.shared.take_home.steps import steps_table

        steps_table({"update": np.arange(rows), "other": np.zeros(rows)}, {"update": "update"}, "page")

    app = AppTest.from_function(page, kwargs={"rows": rows})
    app.session_state["page_table"] = True
    app.run()
    assert not app.exception
    return app


@pytest.mark.parametrize("rows", [1, 1001, 2000])
def test_a_table_has_every_step_of_up_to_two_thousand(rows):
    app = table_of(rows)
    assert app.dataframe[0].value["update"].tolist() == list(range(rows))
    assert not app.caption


@pytest.mark.parametrize("rows", [2001, 5000])
def test_a_longer_table_has_the_first_and_the_last_thousand_steps_and_says_so(rows):
    app = table_of(rows)
    assert app.dataframe[0].value["update"].tolist() == [*range(1000), *range(rows - 1000, rows)]
    assert app.caption[0].value.startswith(f"The first and the last 1,000 of {rows:,} rows")


def test_the_file_has_every_step_of_a_longer_table(monkeypatch):
    files = []
    monkeypatch.setattr("pages.shared.take_home.steps.download", lambda label, text, *rest: files.append(text()))
    table_of(5000)
    assert files[0].split() == ["update", *map(str, range(5000))]
