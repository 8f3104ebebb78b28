"""The pictures: functions that return an Altair chart and know nothing of Streamlit.

A chart is built once per theme. Nothing that changes with a setting is written into it: the numbers come in as named
datasets, and even the axes read their ends from the one-row dataset `view`. Streamlit can then swap the data of a chart
that is on the screen; a chart whose specification changes is torn down and built anew, which takes three times as long.

Every chart has two parameters that the timeline moves in the browser: `frame`, the row of the dataset `path` to stand
on, and `shown`, the last row that may be seen (all of them, unless the result is hidden). What moves is a handful of
generated rows that look up their coordinates in `path`; filtering a long dataset at every frame would be slow.
Every scale has an explicit domain, because a missing one alone takes the animation from 60 frames a second to 10.
"""

from dataclasses import dataclass

import altair as alt

FRAMES = 501  # the most rows `path` can have: the start and 500 updates
HEIGHT = 335
RECENT = 8  # how many of the last steps are drawn strong

Chart = alt.LayerChart


@dataclass(frozen=True)
class Palette:
    """One colour a meaning, after Okabe and Ito."""

    ink: str
    muted: str
    iterate: str
    gradient: str
    step: str
    optimum: str


PALETTES = {
    "light": Palette("#262730", "#8a8f99", "#0072b2", "#d55e00", "#b8578d", "#007f5c"),
    "dark": Palette("#fafafa", "#8a8f99", "#56b4e9", "#e69f00", "#e08dbb", "#2fc295"),
}

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

    def __call__(self, column: str):
        kind = {"type": "log"} if self.log else {"zero": False}
        scale = alt.Scale(domain=[alt.ExprRef(self.low), alt.ExprRef(self.high)], nice=False, **kind)
        return self.channel(f"{column}:Q", title=self.title, axis=self.axis, scale=scale)


UPDATES = Axis(alt.X, "first", "updates", "update t", alt.Axis(tickMinStep=1))


def curve(palette: Palette) -> Chart:
    """The function with the ball on it: tangent, recent steps, a ghost of the next, start and minimum.

    path: frame, update, x, f, gradient, next_x, next_f, taken (the update out of this row was made), inside (x is in
    the frame of the picture), near (an end of this row's step is). function: x, f.
    view: x_low, x_high, f_low, f_high, start_x, start_f, best_x, best_f.
    """
    x, y = Axis(alt.X, "x_low", "x_high", "parameter x"), Axis(alt.Y, "f_low", "f_high", "value f(x)")
    tips = [_tip("update", "update", "d"), _tip("x", "x", ".6~g"), _tip("f", "f(x)", ".6~g")]
    tips.append(_tip("gradient", "gradient", ".6~g"))
    function = alt.Chart(alt.NamedData("function")).mark_line(color=palette.muted, strokeWidth=2.5, clip=True)
    path = alt.Chart(alt.NamedData("path"))
    dots, steps = path.transform_filter("datum.inside"), path.transform_filter("datum.near && datum.taken")
    now = _rows_back(0, 0, "update", "x", "f", "gradient", "next_x", "next_f", "taken")
    ball = now.transform_filter(x.holds("x"))
    ghost = now.transform_filter(f"datum.taken && frame < shown && {x.holds('next_x')}")
    slope = ball.transform_calculate(
        reach=f"0.12 * {x.span}",
        left="datum.x - datum.reach",
        right="datum.x + datum.reach",
        at_left="datum.f - datum.reach * datum.gradient",
        at_right="datum.f + datum.reach * datum.gradient",
    )
    return _linked(
        palette,
        function.encode(x=x("x"), y=y("f"), tooltip=alt.value(None)),
        steps.mark_rule(color=palette.step, clip=True).encode(
            x=x("x"),
            y=y("f"),
            x2=alt.X2("next_x"),
            y2=alt.Y2("next_f"),
            opacity=_if_shown("datum.frame < shown", 0.45),
            tooltip=alt.value(None),
        ),
        dots.mark_circle(color=palette.iterate, size=45, clip=True).encode(
            x=x("x"), y=y("f"), opacity=_if_shown("datum.frame <= shown", 0.45), tooltip=tips
        ),
        *_marked(x, y, "best_x", "best_f", "minimum", "diamond", palette.optimum, above=False),
        *_marked(x, y, "start_x", "start_f", "start", "square", palette.ink, above=True),
        slope.mark_rule(color=palette.gradient, strokeWidth=2.5, strokeDash=[7, 4], clip=True).encode(
            x=x("left"), y=y("at_left"), x2=alt.X2("right"), y2=alt.Y2("at_right"), tooltip=alt.value(None)
        ),
        *_arrows(x, y, palette.step),
        ghost.mark_point(color=palette.iterate, size=200, strokeWidth=2, strokeDash=[3, 2], clip=True).encode(
            x=x("next_x"), y=y("next_f"), tooltip=alt.value(None)
        ),
        ball.mark_circle(color=palette.iterate, size=220, opacity=1, stroke=palette.ink, clip=True).encode(
            x=x("x"), y=y("f"), tooltip=tips
        ),
        _outside(now, x, palette),
    )


