"""Rows of several sources brought together: by position, or strictly one to one by a key; every unpaired row
is named.

`pair_by_position` and `pair_by_key` take a `Stream` for each source and give a `Pairing`: iterate it once for
blocks of equal length, then read from it what was counted.

Memory: pairing by position holds a few blocks. Pairing by key holds the keys (4 bytes a row where all are
whole numbers below 2**31 in canonical decimal text, 8 below 2**63, else their text and 4 bytes). Only if the
order of the rows differs it also holds the columns of the rows from the first difference on (8 bytes a
number) and 8 to 12 bytes a row of positions. Nothing is a Python object for each row.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from losscli.align.position import pair_by_position, same_order
from losscli.align.streams import Paired, Pairing, Stream

__all__ = ["Paired", "Pairing", "Stream", "pair_by_key", "pair_by_position", "same_order"]


def pair_by_key(streams: Sequence[Stream], unpaired: Literal["error", "skip"] = "error") -> Pairing:
    """Pair the rows of all streams by their keys; see `losscli.align.bykey`, which is loaded by the first
    call."""
    from losscli.align import bykey

    return bykey.pair_by_key(streams, unpaired)
