"""The rules that turn a gradient into a direction, simplest first.

A rule is a frozen record of its numbers. Its memory is a separate value that goes in and out:

    state = rule.init(theta)
    direction, state = rule.update(gradient, state)
    theta = theta - learning_rate * direction

The learning rate is never a field of a rule; it belongs to the schedule. All rules follow PyTorch's conventions: the
rate stays outside the velocity, epsilon is added outside the root, and no accumulator starts above 0. (Keras puts the
rate inside the velocity, which differs as soon as the rate changes, and AdaGrad's sum starts at 0.1 there.)

Every rule here works coordinate by coordinate and is written with arithmetic and `** 0.5` only, so that it runs on an
array (d,), on many runs (runs, d), and on one coordinate as a plain float, where a single run is eight times faster:
for a float it returns a float (of one, np.sign and the like make a numpy number). A rule that looks at the whole
gradient, its length say, says so (`elementwise = False`) and is given arrays only. All fields of a rule have a default.

A rule whose direction and next memory are linear in gradient and memory says so (`linear = True`): `scan` then makes
many of its updates on least squares at once. Its memory is None or one array like theta.

Where a library has the very same rule, `counterparts` says how it is made there. Any other program has the source of
`init` and `update`, which therefore use nothing but their arguments, the rule's fields and numpy as np.

A memory is None, an array like theta, a count, or a tuple of these: so that the loop can hand it on as a value, and see
whether it is still within the machine's numbers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from gdcore.objectives import Array


class Optimizer(Protocol):
    """A rule: `init` makes its memory for theta, `update` turns a gradient into a direction and the next memory.

    theta, gradient and direction have one shape: (d,), (runs, d), or a float for one coordinate.
    """

    name: ClassVar[str]  # on the screen
    elementwise: ClassVar[bool] = True  # whether each coordinate goes its own way
    linear: ClassVar[bool] = False  # whether direction and next memory are linear in gradient and memory

    @property
    def counterparts(self) -> Mapping[str, str]:
        """How a library makes the same rule, by its name: a call with {theta}, {rate} and the rule's {fields}."""
        return {}

    def init(self, theta: Array) -> Any:
        """The memory before the first update."""

    def update(self, gradient: Array, state: Any) -> tuple[Array, Any]:
        """The direction, which the rate is then multiplied by, and the next memory. What goes in is not changed."""


@dataclass(frozen=True)
class GradientDescent(Optimizer):
    """Plain gradient descent: the direction is the gradient g itself (Cauchy 1847)."""

    name: ClassVar[str] = "plain"
    linear: ClassVar[bool] = True
    counterparts: ClassVar[Mapping[str, str]] = {
        "PyTorch": "torch.optim.SGD([{theta}], lr={rate})",
        "Keras": "keras.optimizers.SGD({rate})",
    }

    def init(self, theta: Array) -> None:
        return None

    def update(self, gradient: Array, state: None) -> tuple[Array, None]:
        return gradient, state


@dataclass(frozen=True)
class Momentum(Optimizer):
    """Heavy ball: v <- beta v + g, direction v (Polyak 1964). v starts at 0; `torch.optim.SGD(momentum=beta)`.

    The memory is the velocity v. ValueError unless beta is in [0, 1).
    """

    name: ClassVar[str] = "momentum"
    linear: ClassVar[bool] = True
    counterparts: ClassVar[Mapping[str, str]] = {"PyTorch": "torch.optim.SGD([{theta}], lr={rate}, momentum={beta})"}
    beta: float = 0.9

    def __post_init__(self) -> None:
        _check_decay("beta", self.beta)

    def init(self, theta: Array) -> Array:
        return 0.0 * theta

    def update(self, gradient: Array, velocity: Array) -> tuple[Array, Array]:
        velocity = self.beta * velocity + gradient
        return velocity, velocity


@dataclass(frozen=True)
class Nesterov(Optimizer):
    """Nesterov's momentum: v <- beta v + g, direction g + beta v (Nesterov 1983, Sutskever et al. 2013).

    As `torch.optim.SGD(momentum=beta, nesterov=True)`: theta is the point at which the gradient is taken.
    The memory is the velocity v. ValueError unless beta is in [0, 1).
    """

    name: ClassVar[str] = "Nesterov"
    linear: ClassVar[bool] = True
    beta: float = 0.9

    def __post_init__(self) -> None:
        _check_decay("beta", self.beta)

    def init(self, theta: Array) -> Array:
        return 0.0 * theta

    def update(self, gradient: Array, velocity: Array) -> tuple[Array, Array]:
        velocity = self.beta * velocity + gradient
        return gradient + self.beta * velocity, velocity

    @property
    def counterparts(self) -> Mapping[str, str]:
        if self.beta == 0:  # which PyTorch refuses; it is plain descent
            return GradientDescent.counterparts
        return {"PyTorch": "torch.optim.SGD([{theta}], lr={rate}, momentum={beta}, nesterov=True)"}


