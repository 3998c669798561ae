"""What the files of Arrow tables share, Parquet and Arrow's own: their columns, and a pass over the pieces
that workers decode."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow as pa

from losscli.errors import FormatError, LosscliError, ReadError
from losscli.records import NamedTuple
from losscli.sources.arrow_fields import ArrowFields
from losscli.sources.columnar import Part, blocks, rows_at_once
from losscli.sources.file_source import CountedSource
from losscli.sources.records import Block, Column, Header, Kind
from losscli.storage.refusals import why

DAMAGED: Final = "the file is damaged or was not copied completely"
_LONGEST: Final = 160


class Piece(NamedTuple):
    """What one worker decodes at a time: batches that are decoded already, or what stands for them; `packed`
    is the size in the file."""

    what: Any
    packed: int


class Pass(NamedTuple):
    """One pass over some fields: its pieces in order, the batches of a piece, and the size of all."""

    pieces: Iterator[Piece]
    batches: Callable[[Any], Iterable[Any]]
    packed: int | None


@dataclass
class TableSource(CountedSource):
    """An opened file whose columns have names and types."""

    fields: ArrowFields
    format: str
    typed: bool = field(default=True, init=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The fields' names; those of a list's items are `name[0]`, `name[1]`, ..."""
        return self.fields.layout.names

    @property
    def width(self) -> int:
        """The number of columns."""
        return len(self.names)

    @property
    def tail(self) -> tuple[int, ...]:
        """The axes of a cell, where all columns are one field of lists of lists."""
        return self.tail_of(range(self.width))

    def tail_of(self, columns: Sequence[int]) -> tuple[int, ...]:
        """The axes of a cell of the field that these columns are."""
        return self.fields.layout.tail_of(columns)

    @property
    def marked_keys(self) -> frozenset[int]:
        """The columns of pandas' index."""
        return self.fields.marked_keys

    @property
    def metadata(self) -> Mapping[bytes, bytes]:
        """What the writer stored beside the columns."""
        return self.fields.metadata

    @property
    def header(self) -> Header:
        """The schema names the columns."""
        return Header(True, "the names of the schema")

    def kinds(self) -> tuple[Kind, ...]:
        """What each column looks like by its type."""
        return self.fields.kinds()

    def _one_pass(self, columns: Sequence[Column]) -> Iterator[Block]:
        self.fields.refuse(columns)
        wanted = self.fields.layout.fields_of(columns)
        one = self._begin(wanted, rows_at_once(len(columns), self.options.block_bytes))
        self._done, self._total = 0, one.packed
        skip = self.options.missing == "skip"

        def work(piece: Piece) -> tuple[list[Part], int]:
            found = []
            for batch in one.batches(piece.what):
                arrays = dict(zip(wanted, batch.columns, strict=True))
                found.append(self.fields.part(arrays, columns, skip))
            return found, piece.packed

        try:
            yield from blocks(self._parts(one.pieces, work), columns, self.name)
        except LosscliError:
            self._unchanged()  # which is the better news where both are true
            raise
        self._unchanged()
        self._end()

    @abstractmethod
    def _begin(self, wanted: Sequence[int], rows: int) -> Pass:
        """A pass over the fields of these numbers, in batches of at most so many rows where that can be
        chosen."""

    @abstractmethod
    def _unchanged(self) -> None:
        """See that the file is still what it was. Raises ChangedError."""

    def _end(self) -> None:
        """See, after the last row, that the file ends there. Raises FormatError."""

    def _parts(
        self, pieces: Iterator[Piece], work: Callable[[Piece], tuple[list[Part], int]]
    ) -> Iterator[Part]:
        done: Iterable[tuple[list[Part], int]]
        if self.options.workers is None:
            done = map(work, pieces)
        else:
            from losscli.sources.ahead import Ahead

            done = Ahead(pieces, work, self.options.workers)
        for parts, packed in done:
            self._done += packed
            parts.reverse()
            while parts:
                yield parts.pop()  # so that nobody holds what was used


@contextmanager
def arrow_errors(name: str, form: str) -> Iterator[None]:
    """Arrow's complaints about a file's content as FormatError, those of the system as ReadError."""
    try:
        yield
    except LosscliError:
        raise
    except pa.ArrowNotImplementedError as error:
        hint = "write it with another codec or encoding, for example zstd"
        raise FormatError(f"{name} needs what this pyarrow lacks: {_line(error)}", hint=hint) from error
    except (pa.ArrowException, OSError, UnicodeDecodeError, EOFError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise ReadError(f"{name} cannot be read: {why(error)}") from error
        hint = "write it without encryption" if "crypt" in str(error) else DAMAGED
        raise FormatError(f"{name} is no sound {form} file: {_line(error)}", hint=hint) from error


def _line(error: BaseException) -> str:
    """A message of Arrow on one line."""
    text = " ".join(str(error).split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
