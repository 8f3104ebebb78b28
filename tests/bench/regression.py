"""1,000 epochs of batch descent with the whole history, on more and more rows, beside a NumPy loop over the rows.

    python -m tests.bench.regression

Least squares keeps p + 1 rows of a QR decomposition in place of n; both give the same path (checked first).
"""

from statistics import median
from time import perf_counter

import numpy as np

from gdcore import GradientDescent, LeastSquares, datasets, descend

EPOCHS, RATE, ROUNDS = 1000, 0.1, 5


def over_the_rows(design: np.ndarray, targets: np.ndarray) -> np.ndarray:
    theta = np.zeros(design.shape[1])
    path, losses = [theta], []
    for _ in range(EPOCHS):
        residuals = design @ theta - targets
        losses.append(residuals @ residuals / len(targets))
        theta = theta - RATE * 2 * residuals @ design / len(targets)
        path.append(theta)
    return np.array(path)


def seconds(run) -> float:
    begin = perf_counter()
    run()
    return perf_counter() - begin


def main() -> None:
    for n in (1_000, 100_000, 1_000_000):
        data = datasets.noisy_line(n=n)
        built = seconds(lambda data=data: LeastSquares(data.features, data.targets))
        objective = LeastSquares(data.features, data.targets)

        def ours(objective=objective):
            return descend(objective, [0.0, 0.0], GradientDescent(), RATE, EPOCHS)

        taken = median(seconds(ours) for _ in range(ROUNDS))
        line = f"n = {n:>9,}: compressed in {1e3 * built:.1f} ms, then {1e3 * taken:.1f} ms"
        if n == 100_000:
            design = np.column_stack([data.features, np.ones(n)])
            np.testing.assert_allclose(ours().theta, over_the_rows(design, data.targets), rtol=1e-9)
            pairs = [
                (seconds(ours), seconds(lambda design=design, data=data: over_the_rows(design, data.targets)))
                for _ in range(ROUNDS)
            ]
            mine, theirs = (median(times) for times in zip(*pairs, strict=True))
            line += f"; the loop over the rows takes {theirs:.2f} s, {theirs / mine:.0f} times as long"
        print(line)


if __name__ == "__main__":
    main()
