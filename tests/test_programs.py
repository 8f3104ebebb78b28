"""The programs to take home print the numbers that `descend` computes."""

import io
import warnings
from contextlib import redirect_stdout
from dataclasses import dataclass, fields
from itertools import product
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from gdcore import (
    OPTIMIZERS,
    SCHEDULES,
    Batches,
    BroadcastLeastSquares,
    Constant,
    Cosine,
    Exponential,
    InverseTime,
    LeastSquares,
    Momentum,
    Nesterov,
    Quadratic,
    StepDecay,
    Trace,
    datasets,
    descend,
    scaling,
)
from gdcore.optimizers import Optimizer
from pages.shared.take_home import run as programs
from pages.shared.take_home.libraries import PROGRAMS
from pages.shared.take_home.rule import source
from pages.shared.take_home.run import Regression, Run

NUMBERS = {"decay": 0.05, "factor": 0.9, "every": 20, "final": 0, "steps": 50}  # of schedules, by their fields
RATES = [
    kind(0.1, **{field.name: NUMBERS[field.name] for field in fields(kind) if field.name in NUMBERS})
    for kind in SCHEDULES
]
RULES = [kind() for kind in OPTIMIZERS]
OF_ONE_PARAMETER = [rule for rule in RULES if rule.elementwise]
BATCHES = [
    None,
    Batches(7, 3),
    Batches(7, 3, "fixed"),
    Batches(1, 3, "replacement"),
    Batches(20, 3),
    Batches(20, 3, "fixed"),
]
PARABOLA = Quadratic(a0=-3, a1=-2, a2=3)
LINE, PLANE = datasets.line(), datasets.noisy_line(30, (2.0, -0.5), seed=2)
CONSTANT = LINE._replace(features=np.column_stack([LINE.features, np.full(6, 0.1)]), feature_names=("x", "always 0.1"))
EXAMPLES = {
    "six points": programs.table(LINE, "data.csv"),
    "a plane, written out": programs.table(PLANE, "data.csv"),
    "a line, drawn": programs.noisy_line(20, (2.0,), -1.0, 0.7, outliers=3, seed=5),
    "a plane, drawn": programs.noisy_line(90, (2.0, -1 / 3), 0.25, 0, seed=6),
    "article": programs.table(datasets.article_regression(), "article.csv"),
    "auto mpg": programs.table(datasets.auto_mpg(), "auto_mpg.csv"),
}
twenty = EXAMPLES["a line, drawn"]


@dataclass(frozen=True)
class OfTheWholeGradient(Optimizer):
    """Only where the gradient points: g / |g|."""

    name: ClassVar[str] = "normalised"
    elementwise: ClassVar[bool] = False

    def init(self, theta):
        return None

    def update(
        self,
        gradient,
        state,
    ):
        return gradient / np.linalg.norm(gradient, axis=-1, keepdims=True), state


def computed(run: Run) -> Trace:
    batches = {"batches": run.batches} if run.batches else {}
    return descend(
        objective_of(run), run.start, run.rule, run.schedule, max(1, run.updates), tolerance=run.tolerance, **batches
    )


def objective_of(run: Run):
    if isinstance(run.objective, Quadratic):
        return run.objective
    features, targets, *_ = run.objective.examples.dataset
    if run.objective.standardise:
        features, *_ = scaling.standardised(features)
    if run.objective.held is not None:
        return LeastSquares(features, targets - run.objective.held, intercept=False)
    return (BroadcastLeastSquares if run.objective.broadcast else LeastSquares)(features, targets)


def executed(run: Run, library: str = "NumPy") -> tuple[dict, np.ndarray]:
    """The names that a program leaves behind, and the numbers that it prints."""
    names, printed = {}, io.StringIO()
    with redirect_stdout(printed):
        exec(PROGRAMS[library](run), names)
    return names, np.array([line.split() for line in printed.getvalue().splitlines()], dtype=float)


def difference(run: Run, library: str = "NumPy") -> float:
    """How far path and print of a program are from the computed run.

    Relative to the largest number so far; a loss also to the loss at 0.
    """
    trace, (names, printed) = computed(run), executed(run, library)
    path = np.array([np.ravel(theta) for theta in names["path"]])
    assert len(path) == len(trace.theta)
    last = len(path) - 1
    update = printed[:, 0].astype(int)
    assert update.tolist() == sorted({*range(min(5, last + 1)), last})
    np.testing.assert_array_equal(printed[:, 1:-1], path[update])
    at_zero = abs(objective_of(run).value(np.zeros(path.shape[1])))  # where a fit is exact, a loss is but rounding
    value = relative(printed[:, -1:], trace.value[update, None], float(at_zero))
    return max(relative(path, trace.theta), value)


