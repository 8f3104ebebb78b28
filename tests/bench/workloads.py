"""The workloads: what is descended, by us and by each peer, from the same start with the same examples.

Ours starts from the data and draws its own batches within its time; the peers are given their orders ready. A loop in
Python that takes long makes only the first of the updates, and its time is scaled.
"""

from functools import partial

import numpy as np

from gdcore import OPTIMIZERS, Batches, GradientDescent, LeastSquares, Quadratic, Trace, datasets, descend, theory
from tests.bench import jax_scans, numba_loops, sklearn_loops, torch_loops
from tests.bench.measuring import History, Workload

PLAIN = GradientDescent()
START = [0.0, 0.0]
N = 1_000  # examples
NO_FUNCTIONS = "fits models to data, not functions of its user's"
ONE_BY_ONE = "one run at a time: the workloads above, so many times"
NO_DATA = "no data to compress"

Data = tuple[np.ndarray, np.ndarray]


def history(trace: Trace) -> History:
    return History(trace.theta, trace.value, trace.gradient)


def line(n: int) -> Data:
    """A design with a column of ones, (n, 2), and targets (n,). JAX and numba are faster with columns in one piece."""
    data = datasets.noisy_line(n=n)
    return np.asfortranarray(np.column_stack([data.features, np.ones(n)])), data.targets


def line_of(data: Data) -> LeastSquares:
    return LeastSquares(*data, intercept=False)


def quadratic() -> Workload:
    a0, a1, a2, start, rate, updates = setting = -3.0, -2.0, 3.0, 8.0, 0.001, 500

    def ours():
        return [history(descend(Quadratic(a0, a1, a2), [start], PLAIN, rate, updates))]

    peers = {
        "PyTorch": partial(torch_loops.quadratic, *setting),
        "JAX": partial(jax_scans.quadratic, *setting),
        "scikit-learn": NO_FUNCTIONS,
        "numba": partial(numba_loops.quadratic, *setting),
        "numba, compressed": NO_DATA,
    }
    return Workload("quadratic", ours, peers)


def batch(n: int, scale: int) -> Workload:
    data, rate, updates = line(n), 0.1, 1_000
    first = updates // scale

    def ours():
        return [history(descend(line_of(data), START, PLAIN, rate, updates))]

    peers = {
        "PyTorch": partial(torch_loops.batch, *data, rate, first),
        "JAX": partial(jax_scans.batch, *data, rate, updates),
        "scikit-learn": partial(sklearn_loops.batch, *data, rate, first),
        "numba": partial(numba_loops.batch, *data, rate, updates),
        "numba, compressed": partial(numba_loops.batch_compressed, *data, rate, updates),
    }
    return Workload(f"batch regression, n = {n:,}", ours, peers)


