"""How the marks of every picture look: one colour a meaning, and for pinned runs a dash and a shape as well."""

from dataclasses import dataclass

PINS = ("A", "B", "C")  # the letters of pinned runs, each with its dash and its shape
PIN_DASHES = dict(zip(PINS, ([2, 3], [9, 4], [9, 3, 2, 3]), strict=True))
PIN_SHAPES = dict(zip(PINS, ("circle", "square", "triangle-up"), strict=True))


@dataclass(frozen=True)
class Palette:
    """One colour a meaning, after Okabe and Ito."""

    ink: str
    muted: str
    iterate: str
    gradient: str
    step: str
    optimum: str
    pin: str
    lanes: tuple[str, ...]  # one for each racer, in this order
    ramp: tuple[str, ...]  # from the lowest part of a surface to the highest


PALETTES = {
    "light": Palette(
        ink="#262730",
        muted="#8a8f99",
        iterate="#0072b2",
        gradient="#d55e00",
        step="#b8578d",
        optimum="#007f5c",
        pin="#96713a",
        lanes=("#0072b2", "#c77c00", "#b8578d", "#d55e00", "#2f9bd6", "#5b5f6b"),
        ramp=("#b4c0d4", "#e8ecf2", "#ffffff"),
    ),
    "dark": Palette(
        ink="#fafafa",
        muted="#8a8f99",
        iterate="#56b4e9",
        gradient="#e69f00",
        step="#e08dbb",
        optimum="#2fc295",
        pin="#c9a66b",
        lanes=("#56b4e9", "#e69f00", "#e08dbb", "#ff7f50", "#8fd0ff", "#c5c8d0"),
        ramp=("#4a5670", "#262c3a", "#14161c"),
    ),
}
