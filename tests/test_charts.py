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
