"""Layers that several charts share: a descent in a plane, arrows, named points, lines, words in place of a ball."""

import altair as alt

from pages.shared.picture.charts import NO_TIP, NOW, Axis, rows_back, words
from pages.shared.picture.palette import FAINT, Palette

RECENT = 8  # how many of the last steps are drawn strong
FEW = 14  # a run of so few updates is drawn strong as a whole when it is at rest on its last row
Point = tuple[str, str]  # the columns that are drawn along x and along y
ARROW_HEAD = "M0,0L-0.45,1L0,0.75L0.45,1Z"  # its tip on the point, pointing up


def walk(palette: Palette, x: Axis, y: Axis, here: Point, there: Point, tips: list[alt.Tooltip]) -> list[alt.Chart]:
    """A descent in the plane of two columns of `path`: all of it faint, the recent steps strong, a ghost of the next.

    path needs frame, update, taken (the update out of this row was made), inside (the row lies in the picture) and near
    (an end of its step does) besides the columns of here and there.
    """
    path = alt.Chart(alt.NamedData("path"))
    steps = path.transform_filter("datum.near && datum.taken && datum.frame < shown")
    dots = path.transform_filter("datum.inside && datum.frame <= shown")
    now = rows_back(0, 0, "update", *here, *there, "taken", "inside")
    ghost = now.transform_filter(f"datum.taken && frame < shown && {x.holds(there[0])} && {y.holds(there[1])}")
    ball = now.transform_filter("datum.inside")
    from_here, to_there = {"x": x(here[0]), "y": y(here[1])}, {"x2": alt.X2(there[0]), "y2": alt.Y2(there[1])}
    return [
        steps.mark_rule(color=palette.step, clip=True).encode(
            **from_here, **to_there, opacity=alt.OpacityValue(FAINT), tooltip=NO_TIP
        ),
        dots.mark_circle(color=palette.iterate, size=45, clip=True).encode(
            **from_here, opacity=alt.OpacityValue(FAINT), tooltip=tips
        ),
        *_arrows(palette, x, y, here, there),
        ghost.mark_point(color=palette.iterate, size=200, strokeWidth=2, strokeDash=[3, 2], clip=True).encode(
            x=x(there[0]), y=y(there[1]), tooltip=NO_TIP
        ),
        ball.mark_circle(color=palette.iterate, size=220, opacity=1, stroke=palette.ink, clip=True).encode(
            **from_here, tooltip=[tip for tip in tips if tip.shorthand.split(":")[0] in ("update", *here)]
        ),
    ]


def _arrows(palette: Palette, x: Axis, y: Axis, here: Point, there: Point) -> list[alt.Chart]:
    """The next step and the recent ones, fading; at the end of a short run all of them."""
    few = f"length(data('path')) <= {FEW} + 1 && {NOW} === length(data('path')) - 1"
    rows = rows_back(0, FEW, *here, *there, "taken", "near").transform_filter(f"datum.back <= {RECENT} || {few}")
    steps = rows.transform_filter("datum.taken && datum.near && datum.row < shown").transform_calculate(
        strength=f"{few} ? 1 : datum.back === 0 ? 0.6 : 1 - 0.85 * (datum.back - 1) / {RECENT}"
    )
    opacity = alt.Opacity("strength:Q", scale=None, legend=None)
    shafts = steps.mark_rule(color=palette.step, strokeWidth=2.5, clip=True).encode(
        x=x(here[0]),
        y=y(here[1]),
        x2=alt.X2(there[0]),
        y2=alt.Y2(there[1]),
        opacity=opacity,
        tooltip=NO_TIP,
    )
    return [shafts, arrow_heads(steps, palette.step, x, y, here, there).encode(opacity=opacity)]


def arrow_heads(rows: alt.Chart, color: str, x: Axis, y: Axis, here: Point, there: Point) -> alt.Chart:
    """Heads at the far ends, none on short steps. They are turned in pixels: `width` and `height` follow the layout."""
    turned = rows.transform_calculate(
        across=f"(datum.{there[0]} - datum.{here[0]}) * width / {x.span}",
        up=f"(datum.{there[1]} - datum.{here[1]}) * height / {y.span}",
        angle="atan2(datum.across, datum.up) * 180 / PI",
    ).transform_filter("hypot(datum.across, datum.up) > 9")
    return turned.mark_point(shape=ARROW_HEAD, filled=True, size=600, color=color, clip=True).encode(
        x=x(there[0]), y=y(there[1]), angle=alt.Angle("angle:Q", scale=None), tooltip=NO_TIP
    )


