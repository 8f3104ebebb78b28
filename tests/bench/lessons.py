"""The lessons as workloads: what the server does when a reader changes the learning rate.

The page is the real one, through the frame, opened in Streamlit's own harness in the working directory.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from pathlib import Path

import numpy as np

from tests.bench.measuring import Workload

RATE = 0.05  # with which every lesson opens


@dataclass(frozen=True)
class Lesson:
    """A change of the rate on a lesson's page; each rate is a new one, a little above that with which it opens."""

    name: str
    page: str
    key: str  # what the keys of its settings begin with
    link: Mapping[str, str] = field(default_factory=dict)
    rows: int = 0  # of a table that is pasted

    def run(self) -> list:
        """It gives no history: what a page shows is not compared."""
        self.app.text_input(key=f"{self.key}_rate_text").set_value(next(self.rates))
        drawn(self.app)
        return []

    @cached_property
    def rates(self):
        return (f"{RATE * (1 + turn / 10_000):.8g}" for turn in count(1))

    @cached_property
    def app(self):
        from streamlit.testing.v1 import AppTest  # not above: the other workloads do without

        app = AppTest.from_file(str(Path("app.py").absolute()), default_timeout=60)
        for name, value in self.link.items():
            app.query_params[f"{self.key}_{name}"] = value
        drawn(app.switch_page(f"pages/{self.page}.py"))
        if self.rows:
            app.text_area(key=f"{self.key}_text").set_value(long_table(self.rows))
            drawn(app)
            assert f"{self.rows:,} examples" in app.title[0].value, app.title[0].value
        return app


def drawn(app) -> None:
    app.run()
    assert not app.exception, app.exception[0].message


def long_table(rows: int) -> str:
    """A noisy line as text."""
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 3, rows)
    y = 2 * x - 1 + rng.standard_normal(rows)
    return "x,y\n" + "\n".join(f"{x:.5f},{y:.5f}" for x, y in zip(x.tolist(), y.tolist(), strict=True))


LESSONS: tuple[Workload, ...] = (
    Lesson("lesson: quadratic", "quadratic", "quadratic"),
    Lesson("lesson: regression", "linear_regression", "regression"),
    Lesson(
        "lesson: regression, 200,000 rows pasted", "linear_regression", "regression", {"data": "Your own"}, rows=200_000
    ),
    Lesson("lesson: race", "variant_race", "race"),
)
