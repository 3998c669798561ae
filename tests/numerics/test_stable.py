"""The exact transformations against rational numbers; pieces against the whole."""

from __future__ import annotations

import decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from losscli.arrays import Floats, Rows
from losscli.losses import all_losses
from losscli.numerics import pieces, stable
from losscli.numerics.directions import cosine_and_distance, rejection
from tests.shapes import drawn

moderate = st.floats(-1e100, 1e100).filter(lambda x: x == 0.0 or abs(x) > 1e-100)
blocks = st.integers(1, 6).flatmap(
    lambda width: st.lists(st.lists(moderate, min_size=width, max_size=width), min_size=1, max_size=4).map(
        np.array
    )
)


def exact(values: Floats) -> Fraction:
    return sum((Fraction(value) for value in values.reshape(-1).tolist()), Fraction(0))


@given(moderate, moderate)
def test_transformations_lose_nothing(left: float, right: float) -> None:
    one, other = np.array([left]), np.array([right])
    assert exact(np.concatenate(stable.two_sum(one, other))) == Fraction(left) + Fraction(right)
    assert exact(np.concatenate(stable.two_difference(one, other))) == Fraction(left) - Fraction(right)
    assert exact(np.concatenate(stable.two_product(one, other))) == Fraction(left) * Fraction(right)


@given(blocks)
def test_sums_of_columns_have_twice_the_digits(block: Rows) -> None:
    for row, total in zip(block, stable.sum_columns(block).tolist(), strict=True):
        size = exact(np.abs(row))
        assert (
            abs(Fraction(total) - exact(row))
            <= abs(exact(row)) * Fraction(2) ** -52 + size * Fraction(2) ** -98
        )


def test_sums_of_columns_survive_what_plain_sums_lose() -> None:
    block = np.array([[1e16, 1.0, -1e16], [1.0, 2.0**-60, -1.0]])
    assert stable.sum_columns(block).tolist() == [1.0, 2.0**-60]
    assert np.sum(block, axis=1).tolist() != [1.0, 2.0**-60]


def test_sums_of_columns_pass_infinity_on() -> None:
    block = np.array([[1.0, np.inf], [np.inf, np.inf], [2.0, 3.0]])
    assert stable.sum_columns(block).tolist() == [np.inf, np.inf, 5.0]
    total, rest = stable.sum_parts(block, block)
    assert total.tolist() == [np.inf, np.inf, 10.0]
    assert rest.tolist() == [0.0, 0.0, 0.0]


def test_sums_do_not_see_the_layout() -> None:
    block = np.random.default_rng(3).normal(size=(500, 7)) * 10.0 ** np.arange(7)
    assert np.array_equal(stable.sum_columns(block), stable.sum_columns(np.asfortranarray(block)))


@given(blocks)
def test_sums_of_parts_are_close_to_exact(block: Rows) -> None:
    total, rest = stable.sum_parts(block, -block[:, :1])
    for row, found, left in zip(block, total.tolist(), rest.tolist(), strict=True):
        true = exact(row) - Fraction(row[0])
        assert abs(Fraction(found) + Fraction(left) - true) <= exact(np.abs(row)) * Fraction(2) ** -100


@given(blocks)
def test_scalar_products_have_twice_the_digits(block: Rows) -> None:
    other = np.ascontiguousarray(block[:, ::-1])
    for row, back, found in zip(block, other, stable.dot_columns(block, other).tolist(), strict=True):
        terms = [Fraction(a) * Fraction(b) for a, b in zip(row.tolist(), back.tolist(), strict=True)]
        size = sum((abs(term) for term in terms), Fraction(0))
        true = sum(terms, Fraction(0))
        assert abs(Fraction(found) - true) <= abs(true) * Fraction(2) ** -52 + size * Fraction(2) ** -98


def test_scaled_difference_reaches_beyond_the_largest_double() -> None:
    high, low = np.array([1.7e308, 1.0, 1.7e308]), np.array([-1.7e308, 0.5, -1.7e308])
    assert stable.scaled_difference(0.25, high, low).tolist() == [8.5e307, 0.125, 8.5e307]
    assert stable.scaled_difference(np.array([0.0, 1.0, 1.0]), high, low).tolist() == [0.0, 0.5, np.inf]


@pytest.mark.parametrize("size", [1, 7, 8192, 20_001])
def test_pieces_are_the_whole(size: int) -> None:
    generator = np.random.default_rng(size)
    block = generator.random((size, 3))
    whole = stable.sum_columns(np.log(block))
    assert np.array_equal(pieces.in_pieces(lambda rows: stable.sum_columns(np.log(rows)), [block], {}), whole)


@pytest.mark.parametrize(
    "loss", [found for found in all_losses() if not found.is_set], ids=lambda loss: loss.name
)
def test_losses_in_pieces_are_the_whole(loss, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    generator = np.random.default_rng(8)
    params = loss.resolve({})
    arrays = drawn(loss, params, (300, 1), generator)
    whole = loss(*arrays)
    monkeypatch.setattr(pieces, "PIECE", 64)
    monkeypatch.setattr(pieces, "MATRICES", 16)
    assert np.array_equal(loss(*arrays), whole)


def test_softmax_keeps_what_the_shift_rounds_away() -> None:
    found = stable.softmax(np.array([[1e300, -1e300, 0.0], [700.1, 0.3, -45.7]]))
    assert found.highest.tolist() == [1e300, 700.1]
    assert found.probabilities[0].tolist() == [1.0, 0.0, 0.0]
    assert found.complements[0].tolist() == [0.0, 1.0, 1.0]
    assert found.probabilities.sum(axis=1) == pytest.approx([1.0, 1.0], rel=1e-15)
    # exp(0.3 - 700.1) from the exact difference of the two doubles, computed with 40 digits
    assert found.terms[1, 1] == pytest.approx(_exp_of_difference(0.3, 700.1), rel=4e-16)


def _exp_of_difference(one: float, other: float) -> float:
    with decimal.localcontext(decimal.Context(prec=60)):
        return float((decimal.Decimal(one) - decimal.Decimal(other)).exp())


def test_parallel_vectors_have_distance_zero() -> None:
    first = np.random.default_rng(2).normal(size=(200, 5))
    for second in (first, 0.5 * first, 4.0 * first):
        cosine, distance = cosine_and_distance(first, second)
        assert not distance.any()
        assert (cosine == 1.0).all()
    cosine, distance = cosine_and_distance(first, -first)
    assert (cosine == -1.0).all()
    assert (distance == 2.0).all()


def test_rejection_is_at_right_angles() -> None:
    generator = np.random.default_rng(4)
    direction = generator.uniform(0.5, 1.0, (100, 6))
    vector = direction * (1.0 + 1e-12 * generator.normal(size=(100, 6)))
    across = rejection(vector, direction)
    size = np.sqrt(stable.dot_columns(across, across) * stable.dot_columns(direction, direction))
    assert (np.abs(stable.dot_columns(across, direction)) <= 1e-15 * size).all()
