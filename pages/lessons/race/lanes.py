"""The lanes of a race as settings on the screen: batch size, rate, schedule and rule, each with what belongs to it.

What can be set of a schedule or a rule are the fields of its class. A field has one meaning in all of them, so each is
one setting of a lane; what is not in `KNOBS` is a plain number under its own name.
"""

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, replace
from typing import Any

import streamlit as st

from gdcore import OPTIMIZERS, SCHEDULES, Batches, Constant, GradientDescent, LeastSquares, theory
from gdcore.optimizers import Optimizer
from gdcore.schedules import Schedule
from pages.lessons.race.scenes import BEST
from pages.shared.settings import glossary
from pages.shared.settings.kinds import BatchSize, Choice, Number, Setting
from pages.shared.settings.panel import Panel
from pages.shared.settings.rates import Rate

# One row a lane: the labels are there for a screen reader, and the slider of a rate for the address alone.
STYLE = """<style>
[class*="st-key-race_row"] {
  [data-testid="stWidgetLabel"] { position: absolute; clip-path: inset(50%); height: 1px; overflow: hidden; }
  .stSlider { display: none; }
}
</style>"""
MOST, MOST_SEEDS = 6, 20
LANES = range(1, MOST + 1)
FIRST_SIZES = ("n", "32", "1", "8", "64", "128")
LARGEST = 10_000_000  # rows that an upload could have
RULE_NAMED = {kind.name: kind for kind in OPTIMIZERS}
SCHEDULE_NAMED = {kind.name: kind for kind in SCHEDULES}
# The rate has a setting of its own, the steps of a schedule are those of the run, and epsilon only guards a division.
NOT_SET = ("initial", "steps", "epsilon")
KNOBS = {
    knob.name: knob
    for knob in (
        Number("decay", "Decay", 0, 1000, 0.01, 0.01, help=glossary.help("decay")),
        Number("factor", "Factor", 0, 1, 0.999, 0.001, help=glossary.help("factor")),
        Number("every", "After so many updates", 1, 1_000_000, 1000, 100, whole=True, help=glossary.help("interval")),
        Number("final", "Last rate", 0, 100, 0, 0.001, help=glossary.help("last rate")),
        Number("beta", "Momentum β (beta)", 0, 0.999, 0.9, 0.05, help=glossary.help("momentum")),
        Number("rho", "Memory of squares ρ (rho)", 0, 0.9999, 0.99, 0.005, help=glossary.help("memory of squares")),
        Number("beta1", "Memory of gradients β₁ (beta1)", 0, 0.999, 0.9, 0.05, help=glossary.help("first beta")),
        Number("beta2", "Memory of squares β₂ (beta2)", 0, 0.9999, 0.999, 0.0005, help=glossary.help("second beta")),
    )
}


def key(name: str, lane: int) -> str:
    """The setting of a lane: beta1 is the beta of the first, and beta1_1 its beta1."""
    return f"{name}_{lane}" if name[-1].isdigit() else f"{name}{lane}"


def parts(kind: type[Schedule] | type[Optimizer]) -> list[Field]:
    """What can be set of a schedule or a rule."""
    return [field for field in fields(kind) if field.name not in NOT_SET]


OF_SCHEDULES = {field.name: field for kind in SCHEDULES for field in parts(kind)}
OF_RULES = {field.name: field for kind in OPTIMIZERS for field in parts(kind)}
IN_LANES = {
    key(name, lane): lane for lane in LANES for name in ("size", "rate", "schedule", *OF_SCHEDULES, "rule", *OF_RULES)
}


