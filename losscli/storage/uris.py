"""What a path says about where its bytes lie, from its text alone."""

from __future__ import annotations

import os
import re
from typing import Final

from losscli.errors import SourceError
from losscli.records import NamedTuple

_FILE: Final = "file"
OPENED: Final = ("s3", "gs", "gcs", "abfs", "abfss", "hdfs", "viewfs")
"""The schemes of remote file systems that are opened."""


def _parts(path: str) -> re.Match[str] | None:
    """The scheme and the rest of a URI that is not also the name of a local file."""
    if "://" not in path or os.path.lexists(path):
        return None
    return re.fullmatch(r"([A-Za-z][A-Za-z0-9+.-]+)://(.*)", path, re.DOTALL)


class Address(NamedTuple):
    """A URI of a remote file: `s3://bucket/key` has the scheme s3 and the rest bucket/key."""

    scheme: str
    rest: str


def address(path: str) -> Address | None:
    """The parts of a URI of a remote file; None for a local path, also one that is written `file://`."""
    found = _parts(path)
    if found is None or found[1].lower() == _FILE:
        return None
    return Address(found[1].lower(), found[2])


def is_remote(path: str) -> bool:
    """Whether a path is a URI that is not of this machine's files."""
    return address(path) is not None


def file_name(path: str) -> str:
    """The last part of a path, which says the format; options at the end of a URI are no part of it. A key
    of S3 is taken as it stands, so `?` belongs to it."""
    place = address(path)
    if place is not None and place.scheme != "s3":
        path = path.partition("?")[0]
    return os.path.basename(path)


def local_path(path: str) -> str:
    """The path that the system knows: `file:///data/y.csv` is /data/y.csv; other paths as they are.

    Raises SourceError for a file of another machine."""
    found = _parts(path) if path[:5].lower() == "file:" else None
    if found is None or found[1].lower() != _FILE:
        return path
    from urllib.parse import unquote

    host, slash, rest = found[2].partition("/")
    if not slash or host not in ("", "localhost"):
        hint = "a file URI has three slashes, file:///folder/file; or give the path alone"
        raise SourceError(f"{path} names no file of this machine", hint=hint)
    return unquote(slash + rest)
