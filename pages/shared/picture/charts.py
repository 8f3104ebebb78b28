"""What every chart is made of: its axes, its place on the timeline, its pinned runs, a value over the updates.

A chart is a function of a palette and of titles that returns an Altair chart and knows nothing of Streamlit. The
contract that each obeys:

* **It is built once per theme.** Nothing that changes with a setting is written into it. Streamlit can then swap the
  data of a chart that is on the screen; a chart whose specification changes is torn down and built anew, which takes
  three times as long.
* **Numbers come in as named datasets**, and its docstring says which, with their columns. Even the axes read their
  ends, from the one-row dataset `view`.
* **It has two parameters that the timeline moves in the browser** (`linked`; one `at_rest` has none): `frame`, the row
  of the dataset `path` to stand on, and `shown`, the last row that may be seen (all, unless the result is hidden).
* **What moves is a handful of generated rows** that look up their coordinates in `path` (`rows_back`): filtering a long
  dataset at every frame would be slow. (`shown` does filter it, but moves only while a hidden result appears.)
* **A descent in a plane is `layers.walk`**, which says what it wants of `path`: update, taken, inside and near.
* **A dataset that is looked up has a mark that reads it** (`reads`): without one it is empty.
* **Every scale has an explicit domain**: a missing one alone takes the animation from 60 frames a second to 10.
* **Nothing is drawn far outside** (`Axis.holds`, `Axis.reaches`): SVG cannot take a mark 10^40 pixels away.
* **Words have a halo** (`words`), and their place follows the chart's `width` and `height`, which the page decides.
* **Pinned runs come in the dataset `pins`** (`pinned`), which has no rows while there are none.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt

from pages.shared.picture.numerals import linear
from pages.shared.picture.palette import FAINT, PIN_DASHES, PIN_SHAPES, Palette

FRAMES = 501  # the most rows that `path` can have: the start and 500 updates
HEIGHT = 335

Chart = alt.LayerChart

# Vega-Lite hands on to Vega what it does not know of a parameter; Altair has no word for that, so `on` is added later.
POINTER = [alt.param(name="pointer_x", value=0), alt.param(name="pointer_y", value=0)]
MOVES = [{"source": "view", "type": kind} for kind in ("pointermove", "pointerdown")]
ON = {
    "pointer_x": [{"events": MOVES, "update": "invert('x', clamp(x(), 0, width))"}],
    "pointer_y": [{"events": MOVES, "update": "invert('y', clamp(y(), 0, height))"}],
}

# Of a channel's own class: of alt.value(...) Altair finds the class out in 4 ms, of which a chart would have thirty.
NO_TIP = alt.TooltipValue(None)

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
        axis = alt.Axis(labelExpr=linear(self.low, self.high)) if self.axis is alt.Undefined else self.axis
        scale = alt.Scale(domain=[alt.ExprRef(self.low), alt.ExprRef(self.high)], nice=False, **kind)
        return self.channel(f"{column}:Q", title=self.title, axis=axis, scale=scale)


UPDATES, EPOCHS = (Axis(alt.X, "first", "updates", title, alt.Axis(tickMinStep=1)) for title in ("update t", "epoch t"))


def over_time(
    palette: Palette, x: Axis, y: Axis, field: str, *extra: alt.Chart, only="true", theory=True, height=HEIGHT
) -> Chart:
    """Dots over the updates, the ball among them, and on them the line that theory predicts."""
    every_row = alt.Chart(alt.NamedData("path"))
    tips = [tip("update", x.title, "d"), tip(field, "computed", ".6~g")]
    dots = every_row.transform_filter(f"datum.frame <= shown && {only}").mark_circle(
        color=palette.iterate, size=36, opacity=FAINT
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
    opacity = FAINT if color is None else 0.4  # in the colour of a lane they must not pass for the present run
    # Streamlit counts the rows of a mark without a transform, and draws on another renderer when they are many.
    rows = alt.Chart(alt.NamedData("pins")).transform_filter("true")
    place = {"x": x("x"), "y": y("y"), "color": color or alt.ColorValue(palette.pin), "tooltip": NO_TIP}
    joined = {"detail": [alt.Detail(f"{column}:N") for column in ("pin", "lane", "piece")], "order": alt.Order("row:Q")}
    lines = rows.mark_line(clip=True, strokeWidth=1.6, strokeDash=_each(PIN_DASHES), opacity=opacity)
    points = rows.mark_point(clip=True, size=24, shape=_each(PIN_SHAPES), strokeWidth=1.2, opacity=opacity)
    names = rows.transform_filter("datum.name !== ''")
    named = {"x": x("x"), "y": y("y"), "text": alt.Text("name:N"), "tooltip": NO_TIP}
    return [
        *([lines.encode(**place, **joined)] if line else []),
        *([points.encode(**place)] if dots else []),
        *words(names, palette, named, palette.pin if color is None else palette.ink, dy=-10, fontWeight="bold"),
    ]


def words(rows: alt.Chart, palette: Palette, place: dict, color: str, **look) -> list[alt.Chart]:
    """Words with a halo in the page's colour, so that no line strikes them through; place: their channels."""
    look = {"fontSize": 13} | look
    halo = {"color": palette.paper, "stroke": palette.paper, "strokeWidth": 4, "strokeJoin": "round"}
    return [rows.mark_text(**look, **colors).encode(**place) for colors in (halo, {"color": color})]


def _each(looks: dict) -> alt.ExprRef:
    """What belongs to the letter of a pinned run."""
    return alt.ExprRef(f"{json.dumps(looks)}[datum.pin]")


def linked(palette: Palette, *layers: alt.Chart, parameters: Sequence[alt.Parameter] = (), **look) -> Chart:
    """Layers on one timeline, with the parameters that they need besides."""
    last = FRAMES - 1
    moved = [
        alt.param(name=name, value=value, bind=alt.binding_range(min=0, max=last, step=1, name=name))
        for name, value in (("frame", 0), ("shown", last))
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
        config=alt.Config(
            axis=text, axisY=alt.AxisConfig(titleLimit=alt.ExprRef("height + 16")), mark=alt.MarkConfig(aria=False)
        ),
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


def tip(field: str, title: str, format: str) -> alt.Tooltip:
    return alt.Tooltip(f"{field}:Q", title=title, format=format)
