"""What the charts of the race draw, against the runs and counting."""

from itertools import combinations, combinations_with_replacement

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from gdcore import Constant, Exponential, InverseTime, Momentum, Nesterov, scaling, theory
from pages.lessons.race import pictures
from pages.lessons.race.budget import Budget
from pages.lessons.race.looks import looks
from pages.lessons.race.pins import pinned
from pages.lessons.race.runs import Lane
from pages.shared.data.regression import Model
from pages.shared.picture.columns import PINNED_ROWS
from tests.harness import as_frames
from tests.races import CARS, LINE, NOISY, OPENING, SIX, SIZES, START, every_clock, least_loss, loss_of, race, stream
from tests.test_columns import assert_no_noise_is_hidden

RAMP = ("#b4c0d4", "#e8ecf2", "#ffffff")


LONG_AND_SHORT = (Lane(256, Constant(0.05)), Lane(33, Constant(0.1), Momentum(0.5)), Lane(1, Constant(0.05)))


@pytest.mark.evidence(
    "What the charts of the race draw at each moment is what each lane has computed by then.",
    lesson="The race",
    kind="independent loop",
    oracle="the last update completed by then, looked up one by one",
    tolerance=1e-09,
)
@every_clock
@pytest.mark.parametrize("epochs", [1, 9])
def test_what_is_drawn_of_every_frame_is_what_was_computed_by_that_time(clock, epochs):
    run = race(*LONG_AND_SHORT, clock=clock, budget=Budget(epochs, "epochs"), seeds=(2, 3), workers=10)
    surface, losses, lines = (
        as_frames(drawn)
        for drawn in (pictures.surface(run, RAMP, False), pictures.losses(run, True), pictures.lines(run))
    )
    path, lines, frames = surface["path"], lines["path"], len(run.times)
    assert frames == surface["view"].frames[0] == losses["view"].frames[0]
    assert len(path) == len(losses["path"]) == len(lines) == 3 * frames
    assert run.times[0] == 0 and run.times[-1] == max(c.clock[-1] for c in run.courses)
    for i, c in enumerate(run.courses):
        rows = slice(i * frames, (i + 1) * frames)
        updates = [max(t for t in range(len(c.clock)) if c.clock[t] <= time) for time in run.times.tolist()]
        for drawn in (path, losses["path"]):
            assert_array_equal(drawn["update"][rows], updates)
        assert updates[0] == 0 and updates[-1] == len(c.clock) - 1
        theta = c.trace.theta[updates, 0]
        assert_array_equal(path[["p", "q"]][rows], theta)
        assert_allclose(lines[["w1", "b"]][rows], theta, rtol=1e-12)
        loss = loss_of(OPENING.dataset, theta)
        assert_allclose(losses["path"].loss[rows], loss, rtol=1e-9)
        assert_allclose(losses["path"].height[rows], loss / least_loss(OPENING.dataset), rtol=1e-9)
        assert_array_equal(losses["path"].time[rows], np.maximum(c.clock[updates], losses["view"]["first"][0]))
        assert not losses["path"].over[rows].any()


@every_clock
def test_drawn_steps_are_single_updates(clock):
    run = race(*LONG_AND_SHORT, clock=clock, seeds=(2, 3))
    steps = as_frames(pictures.surface(run, RAMP, False))["steps"]
    for i, c in enumerate(run.courses):
        mine = steps[steps.lane == i]
        last = len(c.loss) - 1
        assert mine["update"].iloc[0] == 0 and mine["update"].iloc[-1] == last
        assert_array_equal(mine[["p", "q"]], c.trace.theta[mine["update"], 0])
        assert_array_equal(mine[["next_p", "next_q"]], c.trace.theta[np.minimum(mine["update"] + 1, last), 0])
        led_there = c.clock[np.minimum(mine["update"] + 1, last)]
        assert (run.times[mine["frame"]] >= led_there).all()  # of all frames the first, but never before it is made
        before = mine["frame"] > 0
        assert (run.times[mine["frame"][before] - 1] < led_there[before]).all()


