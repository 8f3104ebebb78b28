"""Which constant rates work on least squares with batches drawn with replacement, and how fast, in the mean square.

Statements about the mean over all draws: what E|error|^2 is multiplied by in the long run, the rate at which that is 1,
and the rate at which it is least. Single runs may do better or worse. For plain descent, heavy ball and Nesterov; for
other rules no closed form is known and the answer is None.
"""

from gdcore.least_squares import LeastSquares
from gdcore.optimizers import GradientDescent, Optimizer
from gdcore.theory.curvature import curvatures, extremes
from gdcore.theory.limits import turn
from gdcore.theory.moments import Moments, check, moments_of
from gdcore.theory.velocity import MomentsWithVelocity, moments_with_velocity


def mean_square_limit(objective: LeastSquares, size: int, optimizer: Optimizer | None = None) -> float | None:
    """The constant rate at which E|error|^2 stops shrinking, `size` examples drawn with replacement.

    At most rate_limit, which it approaches for large sizes. Infinite where nothing is curved, and
    None where no closed form is known.
    """
    moments = _second_moments(objective, size, optimizer)
    return None if moments is None else moments.limit


def mean_square_factor(
    objective: LeastSquares, size: int, learning_rate: float, optimizer: Optimizer | None = None
) -> float | None:
    """What an update multiplies E|error|^2 by in the long run, `size` examples drawn with replacement.

    That of the part without noise: the spectral radius of the recursion of all second moments of error and velocity.
    The square of the worst contraction for large sizes; 1 at the mean-square limit. None
    where no closed form is known; ValueError where nothing is curved.
    """
    check(size, learning_rate)
    moments = moments_with_velocity(objective, size, optimizer)
    if moments is None:
        return None
    extremes(curvatures(objective))
    return moments.factor(learning_rate)


def best_mean_square_rate(objective: LeastSquares, size: int, optimizer: Optimizer | None = None) -> float | None:
    """The constant rate with the least mean_square_factor; that of plain descent is best_rate for large sizes.

    With momentum, c = 1 - factor is taken to rise up to its peak and to fall from there on, as it does in every case
    that was tried; of plain descent this is proved. None where no closed form is known; ValueError where nothing is
    curved.
    """
    moments = _second_moments(objective, size, optimizer)
    if moments is None:
        return None
    extremes(curvatures(objective))
    return turn(moments.gains, 0.0, moments.limit)


def _second_moments(
    objective: LeastSquares, size: int, optimizer: Optimizer | None
) -> Moments | MomentsWithVelocity | None:
    """None where no closed form is known."""
    if optimizer is None or isinstance(optimizer, GradientDescent):
        return moments_of(objective, size)
    return moments_with_velocity(objective, size, optimizer)
