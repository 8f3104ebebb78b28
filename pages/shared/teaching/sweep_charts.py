"""What a descent does at each of many learning rates: one chart that is drawn twice, for the gap and for the time.

Every rate is a dot; the reader's own is the ball. What has no place on the log axis has its mark at an edge.
"""

import altair as alt

from pages.shared.picture.charts import NO_TIP, POINTER, Axis, Chart, at_rest
from pages.shared.picture.lanes import LEGEND, SHAPE, color, legend
from pages.shared.picture.layers import clickable
from pages.shared.picture.numerals import POWER, POWERS
from pages.shared.picture.palette import Palette

HEIGHT = 260
ROW = 17  # height of a line of words above the chart, in pixels
DASHES = {"you": [1, 0], "best": [8, 4], "fastest": [8, 4], "limit": [2, 3]}
LINES = 3  # how many there are: yours, the best or the fastest, the limit
TOP, BOTTOM = "7 + 10 * datum.lane", "height - 7 - 10 * datum.lane"
EDGES = {"top": ("triangle-up", TOP), "bottom": ("triangle-down", BOTTOM), "zero": ("cross", BOTTOM)}
TIPS = {"rate_words": "learning rate η", "gap_words": "gap ÷ start", "needed_words": "time until the goal"}


def over_the_rates(palette: Palette, value: str, lanes: int) -> Chart:
    """A value of every rate, beside the line that theory predicts; rules at the rates that have a name.

    runs: lane, look, name, rate, value, top, bottom and zero (where it has no place on the axis), yours, fastest,
    predicted, and the words of TIPS.
    rules: kind, lane, look, rate, words, row, leftwards. lanes: lane, look, words.
    view: rate_low, rate_high, value_low, value_high, goal.
    """
    x = Axis(alt.X, "rate_low", "rate_high", "learning rate η", alt.Axis(labelExpr=POWER, grid=False), log=True)
    y = Axis(alt.Y, "value_low", "value_high", value, POWERS, log=True)
    predicted = alt.Chart(alt.NamedData("runs")).transform_filter(f"!datum.yours && {y.holds('predicted')}")
    return at_rest(
        palette,
        _goal(palette, y),
        *_rules(palette, x, lanes),
        predicted.mark_line(color=palette.ink, strokeWidth=1.3, strokeDash=[5, 3]).encode(
            x=x("rate"), y=y("predicted"), tooltip=NO_TIP
        ),
        clickable(x, y, "taken", rate="pointer_x"),  # below the dots: a click on one selects the rate of that
        *_dots(palette, x, y, {"name": "lane"} | TIPS if lanes > 1 else TIPS),
        *(_legend(palette, lanes) if lanes > 1 else []),
        parameters=POINTER,
        height=HEIGHT + (ROW + LEGEND * lanes if lanes > 1 else ROW * LINES),
    )


def _dots(palette: Palette, x: Axis, y: Axis, tips: dict[str, str]) -> list[alt.Chart]:
    """Every rate where its value is, or at the edge beyond which it lies; a diamond around the fastest."""
    runs = alt.Chart(alt.NamedData("runs"))
    look = {
        "x": x("rate"),
        "color": color(palette),
        "stroke": alt.condition("datum.yours", alt.value(palette.ink), alt.value("transparent")),
        "tooltip": [alt.Tooltip(f"{column}:N", title=title) for column, title in tips.items()],
    }
    size = alt.condition("datum.yours", alt.value(200), alt.value(36))
    inside, fastest = runs.transform_filter(y.holds("value")), runs.transform_filter("datum.fastest")
    return [
        fastest.transform_filter(y.holds("value"))
        .mark_point(shape="diamond", size=190, strokeWidth=2.5, color=palette.optimum, opacity=1)
        .encode(x=look["x"], y=y("value"), tooltip=look["tooltip"]),
        inside.mark_point(filled=True, opacity=0.85).encode(**look, y=y("value"), shape=SHAPE, size=size),
        *(
            runs.transform_filter(f"datum.{edge}")
            .mark_point(shape=shape, filled=True, opacity=0.85)
            .encode(**look, y=alt.YValue(alt.ExprRef(place)), size=size)
            for edge, (shape, place) in EDGES.items()
        ),
    ]


def _rules(palette: Palette, x: Axis, lanes: int) -> list[alt.Chart]:
    """You are here, the best rate (or the fastest) and the limit; of several lanes each limit in its lane's colour."""
    hues = {"you": palette.iterate, "best": palette.optimum, "fastest": palette.optimum, "limit": palette.ink}
    layers = []
    for kind, hue in hues.items():
        rows = alt.Chart(alt.NamedData("rules")).transform_filter(f"datum.kind === '{kind}'")
        place = {"x": x("rate"), "tooltip": NO_TIP}
        of_its_lane = {"color": color(palette)} if lanes > 1 and kind == "limit" else {}
        layers.append(rows.mark_rule(color=hue, strokeWidth=2, strokeDash=DASHES[kind]).encode(**place, **of_its_lane))
        for leftwards, align, dx in (("datum.leftwards", "right", 3), ("!datum.leftwards", "left", -3)):
            layers.append(
                rows.transform_filter(leftwards)
                .mark_text(align=align, dx=dx, baseline="middle", fontSize=13, color=hue)
                .encode(**place, y=alt.YValue(alt.ExprRef(f"-9 - {ROW} * datum.row")), text=alt.Text("words:N"))
            )
    return layers


def _goal(palette: Palette, y: Axis) -> alt.Chart:
    """The gap to come down to."""
    goal = alt.Chart(alt.NamedData("view")).transform_filter(y.holds("goal"))
    return goal.mark_rule(color=palette.muted, strokeWidth=1.5, strokeDash=[8, 4]).encode(y=y("goal"), tooltip=NO_TIP)


def _legend(palette: Palette, lanes: int) -> list[alt.Chart]:
    """Above the chart: each lane's sign, its name, and its own fastest rate and limit."""
    height = f"{LEGEND} * (datum.lane - {lanes}) - {ROW}"
    return legend(palette, alt.Chart(alt.NamedData("lanes")), height, alt.Text("words:N"))
