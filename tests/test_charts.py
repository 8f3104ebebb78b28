import json
import re
from functools import partial

import pytest

from pages.lessons.quadratic import charts as quadratic
from pages.lessons.race import charts as race
from pages.lessons.regression import charts as regression
from pages.shared.picture import charts, timeline
from pages.shared.picture.palette import PALETTES
from pages.shared.teaching.sweep_charts import over_the_rates

LINKED = [quadratic.curve, quadratic.gap, quadratic.value, quadratic.iterates]
AT_REST = [partial(over_the_rates, value="updates", lanes=lanes) for lanes in (1, 3)]
THEMES = list(PALETTES.values())


@pytest.mark.parametrize("build", LINKED + AT_REST)
@pytest.mark.parametrize("palette", THEMES, ids=PALETTES)
def test_every_scale_has_an_explicit_domain(build, palette):
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

    collect(build(palette).to_dict())
    assert scales and all(len(scale["domain"]) == 2 and scale["nice"] is False for scale in scales)


@pytest.mark.parametrize("build", LINKED)
def test_the_timeline_finds_its_two_parameters_in_every_chart(build):
    parameters = {parameter["name"]: parameter for parameter in build(THEMES[0]).to_dict()["params"]}
    assert set(parameters) == {"frame", "shown"}
    for parameter in parameters.values():
        assert parameter["bind"]["max"] == charts.FRAMES - 1
    at_first = parameters["frame"]["value"], parameters["shown"]["value"]
    assert at_first == (0, charts.FRAMES - 1)  # at the start, with nothing hidden


@pytest.mark.parametrize("build", [*LINKED, *AT_REST, quadratic.thumbnail])
def test_a_chart_has_no_numbers_of_a_run_in_it(build):
    assert "datasets" not in build(THEMES[0]).to_dict()


@pytest.mark.parametrize("build", LINKED + AT_REST)
def test_text_is_at_least_13_pixels(build):
    sizes = []
    text = json.dumps(build(THEMES[0]).to_dict())
    for key in ("fontSize", "labelFontSize", "titleFontSize"):
        sizes += [float(part.split(",")[0].split("}")[0]) for part in text.split(f'"{key}": ')[1:]]
    assert sizes and min(sizes) >= 13


CHARTS = [
    *((build,) for build in LINKED),
    (quadratic.curve, "parameter w", "loss"),
    (regression.fitted_line, "x", "y"),
    (regression.squares, "x", "y"),
    (regression.partial, "x₁", "y", 1, 2),
    (regression.predicted_against_actual, "y"),
    *((regression.surface, "slope w", "intercept b", equal) for equal in (False, True)),
    *((regression.loss, log) for log in (False, True)),
    (regression.parameter, "w"),
    *((race.surface, "w", "b", parameters, True, True) for parameters in (2, 3)),
    *((race.loss, "examples seen", multiples, True, 6, True, True) for multiples in (False, True)),
    (race.loss, "updates", True, False, 1, False, False),
    (race.lines, "x", "y"),
    *((over_the_rates, "updates", lanes) for lanes in (1, 3)),
    *((build,) for build in (quadratic.thumbnail, regression.thumbnail, race.thumbnail)),
]


@pytest.mark.parametrize("build, titles", [(build, titles) for build, *titles in CHARTS])
def test_a_chart_is_valid_vega_lite_and_its_titles_are_put_in_unchanged(build, titles):
    """Altair checks what it makes against the schema; the page takes it unchecked, from one pattern for all titles."""
    odd = [f'{title} "\\ue0001. {{}} \\\\1' if isinstance(title, str) else title for title in titles]
    spec = build(THEMES[0], *odd).to_dict(validate=True)
    for parameter in spec.get("params", []):
        parameter |= {"on": charts.ON[parameter["name"]]} if parameter["name"] in charts.ON else {}
    texts = [json.dumps(made) for made in (timeline._spec(build, THEMES[0], False, *odd), spec)]
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