def relative(found: np.ndarray, expected: np.ndarray, least: float = 0.0) -> float:
    so_far = np.maximum(np.maximum.accumulate(abs(expected).max(-1)), least)
    return float((abs(found - expected).max(-1) / np.where(so_far > 0, so_far, 1)).max())


@pytest.fixture(autouse=True)
def folder_with_the_files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for examples in EXAMPLES.values():
        if examples.file:
            (tmp_path / examples.file).write_text(programs.csv_text(examples.dataset), encoding="utf-8")


@pytest.mark.parametrize(("schedule", "rule"), list(product(RATES, OF_ONE_PARAMETER)), ids=str)
def test_numpy_descends_on_the_quadratic(schedule, rule):
    for tolerance in (0.0, 1e-3):
        assert difference(Run(PARABOLA, [8.0], schedule, 60, rule, tolerance=tolerance)) < 1e-12


@pytest.mark.evidence(
    "The NumPy program that one takes home from the quadratic computes the lesson's run to the last digit.",
    lesson="The quadratic",
    kind="independent loop",
    oracle="the program, run",
    tolerance=0,
    helper="difference",
)
@pytest.mark.parametrize("rule", OF_ONE_PARAMETER, ids=str)
@pytest.mark.parametrize("rate", ["1/6", "0.34", "1e-3", "007.50/100"])
def test_numpy_agrees_to_the_last_digit_on_the_quadratic_at_a_constant_rate(rule, rate):
    above, _, below = rate.partition("/")
    schedule = Constant(float(above) / float(below or 1))
    assert difference(Run(PARABOLA, [8.0], schedule, 300, rule, tolerance=1e-5, rate=rate)) == 0


@pytest.mark.evidence(
    "The NumPy program that one takes home follows every lane of the race, whatever its schedule, rule and batches.",
    lesson="The race",
    kind="independent loop",
    oracle="the program, run",
    tolerance=1e-10,
    helper="difference",
)
@pytest.mark.parametrize(("schedule", "rule", "batches"), list(product(RATES, RULES, BATCHES)), ids=str)
def test_numpy_follows_every_lane(schedule, rule, batches):
    assert difference(Run(Regression(twenty), [3.0, -2.0], schedule, 75, rule, batches)) < 1e-10


@pytest.mark.evidence(
    "The NumPy program that one takes home has the data and the loss of the lesson.",
    lesson="Linear regression",
    kind="independent loop",
    oracle="the program, run",
    tolerance=1e-10,
    helper="difference",
)
@pytest.mark.parametrize(
    "batches", [None, Batches(4, 1), Batches(4, 1, "fixed"), Batches(2, 1, "replacement")], ids=str
)
@pytest.mark.parametrize("options", [{}, {"standardise": True}, {"broadcast": True}], ids=str)
@pytest.mark.parametrize("examples", list(EXAMPLES.values()), ids=EXAMPLES)
def test_numpy_has_the_data_and_the_loss(examples, options, batches):
    objective = Regression(examples, **options)
    rate = 0.02 if examples is not EXAMPLES["auto mpg"] or objective.standardise else 5e-8
    start = np.arange(1.0, examples.dataset.features.shape[1] + 2)
    run = Run(objective, start, Constant(rate), 12, batches=batches)
    assert difference(run) < 1e-10
    names, _ = executed(run)
    if not objective.standardise:
        np.testing.assert_array_equal(names["X"], objective_of(run).design)
        np.testing.assert_array_equal(names["y"], objective_of(run).targets)


def test_numpy_learns_the_slope_alone():
    run = Run(Regression(EXAMPLES["six points"], held=-1.0), [8.0], Constant(0.01), 50)
    assert difference(run) < 1e-12
    assert executed(run)[1][1, 1] == pytest.approx(7.38)


def test_numpy_only_shifts_a_constant_feature():
    run = Run(Regression(programs.table(CONSTANT, "data.csv"), standardise=True), [1.0, 2.0, 3.0], Constant(0.1), 40)
    assert difference(run) < 1e-12


