"""Paired tests, Holm's correction and the letters, against scipy, statsmodels and by the book."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest

from losscli.statistics.bootstrap import Draws
from losscli.statistics.resampling import adjusted_by_holm, flip_tests, letters, normal_flips
from tests.statistics.expected import EXPECTED, losses


def test_every_sign_is_scipys_exact_test() -> None:
    values, p = EXPECTED["every_sign"]
    (found,) = flip_tests([np.array(values)], Draws())
    assert found == (p, "permutation test, every sign")


@pytest.mark.parametrize(("rows", "p"), EXPECTED["drawn_signs"])
def test_drawn_signs_are_scipys_test_but_for_chance(rows: int, p: float) -> None:
    (found,) = flip_tests([losses(rows) - 0.62], Draws())
    assert found.p == pytest.approx(p, abs=4 * (p * (1 - p) / 10_000) ** 0.5)
    assert found.method == "permutation test, 10,000 draws, seed 0"
    assert normal_flips(losses(rows) - 0.62).p == pytest.approx(p, abs=0.02)


def test_the_looked_up_sums_are_those_of_random_signs() -> None:
    """The same bytes, bit by bit."""
    values, draws = losses(21) - 0.55, Draws(500, 9)
    random = np.random.Generator(np.random.PCG64(9))
    ordered = np.sort(values)
    drawn = random.integers(0, 256, size=(3, 500), dtype=np.uint8)
    bits = np.unpackbits(drawn.T.copy(), axis=1)[:, :21]
    sums = ((1.0 - 2.0 * bits) * ordered).sum(axis=1)
    expected = (1 + int((np.abs(sums) >= abs(values.sum())).sum())) / 501
    assert flip_tests([values], draws)[0].p == expected


def test_columns_do_not_know_each_other_nor_the_order_of_rows() -> None:
    one, two = losses(50) - 0.6, np.cos(np.arange(50.0))
    together = flip_tests([one, np.zeros(50), two[::-1]], Draws())
    assert [found.p for found in together] == [
        flip_tests([one], Draws())[0].p,
        1.0,
        flip_tests([two], Draws())[0].p,
    ]


def test_rows_that_do_not_differ_decide_nothing() -> None:
    values, p = EXPECTED["every_sign"]
    longer = np.concatenate([np.zeros(500), values])
    assert flip_tests([longer], Draws())[0].p == p


def test_a_p_value_is_never_0_and_a_constant_sign_is_the_least() -> None:
    (found,) = flip_tests([np.full(200, 0.1)], Draws(1000))
    assert found.p == 1 / 1001
    (exact,) = flip_tests([np.full(10, 0.1)], Draws())
    assert exact.p == 2 / 1024


def test_the_test_keeps_its_level() -> None:
    random = np.random.default_rng(3)
    columns = [random.standard_t(4, size=25) for _ in range(1000)]
    shares = np.array([found.p for found in flip_tests(columns, Draws(2000))])
    assert np.mean(shares <= 0.05) == pytest.approx(0.05, abs=0.021)
    assert np.mean(shares <= 0.5) == pytest.approx(0.5, abs=0.05)


def test_sizes_near_the_ends_of_the_doubles() -> None:
    values = EXPECTED["every_sign"][0]
    for scale in (1e-305, 1e305):
        assert flip_tests([np.array(values) * scale], Draws())[0].p == EXPECTED["every_sign"][1]


@pytest.mark.parametrize(("values", "adjusted"), EXPECTED["holm"])
def test_holm(values: list[float], adjusted: list[float]) -> None:
    assert adjusted_by_holm(values) == pytest.approx(adjusted, rel=1e-12)


@pytest.mark.parametrize(
    ("count", "apart", "expected"),
    [
        (1, [], ["A"]),
        (2, [(0, 1)], ["A", "B"]),
        (3, [], ["A", "A", "A"]),
        (4, [(0, 3), (1, 3)], ["A", "A", "AB", "B"]),
        (3, [(0, 1), (0, 2), (1, 2)], ["A", "B", "C"]),
        (4, [(0, 1), (2, 3)], ["AB", "CD", "AC", "BD"]),
    ],
)
def test_letters(count: int, apart: list[tuple[int, int]], expected: list[str]) -> None:
    assert letters(count, apart) == expected


def test_two_share_a_letter_unless_they_are_told_apart() -> None:
    random = np.random.default_rng(8)
    for _ in range(60):
        count = int(random.integers(2, 9))
        pairs = list(itertools.combinations(range(count), 2))
        apart = {pair for pair in pairs if random.uniform() < 0.4}
        found = [set(re.findall(r"[A-Z]\d*", names)) for names in letters(count, apart)]
        assert all(found)
        for one, two in pairs:
            assert bool(found[one] & found[two]) == ((one, two) not in apart)
