"""What typed files of named columns share: how a field becomes columns, and how pieces become blocks.

A field whose cells are lists of one length (embeddings, a probability for each class) is as many columns:
`name[0]`, `name[1]`, ..., and `name` alone selects them all.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product

from losscli.errors import ShapeError
from losscli.records import NamedTuple
from losscli.sources.bad_cells import BadCells
from losscli.sources.grammar import Positions, Selections, duplicate_names, has_duplicates
from losscli.sources.records import Block, Column, LinePlaces, Values


class Field(NamedTuple):
    """A field of a file: its name, and the shape of its cells, () for single values."""

    name: str
    shape: tuple[int, ...] = ()

    @property
    def width(self) -> int:
        """The columns that it makes."""
        return math.prod(self.shape)

    def names(self) -> Iterator[str]:
        """The names of its columns."""
        if self.width == 1:
            yield self.name
            return
        for place in product(*map(range, self.shape)):
            yield self.name + "".join(f"[{index}]" for index in place)


@dataclass(frozen=True)
class Layout:
    """The fields of a file, and the columns that they make, in order: `slots` holds the number of its field
    and the place in its cells of each column."""

    fields: tuple[Field, ...]
    names: tuple[str, ...] = field(init=False)
    slots: tuple[tuple[int, int], ...] = field(init=False)

    def __post_init__(self) -> None:
        names = tuple(name for one in self.fields for name in one.names())
        slots = tuple((at, item) for at, one in enumerate(self.fields) for item in range(one.width))
        object.__setattr__(self, "names", names)
        object.__setattr__(self, "slots", slots)

    def check(self, where: str, selectors: Selections) -> None:
        """Refuse a file without columns, and names that are needed and stand twice. Raises ShapeError,
        HeaderError."""
        if not self.names:
            raise ShapeError(f"{where} has no columns", hint="write a table with a column for each input")
        by_position = selectors and all(
            chosen is not None and all(isinstance(one, Positions) for one in chosen) for chosen in selectors
        )
        if has_duplicates(self.names) and not by_position:
            raise duplicate_names(self.names, where)

    def fields_of(self, columns: Sequence[Column]) -> list[int]:
        """The numbers of the fields that hold some columns, each once, in file order."""
        return sorted({self.slots[column.index][0] for column in columns})

    def tail_of(self, columns: Sequence[int]) -> tuple[int, ...]:
        """The axes of a cell, if the columns are all those of one field whose cells have several axes."""
        places = [self.slots[index] for index in columns]
        one = self.fields[places[0][0]] if places else Field("")
        whole = [(places[0][0], item) for item in range(one.width)] if places else []
        return one.shape if len(one.shape) > 1 and places == whole else ()


class Part(NamedTuple):
    """Some rows of the asked columns, converted: the values, for each column the bad cells by row, and what
    a cell holds."""

    rows: int
    values: tuple[Values, ...]
    reasons: tuple[dict[int, str], ...]
    text: Callable[[int, int], str]


def blocks(parts: Iterable[Part], columns: Sequence[Column], name: str) -> Iterator[Block]:
    """The parts as blocks with their places. Bad cells are all counted, then raised."""
    bad = BadCells()
    fields = tuple(column.index + 1 for column in columns)
    first = 1
    for part in parts:
        places = LinePlaces(name, fields, first, range(first, first + part.rows))
        if any(part.reasons):
            bad.add_block(part.reasons, places, part.text)
        elif not bad.total and part.rows:
            yield Block(part.rows, part.values, places)
        first += part.rows
    if bad.total:
        raise bad.error()


def rows_at_once(width: int, block_bytes: int) -> int:
    """How many rows of so many columns are converted at a time: few enough to stay in the caches, many
    enough to be worth a call."""
    alone = max(1, block_bytes // 8)
    return min(alone, max(1, 4 * block_bytes // (8 * max(1, width)), min(alone, 1024)))
