"""The workloads of `gdcore`: what is descended, from the data to the history.

Batches are drawn within the time of a run; the data are made before.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gdcore import OPTIMIZERS, Batches, GradientDescent, LeastSquares, Quadratic, Trace, datasets, descend, theory
from tests.bench.measuring import History, Workload

PLAIN = GradientDescent()
START = [0.0, 0.0]
N = 1_000  # examples

Data = tuple[np.ndarray, np.ndarray]


def history(trace: Trace) -> History:
    return History(trace.theta, trace.value, trace.gradient)


def line(n: int) -> Data:
    """A design with a column of ones, (n, 2), and targets (n,). JAX and numba are faster with columns in one piece."""
    data = datasets.noisy_line(n=n)
    return np.asfortranarray(np.column_stack([data.features, np.ones(n)])), data.targets


def line_of(data: Data) -> LeastSquares:
    return LeastSquares(*data, intercept=False)


@dataclass(frozen=True)
class Parabola:
    name: str = "quadratic"
    a: tuple[float, float, float] = (-3.0, -2.0, 3.0)  # a0, a1, a2
    start: float = 8.0
    rate: float = 0.001
    updates: int = 500

    def run(self) -> list[History]:
        return [history(descend(Quadratic(*self.a), [self.start], PLAIN, self.rate, self.updates))]


@dataclass(frozen=True)
class WholeBatch:
    """All examples at each update."""

    n: int
    rate: float = 0.1
    updates: int = 1_000

    @property
    def name(self) -> str:
        return f"batch regression, n = {self.n:,}"

    @cached_property
    def data(self) -> Data:
        return line(self.n)

    def run(self) -> list[History]:
        return [history(descend(line_of(self.data), START, PLAIN, self.rate, self.updates))]


@dataclass(frozen=True)
class Drawn:
    """Batches of `size`, drawn without replacement."""

    name: str
    size: int
    epochs: int = 50
    rate: float = 0.01

    @property
    def batches(self) -> Batches:
        return Batches(self.size)

    @property
    def updates(self) -> int:
        return self.epochs * -(-N // self.size)

    @cached_property
    def data(self) -> Data:
        return line(N)

    def run(self) -> list[History]:
        trace = descend(line_of(self.data), START, PLAIN, self.rate, self.updates, batches=self.batches)
        return [history(trace)]


@dataclass(frozen=True)
class Race:
    """Three lanes: all examples at each update, and batches of 32 and of 1 in an order of each seed's own."""

    seeds: int = 20
    epochs: int = 10
    rate: float = 0.01

    @property
    def name(self) -> str:
        return f"race, {self.seeds} seeds"

    @property
    def lanes(self) -> list[Batches]:
        """Those that draw."""
        return [Batches(size, tuple(range(self.seeds))) for size in (32, 1)]

    def updates(self, lane: Batches) -> int:
        return self.epochs * -(-N // lane.size)

    @cached_property
    def data(self) -> Data:
        return line(N)

    def run(self) -> list[History]:
        objective = line_of(self.data)
        whole = descend(objective, START, PLAIN, self.rate, self.epochs)
        drawn = [descend(objective, START, PLAIN, self.rate, self.updates(lane), batches=lane) for lane in self.lanes]
        return [history(trace) for trace in (whole, *drawn)]


@dataclass(frozen=True)
class Sweep:
    """A hundred rates up to the limit of theory."""

    name: str = "sweep of 100 rates"
    updates: int = 1_000

    @cached_property
    def data(self) -> Data:
        return line(N)

    @cached_property
    def rates(self) -> np.ndarray:
        return np.geomspace(1e-4, 1, 100) * theory.rate_limit(theory.curvatures(line_of(self.data)))

    def run(self) -> list[History]:
        return [history(descend(line_of(self.data), START, PLAIN, self.rates, self.updates))]


class Rosenbrock:
    """f(x, y) = (1 - x)^2 + 100 (y - x^2)^2."""

    dimension = 2

    def value(self, theta: np.ndarray) -> np.ndarray:
        x, y = theta[..., 0], theta[..., 1]
        return (1 - x) ** 2 + 100 * (y - x * x) ** 2

    def gradient(self, theta: np.ndarray) -> np.ndarray:
        return np.stack(self.partials(theta[..., 0], theta[..., 1]), axis=-1)

    def partials(self, x, y):
        off = y - x * x
        return -2 * (1 - x) - 400 * x * off, 200 * off


@dataclass(frozen=True)
class Valley:
    """All six optimizers; none arrives within so many updates, where RMSProp and Adam would be chaotic."""

    name: str = "Rosenbrock, six optimizers"
    start: tuple[float, float] = (-1.2, 1.0)
    updates: int = 1_000

    @property
    def rates(self) -> dict[str, float]:
        return {rule.__name__: 1e-3 for rule in OPTIMIZERS} | {"Momentum": 1e-4, "Nesterov": 1e-4, "AdaGrad": 0.1}

    def run(self) -> list[History]:
        rates, objective = self.rates, Rosenbrock()
        return [
            history(descend(objective, self.start, rule(), rates[rule.__name__], self.updates)) for rule in OPTIMIZERS
        ]


WORKLOADS: tuple[Workload, ...] = (
    Parabola(),
    WholeBatch(1_000),
    WholeBatch(100_000),
    WholeBatch(1_000_000),
    Drawn("stochastic", 1),
    Drawn("mini-batch of 32", 32),
    Race(),
    Sweep(),
    Valley(),
)
