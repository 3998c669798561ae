"""Files that are written whole or not at all: a temporary name beside the target, flushed, then renamed."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import stat
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import IO, Final, cast

from losscli.errors import SourceError, WriteError
from losscli.outputs.harmless import harmless
from losscli.storage.uris import is_remote, local_path

_DESCRIPTOR: Final = re.compile(r"/dev/(?:(stdout)|(stderr)|fd/(\d+))|/proc/self/fd/(\d+)")
_SPOOLED: Final = 1 << 23
"""Bytes that are kept in memory before they go to a temporary file."""
_PIECE: Final = 1 << 20
_KEPT_NAME: Final = 50
"""Letters of the name that the temporary name keeps; at four bytes a letter it stays within 255 bytes."""


class OutputFile:
    """A file that comes into being, or changes, only when everything has been written.

    Used as a context: leaving it normally commits, leaving it by any exception (an interruption too)
    discards, so that the old file or the new one is there, never half. A symbolic link stays, its target
    is replaced; an existing file keeps its mode. A device, a pipe or a descriptor (`/dev/stdout`) is
    written directly, after the last byte is known. A URI is uploaded then, and appears as a whole. A name
    that ends in `.gz` is compressed, with the same bytes for the same content.

    Raises WriteError, with the file's name, from every step; BrokenPipeError passes.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._temporary: str | None = None
        self._target = path
        self._direct: IO[bytes] | None = None
        self._remote = is_remote(path)
        try:
            self._file = self._open()
        except (OSError, ValueError) as error:
            raise self._refused(error) from error
        self._packed = _gzip(self._file) if path.lower().endswith(".gz") else None

    def _open(self) -> IO[bytes]:
        if self._remote:
            from losscli.storage.uploading import check_target

            check_target(self.path)
            return _spool()
        path = local_path(self.path)
        self._direct = _descriptor(path) or _special(path)
        if self._direct is not None:
            return _spool()
        self._target = os.path.realpath(path)
        old = _status(self._target)
        if old is not None and not os.access(self._target, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        self._temporary, number = _beside(self._target)
        if old is not None:
            _keep(number, old)
        return os.fdopen(number, "wb", buffering=_PIECE)

    def write(self, piece: bytes) -> None:
        """Write the next bytes."""
        try:
            (self._packed or self._file).write(piece)
        except (OSError, ValueError) as error:
            raise self._refused(error) from error

    def commit(self) -> None:
        """Put what was written into place."""
        try:
            if self._packed is not None:
                self._packed.close()
            if self._remote:
                from losscli.storage.uploading import upload

                upload(self.path, self._file)
            elif self._direct is not None:
                self._release(self._direct)
            elif self._temporary is not None:
                self._file.flush()
                os.fsync(self._file.fileno())
                self._file.close()
                os.replace(self._temporary, self._target)
                self._temporary = None
        except BrokenPipeError:
            raise
        except (OSError, ValueError) as error:
            raise self._refused(error) from error
        finally:
            self.discard()

    def _release(self, direct: IO[bytes]) -> None:
        self._file.seek(0)
        while piece := self._file.read(_PIECE):
            direct.write(piece)
        direct.flush()

    def discard(self) -> None:
        """Leave nothing behind; after a commit there is nothing to leave."""
        for file in (self._packed, self._file, self._direct):
            if file is not None:
                with contextlib.suppress(OSError, ValueError):
                    file.close()
        if self._temporary is not None:
            with contextlib.suppress(OSError):
                os.unlink(self._temporary)
            self._temporary = None

    def __enter__(self) -> OutputFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.commit()
        else:
            self.discard()

    def _refused(self, error: OSError | ValueError) -> WriteError:
        name = harmless(self.path)
        number = error.errno if isinstance(error, OSError) else None
        folder = os.path.dirname(self._target) or "."
        if number == errno.ENOENT and not os.path.isdir(folder):
            hint = f"make it first: mkdir -p {harmless(os.path.dirname(self.path) or folder)}"
            return WriteError(f"{name} cannot be written: its folder does not exist", hint=hint)
        if number == errno.EISDIR:
            return WriteError(f"{name} is a folder", hint="name a file in it")
        why = (error.strerror if isinstance(error, OSError) else None) or str(error)
        return WriteError(f"{name} cannot be written: {why.lower()}", hint=_HINTS.get(number or 0))


_HINTS: Final = {
    errno.ENOSPC: "free some space, or write to another disk; what was there before is unchanged",
    errno.EDQUOT: "free some space, or write to another disk; what was there before is unchanged",
    errno.EACCES: "choose a file and a folder that you may write to",
    errno.EROFS: "choose a folder that you may write to",
    errno.EBADF: "this descriptor is not open",
}


def write_file(path: str, pieces: Iterable[str]) -> None:
    """Write text as UTF-8 to a file, whole or not at all. Raises WriteError."""
    with OutputFile(path) as file:
        for piece in pieces:
            file.write(piece.encode("utf-8", "backslashreplace"))


def _spool() -> IO[bytes]:
    """Memory first, then a file without a name."""
    import tempfile

    return cast("IO[bytes]", tempfile.SpooledTemporaryFile(max_size=_SPOOLED))


def _descriptor(path: str) -> IO[bytes] | None:
    """An open descriptor by its name: duplicated, so that text is added where the shell's redirection
    stands."""
    found = _DESCRIPTOR.fullmatch(path)
    if found is None:
        return None
    number = 1 if found[1] else 2 if found[2] else int(found[3] or found[4])
    return os.fdopen(os.dup(number), "wb")


def _special(path: str) -> IO[bytes] | None:
    """A device or pipe, opened; None for a regular file or a new one."""
    status = _status(path)
    if status is None or stat.S_ISREG(status.st_mode):
        return None
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    return open(path, "wb")


def _status(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except FileNotFoundError:
        return None


def _beside(target: str) -> tuple[str, int]:
    """A new file in the target's folder: its path and descriptor. Its mode is what the umask leaves."""
    folder, name = os.path.split(target)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
    while True:
        temporary = os.path.join(folder, f".{name[:_KEPT_NAME]}.{secrets.token_hex(6)}.part")
        try:
            return temporary, os.open(temporary, flags, 0o666)
        except FileExistsError:
            continue


def _keep(number: int, old: os.stat_result) -> None:
    """Give the new file the owner and mode of the old one, as far as the system lets us."""
    new = os.fstat(number)
    if (new.st_uid, new.st_gid) != (old.st_uid, old.st_gid):
        with contextlib.suppress(OSError):
            os.fchown(number, old.st_uid, old.st_gid)
    os.fchmod(number, stat.S_IMODE(old.st_mode))


def _gzip(file: IO[bytes]) -> IO[bytes]:
    import gzip

    return cast("IO[bytes]", gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=file, mtime=0))


def same_file(first: str, second: str) -> bool:
    """Whether two paths are one regular file, by whatever names and links; or would be, if not yet there."""
    if is_remote(first) or is_remote(second):
        from losscli.storage.uploading import same_remote

        return same_remote(first, second)
    first, second = local_path(first), local_path(second)
    one, other = _regular(first), _regular(second)
    if one is not None and other is not None:
        return os.path.samestat(one, other)
    if one is not None or other is not None or _DESCRIPTOR.fullmatch(first) or _DESCRIPTOR.fullmatch(second):
        return False
    return not _exists(first) and not _exists(second) and os.path.realpath(first) == os.path.realpath(second)


def _exists(path: str) -> bool:
    try:
        return os.path.exists(path)
    except ValueError:
        return False


def _regular(path: str) -> os.stat_result | None:
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return status if stat.S_ISREG(status.st_mode) else None


def refuse_overlap(outputs: Sequence[str], inputs: Sequence[str]) -> None:
    """Raise SourceError where an output is also an input, or two outputs are one file; before anything is
    written."""
    for position, output in enumerate(outputs):
        for path in inputs:
            if same_file(output, path):
                raise SourceError(
                    f"the output {harmless(output)} is also an input ({harmless(path)})",
                    hint="choose another name for the output",
                )
        for other in outputs[:position]:
            if same_file(output, other):
                raise SourceError(
                    f"two outputs are one file: {harmless(other)} and {harmless(output)}",
                    hint="give each output a name of its own",
                )
