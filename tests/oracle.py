"""What verdicts are compared with: computations that share nothing with the lab, and settings at random.

Limits come from eigenvalues of a Hessian that is written out, distances and losses from a loop over the rows.
"""

import numpy as np
from hypothesis import Phase
from hypothesis import strategies as some

from gdcore.datasets import Dataset
from tests.harness import any_value, open_lesson

A_HUNDREDTH = 0.01


EDGE = 1e-9  # what lies nearer to a border than this, a rounding may put on the other side


def table(rng: np.random.Generator, n: int, p: int, offset: float, noise: float) -> Dataset:
    features = offset + rng.normal(size=(n, p)) * 10 ** rng.uniform(-1, 1, p)
    targets = features @ rng.normal(size=p) + rng.normal() * 5 + noise * rng.normal(size=n)
    return Dataset(features, targets, ("u", "v")[:p], "y", "", "")


def written_out(design: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Curvatures, directions and the optimum nearest to 0, by the pseudo-inverse of the Hessian."""
    hessian = 2 * design.T @ design / len(design)
    curved, directions = np.linalg.eigh(hessian)
    curved = np.where(curved < 1e-7 * curved.max(), 0, curved)
    inverse = np.divide(1, curved, out=np.zeros_like(curved), where=curved > 0)
    return curved, directions, directions * inverse @ directions.T @ (2 * design.T @ targets / len(design))


def is_exact(design: np.ndarray) -> bool:
    """Whether a Hessian tells a gentle direction of these data from a flat one."""
    curved = np.linalg.eigvalsh(design.T @ design)
    return not ((curved > 1e-14 * curved.max()) & (curved < 1e-7 * curved.max())).any()


def loop(design, targets, start, rates, rows) -> np.ndarray:
    """theta after every update, batch by batch, until it leaves the range of numbers."""
    path = [np.array(start, dtype=float)]
    with np.errstate(all="ignore"):
        for rate, batch in zip(rates, rows, strict=False):
            x, y = design[batch], targets[batch]
            new = path[-1] - rate * 2 * x.T @ (x @ path[-1] - y) / len(y)
            if not np.isfinite(np.square(design @ new - targets).mean()):
                break
            path.append(new)
    return np.array(path)


def away(path: np.ndarray, curved: np.ndarray, directions: np.ndarray, best: np.ndarray) -> np.ndarray:
    """The distance to the nearest optimum: what lies along flat directions does not count."""
    return np.linalg.norm(((path - best) @ directions)[..., curved > 0], axis=-1)


NO_SHRINKING = [Phase.explicit, Phase.reuse, Phase.generate]  # to make a failing page simple would take minutes


def on_the_page(page: str, values: dict) -> str:
    """All that is written on the page that these settings open."""
    app = open_lesson(page, **values)
    return "\n".join(text.value for text in app.markdown)


def defaults(declared) -> dict:
    return {setting.name: setting.default for setting in declared}


def some_settings(declared, **fixed):
    """Random values and values of the widgets' grids for the settings that decide a run."""
    return some.fixed_dictionaries({s.name: any_value(s) for s in declared} | fixed)


SOMEWHERE = {name: some.sampled_from([-20.0, -1.0, 0.0, 0.5, 2.0, 1e6]) for name in ("w1", "b")}
