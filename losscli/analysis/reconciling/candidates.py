"""Every candidate up to a cost: a change of the inputs, a loss, a reduction, and what is done with the
number."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np

from losscli.analysis.reconciling.given import Given
from losscli.analysis.reconciling.inputs import INPUTS, InputStep
from losscli.analysis.reconciling.numbers import Scored, score
from losscli.analysis.reconciling.reduced import Reduced
from losscli.analysis.reconciling.scales import SCALES, Scale
from losscli.analysis.reconciling.steps import Call, Step, call_of
from losscli.analysis.reconciling.variants import Variant, variants
from losscli.arrays import Floats, Rows
from losscli.errors import LosscliError
from losscli.numerics.stable import quietly

MANY_ROWS = 100_000
"""With more rows than this, a change of the inputs and another loss are tried together only where each is a
usual one."""
MOST_STEPS = 3


class Candidate(NamedTuple):
    """One way to a number, and the steps that lead to it."""

    value: float
    inputs: InputStep | None
    variant: Variant
    layout: tuple[Step, ...]
    reduced: Reduced
    scale: Scale | None

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every step, in the order in which the number is made."""
        first = () if self.inputs is None else (self.inputs.step,)
        reduction = () if self.reduced.step is None else (self.reduced.step,)
        last = () if self.scale is None else (self.scale.step,)
        return (*first, *self.variant.steps, *self.layout, *reduction, *last)

    @property
    def cost(self) -> float:
        """How far it is from what was named."""
        return sum(step.cost for step in self.steps)

    def call(self, given: Given) -> tuple[Call | None, str]:
        """The call that prints the number, or what it is made of, and the formula of what is left to do."""
        call = call_of(given.request, self.variant.bound.spec)
        left: list[str] = []
        if self.inputs is not None:
            made = None if call is None or self.inputs.call is None else self.inputs.call(call)
            if made is None:
                left.append(self.inputs.formula)
            call = made
        if self.layout:
            call = None
            left += [step.words for step in self.layout]
        if self.reduced.option is not None and call is not None:
            name, value = self.reduced.option
            call = call.having(name, value) if value else call.without(name)
        elif self.reduced.step is not None:
            left.append(self.reduced.formula)
            if call is not None and "l" in self.reduced.formula.replace("ln", ""):
                call = call.having("--reduction", "none")
        if self.scale is not None:
            left.append(self.scale.formula)
        return call, "; ".join(left)


class Numbers(NamedTuple):
    """All numbers up to a cost: `values` (m,), `costs` (m,), and what each is (its pair, its reduction, its
    scale, the first being none)."""

    values: Floats
    costs: Floats
    places: list[tuple[int, int, int]]


