"""Intervals of a mean: scipy's numbers, coverage, and an answer to whatever is given."""

from __future__ import annotations

import math

import numpy as np
import pytest

from losscli.arrays import Floats
from losscli.errors import UsageError
from losscli.statistics.bootstrap import Draws
from losscli.statistics.intervals import (
    BOOTSTRAPPED,
    Interval,
    check_level,
    detectable,
    difference_interval,
    difference_intervals,
    mean_interval,
    moments_interval,
    resampled_interval,
    standard_error,
)
from tests.settings import FRESH_SEED
from tests.statistics.expected import EXPECTED, losses


@pytest.mark.parametrize(("rows", "low", "high"), EXPECTED["student_interval"])
def test_moments_give_the_interval_of_student(rows: int, low: float, high: float) -> None:
    values = losses(rows)
    found = moments_interval(rows, values.mean(), values.std())
    assert found.low == pytest.approx(low, rel=1e-11, abs=1e-12)
    assert found.high == pytest.approx(high, rel=1e-11)
    assert found.method == "Student's t, exact moments"


def test_many_rows_have_the_interval_of_their_moments() -> None:
    values = losses(BOOTSTRAPPED + 1)
    found = mean_interval(values)
    expected = moments_interval(values.size, values.mean(), values.std())
    assert found.method == "Student's t"
    assert found[:2] == pytest.approx(expected[:2], rel=1e-13)


@pytest.mark.parametrize(("rows", "low", "high"), EXPECTED["bca"])
def test_few_rows_have_nearly_the_interval_of_bca(rows: int, low: float, high: float) -> None:
    found = mean_interval(losses(rows))
    width = high - low
    assert found.method == "studentised bootstrap, 10,000 resamples, seed 0"
    assert abs(found.low - low) < 0.03 * width
    assert abs(found.high - high) < 0.03 * width


def by_the_book(values: Floats, weights: Floats, draws: Draws) -> list[float]:
    """The studentised bootstrap, one resample after the other, from its definition."""
    rows = len(values)

    def mean_and_error(x: Floats, w: Floats) -> tuple[float, float]:
        mean = float((w * x).sum() / w.sum())
        left = w * (x - mean) / w.mean()
        return mean, math.sqrt(float((left**2).sum()) / (rows * (rows - 1)))

    order = np.lexsort((weights, values))
    values, weights = values[order], weights[order]
    mean, error = mean_and_error(values, weights)
    scores = []
    for counts in np.concatenate(list(draws.counts(rows))).astype(int):
        one, spread = mean_and_error(np.repeat(values, counts), np.repeat(weights, counts))
        scores.append((one - mean) / spread)
    ends = np.quantile(scores, [0.975, 0.025], method="weibull")
    return [mean - error * float(end) for end in ends]


@pytest.mark.parametrize("weighted", [False, True])
def test_the_studentised_bootstrap_is_what_its_definition_says(weighted: bool) -> None:
    values, draws = losses(37), Draws(400, 3)
    weights = 0.5 + np.arange(37) % 5 if weighted else np.ones(37)
    found = resampled_interval(values, weights if weighted else None, 0.95, draws)
    assert list(found[:2]) == pytest.approx(by_the_book(values, weights, draws), rel=1e-9)


def test_a_resample_holds_as_many_rows_and_every_row_alike() -> None:
    counts = np.concatenate(list(Draws(20_000, 1).counts(90)))
    assert counts.shape == (20_000, 90)
    assert (counts.sum(axis=1) == 90).all()
    assert counts.mean(axis=0) == pytest.approx(np.ones(90), abs=0.035)
    assert counts.var() == pytest.approx(1 - 1 / 90, rel=0.01)


@pytest.mark.parametrize("rows", [12, BOOTSTRAPPED + 1])
@pytest.mark.parametrize("weighted", [False, True])
def test_the_order_of_the_rows_never_shows(rows: int, weighted: bool) -> None:
    values, order = losses(rows), np.random.default_rng(5).permutation(rows)
    weights = 1.0 + np.arange(rows) % 3 if weighted else None
    mixed = None if weights is None else weights[order]
    assert mean_interval(values[order], mixed) == mean_interval(values, weights)


@pytest.mark.parametrize("rows", [5, 60, 200, BOOTSTRAPPED + 1])
@pytest.mark.parametrize("weighted", [False, True])
def test_the_opposite_values_have_the_opposite_interval(rows: int, weighted: bool) -> None:
    generator = np.random.default_rng(FRESH_SEED)
    values = np.where(generator.uniform(size=rows) < 0.3, 1.0, -1.0) * generator.exponential(size=rows)
    weights = generator.integers(1, 4, rows) * 1.0 if weighted else None
    found, opposite = mean_interval(values, weights), mean_interval(-values, weights)
    assert (found.low, found.high) == (-opposite.high, -opposite.low)
    assert found.method == opposite.method


def test_equal_weights_are_none_and_rows_of_weight_0_are_absent() -> None:
    values = losses(30)
    plain = mean_interval(values)
    assert mean_interval(values, np.full(30, 2.5))[:2] == pytest.approx(plain[:2], rel=1e-13)
    longer = np.concatenate([values, [50.0, np.inf]])
    assert mean_interval(longer, np.concatenate([np.ones(30), [0.0, 0.0]]))[:2] == pytest.approx(plain[:2])


