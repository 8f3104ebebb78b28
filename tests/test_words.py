import pytest

from pages.shared.words import apart, at, count, literal, number, steady


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.05, "0.05"),
        (-2.31, "−2.31"),
        (-0.0, "0"),
        (1e-5, "10⁻⁵"),
        (-1e7, "−10⁷"),
        (2.4917e-12, "2.492 × 10⁻¹²"),
        (1402, "1,402"),
        (1 / 3, "0.3333"),
        (float("inf"), "too large to compute"),
        (float("nan"), "too large to compute"),
    ],
)
def test_a_number_is_short_and_has_a_true_minus_sign(value, text):
    assert number(value).replace("\u00a0", " ") == text


@pytest.mark.parametrize(
    ("value", "text"), [(8, "8.0000"), (46.0, "46.000"), (12345.6, "12346"), (-1e21, "−1.0000 × 10²¹")]
)
def test_a_running_number_keeps_its_digits(value, text):
    assert steady(value).replace("\u00a0", " ") == text


def test_numbers_that_differ_look_different():
    assert apart(0.33333, 1 / 3) == "0.33333" and apart(1 / 3, 0.33333) == "0.333333"
    assert apart(0.5, 1 / 3) == "0.5"
    assert apart(1.0, 1) == "1"
    assert apart(-1 - 2e-9, -1) == "−1.000000002"


def test_counts_and_indices_read_like_words():
    assert [count(many, "update") for many in (0, 1, 1402)] == ["0 updates", "1 update", "1,402 updates"]
    assert at("x", 305) == "x₃₀₅"


@pytest.mark.parametrize("text", ["a`b", "``", "[x](http://a.b)", "$x$", "<b>", ":red[x]", "a\n\n# b"])
def test_foreign_text_stays_within_its_fence(text):
    shown = literal(text)
    fence = shown.split(" ")[0]
    assert set(fence) == {"`"} and shown.endswith(f" {fence}")
    assert fence not in shown[len(fence) : -len(fence)] and "\n" not in shown


def test_long_foreign_text_is_shortened():
    assert len(literal("a" * 10_000)) < 50


def test_signs_that_turn_or_hide_what_follows_are_written_out():
    assert literal("\u202e1\x00\u2066é😀") == "` \\u202e1\\u0000\\u2066é😀 `"
