"""What the largest rows carry, where no task has them all: from the largest values that each told, or from
the value at which they begin."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from losscli.numerics.exact import ExactSum
from losscli.records import NamedTuple
from losscli.reductions import Reduction
from losscli.reductions.concentration import PART, Above, Carried, Head, carried_by, needed
from losscli.reductions.sketch import Quest

LEVEL: Final = Reduction("carried", 1 - Fraction(1, PART))
"""The quantile behind which the largest rows begin."""
EACH: Final = 4
"""Values that a task tells, for each that its sketch of a quantile would keep."""


class Wanted(NamedTuple):
    """What a further look is for: so many of the largest values; or, where `border` is known, what lies above
    it."""

    largest: int
    border: float | None = None


class Peak:
    """The largest rows of one result, as far as the tasks told of them."""

    def __init__(self, heads: Sequence[Head], weight: ExactSum, limit: int) -> None:
        self._limit = limit
        self._few = sum(head.rows for head in heads) <= limit
        self._weight = weight
        self._found = carried_by(heads, limit)
        self._count = max((0 if head.values is None else len(head.values) for head in heads), default=0)
        self.quest: Quest | None = None
        """Who finds the value at which they begin, where there are too many rows to keep."""

    @property
    def needs_quest(self) -> bool:
        """Whether nothing but a quantile tells where the largest rows begin."""
        return not self._few

    @property
    def wanted(self) -> Wanted | None:
        """What a further look is wanted for; None once all is known, or while the quantile is not."""
        if self._found is not None:
            return None
        if self._few:
            return Wanted(8 * self._count)
        if self.quest is None or self.quest.asked:
            return None
        border = self.quest.passed(LEVEL.name)
        return None if border is None else Wanted(0, border)

    def take(self, found: Sequence[Head | Above]) -> None:
        """What a further look found: more of the largest values, or what lies above the border."""
        heads = [one for one in found if isinstance(one, Head)]
        if heads:
            self._count *= 8
            self._found = carried_by(heads, self._limit)
            return
        whole, *parts = (one for one in found if isinstance(one, Above))
        for part in parts:
            whole.merge(part)
        self._found = whole.carried(needed(self._weight.units))

    def carried(self) -> Carried | None:
        """What the largest rows carry; None where nobody could tell."""
        return self._found
