"""What the sources of files share, whatever the format: the stream, its progress, and how a pass gets it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from losscli.errors import DataError, ReadError
from losscli.records import NamedTuple
from losscli.sources.bytestream import ByteInput
from losscli.sources.formats import Declared, open_checked
from losscli.sources.grammar import Selector
from losscli.sources.records import Block, Column, ReadOptions


@contextmanager
def watched(stream: ByteInput) -> Iterator[None]:
    """An error of a file that changed meanwhile is a ChangedError, whatever the error says."""
    try:
        yield
    except (DataError, ReadError):
        stream.unchanged()
        raise


class Opening(NamedTuple):
    """What a format's `opened` is given: a stream at its start whose format is decided.

    `declared` is what suffix or `--input-format` say, `form` the format itself, `selectors` every selection
    that is read from the path.
    """

    path: str
    options: ReadOptions
    stream: ByteInput
    declared: Declared
    form: str
    selectors: Sequence[tuple[Selector, ...] | None]


@dataclass
class FileSource(ABC):
    """An opened path and its stream."""

    path: str
    options: ReadOptions
    stream: ByteInput

    @property
    def name(self) -> str:
        """The path as given, or `standard input`."""
        return self.stream.name

    @property
    def bytes_total(self) -> int | None:
        """The size of the file on disk, None for pipes."""
        return self.stream.size

    @property
    def bytes_read(self) -> int:
        """The bytes of the file read by the current pass."""
        return self.stream.consumed

    @property
    @abstractmethod
    def width(self) -> int:
        """The number of columns."""

    @property
    def tail(self) -> tuple[int, ...]:
        """A table has two axes."""
        return ()

    def tail_of(self, columns: Sequence[int]) -> tuple[int, ...]:
        """The axes of all columns together, none of some."""
        return self.tail if len(columns) == self.width else ()

    @property
    def marked_keys(self) -> frozenset[int]:
        """Most formats cannot say which columns identify rows."""
        return frozenset()

    def read(self, columns: Sequence[Column]) -> Iterator[Block]:
        """One pass over the rows; see `Source.read`."""
        with watched(self.stream):
            yield from self._one_pass(columns)

    @abstractmethod
    def _one_pass(self, columns: Sequence[Column]) -> Iterator[Block]:
        """The pass; what it finds wrong with a file that changed does not count."""

    def close(self) -> None:
        """Let go of the file; standard input stays open."""
        self.stream.close()


@dataclass
class CountedSource(FileSource):
    """A file of which only some bytes are read: each pass knows how many, and counts them."""

    _total: int | None = field(default=None, init=False)
    _done: int = field(default=0, init=False)

    @property
    def bytes_total(self) -> int | None:
        """The size of what is read; of the file before that is known."""
        return self.stream.size if self._total is None else self._total

    @property
    def bytes_read(self) -> int:
        """How much of that the current pass has read."""
        return self._done


@dataclass
class StreamedSource(FileSource):
    """A file that is read in blocks: its stream stands at the first row until the first pass takes it."""

    declared: Declared
    _fresh: bool = field(default=True, init=False)

    def _stream(self) -> ByteInput:
        """The stream at the first row: the one that was opened, a new one for every later pass. Raises
        ReadError where there is no later pass."""
        if self._fresh:
            self._fresh = False
            return self.stream
        if not self.stream.again:
            raise ReadError(f"{self.name} can be read only once", hint="save it to a file first")
        stream = open_checked(self.path, self.declared)
        stream.continues(self.stream)
        self.stream = stream
        self._skip_head(stream)
        return stream

    @abstractmethod
    def _skip_head(self, stream: ByteInput) -> None:
        """Move a stream from its first byte to the first row."""