def gap(palette: Palette) -> Chart:
    """The gap to the minimum over the updates on a log axis, measured as dots and predicted as a line.

    path: frame, update, gap (NaN where it is exactly 0), predicted, zero (it is exactly 0), first_zero.
    view: first, updates, gap_low, gap_high.
    """
    powers = alt.Axis(labelExpr=POWER, tickCount=8)
    x, y = UPDATES, Axis(alt.Y, "gap_low", "gap_high", "gap f(x) − f* to the minimum", axis=powers, log=True)
    zero = alt.Chart(alt.NamedData("path")).transform_filter("datum.zero && datum.frame <= shown")
    bottom = alt.value("height")
    return _over_updates(
        palette,
        y,
        "gap",
        zero.mark_point(
            shape="triangle-down", filled=True, size=120, color=palette.optimum, opacity=1, yOffset=-7
        ).encode(x=x("update"), y=bottom, tooltip=[_tip("update", "gap is exactly 0 at update", "d")]),
        zero.transform_filter("datum.first_zero")
        .mark_text(align="center", baseline="bottom", dy=-18, fontSize=13, color=palette.ink)
        .encode(x=x("update"), y=bottom, text=alt.value("exactly 0")),
    )


def value(palette: Palette) -> Chart:
    """f itself over the updates, where there is no minimum to measure a gap from. Columns as in `gap`."""
    y = Axis(alt.Y, "gap_low", "gap_high", "value f(x)", axis=alt.Axis(format="~g"))
    return _over_updates(palette, y, "gap")


def iterates(palette: Palette) -> Chart:
    """x over the updates, with the minimum as a line.

    path: frame, update, x, next_x, taken, near, inside. view: first, updates, x_low, x_high, best_x.
    """
    x, y = UPDATES, Axis(alt.Y, "x_low", "x_high", "parameter x")
    step = alt.Chart(alt.NamedData("path")).transform_filter("datum.taken && datum.near && datum.frame < shown")
    best = alt.Chart(alt.NamedData("view")).transform_filter("isValid(datum.best_x)")
    return _over_updates(
        palette,
        y,
        "x",
        best.mark_rule(color=palette.optimum, strokeWidth=2, strokeDash=[8, 4]).encode(y=y("best_x")),
        best.mark_text(align="right", baseline="bottom", dx=-4, dy=-3, fontSize=13, color=palette.optimum)
        .transform_calculate(words="'minimum x* = ' + format(datum.best_x, '.4~g')")
        .encode(x=alt.value("width"), y=y("best_x"), text=alt.Text("words:N")),
        step.transform_calculate(then="datum.update + 1")
        .mark_rule(color=palette.step, opacity=0.5, clip=True)
        .encode(x=x("update"), x2=alt.X2("then"), y=y("x"), y2=alt.Y2("next_x"), tooltip=alt.value(None)),
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
        .encode(x=x("x"), y=y("f"), tooltip=alt.value(None)),
        path.transform_filter("datum.taken && datum.near")
        .mark_rule(color=palette.step, strokeWidth=2, clip=True)
        .encode(x=x("x"), y=y("f"), x2=alt.X2("next_x"), y2=alt.Y2("next_f"), tooltip=alt.value(None)),
        path.transform_filter("datum.inside")
        .mark_circle(color=palette.iterate, size=60, opacity=1, clip=True)
        .encode(x=x("x"), y=y("f"), tooltip=alt.value(None)),
    ).properties(height=150, view=alt.ViewConfig(stroke=None))


