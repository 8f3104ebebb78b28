"""What the peers run: each workload's descents from the same start with the same examples, or why they have none.

They are given the orders of the batches ready. A loop in Python that takes long makes only the first of the updates,
and its time is scaled.
"""

from collections.abc import Callable
from functools import partial

import numpy as np

from tests.bench import jax_scans, numba_loops, sklearn_loops, torch_loops
from tests.bench.measuring import Run, Workload
from tests.bench.workloads import Drawn, N, Parabola, Race, Sweep, Valley, WholeBatch

NO_FUNCTIONS = "fits models to data, not functions of its user's"
ONE_BY_ONE = "one run at a time: the workloads above, so many times"
NO_DATA = "no data to compress"

Peers = dict[str, Run | str]


def on_a_parabola(workload: Parabola) -> Peers:
    setting = (*workload.a, workload.start, workload.rate, workload.updates)
    return {
        "PyTorch": partial(torch_loops.quadratic, *setting),
        "JAX": partial(jax_scans.quadratic, *setting),
        "scikit-learn": NO_FUNCTIONS,
        "numba": partial(numba_loops.quadratic, *setting),
        "numba, compressed": NO_DATA,
    }


def on_all_examples(workload: WholeBatch) -> Peers:
    setting = (*workload.data, workload.rate)
    updates = workload.updates
    first = updates // max(1, workload.n // 10_000)
    return {
        "PyTorch": partial(torch_loops.batch, *setting, first),
        "JAX": partial(jax_scans.batch, *setting, updates),
        "scikit-learn": partial(sklearn_loops.batch, *setting, first),
        "numba": partial(numba_loops.batch, *setting, updates),
        "numba, compressed": partial(numba_loops.batch_compressed, *setting, updates),
    }


def on_drawn_batches(workload: Drawn) -> Peers:
    setting, batches, updates = (*workload.data, workload.rate), workload.batches, workload.updates
    rows, sizes = batches.rows(N, updates), batches.sizes(N, updates)
    single = workload.size == 1
    first, padded = rows[: updates // (50 if single else 10)], stacked(rows)
    return {
        "PyTorch": partial(torch_loops.drawn, *setting, first),
        "JAX": partial(jax_scans.drawn, *setting, padded, sizes),
        "scikit-learn": partial(sklearn_loops.stochastic if single else sklearn_loops.drawn, *setting, first),
        "numba": partial(numba_loops.drawn, *setting, padded, sizes),
        "numba, compressed": partial(numba_loops.drawn_compressed, *setting, padded, sizes),
    }


def stacked(rows: list[np.ndarray]) -> np.ndarray:
    """Batches (..., B) in one array (T, ..., B); a smaller batch is filled up with example 0."""
    largest = max(batch.shape[-1] for batch in rows)
    return np.stack([np.pad(batch, [(0, 0)] * (batch.ndim - 1) + [(0, largest - batch.shape[-1])]) for batch in rows])


def in_a_race(workload: Race, scale: int = 10) -> Peers:
    setting, epochs = (*workload.data, workload.rate), workload.epochs
    draws = [(lane, lane.rows(N, workload.updates(lane))) for lane in workload.lanes]
    padded = [(stacked(rows), lane.sizes(N, len(rows))) for lane, rows in draws]

    def lane_by_lane(whole, drawn):
        return [*whole(*setting, epochs), *(run for lane in padded for run in drawn(*setting, *lane))]

    def torchs():
        firsts = (rows[: len(rows) // scale] for _, rows in draws)
        drawn = (run for rows in firsts for run in torch_loops.for_every_seed(*setting, rows))
        return [*torch_loops.batch(*setting, epochs // scale), *drawn]

    return {
        "PyTorch": torchs,
        "JAX": partial(lane_by_lane, jax_scans.batch, jax_scans.drawn),
        "scikit-learn": ONE_BY_ONE,
        "numba": partial(lane_by_lane, numba_loops.batch, numba_loops.drawn),
        "numba, compressed": partial(lane_by_lane, numba_loops.batch_compressed, numba_loops.drawn_compressed),
    }


def at_every_rate(workload: Sweep, scale: int = 10) -> Peers:
    setting, updates = (*workload.data, workload.rates), workload.updates
    return {
        "PyTorch": partial(torch_loops.sweep, *setting, updates // scale),
        "JAX": partial(jax_scans.sweep, *setting, updates),
        "scikit-learn": ONE_BY_ONE,
        "numba": partial(numba_loops.sweep, *setting, updates),
        "numba, compressed": partial(numba_loops.sweep_compressed, *setting, updates),
    }


def in_the_valley(workload: Valley) -> Peers:
    setting = (workload.start, workload.rates, workload.updates)
    return {
        "PyTorch": partial(torch_loops.rosenbrock, *setting),
        "JAX": partial(jax_scans.rosenbrock, *setting),
        "scikit-learn": NO_FUNCTIONS,
        "numba": partial(numba_loops.rosenbrock, *setting),
        "numba, compressed": NO_DATA,
    }


PEERS: dict[type, Callable[..., Peers]] = {
    Parabola: on_a_parabola,
    WholeBatch: on_all_examples,
    Drawn: on_drawn_batches,
    Race: in_a_race,
    Sweep: at_every_rate,
    Valley: in_the_valley,
}


def peers_of(workload: Workload) -> Peers:
    return PEERS[type(workload)](workload)
