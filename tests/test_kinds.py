import pytest

from pages.shared.settings.kinds import Choice, Number

COEFFICIENT = Number("a", "a", -10, 10, 3, 0.1)
COUNT = Number("n", "n", 1, 5000, 500, 1, whole=True)


@pytest.mark.parametrize("raw", ["inf", "nan", "-10.1", "x", None, "", 1e-7, "1e400"])
def test_a_number_takes_nothing_outside_its_bounds(raw):
    assert COEFFICIENT.read(raw) is None


def test_a_whole_number_takes_no_fraction():
    assert COUNT.read("10.7") is None and COUNT.read(10.0) == 10 and COUNT.read("5e2") == 500


def test_a_choice_takes_its_options_only():
    choice = Choice("tolerance", "Tolerance", ("0", "1e-5"), "1e-5")
    assert choice.read("1e-5") == "1e-5" and choice.read("0.00001") is None
