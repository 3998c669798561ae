"""Writing a remote file whole or not at all."""

from __future__ import annotations

from typing import IO, Any, Final

from losscli.errors import WriteError
from losscli.storage import s3
from losscli.storage.remote import ask, explain
from losscli.storage.uris import address, is_remote

_PIECE: Final = 1 << 23
_FLUSHED: Final = 8
"""After so many pieces the upload is waited for, or a slow network would gather the file in memory."""
_OBJECT_STORES: Final = ("s3", "gs", "gcs", "abfs", "abfss")
"""Systems on which a file appears, whole, when its writer closes it; on others it grows in sight."""


def check_target(uri: str) -> None:
    """See early, before anything is computed, that a bucket is there. Raises WriteError."""
    place = address(uri)
    assert place is not None
    if not place.rest.partition("/")[2]:
        raise WriteError(f"{uri} names no file", hint="name a file in it")
    try:
        from pyarrow.fs import FileType

        top = ask(uri, lambda system, path: system.get_file_info(path.partition("/")[0]).type)
    except OSError as error:
        if place.scheme == "s3" and s3.is_denied(error):
            return  # writing may be allowed where looking is not
        raise unwritable(uri, error) from error
    if place.scheme in _OBJECT_STORES and top == FileType.NotFound:
        raise WriteError(f"{uri} cannot be written: there is no bucket of that name")


def upload(uri: str, file: IO[bytes]) -> None:
    """Put the rest of a file into place. Raises WriteError; what was there before is then still there."""
    place = address(uri)
    assert place is not None
    send = _send if place.scheme in _OBJECT_STORES else _send_and_rename
    try:
        ask(uri, lambda system, path: send(system, path, file))
    except OSError as error:
        raise unwritable(uri, error) from error


def _send(system: Any, path: str, file: IO[bytes]) -> None:
    file.seek(0)
    stream = system.open_output_stream(path, compression=None)
    try:
        count = 0
        while piece := file.read(_PIECE):
            stream.write(piece)
            count += 1
            if count % _FLUSHED == 0:
                stream.flush()
        stream.close()
    except BaseException:
        _abandon(stream)
        raise


def _abandon(stream: Any) -> None:
    """Never let go of an upload that failed.

    Arrow has no way to abort one: it completes what it lets go of, also at the end of the process, and half
    a file would appear under its name. The parts that were sent stay invisible in the store, until its rule
    for incomplete uploads removes them.
    """
    import ctypes

    ctypes.pythonapi.Py_IncRef(ctypes.py_object(stream))


def _send_and_rename(system: Any, path: str, file: IO[bytes]) -> None:
    """Write beside the target, then take its name. The old file goes first: not every system replaces."""
    from contextlib import suppress
    from secrets import token_hex

    from pyarrow.fs import FileType

    folder, slash, name = path.rpartition("/")
    temporary = f"{folder}{slash}.{name[:50]}.{token_hex(6)}.part"
    try:
        _send(system, temporary, file)
        if system.get_file_info(path).type == FileType.File:
            system.delete_file(path)
        system.move(temporary, path)
    except BaseException:
        with suppress(OSError):
            system.delete_file(temporary)
        raise


def unwritable(uri: str, error: OSError) -> WriteError:
    """The error for a remote file that cannot be written."""
    why, hint = explain(uri, error)
    return WriteError(f"{uri} cannot be written: {why}", hint=hint)


def same_remote(first: str, second: str) -> bool:
    """Whether two paths are one remote file."""
    return is_remote(first) and is_remote(second) and _plain(first) == _plain(second)


def _plain(uri: str) -> tuple[str, str]:
    place = address(uri)
    assert place is not None
    scheme = {"gcs": "gs", "abfss": "abfs"}.get(place.scheme, place.scheme)
    if scheme == "s3":  # keys are taken as they stand
        return scheme, place.rest.rstrip("/")
    from urllib.parse import unquote

    return scheme, unquote(place.rest.partition("?")[0]).rstrip("/")
