"""Standard output: closed, full, or its reader gone; never a silent loss."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from losscli.errors import WriteError
from losscli.outputs.stdout import write_stdout

ROOT = Path(__file__).resolve().parents[2]
PROBE = """
import os, sys
from losscli.errors import WriteError
from losscli.outputs.stdout import write_stdout
try:
    write_stdout(piece for piece in ['x' * 100 + chr(10)] * COUNT)
except BrokenPipeError:
    os._exit(141)
except WriteError as error:
    print(error.message, file=sys.stderr, flush=True)
    os._exit(error.exit_code)
os._exit(0)
"""


def shell(redirect: str, count: int = 10, **environment: str) -> tuple[int, str, str]:
    code = PROBE.replace("COUNT", str(count))
    command = f'set -o pipefail; "$PYTHON" -c "$CODE" {redirect}'
    run = subprocess.run(
        ["bash", "-c", command],
        cwd=ROOT,
        env=os.environ | {"PYTHON": sys.executable, "CODE": code} | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return run.returncode, run.stdout, run.stderr


def test_all_is_written() -> None:
    code, out, err = shell("| cat", 1000)
    assert (code, err) == (0, "")
    assert out == ("x" * 100 + "\n") * 1000


def test_a_reader_that_leaves_is_not_an_error_of_ours() -> None:
    assert shell("| head -n 1", 100_000) == (141, "x" * 100 + "\n", "")


def test_a_full_device_is_a_write_error() -> None:
    code, _, err = shell("> /dev/full")
    assert code == 4
    assert "no space left" in err


def test_a_closed_output_is_a_write_error() -> None:
    code, _, err = shell(">&-")
    assert code == 4
    assert "closed" in err


def test_results_are_utf_8_whatever_the_locale() -> None:
    code = "from losscli.outputs.stdout import write_stdout; write_stdout(['\\u00e9\\u2500', b'b'])"
    for encoding in ("utf-8", "latin-1", "ascii"):
        environment = os.environ | {"PYTHONIOENCODING": encoding}
        run = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, timeout=60
        )
        assert run.stdout.decode() == "é─b", encoding


def test_a_terminal_that_cannot_show_a_letter_gets_an_escape(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.TextIOWrapper):
        def isatty(self) -> bool:
            return True

    raw = io.BytesIO()
    terminal = Terminal(raw, encoding="ascii")
    monkeypatch.setattr(sys, "stdout", terminal)
    write_stdout(["é\n"])
    assert raw.getvalue() == b"\\xe9\n"


def test_text_streams_without_bytes_work(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    write_stdout(["a", b"b\n"])
    assert stream.getvalue() == "ab\n"


def test_no_stream_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(WriteError, match="closed"):
        write_stdout(["x"])
    stream = io.StringIO()
    stream.close()
    monkeypatch.setattr(sys, "stdout", stream)
    with pytest.raises(WriteError, match="closed"):
        write_stdout(["x"])


def test_a_mistake_of_the_caller_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def pieces():  # type: ignore[no-untyped-def]
        yield "x"
        raise ValueError("ours")

    monkeypatch.setattr(sys, "stdout", io.StringIO())
    with pytest.raises(ValueError, match="ours"):
        write_stdout(pieces())
