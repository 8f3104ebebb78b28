"""PyTorch: autograd and `torch.optim` in a Python loop, which records as it goes."""

from collections.abc import Callable, Sequence

import numpy as np
import torch

from tests.bench.measuring import History

torch.set_num_threads(1)

RULES = {
    "GradientDescent": torch.optim.SGD,
    "Momentum": lambda theta, lr: torch.optim.SGD(theta, lr, momentum=0.9),
    "Nesterov": lambda theta, lr: torch.optim.SGD(theta, lr, momentum=0.9, nesterov=True),
    "AdaGrad": torch.optim.Adagrad,
    "RMSProp": torch.optim.RMSprop,
    "Adam": torch.optim.Adam,
}


def follow(
    theta: torch.Tensor,
    step: Callable[[], object],
    updates: int,
    loss: Callable[[int], torch.Tensor],
    full_loss: Callable[[], torch.Tensor] | None = None,
) -> History:
    """`loss(t)` is what update t descends; where that is not the full loss, this is recorded beside it."""
    path, values, gradients = [], [], []
    for t in range(updates):
        theta.grad = None
        here = loss(t)
        here.sum().backward()
        path.append(theta.detach().clone())
        values.append(value_of(full_loss, here))
        gradients.append(theta.grad)
        step()
    path.append(theta.detach())
    values.append(value_of(full_loss, loss(updates - 1)))
    return History(*(torch.stack(column).numpy() for column in (path, values, gradients)))


def value_of(full_loss: Callable[[], torch.Tensor] | None, here: torch.Tensor) -> torch.Tensor:
    if full_loss is None:
        return here.detach()
    with torch.no_grad():
        return full_loss()


def point(start: Sequence[float] | np.ndarray) -> torch.Tensor:
    return torch.tensor(start, dtype=torch.float64, requires_grad=True)


def quadratic(a0: float, a1: float, a2: float, start: float, rate: float, updates: int) -> list[History]:
    x = point([start])
    return [follow(x, torch.optim.SGD([x], rate).step, updates, lambda t: ((a2 * x + a1) * x + a0)[0])]


def rosenbrock(start: Sequence[float], rates: dict[str, float], updates: int) -> list[History]:
    histories = []
    for rule, rate in rates.items():
        theta = point(start)

        def loss(t, theta=theta):
            x, y = theta
            return (1 - x) ** 2 + 100 * (y - x * x) ** 2

        histories.append(follow(theta, RULES[rule]([theta], lr=rate).step, updates, loss))
    return histories


def batch(design: np.ndarray, targets: np.ndarray, rate: float, updates: int) -> list[History]:
    x, y, theta = torch.from_numpy(design), torch.from_numpy(targets), point(np.zeros(design.shape[1]))
    return [follow(theta, torch.optim.SGD([theta], rate).step, updates, lambda t: (x @ theta - y).square().mean())]


def sweep(design: np.ndarray, targets: np.ndarray, rates: np.ndarray, updates: int) -> list[History]:
    """All rates at once. An optimizer of `torch.optim` has one rate, so the step is written out."""
    x, y, theta = torch.from_numpy(design), torch.from_numpy(targets), point(np.zeros((len(rates), design.shape[1])))
    each = torch.from_numpy(rates)[:, None]

    @torch.no_grad()
    def step():
        theta.sub_(each * theta.grad)

    return [follow(theta, step, updates, lambda t: (theta @ x.T - y).square().mean(-1))]


def drawn(design: np.ndarray, targets: np.ndarray, rate: float, batches: Sequence[np.ndarray]) -> list[History]:
    """One batch (B,) after another; an example by itself is looked up by its number, which is faster."""
    x, y, theta = torch.from_numpy(design), torch.from_numpy(targets), point(np.zeros(design.shape[1]))
    rows = [torch.from_numpy(batch) if len(batch) > 1 else int(batch[0]) for batch in batches]

    def loss(t):
        return (x[rows[t]] @ theta - y[rows[t]]).square().mean()

    def full_loss():
        return (x @ theta - y).square().mean()

    return [follow(theta, torch.optim.SGD([theta], rate).step, len(rows), loss, full_loss)]


def for_every_seed(
    design: np.ndarray, targets: np.ndarray, rate: float, batches: Sequence[np.ndarray]
) -> list[History]:
    """Batches (runs, B): each update takes one batch for each of several runs."""
    x, y = torch.from_numpy(design), torch.from_numpy(targets)
    theta = point(np.zeros((len(batches[0]), design.shape[1])))
    rows = [torch.from_numpy(batch) for batch in batches]

    def loss(t):
        return ((x[rows[t]] * theta[:, None]).sum(-1) - y[rows[t]]).square().mean(-1)

    def full_loss():
        return (theta @ x.T - y).square().mean(-1)

    return [follow(theta, torch.optim.SGD([theta], rate).step, len(rows), loss, full_loss)]
