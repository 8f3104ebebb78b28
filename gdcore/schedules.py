"""The learning rate as a function of the step: schedule(step) is the rate of update number step, counted from 0.

`step` may be one number or an array of them. The initial rate may be an array of shape (runs,), one rate per run;
steps of shape (T, 1) then give rates of shape (T, runs).
"""

from dataclasses import dataclass
from math import inf
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Rate = Any  # a number, or an array of them: one per run, per step, or both


class Schedule(Protocol):
    def __call__(self, step: Any) -> Rate: ...


@dataclass(frozen=True)
class Constant:
    """The same rate for ever."""

    rate: Rate

    def __post_init__(self) -> None:
        _check_rate("rate", self.rate)

    def __call__(self, step: Any) -> Rate:
        return self.rate + 0.0 * np.asarray(step)


@dataclass(frozen=True)
class InverseTime:
    """initial / (1 + decay t): the classic that lets stochastic descent arrive (Robbins & Monro 1951)."""

    initial: Rate
    decay: float

    def __post_init__(self) -> None:
        _check_rate("initial", self.initial)
        _check_between("decay", self.decay, 0, inf)

    def __call__(self, step: Any) -> Rate:
        return self.initial / (1 + self.decay * np.asarray(step))


@dataclass(frozen=True)
class Exponential:
    """initial * decay^t. The rates have the finite sum initial / (1 - decay), so descent can freeze on its way."""

    initial: Rate
    decay: float

    def __post_init__(self) -> None:
        _check_rate("initial", self.initial)
        _check_between("decay", self.decay, 0, 1)

    def __call__(self, step: Any) -> Rate:
        return self.initial * self.decay ** np.asarray(step)


@dataclass(frozen=True)
class StepDecay:
    """initial * factor^floor(t / every): the rate drops by `factor` after each `every` updates."""

    initial: Rate
    factor: float
    every: int

    def __post_init__(self) -> None:
        _check_rate("initial", self.initial)
        _check_between("factor", self.factor, 0, 1)
        _check_count("every", self.every)

    def __call__(self, step: Any) -> Rate:
        return self.initial * self.factor ** (np.asarray(step) // self.every)


@dataclass(frozen=True)
class Cosine:
    """Half a cosine from initial to final over `steps` updates, then final (Loshchilov & Hutter 2017, no restart)."""

    initial: Rate
    final: float
    steps: int

    def __post_init__(self) -> None:
        _check_rate("initial", self.initial)
        _check_rate("final", self.final)
        _check_count("steps", self.steps)

    def __call__(self, step: Any) -> Rate:
        progress = np.minimum(step, self.steps) / self.steps
        return self.final + (self.initial - self.final) * ((1 + np.cos(np.pi * progress)) / 2)


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
