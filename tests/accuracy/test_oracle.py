"""The oracle itself: exact where digits cancel, at both ends of the doubles, and honest about errors."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from losscli.formula import Formula
from tests.accuracy.arithmetics import CONTEXT, mpf, nearest_double
from tests.accuracy.oracle import error_in_ulp, textbook, truth


@given(st.integers(-(2**120), 2**120), st.integers(-1300, 1000))
def test_nearest_double_is_the_nearest(mantissa: int, exponent: int) -> None:
    with CONTEXT.workprec(200):
        value = mpf(mantissa) * mpf(2) ** exponent
    exact = Fraction(mantissa) * Fraction(2) ** exponent
    try:
        wanted = exact.numerator / exact.denominator
    except OverflowError:
        wanted = math.copysign(math.inf, mantissa)
    assert nearest_double(value) == wanted


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("log(1 + x)", {"x": 1e-300}, 1e-300),
        ("log(1 + x)", {"x": 5e-324}, 5e-324),
        ("log(sum(exp(z))) - z[y]", {"z": [40.0, 0.0], "y": 0}, math.exp(-40.0)),
        ("log(sum(exp(z))) - z[y]", {"z": [700.0, 0.0], "y": 0}, math.exp(-700.0)),
        ("log(sum(exp(z))) - z[y]", {"z": [1e-11, -1e300], "y": 0}, 0.0),
        ("log(sum(exp(z))) - z[y]", {"z": [1e300, -1e300], "y": 0}, 0.0),
        ("log(sum(exp(z))) - z[y]", {"z": [1e300, 3.0], "y": 1}, 1e300),
        ("log((exp(x) + exp(-x)) / 2)", {"x": 1e-155}, 5e-311),
        ("x * log(x)", {"x": 0.0}, 0.0),
        ("-log(x)", {"x": 0.0}, math.inf),
        ("1 / x", {"x": 0.0}, math.inf),
        ("exp(x)", {"x": 1e300}, math.inf),
        ("x**2", {"x": 1e-200}, 0.0),
        ("(1 - (1 - x))**0.75", {"x": 3.8e-182}, 3.8e-182**0.75),
        ("log(1 - (1 - x))", {"x": 3e-186}, math.log(3e-186)),
        ("sqrt(1 - (1 - x))", {"x": 2.0**-700}, 2.0**-350),
    ],
)
def test_exact_values(text: str, values: dict[str, object], expected: float) -> None:
    found = truth(Formula(text), values).double
    assert found == pytest.approx(expected, rel=1e-14, abs=0.0) or found == expected


def test_a_scale_may_be_an_expression() -> None:
    values = {"a": 3.0, "b": 2.5}
    assert float(truth(Formula("a - b"), values, "a * 2").scale) == 6.0
    assert float(truth(Formula("a - b"), values, "b - 2.5").scale) == 0.5


def test_undefined_is_undefined() -> None:
    assert not truth(Formula("x / x"), {"x": 0.0}).defined
    assert math.isnan(textbook(Formula("x / x"), {"x": 0.0}))


def test_errors_are_counted_in_last_places() -> None:
    third = truth(Formula("x / 3"), {"x": 1.0})
    assert error_in_ulp(1.0 / 3.0, third) == pytest.approx(1.0 / 3.0)
    assert error_in_ulp(math.nextafter(1.0 / 3.0, 1.0), third) == pytest.approx(2.0 / 3.0)
    assert error_in_ulp(math.nan, third) == error_in_ulp(math.inf, third) == math.inf
    infinite = truth(Formula("-log(x)"), {"x": 0.0})
    assert error_in_ulp(math.inf, infinite) == 0.0
    assert error_in_ulp(1e308, infinite) == error_in_ulp(-math.inf, infinite) == math.inf
    smallest = truth(Formula("x * x"), {"x": 1e-200})
    assert error_in_ulp(0.0, smallest) < 1e-60
    assert error_in_ulp(5e-324, smallest) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("sum(x)", {"x": [1.0, -8.0, 6.0]}, 8.0),
        ("a - b", {"a": 3.0, "b": 2.0}, 3.0),
        ("-(a - b)", {"a": 3.0, "b": 2.0}, 3.0),
        ("sum(a * b) / sqrt(sum(a**2))", {"a": [3.0, 4.0], "b": [1.0, -1.0]}, 0.8),
        ("n = sum(x); 1 - n", {"x": [5.0, -3.0]}, 5.0),
    ],
)
def test_largest_term(text: str, values: dict[str, object], expected: float) -> None:
    assert float(truth(Formula(text), values, "largest term").scale) == pytest.approx(expected)
