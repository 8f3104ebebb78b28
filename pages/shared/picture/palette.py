"""How the marks of every picture look: one colour a meaning, and for pinned runs a dash and a shape as well.

On the page every colour has a contrast of at least 3, and what words are written in 4.5. On a surface, whose deepest
tone is darker (in dark: lighter) than the page, words have a halo in the page's colour and lanes an outline.
"""

from dataclasses import dataclass

PINS = ("A", "B", "C")  # the letters of pinned runs, each with its dash and its shape
PIN_DASHES = dict(zip(PINS, ([2, 3], [9, 4], [9, 3, 2, 3]), strict=True))
PIN_SHAPES = dict(zip(PINS, ("circle", "square", "triangle-up"), strict=True))
FAINT = 0.75  # opacity of what is not the present: as pale as a contrast of 3 to the page allows


@dataclass(frozen=True)
class Palette:
    """One colour a meaning, after Okabe and Ito."""

    paper: str  # the page itself, as Streamlit has it
    ink: str
    muted: str
    iterate: str
    gradient: str
    step: str
    optimum: str
    pin: str
    lanes: tuple[str, ...]  # one for each look that a lane can have (`lanes`)
    ramp: tuple[str, ...]  # from the lowest part of a surface to the highest


PALETTES = {
    "light": Palette(
        paper="#ffffff",
        ink="#262730",
        muted="#686d78",
        iterate="#0072b2",
        gradient="#bf4d00",
        step="#ad4e82",
        optimum="#007f5c",
        pin="#8d6a35",
        lanes=("#0072b2", "#c77c00", "#ad4e82", "#d55e00", "#2f9bd6", "#5b5f6b"),
        ramp=("#ccd6e6", "#eceff5", "#ffffff"),
    ),
    "dark": Palette(
        paper="#171614",
        ink="#fafafa",
        muted="#8a8f99",
        iterate="#56b4e9",
        gradient="#e69f00",
        step="#e08dbb",
        optimum="#2fc295",
        pin="#c9a66b",
        lanes=("#56b4e9", "#e69f00", "#e08dbb", "#ff7f50", "#8fd0ff", "#c5c8d0"),
        ramp=("#434e66", "#262c3a", "#171614"),
    ),
}
