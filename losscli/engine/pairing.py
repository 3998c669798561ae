"""The plan's streams brought together, row by row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any, Literal

from losscli.align import Paired, Pairing, Stream, pair_by_key, pair_by_position
from losscli.engine.plan import Plan


class PairedRows:
    """The pairing of a plan: iterate it once, then ask for the counts."""

    def __init__(self, pairing: Pairing) -> None:
        self.pairing = pairing

    def __iter__(self) -> Iterator[Paired]:
        steps = iter(self.pairing)
        if hasattr(steps, "close"):
            with closing(steps):  # type: ignore[type-var]
                yield from steps
        else:
            yield from steps

    @property
    def unpaired(self) -> int:
        """Rows of any file that found no partner."""
        return sum(self.pairing.counts.unpaired)

    def rows(self, stream: int) -> int:
        """All rows of one file."""
        return self.pairing.counts.rows[stream]


def pair_rows(plan: Plan, unpaired: str) -> PairedRows:
    """Pair the rows of a plan as it says: by position, or by key."""
    streams = [
        Stream(stream.source, tuple(stream.columns), stream.keys, "key" if plan.by_key else "note")
        for stream in plan.streams
    ]
    if not plan.by_key:
        return PairedRows(pair_by_position(streams))
    rule: Literal["error", "skip"] = "skip" if unpaired == "skip" else "error"
    return PairedRows(pair_by_key(streams, rule))


def joined_ids(ids: tuple[Any, ...]) -> Any:
    """The keys of some rows as one text array, several key columns joined by commas; None without keys."""
    if not ids:
        return None
    if len(ids) == 1:
        return ids[0]
    import pyarrow.compute as pc

    return pc.binary_join_element_wise(*ids, ",")
