"""Least squares, |X theta - y|^2, taken apart so that it keeps its digits however far from 0 the columns of X are.

Time stamps of one morning agree in their first five digits, and a column of ones then differs from them by 1e-5. Three
steps never let such numbers drown in the rounding of larger ones:

1. `compressed` centres: where X has a constant column, the means of all columns and the deviations from them are at
   right angles, |X theta - y|^2 = |C theta - y_c|^2 + n (c . theta - mean(y))^2. A few rows then stand for all n.
2. `Decomposition` makes of these rows, the means first, a QR decomposition with column pivoting, which keeps small rows
   as exact as large ones.
3. `_orthogonal` takes the singular values from that R by Jacobi rotations: each to nearly all its digits, where the
   usual way gives all of them the rounding of the largest. Curvatures are their squares: even a kappa of 1e40 is right.

Which columns depend on others is decided by `_independent`, and nowhere else: by the `rounding` of the numbers as
they were given, which no shift and no scale takes away. So features, standardised or not, and all words on them agree.
Whether a residual is 0 is decided where it is computed: in `beyond` and `residuals`, by the rounding of its terms.

Sources: Higham 2000, QR factorization with complete pivoting and accurate computation of the SVD; Demmel et al. 1999.
"""

from functools import cached_property
from itertools import combinations
from math import copysign, hypot, sqrt

import numpy as np

from gdcore.objectives import Array

EPSILON = float(np.finfo(float).eps)
ROUNDING = 16 * EPSILON  # how far a few operations may take a number from where it belongs
GIVEN = 5e-15  # how far 15 digits, which spreadsheets write, may be from the number that they stand for, relative to it
SHARE = 1000  # the largest share of one column in another: beyond it digits are lost
SMALLEST = 1e-150  # a smaller number counts as 0, for its square is nothing
SWEEPS = 40  # never needed: some six turn all columns to right angles


def constant_column(design: Array) -> int | None:
    """The index of one that holds the same number everywhere, and not 0."""
    for j, column in enumerate(design.T):
        if column[0] == column[-1] and abs(column[0]) > SMALLEST and (column == column[0]).all():
            return j
    return None


def compressed(design: Array, targets: Array, level: int | None) -> Array:
    """Rows [X | y], at most d + 1, with the same |X theta - y| for every theta as design (n, d) and targets (n,).

    Rotating rows leaves that length as it is, so the R of a QR decomposition stands for all n. level: the index of a
    constant column, or None. Beside it the others are centred; their means are then the first row.
    """
    columns = [*design.T, targets]
    if level is None:
        return _triangle(np.array(columns).T)
    deviations, centre = centred(np.array(columns[:level] + columns[level + 1 :]))
    rotated = _triangle(deviations.T)
    rows = np.zeros((len(rotated) + 1, len(columns)))
    rows[0, :level], rows[0, level], rows[0, level + 1 :] = centre[:level], design[0, level], centre[level:]
    rows[0] *= sqrt(len(targets))
    rows[1:, :level], rows[1:, level + 1 :] = rotated[:, :level], rotated[:, level:]
    return rows


def centred(columns: Array) -> tuple[Array, Array]:
    """The rows of `columns`, (k, n), less their means, in their own memory, and the means, (k,).

    Exact where the values of a row lie far from 0 and near each other, and 0 where they are constant. A row is
    contiguous memory: quick to sum.
    """
    first = columns[:, :1].copy()
    columns -= first
    shift = np.add.reduce(columns, 1, keepdims=True) / columns.shape[1]
    columns -= shift
    return columns, (first + shift)[:, 0]


def _triangle(columns: Array) -> Array:
    """The R of a QR decomposition."""
    return np.asarray(np.linalg.qr(columns, mode="r"))


