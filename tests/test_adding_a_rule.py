"""A new rule or schedule is one class and one list entry: in a copy of the lab, tried on all its pages."""

import numpy as np
from streamlit.testing.v1 import AppTest

from pages.lessons import LESSONS
from pages.lessons.race import scenes
from pages.lessons.race.runs import CLOCKS
from pages.shared.take_home.libraries import PROGRAMS
from tests.copies import add_to_a_tuple, copy_of_the_lab, driven
from tests.harness import drawn, numbers_printed, open_lesson, program, verdict

RULES = '''
import numpy as np


@dataclass(frozen=True)
class SignDescent(Optimizer):
    """Every coordinate moves by the rate: the direction is the sign of the gradient."""

    name: ClassVar[str] = "sign"

    def init(self, theta: Array) -> None:
        return None

    def update(self, gradient: Array, state: None) -> tuple[Array, None]:
        return 1.0 * (gradient > 0) - 1.0 * (gradient < 0), state


@dataclass(frozen=True)
class Normalised(Optimizer):
    """theta moves by the rate, with a memory of the directions: m <- keep m + (1 - keep) g, direction m / |m|."""

    name: ClassVar[str] = "normalised"
    elementwise: ClassVar[bool] = False
    keep: float = 0.5

    def __post_init__(self) -> None:
        _check_decay("keep", self.keep)

    def init(self, theta: Array) -> Array:
        return 0.0 * theta

    def update(self, gradient: Array, mean: Array) -> tuple[Array, Array]:
        mean = self.keep * mean + (1 - self.keep) * gradient
        return mean / (np.linalg.norm(mean, axis=-1, keepdims=True) + 1e-300), mean


'''
SCHEDULE = '''
@dataclass(frozen=True)
class Power(Schedule):
    """initial / (1 + t)^power."""

    name: ClassVar[str] = "power"
    formula: ClassVar[str] = "{initial} / (1 + t) ** {power}"
    initial: Rate
    power: float = 0.5

    def __post_init__(self) -> None:
        _check_rate("initial", self.initial)
        _check_between("power", self.power, 0, 1)

    def __call__(self, step: Any) -> Rate:
        return self.initial / (1 + np.asarray(step)) ** self.power

    @property
    def is_constant(self) -> bool:
        return self.power == 0


'''
FEW = {"budget": 3, "unit": "epochs"}
TOYS = {"lanes": 4, "size4": "1", "rule1": "sign", "rule2": "normalised", "rule3": "sign", "rule4": "normalised"}
TOYS |= {"schedule3": "power", "follow": 4}


def test_a_rule_and_a_schedule_are_one_class_and_one_list_entry_on_every_page(tmp_path):
    copy_of_the_lab(tmp_path, "test_adding_a_rule")
    rules, schedules = (tmp_path / "gdcore" / f"{module}.py" for module in ("optimizers", "schedules"))
    add_to_a_tuple(rules, "OPTIMIZERS: tuple", "SignDescent, Normalised", before=RULES)
    add_to_a_tuple(schedules, "SCHEDULES: tuple", "Power", before=SCHEDULE)
    assert driven(tmp_path, "test_adding_a_rule") == ["opened", "raced", "written", "taken", "refused"]


# ---- in the copy


def drive() -> None:
    for lesson in LESSONS:
        for page in (lesson.key, "home", "articles") if lesson is LESSONS[0] else (lesson.key,):
            open_lesson(page)
    print("opened")
    for scene in scenes.SCENES:
        open_lesson(
            "race", **{"n": 20} | scene.settings | FEW | TOYS | {"lanes": 6 if "size6" in scene.settings else 4}
        )
    for clock in CLOCKS:
        for rates in (scenes.SAME, scenes.BEST, scenes.EACH):
            first, second, third = (clock == each for each in CLOCKS)
            race(clock=clock, rates=rates, predict=first, present=second, seeds=3 if third else 1)
    print("raced")
    every_program()
    print("written")
    every_rate_and_pins()
    print("taken")
    what_a_rule_refuses()
    print("refused")


def race(**link) -> AppTest:
    return open_lesson("race", **FEW | TOYS | {"rate": "0.05", "rate4": "0.02"} | link)


def every_program() -> None:
    """The update is the rule's: a sign moves each coordinate by the rate, a direction of length 1 moves theta by it."""
    for lane, rule in ((1, "sign"), (2, "normalised")):
        app = race(follow=lane, budget=10)
        assert f"No closed form is known for {rule}." in verdict(app)
        moves = np.diff(numbers_printed(program(app, "race"))[:5, 1:-1], axis=0)
        moved = np.abs(moves) if rule == "sign" else np.linalg.norm(moves, axis=1)
        np.testing.assert_allclose(moved, 0.05, rtol=1e-9)
        for library in PROGRAMS:
            app.session_state["race_library"] = library
            app.run()
            assert not app.exception
            asked = any(
                f"{library} has no rule that computes the same as {rule}" in text.value for text in app.markdown
            )
            assert asked == (library == "PyTorch")
    app = race(follow=3)
    assert "return 0.05 / (1 + t) ** 0.5" in program(app, "race")


def every_rate_and_pins() -> None:
    """The lanes keep their own rates where theory has no best one; no limit is drawn; a pinned race stays."""
    app = race(rates=scenes.BEST)
    assert app.text_input(key="race_rate4_text").value == "0.02"
    assert any("lane 4 keeps a rate of its own, 0.02." in note.value for note in app.info)
    for key in ("race_sweep", "race_rest", "race_claims", "race_data_view", "race_table", "race_share"):
        app.session_state[key] = True
    app.run()
    assert not app.exception
    app.button(key="race_pin").click().run()
    assert not app.exception
    app.session_state["race_schedule1"] = "power"
    app.run()
    assert not app.exception
    charts = app.get("vega_lite_chart")
    swept = [i for i, chart in enumerate(charts) if "rules" in {data.name for data in chart.proto.datasets}]
    assert len(swept) == 2 and not any((drawn(app, chart, "rules").kind == "limit").any() for chart in swept)


def what_a_rule_refuses() -> None:
    """A number that the field's own setting takes and the class does not gets its default, and a sentence."""
    app = race(keep2=5, power3=7, rates=scenes.BEST)
    said = app.warning[0].value
    assert "Lane 2: keep must be in [0, 1), got 5" in said and "Lane 3: power must be finite and in [0, 1]" in said
