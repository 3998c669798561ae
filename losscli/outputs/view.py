"""How people see a result: digits, width, colours, and which characters can be drawn; found from the
terminal."""

from __future__ import annotations

import codecs
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from losscli.errors import UsageError

COLOURS: Final = ("auto", "always", "never")
DEFAULT_WIDTH: Final = 80
_DIGITS: Final = 17


@dataclass(frozen=True, slots=True)
class View:
    """What the formats for people may use. Machine formats look at none of it.

    `precision` counts significant digits, 1 to 17; `width` is the number of character cells of a line;
    `drawing` says whether rules and block characters may be used, or only ASCII.
    """

    precision: int = 4
    width: int = DEFAULT_WIDTH
    colour: bool = False
    drawing: bool = True

    def __post_init__(self) -> None:
        if not 1 <= self.precision <= _DIGITS:
            raise UsageError(
                f"--precision is a number of significant digits from 1 to {_DIGITS}, not {self.precision}",
                hint="--precision 6; machine formats (json, csv, plain) always print every digit",
            )


class Stream(Protocol):
    """What is asked of an output stream."""

    @property
    def encoding(self) -> str:
        """The name of the encoding that its text is written in."""
        ...

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        ...

    def fileno(self) -> int:
        """Its file descriptor."""
        ...


def find_view(
    stream: Stream | None, environment: Mapping[str, str], *, color: str = "auto", precision: int = 4
) -> View:
    """The view of a stream; None is a file, which has no terminal behind it.

    Raises UsageError where `color` is none of auto, always, never.
    """
    terminal = stream is not None and is_terminal(stream)
    dumb = environment.get("TERM") == "dumb"
    encoding = "utf-8" if stream is None else getattr(stream, "encoding", None) or "utf-8"
    return View(
        precision=precision,
        width=_width(stream if terminal else None, environment),
        colour=_colour(color, environment, terminal=terminal and not dumb),
        drawing=_is_unicode(encoding) and (stream is None or not dumb),
    )


def is_terminal(stream: Stream | None) -> bool:
    """Whether a person looks at the stream. Only the stream itself decides, no variable of a CI system."""
    try:
        return stream is not None and bool(stream.isatty())
    except (ValueError, OSError, AttributeError):
        return False


def _colour(flag: str, environment: Mapping[str, str], *, terminal: bool) -> bool:
    """The flag beats the environment; of the environment, NO_COLOR beats FORCE_COLOR."""
    if flag not in COLOURS:
        raise UsageError(f"--color is one of {', '.join(COLOURS)}, not {flag}", hint="--color auto")
    if flag != "auto":
        return flag == "always"
    if environment.get("NO_COLOR"):
        return False
    forced = environment.get("FORCE_COLOR")
    if forced is not None and forced != "":
        return forced not in {"0", "false"}
    return terminal


def _width(stream: Stream | None, environment: Mapping[str, str]) -> int:
    columns = environment.get("COLUMNS", "")
    if columns.isascii() and columns.isdigit() and int(columns) > 0:
        return int(columns)
    if stream is None:
        return DEFAULT_WIDTH
    try:
        return os.get_terminal_size(stream.fileno()).columns or DEFAULT_WIDTH
    except (ValueError, OSError, AttributeError):
        return DEFAULT_WIDTH


def _is_unicode(encoding: str) -> bool:
    try:
        return codecs.lookup(encoding).name.startswith("utf")
    except LookupError:
        return False
