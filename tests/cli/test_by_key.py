"""Pairing by key as a user meets it: row numbers, temporary files, full disks, signals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from tests.cli.shell import environment, losscli

WITH_LITTLE_MEMORY = """
import sys
from losscli.align import store
store.HELD_BYTES = 500_000
from losscli.__main__ import main
main()
"""
WORDS = ["compute", "mse", "y.csv:y", "-:p", "--id", "id", "--format", "value"]
ROWS = 40_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """y.csv, the text of its partner in another order, and a folder for temporary files."""
    numbers = np.random.default_rng(0).permutation(ROWS).tolist()
    (tmp_path / "y.csv").write_text("id,y\n" + "".join(f"k{row},{row}\n" for row in range(ROWS)))
    (tmp_path / "p.csv").write_text("id,p\n" + "".join(f"k{row},{row + 2}\n" for row in numbers))
    (tmp_path / "temporary").mkdir()
    return tmp_path


def start(folder: Path, limit: int | None = None) -> subprocess.Popen[bytes]:
    """A run that waits for standard input."""
    words = [sys.executable, "-c", WITH_LITTLE_MEMORY, *WORDS]
    if limit is not None:
        words = ["bash", "-c", f'ulimit -f {limit}; exec "$@"', "bash", *words]
    streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    changes = {"TMPDIR": str(folder / "temporary")}
    return subprocess.Popen(words, cwd=folder, env=environment(changes), **streams)  # type: ignore[call-overload,no-any-return]


def test_rows_beyond_memory_give_the_same_number(folder: Path) -> None:
    with start(folder) as run:
        answer, said = run.communicate((folder / "p.csv").read_bytes())
    assert (run.returncode, answer, said) == (0, b"4.0\n", b"")
    assert list((folder / "temporary").iterdir()) == []


def temporary_bytes(process: int, folder: Path) -> int:
    """The size of the nameless files in a folder that a process has open."""
    found = 0
    for entry in Path(f"/proc/{process}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            target = os.readlink(entry)
            if target.startswith(str(folder)) and target.endswith("(deleted)"):
                found += entry.stat().st_size
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize(
    ("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)]
)
def test_a_signal_leaves_no_temporary_file(folder: Path, sent: signal.Signals, code: int) -> None:
    temporary = folder / "temporary"
    with start(folder) as run:
        assert run.stdin is not None
        # More than one block, and no end: the run has gone to the disk and waits for more.
        run.stdin.write(b"id,p\n" + b"".join(b"n%d,1\n" % row for row in range(300_000)))
        run.stdin.flush()
        until = time.monotonic() + 60
        while temporary_bytes(run.pid, temporary) < 100_000:
            assert run.poll() is None
            assert time.monotonic() < until
            time.sleep(0.02)
        assert list(temporary.iterdir()) == []
        run.send_signal(sent)
        run.wait(timeout=60)
        assert run.stdout is not None
        assert run.stdout.read() == b""
    assert run.returncode == code
    assert list(temporary.iterdir()) == []


def test_a_full_disk_ends_with_4_and_says_what_to_do(folder: Path) -> None:
    with start(folder, limit=100) as run:
        answer, said = run.communicate((folder / "p.csv").read_bytes())
    assert run.returncode == 4
    assert answer == b""
    assert b"error[E402]: pairing by key" in said
    assert b"hint: set TMPDIR" in said
    assert list((folder / "temporary").iterdir()) == []


def test_rows_are_those_of_the_target_when_some_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "y.csv").write_text("id,y\n" + "".join(f"{row},{row}\n" for row in range(1, 11)))
    (tmp_path / "p.csv").write_text("id,p\n" + "".join(f"{row},{row}\n" for row in (8, 3, 99, 5, 1)))
    words = ("compute", "mse", "y.csv:y", "p.csv:p", "--id", "id", "--unpaired", "skip")
    done = losscli(*words, "--per-sample", "s.csv", "--format", "value", folder=tmp_path)
    assert done.returncode == 0
    lines = (tmp_path / "s.csv").read_text().splitlines()[1:]
    assert [line.split(",")[:2] for line in lines] == [["1", "1"], ["3", "3"], ["5", "5"], ["8", "8"]]
