"""The picture of two parameters: how much of the plane is shown, and what lies under the path."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from numpy.testing import assert_allclose

from gdcore import datasets
from pages.shared.data.regression import Model
from pages.shared.picture.planes import ISOLINES, MARGIN, Plane
from pages.shared.picture.sketch import parts_inside

LINE = Model(datasets.line())
FLAT = Model(LINE.dataset._replace(features=LINE.dataset.features / 1e4))  # hardly curved along the slope
PLANE = Model(datasets.article_regression())


def away_from_the_best(model: Model, *away: float, **options) -> Plane:
    return Plane(model, model.objective.optimum + away, **options)


def half(plane: Plane) -> np.ndarray:
    """How far the picture reaches from the optimum along each parameter, which is the same on both sides."""
    best = plane.model.objective.optimum[:2]
    low, high = plane.box.T
    assert_allclose(best - low, high - best, rtol=1e-9)
    return high - best


def level_set(plane: Plane) -> np.ndarray:
    """Points of all parameters at which the loss is that of the start."""
    objective, best = plane.model.objective, plane.model.objective.optimum
    directions = np.random.default_rng(0).normal(size=(40_000, len(best)))
    curved = np.einsum("ni,ij,nj->n", directions, objective.hessian, directions)
    gap = float(objective.value(plane.start)) - plane.model.floor
    points = best + directions * np.sqrt(2 * gap / curved)[:, None]
    assert_allclose(objective.value(points), objective.value(plane.start), rtol=1e-6)
    return points


numbers = some.floats(-50, 50).map(lambda x: round(x, 2))


@given(some.tuples(numbers, numbers), some.lists(some.tuples(numbers, numbers), max_size=2))
def test_optimum_start_and_what_else_has_to_be_seen_are_in_the_picture_with_a_margin(away, others):
    others = tuple(LINE.objective.optimum + other for other in others)
    plane = away_from_the_best(LINE, *away, also=others)
    best = LINE.objective.optimum
    for point in (plane.start, best, *others):
        assert plane.holds(*point)
        assert plane.holds(*(best + 0.999 * MARGIN * (point - best)))


@pytest.mark.parametrize("model, away", [(LINE, (0, 3)), (LINE, (2, 0)), (PLANE, (0, 0.2, 0)), (PLANE, (0.2, 0, 0.1))])
def test_a_parameter_that_starts_at_its_best_is_shown_as_far_as_the_level_set_goes_within_the_others_width(model, away):
    plane = away_from_the_best(model, *away)
    free = away[:2].index(0)
    reach = np.abs(level_set(plane) - model.objective.optimum)[:, free].max()
    assert half(plane)[free] == pytest.approx(MARGIN * min(reach, max(away[:2])), rel=0.01)


def test_the_picture_is_no_wider_along_one_parameter_than_the_start_is_away_along_the_other():
    plane = away_from_the_best(FLAT, 0, 3)
    assert np.abs(level_set(plane) - FLAT.objective.optimum)[:, 0].max() > 1000 * 3
    assert_allclose(half(plane), MARGIN * 3)


def test_a_start_at_the_optimum_has_a_picture():
    best = LINE.objective.optimum
    assert_allclose(half(away_from_the_best(LINE, 0, 0)), 1 + np.abs(best) / 10)


def test_equal_aspect_shows_as_much_of_both_parameters():
    one, other = half(away_from_the_best(LINE, 0.5, 4, equal_aspect=True))
    assert one == other == pytest.approx(MARGIN * 4)


def test_the_edge_of_the_picture_is_in_it_and_what_is_beyond_is_not():
    plane = away_from_the_best(LINE, 1, 2)
    (p_low, p_high), (q_low, q_high) = plane.box
    p, q = LINE.objective.optimum
    edge = plane.holds(np.array([p_low, p_high, p, p]), np.array([q, q, q_low, q_high]))
    assert edge.all()
    out = [np.nextafter(p_low, -99), np.nextafter(p_high, 99), p, p]
    assert not plane.holds(np.array(out), np.array([q, q, np.nextafter(q_low, -99), np.nextafter(q_high, 99)])).any()


@pytest.mark.evidence(
    "Along every drawn line of equal loss the loss is the same.",
    lesson="Linear regression",
    kind="closed form",
    oracle="the loss at 73 points of each line",
    tolerance=1e-07,
)
def test_isolines_are_level_sets_a_thousandth_up_to_all_of_the_loss_in_the_corner():
    plane = away_from_the_best(LINE, 1, 2)
    lines, objective = plane.isolines(), LINE.objective
    gaps = objective.value(np.stack([lines["p"], lines["q"]], axis=1)) - LINE.floor
    corner = float(objective.value(plane.box[:, 1])) - LINE.floor
    assert_allclose(gaps.reshape(ISOLINES, -1), (np.geomspace(1e-3, 1, ISOLINES) * corner)[:, None] * np.ones(73))


def test_the_shading_runs_over_the_whole_ramp_and_rises_with_the_loss(monkeypatch):
    """The picture has its first row at the top, where the second parameter is largest."""
    pixels = []
    monkeypatch.setattr("pages.shared.picture.planes.png", lambda image, ramp: pixels.append(image) or "")
    plane = away_from_the_best(LINE, 1, 2)
    plane.view(("#000000", "#ffffff"))
    (image,) = pixels
    assert image.min() == 0 and image.max() == 255
    (p_low, p_high), (q_low, q_high) = plane.box
    side = len(image)
    p = p_low + (np.arange(side) + 0.5) / side * (p_high - p_low)
    q = q_high - (np.arange(side) + 0.5) / side * (q_high - q_low)
    rows, columns = np.random.default_rng(1).integers(0, side, (2, 500))
    losses = LINE.objective.value(np.stack([p[columns], q[rows]], axis=1))
    shades = image[rows, columns].astype(int)
    assert (np.diff(shades[np.argsort(losses)]) >= 0).all()


# ---- lines of equal loss in a small picture


def test_the_parts_of_a_circle_in_a_window_are_cut_at_its_edge_and_leave_nothing_out():
    angle = np.linspace(0, 2 * np.pi, 721)
    x, y = 1.2 * np.cos(angle), 1.2 * np.sin(angle)
    parts = parts_inside(x, y, (-1.0, 1.0), (-2.0, 2.0))
    assert len(parts) == 2  # above and below: the sides are cut off
    for part in parts:
        assert_allclose(np.abs(part[[0, -1], 0]), 1)
        assert_allclose(np.hypot(*part.T), 1.2, rtol=1e-4)
    assert sum(len(part) for part in parts) == (np.abs(x) <= 1).sum() + 4


def test_a_line_within_the_window_is_one_part_and_one_outside_is_none():
    x = np.linspace(0, 1, 5)
    (part,) = parts_inside(x, x, (-1, 2), (-1, 2))
    assert_allclose(part, np.column_stack([x, x]))
    assert parts_inside(x, x, (2, 3), (2, 3)) == []
