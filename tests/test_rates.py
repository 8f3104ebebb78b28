from dataclasses import replace
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pages.shared.settings.rates import FRACTION, LONGEST, Rate

RATE = Rate("rate", "Rate", "0.05")


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("0.34", 0.34),
        ("1e-3", 1e-3),
        ("1/6", 1 / 6),
        (" 1 / 6 ", 1 / 6),
        ("1/1.4", 1 / 1.4),
        (".5", 0.5),
        ("10", 10),
        ("0.00000000000000000000000005", 5e-26),
        ("1e300/1e-8", 1e308),
        ("5e-324", 5e-324),
    ],
)
def test_a_rate_may_be_a_decimal_a_power_or_a_fraction(text, rate):
    assert RATE.number(text) == rate and RATE.read(text) == text


@pytest.mark.parametrize(
    "text",
    ["", "0", "-1", "1/0", "1e3000000", "1e999/1e999", "1/2/3", "nan", "0x1", "٣", "1_0", "1e-400", "1e309", "1/inf"]
    + ["1,000,000", "1,2,3", "1,000.5", "1.000,5", ",", "1,/,", "0,5,/3"],
)
def test_other_texts_are_no_rate(text):
    assert RATE.number(text) is None and RATE.read(text) is None


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("0,05", "0.05"),
        ("1,5e-3", "1.5e-3"),
        ("0,5/3", "0.5/3"),
        ("1/1,4", "1/1.4"),
        (",5", ".5"),
        (" 1 / 6", " 1 / 6"),
    ],
)
def test_of_a_rate_with_a_decimal_comma_only_the_comma_changes(typed, read):
    assert RATE.read(typed) == read and RATE.number(typed) == RATE.number(read)


@given(some.floats(min_value=5e-324, allow_infinity=False), some.sampled_from([1 / 2, 2]))
def test_half_and_double_are_exact_or_there_is_no_such_rate(rate, factor):
    text = RATE.times(repr(rate), factor)
    assert RATE.number(text) == rate * factor if text else rate * factor in (0, float("inf"))
    part = RATE.times(f"3/{rate!r}", factor)
    assert part is None or part.startswith("3/") and float(part[2:]) == rate / factor


@given(some.floats(1e-300, 1e300))
def test_the_slider_has_stops_in_every_decade_that_it_covers_whatever_the_data(limit):
    stops = [RATE.number(stop) for stop in replace(RATE, around=limit).grid]
    assert None not in stops and len(set(stops)) == len(stops) >= 100
    assert limit / 1e4 <= stops[0] * 1.01 <= 1.14 * limit / 1e4 and 8.8 * limit < stops[-1] <= 10.1 * limit


@given(some.floats(min_value=5e-324, allow_infinity=False))
def test_every_rate_in_range_survives_being_written_down(rate):
    assert RATE.number(repr(rate)) == rate


@pytest.mark.parametrize("text", [f"0.{'0' * 97}4/6", "1" * 101, "1" * 2000])
def test_a_text_that_is_too_long_is_no_rate(text):
    assert RATE.read(text) is None and RATE.read(f"0.{'0' * 95}4/6") and f"{LONGEST} characters" in RATE.bound


@pytest.mark.parametrize("piece", ["1", ".1", "1e1", " ", "1/"])
def test_no_text_keeps_the_server_busy_with_finding_out_that_it_is_no_rate(piece):
    started = process_time()
    assert not FRACTION.fullmatch(piece * 2000 + "/" + piece * 2000 + "x")
    assert process_time() - started < 0.5
