"""Run a function of rows over pieces that fit the processor's cache, and put the results together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from losscli.arrays import Rows

PIECE = 65_536
"""Numbers of the widest block in a piece: a few temporary arrays of so many nearly stay in the second-level
cache. With fewer, threads would hand the interpreter's lock to each other more often than they compute: one
thread gains 3 % with half as many, two lose as much."""

MATRICES = 256
"""Rows of matrices in a piece, at least: what goes through a matrix step by step works on all rows at once,
and with few of them the calls would take longer than the numbers."""

# An array that nobody writes to, freed at once: from then on the C library of Linux keeps freed memory up to
# twice its size for the next arrays, instead of giving pages back and asking for new ones with every piece.
np.empty(2 * 1_048_576)


def in_pieces(function: Callable[..., Rows], blocks: Sequence[Rows], settings: Mapping[str, Any]) -> Rows:
    """What `function(*blocks, **settings)` gives, for a function whose result for a row needs only that row.

    Blocks are (n,), (n, k) or (n, t, k), contiguous; n is the same for all. The result is the same, bit for
    bit.
    """
    rows = len(blocks[0])
    step = max(1, PIECE * rows // max(block.size for block in blocks)) if rows else 1
    if any(block.ndim > 2 for block in blocks):
        step = max(step, MATRICES)
    if rows <= step:
        return function(*blocks, **settings)
    first = function(*(block[:step] for block in blocks), **settings)
    result = np.empty((rows, *first.shape[1:]))
    result[:step] = first
    for start in range(step, rows, step):
        piece = slice(start, start + step)
        result[piece] = function(*(block[piece] for block in blocks), **settings)
    return result
