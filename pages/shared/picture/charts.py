"""The pictures: functions that return an Altair chart and know nothing of Streamlit.

A chart is built once per theme. Nothing that changes with a setting is written into it: the numbers come in as named
datasets, and even the axes read their ends from the one-row dataset `view`. Streamlit can then swap the data of a chart
that is on the screen; a chart whose specification changes is torn down and built anew, which takes three times as long.

Runs that the reader has pinned come in the dataset `pins`, which has no rows while there are none.

Every chart has two parameters that the timeline moves in the browser: `frame`, the row of the dataset `path` to stand
on, and `shown`, the last row that may be seen (all of them, unless the result is hidden). What moves is a handful of
generated rows that look up their coordinates in `path`; filtering a long dataset at every frame would be slow. (`shown`
does filter it, but moves only while a hidden result appears.)
Every scale has an explicit domain, because a missing one alone takes the animation from 60 frames a second to 10.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt

FRAMES = 501  # the most rows `path` can have: the start and 500 updates
HEIGHT = 335
RECENT = 8  # how many of the last steps are drawn strong
PINS = ("A", "B", "C")  # the letters of pinned runs, each with its dash and its shape
PIN_DASHES = dict(zip(PINS, ([2, 3], [9, 4], [9, 3, 2, 3]), strict=True))
PIN_SHAPES = dict(zip(PINS, ("circle", "square", "triangle-up"), strict=True))

Chart = alt.LayerChart
Point = tuple[str, str]  # the columns that are drawn along x and along y


@dataclass(frozen=True)
class Palette:
    """One colour a meaning, after Okabe and Ito."""

    ink: str
    muted: str
    iterate: str
    gradient: str
    step: str
    optimum: str
    pin: str
    lanes: tuple[str, ...]  # of those who race each other, in this order
    ramp: tuple[str, ...]  # of a surface, from the lowest to the highest


PALETTES = {
    "light": Palette(
        ink="#262730",
        muted="#8a8f99",
        iterate="#0072b2",
        gradient="#d55e00",
        step="#b8578d",
        optimum="#007f5c",
        pin="#96713a",
        lanes=("#0072b2", "#c77c00", "#b8578d", "#d55e00", "#2f9bd6", "#5b5f6b"),
        ramp=("#b4c0d4", "#e8ecf2", "#ffffff"),
    ),
    "dark": Palette(
        ink="#fafafa",
        muted="#8a8f99",
        iterate="#56b4e9",
        gradient="#e69f00",
        step="#e08dbb",
        optimum="#2fc295",
        pin="#c9a66b",
        lanes=("#56b4e9", "#e69f00", "#e08dbb", "#ff7f50", "#8fd0ff", "#c5c8d0"),
        ramp=("#4a5670", "#262c3a", "#14161c"),
    ),
}

# Vega-Lite hands on to Vega what it does not know of a parameter; Altair has no word for that, so `on` is added later.
POINTER = [alt.param(name="pointer_x", value=0), alt.param(name="pointer_y", value=0)]
MOVES = [{"source": "view", "type": kind} for kind in ("pointermove", "pointerdown")]
ON = {
    "pointer_x": [{"events": MOVES, "update": "invert('x', clamp(x(), 0, width))"}],
    "pointer_y": [{"events": MOVES, "update": "invert('y', clamp(y(), 0, height))"}],
}

# Of a channel's own class: of alt.value(...) Altair finds the class out in 4 ms, of which a chart would have thirty.
NO_TIP = alt.TooltipValue(None)

ARROW_HEAD = "M0,0L-0.45,1L0,0.75L0.45,1Z"  # its tip on the point, pointing up
ROW = "data('path')[{}]"
NOW = "min(frame, length(data('path')) - 1)"


@dataclass(frozen=True)
class Axis:
    """An axis whose ends are two columns of `view`; called with the name of a column, it is that column's channel."""

    channel: type
    first: str
    last: str
    title: str | None
    axis: alt.Axis | None = alt.Undefined
    log: bool = False

    @property
    def low(self) -> str:
        return f"data('view')[0].{self.first}"

    @property
    def high(self) -> str:
        return f"data('view')[0].{self.last}"

    @property
    def span(self) -> str:
        return f"({self.high} - {self.low})"

    def holds(self, column: str) -> str:
        """Whether a row lies on this axis. A mark that is drawn 10^40 pixels away is more than SVG can take."""
        return f"inrange(datum.{column}, [{self.low}, {self.high}])"

    def reaches(self, *columns: str) -> str:
        """Whether SVG can draw a mark of this row to there: 10^38 pixels is the most, clipped or not."""
        return " && ".join(f"abs(datum.{column} - {self.low}) < 1e30 * {self.span}" for column in columns)

    def __call__(self, column: str):
        kind = {"type": "log"} if self.log else {"zero": False}
        scale = alt.Scale(domain=[alt.ExprRef(self.low), alt.ExprRef(self.high)], nice=False, **kind)
        return self.channel(f"{column}:Q", title=self.title, axis=self.axis, scale=scale)


