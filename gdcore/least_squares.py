"""Linear regression as an objective, and the same with a published mistake.

The loss over data is the **mean** over the examples, mean((X theta - y)^2), without a half and never a sum. One
learning rate then means the same for every batch size, as with `mse` in Keras and `MSELoss` in PyTorch.
"""

from functools import cached_property

import numpy as np
import numpy.typing as npt

from gdcore.decomposition import ROUNDING, Decomposition, compressed, constant_column, rounding
from gdcore.objectives import Array, Rows


class LeastSquares:
    """Linear regression: f(theta) = mean((X theta - y)^2) with theta = (w_1 ... w_p, b); without intercept no b.

    The gradient is 2 X'(X theta - y) / n and the Hessian 2 X'X / n. Where columns of X depend on each other the optimum
    is a whole valley, and `optimum` is its point nearest to 0.

    shift (p,): what was taken off each feature, in its units now. Features + shift are then the numbers as they were
    given, and their rounding decides whether columns depend on each other: the same for any shift and scale. For
    `scaling.standardised` it is mean / scale.

    `compressed`, at most d + 1 rows [X y], has the same |X theta - y| for every theta and stands for all n: the cost of
    the full loss and its gradient does not grow with n, and a sum of squares is never negative. Optimum, least loss and
    curvatures are taken from it too, and keep their digits however far from 0 the features are (see `decomposition`).
    (The expanded form theta'H theta - 2 g'theta + c is as fast, but loses up to 13 digits and can fall below 0.)

    features (n, p), targets (n,). ValueError for other shapes, and for numbers that are not finite.
    """

    def __init__(
        self,
        features: npt.ArrayLike,
        targets: npt.ArrayLike,
        intercept: bool = True,
        shift: npt.ArrayLike | None = None,
    ) -> None:
        self.design, self.targets = _checked(features, targets, intercept)  # (n, d), (n,)
        self.n_examples = len(self.targets)
        self._shift = _checked_shift(shift, self.design.shape[1], intercept)
        self._level = self.design.shape[1] - 1 if intercept else constant_column(self.design)
        self.compressed = compressed(self.design, self.targets, self._level)
        self._design, self._targets = self.compressed[:, :-1], self.compressed[:, -1]

    @property
    def dimension(self) -> int:
        return int(self.design.shape[1])

    def value(self, theta: Array, rows: Rows | None = None) -> Array:
        if rows is not None:
            return np.asarray(np.square(_residuals(self.design[rows], self.targets[rows], theta)).mean(-1))
        points = theta.reshape(-1, theta.shape[-1]).T  # parameters first: the sum then runs along contiguous memory
        # Not @: for so long a product it would wake threads that then keep a second core busy for nothing.
        residuals = np.einsum("ij,jt->it", self._design, points) - self._targets[:, None]
        return np.asarray((residuals * residuals).sum(0).reshape(theta.shape[:-1]) / self.n_examples)

    def gradient(self, theta: Array, rows: Rows | None = None) -> Array:
        if rows is not None:
            return _batch_gradient(self.design[rows], self.targets[rows], theta)
        return np.asarray((theta @ self._design.T - self._targets) @ self._design * (2 / self.n_examples))

    @cached_property
    def hessian(self) -> Array:
        return np.asarray(self._design.T @ self._design * (2 / self.n_examples))

    @cached_property
    def _decomposition(self) -> Decomposition:
        gathered = rounding(self.compressed, self._level, self.n_examples, self._shift)
        return Decomposition(self.compressed, self._level, gathered)

    @property
    def has_valley(self) -> bool:
        """Whether columns of X depend on each other, as far as their rounding lets one tell: no unique optimum."""
        return len(self._decomposition.pivots) < len(self._shift)

    @property
    def optimum(self) -> Array:
        return self._decomposition.optimum

    @property
    def least(self) -> float:
        """The least possible loss. Data without noise have 0: what rounding has left of a zero is 0.

        From what no theta reaches, and not value(optimum), to which the rounding of the optimum adds.
        """
        return self._decomposition.beyond**2 / self.n_examples

    def principal(self, theta: Array) -> tuple[Array, Array, Array]:
        """Curvatures, ascending (d,), their directions, columns of (d, d), and the slopes of theta, (d,), along them.

        With the singular values s of X and the left singular vectors u, the curvatures are 2 s^2 / n and the slopes
        2 s (u . residuals) / n; along a valley both are 0. What rounding has left of a zero is 0.
        """
        flat, (values, directions) = self._decomposition.flat, self._decomposition.singular
        curvatures = 2 * values**2 / self.n_examples
        slopes = 2 * values * self._decomposition.residuals(theta) / self.n_examples
        zeros, steepest_last = np.zeros(flat.shape[1]), slice(None, None, -1)
        return (
            np.append(zeros, curvatures[steepest_last]),
            np.hstack([flat, directions[:, steepest_last]]),
            np.append(zeros, slopes[steepest_last]),
        )


