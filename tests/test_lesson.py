"""What lessons share around their pictures: how the table of steps writes its numbers, and how much of it is shown."""

import numpy as np
import pandas as pd
import pytest

from pages.shared.lesson import _same_decimals

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
