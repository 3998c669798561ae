"""Writes y.csv (id, label) and p.csv (id, probability of six digits) for the benchmark of pairing by key.

    python tests/benchmarks/make_keyed.py ROWS FOLDER {small,wide,hex} {shuffled,same}

Ids are `small` (0 to ROWS - 1), `wide` (62 bits) or `hex` (32 characters). With `shuffled` the rows of p.csv
come in an order of their own, with `same` in that of y.csv. A row's label and probability depend on its
number alone, so the loss is the same for every kind of id and order.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv

BLOCK_ROWS = 1_000_000
SEED = 20_240_229
MILLION = 1_000_000
DIGITS = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)


def main() -> None:
    """Writes both files block by block."""
    rows, folder, ids, order = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4]
    numbers = np.arange(rows, dtype=np.int64)
    write(folder / "y.csv", numbers, ids, "y")
    if order == "shuffled":
        numbers = np.random.default_rng(SEED).permutation(numbers)
    write(folder / "p.csv", numbers, ids, "p")


def write(path: Path, numbers: np.ndarray, ids: str, name: str) -> None:
    """A file with the rows of these numbers."""
    schema = pa.schema([("id", pa.string() if ids == "hex" else pa.int64()), (name, pa.float64())])
    options = csv.WriteOptions(quoting_style="none")
    with csv.CSVWriter(str(path), schema, write_options=options) as writer:
        for start in range(0, len(numbers), BLOCK_ROWS):
            part = numbers[start : start + BLOCK_ROWS]
            millionths = 1 + (mixed(part, 3) % np.uint64(MILLION - 1)).astype(np.int64)
            ones = (mixed(part, 4) % np.uint64(MILLION)).astype(np.int64) < millionths
            values = ones.astype(np.float64) if name == "y" else millionths / MILLION
            writer.write_batch(pa.record_batch([keys(part, ids), pa.array(values)], schema=schema))


def keys(numbers: np.ndarray, ids: str) -> pa.Array:
    """The ids of these rows; no two rows have the same."""
    if ids == "small":
        return pa.array(numbers)
    if ids == "wide":
        # A bijection of 62-bit numbers: an odd factor.
        return pa.array((spread(numbers, 1) & np.uint64(2**62 - 1)).astype(np.int64))
    text = np.empty((len(numbers), 32), dtype=np.uint8)
    for half in (0, 1):
        word = spread(numbers, 1 + half)
        for place in range(16):
            text[:, 16 * half + place] = DIGITS[(word >> np.uint64(4 * place)) & np.uint64(15)]
    offsets = np.arange(0, 32 * len(numbers) + 1, 32, dtype=np.int32)
    return pa.Array.from_buffers(
        pa.string(), len(numbers), [None, pa.py_buffer(offsets), pa.py_buffer(text.tobytes())]
    )


def spread(numbers: np.ndarray, which: int) -> np.ndarray:
    """Numbers that no order shows, no two alike in their last 62 bits."""
    factor = (0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93)[which - 1]
    return (numbers.astype(np.uint64) + np.uint64(1)) * np.uint64(factor)


def mixed(numbers: np.ndarray, salt: int) -> np.ndarray:
    """64 bits that look drawn at random, always the same for a row."""
    with np.errstate(over="ignore"):
        bits = (numbers.astype(np.uint64) + np.uint64(salt << 48)) * np.uint64(0x9E3779B97F4A7C15)
        bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return bits ^ (bits >> np.uint64(31))


if __name__ == "__main__":
    main()