def _over_updates(palette: Palette, y: Axis, field: str, *extra: alt.Chart, only="true", theory=True) -> Chart:
    """Dots over the updates, the ball among them, and on them the line that theory predicts."""
    x, every_row = UPDATES, alt.Chart(alt.NamedData("path"))
    tips = [_tip("update", "update", "d"), _tip(field, "computed", ".6~g")]
    dots = every_row.transform_filter(only).mark_circle(color=palette.iterate, size=36)
    line = every_row.transform_filter("datum.frame <= shown").mark_line(
        color=palette.ink, strokeWidth=1.3, strokeDash=[5, 3], clip=True
    )
    ball = (
        _rows_back(0, 0, "update", field)
        .transform_filter(y.holds(field))
        .mark_circle(color=palette.iterate, size=180, opacity=1, stroke=palette.ink)
    )
    seen = _if_shown("datum.frame <= shown", 0.6)
    predicted = [_tip("predicted", "predicted by theory", ".6~g")] if theory else []
    return _linked(
        palette,
        dots.encode(x=x("update"), y=y(field), opacity=seen, tooltip=[*tips, *predicted]),
        *([line.encode(x=x("update"), y=y("predicted"), tooltip=alt.value(None))] if theory else []),
        *extra,
        ball.encode(x=x("update"), y=y(field), tooltip=tips),
    )


def _linked(palette: Palette, *layers: alt.Chart) -> Chart:
    """Layers on one timeline. A dataset that no mark reads is empty for look-ups, hence an invisible mark on `view`."""
    anchor = alt.Chart(alt.NamedData("view")).mark_point(opacity=0).encode(tooltip=alt.value(None))
    last = FRAMES - 1
    parameters = [
        alt.param(name=name, value=last, bind=alt.binding_range(min=0, max=last, step=1, name=name))
        for name in ("frame", "shown")
    ]
    return (
        alt.layer(anchor, *layers)
        .add_params(*parameters)
        .properties(height=HEIGHT, padding={"left": 5, "right": 14, "top": 12, "bottom": 5})
        .configure_axis(
            labelFontSize=13,
            titleFontSize=14,
            titleFontWeight="normal",
            labelColor=palette.ink,
            titleColor=palette.ink,
        )
    )


def _rows_back(nearest: int, furthest: int, *columns: str) -> alt.Chart:
    """The rows of `path` that lie `nearest` to `furthest` frames behind the current one, looked up frame by frame."""
    rows = alt.Chart(alt.sequence(nearest, furthest + 1, as_="back"))
    looked_up = rows.transform_calculate(row=f"{NOW} - datum.back").transform_filter("datum.row >= 0")
    looked_up = looked_up.transform_calculate(found=ROW.format("datum.row")).transform_filter("isValid(datum.found)")
    return looked_up.transform_calculate(**{column: f"datum.found.{column}" for column in columns})


