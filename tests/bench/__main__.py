"""What users would otherwise use, on the same workloads: a Markdown document on standard output.

    python -m pip install -r tests/bench/requirements.txt && python -m tests.bench > tests/bench/RESULTS.md

Words after the command choose workloads by their names: `python -m tests.bench stochastic race`.
"""

import argparse
import os
import platform
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from threadpoolctl import threadpool_limits

from tests.bench.measuring import CLOSE, ROUNDS, Result, Workload, measure
from tests.bench.workloads import every_workload

NOTES = f"""\
Each cell has milliseconds of processor time, the median of {ROUNDS} rounds, and in brackets that time divided by ours:
above 1 ours is faster. In each round all take their turn, on one thread, in double precision and compiled before.
Before anything is timed, every peer's history (the parameters, the loss over all examples and the gradient of each
update) has been found equal to ours within {CLOSE:g}, as far as it goes.

- **ours**: `descend`, from the data to the history: compression, drawing of batches and all checks are in its time.
- **PyTorch**: autograd and `torch.optim` in a Python loop; seeds and rates are rows of one tensor.
- **JAX**: `jax.grad` in a jitted `lax.scan` over the rows of the data, with `vmap` over seeds and rates; on Rosenbrock
  with the rules of `gdcore`, which work on whatever has arithmetic.
- **scikit-learn**: `partial_fit` for each update: `SGDRegressor` for single examples, and for batches `MLPRegressor`
  without a hidden layer, which is linear regression. Both halve the squared error, so their rate is twice ours.
- **numba**: a compiled loop over the rows of the data, columns apart and with `fastmath`.
- **numba, compressed**: the same loop with the full loss and its gradient from the three rows of a QR decomposition, as
  ours has them; the decomposition is in its time. It is the limit of what makes one update after another.
- The orders of the batches are drawn before the peers begin. ~ is a loop that makes fewer updates, its time scaled.
- On Rosenbrock the rates are so small that no optimizer arrives: RMSProp and Adam are chaotic once they have, and two
  right programs then differ in every digit.
"""


def main() -> None:
    workloads = chosen(every_workload())
    results = []
    with threadpool_limits(1):
        for workload in workloads:
            print(workload.name, file=sys.stderr)
            results.append(measure(workload))
    print(document(results))


def chosen(workloads: list[Workload]) -> list[Workload]:
    parser = argparse.ArgumentParser("python -m tests.bench")
    parser.add_argument("name", nargs="*", help="part of a workload's name; without any, all are measured")
    names = [name.lower() for name in parser.parse_args().name]
    if unknown := [name for name in names if not any(name in workload.name.lower() for workload in workloads)]:
        parser.error(f"no workload is called {', '.join(unknown)}; there are: {'; '.join(w.name for w in workloads)}")
    return [each for each in workloads if not names or any(name in each.name.lower() for name in names)]


def document(results: Sequence[Result]) -> str:
    command = " ".join(["python -m tests.bench", *sys.argv[1:]])
    parts = [f"# Beside what users would otherwise use\n\nWritten by `{command}`.", machine(), table(results), NOTES]
    return "\n\n".join(parts) + gaps([result.workload for result in results])


def machine() -> str:
    packages = ("numpy", "torch", "jax", "scikit-learn", "numba")
    versions = ", ".join(f"{package} {version(package)}" for package in packages)
    return (
        f"{processor()}, {os.cpu_count()} cores; {platform.system()}; Python {platform.python_version()}, {versions}."
    )


def processor() -> str:
    """Its model: Linux tells it in a file of its own."""
    information = Path("/proc/cpuinfo")
    lines = information.read_text().splitlines() if information.exists() else []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor()


def table(results: Sequence[Result]) -> str:
    peers = list(results[0].workload.peers)
    rows = [["workload", "updates", "ours", *peers], ["---", *["---:"] * (2 + len(peers))]]
    for result in results:
        cells = [cell(result, peer) for peer in peers]
        rows.append([result.workload.name, f"{result.updates:,}", digits(result.ours), *cells])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def cell(result: Result, peer: str) -> str:
    if peer not in result.peers:
        return "-"
    about = "~" if result.scaled[peer] > 1 else ""
    return f"{about}{digits(result.peers[peer])} ({digits(result.peers[peer] / result.ours)})"


def digits(number: float) -> str:
    """Two significant digits, which is more than the noise leaves, and never a power of ten."""
    return f"{float(f'{number:.2g}'):,.10g}"


def gaps(workloads: Sequence[Workload]) -> str:
    """Why there is a - in the table."""
    reasons = [
        f"- {workload.name}, {name}: {reason}.\n"
        for workload in workloads
        for name, reason in workload.peers.items()
        if isinstance(reason, str)
    ]
    return "".join(["\nWhere there is a -:\n\n", *reasons]) if reasons else ""


if __name__ == "__main__":
    main()
