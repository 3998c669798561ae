"""Several predictions of one target against each other: ranked, the differences tested row by row."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np

from losscli.analysis.entrants import Certainty
from losscli.analysis.rowwise import Between, between_two, rows_of
from losscli.arrays import Floats, Mask
from losscli.engine.each import Evaluated
from losscli.numerics.exact import exact_mean
from losscli.records import NamedTuple
from losscli.report.compare import CompareReport, Comparison, Difference, Pair, Standing
from losscli.report.compute import Figure, InputUsed, Result
from losscli.report.tables import Finding
from losscli.statistics.intervals import (
    Interval,
    detectable,
    difference_intervals,
    standard_error,
    unknown,
)
from losscli.statistics.resampling import DRAWN, Flips, adjusted_by_holm, flip_tests, letters, normal_flips


class Entrants(NamedTuple):
    """The predictions, their names, and the place of the reference."""

    evaluated: Sequence[Evaluated]
    names: Sequence[str]
    reference: int


def compare_all(entrants: Entrants, certainty: Certainty) -> CompareReport:
    """The report on every loss. All predictions have the same rows."""
    first = entrants.evaluated[entrants.reference].report
    places = [
        (number, result)
        for number, score in enumerate(entrants.evaluated[0].scores)
        for result in range(score.results)
    ]
    comparisons = [
        _comparison(entrants, certainty, at, number, result) for at, (number, result) in enumerate(places)
    ]
    return CompareReport(
        inputs=_inputs(entrants.evaluated),
        rows=first.rows,
        models=tuple(zip(entrants.names, (one.source for one in entrants.evaluated), strict=True)),
        comparisons=tuple(comparisons),
        level=certainty.level,
        pairing=first.pairing,
        warnings=(*_warnings(entrants), *_too_few(comparisons, certainty)),
    )


def _inputs(evaluated: Sequence[Evaluated]) -> tuple[InputUsed, ...]:
    """Every input once: the target and what else the predictions share, then each prediction."""
    return tuple(dict.fromkeys(entry for one in evaluated for entry in one.report.inputs))


def _warnings(entrants: Entrants) -> tuple[Finding, ...]:
    """Every warning once, those that are of one prediction with its name."""
    found = [one.report.findings() for one in entrants.evaluated]
    everywhere = [one for one in found[0] if all(one in others for others in found)]
    named = [
        one if one in everywhere else Finding(one.code, f"{name}: {one.message}")
        for name, own in zip(entrants.names, found, strict=True)
        for one in own
    ]
    return tuple(dict.fromkeys(named))


def _too_few(comparisons: Sequence[Comparison], certainty: Certainty) -> list[Finding]:
    """A warning where no drawn p-value could tell any two apart."""
    drawn = [one for one in comparisons if any(DRAWN in test for test in one.tests)]
    draws, pairs = certainty.draws.resamples, max((len(one.pairs) for one in drawn), default=0)
    least = pairs / (draws + 1)
    if least < 1.0 - certainty.level:
        return []
    wanted = 10 ** math.ceil(math.log10(2.0 * pairs / (1.0 - certainty.level)))
    words = f"{draws:,} draws for {pairs:,} pairs: no p (Holm) falls below {min(1.0, least):.2g}"
    return [Finding("W204", f"{words}; --resamples {wanted} tells more apart")]


def _comparison(entrants: Entrants, certainty: Certainty, at: int, number: int, place: int) -> Comparison:
    """One loss, or one column of it: the result at `at` of every report."""
    results = [one.report.results[at] for one in entrants.evaluated]
    rows = [rows_of(one.scores[number], place) for one in entrants.evaluated]
    reference, count = entrants.reference, len(rows)
    pairs = list(combinations(range(count), 2))
    between = {pair: between_two(rows[pair[0]], rows[pair[1]]) for pair in pairs}
    tests = _tests([between[pair] for pair in pairs], certainty)
    adjusted = _adjusted(tests)
    known = dict(zip(pairs, zip(tests, adjusted, strict=True), strict=True))
    groups = _groups(results, known, certainty.level)
    ranks = _ranks(results)
    others = [model for model in range(count) if model != reference]
    own = {model: between[reference, model] for model in others if model > reference}
    own |= {model: between[model, reference].reversed() for model in others if model < reference}
    intervals = _intervals(own, certainty)
    standings = []
    for model, result in enumerate(results):
        difference = None
        if model != reference:
            test = known[min(model, reference), max(model, reference)]
            against = results[reference], result
            difference = _difference(own[model], against, intervals[model], *test)
        name = entrants.names[model]
        standings.append(Standing(name, result.headline, ranks[model], groups[model], difference))
    why = [between[pair].why for pair, test in zip(pairs, tests, strict=True) if test is None]
    methods = [test.method for test in tests if test is not None] + [f"no test: {one}" for one in why]
    return Comparison(
        results[reference],
        entrants.names[reference],
        entrants.evaluated[0].report.rows.scored,
        certainty.level,
        tuple(standings),
        tuple(_pair(entrants.names, pair, known[pair]) for pair in pairs),
        tuple(dict.fromkeys(methods)),
    )


def _pair(names: Sequence[str], pair: tuple[int, int], found: tuple[Flips | None, float | None]) -> Pair:
    test, adjusted = found
    return Pair(names[pair[0]], names[pair[1]], None if test is None else test.p, adjusted)


# --- tests and ranks -----------------------------------------------------------------------------------


def _tests(between: Sequence[Between], certainty: Certainty) -> list[Flips | None]:
    """The test of each pair; None where there is nothing to test."""
    sound = {
        place: pair.tested if pair.weights is None else pair.tested * pair.weights
        for place, pair in enumerate(between)
        if not pair.why
    }
    columns = list(sound.values())
    if columns and certainty.resampled(len(columns[0])):
        found = flip_tests(columns, certainty.draws)
    else:
        found = [normal_flips(column) for column in columns]
    tests: list[Flips | None] = [None] * len(between)
    for place, test in zip(sound, found, strict=True):
        tests[place] = test
    return tests


def _adjusted(tests: Sequence[Flips | None]) -> list[float | None]:
    """Holm's over all pairs of the loss, so that the letters and the p-values say the same."""
    values = iter(adjusted_by_holm([test.p for test in tests if test is not None]))
    return [None if test is None else next(values) for test in tests]