def test_of_a_short_lane_every_single_update_is_drawn():
    steps = as_frames(pictures.surface(race(256, budget=Budget(100, "updates")), RAMP, False))["steps"]
    assert set(range(20)) <= set(steps["update"]) and len(steps) > 70


def test_steps_that_begin_outside_the_picture_are_left_out():
    run = race(Lane(1, Constant(0.3)), budget=Budget(2000, "updates"))
    drawn = as_frames(pictures.surface(run, RAMP, False))
    (p_low, p_high), (q_low, q_high) = pictures.plane_of(run).box
    inside = drawn["steps"].p.between(p_low, p_high) & drawn["steps"].q.between(q_low, q_high)
    assert inside.all() and np.isfinite(drawn["steps"]).all(axis=None)
    path = drawn["path"]
    assert_array_equal(path.inside, path.p.between(p_low, p_high) & path.q.between(q_low, q_high))
    assert not path.inside.all()


@pytest.mark.parametrize("seeds", [(2,), (2, 3, 4)])
@pytest.mark.parametrize("log", [True, False])
def test_curves_are_the_runs_with_both_ends_and_every_extreme(log, seeds):
    run = race(256, 8, 1, budget=Budget(40, "epochs"), seeds=seeds)
    drawn = as_frames(pictures.losses(run, log))
    curves, first = drawn["curves"], drawn["view"]["first"][0]
    for i, c in enumerate(run.courses):
        for j in range(c.runs):
            mine = curves[(curves.lane == i) & (curves.run == j)]
            at = np.searchsorted(c.clock, np.where(mine.time < 1, 0, mine.time))
            assert_allclose(mine.time, np.maximum(c.clock[at], first), rtol=1e-7)
            multiple = c.loss[at, j] / least_loss(OPENING.dataset)
            assert_allclose(mine.height, multiple, rtol=2e-7)  # single precision: 6e-8
            assert at[0] == 0 and at[-1] == len(c.loss) - 1
            assert_no_noise_is_hidden(c.clock, c.loss[:, j], at, 60, run.total, log)
            assert_array_equal(mine.frame, np.searchsorted(run.times, c.clock[at]))
        assert len(curves[curves.lane == i]) <= 1300  # the browser draws them sixty times a second


ODD = {
    "diverges": (OPENING, [Lane(1, Constant(100.0)), Lane(256, Constant(100.0))]),
    "diverges from a small floor": (Model(NOISY), [Lane(1, Constant(3.0)), Lane(40, Constant(3.0), Momentum())]),
    "arrives exactly": (Model(LINE), [Lane(6, Constant(0.0625)), Lane(1, Constant(0.05))]),
    "stands still": (Model(LINE), [Lane(6, Exponential(0.1, 0.0)), Lane(1, Constant(1e-9))]),
} | {
    f"features of size {size:g}": (
        Model(NOISY._replace(features=size * NOISY.features)),
        [Lane(40, Constant(0.05)), Lane(1, Constant(0.05), Nesterov())],
    )
    for size in SIZES
}


ODD |= {
    f"targets of size {size:g}": (
        Model(NOISY._replace(targets=size * NOISY.targets)),
        [Lane(40, Constant(0.05)), Lane(1, InverseTime(0.05, 0.1))],
    )
    for size in SIZES
}


