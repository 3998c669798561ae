"""The results of exact sums: mean, ratio, variance and roots are the nearest doubles to the real number."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from losscli.arrays import Floats
from losscli.numerics import exact
from losscli.numerics.exact import ExactSum, Number
from tests.numerics.exact_oracle import (
    FINITE,
    POSITIVE,
    added,
    is_nearest,
    is_nearest_root,
    terms,
    weighted_variance,
    wild,
)


def sums(weights: Floats, values: Floats) -> tuple[ExactSum, ExactSum, ExactSum]:
    weight = ExactSum()
    weight.add(weights)
    return added("products", weights, values), added("weighted squares", weights, values), weight


@settings(deadline=None)
@given(st.lists(FINITE, min_size=1, max_size=20))
def test_sum_and_mean_are_the_nearest_doubles(values: list[float]) -> None:
    true = sum(map(Fraction, values))
    assert is_nearest(exact.exact_sum(np.array(values)).value, true)
    found = exact.exact_mean(np.array(values))
    assert found.status == "ok"
    assert is_nearest(found.value, true / len(values))


@settings(deadline=None)
@given(st.lists(st.tuples(POSITIVE, FINITE), min_size=1, max_size=12))
def test_weighted_results_are_the_nearest_doubles(rows: list[tuple[float, float]]) -> None:
    weights, values = np.array(rows).T
    total, squares, weight = sums(weights, values)
    exact_weights, exact_values = terms("values", weights, weights), terms("values", weights, values)
    mean = sum(w * v for w, v in zip(exact_weights, exact_values, strict=True)) / sum(exact_weights)
    assert is_nearest(exact.mean(total, weight).value, mean)
    true = weighted_variance(exact_weights, exact_values)
    found = exact.variance(total, squares, weight)
    assert is_nearest(found.value, true)
    assert (found.status == "overflow") == math.isinf(found.value)
    assert is_nearest_root(exact.standard_deviation(total, squares, weight).value, true)


@settings(deadline=None)
@given(st.lists(FINITE, min_size=1, max_size=12))
def test_unweighted_deviation_and_root_mean(values: list[float]) -> None:
    block = np.array(values)
    total, squares = added("values", block, block), added("squares", block, block)
    true = weighted_variance([Fraction(1)] * len(values), terms("values", block, block))
    assert is_nearest(exact.variance(total, squares, len(values)).value, true)
    assert is_nearest_root(exact.standard_deviation(total, squares, len(values)).value, true)
    mean_square = sum(Fraction(v) ** 2 for v in values) / len(values)
    assert is_nearest_root(exact.root_mean(squares, len(values)).value, mean_square)


@settings(deadline=None)
@given(st.fractions(min_value=0, max_value=10**9), st.integers(-2150, 2000))
def test_roots_are_the_nearest_doubles(value: Fraction, exponent: int) -> None:
    scaled = value * Fraction(2) ** exponent
    assert is_nearest_root(exact.nearest_root(scaled).value, scaled)
    assert is_nearest(exact.nearest(scaled).value, scaled)


def test_a_weight_of_k_is_the_row_k_times() -> None:
    values, counts = wild(7, 200, -30, 30), np.random.default_rng(8).integers(1, 6, 200)
    total, squares, weight = sums(counts.astype(np.float64), values)
    repeated = np.repeat(values, counts)
    plain = added("values", repeated, repeated), added("squares", repeated, repeated), repeated.size
    assert exact.mean(total, weight) == exact.mean(plain[0], plain[2])
    assert exact.variance(total, squares, weight) == exact.variance(*plain)
    by_count = ExactSum()
    by_count.add_count(repeated.size)
    assert by_count.to_state() == weight.to_state()


def test_the_mean_is_finite_where_the_sum_overflows() -> None:
    values = np.full(10, 1.7e308)
    assert exact.exact_sum(values) == Number(math.inf, "overflow")
    assert exact.exact_mean(values) == Number(1.7e308, "ok")
    assert exact.root_mean(added("squares", values, values), 10) == Number(1.7e308, "ok")


def test_the_deviation_of_a_constant_is_zero_at_any_height() -> None:
    values = np.full(7, 0.1)
    total, squares = added("values", values, values), added("squares", values, values)
    assert exact.variance(total, squares, 7) == Number(0.0, "ok")
    assert exact.standard_deviation(total, squares, 7) == Number(0.0, "ok")


def test_results_without_a_number() -> None:
    nothing, one, infinite = ExactSum(), ExactSum(), ExactSum()
    one.add(np.array([-1.0]))
    infinite.add(np.array([math.inf]))
    assert exact.mean(nothing, 0).status == "nan"
    assert exact.ratio(one, nothing) == Number(-math.inf, "-inf")
    assert exact.ratio(infinite, one) == Number(-math.inf, "-inf")
    assert exact.ratio(one, infinite).status == "nan"
    assert exact.mean(infinite, 3) == Number(math.inf, "inf")
    assert exact.root_mean(infinite, 3) == Number(math.inf, "inf")
    assert exact.root_mean(nothing, 0).status == "nan"
    assert exact.variance(infinite, infinite, 1).status == "nan"
    assert exact.standard_deviation(nothing, nothing, 0).status == "nan"
    assert exact.nearest_root(Fraction(-1)).status == "nan"


def test_zero_has_one_sign() -> None:
    assert math.copysign(1.0, exact.exact_sum(np.array([-0.0, -0.0])).value) == 1.0
    assert math.copysign(1.0, exact.exact_mean(np.array([-5e-324, 0.0, 0.0])).value) == 1.0
    assert math.copysign(1.0, Number.of(-0.0).value) == 1.0


# --- the laws catch what is wrong ----------------------------------------


def mean_of_means(values: list[float]) -> float:
    half = len(values) // 2
    return (float(np.mean(values[:half])) + float(np.mean(values[half:]))) / 2


def deviation_of_rounded_squares(values: list[float]) -> float:
    block = np.array(values)
    return float(np.sqrt(max(0.0, np.mean(block * block) - np.mean(block) ** 2)))


def test_the_nearest_double_law_catches_rounded_means_and_deviations() -> None:
    values = [1e9 + 0.1, 1e9 + 0.2, 1e9 + 0.7]
    block = np.array(values)
    true = weighted_variance([Fraction(1)] * 3, terms("values", block, block))
    total, squares = added("values", block, block), added("squares", block, block)
    assert is_nearest_root(exact.standard_deviation(total, squares, 3).value, true)
    assert not is_nearest_root(deviation_of_rounded_squares(values), true)
    assert not is_nearest_root(math.nextafter(exact.standard_deviation(total, squares, 3).value, 1.0), true)
    assert not is_nearest(mean_of_means(values), sum(map(Fraction, values)) / 3)
    assert not is_nearest(math.nextafter(exact.exact_mean(block).value, 0.0), sum(map(Fraction, values)) / 3)
