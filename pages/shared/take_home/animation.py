"""The animation of a lesson as one HTML file that plays without a network: charts, data, timeline, verdict and all.

Vega is in the file as Streamlit ships it, so the lab needs no further package: its modules become data: addresses under
an import map. The timeline is the very script of the page. Both lean on the inside of Streamlit's bundle; where a new
version has moved it, no button is offered, and tests/test_take_home.py fails.

An SVG of a chart is in the file as well: Vega's own menu at each chart saves one of the current update, or a PNG.
"""

import base64
import html
import json
import re
from functools import cache
from pathlib import Path
from string import Template
from typing import Any

import streamlit as st

from pages.shared.frame.expander import lazily
from pages.shared.picture import timeline
from pages.shared.picture.palette import PALETTES

SCRIPTS = Path(st.__file__).parent / "static" / "static" / "js"
IMPORT = re.compile(r"""(from|import)\s*(["'`])\./([\w.-]+\.js)\2""")
PAGE = Template(Path(__file__).with_suffix(".html").read_text("utf-8"))

MARKED = re.compile(r":(?P<color>\w+)-badge\[\*\*(?P<badge>.+?)\*\*\]|\*\*(?P<bold>.+?)\*\*|\\(?P<plain>[^\w\s])")


def offer(title: str, verdict: str) -> None:
    """A button for the file with what is on the screen; call it last. Pressing the button writes the file."""
    screen, theme = timeline.screen(), timeline.theme()
    place = lazily("The animation as a file", f"{screen.scope}_take_home")
    if not place.open:
        return
    try:
        vega_modules()
    except LookupError as missing:
        place.info(f"The animation cannot be taken home: {missing}")
        return
    place.markdown(
        "A page of its own for any browser: the moving charts that are open here, their timeline and the verdict. The "
        "menu at the corner of a chart saves it as SVG or PNG."
    )
    place.download_button(
        "Take the animation home (HTML, plays offline)",
        lambda: page(title, verdict, screen, theme),
        f"{screen.scope}.html",
        "text/html",
        on_click="ignore",
        icon=":material/download:",
    )


def page(title: str, verdict: str, screen: timeline.Screen, theme: str) -> str:
    """The file, with those of the charts that the timeline moves."""
    modules = vega_modules() | {"timeline.js": address(timeline.FILES["js"])}
    charts = [
        {
            "spec": chart.spec,
            "alt": chart.alt,
            "datasets": {name: table.to_pydict() for name, table in chart.datasets.items()},
        }
        for chart in screen.charts
        if any(parameter["name"] == "frame" for parameter in chart.spec.get("params", []))
    ]
    return PAGE.substitute(
        title=html.escape(title),
        verdict=markup(verdict),
        scope=screen.scope,
        theme=theme,
        paper=PALETTES[theme].paper,
        ink=PALETTES[theme].ink,
        accent=st.get_option(f"theme.{theme}.primaryColor"),
        style=timeline.STYLE,
        bar_html=timeline.FILES["html"],
        bar_css=timeline.FILES["css"],
        imports=script({"imports": {f"lab:{name}": source for name, source in modules.items()}}),
        vega=f"lab:{next(iter(modules))}",
        charts=script(charts),
        bar=script(screen.data | {"gate": "", "presents": False}),  # the prediction is made
    )


@cache
def vega_modules() -> dict[str, str]:
    """The modules of Vega as data: addresses under their names; the first imports the others."""
    entries = [file.name for file in SCRIPTS.glob("embed.*.js")]
    if len(entries) != 1:
        raise LookupError("this version of Streamlit keeps Vega in another place.")
    modules, waiting = {}, entries
    while waiting:
        name = waiting.pop()
        if name in modules:
            continue
        try:
            source = (SCRIPTS / name).read_text("utf-8")
        except FileNotFoundError:
            raise LookupError(
                f"the part {name} of Vega is not where this version of Streamlit should have it."
            ) from None
        modules[name] = address(IMPORT.sub(r'\1"lab:\3"', source))
        waiting += [found[3] for found in IMPORT.finditer(source)]
    return modules


def address(source: str) -> str:
    return "data:text/javascript;base64," + base64.b64encode(source.encode()).decode()


def script(value: Any) -> str:
    """A value in JavaScript, which has Infinity where JSON has not. No text in it can end the script."""
    return json.dumps(value, separators=(",", ":")).replace("<", "\\u003c")


def markup(text: str) -> str:
    """A verdict's Markdown, badges and bold words, in HTML; whatever else is in it stays text."""

    def shown(found: re.Match) -> str:
        if found["badge"]:
            return f'<b class="badge {found["color"]}">{found["badge"]}</b>'
        return f"<b>{found['bold']}</b>" if found["bold"] else found["plain"]

    return MARKED.sub(shown, html.escape(text)).replace("  \n", "<br>")
