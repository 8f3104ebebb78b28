"""What the articles print, beside the same numbers computed here.

A printed number is a quotation and stays a text: its digits say how exactly it can be compared. Computed numbers are
never kept; each is computed when it is shown.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from gdcore import GradientDescent, Quadratic, Trace, descend
from gdcore.datasets import Dataset
from pages.lessons.quadratic.scenes import ARTICLE
from pages.lessons.regression.scenes import BROADCAST, SLOPE
from pages.shared.data.regression import Model
from pages.shared.lesson import Scene
from pages.shared.words import number

PRINTED_MINIMUM = "0.7116006162706949"  # the smallest x of the series

PRINTED_LINE = {  # update: w before it, w after it, and the loss beside them
    1: ("8.0", "7.38", "186.0"),
    2: ("7.38", "6.8240666", "149.54607"),
    3: ("6.8240666", "6.3255796", "120.236694"),
    48: ("2.0356295", "2.0319479", "0.0065588956"),
    49: ("2.0319479", "2.0286465", "0.005273429"),
    50: ("2.0286465", "2.0256863", "0.004239871"),
}

PRINTED_PLANE = {  # epoch: w1, w2, b after it, and the loss beside them
    100: ("-0.2618025", "0.44433367", "-0.17722966", "14.1803"),
    200: ("-0.21144074", "0.35393423", "-0.7892358", "10.303"),
    300: ("-0.17063744", "0.28172654", "-1.2897989", "7.712"),
    400: ("-0.13759881", "0.22408141", "-1.699218", "5.9806"),
    500: ("-0.11086453", "0.17808875", "-2.0340943", "4.8235"),
    600: ("-0.08924612", "0.14141548", "-2.3080034", "4.0502"),
    700: ("-0.0717768", "0.11219224", "-2.5320508", "3.5333"),
    800: ("-0.0576706", "0.08892148", "-2.7153134", "3.1878"),
    900: ("-0.04628877", "0.07040432", "-2.8652208", "2.9569"),
    1000: ("-0.0371125", "0.05568104", "-2.9878428", "2.8026"),
}
PRINTED_PREDICTIONS = ("-2.9765", "-3.1385", "-3.0818", "-3.0756", "-2.8681")  # of the first rows, in the end

AGREE = "all\u00a0agree"  # the printed digits with the computed number, when that is rounded to as many

Rows = Sequence[Sequence[float]]


# ---- comparing


def as_printed(value: float, printed: str) -> str:
    """A number with as many decimals as a printed one."""
    return fixed(value, len(printed.partition(".")[2]))


def fixed(value: float, decimals: int) -> str:
    """A number with so many decimals and a true minus sign."""
    return f"{value:.{decimals}f}".replace("-", "−")


def agrees(value: float, printed: str) -> bool:
    """Whether a number rounds to the printed digits."""
    return as_printed(value, printed) == printed.replace("-", "−")


def agreeing(computed: Rows, printed: Mapping[int, Sequence[str]]) -> str:
    """How many of the printed numbers are computed to the last digit: 14 of 18."""
    pairs = [pair for row in zip(computed, printed.values(), strict=True) for pair in zip(*row, strict=True)]
    return f"{number(sum(agrees(*pair) for pair in pairs))} of {number(len(pairs))}"


def beside(values: Sequence[float], printed: Sequence[str], between: str = ", ") -> str:
    """Three cells of a table: printed, computed, and the largest difference, or that all digits agree."""
    pairs = list(zip(values, printed, strict=True))
    theirs = between.join(text.replace("-", "−") for text in printed)
    ours = between.join(as_printed(*pair) for pair in pairs)
    apart = number(max(abs(value - float(text)) for value, text in pairs), 2)
    return f"{theirs} | {ours} | {AGREE if all(agrees(*pair) for pair in pairs) else apart}"


def _table(head: str, between: str, computed: Rows, printed: Mapping[int, Sequence[str]]) -> str:
    """Rows of parameters with a loss beside them."""
    lines = [f"| {head}, printed | computed | difference | loss, printed | computed | difference |", "|--:" * 7 + "|"]
    for (label, texts), values in zip(printed.items(), computed, strict=True):
        parameters, loss = beside(values[:-1], texts[:-1], between), beside(values[-1:], texts[-1:])
        lines.append(f"| {number(label)} | {parameters} | {loss} |")
    return "\n".join(lines)


# ---- the quadratic

PARABOLA = Quadratic(*(ARTICLE.settings[name] for name in ("a0", "a1", "a2")))


def descent_on_the_parabola(**changed: str | float) -> Trace:
    """The article's run, or the same with another setting."""
    values = {**ARTICLE.settings, **changed}
    rate, tolerance = float(values["rate"]), float(values["tolerance"])
    return descend(PARABOLA, [values["start"]], GradientDescent(), rate, values["updates"], tolerance=tolerance)


