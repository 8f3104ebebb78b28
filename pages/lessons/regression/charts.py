"""The pictures of linear regression: data, loss surface, loss and parameters over the epochs.

Column names are those of the mathematics: x the features, y the target, w the slopes and b the intercept. The titles of
axes carry the names of the data; a chart is rebuilt when they change, and only then.
"""

import altair as alt

from pages.shared.picture import plane_charts
from pages.shared.picture.charts import (
    EPOCHS,
    NO_TIP,
    NOW,
    POINTER,
    ROW,
    Axis,
    Chart,
    linked,
    over_time,
    pinned,
    reads,
    rows_back,
    tip,
    words,
)
from pages.shared.picture.layers import arrow_heads, outside, straight, walk
from pages.shared.picture.numerals import POWERS, written
from pages.shared.picture.palette import Palette

HEIGHT = 290
SQUARE = 205  # width and height of a plot with equal scales: as much as a third of the page allows


def fitted_line(palette: Palette, feature: str, target: str) -> Chart:
    """The data with the current line, its residuals and the best line.

    points: x, y, residual (whether its residual is drawn). path: frame, w1, b, in the units of the data.
    view: x_low, x_high, y_low, y_high, best_w1, best_b, ghost_w1, ghost_b (the best line without the outliers).
    """
    x, y = Axis(alt.X, "x_low", "x_high", feature), Axis(alt.Y, "y_low", "y_high", target)
    points = alt.Chart(alt.NamedData("points"))
    residuals = points.transform_filter("datum.residual").transform_calculate(now=ROW.format(NOW))
    residuals = residuals.transform_calculate(predicted="datum.now.w1 * datum.x + datum.now.b")
    known = alt.Chart(alt.NamedData("view")).transform_filter("shown > 0")
    best = straight(known, x, "best_w1", "best_b")
    ghost = straight(known.transform_filter("isValid(datum.ghost_w1)"), x, "ghost_w1", "ghost_b")
    current = straight(rows_back(0, 0, "w1", "b"), x, "w1", "b")
    ends = {"x": x("left"), "x2": alt.X2("right"), "y": y("at_left"), "y2": alt.Y2("at_right")}
    drawn = y.reaches("at_left", "at_right")
    corner = {  # below the line
        "x": alt.XValue(alt.ExprRef("datum.ghost_w1 < 0 ? 4 : width - 4")),
        "y": alt.YValue(alt.ExprRef("height - 4")),
    }
    return linked(
        palette,
        reads("path"),
        residuals.transform_filter(y.reaches("predicted"))
        .mark_rule(color=palette.gradient, strokeWidth=1.5, opacity=0.7, clip=True)
        .encode(x=x("x"), y=y("y"), y2=alt.Y2("predicted"), tooltip=NO_TIP),
        points.mark_circle(color=palette.ink, size=45, opacity=0.55, clip=True).encode(
            x=x("x"), y=y("y"), tooltip=[tip("x", feature, ".6~g"), tip("y", target, ".6~g")]
        ),
        best.mark_rule(color=palette.optimum, strokeWidth=2, strokeDash=[8, 4], clip=True).encode(
            **ends, tooltip=NO_TIP
        ),
        ghost.mark_rule(color=palette.muted, strokeWidth=2, strokeDash=[2, 3], clip=True).encode(
            **ends, tooltip=NO_TIP
        ),
        *pinned(palette, x, y),
        current.transform_filter(drawn)
        .mark_rule(color=palette.iterate, strokeWidth=3, clip=True)
        .encode(**ends, tooltip=NO_TIP),
        *words(
            ghost,
            palette,
            corner | {"text": alt.TextValue("dotted: without outliers"), "tooltip": NO_TIP},
            palette.muted,
            align=alt.ExprRef("datum.ghost_w1 < 0 ? 'left' : 'right'"),
            baseline="bottom",
        ),
        *outside(current, f"!({drawn})", "'the line has left this picture'", palette, depth="0.1"),
        height=HEIGHT,
    )


