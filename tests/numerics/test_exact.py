"""The exact sum: every result is the nearest double to the real number, in any order, any blocks, any tree
of merges.

The oracle is `fractions.Fraction`, which shares nothing with the code under test.  Each law is also put to
variants that are wrong on purpose, and has to catch them.
"""

from __future__ import annotations

import json
import math
import pickle
import random
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from losscli.arrays import Floats
from losscli.errors import ShapeError
from losscli.numerics import binning
from losscli.numerics.exact import ExactSum
from tests.numerics.exact_oracle import FINITE, KINDS, PROBES, added, terms, wild

# --- sums --------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("probe", PROBES)
def test_the_probes_where_two_product_fails(kind: str, probe: str) -> None:
    weights, values = (np.array(part) for part in PROBES[probe])
    assert added(kind, weights, values).as_fraction() == sum(terms(kind, weights, values))


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None)
@given(rows=st.lists(st.tuples(FINITE, FINITE), max_size=30))
def test_every_finite_block_is_added_exactly(kind: str, rows: list[tuple[float, float]]) -> None:
    weights, values = np.array(rows, dtype=np.float64).reshape(-1, 2).T
    assert added(kind, weights, values).as_fraction() == sum(terms(kind, weights, values))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("low", "high"), [(-1074, 1023), (-60, 60), (-1074, -900), (900, 1023), (-305, -295), (295, 305)]
)
def test_long_blocks_are_added_exactly(kind: str, low: int, high: int) -> None:
    weights, values = wild(1, 2500, low, high), wild(2, 2500, low, high)
    assert added(kind, weights, values).as_fraction() == sum(terms(kind, weights, values))


@pytest.mark.parametrize("kind", KINDS)
def test_a_bin_that_takes_a_million_rows_stays_exact(kind: str) -> None:
    # All 53 bits set, so that both halves of each split are as large as they get, in one bin.
    value = math.nextafter(2.0, 0.0)
    values = np.full(1_100_000, value)
    one = terms(kind, values[:1], values[:1])[0]
    assert added(kind, values, values).as_fraction() == one * values.size


def test_layouts_and_lengths() -> None:
    values = wild(3, 5000)
    total = ExactSum()
    total.add(values[:0])
    total.add(values[::-2])
    total.add(values[::2])
    reference = ExactSum()
    reference.add(np.concatenate([values[::-2], values[::2]]))
    assert total.to_state() == reference.to_state()
    assert np.array_equal(values, wild(3, 5000)), "the input was changed"
    with pytest.raises(ShapeError):
        total.add(values.reshape(2, -1))
    with pytest.raises(ShapeError):
        total.add_products(values, values[1:])


def test_an_interrupted_block_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def interrupted(bins: binning.Bins, factors: binning.Factors) -> bool:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return bins.put(factors[0])

    total, values = ExactSum(), np.ones(3 * binning.CHUNK)
    monkeypatch.setattr(binning.VALUES, "put", interrupted)
    with pytest.raises(KeyboardInterrupt):
        total.add(values)
    monkeypatch.undo()
    total.add(values)
    assert total.value() == values.size


def test_threads_do_not_disturb_each_other() -> None:
    blocks = [wild(seed, 40_000, -300, 300) for seed in range(8)]
    with ThreadPoolExecutor(4) as pool:
        parts = list(pool.map(lambda block: added("squares", block, block), blocks * 3))
    whole = ExactSum()
    for block in blocks * 3:
        whole.add_squares(block)
    for part in parts[1:]:
        parts[0].merge(part)
    assert parts[0].to_state() == whole.to_state()


def test_rows_that_wait_are_copies() -> None:
    block = np.array([1.0, 2.0])
    total = ExactSum()
    total.add(block)
    block[:] = 100.0
    assert total.value() == 3.0


