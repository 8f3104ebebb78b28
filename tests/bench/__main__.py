"""How fast it is: beside what users would otherwise use, or against a commit.

    python -m pip install -r tests/bench/requirements.txt && python -m tests.bench > tests/bench/RESULTS.md
    python -m tests.bench --against HEAD~3      whether the working tree is slower; needs nothing but the app's packages

Words after these choose workloads by their names: `python -m tests.bench --against HEAD stochastic race`.
"""

import argparse
import sys

from tests.bench.against import against
from tests.bench.lessons import LESSONS
from tests.bench.workloads import WORKLOADS


def main() -> None:
    parser = argparse.ArgumentParser(
        "python -m tests.bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--against", metavar="REV", help="a commit, to which the working tree is compared")
    parser.add_argument("name", nargs="*", help="part of a workload's name; without any, all are measured")
    options = parser.parse_args()
    workloads = [*WORKLOADS, *LESSONS] if options.against else WORKLOADS
    names = [name.lower() for name in options.name]
    if unknown := [name for name in names if not any(name in workload.name.lower() for workload in workloads)]:
        parser.error(f"no workload is called {', '.join(unknown)}; there are: {'; '.join(w.name for w in workloads)}")
    chosen = [each for each in workloads if not names or any(name in each.name.lower() for name in names)]
    if options.against:
        sys.exit("\n".join(against(options.against, chosen)) or 0)
    from tests.bench.beside import beside_peers  # not above: a comparison does without the peers

    print(beside_peers(chosen))


if __name__ == "__main__":
    main()
