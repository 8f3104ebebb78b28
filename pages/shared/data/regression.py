"""Linear regression as a reader sets it up: which data, in which scale, and which parameters are learned."""

import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gdcore import BroadcastLeastSquares, LeastSquares, scaling, theory
from gdcore.datasets import Dataset
from pages.shared.words import literal


@dataclass(frozen=True, eq=False)
class Model:
    """What is learned from which data: y = w x + b, or y = w1 x1 + w2 x2 + b.

    held: the value at which b is kept, or None to learn it too. standardise: descend on features with mean 0 and
    deviation 1, the targets left as they are. broadcast: the mistaken loss of a published tutorial.
    """

    dataset: Dataset
    held: float | None = None
    standardise: bool = False
    broadcast: bool = False

    @cached_property
    def _scaled(self):
        if self.standardise:
            return scaling.standardised(self.dataset.features)
        n_features = self.dataset.features.shape[1]
        return self.dataset.features, np.zeros(n_features), np.ones(n_features)

    @cached_property
    def objective(self) -> LeastSquares | BroadcastLeastSquares:
        (features, mean, scale), targets = self._scaled, self.dataset.targets
        if self.held is not None:
            return LeastSquares(features, targets - self.held, intercept=False, shift=mean / scale)
        return (BroadcastLeastSquares if self.broadcast else LeastSquares)(features, targets, shift=mean / scale)

    @cached_property
    def names(self) -> tuple[str, ...]:
        n_features = self.dataset.features.shape[1]
        slopes = ("w",) if n_features == 1 else tuple(f"w{'₁₂'[i]}" for i in range(n_features))
        return slopes if self.held is not None else (*slopes, "b")

    def title(self, name: str) -> str:
        """What stands at the axis of a parameter: the feature that it multiplies, if that has a name, and its scale."""
        feature = dict(zip(self.names, self.dataset.feature_names, strict=False)).get(name, "")
        about = [feature] if not re.fullmatch("x[12₁₂]?|", feature) else []
        about += ["standardised"] if self.standardise else []
        return f"{name} ({', '.join(about)})" if about else f"parameter {name}"

    @cached_property
    def floor(self) -> float:
        """The least possible loss; 0 where only the rounding of the targets, before b was taken off, is left of it."""
        least = self.objective.least
        return least if least > (theory.ROUNDING * float(abs(self.dataset.targets).max())) ** 2 else 0.0

    def explained(self, loss: float) -> float | None:
        """R² = 1 - loss / variance of the targets; None where the targets are all the same."""
        targets = self.dataset.targets
        return 1 - loss / float(np.var(targets)) if np.ptp(targets) > 0 else None

    @cached_property
    def sizes(self) -> tuple[tuple[str, float], ...]:
        """The column that each parameter multiplies, in words, and its size (root mean square); none where no
        standardising helps.

        With b held the feature cannot be shifted, for b would move with it.
        """
        if self.standardise or self.held is not None:
            return ()
        sizes = np.sqrt(np.diag(self.objective.hessian) / 2).tolist()
        names = [*map(literal, self.dataset.feature_names), "the ones of the intercept"]
        return tuple(zip(names, sizes, strict=True))

    def start(self, slopes_and_intercept: list[float]) -> np.ndarray:
        """The theta from which descent begins, for a line given in the units of the data."""
        if self.held is not None:
            return np.array(slopes_and_intercept[:-1])
        return scaling.to_standardised(np.array(slopes_and_intercept), *self._scaled[1:])

    def in_units_of_the_data(self, theta: np.ndarray) -> np.ndarray:
        """(..., p + 1): slopes and intercept of the same line for the features as they are."""
        if self.held is not None:
            held = np.full((*theta.shape[:-1], 1), self.held)
            return np.concatenate([theta, held], axis=-1)
        return scaling.to_original(theta, *self._scaled[1:])
