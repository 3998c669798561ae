"""Sums, squares and products on a grid: the same integers as the fractions give, whatever the sizes."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from losscli.arrays import Floats
from losscli.numerics import binning, grid
from losscli.numerics.exact import ExactSum
from losscli.numerics.grid import Dyadic, Grid
from tests.numerics.exact_oracle import FINITE, added, terms, wild

DRAW = np.random.default_rng(1)
ALMOST_2 = math.nextafter(2.0, 0.0)
BLOCKS = {
    "losses": np.logaddexp(0.0, -3.0 * DRAW.normal(size=20_000)),
    "errors": DRAW.normal(size=20_000),
    "errors squared, some close to 0": DRAW.normal(size=70_000) ** 2,
    "0 and 1": (DRAW.random(20_000) < 0.3) * 1.0,
    "0 and 1, and two that are not whole": np.r_[(DRAW.random(20_000) < 0.3) * 1.0, 0.1, 2.0**-70],
    "whole numbers from a fraction on": np.r_[0.1, np.arange(40_000.0)],
    "zeros": np.zeros(20_000),
    "one size, all bits set": np.full(70_000, ALMOST_2),
    "both signs, all bits set": np.array([-1.0, 1.0] * 10_000) * math.nextafter(1.0, 0.0),
    "as far apart as one limb and its rest reach": np.r_[np.full(32_767, ALMOST_2), ALMOST_2 * 2.0**-24],
    "one bit further apart": np.r_[np.full(32_767, ALMOST_2), ALMOST_2 * 2.0**-25],
    "negative, as far apart": -np.r_[np.full(32_767, ALMOST_2), ALMOST_2 * 2.0**-24],
    "halfway between units": np.full(20_000, 2.0**37 + 0.5 + 2.0**-15),
    "three limbs": wild(4, 20_000, -60, 0),
    "a bit too many": wild(5, 20_000, -90, 20),
    "far too many": wild(6, 20_000),
    "large": wild(7, 20_000, 280, 310),
    "larger": wild(8, 20_000, 880, 1023),
    "small": wild(9, 20_000, -310, -280),
    "subnormal": wild(10, 20_000, -1074, -1000),
    "few at the start, many at the end": np.concatenate([np.ones(40_000), wild(11, 10_000)]),
    "one tiny": np.r_[np.ones(30_000), 5e-324],
    "what cancels": np.r_[wild(12, 10_000, -40, 0), -wild(12, 10_000, -40, 0), 1e-30],
}
KINDS = ("values", "squares", "products", "weighted squares")


def true_sum(kind: str, weights: Floats, values: Floats) -> Fraction:
    """The sum in fractions; the last rows and the first, since all would take long."""
    return sum(terms(kind, weights, values), Fraction(0))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", BLOCKS)
def test_blocks_of_every_size_are_added_exactly(name: str, kind: str) -> None:
    values = BLOCKS[name]
    weights = np.resize(BLOCKS["losses"], values.size)
    # Whole chunks against single rows and the bins, and a part against fractions, which are slow.
    whole, parts = added(kind, weights, values), ExactSum()
    for start in range(0, values.size, 1500):
        parts.merge(added(kind, weights[start : start + 1500], values[start : start + 1500]))
    assert whole.to_state() == parts.to_state()
    for part in (slice(0, 1200), slice(values.size - 1200, values.size)):
        found = added(kind, weights[part], values[part]).as_fraction()
        assert found == true_sum(kind, weights[part], values[part])


@pytest.mark.parametrize("name", BLOCKS)
def test_values_and_squares_in_one_pass(name: str) -> None:
    values = BLOCKS[name]
    total, squares = ExactSum(), ExactSum()
    total.add_with_squares(values, squares)
    assert total.to_state() == added("values", values, values).to_state()
    assert squares.to_state() == added("squares", values, values).to_state()


def equals(found: Dyadic | None, true: Fraction) -> bool:
    assert found is not None
    return found[0] * Fraction(2) ** found[1] == true


SIZES = st.integers(-80, 0)
NEAR = st.builds(math.ldexp, st.floats(-1.0, 1.0, allow_subnormal=False), SIZES)


@settings(deadline=None)
@given(
    rows=st.lists(st.tuples(NEAR, NEAR), min_size=1, max_size=60),
    shift=st.integers(-180, 180),
    repeats=st.sampled_from([1, 3, 500]),
)
def test_the_grid_itself_is_exact(rows: list[tuple[float, float]], shift: int, repeats: int) -> None:
    left, right = np.ldexp(np.array(rows * repeats, dtype=np.float64), shift).T.copy()
    found, once = Grid(), np.ldexp(np.array(rows), shift).T
    first, second = ([Fraction(value) for value in side.tolist()] for side in once)
    total = found.add(left)
    assert total is not None
    assert equals(total[0], repeats * sum(first) - sum(map(Fraction, total[1].tolist())))
    if (moments := found.moments(left)) is not None:
        assert equals(moments[0], repeats * sum(first, Fraction(0)))
        assert equals(moments[1], repeats * sum((x * x for x in first), Fraction(0)))
    if (product := found.product(left, right)) is not None:
        true = sum((x * y for x, y in zip(first, second, strict=True)), Fraction(0))
        assert equals(product, repeats * true)


@settings(deadline=None)
@given(values=st.lists(FINITE, min_size=1, max_size=60), repeats=st.sampled_from([1, 60]))
def test_any_finite_values_on_the_grid(values: list[float], repeats: int) -> None:
    block = np.array(values * repeats)
    found = Grid().add(block)
    if found is None:
        assert np.abs(block).max() >= 2.0**900
        return
    left = sum(map(Fraction, found[1].tolist()), Fraction(0))
    assert equals(found[0], repeats * sum(map(Fraction, values), Fraction(0)) - left)


def test_which_blocks_fit_the_grid() -> None:
    found = Grid()
    last = {name: values[-grid.ROWS :] for name, values in BLOCKS.items()}
    assert [name for name, values in last.items() if found.moments(values) is None] == [
        "a bit too many",
        "far too many",
        "large",
        "larger",
        "subnormal",
        "few at the start, many at the end",
    ]
    assert [name for name, values in last.items() if found.add(values) is None] == [
        "far too many",
        "larger",
        "few at the start, many at the end",
    ]


@pytest.mark.parametrize("odd", [math.inf, -math.inf, math.nan])
def test_what_is_not_finite_is_declined(odd: float) -> None:
    values = np.r_[BLOCKS["losses"], odd]
    found = Grid()
    assert found.add(values) is None
    assert found.moments(values) is None
    assert found.product(values, values[::-1].copy()) is None
    total, squares = ExactSum(), ExactSum()
    total.add_with_squares(values, squares)
    assert not total.finite
    assert not squares.finite
    total.add(-values)
    assert total.status == "nan"


def test_inputs_stay_as_they_are() -> None:
    for values in BLOCKS.values():
        chunk = values[: grid.ROWS].copy()
        found = Grid()
        found.add(chunk)
        found.moments(chunk)
        found.product(chunk, chunk)
        assert np.array_equal(chunk, values[: grid.ROWS])


def test_a_chunk_fits_the_scratch_memory() -> None:
    assert binning.CHUNK <= grid.ROWS


@pytest.mark.parametrize("bits", [40, 45])
def test_limbs_that_are_too_wide_break_the_law_of_sums(bits: int, monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.full(grid.ROWS, ALMOST_2) - DRAW.random(grid.ROWS) * 2.0**-30
    true = added("values", values, values).as_fraction()
    monkeypatch.setattr(grid, "_BITS", bits)
    found = Grid().add(values)
    assert found is not None
    assert not equals(found[0], true - sum(map(Fraction, found[1].tolist())))


def test_a_rest_that_reaches_too_far_breaks_the_law(monkeypatch: pytest.MonkeyPatch) -> None:
    values = 1.0 + DRAW.random(grid.ROWS)
    values[::64] *= 2.0**-36
    true = added("values", values, values).as_fraction()
    monkeypatch.setattr(grid, "_REACH", 40)
    found = Grid().add(values)
    assert found is not None
    assert not equals(found[0], true)


def test_rounded_products_that_are_too_far_off_break_the_law(monkeypatch: pytest.MonkeyPatch) -> None:
    values = BLOCKS["losses"]
    true = added("squares", values, values).as_fraction()
    rounded = grid._rounded_product
    monkeypatch.setattr(grid, "_rounded_product", lambda *sides: rounded(*sides) * (1.0 + 2.0**-20))
    found = Grid().moments(values)
    assert found is not None
    assert not equals(found[1], true)
