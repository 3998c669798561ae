"""Progress: on a terminal, after a second, and nowhere else."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import time

import pytest
from rich.console import Console

import losscli.cli.progress as module
from losscli.cli.progress import Progress
from losscli.cli.publishing import is_watched
from tests.cli.shell import HERE, LAUNCH, environment


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(module, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    text = io.StringIO()
    console = Console(file=text, force_terminal=True, width=100)
    monkeypatch.setattr("rich.console.Console", lambda **options: console)
    return text


def test_nothing_is_drawn_within_the_first_second(clock: list[float], drawn: io.StringIO) -> None:
    with Progress() as progress:
        progress(65_536, 1_000_000, 2_000_000)
        clock[0] += 0.99
        progress(131_072, 2_000_000, 2_000_000)
    assert drawn.getvalue() == ""


def test_rows_bytes_and_rate_are_drawn_afterwards(clock: list[float], drawn: io.StringIO) -> None:
    with Progress() as progress:
        clock[0] += 2.0
        progress(3_000_000, 50_000_000, 100_000_000)
        shown = drawn.getvalue()
        clock[0] += 0.01
        progress(3_100_000, 51_000_000, 100_000_000)
        assert drawn.getvalue() == shown  # not more often than ten times a second
    assert "3,000,000 rows" in shown
    assert "50 MB" in shown
    assert "1.50 million rows/s" in shown
    assert "50%" in shown
    assert "\x1b[2K" in drawn.getvalue()  # the line is erased at the end


def test_an_unknown_length_is_no_hindrance(clock: list[float], drawn: io.StringIO) -> None:
    with Progress() as progress:
        clock[0] += 2.0
        progress(10, 100, None)
    assert "10 rows" in drawn.getvalue()


def test_only_a_terminal_is_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm")
    assert is_watched(Terminal())
    assert not is_watched(io.StringIO())
    monkeypatch.setenv("TERM", "dumb")
    assert not is_watched(Terminal())


@pytest.mark.parametrize("quiet", [False, True])
def test_a_slow_run_on_a_terminal(quiet: bool) -> None:
    """Rows come slowly through a pipe, standard error is a terminal, standard output is not."""
    ours, theirs = pty.openpty()
    words = ["compute", "bce", "-:y", ":p", *(["-q"] if quiet else [])]
    with subprocess.Popen(
        [*LAUNCH, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=theirs,
        cwd=HERE,
        env=environment(),
    ) as process:
        os.close(theirs)
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"y,p\n")
        for _ in range(8):
            process.stdin.write(b"1,0.5\n" * 500_000)
            process.stdin.flush()
            time.sleep(0.25)
        process.stdin.close()
        assert process.stdout.read() == b"bce\tmean\t0.6931471805599453\n"
        seen = drained(ours)
    assert process.returncode == 0
    assert ("rows" in seen) == (not quiet)


def drained(descriptor: int) -> str:
    """Everything that was written to a terminal whose other side is closed."""
    pieces = []
    while True:
        try:
            piece = os.read(descriptor, 65_536)
        except OSError:
            break
        if not piece:
            break
        pieces.append(piece)
    os.close(descriptor)
    return b"".join(pieces).decode()
