"""How we know: what marked tests claim, against which oracle, and how close they come, in a record that CI compares.

    @pytest.mark.evidence(
        "A sentence for a teacher: it stands on a page and is read aloud.",
        lesson="The quadratic", kind="closed form", oracle="1/3 + (1 − 6η)^t (8 − 1/3)", tolerance=1e-12,
    )

`COMMAND` writes the record; of some tests, if only these run. Without `--record-evidence` a run fails where claims and
record differ, where the record names a test that is gone (if all were collected), or a tolerance is exceeded.

The difference is 0 for a claim of tolerance 0, which a test compares by `==`, and None where a test only says that it
is within. A case is one comparison (tests/differences.py), of a number or of a whole array, or a test without any;
random examples are no cases, since their number varies.
"""

import json
from dataclasses import dataclass, field
from math import ceil, log10
from typing import NamedTuple

import pytest

from pages.lessons import LESSONS
from tests.differences import told

RECORD = "pages/shared/evidence.json"
COMMAND = "python -m pytest -m evidence --record-evidence --hypothesis-seed=0"
SUBJECTS = ("Every lesson", *(lesson.title for lesson in LESSONS), "The articles, checked")
KINDS = (
    "closed form",
    "exact arithmetic",
    "certified values",
    "another library",
    "printed article",
    "published data",
    "central differences",
    "independent loop",
    "enumeration",
    "search on a grid",
    "long runs",
)
SELECTIONS = ("keyword", "deselect", "ignore", "ignore_glob", "lf", "stepwise")


class Claim(NamedTuple):
    """What a mark says."""

    statement: str
    kind: str
    oracle: str
    tolerance: float
    lesson: str = SUBJECTS[0]
    helper: str = ""  # of `HELPERS`, the one that the test compares with


@dataclass
class Marked:
    """A marked test, with all its parameters, and what was seen of it."""

    claim: Claim
    collected: int = 0
    passed: int = 0
    cases: int = 0
    differences: list[float] = field(default_factory=list)

    @property
    def difference(self) -> float | None:
        """The largest, rounded up to a power of ten but not above the tolerance."""
        largest = max(self.differences, default=None if self.claim.tolerance else 0.0)
        return min(float(f"1e{ceil(log10(largest))}"), self.claim.tolerance) if largest else largest

    def entry(self, known: dict) -> dict:
        """For the record. A test of which some was skipped or failed keeps what is known of it."""
        seen = {"difference": self.difference, "cases": self.cases}
        seen = seen if self.passed == self.collected else {name: known.get(name) for name in seen}
        return {name: value for name, value in self.claim._asdict().items() if name != "helper"} | seen


def pytest_addoption(parser):
    parser.addoption("--record-evidence", action="store_true", help=f"write what tests claim and show to {RECORD}")


def pytest_configure(config):
    config.addinivalue_line("markers", "evidence(statement, lesson, kind, oracle, tolerance, helper): a claim, kept")
    config.pluginmanager.register(Evidence(config))


class Evidence:
    def __init__(self, config):
        self.path, self.recording = config.rootpath / RECORD, config.getoption("record_evidence")
        self.record = json.loads(self.path.read_text(encoding="utf-8")) if self.path.exists() else {}
        named = config.args_source is config.ArgsSource.ARGS or config.option.markexpr not in ("", "evidence")
        self.whole = not named and not any(config.getoption(selection, None) for selection in SELECTIONS)
        self.marked: dict[str, Marked] = {}
        self.complaints: list[str] = []

    def pytest_collection_finish(self, session):
        for item in session.items:
            if mark := item.get_closest_marker("evidence"):
                self.marked.setdefault(name_of(item), Marked(Claim(*mark.args, **mark.kwargs))).collected += 1

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item):
        if (test := self.marked.get(name_of(item))) is None:
            return (yield)
        seen: list[float] = []
        with told(item.module, test.claim.helper, seen.append):
            result = yield
        test.passed += 1
        test.differences += seen
        test.cases += 0 if getattr(item.obj, "is_hypothesis_test", False) else max(1, len(seen))
        return result

    def pytest_sessionfinish(self, session):
        self.complaints = [*self.untrue(), *([] if self.recording else self.differing())]
        if self.complaints:
            session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED
        elif self.recording and session.exitstatus == pytest.ExitCode.OK:
            entries = {name: test.entry(self.record.get(name, {})) for name, test in self.marked.items()}
            kept = {} if self.whole else self.record
            text = json.dumps(kept | entries, ensure_ascii=False, indent=1, sort_keys=True)
            self.path.write_text(text + "\n", encoding="utf-8")

    def untrue(self):
        for name, test in self.marked.items():
            unknown = {test.claim.lesson, test.claim.kind} - {*SUBJECTS, *KINDS}
            yield from (f"{name}: no lesson or kind of tests/evidence.py: {word}" for word in unknown)
            if (largest := max(test.differences, default=0)) > test.claim.tolerance:
                yield f"{name}: a difference of {largest:.2g} is above the tolerance, {test.claim.tolerance:g}"

    def differing(self):
        fields = [*Claim._fields[:5], *(["cases"] if self.whole else [])]
        for name, test in self.marked.items():
            if (known := self.record.get(name)) is None:
                yield f"{name}: not in the record"
                continue
            now = test.entry(known)
            yield from (f"{name}: another {field} than in the record" for field in fields if now[field] != known[field])
            if (now["difference"] is None) != (known["difference"] is None):
                yield f"{name}: its difference is told in the record or in the test, and not in the other"
        if self.whole:
            gone = [name for name in self.record if name not in self.marked]
            yield from (f"{name}: in the record, and no marked test" for name in gone)

    def pytest_terminal_summary(self, terminalreporter):
        if self.complaints:
            terminalreporter.section("the evidence is not what is recorded", red=True)
            terminalreporter.write_line("\n".join(self.complaints))
            terminalreporter.write_line(f"If it should be: {COMMAND}")


def name_of(item) -> str:
    return item.nodeid.partition("[")[0]
