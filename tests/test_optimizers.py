"""The rules against torch.optim, their first steps by hand, and the contract that every rule keeps."""

import ast
import json
import pickle
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from gdcore import (
    OPTIMIZERS,
    AdaGrad,
    Adam,
    GradientDescent,
    Momentum,
    Nesterov,
    Quadratic,
    RMSProp,
    StepDecay,
    descend,
)

GOLDEN = json.loads((Path(__file__).parent / "golden" / "optimizers.json").read_text())
PARABOLA = Quadratic(a0=-3, a1=-2, a2=3)
every_optimizer = pytest.mark.parametrize("rule", [kind() for kind in OPTIMIZERS], ids=lambda rule: rule.name)


def from_torch(run):
    match run["torch"], run["hyper"]:
        case "SGD", {"momentum": beta, "nesterov": True}:
            return Nesterov(beta)
        case "SGD", {"momentum": beta}:
            return Momentum(beta)
        case "SGD", _:
            return GradientDescent()
        case "Adagrad", {"eps": epsilon}:
            return AdaGrad(epsilon)
        case "RMSprop", {"alpha": rho, "eps": epsilon}:
            return RMSProp(rho, epsilon)
        case "Adam", {"betas": (beta1, beta2), "eps": epsilon}:
            return Adam(beta1, beta2, epsilon)


@pytest.mark.evidence(
    "Each of our six rules takes the path on a parabola that PyTorch takes, for 200 updates.",
    kind="another library",
    oracle="PyTorch 2.13.0, torch.optim in double precision",
    tolerance=1e-12,
)
@pytest.mark.parametrize("run", GOLDEN["runs"].values(), ids=GOLDEN["runs"])
def test_path_is_that_of_torch(run):
    start = GOLDEN["problems"]["quadratic"]["theta0"]
    trace = descend(PARABOLA, start, from_torch(run), run["hyper"]["lr"], GOLDEN["checkpoints"][-1])
    assert_allclose(trace.theta[GOLDEN["checkpoints"]], run["theta"], rtol=1e-12, atol=1e-12)
    assert_allclose(trace.value[-1], run["f_final"], rtol=1e-12)


def test_torch_has_been_asked_about_the_six_rules_that_it_has():
    assert {type(from_torch(run)) for run in GOLDEN["runs"].values()} == set(OPTIMIZERS[:6])


@pytest.mark.parametrize("name", ["momentum", "nesterov", "adagrad", "rmsprop", "adam"])
def test_defaults_are_those_of_torch(name):
    rule = from_torch(GOLDEN["runs"][f"quadratic/{name}"])
    assert rule == type(rule)()


@pytest.mark.evidence(
    "The first step of each rule is the one that its formula gives by hand.",
    kind="closed form",
    oracle="worked out by hand for the gradient (3, −4)",
    tolerance=1e-07,
)
@pytest.mark.parametrize(
    "rule, direction",
    [
        (GradientDescent(), [3, -4]),
        (Momentum(0.5), [3, -4]),
        (Nesterov(0.5), [4.5, -6]),
        (AdaGrad(), [1, -1]),
        (RMSProp(rho=0.75), [2, -2]),
        (Adam(), [1, -1]),
        (AdaGrad(epsilon=1), [3 / 4, -4 / 5]),
        (RMSProp(rho=0.75, epsilon=0.5), [3 / 2, -4 / 2.5]),
        (Adam(epsilon=1), [3 / 4, -4 / 5]),
    ],
    ids=str,
)
def test_first_direction_by_hand(rule, direction):
    gradient = np.array([3.0, -4.0])
    assert_allclose(rule.update(gradient, rule.init(gradient))[0], direction, rtol=1e-7)


@every_optimizer
@pytest.mark.parametrize("shape", [(1,), (3,), (2, 3)], ids=str)
def test_zero_gradient_from_a_fresh_state_gives_zero_direction(rule, shape):
    direction, _ = rule.update(np.zeros(shape), rule.init(np.ones(shape)))
    assert_array_equal(direction, np.zeros(shape))


def test_rules_have_names_of_their_own_and_those_in_links_stay():
    names = [kind.name for kind in OPTIMIZERS]
    assert names[:3] == ["plain", "momentum", "Nesterov"] and len(set(names)) == len(names) and all(names)


@every_optimizer
def test_a_rule_says_it_is_linear_if_direction_and_memory_are_linear_in_gradient_and_memory(rule):
    rng = np.random.default_rng(0)
    memory = rule.init(np.ones(3))
    if isinstance(memory, tuple):
        assert not rule.linear  # its memory is no single array
        return
    first, second = ((rng.normal(size=3), memory if memory is None else rng.uniform(size=3)) for _ in range(2))
    both = [None if ours is None else 2 * ours - 3 * theirs for ours, theirs in zip(first, second, strict=True)]

    def made(gradient, memory):
        return np.concatenate([part for part in rule.update(gradient, memory) if part is not None])

    with np.errstate(invalid="ignore"):  # a memory of squares is never negative
        linear = np.allclose(made(*both), 2 * made(*first) - 3 * made(*second), rtol=1e-12)
    assert linear == rule.linear


@every_optimizer
def test_a_counterpart_names_nothing_but_theta_the_rate_and_the_fields_of_the_rule(rule):
    numbers = {field.name: getattr(rule, field.name) for field in fields(rule)}
    for library, call in rule.counterparts.items():
        assert library in ("PyTorch", "Keras")
        ast.parse(call.format(theta="theta", rate="rate", **numbers))


