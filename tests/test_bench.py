"""The comparison of a commit with the working tree: it names what is slower, and runs each side's own code."""

import shutil
import subprocess
from dataclasses import replace
from math import inf
from pathlib import Path

import numpy as np
import pytest

from tests.bench.against import ROOT, Comparison, checkout_of, compare, complaints, difference, measured, table
from tests.bench.lessons import LESSONS
from tests.bench.measuring import in_turns


def takes(*seconds: float):
    """A clock that says so many seconds a run in the first round, the next and so on, then the last for ever."""
    rounds = iter(seconds[:1] + seconds)  # before the rounds each run is timed once
    return lambda times: next(rounds, seconds[-1])


def judged(*measurements):
    """The comparisons and the complaints when a workload is measured so, each time with clocks of both sides."""
    times = iter(measurements)
    comparisons = compare(["the tiny one"], lambda name: Comparison(name, *in_turns(next(times))))
    assert next(times, None) is None, "measured too seldom"
    return comparisons, complaints(comparisons)


@pytest.mark.parametrize("after", [0.005, 0.010, 0.0114])
def test_a_working_tree_that_is_not_slower_passes_at_once(after):
    comparisons, said = judged([takes(0.010), takes(after)])
    assert said == []
    assert f"| the tiny one | 10 | {1000 * after:.3g} | {after / 0.01:.2f} | - |" in table(comparisons)


def test_a_working_tree_that_is_slower_twice_is_named():
    slower = [takes(0.010), takes(0.012)]
    _, said = judged(slower, slower)
    assert said == ["the tiny one: takes 1.20 times as long as before, and 1.15 is the bound."]


def test_a_few_slow_rounds_do_not_count():
    _, said = judged([takes(0.010), takes(*[0.050] * 4, 0.010)])
    assert said == []


def test_what_was_slower_only_once_passes_on_the_medians_of_all_rounds():
    (comparison,), said = judged([takes(0.010), takes(*[0.012] * 5, 0.010)], [takes(0.010), takes(0.010)])
    assert said == [] and comparison.ratio == 1 and len(comparison.after) == 18


def checkout(folder: Path, last_lines: str) -> Path:
    """The code of today with these lines at the end of `gdcore`."""
    shutil.copytree(ROOT / "gdcore", folder / "gdcore")
    with (folder / "gdcore" / "__init__.py").open("a") as code:
        code.write(last_lines)
    return folder


def test_a_workload_runs_on_both_sides_and_has_the_same_history():
    comparison = measured("quadratic", ROOT, ROOT, rounds=1)
    assert len(comparison.before) == len(comparison.after) == 1 and comparison.before[0] > 0
    assert comparison.difference == 0 and comparison.failure == ""


def test_each_side_runs_the_code_of_its_checkout(tmp_path):
    twice = "\n_once = descend\ndef descend(f, x, rule, rate, steps):\n    return _once(f, x, rule, 2 * rate, steps)\n"
    comparison = measured("quadratic", checkout(tmp_path, twice), ROOT, rounds=1)
    assert 0.1 < comparison.difference < inf


@pytest.mark.parametrize("side", ["the commit", "the working tree"])
def test_a_side_that_cannot_run_a_workload_fails_the_comparison(tmp_path, side):
    both = [checkout(tmp_path, "\ndel descend\n"), ROOT]
    comparisons = compare(["quadratic"], lambda name: measured(name, *(both if side == "the commit" else both[::-1])))
    (said,) = complaints(comparisons)
    assert said.startswith(f"quadratic: {side} cannot run it: ImportError: cannot import name 'descend'")
    assert "| quadratic | - | - | - | - |" in table(comparisons)


def test_a_side_that_fails_later_fails_the_comparison(tmp_path):
    once = "\n_all = [descend]\ndef descend(*setting):\n    return _all.pop()(*setting)\n"
    comparison = measured("quadratic", ROOT, checkout(tmp_path, once), rounds=1)
    assert comparison.failure == "the working tree cannot run it again: IndexError: pop from empty list"


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_each_lesson_answers_to_one_rate_after_another(monkeypatch, lesson):
    monkeypatch.chdir(ROOT)
    lesson = replace(lesson, rows=min(lesson.rows, 20))
    drawn = set()
    for _ in range(3):
        lesson.run()
        assert not lesson.app.warning
        drawn.add(tuple(chart.proto.SerializeToString() for chart in lesson.app.get("vega_lite_chart")))
    assert len(drawn) == 3


def test_a_commit_is_compared_as_it_was_committed(tmp_path):
    def git(*words):
        subprocess.run(["git", "-C", tmp_path, "-c", "user.name=A", "-c", "user.email=a@b", *words], check=True)

    git("init", "-q")
    (tmp_path / "app.py").write_text("committed")
    git("add", "app.py")
    git("commit", "-q", "-m", "one")
    (tmp_path / "app.py").write_text("changed since")
    with checkout_of("HEAD", tmp_path) as folder:
        assert (folder / "app.py").read_text() == "committed"
    with pytest.raises(SystemExit, match="There is no commit HEAD~7: "), checkout_of("HEAD~7", tmp_path):
        pass


@pytest.mark.parametrize(
    ("before", "after", "largest"),
    [
        ([1.0, 2.0], [1.0, 2.0], 0),
        ([0.0, 1e-9], [1e-3, 1e-9], 1e-3),
        ([1e9], [1e9 + 1e3], 1e-6),
        ([1.0, np.nan], [1.0, np.nan], 0),
        ([1.0, np.nan], [1.0, 2.0], inf),
        ([1.0], [1.0, 2.0], inf),
    ],
)
def test_histories_differ_by_their_largest_difference(tmp_path, before, after, largest):
    files = tmp_path / "before.npz", tmp_path / "after.npz"
    for file, values in zip(files, (before, after), strict=True):
        np.savez(file, theta=values)
    assert difference(*files) == pytest.approx(largest, rel=1e-3)


def test_what_has_no_history_differs_by_nothing(tmp_path):
    np.savez(tmp_path / "none.npz")
    assert difference(tmp_path / "none.npz", tmp_path / "none.npz") is None