@every_clock
@pytest.mark.parametrize("model, lanes", ODD.values(), ids=ODD)
def test_every_drawn_number_is_finite(model, lanes, clock):
    """Off a log axis is a loss of exactly 0, and off every axis a multiple beyond the numbers; no other is left out."""
    run = race(*lanes, model=model, clock=clock, budget=Budget(500, "updates"), seeds=(1, 2))
    drawn = {
        "surface": pictures.surface(run, RAMP, True),
        "losses": pictures.losses(run, True),
        "lines": pictures.lines(run),
    }
    drawn = {chart: as_frames(datasets) for chart, datasets in drawn.items()}
    for chart, tables in drawn.items():
        for name, table in tables.items():
            for column, values in table.select_dtypes("number").items():
                allowed = np.zeros(len(values), dtype=bool)
                if column == "height" and name == "path":
                    with np.errstate(over="ignore"):
                        allowed = (table.loss == 0) | (table.loss / (run.least or 1.0) == np.inf)
                elif column == "height":
                    allowed = values.isna() & any((c.loss == 0).any() for c in run.courses)
                assert (np.isfinite(values) | allowed).all(), f"{chart}, {name}, {column}"
    assert (drawn["losses"]["curves"].height.dropna() > 0).all(), "a log axis has no 0"
    view = drawn["losses"]["view"].iloc[0]
    assert 0 < view.height_low < view.height_high and view["first"] < view["last"]


def test_the_axes_hold_every_run_where_the_marked_one_leaves_first():
    """At 0.3 single examples throw every run out, each at its own update."""
    lane = Lane(1, Constant(0.3))
    ended = race(lane, budget=Budget(12_000, "updates"), seeds=tuple(range(8))).courses[0].ended
    seeds = (int(ended.argmin()), int(ended.argmax()))
    run = race(lane, budget=Budget(12_000, "updates"), seeds=seeds)
    assert run.courses[0].ended[0] < run.courses[0].ended[1]
    drawn = as_frames(pictures.losses(run, False))
    assert drawn["curves"].time.max() <= drawn["view"]["last"][0]
    assert drawn["curves"].frame.max() < len(run.times)


@pytest.mark.parametrize("lanes", [1, 2, 3, 6])
def test_the_pinned_paths_of_all_lanes_together_have_no_more_rows_than_one_pinned_run(lanes):
    rows = pd.DataFrame(pinned(race(*[1] * lanes), log=False)["parameters"])
    assert PINNED_ROWS / 3 < len(rows) <= PINNED_ROWS
    each = rows.groupby("lane").size()
    assert len(each) == lanes and (each == each[0]).all()


def clouds(model, *sizes, start=START, **options):
    """Each lane's gradients at two points, as the chart computes them: (points, batches, 2), and of all examples."""
    cloud = as_frames(pictures.surface(race(*sizes, model=model, start=start, **options), RAMP, True))["cloud"]
    points = np.array([start, np.arange(1.0, 1 + len(start))])
    letters = "pqr"[: len(start)]
    gradients = [
        np.stack([cloud[[f"{s}_{x}" for x in letters]] @ theta + cloud[f"{s}_constant"] for s in "pq"], axis=-1)
        for theta in points
    ]
    lanes = [(cloud.lane == i).to_numpy() for i in range(len(sizes))]
    full = cloud.full.to_numpy()
    return points, [np.stack([g[lane & ~full] for g in gradients]) for lane in lanes], [g[full] for g in gradients]


@pytest.mark.parametrize("size", range(1, 7))
def test_each_arrow_of_the_cloud_is_the_gradient_of_a_batch(size):
    points, (batches,), full = clouds(SIX, size)
    possible = np.array([SIX.objective.gradient(points, np.array(rows)) for rows in combinations(range(6), size)])
    assert batches.shape == (2, 12, 2)
    for batch in batches.swapaxes(0, 1):  # the same batch at both points
        assert np.abs(possible - batch).max((1, 2)).min() < 1e-12
    for theta, gradients in zip(points, full, strict=True):
        assert_allclose(gradients, [SIX.objective.gradient(theta)], rtol=1e-12)


