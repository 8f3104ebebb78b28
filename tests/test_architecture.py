"""Imports run one way: pages -> lessons -> shared -> gdcore -> numpy; and pictures know no Streamlit."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GDCORE = sorted((ROOT / "gdcore").rglob("*.py"))
PAGES = sorted((ROOT / "pages").glob("*.py"))
LESSONS = sorted((ROOT / "pages" / "lessons").rglob("*.py"))
SHARED = sorted((ROOT / "pages" / "shared").rglob("*.py"))


def imported(file):
    """Full names of what a file imports, absolute: `from pages import shared` gives pages.shared."""
    here = file.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join([*here[: len(here) - node.level + 1], node.module or ""] if node.level else [node.module])
            yield from (f"{base.rstrip('.')}.{alias.name}" for alias in node.names)


def of_the_project(file):
    return [name for name in imported(file) if name.split(".")[0] in {"app", "gdcore", "pages", "tests"}]


def named(file):
    return str(file.relative_to(ROOT))


def test_gdcore_imports_only_numpy_and_the_standard_library():
    assert GDCORE
    roots = {name.split(".")[0] for file in GDCORE for name in imported(file)}
    assert roots <= {"gdcore", "numpy", *sys.stdlib_module_names}


@pytest.mark.parametrize("file", PAGES, ids=named)
def test_a_page_imports_no_other_page(file):
    assert all(name.startswith(("gdcore", "pages.lessons", "pages.shared")) for name in of_the_project(file))


@pytest.mark.parametrize("file", LESSONS, ids=named)
def test_a_lesson_imports_its_own_room_and_the_platform_but_no_other_lesson(file):
    room = file.relative_to(ROOT / "pages" / "lessons").parts[0]
    own = (f"pages.lessons.{room}", "gdcore", "pages.shared")
    other = [name for name in of_the_project(file) if not name.startswith(own)]
    assert not other or room in ("__init__.py", "articles")  # the list of lessons, and what is about them


@pytest.mark.parametrize("file", SHARED, ids=named)
def test_the_platform_knows_no_lesson(file):
    assert all(name.startswith(("gdcore", "pages.shared")) for name in of_the_project(file))


def test_pictures_do_not_import_streamlit():
    """Charts, sketches, columns, colours: all but the timeline, which shows them."""
    room = {file for file in SHARED if file.parent.name == "picture" and file.stem != "timeline"}
    pictures = sorted(room | {file for file in [*SHARED, *LESSONS] if "charts" in file.stem})
    assert len(pictures) >= 13
    assert not [name for file in pictures for name in imported(file) if name.split(".")[0] == "streamlit"]


@pytest.mark.parametrize("file", [*GDCORE, *PAGES, *LESSONS, *SHARED], ids=named)
def test_a_module_has_one_idea_and_so_at_most_250_lines(file):
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 250


def test_app_imports_the_list_of_lessons_and_the_frame_alone():
    names = of_the_project(ROOT / "app.py")
    assert names == ["pages.lessons.LESSONS", "pages.shared.frame.shell.main"]
