"""The record of the evidence: when a run fails, what a record keeps, and what the comparisons of a test tell."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tests.differences import told
from tests.evidence import RECORD

TENTHS = """
@pytest.mark.evidence(
    "Ten tenths are one.", lesson="The race", kind="closed form", oracle="1", tolerance=1e-12
)
def test_tenths():
    np.testing.assert_allclose([sum([0.1] * 10)], 1)
"""
MARK = """
@pytest.mark.evidence("Two halves are one.", kind="exact arithmetic", oracle="fractions", tolerance=0)"""
HALVES = f"""{MARK}
@pytest.mark.parametrize("n", [1, 2, 3])
def test_halves(n):
    assert n / 2 + n / 2 == n
"""
UNMARKED = """
def test_more():
    pass
"""


@pytest.fixture
def project(pytester):
    """A project of two claims, with its record."""
    (pytester.path / RECORD).parent.mkdir(parents=True)
    pytester.makeconftest('pytest_plugins = ["tests.evidence"]')
    write(pytester, TENTHS, HALVES, UNMARKED)
    assert pytester.runpytest("--record-evidence").ret == 0
    return pytester


def write(project, *tests):
    (project.path / "test_all.py").write_text("import numpy as np\nimport pytest\n" + "".join(tests), encoding="utf-8")


def record(project) -> dict:
    return json.loads((project.path / RECORD).read_text(encoding="utf-8"))


def complaints(project, *arguments) -> list[str]:
    """What the run says of the evidence; it fails if that is anything."""
    result = project.runpytest(*arguments)
    said = [line for line in result.outlines if line.startswith("test_all.py::") and ": " in line]
    assert bool(said) == (result.ret != 0), result.outlines
    return said


def test_the_record_has_the_claim_the_difference_rounded_up_and_the_number_of_cases(project):
    assert record(project) == {
        "test_all.py::test_halves": {
            "statement": "Two halves are one.",
            "lesson": "Every lesson",
            "kind": "exact arithmetic",
            "oracle": "fractions",
            "tolerance": 0,
            "difference": 0,
            "cases": 3,
        },
        "test_all.py::test_tenths": {
            "statement": "Ten tenths are one.",
            "lesson": "The race",
            "kind": "closed form",
            "oracle": "1",
            "tolerance": 1e-12,
            "difference": 1e-15,  # 1.1e-16
            "cases": 1,
        },
    }
    assert not complaints(project)


def test_recording_twice_gives_the_same_file(project):
    before = (project.path / RECORD).read_bytes()
    write(project, UNMARKED, HALVES, TENTHS)
    project.runpytest("--record-evidence")
    assert (project.path / RECORD).read_bytes() == before


@pytest.mark.parametrize(
    ("field", "old", "new"),
    [
        ("statement", "Ten tenths", "Ten dimes"),
        ("lesson", "The race", "The quadratic"),
        ("kind", "closed form", "enumeration"),
        ("oracle", 'oracle="1"', 'oracle="one"'),
        ("tolerance", "1e-12", "1e-11"),
    ],
)
@pytest.mark.parametrize("arguments", [[], ["-k", "tenths"]], ids=["whole", "part"])
def test_another_claim_than_in_the_record_fails(project, field, old, new, arguments):
    write(project, TENTHS.replace(old, new), HALVES)
    assert complaints(project, *arguments) == [f"test_all.py::test_tenths: another {field} than in the record"]


def test_a_marked_test_that_is_not_in_the_record_fails(project):
    write(project, TENTHS, HALVES, TENTHS.replace("test_tenths", "test_new"))
    assert complaints(project) == ["test_all.py::test_new: not in the record"]


@pytest.mark.parametrize("left", [UNMARKED, HALVES.replace(MARK, "")], ids=["deleted", "unmarked"])
def test_a_recorded_test_that_is_gone_fails_a_whole_run_and_no_other(project, left):
    write(project, TENTHS, left)
    assert complaints(project) == ["test_all.py::test_halves: in the record, and no marked test"]
    assert complaints(project, "-m", "evidence")
    for part in (["-k", "tenths"], ["-m", "not slow"], ["test_all.py"], ["--deselect", "other"], ["--ignore", "other"]):
        assert not complaints(project, *part)


def test_fewer_cases_than_in_the_record_fail_a_whole_run(project):
    write(project, TENTHS, HALVES.replace("[1, 2, 3]", "[1, 2]"))
    assert complaints(project) == ["test_all.py::test_halves: another cases than in the record"]
    assert not complaints(project, "-k", "halves")


def test_a_difference_above_the_tolerance_of_the_claim_fails_and_is_not_recorded(project):
    before = record(project)
    write(project, TENTHS.replace("[0.1]", "[0.1 + 1e-10]"), HALVES)  # within the 1e-7 of the comparison itself
    sentence = "test_all.py::test_tenths: a difference of 1e-09 is above the tolerance, 1e-12"
    assert complaints(project) == complaints(project, "--record-evidence") == [sentence]
    assert record(project) == before


def test_a_difference_is_not_rounded_up_above_the_tolerance(project):
    write(project, TENTHS.replace("[0.1]", "[0.1 + 2e-14]").replace("1e-12", "5e-13"))
    project.runpytest("--record-evidence")
    assert record(project)["test_all.py::test_tenths"]["difference"] == 5e-13  # 2e-13


def test_a_difference_that_moves_within_its_tolerance_passes(project):
    write(project, TENTHS.replace("[0.1]", "[0.1 + 2e-14]"), HALVES)
    assert not complaints(project)
    project.runpytest("--record-evidence")
    assert record(project)["test_all.py::test_tenths"]["difference"] == 1e-12  # 2e-13


def test_a_difference_that_is_not_told_any_more_fails(project):
    write(project, TENTHS.replace("np.testing.assert_allclose([sum([0.1] * 10)], 1)", "assert True"), HALVES)
    (sentence,) = complaints(project)
    assert sentence.startswith("test_all.py::test_tenths: its difference is told")


def test_a_part_is_recorded_beside_the_rest_and_the_whole_without_what_is_gone(project):
    write(project, TENTHS.replace("Ten", "10"))
    project.runpytest("--record-evidence", "-k", "tenths")
    assert record(project)["test_all.py::test_tenths"]["statement"] == "10 tenths are one."
    assert "test_all.py::test_halves" in record(project)
    project.runpytest("--record-evidence")
    assert list(record(project)) == ["test_all.py::test_tenths"]


@pytest.mark.parametrize("end", ["pytest.skip()", "pytest.fail()"])
def test_what_is_skipped_keeps_its_record_and_after_a_failure_nothing_is_written(project, end):
    before = record(project)
    skipped = TENTHS.replace("Ten", "10").replace("    np", f"    {end}\n    np")
    write(project, skipped, HALVES)
    project.runpytest("--record-evidence")
    expected = before["test_all.py::test_tenths"] | ({"statement": "10 tenths are one."} if "skip" in end else {})
    assert record(project)["test_all.py::test_tenths"] == expected


def test_random_examples_are_no_cases(project):
    drawn = "from hypothesis import given, strategies\n" + HALVES.replace(
        '@pytest.mark.parametrize("n", [1, 2, 3])', "@given(n=strategies.integers(1, 9))"
    ).replace("== n", "== pytest.approx(n)").replace("tolerance=0", "tolerance=1e-6")
    write(project, drawn)
    project.runpytest("--record-evidence")
    entry = record(project)["test_all.py::test_halves"]
    assert (entry["cases"], entry["difference"]) == (0, 0)


@pytest.mark.parametrize("value", ["The race", "closed form"])
def test_a_lesson_or_a_kind_that_is_not_known_fails_and_is_not_recorded(project, value):
    before = record(project)
    write(project, TENTHS.replace(value, "another"), HALVES)
    sentence = "test_all.py::test_tenths: no lesson or kind of tests/evidence.py: another"
    assert complaints(project, "--record-evidence") == [sentence]
    assert record(project) == before


# ---- what comparisons tell


def heard(compare, helper="", **names) -> list[float]:
    module, differences = SimpleNamespace(assert_allclose=assert_allclose, **names), []
    with told(module, helper, differences.append):
        compare(module)
    return differences


@pytest.mark.parametrize(
    ("actual", "expected", "tolerances", "difference"),
    [
        ([1.0, 201.0], [1, 200], {"rtol": 0.1}, 0.005),
        ([1.0, 201.0], [1, 200], {"rtol": 0, "atol": 2}, 1),
        ([0.5, 200.0], [0, 200], {"rtol": 0.1, "atol": 10}, 0.005),  # 0.5 of 0 + 10 / 0.1
        (np.array([np.nan, 2.0, np.inf]), [np.nan, 1, np.inf], {"rtol": 2}, 1),
        ([[1.0], [2.0]], 2, {"rtol": 0, "atol": 1}, 1),
        ([], [], {}, 0),
    ],
)
def test_assert_allclose_tells_the_largest_difference(actual, expected, tolerances, difference):
    for place in (lambda module: module, lambda module: np.testing):
        compared = heard(lambda module, place=place: place(module).assert_allclose(actual, expected, **tolerances))
        assert compared == pytest.approx([difference])


@pytest.mark.parametrize(
    ("actual", "expected", "tolerances", "difference"),
    [
        (201.0, 200, {"rel": 0.1}, 0.005),
        (201.0, 200, {"abs": 2}, 1),
        (0.5, 0, {"rel": 0.1, "abs": 10}, 0.005),
        (np.array([201.0, 200.0]), 200, {"rel": 0.1}, 0.005),
        ((201.0, 1.0), (200, 1), {"rel": 0.1}, 0.005),
        (np.array([1.0, 201.0]), np.array([1, 200]), {"rel": 0.1}, 0.005),
        (1 + 1e-7, 1, {}, 1e-7),
    ],
)
def test_approx_tells_the_largest_difference(actual, expected, tolerances, difference):
    def compare(_):
        assert actual == pytest.approx(expected, **tolerances)
        assert pytest.approx(expected, **tolerances) == actual

    assert heard(compare) == pytest.approx([difference] * 2)


def test_what_does_not_agree_tells_nothing_and_fails():
    def compare(module):
        assert 1 != pytest.approx(2)
        with pytest.raises(AssertionError, match="Not equal to tolerance"):
            module.assert_allclose(1, 2)

    assert heard(compare) == []


def test_helpers_of_a_test_tell_theirs():
    def scan(ours, loop):
        assert ours.shape == loop.shape

    path = np.array([[1.0, -1.0], [100.0, 0.0], [0.0, 0.0]])
    assert heard(lambda module: module.digits(9), "digits", digits=lambda right: right) == pytest.approx([1e-9])
    assert heard(lambda module: module.difference(3e-9), "difference", difference=lambda apart: apart) == [3e-9]
    apart = [[0.0, 0.0], [0.0, 0.0], [1.0, 0.0]]
    assert heard(lambda module: module.assert_close(path + apart, path), "assert_close", assert_close=scan) == [0.01]


def test_afterwards_nothing_listens():
    before = np.testing.assert_allclose, pytest.approx
    heard(lambda module: None)
    assert (np.testing.assert_allclose, pytest.approx) == before
