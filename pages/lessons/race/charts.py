"""The pictures of the race: the plane with every lane's path, the loss over the clock, the data with every lane's line.

Rows of `path` are lane after lane, each with as many rows as the timeline has frames (`view`: frames). Every lane has a
colour and, for those who cannot tell colours apart, a shape and a dash.
"""

import altair as alt

from pages.shared.picture import plane_charts
from pages.shared.picture.charts import NO_TIP, POINTER, POWER, Axis, Chart, linked, pinned, reads, tip
from pages.shared.picture.lanes import DASH, LANES, LEGEND, SHAPE, color
from pages.shared.picture.layers import arrow_heads, marked, straight
from pages.shared.picture.palette import Palette

HEIGHT = 290

FRAMES = "data('view')[0].frames"
NOW = f"min(frame, {FRAMES} - 1)"


def heads(*columns: str) -> alt.Chart:
    """The rows of `path` at which the lanes stand, looked up frame by frame."""
    rows = alt.Chart(alt.sequence(0, LANES, as_="lane"))
    rows = rows.transform_calculate(found=f"data('path')[datum.lane * {FRAMES} + {NOW}]")
    rows = rows.transform_filter("isValid(datum.found)")
    return rows.transform_calculate(**{column: f"datum.found.{column}" for column in columns})


def surface(palette: Palette, across: str, up: str, parameters: int, cloud: bool, drifts: bool) -> Chart:
    """Every lane in the plane of two parameters; optionally the gradients of batches that it could draw.

    path: update, p, q, inside, and r if there is a third parameter. steps: lane, frame, update, p, q, next_p, next_q.
    cloud: lane, full, and the coefficients of the gradient. view: frames, before_p, before_q. `plane_charts`: the rest.
    """
    x, y = plane_charts.axes(across, up)
    here, there = {"x": x("p"), "y": y("q")}, {"x2": alt.X2("next_p"), "y2": alt.Y2("next_q")}
    tips = [tip("update", "update", ",d"), tip("p", across, ".6~g"), tip("q", up, ".6~g")]
    steps = alt.Chart(alt.NamedData("steps")).transform_filter("datum.frame <= shown")
    now = heads("update", "p", "q", "inside").transform_filter("datum.inside")
    before = marked(x, y, "before_p", "before_q", "before", "diamond", palette.muted, above=False)
    return linked(
        palette,
        *plane_charts.ground(palette, x, y),
        *(before if drifts else []),
        reads("path"),
        *pinned(palette, x, y, color(palette)),
        steps.mark_rule(clip=True, strokeWidth=1.2).encode(
            **here, **there, color=color(palette), opacity=alt.OpacityValue(0.5), tooltip=NO_TIP
        ),
        steps.mark_point(filled=True, clip=True, size=26).encode(
            **here, color=color(palette), shape=SHAPE, opacity=alt.OpacityValue(0.55), tooltip=tips
        ),
        *(_cloud(palette, x, y, parameters) if cloud else []),
        now.mark_point(filled=True, size=230, opacity=1, stroke=palette.ink, clip=True).encode(
            **here, color=color(palette), shape=SHAPE, tooltip=tips
        ),
        *_outside(palette),
        plane_charts.click(x, y),
        parameters=POINTER,
        height=HEIGHT,
    )


def _outside(palette: Palette) -> list[alt.Chart]:
    """The sign of every lane that has left the picture, with a word, at its top."""
    gone = heads("inside").transform_filter("!datum.inside").transform_calculate(words="'outside this picture'")
    height = alt.YValue(alt.ExprRef("12 + 18 * datum.lane"))
    return [
        gone.mark_point(filled=True, size=110, opacity=1).encode(
            x=alt.XValue(alt.ExprRef("width - 140")),
            y=height,
            color=color(palette),
            shape=SHAPE,
            tooltip=NO_TIP,
        ),
        gone.mark_text(align="left", baseline="middle", fontSize=13, color=palette.ink).encode(
            x=alt.XValue(alt.ExprRef("width - 128")), y=height, text=alt.Text("words:N"), tooltip=NO_TIP
        ),
    ]