@given(st.lists(FINITE, max_size=60), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_order_blocks_and_merges_do_not_matter(values: list[float], rng: random.Random) -> None:
    whole = ExactSum()
    whole.add(np.array(values))
    whole.add_squares(np.array(values))
    assert scattered(values, rng).to_state() == whole.to_state()


def scattered(values: list[float], rng: random.Random) -> ExactSum:
    """The same sum by another way: shuffled, cut, added to several parts, merged as a random tree."""
    shuffled = rng.sample(values, len(values))
    parts = [ExactSum() for _ in range(5)]
    while shuffled:
        size = rng.randint(1, 9)
        block, shuffled = np.array(shuffled[:size]), shuffled[size:]
        rng.choice(parts).add(block)
        rng.choice(parts).add_squares(block)
    while len(parts) > 1:
        rng.shuffle(parts)
        other = parts.pop()
        before = other.to_state()
        parts[0].merge(other)
        assert other.to_state() == before
    return parts[0]


def test_a_copy_is_independent() -> None:
    first = ExactSum()
    first.add(np.array([1.0]))
    twin = first.copy()
    twin.add(np.array([2.0]))
    assert (first.value(), twin.value()) == (1.0, 3.0)


@settings(deadline=None)
@given(st.lists(st.floats(), max_size=30))
def test_state_and_pickle_round_trip(values: list[float]) -> None:
    total = ExactSum()
    total.add(np.array(values))
    total.add_squares(np.array(values))
    state = json.loads(json.dumps(total.to_state()))
    assert ExactSum.from_state(state).to_state() == total.to_state()
    assert pickle.loads(pickle.dumps(total)).to_state() == total.to_state()


def test_a_broken_state_is_refused() -> None:
    good = ExactSum().to_state()
    for change in ({"exponent": -4000}, {"exponent": 10**9}, {"integer": "x"}, {"nan": -1}):
        with pytest.raises(ValueError, match=r"."):
            ExactSum.from_state({**good, **change})
    with pytest.raises(KeyError):
        ExactSum.from_state({})


# --- terms that are not finite -----------------------------------------------


@pytest.mark.parametrize("size", [1, 3000])
@pytest.mark.parametrize(
    ("values", "status"),
    [
        ([math.inf, 1.0], "inf"),
        ([-math.inf, 1.0], "-inf"),
        ([math.inf, -math.inf], "nan"),
        ([math.nan, math.inf], "nan"),
        ([sys.float_info.max] * 2, "overflow"),
        ([-sys.float_info.max] * 2, "overflow"),
    ],
)
def test_statuses(values: list[float], status: str, size: int) -> None:
    total = ExactSum()
    for _ in range(size):
        total.add(np.array(values))
    assert total.status == status
    assert math.isnan(total.value()) == (status == "nan")
    if status != "nan":
        assert total.value() == math.copysign(math.inf, values[0])


def test_the_finite_part_survives_beside_infinities() -> None:
    values = wild(5, 3000)
    with_infinities = np.concatenate([values, [math.inf, math.inf, -math.inf, math.nan]])
    total = ExactSum()
    total.add(with_infinities)
    assert (total.positive_infinite, total.negative_infinite, total.nan) == (2, 1, 1)
    assert total.as_fraction() == sum(map(Fraction, values.tolist()))
    assert not total.finite


def test_products_of_infinities() -> None:
    weights = np.array([0.0, -1.0, 1e-320, math.inf, 1e300, 2.0])
    values = np.array([math.inf, math.inf, -math.inf, 5e-324, 1e300, 3.0])
    total = ExactSum()
    total.add_products(weights, values)
    assert (total.positive_infinite, total.negative_infinite, total.nan) == (1, 2, 1)
    assert total.as_fraction() == Fraction(1e300) ** 2 + 6
    squares = ExactSum()
    squares.add_weighted_squares(weights, values)
    assert (squares.positive_infinite, squares.negative_infinite, squares.nan) == (2, 1, 1)


# --- two million rows --------------------------------------------------------

ROOT = Path(__file__).resolve().parents[2]
TWO_MILLION = """
import random, sys
import numpy as np
from losscli.numerics.exact import ExactSum
from tests.numerics.exact_oracle import peak_kilobytes

draw, rng = np.random.default_rng(11), random.Random(12)
size = int(sys.argv[1])
values = np.ldexp(draw.uniform(-1.0, 1.0, 2_000_000), draw.integers(-80, 40, 2_000_000))
values = np.random.default_rng(size).permutation(values)
parts = [ExactSum() for _ in range(40)]
for start in range(0, values.size, size):
    rng.choice(parts).add(values[start : start + size])
    if size > 1:
        rng.choice(parts).add_squares(values[start : start + size])
if size == 1:
    for start in range(0, values.size, 1000):
        rng.choice(parts).add_squares(values[start : start + 1000])
while len(parts) > 1:
    rng.shuffle(parts)
    parts[0].merge(parts.pop())
state = parts[0].to_state()
print(state["integer"], state["exponent"], peak_kilobytes())
"""


def test_two_million_rows_in_blocks_of_1_7_and_65536_give_the_same_bits_in_flat_memory() -> None:
    seen = set()
    for size in (1, 7, 65_536):
        run = [sys.executable, "-W", "error", "-c", TWO_MILLION, str(size)]
        done = subprocess.run(run, capture_output=True, text=True, check=True, cwd=ROOT)
        integer, exponent, peak = done.stdout.split()
        assert int(peak) < 300 * 1024, f"{int(peak) // 1024} MB with blocks of {size}"
        seen.add((integer, exponent))
    assert len(seen) == 1


# --- the laws catch what is wrong --------------------------------------------


def numpy_sum(kind: str, weights: Floats, values: Floats) -> Fraction:
    products = {"values": values, "squares": values * values, "products": weights * values}
    return Fraction(float(np.sum(products.get(kind, weights * values * values))))


def rounded_terms(kind: str, weights: Floats, values: Floats) -> Fraction:
    products = {"values": values.astype(np.float32).astype(np.float64), "squares": values * values}
    rounded = products.get(kind, weights * values)
    return added("values", rounded, rounded).as_fraction()


def two_product_everywhere(kind: str, weights: Floats, values: Floats) -> Fraction:
    """Dekker's product without a look at the exponents."""
    left, right = (values, values) if kind == "squares" else (weights, values)
    halves = []
    for factor in (left, right):
        wide = factor * (2.0**27 + 1.0)  # Veltkamp's split
        high = wide - (wide - factor)
        halves.append((high, factor - high))
    (left_high, left_low), (right_high, right_low) = halves
    product = left * right
    error = (
        left_high * right_high
        - product
        + left_high * right_low
        + left_low * right_high
        + left_low * right_low
    )
    return added("values", product, product).as_fraction() + added("values", error, error).as_fraction()


def lost_low_half(kind: str, weights: Floats, values: Floats) -> Fraction:
    mask = ~np.int64((1 << 27) - 1)
    high = (values.view(np.int64) & mask).view(np.float64)
    return added(kind, weights, high).as_fraction()


MUTANTS = [
    (numpy_sum, "values"),
    (numpy_sum, "squares"),
    (rounded_terms, "values"),
    (rounded_terms, "squares"),
    (rounded_terms, "products"),
    (two_product_everywhere, "squares"),
    (two_product_everywhere, "products"),
    (lost_low_half, "values"),
    (lost_low_half, "weighted squares"),
]


def broken_samples(sum_of: Callable[[str, Floats, Floats], Fraction], kind: str) -> list[str]:
    """The samples whose sum is not the exact one: empty for a correct sum."""
    samples = {name: tuple(map(np.array, probe)) for name, probe in PROBES.items()}
    samples["ordinary"] = (wild(1, 50, -200, 100), wild(2, 50, -200, 100))
    broken = []
    for name, (weights, values) in samples.items():
        try:
            found = sum_of(kind, weights, values)
        except (OverflowError, ValueError):  # a fraction of infinity or nan
            found = None
        if found != sum(terms(kind, weights, values)):
            broken.append(name)
    return broken


@pytest.mark.parametrize("kind", KINDS)
def test_the_exact_sum_breaks_no_sample(kind: str) -> None:
    assert broken_samples(lambda *block: added(*block).as_fraction(), kind) == []


@pytest.mark.parametrize(("mutant", "kind"), MUTANTS)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_wrong_sum_breaks_some(mutant: Callable[[str, Floats, Floats], Fraction], kind: str) -> None:
    assert broken_samples(mutant, kind)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_two_product_alone_is_right_only_on_ordinary_numbers() -> None:
    broken = broken_samples(two_product_everywhere, "squares")
    assert "ordinary" not in broken
    assert len(broken) >= 5


def test_sums_rounded_at_each_merge_fail_the_law_of_the_tree() -> None:
    values = wild(21, 300, -60, 60)
    found = {
        float(np.sum([np.sum(part) for part in np.array_split(values, size)])) for size in (1, 7, 40, 300)
    }
    assert len(found) > 1
