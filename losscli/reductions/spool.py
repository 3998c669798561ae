"""Rows that must all be kept: in memory while they are few, then in a temporary file without a name."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator
from typing import IO

import numpy as np

from losscli.arrays import Floats
from losscli.errors import WriteError

CHUNK = 1 << 17
"""Rows read back at a time."""


class Spool:
    """Rows of a fixed number of columns, appended in blocks (n, columns) and read back as often as needed.

    At most `limit` rows stay in memory; the rest go to the disk, to a file that vanishes with the spool.
    Several threads may append.
    """

    def __init__(self, columns: int, limit: int) -> None:
        self.columns = columns
        self.limit = limit
        self.count = 0
        self._blocks: list[Floats] = []
        self._file: IO[bytes] | None = None
        self._appending = threading.Lock()

    def append(self, block: Floats) -> None:
        """Keep a copy of the block (n, columns). WriteError: the disk for temporary files is full."""
        with self._appending:
            self._append(block)

    def _append(self, block: Floats) -> None:
        if self._file is None and self.count + len(block) > self.limit:
            self._open()
        if self._file is None:
            self._blocks.append(np.array(block))
        else:
            self._write(block)
        self.count += len(block)

    def chunks(self) -> Iterator[Floats]:
        """All rows, as blocks (n, columns) of at most `CHUNK` rows. Nothing may be appended meanwhile."""
        if self._file is None:
            for block in self._blocks:
                for start in range(0, len(block), CHUNK):
                    yield block[start : start + CHUNK]
            return
        size = CHUNK * self.columns * 8
        self._file.flush()
        for offset in range(0, self.count * self.columns * 8, size):
            self._file.seek(offset)
            yield np.frombuffer(self._file.read(size), dtype=np.float64).reshape(-1, self.columns)

    @property
    def spilled(self) -> bool:
        """Whether the rows are on the disk."""
        return self._file is not None

    def _open(self) -> None:
        try:
            import tempfile

            self._file = tempfile.TemporaryFile(prefix="losscli-", buffering=1 << 18)  # noqa: SIM115
        except OSError as error:
            raise _no_room(error) from error
        weakref.finalize(self, self._file.close)
        for block in self._blocks:
            self._write(block)
        self._blocks = []

    def _write(self, block: Floats) -> None:
        if self._file is None:
            raise AssertionError("the spool has no file yet")
        try:
            self._file.seek(0, 2)
            self._file.write(np.ascontiguousarray(block).data)
        except OSError as error:
            raise _no_room(error) from error


def _no_room(error: OSError) -> WriteError:
    return WriteError(
        f"quantiles keep every value in a temporary file, which cannot be written: {error.strerror or error}",
        hint="set TMPDIR to a folder with room: 8 bytes a row, 16 with weights",
    )