def squares(palette: Palette, feature: str, target: str) -> Chart:
    """The data, a line, and the square of each residual: the loss is their mean area. Datasets as in `fitted_line`."""
    x, y = Axis(alt.X, "x_low", "x_high", feature), Axis(alt.Y, "y_low", "y_high", target)
    points = alt.Chart(alt.NamedData("points"))
    sides = points.transform_filter("datum.residual").transform_calculate(now=ROW.format(NOW))
    sides = sides.transform_calculate(predicted="datum.now.w1 * datum.x + datum.now.b").transform_calculate(
        side=f"datum.x + abs(datum.y - datum.predicted) * (height / {y.span}) * ({x.span} / width)"
    )
    line = straight(rows_back(0, 0, "w1", "b"), x, "w1", "b")
    return linked(
        palette,
        reads("path"),
        sides.mark_rect(color=palette.gradient, opacity=0.18, stroke=palette.gradient, clip=True).encode(
            x=x("x"), x2=alt.X2("side"), y=y("y"), y2=alt.Y2("predicted"), tooltip=NO_TIP
        ),
        points.mark_circle(color=palette.ink, size=45, clip=True).encode(x=x("x"), y=y("y"), tooltip=NO_TIP),
        *pinned(palette, x, y),
        line.mark_rule(color=palette.iterate, strokeWidth=3, clip=True).encode(
            x=x("left"), x2=alt.X2("right"), y=y("at_left"), y2=alt.Y2("at_right"), tooltip=NO_TIP
        ),
        height=HEIGHT,
    )


def partial(palette: Palette, feature: str, target: str, mine: int, other: int) -> Chart:
    """One of two features: the targets less what the other feature and the intercept explain, and this one's slope.

    points: x1, x2, y. path: frame, w1, w2, b. view: x1_low, x1_high, x2_low, x2_high, part_low, part_high.
    """
    x = Axis(alt.X, f"x{mine}_low", f"x{mine}_high", feature)
    y = Axis(alt.Y, "part_low", "part_high", f"{target}, the rest taken off")
    points = alt.Chart(alt.NamedData("points")).transform_calculate(now=ROW.format(NOW))
    points = points.transform_calculate(part=f"datum.y - datum.now.w{other} * datum.x{other} - datum.now.b")
    points = points.transform_filter(y.reaches("part"))
    line = straight(rows_back(0, 0, f"w{mine}").transform_calculate(nothing="0"), x, f"w{mine}", "nothing")
    line = line.transform_filter(y.reaches("at_left", "at_right"))
    return linked(
        palette,
        reads("path"),
        points.mark_circle(color=palette.ink, size=40, opacity=0.5, clip=True).encode(
            x=x(f"x{mine}"), y=y("part"), tooltip=NO_TIP
        ),
        *pinned(palette, x, y),
        line.mark_rule(color=palette.iterate, strokeWidth=3, clip=True).encode(
            x=x("left"), x2=alt.X2("right"), y=y("at_left"), y2=alt.Y2("at_right"), tooltip=NO_TIP
        ),
        height=HEIGHT,
    )


def predicted_against_actual(palette: Palette, target: str) -> Chart:
    """Two features: every prediction against its target; on the diagonal they agree.

    points: x1, x2, y. path: frame, w1, w2, b, in the units of the data. view: y_low, y_high.
    """
    x = Axis(alt.X, "y_low", "y_high", f"actual {target}")
    y = Axis(alt.Y, "y_low", "y_high", f"predicted {target}")
    points = alt.Chart(alt.NamedData("points")).transform_calculate(now=ROW.format(NOW))
    points = points.transform_calculate(predicted="datum.now.w1 * datum.x1 + datum.now.w2 * datum.x2 + datum.now.b")
    points = points.transform_filter(y.reaches("predicted"))
    diagonal = alt.Chart(alt.NamedData("view")).mark_rule(color=palette.optimum, strokeWidth=2, strokeDash=[8, 4])
    return linked(
        palette,
        reads("path"),
        *pinned(palette, x, y, line=False, dots=True),
        diagonal.encode(x=x("y_low"), x2=alt.X2("y_high"), y=y("y_low"), y2=alt.Y2("y_high"), tooltip=NO_TIP),
        points.mark_circle(color=palette.iterate, size=40, opacity=0.6, clip=True).encode(
            x=x("y"), y=y("predicted"), tooltip=[tip("y", "actual", ".6~g"), tip("predicted", "predicted", ".6~g")]
        ),
        height=HEIGHT,
    )


def surface(palette: Palette, across: str, up: str, equal: bool = False) -> Chart:
    """The loss over two parameters: the ground, the path and the gradient.

    path: frame, update, p, q, loss, gradient_p, gradient_q, next_p, next_q, taken, inside, near. Ground:
    `plane_charts`.
    """
    x, y = plane_charts.axes(across, up)
    tips = [tip("update", "epoch", "d"), tip("p", across, ".6~g"), tip("q", up, ".6~g"), tip("loss", "loss", ".6~g")]
    # A unit is as long across as up only in a square; Streamlit's own sizing would take the axes out of it.
    square = {"width": SQUARE, "height": SQUARE, "autosize": alt.AutoSizeParams(type="pad")}
    return linked(
        palette,
        *plane_charts.ground(palette, x, y),
        *pinned(palette, x, y, dots=True),
        *_gradient_arrow(palette, x, y),
        *walk(palette, x, y, ("p", "q"), ("next_p", "next_q"), tips),
        *plane_charts.names(palette, x, y),
        *outside(rows_back(0, 0, "inside"), "!datum.inside", "'outside this picture'", palette, plane_charts.FREE),
        plane_charts.click(x, y),
        parameters=POINTER,
        **(square if equal else {"height": HEIGHT}),
    )


