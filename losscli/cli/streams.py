"""The three standard streams and the signals: made safe before anything runs, and put in order at the
end."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterable
from types import FrameType


class Terminated(BaseException):
    """A signal asked the process to end. It passes every `except Exception`, so that each room removes its
    temporary files on the way out."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def open_missing() -> bool:
    """Put /dev/null where descriptors 0 to 2 are closed, so that no file is ever opened in their place.

    Returns whether standard output is usable. `sys.stderr` and `sys.stdin` are never None afterwards:
    `print` takes None as standard output."""
    usable = sys.stdout is not None
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            usable = usable and descriptor != 1
            os.open(
                os.devnull, os.O_RDWR if descriptor else os.O_WRONLY
            )  # a closed input is not an empty one
    if sys.stderr is None:
        sys.stderr = open(2, "w", errors="backslashreplace", closefd=False)  # noqa: SIM115 - lives as long as the process
    if sys.stdin is None:
        sys.stdin = open(0, closefd=False)  # noqa: SIM115
    return usable


def catch_signals() -> None:
    """Let the signals that end a process pass through the rooms as exceptions. What is ignored stays
    ignored."""
    for name in ("SIGTERM", "SIGHUP", "SIGINT"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
            signal.signal(number, _end)


def _end(number: int, frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_DFL)  # a second one ends the process at once
    raise Terminated(number)


def tell(lines: Iterable[str]) -> None:
    """Write lines to standard error, made harmless. A closed or full standard error changes nothing."""
    from losscli.outputs.harmless import harmless

    with contextlib.suppress(OSError):
        for line in lines:
            sys.stderr.write(harmless(line) + "\n")
        sys.stderr.flush()


def leave(code: int) -> None:
    """End the process now: no thread, no destructor and no exit hook delays it or changes the code."""
    with contextlib.suppress(OSError):
        sys.stderr.flush()
    os._exit(code)
