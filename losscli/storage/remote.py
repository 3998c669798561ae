"""Remote file systems: found by a URI, asked with patience that ends within seconds, errors told in our
words."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, TypeVar

from losscli.errors import ReadError, SourceError, UnsupportedFormat
from losscli.storage import s3
from losscli.storage.uris import OPENED, Address, address
from losscli.workers import Job

Answer = TypeVar("Answer")

_ELSEWHERE: Final = re.compile(r"HTTP status (301|307|400)|AuthorizationHeaderMalformed")
_LOCATED: Final = re.compile(r"bucket is located in '([a-z0-9-]+)'")
_AWS_ERROR: Final = re.compile(r"AWS Error (\w+)")
_GCS_PATIENCE: Final = "retry_limit_seconds=20"
_REGIONS: Final[dict[str, str]] = {}
"""The regions that buckets themselves named."""


def ask(uri: str, question: Callable[[Any, str], Answer]) -> Answer:
    """What a remote file system answers; the question gets the system and the path in it.

    A bucket that lies in another region than the one that is set is asked there. Raises OSError, to be told
    by `unreachable` or a refusal of the caller; UnsupportedFormat for a scheme that is not opened;
    SourceError for a URI that names no file.
    """
    place = address(uri)
    assert place is not None
    system, path = _system(uri, place)
    try:
        return _interruptible(lambda: question(system, path))
    except OSError as error:
        if place.scheme != "s3" or not _moved(system, path.partition("/")[0], error):
            raise
    there, same = _system(uri, place)
    return _interruptible(lambda: question(there, same))


def _interruptible(work: Callable[[], Answer]) -> Answer:
    """Do the work on a thread of its own where the main thread waits for it: Python tells nobody of Ctrl-C
    while a call of Arrow waits for the network."""
    if threading.current_thread() is not threading.main_thread():
        return work()
    job = Job(work)
    threading.Thread(target=job.run, daemon=True, name="losscli-remote").start()
    return job.result()


def _moved(system: Any, bucket: str, error: OSError) -> bool:
    """Whether a bucket lies in another region than the one that was asked; it is then asked there."""
    if _ELSEWHERE.search(str(error)) is None:
        return False
    found = None
    try:
        system.get_file_info(bucket)  # only this answer names the region
    except OSError as answer:
        found = _LOCATED.search(str(answer))
    if found is None or _REGIONS.get(bucket) == found[1]:
        return False
    _REGIONS[bucket] = found[1]
    return True


def _system(uri: str, place: Address) -> tuple[Any, str]:
    if place.scheme not in OPENED:
        hint = (
            f"URIs of {', '.join(f'{scheme}://' for scheme in OPENED)} are; or copy it to a local file first"
        )
        raise UnsupportedFormat(f"{uri} is a URI of a kind that is not opened", hint=hint)
    if place.scheme == "s3":
        return _bucket(uri, place.rest)
    return _by_uri(_patient(uri) if place.scheme in ("gs", "gcs") else uri)


def _bucket(uri: str, rest: str) -> tuple[Any, str]:
    """An object of S3. Its key is taken as it stands, as AWS's own tools take it."""
    bucket, _, key = rest.partition("/")
    if "@" in bucket or ":" in bucket:
        hint = "write s3://BUCKET/KEY; AWS_ACCESS_KEY_ID and its like, and AWS_ENDPOINT_URL, say the rest"
        raise SourceError(f"s3://.../{key} does not start with the name of a bucket", hint=hint)
    if not bucket or key.startswith("/") or "//" in key:
        raise SourceError(f"{uri} is no address of an object", hint="write s3://BUCKET/KEY")
    return _s3(_REGIONS.get(bucket), _aws_environment()), f"{bucket}/{key}".rstrip("/")


def _aws_environment() -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, text) for name, text in os.environ.items() if name.startswith("AWS_")))


@lru_cache(maxsize=8)
def _s3(region: str | None, environment: tuple[tuple[str, str], ...]) -> Any:
    """One file system, and so one set of connections, for one environment."""
    return s3.s3(region)


def _patient(uri: str) -> str:
    """Google's client would try for a quarter of an hour."""
    if "retry_limit_seconds=" in uri:
        return uri
    return f"{uri}{'&' if '?' in uri else '?'}{_GCS_PATIENCE}"


@lru_cache(maxsize=64)
def _by_uri(uri: str) -> tuple[Any, str]:
    from pyarrow import ArrowInvalid, ArrowNotImplementedError
    from pyarrow.fs import FileSystem

    try:
        system, path = FileSystem.from_uri(uri)
    except (ArrowInvalid, ArrowNotImplementedError) as error:
        raise SourceError(f"{uri} cannot be opened: {one_line(error)}", hint="is the URI right?") from error
    return system, path


def one_line(error: BaseException) -> str:
    """What went wrong, on one line, in lower case at its start."""
    text = (error.strerror if isinstance(error, OSError) and error.strerror else str(error)).strip()
    text = text.splitlines()[0] if text else type(error).__name__
    return text[:1].lower() + text[1:]


def explain(uri: str, error: OSError) -> tuple[str, str | None]:
    """Why a remote file cannot be had, and what to do about it."""
    text = str(error)
    if isinstance(error, FileNotFoundError):
        return "there is no such object", "is the address right? that of a folder ends with /"
    found = _AWS_ERROR.search(text)
    kind = found[1] if found else ""
    if kind == "NETWORK_CONNECTION":
        server = s3.endpoint()
        asked = str(server) if server is not None else "Amazon S3"
        hint = "is AWS_ENDPOINT_URL right, and does the server run?" if server else "is the network up?"
        return f"{asked} does not answer ({text.rpartition('Details: ')[2].strip()})", hint
    if s3.is_denied(error):
        hint = "check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN or AWS_PROFILE"
        return "access is denied", hint
    located = _LOCATED.search(text)
    if located:
        return f"its bucket lies in {located[1]}", f"set AWS_REGION={located[1]}"
    return one_line(error), None


def unreadable(uri: str, error: OSError) -> ReadError:
    """The error for a remote file that cannot be read."""
    why, hint = explain(uri, error)
    return ReadError(f"{uri} cannot be read: {why}", hint=hint)
