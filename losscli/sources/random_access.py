"""Inputs that are read out of order: files as they are, pipes and standard input through a temporary file."""

from __future__ import annotations

from typing import IO, Any, Final

from losscli.errors import ReadError
from losscli.sources.bytestream import ByteInput
from losscli.storage.reading import open_random
from losscli.storage.refusals import unopened, why
from losscli.storage.watching import Watch

_PIECE: Final = 1 << 20


class RandomInput:
    """An input that opens at any byte, as often as wanted; the same one from the first look to the last."""

    def __init__(self, path: str, stream: ByteInput) -> None:
        self._path = path
        self._kept: IO[bytes] | None = None
        self._watch: Watch | None = None
        if not stream.seekable:
            self._kept, self.size = kept(stream)
            return
        stream.close()
        try:
            self._watch = Watch(path)
        except OSError as error:
            raise unopened(path, error) from error
        self.size = self._watch.size or 0

    def open(self) -> Any:
        """A pyarrow file; it is closed when nobody has it any more. Raises ReadError."""
        if self._kept is None:
            return open_random(self._path)
        from pyarrow import PythonFile

        return PythonFile(self._kept, mode="r")

    def unchanged(self) -> None:
        """See that the file is still what it was when it was opened first. Raises ChangedError."""
        if self._watch is not None:
            self._watch.unchanged()

    def close(self) -> None:
        """Let go of what a pipe gave."""
        if self._kept is not None:
            self._kept.close()


def kept(stream: ByteInput) -> tuple[IO[bytes], int]:
    """Everything that a stream gives, in a temporary file without a name, and its size. Raises ReadError."""
    import tempfile

    size = 0
    try:
        file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by who asked for it
        while piece := stream.read(_PIECE):
            file.write(piece)
            size += len(piece)
        file.flush()
    except OSError as error:
        raise ReadError(
            f"{stream.name} has to be kept in {tempfile.gettempdir()}, which failed: {why(error)}",
            hint="set TMPDIR to a folder with space, or save it to a file first",
        ) from error
    finally:
        stream.close()
    return file, size
