"""The pictures of the quadratic; what is in their datasets stands with each."""

import altair as alt

from pages.shared.picture.charts import (
    NO_TIP,
    UPDATES,
    Axis,
    Chart,
    linked,
    over_time,
    pinned,
    rows_back,
    tip,
    words,
)
from pages.shared.picture.layers import Point, marked, named, outside, walk
from pages.shared.picture.numerals import POWERS, written
from pages.shared.picture.palette import Palette

LEFT_THE_PICTURE = (
    f"(datum.x < data('view')[0].x_low ? '← ' : '') + 'x = ' + {written('datum.x')} + ' is outside this picture'"
    " + (datum.x > data('view')[0].x_high ? ' →' : '')"
)

BEST: Point = ("best_x", "best_f")
START: Point = ("start_x", "start_f")


def curve(palette: Palette, parameter: str = "parameter x", value: str = "value f(x)") -> Chart:
    """The function with the ball on it: tangent, recent steps, a ghost of the next, start and minimum.

    path: frame, update, x, f, gradient, next_x, next_f, taken (the update out of this row was made), inside (x is in
    the window), near (an end of this row's step is). function: x, f.
    view: x_low, x_high, f_low, f_high, start_x, start_f, best_x, best_f, end_x, end_f, and to_go (how far
    the end is from the minimum, where that is worth an arrow).
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
        marked(x, y, BEST, "diamond", palette.optimum),
        marked(x, y, START, "square", palette.ink),
        slope.mark_rule(color=palette.gradient, strokeWidth=2.5, strokeDash=[7, 4], clip=True).encode(
            x=x("left"), y=y("at_left"), x2=alt.X2("right"), y2=alt.Y2("at_right"), tooltip=NO_TIP
        ),
        *walk(palette, x, y, ("x", "f"), ("next_x", "next_f"), tips),
        *named(palette, x, y, BEST, START, "minimum", palette.optimum),
        *named(palette, x, y, START, BEST, "start", palette.ink, beside=True),
        *_to_go(palette, x, y),
        *outside(now, f"!({x.holds('x')})", LEFT_THE_PICTURE, palette),
    )


def _to_go(palette: Palette, x: Axis, y: Axis) -> list[alt.Chart]:
    """How far the end of the run is from the minimum, as a double arrow, when the ball stands there.

    It is drawn above the ball; high up, where the start is, below it.
    """
    end = alt.Chart(alt.NamedData("view")).transform_filter("isValid(datum.to_go) && frame >= length(data('path')) - 1")
    end = end.transform_calculate(
        words=f"{written('datum.to_go', 2)} + ' to go'",
        middle="(datum.end_x + datum.best_x) / 2",
        left="min(datum.end_x, datum.best_x)",
        right="max(datum.end_x, datum.best_x)",
    )
    end = end.transform_calculate(down=f"({y.high} - datum.end_f) / {y.span} * height")
    height = alt.YValue(alt.ExprRef("datum.down + (datum.down > height / 2 ? -26 : 42)"))
    heads = end.transform_fold(["left", "right"], as_=["side", "at"])
    return [
        end.mark_rule(color=palette.ink, strokeWidth=1.5).encode(
            x=x("left"), x2=alt.X2("right"), y=height, tooltip=NO_TIP
        ),
        heads.mark_text(
            text=alt.ExprRef("datum.side === 'left' ? '◂' : '▸'"),
            align=alt.ExprRef("datum.side"),
            baseline="middle",
            fontSize=16,
            color=palette.ink,
        ).encode(x=x("at"), y=height, tooltip=NO_TIP),
        *words(
            end,
            palette,
            {"x": x("middle"), "y": height, "text": alt.Text("words:N"), "tooltip": NO_TIP},
            palette.ink,
            dy=-8,
            baseline="bottom",
            fontWeight="bold",
        ),
    ]


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
        *words(
            zero.transform_filter("datum.first_zero"),
            palette,
            {"x": x("update"), "y": bottom, "text": alt.TextValue("exactly 0"), "tooltip": NO_TIP},
            palette.ink,
            dy=-18,
            baseline="bottom",
        ),
        rows_back(0, 0, "update", "zero")
        .transform_filter("datum.zero")
        .mark_circle(color=palette.iterate, size=180, opacity=1, stroke=palette.ink, yOffset=-7)
        .encode(x=x("update"), y=bottom, tooltip=NO_TIP),
    )


def value(palette: Palette) -> Chart:
    """f itself over the updates, where there is no minimum to measure a gap from. Columns as in `gap`."""
    y = Axis(alt.Y, "gap_low", "gap_high", "value f(x)")
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
        step.transform_calculate(then="datum.update + 1")
        .mark_rule(color=palette.step, opacity=0.5, clip=True)
        .encode(x=x("update"), x2=alt.X2("then"), y=y("x"), y2=alt.Y2("next_x"), tooltip=NO_TIP),
        *words(
            best.transform_calculate(words=f"'minimum x* = ' + {written('datum.best_x')}"),
            palette,
            {"x": alt.XValue("width"), "y": y("best_x"), "text": alt.Text("words:N"), "tooltip": NO_TIP},
            palette.optimum,
            align="right",
            baseline="bottom",
            dx=-4,
            dy=-10,
        ),
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