# ---- the line: b is held, and theta is (w,)


def line_rows(theta: npt.NDArray, loss: npt.NDArray) -> Rows:
    """What is computed at the printed updates. The loss is that of the w before the update."""
    return [(theta[update - 1, 0], theta[update, 0], loss[update - 1]) for update in PRINTED_LINE]


def line_table(trace: Trace) -> str:
    return _table("update | w → new w", "\u00a0→\u00a0", line_rows(trace.theta, trace.value), PRINTED_LINE)


# ---- the plane: theta is (w1, w2, b)


def plane_rows(theta: npt.NDArray, loss: npt.NDArray) -> Rows:
    """What is computed at the printed epochs. The loss is one update older than the parameters."""
    return [(*theta[epoch], loss[epoch - 1]) for epoch in PRINTED_PLANE]


def plane_table(trace: Trace) -> str:
    return _table("epoch | w₁, w₂, b", ", ", plane_rows(trace.theta, trace.value), PRINTED_PLANE)


def broadcast_mistake(dataset: Dataset) -> str:
    """What the article's loss compares, and where that loss is least."""
    n = len(dataset.targets)
    right, mistaken = Model(dataset), Model(dataset, broadcast=True)
    optima = [
        ", ".join(number(round(value, 6), 5) for value in model.objective.optimum.tolist())
        for model in (right, mistaken)
    ]
    return (
        f"Its predictions have shape ({n}, 1), its targets ({n},), so their difference "
        f"has {n:,} × {n:,} entries, {4e-6 * n * n:.0f} MB instead of {4e-3 * n:.0f} kB: every prediction is compared "
        f"with every target. That loss is lowest at (w₁, w₂, b) = ({optima[1]}), where it is {number(mistaken.floor)}; "
        f"the right loss is lowest at ({optima[0]})."
    )


# ---- the line and the plane


def run_of(scene: Scene, dataset: Dataset) -> tuple[Model, Trace]:
    """The run that a scene of the regression lesson shows."""
    values = scene.settings
    held = values["b"] if values.get("learned") == SLOPE else None
    model = Model(dataset, held=held, broadcast=values.get("loss") == BROADCAST)
    start = model.start([values[name] for name in ("w1", "w2", "b") if name in values])
    return model, descend(model.objective, start, GradientDescent(), float(values["rate"]), values["updates"])


def point(parameters: tuple[float, ...]) -> str:
    return f"({', '.join(map(number, parameters))})"


# ---- the precision that the articles compute in


def single_precision(
    design: npt.NDArray, targets: npt.NDArray, start: npt.ArrayLike, rate: float, updates: int
) -> tuple[npt.NDArray, npt.NDArray]:
    """Batch descent on mean((X theta - y)^2) in numbers of 32 bits, as JAX and PyTorch compute unless told otherwise.

    theta (updates + 1, d), and the loss that each update starts from, (updates,).
    """
    columns, y, theta = (np.ascontiguousarray(values, np.float32) for values in (design.T, targets, start))
    rate, n = np.float32(rate), np.float32(len(y))
    path, losses = [theta], []
    for _ in range(updates):
        residuals = (columns * theta[:, None]).sum(0) - y
        losses.append((residuals * residuals).mean())
        theta = theta - rate * ((2 * columns * residuals).sum(1) / n)
        path.append(theta)
    return np.array(path), np.array(losses)
