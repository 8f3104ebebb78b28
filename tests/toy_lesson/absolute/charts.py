"""The charts of the toy lesson."""

import altair as alt

from pages.shared.picture.charts import NO_TIP, Axis, Chart, at_rest, linked, pinned, tip
from pages.shared.picture.layers import walk
from pages.shared.picture.palette import Palette

X, Y = Axis(alt.X, "x_low", "x_high", "parameter x"), Axis(alt.Y, "f_low", "f_high", "value f(x)")


def curve(palette: Palette) -> Chart:
    """The two slopes with the ball on them. path: as in `walk`. function: x, f. view: x_low, x_high, f_low, f_high."""
    tips = [tip("update", "update", "d"), tip("x", "x", ".6~g")]
    ball = walk(palette, X, Y, ("x", "f"), ("next_x", "next_f"), tips)
    return linked(palette, _slopes(palette), *pinned(palette, X, Y, dots=True), *ball)


def thumbnail(palette: Palette) -> Chart:
    """The slopes alone, small and at rest."""
    return at_rest(palette, _slopes(palette), height=150)


def _slopes(palette: Palette) -> alt.Chart:
    line = alt.Chart(alt.NamedData("function")).mark_line(color=palette.muted, clip=True)
    return line.encode(x=X("x"), y=Y("f"), tooltip=NO_TIP)
