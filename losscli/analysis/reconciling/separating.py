"""What separates two printed numbers: the steps between their conventions, and what follows from the numbers
alone."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product

import numpy as np

from losscli.analysis.reconciling.candidates import Candidate
from losscli.analysis.reconciling.given import Given
from losscli.analysis.reconciling.scales import SCALES
from losscli.analysis.reconciling.search import Outcome
from losscli.numerics.stable import quietly
from losscli.report.reconcile import Separation

ENOUGH = 3
"""Digits that both numbers need before a relation between them says anything."""


def separate(first: Outcome, second: Outcome, given: Given) -> Separation:
    """Compare the candidates of two numbers that have the fewest steps between them."""
    pair = _nearest_pair(first, second)
    relations = tuple(_relations(first, second, given))
    texts = first.printed.text, second.printed.text
    if pair is None:
        return Separation(*texts, (), (), relations, False)
    one, two = pair
    mine, theirs = one.steps, two.steps
    only_first = tuple(step.words for step in mine if step not in theirs)
    only_second = tuple(step.words for step in theirs if step not in mine)
    return Separation(*texts, only_first, only_second, relations, True)


def _nearest_pair(first: Outcome, second: Outcome) -> tuple[Candidate, Candidate] | None:
    ones = [candidate for found in first.fits for candidate in found.candidates]
    twos = [candidate for found in second.fits for candidate in found.candidates]
    return min(product(ones, twos), key=lambda pair: _apart(*pair), default=None)


def _apart(one: Candidate, two: Candidate) -> tuple[float, float]:
    """What the steps between two candidates cost, and what both cost together."""
    between = set(one.steps) ^ set(two.steps)
    return sum(step.cost for step in between), one.cost + two.cost


@quietly
def _relations(first: Outcome, second: Outcome, given: Given) -> Iterator[str]:
    """How the second number follows from the first, within their digits."""
    one, two = first.printed, second.printed
    if min(one.digits, two.digits) < ENOUGH or math.isinf(one.value) or math.isinf(two.value):
        return
    if abs(one.value - two.value) <= one.half + two.half:
        yield f"{two.text} and {one.text} are the same number, rounded"
        return
    ends = np.array([one.value - one.half, one.value + one.half])
    for start, ours, theirs in ((one.text, one, two), (two.text, two, one)):
        ends = np.array([ours.value - ours.half, ours.value + ours.half])
        for scale in SCALES:
            low, high = np.sort(scale.apply(ends))
            if low - theirs.half <= theirs.value <= high + theirs.half and scale.formula not in _TWICE:
                yield f"{theirs.text} = {scale.formula} with x = {start}"
        for name, count in _counts(given):
            if count > 1 and abs(ours.value * count - theirs.value) <= ours.half * count + theirs.half:
                yield f"{theirs.text} = {count:,} x with x = {start}: {count:,} is {name}"


_TWICE = frozenset({"2 x", "x / 100", "x^2"})
"""Formulas that another one says the other way round."""


def _counts(given: Given) -> Iterator[tuple[str, int]]:
    yield "the number of rows", given.rows
    width = max(block.shape[-1] if block.ndim > 1 else 1 for block in given.arrays if block is not None)
    yield "the number of columns", width
    if given.weights is not None and float(given.weights.sum()).is_integer():
        yield "the sum of the weights", int(given.weights.sum())