UPDATES, EPOCHS = (Axis(alt.X, "first", "updates", title, alt.Axis(tickMinStep=1)) for title in ("update t", "epoch t"))


def over_time(
    palette: Palette, x: Axis, y: Axis, field: str, *extra: alt.Chart, only="true", theory=True, height=HEIGHT
) -> Chart:
    """Dots over the updates, the ball among them, and on them the line that theory predicts."""
    every_row = alt.Chart(alt.NamedData("path"))
    tips = [tip("update", x.title, "d"), tip(field, "computed", ".6~g")]
    dots = every_row.transform_filter(f"datum.frame <= shown && {only}").mark_circle(
        color=palette.iterate, size=36, opacity=0.6
    )
    line = every_row.transform_filter("datum.frame <= shown").mark_line(
        color=palette.ink, strokeWidth=1.3, strokeDash=[5, 3], clip=True
    )
    ball = (
        rows_back(0, 0, "update", field)
        .transform_filter(y.holds(field))
        .mark_circle(color=palette.iterate, size=180, opacity=1, stroke=palette.ink)
    )
    predicted = [tip("predicted", "predicted by theory", ".6~g")] if theory else []
    return linked(
        palette,
        *pinned(palette, x, y),
        dots.encode(x=x("update"), y=y(field), tooltip=[*tips, *predicted]),
        *([line.encode(x=x("update"), y=y("predicted"), tooltip=NO_TIP)] if theory else []),
        *extra,
        ball.encode(x=x("update"), y=y(field), tooltip=tips),
        height=height,
    )


def pinned(
    palette: Palette, x: Axis, y: Axis, color: alt.Color | None = None, line: bool = True, dots: bool = False
) -> list[alt.Chart]:
    """Pinned runs: older ones, pale and at rest, each with its own dash or shape and its letter; draw them low.

    They are not filtered by `shown`, for they are known already.
    pins: pin, lane, piece (rows of one piece are joined, in the order of row), x, y, name (a letter where it is to be
    read, else empty).
    """
    opacity = 0.7 if color is None else 0.4  # in the colour of a lane they must not pass for the present run
    # Streamlit counts the rows of a mark without a transform, and draws on another renderer when they are many.
    rows = alt.Chart(alt.NamedData("pins")).transform_filter("true")
    place = {"x": x("x"), "y": y("y"), "color": color or alt.ColorValue(palette.pin), "tooltip": NO_TIP}
    joined = {"detail": [alt.Detail(f"{column}:N") for column in ("pin", "lane", "piece")], "order": alt.Order("row:Q")}
    lines = rows.mark_line(clip=True, strokeWidth=1.6, strokeDash=_each(PIN_DASHES), opacity=opacity)
    points = rows.mark_point(clip=True, size=24, shape=_each(PIN_SHAPES), strokeWidth=1.2, opacity=opacity)
    names = rows.transform_filter("datum.name !== ''").mark_text(dy=-10, fontSize=13, fontWeight="bold")
    return [
        *([lines.encode(**place, **joined)] if line else []),
        *([points.encode(**place)] if dots else []),
        names.encode(**place, text=alt.Text("name:N")),
    ]


def _each(looks: dict) -> alt.ExprRef:
    """What belongs to the letter of a pinned run."""
    return alt.ExprRef(f"{json.dumps(looks)}[datum.pin]")


def linked(palette: Palette, *layers: alt.Chart, parameters: Sequence[alt.Parameter] = (), **look) -> Chart:
    """Layers on one timeline, with the parameters that they need besides."""
    last = FRAMES - 1
    moved = [
        alt.param(name=name, value=last, bind=alt.binding_range(min=0, max=last, step=1, name=name))
        for name in ("frame", "shown")
    ]
    return at_rest(palette, *layers, parameters=[*moved, *parameters], **look)


def at_rest(
    palette: Palette, *layers: alt.Chart, parameters: Sequence[alt.Parameter] = (), height: int = HEIGHT, **look
) -> Chart:
    """Layers that no timeline moves; `look` is what else Altair is to know of the picture.

    A dataset that no mark reads is empty for look-ups: hence an invisible mark. All is said in one call, since each
    further one would copy every layer anew.
    """
    anchor = alt.Chart(alt.NamedData("view")).mark_point(opacity=0).encode(tooltip=NO_TIP)
    text = alt.AxisConfig(
        labelFontSize=13,
        titleFontSize=14,
        titleFontWeight="normal",
        labelColor=palette.ink,
        titleColor=palette.ink,
    )
    return alt.layer(
        anchor,
        *layers,
        height=height,
        padding={"left": 5, "right": 14, "top": 12, "bottom": 5},
        config=alt.Config(axis=text, mark=alt.MarkConfig(aria=False)),
        params=[parameter.param for parameter in parameters],
        **look,
    )