def _cloud(palette: Palette, x: Axis, y: Axis, parameters: int) -> list[alt.Chart]:
    """Arrows from every head against the gradient, all on one scale: the longest is a quarter of the picture."""

    def gradient(side: str) -> str:
        terms = [f"datum.{side}_{letter} * datum.found.{letter}" for letter in "pqr"[:parameters]]
        return " + ".join([*terms, f"datum.{side}_constant"])

    rows = alt.Chart(alt.NamedData("cloud")).transform_calculate(found=f"data('path')[datum.lane * {FRAMES} + {NOW}]")
    rows = rows.transform_filter("isValid(datum.found) && datum.found.inside")
    rows = rows.transform_calculate(p="datum.found.p", q="datum.found.q", down_p=f"-({gradient('p')})")
    rows = rows.transform_calculate(down_q=f"-({gradient('q')})")
    rows = rows.transform_calculate(length=f"max(abs(datum.down_p) / {x.span}, abs(datum.down_q) / {y.span})")
    rows = rows.transform_joinaggregate(longest="max(length)")
    rows = rows.transform_calculate(scale="0.25 / max(datum.longest, 1e-300)")
    rows = rows.transform_calculate(
        to_p="datum.p + datum.down_p * datum.scale", to_q="datum.q + datum.down_q * datum.scale"
    )
    ends = {"x": x("p"), "y": y("q"), "x2": alt.X2("to_p"), "y2": alt.Y2("to_q"), "tooltip": NO_TIP}
    batches, full = rows.transform_filter("!datum.full"), rows.transform_filter("datum.full")
    return [
        batches.mark_rule(clip=True, strokeWidth=1.5, opacity=0.8).encode(**ends, color=color(palette)),
        full.mark_rule(clip=True, strokeWidth=3, color=palette.ink).encode(**ends),
        arrow_heads(full, palette.ink, x, y, ("p", "q"), ("to_p", "to_q")),
    ]


SHORT = "{0} >= 1e-3 && {0} < 1e4 ? format({0}, '.4r') : format({0}, '.2e')"  # 31, 1.99, 3.10e+7


def loss(palette: Palette, clock: str, multiples: bool, log: bool, lanes: int, many: bool) -> Chart:
    """The loss of every run over the clock, and above it one line for each lane with its numbers at this moment.

    Heights are multiples of the least loss or, where that is 0, losses.
    curves: lane, run, time, height, frame. lanes: lane, name, ends. epochs: time, words.
    path: update, time, height, over, loss.
    view: first, last, height_low, height_high, goal, goal_words, floor, start, frames.
    """
    y_title = "loss ÷ least loss" if multiples else "loss (mean squared error)"
    x = Axis(alt.X, "first", "last", clock, alt.Axis(format="~s", tickCount=6, grid=False), log=log)
    y = Axis(alt.Y, "height_low", "height_high", y_title, alt.Axis(labelExpr=FEW, tickCount=8), log=True)
    curves = alt.Chart(alt.NamedData("curves")).transform_filter("datum.frame <= shown && isValid(datum.height)")
    place = {"x": x("time"), "y": y("height"), "tooltip": NO_TIP}
    each = {"detail": [alt.Detail("lane:O"), alt.Detail("run:O")], "color": color(palette)}
    marked_runs = curves.transform_filter("datum.run === 0")
    others = curves.transform_filter("datum.run > 0").mark_line(clip=True, strokeWidth=0.8, opacity=0.3)
    now = heads("time", "height", "update").transform_filter(y.holds("height"))
    return linked(
        palette,
        reads("path"),
        reads("lanes"),
        *_marks(palette, x, y, multiples),
        *pinned(palette, x, y, color(palette)),
        *([others.encode(**place, **each)] if many else []),
        marked_runs.mark_line(clip=True, strokeWidth=2, opacity=0.85).encode(**place, **each, strokeDash=DASH),
        now.mark_point(filled=True, size=200, opacity=1, stroke=palette.ink).encode(
            x=x("time"), y=y("height"), color=color(palette), shape=SHAPE, tooltip=NO_TIP
        ),
        *_legend(palette, lanes, multiples),
        height=HEIGHT + LEGEND * max(0, lanes - 3),
    )


# Of a log axis: 1, 2 and 5 of every decade, but only whole powers of ten where it spans many.
LEADING = "pow(10, log(datum.value) / LN10 - floor(log(datum.value) / LN10 + 1e-9))"
ONE_TWO_FIVE = f"indexof([1, 2, 5], round({LEADING} * 1e6) / 1e6) >= 0 ? format(datum.value, '~g') : ''"
FEW = f"data('view')[0].height_high / data('view')[0].height_low > 300 ? ({POWER}) : ({ONE_TWO_FIVE})"


def _marks(palette: Palette, x: Axis, y: Axis, multiples: bool) -> list[alt.Chart]:
    """Epochs on the clock; the goal and the least loss as levels."""
    epochs = alt.Chart(alt.NamedData("epochs"))
    view = alt.Chart(alt.NamedData("view"))
    levels = []
    for column, words, hue, side in (
        ("goal", "datum.goal_words", palette.muted, "bottom" if multiples else "top"),  # off the line of the start
        ("floor", "'least loss'", palette.optimum, "top"),
    ):
        level = view.transform_filter(y.holds(column)).transform_calculate(words=words)
        levels += [
            level.mark_rule(color=hue, strokeWidth=1.5, strokeDash=[8, 4]).encode(y=y(column), tooltip=NO_TIP),
            level.mark_text(
                align="left", baseline=side, dx=4, dy=3 if side == "top" else -3, fontSize=13, color=hue
            ).encode(x=alt.XValue(0), y=y(column), text=alt.Text("words:N"), tooltip=NO_TIP),
        ]
    return [
        epochs.mark_rule(color=palette.muted, strokeWidth=1, opacity=0.6).encode(x=x("time"), tooltip=NO_TIP),
        epochs.mark_text(align="right", baseline="top", dx=-4, dy=4, fontSize=13, color=palette.muted).encode(
            x=x("time"), y=alt.YValue(0), text=alt.Text("words:N"), tooltip=NO_TIP
        ),
        *levels,
    ]


