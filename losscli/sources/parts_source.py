"""A folder or a quoted glob of part files, read as one source: part after part, in name order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from losscli.errors import LosscliError, PartsError, RowsError
from losscli.sources import formats
from losscli.sources.grammar import Selections
from losscli.sources.parts import Part, list_parts
from losscli.sources.parts_blocks import merged
from losscli.sources.parts_first import First
from losscli.sources.parts_reader import Opener, PartsReader, Tally, changed
from losscli.sources.records import Block, Column, Header, Kind, PartsRead, ReadOptions


@dataclass
class PartsSource:
    """Opened part files. The first decides about format, header and delimiter; the others must agree.

    No part stays open between two passes; a pass has a few open at a time, however many there are.
    """

    path: str
    listed: tuple[Part, ...]
    opener: Opener
    first: First
    _tally: Tally = field(default_factory=Tally, init=False)

    @property
    def name(self) -> str:
        """The folder or glob as given."""
        return self.path

    @property
    def format(self) -> str:
        """The format of every part."""
        return self.first.format

    @property
    def names(self) -> tuple[str, ...] | None:
        """The columns' names in the first part."""
        return self.first.names

    @property
    def width(self) -> int:
        """The number of columns."""
        return self.first.width

    @property
    def tail(self) -> tuple[int, ...]:
        """The axes behind the row's of arrays of more than two."""
        return self.first.tail

    def tail_of(self, columns: Sequence[int]) -> tuple[int, ...]:
        """The axes of all columns together, none of some."""
        return self.tail if len(columns) == self.width else ()

    @property
    def marked_keys(self) -> frozenset[int]:
        """The columns that the first part says to identify rows."""
        return self.first.marked_keys

    @property
    def header(self) -> Header:
        """What was decided about the first row of the first part, and so of every part."""
        return self.first.header

    @property
    def typed(self) -> bool:
        """Whether cells carry a type of their own."""
        return self.first.typed

    @property
    def bytes_total(self) -> int | None:
        """The size of all parts."""
        return sum(part.size for part in self.listed)

    @property
    def bytes_read(self) -> int:
        """The bytes of the parts that the current pass has read."""
        return self._tally.bytes_read

    def first_cells(self) -> tuple[str, ...] | None:
        """The raw text of the first data row's cells."""
        return self.first.cells

    def kinds(self) -> tuple[Kind, ...]:
        """What each column looks like in the first part that has a row."""
        return self.first.kinds

    def parts_read(self) -> PartsRead:
        """The parts, and what the last pass found of them."""
        return PartsRead(
            tuple(part.path for part in self.listed), tuple(self._tally.rows), tuple(self._tally.empty)
        )

    def close(self) -> None:
        """Nothing is open between two passes."""

    def read(self, columns: Sequence[Column]) -> Iterator[Block]:
        """One pass over the rows of all parts; see `Source.read`. Rows count on, lines are those of the
        part."""
        yield from self.read_some(columns, 0, len(self.listed))
        self._still_there()

    def read_some(self, columns: Sequence[Column], start: int, stop: int) -> Iterator[Block]:
        """One pass over the parts from `start` up to `stop`; rows count from 1. Whether a part came or went
        meanwhile is not looked at."""
        self._tally = Tally()
        reader = PartsReader(self.opener, self.listed[start:stop], columns, self._tally)
        yield from merged(reader.blocks(), max(1, self.opener.options.block_bytes // 16))

    def note(self, rows: Sequence[int], empty: Sequence[str]) -> None:
        """Take what a pass elsewhere found: the rows of each part, and the paths of the empty ones."""
        self._tally = Tally(list(rows), list(empty))

    def _still_there(self) -> None:
        """Raise ChangedError where a part came, went or changed since the parts were listed."""
        try:
            now = list_parts(self.path)
        except LosscliError as error:
            raise changed(self.path) from error
        if now == self.listed:
            return
        odd = sorted(set(now) ^ set(self.listed), key=lambda part: part.path)
        raise changed(odd[0].path)


def opened(path: str, options: ReadOptions, selectors: Selections) -> PartsSource:
    """Open a folder or a glob. Raises what `list_parts` and the opening of a part raise, RowsError where
    every part is empty."""
    listed = list_parts(path)
    _one_format(listed, options.format)
    opener = Opener(options, selectors)
    first: First | None = None
    for part in listed:
        source = opener.open(part)
        if source is None:
            continue
        try:
            if first is None:
                first = First.of(part.path, source)
                opener = opener._replace(first=first)
            elif source.first_cells() is not None:
                first = first._replace(kinds=source.kinds(), cells=source.first_cells())
        finally:
            source.close()
        if first.cells is not None:
            break
    if first is None:
        raise RowsError(f"every part of {path} is empty", hint="have their writers finished?")
    return PartsSource(path, listed, opener._replace(first=first), first)


def _one_format(parts: Sequence[Part], option: str | None) -> None:
    """See that the names promise one format. Raises UnsupportedFormat, PartsError."""
    first = formats.declared(parts[0].path, option)
    for part in parts[1:]:
        try:
            form = formats.declared(part.path, option).format
        except LosscliError as error:
            raise _odd(part.path, "no format that is read", parts[0].path, first.format) from error
        if form != first.format:
            raise _odd(part.path, form or "of no known suffix", parts[0].path, first.format)


def _odd(path: str, form: str, first: str, first_form: str | None) -> PartsError:
    return PartsError(
        f"{path} is {form}, but {first} is {first_form or 'of no known suffix'}",
        hint="all parts have one format: choose them with a quoted pattern such as 'FOLDER/*.csv', "
        "or let the names of what is no part begin with `_`",
    )
