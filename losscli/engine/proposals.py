"""Calls to type: how a hint names columns, so that what it says can be pasted."""

from __future__ import annotations

import re
from collections.abc import Sequence

from losscli.registry import Input, Shape
from losscli.sources.grammar import is_key_like
from losscli.sources.records import Source

_PLAIN = re.compile(r"[\w+%-][\w.+%-]*")
"""A name that COLUMNS and a shell take as it stands."""


def typed(source: Source, columns: Sequence[int]) -> str:
    """COLUMNS for some columns, indices from 0: a range where more than two follow each other, positions
    where a name cannot be typed."""
    ends = [columns[0], columns[-1]]
    following = len(columns) > 2 and list(columns) == list(range(ends[0], ends[1] + 1))
    words = [_word(source, index) for index in (ends if following else columns)]
    if any(word.startswith("@") for word in words) and following:
        words = [f"@{index + 1}" for index in ends]
    return ("..".join if following else ",".join)(words)


def _word(source: Source, index: int) -> str:
    name = source.names[index] if source.names is not None else ""
    plain = _PLAIN.fullmatch(name) is not None and ".." not in name
    return name if plain else f"@{index + 1}"


def value_columns(source: Source, taken: frozenset[int] = frozenset()) -> list[int]:
    """The columns that may hold values: not taken by another input, neither unnamed nor key-like; all that
    are not taken where that leaves none."""
    names = source.names
    free = [index for index in range(source.width) if index not in taken]
    if names is None:
        return free
    keys = {index for index in free if not names[index] or is_key_like(names[index])} | source.marked_keys
    return [index for index in free if index not in keys] or free


def proposed(entry: Input, source: Source, taken: frozenset[int], *, first: bool) -> str:
    """COLUMNS for one input of a file: all columns of numbers for vectors, else the first one for the target,
    the last one for what is given after it."""
    values = value_columns(source, taken) or list(range(source.width))
    if entry.shape is not Shape.VECTOR:
        return typed(source, values[:1] if first else values[-1:])
    kinds = source.kinds()
    return typed(source, [index for index in values if kinds[index] == "number"] or values)


def dealt(inputs: Sequence[Input], source: Source, path: str) -> str | None:
    """The sources of a call that deals the columns of one file to all inputs; None where they are too
    few."""
    values = value_columns(source)
    if len(values) < len(inputs):
        values = list(range(source.width))
    if len(values) < len(inputs):
        return None
    start = len(inputs) - 1
    if inputs[-1].shape is Shape.VECTOR and inputs[0].shape is not Shape.VECTOR:
        shares = [[index] for index in values[:start]] + [values[start:]]
    else:
        shares = [[index] for index in values[-len(inputs) :]]
    return " ".join(f"{'' if number else path}:{typed(source, share)}" for number, share in enumerate(shares))


def other_loss(entry: Input) -> str:
    """What the input's own hint says about its number of columns: the loss that takes the other form."""
    pieces = [piece for piece in entry.hint.split("; ") if "column" in piece.partition("?")[0]]
    return "; ".join(["", *pieces])
