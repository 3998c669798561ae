"""Decimals that all have the same digits and point, to the doubles nearest to them: in NumPy, many at a time.

Eight characters are one integer; three multiplications join its digits pairwise. Up to 15 digits and a power
of ten up to 10**22 are doubles without error, so their quotient is rounded once and is the nearest double to
the decimal (Clinger 1990), the one that `float` gives.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from losscli.arrays import AnyArray, Bytes, Floats, Unsigned
from losscli.records import NamedTuple

PAD: Final = 16
"""Bytes that can be read in front of the text, so that the eight before any place are there."""

DIGITS: Final = 15
"""Every integer of so many digits is a double."""

_WORD: Final = 8
_POINT, _ZERO = 46, 48
_LITTLE: Final = np.dtype("<u8")
_ZEROS: Final = np.uint64(0x3030303030303030)
# The same step on lanes twice as wide each time: 10 * first + second, first in the lower half.
_JOIN: Final = (
    ("<u2", np.uint16(10 << 8 | 1), np.uint16(8)),
    ("<u4", np.uint32(100 << 16 | 1), np.uint32(16)),
    ("<u8", np.uint64(10_000 << 32 | 1), np.uint64(32)),
)


class Aligned(NamedTuple):
    """The cells of one column in rows that all have one length.

    `start` and `stop` are the places of the first row's cell in the buffer, `step` the length of the rows.
    """

    buffer: Bytes
    start: int
    stop: int
    step: int
    rows: int

    def text(self) -> bytes:
        """The first cell."""
        return self.buffer[self.start : self.stop].tobytes()

    def texts(self) -> AnyArray:
        """The cells of all rows, (n,), each one item of raw bytes."""
        item = np.dtype((np.void, self.stop - self.start))
        return np.ndarray((self.rows,), item, self.buffer.data, self.start, (self.step,))

    def bytes(self, place: int) -> Bytes:
        """The byte of every row at a place of the first."""
        return self.buffer[place : place + self.step * (self.rows - 1) + 1 : self.step]

    def words(self, stop: int) -> Unsigned:
        """The eight bytes of every row in front of a place of the first."""
        offset = stop - _WORD
        words: Unsigned = np.ndarray((self.rows,), _LITTLE, self.buffer.data, offset, (self.step,))
        return words.astype(np.uint64)


def read_aligned(cells: Aligned, out: Floats) -> bool:
    """Fill `out` with the numbers; False where the cells are not all digits, with at most one point in the
    same place, or too long. `out` means nothing then."""
    first = cells.text()
    point = first.find(b".")
    decimals = len(first) - 1 - point if point >= 0 else 0
    digits = len(first) - (point >= 0)
    if not 1 <= digits <= DIGITS:
        return False
    if point >= 0 and (cells.bytes(cells.start + point) != _POINT).any():
        return False
    if digits == 1:
        return _one_digit(cells, decimals, out)
    whole: Unsigned | None = None
    for group in _groups(cells, point):
        words = cells.words(group.stop)
        words ^= _ZEROS
        _close_up(words, group)
        if words.view(np.uint8).max() > 9:
            return False
        _join(words)
        if group.factor > 1:
            words *= group.factor
        whole = words if whole is None else np.add(whole, words, out=whole)
    assert whole is not None
    np.divide(whole.view(np.int64), float(10**decimals), out=out)
    return True


class _Group(NamedTuple):
    """Up to eight characters of a cell, in front of `stop`: the bytes of the digits before and behind the
    point, and what their integer is multiplied by."""

    stop: int
    before: np.uint64
    behind: np.uint64
    factor: np.uint64


def _groups(cells: Aligned, point: int) -> Iterator[_Group]:
    """The groups of a cell from its end; the point counts from the cell's start, negative where there is
    none."""
    stop, digits = cells.stop, 0
    middle = cells.start + point if point >= 0 else cells.start - 1
    while stop > cells.start:
        start = max(cells.start, stop - _WORD)
        inside = start <= middle < stop
        before = _bytes_between(start, middle, stop) if inside else np.uint64(0)
        behind = _bytes_between(middle + 1 if inside else start, stop, stop)
        yield _Group(stop, before, behind, np.uint64(10**digits))
        digits += stop - start - inside
        stop = start


def _bytes_between(first: int, last: int, stop: int) -> np.uint64:
    """A mask of the bytes from one place up to another, in the word in front of `stop`."""
    if first >= last:
        return np.uint64(0)
    low, high = (8 * (place - stop + _WORD) for place in (first, last))
    return np.uint64((1 << high) - (1 << low))


def _close_up(words: Unsigned, group: _Group) -> None:
    """Keep the digits alone: those before the point move over it."""
    if not group.before:
        words &= group.behind
        return
    front = words & group.before
    front <<= np.uint64(8)
    words &= group.behind
    words |= front


def _one_digit(cells: Aligned, decimals: int, out: Floats) -> bool:
    digits = cells.bytes(cells.stop - 1 if decimals else cells.start) ^ np.uint8(_ZERO)
    out[...] = digits
    if decimals:
        out /= 10.0
    return bool(digits.max() <= 9)


def _join(words: Unsigned) -> None:
    """Make the integers of eight digits each, in place; the first digit is the lowest byte."""
    for lanes, factor, shift in _JOIN:
        part = words.view(lanes)
        part *= factor
        part >>= shift
