"""The one loop, and where a descent stands between two of its updates.

    gradient g at theta_t  ->  direction, memory = rule(g, memory)  ->  theta_(t+1) = theta_t - rate_t * direction

A rule never has a loop of its own, and nothing here knows a rule. `updates` gives one update after the other and keeps
none. What it needs to go on is a `Checkpoint`, a value: it can be kept, pickled, or gone on from twice. Twelve times 50
updates are one run of 600 to the last bit, for what an update looks at and the rate it takes depend on its number
alone. Everything else stands on this loop: `descend` keeps every update, `ends` only where many runs end, `record`
what its caller asks for, and `replay` has the directions and the memory along a path that is known.

theta goes through the loop in parts. `Whole` has one part, the array. `Floats` has a plain float for each parameter of
a single run: a rule that works coordinate by coordinate is eight to eleven times faster on these than on so small
arrays (2,000 updates of Adam: 2.6 ms in place of 21).

On floats Python raises where numpy has NaN or an infinity: 1 / 0, exp(1000), 1e200**2. Such an `ArithmeticError` is the
same outcome as NaN, and so is the complex number that a negative float has as its root: the loop gives an update of NaN
and ends.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from gdcore.batches import Batches
from gdcore.objectives import Array, DataObjective, Objective
from gdcore.optimizers import Optimizer
from gdcore.schedules import SCHEDULES

NAN = float("nan")


class Checkpoint(NamedTuple):
    """Where a descent stands: all it needs to go on. Made by `begin`, and after each update by `updates`."""

    theta: Array  # (d,), or (runs, d)
    memory: Any  # the rule's: None, an array like theta, a count, or a tuple of these
    update: int = 0  # how many have been made: the place in the schedule and among the batches


class Update(NamedTuple):
    """One update: where it led and what it used. After an `ArithmeticError` its numbers are NaN, and it is the last."""

    after: Checkpoint
    gradient: Array  # (d,) or (runs, d): at the theta before it, of its batch
    direction: Array  # (d,) or (runs, d): what the rule made of the gradient
    learning_rate: Any  # a number, or (runs,)


class Replay(NamedTuple):
    """What a rule made of recorded gradients; row t is update number t + 1."""

    direction: Array  # like the gradients
    memory: Any  # after each update: what the rule keeps, with the updates as the first axis of each of its arrays


# ---- the parts of a point


class Whole:
    """theta as one part, the array: for many runs or parameters, batches, and rules that look at all of a gradient."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.point = [checkpoint.theta]
        self.memory = [checkpoint.memory]
        self.direction = [checkpoint.theta]

    @staticmethod
    def array(parts: Sequence[Any]) -> Any:
        return parts[0]

    @staticmethod
    def joined(memories: Sequence[Any]) -> Any:
        return memories[0]

    def lose(self) -> tuple[Array]:
        """The update that has no numbers: theta, direction and gradient are NaN."""
        nothing = np.full_like(self.point[0], NAN)
        self.point[0] = self.direction[0] = nothing
        return (nothing,)


class Floats:
    """theta as plain floats, a part for each parameter: for one run of a rule that works coordinate by coordinate.

    The objective gives its `partials`, and no batches are drawn.
    """

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.point = checkpoint.theta.tolist()
        self.memory = _apart(checkpoint.memory, len(self.point))
        self.direction = [*self.point]

    @staticmethod
    def array(parts: Sequence[Any]) -> Array:
        return np.array(parts, dtype=float)

    @staticmethod
    def joined(memories: Sequence[Any]) -> Any:
        """The rule's memory as it is of an array, from that of each coordinate; a count is the same for all."""
        if isinstance(memories[0], tuple):
            return tuple(Floats.joined(part) for part in zip(*memories, strict=True))
        if memories[0] is None or np.asarray(memories[0]).dtype.kind != "f":
            return memories[0]
        return np.array(memories).T

    def lose(self) -> tuple[float, ...]:
        """The update that has no numbers: theta, direction and gradient are NaN."""
        nothing = [NAN] * len(self.point)
        self.point[:], self.direction[:] = nothing, nothing
        return tuple(nothing)


Parts = Whole | Floats


