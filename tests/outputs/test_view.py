"""Width, colour and drawing are found from the stream and the environment, and from nothing else."""

from __future__ import annotations

import os
import pty
from collections.abc import Iterator

import pytest

from losscli.errors import UsageError
from losscli.outputs import View, find_view, is_terminal


class Stream:
    """A stream that says what it is told to say."""

    def __init__(self, terminal: bool = True, encoding: str = "utf-8", number: int = -1) -> None:
        self.encoding = encoding
        self._terminal = terminal
        self._number = number

    def isatty(self) -> bool:
        return self._terminal

    def fileno(self) -> int:
        return self._number


@pytest.fixture
def terminal() -> Iterator[int]:
    controller, number = pty.openpty()
    yield number
    os.close(controller)
    os.close(number)


def resize(number: int, columns: int) -> None:
    import fcntl
    import struct
    import termios

    fcntl.ioctl(number, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))


@pytest.mark.parametrize(
    ("environment", "terminal", "flag", "colour"),
    [
        ({}, True, "auto", True),
        ({}, False, "auto", False),
        ({"NO_COLOR": "1"}, True, "auto", False),
        ({"NO_COLOR": ""}, True, "auto", True),
        ({"FORCE_COLOR": "1"}, False, "auto", True),
        ({"FORCE_COLOR": "0"}, True, "auto", False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, "auto", False),
        ({"TERM": "dumb"}, True, "auto", False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, False, "auto", True),
        ({"GITHUB_ACTIONS": "true"}, False, "auto", False),
        ({"GITHUB_ACTIONS": "true", "CI": "true", "COLORTERM": "truecolor"}, False, "auto", False),
        ({"NO_COLOR": "1"}, False, "always", True),
        ({"FORCE_COLOR": "1"}, True, "never", False),
    ],
)
def test_colour(environment: dict[str, str], terminal: bool, flag: str, colour: bool) -> None:
    assert find_view(Stream(terminal), environment, color=flag).colour is colour


def test_an_unknown_word_for_colour() -> None:
    with pytest.raises(UsageError, match="auto, always, never"):
        find_view(Stream(), {}, color="yes")


@pytest.mark.parametrize(
    ("encoding", "term", "drawing"),
    [
        ("utf-8", "xterm", True),
        ("UTF8", "xterm", True),
        ("latin-1", "xterm", False),
        ("ascii", "xterm", False),
        ("utf-8", "dumb", False),
        ("no such thing", "xterm", False),
    ],
)
def test_drawing(encoding: str, term: str, drawing: bool) -> None:
    assert find_view(Stream(encoding=encoding), {"TERM": term}).drawing is drawing


def test_width_is_the_terminals(terminal: int) -> None:
    stream = Stream(number=terminal)
    assert find_view(stream, {}).width == 80
    resize(terminal, 123)
    assert find_view(stream, {}).width == 123
    assert find_view(stream, {"COLUMNS": "50"}).width == 50
    for odd in ("0", "-5", "x", "", "\u0665"):
        assert find_view(stream, {"COLUMNS": odd}).width == 123


def test_width_without_a_terminal() -> None:
    assert find_view(Stream(terminal=False), {"TERM": "dumb", "FORCE_COLOR": "1"}).width == 80
    assert find_view(Stream(terminal=False), {"COLUMNS": "132"}).width == 132
    assert find_view(None, {"TERM": "dumb"}) == View()


def test_a_closed_stream_is_no_terminal() -> None:
    with open(os.devnull) as stream:
        pass
    assert not is_terminal(stream)
    assert not is_terminal(None)


@pytest.mark.parametrize("precision", [0, -1, 18, 1000])
def test_precision_has_bounds(precision: int) -> None:
    with pytest.raises(UsageError, match="1 to 17"):
        find_view(None, {}, precision=precision)
