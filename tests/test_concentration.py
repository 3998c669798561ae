"""What the largest values carry: against fractions, in memory, from a spool, and from the heads of parts."""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from threading import Thread

import numpy as np
import pytest

from losscli.arrays import Floats
from losscli.reductions import Quantiles, parse_reductions
from losscli.reductions.concentration import Above, Carried, Head, Kept, carried_by

Rows = Sequence[tuple[float, float]]


def expected(rows: Rows) -> Carried:
    """By the words of the definition: the largest first, of equal ones the heaviest, until they weigh a
    hundredth."""
    whole = sum(Fraction(weight) for _, weight in rows)
    weight, total, count = Fraction(0), Fraction(0), 0
    for value, own in sorted(rows, reverse=True):
        if weight * 100 >= whole:
            break
        weight, total, count = weight + Fraction(own), total + Fraction(own) * Fraction(value), count + 1
    return Carried(count, total)


def drawn(seed: int) -> tuple[Floats, Floats | None]:
    """Values with and without ties, weights of all kinds."""
    draw = random.Random(seed)
    count = draw.choice([1, 2, 99, 100, 101, 250, 1000, 3001])
    values = [draw.choice([draw.random(), 1.0, 2.0, 1e300, 1e-310, 0.0]) for _ in range(count)]
    kinds = (lambda: 1.0, lambda: draw.random() + 1e-9, lambda: float(draw.randint(1, 60)), lambda: 1e-5)
    kind = draw.choice(kinds)
    weights = [kind() if draw.random() < 0.98 else 1000.0 * draw.random() + 1e-3 for _ in range(count)]
    return np.array(values), None if seed % 2 else np.array(weights)


def pairs(values: Floats, weights: Floats | None) -> Rows:
    return list(
        zip(values.tolist(), [1.0] * len(values) if weights is None else weights.tolist(), strict=True)
    )


def cut(size: int, seed: int) -> list[slice]:
    """Blocks of any length, also 0."""
    draw = random.Random(seed)
    borders = sorted(draw.randint(0, size) for _ in range(draw.randint(0, 9)))
    return [slice(start, stop) for start, stop in pairwise([0, *borders, size])]


def shuffled(values: Floats, weights: Floats | None, seed: int) -> tuple[Floats, Floats | None]:
    order = np.random.default_rng(seed).permutation(len(values))
    return values[order], None if weights is None else weights[order]


@pytest.mark.parametrize("seed", range(60))
def test_every_way_finds_the_same(seed: int) -> None:
    given = drawn(seed)
    want = expected(pairs(*given))
    values, weights = shuffled(*given, seed)
    kept, quantiles = Kept(10_000), Quantiles(parse_reductions("median"))
    spilled = Quantiles(parse_reductions("p90"), in_memory=64)
    for part in cut(len(values), seed):
        for one in (kept, quantiles, spilled):
            one.add(values[part], None if weights is None else weights[part])
    assert kept.carried() == want
    assert quantiles.carried() == want
    assert spilled.carried() == want
    assert spilled.spilled == (len(values) > 64)


def test_without_weights_it_is_the_ceiling_of_a_hundredth() -> None:
    for count, rows in ((1, 1), (99, 1), (100, 1), (101, 2), (442, 5), (1000, 10), (1001, 11)):
        values = np.arange(1.0, count + 1.0)
        kept = Kept(count)
        kept.add(values)
        assert kept.carried() == Carried(rows, Fraction(int(values[-rows:].sum())))


def test_weights_of_one_are_no_weights() -> None:
    values = np.random.default_rng(3).random(777)
    one, other = Kept(1000), Kept(1000)
    one.add(values)
    other.add(values, np.ones(777))
    assert one.carried() == other.carried()


def test_pieces_are_filled_and_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("losscli.reductions.concentration._PIECE", 7)
    values, weights = drawn(18)
    assert weights is not None
    kept = Kept(len(values))
    for start in range(0, len(values), 5):
        kept.add(values[start : start + 5], weights[start : start + 5])
    assert kept.carried() == expected(pairs(values, weights))


def test_too_many_rows_are_forgotten() -> None:
    kept = Kept(1000)
    kept.add(np.ones(1000))
    assert kept.carried() == Carried(10, Fraction(10))
    kept.add(np.ones(1))
    assert kept.forgot
    assert kept.carried() is None
    kept.add(np.ones(5))
    assert kept.head(10).values is None
    assert kept.rows == 1006
    assert Kept(5).carried() is None


def test_threads_may_add() -> None:
    values = np.random.default_rng(5).random(60_000)
    kept = Kept(60_000)

    def add(start: int) -> None:
        for at in range(start, start + 15_000, 10):
            kept.add(values[at : at + 10])

    threads = [Thread(target=add, args=(start,)) for start in range(0, 60_000, 15_000)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert kept.carried() == expected(pairs(values, None))


# --- parts, each of which tells its largest values --------------------------------------------------


def heads(values: Floats, weights: Floats | None, count: int, seed: int) -> list[Head]:
    found = []
    for part in cut(len(values), seed):
        kept = Kept(len(values))
        kept.add(values[part], None if weights is None else weights[part])
        found.append(kept.head(count))
    return found


@pytest.mark.parametrize("seed", range(40))
def test_heads_tell_the_same_or_that_they_do_not_reach(seed: int) -> None:
    values, weights = drawn(seed)
    want = expected(pairs(values, weights))
    for count in (1, 3, 40, len(values)):
        found = carried_by(heads(values, weights, count, seed), len(values))
        assert found in (want, None)
        assert found is not None or count < len(values)


def test_heads_that_reach_are_enough() -> None:
    values = np.random.default_rng(1).random(2000)
    assert carried_by(heads(values, None, 20, 4), 2000) == expected(pairs(values, None))
    assert carried_by([_head(values, 19)], 2000) is None
    assert carried_by([_head(np.ones(2000), 20)], 2000) == Carried(20, Fraction(20))


def _head(values: Floats, count: int) -> Head:
    kept = Kept(len(values))
    kept.add(values)
    return kept.head(count)


def test_ties_that_a_head_leaves_out_may_be_the_heavier() -> None:
    values = np.ones(300)
    weights = np.concatenate([np.full(299, 0.01), [2.0]])
    assert carried_by(heads(values, weights, 5, 2), 300) is None
    assert carried_by(heads(values, weights, 300, 2), 300) == Carried(1, Fraction(2))


def test_more_rows_than_the_limit_tell_nothing() -> None:
    assert carried_by(heads(np.ones(300), None, 300, 1), 299) is None
    assert carried_by([], 299) is None


@pytest.mark.parametrize("seed", range(30))
def test_above_a_border_merges(seed: int) -> None:
    values, weights = drawn(seed)
    rows = pairs(values, weights)
    want = expected(rows)
    border = sorted(rows, reverse=True)[want.rows - 1][0]
    whole = Above(border)
    for part in cut(len(values), seed):
        other = Above(border)
        other.add(values[part], None if weights is None else weights[part])
        whole.merge(other)
    units = sum(Fraction(weight) for _, weight in rows) * (1 << 3222)
    assert units.denominator == 1
    assert whole.carried(-(-int(units) // 100)) == want
