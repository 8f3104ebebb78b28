"""From a trace to columns: frames, axes, and curves that are thinned and hide nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from pages.shared.picture import columns
from pages.shared.picture.charts import FRAMES
from pages.shared.picture.columns import thinned


@pytest.mark.parametrize("updates", [0, 1, 35, 499, 500])
def test_up_to_500_updates_every_update_is_a_frame(updates):
    np.testing.assert_array_equal(columns.frames(updates), np.arange(updates + 1))


@pytest.mark.parametrize("updates", [501, 777, 5000, 1_000_000])
def test_longer_runs_show_log_spaced_updates_with_both_ends(updates):
    frames = columns.frames(updates)
    assert frames[0] == 0 and frames[-1] == updates and len(frames) <= FRAMES
    steps = np.diff(frames)
    assert (steps > 0).all()
    assert (steps[:20] == 1).all()  # all of the early ones
    np.testing.assert_allclose((frames[1:] / np.maximum(frames[:-1], 1))[-50:], frames[-1] / frames[-2], rtol=0.02)


# ---- axes


@pytest.mark.parametrize("values", [[0.0], [5.0, 5.0], [-1e20], [1.0, 2.0], [-1e308, 1e308], [1e-300, 0.0]], ids=str)
def test_an_axis_has_room_below_and_above_whatever_the_values(values):
    low, high = columns.padded(np.array(values))
    middle = np.clip(values, -columns.WIDEST, columns.WIDEST)
    assert low < middle.min() and middle.max() < high and np.isfinite(high - low)


@pytest.mark.parametrize("below", [False, True])
@pytest.mark.parametrize("gaps", [[1.0], [5e-324, 1.0], [1.0, 1.7e308], [0.02, 3.0, np.nan]], ids=str)
def test_a_log_axis_has_a_decade_at_least_and_ends_that_are_numbers(gaps, below):
    low, high = columns.decades(np.array(gaps), below)
    assert 0 < low <= max(np.nanmin(gaps), 1e-307)
    assert min(np.nanmax(gaps), 1e308) <= high < np.inf
    assert np.log10(high) - np.log10(low) > 0.99


def test_only_a_gap_of_exactly_0_makes_a_log_axis_longer():
    assert columns.decades(np.array([0.02, 3.0]), False) == (0.01, 10)
    assert columns.decades(np.array([0.02, 3.0]), True) == (0.001, 10)
    assert columns.decades(np.array([np.nan]), True) == (1e-16, 1)


@pytest.mark.parametrize("log", [False, True])
def test_a_thinned_curve_keeps_the_lowest_and_the_highest_of_every_stretch_and_both_ends(log):
    time, loss = np.arange(1001), np.random.default_rng(1).normal(size=1001)
    rows = columns.thinned(time, loss, 11, 1000, log)
    edges = np.geomspace(1, 1001, 11) if log else np.linspace(0, 1000, 11)
    expected = {0, 1000}
    for low, high in zip([0, *edges], [*edges, np.inf], strict=True):
        if (within := np.flatnonzero((low <= time) & (time < high))).size:
            expected |= {within[loss[within].argmin()], within[loss[within].argmax()]}
    assert rows.tolist() == sorted(expected)


# ---- pinned runs


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("updates", [1, 50, 130, 5000])
def test_a_pinned_curve_has_few_rows_and_keeps_its_ends_its_lowest_and_its_highest(updates, log):
    values = np.random.default_rng(0).normal(size=updates + 1)
    pinned = columns.over_time(np.arange(updates + 1), values, log)
    assert len(pinned["x"]) <= columns.PINNED_ROWS and len(pinned["x"]) > min(updates, columns.PINNED_ROWS / 4)
    np.testing.assert_array_equal(pinned["y"], values[pinned["x"].astype(int)])
    assert pinned["x"][0] == 0 and pinned["x"][-1] == updates and (np.diff(pinned["x"]) > 0).all()
    assert {values.min(), values.max()} <= set(pinned["y"])


@pytest.mark.parametrize("last", [0, 1, 2, 59, 118, 119, 120, 121, 500, 100_000])
def test_a_pinned_path_has_few_rows_and_joins_nothing_but_consecutive_updates(last):
    updates = np.arange(last + 1.0)
    path = columns.in_plane(updates, -updates)
    rows, piece = path["x"], path["piece"]
    assert len(rows) <= columns.PINNED_ROWS and rows[0] == 0 and rows[-1] == last
    np.testing.assert_array_equal(path["y"], -rows)
    assert (np.diff(rows) > 0).all() and ((np.diff(rows) == 1) == (np.diff(piece) == 0)).all()
    assert (np.bincount(piece)[:-1] > 1).all()  # only the end may stand alone
    if last < columns.PINNED_ROWS:
        np.testing.assert_array_equal(rows, updates)


@pytest.mark.parametrize(("x", "y"), [([0, 2, 4, 4], [1, 1, 1, 1]), ([1, 1, 1, 1], [0, 2, 4, 4])], ids=["x", "y"])
def test_how_far_a_pinned_path_has_come_counts_both_parameters(x, y):
    np.testing.assert_allclose(columns.in_plane(np.array(x), np.array(y))["way"], [0, 0.5, 1, 1])


def assert_no_noise_is_hidden(time, loss, rows, stretches, total, log):
    """No peak and no trough is further than one stretch of the axis from a drawn one at least as far out."""
    place = np.log(np.maximum(time, 1)) if log else time
    width = (np.log(total + 1) if log else total) / (stretches - 1) + 1e-9
    for sign in (1, -1):
        low = np.searchsorted(place[rows], place - width)
        high = np.searchsorted(place[rows], place + width, side="right")
        for row in range(len(time)):
            assert (sign * loss[rows[low[row] : high[row]]]).max() >= sign * loss[row]


@settings(deadline=None)
@given(
    loss=some.lists(some.floats(0, 1e300), min_size=1, max_size=120),
    data=some.data(),
    stretches=some.integers(2, 40),
    log=some.booleans(),
)
def test_thinning_hides_no_noise(loss, data, stretches, log):
    ticks = data.draw(some.lists(some.integers(1, 50), min_size=len(loss) - 1, max_size=len(loss) - 1))
    time = np.cumsum([0, *ticks])
    total = int(time[-1]) + data.draw(some.integers(0, 200))
    rows = thinned(time, np.array(loss), stretches, total, log)
    assert rows[0] == 0 and rows[-1] == len(loss) - 1 and (np.diff(rows) > 0).all()
    assert len(rows) <= 2 * stretches + 4
    assert_no_noise_is_hidden(time, np.array(loss), rows, stretches, total, log)


def test_a_long_noisy_curve_keeps_its_one_peak_and_is_thinned():
    loss = np.random.default_rng(0).uniform(1, 2, 100_001)
    loss[77_777], loss[77_778] = 50, 0.5
    rows = thinned(np.arange(100_001), loss, 300, 100_000, log=True)
    assert {77_777, 77_778} <= set(rows.tolist()) and len(rows) < 700


@given(some.integers(2, 2000), some.integers(2, 400))
def test_rows_are_spread_evenly_from_the_first_to_the_last(rows, most):
    shown = columns.spread(rows, most)
    assert len(shown) == min(rows, most) and shown[0] == 0 and shown[-1] == rows - 1
    assert np.ptp(np.diff(shown)) <= 1
