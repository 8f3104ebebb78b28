"""The one loop, and where a descent stands between two of its updates.

    gradient g at theta_t  ->  direction, memory = rule(g, memory)  ->  theta_(t+1) = theta_t - rate_t * direction

A rule never has a loop of its own, and nothing here knows a rule. `updates` gives one update after the other and keeps
none. What it needs to go on is a `Checkpoint`, a value: it can be kept, pickled, or gone on from twice. Twelve times 50
updates are one run of 600 to the last bit, for what an update looks at and the rate it takes depend on its number
alone. Everything else stands on this loop: `descend` keeps every update, `ends` only where many runs end, `record`
what its caller asks for, and `replay` has the directions and the memory along a path that is known.

theta goes through the loop in parts (`parts`): one array, or a plain float for each parameter. On floats Python raises
where numpy has NaN or an infinity: 1 / 0, exp(1000), 1e200**2. Such an `ArithmeticError` is the same outcome as NaN,
and so is the complex number that a negative float has as its root: the loop gives an update of NaN and ends.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from gdcore.batches import Batches
from gdcore.objectives import Array, DataObjective, Objective, is_noisy
from gdcore.optimizers import Optimizer
from gdcore.parts import Checkpoint, Floats, Parts, parts_of
from gdcore.schedules import SCHEDULES


class Update(NamedTuple):
    """One update: where it led and what it used. After an `ArithmeticError` its numbers are NaN, and it is the last."""

    after: Checkpoint
    gradient: Array  # (d,) or (runs, d): at the theta before it, of its batch
    direction: Array  # (d,) or (runs, d): what the rule made of the gradient
    learning_rate: Any  # a number, or (runs,)


def begin(objective: Objective | DataObjective, start: npt.ArrayLike, optimizer: Optimizer) -> Checkpoint:
    """The checkpoint before the first update, at start (d,) or (runs, d).

    Raises ValueError if the start does not have the objective's dimension, or it or the objective there is not finite.
    """
    theta = np.array(start, dtype=float)
    check_start(objective, theta)
    return Checkpoint(theta, optimizer.init(theta))


def updates(
    objective: Objective | DataObjective,
    checkpoint: Checkpoint,
    optimizer: Optimizer,
    learning_rate: Any,
    steps: int,
    *,
    batches: Batches | None = None,
) -> Iterator[Update]:
    """The next `steps` updates from a checkpoint, one at a time; none is kept, and what is not asked for is not made.

    theta <- theta - rate * direction, as in `descend`, and with the rates and the batches that the same updates have
    there. They are not looked at: whoever takes them ends where numbers are no longer finite.

    learning_rate: a number, one number per run (runs,), or a schedule step -> rate. Misuse raises ValueError at once.
    """
    check(objective, steps, batches)
    check_dimension(objective, checkpoint.theta)
    rates = rates_of(learning_rate, steps, checkpoint.update)
    runs = runs_of(checkpoint.theta, rates, batches)
    if runs is not None and checkpoint.theta.ndim == 1:
        raise ValueError(f"{runs} rates or seeds need a start of shape ({runs}, d), got {checkpoint.theta.shape}")
    return _one_by_one(*prepared(objective, checkpoint, optimizer, rates, batches), checkpoint.update, rates)


def _one_by_one(parts: Parts, loop: Iterator[Sequence[Any]], made: int, rates: Array) -> Iterator[Update]:
    """Each turn of the loop as a value."""
    for number, rate in enumerate(rates, made + 1):
        with np.errstate(all="ignore"):
            gradient = next(loop, None)
        if gradient is None:
            return
        after = Checkpoint(parts.array(parts.point), parts.joined(parts.memory), number)
        yield Update(after, parts.array(gradient), parts.array(parts.direction), rate)


def prepared(
    objective: Any, checkpoint: Checkpoint, optimizer: Optimizer, rates: Array, batches: Batches | None
) -> tuple[Parts, Iterator[Sequence[Any]]]:
    """The parts of theta and the loop over these rates, (T,) or (T, runs), which moves them."""
    parts = parts_of(objective, checkpoint, optimizer, batches)
    per_update = rates.tolist() if rates.ndim == 1 else rates[:, :, None]
    gradient_at = _gradient_at(objective, parts, checkpoint.update, len(rates), batches)
    return parts, follow(parts, gradient_at, optimizer, per_update)


def _gradient_at(
    objective: Any, parts: Parts, made: int, steps: int, batches: Batches | None
) -> Callable[..., Sequence[Any]]:
    """The gradient of the next update, part by part, at a point that is given part by part."""
    if isinstance(parts, Floats):
        return objective.partials  # type: ignore[no-any-return]
    gradient = _numbered(objective.gradient, made) if is_noisy(objective) else objective.gradient
    if batches is None or takes_all(batches, objective.n_examples):
        return lambda theta: (gradient(theta),)
    rows = iter(batches.rows(objective.n_examples, steps, made))
    return lambda theta: (gradient(theta, next(rows)),)


def _numbered(gradient: Callable[..., Any], made: int) -> Callable[..., Any]:
    """The gradient of an objective with chance of its own, told the number of the update."""
    numbers = count(made)
    return lambda *at: gradient(*at, update=next(numbers))


def follow(
    parts: Parts, gradient_at: Callable[..., Sequence[Any]], optimizer: Optimizer, rates: Iterable[Any]
) -> Iterator[Sequence[Any]]:
    """The loop: moves the parts, and yields the gradient of each update, part by part."""
    update, point, memory, direction = optimizer.update, parts.point, parts.memory, parts.direction
    for rate in rates:
        try:
            gradient = gradient_at(*point)
            for i, slope in enumerate(gradient):
                taken, memory[i] = update(slope, memory[i])
                point[i] = moved = point[i] - rate * taken
                direction[i] = taken
                if type(moved) is complex:
                    raise FloatingPointError("the root of a negative number")
        except ArithmeticError:
            yield parts.lose()
            return
        yield gradient


# ---- what goes in


def takes_all(batches: Batches, n_examples: int) -> bool:
    """Whether every update looks at all examples, each once: the full gradient in whatever order."""
    return batches.size == n_examples and batches.order != "replacement"


def rates_of(learning_rate: Any, steps: int, made: int = 0) -> Array:
    """The rate of each of `steps` updates after so many: (steps,), or (steps, runs)."""
    if isinstance(learning_rate, SCHEDULES):
        each = np.arange(made, made + steps)
        rates = np.asarray(learning_rate(each[:, None] if np.ndim(learning_rate(0)) else each), dtype=float)
    elif callable(learning_rate):
        rates = np.array([learning_rate(step) for step in range(made, made + steps)], dtype=float)
    else:
        rates = np.asarray(learning_rate, dtype=float)
    if not (np.isfinite(rates).all() and (rates >= 0).all()):
        raise ValueError(f"learning_rate must be finite and at least 0, got {learning_rate}")
    return rates if callable(learning_rate) else np.broadcast_to(rates, (steps, *rates.shape))


def runs_of(theta: Array, rates: Array, batches: Batches | None) -> int | None:
    """How many runs start, rates and seeds ask for, or None for a single one."""
    asked = {
        "start": theta.shape[0] if theta.ndim == 2 else None,
        "learning_rate": rates.shape[1] if rates.ndim == 2 else None,
        "seed": batches.runs if batches else None,
    }
    counts = {name: runs for name, runs in asked.items() if runs is not None}
    if len(set(counts.values())) > 1:
        raise ValueError(f"start, learning_rate and seed must agree on the number of runs, got {counts}")
    return next(iter(counts.values()), None)


def check(objective: Any, steps: int, batches: Batches | None) -> None:
    """Raise ValueError where there is nothing to do, or nothing to draw from."""
    if steps < 1:
        raise ValueError(f"steps must be at least 1, got {steps}")
    if batches is not None and not hasattr(objective, "n_examples"):
        raise ValueError(f"batches need an objective with examples, got {objective}")


def check_dimension(objective: Any, theta: Array) -> None:
    """Raise ValueError unless theta is (d,) or (runs, d) with the objective's d."""
    if theta.ndim not in (1, 2) or theta.size == 0:
        raise ValueError(f"start must have shape (d,) or (runs, d), got {theta.shape}")
    d = objective.dimension
    if theta.shape[-1] != d:
        raise ValueError(f"start must have shape ({d},) or (runs, {d}), the objective's dimension, got {theta.shape}")


def check_start(objective: Any, theta: Array) -> None:
    """Raise ValueError unless theta has the objective's dimension, and is finite as is the objective there."""
    check_dimension(objective, theta)
    with np.errstate(all="ignore"):
        finite = np.isfinite(theta).all() and np.isfinite(objective.value(theta)).all()
    if not finite:
        raise ValueError(f"start must be finite, and so must the objective there, got {theta}")
