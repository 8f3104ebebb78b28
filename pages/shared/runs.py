"""From a trace to the tidy frames that charts, table and bar read.

A descent on the quadratic takes a fifth of a millisecond, as much as a cache look-up, so nothing is cached here.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from gdcore import Quadratic, Trace, theory
from pages.shared.charts import FRAMES

CURVE_POINTS = 241


class Picture(NamedTuple):
    """One run as the charts of the quadratic need it."""

    steps: pd.DataFrame
    path: pd.DataFrame
    function: pd.DataFrame
    view: pd.DataFrame


def picture(objective: Quadratic, learning_rate: float, trace: Trace, frame: tuple[float, float]) -> Picture:
    """All frames of one run at a constant rate, for a picture that shows x from frame[0] to frame[1]."""
    every = steps(trace, objective, learning_rate)
    shown = path(every, frames(trace.steps_taken), objective, learning_rate, frame)
    curve = function(objective, frame)
    return Picture(every, shown, curve, view(shown, curve, objective))


def frames(updates: int) -> np.ndarray:
    """The updates that have a frame on the timeline: all of them if they are at most 500, else log-spaced ones."""
    if updates < FRAMES:
        return np.arange(updates + 1)
    return np.unique((np.geomspace(1, updates + 1, FRAMES) - 1).round().astype(int))


def steps(trace: Trace, objective: Quadratic, learning_rate: float) -> pd.DataFrame:
    """Every row of a one-parameter run: update, x, f, gradient, rate, next_x, and whether that next update was taken.

    The last row's update was not: its numbers say why the run ended there.
    """
    last = trace.steps_taken
    x = trace.theta[:, 0]
    rate = np.append(trace.learning_rate, learning_rate)
    with np.errstate(over="ignore"):
        gradient = objective.gradient(x)
        next_x = x - rate * gradient
    update = np.arange(last + 1)
    return pd.DataFrame(
        {
            "update": update,
            "x": x,
            "f": trace.value,
            "gradient": gradient,
            "rate": rate,
            "next_x": next_x,
            "taken": update < last,
        }
    )


def path(
    steps: pd.DataFrame, updates: np.ndarray, objective: Quadratic, learning_rate: float, frame: tuple[float, float]
) -> pd.DataFrame:
    """The rows of a run that the charts show, one a frame, with what theory says beside what was computed.

    With a minimum, gap is f - f* = a2 (x - x*)^2; without one, f itself. A gap of exactly 0 is NaN and marked in zero.
    near: the step that leaves this row touches the frame of the picture.
    """
    rows = steps.iloc[updates].reset_index(drop=True)
    start = steps.x.to_numpy()[:1]
    with np.errstate(over="ignore", invalid="ignore"):
        next_f = objective.value(rows[["next_x"]].to_numpy())
        if objective.optimum is None:
            gap = rows.f.to_numpy()
            predicted = objective.value(theory.predicted_iterate(objective, start, learning_rate, updates))
        else:
            gap = objective.a2 * (rows.x.to_numpy() - objective.optimum) ** 2
            predicted = theory.predicted_gap(objective, start, learning_rate, updates)
    zero = (gap == 0) & (objective.optimum is not None)
    inside = [rows[column].between(*frame) for column in ("x", "next_x")]
    return rows.assign(
        frame=rows.index,
        next_f=next_f,
        near=inside[0] | inside[1],
        gap=_finite(np.where(zero, np.nan, gap)),
        zero=zero,
        first_zero=zero & (zero.cumsum() == 1),
        predicted=_finite(np.where((predicted == 0) & (objective.optimum is not None), np.nan, predicted)),
    )


def function(objective: Quadratic, frame: tuple[float, float]) -> pd.DataFrame:
    """The curve within the frame, its lowest or highest point included."""
    x = np.linspace(*frame, CURVE_POINTS)
    if objective.a2:
        x = np.sort(np.append(x, np.clip(-objective.a1 / (2 * objective.a2), *frame)))
    return pd.DataFrame({"x": x, "f": objective.value(x[:, None])})


def view(path: pd.DataFrame, curve: pd.DataFrame, objective: Quadratic) -> pd.DataFrame:
    """Where the axes begin and end, and where the minimum is: one row."""
    f_low, f_high = _padded(curve.f)
    gap_low, gap_high = _padded(path.gap) if objective.optimum is None else _decades(path.gap, path.zero.any())
    best = np.full(1, np.nan) if objective.optimum is None else objective.optimum
    return pd.DataFrame(
        {
            "x_low": curve.x.iloc[[0]].to_numpy(),
            "x_high": curve.x.iloc[[-1]].to_numpy(),
            "f_low": f_low,
            "f_high": f_high,
            "best_x": best,
            "best_f": objective.value(best),
            "first": 0.0,
            "updates": float(max(1, path["update"].iloc[-1])),
            "gap_low": gap_low,
            "gap_high": gap_high,
        }
    )


def _padded(values: pd.Series) -> tuple[float, float]:
    """A range with room for words below and above."""
    low, high = values.min(), values.max()
    span = high - low or max(1.0, 0.2 * abs(high))
    return low - 0.13 * span, high + 0.1 * span


def _decades(gaps: pd.Series, below: bool) -> tuple[float, float]:
    """Whole powers of ten around the gaps, and one more below for the mark of a gap of exactly 0."""
    if gaps.isna().all():
        return 1e-16, 1.0
    low, high = np.floor(np.log10(gaps.min())), np.ceil(np.log10(gaps.max()))
    return 10.0 ** max(low - below, -307), 10.0 ** min(max(high, low + 1), 308)


def _finite(values: np.ndarray) -> np.ndarray:
    """NaN, which a chart leaves out, for an infinity, which would ruin its axis."""
    return np.where(np.isfinite(values), values, np.nan)
