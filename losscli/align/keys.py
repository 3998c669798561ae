"""Keys without a Python object for each row: canonical decimal integers as int64, every other text as Arrow
strings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from losscli.arrays import Integers
from losscli.sources.records import Texts

KeyPart: TypeAlias = Any
"""The keys of a block: an integer array, or a string array."""

STEP: Final = 1 << 20
"""Rows that are worked on at a time, so that temporary arrays stay small."""

_POWERS: Final = np.array([10**digits for digits in range(1, 19)], dtype=np.int64)
_DENSE: Final = 8


def compact(columns: Sequence[Texts]) -> KeyPart:
    """The keys of a block as one array.

    One column of canonical decimal integers (no sign but a minus, no leading zero) becomes int32 or int64:
    different texts give different integers. Several columns become one text, each with its length in front,
    so that different tuples give different texts.
    """
    if len(columns) == 1:
        numbers = _canonical(columns[0])
        return columns[0] if numbers is None else numbers
    pieces: list[Any] = []
    for column in columns:
        pieces += [pc.cast(pc.binary_length(column), pa.string()), ":", column]
    return pc.binary_join_element_wise(*pieces, "")


def _canonical(texts: Texts) -> Any:
    """The integers that the texts spell, None unless every text is the canonical spelling of its integer."""
    if len(texts) == 0:
        return None
    offsets = np.frombuffer(texts.buffers()[1], dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1]
    data = texts.buffers()[2]
    signs = np.frombuffer(data, dtype=np.uint8)[offsets[0] : offsets[-1]] if data is not None else np.empty(0)
    lengths = np.diff(offsets)
    if len(signs) == 0 or signs.max() > ord("9") or lengths.max() > 19:
        return None
    try:
        numbers = pc.cast(texts, pa.int64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        return None
    spelled = np.searchsorted(_POWERS, np.abs(numbers), side="right") + 1 + (numbers < 0)
    if not np.array_equal(spelled, lengths):
        return None
    small = numbers.min() >= -(2**31) and numbers.max() < 2**31
    return numbers.astype(np.int32) if small else numbers


def as_texts(part: KeyPart) -> Texts:
    """The keys of a part as they stand in the file (several columns still joined)."""
    if isinstance(part, np.ndarray):
        return pc.cast(pa.array(part), pa.string())
    return part


def same(ours: KeyPart, theirs: KeyPart) -> bool:
    """Whether two parts hold the same keys in the same order."""
    if isinstance(ours, np.ndarray) and isinstance(theirs, np.ndarray):
        return np.array_equal(ours, theirs)
    if isinstance(ours, np.ndarray) or isinstance(theirs, np.ndarray):
        return False
    return bool(ours.equals(theirs))


def split(joined: str, columns: int) -> str:
    """A joined key as people read it."""
    if columns == 1:
        return joined
    found = []
    for _ in range(columns):
        length, _, rest = joined.partition(":")
        raw = rest.encode()
        found.append(raw[: int(length)].decode())
        joined = raw[int(length) :].decode()
    return ", ".join(found)


@dataclass
class KeyList:
    """The keys of many blocks, in order."""

    parts: list[KeyPart] = field(default_factory=list)

    def __len__(self) -> int:
        return sum(len(part) for part in self.parts)

    def add(self, part: KeyPart) -> None:
        """The keys of one more block."""
        self.parts.append(part)

    def whole_numbers(self) -> bool:
        """Whether all keys are canonical integers."""
        return all(isinstance(part, np.ndarray) for part in self.parts)

    def numbers(self) -> Integers:
        """The keys as one integer array; the parts become it."""
        if len(self.parts) != 1:
            whole = np.concatenate(self.parts) if self.parts else np.empty(0, dtype=np.int64)
            self.parts = [whole]
        numbers: Integers = self.parts[0]
        return numbers

    def texts(self) -> Any:
        """The keys as a chunked array of strings; nothing is copied but whole numbers."""
        self.parts = [as_texts(part) for part in self.parts]
        return pa.chunked_array(self.parts, type=pa.string())

    def combined(self) -> Any:
        """The keys as one large string array, from which rows can be taken; the parts become it."""
        if len(self.parts) != 1 or self.parts[0].type != pa.large_string():
            chunks = [pc.cast(part, pa.large_string()) for part in self.texts().chunks]
            self.parts = []
            self.parts = [pa.chunked_array(chunks, type=pa.large_string()).combine_chunks()]
        return self.parts[0]

    def text(self, index: int) -> str:
        """One key as text."""
        for part in self.parts:
            if index < len(part):
                value = part[index]
                return str(int(value)) if isinstance(part, np.ndarray) else str(value.as_py())
            index -= len(part)
        raise IndexError(index)

    def plus(self, other: KeyList) -> KeyList:
        """These keys, then the others; nothing is copied."""
        return KeyList([*self.parts, *other.parts])


def positions(keys: KeyList, others: KeyList) -> Integers:
    """For each of the others, where the same key stands in `keys` (one of the rows if it is repeated), -1 if
    nowhere."""
    if keys.whole_numbers() and others.whole_numbers():
        ours, theirs = keys.numbers(), others.numbers()
        return _dense(ours, theirs) if _is_dense(ours) else _sorted(ours, theirs)
    found = pc.index_in(others.texts(), value_set=keys.texts())
    where: Integers = pc.fill_null(found, -1).to_numpy()
    return where


def _is_dense(numbers: Integers) -> bool:
    """Whether a table with a place for every integer between the smallest and the largest is small enough."""
    if len(numbers) == 0:
        return False
    return int(numbers.max()) - int(numbers.min()) < max(_DENSE * len(numbers), 1 << 16)


def _steps(count: int) -> Sequence[slice]:
    return [slice(start, min(start + STEP, count)) for start in range(0, count, STEP)]


def _row_type(count: int) -> Any:
    return np.int32 if count < 2**31 else np.int64


def _table(numbers: Integers) -> tuple[Any, int]:
    """The row of every integer from the smallest on, -1 where there is none."""
    smallest = int(numbers.min())
    table = np.full(int(numbers.max()) - smallest + 1, -1, dtype=_row_type(len(numbers)))
    for part in _steps(len(numbers)):
        table[numbers[part].astype(np.int64) - smallest] = np.arange(part.start, part.stop, dtype=table.dtype)
    return table, smallest


def _dense(ours: Integers, theirs: Integers) -> Integers:
    table, smallest = _table(ours)
    found = np.full(len(theirs), -1, dtype=table.dtype)
    for part in _steps(len(theirs)):
        index = theirs[part].astype(np.int64) - smallest
        inside = (index >= 0) & (index < len(table)) & (theirs[part] >= smallest)
        found[part] = np.where(inside, table[np.where(inside, index, 0)], -1)
    return found


def _sorted(ours: Integers, theirs: Integers) -> Integers:
    order = np.argsort(ours)
    ranked = ours[order]
    found = np.full(len(theirs), -1, dtype=_row_type(len(ours)))
    if not len(ours):
        return found
    their_order = np.argsort(theirs)
    for part in _steps(len(theirs)):
        rows = their_order[part]
        values = theirs[rows]
        rank = np.minimum(np.searchsorted(ranked, values), len(ranked) - 1)
        found[rows] = np.where(ranked[rank] == values, order[rank], -1)
    return found


def has_repeats(keys: KeyList) -> bool:
    """Whether a key stands twice."""
    count = len(keys)
    if not keys.whole_numbers():
        return bool(pc.count_distinct(keys.texts()).as_py() != count)
    if _ascending(keys):
        return False
    numbers = keys.numbers()
    if _is_dense(numbers):
        table, smallest = _table(numbers)
        return any(
            bool((table[numbers[part].astype(np.int64) - smallest] != np.arange(part.start, part.stop)).any())
            for part in _steps(count)
        )
    ranked = np.sort(numbers)
    return bool((ranked[1:] == ranked[:-1]).any())


def _ascending(keys: KeyList) -> bool:
    """Whether whole numbers strictly ascend from row to row, which needs no table."""
    last: int | None = None
    for part in keys.parts:
        if len(part) == 0:
            continue
        if (last is not None and int(part[0]) <= last) or bool((part[1:] <= part[:-1]).any()):
            return False
        last = int(part[-1])
    return True


def repeats(keys: KeyList) -> tuple[int, list[list[int]]]:
    """How many keys stand more than once, and the rows of the first five of them, in the order of the
    rows."""
    codes = np.asarray(pc.dictionary_encode(keys.texts()).combine_chunks().indices)
    counts = np.bincount(codes)
    several = np.flatnonzero(counts > 1)
    return len(several), [np.flatnonzero(codes == code).tolist() for code in several[:5]]
