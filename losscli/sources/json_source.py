"""JSON documents: an array of numbers, an array of arrays, an object of arrays, an array of records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import Any, Literal

import numpy as np

from losscli.arrays import Integers
from losscli.errors import FormatError, Place, RowsError, ShapeError, counted
from losscli.sources import json_text
from losscli.sources.bad_cells import BadCells
from losscli.sources.file_source import FileSource, Opening
from losscli.sources.formats import BOM
from losscli.sources.json_cells import as_text, convert, kind_of, shown
from losscli.sources.records import Block, Column, Header, Kind, Places

Layout = Literal["values", "arrays", "records", "columns"]
_HEAD_ROWS = 1000


def decoded(data: bytes, name: str, first_line: int = 1) -> str:
    """UTF-8 text without its byte order mark. Raises FormatError."""
    try:
        return data.removeprefix(BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        place = Place(name, first_line + data.count(b"\n", 0, error.start))
        hint = "JSON is UTF-8; convert the file: iconv -f LATIN1 -t UTF-8 FILE > NEW"
        raise FormatError("text that is not UTF-8", hint=hint, place=place) from error


@dataclass
class Document:
    """A parsed document: its rows or columns, and lazily where each row starts in the text."""

    name: str
    text: str
    layout: Layout
    content: Any
    names: tuple[str, ...] | None
    width: int
    rows: int
    _starts: dict[str | None, Integers] = field(default_factory=dict, init=False)

    def cells(self, index: int, start: int, stop: int) -> list[Any]:
        """The values of a column, from row start up to stop."""
        if self.layout == "values":
            return list(self.content[start:stop])
        if self.layout == "columns" and self.names is not None:
            return list(self.content[self.names[index]][start:stop])
        if self.layout == "records" and self.names is not None:
            name = self.names[index]
            return [record.get(name) for record in self.content[start:stop]]
        return [row[index] for row in self.content[start:stop]]

    def position(self, row: int, index: int | None) -> int:
        """The character at which a cell starts, or its row where index is None; the row counts from 0."""
        if self.layout == "columns" and self.names is not None:
            return int(self._row_starts(self.names[index or 0])[row])
        start = int(self._row_starts(None)[row])
        if index is None or self.layout == "values":
            return start
        inside = self.names[index] if self.layout == "records" and self.names is not None else index
        return json_text.field_start(self.text, start, inside)

    def _row_starts(self, key: str | None) -> Integers:
        if key not in self._starts:
            array = json_text.skip_space(self.text, 0)
            if key is not None:
                array = json_text.field_start(self.text, array, key)
            starts = json_text.elements(self.text, array)
            self._starts[key] = np.fromiter(starts, dtype=np.int64, count=self.rows)
        return self._starts[key]


@dataclass(frozen=True, slots=True)
class DocumentPlaces:
    """Places in a document, looked up when asked."""

    document: Document
    fields: tuple[int, ...]
    first_row: int

    @property
    def file(self) -> str:
        """The file as errors show it."""
        return self.document.name

    def row(self, index: int) -> int:
        """The data row, from 1."""
        return self.first_row + index

    def line(self, index: int) -> int:
        """The line in the file, from 1."""
        position = self.document.position(self.row(index) - 1, None)
        return json_text.line_and_column(self.document.text, position)[0]

    def place(self, index: int, column: int) -> Place:
        """File, line and character of a cell."""
        position = self.document.position(self.row(index) - 1, self.fields[column])
        return Place(self.file, *json_text.line_and_column(self.document.text, position))

    def part(self, start: int, stop: int) -> DocumentPlaces:
        """The places of the rows from start up to stop."""
        return DocumentPlaces(self.document, self.fields, self.first_row + start)

    def light(self) -> Places:
        """The same places; the document is in memory anyway."""
        return self


def read_document(name: str, data: bytes) -> Document:
    """Parse a document and find its layout. Raises FormatError, ShapeError, RowsError."""
    text = decoded(data, name)
    content = json_text.parse(text)
    if isinstance(content, json_text.Fault):
        place = Place(name, *json_text.line_and_column(text, content.position))
        raise FormatError(content.message, hint=content.hint, place=place)
    if isinstance(content, dict):
        return _columns(name, text, content)
    if not isinstance(content, list):
        raise FormatError(f"{name} holds one {_KINDS[type(content)]}, no rows", hint=_FORMS)
    if not content:
        raise RowsError(f"{name} holds an empty array", hint=_FORMS)
    return _rows(name, text, content)


_KINDS = {str: "string", int: "number", float: "number", bool: "truth value", type(None): "null"}
_FORMS = "rows are an array of numbers, an array of arrays, an array of objects, or an object of arrays"


def _columns(name: str, text: str, content: dict[str, Any]) -> Document:
    if not content:
        raise RowsError(f"{name} holds an empty object", hint=_FORMS)
    names = tuple(content)
    document = Document(name, text, "columns", content, names, len(names), 0)
    start = json_text.skip_space(text, 0)
    for key, values in content.items():
        place = Place(name, *json_text.line_and_column(text, json_text.field_start(text, start, key)))
        if not isinstance(values, list):
            hint = _FORMS + "; one object a line is .ndjson"
            raise FormatError(f"the value of {key!r} is no array", hint=hint, place=place)
        if len(values) != len(content[names[0]]):
            counts = f"{key!r} has {counted(len(values), 'value')}, {names[0]!r} has {len(content[names[0]])}"
            raise ShapeError(f"the arrays differ in length: {counts}", place=place)
    document.rows = len(content[names[0]])
    return document


def _rows(name: str, text: str, content: list[Any]) -> Document:
    kind = row_kind(content[0])
    layout: Layout = {"value": "values", "array": "arrays", "record": "records"}[kind]  # type: ignore[assignment]
    names = tuple(dict.fromkeys(chain.from_iterable(content))) if _all(content, dict) else None
    width = len(names) if names is not None else (len(content[0]) if kind == "array" else 1)
    document = Document(name, text, layout, content, names, width, len(content))
    for row, value in enumerate(content):
        wrong = row_fault(value, kind, width)
        if wrong is not None:
            place = Place(name, *json_text.line_and_column(text, document.position(row, None)))
            raise ShapeError(wrong, hint=_FORMS, place=place)
    if width == 0:
        raise ShapeError(f"the rows of {name} hold no values", hint=_FORMS)
    return document


def _all(content: list[Any], kind: type) -> bool:
    return set(map(type, content)) == {kind}


def row_kind(value: Any) -> Literal["value", "array", "record"]:
    """What a row is."""
    if isinstance(value, list):
        return "array"
    return "record" if isinstance(value, dict) else "value"


def row_fault(value: Any, kind: str, width: int) -> str | None:
    """What is wrong with the shape of a row, if anything."""
    if row_kind(value) != kind:
        return f"this row is {_named(row_kind(value))}, the first row is {_named(kind)}"
    if kind == "array" and len(value) != width:
        cells = "1 cell" if len(value) == 1 else f"{len(value)} cells"
        return f"this row has {cells}, the first row has {width}"
    return None


def keys_header(names: tuple[str, ...] | None) -> Header:
    """What stands for a header in JSON: its keys."""
    return Header(names is not None, "JSON keys" if names is not None else "JSON without keys")


def _named(kind: str) -> str:
    return {"value": "a value", "array": "an array", "record": "an object"}[kind]


@dataclass
class JsonSource(FileSource):
    """A JSON document, which was read as a whole when it was opened."""

    document: Document
    format: str = "json"
    typed: bool = True

    @property
    def names(self) -> tuple[str, ...] | None:
        """The keys."""
        return self.document.names

    @property
    def width(self) -> int:
        """The number of columns."""
        return self.document.width

    @property
    def header(self) -> Header:
        """JSON names its columns by keys."""
        return keys_header(self.names)

    def first_cells(self) -> tuple[str, ...] | None:
        """The text of the first row's values."""
        if not self.document.rows:
            return None
        return tuple(as_text(self.document.cells(index, 0, 1)[0]) for index in range(self.width))

    def kinds(self) -> tuple[Kind, ...]:
        """What each column looks like by its first present value."""
        return tuple(kind_of(self.document.cells(index, 0, _HEAD_ROWS)) for index in range(self.width))

    def _one_pass(self, columns: Sequence[Column]) -> Iterator[Block]:
        bad = BadCells()
        size = max(1, self.options.block_bytes // 16)
        skip = self.options.missing == "skip"
        fields = tuple(column.index for column in columns)
        for start in range(0, self.document.rows, size):
            stop = min(start + size, self.document.rows)
            cells = [self.document.cells(column.index, start, stop) for column in columns]
            found = [convert(values, column, skip) for values, column in zip(cells, columns, strict=True)]
            places = DocumentPlaces(self.document, fields, start + 1)
            reasons = [reason for _, reason in found]
            if any(reasons):
                bad.add_block(reasons, places, partial(_shown, cells))
            elif not bad.total:
                yield Block(stop - start, tuple(values for values, _ in found), places)
        if bad.total:
            raise bad.error()


def _shown(cells: Sequence[Sequence[Any]], row: int, column: int) -> str:
    return shown(cells[column][row])


def opened(opening: Opening) -> JsonSource:
    """The source of a JSON document. Raises what `read_document` raises."""
    stream = opening.stream
    return JsonSource(opening.path, opening.options, stream, read_document(stream.name, stream.read_all()))