def test_with_replacement_the_cloud_is_drawn_with_replacement():
    points, (batches,), _ = clouds(SIX, 6, order="replacement")
    possible = [np.array(rows) for rows in combinations_with_replacement(range(6), 6)]
    possible = np.array([SIX.objective.gradient(points, rows) for rows in possible])
    for batch in batches.swapaxes(0, 1):
        assert np.abs(possible - batch).max((1, 2)).min() < 1e-12
    assert batches.std(1).max() > 0.1, "all batches have the same gradient, as if drawn without replacement"


@pytest.mark.parametrize("model, start", [(OPENING, START), (CARS, [1.0, -2.0, 3.0])], ids=["line", "cars"])
def test_the_cloud_of_larger_batches_is_narrower_and_around_the_full_gradient(model, start):
    n = model.objective.n_examples
    points, batches, full = clouds(model, 1, 32, n, start=start)
    for i, theta in enumerate(points):
        expected = model.objective.gradient(theta)[:2]
        assert_allclose(full[i], np.broadcast_to(expected, (3, 2)), rtol=1e-10)
        spread = [float(np.sqrt(np.square(lane[i] - expected).sum(-1).mean())) for lane in batches]
        assert spread[0] > 2 * spread[1] > 0 and spread[2] < 1e-9 * np.linalg.norm(expected)
        for size, measured in zip((1, 32), spread, strict=False):
            noise = theory.gradient_noise(model.objective, theta, size, replacement=False)[:2, :2]
            # Twelve draws know their deviation to about 1 / sqrt(2 * 12) = 20 %; the tails are heavy.
            assert measured == pytest.approx(np.sqrt(np.trace(noise)), rel=0.75)


def test_the_drift_is_marked_on_the_clock_of_every_lane_that_shares_it():
    marks = as_frames(pictures.losses(stream(1, 1), False))["epochs"]
    assert marks.time.tolist() == [200.0] and "drift" in marks.words[0]


def test_a_third_parameter_is_drawn_at_its_place():
    run = race(392, 1, model=CARS, start=[1.0, -2.0, 3.0])
    path = as_frames(pictures.surface(run, RAMP, False))["path"]
    frames = len(run.times)
    assert_array_equal(path[["p", "q", "r"]][frames:], run.courses[1].trace.theta[run.standing()[1], 0])
    lines = as_frames(pictures.lines(run))["path"].iloc[-1]
    slopes = scaling.to_original(run.courses[1].trace.theta[-1, 0], *scaling.standardised(CARS.dataset.features)[1:])
    second = CARS.dataset.features[:, 1].mean()
    assert_allclose([lines.w1, lines.b], [slopes[0], slopes[1] * second + slopes[2]], rtol=1e-9)


@pytest.mark.parametrize("log", [True, False])
def test_the_thick_line_of_a_lane_that_draws_is_a_mean_of_its_losses(log):
    run = race(256, 8, 1, budget=Budget(40, "epochs"))
    drawn = as_frames(pictures.losses(run, log))
    means, curves, first = drawn["means"], drawn["curves"], drawn["view"]["first"][0]
    assert set(means.look) == {looks(run)[1], looks(run)[2]}  # batch descent has no noise
    assert_array_equal(curves.noisy, curves.lane > 0)
    edges = np.geomspace(1, run.total + 1, pictures.MEANS) if log else np.linspace(0, run.total + 1, pictures.MEANS)
    for look, c in list(zip(looks(run), run.courses, strict=True))[1:]:
        mine = means[means.look == look]
        stretch = np.where(c.clock < edges[0], 0, np.searchsorted(edges, c.clock, side="right"))
        parts = [np.flatnonzero(stretch == number) for number in np.unique(stretch)]
        assert_allclose(mine.time, [np.maximum(c.clock[rows], first).mean() for rows in parts], rtol=1e-6)
        expected = [c.loss[rows, 0].mean() / least_loss(OPENING.dataset) for rows in parts]
        assert_allclose(mine.height, expected, rtol=1e-6)
        assert (run.times[mine.frame] >= [c.clock[rows[-1]] for rows in parts]).all()  # not before it is over
