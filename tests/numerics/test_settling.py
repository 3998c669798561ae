"""Sums that let go of their room early are the same sums."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from losscli.numerics import binning
from losscli.numerics.exact import ExactSum
from losscli.reductions import Summary
from tests.numerics.exact_oracle import FINITE, KINDS, PROBES, added, terms, wild

ROWS = st.lists(st.tuples(st.floats(), st.floats()), max_size=150)


def settled(kind: str, weights: np.ndarray, values: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> ExactSum:
    """What `added` gives where each block is settled at once."""
    with monkeypatch.context() as patched:
        patched.setattr(ExactSum, "_settle", ExactSum.settle)
        return ExactSum.from_state(added(kind, weights, values).to_state())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("probe", PROBES)
def test_the_probes(kind: str, probe: str, monkeypatch: pytest.MonkeyPatch) -> None:
    weights, values = (np.array(part) for part in PROBES[probe])
    assert settled(kind, weights, values, monkeypatch).as_fraction() == sum(terms(kind, weights, values))


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None)
@given(rows=st.lists(st.tuples(FINITE, FINITE), max_size=150))
def test_every_finite_block(kind: str, rows: list[tuple[float, float]]) -> None:
    weights, values = np.array(rows, dtype=np.float64).reshape(-1, 2).T
    with pytest.MonkeyPatch.context() as patch:
        assert settled(kind, weights, values, patch).as_fraction() == sum(terms(kind, weights, values))


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None)
@given(rows=ROWS)
def test_terms_that_are_not_finite_are_counted_alike(kind: str, rows: list[tuple[float, float]]) -> None:
    weights, values = np.array(rows, dtype=np.float64).reshape(-1, 2).T
    with pytest.MonkeyPatch.context() as patch:
        assert settled(kind, weights, values, patch).to_state() == added(kind, weights, values).to_state()


@pytest.mark.parametrize("size", [0, 1, binning._FEW, binning._FEW + 1, 1023])
def test_a_settled_sum_goes_on(size: int) -> None:
    values = wild(4, 3 * 1100, -60, 60)
    total, other = ExactSum(), ExactSum()
    for start in range(0, 3300, 1100):
        total.add(values[start : start + size])
        total.settle()
        total.settle()
        total.add(values[start + size : start + 1100])
    other.add(values)
    assert total.to_state() == other.to_state()


@pytest.mark.parametrize("weighted", [False, True])
def test_a_summary_that_does_not_gather(weighted: bool) -> None:
    values, weights = wild(5, 9000, -30, 30), np.abs(wild(6, 9000, -3, 3)) + 0.1
    gathered, other = Summary(deviation=True), Summary(deviation=True, gathers=False)
    for start, stop in ((0, 1), (1, 1), (1, 60), (60, 5000), (5000, 5001), (5001, 9000)):
        for summary in (gathered, other):
            summary.add(values[start:stop], weights[start:stop] if weighted else None)
        other.settle()
    assert gathered.to_state() == other.to_state()
