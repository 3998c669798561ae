"""Bytes from a path, whatever it is: a file, a pipe, standard input, each also through gzip; in one
sequential pass."""

from __future__ import annotations

import errno
import os
import stat
import sys
import zlib
from collections.abc import Callable
from typing import IO, Final

from losscli.errors import ChangedError, FormatError, ReadError, UnsupportedFormat
from losscli.sources.grammar import STDIN

GZIP_MAGIC: Final = b"\x1f\x8b"
_GZIP_PIECE: Final = 1 << 18


class ByteInput:
    """An opened path. `read(n)` gives n bytes, fewer only at the end; `push` puts bytes back in front.

    A file's size and time of change are compared at its end with those at its start: ChangedError if they
    moved.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.name = "standard input" if path == STDIN else path
        self.consumed = 0
        self._file, self._status = _open(path)
        self.again = path != STDIN and self._status is not None and stat.S_ISREG(self._status.st_mode)
        self.size = self._status.st_size if self.again and self._status is not None else None
        self._front = b""
        self._gunzip: _Gunzip | None = None
        self._ended = False

    def _raw(self, count: int) -> bytes:
        try:
            piece = self._file.read(count)
        except (OSError, ValueError) as error:
            raise ReadError(f"{self.name} cannot be read: {_why(error)}") from error
        self.consumed += len(piece)
        return piece

    def read(self, count: int) -> bytes:
        """The next `count` bytes, fewer only at the end."""
        pieces: list[bytes] = []
        missing = count
        while missing > 0:
            piece = self._some(missing)
            if not piece:
                break
            pieces.append(piece)
            missing -= len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def read_all(self) -> bytes:
        """Everything up to the end."""
        pieces = []
        while piece := self.read(1 << 22):
            pieces.append(piece)
        return b"".join(pieces)

    def _some(self, count: int) -> bytes:
        if self._front:
            piece, self._front = self._front[:count], self._front[count:]
            return piece
        if self._ended:
            return b""
        piece = self._gunzip.read(count) if self._gunzip else self._raw(count)
        if not piece:
            self._ended = True
            self._unchanged()
        return piece

    def inflate(self) -> None:
        """Read what follows through gzip."""
        self._gunzip = _Gunzip(self._raw, self.name, self._front)
        self._front = b""

    @property
    def seekable(self) -> bool:
        """Whether `seek` works: a plain file that is not compressed."""
        return self.again and self._gunzip is None

    def push(self, piece: bytes) -> None:
        """Put bytes back, to be read next."""
        self._front = piece + self._front

    def seek(self, position: int) -> None:
        """Continue at this byte of the file; only for plain files."""
        self._front = b""
        self._ended = False
        self._file.seek(position)
        self.consumed = position

    def _unchanged(self) -> None:
        if not self.again or self._status is None:
            return
        now = os.fstat(self._file.fileno())
        before = self._status
        if (now.st_size, now.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
            raise _changed(self.name)

    def continues(self, earlier: ByteInput) -> None:
        """See that the file is still the one of an earlier pass. Raises ChangedError."""
        ours, theirs = self._status, earlier._status
        if ours is None or theirs is None:
            return
        if (ours.st_ino, ours.st_size, ours.st_mtime_ns) != (
            theirs.st_ino,
            theirs.st_size,
            theirs.st_mtime_ns,
        ):
            raise _changed(self.name)

    def close(self) -> None:
        """Close the file; standard input stays open."""
        if self.path != STDIN:
            self._file.close()

    def __del__(self) -> None:
        # A source that is opened and never read must not leave its file open, nor warn about it.
        if hasattr(self, "_file"):
            self.close()


def _changed(name: str) -> ChangedError:
    return ChangedError(f"{name} changed while it was read", hint="run again when its writer has finished")


def _why(error: BaseException) -> str:
    return (error.strerror if isinstance(error, OSError) and error.strerror else str(error)).lower()


def _open(path: str) -> tuple[IO[bytes], os.stat_result | None]:
    if path == STDIN:
        buffer = getattr(sys.stdin, "buffer", None)
        if buffer is None:
            raise ReadError("standard input is closed", hint="give a file, or pipe the data in")
        return buffer, None
    try:
        file = open(path, "rb", buffering=0)  # noqa: SIM115 - closed by ByteInput.close
        return file, os.fstat(file.fileno())
    except (OSError, ValueError) as error:
        raise _refused(path, error) from error


def _refused(path: str, error: OSError | ValueError) -> ReadError | UnsupportedFormat:
    if "://" in path:
        return UnsupportedFormat(f"{path} is a URI, which is not read", hint="copy it to a local file first")
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.EISDIR:
        return ReadError(f"{path} is a folder, which is not read", hint="give one file of it")
    if number == errno.ENOENT:
        return ReadError(f"there is no file {path}", hint=_with_columns(path) or _near(path))
    return ReadError(f"{path} cannot be read: {_why(error)}")


def _with_columns(path: str) -> str | None:
    """What to type where the path goes on with a name that the SOURCE grammar does not split."""
    file, colon, _ = path.partition(":")
    if not colon or not os.path.isfile(file):
        return None
    return f"a column whose name holds `:` or `/` is selected by position: {file}:@1 is the first column"


def _near(path: str) -> str | None:
    """A file in the same folder whose name is close."""
    import difflib

    folder, name = os.path.split(path)
    try:
        names = [entry.name for entry in os.scandir(folder or ".") if entry.is_file()]
    except OSError:
        return f"the folder {folder} does not exist either" if folder and not os.path.isdir(folder) else None
    near = difflib.get_close_matches(name, names, n=1)
    return f"did you mean {os.path.join(folder, near[0])}?" if near else None


class _Gunzip:
    """The plain bytes of gzip members, one after the other; zlib checks each member's length and checksum."""

    def __init__(self, raw: Callable[[int], bytes], name: str, front: bytes) -> None:
        self._raw = raw
        self._name = name
        self._inflate = zlib.decompressobj(wbits=31)
        self._waiting = front

    def read(self, count: int) -> bytes:
        try:
            return self._read(count)
        except zlib.error as error:
            hint = "the file is damaged or was not copied completely"
            raise FormatError(f"{self._name} is no sound gzip file: {error}", hint=hint) from error

    def _read(self, count: int) -> bytes:
        while True:
            if self._inflate.eof and not self._next_member():
                return b""
            piece = self._inflate.unconsumed_tail or self._waiting or self._raw(_GZIP_PIECE)
            self._waiting = b""
            plain = self._inflate.decompress(piece, count)
            if plain:
                return plain
            if not piece and not self._inflate.eof:
                hint = "the file was not copied or written completely"
                raise FormatError(f"{self._name} ends in the middle of its gzip data", hint=hint)

    def _next_member(self) -> bool:
        """Whether another member follows; zero bytes that pad the end of a file are no member."""
        rest = self._inflate.unused_data.lstrip(b"\0")
        while not rest:
            piece = self._raw(_GZIP_PIECE)
            if not piece:
                return False
            rest = piece.lstrip(b"\0")
        self._inflate = zlib.decompressobj(wbits=31)
        self._waiting = rest
        return True
