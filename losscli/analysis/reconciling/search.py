"""Which candidates give a printed number, and how much that says."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from losscli.analysis.reconciling.candidates import SAME, Candidate, Candidates, Numbers
from losscli.analysis.reconciling.printed import SINGLE, Printed
from losscli.arrays import Floats, Integers
from losscli.records import NamedTuple

LIMITS = ((1.0, None), (2.0, None), (3.0, 300_000), (4.0, 50_000))
"""The search goes one cost further only where nothing simpler gives the number, and with at most so many
rows: ever more losses are scored, thousands in the end."""
SHOWN = 8
SIMPLE = 2.0
"""The nearest number is looked for among the simple ones: of many thousands one is always near, and says
nothing."""


class Found(NamedTuple):
    """A number that fits, the candidates that give it (the simplest first), and the chance that one of so
    many candidates fits though none of them is meant; None where that cannot be said."""

    candidates: tuple[Candidate, ...]
    single: bool
    chance: float | None

    @property
    def best(self) -> Candidate:
        """The simplest candidate."""
        return self.candidates[0]


class Outcome(NamedTuple):
    """What the search for one number found: `fits`, of `all_fits` the first; else the nearest candidate.
    `tried` counts the candidates, `distinct` their different numbers; `limit` is the cost up to which all
    were tried."""

    printed: Printed
    fits: tuple[Found, ...]
    all_fits: int
    nearest: Candidate | None
    tried: int
    distinct: int
    chance: float | None
    limit: float = LIMITS[0][0]


def search(candidates: Candidates, printed: Printed) -> Outcome:
    """Try ever more candidates until some fit."""
    best: Outcome | None = None
    for limit, rows in LIMITS:
        if best is None or rows is None or candidates.given.rows <= rows:
            numbers, candidate = candidates.up_to(limit)
            best = _match(numbers, candidate, printed)._replace(limit=limit)
            if best.fits:
                break
    assert best is not None
    return _with_namesakes(best, candidates) if best.fits and best.limit < SIMPLE else best


def _with_namesakes(outcome: Outcome, candidates: Candidates) -> Outcome:
    """The fits with the losses, one step further, that give the same number by themselves: they may be what
    was meant where the simplest way is an accident of these rows."""
    if not outcome.fits[0].best.cost or not math.isfinite(outcome.printed.value):
        return outcome
    numbers, candidate = candidates.up_to(SIMPLE)
    fits = []
    for found in outcome.fits:
        value = found.best.value
        with np.errstate(invalid="ignore"):
            near = np.abs(numbers.values - value) <= SINGLE * abs(value)
            near &= np.abs(numbers.values - outcome.printed.value) <= outcome.printed.tolerance
        places = np.flatnonzero(near).tolist()
        others = [candidate(place) for place in places if numbers.costs[place] > found.best.cost]
        more = [one for one in others if all(step.kind == "loss" for step in one.steps)]
        fits.append(found._replace(candidates=(*found.candidates, *more)))
    return outcome._replace(fits=tuple(fits))


def _match(numbers: Numbers, candidate: Callable[[int], Candidate], printed: Printed) -> Outcome:
    values = numbers.values
    if math.isinf(printed.value):
        hits, loose = np.flatnonzero(values == printed.value), np.array([], dtype=np.int64)
    else:
        away = np.abs(values - printed.value)
        hits = np.flatnonzero(away <= printed.tolerance)
        loose = np.flatnonzero((away > printed.tolerance) & (away <= printed.loose))
    groups = [(rows, False) for rows in _groups(values, hits)]
    groups += [(rows, True) for rows in _groups(values, loose)]
    finite = values[np.isfinite(values)]
    ranked = sorted(groups, key=lambda group: (numbers.costs[group[0][0]] + group[1], group[0][0]))
    fits = tuple(
        Found(
            tuple(sorted((candidate(place) for place in rows), key=_rank)),
            single,
            _chance(values[numbers.costs <= numbers.costs[rows[0]]], printed, single),
        )
        for rows, single in ranked[:SHOWN]
    )
    nearest = None
    if not fits and len(finite) and math.isfinite(printed.value):
        with np.errstate(invalid="ignore"):
            simple = np.isfinite(values) & (numbers.costs <= SIMPLE)
            away = np.where(simple, np.abs(values - printed.value), np.inf)
        near = away.min() + SINGLE * abs(printed.value)
        nearest = candidate(int(np.argmax(away <= near)))  # the simplest of those that are as near
    chance = _chance(values, printed, single=False)
    return Outcome(printed, fits, len(groups), nearest, len(values), len(_distinct(finite)), chance)


_TELLING = ("loss", "reduction", "inputs", "number")
"""The kinds of steps: of equal costs, another loss tells more than a mere factor."""


def _rank(candidate: Candidate) -> tuple[float, int, int]:
    steps = candidate.steps
    return candidate.cost, len(steps), max((_TELLING.index(step.kind) for step in steps), default=0)


def _groups(values: Floats, hits: Integers) -> list[Sequence[int]]:
    """The hits, those together that differ by the rounding of single precision, each group from the cheapest
    on."""
    groups: list[list[int]] = []
    for place in hits.tolist():
        for group in groups:
            first = values[group[0]]
            if first == values[place] or abs(first - values[place]) <= SINGLE * abs(first):
                group.append(place)
                break
        else:
            groups.append([place])
    return list(groups)


def _chance(values: Floats, printed: Printed, single: bool) -> float | None:
    """How likely it is that some candidate fits a number that has nothing to do with it: the candidates
    between half and twice the number, as if they lay there evenly, against the width of its last digit."""
    size, finite = abs(printed.value), values[np.isfinite(values)]
    if math.isinf(size) or not len(finite):
        return None
    if not size:  # how far from 0 the candidates are, says what being near 0 is worth
        spread = 2 * float(np.median(np.abs(finite)))
        count, size = len(_distinct(finite)), spread / 1.5 or 1.0
    else:
        near = np.abs(finite[np.sign(finite) == math.copysign(1.0, printed.value)])
        count = len(_distinct(near[(near >= size / 2) & (near <= 2 * size)]))
    width = 2 * (SINGLE * size if single else printed.half)
    return -math.expm1(-max(count, 1) * width / (1.5 * size))


def _distinct(values: Floats) -> Floats:
    """Different numbers, in order."""
    if not len(values):
        return values
    ordered = np.sort(values)
    step = np.diff(ordered) > SAME * np.abs(ordered[1:])
    found: Floats = ordered[np.concatenate([[True], step])]
    return found
