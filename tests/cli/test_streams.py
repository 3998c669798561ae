"""Pipes, closed and full streams, terminals, signals: what a shell does to a program."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.shell import HERE, LAUNCH, environment, losscli, on_terminal, shell

BCE = ("compute", "bce", "sample_data/y.csv", "sample_data/p.csv")
LINE = " ".join(BCE)
MEAN = "bce\tmean\t0.24691989080446483\n"
ESCAPE = "\x1b"


@pytest.fixture
def many_rows(tmp_path: Path) -> Path:
    """A file whose per-sample values do not fit into a pipe's buffer, which may hold a megabyte."""
    path = tmp_path / "many.csv"
    path.write_text("y,p\n" + "1,0.25\n0,0.5\n" * 75_000)
    return path


@pytest.mark.parametrize(
    "options", ["", "--format csv", "--format ndjson", "--format json", "--format table"]
)
def test_a_reader_that_leaves_is_met_with_silence(many_rows: Path, options: str) -> None:
    rows = "--reduction none" if options != "--format table" else "--rows all"
    line = f"losscli compute bce {many_rows}:y :p {rows} {options}"
    found = shell(f"{line} | head -1; exit ${{PIPESTATUS[0]}}")
    assert (found.returncode, found.stderr) == (141, "")
    assert len(found.stdout.splitlines()) == 1


def test_all_rows_reach_a_reader_that_stays(many_rows: Path) -> None:
    found = shell(f"losscli compute bce {many_rows}:y :p --reduction none | wc -l")
    assert (found.returncode, found.stdout.strip()) == (0, "150000")


@pytest.mark.parametrize(
    "line", ["--help", "--version", "list", "explain bce", "compute -h", LINE, f"{LINE} --reduction none"]
)
def test_closed_standard_output_is_an_error(line: str) -> None:
    found = shell(f"losscli {line} >&-")
    assert found.returncode == 4
    assert "standard output is closed" in found.stderr


@pytest.mark.parametrize(
    "line", ["--help", "--version", "list", "explain bce", LINE, f"{LINE} --reduction none"]
)
def test_a_full_disk_is_an_error(line: str) -> None:
    found = shell(f"losscli {line} > /dev/full")
    assert found.returncode == 4
    assert "no space" in found.stderr.lower()
    assert found.stderr.startswith("error[E40")


def test_closed_standard_input_is_no_trap(tmp_path: Path) -> None:
    """With descriptor 0 closed the next file opened would be standard input."""
    assert shell(f"losscli {LINE} <&-").stdout == MEAN
    found = shell("losscli compute bce -:y :p <&-")
    assert found.returncode == 4
    assert found.stdout == ""


def test_closed_standard_error_is_no_trap(tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    assert shell(f"losscli {LINE} 2>&-").stdout == MEAN
    assert shell("losscli compute bec y p 2>&-").returncode == 2
    assert shell(f"losscli {LINE} -v -o {target} 2>&-").returncode == 0
    assert target.read_text().startswith("{")
    assert "note" not in target.read_text()


def test_all_streams_closed() -> None:
    assert shell(f"losscli {LINE} <&- >&- 2>&-").returncode == 4


def test_standard_input_is_read_when_it_is_named() -> None:
    found = losscli("compute", "bce", "-:y", ":p", stdin="y,p\n1,0.5\n0,0.5\n")
    assert (found.returncode, found.stdout) == (0, "bce\tmean\t0.6931471805599453\n")
    assert losscli("compute", "bce", "-:y", "-:p", stdin="y,p\n1,0.5\n").returncode == 0


def test_standard_input_is_not_read_unasked() -> None:
    """A pipe that nobody closes must not make the run wait: cron, ssh and make leave one."""
    with subprocess.Popen(
        [*LAUNCH, *BCE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=HERE, env=environment()
    ) as process:
        assert process.stdout is not None
        assert process.stdout.read().decode() == MEAN


def test_minus_with_columns_is_a_source_wherever_it_stands() -> None:
    data = "y,p,w\n1,0.5,1\n0,0.25,3\n"
    wanted = losscli("compute", "bce", "-:y", ":p", "--weight", "-:w", stdin=data)
    assert wanted.returncode == 0
    assert losscli("compute", "--weight", "-:w", "bce", "-:y", "-:p", stdin=data).stdout == wanted.stdout
    error = losscli("compute", "bce", "-:nope", ":p", stdin=data)
    assert error.returncode == 2
    assert "'nope'" in error.stderr
    assert "\x00" not in error.stderr


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"FORCE_COLOR": "1"},
        {"GITHUB_ACTIONS": "true"},
        {"TERM": "dumb"},
        {"GITHUB_ACTIONS": "true", "CI": "1"},
    ],
)
def test_a_pipe_gets_plain_text(changes: dict[str, str]) -> None:
    found = losscli(*BCE, changes=changes)
    assert (found.stdout, found.stderr) == (MEAN, "")
    assert ESCAPE not in losscli("--help", changes=changes).stdout
    assert losscli("bec", changes=changes).stderr.startswith("error[E100]")


def test_colours_follow_flag_then_environment() -> None:
    table = (*BCE, "--format", "table")
    assert ESCAPE not in losscli(*table).stdout
    assert ESCAPE not in losscli(*table, changes={"GITHUB_ACTIONS": "true"}).stdout
    assert ESCAPE in losscli(*table, changes={"FORCE_COLOR": "1"}).stdout
    assert ESCAPE not in losscli(*table, changes={"FORCE_COLOR": "1", "NO_COLOR": "1"}).stdout
    assert ESCAPE in losscli(*table, "--color", "always", changes={"NO_COLOR": "1"}).stdout
    assert ESCAPE not in losscli(*table, "--color", "never", changes={"FORCE_COLOR": "1"}).stdout


