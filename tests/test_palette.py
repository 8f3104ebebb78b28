import pytest

from pages.shared.picture.palette import PALETTES


def luminance(color: str) -> float:
    """Relative luminance, WCAG 2.2."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize(("theme", "paper"), [("light", "#ffffff"), ("dark", "#0e1117")])
@pytest.mark.parametrize("role", ["iterate", "gradient", "step", "optimum", "ink"])
def test_every_colour_stands_out_from_the_paper(theme, paper, role):
    levels = sorted([luminance(getattr(PALETTES[theme], role)), luminance(paper)])
    assert (levels[1] + 0.05) / (levels[0] + 0.05) >= 3
