"""Rows paired by key, strictly one to one: block by block while the order agrees, by a join from the first
difference.

The join looks at the keys in parts that fit in memory, whatever the size of the files. Rows that do not fit
wait on the disk, split by the code of their key. Each part says which row of the target each row of another
source belongs to; these answers are split again by the target's row, and read back in the target's order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from losscli.align import keys as keying
from losscli.align.agreed import AgreedKeys
from losscli.align.findings import Findings
from losscli.align.keyed import KeyedRows
from losscli.align.parts import Parts
from losscli.align.places import PlaceList
from losscli.align.store import Memory, Store
from losscli.align.streams import Counts, Lockstep, Paired, Pairing, Stream
from losscli.align.target_order import in_target_order
from losscli.errors import PairingError
from losscli.sources.records import Block


def pair_by_key(streams: Sequence[Stream], unpaired: Literal["error", "skip"] = "error") -> Pairing:
    """Pair the rows of all streams that carry the same key, in the first stream's order.

    The iteration raises PairingError for missing and extra keys (unless `unpaired` is "skip", which counts
    them) and always for a key that stands twice in one file; after rows may already have come, so nothing is
    final before its end. It raises WriteError where rows do not fit in memory and the disk for temporary
    files is full.
    """
    fixed = tuple(streams)
    if any(len(stream.keys) != len(fixed[0].keys) or not stream.keys for stream in fixed):
        counts = ", ".join(f"{stream.name}: {len(stream.keys)}" for stream in fixed)
        raise PairingError(f"the key has another number of columns in each source ({counts})")
    return Pairing(fixed, "key", lambda counts: _Join(fixed, counts, unpaired == "skip").rows())


class _Join:
    """One pass of pairing by key."""

    def __init__(self, streams: tuple[Stream, ...], counts: Counts, skip: bool) -> None:
        self._streams = streams
        self._counts = counts
        self._skip = skip
        self._memory = Memory()
        self._agreed = AgreedKeys(self._memory)
        self._places = [PlaceList(self._memory) for _ in streams]

    def rows(self) -> Iterator[Paired]:
        """The paired rows, in the first stream's order."""
        steps = Lockstep(self._streams, self._counts)
        try:
            differing: tuple[Block, ...] = ()
            for blocks in steps:
                if not self._agree(blocks):
                    differing = blocks
                    break
                yield self._paired(blocks)
            rests = _Rests(self._streams, self._memory, self._places)
            for number, block in enumerate(differing):
                rests.add(number, block)
            for number, block in steps.rest():
                rests.add(number, block)
        finally:
            steps.close()
        yield from self._joined(rests)

    def _agree(self, blocks: tuple[Block, ...]) -> bool:
        """Whether all blocks carry the same keys in the same order; if so they are noted."""
        keys, *others = (
            stream.key_columns(block) for stream, block in zip(self._streams, blocks, strict=True)
        )
        if not all(ours.equals(theirs) for other in others for ours, theirs in zip(keys, other, strict=True)):
            return False
        self._agreed.add(keying.compact(keys))
        for places, block in zip(self._places, blocks, strict=True):
            places.add(block)
        return True

    def _paired(self, blocks: tuple[Block, ...]) -> Paired:
        ids = self._streams[0].key_columns(blocks[0])
        return Paired(
            tuple(stream.wanted(block) for stream, block in zip(self._streams, blocks, strict=True)), ids
        )

    def _joined(self, rests: _Rests) -> Iterator[Paired]:
        """The rows behind the first difference. Raises PairingError."""
        agreed, start = self._agreed, self._agreed.rows
        if agreed.ascending and not rests.any_rows:
            return
        findings = Findings(self._streams, self._places)
        parts = Parts(self._memory, findings, self._skip)
        matched = parts.match(self._agreed, rests.keyed)
        findings.raise_repeated()
        if not rests.any_rows:
            return
        if not self._skip:
            findings.raise_unpaired()
        for number, places in enumerate(self._places):
            self._counts.unpaired[number] = places.rows - start
        for paired in in_target_order(self._streams, self._places, rests.target, matched, start):
            for number in range(len(self._streams)):
                self._counts.unpaired[number] -= paired.rows
            yield paired


class _Rests:
    """The rows of all streams from the first difference on."""

    def __init__(self, streams: Sequence[Stream], memory: Memory, places: Sequence[PlaceList]) -> None:
        self._streams = streams
        self._places = places
        self.keyed = [KeyedRows(memory) for _ in streams]
        self.target = Store(memory)
        self.any_rows = False

    def add(self, number: int, block: Block) -> None:
        """One more block of a stream."""
        stream = self._streams[number]
        keys = stream.key_columns(block)
        part = keying.compact(keys)
        start = self._places[number].rows
        self._places[number].add(block)
        self.any_rows = True
        wanted: tuple[Any, ...] = block.columns[: len(stream.columns)]
        if number:
            self.keyed[number].add(part, start, wanted)
        else:
            self.keyed[0].add(part, start)
            self.target.append((*wanted, *(keys if len(keys) > 1 else (part,))))