class Candidates:
    """The candidates for some rows. What was scored for a low cost is not scored again for a higher one."""

    def __init__(self, given: Given) -> None:
        self.given = given
        self.variants = variants(given.bound)
        self._changed = [(None, given.arrays), *_changed(given)]
        self._scored: dict[tuple[int, int], Scored | None] = {}
        self._reduced: dict[tuple[int, int, bool], list[Reduced]] = {}
        self.refusal: LosscliError | None = None
        """Why the loss that was named does not take these rows."""

    def up_to(self, limit: float) -> tuple[Numbers, Callable[[int], Candidate]]:
        """Every number up to a cost, and what makes a candidate of its place."""
        pairs = list(self._pairs(limit))
        reduced = [self._numbers_of(pair, limit - cost) for pair, cost in pairs]
        numbers = _all_numbers([cost for _, cost in pairs], reduced, limit)

        def candidate(place: int) -> Candidate:
            pair, reduction, scale = numbers.places[place]
            inputs, variant = pairs[pair][0]
            layout = self._of(pairs[pair][0]).layout
            own = None if scale == 0 else SCALES[scale - 1]
            return Candidate(
                float(numbers.values[place]),
                self._changed[inputs][0],
                self.variants[variant],
                layout,
                reduced[pair][reduction],
                own,
            )

        return numbers, candidate

    def plain(self, variant: Variant) -> Scored | None:
        """A loss on the rows as they are; None where it does not take them."""
        return self._score((0, self.variants.index(variant)))

    def _pairs(self, limit: float) -> Iterator[tuple[tuple[int, int], float]]:
        """Changes of the inputs with losses, up to a cost, of those that exist."""
        for (place, (change, _)), (at, variant) in product(
            enumerate(self._changed), enumerate(self.variants)
        ):
            inputs = 0.0 if change is None else change.step.cost
            cost = inputs + variant.cost
            together = change is not None and variant.cost > 0.0
            most = min(limit, 2.0) if together and self.given.rows > MANY_ROWS else limit
            steps = len(variant.steps) + (change is not None)
            if cost > most or steps > MOST_STEPS:
                continue
            found = self._score((place, at))
            if found is not None:
                cost += sum(step.cost for step in found.layout)
                if cost <= most:
                    yield (place, at), cost

    def _of(self, pair: tuple[int, int]) -> Scored:
        found = self._scored[pair]
        assert found is not None
        return found

    @quietly
    def _score(self, pair: tuple[int, int]) -> Scored | None:
        if pair not in self._scored:
            inputs, variant = pair
            arrays = self._changed[inputs][1]
            try:
                self._scored[pair] = score(self.variants[variant].bound, self.given, arrays)
            except LosscliError as refusal:
                self._scored[pair] = None
                if pair == (0, 0):
                    self.refusal = refusal
        return self._scored[pair]

    @quietly
    def _numbers_of(self, pair: tuple[int, int], left: float) -> list[Reduced]:
        every = left >= 4.0 and pair[0] == 0
        key = (*pair, left >= 2.0)
        if key not in self._reduced:
            self._reduced[key] = self._of(pair).reduced(batches=left >= 2.0)
        found = self._reduced[key]
        return [*found, *self._of(pair).reduced(batches=True, every=True)] if every else found


def _changed(given: Given) -> Iterator[tuple[InputStep, Sequence[Rows | None]]]:
    """Every change of target and prediction that means something for these rows, with the arrays changed."""
    focus = given.bound.focus
    if focus >= len(given.arrays):
        return
    target, prediction = given.arrays[0], given.arrays[focus]
    if focus == 0 or target is None or prediction is None:
        return
    for change in INPUTS:
        found = change.apply(target, prediction)
        if found is not None and all(np.isfinite(block).all() for block in found):
            arrays = list(given.arrays)
            arrays[0], arrays[focus] = found
            yield change, arrays


@quietly
def _all_numbers(costs: Sequence[float], reduced: Sequence[Sequence[Reduced]], limit: float) -> Numbers:
    """The numbers of every pair, with every scale that the limit allows, the cheapest first."""
    places = [(pair, at, 0) for pair, ways in enumerate(reduced) for at in range(len(ways))]
    values = np.array([way.value for ways in reduced for way in ways])
    spent = np.array([cost + way.cost for cost, ways in zip(costs, reduced, strict=True) for way in ways])
    found_values, found_costs, found_places = (
        [values[spent <= limit]],
        [spent[spent <= limit]],
        [place for place, cost in zip(places, spent, strict=True) if cost <= limit],
    )
    for at, scale in enumerate(SCALES, start=1):
        kept = np.flatnonzero(spent + scale.step.cost <= limit)
        if not len(kept):
            continue
        found_values.append(scale.apply(values[kept]))
        found_costs.append(spent[kept] + scale.step.cost)
        found_places += [(places[place][0], places[place][1], at) for place in kept.tolist()]
    all_values, all_costs = np.concatenate(found_values), np.concatenate(found_costs)
    order = np.argsort(all_costs, kind="stable")
    return Numbers(all_values[order], all_costs[order], [found_places[place] for place in order.tolist()])
