"""The timeline: one bar that moves every chart of a page in the browser, 60 times a second, without the server.

The bar (timeline.html, .css, .js) is a component of Streamlit's second kind: a piece of the page itself, not a frame of
its own, so it can reach the range inputs that Vega makes for the charts' parameters. It leans on their class
`vega-bindings`; tests/browser fails the day that changes, and the inputs then become visible and still scrub.

A frame is a row of the dataset `path`; `updates` says which update each frame shows.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from pages.shared.charts import FRAMES, PALETTES, Chart, Palette

_FILES = {kind: Path(__file__).with_name(f"timeline.{kind}").read_text("utf-8") for kind in ("html", "css", "js")}
_bar = st.components.v2.component("timeline", html=_FILES["html"], css=_FILES["css"], js=_FILES["js"])

STYLE = """<style>
[data-result] .vega-bindings { display: none !important; }
[data-result="hidden"] :is([class*="_result"], [class*="_verdict"]), [data-result="appearing"] [class*="_verdict"] {
  &, & .stMarkdown > * { visibility: hidden !important; } /* Streamlit makes what is inside a .stMarkdown visible */
}
</style>"""


class Rule(NamedTuple):
    """The update rule of one parameter in the numbers of every frame, as texts: new = old - rate x gradient."""

    symbol: str
    old: Sequence[str]
    rate: Sequence[str]
    gradient: Sequence[str]
    new: Sequence[str]


def palette() -> Palette:
    """The colours for the theme that the reader has chosen."""
    return PALETTES["dark" if st.context.theme.type == "dark" else "light"]


def bar(scope: str, updates: np.ndarray, rules: Sequence[Rule], end: str) -> None:
    """Draw the bar. It moves the charts inside st.container(key=scope); `end` says why there is no further update."""
    st.html(STYLE)
    colors = {role: color for role, color in asdict(palette()).items() if role in ("iterate", "gradient", "step")}
    _bar(
        key=f"{scope}_timeline",
        data={
            "scope": scope,
            "updates": updates.tolist(),
            "rules": [rule._asdict() for rule in rules],
            "end": end,
            "frames": FRAMES,
            "colors": colors,
        },
    )


def chart(build: Callable[[Palette], Chart], alt: str, datasets: dict[str, pd.DataFrame]) -> None:
    """Show a chart with these numbers in its named datasets."""
    st.vega_lite_chart(spec={**_spec(build, palette()), "datasets": datasets}, alt=alt)


@cache
def _spec(build: Callable[[Palette], Chart], palette: Palette) -> dict:
    """Altair's work, 30 ms a chart, is done once per process and theme."""
    return build(palette).to_dict()
