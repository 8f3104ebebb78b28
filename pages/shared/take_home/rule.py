"""The rule of a run as its program has it: its own source with its numbers, or what a library calls it."""

from dataclasses import fields
from inspect import getsource, signature
from textwrap import dedent, indent

from gdcore import GradientDescent
from gdcore.optimizers import Optimizer
from pages.shared.take_home.run import Run, in_code


def source(run: Run) -> list[str]:
    """The class of the rule, without what only a reader of `gdcore` needs. Plain descent needs none."""
    if isinstance(run.rule, GradientDescent):
        return []
    kind = type(run.rule)
    numbers = [f"{name} = {number}" for name, number in _numbers(run.rule).items()]
    body = "\n\n".join(filter(None, ["\n".join(numbers), _method(kind, "init"), _method(kind, "update")]))
    return [f"class {kind.__name__}:\n{indent(body, 4 * ' ')}"]


def _numbers(rule: Optimizer) -> dict[str, str]:
    return {field.name: in_code(getattr(rule, field.name)) for field in fields(rule)}


def _method(kind: type[Optimizer], name: str) -> str:
    """Its source, without the types of what goes in and out."""
    method = getattr(kind, name)
    lines = dedent(getsource(method)).splitlines()
    end_of_head = next(i for i, line in enumerate(lines) if line.endswith(":"))
    return "\n".join([f"def {name}({', '.join(signature(method).parameters)}):", *lines[end_of_head + 1 :]])


def memory(run: Run, theta: str, comment: str = "") -> list[str]:
    """The rule and its memory before the first update."""
    if not source(run):
        return []
    return [f"rule = {type(run.rule).__name__}(){comment}", f"memory = rule.init({theta})"]


def direction(run: Run, gradient: str) -> tuple[list[str], str]:
    """The direction of an update, and the lines that come before it."""
    if not source(run):
        return [], gradient
    return [f"direction, memory = rule.update({gradient}, memory)"], "direction"


def counterpart(run: Run, library: str, theta: str, rate: str) -> str | None:
    """How a library makes this rule; None where it has none that computes the same."""
    call = run.rule.counterparts.get(library)
    return call and call.format(theta=theta, rate=rate, **_numbers(run.rule))
