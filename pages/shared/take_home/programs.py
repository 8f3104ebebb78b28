"""The run on the screen as a short program to take home, in NumPy, PyTorch, Keras and JAX.

All four have the same parts in the same order (data, settings, loss, batches, loop, print), so that side by side they
show what each library takes over: NumPy nothing, JAX the gradient, PyTorch and Keras the update as well. They draw
data and batches with the same few NumPy calls as `gdcore`, so that all paths are the same up to rounding.

What goes into a program goes in as the repr of a number or of a text: nothing that a reader typed is ever code.

Keras: `keras.optimizers.SGD` has the rate inside the velocity, which differs as soon as the rate changes, and keeps
beta in single precision (Keras 3.15 on TensorFlow 2.21: 1e-7 off after 50 updates). Its programs write momentum out.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from textwrap import fill

import numpy as np

from gdcore import (
    Batches,
    Constant,
    Cosine,
    Exponential,
    GradientDescent,
    InverseTime,
    Momentum,
    Nesterov,
    Outcome,
    Quadratic,
    StepDecay,
    Trace,
    datasets,
)
from gdcore.datasets import Dataset

MOST_ROWS = 60  # of a table that is written out; a longer one is read from a file
LINE_LENGTH = 88


@dataclass(frozen=True, eq=False)
class Examples:
    """A data set, and the lines of NumPy that make it again: x, (n,) or (n, p), and y, (n,)."""

    dataset: Dataset
    code: str
    file: str | None = None  # what the code reads: a page offers `csv_text` under this name


@dataclass(frozen=True, eq=False)
class Regression:
    """Linear regression by the mean squared error, theta = (w_1 ... w_p, b).

    held: the value at which b is kept, or None to learn it too. broadcast: the mistaken loss of a published tutorial.
    """

    examples: Examples
    held: float | None = None
    standardise: bool = False
    broadcast: bool = False


@dataclass(frozen=True, eq=False)
class Run:
    """One descent, with the arguments of `descend`; where features are standardised, start is theta for those.

    rate: the first rate of the schedule as it was typed, such as 1/6; without it, as the schedule has it.
    """

    objective: Quadratic | Regression
    start: Sequence[float]
    schedule: Constant | InverseTime | Exponential | StepDecay | Cosine
    updates: int
    rule: GradientDescent | Momentum | Nesterov = GradientDescent()
    batches: Batches | None = None
    tolerance: float = 0.0
    rate: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.rule, GradientDescent | Momentum | Nesterov):
            raise ValueError(f"rule must be GradientDescent, Momentum or Nesterov, got {self.rule}")
        if self.batches and isinstance(self.objective, Quadratic):
            raise ValueError(f"batches need an objective with examples, got {self.objective}")
        if self.batches and self.batches.runs is not None:
            raise ValueError(f"seed must be one number, got {self.batches.seed}")

    @property
    def beta(self) -> float:
        """0 for plain descent, which momentum with beta = 0 is as well (and PyTorch refuses Nesterov's with 0)."""
        return 0.0 if isinstance(self.rule, GradientDescent) else self.rule.beta

    @property
    def examples(self) -> Examples | None:
        return self.objective.examples if isinstance(self.objective, Regression) else None

    @property
    def has_batches(self) -> bool:
        """Whether an update looks at some examples only, or at some twice."""
        if self.batches is None or self.examples is None:
            return False
        return self.batches.size != len(self.examples.dataset.targets) or self.batches.order == "replacement"


def updates_in_range(trace: Trace, allowed: int) -> int:
    """All updates that are allowed, but none that leaves the range of the machine's numbers."""
    return trace.steps_taken if trace.outcome is Outcome.NOT_FINITE else allowed


# ---- where examples come from


def table(dataset: Dataset, file: str) -> Examples:
    """A data set as literal columns, or if it is long as a file to read."""
    names = f"# {', '.join(map(repr, dataset.feature_names))} -> {dataset.target_name!r}"
    if len(dataset.targets) > MOST_ROWS:
        read = f"data = np.loadtxt({file!r}, delimiter=',', skiprows=1, encoding='utf-8')"
        return Examples(dataset, "\n".join([names, read, "x, y = data[:, :-1], data[:, -1]"]), file)
    if len(dataset.feature_names) == 1:
        features = [_array("x", dataset.features[:, 0])]
    else:
        features = [_array(f"x{i}", column) for i, column in enumerate(dataset.features.T, 1)]
        columns = ", ".join(f"x{i}" for i in range(1, len(features) + 1))
        features.append(f"x = np.column_stack([{columns}])")
    return Examples(dataset, "\n".join([names, *features, _array("y", dataset.targets)]))


def noisy_line(
    n: int, slopes: Sequence[float], intercept: float, noise: float, outliers: int = 0, seed: int = 0
) -> Examples:
    """`datasets.noisy_line`, drawn by the program itself."""
    numbers = f"{n}, [{', '.join(map(_number, slopes))}], {_number(intercept)}, {_number(noise)}"
    lines = [
        f"n, slopes, intercept, noise = {numbers}",
        f"rng = np.random.default_rng({seed!r})",
        "x = rng.uniform(-1, 3, (n, len(slopes)))",
        "y = x @ slopes + intercept + noise * rng.standard_normal(n)",
    ]
    if outliers:
        lines.append(f"y[rng.permutation(n)[:{outliers!r}]] += 10 * max(noise, 1)  # outliers")
    return Examples(datasets.noisy_line(n, slopes, intercept, noise, outliers, seed), "\n".join(lines))


def csv_text(dataset: Dataset) -> str:
    """The file that a program reads: a row of names, then the numbers with all their digits."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*dataset.feature_names, dataset.target_name])
    writer.writerows(np.column_stack([dataset.features, dataset.targets]).tolist())
    return text.getvalue()


def _array(name: str, values: np.ndarray) -> str:
    numbers = ", ".join(map(repr, values.tolist()))
    line = f"{name} = np.array([{numbers}])"
    if len(line) <= LINE_LENGTH:
        return line
    margin = 4 * " "
    wrapped = fill(numbers, LINE_LENGTH, initial_indent=margin, subsequent_indent=margin, break_on_hyphens=False)
    return f"{name} = np.array([\n{wrapped},\n])"


# ---- one program for each library


def numpy_program(run: Run) -> str:
    theta, before, direction = _name(run), *_direction(run, f"gradient({_arguments(run)})")
    return _program(
        run,
        modules=["numpy as np"],
        functions=[_value(run, mean="np.mean"), _gradient(run)],
        start=[f"{theta} = np.array({_start(run)})", *_velocity(run)],
        update=[*before, f"{theta} = {theta} - {_rate_now(run)} * {direction}", *_stop(run, theta)],
        point=theta,
    )


def torch_program(run: Run) -> str:
    theta, constant = _name(run), isinstance(run.schedule, Constant)
    momentum = ", momentum=beta" if run.beta else ""
    nesterov = ", nesterov=True" if run.beta and isinstance(run.rule, Nesterov) else ""
    start = [
        f"{theta} = torch.tensor({_start(run)}, dtype=torch.float64, requires_grad=True)",
        f"optimizer = torch.optim.SGD([{theta}], lr={'learning_rate' if constant else '1.0'}{momentum}{nesterov})",
    ]
    update = ["optimizer.zero_grad()", f"{_function(run)}({_arguments(run)}).backward()", "optimizer.step()"]
    if isinstance(run.objective, Regression):
        start.insert(0, "X, y = torch.from_numpy(X), torch.from_numpy(y)")
    if not constant:
        start.append("schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, learning_rate)")
        update.append("schedule.step()")
    update += _stop(run, theta)
    return _program(
        run,
        modules=["torch"],
        functions=[_value(run, mean="torch.mean")],
        start=start,
        update=update,
        point=f"{theta}.detach().clone()",
    )


def keras_program(run: Run) -> str:
    theta, gradient = _name(run), f"tape.gradient(value, {_name(run)}.value)"
    if run.beta:
        before, direction = _direction(run, gradient)
        optimizer = _velocity(run, "  # by hand: keras.optimizers.SGD puts the rate inside it")
        update = [*before, f"{theta}.assign_sub({_rate_now(run)} * {direction})"]
    elif isinstance(run.schedule, Constant):
        optimizer = ["optimizer = keras.optimizers.SGD(learning_rate)"]
        update = [f"optimizer.apply([{gradient}], [{theta}])"]
    else:
        optimizer = ["optimizer = keras.optimizers.SGD()"]
        update = [f"optimizer.learning_rate = {_rate_now(run)}", f"optimizer.apply([{gradient}], [{theta}])"]
    return _program(
        run,
        modules=["keras", "tensorflow as tf"],
        configure='keras.config.set_floatx("float64")',
        functions=[_value(run, mean="keras.ops.mean", predictions="keras.ops.matmul(X, theta)")],
        start=[f'{theta} = keras.Variable({_start(run)}, dtype="float64")', *optimizer],
        update=[
            "with tf.GradientTape() as tape:",
            f"    value = {_function(run)}({_arguments(run)})",
            *update,
            *_stop(run, f"{theta}.numpy()"),
        ],
        point=f"{theta}.numpy()",
    )


def jax_program(run: Run) -> str:
    theta, before, direction = _name(run), *_direction(run, f"gradient({_arguments(run)})")
    return _program(
        run,
        modules=["jax", "jax.numpy as jnp"],
        configure='jax.config.update("jax_enable_x64", True)',
        functions=[_value(run, mean="jnp.mean")],
        start=[
            f"gradient = jax.jit(jax.grad({_function(run)}))",
            f"{theta} = jnp.array({_start(run)})",
            *_velocity(run),
        ],
        update=[*before, f"{theta} = {theta} - {_rate_now(run)} * {direction}", *_stop(run, theta)],
        point=theta,
    )


PROGRAMS = {"NumPy": numpy_program, "PyTorch": torch_program, "Keras": keras_program, "JAX": jax_program}
PACKAGES = {"NumPy": "numpy", "PyTorch": "torch numpy", "Keras": "keras tensorflow", "JAX": "jax"}  # for pip


# ---- the parts they share


def _program(
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
    if isinstance(run.objective, Regression) or isinstance(run.schedule, Cosine):
        modules = {*modules, "numpy as np"}
    imports = [f"import {module}" for module in sorted(modules)]
    if run.examples and run.examples.file:
        imports.insert(0, f"# Reads {run.examples.file!r}, from the same page: keep it beside this program.")
    loop = [*start, f"path = [{point}]", "for t in range(updates):"]
    body = ["rows = batches[t]"] if run.has_batches else []
    body += [*update, f"path.append({point})"]
    loop += [f"    {line}" for line in body]
    before = ["\n".join(imports), configure, _data(run), _settings(run)]
    after = [_batches(run), "\n".join(loop), _print(run)]
    return "\n\n\n".join([_paragraphs(before), *_schedule(run), *functions, _paragraphs(after)]) + "\n"


def _paragraphs(parts: Sequence[str]) -> str:
    return "\n\n".join(filter(None, parts))


def _data(run: Run) -> str:
    """The coefficients of the parabola, or the design matrix X and the targets y."""
    objective = run.objective
    if isinstance(objective, Quadratic):
        return f"a2, a1, a0 = {_number(objective.a2)}, {_number(objective.a1)}, {_number(objective.a0)}"
    lines = [objective.examples.code]
    if objective.standardise:
        lines.append(_standardised(objective.examples.dataset))
    if objective.held is None:
        lines.append("X = np.column_stack([x, np.ones(len(y))])")
    else:
        lines.append(f"b = {_number(objective.held)}  # held: only the slope is learned")
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
    if isinstance(run.schedule, Constant):
        settings = {"learning_rate": _rate(run)} | settings
    if run.beta:
        settings["beta"] = _number(run.beta)
    if run.tolerance:
        settings["tolerance"] = _number(run.tolerance)
    return f"{', '.join(settings)} = {', '.join(settings.values())}"


def _rate(run: Run) -> str:
    """The first rate as it was typed, but each of its numbers read and written anew."""
    if run.rate:
        return " / ".join(_number(float(part)) for part in run.rate.split("/"))
    return _number(run.schedule.initial)


def _schedule(run: Run) -> list[str]:
    """The rate of update t, where it changes."""
    rate, schedule = _rate(run), run.schedule
    match schedule:
        case Constant():
            return []
        case InverseTime():
            formula = f"{rate} / (1 + {_number(schedule.decay)} * t)"
        case Exponential():
            formula = f"{rate} * {_number(schedule.decay)}**t"
        case StepDecay():
            formula = f"{rate} * {_number(schedule.factor)} ** (t // {schedule.every!r})"
        case Cosine():
            final, turn = _number(schedule.final), f"np.pi * min(t / {schedule.steps!r}, 1)"
            formula = f"{final} + ({rate} - {final}) * (1 + np.cos({turn})) / 2"
    return [f"def learning_rate(t):\n    return {formula}"]


def _rate_now(run: Run) -> str:
    return "learning_rate" if isinstance(run.schedule, Constant) else "learning_rate(t)"


def _name(run: Run) -> str:
    """What is learned: one x, or the vector theta."""
    return "x" if isinstance(run.objective, Quadratic) else "theta"


def _function(run: Run) -> str:
    return "f" if isinstance(run.objective, Quadratic) else "loss"


def _arguments(run: Run) -> str:
    """Where an update takes the gradient."""
    if isinstance(run.objective, Quadratic):
        return "x"
    return "theta, X[rows], y[rows]" if run.has_batches else "theta, X, y"


def _value(run: Run, mean: str, predictions: str = "X @ theta") -> str:
    """The function that descent follows."""
    if isinstance(run.objective, Quadratic):
        return "def f(x):\n    return (a2 * x + a1) * x + a0"
    if run.objective.broadcast:
        return (
            f"def loss(theta, X, y):\n    predictions = ({predictions})[:, None]\n"
            f"    return {mean}((predictions - y) ** 2)  # the mistake: (n, 1) - (n,) is (n, n)"
        )
    return f"def loss(theta, X, y):\n    return {mean}(({predictions} - y) ** 2)"


def _gradient(run: Run) -> str:
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


def _start(run: Run) -> str:
    numbers = ", ".join(repr(float(value)) for value in run.start)
    return numbers if isinstance(run.objective, Quadratic) else f"[{numbers}]"


def _velocity(run: Run, comment: str = "") -> list[str]:
    return [f"velocity = 0.0{comment}"] if run.beta else []


def _direction(run: Run, gradient: str) -> tuple[list[str], str]:
    """The direction of an update, and the lines that come before it."""
    if not run.beta:
        return [], gradient
    if isinstance(run.rule, Nesterov):
        return [f"g = {gradient}", "velocity = beta * velocity + g"], "(g + beta * velocity)"
    return [f"velocity = beta * velocity + {gradient}"], "velocity"


def _stop(run: Run, theta: str) -> list[str]:
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


def _number(value: float) -> str:
    """3 for 3.0, 0.05, 1e-05."""
    return repr(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))
