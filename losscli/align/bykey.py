"""Rows paired by key, strictly one to one: block by block while the order agrees, by a join from the first
difference."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from losscli.align import keys as keying
from losscli.align.keys import KeyList
from losscli.align.streams import Counts, Lockstep, Paired, Pairing, Stream
from losscli.arrays import Integers
from losscli.errors import PairingError, Place
from losscli.sources.records import Block, Places, Values

BLOCK_ROWS = 1 << 16


def pair_by_key(streams: Sequence[Stream], unpaired: Literal["error", "skip"] = "error") -> Pairing:
    """Pair the rows of all streams that carry the same key, in the first stream's order.

    The iteration raises PairingError for missing and extra keys (unless `unpaired` is "skip", which counts
    them) and always for a key that stands twice in one file; after rows may already have come, so nothing is
    final before its end.
    """
    fixed = tuple(streams)
    if any(len(stream.keys) != len(fixed[0].keys) or not stream.keys for stream in fixed):
        counts = ", ".join(f"{stream.name}: {len(stream.keys)}" for stream in fixed)
        raise PairingError(f"the key has another number of columns in each source ({counts})")
    return Pairing(fixed, "key", lambda counts: _Join(fixed, counts, unpaired == "skip").rows())


@dataclass
class _PlaceList:
    """The places of the rows of many blocks."""

    starts: list[int] = field(default_factory=list)
    places: list[Places] = field(default_factory=list)
    rows: int = 0

    def add(self, block: Block) -> None:
        self.starts.append(self.rows)
        self.places.append(block.places.light())
        self.rows += block.rows

    def find(self, row: int) -> tuple[Places, int]:
        """The places of the block in which a row stands, and its index there."""
        number = bisect_right(self.starts, row) - 1
        return self.places[number], row - self.starts[number]

    def line(self, row: int) -> int:
        places, index = self.find(row)
        return places.line(index)


@dataclass(frozen=True, slots=True)
class ScatteredPlaces:
    """Places of rows that were brought into another order."""

    file: str
    known: _PlaceList
    order: Integers

    def _at(self, index: int) -> tuple[Places, int]:
        return self.known.find(int(self.order[index]))

    def row(self, index: int) -> int:
        """The data row, from 1."""
        places, inside = self._at(index)
        return places.row(inside)

    def line(self, index: int) -> int:
        """The line in the file, from 1."""
        places, inside = self._at(index)
        return places.line(inside)

    def place(self, index: int, column: int) -> Place:
        """The place of a cell."""
        places, inside = self._at(index)
        return places.place(inside, column)

    def part(self, start: int, stop: int) -> ScatteredPlaces:
        """The places of the rows from start up to stop."""
        return ScatteredPlaces(self.file, self.known, self.order[start:stop])

    def light(self) -> ScatteredPlaces:
        """The same places."""
        return self


class _Rest:
    """The rows of one stream from the first difference on: keys, places and columns."""

    def __init__(self, stream: Stream, *, with_keys: bool) -> None:
        self.stream = stream
        self.keys = KeyList()
        self.places = _PlaceList()
        self._with_keys = with_keys and len(stream.keys) > 1
        count = len(stream.columns) + (len(stream.keys) if self._with_keys else 0)
        self._columns: list[Any] = [[] for _ in range(count)]

    def add(self, block: Block) -> None:
        self.keys.add(keying.compact(self.stream.key_columns(block)))
        self.places.add(block)
        for parts, values in zip(self._columns, block.columns, strict=False):
            parts.append(values if isinstance(values, np.ndarray) else pc.cast(values, pa.large_string()))

    def finish(self) -> None:
        """Each column as one array; its parts are let go one column at a time."""
        for index, parts in enumerate(self._columns):
            self._columns[index] = _joined(parts)
            parts.clear()

    def take(self, rows: Integers) -> tuple[Block, tuple[Any, ...]]:
        """The rows at these positions, and their key texts where the stream keeps them."""
        columns = tuple(_taken(values, rows) for values in self._columns)
        wanted = len(self.stream.columns)
        places = ScatteredPlaces(self.stream.name, self.places, rows)
        return Block(len(rows), columns[:wanted], places), columns[wanted:]

    def ids(self, rows: Integers, kept: tuple[Any, ...]) -> tuple[Any, ...]:
        """The key columns' texts of these rows."""
        if kept:
            return kept
        if self.keys.whole_numbers():
            return (keying.as_texts(self.keys.numbers()[rows]),)
        return (_taken(self.keys.combined(), rows),)


