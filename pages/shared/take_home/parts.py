"""The parts that the programs to take home share, whatever the library."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import fields

import numpy as np

from gdcore import Quadratic
from gdcore.datasets import Dataset
from pages.shared.take_home.run import Run, in_code


def program(
    run: Run,
    *,
    modules: Iterable[str],
    functions: Sequence[str],
    start: Sequence[str],
    update: Sequence[str],
    point: str,
    configure: str = "",
) -> str:
    """The frame of a program. `update` is the body of its loop; `point` is theta as the path keeps it."""
    loop = [*start, f"path = [{point}]", "for t in range(updates):"]
    body = ["rows = batches[t]"] if run.has_batches else []
    body += [*update, f"path.append({point})"]
    loop += [f"    {line}" for line in body]
    before = [configure, _data(run), _settings(run)]
    after = [_batches(run), "\n".join(loop), _print(run)]
    text = "\n\n\n".join([_paragraphs(before), *_schedule(run), *functions, _paragraphs(after)]) + "\n"
    return f"{_imports(run, modules, text)}\n\n{text}"


def _imports(run: Run, modules: Iterable[str], text: str) -> str:
    if re.search(r"\bnp\.", text):
        modules = {*modules, "numpy as np"}
    imports = [f"import {module}" for module in sorted(modules)]
    if run.examples and run.examples.file:
        imports.insert(0, f"# Reads {run.examples.file!r}, from the same page: keep it beside this program.")
    return "\n".join(imports)


def _paragraphs(parts: Sequence[str]) -> str:
    return "\n\n".join(filter(None, parts))


def _data(run: Run) -> str:
    """The coefficients of the parabola, or the design matrix X and the targets y."""
    objective = run.objective
    if isinstance(objective, Quadratic):
        return f"a2, a1, a0 = {in_code(objective.a2)}, {in_code(objective.a1)}, {in_code(objective.a0)}"
    lines = [objective.examples.code]
    if objective.standardise:
        lines.append(_standardised(objective.examples.dataset))
    if objective.held is None:
        lines.append("X = np.column_stack([x, np.ones(len(y))])")
    else:
        lines.append(f"b = {in_code(objective.held)}  # held: only the slope is learned")
        lines.append("X, y = np.column_stack([x]), y - b")
    return "\n".join(lines)


def _standardised(dataset: Dataset) -> str:
    if (np.ptp(dataset.features, axis=0) > 0).all():
        return "x = (x - x.mean(axis=0)) / x.std(axis=0)  # theta is for these"
    spread = "spread = np.where(np.ptp(x, axis=0) > 0, x.std(axis=0), 1)  # a constant is only shifted"
    return f"{spread}\nx = (x - x.mean(axis=0)) / spread  # theta is for these"


def _settings(run: Run) -> str:
    """The numbers that a reader may want to change, in one line."""
    settings = {"updates": repr(run.updates)}
    if run.schedule.is_constant:
        settings = {"learning_rate": _rate(run)} | settings
    if run.tolerance:
        settings["tolerance"] = in_code(run.tolerance)
    return f"{', '.join(settings)} = {', '.join(settings.values())}"


def _rate(run: Run) -> str:
    """The first rate as it was typed, but each of its numbers read and written anew."""
    if run.rate:
        return " / ".join(in_code(float(part)) for part in run.rate.split("/"))
    return in_code(run.schedule.initial)


def _schedule(run: Run) -> list[str]:
    """The rate of update t, where it changes."""
    if run.schedule.is_constant:
        return []
    numbers = {field.name: in_code(getattr(run.schedule, field.name)) for field in fields(run.schedule)}
    formula = run.schedule.formula.format(**numbers | {"initial": _rate(run)})
    return [f"def learning_rate(t):\n    return {formula}"]


def rate_now(run: Run) -> str:
    return "learning_rate" if run.schedule.is_constant else "learning_rate(t)"


def name(run: Run) -> str:
    """What is learned: one x, or the vector theta."""
    return "x" if isinstance(run.objective, Quadratic) else "theta"


def function(run: Run) -> str:
    return "f" if isinstance(run.objective, Quadratic) else "loss"


def arguments(run: Run) -> str:
    """Where an update takes the gradient."""
    if isinstance(run.objective, Quadratic):
        return "x"
    return "theta, X[rows], y[rows]" if run.has_batches else "theta, X, y"


def value(run: Run, mean: str, predictions: str = "X @ theta") -> str:
    """The function that descent follows."""
    if isinstance(run.objective, Quadratic):
        return "def f(x):\n    return (a2 * x + a1) * x + a0"
    if run.objective.broadcast:
        return (
            f"def loss(theta, X, y):\n    predictions = ({predictions})[:, None]\n"
            f"    return {mean}((predictions - y) ** 2)  # the mistake: (n, 1) - (n,) is (n, n)"
        )
    return f"def loss(theta, X, y):\n    return {mean}(({predictions} - y) ** 2)"


def gradient(run: Run) -> str:
    """Its gradient written out, for NumPy."""
    if isinstance(run.objective, Quadratic):
        return "def gradient(x):\n    return 2 * a2 * x + a1"
    if run.objective.broadcast:
        return (
            "def gradient(theta, X, y):\n    differences = (X @ theta)[:, None] - y\n"
            "    return X.T @ differences.mean(axis=1) * 2 / len(y)"
        )
    return "def gradient(theta, X, y):\n    return X.T @ (X @ theta - y) * 2 / len(y)"


def _batches(run: Run) -> str:
    """The examples of every update, as `gdcore.Batches` draws them."""
    if not run.has_batches or run.batches is None:
        return ""
    size, seed, order = run.batches.size, run.batches.seed, run.batches.order
    if order == "replacement":
        return f"batches = np.random.default_rng({seed!r}).integers(len(y), size=(updates, {size!r}))"
    lines = [
        f"size = {size!r}",
        "epochs = 1 + updates * size // len(y)",
        "order = np.tile(np.arange(len(y)), (epochs, 1))",
        "batches = [epoch[i : i + size] for epoch in order for i in range(0, len(y), size)]",
    ]
    if order == "reshuffled":
        shuffled = f"order = np.random.default_rng({seed!r}).permuted(order, axis=1)  # each epoch anew"
        lines.insert(3, shuffled)
    return "\n".join(lines)


def start(run: Run) -> str:
    numbers = ", ".join(repr(float(value)) for value in run.start)
    return numbers if isinstance(run.objective, Quadratic) else f"[{numbers}]"


def stop(run: Run, theta: str) -> list[str]:
    """An update that moves theta by less than the tolerance, in the 1-norm, is the end, and is not kept."""
    if not run.tolerance:
        return []
    moved = f"abs({theta} - path[-1])" + ("" if isinstance(run.objective, Quadratic) else ".sum()")
    return [f"if {moved} < tolerance:", "    break"]


def _print(run: Run) -> str:
    """The first updates and the last."""
    if isinstance(run.objective, Quadratic):
        name, shown = "x", "float(x), float(f(x))"
    else:
        name, shown = "theta", "*theta.tolist(), float(loss(theta, X, y))"
    return f"for t, {name} in enumerate(path):\n    if t < 5 or t == len(path) - 1:\n        print(t, {shown})"
