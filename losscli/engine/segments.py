"""The segments of a run: what the rows of each value of the `--by` column add up to, for every loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from losscli.arrays import Floats, Integers, Rows
from losscli.engine.score import Score
from losscli.engine.sums import Sums, Terms
from losscli.numerics.exact import ExactSum, ratio

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


class Segments:
    """Adds up every segment for itself. Segments are named by text; order, blocks and merges never show.

    Rows are held back until most segments have enough of them; then they are sorted by segment once, and
    each segment adds its slice. So the cost of a row does not grow with the number of segments.
    """

    def __init__(self, scores: Sequence[Score]) -> None:
        self._whole = list(scores)
        self._found: dict[str, list[Score]] = {}
        self._codes: dict[str, int] = {}
        self._held: list[tuple[Integers, Sequence[BlockTerms]]] = []
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
        self._held.append((self._coded(labels), scored))
        self._rows += len(labels)
        width = sum(one.width for one in scored)
        if self._rows >= min(SLICE * len(self._codes), HELD // width):
            self.settle()

    def _coded(self, labels: Any) -> Integers:
        """(n,): the number of each row's segment in this tally."""
        import pyarrow as pa

        if isinstance(labels, pa.ChunkedArray):
            labels = labels.combine_chunks()
        found = labels.dictionary_encode()
        codes = self._codes
        known = [codes.setdefault(name, len(codes)) for name in found.dictionary.to_pylist()]
        picked: Integers = np.array(known, dtype=np.int64)[found.indices.to_numpy(zero_copy_only=False)]
        return picked

    def settle(self) -> None:
        """Add up the rows that are held back."""
        if not self._held:
            return
        held, self._held, self._rows = self._held, [], 0
        codes = np.concatenate([codes for codes, _ in held])
        counts = np.bincount(codes, minlength=len(self._codes))
        order = np.argsort(_narrow(codes, len(self._codes)), kind="stable")
        ends = np.cumsum(counts)
        names = list(self._codes)
        slices = [
            (names[code], slice(int(ends[code] - counts[code]), int(ends[code])))
            for code in np.flatnonzero(counts).tolist()
        ]
        for position in range(len(self._whole)):
            self._settle_loss(position, [scored[position] for _, scored in held], order, slices)

    def _settle_loss(
        self, position: int, parts: Sequence[BlockTerms], order: Integers, slices: Sequence[tuple[str, slice]]
    ) -> None:
        if parts[0].terms is None:
            for name, rows in slices:
                for part in parts:
                    _score_apart(self._scores_of(name)[position], part, order[rows])
            return
        terms = Terms.joined([part.terms for part in parts if part.terms is not None])
        if len(slices) > 1:
            terms = terms.part(order)
        for name, rows in slices:
            sums = self._scores_of(name)[position].sums
            sums.add(terms.part(rows))
            sums.settle()

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


def _narrow(codes: Integers, segments: int) -> Any:
    """Codes as small integers, which NumPy sorts by counting."""
    if segments <= 1 << 8:
        return codes.astype(np.uint8)
    return codes.astype(np.uint16) if segments <= 1 << 16 else codes


def _score_apart(score: Score, part: BlockTerms, rows: Integers) -> None:
    blocks = [np.ascontiguousarray(block[rows]) for block in part.blocks]
    score.add(blocks, None if part.weights is None else part.weights[rows])
