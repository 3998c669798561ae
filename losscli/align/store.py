"""Rows that must be kept until all are known: in memory up to a limit, then in temporary files without a
name."""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, Any, Final, Protocol

import numpy as np

from losscli.align import bundles
from losscli.align.bundles import Bundle
from losscli.arrays import AnyArray
from losscli.errors import ReadError, WriteError
from losscli.records import NamedTuple

HELD_BYTES = 128 << 20
"""What all sources together may hold in memory, keys and columns; the rest goes to the disk."""

FAN_OUT: Final = 64
"""The parts into which a store on the disk is split."""

_STAGED: Final = 32
"""A store on the disk collects this share of the limit before it writes, so that writes are long."""

_LARGEST_STAGE: Final = 8 << 20


class Memory:
    """What the stores of one pairing hold; all go to the disk together when it is too much."""

    def __init__(self, limit: int | None = None) -> None:
        self.limit = HELD_BYTES if limit is None else limit
        self.spilled = False
        self._held = 0
        self._endless = False
        self._stores: weakref.WeakSet[Store] = weakref.WeakSet()

    def watch(self, store: Store) -> None:
        """Count what the store holds from now on."""
        self._stores.add(store)

    def add(self, size: int) -> None:
        """So many bytes more are held. Raises WriteError where the disk is needed and cannot be written."""
        self._held += size
        self.expect(0)

    def expect(self, size: int) -> None:
        """Go to the disk now if so many bytes more would be too much. Raises WriteError."""
        if self._held + size > self.limit and not self.spilled and not self._endless:
            self.spilled = True
            for store in list(self._stores):
                store.spill()

    def results(self) -> Memory:
        """The memory for what is made of the rows held here: on the disk if these are, otherwise in their
        place."""
        found = Memory(self.limit)
        found.spilled = self.spilled
        found._endless = not self.spilled
        return found

    @property
    def stage(self) -> int:
        """The bytes that a store on the disk collects before it writes."""
        return min(self.limit // _STAGED, _LARGEST_STAGE)


class Routing(Protocol):
    """Which part of a store a row belongs to; parts can be split again."""

    def parts(self, bundle: Bundle) -> AnyArray:
        """The number of each row's part, uint8, below FAN_OUT."""

    def child(self, part: int) -> Routing | None:
        """How to split a part again; None if it cannot be split."""


class _Segment(NamedTuple):
    offset: int
    size: int
    schema: Any


class Scratch:
    """A temporary file without a name: it is gone with the process, however that ends."""

    def __init__(self) -> None:
        import tempfile
        from threading import Lock

        self._lock = Lock()
        try:
            self._file: IO[bytes] = tempfile.TemporaryFile(prefix="losscli-", buffering=0)  # noqa: SIM115
        except OSError as error:
            raise _no_room(error) from error
        self._end = 0
        self.close = weakref.finalize(self, self._file.close)

    def write(self, bundle: Bundle) -> _Segment:
        """Append rows. Raises WriteError: the disk for temporary files is full."""
        data, schema = bundles.packed(bundle)
        segment = _Segment(self._end, data.size, schema)
        left = memoryview(data)
        try:
            self._file.seek(self._end)
            while len(left):
                left = left[self._file.write(left) :]
        except OSError as error:
            raise _no_room(error) from error
        self._end += data.size
        return segment

    def read(self, segment: _Segment) -> Bundle:
        """Rows that were written."""
        try:
            with self._lock:
                data = self._read(segment)
        except OSError as error:
            why = error.strerror or str(error)
            raise ReadError(f"the temporary file of the pairing by key cannot be read: {why}") from error
        return bundles.unpacked(data, segment.schema)

    def _read(self, segment: _Segment) -> bytearray:
        self._file.seek(segment.offset)
        data = bytearray(segment.size)
        left = memoryview(data)
        while len(left):
            count = self._file.readinto(left)  # type: ignore[attr-defined]
            if not count:
                raise OSError("it is shorter than what was written")
            left = left[count:]
        return data


def _no_room(error: OSError) -> WriteError:
    return WriteError(
        "pairing by key keeps rows that do not fit in memory in a temporary file, which cannot be written: "
        f"{error.strerror or error}",
        hint="set TMPDIR to a folder with room, about twice the size of the inputs as text; files whose rows "
        "come in the same order need none",
    )


@dataclass
class Pile:
    """Rows that belong together, in memory or on the disk, in the order in which they were added."""

    scratch: Scratch | None = None
    held: list[Bundle] = field(default_factory=list)
    segments: list[_Segment] = field(default_factory=list)
    rows: int = 0
    bytes: int = 0

    def bundles(self) -> Iterator[Bundle]:
        """The rows, a bundle at a time."""
        yield from self.held
        if self.scratch is not None:
            for segment in self.segments:
                yield self.scratch.read(segment)

    def bundle(self, number: int) -> Bundle:
        """The bundle of this number, from 0, as it was added."""
        return self.held[number] if self.scratch is None else self.scratch.read(self.segments[number])

    def load(self) -> Bundle | None:
        """All rows; None if there are none. What was held is let go."""
        found = list(self.bundles())
        self.held = []
        return bundles.stacked(found) if found else None

    def hold(self, bundle: Bundle) -> None:
        """Add rows in memory."""
        self.held.append(bundle)
        self._count(bundle)

    def write(self, bundle: Bundle) -> None:
        """Add rows on the disk."""
        assert self.scratch is not None
        self.segments.append(self.scratch.write(bundle))
        self._count(bundle)

    def _count(self, bundle: Bundle) -> None:
        self.rows += bundles.rows_in(bundle)
        self.bytes += bundles.bytes_in(bundle)


class Store:
    """Rows that are added now and wanted later, in parts: one part while they are in memory, or without a
    routing; on the disk as many as the routing makes."""

    def __init__(self, memory: Memory, routing: Routing | None = None) -> None:
        self.routing = routing
        self.piles = [Pile()]
        self.spilled = False
        self._memory = memory
        self._staged: list[Bundle] = []
        self._staged_bytes = 0
        memory.watch(self)
        if memory.spilled:
            self.spill()

    @property
    def rows(self) -> int:
        """The number of rows that were added."""
        return sum(pile.rows for pile in self.piles) + sum(map(bundles.rows_in, self._staged))

    def append(self, bundle: Bundle) -> None:
        """Add rows. Raises WriteError: the disk for temporary files is full."""
        if not bundles.rows_in(bundle):
            return
        if self.spilled:
            self._stage(bundle)
            return
        self.piles[0].hold(bundle)
        self._memory.add(bundles.bytes_in(bundle))

    def spill(self) -> None:
        """Move all rows to the disk, and those to come."""
        if self.spilled:
            return
        self.spilled = True
        held = self.piles[0].held
        scratch = Scratch()
        self.piles = [Pile(scratch) for _ in range(FAN_OUT if self.routing else 1)]
        held.reverse()
        while held:
            self._stage(held.pop())

    def finish(self) -> Store:
        """Write what was collected; to be called before the parts are read."""
        if self._staged:
            self._write()
        return self

    def _stage(self, bundle: Bundle) -> None:
        if self.routing is None:
            self.piles[0].write(bundle)
            return
        self._staged.append(bundle)
        self._staged_bytes += bundles.bytes_in(bundle)
        if self._staged_bytes >= self._memory.stage:
            self._write()

    def _write(self) -> None:
        assert self.routing is not None
        whole = bundles.stacked(self._staged)
        self._staged_bytes = 0
        numbers = self.routing.parts(whole)
        order = np.argsort(numbers, kind="stable")
        whole = tuple(bundles.taken(values, order) for values in whole)
        bounds = np.concatenate([[0], np.cumsum(np.bincount(numbers, minlength=FAN_OUT))]).tolist()
        for pile, start, stop in zip(self.piles, bounds, bounds[1:], strict=False):
            if stop > start:
                pile.write(tuple(bundles.cut(values, start, stop) for values in whole))


class Leaf(NamedTuple):
    """Parts of several stores that belong together and fit in memory; `routing` tells which part."""

    piles: Sequence[Pile]
    routing: Routing


def together(stores: Sequence[Store]) -> Sequence[Store]:
    """The stores, finished; all on the disk if one is, so that their parts match."""
    if any(store.spilled for store in stores):
        for store in stores:
            store.spill()
    return [store.finish() for store in stores]
