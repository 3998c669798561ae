"""Chunks of rows to columns: pyarrow's strict typed reader first, a careful second reading where it
refuses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from losscli.arrays import Floats, Integers
from losscli.errors import DataError, FormatError, Place
from losscli.records import NamedTuple
from losscli.sources.cells import EXACT_LIMIT
from losscli.sources.csv_rows import Chunk, Rows, quote_positions, row_border, stray_quote
from losscli.sources.formats import BOM
from losscli.sources.records import NUMERIC, Column, Values

_LIMIT = float(EXACT_LIMIT)
MISSING_SPELLINGS: Final = ["", "NA", "N/A", "n/a", "na", "nan", "NaN", "NAN", "null", "NULL", "Null"]
"""Missing words that pyarrow finds by itself; every other spelling takes the careful reading."""

PLAIN_BYTES: Final = 1 << 14
"""A smaller chunk is read before a faster way has been looked for."""


class Layout(NamedTuple):
    """How a file is read: its number of columns, delimiter, the columns asked, and the texts that would show
    that the first row was no header (by position among the asked columns)."""

    file: str
    width: int
    delimiter: str
    columns: tuple[Column, ...]
    skip_missing: bool
    header_words: tuple[str | None, ...] = ()

    @property
    def fields(self) -> tuple[int, ...]:
        """The field number, from 1, of each asked column."""
        return tuple(column.index + 1 for column in self.columns)


class Bad(NamedTuple):
    """A bad cell of a chunk; row and line count from 0 inside it."""

    row: int
    line: int
    field: int
    text: str
    reason: str


class Parsed(NamedTuple):
    """What a chunk holds. `lines` is None where every row is one line; rows and lines count from 0 inside the
    chunk.

    `bad` holds the first bad cells of `bad_total`. `repeated` is the first row in which a header's name
    occurs again.
    """

    rows: int
    newlines: int
    columns: tuple[Values, ...] = ()
    lines: Integers | None = None
    bad: tuple[Bad, ...] = ()
    bad_total: int = 0
    repeated: tuple[int, int] | None = None


ENDLESS: Final = "is a quote opened and never closed, or is this no text?"


class Broken(NamedTuple):
    """A chunk whose structure is wrong: the error is raised when the chunk's first line is known.

    `position` is the byte of the chunk at which the fault, or its row, stands.
    """

    kind: type[DataError]
    message: str
    hint: str | None
    line: int
    column: int | None = None
    position: int = 0

    def error(self, file: str, first_line: int) -> DataError:
        """The error at its place in the file."""
        place = Place(file, first_line + self.line, self.column)
        return self.kind(self.message, hint=self.hint, place=place)


@dataclass(frozen=True)
class ChunkParser:
    """Parses chunks of one layout; may be called from several threads at once."""

    layout: Layout
    _options: Any = field(init=False, repr=False)

    def __post_init__(self) -> None:
        names = [str(index) for index in range(self.layout.width)]
        kinds = [pa.float64() if column.kind in NUMERIC else pa.string() for column in self.layout.columns]
        asked = [str(column.index) for column in self.layout.columns]
        convert = pacsv.ConvertOptions(
            column_types=dict(zip(asked, kinds, strict=True)),
            include_columns=asked,
            null_values=MISSING_SPELLINGS if self.layout.skip_missing else [],
            strings_can_be_null=False,
        )
        object.__setattr__(self, "_options", (names, convert))

    def __call__(self, chunk: Chunk) -> Parsed | Broken:
        """The columns of a chunk, its bad cells, or what breaks its structure."""
        data = chunk.data
        if chunk.endless:
            return Broken(FormatError, "the row does not end", ENDLESS, 0)
        quoted = chunk.quoted and b'"' in data
        if quoted or b"\0" in data:
            broken = structure_fault(data, self.layout.delimiter, unclosed=chunk.unclosed)
            if broken is not None:
                return self._first_fault(data, broken)
        columns = None if self._needs_care(data) else self._plain(data, quoted) or self._fast(data, quoted)
        if columns is None:
            from losscli.sources.csv_careful import read_carefully

            return read_carefully(data, self.layout)
        rows = len(columns[0])
        newlines = data.count(b"\n") if quoted else rows
        ends = rows if data.endswith(b"\n") else rows - 1
        lines = Rows.of(data, self.layout.delimiter).lines if quoted and newlines > ends else None
        return Parsed(rows, newlines, columns, lines, repeated=self.repeated(columns))

    def _first_fault(self, data: bytes, broken: Broken) -> Parsed | Broken:
        """The fault, unless a row above has one too: the first of a file is reported, wherever it was cut."""
        border = row_border(data[: broken.position])
        above = self(Chunk(data[:border])) if border else None
        if isinstance(above, Broken) or (above is not None and above.repeated is not None):
            return above
        return broken

    def _needs_care(self, data: bytes) -> bool:
        """Whether blank lines could pass unseen: pyarrow reads one as a row of empty cells."""
        numbers = any(column.kind in NUMERIC for column in self.layout.columns)
        if self.layout.width == 1 or (numbers and not self.layout.skip_missing):
            return False
        return b"\n\n" in data or b"\n\r\n" in data or data.startswith((b"\n", b"\r\n"))

    def _plain(self, data: bytes, quoted: bool) -> tuple[Values, ...] | None:
        """The columns of rows that all have one length, with short numbers."""
        if quoted or len(data) < PLAIN_BYTES:
            return None
        from losscli.sources.equal_rows import Shape, read_columns

        asked = tuple((column.index, column.kind in NUMERIC) for column in self.layout.columns)
        read = read_columns(data, Shape(self.layout.width, self.layout.delimiter, asked))
        if read is None:
            return None
        columns = [
            values if isinstance(values, np.ndarray) else self._text(values, column)
            for column, values in zip(self.layout.columns, read, strict=True)
        ]
        return tuple(columns)

    def _fast(self, data: bytes, quoted: bool) -> tuple[Values, ...] | None:
        """The columns, or None where anything at all is unusual."""
        try:
            table = read_table(data, self._options, self.layout.delimiter, quoted)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            return None
        columns = []
        for asked, values in zip(self.layout.columns, table.columns, strict=True):
            whole = one_array(values)
            column = self._numbers(whole) if asked.kind in NUMERIC else self._text(whole, asked)
            if column is None:
                return None
            columns.append(column)
        return tuple(columns)

    def _numbers(self, values: Any) -> Floats | None:
        numbers: Floats
        if values.null_count == 0:
            numbers = values.to_numpy(zero_copy_only=True)
            return numbers if len(numbers) == 0 or within_limits(numbers) else None
        numbers = values.to_numpy(zero_copy_only=False)
        if np.isnan(numbers).sum() != values.null_count:
            return None
        present = numbers[~np.isnan(numbers)]
        return numbers if len(present) == 0 or within_limits(present) else None

    def _text(self, values: Any, asked: Column) -> Values | None:
        if asked.kind == "note":
            return values
        if asked.kind == "text" and self.layout.skip_missing:
            return null_missing(values)
        return None if len(values) and has_empty(values) else values

    def repeated(self, columns: tuple[Values, ...]) -> tuple[int, int] | None:
        """The first row and column that hold the column's supposed name again."""
        if not any(self.layout.header_words):
            return None
        return first_repeated(columns, self.layout.header_words)