def _ranks(results: Sequence[Result]) -> list[int | None]:
    sign = -1.0 if results[0].direction == "maximize" else 1.0
    values = [sign * result.headline.value for result in results]
    return [None if math.isnan(value) else 1 + sum(other < value for other in values) for value in values]


def _groups(
    results: Sequence[Result],
    known: dict[tuple[int, int], tuple[Flips | None, float | None]],
    level: float,
) -> list[str | None]:
    """The letters, the best first; none where a pair has no test."""
    if any(test is None for test, _ in known.values()):
        return [None] * len(results)
    ranks = _ranks(results)
    order = sorted(range(len(results)), key=lambda model: ranks[model] or len(results) + 1)
    places = {model: place for place, model in enumerate(order)}
    apart = [
        (min(places[one], places[other]), max(places[one], places[other]))
        for (one, other), (_, adjusted) in known.items()
        if adjusted is not None and adjusted < 1.0 - level
    ]
    found = letters(len(results), apart)
    return [found[places[model]] for model in range(len(results))]


# --- one prediction against the reference --------------------------------------------------------------


def _intervals(own: Mapping[int, Between], certainty: Certainty) -> dict[int, Interval]:
    """The interval of each difference."""
    found = {model: unknown(certainty.level, one.why) for model, one in own.items() if one.why}
    sound = {model: one for model, one in own.items() if not one.why}
    if not sound:
        return found
    rows = len(next(iter(sound.values())).values)
    draws = certainty.draws if certainty.resampled(rows) else None
    columns = [(one.values, one.weights) for one in sound.values()]
    intervals = difference_intervals(columns, certainty.level, draws)
    for (model, one), interval in zip(sound.items(), intervals, strict=True):
        kind = "" if one.by_rows else ", of pseudo-values"
        found[model] = Interval(
            interval.low * one.unit, interval.high * one.unit, certainty.level, interval.method + kind
        )
    return found


def _difference(
    between: Between,
    against: tuple[Result, Result],
    interval: Interval,
    test: Flips | None,
    adjusted: float | None,
) -> Difference:
    """Of the reference's result and another one."""
    if between.why:
        return Difference(_plain_difference(*against), interval)
    values, weights, unit = between.values, between.weights, between.unit
    error = standard_error(values, weights)
    return Difference(
        Figure(unit * exact_mean(values, weights).value),
        interval,
        *_shares(between, higher=against[1].direction == "maximize"),
        None if test is None else test.p,
        adjusted,
        None if error is None else unit * detectable(error, len(values), interval.level),
    )


def _plain_difference(reference: Result, result: Result) -> Figure:
    """Of two numbers that are no means of rows."""
    value = result.headline.value - reference.headline.value
    status = "nan" if math.isnan(value) else "ok" if math.isfinite(value) else "inf" if value > 0 else "-inf"
    return Figure(value, status)


def _shares(between: Between, *, higher: bool) -> tuple[float | None, float | None, float | None]:
    """On which share of the rows the prediction is better, worse and equal."""
    values, weights = between.values, between.weights
    if not between.by_rows:
        return None, None, None
    lower, upper = _share(values < 0.0, weights), _share(values > 0.0, weights)
    better, worse = (upper, lower) if higher else (lower, upper)
    return better, worse, _share(values == 0.0, weights)


def _share(rows: Mask, weights: Floats | None) -> float:
    """The share of the rows, or of their weight."""
    if weights is None:
        return float(np.count_nonzero(rows)) / len(rows)
    return math.fsum(weights[rows].tolist()) / math.fsum(weights.tolist())
