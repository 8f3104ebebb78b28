"""Busy machines are no failure: what a test claims about time it measures itself."""

from hypothesis import settings

from tests.harness import CASES

pytest_plugins = ["tests.evidence", "pytester"]

settings.register_profile("lab", deadline=None)
settings.register_profile("thorough", deadline=None, max_examples=5000)  # --hypothesis-profile=thorough
settings.load_profile("lab")


def pytest_terminal_summary(terminalreporter):
    for kind, many in CASES.items():
        terminalreporter.write_line(f"Break it: {many:,} {kind}")
