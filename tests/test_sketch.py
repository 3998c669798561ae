"""Quantiles of values that lie in parts are those of all values together, to the last bit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from losscli.reductions import Quantiles, parse_reductions, sketch
from losscli.reductions.sketch import Quest, Range, Sketcher, joined

LEVELS = parse_reductions("median,p95,p1,p99.9")
NUMBERS = st.one_of(
    st.floats(allow_nan=False), st.integers(-3, 3).map(float), st.sampled_from([-0.0, 0.0, 5e-324])
)


def found(parts: list[tuple[np.ndarray, np.ndarray | None]], points: int) -> tuple[dict[str, object], int]:
    quest, rounds = Quest(LEVELS, points), 0
    while quest.asked:
        rounds += 1
        told = []
        for values, weights in parts:
            sketcher = Sketcher(quest.asked, quest.points)
            sketcher.add(values, weights)
            told.append(sketcher.result())
        quest.take([joined(one) for one in zip(*told, strict=True)])
        assert rounds < 70
    return dict(quest.result()), rounds


def expected(parts: list[tuple[np.ndarray, np.ndarray | None]]) -> dict[str, object]:
    whole = Quantiles(LEVELS)
    for values, weights in parts:
        whole.add(values, weights)
    return whole.result()


@given(st.lists(st.lists(NUMBERS, max_size=12), min_size=1, max_size=5), st.integers(3, 8))
def test_quantiles_of_parts(lists: list[list[float]], points: int) -> None:
    parts = [(np.array(values, dtype=np.float64), None) for values in lists]
    assert repr(found(parts, points)[0]) == repr(expected(parts))


WEIGHTS = st.one_of(st.integers(1, 4).map(float), st.floats(5e-324, 1e300))


@given(
    st.lists(st.lists(st.tuples(NUMBERS, WEIGHTS), min_size=1, max_size=12), min_size=1, max_size=4),
    st.integers(3, 8),
)
def test_weighted_quantiles_of_parts(lists: list[list[tuple[float, float]]], points: int) -> None:
    parts = [(np.array([v for v, _ in one]), np.array([w for _, w in one])) for one in lists]
    assert repr(found(parts, points)[0]) == repr(expected(parts))


def test_two_rounds_are_enough_for_millions(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = np.random.default_rng(3)
    parts = [(draw.normal(size=40_000), None) for _ in range(5)]
    monkeypatch.setattr(sketch, "CHUNK", 7000)
    got, rounds = found(parts, 300)
    assert rounds == 2
    assert repr(got) == repr(expected(parts))


def test_nan_makes_every_quantile_nan() -> None:
    parts = [(np.array([1.0, 2.0]), None), (np.array([np.nan]), None)]
    assert {number.status for number in found(parts, 3)[0].values()} == {"nan"}  # type: ignore[attr-defined]


def test_a_sketch_keeps_few_values() -> None:
    sketcher = Sketcher((Range(0.25, 0.5),), 50)
    sketcher.add(np.random.default_rng(1).random(100_000))
    (one,) = sketcher.result()
    assert len(one.values) <= 50
    assert one.whole == 100_000
    assert 24_000 < one.below < 26_000
