"""Writes y.csv (labels 0 and 1) and p.csv (probabilities of six digits) for the benchmarks.

    python tests/benchmarks/make_rows.py ROWS FOLDER

The seed is fixed: the same ROWS give the same bytes. A label is 1 with its row's probability, so that the
loss is that of a calibrated model. Runs as a process of its own, so that its memory is not counted to
anybody.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

BLOCK_ROWS = 1_000_000
SEED = 20_240_229
MILLIONTHS = 1_000_000


def main() -> None:
    """Writes both files block by block."""
    rows, folder = int(sys.argv[1]), Path(sys.argv[2])
    random = np.random.default_rng(SEED)
    with (folder / "y.csv").open("wb") as labels, (folder / "p.csv").open("wb") as probabilities:
        labels.write(b"y\n")
        probabilities.write(b"p\n")
        for start in range(0, rows, BLOCK_ROWS):
            count = min(BLOCK_ROWS, rows - start)
            millionths = random.integers(1, MILLIONTHS, count)
            ones = random.integers(0, MILLIONTHS, count) < millionths
            labels.write(label_lines(ones))
            probabilities.write(probability_lines(millionths))


def label_lines(ones: np.ndarray) -> bytes:
    """A digit and a line feed a row."""
    lines = np.full((len(ones), 2), ord("\n"), dtype=np.uint8)
    lines[:, 0] = ord("0") + ones
    return lines.tobytes()


def probability_lines(millionths: np.ndarray) -> bytes:
    """0.dddddd and a line feed a row."""
    lines = np.full((len(millionths), 9), ord("\n"), dtype=np.uint8)
    lines[:, 0] = ord("0")
    lines[:, 1] = ord(".")
    rest = millionths.copy()
    for position in range(7, 1, -1):
        rest, digit = np.divmod(rest, 10)
        lines[:, position] = ord("0") + digit
    return lines.tobytes()


if __name__ == "__main__":
    main()
