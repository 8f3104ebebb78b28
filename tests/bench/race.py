"""Stochastic descent, 50 epochs on 1,000 rows with the full loss at each of the 50,000 updates, beside three peers.

    python -m pip install -r tests/bench/requirements.txt && OMP_NUM_THREADS=1 python -m tests.bench.race

A `torch.optim.SGD` loop, a jitted `lax.scan` of JAX over the rows, and a compiled numba loop whose loss comes from
three compressed rows, which is as fast as one update after another can be. All give the same path and losses (checked
first), all have one thread and float64, JAX and numba are warm; they are timed in turns, and the medians and their
ratios are printed. The loop of torch does fewer updates, and its time is scaled up. Then the race: batches of n, 32
and 1, twenty seeds, ten epochs.
"""

import os
from statistics import median
from time import perf_counter

import jax
import numba
import numpy as np
import torch

from gdcore import Batches, GradientDescent, LeastSquares, datasets, descend

N, EPOCHS, RATE, ROUNDS = 1_000, 50, 0.01, 9
UPDATES, TORCH_UPDATES = N * EPOCHS, 2_000
DATA = datasets.noisy_line(n=N)
DESIGN, TARGETS = np.column_stack([DATA.features, np.ones(N)]), DATA.targets
OBJECTIVE = LeastSquares(DATA.features, DATA.targets)
ORDER = Batches(1).draw(N, UPDATES)
COMPRESSED = np.linalg.qr(np.column_stack([DESIGN, TARGETS]), mode="r")

Run = tuple[np.ndarray, np.ndarray]  # the path and its losses


def ours() -> Run:
    trace = descend(OBJECTIVE, [0.0, 0.0], GradientDescent(), RATE, UPDATES, batches=Batches(1))
    return trace.theta, trace.value


def torchs() -> Run:
    x, y = torch.from_numpy(DESIGN), torch.from_numpy(TARGETS)
    theta = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([theta], lr=RATE)
    path, losses = [theta.detach().numpy().copy()], [(y * y).mean().item()]
    for row in ORDER[:TORCH_UPDATES]:
        optimizer.zero_grad()
        (x[row] @ theta - y[row]).square().backward()
        optimizer.step()
        with torch.no_grad():
            losses.append((x @ theta - y).square().mean().item())
        path.append(theta.detach().numpy().copy())
    return np.array(path), np.array(losses)


@jax.jit
def over_the_rows(x, y, order):
    def update(theta, row):
        theta = theta - RATE * jax.grad(lambda at: (x[row] @ at - y[row]) ** 2)(theta)
        return theta, (theta, ((x @ theta - y) ** 2).mean())

    start = jax.numpy.zeros(2)
    _, (path, losses) = jax.lax.scan(update, start, order)
    return jax.numpy.vstack([start, path]), jax.numpy.append((y**2).mean(), losses)


def jaxs() -> Run:
    path, losses = jax.block_until_ready(over_the_rows(DESIGN, TARGETS, ORDER))
    return np.asarray(path), np.asarray(losses)


@numba.njit
def compiled(x, y, order, rows):
    path, losses = np.empty((len(order) + 1, 2)), np.empty(len(order) + 1)
    w = b = 0.0
    for t in range(len(order) + 1):
        path[t, 0], path[t, 1] = w, b
        loss = 0.0
        for i in range(3):
            residual = rows[i, 0] * w + rows[i, 1] * b - rows[i, 2]
            loss += residual * residual
        losses[t] = loss / len(y)
        if t < len(order):
            twice = 2 * (x[order[t]] * w + b - y[order[t]])
            w, b = w - RATE * twice * x[order[t]], b - RATE * twice
    return path, losses


def numbas() -> Run:
    return compiled(DESIGN[:, 0].copy(), TARGETS, ORDER, COMPRESSED)


def race() -> None:
    seeds = tuple(range(20))
    for size in (N, 32, 1):
        updates = 10 * -(-N // size)
        descend(OBJECTIVE, [0.0, 0.0], GradientDescent(), RATE, updates, batches=Batches(size, seeds))


def seconds(run) -> float:
    begin = perf_counter()
    run()
    return perf_counter() - begin


def main() -> None:
    torch.set_num_threads(1)
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"  # read when JAX is first used
    jax.config.update("jax_enable_x64", True)
    mine = ours()
    for peer in (torchs, jaxs, numbas):
        for own, other in zip(mine, peer(), strict=True):
            np.testing.assert_allclose(own[: len(other)], other, rtol=1e-10, atol=1e-10)
    rounds = [[seconds(run) for run in (ours, torchs, jaxs, numbas)] for _ in range(ROUNDS)]
    here, torch_loop, jax_scan, limit = (1e3 * median(times) for times in zip(*rounds, strict=True))
    torch_loop *= UPDATES / TORCH_UPDATES
    print(f"{UPDATES:,} updates of one example, the loss of all {N:,} after each: descend {here:.1f} ms")
    print(f"torch.optim.SGD {torch_loop:,.0f} ms ({TORCH_UPDATES:,} updates, scaled): {torch_loop / here:.0f} times")
    print(f"JAX over the rows {jax_scan:.0f} ms: {jax_scan / here:.1f} times")
    print(f"compiled loop {limit:.2f} ms: descend takes {here / limit:.1f} times as long")
    taken = 1e3 * median(seconds(race) for _ in range(ROUNDS))
    print(f"the race, batches of {N:,}, 32 and 1, 20 seeds, 10 epochs: {taken:.0f} ms")


if __name__ == "__main__":
    main()
