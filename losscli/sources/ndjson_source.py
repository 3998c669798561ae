"""NDJSON (JSON Lines): one value, array or object a line, read in blocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from losscli.errors import FormatError, Place, RowsError, ShapeError
from losscli.sources import json_text
from losscli.sources.bad_cells import BadCells
from losscli.sources.bytestream import ByteInput
from losscli.sources.cells import BLANK_LINE
from losscli.sources.file_source import Opening, StreamedSource
from losscli.sources.formats import BOM, HEAD_BYTES, ROW_LIMIT
from losscli.sources.json_cells import as_text, convert, kind_of, shown
from losscli.sources.json_source import decoded, keys_header, row_fault, row_kind
from losscli.sources.records import Block, Column, Header, Kind, LinePlaces, Places

_SPACE = " \t\r"
_HINT = "one JSON value, array or object a line; all of one kind"


@dataclass(frozen=True, slots=True)
class NdjsonPlaces:
    """Places in the lines of a block, whose text is kept with it; `fields` holds keys or indices."""

    file: str
    fields: tuple[str | int | None, ...]
    first: int
    texts: Sequence[str]

    def row(self, index: int) -> int:
        """The data row, from 1; each is one line."""
        return self.first + index

    def line(self, index: int) -> int:
        """The line in the file, from 1."""
        return self.first + index

    def place(self, index: int, column: int) -> Place:
        """File, line and character of a cell."""
        text = self.texts[index]
        start = json_text.skip_space(text, 0)
        if start < len(text):
            start = json_text.field_start(text, start, self.fields[column])
        return Place(self.file, self.line(index), start + 1)

    def part(self, start: int, stop: int) -> NdjsonPlaces:
        """The places of the rows from start up to stop."""
        return NdjsonPlaces(self.file, self.fields, self.first + start, self.texts[start:stop])

    def light(self) -> Places:
        """Places without the text, which know lines only."""
        lines = range(self.first, self.first + len(self.texts))
        return LinePlaces(self.file, (None,) * len(self.fields), self.first, lines)


@dataclass(frozen=True, slots=True)
class NdjsonHead:
    """What the first lines say: the kind of a row, the names, the width, and the rows looked at."""

    kind: str
    names: tuple[str, ...] | None
    width: int
    rows: tuple[Any, ...]

    def value(self, row: Any, index: int) -> Any:
        """A column's value in a row; None where the row lacks it."""
        if self.kind == "value":
            return row
        if isinstance(row, dict) and self.names is not None:
            return row.get(self.names[index])
        return row[index]


def read_head(stream: ByteInput) -> NdjsonHead:
    """Look at the first lines and leave the stream at its start. Raises FormatError, ShapeError,
    RowsError."""
    data = b""
    while True:
        size = min(max(HEAD_BYTES, len(data)), ROW_LIMIT)
        piece = stream.read(size)
        data += piece
        if len(piece) < size or b"\n" in data:
            break
        if len(data) > ROW_LIMIT:
            raise _endless(stream.name, 1)
    body = data.removeprefix(BOM)
    stream.push(body)
    whole = body if len(piece) < size else body[: body.rindex(b"\n") + 1]
    texts = _lines(decoded(whole, stream.name))
    rows = tuple(value for value in _values(texts, stream.name, 1) if value is not _BLANK)
    if not rows:
        raise RowsError(f"{stream.name} holds no rows", hint=_HINT)
    kind = row_kind(rows[0])
    names = None
    if kind == "record":
        names = tuple(dict.fromkeys(key for row in rows if isinstance(row, dict) for key in row))
    width = len(names) if names is not None else (len(rows[0]) if kind == "array" else 1)
    if width == 0:
        raise ShapeError(f"the first line of {stream.name} holds no values", hint=_HINT)
    first = rows[:1] if kind == "array" else rows
    return NdjsonHead(kind, names, width, first)


def _endless(name: str, line: int) -> FormatError:
    return FormatError("the line does not end", hint=_HINT, place=Place(name, line))


def _refuse_endless(data: bytes, name: str, first: int) -> None:
    if len(data) > ROW_LIMIT:
        for line, text in enumerate(data.split(b"\n"), first):
            if len(text) > ROW_LIMIT:
                raise _endless(name, line)


class _Blank:
    """A blank line."""


_BLANK = _Blank()


def _lines(text: str) -> list[str]:
    lines = text.split("\n")
    if lines and not lines[-1].strip(_SPACE):
        lines.pop()
    return lines


def _values(texts: Sequence[str], name: str, first_line: int) -> list[Any]:
    """The value of each line, strictly; `_BLANK` for a blank line. Raises FormatError at the first broken
    line."""
    bare = [text.strip(_SPACE) for text in texts]
    scan = json_text.STRICT.scan_once
    try:
        pairs = [scan(text, 0) for text in bare]
    except (ValueError, RecursionError, StopIteration, IndexError):
        return [_value(text, name, first_line + index) for index, text in enumerate(texts)]
    if [end for _, end in pairs] != [len(text) for text in bare]:
        return [_value(text, name, first_line + index) for index, text in enumerate(texts)]
    return [value for value, _ in pairs]


