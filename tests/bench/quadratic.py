"""500 updates on a quadratic with the whole history: `descend` beside a `torch.optim.SGD` loop, in one process.

    python -m pip install -r tests/bench/requirements.txt && python -m tests.bench.quadratic

Both give the same path (checked first); the two are timed in turns, and the medians and their ratio are printed.
"""

from statistics import median
from time import perf_counter

import numpy as np
import torch

from gdcore import GradientDescent, Quadratic, descend

START, RATE, UPDATES, ROUNDS = 8.0, 0.001, 500, 30
OBJECTIVE = Quadratic(a0=-3, a1=-2, a2=3)


def ours() -> np.ndarray:
    return descend(OBJECTIVE, [START], GradientDescent(), RATE, UPDATES).theta[:, 0]


def torchs() -> np.ndarray:
    x = torch.tensor([START], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([x], lr=RATE)
    path, values, gradients = [x.item()], [], []
    for _ in range(UPDATES):
        optimizer.zero_grad()
        value = (3 * x * x - 2 * x - 3).sum()
        value.backward()
        values.append(value.item())
        gradients.append(x.grad.item())
        optimizer.step()
        path.append(x.item())
    return np.array(path)


def seconds(run) -> float:
    begin = perf_counter()
    run()
    return perf_counter() - begin


def main() -> None:
    torch.set_num_threads(1)
    np.testing.assert_allclose(ours(), torchs(), rtol=1e-12)
    pairs = [(seconds(ours), seconds(torchs)) for _ in range(ROUNDS)]
    mine, theirs = (1e3 * median(times) for times in zip(*pairs, strict=True))
    print(f"descend {mine:.3f} ms, torch.optim.SGD {theirs:.1f} ms: {theirs / mine:.0f} times faster")


if __name__ == "__main__":
    main()