def test_a_terminal_gets_a_table_within_its_width() -> None:
    seen = on_terminal(BCE)
    assert ESCAPE in seen
    plain = re.sub(r"\x1b\[[0-9;]*m", "", seen)
    assert ESCAPE not in plain
    assert max(map(len, plain.splitlines())) <= 80
    assert "0.2469" in plain
    assert "…" not in plain
    assert plain.rstrip().splitlines()[-1].startswith("bce|reduction:mean|")


@pytest.mark.parametrize("changes", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal_without_colours_gets_none(changes: dict[str, str]) -> None:
    seen = on_terminal(BCE, changes)
    assert ESCAPE not in seen
    assert "0.2469" in seen


def test_the_format_of_the_environment_is_beaten_by_the_flag() -> None:
    variable = {"LOSSCLI_FORMAT": "value"}
    assert losscli(*BCE, changes=variable).stdout == "0.24691989080446483\n"
    assert losscli(*BCE, "-f", "plain", changes=variable).stdout == MEAN
    assert losscli(*BCE, changes={"LOSSCLI_FORMAT": "vlaue"}).returncode == 2


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_ends_the_run_and_leaves_nothing(tmp_path: Path, number: int, code: int) -> None:
    """The run waits for more of standard input when the signal comes, its output files begun."""
    old = tmp_path / "losses.csv"
    old.write_text("what was there before\n")
    words = ["compute", "bce", "-:y", ":p", "--per-sample", str(old), "-o", str(tmp_path / "new.json")]
    with subprocess.Popen(
        [*LAUNCH, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=HERE,
        env=environment() | {"TMPDIR": str(tmp_path)},
        # a job in the background ignores some; no thread runs here
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),  # noqa: PLW1509
    ) as process:
        assert process.stdin is not None
        process.stdin.write(b"y,p\n" + b"1,0.5\n" * 300_000)
        process.stdin.flush()
        wait_for_parts(tmp_path)
        process.send_signal(number)
        out, error = process.communicate(timeout=20)
    assert (process.returncode, out, error) == (code, b"", b"")
    assert [path.name for path in tmp_path.iterdir()] == ["losses.csv"]
    assert old.read_text() == "what was there before\n"


def wait_for_parts(folder: Path) -> None:
    """Until the run has begun a temporary file."""
    for _ in range(500):
        if len(list(folder.iterdir())) > 1:
            time.sleep(0.2)
            return
        time.sleep(0.02)
    raise AssertionError("no temporary file was begun")


def test_an_ignored_signal_stays_ignored() -> None:
    """`nohup` ignores SIGHUP, and a shell's background job SIGINT."""
    code = (
        "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN);"
        "from losscli.cli.streams import catch_signals; catch_signals();"
        "print(signal.getsignal(signal.SIGHUP) is signal.SIG_IGN, callable(signal.getsignal(signal.SIGTERM)))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=HERE, env=environment()
    )
    assert found.stdout.split() == ["True", "True"]


ONE_FROM_INPUT = ("compute", "mse", "sample_data/y.csv", "-")


@pytest.mark.parametrize("redirection", ["<&-", "0>/dev/null"])
def test_a_closed_input_is_no_empty_one(redirection: str) -> None:
    error = shell(f"losscli {' '.join(ONE_FROM_INPUT)} {redirection}")
    assert (error.returncode, error.stdout) == (4, "")
    assert error.stderr.startswith("error[E401]: standard input is closed")
    assert len(error.stderr.splitlines()) == 2


def test_an_input_whose_other_side_resets_the_connection() -> None:
    import socket
    import struct

    with socket.create_server(("127.0.0.1", 0)) as server:
        ours = socket.create_connection(server.getsockname())
        theirs, _ = server.accept()
        with theirs:
            process = subprocess.Popen(
                [*LAUNCH, *ONE_FROM_INPUT],
                stdin=theirs.fileno(),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=HERE,
                env=environment(),
            )
        ours.sendall(b"0.5\n")
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        ours.close()
        printed, said = process.communicate(timeout=60)
    assert (process.returncode, printed) == (4, b"")
    assert said.startswith(b"error[E401]: standard input cannot be read")


def test_an_input_that_has_nothing_yet_is_waited_for() -> None:
    """A pipe that is set not to block answers `nothing now`, which is not the end."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    process = subprocess.Popen(
        [*LAUNCH, *ONE_FROM_INPUT], stdin=reading, stdout=subprocess.PIPE, cwd=HERE, env=environment()
    )
    os.close(reading)
    for _ in range(10):
        time.sleep(0.2)
        os.write(writing, b"0.5\n")
    os.close(writing)
    printed, _ = process.communicate(timeout=60)
    assert (process.returncode, printed) == (0, b"mse\tmean\t0.25\n")


def test_a_pipe_whose_writer_dies(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = subprocess.Popen(["bash", "-c", f"exec >{path}; printf '0.5\\n0.5\\n'; kill -9 $$"])
    error = losscli("compute", "mse", "sample_data/y.csv", str(path))
    writer.wait()
    assert (error.returncode, error.stdout) == (3, "")
    assert "the lengths differ" in error.stderr


def test_a_socket_is_no_file(tmp_path: Path) -> None:
    import socket

    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        error = losscli("compute", "mse", "sample_data/y.csv", str(path))
        assert (error.returncode, error.stdout) == (4, "")
        assert "is a socket" in error.stderr
        error = losscli(*BCE, "-o", f"json={path}")
        assert (error.returncode, error.stdout) == (4, "")
        assert "Traceback" not in error.stderr