def rounding(compressed: Array, level: int | None, n: int, shift: Array) -> Array:
    """How far rounding may have taken the columns of X, (d,), with shift, (d,), what was taken off them since.

    Each of the n numbers of a column was rounded as it was given, by up to GIVEN of its size there. And what is summed
    over the rows, the deviations beside a constant column, has gathered the rounding of n terms, some sqrt(n) times
    that of one (Higham & Mary 2019, A new approach to probabilistic rounding error analysis).
    """
    given = np.hypot(np.linalg.norm(compressed[:, :-1], axis=0), sqrt(n) * shift)
    return np.asarray(GIVEN * given + sqrt(n) * EPSILON * _summed(compressed, level) + SMALLEST)


def _summed(compressed: Array, level: int | None) -> Array:
    """How long the columns of X are, (d,); beside a constant column, their deviations."""
    return np.asarray(np.linalg.norm(compressed[0 if level is None else 1 :, :-1], axis=0))


class Decomposition:
    """Rows [X | y] = Q [R | z], R with as many rows, r, as X has independent columns, from long to short.

    `rows` R (r, d), `rotated` z (r,), `pivots` (r,), the columns in the order in which R[:, pivots] is triangular, and
    `beyond`, the part of |y| that no theta reaches; what rounding has left of a zero is 0.

    rounding: how far rounding may have taken the columns of X, (d,).
    """

    def __init__(self, compressed: Array, level: int | None, rounding: Array) -> None:
        self._compressed, self._level, self._rounding = compressed, level, rounding
        work = compressed.copy()
        columns = work[:, :-1]
        pivots: list[int] = []
        waiting = _independent(columns, level, rounding)
        dependent = np.setdiff1d(np.arange(len(rounding)), waiting)
        while waiting:
            k = len(pivots)
            if dependent.size:
                columns[k:, dependent[_left(columns, rounding, pivots)[dependent] == 0]] = 0
            pivots.append(waiting.pop(int(np.linalg.norm(columns[k:, waiting], axis=0).argmax())))
            _reflect(work[k:], pivots[-1])
        rank, self.pivots = len(pivots), np.array(pivots, dtype=int)
        self.rows, self.rotated = columns[:rank], work[:rank, -1]
        beyond = float(np.linalg.norm(work[rank:, -1]))
        terms = np.linalg.norm(compressed[:, -1]) + _summed(compressed, level) @ np.abs(self.optimum)
        self.beyond = beyond if beyond > ROUNDING * terms else 0.0

    @cached_property
    def optimum(self) -> Array:
        """The theta (d,) that comes nearest to y; where there are many, the one nearest to 0.

        With the constant column first and the means in the first row, the columns after it are the centred ones.
        """
        chosen = sorted(self.pivots.tolist(), key=lambda column: (column != self._level, column))
        triangle = _triangle(self._compressed[:, [*chosen, -1]])[: len(chosen)]
        theta = np.zeros(self.rows.shape[1])
        theta[chosen] = np.linalg.solve(triangle[:, :-1], triangle[:, -1])
        if len(chosen) in (0, len(theta)):
            return theta
        # M theta is the same for all of them, and the nearest to 0 is a sum of rows of M.
        sizes = np.abs(self._made_of_pivots).max(1)
        rows = self._made_of_pivots / sizes[:, None]
        return np.asarray(rows.T @ np.linalg.solve(rows @ rows.T, theta[self.pivots] / sizes))

    @cached_property
    def _made_of_pivots(self) -> Array:
        """M (r, d) in X = X[:, pivots] M, without the shares that are smaller than the rounding of their column."""
        made = np.asarray(np.linalg.solve(self.rows[:, self.pivots], self.rows))
        parts = np.abs(made) * np.linalg.norm(self.rows, axis=0)[self.pivots, None]
        made[parts <= self._rounding + self._rounding[self.pivots] @ np.abs(made)] = 0
        made[:, self.pivots] = np.eye(len(made))
        return made

    @cached_property
    def flat(self) -> Array:
        """Directions along which X theta stays as it is, columns of (d, d - r)."""
        dependent = np.setdiff1d(np.arange(self.rows.shape[1]), self.pivots)
        directions = np.eye(self.rows.shape[1])[:, dependent]
        directions[self.pivots] = -self._made_of_pivots[:, dependent]
        return np.asarray(np.linalg.qr(directions)[0])

    @cached_property
    def singular(self) -> tuple[Array, Array]:
        """The singular values of X, descending (r,), and their directions, columns of (d, r)."""
        turned = self._turned[0]
        values = np.linalg.norm(turned, axis=0)
        return values, turned / values

    def residuals(self, theta: Array) -> Array:
        """u . (X theta - y) for the left singular vectors u, (r,). What rounding has left of a zero is 0."""
        left = self._turned[1]
        along = (self.rows @ theta - self.rotated) @ left
        terms = (np.abs(self.rows) @ np.abs(theta) + np.abs(self.rotated)) @ np.abs(left)
        return np.asarray(np.where(np.abs(along) <= ROUNDING * terms, 0.0, along))

    @cached_property
    def _turned(self) -> tuple[Array, Array]:
        """R'U, the longest column first, and U."""
        turned, left = _orthogonal(self.rows.T)
        order = np.argsort(-np.linalg.norm(turned, axis=0))
        return turned[:, order], left[:, order]


