"""Keys without a Python object for each row: canonical decimal integers as int64, every other text as Arrow
strings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from losscli.arrays import AnyArray, Integers
from losscli.sources.records import Texts

KeyPart: TypeAlias = Any
"""The keys of a block: an integer array, or a string array."""

_DIGITS: Final = 19
"""The most characters of a canonical integer."""


def compact(columns: Sequence[Texts]) -> KeyPart:
    """The keys of a block as one array.

    One column of canonical decimal integers (no sign but a minus, no leading zero) becomes int32 or int64:
    different texts give different integers. So does a column of int64. Several columns become one text, each
    with its length in front, so that different tuples give different texts.
    """
    if len(columns) == 1:
        if columns[0].type == pa.int64():
            return _small(columns[0].to_numpy(zero_copy_only=False))
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
    data = np.frombuffer(texts.buffers()[2] or b"", dtype=np.uint8)
    signs = data[offsets[0] : offsets[-1]]
    lengths = offsets[1:] - offsets[:-1]
    if len(signs) == 0 or signs.max() > ord("9") or lengths.min() == 0 or lengths.max() > _DIGITS:
        return None
    if not _plainly_spelled(data, offsets[:-1], lengths):
        return None
    try:
        numbers = pc.cast(texts, pa.int64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        return None
    return _small(numbers)


def _small(numbers: Integers) -> AnyArray:
    """The integers in 32 bits where they fit."""
    small = len(numbers) > 0 and numbers.min() >= -(2**31) and numbers.max() < 2**31
    return numbers.astype(np.int32) if small else numbers


def _plainly_spelled(data: AnyArray, starts: AnyArray, lengths: AnyArray) -> bool:
    """Whether every text starts as a canonical integer does: with a digit that is no leading zero, or with a
    minus before one that is not zero."""
    first = data[starts]
    if first.min() > ord("0"):
        return True
    minus = first == ord("-")
    if bool(((first < ord("0")) & ~minus).any()) or bool(((first == ord("0")) & (lengths > 1)).any()):
        return False
    # A lone minus has no digit after it, and is no number either.
    second = data[np.minimum(starts[minus] + 1, len(data) - 1)]
    return bool((second > ord("0")).all())


def as_texts(part: KeyPart) -> Texts:
    """The keys of a part as they stand in the file (several columns still joined)."""
    if isinstance(part, np.ndarray):
        return pc.cast(pa.array(part), pa.string())
    return part


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


def whole_and_text(part: KeyPart) -> tuple[Any, Any]:
    """Which rows of a part are canonical integers and which are not: each None for no row, a slice for all,
    or positions. The same text is always on the same side, whatever stands beside it in its block."""
    everything = slice(None)
    if isinstance(part, np.ndarray):
        return everything, None
    offsets = np.frombuffer(part.buffers()[1], dtype=np.int32)[part.offset : part.offset + len(part) + 1]
    likely = np.flatnonzero((np.diff(offsets) <= _DIGITS) & (np.diff(offsets) > 0))
    first = np.frombuffer(part.buffers()[2] or b"", dtype=np.uint8)[offsets[:-1][likely]]
    likely = likely[first <= ord("9")]
    if not len(likely):
        return None, everything
    texts = part.take(pa.array(likely))
    spelled = pc.match_substring_regex(texts, r"^(0|-?[1-9][0-9]*)$")
    fits = pc.or_(
        pc.less(pc.binary_length(texts), _DIGITS),
        pc.less_equal(texts, pa.scalar(str(np.iinfo(np.int64).max))),
    )
    whole = likely[pc.and_(spelled, fits).to_numpy(zero_copy_only=False)]
    if not len(whole):
        return None, everything
    others = np.ones(len(part), dtype=np.bool_)
    others[whole] = False
    return whole, np.flatnonzero(others)


def whole_numbers(part: KeyPart, rows: Any) -> Integers:
    """The canonical integers at these rows of a part."""
    if isinstance(part, np.ndarray):
        numbers: Integers = part.astype(np.int64, copy=False)
        return numbers
    found: Integers = pc.cast(part.take(pa.array(rows)), pa.int64()).to_numpy()
    return found


def ascends(part: KeyPart) -> bool:
    """Whether each key but the first is above the one before it."""
    if isinstance(part, np.ndarray):
        return bool((part[1:] > part[:-1]).all())
    return len(part) < 2 or bool(pc.all(pc.greater(part[1:], part[:-1])).as_py())
