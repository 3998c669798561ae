"""The projection on the simplex against exact arithmetic, and what shares its file."""

from __future__ import annotations

import decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from losscli.numerics.simplex import above_threshold, power_of_rest, running_excess, times_log_sum
from losscli.numerics.stable import softmax

scores = st.lists(st.floats(-3.0, 3.0), min_size=1, max_size=6)


def threshold(row: list[float]) -> Fraction:
    """What the projection takes away, in whole fractions."""
    ordered = sorted(map(Fraction, row), reverse=True)
    sums = [sum(ordered[: size + 1], Fraction(0)) for size in range(len(ordered))]
    return max((total - 1) / (size + 1) for size, total in enumerate(sums))


@given(scores)
def test_each_rise_has_all_its_digits(row: list[float]) -> None:
    (found,) = above_threshold(np.array([row]))
    level = threshold(row)
    for value, score in zip(found.tolist(), row, strict=True):
        exact = Fraction(score) - level
        if exact > 0:
            assert abs(Fraction(value) - exact) <= exact * Fraction(1, 2**51) + Fraction(1, 2**1060)
        else:
            assert value <= 1e-15


def test_a_probability_far_below_the_rounding_of_1() -> None:
    step = float(np.spacing(1e300))
    found = above_threshold(np.array([[1.0, 1e-300], [1.0, -1e-300], [1e300, 1e300 - step]]))
    assert found[0].tolist() == [1.0, 5e-301]
    assert found[1, 1] < 0.0
    assert found[2].tolist() == [1.0, -step]


def test_rows_do_not_know_each_other() -> None:
    block = np.random.default_rng(3).normal(0.0, 1.0, (200, 7))
    whole = above_threshold(block)
    assert all(np.array_equal(above_threshold(block[i : i + 1])[0], whole[i]) for i in range(200))


@pytest.mark.parametrize("exponent", [0.0, 0.5, 2.0, 40.0])
def test_powers_of_what_a_probability_leaves(exponent: float) -> None:
    chances = np.array([0.0, 1e-17, 3e-9, 0.1, 0.3, 0.5, 0.9, 1.0 - 2.0**-53, 1.0])
    found = power_of_rest(chances, exponent)
    for chance, value in zip(chances.tolist(), found.tolist(), strict=True):
        rest = Fraction(1) - Fraction(chance)
        if exponent == 0.5:
            assert abs(Fraction(value) ** 2 - rest) <= rest * Fraction(1, 2**50)
        else:
            wanted = rest ** int(exponent)
            assert abs(Fraction(value) - wanted) <= wanted * Fraction(1, 2**51) + Fraction(1, 2**1074)


def test_running_sums_less_a_step_do_not_cancel() -> None:
    chances = np.array([[0.1, 0.2, 0.7], [1e-20, 1.0, 0.0]])
    found = running_excess(chances, np.array([2.0, 1.0]))
    for row, step, got in zip(chances.tolist(), (2, 1), found.tolist(), strict=True):
        for column, value in enumerate(got):
            exact = sum(map(Fraction, row[: column + 1])) - (1 if column >= step else 0)
            assert abs(Fraction(value) - exact) <= abs(exact) * Fraction(1, 2**52)


def test_the_smallest_sums_are_rounded_once() -> None:
    logits = np.array([[720.3, 0.1, 0.2, 0.3], [745.0, 0.0, 0.0, 0.0], [2.0, 1.0, 0.0, -1.0]])
    found = times_log_sum(5.0, logits, softmax(logits))
    for row, value in zip(logits.tolist(), found.tolist(), strict=True):
        with decimal.localcontext(decimal.Context(prec=400, Emin=-9999)):
            terms = [(decimal.Decimal(one) - decimal.Decimal(row[0])).exp() for one in row[1:]]
            wanted = 5 * (1 + sum(terms)).ln()
        assert abs(value - float(wanted)) <= 2.0 * np.spacing(float(wanted))
