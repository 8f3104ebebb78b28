"""Named data sets."""

from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from typing import NamedTuple

import numpy as np

from gdcore.objectives import Array

DATA = Path(__file__).parent / "data"


class Dataset(NamedTuple):
    """Features, targets, and where they come from."""

    features: Array  # (n, p)
    targets: Array  # (n,)
    feature_names: tuple[str, ...]
    target_name: str
    source: str
    note: str


def line() -> Dataset:
    """Six points on y = 2x - 1, x = -1 ... 4."""
    x = np.arange(-1.0, 5.0)
    return Dataset(
        features=x[:, None],
        targets=2 * x - 1,
        feature_names=("x",),
        target_name="y",
        source="Gradient Descent - A deep dive (JAX tutorial)",
        note="No noise: the line y = 2x - 1 fits exactly.",
    )


def article_regression() -> Dataset:
    """A thousand rows of y = 1.3 x1 - x2 - 3.5, x1 and x2 standard normal, stored with seven decimals."""
    table = np.loadtxt(DATA / "article_regression.csv", delimiter=",", skiprows=1)
    return Dataset(
        features=table[:, :2],
        targets=table[:, 2],
        feature_names=("x1", "x2"),
        target_name="y",
        source="Gradient Descent Algorithm in Machine Learning (PyTorch tutorial)",
        note="No noise beyond the rounding of the file: y = 1.3 x1 - x2 - 3.5.",
    )


def auto_mpg() -> Dataset:
    """Cars of 1970 to 1982: weight in lb and horsepower, and how many miles they go on a US gallon; 392 rows.

    Stored from the `cars` file of the PyPI package vega_datasets 0.9.0: of its 406 rows, those with all three values.
    """
    table = np.loadtxt(DATA / "auto_mpg.csv", delimiter=",", skiprows=1)
    return Dataset(
        features=table[:, :2],
        targets=table[:, 2],
        feature_names=("weight", "horsepower"),
        target_name="mpg",
        source="UCI Machine Learning Repository, Auto MPG (Quinlan 1993)",
        note="392 cars: weight in lb, horsepower, miles per US gallon. The features are badly scaled.",
    )


def noisy_line(
    n: int = 100,
    slopes: Sequence[float] = (2.0,),
    intercept: float = -1.0,
    noise: float = 1.0,
    outliers: int = 0,
    seed: int = 0,
) -> Dataset:
    """A line (one slope) or a plane (two), y = x @ slopes + intercept + noise * standard normal, seeded.

    From default_rng(seed) are drawn, in this order: x, uniform from -1 to 3, (n, p); the normals, (n,); an order of the
    rows, whose first `outliers` get 10 * max(noise, 1) on top. So another noise keeps x, and one more outlier keeps the
    others.
    """
    _check_noisy_line(n, slopes, intercept, noise, outliers)
    rng = np.random.default_rng(seed)
    features = rng.uniform(-1, 3, (n, len(slopes)))
    targets = features @ np.asarray(slopes, dtype=float) + intercept + noise * rng.standard_normal(n)
    targets[rng.permutation(n)[:outliers]] += 10 * max(noise, 1)
    names = ("x",) if len(slopes) == 1 else ("x1", "x2")
    return Dataset(
        features=features,
        targets=targets,
        feature_names=names,
        target_name="y",
        source=f"Random numbers with seed {seed}",
        note=f"Slopes {' and '.join(f'{slope:g}' for slope in slopes)}, intercept {intercept:g}, normal noise of"
        f" deviation {noise:g}, outliers: {outliers} of {n} rows.",
    )


def drifting_line(n: int = 2000, noise: float = 1.0, seed: int = 0) -> Dataset:
    """A stream, in the order of its arrival: y = 2x - 1 + noise, and from row n // 2 on y = -x + 3 + noise.

    x and the noise are those of `noisy_line` with the same n, noise and seed.
    """
    before, after = (noisy_line(n, (slope,), intercept, noise, seed=seed) for slope, intercept in ((2, -1), (-1, 3)))
    targets = np.where(np.arange(n) < n // 2, before.targets, after.targets)
    note = f"The line drifts after {n // 2} of {n} examples: from y = 2x - 1 to y = -x + 3."
    return before._replace(targets=targets, note=note)


def _check_noisy_line(n: int, slopes: Sequence[float], intercept: float, noise: float, outliers: int) -> None:
    if n < 2:
        raise ValueError(f"n must be at least 2, got {n}")
    if len(slopes) not in (1, 2):
        raise ValueError(f"slopes must be 1 or 2 numbers, got {len(slopes)}")
    for name, value in [*(("slopes", slope) for slope in slopes), ("intercept", intercept), ("noise", noise)]:
        if not isfinite(value):
            raise ValueError(f"{name} must be finite, got {value}")
    if noise < 0:
        raise ValueError(f"noise must be at least 0, got {noise}")
    if not 0 <= outliers <= n:
        raise ValueError(f"outliers must be from 0 to n = {n}, got {outliers}")
