"""What lies under a path in the plane of two parameters, and how the plane is clicked.

isolines: level, order, p, q. view: url of the shading, p_low, p_high, q_low, q_high, best_p, best_q, start_p, start_q.
"""

import altair as alt

from pages.shared.picture.charts import NO_TIP, Axis
from pages.shared.picture.layers import Point, clickable, marked, named
from pages.shared.picture.palette import Palette

BEST: Point = ("best_p", "best_q")
START: Point = ("start_p", "start_q")
FREE = "data('view')[0].start_q > (data('view')[0].q_low + data('view')[0].q_high) / 2 ? 0.9 : 0.1"  # off the start


def axes(across: str, up: str) -> tuple[Axis, Axis]:
    return Axis(alt.X, "p_low", "p_high", across), Axis(alt.Y, "q_low", "q_high", up)


def ground(palette: Palette, x: Axis, y: Axis) -> list[alt.Chart]:
    """Shading, isolines, and the signs of the optimum and the start."""
    image = alt.Chart(alt.NamedData("view")).mark_image(aspect=False)
    isolines = alt.Chart(alt.NamedData("isolines")).mark_line(
        color=palette.ink, strokeWidth=0.8, opacity=0.35, clip=True
    )
    return [
        image.encode(
            x=x("p_low"), x2=alt.X2("p_high"), y=y("q_low"), y2=alt.Y2("q_high"), url=alt.Url("url:N"), tooltip=NO_TIP
        ),
        isolines.encode(x=x("p"), y=y("q"), detail=alt.Detail("level:N"), order=alt.Order("order:Q"), tooltip=NO_TIP),
        marked(x, y, BEST, "diamond", palette.optimum),
        marked(x, y, START, "square", palette.ink),
    ]


def names(palette: Palette, x: Axis, y: Axis) -> list[alt.Chart]:
    """The words at the optimum and the start; draw them above the path."""
    return [
        *named(palette, x, y, BEST, START, "optimum", palette.optimum),
        *named(palette, x, y, START, BEST, "start", palette.ink),
    ]


def click(x: Axis, y: Axis) -> alt.Chart:
    """A click anywhere selects that very point as the start."""
    return clickable(x, y, "start", p="pointer_x", q="pointer_y")
