"""A throw-away copy of the lab, to add something to it and to drive all its pages."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def copy_of_the_lab(copy: Path, *tests: str) -> None:
    """The app, with the tests' harness and these modules of tests."""
    shutil.copy(ROOT / "app.py", copy)
    for room in (".streamlit", "gdcore", "pages"):
        shutil.copytree(ROOT / room, copy / room, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "tests").mkdir()
    for name in ("__init__", "copies", "harness", *tests):
        shutil.copy(ROOT / "tests" / f"{name}.py", copy / "tests")


def add_to_a_tuple(file: Path, begin: str, entry: str, before: str) -> None:
    """One entry more at the end of the tuple that begins so, and `before` right above it."""
    text, its_name, entries = file.read_text("utf-8").partition(begin)
    entries, end, rest = entries.partition(")\n")
    file.write_text(f"{text.rstrip()}\n\n\n{before.lstrip()}{its_name}{entries}, {entry}{end}{rest}", "utf-8")


def driven(copy: Path, module: str) -> list[str]:
    """What `drive` of a module of tests prints there, word by word."""
    drive = [sys.executable, "-W", "error", "-c", f"from tests.{module} import drive; drive()"]
    done = subprocess.run(drive, cwd=copy, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.split()
