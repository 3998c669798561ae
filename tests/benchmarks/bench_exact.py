"""Nanoseconds a row of the exact sums, beside `numpy.sum`, which rounds, and `math.fsum`, which is slow.

    python tests/benchmarks/bench_exact.py [--rows 65_536] [--blocks 8] [--runs 21]

All contenders take turns on the same losses of binary cross-entropy; medians. Then additions of one row, the
whole summary with and without its deviation, and how many answers random orders of the rows give.
"""

from __future__ import annotations

import argparse
import math
import statistics
import time
from collections.abc import Callable, Mapping

import numpy as np
from measuring import machine, markdown, positive, versions

from losscli.arrays import Floats
from losscli.numerics.exact import ExactSum
from losscli.reductions import Quantiles, Summary, parse_reductions

ORDERS = 60


def main() -> None:
    """Two tables and a line."""
    parser = argparse.ArgumentParser(description="nanoseconds a row of the exact sums")
    parser.add_argument("--rows", type=positive, default=65_536, help="rows of a block")
    parser.add_argument("--blocks", type=positive, default=8, help="blocks of a run")
    parser.add_argument("--runs", type=positive, default=21)
    options = parser.parse_args()
    draw = np.random.default_rng(0)
    blocks = [losses(draw, options.rows) for _ in range(options.blocks)]
    weights = draw.uniform(0.5, 2.0, options.rows)
    print(
        f"{machine()}; {versions(('numpy',))}; blocks of {options.rows:,}, medians of {options.runs} runs\n"
    )
    timed = in_turns(contenders(blocks, weights), options.runs)
    rows = options.rows * options.blocks
    fastest = timed["numpy.sum"]
    cells = [(name, f"{1e9 * taken / rows:.2f}", f"{taken / fastest:.1f}") for name, taken in timed.items()]
    for line in markdown(("a block at a time", "ns a row", "numpy.sum is 1"), cells):
        print(line)
    print()
    for line in markdown(("one row at a time", "ns a row"), single_rows(blocks[0])):
        print(line)
    print(f"\n{ORDERS} orders of the rows: {answers(np.concatenate(blocks))}")


def losses(draw: np.random.Generator, rows: int) -> Floats:
    """Binary cross-entropy of logits with a spread of 3."""
    found: Floats = np.logaddexp(0.0, -3.0 * draw.normal(size=rows))
    return found


def contenders(blocks: list[Floats], weights: Floats) -> Mapping[str, Callable[[], object]]:
    """One pass over all blocks for each way to add."""
    total, squares = ExactSum(), ExactSum()
    plain, deviation = Summary(), Summary(deviation=True)
    ways: dict[str, Callable[[Floats], object]] = {
        "numpy.sum": lambda block: block.sum(),
        "math.fsum": lambda block: math.fsum(block.tolist()),
        "ExactSum.add": total.add,
        "ExactSum.add_squares": total.add_squares,
        "ExactSum.add_with_squares": lambda block: total.add_with_squares(block, squares),
        "ExactSum.add_products": lambda block: total.add_products(weights, block),
        "ExactSum.add_weighted_squares": lambda block: total.add_weighted_squares(weights, block),
        "Summary": plain.add,
        "Summary with deviation": deviation.add,
        "Summary with deviation, weighted": lambda block: deviation.add(block, weights),
    }

    def over_all(way: Callable[[Floats], object]) -> Callable[[], object]:
        return lambda: [way(block) for block in blocks]

    return {name: over_all(way) for name, way in ways.items()}


def in_turns(ways: Mapping[str, Callable[[], object]], runs: int) -> dict[str, float]:
    """The median seconds of each, one run of each at a time, every other round backwards."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(runs + 1):
        for name in ways if turn % 2 == 0 else reversed(ways):
            start = time.perf_counter()
            ways[name]()
            if turn:  # the first round warms up
                seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(taken) for name, taken in seconds.items()}


def single_rows(block: Floats) -> list[tuple[str, str]]:
    """What a row costs that comes alone."""
    ways = {
        "ExactSum.add": ExactSum().add,
        "Summary with deviation": Summary(deviation=True).add,
        "Quantiles": Quantiles(parse_reductions("median")).add,
    }
    rows = [block[place : place + 1] for place in range(block.size)]
    found = []
    for name, way in ways.items():
        start = time.perf_counter()
        for row in rows:
            way(row)
        found.append((name, f"{1e9 * (time.perf_counter() - start) / len(rows):.0f}"))
    return found


def answers(values: Floats) -> str:
    """How many different sums the same rows have, in different orders and cut into blocks."""
    draw = np.random.default_rng(1)
    rounded, exact = set(), set()
    for _ in range(ORDERS):
        total, blocks = ExactSum(), np.array_split(draw.permutation(values), 16)
        for block in blocks:
            total.add(block)
        exact.add(total.value())
        rounded.add(float(sum(block.sum() for block in blocks)))
    return f"{len(rounded)} answers of numpy.sum in blocks, {len(exact)} of the exact sum"


if __name__ == "__main__":
    main()
