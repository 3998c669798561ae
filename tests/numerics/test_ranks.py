"""Quantiles of numbers at hand: of weights, of repeated rows, at the very share, beyond rounding."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from losscli.numerics.ranks import quantile

LEVELS = st.sampled_from([0.5, 0.25, 0.1, 0.9, 1 / 3])
VALUES = st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=40)


def by_definition(values: list[float], counts: list[int], level: float) -> float:
    """Rows written out, one by one."""
    rows = sorted(value for value, count in zip(values, counts, strict=True) for _ in range(count))
    share = Fraction(level) * len(rows)
    lower, upper = rows[math.ceil(share) - 1], rows[math.floor(share)]
    return float((Fraction(lower) + Fraction(upper)) / 2)


@given(VALUES, LEVELS)
def test_without_weights(values: list[float], level: float) -> None:
    assert quantile(np.array(values), level).value == by_definition(values, [1] * len(values), level)


@given(VALUES, LEVELS, st.data())
def test_a_weight_is_that_many_rows(values: list[float], level: float, data: st.DataObject) -> None:
    counts = data.draw(st.lists(st.integers(0, 5), min_size=len(values), max_size=len(values)))
    if sum(counts):
        got = quantile(np.array(values), level, np.array(counts, dtype=np.float64))
        assert got.value == by_definition(values, counts, level)


def test_the_share_is_met_exactly_where_rounded_sums_would_miss_it() -> None:
    weights = np.array([0.1] * 10 + [1.0])  # ten times 0.1 is a little more than 1
    values = np.arange(11.0)
    assert quantile(values, 0.5, weights).value == 9.0
    assert quantile(values, 0.5, np.array([0.25] * 4 + [1.0] + [0.0] * 6)).value == 3.5
    tiny = np.array([1.0, 2.0**-60, 1.0])
    assert quantile(np.array([1.0, 2.0, 3.0]), 0.5, tiny).value == 2.0
    assert np.cumsum(tiny)[1] == 1.0  # which is half of what rounded sums add up to, so they say 2.5


def test_ends() -> None:
    assert math.isnan(quantile(np.array([]), 0.5).value)
    assert quantile(np.array([1.0, 2.0]), 0.5, np.array([0.0, 0.0])).status == "nan"
    assert quantile(np.array([1.7e308, 1.5e308]), 0.5).value == 1.6e308
    assert quantile(np.array([math.inf, 1.0]), 0.5).status == "inf"


@pytest.mark.parametrize("rows", [3_001, 10_000])
def test_many_rows(rows: int) -> None:
    generator = np.random.default_rng(rows)
    values, counts = generator.normal(size=rows), generator.integers(1, 4, rows)
    wanted = quantile(np.repeat(values, counts), 0.3)
    assert quantile(values, 0.3, counts.astype(np.float64)) == wanted
    order = generator.permutation(rows)
    assert quantile(values[order], 0.3, counts[order].astype(np.float64)) == wanted
