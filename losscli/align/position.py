"""Rows paired by position: lengths must agree, and keys that both files carry must come in the same order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from losscli.align.streams import Counts, Lockstep, Paired, Pairing, Stream
from losscli.errors import OrderError, PairingError, Place, counted
from losscli.sources.grammar import is_key_like
from losscli.sources.records import Block


def pair_by_position(streams: Sequence[Stream]) -> Pairing:
    """Pair the n-th rows of all streams.

    The iteration raises PairingError where lengths differ (after counting all), and OrderError where streams
    that name keys carry other keys in the same row.
    """
    fixed = tuple(streams)
    return Pairing(fixed, "position", lambda counts: _rows(fixed, counts))


def _rows(streams: tuple[Stream, ...], counts: Counts) -> Iterator[Paired]:
    steps = Lockstep(streams, counts)
    paired = 0
    try:
        for blocks in steps:
            same_order(streams, blocks)
            paired += blocks[0].rows
            wanted = tuple(stream.wanted(block) for stream, block in zip(streams, blocks, strict=True))
            yield Paired(wanted, streams[0].key_columns(blocks[0]))
        places: dict[int, Place] = {}
        for index, block in steps.rest():
            places.setdefault(index, Place(block.places.file, block.places.line(0)))
        if places:
            raise lengths_error(streams, counts, places)
    finally:
        steps.close()


def same_order(streams: Sequence[Stream], blocks: Sequence[Block]) -> None:
    """Raise OrderError at the first row in which two streams that name keys carry other keys."""
    keyed = [(stream, block) for stream, block in zip(streams, blocks, strict=True) if stream.keys]
    for stream, block in keyed[1:]:
        first, first_block = keyed[0]
        ours, theirs = first.key_columns(first_block), stream.key_columns(block)
        if len(ours) != len(theirs) or all(a.equals(b) for a, b in zip(ours, theirs, strict=True)):
            continue
        row = min(_first_difference(a, b) for a, b in zip(ours, theirs, strict=True))
        here, there = block.places.part(row, row + 1), first_block.places.part(row, row + 1)
        shown = (
            ", ".join(repr(key[row].as_py()) for key in theirs),
            ", ".join(repr(key[row].as_py()) for key in ours),
        )
        where = Place(there.file, there.line(0))
        raise OrderError(
            f"{stream.key_names()} is {shown[0]} here, but {shown[1]} in the same row of {where}",
            hint=f"the rows come in another order: `--id {first.key_names()}` pairs them by that key",
            place=Place(here.file, here.line(0), stream.keys[0] + 1),
        )


def _first_difference(ours: object, theirs: object) -> int:
    import pyarrow.compute as pc

    differs = pc.not_equal(ours, theirs).to_numpy(zero_copy_only=False)
    return int(np.argmax(differs)) if differs.any() else len(differs)


def lengths_error(streams: Sequence[Stream], counts: Counts, places: dict[int, Place]) -> PairingError:
    """The error for lengths that differ, at the first row without a partner."""
    lengths = [
        f"{stream.name} has {counted(rows, 'row')}" for stream, rows in zip(streams, counts.rows, strict=True)
    ]
    message = f"the lengths differ: {', '.join(lengths)}"
    return PairingError(message, hint=_hint(streams, counts), place=places[min(places)])


def _hint(streams: Sequence[Stream], counts: Counts) -> str:
    shared = [
        name
        for name in streams[0].source.names or ()
        if is_key_like(name) and all(name in (stream.source.names or ()) for stream in streams)
    ]
    if shared:
        return f"`--id {shared[0]}` pairs the rows by that key, and names those without a partner"
    if max(counts.rows) - min(counts.rows) == 1:
        decided = [stream for stream in streams if stream.source.header.override]
        if decided and len({stream.source.header.present for stream in streams}) > 1:
            said = "; ".join(f"{stream.name}: {stream.source.header.reason}" for stream in decided)
            return f"is a header taken for data, or data for a header? {said} (--header, --no-header)"
    return "rows pair by position, so lengths must agree; `--id COLUMN` pairs them by a key instead"
