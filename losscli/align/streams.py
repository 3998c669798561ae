"""What is paired, and what comes out: streams of blocks in, blocks of equal length out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from losscli.records import NamedTuple
from losscli.sources.records import Block, Column, Kind, Source, Texts


class Stream(NamedTuple):
    """One source to pair: the columns wanted of it, and the indices from 0 of its key columns.

    By key, `keys` are the columns of `--id`. By position, they are the key-like columns whose order is
    compared with the other streams that have some; usually none, and read as notes: an empty one pairs too.
    """

    source: Source
    columns: tuple[Column, ...]
    keys: tuple[int, ...] = ()
    key_kind: Kind = "key"

    @property
    def name(self) -> str:
        """How messages show the source."""
        return self.source.name

    def read(self) -> Iterator[Block]:
        """The source's blocks: the wanted columns, then the keys."""
        return self.source.read([*self.columns, *(Column(index, self.key_kind) for index in self.keys)])

    def wanted(self, block: Block) -> Block:
        """A block without its keys."""
        return Block(block.rows, block.columns[: len(self.columns)], block.places) if self.keys else block

    def key_columns(self, block: Block) -> tuple[Texts, ...]:
        """The keys of a block."""
        return block.columns[len(self.columns) :]

    def key_names(self) -> str:
        """The key columns as `--id` would name them."""
        names = self.source.names
        return ",".join(names[index] if names else f"@{index + 1}" for index in self.keys)


class Paired(NamedTuple):
    """Blocks of equal length, one a stream, whose rows belong together; `ids` holds the texts of the first
    stream's key columns.

    The rows come in the first stream's order.
    """

    blocks: tuple[Block, ...]
    ids: tuple[Texts, ...] = ()

    @property
    def rows(self) -> int:
        """The number of rows of every block."""
        return self.blocks[0].rows


@dataclass
class Counts:
    """What is known after a pass: the rows of each stream, and how many of them found no partner."""

    rows: list[int]
    unpaired: list[int]


@dataclass
class Pairing:
    """The paired rows of several streams; may be iterated once.

    `counts` is complete when the iteration has ended. `by` says how rows were paired.
    """

    streams: tuple[Stream, ...]
    by: Literal["position", "key"]
    _start: Callable[[Counts], Iterator[Paired]]
    counts: Counts = field(init=False)

    def __post_init__(self) -> None:
        self.counts = Counts([0] * len(self.streams), [0] * len(self.streams))

    def __iter__(self) -> Iterator[Paired]:
        return self._start(self.counts)


class Lockstep:
    """Several readers side by side: tuples of blocks cut to equal length, until the first reader ends.

    What the others still hold is then taken with `rest`.
    """

    def __init__(self, streams: Sequence[Stream], counts: Counts) -> None:
        self._readers = [stream.read() for stream in streams]
        self._held: list[Block | None] = [None] * len(streams)
        self._counts = counts

    def _pull(self, index: int) -> Block | None:
        """The next block of a reader that has rows; None at its end."""
        block = next((block for block in self._readers[index] if block.rows), None)
        if block is not None:
            self._counts.rows[index] += block.rows
        return block

    def __iter__(self) -> Iterator[tuple[Block, ...]]:
        while True:
            for index, block in enumerate(self._held):
                if block is None:
                    self._held[index] = self._pull(index)
            blocks = [block for block in self._held if block is not None]
            if len(blocks) < len(self._held):
                return
            rows = min(block.rows for block in blocks)
            self._held = [block[rows:] if block.rows > rows else None for block in blocks]
            yield tuple(block[:rows] for block in blocks)

    def rest(self) -> Iterator[tuple[int, Block]]:
        """The remaining blocks with the number of their reader, the readers in turn."""
        waiting = list(range(len(self._readers)))
        while waiting:
            for index in list(waiting):
                block = self._held[index] or self._pull(index)
                self._held[index] = None
                if block is None:
                    waiting.remove(index)
                else:
                    yield index, block

    def close(self) -> None:
        """End the readers."""
        for reader in self._readers:
            close = getattr(reader, "close", None)
            if close is not None:
                close()
