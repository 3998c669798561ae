"""Large batches of Arrow files in slices: where the buffers of a batch lie is read from its own description,
and only the bytes of a few rows at a time are taken, unpacked as they come.

pyarrow reads a batch whole. What is not as simple as columns of one width or of text is left to it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import Any, Final

import pyarrow as pa

from losscli.errors import FormatError
from losscli.records import NamedTuple

_MAGIC: Final = b"ARROW1"
_CONTINUED: Final = 0xFFFFFFFF
_RECORD_BATCH: Final = 3
_CODECS: Final = ("lz4", "zstd")
_UNPACKED: Final = -1
"""What stands for the length of a buffer that was not compressed because it would have grown."""
_LONGEST: Final = 1 << 24
"""No description of a batch is longer."""


class BatchPlace(NamedTuple):
    """Where a batch lies in its file: its description, and the bytes of its buffers behind it."""

    offset: int
    description: int
    body: int


class _Node:
    """A table of a flatbuffer: fields are found by their number; one that is not there is None."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self._at = at

    @classmethod
    def root(cls, data: bytes) -> _Node:
        return cls(data, _whole("<I", data, 0))

    def _field(self, number: int) -> int | None:
        table = self._at - _whole("<i", self._data, self._at)
        if 4 + 2 * number >= _whole("<H", self._data, table):
            return None
        found = _whole("<H", self._data, table + 4 + 2 * number)
        return self._at + found if found else None

    def number(self, number: int, form: str) -> int:
        at = self._field(number)
        return 0 if at is None else _whole(form, self._data, at)

    def node(self, number: int) -> _Node | None:
        at = self._field(number)
        return None if at is None else _Node(self._data, at + _whole("<I", self._data, at))

    def structs(self, number: int, form: str) -> list[tuple[int, ...]]:
        at = self._field(number)
        if at is None:
            return []
        start = at + _whole("<I", self._data, at)
        count, size = _whole("<I", self._data, start), struct.calcsize(form)
        piece = self._data[start + 4 : start + 4 + count * size]
        if len(piece) < count * size:
            raise ValueError("a list that leads out of its buffer")
        return list(struct.iter_unpack(form, piece))


def _whole(form: str, data: bytes, at: int) -> int:
    if at < 0:
        raise ValueError("a place before its buffer")
    found: int = struct.unpack_from(form, data, at)[0]
    return found


def batch_places(file: Any) -> list[BatchPlace] | None:
    """Where the batches of a file lie; None where its footer is not as it should be."""
    size = file.size()
    end = file.read_at(10, max(0, size - 10))
    if len(end) < 10 or end[4:] != _MAGIC:
        return None
    length = struct.unpack("<i", end[:4])[0]
    if not 0 < length <= size - 10:
        return None
    try:
        found = _Node.root(file.read_at(length, size - 10 - length)).structs(3, "<qi4xq")
    except (struct.error, ValueError):
        return None
    places = [BatchPlace(*entry) for entry in found]
    return places if all(_inside(place, size) for place in places) else None


def _inside(place: BatchPlace, size: int) -> bool:
    least = min(place)
    return least >= 0 and place.description <= _LONGEST and sum(place) <= size


class _Description(NamedTuple):
    """What a batch says of itself: its rows, the null count of each node, each buffer's place and length."""

    rows: int
    nulls: tuple[int, ...]
    buffers: tuple[tuple[int, ...], ...]
    codec: str | None


def _describe(file: Any, place: BatchPlace) -> _Description | None:
    """The description of a batch; None where it is not as it should be."""
    data = file.read_at(place.description, place.offset)
    try:
        start = 8 if _whole("<I", data, 0) == _CONTINUED else 4
        message = _Node.root(data[start:])
        batch = message.node(2)
        if message.number(1, "<B") != _RECORD_BATCH or batch is None:
            return None
        packing = batch.node(3)
        codec = None if packing is None else _CODECS[packing.number(0, "<b")]
        nulls = tuple(count for _, count in batch.structs(1, "<qq"))
        return _Description(batch.number(0, "<q"), nulls, tuple(batch.structs(2, "<qq")), codec)
    except (struct.error, ValueError, IndexError):
        return None


def _takes(kind: Any) -> tuple[int, int] | None:
    """The nodes and buffers that a field takes; None where their number depends on the batch."""
    if isinstance(kind, pa.BaseExtensionType):
        return _takes(kind.storage_type)
    own, inner = _own(kind)
    if own is None:
        return None
    nodes, buffers = own
    for one in inner:
        count = _takes(one)
        if count is None:
            return None
        nodes, buffers = nodes + count[0], buffers + count[1]
    return nodes, buffers


def _own(kind: Any) -> tuple[tuple[int, int] | None, list[Any]]:
    """The nodes and buffers of a type itself, and the types inside of it."""
    if pa.types.is_map(kind):  # a list of structs of two
        return (2, 3), [kind.key_type, kind.item_type]
    if pa.types.is_struct(kind):
        return (1, 1), [one.type for one in kind]
    if pa.types.is_fixed_size_list(kind):
        return (1, 1), [kind.value_type]
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return (1, 2), [kind.value_type]
    if pa.types.is_null(kind):
        return (1, 0), []
    if _text_unit(kind):
        return (1, 3), []
    return ((1, 2) if _is_plain(kind) or pa.types.is_dictionary(kind) else None), []


