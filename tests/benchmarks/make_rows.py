"""Writes labels 0 and 1 and probabilities of six digits for the benchmarks: y.FORMAT and p.FORMAT.

    python tests/benchmarks/make_rows.py ROWS FOLDER [csv|csv.gz|parquet|npy]

The seed is fixed: the same ROWS give the same numbers. A label is 1 with its row's probability, so that the
loss is that of a calibrated model. Runs as a process of its own, so that its memory is not counted to
anybody.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from gzip import GzipFile
from pathlib import Path
from typing import IO

import numpy as np

BLOCK_ROWS = 1_000_000
SEED = 20_240_229
MILLIONTHS = 1_000_000


def main() -> None:
    """Writes both files block by block."""
    rows, folder = int(sys.argv[1]), Path(sys.argv[2])
    form = sys.argv[3] if len(sys.argv) > 3 else "csv"
    write = {"parquet": write_parquet, "npy": write_npy}.get(form, write_csv)
    write(rows, folder, form)


def blocks(rows: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Which labels are 1, and the probabilities in millionths."""
    random = np.random.default_rng(SEED)
    for start in range(0, rows, BLOCK_ROWS):
        count = min(BLOCK_ROWS, rows - start)
        millionths = random.integers(1, MILLIONTHS, count)
        yield random.integers(0, MILLIONTHS, count) < millionths, millionths


def write_csv(rows: int, folder: Path, form: str) -> None:
    """Text with a header, packed where the format says so."""
    with ExitStack() as stack:
        paths = (folder / f"y.{form}", folder / f"p.{form}")
        labels, probabilities = (stack.enter_context(opened(path)) for path in paths)
        labels.write(b"y\n")
        probabilities.write(b"p\n")
        for ones, millionths in blocks(rows):
            labels.write(label_lines(ones))
            probabilities.write(probability_lines(millionths))


def opened(path: Path) -> IO[bytes]:
    """The file, or what packs into it."""
    return GzipFile(path, "wb", compresslevel=6) if path.suffix == ".gz" else path.open("wb")


def write_parquet(rows: int, folder: Path, form: str) -> None:
    """Doubles, as pandas writes them."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schemas = [pa.schema([(name, pa.float64())]) for name in ("y", "p")]
    with ExitStack() as stack:
        writers = [
            stack.enter_context(pq.ParquetWriter(folder / f"{schema.names[0]}.{form}", schema))
            for schema in schemas
        ]
        for columns in blocks(rows):
            for writer, schema, values in zip(writers, schemas, doubles(*columns), strict=True):
                writer.write_table(pa.table([values], schema=schema))


def write_npy(rows: int, folder: Path, form: str) -> None:
    """Doubles in NumPy's own format."""
    found = [doubles(*columns) for columns in blocks(rows)]
    for place, name in enumerate(("y", "p")):
        np.save(folder / f"{name}.{form}", np.concatenate([block[place] for block in found]))


def doubles(ones: np.ndarray, millionths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both columns as the doubles that their text stands for."""
    return ones.astype(np.float64), millionths / MILLIONTHS


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
