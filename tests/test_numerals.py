"""Numbers in a chart are written as on the page.

Vega's expressions are translated into Python here, function by function; tests/browser reads what Vega itself writes.
"""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pages.shared.picture import numerals
from pages.shared.words import number


def d3_format(value: float, kind: str) -> str:
    """What d3 makes of a number: '.4~r' rounds to digits, '.3~e' writes a power; ~ takes away zeros at the end."""
    digits, trim, letter = re.fullmatch(r"\.(\d+)(~?)([re])", kind).groups()
    if letter == "e":
        mantissa, exponent = f"{value:.{digits}e}".split("e")
        exponent = f"{'-' if int(exponent) < 0 else '+'}{abs(int(exponent))}"
    else:
        value += 0.0  # no sign on a 0
        places = max(int(digits) - 1 - (math.floor(math.log10(abs(value))) if value else 0), 0)
        mantissa, exponent = f"{value:.{places}f}", ""
    if trim and "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return mantissa.replace("-", "−") + (f"e{exponent}" if exponent else "")


def evaluated(expression: str, value: float) -> str:
    """A Vega expression in `value`, in Python."""
    test, then = split_at(expression.removeprefix("(").removesuffix(")"), " ? ")
    yes, no = split_at(then, " : ")
    python = f"({yes}) if ({test}) else ({no})"
    python = python.replace("===", "==").replace("||", "or").replace("&&", "and")
    functions = {"format": d3_format, "abs": abs, "split": str.split, "regexp": lambda text, *flags: text}
    functions |= {"replace": lambda text, pattern, new: re.sub(pattern, new.replace("$1", r"\1"), text)}
    return eval(python, functions | {"value": value})


def split_at(text: str, mark: str) -> tuple[str, str]:
    before, _, after = text.partition(mark)
    return before, after


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.0, "0"),
        (0.05, "0.05"),
        (-2.3147, "−2.315"),
        (3.81e21, "3.81\u00a0×\u00a010²¹"),
        (1.951e-14, "1.951\u00a0×\u00a010⁻¹⁴"),
        (-6e40, "−6\u00a0×\u00a010⁴⁰"),
        (1e-7, "10⁻⁷"),
        (-1e9, "−10⁹"),
    ],
)
def test_a_number_is_written_as_on_the_page(value, said):
    assert evaluated(numerals.written("value"), value) == said == number(value)


@given(some.floats(-1e300, 1e300).filter(lambda value: value == 0 or abs(value) > 1e-300))
def test_any_number_is(value):
    rounded = float(f"{value:.4g}")  # at the border between the two notations Python rounds first
    assert evaluated(numerals.written("value"), rounded) == number(rounded)


def test_a_running_number_keeps_its_digits():
    steady = numerals.written("value", steady=True)
    assert [evaluated(steady, value) for value in (16.9, 1.0, 3.1e7)] == ["16.90", "1.000", "3.100\u00a0×\u00a010⁷"]
