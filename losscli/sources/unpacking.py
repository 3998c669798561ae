"""Compressed bytes made plain, a bounded piece at a time: gzip, bzip2, zstd and lz4.

Each reads members (frames, streams) one after the other, and finds what is damaged or ends too early.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any, Final, Protocol, TypeAlias

from losscli.errors import FormatError
from losscli.records import NamedTuple

Raw: TypeAlias = Callable[[int], bytes]
"""Gives at most so many bytes of the file, none at its end."""

_PIECE: Final = 1 << 18


class Unpacker(Protocol):
    """The plain bytes of a compressed file."""

    def read(self, count: int) -> bytes:
        """At most `count` bytes, at least one before the end. Raises FormatError."""


class Packing(NamedTuple):
    """A compression: its suffix, what it is called, how a file of it begins, what packs and unpacks it."""

    suffix: str
    name: str
    magic: bytes
    pack: str
    unpack: str
    skippable: bool = False

    def begins(self, start: bytes) -> bool:
        """Whether a file that starts so is of this compression. zstd and lz4 may start with a frame to be
        skipped, which parallel packers write."""
        if self.skippable and len(start) >= len(_SKIPPED) + 1:
            return start.startswith(self.magic) or (start[0] & 0xF0 == 0x50 and start[1:4] == _SKIPPED)
        return start.startswith(self.magic)


_SKIPPED: Final = b"\x2a\x4d\x18"

PACKINGS: Final = {
    packing.suffix: packing
    for packing in (
        Packing("gz", "gzip", b"\x1f\x8b", "gzip FILE", "gunzip -c FILE"),
        Packing("bz2", "bzip2", b"BZh", "bzip2 FILE", "bunzip2 -c FILE"),
        Packing("zst", "zstd", b"\x28\xb5\x2f\xfd", "zstd FILE", "zstd -dc FILE", skippable=True),
        Packing("lz4", "lz4", b"\x04\x22\x4d\x18", "lz4 FILE", "lz4 -dc FILE", skippable=True),
    )
}
"""Every compression that is read, by its suffix."""


def unpacker(packing: Packing, raw: Raw, name: str, front: bytes) -> Unpacker:
    """What makes the bytes of `raw` plain; `front` was read of them before. `name` is the file, for
    messages."""
    if packing.suffix == "gz":
        return _Members(packing, raw, name, front, _GzipMember)
    if packing.suffix == "bz2":
        return _Members(packing, raw, name, front, _Bzip2Member)
    return _Frames(packing, raw, name, front)


def _unsound(name: str, packing: Packing, why: object) -> FormatError:
    hint = "the file is damaged or was not copied completely"
    return FormatError(f"{name} is no sound {packing.name} file: {why}", hint=hint)


def _ends_early(name: str, packing: Packing) -> FormatError:
    hint = "the file was not copied or written completely"
    return FormatError(f"{name} ends in the middle of its {packing.name} data", hint=hint)


class _GzipMember:
    """One gzip member; zlib checks its length and checksum."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._inflate.eof

    @property
    def unused_data(self) -> bytes:
        return self._inflate.unused_data

    @property
    def needs_input(self) -> bool:
        return not self._inflate.unconsumed_tail

    def decompress(self, piece: bytes, count: int) -> bytes:
        return self._inflate.decompress(self._inflate.unconsumed_tail or piece, count)


def _Bzip2Member() -> Any:  # noqa: N802 - stands for the class of a module that is seldom needed
    import bz2

    return bz2.BZ2Decompressor()


class _Members:
    """The plain bytes of members, one after the other, as the decompressors of the standard library give
    them."""

    def __init__(
        self, packing: Packing, raw: Raw, name: str, front: bytes, member: Callable[[], Any]
    ) -> None:
        self._packing = packing
        self._raw = raw
        self._name = name
        self._waiting = front
        self._new = member
        self._member = member()

    def read(self, count: int) -> bytes:
        """At most `count` plain bytes; see `Unpacker`."""
        while not self._member.eof or self._next_member():
            hungry = self._member.needs_input
            piece = (self._waiting or self._raw(_PIECE)) if hungry else b""
            if hungry:
                self._waiting = b""
            try:
                plain: bytes = self._member.decompress(piece, count)
            except (zlib.error, OSError, EOFError) as error:
                raise _unsound(self._name, self._packing, error) from error
            if plain:
                return plain
            if hungry and not piece and not self._member.eof:
                raise _ends_early(self._name, self._packing)
        return b""

    def _next_member(self) -> bool:
        """Whether another member follows; zero bytes that pad the end of a file are no member."""
        rest = self._member.unused_data.lstrip(b"\0")
        while not rest:
            piece = self._raw(_PIECE)
            if not piece:
                return False
            rest = piece.lstrip(b"\0")
        self._member = self._new()
        self._waiting = rest
        return True


class _Frames:
    """The plain bytes of zstd or lz4 frames, one after the other, by Arrow; it checks the checksums that
    their writer put in."""

    def __init__(self, packing: Packing, raw: Raw, name: str, front: bytes) -> None:
        from pyarrow import CompressedInputStream, PythonFile

        self._packing = packing
        self._name = name
        file = _RawFile(raw, front)
        self._stream = CompressedInputStream(PythonFile(file, mode="r"), packing.name)

    def read(self, count: int) -> bytes:
        """At most `count` plain bytes; see `Unpacker`."""
        try:
            return bytes(self._stream.read(count))
        except OSError as error:
            if "Truncated" in str(error):
                raise _ends_early(self._name, self._packing) from error
            why = str(error).rpartition("failed: ")[2]
            raise _unsound(self._name, self._packing, why) from error


class _RawFile:
    """The file object that Arrow reads compressed bytes from."""

    closed = False

    def __init__(self, raw: Raw, front: bytes) -> None:
        self._raw = raw
        self._front = front

    def read(self, count: int) -> bytes:
        piece, self._front = self._front[:count], self._front[count:]
        return piece or self._raw(count)

    def close(self) -> None:
        """The stream that owns the file closes it."""