@dataclass(frozen=True)
class AdaGrad(Optimizer):
    """Divide by the root of all squares so far: s <- s + g^2, direction g / (sqrt(s) + epsilon) (Duchi et al. 2011).

    The memory is s. ValueError unless epsilon is positive and finite.
    """

    name: ClassVar[str] = "AdaGrad"
    counterparts: ClassVar[Mapping[str, str]] = {"PyTorch": "torch.optim.Adagrad([{theta}], lr={rate}, eps={epsilon})"}
    epsilon: float = 1e-10

    def __post_init__(self) -> None:
        _check_epsilon(self.epsilon)

    def init(self, theta: Array) -> Array:
        return 0.0 * theta

    def update(self, gradient: Array, squares: Array) -> tuple[Array, Array]:
        squares = squares + gradient * gradient
        return gradient / (squares**0.5 + self.epsilon), squares


@dataclass(frozen=True)
class RMSProp(Optimizer):
    """Divide by a running root mean square: s <- rho s + (1 - rho) g^2, direction g / (sqrt(s) + epsilon).

    Tieleman & Hinton 2012, lecture 6; no bias correction, as in PyTorch. The memory is s. ValueError unless rho is in
    [0, 1) and epsilon positive and finite.
    """

    name: ClassVar[str] = "RMSProp"
    counterparts: ClassVar[Mapping[str, str]] = {
        "PyTorch": "torch.optim.RMSprop([{theta}], lr={rate}, alpha={rho}, eps={epsilon})"
    }
    rho: float = 0.99
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        _check_decay("rho", self.rho)
        _check_epsilon(self.epsilon)

    def init(self, theta: Array) -> Array:
        return 0.0 * theta

    def update(self, gradient: Array, mean_square: Array) -> tuple[Array, Array]:
        mean_square = self.rho * mean_square + (1 - self.rho) * (gradient * gradient)
        return gradient / (mean_square**0.5 + self.epsilon), mean_square


@dataclass(frozen=True)
class Adam(Optimizer):
    """Running mean over running root mean square, both corrected for their start at 0 (Kingma & Ba 2015):

    m <- beta1 m + (1 - beta1) g,  v <- beta2 v + (1 - beta2) g^2,
    direction  m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon)  at update t = 1, 2, ...

    The memory is (m, v, t). ValueError unless the betas are in [0, 1) and epsilon is positive and finite.
    """

    name: ClassVar[str] = "Adam"
    counterparts: ClassVar[Mapping[str, str]] = {
        "PyTorch": "torch.optim.Adam([{theta}], lr={rate}, betas=({beta1}, {beta2}), eps={epsilon})"
    }
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        _check_decay("beta1", self.beta1)
        _check_decay("beta2", self.beta2)
        _check_epsilon(self.epsilon)

    def init(self, theta: Array) -> tuple[Array, Array, int]:
        return 0.0 * theta, 0.0 * theta, 0

    def update(self, gradient: Array, state: tuple[Array, Array, int]) -> tuple[Array, tuple[Array, Array, int]]:
        m, v, t = state
        m, v, t = (
            self.beta1 * m + (1 - self.beta1) * gradient,
            self.beta2 * v + (1 - self.beta2) * (gradient * gradient),
            t + 1,
        )
        corrected_m, corrected_v = m / (1 - self.beta1**t), v / (1 - self.beta2**t)
        return corrected_m / (corrected_v**0.5 + self.epsilon), (m, v, t)


OPTIMIZERS: tuple[type[Optimizer], ...] = (GradientDescent, Momentum, Nesterov, AdaGrad, RMSProp, Adam)


def _check_decay(name: str, value: float) -> None:
    if not 0 <= value < 1:
        raise ValueError(f"{name} must be in [0, 1), got {value}")


def _check_epsilon(epsilon: float) -> None:
    if not 0 < epsilon < float("inf"):
        raise ValueError(f"epsilon must be positive and finite, got {epsilon}")
