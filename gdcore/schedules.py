"""The learning rate as a function of the step: schedule(step) is the rate of update number step, counted from 0.

`step` may be one number or an array of them. The initial rate may be an array of shape (runs,), one rate per run;
steps of shape (T, 1) then give rates of shape (T, runs).

A schedule also knows what becomes of its rate. The sum of all rates decides how far descent can get: where it is
finite, a direction of curvature lambda keeps about exp(-lambda sum) of its error for ever, however many updates are
made. Robbins & Monro 1951 ask that the rates have an infinite sum and their squares a finite one.

Besides `initial` the fields of a schedule are what one chooses, each named for what it means in every schedule; only
`steps` is the length of the run.
"""

from dataclasses import dataclass
from math import inf
from typing import Any, ClassVar, Protocol

import numpy as np
import numpy.typing as npt

Rate = Any  # a number, or an array of them: one per run, per step, or both


class Schedule(Protocol):
    """A rate for every update, and what becomes of it. `initial` is the first: a number, or one per run (runs,).

    What stands here holds for a rate that falls to 0 so slowly that its sum is infinite; the others say otherwise.
    """

    name: ClassVar[str]  # on the screen
    words: ClassVar[str] = ""  # what becomes of the rate η, on the screen
    formula: ClassVar[str]  # the rate of update t, in Python with numpy as np and the fields in braces
    initial: Rate

    def __call__(self, step: Any) -> Rate:
        """The rate of update number `step`, counted from 0: a number, or an array of the steps' shape."""

    @property
    def is_constant(self) -> bool:
        """Whether the rate is the same for ever."""
        return False

    @property
    def last(self) -> Rate:
        """What the rate comes to in the long run: a number, or (runs,)."""
        return self.initial if self.is_constant else 0.0 * self.initial

    @property
    def total(self) -> Rate:
        """The sum of all rates, for ever: a number, or (runs,); infinite for most."""
        return np.where(np.asarray(self.initial) > 0, inf, 0.0)[()]

    @property
    def over_t(self) -> Rate | None:
        """c, where the rate comes to c / t in the long run; None where it falls in another way, or not at all."""
        return None


@dataclass(frozen=True)
class Constant(Schedule):
    """The same rate for ever: initial. ValueError if it is negative or not finite."""

    name: ClassVar[str] = "constant"
    formula: ClassVar[str] = "{initial}"
    initial: Rate

    def __post_init__(self) -> None:
        _check_rate("initial", self.initial)

    def __call__(self, step: Any) -> Rate:
        return self.initial + 0.0 * np.asarray(step)

    @property
    def is_constant(self) -> bool:
        return True


@dataclass(frozen=True)
class InverseTime(Schedule):
    """initial / (1 + decay t): the classic that lets stochastic descent arrive (Robbins & Monro 1951).

    Its sum is infinite, however slowly it grows. ValueError if a number is negative or not finite.
    """

    name: ClassVar[str] = "1/t"
    words: ClassVar[str] = "η / (1 + decay·t)"
    formula: ClassVar[str] = "{initial} / (1 + {decay} * t)"
    initial: Rate
    decay: float

    def __post_init__(self) -> None:
        _check_rate("initial", self.initial)
        _check_between("decay", self.decay, 0, inf)

    def __call__(self, step: Any) -> Rate:
        return self.initial / (1 + self.decay * np.asarray(step))

    @property
    def is_constant(self) -> bool:
        return self.decay == 0

    @property
    def over_t(self) -> Rate | None:
        return None if self.is_constant else self.initial / self.decay


@dataclass(frozen=True)
class Exponential(Schedule):
    """initial * factor^t. The rates have the finite sum initial / (1 - factor), so descent can freeze on its way.

    ValueError if initial is negative or not finite, or factor not in [0, 1].
    """

    name: ClassVar[str] = "exponential"
    words: ClassVar[str] = "η · factor^t"
    formula: ClassVar[str] = "{initial} * {factor}**t"
    initial: Rate
    factor: float

    def __post_init__(self) -> None:
        _check_rate("initial", self.initial)
        _check_between("factor", self.factor, 0, 1)

    def __call__(self, step: Any) -> Rate:
        return self.initial * self.factor ** np.asarray(step)

    @property
    def total(self) -> Rate:
        return super().total if self.is_constant else self.initial / (1 - self.factor)

    @property
    def is_constant(self) -> bool:
        return self.factor == 1


@dataclass(frozen=True)
class StepDecay(Schedule):
    """initial * factor^floor(t / every): the rate drops by `factor` after each `every` updates.

    The sum of the rates is initial * every / (1 - factor). ValueError if initial is negative or not finite, factor not
    in [0, 1], or every below 1.
    """

    name: ClassVar[str] = "step"
    words: ClassVar[str] = "η · factor after so many updates, and again"
    formula: ClassVar[str] = "{initial} * {factor} ** (t // {every})"
    initial: Rate
    factor: float
    every: int

    def __post_init__(self) -> None:
        _check_rate("initial", self.initial)
        _check_between("factor", self.factor, 0, 1)
        _check_count("every", self.every)

    def __call__(self, step: Any) -> Rate:
        return self.initial * self.factor ** (np.asarray(step) // self.every)

    @property
    def total(self) -> Rate:
        return super().total if self.is_constant else self.initial * self.every / (1 - self.factor)

    @property
    def is_constant(self) -> bool:
        return self.factor == 1


@dataclass(frozen=True)
class Cosine(Schedule):
    """Half a cosine from initial to final over `steps` updates, then final (Loshchilov & Hutter 2017, no restart).

    final + (initial - final) (1 + cos(pi t / steps)) / 2. Where final is 0, the sum of the rates is
    initial * (steps + 1) / 2. ValueError if a rate is negative or not finite, or steps below 1.
    """

    name: ClassVar[str] = "cosine"
    words: ClassVar[str] = "half a wave down to the last rate"
    formula: ClassVar[str] = "{final} + ({initial} - {final}) * (1 + np.cos(np.pi * min(t / {steps}, 1))) / 2"
    initial: Rate
    final: float
    steps: int

    def __post_init__(self) -> None:
        _check_rate("initial", self.initial)
        _check_rate("final", self.final)
        _check_count("steps", self.steps)

    def __call__(self, step: Any) -> Rate:
        progress = np.minimum(step, self.steps) / self.steps
        share = (1 + np.cos(np.pi * progress)) / 2  # from 1 to 0
        rate = self.final + (self.initial - self.final) * share
        return np.where(share == 1, self.initial, rate)[()]  # the first is exact, however far the last is

    @property
    def last(self) -> Rate:
        return self.final + 0.0 * self.initial

    @property
    def total(self) -> Rate:
        return 0.0 * self.initial + inf if self.final > 0 else self.initial * (self.steps + 1) / 2

    @property
    def is_constant(self) -> bool:
        return bool(np.all(np.asarray(self.initial) == self.final))


SCHEDULES: tuple[type[Schedule], ...] = (Constant, InverseTime, Exponential, StepDecay, Cosine)


def _check_rate(name: str, rate: npt.ArrayLike) -> None:
    numbers = np.asarray(rate, dtype=float)
    if not (np.isfinite(numbers).all() and (numbers >= 0).all()):
        raise ValueError(f"{name} must be finite and at least 0, got {rate!r}")


def _check_between(name: str, value: float, low: float, high: float) -> None:
    if not (low <= value <= high and value < inf):
        raise ValueError(f"{name} must be finite and in [{low}, {high}], got {value}")


def _check_count(name: str, count: int) -> None:
    if count < 1:
        raise ValueError(f"{name} must be at least 1, got {count}")
