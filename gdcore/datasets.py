"""Named data sets."""

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
