"""NumPy's .npz: a zip of arrays by name; the members that are asked for are unpacked in blocks, never loaded
whole, never unpickled."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import numpy as np

from losscli.arrays import AnyArray
from losscli.errors import DataError, FormatError, LosscliError, ReadError, ShapeError, counted
from losscli.records import NamedTuple
from losscli.sources import typed_arrays
from losscli.sources.columnar import Field, Layout, rows_at_once
from losscli.sources.file_source import CountedSource, Opening
from losscli.sources.npy_source import ArrayHead, read_head
from losscli.sources.random_access import RandomInput
from losscli.sources.records import Block, Column, Header, Kind
from losscli.storage.refusals import why

_DAMAGED: Final = "the file is damaged or was not copied completely"
_SUFFIX: Final = ".npy"
_IN_MEMORY: Final = 1 << 24
"""Arrays stored column after column are unpacked to memory up to this size, to a temporary file beyond."""


@contextmanager
def _zip_errors(name: str) -> Iterator[None]:
    """What is wrong with a zip as FormatError, what the system refuses as ReadError."""
    try:
        yield
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        text = " ".join(str(error).split()) or type(error).__name__
        raise FormatError(f"{name} is no sound npz file: {text}", hint=_DAMAGED) from error
    except OSError as error:
        raise ReadError(f"{name} cannot be read: {why(error)}") from error


class _Unpacked:
    """The bytes of a member, unpacked as they are read; the end is where its checksum is compared."""

    def __init__(self, name: str, file: IO[bytes]) -> None:
        self.name = name
        self._file = file

    def read(self, count: int) -> bytes:
        """The next `count` bytes, fewer only at the end."""
        with _zip_errors(self.name):
            found = self._file.read(count)
            while len(found) < count and (more := self._file.read(count - len(found))):
                found += more
        return found

    def close(self) -> None:
        """Let go of the member."""
        self._file.close()


class _Member(NamedTuple):
    """An array of the file; `fault` is raised where it is asked for and cannot be read."""

    info: ZipInfo
    where: str
    head: ArrayHead | None
    fault: DataError | None

    def arrays(self, archive: ZipFile, rows: int) -> Iterator[AnyArray]:
        """The array in blocks (b, k) of so many rows."""
        head = self.head
        assert head is not None
        stream = _member_stream(archive, self.info, self.where)
        try:
            stream.read(head.offset)
            if head.by_column:
                yield from self._by_column(head, stream, rows)
                return
            for start in range(0, head.rows, rows):
                count = min(rows, head.rows - start)
                data = stream.read(count * head.row_bytes)
                self._complete(head, len(data) == count * head.row_bytes)
                yield np.frombuffer(data, dtype=head.dtype).reshape(count, head.width)
            self._at_end(stream)
        finally:
            stream.close()

    def _by_column(self, head: ArrayHead, stream: _Unpacked, rows: int) -> Iterator[AnyArray]:
        """Of an array whose columns lie one after the other every block has a piece of each column."""
        import tempfile

        item, place = head.dtype.itemsize, _row_order(head)
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
            self._unpack(stream, file, head.rows * head.row_bytes)
            for start in range(0, head.rows, rows):
                count = min(rows, head.rows - start)
                block = np.empty((count, head.width), head.dtype)
                for column in range(head.width):
                    file.seek((column * head.rows + start) * item)
                    block[:, column] = np.frombuffer(file.read(count * item), dtype=head.dtype)
                yield block[:, place]

    def _unpack(self, stream: _Unpacked, file: Any, size: int) -> None:
        assert self.head is not None
        left = size
        while left:
            data = stream.read(min(left, 1 << 20))
            self._complete(self.head, bool(data))
            try:
                file.write(data)
            except OSError as error:
                hint = "set TMPDIR to a folder with space, or save it in rows: numpy.ascontiguousarray(array)"
                raise ReadError(f"{self.where} cannot be unpacked: {why(error)}", hint=hint) from error
            left -= len(data)
        self._at_end(stream)

    def _complete(self, head: ArrayHead, complete: bool) -> None:
        if not complete:
            raise FormatError(
                f"{self.where} promises {counted(head.rows, 'row')} and ends early", hint=_DAMAGED
            )

    def _at_end(self, stream: _Unpacked) -> None:
        if stream.read(1):
            raise FormatError(f"{self.where} holds more than its header promises", hint=_DAMAGED)


def _row_order(head: ArrayHead) -> AnyArray:
    """Where the numbers of a row, in the order of its axes, stand in a file that stores the first axis
    fastest."""
    return np.arange(head.width).reshape(head.tail, order="F").reshape(-1)


def _member_stream(archive: ZipFile, info: ZipInfo, where: str) -> _Unpacked:
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        hint = "save it with numpy.savez or numpy.savez_compressed"
        raise FormatError(f"{where} is compressed in a way that NumPy does not write", hint=hint)
    with _zip_errors(where):
        return _Unpacked(where, archive.open(info))


@dataclass
class NpzSource(CountedSource):
    """An opened .npz file. A member (n,) is a column of its name; one of (n, k) is `name[0]` to `name[k-1]`,
    and `name` selects them all."""

    input: RandomInput
    members: tuple[_Member, ...]
    layout: Layout
    format: str = field(default="npz", init=False)
    typed: bool = field(default=True, init=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The members' names, with `[index]` for the columns of one that has several."""
        return self.layout.names

    @property
    def width(self) -> int:
        """The number of columns."""
        return len(self.names)

    @property
    def tail(self) -> tuple[int, ...]:
        """The axes behind the row's of a single array of more than two."""
        return self.tail_of(range(self.width))

    def tail_of(self, columns: Sequence[int]) -> tuple[int, ...]:
        """The axes behind the row's of the array that these columns are."""
        return self.layout.tail_of(columns)

    @property
    def header(self) -> Header:
        """The members have names."""
        return Header(True, "the names of the arrays")

    def first_cells(self) -> tuple[str, ...] | None:
        """Empty texts: no member is unpacked before it is asked for."""
        return ("",) * self.width if any(one.head and one.head.rows for one in self.members) else None

    def kinds(self) -> tuple[Kind, ...]:
        """What each column looks like by the element type of its array."""
        kinds: list[Kind] = [
            typed_arrays.kind_of(np.empty(0, one.head.dtype)) if one.head is not None else "number"
            for one in self.members
        ]
        return tuple(kinds[at] for at, _ in self.layout.slots)

    def close(self) -> None:
        """Let go of the file."""
        super().close()
        self.input.close()

    def _one_pass(self, columns: Sequence[Column]) -> Iterator[Block]:
        wanted = self.layout.fields_of(columns)
        self._check(wanted)
        heads = [self.members[at].head for at in wanted]
        self._done, self._total = 0, sum(one.rows * one.row_bytes for one in heads if one is not None)
        rows = rows_at_once(sum(one.width for one in heads if one is not None), self.options.block_bytes)
        with _zip_errors(self.name):
            archive = ZipFile(self.input.open())
        streams = [self.members[at].arrays(archive, rows) for at in wanted]
        slots = [self.layout.slots[column.index] for column in columns]
        pieces = self._pieces(streams, wanted, slots)
        try:
            yield from typed_arrays.blocks(pieces, columns, self.name, self.options)
        except LosscliError:
            self.input.unchanged()  # which is the better news where both are true
            raise
        self.input.unchanged()

    def _pieces(
        self,
        streams: Sequence[Iterator[AnyArray]],
        wanted: Sequence[int],
        slots: Sequence[tuple[int, int]],
    ) -> Iterator[list[AnyArray]]:
        """The asked columns of the members, side by side."""
        for arrays in zip(*streams, strict=True):
            found = dict(zip(wanted, arrays, strict=True))
            yield [found[at][:, item] for at, item in slots]
            self._done += sum(array.nbytes for array in arrays)

    def _check(self, wanted: Sequence[int]) -> None:
        """Raise what is wrong with the members that are asked for, ShapeError where their lengths differ."""
        for at in wanted:
            fault = self.members[at].fault
            if fault is not None:
                raise fault
        lengths = {self.layout.fields[at].name: head.rows for at in wanted if (head := self.members[at].head)}
        if len(set(lengths.values())) > 1:
            said = ", ".join(f"{name} has {counted(rows, 'row')}" for name, rows in lengths.items())
            raise ShapeError(
                f"the arrays of {self.name} differ in length: {said}",
                hint="rows pair by position, so lengths must agree",
            )


