"""The timeline: one bar that moves every chart of a page in the browser, 60 times a second, without the server.

The bar (timeline.html, .css, .js) is a component of Streamlit's second kind: a piece of the page itself, not a frame of
its own, so it can reach the range inputs that Vega makes for the charts' parameters. It leans on their class
`vega-bindings`; tests/browser fails the day that changes, and the inputs then become visible and still scrub.

A frame is a row of the dataset `path`; `updates` says which update each frame shows.
"""

import json
import re
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import streamlit as st

from pages.shared.picture.charts import FRAMES, ON, Chart
from pages.shared.picture.columns import Columns, Datasets
from pages.shared.picture.pace import AFTER_A_PREDICTION, LONGEST, pace
from pages.shared.picture.palette import PALETTES, Palette
from pages.shared.session import PRESENTING

BLANK = re.compile("\ue000([0-9])\\.")  # where a title goes; no chart has such a character of its own
FILES = {kind: Path(__file__).with_name(f"timeline.{kind}").read_text("utf-8") for kind in ("html", "css", "js")}
_bar = st.components.v2.component("timeline", html=FILES["html"], css=FILES["css"], js=FILES["js"])

STYLE = """<style>
[data-result] .vega-bindings { display: none !important; }
[data-result]:not([data-result="shown"]) {
  :is([class*="_result"], [class*="_verdict"]) { &, & .stMarkdown > * { visibility: hidden !important; } }
  .stElementToolbar { display: none; } /* it would show the data */
}
[class*="_result_pin"] { margin-top: 2px; } /* level with the bar's own buttons */
@media (max-width: 639px) {
  [class*="_bar"] > [class*="_timeline"] { flex-basis: 100%; } /* all the width */
  .stMainBlockContainer, main { padding-bottom: 5rem !important; } /* room for the strip that lies on the page's end */
}
@media (min-width: 640px) { [class*="_verdict"] { min-height: 3.5rem; } } /* so that the bar stays where it is */
</style>"""


class Rule(NamedTuple):
    """The update rule of one parameter in the numbers of every frame, as texts: new = old - rate x gradient.

    It is the update that leads out of the frame; at the last frame, out of which none leads, the one that led there.
    """

    symbol: str
    old: Sequence[str]
    rate: Sequence[str]
    gradient: Sequence[str]
    new: Sequence[str]
    indexed: bool = True  # x₃₆ = ..., or "new w₁ = ..." where the symbol has an index of its own


class Bar(NamedTuple):
    """What the bar of a lesson shows: the update, or another unit, and the rules of every frame.

    rules: empty if not one update was made. end: why there is no further one. says: a text for each frame, to stand
    beside the rules. made: the updates that have been made at each frame, where the bar counts something else.
    visible_until: the frame after which nothing more is to be seen, if there is one.
    """

    updates: np.ndarray
    rules: Sequence[Rule]
    end: str
    unit: str = "update"
    says: Sequence[str] = ()
    made: np.ndarray | None = None
    visible_until: int | None = None

    def pace(self, longest: float = LONGEST) -> np.ndarray:
        """The second at which each frame is shown at the automatic pace."""
        return pace(self.updates if self.made is None else self.made, longest, self.visible_until)


class Drawn(NamedTuple):
    """A chart as it was shown."""

    spec: dict
    alt: str
    datasets: dict[str, pa.Table]


class Screen(NamedTuple):
    """What one run of a page has drawn: the bar, and the charts that came after it."""

    scope: str
    data: dict  # what the bar was given
    charts: tuple[Drawn, ...] = ()


_screen: ContextVar[Screen] = ContextVar("screen")  # a run of a page has a thread of its own


def screen() -> Screen:
    """What this run has drawn so far."""
    return _screen.get()


def theme() -> str:
    """The theme that the reader has chosen: light or dark."""
    return "dark" if st.context.theme.type == "dark" else "light"


def palette() -> Palette:
    """The colours for that theme."""
    return PALETTES[theme()]


