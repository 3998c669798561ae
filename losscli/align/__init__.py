"""Rows of several sources brought together: by position, or strictly one to one by a key; every unpaired row
is named.

`pair_by_position` and `pair_by_key` take a `Stream` for each source and give a `Pairing`: iterate it once for
blocks of equal length, then read from it what was counted.

Memory: pairing by position holds a few blocks. Pairing by key notes the keys while the order of the rows
agrees (nothing where they are whole numbers that count upwards), and from the first difference on keeps the
rows themselves: 12 bytes and the text of the key, and 8 bytes a number. All sources together hold
`store.HELD_BYTES` at most; what is more waits on the disk, in temporary files without a name. Nothing is a
Python object for each row.
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
