"""Nanoseconds a row from the bytes of a CSV chunk to its columns, beside pyarrow's typed reader alone.

    python tests/benchmarks/bench_parse.py [--bytes 1_048_576] [--runs 31]

Both take turns on the same chunk, on one thread; processor time, medians, and the median of the ratios of
neighbouring runs, which says more than two medians where the machine is busy. Where rows differ in length the
chunk is declined and pyarrow reads it: the ratio there is the price of having looked.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from hashlib import blake2b

import numpy as np
from measuring import machine, markdown, positive, versions

from losscli.sources import csv_parse
from losscli.sources.csv_parse import ChunkParser, Layout, Parsed
from losscli.sources.csv_rows import Chunk
from losscli.sources.records import Column, Values

NEVER = 1 << 62


def main() -> None:
    """A table of layouts."""
    parser = argparse.ArgumentParser(description="nanoseconds a row of parsing")
    parser.add_argument("--bytes", type=positive, default=1 << 20, help="bytes of a chunk")
    parser.add_argument("--runs", type=positive, default=31)
    options = parser.parse_args()
    print(f"{machine()}; {versions(('numpy', 'pyarrow'))}; medians of {options.runs} runs\n")
    rows = [measured(name, rows, options.bytes, options.runs) for name, rows in layouts().items()]
    for line in markdown(("rows", "ns a row", "pyarrow alone", "ratio"), rows):
        print(line)


def layouts() -> dict[str, Callable[[np.random.Generator], str]]:
    """What one row of each layout looks like; text columns start with a letter."""
    return {
        "0 or 1": lambda draw: f"{draw.integers(2)}",
        "6 decimals": lambda draw: f"{draw.random():.6f}",
        "6 decimals, Windows": lambda draw: f"{draw.random():.6f}\r",
        "10 decimals": lambda draw: f"{draw.random():.10f}",
        "5 columns of 6 decimals": lambda draw: ",".join(f"{value:.6f}" for value in draw.random(5)),
        "key and 6 decimals": lambda draw: f"k{draw.integers(10**7):07d},{draw.random():.6f}",
        "6 digits, any length": lambda draw: f"{draw.random():g}",
        "17 digits, any length": lambda draw: repr(float(draw.random())),
    }


def measured(name: str, row: Callable[[np.random.Generator], str], size: int, runs: int) -> tuple[str, ...]:
    """One line of the table; the columns must be the same either way."""
    chunk = Chunk(b"".join(lines(row, size)), quoted=False)
    parser = ChunkParser(layout(chunk.data))
    ways = (csv_parse.PLAIN_BYTES, NEVER)
    (_, rows, columns), (_, _, expected) = (timed(parser, chunk, least) for least in ways)
    if columns != expected:
        raise SystemExit(f"{name}: the two ways do not give the same columns")
    here, alone = zip(*([timed(parser, chunk, least)[0] for least in ways] for _ in range(runs)), strict=True)
    ratio = statistics.median(one / other for one, other in zip(here, alone, strict=True))
    taken, general = (1e9 * statistics.median(seconds) / rows for seconds in (here, alone))
    return name, f"{taken:.1f}", f"{general:.1f}", f"{ratio:.2f}"


def lines(row: Callable[[np.random.Generator], str], size: int) -> Iterator[bytes]:
    """Rows of about so many bytes."""
    draw = np.random.default_rng(0)
    written = 0
    while written < size:
        line = (row(draw) + "\n").encode()
        written += len(line)
        yield line


def layout(data: bytes) -> Layout:
    """All columns, keys where the first row has text."""
    cells = data[: data.index(b"\n")].split(b",")
    columns = [Column(place, "key" if cell[:1].isalpha() else "number") for place, cell in enumerate(cells)]
    return Layout("chunk", len(cells), ",", tuple(columns), False)


def timed(parser: ChunkParser, chunk: Chunk, least: int) -> tuple[float, int, list[bytes]]:
    """Processor seconds of one chunk, its rows, a digest of each column; digits are read here from `least`
    bytes."""
    kept, csv_parse.PLAIN_BYTES = csv_parse.PLAIN_BYTES, least  # type: ignore[misc]
    try:
        start = time.process_time()
        parsed = parser(chunk)
        seconds = time.process_time() - start
    finally:
        csv_parse.PLAIN_BYTES = kept  # type: ignore[misc]
    assert isinstance(parsed, Parsed)
    return seconds, parsed.rows, [digest(column) for column in parsed.columns]


def digest(column: Values) -> bytes:
    """What tells columns apart; the memory of the column is free for the next run."""
    data = column if isinstance(column, np.ndarray) else "\n".join(column.to_pylist()).encode()
    return blake2b(data).digest()


if __name__ == "__main__":
    main()