def _value(text: str, name: str, line: int) -> Any:
    if not text.strip(_SPACE):
        return _BLANK
    value = json_text.parse(text)
    if isinstance(value, json_text.Fault):
        hint = "one JSON value a line" if "extra data" in value.message else value.hint
        raise FormatError(value.message, hint=hint, place=Place(name, line, value.position + 1))
    return value


@dataclass
class NdjsonSource(StreamedSource):
    """An opened file of JSON lines."""

    head: NdjsonHead
    format: str = "ndjson"
    typed: bool = True

    @property
    def names(self) -> tuple[str, ...] | None:
        """The keys of the first lines."""
        return self.head.names

    @property
    def width(self) -> int:
        """The number of columns."""
        return self.head.width

    @property
    def header(self) -> Header:
        """JSON names its columns by keys."""
        return keys_header(self.names)

    def first_cells(self) -> tuple[str, ...] | None:
        """The text of the first row's values."""
        return tuple(as_text(self.head.value(self.head.rows[0], index)) for index in range(self.width))

    def kinds(self) -> tuple[Kind, ...]:
        """What each column looks like by its first present value."""
        return tuple(
            kind_of(
                [self.head.value(row, index) for row in self.head.rows if row_kind(row) == self.head.kind]
            )
            for index in range(self.width)
        )

    def _one_pass(self, columns: Sequence[Column]) -> Iterator[Block]:
        stream = self._stream()
        bad = BadCells()
        first = 1
        with closing(stream):
            for data in _whole_lines(stream, self.options.block_bytes):
                _refuse_endless(data, self.name, first)
                texts = _lines(decoded(data, self.name, first))
                block = self._block(texts, first, columns, bad)
                if not bad.total and block.rows:
                    yield block
                first += len(texts)
            if bad.total:
                raise bad.error()

    def _skip_head(self, stream: ByteInput) -> None:
        stream.push(stream.read(len(BOM)).removeprefix(BOM))

    def _block(self, texts: list[str], first: int, columns: Sequence[Column], bad: BadCells) -> Block:
        rows = _values(texts, self.name, first)
        self._same_shape(rows, first)
        places = NdjsonPlaces(self.name, tuple(self._field(column) for column in columns), first, texts)
        skip = self.options.missing == "skip"
        cells = [self._cells(rows, column.index) for column in columns]
        found = [convert(values, column, skip) for values, column in zip(cells, columns, strict=True)]
        reasons = [reason for _, reason in found]
        blank = [index for index, row in enumerate(rows) if row is _BLANK] if _BLANK in rows else []
        if blank and not (skip and self.head.kind == "value"):
            for index in blank:
                for column_reasons in reasons:
                    column_reasons.pop(index, None)
                reasons[0][index] = BLANK_LINE
        if any(reasons):
            bad.add_block(reasons, places, lambda row, column: _shown(rows[row], cells[column][row]))
        return Block(len(rows), tuple(values for values, _ in found), places)

    def _field(self, column: Column) -> str | int | None:
        if self.names is not None:
            return self.names[column.index]
        return column.index if self.head.kind == "array" else None

    def _cells(self, rows: Sequence[Any], index: int) -> list[Any]:
        return [None if row is _BLANK else self.head.value(row, index) for row in rows]

    def _same_shape(self, rows: Sequence[Any], first: int) -> None:
        for index, row in enumerate(rows):
            wrong = None if row is _BLANK else row_fault(row, self.head.kind, self.width)
            if wrong is not None:
                raise ShapeError(wrong, hint=_HINT, place=Place(self.name, first + index))


def _whole_lines(stream: ByteInput, block_bytes: int) -> Iterator[bytes]:
    """Pieces of about `block_bytes` that end with a line; of a line that is too long its first part."""
    pending: list[bytes] = []
    held = 0
    while True:
        piece = stream.read(block_bytes)
        last = len(piece) < block_bytes
        border = len(piece) if last else piece.rfind(b"\n") + 1
        if border:
            whole = b"".join([*pending, piece[:border]])
            pending, held = [], 0
            if whole:
                yield whole
        if border < len(piece):
            pending.append(piece[border:])
            held += len(piece) - border
        if last or held > ROW_LIMIT:
            if pending:
                yield b"".join(pending)
            return


def _shown(row: Any, value: Any) -> str:
    return "" if row is _BLANK else shown(value)


def opened(opening: Opening) -> NdjsonSource:
    """The source of a stream of JSON lines. Raises what `read_head` raises."""
    path, options, stream, declared, *_ = opening
    return NdjsonSource(path, options, stream, declared, read_head(stream))
