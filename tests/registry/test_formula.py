"""The language of formulas: what it computes, what it tells, and all that it refuses to run."""

from __future__ import annotations

import decimal
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from losscli.formula import DecimalArithmetic, Formula
from tests.accuracy.arithmetics import FloatArithmetic

PLAIN = FloatArithmetic()


def value(text: str, **values: Any) -> Any:
    with np.errstate(all="ignore"):
        return Formula(text).evaluate(values, PLAIN)


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("(p - y)**2", {"p": 3.0, "y": 1.0}, 4.0),
        ("e = p - y\ne / 2 if e > 0 else -e", {"p": 1.0, "y": 3.0}, 2.0),
        ("e = p - y; abs(e)", {"p": 1.0, "y": 3.0}, 2.0),
        ("sum(a * b)", {"a": [1.0, 2.0], "b": [3.0, 4.0]}, 11.0),
        ("sum(2 * a)", {"a": [1.0, 2.0]}, 6.0),
        ("max(0, 1 - x)", {"x": 3.0}, 0.0),
        ("max(a)", {"a": [1.0, 5.0, 2.0]}, 5.0),
        ("min(a)", {"a": [1.0, 5.0, -2.0]}, -2.0),
        ("a[y]", {"a": [4.0, 5.0], "y": 1.0}, 5.0),
        ("log(x, b)", {"x": 8.0, "b": "2"}, 3.0),
        ("log(x, b)", {"x": math.e, "b": "e"}, 1.0),
        ("sign(x)", {"x": -3.0}, -1.0),
        ("sign(x)", {"x": 0.0}, 0.0),
        ("sqrt(x) + exp(0)", {"x": 9.0}, 4.0),
        ("1 if 0 < x <= 1 and x != 0.5 else 2", {"x": 0.5}, 2.0),
        ("1 if x < 0 or x > 1 else 2", {"x": 3.0}, 1.0),
        ("1 if t is None else t", {"t": None}, 1.0),
        ("0 * x", {"x": math.inf}, 0.0),
        ("x * log(x)", {"x": 0.0}, 0.0),
        ("-x", {"x": 2.0}, -2.0),
        ("lgamma(x)", {"x": 5.0}, math.log(24.0)),
        ("1 if t == 'yes' else 2", {"t": "yes"}, 1.0),
    ],
)
def test_values(text: str, values: dict[str, Any], expected: float) -> None:
    assert value(text, **values) == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one_hot(y, z)", [0.0, 1.0, 0.0]),
        ("z - one_hot(y, z)", [4.0, 4.0, 6.0]),
        ("-one_hot(y, z) / z[y]", [0.0, -0.2, 0.0]),
        ("one_hot(y, z) * z", [0.0, 5.0, 0.0]),
        ("one_hot(7, z)", [0.0, 0.0, 0.0]),
    ],
)
def test_one_hot_has_a_one_in_its_place(text: str, expected: list[float]) -> None:
    assert value(text, y=1.0, z=[4.0, 5.0, 6.0]) == expected


@given(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3))
def test_agrees_with_python(p: float, y: float) -> None:
    found = value("e = p - y; (e**2 + abs(e)) / (1 + max(p, y)**2) if e >= 0 else -e * y", p=p, y=y)
    e = p - y
    # Older NumPy rounds a power of two scalars otherwise than Python does.
    expected = (e**2 + abs(e)) / (1 + max(p, y) ** 2) if e >= 0 else -e * y
    assert found == pytest.approx(expected, rel=1e-15)


REFUSED = [
    "x.real",
    "x.__class__",
    "eval(x)",
    "open(x)",
    "print(x)",
    "__import__('os')",
    "(lambda: x)()",
    "lambda: x",
    "'text'",
    "b'text'",
    "f'{x}'",
    "[x for x in x]",
    "{x: 1}",
    "{x}",
    "(x, x)",
    "[x, x]",
    "x if (y := x) else x",
    "~x",
    "+x",
    "x & x",
    "x | x",
    "x % x",
    "x // x",
    "x @ x",
    "x << x",
    "x in x",
    "x is not x",
    "log(*x)",
    "log(x, base=x)",
    "log.log(x)",
    "one_hot(x, like=x)",
    "x()",
    "exp(x)(x)",
    "...",
    "1j",
    "True",
    "x[0:1]",
    "a = b = x; a",
    "a, b = x; a",
    "a[0] = x; x",
    "a += x; a",
    "import os",
    "def f(): return x",
    "for a in x: a",
    "while x: x",
    "del x",
    "return x",
    "yield x",
    "await x",
    "",
]


@pytest.mark.parametrize("text", REFUSED)
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises((ValueError, SyntaxError)):
        Formula(text).evaluate({"x": 1.0}, PLAIN)


def test_an_unknown_name_is_no_value() -> None:
    with pytest.raises(KeyError):
        value("q + 1", x=1.0)


def test_names_are_inputs_and_parameters_only() -> None:
    formula = Formula("e = abs(p - y); e**2 / 2 if e <= delta else delta * (e - delta / 2)")
    assert formula.names == {"p", "y", "delta"}
    assert str(formula).splitlines()[0] == "e = abs(p - y)"


def test_a_watcher_is_told_every_step_in_order() -> None:
    steps: list[tuple[str, Any]] = []
    Formula("e = p - y; e**2 / 2").evaluate(
        {"p": 3.0, "y": 1.0}, PLAIN, lambda text, value: steps.append((text, value))
    )
    assert steps == [("p - y", 2.0), ("e = p - y", 2.0), ("e ** 2", 4.0), ("e ** 2 / 2", 2.0)]


def test_a_watcher_is_told_the_branch() -> None:
    steps: list[str] = []
    Formula("p if p > y else y").evaluate({"p": 3.0, "y": 1.0}, PLAIN, lambda text, value: steps.append(text))
    assert steps[0] == "p > y"


class TestDecimal:
    """Decimal numbers of a chosen precision, inside `decimal.localcontext(arithmetic.context)`."""

    def at(self, digits: int, text: str, **values: Any) -> decimal.Decimal:
        arithmetic = DecimalArithmetic(digits)
        with decimal.localcontext(arithmetic.context):
            return Formula(text).evaluate(values, arithmetic)

    def test_forty_digits_of_the_logarithm_of_two(self) -> None:
        assert str(self.at(40, "log(x)", x=2.0)) == "0.6931471805599453094172321214581765680755"

    def test_a_binary_fraction_is_taken_exactly(self) -> None:
        assert str(self.at(60, "x + 0", x=0.1)).startswith("0.1000000000000000055511151231257827")

    def test_ends_are_no_exceptions(self) -> None:
        assert self.at(30, "1 / x", x=0.0).is_infinite()
        assert self.at(30, "log(x)", x=0.0) == decimal.Decimal("-Infinity")
        assert self.at(30, "x / x", x=0.0).is_nan()
        assert self.at(30, "sqrt(x)", x=-1.0).is_nan()
        assert self.at(30, "x * log(x)", x=0.0) == 0

    def test_no_exponent_is_too_large(self) -> None:
        assert self.at(30, "log(exp(x))", x=1e6) == decimal.Decimal(10) ** 6

    def test_cancellation_is_seen_at_more_digits(self) -> None:
        assert float(self.at(60, "sqrt(1 + x**2) - 1", x=1e-10)) == pytest.approx(5e-21, rel=1e-15)
        assert value("sqrt(1 + x**2) - 1", x=1e-10) == 0.0
