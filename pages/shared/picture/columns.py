"""From a trace to the columns that charts, table and bar read.

What costs is the way to the browser: a chart gets just the columns that it draws, and nothing is made for a chart or a
table that is closed. A dataset is a dict of arrays, for a DataFrame takes eight times as long to make and to send.
"""

from collections.abc import Iterable, Mapping

import numpy as np

from pages.shared.picture.charts import FRAMES

PINNED_ROWS = 120  # the most that one line of a pinned run has
CURVE_POINTS = 181
POINTS_SHOWN = 300  # the most that are drawn of a data set

WIDEST = 1e307  # largest end of an axis: one longer than the largest number has no length

Columns = dict[str, np.ndarray]
Datasets = dict[str, Columns]  # a chart's named datasets; `charts` says what is in each


def one_row(values: Mapping[str, float | str]) -> Columns:
    return {name: np.array([value]) for name, value in values.items()}


def stacked(parts: Iterable[Columns]) -> Columns:
    """The rows of the first, then those of the second, and so on."""
    parts = list(parts)
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def frames(updates: int, most: int = FRAMES) -> np.ndarray:
    """The updates that have a frame on the timeline: all of them if they are at most 500, else log-spaced ones."""
    if updates < most:
        return np.arange(updates + 1)
    return np.unique((np.geomspace(1, updates + 1, most) - 1).round().astype(int))


# ---- pinned runs: piece (whose rows are joined), x, y, and way (how far it has come, which says where it is named)


def over_time(time: np.ndarray, values: np.ndarray, log: bool = False) -> Columns:
    """A value over the time of its run: of every stretch of the axis the lowest and the highest."""
    rows = thinned(time, values, PINNED_ROWS // 2 - 1, time[-1], log)
    return _joined(time[rows].astype(float), values[rows])


def in_plane(x: np.ndarray, y: np.ndarray, most: int = PINNED_ROWS) -> Columns:
    """A path in a plane: all of it, or single updates, for what is not consecutive is not joined."""
    last = len(x) - 1
    begins = frames(last, most if last < most else most // 2)
    rows = np.union1d(begins, np.minimum(begins + 1, last))
    piece = np.append(0, (np.diff(rows) > 1).cumsum())
    way = np.append(0, (_steps(x[rows]) + _steps(y[rows])).cumsum())
    return {"piece": piece, "x": x[rows], "y": y[rows], "way": way}


def straight(low: float, high: float, slope: float, intercept: float) -> Columns:
    """A line from one edge of the picture to the other."""
    x = np.linspace(low, high, PINNED_ROWS // 10)
    with np.errstate(over="ignore", invalid="ignore"):
        return _joined(x, slope * x + intercept)


def scattered(x: np.ndarray, y: np.ndarray) -> Columns:
    """Points that nothing joins."""
    return _joined(x, y) | {"piece": np.arange(len(x))}


def _joined(x: np.ndarray, y: np.ndarray) -> Columns:
    return {"piece": np.zeros(len(x), dtype=int), "x": x, "y": y, "way": np.arange(len(x))}


def _steps(values: np.ndarray) -> np.ndarray:
    """How long each step is, as a part of the whole span."""
    with np.errstate(over="ignore", invalid="ignore"):
        return np.abs(np.diff(values)) / (np.ptp(values) or 1.0)


def padded(values: np.ndarray) -> tuple[float, float]:
    """A range with room for words below and above."""
    low, high = np.clip([values.min(), values.max()], -WIDEST, WIDEST)
    span = high - low or max(1.0, 0.2 * abs(high))
    return low - 0.13 * span, high + 0.1 * span


def decades(gaps: np.ndarray, below: bool) -> tuple[float, float]:
    """Whole powers of ten around the gaps, and one more below for the mark of a gap of exactly 0."""
    if np.isnan(gaps).all():
        return 1e-16, 1.0
    low, high = np.floor(np.log10(np.nanmin(gaps))), np.ceil(np.log10(np.nanmax(gaps)))
    return 10.0 ** max(low - below, -307), 10.0 ** min(max(high, low + 1), 308)


def finite(values: np.ndarray) -> np.ndarray:
    """NaN, which a chart leaves out, for an infinity, which would ruin its axis."""
    return np.where(np.isfinite(values), values, np.nan)


def spread(rows: int, most: int = POINTS_SHOWN) -> np.ndarray:
    """The rows that stand for a large data set: at most so many, evenly from the first to the last."""
    return np.unique(np.linspace(0, rows - 1, most).astype(int))


def positive(values: np.ndarray) -> np.ndarray:
    """What a log axis can show."""
    return np.where((values > 0) & (values < np.inf), values, np.nan)


def thinned(time: np.ndarray, loss: np.ndarray, stretches: int, total: int, log: bool) -> np.ndarray:
    """The rows that stand for a noisy curve: the first lowest and the first highest of every stretch, and the ends."""
    edges = np.geomspace(1, total + 1, stretches) if log else np.linspace(0, total, stretches)
    begins = np.unique(np.append(0, np.searchsorted(time, edges)))
    begins = begins[begins < len(time)]
    stretch = np.repeat(np.arange(len(begins)), np.diff(np.append(begins, len(time))))
    rows = [np.array([0, len(time) - 1])]
    for extreme in (np.minimum, np.maximum):
        at_extreme = np.flatnonzero(loss == extreme.reduceat(loss, begins)[stretch])
        rows.append(at_extreme[np.unique(stretch[at_extreme], return_index=True)[1]])
    return np.unique(np.concatenate(rows))