def _text_unit(kind: Any) -> int:
    """The bytes of an offset of text; 0 for other types."""
    if pa.types.is_string(kind) or pa.types.is_binary(kind):
        return 4
    return 8 if pa.types.is_large_string(kind) or pa.types.is_large_binary(kind) else 0


def _is_plain(kind: Any) -> bool:
    """Whether values have one width and lie one after the other."""
    is_wrapped = isinstance(kind, pa.BaseExtensionType) or pa.types.is_dictionary(kind)
    return not is_wrapped and (pa.types.is_primitive(kind) or pa.types.is_decimal(kind))


class _Buffer:
    """The bytes of a buffer, taken from its start to its end."""

    def __init__(self, file: Any, offset: int, length: int, codec: str | None) -> None:
        self._done = 0
        if codec is not None and length:
            (unpacked,) = struct.unpack("<q", file.read_at(8, offset))
            offset, length = offset + 8, length - 8
            codec = None if unpacked == _UNPACKED else codec
        stream = file.get_stream(offset, max(0, length))
        self._stream = stream if codec is None else pa.CompressedInputStream(stream, codec)

    def upto(self, end: int) -> Any:
        """The bytes from where the last ones ended."""
        count = end - self._done
        data = self._stream.read(count) if count > 0 else b""
        if len(data) < count or count < 0:
            raise FormatError("a buffer of a batch is shorter than its rows")
        self._done = end
        return pa.py_buffer(data)


class _Column:
    """A column of a batch, read a few rows at a time; every slice but the last has a multiple of 8 rows."""

    def __init__(self, kind: Any, buffers: Sequence[_Buffer], has_nulls: bool) -> None:
        self._kind = kind
        self._buffers = buffers
        self._has_nulls = has_nulls
        self._offset: Any = None

    def upto(self, start: int, stop: int) -> Any:
        rows = stop - start
        valid = self._buffers[0].upto((stop + 7) // 8) if self._has_nulls else None
        unit = _text_unit(self._kind)
        if not unit:
            data = self._buffers[1].upto((stop * self._kind.bit_width + 7) // 8)
            return pa.Array.from_buffers(self._kind, rows, [valid, data])
        return self._texts(stop, valid, rows, unit)

    def _texts(self, stop: int, valid: Any, rows: int, unit: int) -> Any:
        import numpy as np

        before = b"" if self._offset is None else self._offset
        ends = before + self._buffers[1].upto((stop + 1) * unit).to_pybytes()
        self._offset = ends[-unit:]
        offsets = np.frombuffer(ends, dtype=f"<i{unit}")
        if offsets[0] < 0 or (np.diff(offsets) < 0).any():
            raise FormatError("the texts of a batch do not follow each other")
        if not before:
            self._buffers[2].upto(int(offsets[0]))
        data = self._buffers[2].upto(int(offsets[-1]))
        own = pa.py_buffer(np.ascontiguousarray(offsets - offsets[0]).tobytes())
        return pa.Array.from_buffers(self._kind, rows, [valid, own, data])


class LargeBatch(NamedTuple):
    """A batch that is read in slices: its rows, and what is needed to find the columns that are asked for."""

    file: Any
    place: BatchPlace
    description: _Description
    schema: Any
    wanted: tuple[int, ...]

    @property
    def rows(self) -> int:
        """The number of rows."""
        return self.description.rows

    def slices(self, rows: int) -> Iterator[Any]:
        """The asked columns in batches of about so many rows, a multiple of 8. Raises FormatError."""
        columns = [self._column(at) for at in self.wanted]
        chosen = pa.schema([self.schema.field(at) for at in self.wanted])
        step = max(8, rows // 8 * 8)
        for start in range(0, self.rows, step):
            stop = min(self.rows, start + step)
            yield pa.record_batch([column.upto(start, stop) for column in columns], chosen)

    def _column(self, at: int) -> _Column:
        before = [_takes(one.type) or (0, 0) for one in self.schema][:at]
        node, buffer = sum(one[0] for one in before), sum(one[1] for one in before)
        kind = self.schema.field(at).type
        body = self.place.offset + self.place.description
        found = self.description.buffers[buffer : buffer + (3 if _text_unit(kind) else 2)]
        buffers = [
            _Buffer(self.file, body + offset, length, self.description.codec) for offset, length in found
        ]
        return _Column(kind, buffers, self.description.nulls[node] != 0)


def large_batch(
    file: Any, place: BatchPlace, schema: Any, wanted: Sequence[int], limit: int
) -> LargeBatch | None:
    """A batch whose asked columns take more than `limit` bytes and can be read in slices; None for others."""
    last = max(wanted)
    counts = [_takes(one.type) for one in schema][: last + 1]
    kinds = [schema.field(at).type for at in wanted]
    if None in counts or not all(_is_plain(kind) or _text_unit(kind) for kind in kinds):
        return None
    found = _describe(file, place)
    if found is None or found.rows * 8 * len(wanted) <= limit:
        return None
    nodes, buffers = (sum(count[part] for count in counts if count is not None) for part in (0, 1))
    inside = all(
        offset >= 0 and length >= 0 and offset + length <= place.body for offset, length in found.buffers
    )
    if len(found.nulls) < nodes or len(found.buffers) < buffers or not inside:
        return None
    return LargeBatch(file, place, found, schema, tuple(wanted))
