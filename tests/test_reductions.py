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
from collections.abc import Callable
from fractions import Fraction
from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from losscli.arrays import Floats
from losscli.errors import ShapeError, UsageError, WeightError, WriteError
from losscli.reductions import DEFAULT, Number, Quantiles, Reduction, Summary, parse_reductions
from losscli.reductions.spool import Spool
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


def summary_of(values: Floats, weights: Floats | None = None, size: int = 10**9) -> Summary:
    found = Summary(deviation=True)
    for start in range(0, len(values), size):
        found.add(values[start : start + size], None if weights is None else weights[start : start + size])
    return found


@given(st.lists(FINITE, min_size=1, max_size=15))
def test_a_summary_is_the_nearest_double_to_each_definition(values: list[float]) -> None:
    found = summary_of(np.array(values)).result()
    exact = [Fraction(v) for v in values]
    assert is_nearest(found["sum"].value, sum(exact))
    assert is_nearest(found["mean"].value, sum(exact) / len(exact))
    assert is_nearest_root(found["std"].value, weighted_variance([Fraction(1)] * len(exact), exact))
    assert (found["min"].value, found["max"].value) == (min(values), max(values))


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


@given(st.lists(st.floats(), max_size=20), st.booleans())
def test_summary_state_and_pickle_round_trip(values: list[float], deviation: bool) -> None:
    summary = Summary(deviation=deviation)
    summary.add(np.array(values))
    again = Summary.from_state(json.loads(json.dumps(summary.to_state())))
    for twin in (again, pickle.loads(pickle.dumps(summary))):
        assert twin.to_state() == summary.to_state()
        assert same(twin.result(), summary.result())


# --- quantiles ---------------------------------------------------------------


def quantiles_of(values: Floats, weights: Floats | None = None, in_memory: int = 1 << 21) -> Quantiles:
    found = Quantiles(LEVELS, in_memory=in_memory)
    found.add(values, weights)
    return found


def by_definition(values: list[float], weights: list[Fraction], level: Fraction) -> Fraction:
    """Sort, add up in fractions, look where the share is reached and where it is passed."""
    rows = sorted(zip(values, weights, strict=True))
    running = list(accumulate(weight for _, weight in rows))
    share = level * running[-1]
    reached = next(row[0] for row, sofar in zip(rows, running, strict=True) if sofar >= share)
    passed = next(row[0] for row, sofar in zip(rows, running, strict=True) if sofar > share)
    return (Fraction(reached) + Fraction(passed)) / 2


@pytest.mark.parametrize("in_memory", [3, 10**6])
@settings(deadline=None, max_examples=60)
@given(rows=st.lists(st.tuples(FINITE, POSITIVE), min_size=1, max_size=25), weighted=st.booleans())
def test_quantiles_are_those_of_the_definition(
    rows: list[tuple[float, float]], weighted: bool, in_memory: int
) -> None:
    values, weights = np.array(rows).T
    found = quantiles_of(values, weights if weighted else None, in_memory)
    exact_weights = [Fraction(w) if weighted else Fraction(1) for w in weights.tolist()]
    assert found.spilled == (len(rows) > in_memory)
    for one in LEVELS:
        assert one.level is not None
        true = by_definition(values.tolist(), exact_weights, one.level)
        assert is_nearest(found.result()[one.name].value, true)


@pytest.mark.parametrize("in_memory", [50, 1 << 21])
@pytest.mark.parametrize("count", [1, 2, 5, 1000, 4099, 20_001])
def test_quantiles_are_those_of_numpy(count: int, in_memory: int) -> None:
    draw = np.random.default_rng(count)
    values = draw.integers(-2000, 2000, count) / 64.0  # so coarse that NumPy's interpolation does not round
    found = quantiles_of(values, None, in_memory).result()
    levels = {"p25": 0.25, "median": 0.5}
    for name, level in levels.items():
        assert found[name].value == np.quantile(values, level, method="averaged_inverted_cdf")


@pytest.mark.parametrize("in_memory", [50, 1 << 21])
def test_a_weight_of_k_is_the_row_k_times_in_quantiles(in_memory: int) -> None:
    values, counts = wild(5, 3000, -400, 400), np.random.default_rng(6).integers(1, 5, 3000)
    weighted = quantiles_of(values, counts.astype(np.float64), in_memory)
    assert same(weighted.result(), quantiles_of(np.repeat(values, counts)).result())
    # The scale of the weights does not matter, even where sums of them would over- or underflow.
    for scale in (2.0**1020, 2.0**-1074):
        assert same(quantiles_of(values, counts * scale, in_memory).result(), weighted.result())


