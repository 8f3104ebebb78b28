"""A descent of which only what its caller asks for is kept: for a theta too large to be kept at every update.

200 updates of a network of 52,650 parameters are 340 MB of path and gradient. Its losses, its accuracy and the lengths
of its gradients are a few numbers each.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdcore.batches import Batches
from gdcore.descent import Outcome
from gdcore.loop import Update, updates
from gdcore.objectives import DataObjective, Objective
from gdcore.optimizers import Optimizer
from gdcore.parts import Checkpoint, leaves


@dataclass(frozen=True, eq=False)
class Recording:
    """What was asked for along one descent, F times."""

    update: tuple[int, ...]  # the numbers of the updates after which it was, (F,)
    measured: tuple[Any, ...]  # (F,)
    last: Checkpoint  # after the last update that is within the numbers: go on from here
    outcome: Outcome  # STEP_LIMIT or NOT_FINITE


def record(
    objective: Objective | DataObjective,
    checkpoint: Checkpoint,
    optimizer: Optimizer,
    learning_rate: Any,
    steps: int,
    measure: Callable[[Update], Any],
    *,
    every: int = 1,
    batches: Batches | None = None,
) -> Recording:
    """Make the next `steps` updates from a checkpoint (d,), and keep `measure(update)` of each whose number is a
    multiple of `every`.

    The numbers count from the start of the descent, so the recordings of chunks, one after the other, are that of the
    whole. It ends before the first update whose theta, gradient or memory of the rule would not be finite; values are
    the caller's to ask for. Who wants to end earlier, when a loss no longer falls, takes `updates`. Misuse raises
    ValueError.
    """
    if every < 1:
        raise ValueError(f"every must be at least 1, got {every}")
    if checkpoint.theta.ndim != 1:
        raise ValueError(f"a recording is of one run, theta must have shape (d,), got {checkpoint.theta.shape}")
    kept: dict[int, Any] = {}
    for update in updates(objective, checkpoint, optimizer, learning_rate, steps, batches=batches):
        if not _is_finite(update):
            return Recording(tuple(kept), tuple(kept.values()), checkpoint, Outcome.NOT_FINITE)
        checkpoint = update.after
        if checkpoint.update % every == 0:
            kept[checkpoint.update] = measure(update)
    return Recording(tuple(kept), tuple(kept.values()), checkpoint, Outcome.STEP_LIMIT)


def _is_finite(update: Update) -> bool:
    numbers = (update.after.theta, update.gradient, *leaves(update.after.memory))
    return all(bool(np.isfinite(part).all()) for part in numbers)
