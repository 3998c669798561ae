"""The records that pass between the readers, the pairing and the engine: what to read, and the blocks that
come back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias

import numpy as np

from losscli.arrays import Floats, Integers
from losscli.errors import Place
from losscli.records import NamedTuple
from losscli.workers import Workers

Kind: TypeAlias = Literal["number", "value", "text", "key", "note"]
"""How a column is read: float64 numbers; computed values, which may be infinite or nan; text in which missing
words count as missing; or a key, verbatim."""

NUMERIC = frozenset({"number", "value"})
"""The kinds that are read as float64."""

Texts: TypeAlias = Any
"""A pyarrow string array (or one with null where `--missing skip` allows a missing cell)."""

Values: TypeAlias = Any
"""One column of a block: `Floats` for numbers, `Texts` for text and keys."""

Lines: TypeAlias = range | Integers
"""The line in the file of each row of a block, from 1."""

BLOCK_BYTES = 1 << 20


class ReadOptions(NamedTuple):
    """How the user wants files to be read; None leaves the decision to the file.

    `block_bytes` is the size of the pieces that are read at a time, `workers` the threads that parse them
    (None: the caller's own); results never depend on either.
    """

    header: bool | None = None
    delimiter: str | None = None
    format: str | None = None
    missing: Literal["error", "skip"] = "error"
    block_bytes: int = BLOCK_BYTES
    workers: Workers | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """One column to read: its index from 0, and what its cells are.

    A missing cell is nan in a "number" and null in a "text" where `missing="skip"`, otherwise an error. A
    "key" is text taken as it stands: `NA` is a key, only an empty cell is an error. A "note" is text that is
    shown or compared but never judged: any cell will do. A "value" is a number of a file that losscli wrote:
    inf, -inf and nan are numbers there, and null in JSON is nan, as what is not finite is written so.
    """

    index: int
    kind: Kind = "number"


class Header(NamedTuple):
    """What was decided about the first row, and why; it stands in the report's inputs.

    `override` is the flag that would decide the other way, None where there is nothing to decide.
    """

    present: bool
    reason: str
    override: str | None = None

    def plain(self) -> dict[str, object]:
        """The decision as strict data."""
        return {"header": self.present, "reason": self.reason}


class Places(Protocol):
    """Where the rows of a block stand in their file; rows count from 0 inside the block."""

    @property
    def file(self) -> str:
        """The file as errors show it."""

    def row(self, index: int) -> int:
        """The data row, from 1."""

    def line(self, index: int) -> int:
        """The line in the file, from 1 (the data row where a format has no lines)."""

    def place(self, index: int, column: int) -> Place:
        """The place of a cell; `column` counts the block's columns from 0."""

    def part(self, start: int, stop: int) -> Places:
        """The places of the rows from start up to stop."""

    def light(self) -> Places:
        """Places that hold no text of the file, to be kept for long; they may know the line only."""


class LinePlaces(NamedTuple):
    """Places of rows that stand on lines, or that count as their own lines (binary arrays).

    `fields` holds the number from 1 of each column, what a place shows.
    """

    file: str
    fields: tuple[int | None, ...]
    first_row: int
    lines: Lines

    def row(self, index: int) -> int:
        """The data row, from 1."""
        return self.first_row + index

    def line(self, index: int) -> int:
        """The line in the file, from 1."""
        return int(self.lines[index])

    def place(self, index: int, column: int) -> Place:
        """File, line and field number of a cell."""
        return Place(self.file, self.line(index), self.fields[column])

    def part(self, start: int, stop: int) -> LinePlaces:
        """The places of the rows from start up to stop."""
        return LinePlaces(self.file, self.fields, self.first_row + start, self.lines[start:stop])

    def light(self) -> LinePlaces:
        """The same places: they hold no text."""
        return self


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Block:
    """Some consecutive rows of the asked columns, in the order asked.

    Numbers are float64, C-contiguous (n,), possibly read-only; text and keys are pyarrow string arrays of
    length n.
    """

    rows: int
    columns: tuple[Values, ...]
    places: Places

    @property
    def first_row(self) -> int:
        """The data row of the first row, from 1."""
        return self.places.row(0) if self.rows else 1

    @property
    def lines(self) -> Lines:
        """The line of each row; prefer `places.line(i)` where few are needed."""
        if isinstance(self.places, LinePlaces):
            return self.places.lines
        return np.array([self.places.line(index) for index in range(self.rows)], dtype=np.int64)

    def place(self, index: int, column: int) -> Place:
        """The place in the file of row `index` of the block, column `column` of the asked ones, both from
        0."""
        return self.places.place(index, column)

    def numbers(self, column: int) -> Floats:
        """A column that was read as numbers."""
        values = self.columns[column]
        if not isinstance(values, np.ndarray):
            raise TypeError(f"column {column} of the block was read as text")
        return values

    def __getitem__(self, part: slice) -> Block:
        """The rows of a slice with step 1, without copies."""
        start, stop, step = part.indices(self.rows)
        if step != 1:
            raise ValueError("a block is sliced in steps of 1 only")
        if start == 0 and stop == self.rows:
            return self
        stop = max(start, stop)
        columns = tuple(_cut(values, start, stop) for values in self.columns)
        return Block(stop - start, columns, self.places.part(start, stop))


def _cut(values: Values, start: int, stop: int) -> Values:
    if isinstance(values, np.ndarray):
        return values[start:stop]
    return values.slice(start, stop - start)


class PartsRead(NamedTuple):
    """The part files of a source, in the order read: their paths, and what the last pass found, the rows of
    each and the paths of those that were empty."""

    paths: tuple[str, ...]
    rows: tuple[int, ...]
    empty: tuple[str, ...]


def parts_read(source: Source) -> PartsRead | None:
    """The parts of a source that is a folder or a glob; None for every other."""
    found: PartsRead | None = source.parts_read() if hasattr(source, "parts_read") else None
    return found


class Source(Protocol):
    """One opened path, whatever its format: it knows its columns and reads them in one sequential pass."""

    @property
    def name(self) -> str:
        """How messages show it: the path as given, `standard input` for `-`."""

    @property
    def path(self) -> str | None:
        """The path as given; None for arrays in memory."""

    @property
    def format(self) -> str:
        """The format it is read as: csv, tsv, json, ndjson, npy, memory."""

    @property
    def names(self) -> tuple[str, ...] | None:
        """The columns' names, or None where the file has none; an empty text is an unnamed column."""

    @property
    def width(self) -> int:
        """The number of columns."""

    @property
    def tail(self) -> tuple[int, ...]:
        """The axes behind the row's of an array of more than two; empty for everything else."""

    def tail_of(self, columns: Sequence[int]) -> tuple[int, ...]:
        """The axes behind the row's of these columns, where they are one array of more than two."""

    @property
    def marked_keys(self) -> frozenset[int]:
        """The indices from 0 of the columns that the file itself says to identify rows (pandas' index)."""

    @property
    def header(self) -> Header:
        """What was decided about the first row."""

    @property
    def typed(self) -> bool:
        """Whether cells carry a type of their own (npy, arrays in memory); booleans are 0 and 1."""

    @property
    def bytes_total(self) -> int | None:
        """The size in bytes of what is read, None if it is not known."""

    @property
    def bytes_read(self) -> int:
        """How many of these bytes the current pass has read."""

    def first_cells(self) -> tuple[str, ...] | None:
        """The raw text of the first data row's cells; None if there is no data row."""

    def kinds(self) -> tuple[Kind, ...]:
        """What each column looks like at the head of the file: "number" or "text"; missing cells are passed
        over."""

    def close(self) -> None:
        """Let go of the file, whether it was read or not; twice is fine."""

    def read(self, columns: Sequence[Column]) -> Iterator[Block]:
        """One pass over the rows, in file order; closing the iterator early is fine.

        A file may be read again, standard input and pipes only once. Raises the errors of CLI.md: CellError
        with all bad cells counted, ShapeError, FormatError, HeaderError, ReadError, ChangedError.
        """
