"""How one lane among several looks in every chart: a colour and, for those who cannot tell colours apart, a dash and a
shape as well.

There are as many looks as lanes. A look is a number, in the column `look`; it belongs to what a lane is and not to its
place in the race: which one a lane would like is the lesson's to say, and `distinct` sees to it that no two are alike.
"""

from collections.abc import Sequence

import altair as alt

from pages.shared.picture.palette import Palette

LEGEND = 19  # height of a lane's line above a chart, in pixels
LANES = 6
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
DASHES = ([1, 0], [6, 3], [2, 2], [10, 3, 2, 3], [12, 4], [4, 2, 1, 2])
FREE = (3, 4, 5, 1, 2, 0)  # the order in which looks are given to lanes that have none of their own


def distinct(wished: Sequence[int | None]) -> list[int]:
    """A look for each lane: the one that it would like, for the first that would, and for the others a free one."""
    first: dict[int | None, int] = {}
    for lane, look in enumerate(wished):
        first.setdefault(look, lane)
    free = (look for look in FREE if look not in first)
    return [look if look is not None and first[look] == lane else next(free) for lane, look in enumerate(wished)]


def color(palette: Palette, field: str = "look:O") -> alt.Color:
    return alt.Color(field, scale=alt.Scale(domain=list(range(LANES)), range=list(palette.lanes)), legend=None)


SHAPE = alt.Shape("look:N", scale=alt.Scale(domain=list(range(LANES)), range=list(SHAPES)), legend=None)
DASH = alt.StrokeDash("look:O", scale=alt.Scale(domain=list(range(LANES)), range=list(DASHES)), legend=None)


def legend(palette: Palette, rows: alt.Chart, height: str, said: alt.Text) -> list[alt.Chart]:
    """Above a chart: a piece of each lane's line with its shape, and words. rows: look, and what height and said read.

    Where there is less room, the words end in dots, and the plot keeps its width.
    """
    y = alt.YValue(alt.ExprRef(height))
    line = rows.mark_rule(strokeWidth=2.5)
    sign = rows.mark_point(filled=True, size=80, opacity=1)
    room = alt.ExprRef("width + 8")
    words = rows.mark_text(align="left", baseline="middle", fontSize=13, color=palette.ink, limit=room)
    look = {"color": color(palette), "tooltip": alt.TooltipValue(None), "y": y}
    return [
        line.encode(x=alt.XValue(-44), x2=alt.X2Value(-14), strokeDash=DASH, **look),
        sign.encode(x=alt.XValue(-29), shape=SHAPE, **look),
        words.encode(x=alt.XValue(-8), y=y, text=said, tooltip=look["tooltip"]),
    ]
