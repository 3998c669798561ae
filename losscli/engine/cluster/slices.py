"""Which rows of each stream a task reads, and the sources that read no others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from typing import Any, Final

from losscli.errors import ChangedError
from losscli.records import NamedTuple
from losscli.sources.parts_source import PartsSource
from losscli.sources.records import Block, Column, Source

TELLING: Final = frozenset(["npy", "parquet"])
"""Formats whose heads tell the number of rows."""


class Stamp(NamedTuple):
    """A part file as the client saw it: its size, and when it changed."""

    path: str
    size: int
    changed: int


class Window(NamedTuple):
    """Some rows of a stream: of the parts from `start` up to `stop`, without the first `skip` rows, at most
    `rows` of them (None: all that follow). A stream that is no folder has one part."""

    start: int
    stop: int
    stamps: tuple[Stamp, ...] = ()
    skip: int = 0
    rows: int | None = None


class Slice:
    """The rows of a source that lie in a window, counted from 1. It reads like any source."""

    def __init__(self, source: Source, window: Window) -> None:
        self._source = source
        self._window = window

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)

    @property
    def counted(self) -> tuple[list[int], list[str]]:
        """The rows of each part that was read, and the paths of the empty ones; nothing of a single file."""
        if not isinstance(self._source, PartsSource):
            return [], []
        read = self._source.parts_read()
        return list(read.rows), list(read.empty)

    def told(self) -> tuple[list[int], list[str]] | None:
        """What `counted` is after a pass, where the heads of the files tell it without one; else None."""
        source = self._source
        if not isinstance(source, PartsSource) or source.format not in TELLING:
            return None
        self._check_listing(source)
        rows: list[int] = []
        empty: list[str] = []
        for part in source.listed[self._window.start : self._window.stop]:
            opened: Any = source.opener.open(part)
            if opened is None:
                rows.append(0)
                empty.append(part.path)
                continue
            rows.append(opened.footer.num_rows if source.format == "parquet" else opened.head.rows)
            opened.close()
        return rows, empty

    def read(self, columns: Sequence[Column]) -> Iterator[Block]:
        """One pass over the window; see `Source.read`."""
        window = self._window
        if not isinstance(self._source, PartsSource):
            yield from self._source.read(columns)
            return
        self._check_listing(self._source)
        skip, left = window.skip, window.rows
        for block in self._source.read_some(columns, window.start, window.stop):
            part = block[min(skip, block.rows) :]
            skip -= block.rows - part.rows
            if left is not None:
                part = part[:left]
                left -= part.rows
            if part.rows:
                yield part
            if left == 0:
                return

    def _check_listing(self, source: PartsSource) -> None:
        """Raise ChangedError where the parts are not those that the client saw. That one changes while it is
        read, its own reader notices."""
        window = self._window
        here = stamps(source, window.start, window.stop)
        if here != window.stamps:
            odd = min(set(here) ^ set(window.stamps))
            raise ChangedError(
                f"{odd.path} changed while the parts were read, or a worker sees it in another state",
                hint="run again when its writer has finished",
            )


def stamps(source: Source, start: int, stop: int) -> tuple[Stamp, ...]:
    """What is known of the parts of a source."""
    if not isinstance(source, PartsSource):
        return ()
    return tuple(Stamp(part.path, part.size, part.changed) for part in source.listed[start:stop])


def sizes(source: Source) -> list[int]:
    """The bytes of each part."""
    if isinstance(source, PartsSource):
        return [part.size for part in source.listed]
    return [source.bytes_total or 0]


def whole_parts(sources: Sequence[Source], least: int) -> list[tuple[Window, ...]]:
    """A window of every stream for each task: the same parts of all, several while they are small. `least`
    is the bytes of a task."""
    every = [sizes(source) for source in sources]
    borders, size = [0], 0
    for number, together in enumerate(zip(*every, strict=True), start=1):
        size += sum(together)
        if size >= least or number == len(every[0]):
            borders.append(number)
            size = 0
    return [
        tuple(Window(start, stop, stamps(source, start, stop)) for source in sources)
        for start, stop in pairwise(borders)
    ]


def by_rows(
    sources: Sequence[Source], counts: Sequence[Sequence[int]], lead: int, least: int
) -> list[tuple[Window, ...]]:
    """Windows of streams whose parts end at different rows; `counts` has the rows of each part. Tasks end
    where a part of stream `lead` does, and together hold the rows that every stream has."""
    ends = [[0, *accumulate(rows)] for rows in counts]
    last = min(stream[-1] for stream in ends)
    borders, size = [0], 0
    for number, part in enumerate(sizes(sources[lead]), start=1):
        size += part
        end = min(ends[lead][number], last)
        if end > borders[-1] and (size >= least or end == last):
            borders.append(end)
            size = 0
    return [
        tuple(_window(source, ends[at], start, stop) for at, source in enumerate(sources))
        for start, stop in pairwise(borders)
    ]


def _window(source: Source, ends: Sequence[int], start: int, stop: int) -> Window:
    """The rows behind row `start` up to row `stop` of a stream whose parts end at `ends`."""
    first = max(number for number, end in enumerate(ends[:-1]) if end <= start)
    last = next(number for number, end in enumerate(ends) if end >= stop)
    return Window(first, last, stamps(source, first, last), start - ends[first], stop - start)
