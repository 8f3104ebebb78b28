"""The run on the screen as a short program to take home, in NumPy, PyTorch, Keras and JAX.

All four have the same parts in the same order (data, settings, loss, batches, loop, print), so that side by side they
show what each library takes over: NumPy nothing, JAX the gradient, PyTorch and Keras the update as well. They draw
data and batches with the same few NumPy calls as `gdcore`, so that all paths are the same up to rounding.

Keras: `keras.optimizers.SGD` has the rate inside the velocity, which differs as soon as the rate changes, and keeps
beta in single precision (Keras 3.15 on TensorFlow 2.21: 1e-7 off after 50 updates). Its programs write momentum out.
"""

from gdcore import Constant, Nesterov
from pages.shared.take_home import parts
from pages.shared.take_home.run import Regression, Run


def numpy_program(run: Run) -> str:
    theta, before, direction = parts.name(run), *parts.direction(run, f"gradient({parts.arguments(run)})")
    return parts.program(
        run,
        modules=["numpy as np"],
        functions=[parts.value(run, mean="np.mean"), parts.gradient(run)],
        start=[f"{theta} = np.array({parts.start(run)})", *parts.velocity(run)],
        update=[*before, f"{theta} = {theta} - {parts.rate_now(run)} * {direction}", *parts.stop(run, theta)],
        point=theta,
    )


def torch_program(run: Run) -> str:
    theta, constant = parts.name(run), isinstance(run.schedule, Constant)
    momentum = ", momentum=beta" if run.beta else ""
    nesterov = ", nesterov=True" if run.beta and isinstance(run.rule, Nesterov) else ""
    start = [
        f"{theta} = torch.tensor({parts.start(run)}, dtype=torch.float64, requires_grad=True)",
        f"optimizer = torch.optim.SGD([{theta}], lr={'learning_rate' if constant else '1.0'}{momentum}{nesterov})",
    ]
    update = ["optimizer.zero_grad()", f"{parts.function(run)}({parts.arguments(run)}).backward()", "optimizer.step()"]
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
    theta, gradient = parts.name(run), f"tape.gradient(value, {parts.name(run)}.value)"
    if run.beta:
        before, direction = parts.direction(run, gradient)
        optimizer = parts.velocity(run, "  # by hand: keras.optimizers.SGD puts the rate inside it")
        update = [*before, f"{theta}.assign_sub({parts.rate_now(run)} * {direction})"]
    elif isinstance(run.schedule, Constant):
        optimizer = ["optimizer = keras.optimizers.SGD(learning_rate)"]
        update = [f"optimizer.apply([{gradient}], [{theta}])"]
    else:
        optimizer = ["optimizer = keras.optimizers.SGD()"]
        update = [f"optimizer.learning_rate = {parts.rate_now(run)}", f"optimizer.apply([{gradient}], [{theta}])"]
    return parts.program(
        run,
        modules=["keras", "tensorflow as tf"],
        configure='keras.config.set_floatx("float64")',
        functions=[parts.value(run, mean="keras.ops.mean", predictions="keras.ops.matmul(X, theta)")],
        start=[f'{theta} = keras.Variable({parts.start(run)}, dtype="float64")', *optimizer],
        update=[
            "with tf.GradientTape() as tape:",
            f"    value = {parts.function(run)}({parts.arguments(run)})",
            *update,
            *parts.stop(run, f"{theta}.numpy()"),
        ],
        point=f"{theta}.numpy()",
    )


def jax_program(run: Run) -> str:
    theta, before, direction = parts.name(run), *parts.direction(run, f"gradient({parts.arguments(run)})")
    return parts.program(
        run,
        modules=["jax", "jax.numpy as jnp"],
        configure='jax.config.update("jax_enable_x64", True)',
        functions=[parts.value(run, mean="jnp.mean")],
        start=[
            f"gradient = jax.jit(jax.grad({parts.function(run)}))",
            f"{theta} = jnp.array({parts.start(run)})",
            *parts.velocity(run),
        ],
        update=[*before, f"{theta} = {theta} - {parts.rate_now(run)} * {direction}", *parts.stop(run, theta)],
        point=theta,
    )


PROGRAMS = {"NumPy": numpy_program, "PyTorch": torch_program, "Keras": keras_program, "JAX": jax_program}
PACKAGES = {"NumPy": "numpy", "PyTorch": "torch numpy", "Keras": "keras tensorflow", "JAX": "jax"}  # for pip
