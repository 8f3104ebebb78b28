"""numba: compiled loops, one update after another, for two parameters. Timed when they have been compiled.

`compressed` makes of any data the three rows of a QR decomposition that have the same loss and gradient everywhere, as
our least squares does. The loop on them is the limit: so fast is one update after another at all.
"""

from collections.abc import Sequence

import numba
import numpy as np

from tests.bench.measuring import History


def compressed(design: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    rows = np.linalg.qr(np.column_stack([design, targets]), mode="r")
    return np.asfortranarray(rows[:, :-1]), rows[:, -1].copy()


@numba.njit
def on_quadratic(a0, a1, a2, x, rate, updates):
    path, values, gradients = np.empty((updates + 1, 1)), np.empty(updates + 1), np.empty((updates, 1))
    for t in range(updates + 1):
        path[t, 0], values[t] = x, (a2 * x + a1) * x + a0
        if t < updates:
            gradients[t, 0] = 2 * a2 * x + a1
            x -= rate * gradients[t, 0]
    return path, values, gradients


def quadratic(a0: float, a1: float, a2: float, start: float, rate: float, updates: int) -> list[History]:
    return [History(*on_quadratic(a0, a1, a2, start, rate, updates))]


@numba.njit(fastmath=True)
def loss_and_gradient(design, targets, n, w, b):
    """On all rows given, which stand for n."""
    loss = along_w = along_b = 0.0
    for i in range(len(targets)):
        residual = design[i, 0] * w + design[i, 1] * b - targets[i]
        loss += residual * residual
        along_w += residual * design[i, 0]
        along_b += residual * design[i, 1]
    return loss / n, 2 * along_w / n, 2 * along_b / n


@numba.njit(fastmath=True)
def on_all_rows(design, targets, n, rates, updates):
    """A descent for each rate, one after another."""
    runs = len(rates)
    path, values = np.empty((runs, updates + 1, 2)), np.empty((runs, updates + 1))
    gradients = np.empty((runs, updates, 2))
    for run in range(runs):
        w = b = 0.0
        for t in range(updates + 1):
            path[run, t] = w, b
            values[run, t], along_w, along_b = loss_and_gradient(design, targets, n, w, b)
            if t < updates:
                gradients[run, t] = along_w, along_b
                w, b = w - rates[run] * along_w, b - rates[run] * along_b
    return path, values, gradients


def sweep(design: np.ndarray, targets: np.ndarray, rates: np.ndarray, updates: int) -> list[History]:
    return together(on_all_rows(design, targets, len(targets), rates, updates))


def sweep_compressed(design: np.ndarray, targets: np.ndarray, rates: np.ndarray, updates: int) -> list[History]:
    return together(on_all_rows(*compressed(design, targets), len(targets), rates, updates))


def batch(design: np.ndarray, targets: np.ndarray, rate: float, updates: int) -> list[History]:
    return alone(on_all_rows(design, targets, len(targets), np.array([rate]), updates))


def batch_compressed(design: np.ndarray, targets: np.ndarray, rate: float, updates: int) -> list[History]:
    return alone(on_all_rows(*compressed(design, targets), len(targets), np.array([rate]), updates))


@numba.njit(fastmath=True)
def on_batches(design, targets, full_design, full_targets, rate, rows, sizes):
    """A descent for each order of the rows, (T, runs, B); the full loss comes from rows of its own."""
    updates, runs, n = len(rows), rows.shape[1], len(targets)
    path, values = np.empty((runs, updates + 1, 2)), np.empty((runs, updates + 1))
    gradients = np.empty((runs, updates, 2))
    for run in range(runs):
        w = b = 0.0
        for t in range(updates + 1):
            path[run, t] = w, b
            values[run, t] = loss_and_gradient(full_design, full_targets, n, w, b)[0]
            if t < updates:
                along_w = along_b = 0.0
                for i in rows[t, run, : sizes[t]]:
                    residual = design[i, 0] * w + design[i, 1] * b - targets[i]
                    along_w += residual * design[i, 0]
                    along_b += residual * design[i, 1]
                along_w, along_b = 2 * along_w / sizes[t], 2 * along_b / sizes[t]
                gradients[run, t] = along_w, along_b
                w, b = w - rate * along_w, b - rate * along_b
    return path, values, gradients


def drawn(design: np.ndarray, targets: np.ndarray, rate: float, rows: np.ndarray, sizes: np.ndarray) -> list[History]:
    """Rows (T, B), or (T, runs, B) with one order for each of several runs; of each batch the first `size` count."""
    return with_loss_on(design, targets, design, targets, rate, rows, sizes)


def drawn_compressed(
    design: np.ndarray, targets: np.ndarray, rate: float, rows: np.ndarray, sizes: np.ndarray
) -> list[History]:
    return with_loss_on(*compressed(design, targets), design, targets, rate, rows, sizes)


def with_loss_on(full_design, full_targets, design, targets, rate, rows, sizes) -> list[History]:
    each = rows.reshape(len(rows), -1, rows.shape[-1])
    histories = on_batches(design, targets, full_design, full_targets, rate, each, sizes)
    return alone(histories) if rows.ndim == 2 else together(histories)


def together(columns: Sequence[np.ndarray]) -> list[History]:
    """All runs, (runs, T, ...), with the steps first."""
    return [History(*(column.swapaxes(0, 1) for column in columns))]


def alone(columns: Sequence[np.ndarray]) -> list[History]:
    """The only run."""
    return [History(*(column[0] for column in columns))]


@numba.njit
def plain(gradient, velocity, squares, t):
    return gradient, velocity, squares


@numba.njit
def momentum(gradient, velocity, squares, t):
    velocity = 0.9 * velocity + gradient
    return velocity, velocity, squares


@numba.njit
def nesterov(gradient, velocity, squares, t):
    velocity = 0.9 * velocity + gradient
    return gradient + 0.9 * velocity, velocity, squares


@numba.njit
def adagrad(gradient, velocity, squares, t):
    squares += gradient * gradient
    return gradient / (np.sqrt(squares) + 1e-10), velocity, squares


@numba.njit
def rmsprop(gradient, velocity, squares, t):
    squares = 0.99 * squares + (1 - 0.99) * gradient * gradient
    return gradient / (np.sqrt(squares) + 1e-8), velocity, squares


@numba.njit
def adam(gradient, velocity, squares, t):
    velocity = 0.9 * velocity + (1 - 0.9) * gradient
    squares = 0.999 * squares + (1 - 0.999) * gradient * gradient
    return velocity / (1 - 0.9**t) / (np.sqrt(squares / (1 - 0.999**t)) + 1e-8), velocity, squares


RULES = {
    "GradientDescent": plain,
    "Momentum": momentum,
    "Nesterov": nesterov,
    "AdaGrad": adagrad,
    "RMSProp": rmsprop,
    "Adam": adam,
}


@numba.njit
def on_rosenbrock(rule, x, y, rate, updates):
    path, values, gradients = np.empty((updates + 1, 2)), np.empty(updates + 1), np.empty((updates, 2))
    x_velocity = y_velocity = x_squares = y_squares = 0.0
    for t in range(updates + 1):
        off = y - x * x
        path[t], values[t] = (x, y), (1 - x) ** 2 + 100 * off**2
        if t < updates:
            along_x, along_y = -2 * (1 - x) - 400 * x * off, 200 * off
            gradients[t] = along_x, along_y
            x_step, x_velocity, x_squares = rule(along_x, x_velocity, x_squares, t + 1)
            y_step, y_velocity, y_squares = rule(along_y, y_velocity, y_squares, t + 1)
            x, y = x - rate * x_step, y - rate * y_step
    return path, values, gradients


def rosenbrock(start: Sequence[float], rates: dict[str, float], updates: int) -> list[History]:
    return [History(*on_rosenbrock(RULES[rule], *start, rate, updates)) for rule, rate in rates.items()]
