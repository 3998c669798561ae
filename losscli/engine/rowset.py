"""Rows that are scored together: a block of them, all, or those of one group; and where each stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from losscli.arrays import Floats, Integers, Rows
from losscli.engine.plan import Feed
from losscli.errors import Place, RowsError
from losscli.records import NamedTuple
from losscli.sources.records import Block, Places


class Joined(NamedTuple):
    """Rows of several blocks of one stream, as if they stood in one."""

    blocks: tuple[Block, ...]
    block: Integers
    """(n,): which block each row is of."""
    at: Integers
    """(n,): its position there."""

    @property
    def places(self) -> Joined:
        """Where the rows stand: `row` tells it."""
        return self

    def row(self, index: int) -> int:
        """The data row in the file."""
        own: Places = self.blocks[self.block[index]].places
        return own.row(int(self.at[index]))

    def place(self, index: int, column: int) -> Place:
        """The place of a cell."""
        own: Block = self.blocks[self.block[index]]
        return own.place(int(self.at[index]), column)

    @property
    def columns(self) -> _Cells:
        """The cells, by column and row."""
        return _Cells(self)


class _Cells(NamedTuple):
    joined: Joined
    column: int = 0

    def __getitem__(self, index: Any) -> Any:
        return _Column(self.joined, index)


class _Column(NamedTuple):
    joined: Joined
    column: int

    def __getitem__(self, index: Any) -> Any:
        own = self.joined
        return own.blocks[own.block[index]].columns[self.column][int(own.at[index])]


@dataclass(slots=True)
class Rowset:
    """Some rows of every input, ready for the domain check.

    `inputs` has one block for each feed: float64, (n,), (n, k) or of more axes. `kept` maps each row to its
    position in the paired blocks, None where all rows were kept. `ids` are the keys of the kept rows as a
    text array, None when rows pair by position; `groups` names the group of each, `segments` its segment (a
    text array). With `downward` the one row is a vector whose elements are the kept positions. `order` counts
    the rowsets of a run.
    """

    feeds: tuple[Feed, ...]
    blocks: tuple[Block | Joined, ...]
    inputs: tuple[Rows, ...]
    weights: Floats | None
    ids: Any = None
    kept: Integers | None = None
    downward: bool = False
    groups: list[str] | None = None
    order: int = 0
    segments: Any = None

    @property
    def count(self) -> int:
        """The number of rows."""
        return len(self.inputs[0])

    def head(self, count: int) -> Rowset:
        """The first rows, where they are scored one by one."""
        rows = slice(0, count)
        inputs = tuple(block[rows] for block in self.inputs)
        weights = None if self.weights is None else self.weights[rows]
        kept = self.positions(np.arange(len(inputs[0])))
        return Rowset(self.feeds, self.blocks, inputs, weights, kept=kept)

    def positions(self, rows: Integers) -> Integers:
        """Positions in the paired blocks of some rows."""
        return rows if self.kept is None else self.kept[rows]

    def numbers(self, rows: Integers) -> Integers:
        """The target's data rows, from 1; of a list, that of its first element."""
        block = self.blocks[self.feeds[0].stream]
        found = self.positions(np.zeros_like(rows) if self.downward else rows)
        return np.array([block.places.row(int(row)) for row in found], dtype=np.int64)

    def all_numbers(self) -> Integers:
        """The target's data row of every row."""
        block = self.blocks[self.feeds[0].stream]
        if isinstance(block, Joined) or self.downward:
            return self.numbers(np.arange(self.count))
        start = block.first_row
        if block.rows and block.places.row(block.rows - 1) - start != block.rows - 1:
            # Rows without a partner were left out in between.
            return self.numbers(np.arange(self.count))
        numbers = np.arange(start, start + block.rows, dtype=np.int64)
        return numbers if self.kept is None else numbers[self.kept]

    def place(self, feed: int, row: int, column: int) -> Place:
        """Where a cell of an input stands."""
        entry = self.feeds[feed]
        if self.downward:
            row, column = column, 0
        at = int(self.positions(np.array([row]))[0])
        return self.blocks[entry.stream].place(at, entry.positions[column])

    def cell(self, feed: int, row: int, column: int) -> float | str:
        """An input's cell as its file has it: text for labels."""
        entry = self.feeds[feed]
        if entry.is_text:
            at = int(self.positions(np.array([row]))[0])
            return str(self.blocks[entry.stream].columns[entry.positions[column]][at].as_py())
        return float(np.ravel(self.inputs[feed][row])[column])


