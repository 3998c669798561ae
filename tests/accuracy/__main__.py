"""``python -m tests.accuracy [--points N] [--seed N] [LOSS ...]``: a table of every loss's worst error."""

from __future__ import annotations

import argparse
import sys
import time

import losscli.losses  # noqa: F401  (registers every loss)
from losscli.registry import all_losses, get
from tests.accuracy.measure import measure


def main() -> int:
    """Print the table; 1 when a loss misses its bar."""
    parser = argparse.ArgumentParser(prog="python -m tests.accuracy", description=__doc__)
    parser.add_argument("losses", nargs="*", help="names of losses; all without any")
    parser.add_argument("--points", type=int, default=2000, help="points for each loss")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    chosen = [get(name) for name in options.losses] or list(all_losses())
    print("| loss | points | bar (ulp) | worst (ulp) | textbook's worst | textbook fails | s |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    wrong: list[str] = []
    for loss in chosen:
        start = time.perf_counter()
        found = measure(loss, options.points, options.seed)
        share = 100.0 * found.textbook_failures / found.points
        print(
            f"| {loss.name} | {found.points} | {loss.accuracy.ulp:g} | {found.worst:.3g} | "
            f"{found.textbook_worst:.3g} | {share:.1f} % | {time.perf_counter() - start:.0f} |",
            flush=True,
        )
        wrong += [f"{loss.name}: {words}" for words in found.verdict()]
    print("", *wrong, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
