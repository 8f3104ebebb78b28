"""Pinned runs: up to three older runs that stay in the charts, pale, while the settings change.

A pinned run is nothing but its settings, kept in this visit: a page is a pure function of its settings, so the run is
made again from them. What a lesson keeps of it to draw and to say (`Kept`) is small, and the lesson caches it.

A pinned run is drawn under the present one, on the axes of the present one, and only in those charts where it means
something: a path over another loss surface would be a lie. The table says what is not drawn, and why. Hiding the result
does not hide pinned runs: they are known already.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from pages.shared.picture.columns import Columns, Datasets, stacked
from pages.shared.picture.palette import PINS
from pages.shared.settings.kinds import Setting
from pages.shared.settings.panel import Panel
from pages.shared.settings.rates import Rate
from pages.shared.words import number, rate_text

SIGNS = {"A": "· · · ·", "B": "— — —", "C": "— · — ·"}  # the dashes of `charts.PIN_DASHES`, for the table
CACHED = 100  # pinned runs, of all visits to a lesson
FAR = 1e6  # pictures away from the picture: a point there is more than SVG can take

# A chart is built anew when a dataset comes or goes, so `pins` is there while nothing is pinned, too.
TYPES = {"pin": str, "lane": int, "look": int, "piece": int, "row": int, "x": float, "y": float, "name": str}
NONE = {column: np.array([], dtype=kind) for column, kind in TYPES.items()}


@dataclass(frozen=True)
class Kept:
    """What stays of a pinned run: its rows by the name of the chart (`runs`), and how it ended, in words."""

    rows: dict[str, Columns]
    result: str


@dataclass(frozen=True)
class Need:
    """What two runs must have in common to share a chart, as a function of their settings; and what to say if not."""

    of: Callable[[dict], Any]
    otherwise: str


@dataclass(frozen=True)
class Place:
    """A chart as pinned runs see it: its name, the columns of `view` in which its axes end, and what it takes."""

    chart: str
    ends: tuple[str, str, str, str]  # low and high of x, low and high of y
    needs: tuple[Need, ...]


def pinned(panel: Panel) -> dict[str, dict]:
    """The settings of every pinned run of a lesson, by its letter."""
    return st.session_state.get(panel.key("pinned"), {})


def not_in_the_link(panel: Panel) -> str:
    return "Pinned runs are not in it." if pinned(panel) else ""


class Pins:
    """The pinned runs of one lesson. Make it when the settings are drawn; draw the table when all charts are.

    keep: from the settings of a run to what stays of it. of_the_picture: the settings that do not change a run, which
    for a pinned one are those of now.
    """

    def __init__(self, panel: Panel, keep: Callable[[dict], Kept], of_the_picture: tuple[str, ...]) -> None:
        self.panel, self.of_the_picture = panel, of_the_picture
        self.now, self.pinned = {name: panel.values[name] for name in panel.defaults}, pinned(panel)
        picture = {name: self.now[name] for name in of_the_picture}
        self.kept = {label: keep(settings | picture) for label, settings in self.pinned.items()}
        self.unlike: dict[str, dict[str, None]] = {label: {} for label in self.pinned}  # an ordered set
        self.drawn: set[str] = set()
        self.beyond: set[str] = set()

    # ---- in the charts

    def on(self, place: Place, datasets: Datasets) -> Datasets:
        """The datasets of a chart, with those pinned runs that may be drawn in it."""
        rows = []
        if self.pinned:
            ends = np.concatenate([datasets["view"][end] for end in place.ends])
            rows = [self._rows(label, place.chart, ends) for label in self._admitted(place.needs)]
        return datasets | {"pins": stacked(rows) if rows else NONE}

    def _admitted(self, needs: tuple[Need, ...]) -> Iterator[str]:
        """The pinned runs that have in common with the present one what it takes."""
        for label, settings in self.pinned.items():
            unlike = [need.otherwise for need in needs if need.of(settings) != need.of(self.now)]
            self.unlike[label] |= dict.fromkeys(unlike)
            if not unlike:
                self.drawn.add(label)
                yield label

    def _rows(self, label: str, chart: str, ends: np.ndarray) -> Columns:
        """One run within these axes, its letter where it can be read; a step out of the picture is still drawn."""
        kept = self.kept[label].rows[chart]
        points, low, high = np.stack([kept["x"], kept["y"]]), ends[[0, 2], None], ends[[1, 3], None]
        with np.errstate(over="ignore", invalid="ignore"):
            inside = ((low <= points) & (points <= high)).all(0)
            near = (abs(points - low) < FAR * (high - low)).all(0)
        near &= inside | np.append(inside[1:], False) | np.append(False, inside[:-1])
        if (np.isfinite(points).all(0) & ~inside).any():
            self.beyond.add(label)
        many = points.shape[1]
        columns = {"pin": np.full(many, label, dtype=object), "row": np.arange(many), "piece": kept["piece"]}
        columns |= {"x": kept["x"], "y": np.where(near, kept["y"], np.nan)}
        columns |= {of_a_lane: kept.get(of_a_lane, np.zeros(many, dtype=int)) for of_a_lane in ("lane", "look")}
        return columns | {"name": _names(label, kept, inside)}

    # ---- on the page

    def button(self, why_not: str = "") -> None:
        """Pin the run on the screen; disabled where that cannot be, and says why. It is hidden with the result."""
        same = [label for label, settings in self.pinned.items() if self._run(settings) == self._run(self.now)]
        if same:
            why_not = f"This run is pinned already: it is {same[0]}."
        elif len(self.pinned) == len(PINS):
            why_not = f"{len(PINS)} runs are pinned, and more could not be told apart. Unpin one first."
        with st.container(key=self.panel.key("result_pin"), width="content"):
            st.button(
                "Pin this run",
                key=self.panel.key("pin"),
                on_click=self._pin,
                disabled=bool(why_not),
                help=why_not or "It stays in the charts, pale, while you change the settings.",
            )

    def _run(self, settings: dict) -> dict:
        """Those settings that make the run."""
        return {name: value for name, value in settings.items() if name not in self.of_the_picture}

    def table(self, where) -> None:
        """Every pinned run: what is different about it, how it ended, the way back to it."""
        if not self.pinned:
            return
        key = self.panel.key
        with where.container(border=True, gap="small"):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown("**Pinned runs**", width="stretch")
                st.button("Unpin all", key=key("unpin_all"), on_click=self._unpin, args=PINS, type="tertiary")
            for label, settings in self.pinned.items():
                with st.container(horizontal=True, vertical_alignment="center"):
                    st.markdown(self._told(label), width="stretch")
                    back = {"on_click": self.panel.assign, "args": (settings,)}
                    st.button("Go back", key=key(f"back_{label}"), help=f"To the settings of {label}", **back)
                    st.button("Unpin", key=key(f"unpin_{label}"), on_click=self._unpin, args=(label,))

    def _told(self, label: str) -> str:
        settings = self.pinned[label]
        differ = [
            f"{self.panel.called(self.panel.settings[name])} **{_text(self.panel.settings[name], value)}**"
            for name, value in settings.items()
            if value != self.now[name]
        ]
        lines = [f"**{label}** {SIGNS[label]} {', '.join(differ) or 'same settings as now'}", self.kept[label].result]
        if self.unlike[label]:
            where = "Not in every chart" if label in self.drawn else "Not drawn"
            lines.append(f":gray[{where}: {', '.join(self.unlike[label])}.]")
        if label in self.beyond:
            lines.append(":gray[Part of it lies beyond the axes.]")
        return "  \n".join(lines)

    # ---- what the buttons do

    def _pin(self) -> None:
        free = next(label for label in PINS if label not in self.pinned)
        self._store(self.pinned | {free: self.now})

    def _unpin(self, *labels: str) -> None:
        self._store({label: settings for label, settings in self.pinned.items() if label not in labels})

    def _store(self, settings: dict[str, dict]) -> None:
        st.session_state[self.panel.key("pinned")] = dict(sorted(settings.items()))


def _names(label: str, kept: Columns, inside: np.ndarray) -> np.ndarray:
    """The letter, and the number of the lane, at one row of every line; each at another part of its way through the
    picture, for all begin and many end at the same point."""
    lanes = kept.get("lane", np.zeros(len(inside), dtype=int))
    names = np.full(len(inside), "", dtype=object)
    for lane in np.unique(lanes[inside]):
        seen = np.flatnonzero(inside & (lanes == lane))
        way = kept["way"][seen]
        part = (1 + PINS.index(label) + lane / (1 + lanes.max())) / (1 + len(PINS))
        row = seen[abs(way - (way[0] + part * (way[-1] - way[0]))).argmin()]
        names[row] = f"{label}{lane + 1}" if "lane" in kept else label
    return names


def _text(setting: Setting, value: Any) -> str:
    """The value of a setting, for reading."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, str):
        return rate_text(value) if isinstance(setting, Rate) else value
    return number(value, 6)
