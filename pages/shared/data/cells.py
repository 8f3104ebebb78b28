"""What a cell of a table says: a number, a gap, or something else. Nothing is evaluated, guessed or repaired."""

import re
from collections.abc import Sequence
from math import nan

import numpy as np

from pages.shared.words import number

SMALLEST = 1e-100  # the square of a smaller number is nothing
LARGEST = 1e100  # squares of such numbers, and their sums, stay far from the end of the machine's numbers
MISSING = {"", "-", "?", "na", "n/a", "#n/a", "nan", "none", "null"}
NOT_ZERO = re.compile(r"[^eE]*[1-9]")  # the text of a number that is not 0, whatever the machine makes of it


def number_in(cell: str) -> float:
    """The number that a cell says, or NaN for a missing one; ValueError for any other text."""
    text = cell.strip()
    if text.lower() in MISSING:
        return nan
    if "_" in text:  # Python reads 1_000 as a thousand
        raise ValueError(text)
    return float(text.replace("−", "-"))


def read_cell(cell: str) -> tuple[float, str]:
    """The number that a cell says, or NaN for a missing one, and what it should be and is not, if anything."""
    try:
        value = number_in(cell)
    except ValueError:
        return nan, "a number, such as 1.5"
    return value, broken_bound(value, cell)


def broken_bound(value: float, cell: str) -> str:
    """The bound that the number in a cell breaks, if any."""
    # An infinity that the table spells out has no digits; a number that overflows has. One that underflows is no 0.
    if abs(value) > LARGEST and any(map(str.isdigit, cell)):
        return f"at most {number(LARGEST)} in size"
    if abs(value) < SMALLEST and (value or NOT_ZERO.match(cell)):
        return f"0 or at least {number(SMALLEST)} in size"
    return ""


def is_data(row: Sequence[str]) -> bool:
    """Whether a row holds numbers, with or without gaps, and nothing else."""
    try:
        return not np.isnan([number_in(cell) for cell in row]).all()
    except ValueError:
        return False