def settings(lane: int, rate: Rate) -> tuple[Setting, ...]:
    sizes = glossary.help("batch size", "n means all of them; you can type any number.")
    each = " ".join(
        f"{name[0].upper()}{name[1:]}: {kind.words}." for name, kind in SCHEDULE_NAMED.items() if kind.words
    )
    of_rules, of_schedules = glossary.help("rule"), glossary.help("schedule", each)
    return (
        BatchSize(key("size", lane), "Batch size B", FIRST_SIZES[lane - 1], LARGEST, sizes),
        replace(rate, name=key("rate", lane)),
        Choice(key("schedule", lane), "Schedule of the rate", tuple(SCHEDULE_NAMED), Constant.name, help=of_schedules),
        *(replace(knob(field, of_schedules), name=key(name, lane)) for name, field in OF_SCHEDULES.items()),
        Choice(key("rule", lane), "Rule", tuple(RULE_NAMED), GradientDescent.name, help=of_rules),
        *(replace(knob(field, of_rules), name=key(name, lane)) for name, field in OF_RULES.items()),
    )


def knob(field: Field, help: str) -> Number:
    """The setting of a field; of one that has no words here, a number up to a thousand that stands on its default."""
    if field.name in KNOBS:
        return KNOBS[field.name]
    default, whole = 1 if field.default is MISSING else field.default, field.type in (int, "int")
    low, high, step = min(0, default), max(1000, default), 1 if whole else 0.01
    return Number(field.name, field.name, low, high, default, step, help, whole)


def label(setting: Setting) -> str:
    """The label of a setting of the race where it does not stand under the name of its lane."""
    return f"Lane {IN_LANES[setting.name]}: {setting.label}" if setting.name in IN_LANES else setting.label


def choose(panel: Panel, lane: int, with_rate: bool) -> None:
    """Draw the settings of a lane that are of use, in one row: the rarer ones behind a button."""
    values = panel.values
    st.html(STYLE)
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", gap="xsmall", key=f"race_row{lane}"):
        st.markdown(f"**{lane}**", width="content")
        with st.container():
            panel.draw(key("size", lane))
        if with_rate or keeps_its_rate(values, lane):
            with st.container():
                panel.draw(key("rate", lane))
        with st.popover(":material/tune:", key=f"race_more{lane}", help=f"Rule and schedule of lane {lane}"):
            panel.draw(key("rule", lane))
            draw_parts(panel, lane, RULE_NAMED[values[key("rule", lane)]])
            panel.draw(key("schedule", lane))
            draw_parts(panel, lane, SCHEDULE_NAMED[values[key("schedule", lane)]])


def draw_parts(panel: Panel, lane: int, kind: type[Schedule] | type[Optimizer]) -> None:
    """Draw what can be set of a schedule or a rule; numbers that it does not take get their defaults."""
    names = [key(field.name, lane) for field in parts(kind)]
    panel.draw(*names)
    try:
        made(kind, panel.values, lane, initial=1.0, steps=1)
    except ValueError as refused:
        panel.refuse(f"Lane {lane}: {refused}. The default is used.", *names)


def made(kind: Any, values: Mapping[str, Any], lane: int, **of_the_run: float) -> Any:
    """A schedule or a rule with the numbers of a lane. ValueError if it does not take them."""
    given = {field.name: of_the_run[field.name] for field in fields(kind) if field.name in of_the_run}
    return kind(**given, **{field.name: values[key(field.name, lane)] for field in parts(kind)})


def rule(values: Mapping[str, Any], lane: int) -> Optimizer:
    return made(RULE_NAMED[values[key("rule", lane)]], values, lane)


def schedule(values: Mapping[str, Any], lane: int, rate: float, updates: int) -> Schedule:
    return made(SCHEDULE_NAMED[values[key("schedule", lane)]], values, lane, initial=rate, steps=updates)


def keeps_its_rate(values: Mapping[str, Any], lane: int) -> bool:
    """Whether each lane should have its best rate, and of this one none is known."""
    kind = RULE_NAMED[values[key("rule", lane)]]  # whatever its numbers, which may still be refused
    return values["rates"] == BEST and not theory.has_closed_form(kind())


def best_rate(objective: LeastSquares, batches: Batches, rule: Optimizer) -> float | None:
    """The constant rate of a lane with the best factor in the long run, from theory; None where none is known.

    Of batches it is the factor of the mean squared error, as if they were drawn with replacement.
    """
    if batches.size == objective.n_examples and batches.order != "replacement":
        return theory.best_rate(theory.curvatures(objective), rule)
    return theory.best_mean_square_rate(objective, batches.size, rule)
