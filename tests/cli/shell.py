"""Runs losscli as a shell does: in a process of its own, with its own streams."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parents[2]
LAUNCH = (sys.executable, "-m", "losscli")
SECONDS = 60
COLOUR_VARIABLES = ("NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS", "GITHUB_ACTIONS", "LOSSCLI_FORMAT")


def environment(changes: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment without what decides about colours and formats, with `changes`."""
    kept = {name: value for name, value in os.environ.items() if name not in COLOUR_VARIABLES}
    return kept | {"PYTHONPATH": str(HERE), "TERM": "xterm-256color"} | dict(changes or {})


def losscli(
    *words: str, stdin: str | None = None, changes: Mapping[str, str] | None = None, folder: Path = HERE
) -> subprocess.CompletedProcess[str]:
    """One run with captured streams."""
    return subprocess.run(
        [*LAUNCH, *words],
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        cwd=folder,
        env=environment(changes),
    )


def shell(line: str, folder: Path = HERE) -> subprocess.CompletedProcess[str]:
    """One line of bash, in which `losscli` is the command; `pipefail` is set."""
    start = f'set -o pipefail; losscli() {{ "{sys.executable}" -m losscli "$@"; }}; '
    return subprocess.run(
        ["bash", "-c", start + line],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        cwd=folder,
        env=environment(),
    )


def on_terminal(words: Sequence[str], changes: Mapping[str, str] | None = None) -> str:
    """What a run prints when standard output is a terminal of 80 columns."""
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    with subprocess.Popen(
        [*LAUNCH, *words],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        cwd=HERE,
        env=environment(changes),
    ) as process:
        os.close(theirs)
        pieces = []
        while True:
            try:
                piece = os.read(ours, 65_536)
            except OSError:  # the other side is closed
                break
            if not piece:
                break
            pieces.append(piece)
        os.close(ours)
    assert process.returncode == 0
    return b"".join(pieces).decode()
