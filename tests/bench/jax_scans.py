"""JAX: `jax.grad` in a jitted `lax.scan` over the updates, with `vmap` over runs. Timed when it has been compiled."""

import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"  # one thread; read when JAX is first used

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from gdcore import OPTIMIZERS, GradientDescent
from gdcore.optimizers import Optimizer
from tests.bench.measuring import History

jax.config.update("jax_enable_x64", True)

RULES = {rule.__name__: rule() for rule in OPTIMIZERS}

Loss = Callable[..., jax.Array]


def follow(
    rule: Optimizer, start: jax.Array, rate: Any, loss: Loss, full_loss: Loss, inputs: Any = None, updates: Any = None
) -> tuple[jax.Array, ...]:
    """`loss(theta, item)` is what an update descends. The rules are ours: they work on whatever has arithmetic."""

    def update(carry, item):
        theta, memory = carry
        gradient = jax.grad(loss)(theta, item)
        direction, memory = rule.update(gradient, memory)
        return (theta - rate * direction, memory), (theta, full_loss(theta), gradient)

    (end, _), (path, values, gradients) = lax.scan(update, (start, rule.init(start)), inputs, updates)
    return jnp.concatenate([path, end[None]]), jnp.append(values, full_loss(end)), gradients


def ready(*descents: tuple[jax.Array, ...]) -> list[History]:
    return [History(*(np.asarray(column) for column in descent)) for descent in descents]


@partial(jax.jit, static_argnames="updates")
def on_quadratic(a0, a1, a2, start, rate, updates):
    def loss(x, _=None):
        return ((a2 * x + a1) * x + a0)[0]

    return follow(GradientDescent(), start, rate, loss, loss, updates=updates)


def quadratic(a0: float, a1: float, a2: float, start: float, rate: float, updates: int) -> list[History]:
    return ready(on_quadratic(a0, a1, a2, np.array([start]), rate, updates))


@partial(jax.jit, static_argnames=("rule", "updates"))
def on_rosenbrock(rule, start, rate, updates):
    def loss(theta, _=None):
        x, y = theta
        return (1 - x) ** 2 + 100 * (y - x * x) ** 2

    return follow(rule, start, rate, loss, loss, updates=updates)


def rosenbrock(start: Sequence[float], rates: dict[str, float], updates: int) -> list[History]:
    return ready(*[on_rosenbrock(RULES[rule], np.array(start), rate, updates) for rule, rate in rates.items()])


@partial(jax.jit, static_argnames="updates")
def on_all_rows(columns, targets, rate, updates):
    def loss(theta, _=None):
        return jnp.square(theta @ columns - targets).mean()

    return follow(GradientDescent(), jnp.zeros(len(columns)), rate, loss, loss, updates=updates)


def batch(design: np.ndarray, targets: np.ndarray, rate: float, updates: int) -> list[History]:
    return ready(on_all_rows(design.T, targets, rate, updates))


@partial(jax.jit, static_argnames="updates")
def at_every_rate(columns, targets, rates, updates):
    return jax.vmap(partial(on_all_rows, columns, targets, updates=updates), out_axes=1)(rates)


def sweep(design: np.ndarray, targets: np.ndarray, rates: np.ndarray, updates: int) -> list[History]:
    return ready(at_every_rate(design.T, targets, rates, updates))


@jax.jit
def on_batches(columns, targets, rate, rows, sizes):
    def loss(theta, batch):
        drawn, size = batch
        squares = jnp.square(theta @ columns[:, drawn] - targets[drawn])
        return jnp.where(jnp.arange(len(drawn)) < size, squares, 0).sum() / size

    def full_loss(theta):
        return jnp.square(theta @ columns - targets).mean()

    return follow(GradientDescent(), jnp.zeros(len(columns)), rate, loss, full_loss, (rows, sizes))


for_every_seed = jax.jit(jax.vmap(on_batches, in_axes=(None, None, None, 1, None), out_axes=1))


def drawn(design: np.ndarray, targets: np.ndarray, rate: float, rows: np.ndarray, sizes: np.ndarray) -> list[History]:
    """Rows (T, B), or (T, runs, B) with one order for each of several runs; of each batch the first `size` count."""
    return ready((on_batches if rows.ndim == 2 else for_every_seed)(design.T, targets, rate, rows, sizes))