def drawn(name: str, size: int, epochs: int, scale: int, sklearn_loop) -> Workload:
    """Batches of `size`, drawn without replacement."""
    data, rate, batches = line(N), 0.01, Batches(size)
    updates = epochs * -(-N // size)
    rows, sizes = batches.rows(N, updates), batches.sizes(N, updates)
    first, padded = rows[: updates // scale], stacked(rows)

    def ours():
        return [history(descend(line_of(data), START, PLAIN, rate, updates, batches=batches))]

    peers = {
        "PyTorch": partial(torch_loops.drawn, *data, rate, first),
        "JAX": partial(jax_scans.drawn, *data, rate, padded, sizes),
        "scikit-learn": partial(sklearn_loop, *data, rate, first),
        "numba": partial(numba_loops.drawn, *data, rate, padded, sizes),
        "numba, compressed": partial(numba_loops.drawn_compressed, *data, rate, padded, sizes),
    }
    return Workload(name, ours, peers)


def stacked(rows: list[np.ndarray]) -> np.ndarray:
    """Batches (..., B) in one array (T, ..., B); a smaller batch is filled up with example 0."""
    largest = max(batch.shape[-1] for batch in rows)
    return np.stack([np.pad(batch, [(0, 0)] * (batch.ndim - 1) + [(0, largest - batch.shape[-1])]) for batch in rows])


def race(seeds: int = 20, epochs: int = 10, scale: int = 10) -> Workload:
    """Three lanes: all examples at each update, and batches of 32 and of 1 in an order of each seed's own."""
    data, rate = line(N), 0.01
    lanes = [Batches(size, tuple(range(seeds))) for size in (32, 1)]
    draws = {lane: lane.rows(N, epochs * -(-N // lane.size)) for lane in lanes}
    padded = {lane: (stacked(rows), lane.sizes(N, len(rows))) for lane, rows in draws.items()}

    def ours():
        objective = line_of(data)
        whole = descend(objective, START, PLAIN, rate, epochs)
        traces = [descend(objective, START, PLAIN, rate, len(draws[lane]), batches=lane) for lane in lanes]
        return [history(trace) for trace in (whole, *traces)]

    def lane_by_lane(whole, drawn):
        return [*whole(*data, rate, epochs), *(run for lane in lanes for run in drawn(*data, rate, *padded[lane]))]

    def torchs():
        firsts = (rows[: len(rows) // scale] for rows in draws.values())
        drawn = (run for rows in firsts for run in torch_loops.for_every_seed(*data, rate, rows))
        return [*torch_loops.batch(*data, rate, epochs // scale), *drawn]

    peers = {
        "PyTorch": torchs,
        "JAX": partial(lane_by_lane, jax_scans.batch, jax_scans.drawn),
        "scikit-learn": ONE_BY_ONE,
        "numba": partial(lane_by_lane, numba_loops.batch, numba_loops.drawn),
        "numba, compressed": partial(lane_by_lane, numba_loops.batch_compressed, numba_loops.drawn_compressed),
    }
    return Workload(f"race, {seeds} seeds", ours, peers)


def sweep(scale: int = 10) -> Workload:
    """A hundred rates up to the limit of theory."""
    data, updates = line(N), 1_000
    rates = np.geomspace(1e-4, 1, 100) * theory.rate_limit(theory.curvatures(line_of(data)))

    def ours():
        return [history(descend(line_of(data), START, PLAIN, rates, updates))]

    peers = {
        "PyTorch": partial(torch_loops.sweep, *data, rates, updates // scale),
        "JAX": partial(jax_scans.sweep, *data, rates, updates),
        "scikit-learn": ONE_BY_ONE,
        "numba": partial(numba_loops.sweep, *data, rates, updates),
        "numba, compressed": partial(numba_loops.sweep_compressed, *data, rates, updates),
    }
    return Workload("sweep of 100 rates", ours, peers)


class Rosenbrock:
    """f(x, y) = (1 - x)^2 + 100 (y - x^2)^2."""

    def value(self, theta: np.ndarray) -> np.ndarray:
        x, y = theta[..., 0], theta[..., 1]
        return (1 - x) ** 2 + 100 * (y - x * x) ** 2

    def gradient(self, theta: np.ndarray) -> np.ndarray:
        return np.stack(self.partials(theta[..., 0], theta[..., 1]), axis=-1)

    def partials(self, x, y):
        off = y - x * x
        return -2 * (1 - x) - 400 * x * off, 200 * off


def rosenbrock() -> Workload:
    """All six optimizers; none arrives within so many updates, where RMSProp and Adam would be chaotic."""
    start, updates = (-1.2, 1.0), 1_000
    rates = {rule.__name__: 1e-3 for rule in OPTIMIZERS} | {"Momentum": 1e-4, "Nesterov": 1e-4, "AdaGrad": 0.1}

    def ours():
        return [history(descend(Rosenbrock(), start, rule(), rates[rule.__name__], updates)) for rule in OPTIMIZERS]

    peers = {
        "PyTorch": partial(torch_loops.rosenbrock, start, rates, updates),
        "JAX": partial(jax_scans.rosenbrock, start, rates, updates),
        "scikit-learn": NO_FUNCTIONS,
        "numba": partial(numba_loops.rosenbrock, start, rates, updates),
        "numba, compressed": NO_DATA,
    }
    return Workload("Rosenbrock, six optimizers", ours, peers)


def every_workload() -> list[Workload]:
    return [
        quadratic(),
        batch(1_000, scale=1),
        batch(100_000, scale=10),
        batch(1_000_000, scale=100),
        drawn("stochastic", 1, epochs=50, scale=50, sklearn_loop=sklearn_loops.stochastic),
        drawn("mini-batch of 32", 32, epochs=50, scale=10, sklearn_loop=sklearn_loops.drawn),
        race(),
        sweep(),
        rosenbrock(),
    ]