def _arrows(x: Axis, y: Axis, color: str) -> list[alt.Chart]:
    """The next step and the recent ones, fading. A head is turned in pixels: `width` and `height` follow the layout."""
    steps = _rows_back(0, RECENT, "x", "f", "next_x", "next_f", "taken", "near").transform_filter(
        "datum.taken && datum.near && datum.row < shown"
    )
    steps = steps.transform_calculate(
        strength=f"datum.back === 0 ? 0.6 : 1 - 0.85 * (datum.back - 1) / {RECENT}",
        across=f"(datum.next_x - datum.x) * width / {x.span}",
        up=f"(datum.next_f - datum.f) * height / {y.span}",
        angle="atan2(datum.across, datum.up) * 180 / PI",
    )
    opacity = alt.Opacity("strength:Q", scale=None, legend=None)
    heads = steps.transform_filter("hypot(datum.across, datum.up) > 9")
    return [
        steps.mark_rule(color=color, strokeWidth=2.5, clip=True).encode(
            x=x("x"), y=y("f"), x2=alt.X2("next_x"), y2=alt.Y2("next_f"), opacity=opacity, tooltip=alt.value(None)
        ),
        heads.mark_point(shape=ARROW_HEAD, filled=True, size=600, color=color, clip=True).encode(
            x=x("next_x"),
            y=y("next_f"),
            angle=alt.Angle("angle:Q", scale=None),
            opacity=opacity,
            tooltip=alt.value(None),
        ),
    ]


def _if_shown(condition: str, opacity: float) -> alt.Opacity:
    """Invisible, and not left out, what is hidden: so no dataset is filtered again while the timeline plays."""
    return alt.when(condition).then(alt.value(opacity)).otherwise(alt.value(0))


def _marked(
    x: Axis, y: Axis, x_column: str, y_column: str, word: str, shape: str, color: str, above: bool
) -> list[alt.Chart]:
    """A named point of `view`: a shape and a word."""
    rows = alt.Chart(alt.NamedData("view")).transform_filter(f"isValid(datum.{x_column}) && {x.holds(x_column)}")
    place = {"x": x(x_column), "y": y(y_column), "tooltip": alt.value(None)}
    side = {"baseline": "bottom", "dy": -12} if above else {"baseline": "top", "dy": 10}
    return [
        rows.mark_point(shape=shape, filled=True, size=130, opacity=1, color=color, clip=True).encode(**place),
        rows.mark_text(fontSize=13, color=color, clip=True, **side).encode(text=alt.value(word), **place),
    ]


def _outside(now: alt.Chart, x: Axis, palette: Palette) -> alt.Chart:
    """Words in place of a ball that has left the picture."""
    words = (
        f"(datum.x < {x.low} ? '← ' : '') + 'x = ' + format(datum.x, '.4~g') + ' is outside this picture'"
        f" + (datum.x > {x.high} ? ' →' : '')"
    )
    return (
        now.transform_filter(f"!({x.holds('x')})")
        .transform_calculate(words=words)
        .mark_text(fontSize=15, fontWeight="bold", color=palette.iterate, baseline="middle")
        .encode(
            x=alt.value(alt.ExprRef("width / 2")),
            y=alt.value(alt.ExprRef("height / 2")),
            text=alt.Text("words:N"),
            tooltip=alt.value(None),
        )
    )


def _superscript(expression: str) -> str:
    """A Vega expression that writes the digits and the sign of another one raised."""
    for plain, raised in zip("0123456789−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻", strict=True):
        expression = f"replace({expression}, regexp('{plain}', 'g'), '{raised}')"
    return expression


EXPONENT = "round(log(datum.value) / LN10)"
RAISED = _superscript(f"format({EXPONENT}, 'd')")
POWER = f"abs(log(datum.value) / LN10 - {EXPONENT}) < 1e-6 ? '10' + {RAISED} : ''"  # only whole powers get a label


def _tip(field: str, title: str, format: str) -> alt.Tooltip:
    return alt.Tooltip(f"{field}:Q", title=title, format=format)
