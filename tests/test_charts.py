import json
import re
from collections.abc import Callable
from copy import deepcopy
from functools import cache
from importlib import import_module
from inspect import isfunction, signature
from pathlib import Path

import pytest

from pages.lessons import LESSONS
from pages.lessons.race import charts as race
from pages.lessons.regression import charts as regression
from pages.shared.picture import charts, timeline
from pages.shared.picture.charts import Chart
from pages.shared.picture.palette import PALETTES
from pages.shared.teaching.sweep_charts import over_the_rates

THEMES = list(PALETTES.values())
ROOMS = sorted(path.parent.name for path in (Path(__file__).parents[1] / "pages" / "lessons").glob("*/__init__.py"))
ARGUMENTS = {str: ("weight w", "weight w"), bool: (False, True), int: (1, 3)}  # a chart is tried with each of two


def charts_of(room: str) -> list[Callable[..., Chart]]:
    """What the module of charts in the room of a lesson offers."""
    module = import_module(f"pages.lessons.{room}.charts")
    own = [part for part in vars(module).values() if isfunction(part) and part.__module__ == module.__name__]
    return [part for part in own if part.__annotations__.get("return") is Chart and not part.__name__.startswith("_")]


def with_arguments(build: Callable[..., Chart]) -> list[tuple]:
    """A chart with its titles, once without and once with all that is optional."""
    _, *arguments = signature(build).parameters.values()
    both = [tuple(ARGUMENTS[argument.annotation][more] for argument in arguments) for more in (0, 1)]
    return [(build, *values) for values in dict.fromkeys(both)]


EVERY_CHART = [chart for room in ROOMS for build in charts_of(room) for chart in with_arguments(build)]
AT_REST = [(over_the_rates, "updates", lanes) for lanes in (1, 3)]
CHARTS = [*EVERY_CHART, *AT_REST]
EACH = pytest.mark.parametrize("build, titles", [(build, titles) for build, *titles in CHARTS])


def test_every_lesson_has_charts_in_its_room_and_the_timeline_moves_one_of_them():
    assert len(ROOMS) == len(LESSONS)
    for room in ROOMS:
        assert any(moved(build, *titles) for build, *titles in EVERY_CHART if f".{room}." in build.__module__)


@cache
def spec(build: Callable[..., Chart], *titles) -> dict:
    """Altair checks what it makes against the schema."""
    return build(THEMES[0], *titles).to_dict(validate=True)


def moved(build: Callable[..., Chart], *titles) -> dict[str, dict]:
    """Those parameters of a chart that have an input, which is how the timeline moves them."""
    return {one["name"]: one for one in spec(build, *titles).get("params", []) if "bind" in one}


@EACH
def test_every_scale_has_an_explicit_domain(build, titles):
    scales = []

    def collect(node):
        if isinstance(node, dict):
            for channel in ("x", "y"):
                if isinstance(node.get(channel), dict) and "field" in node[channel]:
                    scales.append(node[channel].get("scale", {}))
            node = node.values()
        if not isinstance(node, str | int | float | bool | None):
            for child in node:
                collect(child)

    collect(spec(build, *titles))
    assert scales and all(len(scale["domain"]) == 2 and scale["nice"] is False for scale in scales)


@EACH
def test_the_timeline_finds_both_its_parameters_in_a_chart_or_none(build, titles):
    both = moved(build, *titles)
    assert set(both) in (set(), {"frame", "shown"})
    assert all(parameter["bind"]["max"] == charts.FRAMES - 1 for parameter in both.values())
    if both:  # at the start, with nothing hidden
        assert (both["frame"]["value"], both["shown"]["value"]) == (0, charts.FRAMES - 1)


@EACH
def test_a_chart_has_no_numbers_of_a_run_in_it(build, titles):
    assert "datasets" not in spec(build, *titles)


@EACH
def test_text_is_at_least_13_pixels(build, titles):
    sizes = []
    text = json.dumps(spec(build, *titles))
    for key in ("fontSize", "labelFontSize", "titleFontSize"):
        sizes += [float(part.split(",")[0].split("}")[0]) for part in text.split(f'"{key}": ')[1:]]
    assert min(sizes, default=13) >= 13


