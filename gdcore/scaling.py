"""Standardised features, and one line written in both scales.

Standardising shifts every feature to mean 0 and stretches it to deviation 1. The same line then has other numbers:

    w . x + b = v . (x - mean) / scale + c,    v = w scale,    c = b + w . mean

so a descent on standardised features can start from the same line as one on the raw features, and its result can be
read in the units of the data. The targets stay as they are.
"""

import numpy as np
import numpy.typing as npt

from gdcore.decomposition import centred
from gdcore.objectives import Array


def standardised(features: npt.ArrayLike) -> tuple[Array, Array, Array]:
    """(features - mean) / scale, with mean (p,) and scale (p,): the population standard deviation (divided by n).

    A constant feature has deviation 0; it is only shifted to 0, with scale 1. The rounding of the features stays in
    what is left of them: an objective learns of it by its `shift`, mean / scale.
    """
    raw = np.asarray(features, dtype=float)
    if raw.ndim != 2 or raw.size == 0:
        raise ValueError(f"features must have shape (n, p) with n and p at least 1, got {raw.shape}")
    if not np.isfinite(raw).all():
        raise ValueError("features must be finite, got a NaN or an infinity among them")
    deviations, mean = centred(np.array(raw.T, order="C"))
    deviation = deviations.std(1)
    scale = np.where(deviation == 0, 1.0, deviation)
    deviations /= scale[:, None]
    return deviations.T, mean, scale


def to_standardised(theta: Array, mean: Array, scale: Array) -> Array:
    """The line theta = (w_1 ... w_p, b) of raw features, (..., d), in terms of standardised ones."""
    slopes, intercept = theta[..., :-1], theta[..., -1]
    return _joined(slopes * scale, intercept + slopes @ mean)


def to_original(theta: Array, mean: Array, scale: Array) -> Array:
    """The line theta = (v_1 ... v_p, c) of standardised features, (..., d), in terms of the raw ones."""
    slopes = theta[..., :-1] / scale
    return _joined(slopes, theta[..., -1] - slopes @ mean)


def _joined(slopes: Array, intercept: Array) -> Array:
    return np.concatenate([slopes, np.asarray(intercept)[..., None]], axis=-1)