def _apart(memory: Any, count: int) -> list[Any]:
    """The memory of each of so many coordinates."""
    if isinstance(memory, tuple):
        return list(zip(*(_apart(part, count) for part in memory), strict=True))
    return memory.tolist() if isinstance(memory, np.ndarray) else [memory] * count


def leaves(memory: Any) -> Iterator[Any]:
    """The arrays and numbers that a memory is made of."""
    if isinstance(memory, tuple):
        for part in memory:
            yield from leaves(part)
    elif memory is not None:
        yield memory


# ---- the loop


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
    return parts, follow(
        parts, _gradient_at(objective, parts, checkpoint.update, len(rates), batches), optimizer, per_update
    )


def parts_of(objective: Any, checkpoint: Checkpoint, optimizer: Optimizer, batches: Batches | None = None) -> Parts:
    """The fastest parts for this descent."""
    alone = checkpoint.theta.ndim == 1 and batches is None
    on_floats = alone and optimizer.elementwise and hasattr(objective, "partials")
    return Floats(checkpoint) if on_floats else Whole(checkpoint)


def _gradient_at(
    objective: Any, parts: Parts, made: int, steps: int, batches: Batches | None
) -> Callable[..., Sequence[Any]]:
    """The gradient of the next update, part by part, at a point that is given part by part."""
    if isinstance(parts, Floats):
        return objective.partials  # type: ignore[no-any-return]
    if batches is None or takes_all(batches, objective.n_examples):
        return lambda theta: (objective.gradient(theta),)
    rows = iter(batches.rows(objective.n_examples, steps, made))
    return lambda theta: (objective.gradient(theta, next(rows)),)


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


def replay(objective: Any, start: npt.ArrayLike, optimizer: Optimizer, gradients: npt.ArrayLike) -> Replay:
    """The directions and the memory of a rule along a path, from the gradients that its updates used.

    start (d,) or (runs, d) as in `descend`; gradients (T, d) or (T, runs, d), T at least 1, as in `Trace.gradient`. The
    objective is not asked for anything: it decides whether the path went on floats, so that all digits are the same.
    """
    theta, used = np.asarray(start, dtype=float), np.asarray(gradients, dtype=float)
    if used.shape[1:] != theta.shape or len(used) == 0:
        raise ValueError(f"gradients must have shape (T, {', '.join(map(str, theta.shape))}), got {used.shape}")
    begun = Checkpoint(theta, optimizer.init(theta))
    with np.errstate(all="ignore"):
        if begun.memory is None:  # each gradient is then taken by itself
            return Replay(optimizer.update(used, None)[0], None)
        parts = parts_of(objective, begun, optimizer)
        slopes = used.T.tolist() if isinstance(parts, Floats) else [used]
        each = [_over_time(list(_along(optimizer, *part))) for part in zip(parts.memory, slopes, strict=True)]
    return Replay(*parts.joined(each))


def _along(optimizer: Optimizer, memory: Any, gradients: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    """Direction and memory after each gradient."""
    for gradient in gradients:
        direction, memory = optimizer.update(gradient, memory)
        yield direction, memory


def _over_time(memories: Sequence[Any]) -> Any:
    """One memory of many, whose arrays have a first axis of time."""
    if memories[0] is None:
        return None
    if isinstance(memories[0], tuple):
        return tuple(_over_time(part) for part in zip(*memories, strict=True))
    return np.array(memories)


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
    if steps < 1:
        raise ValueError(f"steps must be at least 1, got {steps}")
    if batches is not None and not hasattr(objective, "n_examples"):
        raise ValueError(f"batches need an objective with examples, got {objective}")


def check_dimension(objective: Any, theta: Array) -> None:
    if theta.ndim not in (1, 2) or theta.size == 0:
        raise ValueError(f"start must have shape (d,) or (runs, d), got {theta.shape}")
    d = objective.dimension
    if theta.shape[-1] != d:
        raise ValueError(f"start must have shape ({d},) or (runs, {d}), the objective's dimension, got {theta.shape}")


def check_start(objective: Any, theta: Array) -> None:
    check_dimension(objective, theta)
    with np.errstate(all="ignore"):
        finite = np.isfinite(theta).all() and np.isfinite(objective.value(theta)).all()
    if not finite:
        raise ValueError(f"start must be finite, and so must the objective there, got {theta}")
