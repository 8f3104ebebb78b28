"""The picture of the quadratic is framed by its run, and says how far there is to go."""

import numpy as np
import pytest

from pages.lessons.quadratic import QUADRATIC, charts
from pages.lessons.quadratic.settings import compute
from pages.shared.picture.layers import FEW
from pages.shared.picture.palette import PALETTES

SCENES = {scene.name: compute(QUADRATIC.defaults | dict(scene.settings)) for scene in QUADRATIC.scenes}
ARTICLE, EARLY = "The article’s own run", "Stops early"


def picture_of(**values):
    return compute(QUADRATIC.defaults | values)


def half(picture) -> float:
    """How far the frame reaches from its middle."""
    return (picture.window[1] - picture.window[0]) / 2


@pytest.mark.parametrize("scene", [name for name in SCENES if name not in ("Diverges", "No minimum")])
def test_a_run_that_does_not_diverge_is_framed_around_its_minimum_and_all_in_the_picture(scene):
    picture = SCENES[scene]
    (best,) = picture.objective.optimum
    assert np.mean(picture.window) == pytest.approx(best)
    assert half(picture) == pytest.approx(1.2 * abs(picture.x[0] - best))
    assert picture.path["inside"].all()


def test_a_run_that_diverges_has_its_first_jumps_in_the_picture():
    picture = SCENES["Diverges"]
    assert half(picture) == pytest.approx(2.4 * abs(picture.x[0] - picture.objective.optimum[0]))
    assert picture.path["inside"][:3].all() and not picture.path["inside"].all()


def test_without_a_minimum_the_frame_is_around_the_top_or_the_slide():
    hill = SCENES["No minimum"]
    assert hill.window == pytest.approx((-1.2, 1.2)) and hill.path["inside"][:5].all()
    slide = picture_of(a2=0.0, updates=50)
    assert slide.path["inside"].all() and half(slide) == pytest.approx(1.2 * abs(slide.x[-1] - slide.x[0]))
    flat, on_the_minimum = picture_of(a2=0.0, a1=0.0), picture_of(start=1 / 3)
    assert half(flat) > 0 and half(on_the_minimum) > 0


def test_the_frame_stays_while_the_rate_stays_below_the_limit():
    assert len({picture_of(rate=rate).window for rate in ("1e-4", "0.05", "1/6", "0.3", "1/3")}) == 1


@pytest.mark.parametrize(("scene", "left"), [(ARTICLE, 0.38), (EARLY, 2.5), ("Too small", 1.7)])
def test_what_is_left_to_go_is_told_where_a_run_has_not_arrived(scene, left):
    picture = SCENES[scene]
    view = picture.curve()["view"]
    assert view["to_go"].item() == pytest.approx(left, rel=0.02)
    assert abs(view["end_x"] - view["best_x"]).item() == view["to_go"].item()


@pytest.mark.parametrize("scene", ["Opening", "One step", "Overshoots, arrives", "Diverges", "No minimum"])
def test_a_run_that_has_arrived_or_left_has_nothing_to_go(scene):
    assert np.isnan(SCENES[scene].curve()["view"]["to_go"].item())


def layers_with(text: str) -> list[dict]:
    return [layer for layer in charts.curve(PALETTES["light"]).to_dict()["layer"] if text in str(layer)]


def test_the_arrow_stands_at_the_last_frame_alone():
    arrow = layers_with("datum.to_go")
    assert arrow and all("frame >= length(data('path')) - 1" in str(layer["transform"]) for layer in arrow)


def test_of_a_short_run_every_jump_is_drawn_in_full_when_it_is_at_rest():
    assert FEW < 15 and len(SCENES["Overshoots, arrives"].x) - 1 <= FEW
    (shaft,) = [layer for layer in layers_with("strength") if layer["mark"]["type"] == "rule"]
    assert shaft["data"]["sequence"] == {"start": 0, "stop": FEW + 1, "as": "back"}
    strength = next(step["calculate"] for step in shaft["transform"] if step.get("as") == "strength")
    assert strength.startswith(f"length(data('path')) <= {FEW} + 1 && ") and " ? 1 : " in strength
