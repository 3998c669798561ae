"""Finding and reading losscli.toml, or the [tool.losscli] of a pyproject.toml: values and their places."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from typing import Any, Final

from losscli.analysis.config_places import KeyPath, Spot, key_places
from losscli.errors import ConfigError, Place, UsageError
from losscli.records import NamedTuple
from losscli.sources.grammar import is_uri
from losscli.storage.refusals import unopened

NAME: Final = "losscli.toml"
PROJECT: Final = "pyproject.toml"
TOOL: Final = ("tool", "losscli")
"""Where our table stands in a pyproject.toml."""
MOST_BYTES: Final = 1 << 24
"""No list of checks is longer: whatever is, is another file."""
EXAMPLE: Final = "losscli check bce y.csv p.csv --max 0.35"

_AT: Final = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


class ConfigText(NamedTuple):
    """A file of checks as it was read: its path as it was given, our table of it, and where things stand.

    `root` are the keys that lead to the table.
    """

    path: str
    table: Mapping[str, Any]
    root: KeyPath
    spots: Mapping[KeyPath, Spot]

    @property
    def folder(self) -> str:
        """The folder that paths are relative to; empty where it is the working folder."""
        folder = os.path.dirname(self.path)
        return "" if folder == "." else folder

    def place(self, *path: str | int) -> Place:
        """Where a key of our table stands; where it is not found, what it belongs to."""
        whole = (*self.root, *path)
        while whole and whole not in self.spots:
            whole = whole[:-1]
        return Place(self.path, *self.spots.get(whole, Spot(1, 1)))


def load_config(path: str | None = None) -> ConfigText:
    """The table of checks in a file; without a path, of losscli.toml or pyproject.toml in the working folder.

    Raises UsageError where there is none, ConfigError where it is no TOML, ReadError where it cannot be read.
    """
    if path is not None:
        found = _load(path)
        if found is None:
            raise ConfigError(f"{path} has no table [tool.losscli]", hint=_how_to_write("[tool.losscli]"))
        return found
    if os.path.lexists(NAME):
        found = _load(NAME)
    elif os.path.isfile(PROJECT):
        found = _load(PROJECT)
    else:
        found = None
    if found is None:
        raise UsageError(
            f"neither losses and files were given, nor is there a {NAME} here, or [tool.losscli] in a "
            f"{PROJECT}",
            hint=f"for example: {EXAMPLE}; `losscli explain config` shows a {NAME}",
        )
    return found


def _how_to_write(where: str) -> str:
    return f"`losscli explain config` shows what stands in {where}"


def _load(path: str) -> ConfigText | None:
    """What a file holds; None for a pyproject.toml without our table."""
    text = _read(path)
    table: Any = _parsed(path, text)
    if os.path.basename(path) != PROJECT:
        return ConfigText(path, table, (), key_places(text))
    spots = key_places(text)
    for depth, key in enumerate(TOOL, start=1):
        if isinstance(table, Mapping) and key not in table:
            return None
        table = table[key] if isinstance(table, Mapping) else table
        if not isinstance(table, Mapping):
            place = Place(path, *spots.get(TOOL[:depth], Spot(1, 1)))
            raise ConfigError(f"{'.'.join(TOOL[:depth])} is no table", place=place, hint="[tool.losscli]")
    return ConfigText(path, table, TOOL, spots)


def _read(path: str) -> str:
    if path == "-" or is_uri(path):
        raise ConfigError(f"--config {path}: a file of this machine is needed", hint=f"--config {NAME}")
    try:
        with open(path, "rb") as file:
            content = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise unopened(path, error) from error
    if len(content) > MOST_BYTES:
        raise ConfigError(f"{path} has more than {MOST_BYTES:,} bytes: is it a list of checks?")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line, start = before.count(b"\n") + 1, before.rfind(b"\n") + 1
        column = len(before[start:].decode("utf-8", "replace")) + 1
        raise ConfigError(
            f"not UTF-8: the byte 0x{content[error.start]:02x}",
            place=Place(path, line, column),
            hint="save the file as UTF-8",
        ) from None


def _parsed(path: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ConfigError(f"{path} nests lists and tables too deeply") from None
    except ValueError as error:  # of tomllib, and of Python for an integer of thousands of digits
        said = str(error)
        match = _AT.search(said)
        spot = (int(match[1]), int(match[2])) if match and match[1] else _end(text) if match else (None, None)
        reason = _AT.sub("", said)
        reason = reason[:1].lower() + reason[1:]
        raise ConfigError(f"not TOML: {reason}", place=Place(path, *spot)) from None


def _end(text: str) -> tuple[int, int]:
    """The line and column behind the last character."""
    text = text.replace("\r\n", "\n")
    return text.count("\n") + 1, len(text) - text.rfind("\n")
