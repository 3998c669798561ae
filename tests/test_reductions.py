"""Reductions of one number a row.

Words, summaries, quantiles; against fractions, and against wrong variants.
"""

from __future__ import annotations

import json
import math
import pickle
import random
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from losscli.arrays import Floats
from losscli.errors import ShapeError, UsageError, WeightError
from losscli.reductions import DEFAULT, Number, Quantiles, Summary, parse_reductions
from tests.numerics.exact_oracle import FINITE, POSITIVE, is_nearest, is_nearest_root, weighted_variance, wild

LEVELS = parse_reductions("median,p1,p10,p25,p30,p70,p99.9")
NAN = Number(math.nan, "nan")


def same(left: dict[str, Number], right: dict[str, Number]) -> bool:
    return {name: (repr(one.value), one.status) for name, one in left.items()} == {
        name: (repr(one.value), one.status) for name, one in right.items()
    }


# --- words -------------------------------------------------------------------


def test_words_keep_their_order_and_become_canonical() -> None:
    found = parse_reductions("P95, mean,median,p99.90,p05,mean,none")
    assert [one.name for one in found] == ["p95", "mean", "median", "p99.9", "p5", "none"]
    assert [one.level for one in found if one.level] == [
        Fraction(19, 20),
        Fraction(1, 2),
        Fraction(999, 1000),
        Fraction(1, 20),
    ]
    assert parse_reductions(",".join(map(str, found))) == found


def test_the_default_words() -> None:
    assert parse_reductions("mean,sum,std,min,max") == DEFAULT


