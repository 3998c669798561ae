"""Where each key of a TOML text stands: tomllib gives the values, and forgets the lines."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from typing import Final, TypeAlias

from losscli.records import NamedTuple

KeyPath: TypeAlias = tuple[str | int, ...]
"""The keys and list positions that lead to a value: ("check", 0, "max", "bce@eu")."""

_BLANKS: Final = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_SPACES: Final = re.compile(r"[ \t]*")
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_STRING: Final = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:"{0,2})'  # one or two quotes may stand before the three that end it
    r"|'''.*?'''(?:'{0,2})"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_SCALAR: Final = re.compile(r"[^,\]}#\n]+")


class Spot(NamedTuple):
    """A line and a column of it, both from 1; the column counts characters."""

    line: int
    column: int


def key_places(text: str) -> Mapping[KeyPath, Spot]:
    """The first place of every key, table and list element of a text that tomllib has accepted.

    Line ends may be CRLF; a byte order mark is no part of the text.
    """
    scanner = _Scanner(text.replace("\r\n", "\n"))
    scanner.scan()
    return scanner.spots()


class _Lost(Exception):
    """The text is none that tomllib accepts."""


class _Scanner:
    """Goes over the text once. It finds where things stand and leaves to tomllib what they are."""

    def __init__(self, text: str) -> None:
        self._text = text + "\n"
        self._at = 0
        self._found: dict[KeyPath, int] = {(): 0}
        self._last: dict[KeyPath, int] = {}  # the current element of each array of tables

    def scan(self) -> None:
        """Find every key. What cannot be followed ends the search: what was found stays."""
        table: KeyPath = ()
        try:
            while self._skip(_BLANKS) < len(self._text):
                if self._text[self._at] == "[":
                    table = self._header()
                else:
                    self._pair(table)
        except (_Lost, IndexError, RecursionError):
            return

    def spots(self) -> dict[KeyPath, Spot]:
        """The places as lines and columns."""
        starts = [0, *(match.end() for match in re.finditer("\n", self._text))]
        found = {}
        for path, offset in self._found.items():
            line = bisect_right(starts, offset)
            found[path] = Spot(line, offset - starts[line - 1] + 1)
        return found

    def _skip(self, what: re.Pattern[str]) -> int:
        match = what.match(self._text, self._at)
        assert match is not None  # both patterns match nothing as well
        self._at = match.end()
        return self._at

    def _mark(self, path: KeyPath, offset: int) -> None:
        self._found.setdefault(path, offset)

    def _header(self) -> KeyPath:
        """`[a.b]` or `[[a.b]]`: the path of the table that begins."""
        start = self._at
        brackets = 2 if self._text.startswith("[[", start) else 1
        self._at += brackets
        keys = [key for key, _ in self._keys()]
        self._at += brackets
        if brackets == 1:
            path = self._within(keys, start)
        else:
            whole = (*self._within(keys[:-1], start), keys[-1])
            self._mark(whole, start)
            self._last[whole] = self._last.get(whole, -1) + 1
            path = (*whole, self._last[whole])
        self._mark(path, start)
        return path

    def _within(self, keys: list[str], start: int) -> KeyPath:
        """The path that the keys of a header mean: through the last element of each array of tables."""
        path: KeyPath = ()
        for key in keys:
            path = (*path, key)
            self._mark(path, start)
            if path in self._last:
                path = (*path, self._last[path])
        return path

    def _pair(self, table: KeyPath) -> None:
        """`a.b = value`."""
        path = table
        for key, offset in self._keys():
            path = (*path, key)
            self._mark(path, offset)
        self._at += 1  # the equals sign
        self._value(path)

    def _keys(self) -> list[tuple[str, int]]:
        """The parts of a dotted key, each with its place."""
        found = []
        while True:
            start = self._skip(_SPACES)
            bare = _BARE.match(self._text, start)
            match = bare or _STRING.match(self._text, start)
            if match is None:
                raise _Lost
            key = match[0] if bare else tomllib.loads(f"key = {match[0]}")["key"]
            found.append((key, start))
            self._at = match.end()
            if self._text[self._skip(_SPACES)] != ".":
                return found
            self._at += 1

    def _value(self, path: KeyPath) -> None:
        sign = self._text[self._skip(_SPACES)]
        if sign == "[":
            self._array(path)
        elif sign == "{":
            self._inline(path)
        else:
            match = (_STRING if sign in "\"'" else _SCALAR).match(self._text, self._at)
            if match is None:
                raise _Lost
            self._at = match.end()

    def _array(self, path: KeyPath) -> None:
        self._at += 1
        element = 0
        while self._text[self._skip(_BLANKS)] != "]":
            self._mark((*path, element), self._at)
            self._value((*path, element))
            element += 1
            self._comma()
        self._at += 1

    def _inline(self, path: KeyPath) -> None:
        self._at += 1
        while self._text[self._skip(_BLANKS)] != "}":
            self._pair(path)
            self._comma()
        self._at += 1

    def _comma(self) -> None:
        if self._text[self._skip(_BLANKS)] == ",":
            self._at += 1
