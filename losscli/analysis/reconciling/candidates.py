"""Every candidate up to a cost: a change of the inputs, a loss, a reduction, and what is done with the
number."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

import numpy as np

from losscli.analysis.reconciling.given import Given
from losscli.analysis.reconciling.inputs import INPUTS, InputStep
from losscli.analysis.reconciling.numbers import Arrays, Scored, score
from losscli.analysis.reconciling.reduced import RARE, Reduced
from losscli.analysis.reconciling.scales import SCALES, Scale
from losscli.analysis.reconciling.steps import Call, Step, call_of
from losscli.analysis.reconciling.variants import Variant, variants
from losscli.arrays import Floats
from losscli.errors import LosscliError
from losscli.numerics.stable import quietly
from losscli.records import NamedTuple
from losscli.registry import bind_loss

MOST_STEPS = 3
OF_ROWS = re.compile(r"\bl\b")
"""A formula that needs the loss of every row."""
SAME = 1e-12
"""Numbers that differ relatively by less are one number, which several candidates give."""


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
            if call is not None and OF_ROWS.search(self.reduced.formula):
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


class Known(NamedTuple):
    """What is kept of a loss on some arrays: how they were laid out for it, and the numbers. Not the rows."""

    layout: tuple[Step, ...]
    reduced: list[Reduced]


class Candidates:
    """The candidates for some rows. What was scored for a low cost is not scored again for a higher one."""

    def __init__(self, given: Given) -> None:
        self.given = given
        self.variants: list[Variant] = []
        self._costs: list[float] = []
        self._changes: list[InputStep | None] = [None, *(change for change, _ in _changed(given))]
        self._arrays: tuple[InputStep | None, Arrays] = (None, given.arrays)
        self._scored: dict[tuple[int, int], Known | None] = {}
        self._limits: dict[float, tuple[Numbers, list[tuple[int, int]], list[list[Reduced]]]] = {}
        self.refusal: LosscliError | None = None
        """Why the loss that was named does not take these rows."""

    def up_to(self, limit: float) -> tuple[Numbers, Callable[[int], Candidate]]:
        """Every number up to a cost, and what makes a candidate of its place."""
        if limit not in self._limits:
            if not self._costs or limit > max(self._limits, default=0.0):
                self.variants = variants(self.given.bound, limit)
                self._costs = [one.cost for one in self.variants]
            pairs = list(self._pairs(limit))
            reduced = [self._of(pair).reduced for pair, _ in pairs]
            if limit >= RARE:
                reduced = [
                    self._with_rare(pair, found) for (pair, _), found in zip(pairs, reduced, strict=True)
                ]
            numbers = _all_numbers([cost for _, cost in pairs], reduced, limit)
            self._limits[limit] = (numbers, [pair for pair, _ in pairs], reduced)
        numbers, places, reduced = self._limits[limit]

        def candidate(place: int) -> Candidate:
            at, reduction, scale = numbers.places[place]
            inputs, variant = places[at]
            return Candidate(
                float(numbers.values[place]),
                self._changes[inputs],
                self.variants[variant],
                self._of(places[at]).layout,
                reduced[at][reduction],
                None if scale == 0 else SCALES[scale - 1],
            )

        return numbers, candidate

    @quietly
    def plain(self, variant: Variant) -> Scored | None:
        """A loss on the rows as they are, exactly; None where it does not take them."""
        try:
            return score(variant.bound, self.given, self.given.arrays, exact=True)
        except LosscliError as refusal:
            if not variant.steps:
                self.refusal = refusal
            return None

    @quietly
    def namesakes(self, one: Candidate) -> Iterator[str]:
        """The frameworks' conventions that give the number of a plain loss on these rows as well."""
        bound = one.variant.bound
        if bound.convention is not None or one.inputs is not None:
            return
        ours = score(bound, self.given, self.given.arrays).figure.value
        for convention in bound.loss.conventions:
            with suppress(LosscliError):
                other = bind_loss(bound.loss, bound.changed, convention=convention)
                theirs = score(other, self.given, self.given.arrays).figure.value
                if theirs == ours or abs(theirs - ours) <= SAME * abs(ours):
                    yield other.spec

    @quietly
    def exactly(self, one: Candidate) -> Candidate:
        """A candidate with its number added up as `compute` does."""
        if one.reduced.step is not None and one.reduced.step.name == "batches":
            return one
        arrays = self._changed_by(one.inputs)
        found = score(one.variant.bound, self.given, arrays, exact=True).reduced(batches=False)
        value = next(way.value for way in found if way.step == one.reduced.step)
        if one.scale is not None:
            value = float(one.scale.apply(np.array(value)))
        return one._replace(value=value)

    def _pairs(self, limit: float) -> Iterator[tuple[tuple[int, int], float]]:
        """Changes of the inputs with losses, up to a cost, of those that exist."""
        for place, change in enumerate(self._changes):
            inputs = 0.0 if change is None else change.step.cost
            for at in range(bisect_right(self._costs, limit - inputs)):
                if not self._few_steps(place, at):
                    continue
                found = self._score((place, at))
                if found is None:
                    continue
                cost = inputs + self._costs[at] + sum(step.cost for step in found.layout)
                if cost <= limit:
                    yield (place, at), cost

    def _few_steps(self, inputs: int, variant: int) -> bool:
        return len(self.variants[variant].steps) + (inputs > 0) <= MOST_STEPS

    def _changed_by(self, change: InputStep | None) -> Arrays:
        """The arrays after a change; the last ones are kept, since they are asked for in a row."""
        if self._arrays[0] is not change:
            found = self.given.arrays if change is None else _applied(change, self.given)
            assert found is not None
            self._arrays = (change, found)
        return self._arrays[1]

    def _of(self, pair: tuple[int, int]) -> Known:
        found = self._scored[pair]
        assert found is not None
        return found

    @quietly
    def _score(self, pair: tuple[int, int]) -> Known | None:
        if pair not in self._scored:
            inputs, variant = pair
            change = self._changes[inputs]
            cost = self._costs[variant] + (0.0 if change is None else change.step.cost)
            try:
                found = score(self.variants[variant].bound, self.given, self._changed_by(change))
                self._scored[pair] = Known(found.layout, found.reduced(batches=cost <= 2.0))
            except LosscliError as refusal:
                self._scored[pair] = None
                if pair == (0, 0):
                    self.refusal = refusal
        return self._scored[pair]

    @quietly
    def _with_rare(self, pair: tuple[int, int], found: list[Reduced]) -> list[Reduced]:
        """The numbers of the loss that was named with batches of every size."""
        if pair != (0, 0):
            return found
        rows = score(self.variants[0].bound, self.given, self.given.arrays)
        return [*found, *rows.reduced(batches=True, every=True)]


def _changed(given: Given) -> Iterator[tuple[InputStep, Arrays]]:
    """Every change of target and prediction that means something for these rows, with the arrays changed."""
    for change in INPUTS:
        found = _applied(change, given)
        if found is not None:
            yield change, found


def _applied(change: InputStep, given: Given) -> Arrays | None:
    """The arrays after a change; None where it means nothing for these."""
    focus = given.bound.focus
    if not 0 < focus < len(given.arrays):
        return None
    target, prediction = given.arrays[0], given.arrays[focus]
    if target is None or prediction is None:
        return None
    found = change.apply(target, prediction)
    if found is None or not all(np.isfinite(block).all() for block in found):
        return None
    arrays = list(given.arrays)
    arrays[0], arrays[focus] = found
    return arrays


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