def _legend(palette: Palette, lanes: int, multiples: bool) -> list[alt.Chart]:
    """Above the chart: each lane's sign, its name, and where it is now."""
    rows = heads("update", "loss", "height", "over").transform_calculate(lane_row="data('lanes')[datum.lane]")
    loss = f"isValid(datum.loss) ? datum.loss === 0 ? '0' : {SHORT.format('datum.loss')} : 'beyond the numbers'"
    multiple = f"isValid(datum.height) ? ' (' + ({SHORT.format('datum.height')}) + ' × the least)' : ''"
    loss = f"({loss}) + ({multiple})" if multiples else f"({loss})"
    rows = rows.transform_calculate(
        words=f"datum.lane_row.name + ' · loss ' + {loss}"
        " + ' · update ' + format(datum.update, ',d')"
        " + (datum.over ? ' · above the picture' : datum.update === datum.lane_row.ends ? ' · ended' : '')"
    )
    height = alt.YValue(alt.ExprRef(f"({LEGEND} * (datum.lane - {lanes})) - 2"))
    room = alt.ExprRef("width + 26")  # where there is less, the words end in dots, and the plot keeps its width
    return [
        rows.mark_point(filled=True, size=110, opacity=1).encode(
            x=alt.XValue(-38), y=height, color=color(palette), shape=SHAPE, tooltip=NO_TIP
        ),
        rows.mark_text(align="left", baseline="middle", fontSize=14, color=palette.ink, limit=room).encode(
            x=alt.XValue(-26), y=height, text=alt.Text("words:N"), tooltip=NO_TIP
        ),
    ]


def lines(palette: Palette, feature: str, target: str) -> Chart:
    """The data and each lane's line.

    points: x, y. path: w1, b, in the units of the data. view: frames, x_low, x_high, y_low, y_high, best_w1, best_b.
    """
    x, y = Axis(alt.X, "x_low", "x_high", feature), Axis(alt.Y, "y_low", "y_high", target)
    ends = {"x": x("left"), "x2": alt.X2("right"), "y": y("at_left"), "y2": alt.Y2("at_right"), "tooltip": NO_TIP}
    points = alt.Chart(alt.NamedData("points")).mark_circle(color=palette.ink, size=40, opacity=0.45, clip=True)
    best = straight(alt.Chart(alt.NamedData("view")), x, "best_w1", "best_b")
    return linked(
        palette,
        reads("path"),
        points.encode(x=x("x"), y=y("y"), tooltip=NO_TIP),
        best.mark_rule(color=palette.optimum, strokeWidth=2, strokeDash=[8, 4], clip=True).encode(**ends),
        *pinned(palette, x, y, color(palette)),
        straight(heads("w1", "b"), x, "w1", "b")
        .transform_filter(y.reaches("at_left", "at_right"))
        .mark_rule(strokeWidth=3, clip=True)
        .encode(**ends, color=color(palette), strokeDash=DASH),
        height=HEIGHT,
    )


def thumbnail(palette: Palette) -> Chart:
    """The paths of the lanes in the plane, small and at rest. Datasets as in `surface`."""
    x, y = Axis(alt.X, "p_low", "p_high", None, axis=None), Axis(alt.Y, "q_low", "q_high", None, axis=None)
    steps = alt.Chart(alt.NamedData("steps"))
    isolines = alt.Chart(alt.NamedData("isolines")).mark_line(
        color=palette.ink, strokeWidth=0.8, opacity=0.3, clip=True
    )
    return alt.layer(
        alt.Chart(alt.NamedData("view")).mark_point(opacity=0).encode(tooltip=NO_TIP),
        isolines.encode(x=x("p"), y=y("q"), detail=alt.Detail("level:N"), order=alt.Order("order:Q"), tooltip=NO_TIP),
        steps.mark_rule(strokeWidth=1.5, clip=True).encode(
            x=x("p"), y=y("q"), x2=alt.X2("next_p"), y2=alt.Y2("next_q"), color=color(palette), tooltip=NO_TIP
        ),
    ).properties(height=150, view=alt.ViewConfig(stroke=None))
