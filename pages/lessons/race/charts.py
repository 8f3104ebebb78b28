"""The pictures of the race: the plane with every lane's path, the loss over the clock, the data with every lane's line.

Rows of `path` are lane after lane, each with as many rows as the timeline has frames (`view`: frames). Every lane has a
look, in the dataset `lanes` (lane, look); where rows are drawn as they come, they have it themselves.
"""

import altair as alt

from pages.shared.picture import plane_charts
from pages.shared.picture.charts import NO_TIP, POINTER, Axis, Chart, linked, pinned, reads, tip, words
from pages.shared.picture.lanes import DASH, LANES, LEGEND, SHAPE, color, legend
from pages.shared.picture.layers import Point, arrow_heads, marked, named, straight
from pages.shared.picture.numerals import ONE_TWO_FIVE, POWER, written
from pages.shared.picture.palette import Palette

HEIGHT = 290

FRAMES = "data('view')[0].frames"
NOW = f"min(frame, {FRAMES} - 1)"
LOOK = "data('lanes')[datum.lane].look"
BEFORE: Point = ("before_p", "before_q")


def heads(*columns: str) -> alt.Chart:
    """The rows of `path` at which the lanes stand, looked up frame by frame."""
    rows = alt.Chart(alt.sequence(0, LANES, as_="lane"))
    rows = rows.transform_calculate(found=f"data('path')[datum.lane * {FRAMES} + {NOW}]")
    rows = rows.transform_filter("isValid(datum.found)").transform_calculate(look=LOOK)
    return rows.transform_calculate(**{column: f"datum.found.{column}" for column in columns})


def surface(palette: Palette, across: str, up: str, parameters: int, cloud: bool, drifts: bool) -> Chart:
    """Every lane in the plane of two parameters; optionally the gradients of batches that it could draw.

    path: update, p, q, inside, and r if there is a third parameter. steps: look, frame, update, p, q, next_p, next_q.
    cloud: lane, full, and the coefficients of the gradient. view: frames, before_p, before_q. `plane_charts`: the rest.
    """
    x, y = plane_charts.axes(across, up)
    here, there = {"x": x("p"), "y": y("q")}, {"x2": alt.X2("next_p"), "y2": alt.Y2("next_q")}
    tips = [tip("update", "update", ",d"), tip("p", across, ".6~g"), tip("q", up, ".6~g")]
    steps = alt.Chart(alt.NamedData("steps")).transform_filter("datum.frame <= shown")
    now = heads("update", "p", "q", "inside").transform_filter("datum.inside")
    trail = steps.mark_rule(clip=True, strokeWidth=3, color=palette.paper)  # an outline: some lanes are light
    return linked(
        palette,
        *plane_charts.ground(palette, x, y),
        *([marked(x, y, BEFORE, "diamond", palette.muted)] if drifts else []),
        reads("path"),
        reads("lanes"),
        *pinned(palette, x, y, color(palette)),
        trail.encode(**here, **there, opacity=alt.OpacityValue(0.8), tooltip=NO_TIP),
        steps.mark_rule(clip=True, strokeWidth=1.4).encode(
            **here, **there, color=color(palette), opacity=alt.OpacityValue(0.8), tooltip=NO_TIP
        ),
        steps.mark_point(filled=True, clip=True, size=26).encode(
            **here, color=color(palette), shape=SHAPE, opacity=alt.OpacityValue(0.8), tooltip=tips
        ),
        *(_cloud(palette, x, y, parameters) if cloud else []),
        now.mark_point(filled=True, size=230, opacity=1, stroke=palette.ink, clip=True).encode(
            **here, color=color(palette), shape=SHAPE, tooltip=tips
        ),
        *plane_charts.names(palette, x, y),
        *(named(palette, x, y, BEFORE, plane_charts.BEST, "before", palette.muted) if drifts else []),
        *_outside(palette),
        plane_charts.click(x, y),
        parameters=POINTER,
        height=HEIGHT,
    )