def test_a_heavier_row_moves_the_interval_and_widens_it() -> None:
    values, weights = losses(30), np.ones(30)
    weights[int(np.argmax(values))] = 8.0
    plain, heavy = mean_interval(values), mean_interval(values, weights)
    assert heavy.high > plain.high
    assert heavy.high - heavy.low > plain.high - plain.low


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ([], "there is no row"),
        ([0.3], "one row has no spread"),
        ([0.3, math.inf], "a value is not finite"),
        ([0.3, math.nan], "a value is not finite"),
        ([1.7e308, -1.7e308, 1e308], "its ends lie beyond the largest double"),
    ],
)
def test_where_there_is_no_interval_it_says_why_and_decides_nothing(values: list[float], why: str) -> None:
    found = mean_interval(np.array(values))
    assert found == Interval(-math.inf, math.inf, 0.95, f"no interval: {why}")
    assert not found.known
    assert found.plain() == {"low": None, "high": None, "level": 0.95, "method": f"no interval: {why}"}


@pytest.mark.parametrize(
    ("rows", "mean", "deviation"),
    [(0, math.nan, math.nan), (1, 0.5, 0.0), (9, math.inf, math.nan), (9, 0.0, math.inf)],
)
def test_moments_without_an_interval(rows: int, mean: float, deviation: float) -> None:
    assert not moments_interval(rows, mean, deviation).known


def test_equal_values_and_two_rows() -> None:
    assert mean_interval(np.full(7, 0.25)) == Interval(0.25, 0.25, 0.95, "all values are equal")
    assert moments_interval(7, 0.25, 0.0) == Interval(0.25, 0.25, 0.95, "all values are equal")
    found = mean_interval(np.array([1.0, 2.0]))
    assert found.method == "Student's t"
    assert found.high == pytest.approx(1.5 + 0.5 * 12.706204736174694)


@pytest.mark.parametrize("scale", [1e-300, 1e-9, 1e300])
def test_the_unit_does_not_matter(scale: float) -> None:
    values = losses(40)
    plain, scaled = mean_interval(values), mean_interval(values * scale)
    assert [end / scale for end in scaled[:2]] == pytest.approx(plain[:2], rel=1e-9)


@pytest.mark.parametrize("level", [0, 1, 95, -0.5, math.nan, True, "0.9"])
def test_a_level_that_is_none(level: object) -> None:
    with pytest.raises(UsageError):
        check_level(level)


def test_a_percentage_is_answered_with_what_to_type() -> None:
    with pytest.raises(UsageError) as caught:
        check_level(95)
    assert caught.value.hint == "--confidence 0.95"


@pytest.mark.parametrize(("rows", "effect"), EXPECTED["detectable"])
def test_the_detectable_difference_is_that_of_a_power_analysis(rows: int, effect: float) -> None:
    error = 1 / math.sqrt(rows)  # of values whose deviation is 1
    assert detectable(error, rows) == pytest.approx(effect, rel=0.008)


@pytest.mark.parametrize("rows", [9, 40])
def test_no_end_of_a_difference_is_nearer_than_students(rows: int) -> None:
    values = losses(rows) - 0.5
    plain, student = mean_interval(values), moments_interval(rows, values.mean(), values.std())
    found = difference_interval(values)
    assert found.low == pytest.approx(min(plain.low, student.low), rel=1e-12)
    assert found.high == pytest.approx(max(plain.high, student.high), rel=1e-12)
    assert plain[:2] != student[:2]
    assert found.method == "studentised bootstrap, at least Student's t, 10,000 resamples, seed 0"


def test_several_columns_are_each_as_if_alone() -> None:
    columns = [(losses(40), None), (losses(30), None), (losses(40) - 1, np.arange(40.0)), (losses(1), None)]
    together = difference_intervals(columns, 0.9)
    assert together == [difference_interval(values, weights, 0.9) for values, weights in columns]


def test_many_differences_are_resampled_only_with_draws_of_their_own() -> None:
    values = losses(BOOTSTRAPPED + 1)
    assert difference_interval(values).method == "Student's t"
    assert "200 resamples" in difference_interval(values, None, 0.9, Draws(200, 1)).method


def test_the_standard_error() -> None:
    values = losses(50)
    assert standard_error(values) == pytest.approx(values.std(ddof=1) / math.sqrt(50), rel=1e-12)
    assert standard_error(values[:1]) is None


def test_the_interval_covers_where_students_does_not() -> None:
    random, sets, rows = np.random.default_rng(11), 400, 30
    draws = Draws(1000, 0)
    pieces = list(draws.counts(rows))

    class Remembered(Draws):
        def counts(self, rows: int):  # type: ignore[no-untyped-def]
            return iter(pieces)

    hits = students = 0
    for _ in range(sets):
        values = random.exponential(size=rows) ** 2  # mean 2, skewness 6.6
        found = resampled_interval(values, None, 0.95, Remembered(1000, 0))
        hits += found.low <= 2.0 <= found.high
        plain = moments_interval(rows, values.mean(), values.std())
        students += plain.low <= 2.0 <= plain.high
    assert hits / sets > students / sets + 0.03
    assert 0.89 < hits / sets < 0.97