@EACH
def test_a_chart_is_valid_vega_lite_and_its_titles_are_put_in_unchanged(build, titles):
    """The page takes what Altair makes unchecked, from one pattern for all titles."""
    odd = [f'{title} "\\ue0001. {{}} \\\\1' if isinstance(title, str) else title for title in titles]
    made = deepcopy(spec(build, *odd))
    for parameter in made.get("params", []):
        parameter |= {"on": charts.ON[parameter["name"]]} if parameter["name"] in charts.ON else {}
    texts = [json.dumps(one) for one in (timeline._spec(build, THEMES[0], False, *odd), made)]
    mine, checked = (re.sub(r'"view\w*"', '"view"', text) for text in texts)  # a layer's name has a count in it
    assert mine == checked


# ---- words


def is_above_the_picture(layer: dict) -> bool:
    """The lines of a legend and the names of epochs and rates, where nothing is drawn."""
    y = layer["encoding"]["y"].get("value")
    return y == 0 or (isinstance(y, dict) and re.match(r"19 \* \(datum.lane - |-9 - ", y["expr"]) is not None)


@pytest.mark.parametrize("palette", THEMES, ids=PALETTES)
@pytest.mark.parametrize("build, titles", [(build, titles) for build, *titles in CHARTS])
def test_all_words_in_a_picture_have_a_halo_in_the_colour_of_the_page(build, titles, palette):
    layers = build(palette, *titles).to_dict()["layer"]
    texts = [layer for layer in layers if layer["mark"]["type"] == "text" and "'◂'" not in str(layer["mark"])]
    halos = [layer for layer in texts if layer["mark"].get("stroke") == palette.paper]
    words = [layer for layer in texts if layer not in halos and not is_above_the_picture(layer)]
    assert len(halos) == len(words)
    for halo, word in zip(halos, words, strict=True):
        assert halo["encoding"] == word["encoding"] and layers.index(halo) == layers.index(word) - 1
        assert halo["mark"]["strokeWidth"] >= 3


def test_what_stands_on_a_surface_is_named_after_the_path_is_drawn():
    for layers in (
        regression.surface(THEMES[0], "w", "b").to_dict()["layer"],
        race.surface(THEMES[0], "w", "b", 2, False, False).to_dict()["layer"],
    ):
        named = [i for i, layer in enumerate(layers) if layer["mark"]["type"] == "text" and "start" in str(layer)]
        paths = [i for i, layer in enumerate(layers) if layer["mark"]["type"] == "rule"]
        assert named and min(named) > max(paths)


def test_no_place_of_a_word_is_a_fixed_number_of_pixels_from_the_top():
    """Heights follow the window: a place is in units of the axes, at an edge, or follows `height`."""
    for build, *titles in CHARTS:
        for layer in build(THEMES[0], *titles).to_dict()["layer"]:
            if layer["mark"]["type"] == "text" and isinstance(layer["encoding"]["y"].get("value"), int | float):
                assert layer["encoding"]["y"]["value"] == 0


# ---- lanes


def test_a_lane_that_draws_is_a_thin_plain_line_under_a_mean_with_its_dash():
    layers = race.loss(THEMES[0], "updates", True, True, 3, False, True).to_dict()["layer"]
    (thin,) = [layer for layer in layers if "'datum.noisy'" in str(layer.get("transform"))]
    outline, mean = [layer for layer in layers if layer["data"] == {"name": "means"}]
    assert "strokeDash" not in thin["encoding"] and "strokeDash" not in thin["mark"]
    assert mean["encoding"]["strokeDash"]["field"] == mean["encoding"]["color"]["field"] == "look"
    assert thin["mark"]["strokeWidth"] < mean["mark"]["strokeWidth"] < outline["mark"]["strokeWidth"]
    assert "running mean" in str(layers) and "running mean" not in str(
        race.loss(THEMES[0], "updates", True, True, 1, False, False).to_dict()
    )


def test_the_legend_shows_the_dash_and_the_shape_that_are_on_the_line():
    layers = race.loss(THEMES[0], "updates", True, True, 3, False, True).to_dict()["layer"]
    (sample,) = [layer for layer in layers if layer["mark"]["type"] == "rule" and "strokeDash" in layer["encoding"]]
    (line,) = [layer for layer in layers if "!datum.noisy" in str(layer.get("transform"))]
    assert sample["encoding"]["strokeDash"] == line["encoding"]["strokeDash"]
    assert sample["encoding"]["color"] == line["encoding"]["color"]
    shapes = [layer["encoding"]["shape"] for layer in layers if "shape" in layer["encoding"]]
    assert len(shapes) >= 2 and all(shape == shapes[0] for shape in shapes)