def _gradient_arrow(palette: Palette, x: Axis, y: Axis) -> list[alt.Chart]:
    """The gradient at the ball, uphill and an eighth of the picture long; the bar has its numbers."""
    longest = f"max(abs(datum.gradient_p) / {x.span}, abs(datum.gradient_q) / {y.span}, 1e-300)"
    arrow = rows_back(0, 0, "p", "q", "gradient_p", "gradient_q", "inside").transform_filter("datum.inside")
    arrow = arrow.transform_calculate(
        to_p=f"datum.p + datum.gradient_p / {longest} / 8", to_q=f"datum.q + datum.gradient_q / {longest} / 8"
    )
    shaft = arrow.mark_rule(color=palette.gradient, strokeWidth=2.5, strokeDash=[7, 4], clip=True).encode(
        x=x("p"), y=y("q"), x2=alt.X2("to_p"), y2=alt.Y2("to_q"), tooltip=NO_TIP
    )
    return [shaft, arrow_heads(arrow, palette.gradient, x, y, ("p", "q"), ("to_p", "to_q"))]


def loss(palette: Palette, log: bool) -> Chart:
    """The loss over the epochs as dots, theory's line, and the least possible loss as a level.

    path: frame, update, loss, predicted. view: first, updates, loss_low, loss_high, floor.
    """
    y = Axis(alt.Y, "loss_low", "loss_high", "loss (mean squared error)", axis=POWERS, log=True)
    if not log:
        y = Axis(alt.Y, "zero", "loss_high", "loss (mean squared error)")
    floor = alt.Chart(alt.NamedData("view")).transform_filter(y.holds("floor"))
    room = f"height * log(datum.floor / {y.low}) / log({y.high} / {y.low})"  # below the level, where no loss is
    room = room if log else f"height * datum.floor / {y.high}"
    return over_time(
        palette,
        EPOCHS,
        y,
        "loss",
        floor.mark_rule(color=palette.optimum, strokeWidth=2, strokeDash=[8, 4]).encode(y=y("floor")),
        *words(
            floor.transform_calculate(words=f"'lowest loss ' + {written('datum.floor')}"),
            palette,
            {"x": alt.XValue(4), "y": y("floor"), "text": alt.Text("words:N"), "tooltip": NO_TIP},
            palette.optimum,
            align="left",
            baseline=alt.ExprRef(f"{room} > 22 ? 'top' : 'bottom'"),
            dy=alt.ExprRef(f"{room} > 22 ? 4 : -4"),
        ),
        height=HEIGHT,
    )


def parameter(palette: Palette, name: str) -> Chart:
    """One parameter over the epochs with its best value.

    path: frame, update, value. view: first, updates, low, high, best.
    """
    y = Axis(alt.Y, "low", "high", name)
    best = alt.Chart(alt.NamedData("view")).mark_rule(color=palette.optimum, strokeWidth=2, strokeDash=[8, 4])
    return over_time(palette, EPOCHS, y, "value", best.encode(y=y("best")), theory=False, height=HEIGHT)


def thumbnail(palette: Palette) -> Chart:
    """The data and the line after each of the first epochs, small and at rest. Datasets as in `fitted_line`."""
    x, y = Axis(alt.X, "x_low", "x_high", None, axis=None), Axis(alt.Y, "y_low", "y_high", None, axis=None)
    lines = straight(alt.Chart(alt.NamedData("path")), x, "w1", "b")
    return alt.layer(
        alt.Chart(alt.NamedData("view")).mark_point(opacity=0).encode(tooltip=NO_TIP),
        alt.Chart(alt.NamedData("points"))
        .mark_circle(color=palette.ink, size=45, opacity=0.7)
        .encode(x=x("x"), y=y("y"), tooltip=NO_TIP),
        lines.mark_rule(color=palette.iterate, strokeWidth=2, opacity=0.5, clip=True).encode(
            x=x("left"), x2=alt.X2("right"), y=y("at_left"), y2=alt.Y2("at_right"), tooltip=NO_TIP
        ),
    ).properties(height=150, view=alt.ViewConfig(stroke=None))
