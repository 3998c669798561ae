"""Which rows a clip changes: of a framework whose convention is followed, or of a parameter such as eps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from losscli.arrays import Floats, Integers, Rows
from losscli.engine.elsewhere import SINGLE
from losscli.engine.score import Score
from losscli.records import NamedTuple
from losscli.registry import BoundLoss


class Clip(NamedTuple):
    """A loss that clips, and the `plain` one, which does not."""

    plain: BoundLoss
    bound: BoundLoss

    @classmethod
    def of(cls, bound: BoundLoss) -> Clip | None:
        """The clip of a loss of rows; None where it has none."""
        own = bound.convention
        moved = [one for one in bound.loss.params if one.clips and bound.params[one.name] != one.default]
        if bound.is_set or bound.loss.gather or not (moved or (own is not None and own.clips)):
            return None
        params = {**bound.params, **{one.name: one.default for one in moved}}
        return cls(bound._replace(params=params, convention=None), bound)

    def changed(self, score: Score, blocks: Sequence[Rows], ours: Sequence[Floats]) -> Integers:
        """The rows of clean blocks whose loss is another for the clip; `ours` are its values, (n,) each."""
        rows = self._touched(blocks)
        if not len(rows):
            return rows
        differ = np.zeros(len(rows), dtype=np.bool_)
        plain = score.split(self.plain.rows([np.ascontiguousarray(block[rows]) for block in blocks]))
        for whole, other in zip(ours, plain, strict=True):
            mine = whole[rows]
            with np.errstate(invalid="ignore"):
                near = np.isfinite(other) & (np.abs(mine - other) <= SINGLE * np.abs(other))
            differ |= ~(near | (mine == other))
        return np.asarray(rows[differ])

    def _touched(self, blocks: Sequence[Rows]) -> Integers:
        """The rows that the convention may change; all where a parameter clips too, or it does not say."""
        own = self.bound.convention
        if own is None or own.touches is None or self.plain.params != self.bound.params:
            return np.arange(len(blocks[0]))
        return np.flatnonzero(own.touches(*blocks, **self.bound.params))


def clips_of(scores: Sequence[Score]) -> Mapping[int, Clip]:
    """The losses that clip, by their number."""
    found = {number: Clip.of(score.bound) for number, score in enumerate(scores)}
    return {number: one for number, one in found.items() if one is not None}
