"""Rows as Dask shuffles them: data frames of keys, columns and places; and blocks again on the other side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from losscli.align import Stream
from losscli.align.keys import as_texts, compact
from losscli.arrays import AnyArray, Floats, Integers
from losscli.errors import Place
from losscli.records import NamedTuple
from losscli.sources.parts_blocks import PartsPlaces
from losscli.sources.records import Block, LinePlaces, Places

SHIFT: Final = 40
"""A row is known by its task and its number there, from 0: `task << SHIFT | number`."""
KEY: Final = "key"


class Layout(NamedTuple):
    """The columns of a stream's frame: whether each wanted one is text, and how many key columns travel
    beside their joined text (none where the key is one column)."""

    texts: tuple[bool, ...]
    keys: int = 0

    @classmethod
    def of(cls, stream: Stream) -> Layout:
        """The columns of a stream."""
        keys = len(stream.keys) if len(stream.keys) > 1 else 0
        return cls(tuple(column.kind != "number" for column in stream.columns), keys)

    @property
    def names(self) -> list[str]:
        """The wanted columns in the frame."""
        return [f"c{place}" for place in range(len(self.texts))]

    @property
    def key_names(self) -> list[str]:
        """The key columns in the frame, one by one."""
        return [f"k{place}" for place in range(self.keys)] or [KEY]


class Marks(NamedTuple):
    """What the places of a stream have in common: its files, and the field of each wanted column."""

    files: tuple[str, ...]
    fields: tuple[int | None, ...]


def frame_of(blocks: Sequence[Block], stream: Stream, number: int) -> tuple[Any, Marks]:
    """The rows of some blocks as a frame; `number` is that of the task. Its `part` is the place of the row's
    file in the marks."""
    import pandas as pd

    layout = Layout.of(stream)
    files: dict[str, int] = {}
    parts, lines = [np.empty(0, dtype=np.int32)], [np.empty(0, dtype=np.int64)]
    fields: tuple[int | None, ...] = (None,) * len(stream.columns)
    for block in blocks:
        for file, found in spread(block.places, block.rows):
            parts.append(np.full(len(found), files.setdefault(file, len(files)), dtype=np.int32))
            lines.append(found)
        fields = _fields(block.places, len(stream.columns)) or fields
    columns: dict[str, Any] = {
        KEY: _texts([as_texts(compact(stream.key_columns(block))) for block in blocks]),
        "part": np.concatenate(parts),
        "line": np.concatenate(lines),
    }
    columns["at"] = np.arange(len(columns["line"]), dtype=np.int64) + (number << SHIFT)
    for place, (name, text) in enumerate(zip(layout.names, layout.texts, strict=True)):
        values = [block.columns[place] for block in blocks]
        columns[name] = _texts(values) if text else np.concatenate([np.empty(0), *values])
    for place in range(layout.keys):
        columns[f"k{place}"] = _texts([stream.key_columns(block)[place] for block in blocks])
    return pd.DataFrame(columns), Marks(tuple(files), fields)


def _texts(parts: Sequence[Any]) -> Any:
    import pandas as pd
    import pyarrow as pa

    chunks = [part.cast(pa.large_string()) for part in parts]
    whole = pa.chunked_array(chunks, type=pa.large_string())
    return pd.array(whole, dtype=pd.StringDtype("pyarrow"))


def _fields(places: Places, count: int) -> tuple[int | None, ...] | None:
    """The fields of the wanted columns, where places know them."""
    if isinstance(places, PartsPlaces):
        return _fields(places.inner[0], count)
    return places.fields[:count] if isinstance(places, LinePlaces) else None


def spread(places: Places, rows: int) -> Iterator[tuple[str, Integers]]:
    """The file, and the line of each row, of neighbours that stand in one file."""
    if isinstance(places, LinePlaces):
        yield places.file, np.asarray(places.lines, dtype=np.int64)[:rows]
    elif isinstance(places, PartsPlaces):
        ends = [*places.starts[1:], places.offset + rows]
        for start, end, inner in zip(places.starts, ends, places.inner, strict=True):
            first, last = max(start, places.offset), min(end, places.offset + rows)
            if first < last:
                yield from spread(inner.part(first - start, last - start), last - first)
    else:
        yield places.file, np.array([places.line(row) for row in range(rows)], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class ListedPlaces:
    """Places of rows in any order: the file, the row and the line of each."""

    files: Sequence[str]
    fields: tuple[int | None, ...]
    parts: Integers
    rows: Integers
    lines: Integers

    @property
    def file(self) -> str:
        """The file of the first row."""
        return self.files[int(self.parts[0])]

    def row(self, index: int) -> int:
        """The data row, from 1."""
        return int(self.rows[index]) + 1

    def line(self, index: int) -> int:
        """The line in the file, from 1."""
        return int(self.lines[index])

    def place(self, index: int, column: int) -> Place:
        """The place of a cell."""
        return Place(self.files[int(self.parts[index])], self.line(index), self.fields[column])

    def part(self, start: int, stop: int) -> ListedPlaces:
        """The places of the rows from start up to stop."""
        cut = slice(start, stop)
        return ListedPlaces(self.files, self.fields, self.parts[cut], self.rows[cut], self.lines[cut])

    def light(self) -> ListedPlaces:
        """The same places."""
        return self


class Offsets(NamedTuple):
    """What every load of a stream told: the rows before each, and its marks."""

    before: Integers
    marks: tuple[Marks, ...]


class Rows:
    """The rows of a stream that share a partition, in the order of the file."""

    def __init__(self, frame: Any, layout: Layout, offsets: Offsets) -> None:
        tasks, inside = _split(frame["at"].to_numpy(dtype=np.int64))
        rows = offsets.before[tasks] + inside
        self._order = np.argsort(rows, kind="stable")
        self._frame = frame
        self._layout = layout
        self.rows: Integers = rows[self._order]
        self.keys = self._text(KEY)
        files, part = _files(offsets.marks, tasks, frame["part"].to_numpy(dtype=np.int64))
        lines = frame["line"].to_numpy(dtype=np.int64)
        fields = next((one.fields for one in offsets.marks if any(one.fields)), (None,) * len(layout.texts))
        self.places = ListedPlaces(files, fields, part[self._order], self.rows, lines[self._order])

    def __len__(self) -> int:
        return len(self.rows)

    def _text(self, name: str) -> Any:
        import pyarrow as pa

        values = pa.array(self._frame[name], from_pandas=True)
        values = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
        return values.cast(pa.string()).take(pa.array(self._order))

    def taken(self, rows: Integers) -> tuple[Block, tuple[Any, ...]]:
        """The rows at these positions as one block, and the texts of their key columns."""
        import pyarrow as pa

        columns: list[Any] = []
        for name, text in zip(self._layout.names, self._layout.texts, strict=True):
            if text:
                columns.append(self._text(name).take(pa.array(rows)))
            else:
                values: Floats = self._frame[name].to_numpy(dtype=np.float64)
                columns.append(np.ascontiguousarray(values[self._order[rows]]))
        all_ = self.places
        places = ListedPlaces(all_.files, all_.fields, all_.parts[rows], all_.rows[rows], all_.lines[rows])
        ids = tuple(self._text(name).take(pa.array(rows)) for name in self._layout.key_names)
        return Block(len(rows), tuple(columns), places), ids


def _split(at: Integers) -> tuple[Integers, Integers]:
    return at >> SHIFT, at & ((1 << SHIFT) - 1)


def _files(marks: Sequence[Marks], tasks: Integers, parts: Integers) -> tuple[tuple[str, ...], AnyArray]:
    """All files, and the number of each row's among them."""
    starts = np.cumsum([0, *(len(one.files) for one in marks)])[:-1]
    files = tuple(file for one in marks for file in one.files)
    return files, (starts[tasks] + parts if len(tasks) else parts)
