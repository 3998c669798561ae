"""The join, part by part: repeated keys, keys without a partner, and the target's row that each row belongs
to."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from losscli.align import bundles
from losscli.align.agreed import AgreedKeys
from losscli.align.bundles import Bundle
from losscli.align.findings import Findings
from losscli.align.keyed import NUMBERS, TEXTS, KeyedRows, no_keys
from losscli.align.matching import (
    SHOWN,
    Keys,
    Repeated,
    all_differ,
    first_rows,
    may_repeat,
    partners,
    ranked,
    repeats,
)
from losscli.align.partition import ByCode, ByRow, leaves
from losscli.align.store import Memory, Pile, Store

STEP = 1 << 17
"""Keys that are worked on at a time where all of them are seen again."""

_SHARE = 16
"""The first rows of all keys of a part, where few keys come often, must fit in this share of the memory."""


class Parts:
    """One join: looks at matching parts of all sources in turn, and collects what it finds."""

    def __init__(self, memory: Memory, findings: Findings, skip: bool) -> None:
        self._memory = memory
        self._findings = findings
        self._skip = skip
        self._matched: list[Store] = []

    def match(self, agreed: AgreedKeys, keyed: Sequence[KeyedRows]) -> list[Store]:
        """For every source but the target: (target's rows, own rows, columns) of the rows that have a partner
        in the target."""
        start, target = agreed.rows, self._findings.places[0]
        noted = KeyedRows(self._memory)
        self._memory.expect(agreed.size)
        for row, part in agreed.parts(STEP):
            noted.add(part, row)
        results = self._memory.results()
        routing = ByRow(start, max(target.rows, start + 1))
        self._matched = [Store(results, routing) for _ in keyed[1:]]
        for kind in (NUMBERS, TEXTS):
            stores = [noted.stores[kind], *(one.stores[kind] for one in keyed)]
            settle = partial(self._settle, kind)
            for leaf in leaves(stores, self._memory, ByCode(), settle):
                self._leaf(kind, leaf.piles)
        return self._matched

    def _leaf(self, kind: int, piles: Sequence[Pile]) -> None:
        """Look for repeats in one part, and pair what has none."""
        noted = piles[0].load()
        if not any(pile.rows for pile in piles[1:]) and (noted is None or all_differ(noted[0])):
            return
        agreed, target = _keys(kind, noted), _keys(kind, piles[1].load())
        self._look_for_repeats(0, agreed, target)
        for number, pile in enumerate(piles[2:], start=1):
            loaded = pile.load()
            own = _keys(kind, loaded)
            self._look_for_repeats(number, agreed, own)
            if not self._findings.repeated:
                self._pair(number, target, own, () if loaded is None else loaded[2 + kind :])

    def _look_for_repeats(self, number: int, agreed: Keys, own: Keys) -> None:
        if may_repeat([agreed.ranked, own.ranked]):
            self._findings.repeats[number].add(*repeats([agreed.columns, own.columns]))

    def _pair(self, number: int, target: Keys, own: Keys, columns: Bundle) -> None:
        """Pair the rows of one source with the target's."""
        at = partners(target, own)
        paired = at >= 0
        complete = bool(paired.all())
        if not complete:
            extra = np.flatnonzero(~paired)
            self._findings.extra[number].add(own.rows[extra], lambda n: own.text(int(extra[n])))
        if not complete or len(at) != len(target.rows):
            alone = np.ones(len(target.rows), dtype=np.bool_)
            alone[at[paired]] = False
            missing = np.flatnonzero(alone)
            self._findings.missing[number].add(target.rows[missing], lambda n: target.text(int(missing[n])))
        if self._findings.unpaired and not self._skip:
            return
        found: Bundle = (own.rows, *columns)
        if not complete:
            rows = np.flatnonzero(paired)
            at, found = at[rows], tuple(bundles.taken(values, rows) for values in found)
        self._matched[number - 1].append((target.rows[at], *found))

    def _settle(self, kind: int, piles: Sequence[Pile]) -> bool:
        """Deal with a part in which few keys come very often, which no split makes smaller: from the first
        rows of each key one can tell that it is repeated, and where. False if the keys are not so few."""
        agreed, *rests = piles
        shortened = [self._shortened(kind, (agreed, rest)) for rest in rests]
        if any(keys is None for keys in shortened):
            return False
        found: list[tuple[int, list[Repeated]]] = [repeats([keys]) for keys in shortened if keys is not None]
        if not any(total for total, _ in found):
            return False
        for entry, (total, shown) in zip(self._findings.repeats, found, strict=True):
            entry.add(total, shown)
        return True

    def _shortened(self, kind: int, piles: Sequence[Pile]) -> Bundle | None:
        """The first rows of each key; None if they are too many."""
        kept, most = [no_keys(kind)], self._memory.limit // _SHARE
        for bundle in (bundle for pile in piles for bundle in pile.bundles()):
            kept.append(bundle[: 2 + kind])
            if sum(map(bundles.bytes_in, kept)) <= 2 * most:
                continue
            kept = [first_rows(bundles.stacked(kept), SHOWN + 1)]
            if bundles.bytes_in(kept[0]) > most:
                return None
        return bundles.stacked(kept)


def _keys(kind: int, loaded: Bundle | None) -> Keys:
    keys = no_keys(kind) if loaded is None else loaded[: 2 + kind]
    return Keys(keys, ranked(keys[0]))
