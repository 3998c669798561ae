"""What the tests of sources share: write a file, read it back, in blocks of any size."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from losscli.errors import CellError, LosscliError
from losscli.sources.grammar import Selector, parse_columns
from losscli.sources.open import open_source
from losscli.sources.records import Block, Column, ReadOptions, Source

SIZES = (1, 16, 1 << 20)


def selection(text: str | None) -> tuple[Selector, ...] | None:
    return None if text is None else parse_columns(text, "test")


def opened(path: Path | str, *, columns: str | None = None, **options: Any) -> Source:
    return open_source(str(path), ReadOptions(**options), selectors=[selection(columns)])


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def blocks(source: Source, columns: Sequence[Column] = (Column(0),)) -> list[Block]:
    return list(source.read(columns))


def values(found: Sequence[Block]) -> list[list[Any]]:
    """The columns of all blocks together; nan as None."""
    if not found:
        return []
    columns: list[list[Any]] = [[] for _ in found[0].columns]
    for block in found:
        for column, part in zip(columns, block.columns, strict=True):
            column += [None if isinstance(v, float) and math.isnan(v) else v for v in part.tolist()]
    return columns


def places(found: Sequence[Block], column: int = 0) -> list[tuple[int | None, int | None]]:
    where = [block.place(row, column) for block in found for row in range(block.rows)]
    return [(place.line, place.column) for place in where]


def answer(path: Path, columns: Sequence[Column] = (Column(0),), **options: Any) -> Any:
    """What reading a file gives, as plain data: columns and lines, or the error with every line it shows."""
    try:
        found = blocks(opened(path, **options), columns)
    except LosscliError as error:
        total = error.total if isinstance(error, CellError) else None
        return (
            type(error).__name__,
            error.exit_code,
            total,
            *(line.replace(str(path), "F") for line in error.lines()),
        )
    return values(found), [line for block in found for line in map(int, block.lines)]


def same_for_all_sizes(path: Path, columns: Sequence[Column] = (Column(0),), **options: Any) -> Any:
    """The answer, which must be the same for every size of blocks."""
    first, *rest = [answer(path, columns, block_bytes=size, **options) for size in SIZES]
    assert all(other == first for other in rest), (first, rest)
    return first
