"""Pairing by key as one would write it with dictionaries: slow, in memory, and easy to believe."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from losscli.align import Pairing, Stream
from losscli.errors import PairingError
from losscli.sources.memory import open_values
from losscli.sources.records import Column, ReadOptions

Cells = list[tuple[float, int]]


def keyed(name: str, keys: Sequence[Any], values: Sequence[float], size: int = 1 << 20) -> Stream:
    """A stream of one number column and the text of its row, with one key column or several (tuples)."""
    several = list(zip(*keys, strict=True)) if keys and isinstance(keys[0], tuple) else [keys]
    columns = {f"k{index}": np.array(column, dtype=object) for index, column in enumerate(several)}
    table = {**columns, "v": np.array(values), "t": np.array([f"t{value}" for value in values], dtype=object)}
    source = open_values(name, table, ReadOptions(block_bytes=size))
    width = len(columns)
    return Stream(source, (Column(width), Column(width + 1, "text")), tuple(range(width)))


def rows_of(pairing: Pairing) -> list[tuple[Any, ...]]:
    """For each row: the key, then for each stream the value and the line; texts and data rows are checked on
    the way."""
    found = []
    for paired in pairing:
        for row in range(paired.rows):
            key = tuple(column[row].as_py() for column in paired.ids)
            cells = [(float(block.numbers(0)[row]), block.places.line(row)) for block in paired.blocks]
            assert [block.columns[1][row].as_py() for block in paired.blocks] == [
                f"t{value}" for value, _ in cells
            ]
            assert [block.place(row, 0).line for block in paired.blocks] == [line for _, line in cells]
            assert [block.places.row(row) for block in paired.blocks] == [line for _, line in cells]
            found.append((key, cells))
    return found


def outcome(pairing: Pairing) -> tuple[Any, ...]:
    """The rows and the counts, or the error with its place."""
    try:
        rows = rows_of(pairing)
    except PairingError as error:
        return error.message, str(error.place), error.hint
    return rows, pairing.counts


def shown(key: Any) -> str:
    """A key as messages show it."""
    return ", ".join(key) if isinstance(key, tuple) else str(key)


def expected_error(names: Sequence[str], keys: Sequence[Sequence[Any]], skip: bool) -> str | None:
    """The message that must come; None if the rows pair."""
    lines: list[dict[Any, list[int]]] = []
    for part in keys:
        lines.append({})
        for line, key in enumerate(part, 1):
            lines[-1].setdefault(key, []).append(line)
    texts = []
    for name, known in zip(names, lines, strict=True):
        several = {key: found for key, found in known.items() if len(found) > 1}
        if several:
            listed = [
                f"{shown(key)} (lines {', '.join(map(str, found[:5]))}{', ...' if len(found) > 5 else ''})"
                for key, found in several.items()
            ]
            texts.append(f"{name} repeats {_counted(len(several))}: {_some(listed)}")
    if texts or skip:
        return "; ".join(texts) or None
    for name, known in zip(names[1:], lines[1:], strict=True):
        missing = [f"{shown(key)} (line {at[0]})" for key, at in lines[0].items() if key not in known]
        extra = [f"{shown(key)} (line {at[0]})" for key, at in known.items() if key not in lines[0]]
        if missing:
            verb = "is" if len(missing) == 1 else "are"
            texts.append(f"{_counted(len(missing))} of {names[0]} {verb} missing in {name}: {_some(missing)}")
        if extra:
            verb = "is" if len(extra) == 1 else "are"
            texts.append(f"{_counted(len(extra))} of {name} {verb} not in {names[0]}: {_some(extra)}")
    return "; ".join(texts) or None


def expected_rows(keys: Sequence[Sequence[Any]]) -> list[tuple[Any, Cells]]:
    """The common keys in the first source's order; a row's value is its line."""
    where = [{key: line for line, key in enumerate(part, 1)} for part in keys]
    return [
        (key if isinstance(key, tuple) else (key,), [(float(known[key]), known[key]) for known in where])
        for key in keys[0]
        if all(key in known for known in where)
    ]


def _counted(count: int) -> str:
    return "1 key" if count == 1 else f"{count} keys"


def _some(listed: Sequence[str]) -> str:
    return ", ".join(listed[:5]) + (", ..." if len(listed) > 5 else "")
