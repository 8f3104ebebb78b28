"""The pictures of the quadratic; what is in their datasets stands with each."""

import altair as alt

from pages.shared.picture.charts import NO_TIP, POWERS, UPDATES, Axis, Chart, linked, over_time, pinned, rows_back, tip
from pages.shared.picture.layers import marked, outside, walk
from pages.shared.picture.palette import Palette

LEFT_THE_PICTURE = (
    "(datum.x < data('view')[0].x_low ? '← ' : '') + 'x = ' + format(datum.x, '.4~g') + ' is outside this picture'"
    " + (datum.x > data('view')[0].x_high ? ' →' : '')"
)


def curve(palette: Palette, parameter: str = "parameter x", value: str = "value f(x)") -> Chart:
    """The function with the ball on it: tangent, recent steps, a ghost of the next, start and minimum.

    path: frame, update, x, f, gradient, next_x, next_f, taken (the update out of this row was made), inside (x is in
    the window), near (an end of this row's step is). function: x, f.
    view: x_low, x_high, f_low, f_high, start_x, start_f, best_x, best_f.
    """
    x, y = Axis(alt.X, "x_low", "x_high", parameter), Axis(alt.Y, "f_low", "f_high", value)
    tips = [tip("update", "update", "d"), tip("x", "x", ".6~g"), tip("f", "f(x)", ".6~g")]
    tips.append(tip("gradient", "gradient", ".6~g"))
    now = rows_back(0, 0, "x", "f", "gradient")
    slope = now.transform_filter(x.holds("x")).transform_calculate(
        reach=f"0.12 * {x.span}",
        left="datum.x - datum.reach",
        right="datum.x + datum.reach",
        at_left="datum.f - datum.reach * datum.gradient",
        at_right="datum.f + datum.reach * datum.gradient",
    )
    function = alt.Chart(alt.NamedData("function")).mark_line(color=palette.muted, strokeWidth=2.5, clip=True)
    return linked(
        palette,
        function.encode(x=x("x"), y=y("f"), tooltip=NO_TIP),
        *pinned(palette, x, y, dots=True),
        *marked(x, y, "best_x", "best_f", "minimum", "diamond", palette.optimum, above=False),
        *marked(x, y, "start_x", "start_f", "start", "square", palette.ink, above=True),
        slope.mark_rule(color=palette.gradient, strokeWidth=2.5, strokeDash=[7, 4], clip=True).encode(
            x=x("left"), y=y("at_left"), x2=alt.X2("right"), y2=alt.Y2("at_right"), tooltip=NO_TIP
        ),
        *walk(palette, x, y, ("x", "f"), ("next_x", "next_f"), tips),
        outside(now, f"!({x.holds('x')})", LEFT_THE_PICTURE, palette),
    )


def gap(palette: Palette) -> Chart:
    """The gap to the minimum over the updates on a log axis, measured as dots and predicted as a line.

    path: frame, update, gap (NaN where it is exactly 0), predicted, zero (it is exactly 0), first_zero.
    view: first, updates, gap_low, gap_high.
    """
    x, y = UPDATES, Axis(alt.Y, "gap_low", "gap_high", "gap f(x) − f* to the minimum", axis=POWERS, log=True)
    zero = alt.Chart(alt.NamedData("path")).transform_filter("datum.zero && datum.frame <= shown")
    bottom = alt.YValue("height")
    return over_time(
        palette,
        x,
        y,
        "gap",
        zero.mark_point(
            shape="triangle-down", filled=True, size=120, color=palette.optimum, opacity=1, yOffset=-7
        ).encode(x=x("update"), y=bottom, tooltip=[tip("update", "gap is exactly 0 at update", "d")]),
        zero.transform_filter("datum.first_zero")
        .mark_text(align="center", baseline="bottom", dy=-18, fontSize=13, color=palette.ink)
        .encode(x=x("update"), y=bottom, text=alt.TextValue("exactly 0")),
        rows_back(0, 0, "update", "zero")
        .transform_filter("datum.zero")
        .mark_circle(color=palette.iterate, size=180, opacity=1, stroke=palette.ink, yOffset=-7)
        .encode(x=x("update"), y=bottom, tooltip=NO_TIP),
    )


def value(palette: Palette) -> Chart:
    """f itself over the updates, where there is no minimum to measure a gap from. Columns as in `gap`."""
    y = Axis(alt.Y, "gap_low", "gap_high", "value f(x)", axis=alt.Axis(format=",.6~g"))
    return over_time(palette, UPDATES, y, "gap", only=y.holds("gap"))


def iterates(palette: Palette) -> Chart:
    """x over the updates, with the minimum as a line.

    path: frame, update, x, next_x, taken, near, inside. view: first, updates, x_low, x_high, best_x.
    """
    x, y = UPDATES, Axis(alt.Y, "x_low", "x_high", "parameter x")
    step = alt.Chart(alt.NamedData("path")).transform_filter("datum.taken && datum.near && datum.frame < shown")
    best = alt.Chart(alt.NamedData("view")).transform_filter("isValid(datum.best_x)")
    return over_time(
        palette,
        x,
        y,
        "x",
        best.mark_rule(color=palette.optimum, strokeWidth=2, strokeDash=[8, 4]).encode(y=y("best_x")),
        best.mark_text(align="right", baseline="bottom", dx=-4, dy=-3, fontSize=13, color=palette.optimum)
        .transform_calculate(words="'minimum x* = ' + format(datum.best_x, '.4~g')")
        .encode(x=alt.XValue("width"), y=y("best_x"), text=alt.Text("words:N")),
        step.transform_calculate(then="datum.update + 1")
        .mark_rule(color=palette.step, opacity=0.5, clip=True)
        .encode(x=x("update"), x2=alt.X2("then"), y=y("x"), y2=alt.Y2("next_x"), tooltip=NO_TIP),
        only="datum.inside",
        theory=False,
    )


def thumbnail(palette: Palette) -> Chart:
    """The curve and the steps on it, small and at rest. Columns as in `curve`."""
    x, y = (
        Axis(channel, f"{name}_low", f"{name}_high", None, axis=None) for channel, name in ((alt.X, "x"), (alt.Y, "f"))
    )
    path = alt.Chart(alt.NamedData("path"))
    return alt.layer(
        alt.Chart(alt.NamedData("view")).mark_point(opacity=0),
        alt.Chart(alt.NamedData("function"))
        .mark_line(color=palette.muted, clip=True)
        .encode(x=x("x"), y=y("f"), tooltip=NO_TIP),
        path.transform_filter("datum.taken && datum.near")
        .mark_rule(color=palette.step, strokeWidth=2, clip=True)
        .encode(x=x("x"), y=y("f"), x2=alt.X2("next_x"), y2=alt.Y2("next_f"), tooltip=NO_TIP),
        path.transform_filter("datum.inside")
        .mark_circle(color=palette.iterate, size=60, opacity=1, clip=True)
        .encode(x=x("x"), y=y("f"), tooltip=NO_TIP),
    ).properties(height=150, view=alt.ViewConfig(stroke=None))
