"""The run on the screen as a short program to take home, in NumPy, PyTorch, Keras and JAX.

All four have the same parts in the same order (data, settings, rule, loss, batches, loop, print), so that side by side
they show what each library takes over: NumPy nothing, JAX the gradient, PyTorch and Keras the update as well. They draw
data and batches with the same few NumPy calls as `gdcore`, so that all paths are the same up to rounding.

A rule that a library does not have, or has in another way, stands there with its own source, in NumPy; PyTorch, which
is asked for its optimizers, then has no program. Keras has plain descent alone: its other rules keep their numbers in
single precision (Keras 3.15 on TensorFlow 2.21: 1e-7 off after 50 updates) and put rate or epsilon elsewhere.
"""

from collections.abc import Callable

from pages.shared.take_home import parts
from pages.shared.take_home.rule import counterpart, direction, memory, source
from pages.shared.take_home.run import Regression, Run


def numpy_program(run: Run) -> str:
    theta = parts.name(run)
    before, step = direction(run, f"gradient({parts.arguments(run)})")
    return parts.program(
        run,
        modules=["numpy as np"],
        functions=[*source(run), parts.value(run, mean="np.mean"), parts.gradient(run)],
        start=[f"{theta} = np.array({parts.start(run)})", *memory(run, theta)],
        update=[*before, f"{theta} = {theta} - {parts.rate_now(run)} * {step}", *parts.stop(run, theta)],
        point=theta,
    )


def torch_program(run: Run) -> str | None:
    theta, constant = parts.name(run), run.schedule.is_constant
    optimizer = counterpart(run, "PyTorch", theta, rate="learning_rate" if constant else "1.0")
    if optimizer is None:
        return None
    start = [
        f"{theta} = torch.tensor({parts.start(run)}, dtype=torch.float64, requires_grad=True)",
        f"optimizer = {optimizer}",
    ]
    update = [
        "optimizer.zero_grad()",
        f"{parts.function(run)}({parts.arguments(run)}).backward()",
        "optimizer.step()",
    ]
    if isinstance(run.objective, Regression):
        start.insert(0, "X, y = torch.from_numpy(X), torch.from_numpy(y)")
    if not constant:
        start.append("schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, learning_rate)")
        update.append("schedule.step()")
    update += parts.stop(run, theta)
    return parts.program(
        run,
        modules=["torch"],
        functions=[parts.value(run, mean="torch.mean")],
        start=start,
        update=update,
        point=f"{theta}.detach().clone()",
    )


def keras_program(run: Run) -> str:
    theta, constant = parts.name(run), run.schedule.is_constant
    gradient = f"tape.gradient(value, {theta}.value)"
    optimizer = counterpart(run, "Keras", theta, rate="learning_rate" if constant else "")
    if optimizer is None:
        own = source(run)
        start = memory(run, f"{theta}.numpy()", "  # by hand: Keras has none that computes the same")
        before, step = direction(run, f"{gradient}.numpy()")
        update = [*before, f"{theta}.assign_sub({parts.rate_now(run)} * {step})"]
    else:
        own, start = [], [f"optimizer = {optimizer}"]
        update = [] if constant else [f"optimizer.learning_rate = {parts.rate_now(run)}"]
        update.append(f"optimizer.apply([{gradient}], [{theta}])")
    return parts.program(
        run,
        modules=["keras", "tensorflow as tf"],
        configure='keras.config.set_floatx("float64")',
        functions=[*own, parts.value(run, mean="keras.ops.mean", predictions="keras.ops.matmul(X, theta)")],
        start=[f'{theta} = keras.Variable({parts.start(run)}, dtype="float64")', *start],
        update=[
            "with tf.GradientTape() as tape:",
            f"    value = {parts.function(run)}({parts.arguments(run)})",
            *update,
            *parts.stop(run, f"{theta}.numpy()"),
        ],
        point=f"{theta}.numpy()",
    )


def jax_program(run: Run) -> str:
    theta = parts.name(run)
    before, step = direction(run, f"gradient({parts.arguments(run)})")
    return parts.program(
        run,
        modules=["jax", "jax.numpy as jnp"],
        configure='jax.config.update("jax_enable_x64", True)',
        functions=[*source(run), parts.value(run, mean="jnp.mean")],
        start=[
            f"gradient = jax.jit(jax.grad({parts.function(run)}))",
            f"{theta} = jnp.array({parts.start(run)})",
            *memory(run, theta),
        ],
        update=[*before, f"{theta} = {theta} - {parts.rate_now(run)} * {step}", *parts.stop(run, theta)],
        point=theta,
    )


PROGRAMS: dict[str, Callable[[Run], str | None]] = {  # None where a library has no counterpart of the rule
    "NumPy": numpy_program,
    "PyTorch": torch_program,
    "Keras": keras_program,
    "JAX": jax_program,
}
PACKAGES = {"NumPy": "numpy", "PyTorch": "torch numpy", "Keras": "keras tensorflow", "JAX": "jax"}  # for pip
