"""How often `inspect` finds shifted rows and classes in another order, and how often right sets raise alarms.

    python tests/benchmarks/bench_inspect.py [--sets 400] [--seed N] [--rows 300 1000 5000]

So many simulated sets of each kind and size. Prints the rates, and the bound that each stays beyond with a
chance of 95 %; without --seed every run draws other sets.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.analysis.inspecting.simulated import (
    CLEAN,
    ORDERS,
    SHIFTED,
    SIZES,
    alarms,
    finds_order,
    finds_shift,
    new_seed,
)


def lowest(found: int, sets: int) -> float:
    """Wilson's lower bound of a rate, one-sided, 95 %."""
    share, z = found / sets, 1.645
    middle = share + z * z / (2 * sets)
    width = z * np.sqrt(share * (1 - share) / sets + z * z / (4 * sets * sets))
    return float((middle - width) / (1 + z * z / sets))


def main(sets: int, seed: int, sizes: Sequence[int]) -> None:
    """Print the rates."""
    generator, start = np.random.default_rng(seed), time.process_time()
    print(f"numpy {np.__version__}, seed {seed}, {sets} sets of each kind and size")
    for rows in sizes:
        for kind, draw in SHIFTED.items():
            found = sum(finds_shift(draw, generator, rows) for _ in range(sets))
            print(
                f"shift   {kind:<22} {rows:>5} rows  {found / sets:8.2%}  at least {lowest(found, sets):.2%}"
            )
        for width in ORDERS:
            found = sum(finds_order(width, generator, rows) for _ in range(sets))
            kind = f"{width} classes"
            print(
                f"order   {kind:<22} {rows:>5} rows  {found / sets:8.2%}  at least {lowest(found, sets):.2%}"
            )
    total = 0
    for rows in sizes:
        for kind, draw in CLEAN.items():
            wrong = sum(bool(alarms(draw(generator, rows))) for _ in range(sets))
            total += wrong
            print(f"right   {kind:<22} {rows:>5} rows  {wrong} alarms")
    count = sets * len(sizes) * len(CLEAN)
    highest = 1.0 - lowest(count - total, count)
    print(f"right sets: {total} alarms in {count:,}, {total / count:.3%}, at most {highest:.3%}")
    print(f"{time.process_time() - start:.0f} s of processor time")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sets", type=int, default=400)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--rows", type=int, nargs="+", default=list(SIZES))
    given = parser.parse_args()
    main(given.sets, new_seed() if given.seed is None else given.seed, given.rows)
