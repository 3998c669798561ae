"""Whether a file is still the one it was: by its size, its time of change and what it is."""

from __future__ import annotations

import os
import stat

from losscli.errors import ChangedError
from losscli.records import NamedTuple
from losscli.storage.uris import is_remote, local_path


class Identity(NamedTuple):
    """What changes when a file does: its size, and a stamp (device, inode and time of change; an object's
    ETag and time)."""

    size: int | None
    stamp: tuple[object, ...]


class Watch:
    """Sees whether a path changes. Make it before the file is opened; nothing is watched of a pipe.

    Raises ReadError where a remote file cannot be seen, OSError or ValueError where a local one cannot.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        try:
            self.identity = _identity(path)
        except OSError as error:
            if is_remote(path):
                from losscli.storage.remote import unreadable

                raise unreadable(path, error) from error
            raise

    @property
    def size(self) -> int | None:
        """The bytes of the file; None for a pipe or device."""
        return self.identity.size if self.identity is not None else None

    def unchanged(self) -> None:
        """See that the path is still what it was, after the last byte was read. Raises ChangedError."""
        try:
            now = _identity(self.path)
        except OSError as error:
            if is_remote(self.path) and not isinstance(error, FileNotFoundError):
                from losscli.storage.remote import unreadable

                raise unreadable(self.path, error) from error
            raise changed(self.path) from error
        if now != self.identity:
            raise changed(self.path)

    def continues(self, earlier: Watch) -> None:
        """See that the file is the one of an earlier pass. Raises ChangedError."""
        if self.identity != earlier.identity:
            raise changed(self.path)


def changed(name: str) -> ChangedError:
    """The error for a file that is not what it was."""
    return ChangedError(f"{name} changed while it was read", hint="run again when its writer has finished")


def _identity(path: str) -> Identity | None:
    if not is_remote(path):
        status = os.stat(local_path(path))
        if not stat.S_ISREG(status.st_mode):
            return None
        return Identity(status.st_size, (status.st_dev, status.st_ino, status.st_mtime_ns))
    from losscli.storage.remote import ask  # a run on local files does not need it

    return ask(path, _remote_identity)


def _remote_identity(system: object, place: str) -> Identity:
    """Of an object store the ETag, which changes with the content even within one second."""
    with system.open_input_file(place) as file:  # type: ignore[attr-defined]
        facts = file.metadata()
        if facts:
            stamp = tuple(facts.get(name) for name in ("ETag", "Last-Modified", "generation"))
            if any(stamp):
                return Identity(file.size(), stamp)
    info = system.get_file_info(place)  # type: ignore[attr-defined]
    return Identity(info.size, (info.mtime_ns,))