def _independent(columns: Array, level: int | None, rounding: Array) -> list[int]:
    """Columns of (m, d) that do not depend on each other, and on which all the others depend.

    Whether a column depends on others does not change with what is added to it, so beside a constant column only the
    deviations count; nor with its unit, so each is measured in its rounding. Next is the one that rounding has reached
    least, which is the same in any unit, unless it is so short that others would have too large shares in it.
    """
    chosen = [] if level is None else [level]
    work = columns[len(chosen) :] / rounding  # the column of the level is 0 here
    pivots: list[int] = []
    for k in range(min(work.shape)):
        left = _left(work, np.ones_like(rounding), pivots)
        if not left.any():
            break
        work[k:, left == 0] = 0
        lengths = left * rounding
        pivots.append(int(np.where(lengths >= lengths.max() / SHARE, left, 0.0).argmax()))
        _reflect(work[k:], pivots[-1])
    return chosen + pivots


def _left(columns: Array, rounding: Array, pivots: list[int]) -> Array:
    """How long each column (d,) still is without its part along the pivots. What rounding has left of a zero is 0."""
    k = len(pivots)
    left = np.linalg.norm(columns[k:], axis=0)
    shares = np.abs(np.linalg.solve(columns[:k, pivots], columns[:k]))
    return np.where(left <= rounding + rounding[pivots] @ shares, 0.0, left)


def _reflect(rows: Array, pivot: int) -> None:
    """Turn the pivot column into the first axis (Householder), to the side where nothing cancels."""
    mirror = rows[:, pivot].copy()
    mirror[0] += copysign(float(np.linalg.norm(mirror)), mirror[0])
    mirror /= np.linalg.norm(mirror)
    rows -= np.outer(mirror, 2 * mirror @ rows)
    rows[1:, pivot] = 0


def _orthogonal(columns: Array) -> tuple[Array, Array]:
    """Columns A (d, r) turned among each other until they are at right angles, A J, and the rotation J (r, r).

    One-sided Jacobi (Hestenes 1958). A rotation of two columns leaves each as exact as it is long.
    """
    d, r = columns.shape
    both = np.vstack([columns, np.eye(r)])
    for _ in range(SWEEPS):
        if not any([_rotate(both, pair, d) for pair in combinations(range(r), 2)]):
            break
    return both[:d], both[d:]


def _rotate(both: Array, pair: tuple[int, int], d: int) -> bool:
    """Turn two columns so that their first d numbers are at right angles. Whether they were not so before."""
    first, second = both[:d, pair].T
    a, b = float(np.linalg.norm(first)), float(np.linalg.norm(second))
    cosine = float((first / a) @ (second / b))
    if abs(cosine) <= d * EPSILON:
        return False
    slant = (b / a - a / b) / (2 * cosine)
    tangent = copysign(1, slant) / (abs(slant) + hypot(1, slant))
    both[:, pair] = both[:, pair] @ (np.array([[1, tangent], [-tangent, 1]]) / hypot(1, tangent))
    return True
