"""Results to standard output, so that nothing is lost without an error."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Final

from losscli.errors import WriteError

_PIECE: Final = 1 << 16


def write_stdout(pieces: Iterable[str | bytes]) -> None:
    """Write the pieces and flush, so that the caller chooses its exit code knowing that all is written.

    Text is written in the terminal's encoding on a terminal and as UTF-8 elsewhere. Raises WriteError
    where standard output is closed or full; BrokenPipeError passes: its reader has seen enough.
    """
    stream = sys.stdout
    if stream is None:
        raise _closed()
    buffer = getattr(stream, "buffer", None)
    try:
        if buffer is None:
            stream.write("".join(_as_text(pieces)))
        else:
            encoding = stream.encoding if stream.isatty() else "utf-8"
            stream.flush()
            for piece in _gathered(pieces, encoding):
                buffer.write(piece)
        stream.flush()
    except BrokenPipeError:
        raise
    except ValueError as error:
        if stream.closed:
            raise _closed() from error
        raise
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise WriteError(
            f"standard output cannot be written: {why}", hint="write to another place"
        ) from error


def _closed() -> WriteError:
    return WriteError("standard output is closed", hint="leave it open, or write to a file with --output")


def _as_text(pieces: Iterable[str | bytes]) -> Iterator[str]:
    return (piece.decode() if isinstance(piece, bytes) else piece for piece in pieces)


def _gathered(pieces: Iterable[str | bytes], encoding: str) -> Iterator[bytes]:
    """The pieces as bytes, small ones together."""
    waiting: list[bytes] = []
    length = 0
    for piece in pieces:
        data = piece if isinstance(piece, bytes) else piece.encode(encoding, "backslashreplace")
        waiting.append(data)
        length += len(data)
        if length >= _PIECE:
            yield b"".join(waiting)
            waiting, length = [], 0
    yield b"".join(waiting)
