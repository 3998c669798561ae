"""Neutral tables: what a report shows, before any output format decides how.

A cell is text or a number; a column says what kind of number it holds, so that each format can print it its
own way: people's formats round to a few significant digits, machine formats print the shortest digits that
read back the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Final, TypeAlias

from losscli.records import NamedTuple

Cell: TypeAlias = "str | int | float | Between | None"


class Between(NamedTuple):
    """An interval in a table for people; machines have a column for each end."""

    low: float
    high: float


class Strong(float):
    """A number that stands out, where a format can show it: the best of its column."""


class Sharp(float):
    """A number that is shown with at least `digits` significant digits, because fewer would hide how it
    differs from another number; with `signed` a plus sign stands before it, as before a difference."""

    digits: int
    signed: bool

    def __new__(cls, value: float, digits: int, *, signed: bool = False) -> Sharp:
        """The number and its digits."""
        found = super().__new__(cls, value)
        found.digits = digits
        found.signed = signed
        return found


class Kind(Enum):
    """What a column holds, and so how its cells are printed and aligned."""

    TEXT = "text"
    WHOLE = "whole"
    """A row number or another name that is a number: never rounded, never grouped."""
    COUNT = "count"
    """A count: never rounded; people see its thousands grouped."""
    VALUE = "value"
    """A computed number: rounded for people to the precision asked for, trailing zeros kept."""
    CHANGE = "change"
    """A difference: as VALUE, with the sign always shown to people."""
    INPUT = "input"
    """A number from a file: as short as it was written, at most the precision asked for."""
    SHARE = "share"
    """A fraction of 1, shown to people as a percentage."""
    BAR = "bar"
    """A fraction of the longest bar; only people see it, machine formats leave the column out."""


class Amount(NamedTuple):
    """A number in a sentence: printed as a cell of its kind would be."""

    value: float
    kind: Kind = Kind.VALUE


class Gap:
    """Where a note may be broken: both sides share a line if there is room, else each has its own."""


GAP: Final = Gap()

Note: TypeAlias = "str | tuple[str | Amount | Gap, ...]"
"""A line below a table."""


class Column(NamedTuple):
    """One column: `key` names it in machine formats, `title` heads it for people.

    `drop` says when a narrow terminal may lose it: 0 never, else the column with the highest number goes
    first.
    """

    key: str
    title: str
    kind: Kind = Kind.TEXT
    drop: int = 0


class Table(NamedTuple):
    """A table with the lines above (`heading`) and below; `name` tells a format which one it is.

    Below it come `centred_notes`, `notes`, and the `signatures`, which are never broken or cut. With a
    `caption`, which is to hold the signatures, a paper gets a float instead of a bare table.
    """

    name: str
    columns: tuple[Column, ...]
    rows: Sequence[tuple[Cell, ...]]
    heading: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    centred_notes: tuple[Note, ...] = ()
    signatures: tuple[str, ...] = ()
    caption: tuple[Note, ...] = ()


class Finding(NamedTuple):
    """Something to tell about the data or the run: `code` is explained by `losscli explain CODE`."""

    code: str
    message: str


def tab_separated(cells: Sequence[Cell]) -> str:
    """One record of the plain format: nothing for None, floats in the shortest digits that read back the
    same.

    A tab or line break in a text is written as an escape, so that a record stays one line of its fields.
    """
    return "\t".join("" if cell is None else str(cell).translate(_ESCAPED) for cell in cells)


_ESCAPED: Final = str.maketrans({"\t": "\\t", "\n": "\\n", "\r": "\\r"})
