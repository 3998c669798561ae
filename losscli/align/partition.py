"""Stores split until their parts fit in memory: by the code of the key, or by the target's row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from losscli.align.bundles import Bundle
from losscli.align.store import FAN_OUT, Leaf, Memory, Pile, Routing, Store, together
from losscli.arrays import AnyArray

_BITS: Final = FAN_OUT.bit_length() - 1
_SHARE: Final = 2
"""A leaf may hold this share of the memory: sorting and gathering need the rest."""

_FEW_ROWS: Final = 64
"""A range of so few rows is not split again, however long its texts are."""


@dataclass(frozen=True)
class ByCode:
    """Six bits of the code (the first column), from the highest down."""

    level: int = 0

    def parts(self, bundle: Bundle) -> AnyArray:
        shifted = bundle[0] >> np.uint64(64 - _BITS * (self.level + 1))
        numbers: AnyArray = (shifted & np.uint64(FAN_OUT - 1)).astype(np.uint8)
        return numbers

    def child(self, part: int) -> Routing | None:
        return ByCode(self.level + 1) if (self.level + 2) * _BITS <= 64 else None


@dataclass(frozen=True)
class ByRow:
    """Equal ranges of the rows (the first column) from start up to stop."""

    start: int
    stop: int

    @property
    def width(self) -> int:
        """The rows of one range."""
        return max(1, -(-(self.stop - self.start) // FAN_OUT))

    def parts(self, bundle: Bundle) -> AnyArray:
        numbers: AnyArray = ((bundle[0] - self.start) // self.width).astype(np.uint8)
        return numbers

    def child(self, part: int) -> ByRow:
        start = min(self.stop, self.start + part * self.width)
        return ByRow(start, min(self.stop, start + self.width))


Settle = Callable[[Sequence[Pile]], bool]
"""May deal with parts that splitting would not make smaller; says whether it did."""


def leaves(
    stores: Sequence[Store], memory: Memory, routing: Routing, settle: Settle | None = None
) -> Iterator[Leaf]:
    """The parts of the stores, each small enough to be held, in the order of their numbers."""
    ready = together(stores)
    if not ready[0].spilled:
        yield Leaf([store.piles[0] for store in ready], routing)
        return
    total = sum(pile.bytes for store in ready for pile in store.piles)
    for part in range(FAN_OUT):
        piles = [store.piles[part] for store in ready]
        child = routing.child(part)
        size = sum(pile.bytes for pile in piles)
        if child is None or size <= memory.limit // _SHARE or _is_short(child):
            yield Leaf(piles, child or routing)
        elif settle is None or size * 2 <= total or not settle(piles):
            yield from leaves(_split(piles, memory, child), memory, child, settle)


def _is_short(routing: Routing) -> bool:
    return isinstance(routing, ByRow) and routing.stop - routing.start <= _FEW_ROWS


def _split(piles: Sequence[Pile], memory: Memory, routing: Routing) -> list[Store]:
    """The piles as stores of their own, on the disk."""
    found = []
    for pile in piles:
        store = Store(memory, routing)
        store.spill()
        for bundle in pile.bundles():
            store.append(bundle)
        found.append(store)
    return found
