"""Files opened at any place, local or remote, and what a remote folder holds."""

from __future__ import annotations

import errno
import os
import stat
from typing import Any

from losscli.errors import ReadError
from losscli.records import NamedTuple
from losscli.storage.refusals import unopened
from losscli.storage.remote import ask, unreadable
from losscli.storage.uris import is_remote, local_path


def open_random(path: str) -> Any:
    """A file to be read at any place: a `pyarrow.NativeFile`, never a memory map.

    Of a remote file only the ranges that are read are fetched. Raises ReadError, also for what cannot be
    read twice (a pipe); UnsupportedFormat for a URI of a kind that is not opened.
    """
    if is_remote(path):
        try:
            return ask(path, lambda system, place: system.open_input_file(place))
        except OSError as error:
            raise unreadable(path, error) from error
    from pyarrow import OSFile

    local = local_path(path)
    try:
        status = os.stat(local)
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not stat.S_ISREG(status.st_mode):
            hint = "save it to a file first: this format is not read in one go"
            raise ReadError(f"{path} is no file but a pipe or device", hint=hint)
        return OSFile(local, "rb")
    except (OSError, ValueError) as error:
        raise unopened(path, error) from error


class Entry(NamedTuple):
    """What lies in a remote folder: its URI, with a `/` at its end for a folder; a file's size and its time
    of change in nanoseconds, as the folder shows them."""

    uri: str
    size: int = 0
    changed: int = 0


def list_entries(uri: str, *, deep: bool = False) -> list[Entry]:
    """What lies in a remote folder, in the order of the code points of their URIs; else as `list_files`."""
    from pyarrow.fs import FileSelector, FileType

    folder, mark, query = uri.partition("?") if not uri.startswith("s3:") else (uri, "", "")

    def look(system: Any, place: str) -> list[Entry]:
        root = place.rstrip("/")
        found = []
        for entry in system.get_file_info(FileSelector(root, recursive=deep)):
            below = f"{folder.rstrip('/')}/{entry.path.removeprefix(root).lstrip('/')}"
            if entry.type == FileType.File:
                found.append(Entry(f"{below}{mark}{query}", entry.size, entry.mtime_ns or 0))
            elif entry.type == FileType.Directory and not deep:
                found.append(Entry(f"{below}/{mark}{query}"))
        return sorted(found)

    try:
        return ask(uri, look)
    except OSError as error:
        raise unreadable(uri, error) from error


def list_files(uri: str, *, deep: bool = False) -> list[str]:
    """The URIs of what lies in a remote folder, in the order of their code points.

    A folder in it is listed too, with a `/` at its end; with `deep`, what lies in it instead. A folder
    without anything gives an empty list. Raises ReadError where there is no such folder.
    """
    return [entry.uri for entry in list_entries(uri, deep=deep)]


def is_folder(uri: str) -> bool:
    """Whether a URI is a remote folder that is there. Raises ReadError where that cannot be found out."""
    from pyarrow.fs import FileType

    try:
        kind = ask(uri, lambda system, place: system.get_file_info(place).type)
    except OSError as error:
        raise unreadable(uri, error) from error
    return bool(kind == FileType.Directory)
