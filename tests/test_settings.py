from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pages.shared.settings import FRACTION, Choice, Number, Rate

RATE = Rate("rate", "Rate", "0.05")
COEFFICIENT = Number("a", "a", -10, 10, 3, 0.1)
COUNT = Number("n", "n", 1, 5000, 500, 1, whole=True)


@pytest.mark.parametrize(
    ("text", "rate"),
    [("0.34", 0.34), ("1e-3", 1e-3), ("1/6", 1 / 6), (" 1 / 6 ", 1 / 6), ("1/1.4", 1 / 1.4), (".5", 0.5), ("10", 10)],
)
def test_a_rate_may_be_a_decimal_a_power_or_a_fraction(text, rate):
    assert RATE.number(text) == rate and RATE.read(text) == text


@pytest.mark.parametrize(
    "text", ["", "0", "-1", "10.001", "1/0", "1e3000000", "1e999/1e999", "1/2/3", "nan", "0x1", "٣", "1_0"]
)
def test_other_texts_are_no_rate(text):
    assert RATE.number(text) is None


@given(some.floats(1e-4, 10))
def test_every_rate_in_range_survives_being_written_down(rate):
    assert RATE.number(repr(rate)) == rate


@pytest.mark.parametrize("raw", ["inf", "nan", "-10.1", "x", None, "", 1e-7, "1e400"])
def test_a_number_takes_nothing_outside_its_bounds(raw):
    assert COEFFICIENT.read(raw) is None


def test_a_whole_number_takes_no_fraction():
    assert COUNT.read("10.7") is None and COUNT.read(10.0) == 10 and COUNT.read("5e2") == 500


def test_a_choice_takes_its_options_only():
    choice = Choice("tolerance", "Tolerance", ("0", "1e-5"), "1e-5")
    assert choice.read("1e-5") == "1e-5" and choice.read("0.00001") is None


def test_a_rate_has_at_most_as_many_characters_as_its_field_holds():
    assert RATE.read("1.000000000000000000000/6") is None and "24 characters" in RATE.bound
    assert RATE.number("1.00000000000000000000/6") == 1 / 6


@pytest.mark.parametrize("piece", ["1", ".1", "1e1", " ", "1/"])
def test_no_text_keeps_the_server_busy_with_finding_out_that_it_is_no_rate(piece):
    started = process_time()
    assert not FRACTION.fullmatch(piece * 2000 + "/" + piece * 2000 + "x")
    assert process_time() - started < 0.5
