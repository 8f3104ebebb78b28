"""A small picture of a run: lines as the text of an SVG, for a page with many of them. Only numbers go into it.

A line is drawn until it leaves the window, and an arrow head stands where it leaves; nothing is squeezed to fit.
Coordinates are whole numbers on a grid twice as fine as the screen's, and points that fall on the one before are left
out.
"""

from dataclasses import dataclass

import numpy as np

from pages.shared.picture.palette import Palette

WIDTH, HEIGHT = 600, 260
BORDER = 6  # width of the border around the window
SIDE = 24  # from the window's edge to the end of the x axis, so that the dot at the end of a run is in the window
ROUNDING = 1e-6  # share of the window by which a point may lie outside: some arrays come in single precision


@dataclass(frozen=True, eq=False)
class Line:
    """A line through points in the order in which they are given. A run ends in a dot, or in an arrow head."""

    x: np.ndarray
    y: np.ndarray
    color: str
    width: int = 5
    dash: str = "none"
    dots: str | None = None  # the colour of a dot on every point
    is_run: bool = True


@dataclass(frozen=True, eq=False)
class Sketch:
    """Lines in a window, on axes that may be logarithmic, and in words what they are."""

    lines: tuple[Line, ...]
    x: tuple[float, float]
    y: tuple[float, float]
    words: str
    log_x: bool = False
    log_y: bool = False

    def places(self, line: Line) -> tuple[np.ndarray, bool]:
        """The points of a line in a window from 0 to 1 until it leaves, the point where it does last; and whether."""
        across = _along(line.x, self.x, self.log_x)
        points = np.column_stack([across, _along(line.y, self.y, self.log_y)])
        points = points[np.isfinite(points).all(axis=1)]  # a log axis has no place for 0
        inside = _is_inside(points)
        if inside.all():
            return points, False
        first = int((~inside).argmax())
        return np.vstack([points[:first], _edge(points[first - 1], points[first])]), True

    @property
    def leaves(self) -> bool:
        """Whether a line leaves the window."""
        return any(self.places(line)[1] for line in self.lines)


def parts_inside(x: np.ndarray, y: np.ndarray, x_ends: tuple, y_ends: tuple) -> list[np.ndarray]:
    """The parts of a line that lie in a window, cut at its edge, (n, 2) each: for a line that comes back."""
    low, high = np.array([x_ends, y_ends]).T
    points = (np.column_stack([x, y]) - low) / (high - low)
    inside = _is_inside(points)
    parts = []
    for part in np.split(np.arange(len(points)), np.flatnonzero(np.diff(inside)) + 1):
        if inside[part[0]]:
            first, last = part[0], part[-1]
            before = [_edge(points[first], points[first - 1])] if first else []
            after = [_edge(points[last], points[last + 1])] if last < len(points) - 1 else []
            parts.append(low + np.vstack([*before, points[part], *after]) * (high - low))
    return parts


def _is_inside(points: np.ndarray) -> np.ndarray:
    return ((points >= -ROUNDING) & (points <= 1 + ROUNDING)).all(axis=1)


def _edge(here: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Where the way from a point in the window, from 0 to 1, to one outside crosses its edge."""
    edge = np.where(there > here, 1.0, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.nanmin((edge - here) / (there - here))
    return here + part * (there - here)


def _along(values: np.ndarray, ends: tuple[float, float], log: bool) -> np.ndarray:
    if log:
        with np.errstate(divide="ignore"):
            values, ends = np.log10(values), np.log10(ends)
    return (values - ends[0]) / (ends[1] - ends[0])


def svg(sketch: Sketch, border: str) -> str:
    """The picture as text; `border` is the colour of its border."""
    size = f'x="{BORDER}" y="{BORDER}" width="{WIDTH - 2 * BORDER}" height="{HEIGHT - 2 * BORDER}"'
    marks = [f'<rect {size} rx="8" stroke="{border}" stroke-opacity="0.35" stroke-width="2"/>']
    for line in sketch.lines:
        marks += _marks(line, *sketch.places(line))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" fill="none"'
    return f'{head} stroke-linecap="round" stroke-linejoin="round">{"".join(marks)}</svg>'


def _marks(line: Line, places: np.ndarray, leaves: bool) -> list[str]:
    corner = np.array([BORDER + SIDE, BORDER])
    pixels = corner + (np.array([WIDTH, HEIGHT]) - 2 * corner) * np.column_stack([places[:, 0], 1 - places[:, 1]])
    points = [f"{x} {y}" for x, y in pixels.round().astype(int).tolist()]
    joined = [point for before, point in zip([None, *points], points, strict=False) if point != before]
    style = f'stroke="{line.color}" stroke-width="{line.width}"'
    marks = [f'<path d="M{"L".join(joined)}" {style} stroke-dasharray="{line.dash}"/>']
    if line.dots:
        each = "".join(f"M{point}h0" for point in dict.fromkeys(points[: len(points) - leaves]))
        marks.append(f'<path d="{each}" stroke="{line.dots}" stroke-width="14"/>')
    if line.is_run and leaves:
        across, up = pixels[-1] - pixels[-2]
        turn = np.degrees(np.arctan2(up, across))
        head = f'transform="translate({points[-1]}) rotate({turn:.0f})"'
        marks.append(f'<path d="M8 0L-22 -15V15Z" fill="{line.color}" {head}/>')
    elif line.is_run:
        marks.append(f'<path d="M{points[-1]}h0" stroke="{line.dots or line.color}" stroke-width="20"/>')
    return marks


def least(floor: float, along: tuple[float, float], palette: Palette) -> tuple[Line, ...]:
    """The least possible loss, where a log axis can show it."""
    if not floor > 0:
        return ()
    return (Line(np.array(along), np.full(2, floor), palette.optimum, 3, "16 10", is_run=False),)