def _member(archive: ZipFile, info: ZipInfo, where: str) -> _Member:
    """A member with what its own header says."""
    stream = _member_stream(archive, info, where)
    try:
        return _Member(info, where, read_head(stream), None)
    except DataError as fault:
        return _Member(info, where, None, fault)
    finally:
        stream.close()


def opened(opening: Opening) -> NpzSource:
    """The source of a file of arrays. Raises FormatError, ShapeError, HeaderError, ReadError."""
    path, options, stream, _, _, selectors = opening
    name = stream.name
    input_ = RandomInput(path, stream)
    with _zip_errors(name):
        archive = ZipFile(input_.open())
    infos = [info for info in archive.infolist() if info.filename.endswith(_SUFFIX)]
    if not infos:
        raise FormatError(
            f"{name} is a zip without an array", hint="numpy.savez(FILE, y=..., p=...) makes one"
        )
    words = [info.filename.removesuffix(_SUFFIX) for info in infos]
    members = tuple(
        _member(archive, info, f"{name} ({word})") for info, word in zip(infos, words, strict=True)
    )
    fields = (
        Field(word, one.head.tail if one.head is not None and one.head.width > 1 else ())
        for word, one in zip(words, members, strict=True)
    )
    layout = Layout(tuple(fields))
    layout.check(name, selectors)
    return NpzSource(path, options, stream, input_, members, layout)