def test_numpy_stops_at_the_tolerance():
    run = Run(Regression(twenty), [0.0, 0.0], Constant(0.1), 1000, tolerance=1e-6)
    assert difference(run) < 1e-10
    assert len(executed(run)[0]["path"]) < 1000


def test_a_run_that_leaves_the_range_of_numbers_ends_with_its_last_number():
    free = Run(Regression(twenty), [0.0, 0.0], Constant(50), 1000)
    trace = computed(free)
    updates = programs.updates_in_range(trace, 1000)
    assert updates == trace.steps_taken < 1000
    _, printed = executed(Run(free.objective, free.start, free.schedule, updates))
    assert np.isfinite(printed).all() and printed[-1, 0] == updates


finite = some.floats(-50, 50)
rates = some.floats(1e-6, 0.3)
schedules = (
    some.builds(Constant, rates)
    | some.builds(InverseTime, rates, some.floats(0, 5))
    | some.builds(Exponential, rates, some.floats(0, 1))
    | some.builds(StepDecay, rates, some.floats(0, 1), some.integers(1, 50))
    | some.builds(Cosine, rates, rates, some.integers(1, 80))
)
betas = some.just(0.0) | some.floats(0, 0.95)
rules = some.sampled_from(OF_ONE_PARAMETER) | some.builds(Momentum, betas) | some.builds(Nesterov, betas)
orders = some.sampled_from(["reshuffled", "fixed", "replacement"])
lanes = some.none() | some.builds(Batches, some.integers(1, 20), some.integers(0, 2**70), orders)
lines = some.builds(
    programs.noisy_line,
    some.integers(20, 70),
    some.lists(finite, min_size=1, max_size=2),
    finite,
    some.floats(0, 9),
    some.integers(0, 20),
    some.integers(0, 2**70),
)
tables = lines.map(lambda examples: programs.table(examples.dataset, "own data.csv"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    examples=lines | tables,
    options=some.sampled_from([{}, {"standardise": True}, {"broadcast": True}]),
    data=some.data(),
)
def test_numpy_agrees_whatever_the_run(tmp_path, examples, options, data):
    if examples.file:
        (tmp_path / examples.file).write_text(programs.csv_text(examples.dataset), encoding="utf-8")
    start = data.draw(some.lists(finite, min_size=3, max_size=3))[: examples.dataset.features.shape[1] + 1]
    schedule, updates = data.draw(schedules), data.draw(some.integers(1, 60))
    run = Run(Regression(examples, **options), start, schedule, updates, data.draw(rules), data.draw(lanes))
    assert difference(run) < 1e-8


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some.builds(Quadratic, finite, finite, finite), finite, schedules, some.integers(1, 100), rules)
def test_numpy_agrees_whatever_the_quadratic(objective, start, schedule, updates, rule):
    assert difference(Run(objective, [start], schedule, updates, rule)) < 1e-9


WITHOUT_A_COUNTERPART = Run(Regression(twenty), [0.0, 0.0], Cosine(0.1, 0.01, 20), 20, OfTheWholeGradient())


@pytest.mark.parametrize(("library", "module"), [("NumPy", "numpy"), ("Keras", "tensorflow"), ("JAX", "jax")])
def test_a_rule_that_no_library_has_is_there_with_its_own_source(library, module):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pytest.importorskip(module)
        assert difference(WITHOUT_A_COUNTERPART, library) < 1e-12


def test_pytorch_has_no_program_of_a_rule_without_a_counterpart_and_the_others_have():
    assert [library for library, program in PROGRAMS.items() if program(WITHOUT_A_COUNTERPART) is None] == ["PyTorch"]