@pytest.mark.parametrize(
    "text",
    ["", "mean,", "average", "p", "p0", "p100", "p-5", "p1e1", "p.5", "p\u0665", "95", "p5%", "mean sum"],
)
def test_unknown_words_are_usage_errors_with_the_list(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_reductions(text)
    assert caught.value.exit_code == 2
    assert "min" in str(caught.value.hint)


# --- summaries ---------------------------------------------------------------


def quantiles_of(values: Floats, weights: Floats | None = None, in_memory: int = 1 << 21) -> Quantiles:
    found = Quantiles(LEVELS, in_memory=in_memory)
    found.add(values, weights)
    return found


def summary_of(values: Floats, weights: Floats | None = None, size: int = 10**9) -> Summary:
    found = Summary(deviation=True)
    for start in range(0, len(values), size):
        found.add(values[start : start + size], None if weights is None else weights[start : start + size])
    return found


@settings(deadline=None)
@given(st.lists(FINITE, min_size=1, max_size=15))
def test_a_summary_is_the_nearest_double_to_each_definition(values: list[float]) -> None:
    found = summary_of(np.array(values)).result()
    exact = [Fraction(v) for v in values]
    assert is_nearest(found["sum"].value, sum(exact))
    assert is_nearest(found["mean"].value, sum(exact) / len(exact))
    assert is_nearest_root(found["std"].value, weighted_variance([Fraction(1)] * len(exact), exact))
    assert (found["min"].value, found["max"].value) == (min(values), max(values))


@settings(deadline=None)
@given(st.lists(st.tuples(FINITE, POSITIVE), min_size=1, max_size=15))
def test_a_weighted_summary_likewise(rows: list[tuple[float, float]]) -> None:
    values, weights = np.array(rows).T
    summary = summary_of(values, weights)
    found = summary.result()
    v, w = [Fraction(row[0]) for row in rows], [Fraction(row[1]) for row in rows]
    total = sum(a * b for a, b in zip(v, w, strict=True))
    assert is_nearest(found["sum"].value, total)
    assert is_nearest(found["mean"].value, total / sum(w))
    assert is_nearest_root(found["std"].value, weighted_variance(w, v))
    assert is_nearest(summary.weight.value, sum(w))
    assert summary.rows == len(rows)


def test_a_weight_of_k_is_the_row_k_times() -> None:
    values, counts = wild(1, 500, -20, 20), np.random.default_rng(2).integers(1, 5, 500)
    weighted = summary_of(values, counts.astype(np.float64))
    repeated = summary_of(np.repeat(values, counts))
    assert same(weighted.result(), repeated.result())
    assert weighted.weight == repeated.weight
    assert (weighted.rows, repeated.rows) == (500, int(counts.sum()))


def test_rows_without_weight_count_as_one_beside_weighted_ones() -> None:
    values = wild(3, 400, -20, 20)
    mixed = Summary(deviation=True)
    mixed.add(values[:3])
    mixed.add(values[3:200], np.ones(197))
    mixed.add(values[200:])
    assert mixed.to_state() == summary_of(values).to_state()


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_infinities_and_nan(size: int) -> None:
    cases: list[tuple[list[float], str, float, float]] = [
        ([1.0, math.inf, -2.0], "inf", -2.0, math.inf),
        ([1.0, -math.inf], "-inf", -math.inf, 1.0),
        ([math.inf, -math.inf], "nan", -math.inf, math.inf),
        ([math.inf], "inf", math.inf, math.inf),
    ]
    for values, status, least, largest in cases:
        for weights in (None, np.full(len(values), 0.5)):
            summary = summary_of(np.array(values), weights, size)
            found = summary.result()
            assert (found["mean"].status, found["sum"].status, found["std"].status) == (status, status, "nan")
            assert (found["min"], found["max"]) == (Number.of(least), Number.of(largest))
            counted = (summary.positive_infinite, summary.negative_infinite, summary.nan)
            assert counted == (values.count(math.inf), values.count(-math.inf), 0)
    summary = summary_of(np.array([1.0, math.nan, math.inf]), None, size)
    assert same(summary.result(), dict.fromkeys(("mean", "sum", "std", "min", "max"), NAN))
    assert summary.nan == 1


def test_nothing_and_one() -> None:
    empty = Summary()
    empty.add(np.empty(0))
    assert same(empty.result(), {"mean": NAN, "sum": Number(0.0, "ok"), "min": NAN, "max": NAN})
    assert summary_of(np.array([3.0])).result()["std"] == Number(0.0, "ok")


def test_overflow_of_the_sum_leaves_the_mean() -> None:
    found = summary_of(np.full(3, 1.5e308)).result()
    assert found["sum"] == Number(math.inf, "overflow")
    assert found["mean"] == Number(1.5e308, "ok")
    assert found["std"] == Number(0.0, "ok")


def test_the_sign_of_zero_does_not_depend_on_the_order() -> None:
    for values in ([0.0, -0.0], [-0.0, 0.0], [-0.0]):
        found = summary_of(np.array(values))
        assert all(math.copysign(1.0, one.value) == 1.0 for one in found.result().values())
        assert found.to_state()["min"] == found.to_state()["max"] == (0.0).hex()


def test_bad_blocks_are_refused() -> None:
    for accumulator in (Summary(), Quantiles(LEVELS)):
        with pytest.raises(ShapeError):
            accumulator.add(np.zeros((2, 2)))
        with pytest.raises(ShapeError):
            accumulator.add(np.zeros(2), np.ones(3))
        for weight in (0.0, -1.0, math.inf, math.nan):
            with pytest.raises(WeightError):
                accumulator.add(np.ones(5000), np.full(5000, weight))
    with pytest.raises(ValueError, match="deviation"):
        Summary().merge(Summary(deviation=True))


def test_inputs_are_neither_kept_nor_changed() -> None:
    block, weights = np.array([1.0, 2.0]), np.array([1.0, 1.0])
    summary, quantiles = Summary(), Quantiles(LEVELS)
    big = np.arange(5000.0)
    for accumulator in (summary, quantiles):
        accumulator.add(block, weights)
        accumulator.add(big)
    assert (block.tolist(), weights.tolist()) == ([1.0, 2.0], [1.0, 1.0])
    block[:] = big[:] = 1e6
    assert summary.result()["max"].value == 4999.0
    assert quantiles.result()["p99.9"].value < 5000.0


@given(
    st.lists(st.tuples(st.floats(), POSITIVE), max_size=40), st.booleans(), st.randoms(use_true_random=False)
)
@settings(deadline=None)
def test_order_blocks_and_merges_do_not_matter(
    rows: list[tuple[float, float]], weighted: bool, rng: random.Random
) -> None:
    values, weights = np.array(rows).reshape(-1, 2).T
    whole, quantiles = (
        summary_of(values, weights if weighted else None),
        quantiles_of(values, weights if weighted else None),
    )
    shuffled = rng.sample(rows, len(rows))
    parts = [(Summary(deviation=True), Quantiles(LEVELS, in_memory=rng.choice([5, 1000]))) for _ in range(4)]
    while shuffled:
        size = rng.randint(1, 6)
        (block, shuffled) = np.array(shuffled[:size]).T, shuffled[size:]
        for accumulator in rng.choice(parts):
            accumulator.add(block[0], block[1] if weighted else None)
    while len(parts) > 1:
        rng.shuffle(parts)
        for mine, other in zip(parts[0], parts.pop(), strict=True):
            mine.merge(other)  # type: ignore[arg-type]
    assert parts[0][0].to_state() == whole.to_state()
    assert same(parts[0][0].result(), whole.result())
    assert same(parts[0][1].result(), quantiles.result())


@settings(deadline=None)
@given(st.lists(st.floats(), max_size=20), st.booleans())
def test_summary_state_and_pickle_round_trip(values: list[float], deviation: bool) -> None:
    summary = Summary(deviation=deviation)
    summary.add(np.array(values))
    again = Summary.from_state(json.loads(json.dumps(summary.to_state())))
    for twin in (again, pickle.loads(pickle.dumps(summary))):
        assert twin.to_state() == summary.to_state()
        assert same(twin.result(), summary.result())


# --- two million rows --------------------------------------------------------

ROOT = Path(__file__).resolve().parents[1]
TWO_MILLION = """
import random, sys
import numpy as np
from losscli.reductions import Quantiles, Summary, parse_reductions
from tests.numerics.exact_oracle import peak_kilobytes

size, rng = int(sys.argv[1]), random.Random(sys.argv[1])
draw = np.random.default_rng(11)
values = np.ldexp(draw.uniform(0.0, 1.0, 2_000_000), draw.integers(-40, 10, 2_000_000))
order = np.random.default_rng(size).permutation(values.size)
values = values[order]
words = parse_reductions("median,p99.9")
parts = [(Summary(deviation=True), Quantiles(words, in_memory=100_000)) for _ in range(20)]
for start in range(0, values.size, size):
    parts[rng.randrange(20)][0].add(values[start : start + size])
size = max(size, 3)
for start in range(0, values.size, size):
    parts[rng.randrange(20)][1].add(values[start : start + size])
while len(parts) > 1:
    rng.shuffle(parts)
    for mine, other in zip(parts[0], parts.pop()):
        mine.merge(other)
summary, quantiles = parts[0]
print({**summary.result(), **quantiles.result()})
print(peak_kilobytes())
"""


def test_two_million_rows_in_small_and_large_blocks_give_the_same_bits_in_flat_memory() -> None:
    seen = set()
    for size in (1, 7, 65_536):
        run = [sys.executable, "-W", "error", "-c", TWO_MILLION, str(size)]
        done = subprocess.run(run, capture_output=True, text=True, check=True, cwd=ROOT)
        found, peak = done.stdout.splitlines()
        assert int(peak) < 300 * 1024, f"{int(peak) // 1024} MB with blocks of {size}"
        seen.add(found)
    assert len(seen) == 1
