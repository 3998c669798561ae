"""What stands in the way of a pairing one to one, collected part by part: keys that are repeated, missing or
extra, with their first lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from losscli.align.keys import split
from losscli.align.matching import SHOWN, Repeated
from losscli.align.places import PlaceList
from losscli.align.streams import Stream
from losscli.arrays import Integers
from losscli.errors import PairingError, Place


@dataclass
class Listing:
    """Keys without a partner: how many, and the first by row."""

    total: int = 0
    first: list[tuple[int, str]] = field(default_factory=list)

    def add(self, rows: Integers, key: Callable[[int], str]) -> None:
        """Some more of them; `key` gives the key of the n-th."""
        self.total += len(rows)
        few = np.argsort(rows)[:SHOWN] if len(rows) <= SHOWN else np.argpartition(rows, SHOWN)[:SHOWN]
        self.first += [(int(rows[index]), key(int(index))) for index in few]
        self.first = sorted(self.first)[:SHOWN]


@dataclass
class Repeats:
    """Keys that stand more than once in one source: how many, and the first by row."""

    total: int = 0
    first: list[Repeated] = field(default_factory=list)

    def add(self, total: int, shown: Iterable[Repeated]) -> None:
        """Some more of them."""
        self.total += total
        self.first = sorted([*self.first, *shown])[:SHOWN]


@dataclass
class Findings:
    """Everything found in one pairing; stream 0 is the target."""

    streams: Sequence[Stream]
    places: Sequence[PlaceList]
    repeats: list[Repeats] = field(init=False)
    missing: list[Listing] = field(init=False)
    extra: list[Listing] = field(init=False)

    def __post_init__(self) -> None:
        self.repeats = [Repeats() for _ in self.streams]
        self.missing = [Listing() for _ in self.streams]
        self.extra = [Listing() for _ in self.streams]

    @property
    def repeated(self) -> bool:
        """Whether a key stands twice in a source."""
        return any(found.total for found in self.repeats)

    @property
    def unpaired(self) -> bool:
        """Whether a key has no partner."""
        return any(found.total for found in (*self.missing, *self.extra))

    def raise_repeated(self) -> None:
        """Raise PairingError if a key stands twice in a source."""
        found = [
            self._repeated(number, repeats) for number, repeats in enumerate(self.repeats) if repeats.total
        ]
        if found:
            hint = (
                "a key stands once in each file; several columns together can be the key: --id COLUMN,COLUMN"
            )
            raise PairingError("; ".join(text for _, text in found), hint=hint, place=found[0][0])

    def raise_unpaired(self) -> None:
        """Raise PairingError if a key has no partner."""
        found: list[tuple[Place, str]] = []
        here = self.streams[0].name
        for number, (missing, extra) in enumerate(zip(self.missing, self.extra, strict=True)):
            there = self.streams[number].name
            if missing.total:
                found.append(self._listed(0, missing, f"of {here} are missing in {there}"))
            if extra.total:
                found.append(self._listed(number, extra, f"of {there} are not in {here}"))
        if found:
            hint = "`--unpaired skip` scores the common keys and counts the rest"
            raise PairingError("; ".join(text for _, text in found), hint=hint, place=found[0][0])

    def _repeated(self, number: int, repeats: Repeats) -> tuple[Place, str]:
        shown = []
        for entry in repeats.first:
            more = ", ..." if len(entry.rows) > SHOWN else ""
            shown.append(f"{self._shown(entry.key)} ({self._lines(number, entry.rows[:SHOWN])}{more})")
        text = f"{self.streams[number].name} repeats {_keys(repeats.total)}: {_some(shown, repeats.total)}"
        return self._place(number, repeats.first[0].rows[1]), text

    def _listed(self, number: int, listing: Listing, what: str) -> tuple[Place, str]:
        shown = [f"{self._shown(key)} ({self._lines(number, [row])})" for row, key in listing.first]
        what = what.replace(" are ", " is ", 1) if listing.total == 1 else what
        text = f"{_keys(listing.total)} {what}: {_some(shown, listing.total)}"
        return self._place(number, listing.first[0][0]), text

    def _lines(self, number: int, rows: Sequence[int]) -> str:
        """Where rows of a source stand: their lines, with the file of each where there are several."""
        places = self.places[number]
        lines = [(places.file(row), str(places.line(row))) for row in rows]
        if any(file != self.streams[number].name for file, _ in lines):
            return ", ".join(f"{file}:{line}" for file, line in lines)
        return f"{'line' if len(lines) == 1 else 'lines'} {', '.join(line for _, line in lines)}"

    def _place(self, number: int, row: int) -> Place:
        stream = self.streams[number]
        places = self.places[number]
        return Place(places.file(row), places.line(row), stream.keys[0] + 1)

    def _shown(self, key: str) -> str:
        return split(key, len(self.streams[0].keys))


def _keys(count: int) -> str:
    return "1 key" if count == 1 else f"{count} keys"


def _some(shown: Sequence[str], total: int) -> str:
    return ", ".join(shown) + (", ..." if total > len(shown) else "")