def structure_fault(data: bytes, delimiter: str, *, unclosed: bool) -> Broken | None:
    """What makes a chunk no sound delimited text: a NUL byte, or a quote that encloses no whole cell."""
    nul = data.find(b"\0")
    quoted = _quote_fault(data if nul < 0 else data[:nul], delimiter, unclosed=unclosed and nul < 0)
    if quoted is not None or nul < 0:
        return quoted
    hint = "is it binary, or UTF-16? convert it: iconv -f UTF-16 -t UTF-8 FILE > NEW"
    line = data.count(b"\n", 0, nul)
    return Broken(FormatError, "a NUL byte: this is no UTF-8 text", hint, line, position=nul)


def _quote_fault(data: bytes, delimiter: str, *, unclosed: bool) -> Broken | None:
    if b'"' not in data:
        return None
    quotes = quote_positions(data)
    position = stray_quote(data, quotes, delimiter)
    message = "a quote in the middle of a cell"
    hint = 'quotes enclose a whole cell, without blanks around; one inside a cell is doubled: "a ""b"" c"'
    if position is None:
        if not unclosed:
            return None
        position = int(quotes[-1])
        message = "a quote is opened here and never closed"
        hint = "close the quote, or double it if it belongs to the text"
    return Broken(FormatError, message, hint, data.count(b"\n", 0, position), position=position)


def read_table(data: bytes, options: Any, delimiter: str, quoted: bool) -> Any:
    """One chunk through pyarrow. It drops a byte order mark from every buffer, so one that belongs to the
    text is doubled."""
    names, convert = options
    if data.startswith(BOM):
        data = BOM + data
    return pacsv.read_csv(
        pa.py_buffer(data),
        read_options=pacsv.ReadOptions(
            column_names=names, use_threads=False, block_size=min(len(data) + 16, 2**31 - 1)
        ),
        parse_options=pacsv.ParseOptions(
            delimiter=delimiter, ignore_empty_lines=False, newlines_in_values=quoted
        ),
        convert_options=convert,
    )


def one_array(values: Any) -> Any:
    """A chunked column as one array, without a copy where it has one chunk."""
    return values.chunk(0) if values.num_chunks == 1 else values.combine_chunks()


def within_limits(numbers: Floats) -> bool:
    """Whether all are finite and small enough that an integer cannot have been rounded; nan fails every
    comparison."""
    return bool(numbers.min() > -_LIMIT and numbers.max() < _LIMIT)


def text_lengths(values: Any) -> Integers:
    """The length in bytes of each text of a string array."""
    offsets = np.frombuffer(values.buffers()[1], dtype=np.int32)
    part = offsets[values.offset : values.offset + len(values) + 1]
    return np.diff(part).astype(np.int64)


def has_empty(values: Any) -> bool:
    """Whether a string array holds an empty text."""
    offsets = np.frombuffer(values.buffers()[1], dtype=np.int32)[
        values.offset : values.offset + len(values) + 1
    ]
    return bool((offsets[1:] == offsets[:-1]).any())


def null_missing(values: Any) -> Any:
    """The texts with null where a cell is missing."""
    import pyarrow.compute as pc

    from losscli.sources.cells import BLANKS, MISSING_WORDS

    bare = pc.ascii_lower(pc.ascii_trim(values, characters=BLANKS))
    return pc.if_else(
        pc.is_in(bare, value_set=pa.array(sorted(MISSING_WORDS))), pa.scalar(None, pa.string()), values
    )


def first_repeated(columns: tuple[Values, ...], words: tuple[str | None, ...]) -> tuple[int, int] | None:
    """The first (row, column) that holds the column's word."""
    import pyarrow.compute as pc

    found = []
    for number, (values, word) in enumerate(zip(columns, words, strict=True)):
        if word is None or isinstance(values, np.ndarray):
            continue
        row = pc.index(values, word).as_py()
        if row >= 0:
            found.append((row, number))
    return min(found, default=None)