def show(scope: str, bar: Bar, opens_at: int | None = None, gate: str = "") -> None:
    """Draw the bar. It moves the charts inside st.container(key=scope). opens_at: the update to open at, or the start.

    gate: "ask ..." hides the result and waits, "run ..." plays it from the start to the end, once for each new text.
    """
    seconds = bar.pace(AFTER_A_PREDICTION if gate else LONGEST)
    st.html(STYLE)
    colors = {role: color for role, color in asdict(palette()).items() if role in ("iterate", "gradient", "step")}
    data = {
        "scope": scope,
        "updates": bar.updates.tolist(),
        "rules": [rule._asdict() for rule in bar.rules],
        "end": bar.end,
        "unit": bar.unit,
        "says": list(bar.says),
        "pace": seconds.round(3).tolist(),
        "opens_at": opens_at,
        "gate": gate,
        "frames": FRAMES,
        "presents": bool(st.session_state.get(PRESENTING)),
        "colors": colors,
    }
    _screen.set(Screen(scope, data))
    _bar(
        key=f"{scope}_timeline",
        on_theme_change=lambda: None,  # the reader has switched to dark or light: run again, with the other palette
        data=data,
    )


def chart(build: Callable[..., Chart], alt: str, datasets: Datasets, *titles, **options) -> None:
    """Show a chart with these numbers in its named datasets; titles go to `build`, options to Streamlit."""
    spec = _spec(build, palette(), bool(st.session_state.get(PRESENTING)), *titles)
    tables = {name: table(columns) for name, columns in datasets.items()}
    st.vega_lite_chart(spec={**spec, "datasets": tables}, alt=alt, **options)
    if so_far := _screen.get(None):
        _screen.set(so_far._replace(charts=(*so_far.charts, Drawn(spec, alt, tables))))


def table(columns: Columns) -> pa.Table:
    """The columns as Streamlit sends them to the browser; NaN is null there.

    Of a DataFrame it would make this table itself, in eight times the time.
    """
    return pa.table({name: pa.array(_in_few_bytes(values), from_pandas=True) for name, values in columns.items()})


def _in_few_bytes(values: np.ndarray) -> np.ndarray:
    """Whole numbers in the shortest type that holds them; of 8 bytes the browser would make a BigInt each."""
    if values.dtype != np.int64:
        return values
    ends = values.min(initial=0), values.max(initial=0)
    return values.astype(np.result_type(*map(np.min_scalar_type, ends)))


def _enlarged(part):
    """A spec with larger type and taller plots, for the back row."""
    if isinstance(part, list):
        return [_enlarged(item) for item in part]
    if not isinstance(part, dict):
        return part
    larger = {"fontSize": 1.4, "labelFontSize": 1.4, "titleFontSize": 1.4, "size": 1.4, "strokeWidth": 1.4}
    return {
        name: round(value * larger[name]) if name in larger and isinstance(value, int | float) else _enlarged(value)
        for name, value in part.items()
    }


def _spec(build: Callable[..., Chart], palette: Palette, presenting: bool, *titles) -> dict:
    """The specification with its titles put in: not kept, for the names in a reader's own table are titles, too."""
    blanks = [f"\ue000{i}." if isinstance(title, str) else title for i, title in enumerate(titles)]
    pattern = _pattern(build, palette, presenting, *blanks)
    return json.loads(BLANK.sub(lambda blank: json.dumps(titles[int(blank[1])])[1:-1], pattern))


@lru_cache(maxsize=128)
def _pattern(build: Callable[..., Chart], palette: Palette, presenting: bool, *titles) -> str:
    """Altair's work, 20 to 80 ms in which nobody else is served, is done once per process and theme: JSON.

    What it makes is not checked against its schema here, a third of that time: the tests do it.
    """
    spec = build(palette, *titles).to_dict(validate=False)
    if presenting:
        spec = _enlarged(spec)
    for parameter in spec.get("params", []):
        if parameter["name"] in ON:
            parameter["on"] = ON[parameter["name"]]
    return json.dumps(spec, ensure_ascii=False)