def marked(x: Axis, y: Axis, point: Point, shape: str, color: str) -> alt.Chart:
    """A point of `view`, if it is in the picture; `named` says what it is."""
    place = {"x": x(point[0]), "y": y(point[1]), "tooltip": NO_TIP}
    return _in_view(x, y, point).mark_point(shape=shape, filled=True, size=130, opacity=1, color=color).encode(**place)


def named(
    palette: Palette, x: Axis, y: Axis, point: Point, other: Point, word: str, color: str, beside: bool = False
) -> list[alt.Chart]:
    """The word at a point of `view`, on the side that is away from the other point: above or below it, or beside it.

    Where there is no room on that side, on another one; a word that belongs beside a steep curve then ends there.
    """
    rows = _in_view(x, y, point).transform_calculate(
        right=f"!(datum.{point[0]} < datum.{other[0]})",
        up=f"!(datum.{point[1]} < datum.{other[1]})",
        across=f"(datum.{point[0]} - {x.low}) / {x.span} * width",
        down=f"({y.high} - datum.{point[1]}) / {y.span} * height",
    )
    rows = rows.transform_calculate(
        sideways=f"(datum.right ? width - datum.across : datum.across) > {14 + 6.5 * len(word)}",
        upright="datum.up ? datum.down > 30 : height - datum.down > 28",
    )
    rows = rows.transform_calculate(
        beside="datum.sideways" if beside else "datum.sideways && !datum.upright",
        above="datum.upright ? datum.up : !datum.up",
    )
    align, dx = ("datum.right ? 'right' : 'left'", "datum.right ? -3 : 3") if beside else ("'center'", "0")
    side = {
        "align": alt.ExprRef(f"datum.beside ? datum.right ? 'left' : 'right' : {align}"),
        "baseline": alt.ExprRef("datum.beside ? 'middle' : datum.above ? 'bottom' : 'top'"),
        "dx": alt.ExprRef(f"datum.beside ? datum.right ? 13 : -13 : {dx}"),
        "dy": alt.ExprRef("datum.beside ? 0 : datum.above ? -18 : 20"),
    }
    place = {"x": x(point[0]), "y": y(point[1]), "text": alt.TextValue(word), "tooltip": NO_TIP}
    return words(rows, palette, place, color, **side)


def _in_view(x: Axis, y: Axis, point: Point) -> alt.Chart:
    inside = f"isValid(datum.{point[0]}) && {x.holds(point[0])} && {y.holds(point[1])}"
    return alt.Chart(alt.NamedData("view")).transform_filter(inside)


def clickable(x: Axis, y: Axis, name: str, **pointed: str) -> alt.Chart:
    """A click anywhere selects what it points to: a transparent rectangle whose datum follows the pointer.

    pointed: the fields of the selection, each with its parameter in POINTER, which the chart needs.
    """
    selection = alt.selection_point(name=name, on="click", fields=[*pointed], empty=False, toggle=False)
    return (
        alt.Chart(alt.NamedData("view"))
        .mark_rect(opacity=0, cursor="crosshair")
        .transform_calculate(**pointed)
        .encode(x=x(x.first), x2=alt.X2(x.last), y=y(y.first), y2=alt.Y2(y.last), tooltip=NO_TIP)
        .add_params(selection)
    )


def straight(rows: alt.Chart, x: Axis, slope: str, intercept: str) -> alt.Chart:
    """A straight line from one edge of the picture to the other."""
    return rows.transform_calculate(
        left=x.low,
        right=x.high,
        at_left=f"datum.{slope} * {x.low} + datum.{intercept}",
        at_right=f"datum.{slope} * {x.high} + datum.{intercept}",
    )


def outside(now: alt.Chart, condition: str, said: str, palette: Palette, depth: str = "0.5") -> list[alt.Chart]:
    """Words, a Vega expression, in place of a ball that has left the picture; depth 0 is its top, 1 its bottom."""
    place = {
        "x": alt.XValue(alt.ExprRef("width / 2")),
        "y": alt.YValue(alt.ExprRef(f"height * ({depth})")),
        "text": alt.Text("words:N"),
        "tooltip": NO_TIP,
    }
    gone = now.transform_filter(condition).transform_calculate(words=said)
    return words(gone, palette, place, palette.iterate, fontSize=15, fontWeight="bold", baseline="middle")
