"""Codes ranked, repeated keys found, partners found: on rows that fit in memory.

Keys are bundles (codes, rows) for whole numbers and (codes, rows, texts) for texts. Equal numbers have equal
codes and no others do; of texts with equal codes the bytes are compared, always.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from losscli.align import bundles
from losscli.align.bundles import Bundle, small_enough
from losscli.align.hashing import numbers_of
from losscli.arrays import Integers, Mask, Unsigned
from losscli.records import NamedTuple
from losscli.sources.records import Texts

SHOWN = 5
"""Keys, and lines of a repeated key, that a message lists."""

_STEP = 1 << 17
"""Texts that are compared at a time."""


class Ranked(NamedTuple):
    """Codes in ascending order, and where each stood."""

    codes: Unsigned
    order: Integers

    @property
    def equal(self) -> Mask:
        """Whether each code but the first equals the one before it."""
        same: Mask = self.codes[1:] == self.codes[:-1]
        return same


def ranked(codes: Unsigned) -> Ranked:
    """Sort codes.

    Sorting values is several times as fast as sorting positions. So each position takes the place of its
    code's last bits, and only rows whose codes share all other bits are compared again.
    """
    count = len(codes)
    bits = np.uint64(max(count - 1, 1).bit_length())
    places = (np.uint64(1) << bits) - np.uint64(1)
    mixed = codes & ~places
    mixed |= np.arange(count, dtype=np.uint64)
    mixed.sort()
    order: Integers = (mixed & places).astype(small_enough(count))
    mixed >>= bits
    close = mixed[1:] == mixed[:-1]
    if close.any():
        near = np.zeros(count, dtype=np.bool_)
        near[1:] |= close
        near[:-1] |= close
        at = np.flatnonzero(near)
        order[at] = order[at][np.lexsort((order[at], codes[order[at]]))]
    return Ranked(codes[order], order)


class Keys(NamedTuple):
    """The keys of one source, and their codes ranked."""

    columns: Bundle
    ranked: Ranked

    @property
    def rows(self) -> Integers:
        """The number of each row in its source."""
        rows: Integers = self.columns[1]
        return rows

    def text(self, index: int) -> str:
        """One key as it stands in the file (several columns still joined)."""
        return key_text(self.columns, index)


def partners(ours: Keys, theirs: Keys) -> Integers:
    """For each of their rows, where the same key stands among ours; -1 if nowhere. No key may stand twice in
    either."""
    found = _by_code(ours.ranked, theirs.ranked)
    if len(ours.columns) == 2:
        return found
    our_texts, their_texts = ours.columns[2], theirs.columns[2]
    _keep_equal(found, our_texts, their_texts)
    shared = _shared_codes(ours.ranked, theirs.ranked)
    if len(shared):
        left = np.flatnonzero(np.isin(ours.columns[0], shared))
        right = np.flatnonzero(np.isin(theirs.columns[0], shared))
        where = pc.index_in(_long(their_texts.take(right)), value_set=_long(our_texts.take(left)))
        at = pc.fill_null(where, -1).to_numpy()
        found[right] = np.append(left, -1)[at]
    return found


def _by_code(ours: Ranked, theirs: Ranked) -> Integers:
    found: Integers = np.full(len(theirs.codes), -1, dtype=ours.order.dtype)
    if np.array_equal(ours.codes, theirs.codes):
        found[theirs.order] = ours.order
        return found
    if len(ours.codes):
        at = np.minimum(np.searchsorted(ours.codes, theirs.codes), len(ours.codes) - 1)
        found[theirs.order] = np.where(ours.codes[at] == theirs.codes, ours.order[at], -1)
    return found


def _keep_equal(found: Integers, ours: Texts, theirs: Texts) -> None:
    """Undo what was found for texts that share a code and nothing else."""
    for start in range(0, len(found), _STEP):
        piece = found[start : start + _STEP]
        rows = np.flatnonzero(piece >= 0)
        here, there = ours.take(piece[rows]), theirs.slice(start, len(piece)).take(rows)
        if not _long(here).equals(_long(there)):
            differ = pc.not_equal(_long(here), _long(there)).to_numpy(zero_copy_only=False)
            piece[rows[differ]] = -1


def _shared_codes(*sides: Ranked) -> Unsigned:
    """The codes that stand twice on one side."""
    shared: Unsigned = np.unique(np.concatenate([side.codes[1:][side.equal] for side in sides]))
    return shared


def _long(texts: Texts) -> Texts:
    return texts if texts.type == pa.large_string() else texts.cast(pa.large_string())


def all_differ(codes: Unsigned) -> bool:
    """Whether no code stands twice; quicker than ranking them."""
    ascending = np.sort(codes)
    return not bool((ascending[1:] == ascending[:-1]).any())


class Repeated(NamedTuple):
    """A key that stands more than once: some of its rows, ascending, and the key."""

    rows: tuple[int, ...]
    key: str


def may_repeat(parts: Sequence[Ranked]) -> bool:
    """Whether a code stands twice in the parts together."""
    if any(part.equal.any() for part in parts):
        return True
    filled = sorted((part for part in parts if len(part.codes)), key=lambda part: len(part.codes))
    if len(filled) < 2:
        return False
    few, many = filled
    at = np.minimum(np.searchsorted(many.codes, few.codes), len(many.codes) - 1)
    return bool((many.codes[at] == few.codes).any())


def repeats(parts: Sequence[Bundle]) -> tuple[int, list[Repeated]]:
    """How many keys stand more than once in the parts together, and the first of them by row."""
    filled = [part for part in parts if bundles.rows_in(part)]
    if not filled:
        return 0, []
    keys = bundles.stacked(filled)
    rank = ranked(keys[0])
    equal = rank.equal
    doubtful = np.zeros(len(keys[0]), dtype=np.bool_)
    doubtful[rank.order[1:][equal]] = True
    doubtful[rank.order[:-1][equal]] = True
    found = np.flatnonzero(doubtful)
    found = found[np.argsort(keys[1][found])]
    if not len(found):
        return 0, []
    groups, firsts = _groups(keys, found)
    counts = np.bincount(groups)
    several = np.flatnonzero(counts > 1)
    several = several[np.argsort(firsts[several])][:SHOWN]
    listed = [found[np.flatnonzero(groups == group)[: SHOWN + 1]] for group in several.tolist()]
    shown = [Repeated(tuple(keys[1][rows].tolist()), key_text(keys, int(rows[0]))) for rows in listed]
    return int((counts > 1).sum()), shown


def _groups(keys: Bundle, rows: Integers) -> tuple[Integers, Integers]:
    """A number for each row that only rows with the same key share, and where each number stands first."""
    labels: Any = keys[0][rows]
    if len(keys) > 2:
        encoded = pc.dictionary_encode(_long(keys[2].take(rows)))
        labels = encoded.indices.to_numpy()
    _, firsts, groups = np.unique(labels, return_index=True, return_inverse=True)
    return groups, firsts


def first_rows(keys: Bundle, most: int) -> Bundle:
    """The keys without all but the first `most` rows of each; rows ascend."""
    everywhere = np.arange(bundles.rows_in(keys))
    groups, _ = _groups(keys, everywhere)
    order = np.argsort(groups, kind="stable")
    starts = np.searchsorted(groups[order], np.arange(groups.max() + 1))
    rank = everywhere - starts[groups[order]]
    kept = np.sort(order[rank < most])
    return tuple(bundles.taken(values, kept) for values in keys)


def key_text(keys: Bundle, index: int) -> str:
    """One key as it stands in the file (several columns still joined)."""
    if len(keys) > 2:
        return str(keys[2][index].as_py())
    return str(int(numbers_of(keys[0][index : index + 1])[0]))
