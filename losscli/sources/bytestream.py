"""Bytes from a path, whatever it is: a file, a pipe, standard input, an object behind a URI, each also
unpacked; in one sequential pass."""

from __future__ import annotations

import errno
import sys
from typing import IO, Any, Final

from losscli.errors import DataError, ReadError
from losscli.sources.grammar import STDIN
from losscli.sources.unpacking import Packing, Unpacker, unpacker
from losscli.storage.refusals import unopened, why
from losscli.storage.uris import is_remote, local_path
from losscli.storage.watching import Watch, changed

_CLOSED: Final = "give a file, or pipe the data in"
_LARGEST: Final = 1 << 22


class ByteInput:
    """An opened path. `read(n)` gives n bytes, fewer only at the end; `push` puts bytes back in front.

    A file is watched from before it is opened until its last byte: ChangedError where its size, its time of
    change or its inode (of an object the ETag) moved, also where damaged data was the first that was seen.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.name = "standard input" if path == STDIN else path
        self.consumed = 0
        self._watch, self._file = _open(path)
        self.size = self._watch.size if self._watch is not None else None
        self.again = self.size is not None
        self._front = b""
        self._unpacker: Unpacker | None = None
        self._ended = False

    def _raw(self, count: int) -> bytes:
        try:
            piece: bytes | None = self._file.read(count)
            while piece is None:  # nothing yet, from a pipe that does not wait
                _wait(self._file)
                piece = self._file.read(count)
        except (OSError, ValueError) as error:
            self.unchanged()
            raise self._unread(error) from error
        self.consumed += len(piece)
        if self.size is not None and self.consumed > self.size:
            raise changed(self.name)  # it grows, perhaps faster than it is read
        return piece

    def _unread(self, error: OSError | ValueError) -> ReadError:
        if self.path == STDIN and isinstance(error, OSError) and error.errno == errno.EBADF:
            return ReadError("standard input is closed", hint=_CLOSED)
        return ReadError(f"{self.name} cannot be read: {why(error)}")

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
        while piece := self.read(_LARGEST):
            pieces.append(piece)
        return b"".join(pieces)

    def _some(self, count: int) -> bytes:
        if self._front:
            piece, self._front = self._front[:count], self._front[count:]
            return piece
        if self._ended:
            return b""
        piece = self._unpacked(count) if self._unpacker is not None else self._raw(count)
        if not piece:
            self._ended = True
            self.unchanged()
        return piece

    def _unpacked(self, count: int) -> bytes:
        assert self._unpacker is not None
        try:
            return self._unpacker.read(count)
        except DataError:
            self.unchanged()
            raise

    def unpack(self, packing: Packing) -> None:
        """Read what follows through a compression."""
        self._unpacker = unpacker(packing, self._raw, self.name, self._front)
        self._front = b""
        self._ended = False  # a file so short that its last byte was read already

    @property
    def seekable(self) -> bool:
        """Whether `seek` works: a plain file that is not compressed."""
        return self.again and self._unpacker is None

    def push(self, piece: bytes) -> None:
        """Put bytes back, to be read next."""
        self._front = piece + self._front

    def seek(self, position: int) -> None:
        """Continue at this byte of the file; only for plain files."""
        self._front = b""
        self._ended = False
        self._file.seek(position)
        self.consumed = position

    def unchanged(self) -> None:
        """See that the file is still what it was when it was opened. Raises ChangedError."""
        if self._watch is not None:
            self._watch.unchanged()

    def continues(self, earlier: ByteInput) -> None:
        """See that the file is still the one of an earlier pass. Raises ChangedError."""
        if self._watch is not None and earlier._watch is not None:
            self._watch.continues(earlier._watch)

    def close(self) -> None:
        """Close the file; standard input stays open."""
        if self.path != STDIN:
            self._file.close()

    def __del__(self) -> None:
        # A source that is opened and never read must not leave its file open, nor warn about it.
        if hasattr(self, "_file"):
            self.close()


def _open(path: str) -> tuple[Watch | None, Any]:
    if path == STDIN:
        buffer = getattr(sys.stdin, "buffer", None)
        if buffer is None:
            raise ReadError("standard input is closed", hint=_CLOSED)
        return None, buffer
    if is_remote(path):
        from losscli.storage.sequential import RemoteReader

        watch = Watch(path)
        return watch, RemoteReader(path)
    try:
        watch = Watch(path)
        return watch, open(local_path(path), "rb", buffering=0)
    except (OSError, ValueError) as error:
        raise unopened(path, error) from error


def _wait(file: IO[bytes]) -> None:
    import select

    select.select([file], [], [])
