"""Neutral tables: what a report shows, before any output format decides how.

A cell is text or a number; a column says what kind of number it holds, so that each format can print it its own way:
people's formats round to a few significant digits, machine formats print the shortest digits that read back the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

Cell: TypeAlias = "str | int | float | None"


class Kind(Enum):
    """What a column holds, and so how its cells are printed and aligned."""

    TEXT = "text"
    WHOLE = "whole"
    """A count or a row number: never rounded."""
    VALUE = "value"
    """A computed number: rounded for people to the precision asked for, trailing zeros kept."""
    INPUT = "input"
    """A number from a file: as short as it was written, at most the precision asked for."""
    SHARE = "share"
    """A fraction of 1, shown to people as a percentage."""
    BAR = "bar"
    """A fraction of the longest bar; only people see it, machine formats leave the column out."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `key` names it in machine formats, `title` heads it for people.

    `drop` says when a narrow terminal may lose it: 0 never, else the column with the highest number goes first.
    """

    key: str
    title: str
    kind: Kind = Kind.TEXT
    drop: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """A table with the lines above (`heading`) and below (`notes`); `name` tells a format which one it is."""

    name: str
    columns: tuple[Column, ...]
    rows: Sequence[tuple[Cell, ...]]
    heading: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    centred_notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to tell about the data or the run: `code` is explained by `losscli explain CODE`."""

    code: str
    message: str
