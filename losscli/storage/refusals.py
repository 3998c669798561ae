"""Why a local path cannot be opened, and what to type instead."""

from __future__ import annotations

import errno
import os

from losscli.errors import ReadError


def why(error: BaseException) -> str:
    """The system's reason, in lower case."""
    return (error.strerror if isinstance(error, OSError) and error.strerror else str(error)).lower()


def unopened(path: str, error: OSError | ValueError) -> ReadError:
    """The error for a local path that cannot be opened."""
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.EISDIR:
        return ReadError(f"{path} is a folder, which is not read", hint="give one file of it")
    if number == errno.ENOENT:
        return ReadError(f"there is no file {path}", hint=_with_columns(path) or _near(path))
    if number == errno.ENXIO:
        hint = "let a program read it, and pipe what it says"
        return ReadError(f"{path} is a socket, which is not read", hint=hint)
    return ReadError(f"{path} cannot be read: {why(error)}")


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