def reads(dataset: str) -> alt.Chart:
    """A mark that draws nothing: a dataset that no mark reads is empty for look-ups."""
    return alt.Chart(alt.NamedData(dataset)).mark_point().transform_filter("false").encode(tooltip=NO_TIP)


def rows_back(nearest: int, furthest: int, *columns: str) -> alt.Chart:
    """The rows of `path` that lie `nearest` to `furthest` frames behind the current one, looked up frame by frame."""
    rows = alt.Chart(alt.sequence(nearest, furthest + 1, as_="back"))
    looked_up = rows.transform_calculate(row=f"{NOW} - datum.back").transform_filter("datum.row >= 0")
    looked_up = looked_up.transform_calculate(found=ROW.format("datum.row")).transform_filter("isValid(datum.found)")
    return looked_up.transform_calculate(**{column: f"datum.found.{column}" for column in columns})


def walk(palette: Palette, x: Axis, y: Axis, here: Point, there: Point, tips: list[alt.Tooltip]) -> list[alt.Chart]:
    """A descent in the plane of two columns of `path`: all of it faint, the recent steps strong, a ghost of the next.

    path needs frame and taken (the update out of this row was made), inside (the row lies in the picture) and near (an
    end of its step does) besides the columns of here and there.
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
            **from_here, **to_there, opacity=alt.OpacityValue(0.45), tooltip=NO_TIP
        ),
        dots.mark_circle(color=palette.iterate, size=45, clip=True).encode(
            **from_here, opacity=alt.OpacityValue(0.45), tooltip=tips
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
    """The next step and the recent ones, fading."""
    rows = rows_back(0, RECENT, *here, *there, "taken", "near")
    steps = rows.transform_filter("datum.taken && datum.near && datum.row < shown").transform_calculate(
        strength=f"datum.back === 0 ? 0.6 : 1 - 0.85 * (datum.back - 1) / {RECENT}"
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


def marked(
    x: Axis, y: Axis, x_column: str, y_column: str, word: str, shape: str, color: str, above: bool
) -> list[alt.Chart]:
    """A named point of `view`: a shape and a word."""
    rows = alt.Chart(alt.NamedData("view")).transform_filter(f"isValid(datum.{x_column}) && {x.holds(x_column)}")
    place = {"x": x(x_column), "y": y(y_column), "tooltip": NO_TIP}
    side = {"baseline": "bottom", "dy": -12} if above else {"baseline": "top", "dy": 10}
    return [
        rows.mark_point(shape=shape, filled=True, size=130, opacity=1, color=color, clip=True).encode(**place),
        rows.mark_text(fontSize=13, color=color, **side).encode(text=alt.TextValue(word), **place),
    ]


def straight(rows: alt.Chart, x: Axis, slope: str, intercept: str) -> alt.Chart:
    """A straight line from one edge of the picture to the other."""
    return rows.transform_calculate(
        left=x.low,
        right=x.high,
        at_left=f"datum.{slope} * {x.low} + datum.{intercept}",
        at_right=f"datum.{slope} * {x.high} + datum.{intercept}",
    )


def outside(now: alt.Chart, condition: str, words: str, palette: Palette, depth: float = 0.5) -> alt.Chart:
    """Words, a Vega expression, in place of a ball that has left the picture; depth 0 is its top, 1 its bottom."""
    return (
        now.transform_filter(condition)
        .transform_calculate(words=words)
        .mark_text(fontSize=15, fontWeight="bold", color=palette.iterate, baseline="middle")
        .encode(
            x=alt.XValue(alt.ExprRef("width / 2")),
            y=alt.YValue(alt.ExprRef(f"height * {depth}")),
            text=alt.Text("words:N"),
            tooltip=NO_TIP,
        )
    )


def _superscript(expression: str) -> str:
    """A Vega expression that writes the digits and the sign of another one raised."""
    for plain, raised in zip("0123456789−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻", strict=True):
        expression = f"replace({expression}, regexp('{plain}', 'g'), '{raised}')"
    return expression


EXPONENT = "round(log(datum.value) / LN10)"
RAISED = _superscript(f"format({EXPONENT}, 'd')")
POWER = f"abs(log(datum.value) / LN10 - {EXPONENT}) < 1e-6 ? '10' + {RAISED} : ''"
POWERS = alt.Axis(labelExpr=POWER, tickCount=8)  # of a log axis: only whole powers of ten get a label


def tip(field: str, title: str, format: str) -> alt.Tooltip:
    return alt.Tooltip(f"{field}:Q", title=title, format=format)