def _outside(palette: Palette) -> list[alt.Chart]:
    """The sign of every lane that has left the picture, with a word, at its top, or where the start is not."""
    gone = heads("inside").transform_filter("!datum.inside")
    height = alt.YValue(
        alt.ExprRef(f"({plane_charts.FREE}) < 0.5 ? 12 + 18 * datum.lane : height - 12 - 18 * datum.lane")
    )
    place = {"x": alt.XValue(alt.ExprRef("width - 128")), "y": height, "text": alt.TextValue("outside this picture")}
    return [
        gone.mark_point(filled=True, size=110, opacity=1).encode(
            x=alt.XValue(alt.ExprRef("width - 140")),
            y=height,
            color=color(palette),
            shape=SHAPE,
            tooltip=NO_TIP,
        ),
        *words(gone, palette, place | {"tooltip": NO_TIP}, palette.ink, align="left", baseline="middle"),
    ]


def _cloud(palette: Palette, x: Axis, y: Axis, parameters: int) -> list[alt.Chart]:
    """Arrows from every head against the gradient, all on one scale: the longest is a quarter of the picture."""

    def gradient(side: str) -> str:
        terms = [f"datum.{side}_{letter} * datum.found.{letter}" for letter in "pqr"[:parameters]]
        return " + ".join([*terms, f"datum.{side}_constant"])

    rows = alt.Chart(alt.NamedData("cloud")).transform_calculate(found=f"data('path')[datum.lane * {FRAMES} + {NOW}]")
    rows = rows.transform_filter("isValid(datum.found) && datum.found.inside").transform_calculate(look=LOOK)
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


def loss(palette: Palette, clock: str, multiples: bool, log: bool, lanes: int, many: bool, noisy: bool) -> Chart:
    """The loss of every run over the clock, and above it one line for each lane with its numbers at this moment.

    Heights are multiples of the least loss or, where that is 0, losses. A lane that draws batches is a thin line, for
    its noise would hide a dash, and its running mean a thick one.
    curves: lane, look, run, time, height, frame, noisy. means: look, time, height, frame. epochs: time, words.
    lanes: lane, look, name, ends. path: update, time, height, over, loss.
    view: first, last, height_low, height_high, goal, goal_words, goal_right (they have more room there), floor, frames.
    """
    y_title = "loss ÷ lowest loss" if multiples else "mean squared error"
    clock += " (thick over thin: running mean)" if noisy else ""
    x = Axis(alt.X, "first", "last", clock, alt.Axis(format=",~r", tickCount=6, grid=False), log=log)
    y = Axis(alt.Y, "height_low", "height_high", y_title, alt.Axis(labelExpr=FEW, tickCount=8), log=True)
    curves, means = (
        alt.Chart(alt.NamedData(name)).transform_filter("datum.frame <= shown && isValid(datum.height)")
        for name in ("curves", "means")
    )
    place = {"x": x("time"), "y": y("height"), "tooltip": NO_TIP}
    each = {"detail": [alt.Detail("look:O"), alt.Detail("run:O")], "color": color(palette)}
    marked_runs = curves.transform_filter("datum.run === 0")
    others = curves.transform_filter("datum.run > 0").mark_line(clip=True, strokeWidth=0.8, opacity=0.3)
    thin = marked_runs.transform_filter("datum.noisy").mark_line(clip=True, strokeWidth=1, opacity=0.5)
    smooth = marked_runs.transform_filter("!datum.noisy").mark_line(clip=True, strokeWidth=2.5)
    below, thick = (means.mark_line(clip=True, strokeWidth=width) for width in (5, 2.5))
    now = heads("time", "height", "update").transform_filter(y.holds("height"))
    levels, level_words = _levels(palette, y, multiples)
    return linked(
        palette,
        reads("path"),
        reads("lanes"),
        *_epochs(palette, x),
        *levels,
        *pinned(palette, x, y, color(palette)),
        *([others.encode(**place, **each)] if many else []),
        thin.encode(**place, **each),
        below.encode(**place, detail=alt.Detail("look:O"), color=alt.ColorValue(palette.paper)),
        thick.encode(**place, color=color(palette), strokeDash=DASH),
        smooth.encode(**place, **each, strokeDash=DASH),
        *level_words,
        now.mark_point(filled=True, size=200, opacity=1, stroke=palette.ink).encode(
            x=x("time"), y=y("height"), color=color(palette), shape=SHAPE, tooltip=NO_TIP
        ),
        *_legend(palette, lanes, multiples),
        height=HEIGHT + LEGEND * max(0, lanes - 3),
    )


