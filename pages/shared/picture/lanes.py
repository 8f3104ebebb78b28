"""How one lane among several looks in every chart: a colour and, for those who cannot tell colours apart, a shape and a
dash."""

import altair as alt

from pages.shared.picture.palette import Palette

LEGEND = 19  # height of a lane's line above a chart, in pixels
LANES = 6
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
DASHES = ([1, 0], [6, 3], [2, 2], [10, 3, 2, 3], [12, 4], [4, 2, 1, 2])


def color(palette: Palette, field: str = "lane:O") -> alt.Color:
    return alt.Color(field, scale=alt.Scale(domain=list(range(LANES)), range=list(palette.lanes)), legend=None)


SHAPE = alt.Shape("lane:N", scale=alt.Scale(domain=list(range(LANES)), range=list(SHAPES)), legend=None)
DASH = alt.StrokeDash("lane:O", scale=alt.Scale(domain=list(range(LANES)), range=list(DASHES)), legend=None)