def test_without_its_beta_nesterov_is_the_plain_descent_of_pytorch():
    assert Nesterov(0.0).counterparts == GradientDescent().counterparts  # PyTorch refuses Nesterov's momentum of 0


@every_optimizer
def test_a_rule_that_says_it_is_elementwise_gives_a_coordinate_the_same_whatever_the_others_do(rule):
    gradients = np.random.default_rng(0).normal(size=(20, 3))
    others = gradients * [1, 100, -3]
    same = (directions(rule, gradients)[:, 0] == directions(rule, others)[:, 0]).all()
    assert rule.elementwise == same


@every_optimizer
def test_what_goes_in_is_not_changed(rule):
    theta, gradient = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    _, state = rule.update(gradient, rule.init(theta))
    before = pickle.dumps((theta, gradient, state))
    rule.update(gradient, state)
    assert pickle.dumps((theta, gradient, state)) == before


def directions(rule, gradients):
    state, taken = rule.init(gradients[0]), []
    for gradient in gradients:
        direction, state = rule.update(gradient, state)
        taken.append(direction)
    return np.array(taken)


@every_optimizer
def test_runs_and_coordinates_do_not_know_of_each_other(rule):
    gradients = np.random.default_rng(0).normal(size=(50, 4, 3))  # steps, runs, parameters
    together = directions(rule, gradients)
    for run in range(4):
        assert_array_equal(directions(rule, gradients[:, run]), together[:, run])
        for parameter in range(3 if rule.elementwise else 0):
            as_floats = directions(rule, gradients[:, run, parameter].tolist())
            assert_allclose(as_floats, together[:, run, parameter], rtol=1e-14)


@every_optimizer
def test_of_floats_a_rule_makes_floats(rule):
    """And no numbers of numpy, with which the loop would be slower than with arrays."""
    if not rule.elementwise:
        return
    state = rule.init(8.0)
    for gradient in (3.0, -0.5, 0.0):
        direction, state = rule.update(gradient, state)
        made = [direction, *(state if isinstance(state, tuple) else [state])]
        assert {type(part) for part in made} <= {float, int, type(None)}


@every_optimizer
def test_a_float_takes_the_path_of_an_array(rule):
    as_float, as_array = (descend(PARABOLA, start, rule, 0.02, 200) for start in ([8.0], [[8.0]]))
    assert_allclose(as_float.theta, as_array.theta[:, 0], rtol=1e-12, atol=1e-12)


class Rosenbrock:
    """(1 - x)^2 + 100 (y - x^2)^2: no least squares, no Hessian, nothing but what descent asks for."""

    dimension = 2

    def value(self, theta):
        x, y = theta[..., 0], theta[..., 1]
        return (1 - x) ** 2 + 100 * (y - x * x) ** 2

    def gradient(self, theta):
        x, y = theta[..., 0], theta[..., 1]
        return np.stack([2 * (x - 1) - 400 * x * (y - x * x), 200 * (y - x * x)], axis=-1)


@every_optimizer
@pytest.mark.parametrize(
    "objective, start", [(PARABOLA, [8.0]), (Rosenbrock(), [-1.0, 1.5])], ids=["parabola", "banana"]
)
def test_every_rule_gets_lower(rule, objective, start):
    value = descend(objective, start, rule, 5e-4, 300).value
    assert value[-1] < value[0] and value[-1] == value.min()


@pytest.mark.evidence(
    "Momentum as in PyTorch, which is ours, and as in Keras takes the same path until the learning rate changes.",
    lesson="The race",
    kind="independent loop",
    oracle="the update of Keras, written out",
    tolerance=1e-12,
)
@pytest.mark.parametrize("rule", [Momentum(0.9), Nesterov(0.9)], ids=str)
@pytest.mark.parametrize("factor", [1, 0.1], ids=["constant rate", "rate drop"])
def test_the_rate_stays_outside_the_velocity(rule, factor):
    """Keras has it inside, m <- beta m - rate g. That is the same until the rate changes."""
    schedule = StepDecay(0.05, factor, every=10)
    path, velocity = [8.0], 0.0
    for step in range(30):
        move = -schedule(step) * (6 * path[-1] - 2)
        velocity = 0.9 * velocity + move
        path.append(path[-1] + (velocity if isinstance(rule, Momentum) else 0.9 * velocity + move))
    apart = np.abs(descend(PARABOLA, [8.0], rule, schedule, 30).theta[:, 0] - path)
    assert apart[:11].max() < 1e-12
    assert apart.max() < 1e-12 if factor == 1 else apart.max() > 0.1


@pytest.mark.parametrize("bad", [-0.1, 1, 1.5, np.nan, np.inf])
@pytest.mark.parametrize(
    "kind, name", [(Momentum, "beta"), (Nesterov, "beta"), (RMSProp, "rho"), (Adam, "beta1"), (Adam, "beta2")]
)
def test_decays_outside_their_range_raise(kind, name, bad):
    with pytest.raises(ValueError, match=rf"{name} must be in \[0, 1\), got {bad}"):
        kind(**{name: bad})


@pytest.mark.parametrize("bad", [-1e-8, 0, np.nan, np.inf])
@pytest.mark.parametrize("kind", [AdaGrad, RMSProp, Adam])
def test_epsilons_outside_their_range_raise(kind, bad):
    with pytest.raises(ValueError, match=f"epsilon must be positive and finite, got {bad}"):
        kind(epsilon=bad)