# Of a log axis: 1, 2 and 5 of every decade, but only whole powers of ten where it spans many.
FEW = f"data('view')[0].height_high / data('view')[0].height_low > 300 ? ({POWER}) : ({ONE_TWO_FIVE})"


def _epochs(palette: Palette, x: Axis) -> list[alt.Chart]:
    """Epochs on the clock, named above the picture, where no line is."""
    epochs = alt.Chart(alt.NamedData("epochs"))
    return [
        epochs.mark_rule(color=palette.muted, strokeWidth=1).encode(x=x("time"), tooltip=NO_TIP),
        epochs.mark_text(align="right", baseline="bottom", dx=4, dy=-3, fontSize=13, color=palette.muted).encode(
            x=x("time"), y=alt.YValue(0), text=alt.Text("words:N"), tooltip=NO_TIP
        ),
    ]


def _levels(palette: Palette, y: Axis, multiples: bool) -> tuple[list[alt.Chart], list[alt.Chart]]:
    """The goal and the least loss as levels; and their words, to be drawn above all."""
    view = alt.Chart(alt.NamedData("view"))
    rules, texts = [], []
    for column, said, hue, side, right in (
        ("goal", "datum.goal_words", palette.muted, "bottom" if multiples else "top", "datum.goal_right"),
        ("floor", "'lowest loss'", palette.optimum, "top", "false"),
    ):
        level = view.transform_filter(y.holds(column)).transform_calculate(words=said, right=right)
        rules.append(level.mark_rule(color=hue, strokeWidth=1.5, strokeDash=[8, 4]).encode(y=y(column), tooltip=NO_TIP))
        place = {"x": alt.XValue(alt.ExprRef("datum.right ? width - 4 : 4")), "y": y(column)}
        place |= {"text": alt.Text("words:N"), "tooltip": NO_TIP}
        leans = alt.ExprRef("datum.right ? 'right' : 'left'")
        texts += words(level, palette, place, hue, align=leans, baseline=side, dy=3 if side == "top" else -3)
    return rules, texts


def _legend(palette: Palette, lanes: int, multiples: bool) -> list[alt.Chart]:
    """Above the chart and the names of the epochs: each lane's line and shape, its name, and where it is now."""
    rows = heads("update", "loss", "height", "over").transform_calculate(lane_row="data('lanes')[datum.lane]")
    loss = f"isValid(datum.loss) ? {written('datum.loss', steady=True)} : 'beyond the numbers'"
    multiple = (
        f"isValid(datum.height) && !datum.over ? ' (' + {written('datum.height', steady=True)} + ' × the lowest)' : ''"
    )
    loss = f"({loss}) + ({multiple})" if multiples else f"({loss})"
    rows = rows.transform_calculate(
        words=f"datum.lane_row.name + ' · loss ' + {loss}"
        " + ' · update ' + format(datum.update, ',d')"
        " + (datum.over ? ' · above the picture' : datum.update === datum.lane_row.ends ? ' · ended' : '')"
    )
    height = f"{LEGEND} * (datum.lane - {lanes}) - 2 - (length(data('epochs')) > 0 ? 16 : 0)"
    return legend(palette, rows, height, alt.Text("words:N"))


def lines(palette: Palette, feature: str, target: str) -> Chart:
    """The data and each lane's line.

    points: x, y. lanes: lane, look. path: w1, b, in the units of the data.
    view: frames, x_low, x_high, y_low, y_high, best_w1, best_b.
    """
    x, y = Axis(alt.X, "x_low", "x_high", feature), Axis(alt.Y, "y_low", "y_high", target)
    ends = {"x": x("left"), "x2": alt.X2("right"), "y": y("at_left"), "y2": alt.Y2("at_right"), "tooltip": NO_TIP}
    points = alt.Chart(alt.NamedData("points")).mark_circle(color=palette.ink, size=40, opacity=0.45, clip=True)
    best = straight(alt.Chart(alt.NamedData("view")), x, "best_w1", "best_b")
    return linked(
        palette,
        reads("path"),
        reads("lanes"),
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
