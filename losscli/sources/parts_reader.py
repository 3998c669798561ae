"""One pass over part files: a few are opened and parsed ahead, small ones together, and come out in order."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain

from losscli.errors import CellError, ChangedError, LosscliError, RowsError, StorageError
from losscli.records import NamedTuple
from losscli.sources import formats
from losscli.sources.grammar import Selections
from losscli.sources.open import open_source
from losscli.sources.parts import Part
from losscli.sources.parts_first import First, agree, columns_of
from losscli.sources.records import Block, Column, ReadOptions, Source

LARGE = 2
"""Large parts that are open at a time: the one whose rows are taken, and the next."""

_EMPTY = frozenset(["csv", "tsv", "ndjson", None])
"""Formats in which a file without a byte holds no rows; None is text without a known suffix."""


class Opener(NamedTuple):
    """How parts are opened: the options, those of the first part once it has decided, and the selections."""

    options: ReadOptions
    selectors: Selections
    first: First | None = None

    def open(self, part: Part, *, inside: bool = False) -> Source | None:
        """Open a part; None where it is empty. `inside` a worker nobody waits for the workers.

        Raises what `open_source` raises, PartsError where the part does not agree with the first.
        """
        options = self.options if self.first is None else self.first.decided(self.options)
        if inside:
            options = options._replace(workers=None)
        with unmoved(part):
            if is_empty(part, options.format):
                return None
            try:
                source = open_source(part.path, options, selectors=self.selectors)
            except RowsError:
                if part.size:
                    return None  # compressed nothing, or `[]`
                raise
            try:
                if self.first is not None:
                    agree(source, part.path, self.first)
            except BaseException:
                source.close()
                raise
            return source


def is_empty(part: Part, option: str | None) -> bool:
    """Whether a part has no byte, in a format in which that means no row.

    Writers leave such files for partitions without rows (Spark, Hadoop), and so do copies that failed: they
    are read as no rows, and the report says how many there were.
    """
    if part.size:
        return False
    declared = formats.declared(part.path, option)
    return declared.format in _EMPTY and declared.packing is None


@contextmanager
def unmoved(part: Part) -> Iterator[None]:
    """An error of a part that is no longer the file that was listed is a ChangedError."""
    try:
        yield
    except ChangedError:
        raise
    except LosscliError as error:
        if part.moved():
            raise changed(part.path) from error
        raise


def changed(path: str) -> ChangedError:
    """The error for parts that are not those of one moment."""
    return ChangedError(
        f"{path} changed while the parts were read", hint="run again when their writer has finished"
    )


@dataclass
class Tally:
    """What a pass has counted so far: the rows of each part in turn, the empty parts, the bytes."""

    rows: list[int] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    bytes_done: int = 0
    current: Source | None = None

    @property
    def bytes_read(self) -> int:
        """The bytes of the parts whose rows were taken."""
        return self.bytes_done + (self.current.bytes_read if self.current is not None else 0)


class _Whole(NamedTuple):
    """Small parts that were read to their end: the rows of each, all blocks, the faults of their cells."""

    parts: tuple[Part, ...]
    rows: list[int]
    blocks: list[Block]
    faults: list[CellError]
    empty: list[str]


class _Begun(NamedTuple):
    """A large part whose first block has been parsed."""

    part: Part
    source: Source
    blocks: Iterator[Block]


class PartsReader:
    """One pass over the parts."""

    def __init__(
        self, opener: Opener, parts: Sequence[Part], columns: Sequence[Column], tally: Tally
    ) -> None:
        assert opener.first is not None
        self._opener = opener
        self._first = opener.first
        self._parts = parts
        self._columns = tuple(columns)
        self._tally = tally
        self._large = threading.Semaphore(LARGE)
        self._closed = False
        table = opener.first.table
        self._parse = table.parser(columns) if table is not None else None

    def blocks(self) -> Iterator[Block]:
        """The blocks of all parts in order, rows counted in each part. Once a cell is bad only counting goes
        on, so that all are known; then CellError."""
        faults: list[CellError] = []
        results = self._results()
        try:
            for result in results:
                taken = (
                    self._whole(result, faults) if isinstance(result, _Whole) else self._rest(result, faults)
                )
                for block in taken:
                    if not faults:
                        yield block
                del result, taken
        finally:
            self._closed = True
            self._large.release()
            close = getattr(results, "close", None)
            if close is not None:
                close()
        if faults:
            cells = [cell for fault in faults for cell in fault.cells]
            raise CellError(
                cells[: CellError.shown], sum(fault.total for fault in faults), hint=faults[0].hint
            )

    def _results(self) -> Iterator[_Whole | _Begun]:
        workers = self._opener.options.workers
        if workers is None or len(self._parts) == 1:
            return map(self._work, self._pieces())
        from losscli.sources.ahead import Ahead

        return iter(Ahead(self._pieces(), self._work, workers))

    def _whole(self, result: _Whole, faults: list[CellError]) -> Iterator[Block]:
        self._tally.rows += result.rows
        self._tally.empty += result.empty
        faults += result.faults
        yield from result.blocks
        self._tally.bytes_done += sum(part.size for part in result.parts)

    def _rest(self, begun: _Begun, faults: list[CellError]) -> Iterator[Block]:
        self._tally.current = begun.source
        rows = 0
        try:
            with unmoved(begun.part):
                for block in begun.blocks:
                    rows += block.rows
                    yield block
        except CellError as error:
            faults.append(error)
        finally:
            self._tally.current = None
            begun.source.close()
            self._large.release()
        self._tally.rows.append(rows)
        self._tally.bytes_done += begun.part.size

    def _pieces(self) -> Iterator[tuple[Part, ...] | _Whole | _Begun]:
        """Small parts in groups of about a block's size; large ones alone, with their first block."""
        limit = self._opener.options.block_bytes
        group: list[Part] = []
        size = 0
        for part in self._parts:
            if part.size > limit or formats.declared(part.path, self._opener.options.format).packing:
                if group:
                    yield tuple(group)
                    group, size = [], 0
                self._large.acquire()
                if self._closed:
                    return
                yield self._begun(part)
                continue
            if group and size + part.size > limit:
                yield tuple(group)
                group, size = [], 0
            group.append(part)
            size += part.size
        if group:
            yield tuple(group)

    def _work(self, piece: tuple[Part, ...] | _Whole | _Begun) -> _Whole | _Begun:
        """What a worker does: read a group of small parts."""
        if isinstance(piece, (_Whole, _Begun)):
            return piece
        return self._joined(piece) or self._one_by_one(piece)

    def _begun(self, part: Part) -> _Whole | _Begun:
        source = self._opener.open(part)
        if source is None:
            self._large.release()
            return _Whole((part,), [0], [], [], [part.path])
        blocks = source.read(columns_of(source, part.path, self._first, self._columns))
        try:
            with unmoved(part):
                start = next(blocks, None)
        except CellError as error:
            self._large.release()
            return _Whole((part,), [0], [], [error], [])
        return _Begun(part, source, blocks if start is None else chain((start,), blocks))

    def _joined(self, parts: tuple[Part, ...]) -> _Whole | None:
        if self._parse is None or self._first.table is None:
            return None
        from losscli.sources.csv_parts import read_joined

        empty = [part.path for part in parts if is_empty(part, self._opener.options.format)]
        full = [part for part in parts if part.size]
        if not full:
            return _Whole(parts, [0] * len(parts), [], [], empty)
        try:
            found = read_joined(full, self._first.table, self._parse, self._columns)
        except (StorageError, RowsError):
            return None  # read one by one, which says what it is
        if found is None:
            return None
        joined, counts = found
        each = iter(counts)
        rows = [next(each) if part.size else 0 for part in parts]
        return _Whole(parts, rows, joined, [], empty)

    def _one_by_one(self, parts: tuple[Part, ...]) -> _Whole:
        whole = _Whole(parts, [], [], [], [])
        for part in parts:
            rows = 0
            source = self._opener.open(part, inside=True)
            if source is None:
                whole.empty.append(part.path)
            else:
                try:
                    with unmoved(part):
                        columns = columns_of(source, part.path, self._first, self._columns)
                        for block in source.read(columns):
                            rows += block.rows
                            whole.blocks.append(block)
                except CellError as error:
                    whole.faults.append(error)
                finally:
                    source.close()
            whole.rows.append(rows)
        return whole
