"""A remote file read from front to back: the next ranges are fetched while one is used."""

from __future__ import annotations

from collections import deque
from typing import Final

from losscli.errors import ReadError
from losscli.records import NamedTuple
from losscli.storage.reading import open_random
from losscli.storage.remote import unreadable
from losscli.workers import Job, Workers

FIRST_BYTES: Final = 1 << 18
"""The first range is small: often only the head of a file is looked at."""
RANGE_BYTES: Final = 1 << 22
AHEAD: Final = 3
"""Ranges that are on their way at a time. One request at a time would mostly wait."""


class _Range(NamedTuple):
    job: Job[bytes]
    start: int
    length: int


class RemoteReader:
    """Reads a remote file in order. Raises ReadError, also where an object ends before its size."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._file = open_random(path)
        self._size: int = self._file.size()
        self._workers: Workers | None = None
        self._ranges: deque[_Range] = deque()
        self._piece = b""
        self._used = 0
        self._next = 0
        self._length = FIRST_BYTES

    def read(self, count: int) -> bytes:
        """At most `count` bytes, at least one before the end."""
        if self._used == len(self._piece):
            self._piece, self._used = self._fetched(), 0
        piece = self._piece[self._used : self._used + count]
        self._used += len(piece)
        return piece

    def _fetched(self) -> bytes:
        """The next range, and those behind it on their way."""
        ahead = AHEAD if self._next else 1  # the head alone asks for one range
        while len(self._ranges) < ahead and self._next < self._size:
            self._ask()
        if not self._ranges:
            return b""
        wanted = self._ranges.popleft()
        try:
            piece = wanted.job.result()
        except OSError as error:
            raise unreadable(self._path, error) from error
        if len(piece) < wanted.length:
            raise ReadError(f"{self._path} ends after {wanted.start + len(piece)} of {self._size} bytes")
        return piece

    def _ask(self) -> None:
        if self._workers is None:
            self._workers = Workers(AHEAD)
        start, length = self._next, min(self._length, self._size - self._next)
        file = self._file
        job = self._workers.submit(lambda: bytes(file.read_at(length, start)))
        self._ranges.append(_Range(job, start, length))
        self._next += length
        self._length = min(4 * self._length, RANGE_BYTES)

    def seek(self, position: int) -> None:
        """Continue at this byte."""
        self._ranges.clear()
        self._piece, self._used = b"", 0
        self._next = position
        self._length = FIRST_BYTES

    def close(self) -> None:
        """Let go of what is on its way, and so of the file: a range that is being read keeps it open."""
        if self._workers is not None:
            self._workers.close()
        self._ranges.clear()
        self._file = None
