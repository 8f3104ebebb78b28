"""Contrasts, as WCAG 2.2 has them: words 4.5 to 1, lines and signs 3 to 1."""

import pytest

from pages.lessons.race import charts as race
from pages.shared.picture.palette import FAINT, PALETTES, Palette

WORDS = ("ink", "muted", "iterate", "gradient", "step", "optimum", "pin")  # on a surface with a halo in paper
STREAMLITS_PAPER = {"light": "#ffffff", "dark": "#171614"}
BOTH = pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES)


def luminance(color: str) -> float:
    """Relative luminance, WCAG 2.2."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


def test_the_measure_knows_black_on_white():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("theme", PALETTES)
def test_paper_is_the_page(theme):
    assert PALETTES[theme].paper == STREAMLITS_PAPER[theme]


@BOTH
@pytest.mark.parametrize("role", WORDS)
def test_every_colour_that_words_are_written_in_can_be_read(palette: Palette, role):
    assert contrast(getattr(palette, role), palette.paper) >= 4.5


@BOTH
@pytest.mark.parametrize("role", [role for role in WORDS if role not in ("muted", "pin")])
def test_every_mark_stands_out_from_the_deepest_tone_of_a_surface(palette: Palette, role):
    assert contrast(getattr(palette, role), palette.ramp[0]) >= 3


@BOTH
@pytest.mark.parametrize("role", ["iterate", "step", "pin"])
def test_what_is_drawn_faint_still_stands_out_from_the_page(palette: Palette, role):
    color = getattr(palette, role)
    mixed = [
        round(FAINT * int(color[i : i + 2], 16) + (1 - FAINT) * int(palette.paper[i : i + 2], 16)) for i in (1, 3, 5)
    ]
    assert contrast("#{:02x}{:02x}{:02x}".format(*mixed), palette.paper) >= 3


@BOTH
def test_every_lane_stands_out_from_the_page_and_so_from_the_outline_of_its_path(palette: Palette):
    assert all(contrast(color, palette.paper) >= 3 for color in palette.lanes)
    layers = race.surface(palette, "w", "b", 2, False, False).to_dict()["layer"]
    paths = [layer for layer in layers if layer["mark"]["type"] == "rule" and layer["data"] == {"name": "steps"}]
    outline, path = paths
    assert outline["mark"]["color"] == palette.paper and "color" in path["encoding"]
    assert outline["mark"]["strokeWidth"] > path["mark"]["strokeWidth"] + 1
