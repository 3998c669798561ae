"""Angles and distances: as exact as they are said to be, and the same bits however they are divided up."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

from losscli.numerics import directions, pairs
from losscli.numerics.directions import (
    distances,
    neighbours,
    shrunk,
    slope_of_distances,
    unit_vectors,
)

CONTEXT = mpmath.MPContext()
CONTEXT.prec = 400
mpf = CONTEXT.mpf


def exact(block: np.ndarray) -> list[list[object]]:
    return [[mpf(float(value)) for value in row] for row in block]


def vectors(kind: str, shape: tuple[int, int]) -> np.ndarray:
    generator = np.random.default_rng(3)
    drawn = generator.normal(0.0, 1.0, shape)
    if kind == "uneven":
        drawn *= 10.0 ** generator.uniform(-12.0, 12.0, shape)
    if kind == "huge and tiny":
        drawn *= 10.0 ** generator.uniform(-300.0, 300.0, (shape[0], 1))
    if kind == "almost parallel":
        drawn = drawn[:1] * (1.0 + 1e-9 * drawn)
    return drawn


KINDS = ("ordinary", "uneven", "huge and tiny", "almost parallel")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [(5, 1), (6, 3), (4, 300)])
def test_cosines_of_all_pairs_have_sixty_bits(kind: str, shape: tuple[int, int]) -> None:
    block = vectors(kind, shape)
    rows = exact(block)
    lengths = [CONTEXT.sqrt(sum(value * value for value in row)) for row in rows]
    for near in neighbours(unit_vectors(block)):
        high, low = near.products
        for place, one in enumerate(range(*near.rows.indices(len(block)))):
            for other in range(len(block)):
                dot = sum(a * b for a, b in zip(rows[one], rows[other], strict=True))
                true = dot / lengths[one] / lengths[other]
                found = mpf(float(high[place, other])) + mpf(float(low[place, other]))
                assert abs(found - true) < mpf(2) ** -60


def test_pairs_have_the_same_bits_however_many_are_done_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    units = unit_vectors(vectors("ordinary", (37, 5)))
    (whole,) = neighbours(units)
    monkeypatch.setattr(directions, "_PAIRS", 4 * 37)
    parts = list(neighbours(units))
    assert len(parts) == 10
    for side in (0, 1):
        joined = np.concatenate([part.products[side] for part in parts])
        assert joined.tobytes() == whole.products[side].tobytes()


def test_a_pair_of_equal_vectors_is_one_exactly() -> None:
    block = np.array([[3.0, -4.0, 12.5], [3.0, -4.0, 12.5], [1e-300, 2e-300, 0.0]])
    (near,) = neighbours(unit_vectors(block))
    total = near.products[0] + near.products[1]
    assert total[0, 1] == total[0, 0] == total[2, 2] == 1.0


def test_shrunk_vectors_are_not_longer_than_one_and_come_back() -> None:
    block = np.vstack([vectors("huge and tiny", (6, 7)), np.zeros((1, 7))])
    (short, rest), exponent = shrunk(block)
    assert (np.sqrt((short * short).sum(axis=1)) <= 1.0).all()
    assert not rest.any()
    assert np.array_equal(np.ldexp(short, exponent[:, None]), block)


@pytest.mark.parametrize("p", [1.0, 2.0, 3.5, 17.0])
@pytest.mark.parametrize("kind", KINDS)
def test_distances_keep_their_digits(p: float, kind: str) -> None:
    first, second = vectors(kind, (40, 4)), vectors(kind, (40, 4))[::-1].copy()
    found = distances(first, second, p)
    for row, (one, other) in enumerate(zip(exact(first), exact(second), strict=True)):
        true = sum(abs(a - b) ** mpf(p) for a, b in zip(one, other, strict=True)) ** (1 / mpf(p))
        got = CONTEXT.ldexp(mpf(float(found.size[row])), int(found.exponent[row]))
        assert abs(got - true) <= abs(true) * mpf(2) ** -51


def test_distances_beyond_the_doubles_still_differ() -> None:
    far, farther = np.full((1, 4), 1.5e308), np.array([[1.5e308, 1.5e308, 1.5e308, 1.625e308]])
    near, other = (distances(-far, block, 2.0) for block in (far, farther))
    with np.errstate(over="ignore"):
        assert np.isinf(np.ldexp(*near)).all()
    assert near.less(other)[0] == pytest.approx(-1e308 * (math.sqrt(36.765625) - 6.0))
    assert near.less(near, 3.0)[0] == 3.0


def test_slopes_of_distances_do_not_lose_what_is_close_to_one() -> None:
    first, second = np.array([[1.0, 1e-3, 0.0]]), np.zeros((1, 3))
    sign, size = slope_of_distances(first, second, 6.0)
    assert sign.tolist() == [[1.0, 1.0, 0.0]]
    length = (1 + mpf(1e-3) ** 6) ** (mpf(1) / 6)
    true = 5 * CONTEXT.log(1 / length)
    assert float(size[0, 0]) == pytest.approx(float(true), rel=1e-14)
    assert np.exp(size[0, 2]) == 0.0
    sign, size = slope_of_distances(first, second, 1.0)
    assert (sign * np.exp(size)).tolist() == [[1.0, 1.0, 0.0]]


def test_pairs_keep_twice_the_digits() -> None:
    third, seventh = pairs.over(pairs.of(1.0), 3.0), pairs.over(pairs.of(1.0), 7.0)
    for found, true in [
        (third, mpf(1) / 3),
        (pairs.plus(third, seventh), mpf(10) / 21),
        (pairs.minus(third, seventh), mpf(4) / 21),
        (pairs.times(third, seventh), mpf(1) / 21),
        (pairs.root(third), CONTEXT.sqrt(mpf(1) / 3)),
    ]:
        total = mpf(float(found[0])) + mpf(float(found[1]))
        assert abs(total - true) < mpf(2) ** -100
        assert float(found[0]) == float(true)
    assert float(pairs.exponential((np.float64(700.0), np.float64(2.0**-45)))) == pytest.approx(
        float(CONTEXT.exp(700 + mpf(2) ** -45)), rel=4e-16
    )
    assert not pairs.root(pairs.of(0.0))[1].any()
