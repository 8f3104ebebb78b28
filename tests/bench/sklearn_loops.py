"""scikit-learn: `partial_fit` once for each update, and after it the loss over all examples.

Both estimators descend half the squared error, so their rate is twice ours. They do not show their gradients: these
are read off the path.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from sklearn.linear_model import SGDRegressor
from sklearn.neural_network import MLPRegressor

from tests.bench.measuring import History


def stochastic(design: np.ndarray, targets: np.ndarray, rate: float, batches: Sequence[np.ndarray]) -> list[History]:
    model = SGDRegressor(penalty=None, learning_rate="constant", eta0=2 * rate, shuffle=False)
    return follow(model, lambda: (model.coef_, model.intercept_), design, targets, rate, batches)


def drawn(design: np.ndarray, targets: np.ndarray, rate: float, batches: Sequence[np.ndarray]) -> list[History]:
    """A network without hidden layers is linear regression, and one batch is one update."""
    model = network(rate, "auto")  # what it is given is one batch, up to 200 rows
    return follow(model, lambda: (model.coefs_[0][0], model.intercepts_[0]), design, targets, rate, batches)


def batch(design: np.ndarray, targets: np.ndarray, rate: float, updates: int) -> list[History]:
    model = network(rate, len(targets))
    everything = [slice(None)] * updates
    return follow(model, lambda: (model.coefs_[0][0], model.intercepts_[0]), design, targets, rate, everything)


def network(rate: float, size: int | str) -> MLPRegressor:
    plain = {"alpha": 0, "momentum": 0, "nesterovs_momentum": False, "shuffle": False}
    return MLPRegressor(hidden_layer_sizes=(), solver="sgd", batch_size=size, learning_rate_init=2 * rate, **plain)


def follow(
    model: Any,
    parameters: Callable[[], tuple[np.ndarray, np.ndarray]],
    design: np.ndarray,
    targets: np.ndarray,
    rate: float,
    batches: Sequence[Any],
) -> list[History]:
    features = design[:, :-1]  # both have an intercept of their own
    model.partial_fit(features[batches[0]], targets[batches[0]])  # makes the parameters, which then begin at 0
    for parameter in parameters():
        parameter[...] = 0
    path, values = [], []
    for rows in [None, *batches]:
        if rows is not None:
            model.partial_fit(features[rows], targets[rows])
        theta = np.concatenate(parameters())
        path.append(theta)
        values.append(np.square(design @ theta - targets).mean())
    return [History(np.array(path), np.array(values), -np.diff(path, axis=0) / rate)]
