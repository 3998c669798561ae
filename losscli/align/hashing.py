"""Keys as 64-bit codes: whole numbers so that no two share one, texts so that few do."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from losscli.arrays import AnyArray, Integers, Unsigned
from losscli.sources.records import Texts

_SPREAD: Final = np.uint64(0x9E3779B97F4A7C15)
"""An odd number near 2**64 over the golden ratio: a product with it can be undone, and its leading bits
depend on every bit of the factor."""

_BACK: Final = np.uint64(pow(int(_SPREAD), -1, 2**64))
_STIR: Final = np.uint64(0xD6E8FEB86659FD93)
_WORD: Final = 8
_STEP: Final = 1 << 14
"""Texts that are worked on at a time, so that the words stay in the cache."""

_LONG: Final = 512
"""Texts of more bytes are hashed one by one."""


def number_codes(numbers: Integers) -> Unsigned:
    """The code of each whole number: a bijection, so equal codes mean equal numbers."""
    codes: Unsigned = numbers.astype(np.int64, copy=False).view(np.uint64) * _SPREAD
    return codes


def numbers_of(codes: Unsigned) -> Integers:
    """The whole numbers that have these codes."""
    numbers: Integers = (codes * _BACK).view(np.int64)
    return numbers


def text_codes(texts: Texts) -> Unsigned:
    """A hash of each text's bytes; different texts may share one."""
    codes: Unsigned = np.empty(len(texts), dtype=np.uint64)
    if not len(texts):
        return codes
    offset_type = np.int64 if str(texts.type).startswith("large") else np.int32
    offsets = np.frombuffer(texts.buffers()[1], dtype=offset_type)
    offsets = offsets[texts.offset : texts.offset + len(texts) + 1]
    data = np.frombuffer(texts.buffers()[2] or b"", dtype=np.uint8)
    for start in range(0, len(texts), _STEP):
        part = offsets[start : start + _STEP + 1]
        codes[start : start + _STEP] = _hashes(data[part[0] : part[-1]], part - part[0])
    return codes


def _hashes(data: AnyArray, offsets: AnyArray) -> Unsigned:
    lengths = np.diff(offsets)
    longest = int(lengths.max())
    if longest == int(lengths.min()) and 0 < longest <= _LONG:
        return _of_one_length(data.reshape(-1, longest))
    if longest <= _LONG:
        return _of_any_length(data, offsets[:-1], lengths)
    long = lengths > _LONG
    codes: Unsigned = np.empty(len(lengths), dtype=np.uint64)
    codes[~long] = _of_any_length(data, offsets[:-1][~long], lengths[~long])
    from hashlib import blake2b

    for row in np.flatnonzero(long).tolist():
        digest = blake2b(data[offsets[row] : offsets[row + 1]].tobytes(), digest_size=_WORD).digest()
        codes[row] = int.from_bytes(digest, "little")
    return codes


def _of_one_length(rows: AnyArray) -> Unsigned:
    """Hashes of texts (n, length) that all have the same length."""
    count, length = rows.shape
    words = -(-length // _WORD)
    if words * _WORD != length:
        padded = np.zeros((count, words * _WORD), dtype=np.uint8)
        padded[:, :length] = rows
        rows = padded
    codes = _begun(np.full(count, length, dtype=np.uint64))
    columns = np.ascontiguousarray(rows).view("<u8")
    for word in range(words):
        codes = _stirred(codes, columns[:, word])
    return _ended(codes)


def _of_any_length(data: AnyArray, starts: AnyArray, lengths: AnyArray) -> Unsigned:
    """Hashes of texts that start here and have these lengths."""
    codes = _begun(lengths.astype(np.uint64))
    padded = np.concatenate([data, np.zeros(_WORD, dtype=np.uint8)])
    words = np.ndarray((len(data) + 1,), dtype="<u8", buffer=padded.data, strides=(1,))
    active: Any = np.flatnonzero(lengths > 0)
    done = 0
    while len(active):
        left = lengths[active] - done
        unused = np.maximum(_WORD - left, 0).astype(np.uint64) * np.uint64(8)
        found = words[starts[active] + done].astype(np.uint64)
        codes[active] = _stirred(codes[active], (found << unused) >> unused)
        active = active[left > _WORD]
        done += _WORD
    return _ended(codes)


def _begun(lengths: Unsigned) -> Unsigned:
    return lengths * _STIR


def _stirred(codes: Unsigned, words: AnyArray) -> Unsigned:
    codes = (codes ^ words) * _SPREAD
    codes ^= codes >> np.uint64(29)
    return codes


def _ended(codes: Unsigned) -> Unsigned:
    codes = codes * _STIR
    codes ^= codes >> np.uint64(32)
    return codes * _SPREAD
