"""How often the interval of a mean holds the true mean: nominal 95 %, over many simulated sets.

    python tests/benchmarks/bench_coverage.py [--rows 20 50 200] [--sets 2000] [--seed 1] [--resamples 10000]

`bce` is of a classifier that is too sure (logits of deviation 2, times 1.3), `mse` of normal residuals,
`difference` the paired difference in bce of a noisier classifier and a sound one. The true means come from
quadrature. `student` is the plain interval of Student's t beside it. The draws of a number of rows are made
once, as every set has the same seed.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from losscli.losses import bce, mse
from losscli.statistics.bootstrap import Draws
from losscli.statistics.intervals import moments_interval, resampled_interval

LEVEL = 0.95
SURE, NOISE = 1.3, 0.6


class Remembered(Draws):
    """Draws that are made once for each number of rows."""

    known: dict[int, list[np.ndarray]] = {}  # noqa: RUF012

    def counts(self, rows: int) -> Iterator[np.ndarray]:
        if rows not in self.known:
            self.known.clear()
            self.known[rows] = list(super().counts(rows))
        return iter(self.known[rows])


def chance(logits: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-logits))


def sets_of(name: str, random: np.random.Generator, rows: int) -> np.ndarray:
    """The losses of one simulated set."""
    if name == "mse":
        target = random.normal(size=rows)
        return mse(target, target + random.normal(size=rows))
    logits = random.normal(0.0, 2.0, size=rows)
    labels = (random.uniform(size=rows) < chance(logits)).astype(float)
    if name == "bce":
        return bce(labels, chance(SURE * logits))
    noisy = logits + random.normal(0.0, NOISE, size=rows)
    return bce(labels, chance(noisy)) - bce(labels, chance(logits))


def truth_of(name: str) -> float:
    """The mean over all sets, by the trapezoidal rule on a fine grid."""
    if name == "mse":
        return 1.0
    grid = np.linspace(-20.0, 20.0, 4001)
    density = np.exp(-(grid**2) / 8.0) / math.sqrt(8.0 * math.pi) * (grid[1] - grid[0])

    def loss(logits: np.ndarray) -> np.ndarray:
        right = chance(grid)
        return right * np.logaddexp(0.0, -logits) + (1.0 - right) * np.logaddexp(0.0, logits)

    if name == "bce":
        return float(np.dot(density, loss(SURE * grid)))
    steps = np.linspace(-6.0, 6.0, 241)
    chances = np.exp(-(steps**2) / 2.0) / math.sqrt(2.0 * math.pi) * (steps[1] - steps[0])
    noisy = sum(share * loss(grid + NOISE * step) for share, step in zip(chances, steps, strict=True))
    return float(np.dot(density, noisy - loss(grid)))


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("not a number above 0")
    return number


def main() -> None:
    """A table: for each loss and number of rows the share of sets whose interval holds the mean."""
    parser = argparse.ArgumentParser(description="coverage of the interval of a mean")
    parser.add_argument("--rows", type=positive, nargs="+", default=[20, 50, 200])
    parser.add_argument("--sets", type=positive, default=2000)
    parser.add_argument("--resamples", type=positive, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--losses", nargs="+", default=["bce", "mse", "difference"])
    options = parser.parse_args()
    error = 100 * math.sqrt(LEVEL * (1 - LEVEL) / options.sets)
    print(f"{options.sets:,} sets, nominal {100 * LEVEL:g} %, error of a share {error:.1f} points")
    print("| loss | rows | losscli | below | above | width | student | width | seconds |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for rows in options.rows:
        for name in options.losses:
            start = time.process_time()
            shares = simulate(name, rows, options.sets, Remembered(options.resamples, 0), options.seed)
            print(f"| {name} | {rows:,} | {shares} | {time.process_time() - start:.1f} |", flush=True)


def simulate(name: str, rows: int, sets: int, draws: Draws, seed: int) -> str:
    """The cells of one row of the table."""
    random, truth = np.random.default_rng(seed), truth_of(name)
    held = below = above = students = 0
    width = plain = 0.0
    for _ in range(sets):
        losses = sets_of(name, random, rows)
        found = resampled_interval(losses, None, LEVEL, draws, wide=name == "difference")
        below += truth < found.low
        above += truth > found.high
        held += found.low <= truth <= found.high
        width += found.high - found.low
        other = moments_interval(rows, losses.mean(), losses.std(), LEVEL)
        students += other.low <= truth <= other.high
        plain += other.high - other.low
    cells = [f"{100 * count / sets:.1f} %" for count in (held, below, above)]
    cells += [f"{width / sets:.4f}", f"{100 * students / sets:.1f} %", f"{plain / sets:.4f}"]
    return " | ".join(cells)


if __name__ == "__main__":
    main()
