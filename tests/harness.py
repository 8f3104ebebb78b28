"""A lesson through the frame, without a browser: what is written on it, and what its charts are given to draw."""

import io
import sys
from collections import Counter
from contextlib import redirect_stdout
from math import ceil, floor
from pathlib import Path
from urllib.parse import parse_qsl

import numpy as np
import pandas as pd
import pyarrow as pa
from hypothesis import settings
from hypothesis import strategies as some
from streamlit.testing.v1 import AppTest

from pages.lessons import LESSONS
from pages.shared.settings.kinds import AUTO, BatchSize, Number, Switch
from pages.shared.settings.rates import Rate

FILES = {lesson.key: Path(lesson.path).name for lesson in LESSONS}
PAGES = FILES | {"home": "home.py", "articles": "articles.py"}
LARGEST, SMALLEST = sys.float_info.max, 5e-324  # positive numbers that the machine holds
CASES: Counter[str] = Counter()  # what was tried to break the app, for the end of the report


def examples(few: int) -> int:
    """How many random examples a test takes: few, or fifty times as many on `--hypothesis-profile=thorough`."""
    return few * settings().max_examples // 100  # which is what a profile has that does not say it


def open_lesson(page: str, **link) -> AppTest:
    """The lesson as a fresh server shows it to somebody who follows a link."""
    app = AppTest.from_file("../app.py", default_timeout=30)
    for name, value in link.items():
        app.query_params[f"{page}_{name}"] = in_a_link(value)
    app.switch_page(f"pages/{PAGES[page]}").run()
    assert not app.exception, app.exception[0].message + "".join(app.exception[0].stack_trace[-4:])
    return app


def made_link(app: AppTest, page: str) -> dict[str, str]:
    """The link that the share box offers."""
    app.button(key=f"{page}_share").click().run()
    assert not app.exception
    (link,) = [
        block.value for block in app.code if block.value.startswith("http") or "?" in block.value or not block.value
    ]
    return dict(parse_qsl(link.partition("?")[2]))


def opened(page: str, link: dict[str, str]) -> AppTest:
    """The page that such a link opens."""
    return open_lesson(
        page, **{name.removeprefix(f"{page}_"): value for name, value in link.items() if name != "embed"}
    )


def scene_on_screen(app: AppTest) -> str | None:
    """The name of the scene that the page says it shows."""
    labels = [block.proto.popover.label for block in app.get("popover")]
    names = [label.removeprefix("Scene: ") for label in labels if label.startswith("Scene: ")]
    return names[0] if names else None


def choose_scene(app: AppTest, page: str, name: str) -> AppTest:
    """Open the scenes and take this one."""
    app.session_state[f"{page}_scenes"] = True
    app.run()
    app.button(key=f"{page}_scene_{name}").click().run()
    assert not app.exception
    return app


def in_a_link(value):
    if isinstance(value, list):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)


def verdict(app: AppTest) -> str:
    """All that is said of the run: the plain sentence above the charts, and the figures behind it."""
    return f"{next(text.value for text in app.markdown if '-badge[' in text.value)} {figures(app)}"


def figures(app: AppTest) -> str:
    """What *In numbers* opens, without the terms that it explains."""
    (popover,) = (block for block in app.get("popover") if block.proto.popover.label == "In numbers")
    return popover.markdown[0].value


def cells(table: str) -> list[list[str]]:
    """The rows of a Markdown table, with a minus sign that Python reads."""
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in table.replace("−", "-").splitlines()[2:]]


def drawn(app: AppTest, chart: int, dataset: str):
    """A dataset of a chart, as it is sent to the browser."""
    datasets = {data.name: data.data.data for data in app.get("vega_lite_chart")[chart].proto.datasets}
    return pa.ipc.open_stream(datasets[dataset]).read_pandas()


def as_frames(datasets) -> dict[str, pd.DataFrame]:
    """A chart's datasets, so that a test can ask of them what it likes."""
    return {name: pd.DataFrame(columns) for name, columns in datasets.items()}


def program(app: AppTest, page: str, library: str = "NumPy") -> str:
    """The program to take home that the lesson shows when it is asked for one."""
    app.session_state[f"{page}_code"] = True
    app.session_state[f"{page}_library"] = library
    app.run()
    assert not app.exception
    (code,) = [block.value for block in app.code if "for t in range" in block.value]
    return code


def numbers_printed(code: str) -> np.ndarray:
    """The numbers that a program prints, one row for each update that it shows: update, theta, value."""
    text = io.StringIO()
    with redirect_stdout(text):
        exec(code, {})
    return np.array([line.split() for line in text.getvalue().splitlines()], dtype=float)


def in_a_widget(setting, value):
    """A value as its widget holds it; a number that is left open is an empty field."""
    if isinstance(setting, Number):
        return None if value == AUTO else float(value)
    return value


def any_value(setting):
    """Values of a setting, its bounds among them, and half of them from the grid of its own widget.

    Numbers at random never meet each other: rate times slope is never just the tolerance, as it is on the screen.
    """
    if isinstance(setting, Number):
        return _numbers(setting)
    if isinstance(setting, Switch):
        return some.booleans()
    if isinstance(setting, Rate):
        stops = some.sampled_from(setting.grid)
        named = some.sampled_from(["1/6", "1/3", "0.3333", "0.33334", "0.05", "1e-7", repr(LARGEST), repr(SMALLEST)])
        decimals = some.floats(SMALLEST, LARGEST).map(repr)
        return some.one_of(stops, stops, named, decimals)
    if isinstance(setting, BatchSize):
        return some.sampled_from([*setting.offered, str(setting.largest)]) | some.integers(1, setting.largest).map(str)
    return some.sampled_from(setting.options)


def _numbers(setting: Number):
    bounds = some.sampled_from([setting.low, setting.high]).map(float) | some.just(setting.default)
    if setting.whole:
        between = some.integers(int(setting.low), int(setting.high)).map(float)
    else:
        between = some.floats(setting.low, setting.high).filter(lambda value: setting.read(value) is not None)
    grid = on_the_grid(setting)
    return some.one_of(grid, grid, bounds, between)


def on_the_grid(setting: Number):
    """Where the buttons of a field or the steps of a slider lead, at most a thousand steps away from 0."""
    low, high = max(setting.low, -1000 * setting.step), min(setting.high, 1000 * setting.step)
    steps = some.integers(ceil(low / setting.step - 1e-9), floor(high / setting.step + 1e-9))
    return steps.map(lambda step: float(f"{step * setting.step:.12g}")).filter(lambda x: setting.read(x) is not None)
