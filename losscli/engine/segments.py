"""The segments of a run: what the rows of each value of the `--by` column add up to, for every loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from losscli.arrays import Floats, Integers, Rows
from losscli.engine.score import Score
from losscli.engine.sums import Sums, Terms
from losscli.engine.text_codes import TextCodes
from losscli.numerics.exact import ExactSum, ratio
from losscli.records import NamedTuple

SLICE = 4096
"""Rows of a segment that are worth adding: so many are held back for each, on average."""
HELD = 1 << 21
"""Numbers that are held back at most, 8 bytes each."""


class BlockTerms(NamedTuple):
    """What one loss makes of a block: the terms of its rows; or, where a loss sees all rows of a segment at
    once, the clean blocks themselves, which each segment scores by itself."""

    terms: Terms | None
    blocks: Sequence[Rows] = ()
    weights: Floats | None = None

    @property
    def width(self) -> int:
        """How many numbers a row has."""
        return 1 if self.terms is None else self.terms.width

    def part(self, rows: Integers | slice) -> BlockTerms:
        """Those of some of the rows."""
        if self.terms is not None:
            return BlockTerms(self.terms.part(rows))
        weights = None if self.weights is None else self.weights[rows]
        return BlockTerms(None, [block[rows] for block in self.blocks], weights)

    @classmethod
    def joined(cls, parts: Sequence[BlockTerms], places: Sequence[Integers]) -> BlockTerms:
        """Those of several blocks, with the place of every row. A loss that sees all rows at once has one
        block."""
        terms = [part.terms for part in parts if part.terms is not None]
        return cls(Terms.joined(terms, places)) if terms else parts[0]


class Held(NamedTuple):
    """A block that waits, its rows sorted by segment: `counts` of the segment `codes[0]`, then the next."""

    codes: Integers
    counts: Integers
    scored: Sequence[BlockTerms]


class Segments:
    """Adds up every segment for itself. Segments are named by text; order, blocks and merges never show.

    A block is sorted by segment while it is in the processor's cache, then held back until most segments
    have enough rows; each adds its slices of all blocks at once. So the cost of a row does not grow with the
    number of segments.
    """

    def __init__(self, scores: Sequence[Score]) -> None:
        self._whole = list(scores)
        self._found: dict[str, list[Score]] = {}
        self._codes = TextCodes()
        self._held: list[Held] = []
        self._rows = 0

    def sibling(self, scores: Sequence[Score]) -> Segments:
        """Segments of other rows of the same run; `merge` adds them."""
        return Segments(scores)

    def merge(self, other: Segments) -> None:
        """Add all rows of a sibling."""
        other.settle()
        for name, theirs in other._found.items():
            for mine, part in zip(self._scores_of(name), theirs, strict=True):
                mine.merge(part)

    def add(self, labels: Any, scored: Sequence[BlockTerms]) -> None:
        """Add some rows: the text of each row's segment (an Arrow array), and what each loss made of them."""
        self._held.append(_sorted(self._codes.of(labels), len(self._codes), scored))
        self._rows += len(labels)
        width = sum(one.width for one in scored)
        if self._rows >= min(SLICE * len(self._codes), HELD // width):
            self.settle()

    def settle(self) -> None:
        """Add up the rows that are held back."""
        held, self._held, self._rows = self._held, [], 0
        if not held:
            return
        whole = held[0] if len(held) == 1 else _merged(held, len(self._codes))
        names, start = self._codes.texts, 0
        for code, count in zip(whole.codes.tolist(), whole.counts.tolist(), strict=True):
            rows = slice(start, start + count)
            for score, block in zip(self._scores_of(names[code]), whole.scored, strict=True):
                _add_to(score, block.part(rows))
            start += count

    def _scores_of(self, name: str) -> list[Score]:
        found = self._found.get(name)
        if found is None:
            found = self._found[name] = [score.apart() for score in self._whole]
        return found

    # --- what came out -----------------------------------------------------

    @property
    def names(self) -> list[str]:
        """The text of every segment, sorted by its characters' codes, which no order of rows changes."""
        return sorted(self._found)

    def scores(self, name: str) -> Sequence[Score]:
        """The score of each loss over the rows of a segment."""
        return self._found[name]

    def add_up(self) -> None:
        """Once every row was added: the sums of the whole, for every loss whose segments add up to it."""
        self.settle()
        for position, whole in enumerate(self._whole):
            if whole.adds_up:
                for scores in self._found.values():
                    whole.sums.merge(scores[position].sums)

    def to_state(self) -> dict[str, Any]:
        """Everything, in words that JSON knows. Equal content gives equal states."""
        return {name: [score.sums.to_state() for score in self._found[name]] for name in self.names}

    def load(self, state: Mapping[str, Any]) -> None:
        """Take what `to_state` wrote. ValueError, KeyError, TypeError: it is not one of these."""
        for name, states in state.items():
            for score, sums in zip(self._scores_of(name), states, strict=True):
                score.sums = Sums.from_state(score.measure, sums)
        for position, whole in enumerate(self._whole):
            if whole.sums.rows != sum(scores[position].sums.rows for scores in self._found.values()):
                raise ValueError("the segments have other rows than the whole")


def weight_share(part: Score, whole: Score, result: int) -> float | None:
    """What part of all that counts the rows of a segment are: their share of the rows, or of the weight."""
    mine, all_rows = part.sums.importance(result), whole.sums.importance(result)
    if isinstance(mine, ExactSum) and isinstance(all_rows, ExactSum):
        found = ratio(mine, all_rows)
        return found.value if found.status == "ok" else None
    if isinstance(mine, int) and isinstance(all_rows, int):
        return mine / all_rows if all_rows else None
    return None


def loss_share(part: Score, whole: Score, result: int) -> float | None:
    """What part of the whole loss the rows of a segment carry; None where they do not add up to a positive
    number, and for scores, where higher is better."""
    if not whole.adds_up or whole.bound.loss.direction != "minimize":
        return None
    total = whole.sums.carried(result)
    if not total.finite or total.units <= 0:
        return None
    return ratio(part.sums.carried(result), total).value


def _sorted(codes: Integers, segments: int, scored: Sequence[BlockTerms]) -> Held:
    """A block with its rows sorted by segment."""
    counts = np.bincount(codes, minlength=segments)
    present = np.flatnonzero(counts)
    if len(present) > 1:
        order = np.argsort(_narrow(codes, segments), kind="stable")
        scored = [one.part(order) for one in scored]
    return Held(present, counts[present], scored)


def _merged(held: Sequence[Held], segments: int) -> Held:
    """Sorted blocks as one: each goes to its place in one pass, the rows of a segment side by side."""
    counts = np.zeros(segments, dtype=np.int64)
    for one in held:
        counts[one.codes] += one.counts
    free = np.cumsum(counts) - counts
    places = []
    for one in held:
        own = np.cumsum(one.counts) - one.counts
        shift = np.repeat(free[one.codes] - own, one.counts)
        places.append(shift + np.arange(len(shift)))
        free[one.codes] += one.counts
    present = np.flatnonzero(counts)
    blocks = zip(*(one.scored for one in held), strict=True)
    return Held(present, counts[present], [BlockTerms.joined(parts, places) for parts in blocks])


def _narrow(codes: Integers, segments: int) -> Any:
    """Codes as small integers, which NumPy sorts by counting."""
    if segments <= 1 << 8:
        return codes.astype(np.uint8)
    return codes.astype(np.uint16) if segments <= 1 << 16 else codes


def _add_to(score: Score, block: BlockTerms) -> None:
    """Add rows of one segment."""
    if block.terms is None:
        score.add([np.ascontiguousarray(rows) for rows in block.blocks], block.weights)
    else:
        score.sums.add(block.terms)
    score.sums.settle()