class BroadcastLeastSquares:
    """The loss of a published tutorial: predictions (n, 1) minus targets (n,) broadcast to n x n differences.

    Every prediction p_i is compared with every target y_j. The mean over all pairs of (p_i - y_j)^2 is
    mean((p - mean(y))^2) + var(y), so this is least squares on targets that are all equal to their mean, lifted by
    their variance: its optimum predicts mean(y) everywhere, and no n x n matrix is needed to compute it.
    `shift` is that of `LeastSquares`, and so are shapes and errors. The Hessian is that of the right loss; only the
    optimum gives the mistake away. Within a batch, the batch's own mean and variance take their place.
    """

    def __init__(
        self,
        features: npt.ArrayLike,
        targets: npt.ArrayLike,
        intercept: bool = True,
        shift: npt.ArrayLike | None = None,
    ) -> None:
        self.design, self.targets = _checked(features, targets, intercept)
        self.n_examples = len(self.targets)
        to_the_mean = np.full(self.n_examples, self.targets.mean())
        shifts = _checked_shift(shift, self.design.shape[1], intercept)
        self._to_the_mean = LeastSquares(self.design, to_the_mean, intercept=False, shift=shifts)

    @property
    def dimension(self) -> int:
        return int(self.design.shape[1])

    def value(self, theta: Array, rows: Rows | None = None) -> Array:
        if rows is None:
            return np.asarray(self._to_the_mean.value(theta) + self.targets.var())
        targets = self.targets[rows]
        to_the_mean = _residuals(self.design[rows], targets.mean(-1, keepdims=True), theta)
        return np.asarray(np.square(to_the_mean).mean(-1) + targets.var(-1))

    def gradient(self, theta: Array, rows: Rows | None = None) -> Array:
        if rows is None:
            return self._to_the_mean.gradient(theta)
        return _batch_gradient(self.design[rows], self.targets[rows].mean(-1, keepdims=True), theta)

    @property
    def hessian(self) -> Array:
        return self._to_the_mean.hessian

    @property
    def least(self) -> float:
        """The least possible loss: that of the mean and the variance of the targets, 0 where they are constant."""
        variance = float(self.targets.var())
        rounded = (ROUNDING * float(np.abs(self.targets).max())) ** 2
        return self._to_the_mean.least + (variance if variance > rounded else 0.0)

    @property
    def optimum(self) -> Array:
        return self._to_the_mean.optimum

    def principal(self, theta: Array) -> tuple[Array, Array, Array]:
        return self._to_the_mean.principal(theta)


def _residuals(design: Array, targets: Array, theta: Array) -> Array:
    """X theta - y for design (..., B, d), targets (..., B) and theta (..., d): (..., B)."""
    return np.asarray((design @ theta[..., None])[..., 0] - targets)


def _batch_gradient(design: Array, targets: Array, theta: Array) -> Array:
    """Gradient of the mean squared residual of one batch, or of one batch per run."""
    residuals = _residuals(design, targets, theta)
    return np.asarray((residuals[..., None, :] @ design)[..., 0, :] * (2 / design.shape[-2]))


def _checked(features: npt.ArrayLike, targets: npt.ArrayLike, intercept: bool) -> tuple[Array, Array]:
    """The design matrix (n, d), with a last column of ones for the intercept, and the targets (n,)."""
    design, targets = np.asarray(features, dtype=float), np.asarray(targets, dtype=float)
    if design.ndim != 2 or design.size == 0:
        raise ValueError(f"features must have shape (n, p) with n and p at least 1, got {design.shape}")
    if targets.shape != design.shape[:1]:
        raise ValueError(f"targets must have shape ({len(design)},) like the rows of features, got {targets.shape}")
    if not (np.isfinite(design).all() and np.isfinite(targets).all()):
        raise ValueError("features and targets must be finite, got a NaN or an infinity among them")
    return (_with_ones(design) if intercept else design), targets


def _checked_shift(shift: npt.ArrayLike | None, d: int, intercept: bool) -> Array:
    """The shift of each column of the design matrix, (d,): the ones of the intercept have none."""
    shifts = np.zeros(d)
    if shift is None:
        return shifts
    p = d - intercept
    found = np.asarray(shift, dtype=float)
    if found.shape != (p,) or not np.isfinite(found).all():
        raise ValueError(f"shift must be {p} finite numbers, one per feature, got {shift!r}")
    shifts[:p] = found
    return shifts


def _with_ones(features: Array) -> Array:
    """[features | 1], filled column by column: four times as fast as row by row, or `column_stack`."""
    n, p = features.shape
    design = np.empty((n, p + 1))
    for j, column in enumerate(features.T):
        design[:, j] = column
    design[:, -1] = 1
    return design
