"""What the lab cannot do, whoever writes the link, the table or the text: read off its source and its configuration.

The same rules keep it fit for Python in the browser, which has no threads, no processes and no sockets.
"""

import ast
import re
from collections import Counter
from importlib.metadata import version
from pathlib import Path

import pytest
import streamlit as st
from packaging.requirements import Requirement

from pages.shared.data.refusal import MAX_BYTES

ROOT = Path(__file__).parents[1]
TREES = {
    str(file.relative_to(ROOT)): ast.parse(file.read_text(encoding="utf-8"))
    for file in [ROOT / "app.py", *sorted((ROOT / "gdcore").rglob("*.py")), *sorted((ROOT / "pages").rglob("*.py"))]
}
RUNTIME = {"streamlit", "numpy", "pandas", "altair"}
STREAMLITS_OWN = {"pyarrow"}  # what it needs itself, in the browser too, and sends tables in
# A list of what is allowed, since nobody can list all that starts a thread, opens a socket or unpickles.
STANDARD_LIBRARY = {
    *(
        "base64",
        "bisect",
        "collections",
        "contextlib",
        "contextvars",
        "csv",
        "dataclasses",
        "enum",
        "functools",
        "html",
        "inspect",  # whose getsource reads the rule that a program prints
        "io",
    ),
    *("itertools", "json", "math", "operator", "pathlib", "re", "string", "struct", "textwrap", "typing", "zlib"),
    "urllib.parse",
}
ALLOWED = {"gdcore", "pages"} | RUNTIME | STREAMLITS_OWN | STANDARD_LIBRARY
RUNS_TEXT = {"eval", "exec", "compile", "__import__"}
CHANGES_FILES = {
    *("open", "write_text", "write_bytes", "touch", "mkdir", "unlink", "rmdir", "rename", "symlink_to"),
    *("save", "savez", "savez_compressed", "savetxt", "tofile", "memmap", "to_pickle", "to_parquet", "to_excel"),
}
UNSAFE_OPTIONS = {"unsafe_allow_html", "unsafe_allow_javascript", "allow_pickle"}
BROWSER = {"streamlit": "1.62.0", "numpy": "2.2.5", "pandas": "2.3.3", "altair": "6.0.0"}  # as stlite 1.9.2 has them

every_file = pytest.mark.parametrize("file", TREES)


def calls(tree):
    """Every call with the last part of the name by which it is called: f(), module.f(), value.f()."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            yield node.func.id if isinstance(node.func, ast.Name) else node.func.attr, node


def modules(tree):
    """What is imported by its full name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module


def made_at_import(tree):
    """Constants: names that the module itself binds, before there is a reader, and that nothing binds again."""
    bound = Counter(
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    )
    targets = [t for node in tree.body if isinstance(node, ast.Assign) for t in node.targets if isinstance(t, ast.Name)]
    return {target.id for target in targets if bound[target.id] == 1}


def unsafe(source):
    """What the rules of this file find in a source."""
    tree = ast.parse(source) if isinstance(source, str) else source
    found = {name for name in modules(tree) if not {name, name.split(".")[0]} & ALLOWED}
    constants = made_at_import(tree)
    at_import = {id(node) for line in tree.body if isinstance(line, ast.Assign) for node in ast.walk(line)}
    for name, call in calls(tree):
        if name in RUNS_TEXT | CHANGES_FILES and not _is_regex(call):
            found.add(name)
        if name == "to_csv" and call.args:
            found.add("to_csv to a file")
        if name in ("html", "iframe") and not _is_constant(call.args[0], constants):
            found.add("html that is no constant")
        if name == "component" and id(call) not in at_import:
            found.add("a component that is not made at import")
        found |= UNSAFE_OPTIONS & {keyword.arg for keyword in call.keywords}
    return found


def _is_regex(call):
    return ast.unparse(call.func) == "re.compile"


def _is_constant(argument, constants):
    """A constant, or an item of one."""
    name = argument.value if isinstance(argument, ast.Subscript) else argument
    return isinstance(name, ast.Name) and name.id in constants


@every_file
def test_nothing_runs_text_starts_a_thread_changes_a_file_or_shows_html_that_is_not_fixed_in_code(file):
    assert not unsafe(TREES[file])


@pytest.mark.parametrize(
    "source",
    [
        "eval(text)",
        "frame.eval(text)",
        "compile(text, '', 'exec')",
        "import pickle",
        "from concurrent.futures import ThreadPoolExecutor",
        "import time",
        "import asyncio",
        "import urllib.request",
        "import os.path",
        "import torch",
        "Path(name).write_text(text)",
        "open(name)",
        "frame.to_csv(name)",
        "st.markdown(text, unsafe_allow_html=True)",
        "st.html(text)",
        "st.html(f'<b>{text}</b>')",
        "STYLE = '<style>{}</style>'\nst.html(STYLE.format(text))",
        "STYLE = ''\ndef f():\n STYLE = text\n st.html(STYLE)",
        "STYLE = ''\ndef f():\n global STYLE\n STYLE = text\nst.html(STYLE)",
        "def f():\n st.components.v2.component('x', html=text)",
    ],
)
def test_the_rules_find_what_they_are_for(source):
    assert unsafe(source)


def required():
    """The versions of each package that requirements.txt takes."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return {r.name: r.specifier for r in (Requirement(line) for line in lines if line and not line.startswith("#"))}


def test_only_four_packages_are_required_and_each_in_a_version_that_exists():
    assert required().keys() == RUNTIME
    assert all(version(name) in versions for name, versions in required().items())


def test_in_the_browser_only_streamlit_is_too_old():
    """And not by the pin alone: `alt` of charts and pictures came with 1.65, `help` of a page with 1.67."""
    assert [name for name, versions in required().items() if BROWSER[name] not in versions] == ["streamlit"]


def test_no_page_of_another_site_can_speak_to_the_server():
    assert st.get_option("server.enableCORS") and st.get_option("server.enableXsrfProtection")
    assert st.get_option("server.corsAllowedOrigins") == []
    assert st.get_option("server.xsrfCookieSameSite") in ("lax", "strict")


def test_the_server_takes_no_more_than_the_largest_table():
    assert st.get_option("server.maxUploadSize") * 1_000_000 == MAX_BYTES
    assert MAX_BYTES < st.get_option("server.maxMessageSize") * 1_000_000 <= 2 * MAX_BYTES
    (nginx,) = re.findall(r"client_max_body_size (\d+)m;", (ROOT / ".deploy" / "nginx.conf").read_text("utf-8"))
    assert int(nginx) == st.get_option("server.maxUploadSize") + 1


def test_nothing_leaves_the_server_that_was_not_asked_for():
    assert not st.get_option("browser.gatherUsageStats")
    assert not st.get_option("server.enableStaticServing")
