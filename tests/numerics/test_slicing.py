"""Values and squares in one pass over slices: the same integers as one after the other, and as fractions."""

from __future__ import annotations

import math

import numpy as np
import pytest

from losscli.numerics import slicing
from losscli.numerics.exact import ExactSum
from tests.numerics.exact_oracle import added, terms, wild

SLICED = {
    "losses": np.logaddexp(0.0, -3.0 * np.random.default_rng(1).normal(size=20_000)),
    "errors": np.random.default_rng(2).normal(size=20_000),
    "0 and 1": (np.random.default_rng(3).random(20_000) < 0.3) * 1.0,
    "zeros": np.zeros(20_000),
    "one size, all bits set": np.full(70_000, math.nextafter(2.0, 0.0)),
    "both signs, all bits set": np.array([-1.0, 1.0] * 10_000) * math.nextafter(1.0, 0.0),
    "halfway between slices": np.full(20_000, 2.0**19 + 0.5 + 2.0**-21),
    "seven slices": wild(4, 20_000, -60, 20),
    "a bit too many": wild(5, 20_000, -90, 20),
    "far too many": wild(6, 20_000),
    "large": wild(7, 20_000, 280, 310),
    "small": wild(8, 20_000, -310, -280),
    "few at the start, many at the end": np.concatenate([np.ones(10_000), wild(9, 10_000)]),
}


@pytest.mark.parametrize("name", SLICED)
def test_values_and_squares_in_one_pass(name: str) -> None:
    values = SLICED[name]
    total, squares = ExactSum(), ExactSum()
    total.add_with_squares(values, squares)
    assert total.to_state() == added("values", values, values).to_state()
    assert squares.to_state() == added("squares", values, values).to_state()
    for start in (0, values.size - 2000):  # and against fractions, which are too slow for all rows
        part = values[start : start + 2000]
        total, squares = ExactSum(), ExactSum()
        total.add_with_squares(part, squares)
        assert total.as_fraction() == sum(terms("values", part, part))
        assert squares.as_fraction() == sum(terms("squares", part, part))


def test_which_values_are_cut_into_slices() -> None:
    last = {name: values[-slicing.ROWS :] for name, values in SLICED.items()}
    assert [name for name, values in last.items() if slicing.cut(values) is None] == [
        "a bit too many",
        "far too many",
        "large",
        "few at the start, many at the end",
    ]


def test_values_that_are_not_finite_in_one_pass() -> None:
    values = np.concatenate([SLICED["losses"], [math.inf, -math.inf, math.nan]])
    total, squares = ExactSum(), ExactSum()
    total.add_with_squares(values, squares)
    assert total.to_state() == added("values", values, values).to_state()
    assert squares.to_state() == added("squares", values, values).to_state()


@pytest.mark.parametrize("bits", [26, 30])
def test_slices_that_are_too_wide_break_the_law(bits: int, monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(2).normal(size=slicing.ROWS)
    total, squares = ExactSum(), ExactSum()
    monkeypatch.setattr(slicing, "_PLACES", slicing._PLACES // slicing._BITS * bits)
    monkeypatch.setattr(slicing, "_BITS", bits)
    total.add_with_squares(values, squares)
    assert squares.to_state() != added("squares", values, values).to_state()
