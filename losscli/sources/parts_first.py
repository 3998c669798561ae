"""What the first part decides for all parts of a folder or a glob, and how another part is seen to agree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from losscli.errors import PartsError, shortened
from losscli.records import NamedTuple
from losscli.sources.cells import is_name
from losscli.sources.csv_source import CsvSource
from losscli.sources.records import Column, Header, Kind, ReadOptions, Source

UNORDERED = frozenset(["json", "ndjson"])
"""Formats whose columns go by their names alone: the keys of an object have no order, and a row may lack
some. Their values have a type each, the columns have none."""

_SHOWN = 200


class First(NamedTuple):
    """The first part, as far as it decides; `kinds` and `cells` are of the first part that has a row.

    `table` is the part itself where it is delimited text.
    """

    path: str
    format: str
    typed: bool
    names: tuple[str, ...] | None
    width: int
    tail: tuple[int, ...]
    header: Header
    kinds: tuple[Kind, ...]
    cells: tuple[str, ...] | None
    table: CsvSource | None
    marked_keys: frozenset[int] = frozenset()

    @classmethod
    def of(cls, path: str, source: Source) -> First:
        """What an opened part says."""
        return cls(
            path=path,
            format=source.format,
            typed=source.typed,
            names=source.names,
            width=source.width,
            tail=source.tail,
            header=source.header,
            kinds=source.kinds(),
            cells=source.first_cells(),
            table=source if isinstance(source, CsvSource) else None,
            marked_keys=source.marked_keys,
        )

    def decided(self, options: ReadOptions) -> ReadOptions:
        """The options by which every other part is read as the first one was."""
        if self.table is None:
            return options
        return options._replace(header=self.header.present, delimiter=self.table.head.delimiter)


def agree(source: Source, path: str, first: First) -> None:
    """See that a part is more of the same table. Raises PartsError."""
    if source.format != first.format:
        raise PartsError(
            f"{path} is {source.format}, {first.path} is {first.format}", hint="all parts have one format"
        )
    if first.format in UNORDERED:
        _same_kind_of_row(source, path, first)
        return
    if (source.names, source.width, source.tail) != (first.names, first.width, first.tail):
        raise _other_columns(source, path, first)
    if isinstance(source, CsvSource) and first.table is not None:
        source.head = source.head._replace(by_rule=first.table.head.by_rule)
        if not first.header.present:
            _no_header(source, path, first)


def columns_of(source: Source, path: str, first: First, columns: Sequence[Column]) -> list[Column]:
    """The asked columns as they stand in a part. Raises PartsError where they are not there, or of another
    type."""
    if first.format in UNORDERED and first.names is not None:
        return [_by_name(source, path, first, column) for column in columns]
    if first.typed and first.format not in UNORDERED:
        kinds = source.kinds()
        for column in columns:
            if kinds[column.index] != first.kinds[column.index]:
                what = {"number": "numbers", "text": "text"}
                ours = what.get(kinds[column.index], kinds[column.index])
                theirs = what.get(first.kinds[column.index], first.kinds[column.index])
                name = first.names[column.index] if first.names is not None else f"@{column.index + 1}"
                raise PartsError(
                    f"column {name!r} is {ours} in {path}, but {theirs} in {first.path}",
                    hint="write every part with the same types",
                )
    return list(columns)


def _by_name(source: Source, path: str, first: First, column: Column) -> Column:
    name = (first.names or ())[column.index]
    names = source.names or ()
    if name not in names:
        raise PartsError(
            f"{path} has no key {name!r}, which {first.path} has; its keys are {_listed(names)}",
            hint="write null where a value is missing, so that every row has every key",
        )
    return Column(names.index(name), column.kind)


def _same_kind_of_row(source: Source, path: str, first: First) -> None:
    named = (source.names is None, first.names is None)
    if named[0] != named[1] or (first.names is None and source.width != first.width):
        raise PartsError(
            f"the rows of {path} are {_rows(source)}, those of {first.path} are {_rows(first)}",
            hint="all parts have rows of one kind",
        )


def _rows(source: Any) -> str:
    return "objects" if source.names is not None else f"arrays or values of width {source.width}"


def _other_columns(source: Source, path: str, first: First) -> PartsError:
    ours, theirs = source.names, first.names
    hint = "every part has the columns of the first, in the same order"
    if ours is None or theirs is None:
        shapes = [(part.width, part.tail) for part in (source, first)]
        said = [f"rows of shape {tail}" if tail else f"{width} columns" for width, tail in shapes]
        said = ["1 column" if words == "1 columns" else words for words in said]
        return PartsError(f"{path} has {said[0]}, {first.path} has {said[1]}", hint=hint)
    if not any(is_name(name) for name in ours):
        return PartsError(
            f"{path} begins with {_listed(ours)}, but {first.path} has the header {_listed(theirs)}",
            hint="every part has the header, or none has (--no-header)",
        )
    if sorted(ours) == sorted(theirs):
        what = "has the columns in another order"
    elif len(ours) != len(theirs):
        what = f"has {len(ours)} columns instead of {len(theirs)}"
    else:
        what = "has another header"
    return PartsError(f"{path} {what}: {_listed(ours)}; that of {first.path} is {_listed(theirs)}", hint=hint)


def _no_header(source: CsvSource, path: str, first: First) -> None:
    """Refuse a part that begins with names where numbers are expected: the first part has no header."""
    cells = source.first_cells() or ()
    names = [
        cell for cell, kind in zip(cells, first.kinds, strict=True) if kind == "number" and is_name(cell)
    ]
    if names:
        raise PartsError(
            f"{path} begins with {_listed(cells)}, which looks like a header; {first.path} has none, it "
            f"begins with {_listed(first.cells or ())}",
            hint="every part has the header, or none has",
        )


def _listed(names: Sequence[str]) -> str:
    return shortened(",".join(names), _SHOWN)
