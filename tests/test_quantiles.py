"""Quantiles are exact order statistics, weighted without rounding, from memory and from the disk alike."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from losscli.arrays import Floats
from losscli.errors import WriteError
from losscli.reductions import Number, Quantiles, Reduction, parse_reductions
from losscli.reductions.spool import Spool
from tests.numerics.exact_oracle import FINITE, POSITIVE, is_nearest, wild

LEVELS = parse_reductions("median,p1,p10,p25,p30,p70,p99.9")
NAN = Number(math.nan, "nan")


def same(left: dict[str, Number], right: dict[str, Number]) -> bool:
    return {name: (repr(one.value), one.status) for name, one in left.items()} == {
        name: (repr(one.value), one.status) for name, one in right.items()
    }


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

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    spool = Spool(1, 10)
    spool.append(np.zeros((10, 1)))
    with pytest.raises(WriteError, match="No space left") as caught:
        spool.append(np.zeros((1, 1)))
    assert "TMPDIR" in str(caught.value.hint)