def every_kind_of_run():
    for schedule, rule in product(RATES, OF_ONE_PARAMETER):
        yield Run(PARABOLA, [8.0], schedule, 60, rule, tolerance=1e-3)
    for schedule, rule in product(RATES, RULES):
        yield Run(Regression(EXAMPLES["a plane, drawn"]), [0.0, 0.0, 0.0], schedule, 60, rule, Batches(32, 7))
    for batches in BATCHES:
        yield Run(Regression(twenty), [0.0, 0.0], Constant(1 / 30), 60, Nesterov(0.8), batches, rate="1/30")
    for rule in (Momentum(0.0), Nesterov(0.0)):
        yield Run(Regression(twenty), [0.0, 0.0], Constant(0.1), 60, rule)
    yield Run(Regression(EXAMPLES["auto mpg"], standardise=True), [0.0, 0.0, 0.0], Constant(0.5), 30, tolerance=1e-6)
    yield Run(Regression(EXAMPLES["auto mpg"]), [0.0, 0.0, 0.0], Constant(5e-8), 30)
    yield Run(Regression(EXAMPLES["article"], broadcast=True), [-0.3, 0.5, 0.5], Constant(0.01), 20)
    yield Run(Regression(twenty, broadcast=True), [-0.3, 0.5], Constant(0.01), 20, batches=Batches(8))
    yield Run(Regression(EXAMPLES["six points"], held=-1.0), [8.0], Constant(0.01), 50)
    yield Run(Regression(EXAMPLES["a plane, written out"]), [0.0, 0.0, 0.0], Constant(0.3), 60)  # diverges


@pytest.mark.parametrize("library", PROGRAMS)
def test_every_program_compiles_and_without_the_source_of_its_rule_fits_on_a_slide(library):
    for run in every_kind_of_run():
        if (program := PROGRAMS[library](run)) is None:
            continue  # a library that has no counterpart of the rule
        compile(program, library, "exec")
        for text in source(run):
            program = program.replace(text, "")
        lines = [line for line in program.splitlines() if line]
        written_out = run.examples is EXAMPLES["a plane, written out"]
        assert len(lines) <= 36 or written_out, program
        assert max(map(len, lines)) <= 100, program


@pytest.mark.evidence(
    "The programs for PyTorch, Keras and JAX that one takes home compute the same runs as the lessons.",
    kind="another library",
    oracle="PyTorch 2.13.0, Keras 3.15.1 on TensorFlow 2.21.0, JAX 0.10.2",
    tolerance=1e-12,
    helper="difference",
)
@pytest.mark.parametrize(("library", "module"), [("PyTorch", "torch"), ("Keras", "tensorflow"), ("JAX", "jax")])
def test_every_library_computes_the_same_run(library, module):
    """Where the libraries are installed; the app and its other tests need none of them.

    Largest difference when this was written, relative to the largest number of the path so far: 7e-15 with torch
    2.13.0, 2e-15 with Keras 3.15.1 on TensorFlow 2.21.0, 2e-15 with JAX 0.10.2 (NumPy 2.4.6, Python 3.11, on a CPU).
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pytest.importorskip(module)
        runs = (run for run in every_kind_of_run() if PROGRAMS[library](run))
        assert max(difference(run, library) for run in runs) < 1e-12


@pytest.mark.parametrize("name", ["a\nimport nothing", "'''", '"""', "\\", "\u2028print()", "# {x}", "a,b", "=1+1"])
def test_the_name_of_a_column_is_never_code(name, tmp_path):
    for rows in (6, 90):
        dataset = datasets.noisy_line(rows)._replace(feature_names=(name,), target_name=name)
        examples = programs.table(dataset, "own.csv")
        run = Run(Regression(examples), [0.0, 0.0], Constant(0.1), 5)
        if name.isprintable():  # as every name is that `tables` lets pass
            (tmp_path / "own.csv").write_text(programs.csv_text(dataset), encoding="utf-8")
            assert difference(run) < 1e-12
        assert sum("-> " in line for line in PROGRAMS["NumPy"](run).splitlines()) == 1


@pytest.mark.parametrize("rate", ["__import__('os')", "1/x", "0.1)", "1; x"])
def test_a_rate_that_is_no_number_is_never_code(rate):
    with pytest.raises(ValueError):
        PROGRAMS["NumPy"](Run(PARABOLA, [8.0], Constant(0.1), 5, rate=rate))


@pytest.mark.parametrize(
    ("misuse", "sentence"),
    [
        ({"rule": OfTheWholeGradient()}, "a rule of the whole gradient needs more than one parameter, got OfTheWhole"),
        ({"batches": Batches(5)}, "batches need an objective with examples, got Quadratic"),
        ({"objective": Regression(twenty), "batches": Batches(5, (1, 2))}, "seed must be one number, got (1, 2)"),
    ],
)
def test_a_run_says_what_it_cannot_be(misuse, sentence):
    described = {"objective": PARABOLA, "start": [8.0], "schedule": Constant(0.1), "updates": 5} | misuse
    with pytest.raises(ValueError) as error:
        Run(**described)
    assert str(error.value).startswith(sentence)