def joined(parts: Sequence[Rowset]) -> Rowset:
    """All rows of several rowsets as one."""
    lengths = [part.count for part in parts]
    block = np.repeat(np.arange(len(parts)), lengths)
    at = np.concatenate([part.positions(np.arange(part.count)) for part in parts])
    streams = range(len(parts[0].blocks))
    blocks = tuple(Joined(tuple(_block(part, stream) for part in parts), block, at) for stream in streams)
    first = parts[0]
    inputs = tuple(np.concatenate([part.inputs[feed] for part in parts]) for feed in range(len(first.feeds)))
    weights = None if first.weights is None else np.concatenate([_weights(part) for part in parts])
    groups = None if first.groups is None else [name for part in parts for name in part.groups or ()]
    found = Rowset(first.feeds, blocks, inputs, weights, _joined([part.ids for part in parts]), groups=groups)
    found.segments = _joined([part.segments for part in parts])
    return found


def _block(part: Rowset, stream: int) -> Block:
    block = part.blocks[stream]
    assert isinstance(block, Block)
    return block


def _weights(part: Rowset) -> Floats:
    assert part.weights is not None
    return part.weights


def _joined(texts: Sequence[Any]) -> Any:
    if texts[0] is None:
        return None
    import pyarrow as pa

    return pa.chunked_array(texts)


def at_once(parts: Sequence[Rowset], downward: bool) -> Iterator[Rowset]:
    """All rows together; with `downward` as one vector. Raises RowsError."""
    if not parts:
        if downward:
            raise RowsError("there is no row to score")
        return
    whole = joined(parts)
    yield turned(whole, np.arange(whole.count)) if downward else whole


def by_group(parts: Sequence[Rowset], lists: bool) -> Iterator[Rowset]:
    """The rows of each group together, groups in the order in which they first occur; as `lists` each is one
    vector."""
    if not parts:
        return
    whole = joined(parts)
    members: dict[str, list[int]] = {}
    for position, name in enumerate(whole.groups or ()):
        members.setdefault(name, []).append(position)
    for name, rows in members.items():
        picked = np.array(rows, dtype=np.int64)
        yield turned(whole, picked, name) if lists else _picked(whole, picked)


def _picked(whole: Rowset, rows: Integers) -> Rowset:
    """Some rows of all."""
    return Rowset(
        whole.feeds,
        whole.blocks,
        tuple(np.ascontiguousarray(block[rows]) for block in whole.inputs),
        None if whole.weights is None else whole.weights[rows],
        None if whole.ids is None else whole.ids.take(rows),
        rows,
        groups=[(whole.groups or [])[row] for row in rows.tolist()],
        segments=None if whole.segments is None else whole.segments.take(rows),
    )


def turned(whole: Rowset, rows: Integers, name: str | None = None) -> Rowset:
    """One vector from columns that are read downwards."""
    inputs: tuple[Rows, ...] = tuple(
        np.ascontiguousarray(block[rows].reshape(1, -1)) for block in whole.inputs
    )
    ids = None
    if name is not None:
        import pyarrow as pa

        ids = pa.array([name])
    found = Rowset(whole.feeds, whole.blocks, inputs, None, ids, rows, downward=True)
    found.segments = None if whole.segments is None else whole.segments.take(rows)
    return found