def _joined(parts: list[Any]) -> Values:
    if parts and isinstance(parts[0], np.ndarray):
        return np.concatenate(parts)
    return pa.chunked_array(parts, type=pa.large_string()).combine_chunks()


def _taken(values: Values, rows: Integers) -> Values:
    if isinstance(values, np.ndarray):
        return values[rows]
    return pc.cast(values.take(pa.array(rows)), pa.string())


class _Join:
    """One pass of pairing by key."""

    def __init__(self, streams: tuple[Stream, ...], counts: Counts, skip: bool) -> None:
        self._streams = streams
        self._counts = counts
        self._skip = skip
        self._agreed = KeyList()
        self._agreed_places = [_PlaceList() for _ in streams]

    def rows(self) -> Iterator[Paired]:
        """The paired rows, in the first stream's order."""
        steps = Lockstep(self._streams, self._counts)
        try:
            differing = None
            for blocks in steps:
                if not self._agree(blocks):
                    differing = blocks
                    break
                yield self._paired(blocks)
            rests = self._rests(differing, steps)
        finally:
            steps.close()
        yield from self._joined_rows(rests)

    def _agree(self, blocks: tuple[Block, ...]) -> bool:
        """Whether all blocks carry the same keys in the same order; if so they are noted."""
        pairs = zip(self._streams, blocks, strict=True)
        parts = [keying.compact(stream.key_columns(block)) for stream, block in pairs]
        if not all(keying.same(parts[0], part) for part in parts[1:]):
            return False
        self._agreed.add(parts[0])
        for places, block in zip(self._agreed_places, blocks, strict=True):
            places.add(block)
        return True

    def _paired(self, blocks: tuple[Block, ...]) -> Paired:
        ids = self._streams[0].key_columns(blocks[0])
        return Paired(
            tuple(stream.wanted(block) for stream, block in zip(self._streams, blocks, strict=True)), ids
        )

    def _rests(self, differing: tuple[Block, ...] | None, steps: Lockstep) -> list[_Rest]:
        rests = [_Rest(stream, with_keys=number == 0) for number, stream in enumerate(self._streams)]
        for rest, block in zip(rests, differing or (), strict=False):
            rest.add(block)
        for number, block in steps.rest():
            rests[number].add(block)
        return rests

    def _joined_rows(self, rests: list[_Rest]) -> Iterator[Paired]:
        target, others = rests[0], rests[1:]
        partners = [self._partners(target, other) for other in others]
        perfect = all(
            len(other.keys) == len(target.keys) and (len(rows) == 0 or rows.min() >= 0)
            for other, rows in zip(others, partners, strict=True)
        )
        self._refuse_repeats(rests, perfect)
        if not perfect and not self._skip:
            raise self._unpaired(rests, partners)
        chosen = _common(partners, len(target.keys))
        for number, rest in enumerate(rests):
            self._counts.unpaired[number] = len(rest.keys) - len(chosen)
            if number:
                rest.keys = KeyList()
            rest.finish()
        for start in range(0, len(chosen), BLOCK_ROWS):
            rows = chosen[start : start + BLOCK_ROWS]
            block, kept = target.take(rows)
            taken = [other.take(partner[rows])[0] for other, partner in zip(others, partners, strict=True)]
            yield Paired((block, *taken), target.ids(rows, kept))

    def _partners(self, target: _Rest, other: _Rest) -> Integers:
        """For each row of the target, the row of the other with the same key, -1 if there is none."""
        found = keying.positions(target.keys, other.keys)
        partners: Integers = np.full(
            len(target.keys), -1, dtype=np.int64 if len(other.keys) >= 2**31 else np.int32
        )
        for start in range(0, len(found), keying.STEP):
            piece = found[start : start + keying.STEP]
            rows = np.arange(start, start + len(piece), dtype=partners.dtype)
            partners[piece[piece >= 0]] = rows[piece >= 0]
        return partners

    def _refuse_repeats(self, rests: Sequence[_Rest], perfect: bool) -> None:
        """Raise PairingError if a key stands twice in a stream. Where every row found a partner of its own,
        the streams hold the same keys, none twice, so only the rows in agreement remain to be compared with
        them."""
        if perfect and not len(self._agreed):
            return
        suspects = rests[:1] if perfect else rests
        findings: list[tuple[Place, str]] = []
        for number, rest in enumerate(suspects):
            every = self._agreed.plus(rest.keys)
            if not keying.has_repeats(every):
                continue
            findings.append(self._repeated(number, rest, every))
        if findings:
            hint = (
                "a key stands once in each file; several columns together can be the key: --id COLUMN,COLUMN"
            )
            raise PairingError("; ".join(text for _, text in findings), hint=hint, place=findings[0][0])

    def _repeated(self, number: int, rest: _Rest, every: KeyList) -> tuple[Place, str]:
        total, groups = keying.repeats(every)
        agreed = self._agreed_places[number]
        shown = []
        for rows in groups:
            lines = [
                agreed.line(row) if row < agreed.rows else rest.places.line(row - agreed.rows) for row in rows
            ]
            listed = ", ".join(map(str, lines[:5])) + (", ..." if len(lines) > 5 else "")
            shown.append((lines[1], f"{self._shown(every.text(rows[0]))} (lines {listed})"))
        text = f"{rest.stream.name} repeats {_keys(total)}: {_listed([key for _, key in shown], total)}"
        return Place(rest.stream.name, shown[0][0], rest.stream.keys[0] + 1), text

    def _unpaired(self, rests: Sequence[_Rest], partners: Sequence[Integers]) -> PairingError:
        """The error that lists the keys without a partner."""
        target = rests[0]
        findings: list[tuple[Place, str]] = []
        for other, rows in zip(rests[1:], partners, strict=True):
            missing = np.flatnonzero(rows < 0)
            used = np.zeros(len(other.keys), dtype=np.bool_)
            used[rows[rows >= 0]] = True
            extra = np.flatnonzero(~used)
            here, there = target.stream.name, other.stream.name
            if len(missing):
                findings.append(self._listing(target, missing, f"of {here} are missing in {there}"))
            if len(extra):
                findings.append(self._listing(other, extra, f"of {there} are not in {here}"))
        hint = "`--unpaired skip` scores the common keys and counts the rest"
        return PairingError("; ".join(text for _, text in findings), hint=hint, place=findings[0][0])

    def _listing(self, rest: _Rest, rows: Integers, what: str) -> tuple[Place, str]:
        first = rows[:5].tolist()
        shown = [f"{self._shown(rest.keys.text(row))} (line {rest.places.line(row)})" for row in first]
        what = what.replace(" are ", " is ", 1) if len(rows) == 1 else what
        place = Place(rest.stream.name, rest.places.line(first[0]), rest.stream.keys[0] + 1)
        return place, f"{_keys(len(rows))} {what}: {_listed(shown, len(rows))}"

    def _shown(self, key: str) -> str:
        return keying.split(key, len(self._streams[0].keys))


def _common(partners: Sequence[Integers], count: int) -> Integers:
    """The rows of the target that have a partner in every other stream."""
    kept = np.ones(count, dtype=np.bool_)
    for rows in partners:
        kept &= rows >= 0
    return np.flatnonzero(kept).astype(np.int64, copy=False)


def _keys(count: int) -> str:
    return "1 key" if count == 1 else f"{count} keys"


def _listed(shown: Sequence[str], total: int) -> str:
    return ", ".join(shown) + (", ..." if total > len(shown) else "")