@pytest.mark.parametrize("in_memory", [2, 100])
def test_weights_are_added_without_rounding(in_memory: int) -> None:
    # Ten weights of 0.1: 0.1 + 0.1 + 0.1 is above 0.3 in doubles, and exactly three tenths of the whole in
    # truth.
    found = quantiles_of(np.arange(10.0), np.full(10, 0.1), in_memory).result()
    assert found["p30"] == Number(2.5, "ok")
    assert found["median"] == Number(4.5, "ok")
    # One heavy row beside a thousand light ones, which a double cannot see beside it.
    weights = np.concatenate([[2.0**60], np.full(1000, 2.0**-40), [2.0**60]])
    found = quantiles_of(np.arange(1002.0), weights, in_memory).result()
    assert found["median"] == Number(500.5, "ok")


def float_weights(values: Floats, weights: Floats, level: float) -> float:
    order = np.argsort(values)
    running = np.cumsum(weights[order])
    share = level * running[-1]
    return (
        float(
            values[order][np.searchsorted(running, share)]
            + values[order][np.searchsorted(running, share, "right")]
        )
        / 2
    )


def numpy_default(values: Floats, weights: Floats, level: float) -> float:
    return float(np.quantile(np.repeat(values, 3), level))


@pytest.mark.parametrize("mutant", [float_weights, numpy_default])
def test_wrong_quantiles_break_the_definition(mutant: Callable[[Floats, Floats, float], float]) -> None:
    values, weights = np.arange(10.0), np.full(10, 0.1)
    exact_weights = [Fraction(w) for w in weights.tolist()]
    levels = [one.level for one in LEVELS if one.level is not None]
    broken = [
        level
        for level in levels
        if mutant(values, weights, float(level)) != by_definition(values.tolist(), exact_weights, level)
    ]
    assert broken


def test_infinities_take_their_place_and_nan_takes_all() -> None:
    for in_memory in (1, 100):
        found = quantiles_of(np.array([math.inf, 1.0, -math.inf, 2.0]), None, in_memory).result()
        assert found["median"] == Number(1.5, "ok")
        assert found["p99.9"] == Number(math.inf, "inf")
        assert found["p25"] == Number(-math.inf, "-inf")
        assert found["p1"] == Number(-math.inf, "-inf")
        assert same(
            {"m": quantiles_of(np.array([math.inf, -math.inf]), None, in_memory).result()["median"]},
            {"m": NAN},
        )
        missing = quantiles_of(np.array([1.0, math.nan, 2.0]), None, in_memory)
        assert same(missing.result(), dict.fromkeys(missing.result(), NAN))
        assert (missing.rows, missing.nan) == (3, 1)
    assert same(Quantiles(LEVELS).result(), dict.fromkeys([one.name for one in LEVELS], NAN))


def test_the_middle_of_two_values_neither_overflows_nor_vanishes() -> None:
    assert quantiles_of(np.array([1.7e308, 1.5e308])).result()["median"] == Number(1.6e308, "ok")
    assert quantiles_of(np.array([5e-324, 1.5e-323])).result()["median"] == Number(1e-323, "ok")
    assert math.copysign(1.0, quantiles_of(np.array([-0.0])).result()["median"].value) == 1.0


def test_levels_stand_for_their_decimals() -> None:
    # 7 % of a hundred rows is row 7 exactly, though 0.07 * 100 is above 7 in doubles.
    found = Quantiles(parse_reductions("p7,mean,max"))
    found.add(np.arange(1.0, 101.0))
    assert found.result() == {"p7": Number(7.5, "ok")}
    with pytest.raises(ValueError, match="between 0 and 1"):
        Quantiles([Reduction("p100", Fraction(1))])


def test_many_equal_values_and_a_late_start_of_weights() -> None:
    spilled = Quantiles(LEVELS, in_memory=100)
    spilled.add(np.full(10_000, 2.5))
    assert {one.value for one in spilled.result().values()} == {2.5}
    spilled.add(np.full(5_000, 7.5), np.full(5_000, 2.0))
    spilled.add(np.full(10_000, 9.0))
    assert spilled.spilled
    assert spilled.rows == 25_000
    found = spilled.result()  # 10,000 + 10,000 + 10,000 in weight
    assert (found["p30"].value, found["median"].value, found["p70"].value) == (2.5, 7.5, 9.0)


def test_a_full_disk_is_said_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("losscli.reductions.spool.tempfile.TemporaryFile", full)
    spool = Spool(1, 10)
    spool.append(np.zeros((10, 1)))
    with pytest.raises(WriteError, match="No space left") as caught:
        spool.append(np.zeros((1, 1)))
    assert "TMPDIR" in str(caught.value.hint)


# --- two million rows --------------------------------------------------------

TWO_MILLION = """
import random, resource, sys
import numpy as np
from losscli.reductions import Quantiles, Summary, parse_reductions

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
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_two_million_rows_in_small_and_large_blocks_give_the_same_bits_in_flat_memory() -> None:
    seen = set()
    for size in (1, 7, 65_536):
        run = [sys.executable, "-W", "error", "-c", TWO_MILLION, str(size)]
        done = subprocess.run(run, capture_output=True, text=True, check=True)
        found, peak = done.stdout.splitlines()
        assert int(peak) < 300 * 1024, f"{int(peak) // 1024} MB with blocks of {size}"
        seen.add(found)
    assert len(seen) == 1
