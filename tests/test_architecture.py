"""Imports run one way: pages -> pages.shared -> gdcore -> numpy."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SHARED = sorted((ROOT / "pages" / "shared").rglob("*.py"))
GDCORE = sorted((ROOT / "gdcore").rglob("*.py"))
PAGES = sorted((ROOT / "pages").glob("*.py"))


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


def test_gdcore_imports_only_numpy_and_the_standard_library():
    assert GDCORE
    roots = {name.split(".")[0] for file in GDCORE for name in imported(file)}
    assert roots <= {"gdcore", "numpy", *sys.stdlib_module_names}


@pytest.mark.parametrize("file", SHARED + PAGES, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_page_is_imported_by_another_or_by_shared_code(file):
    assert all(name.startswith(("gdcore", "pages.shared")) for name in of_the_project(file))


def test_charts_do_not_import_streamlit():
    charts = [file for file in SHARED if file.name == "charts.py"]
    assert not [name for file in charts for name in imported(file) if name.split(".")[0] == "streamlit"]


def test_app_imports_nothing_of_the_project_but_shared_code():
    app = [file for file in [ROOT / "app.py"] if file.exists()]
    assert all(name.startswith("pages.shared") for file in app for name in of_the_project(file))
