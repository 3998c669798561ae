"""How often the tests of `inspect` find what is wrong, and how often they call wrong what is right.

A small sample each run, seeded anew; tests/benchmarks/bench_inspect.py takes thousands.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import numpy as np
import pytest

from losscli import api
from losscli.analysis.inspecting import orders
from losscli.analysis.inspecting.orders import best_columns, sigmoid
from losscli.analysis.inspecting.shifts import find_shift, lagged
from losscli.arrays import AnyArray, Floats
from tests.analysis.inspecting.simulated import (
    CLEAN,
    ORDERS,
    SHIFTED,
    SIZES,
    alarms,
    classes,
    finds_order,
    finds_shift,
    new_seed,
    real,
    signals,
)

SETS = {300: 80, 1000: 50, 5000: 16}


def least_found(rate: float, sets: int) -> int:
    """So many of the sets are found with a chance above 1 - 1e-6, if each is found at this rate."""
    found, below = 0, 0.0
    for found in range(sets + 1):
        below += math.comb(sets, found) * rate**found * (1.0 - rate) ** (sets - found)
        if below > 1e-6:
            return found
    return found


def test_the_least_that_must_be_found_is_that_of_the_binomial() -> None:
    assert (least_found(0.5, 1), least_found(1.0, 7)) == (0, 7)
    for rate, sets in ((0.95, 80), (0.99, 80), (0.99, 16)):
        least = least_found(rate, sets)
        fewer = sum(
            math.comb(sets, found) * rate**found * (1.0 - rate) ** (sets - found) for found in range(least)
        )
        assert fewer <= 1e-6
        assert 0.7 * sets < least < sets


@pytest.mark.parametrize("kind", SHIFTED)
@pytest.mark.parametrize("rows", SIZES)
def test_shifts_are_found(kind: str, rows: int) -> None:
    seed, sets = new_seed(), SETS[rows]
    generator = np.random.default_rng(seed)
    found = sum(finds_shift(SHIFTED[kind], generator, rows) for _ in range(sets))
    print(f"shift, {kind}, {rows} rows: {found} of {sets} found")
    assert found >= least_found(0.95, sets), f"seed {seed}"


@pytest.mark.parametrize("width", ORDERS)
@pytest.mark.parametrize("rows", SIZES)
def test_orders_of_classes_are_found(width: int, rows: int) -> None:
    seed, sets = new_seed(), SETS[rows]
    generator = np.random.default_rng(seed)
    found = sum(finds_order(width, generator, rows) for _ in range(sets))
    print(f"order of {width} classes, {rows} rows: {found} of {sets} found")
    assert found >= least_found(0.99, sets), f"seed {seed}"


@pytest.mark.parametrize("kind", CLEAN)
@pytest.mark.parametrize("rows", SIZES)
def test_right_sets_raise_no_alarm(kind: str, rows: int) -> None:
    seed, sets = new_seed(), SETS[rows]
    generator = np.random.default_rng(seed)
    found = [alarm for _ in range(sets) for alarm in alarms(CLEAN[kind](generator, rows))]
    print(f"{kind}, {rows} rows: {len(found)} alarms in {sets} right sets")
    # At a rate of 0.1 % two alarms in 80 sets have a chance of 0.3 %, three one of 1 in 12,000.
    assert len(found) <= 2, f"seed {seed}: {found}"


def test_a_prediction_of_another_target_raises_no_alarm() -> None:
    seed = new_seed()
    generator = np.random.default_rng(seed)
    found = []
    for _ in range(100):
        pairs = real(generator, 400)
        found += alarms(pairs._replace(prediction=generator.permutation(pairs.prediction)))
    assert len(found) <= 2, f"seed {seed}: {found}"


def test_classes_of_other_rows_raise_no_alarm() -> None:
    seed = new_seed()
    generator = np.random.default_rng(seed)
    found = []
    for boast in (1.0, 4.0):
        for _ in range(60):
            pairs = classes(3, boast)(generator, 300)
            found += alarms(pairs._replace(prediction=generator.permutation(pairs.prediction)))
    assert len(found) <= 2, f"seed {seed}: {found}"


def test_a_shift_in_the_last_part_is_found_where_it_begins() -> None:
    seed = new_seed()
    generator = np.random.default_rng(seed)
    pairs = real(generator, 4000)
    late = pairs.prediction.copy()
    late[2500:] = pairs.prediction[2498:-2]
    found = find_shift(signals(pairs._replace(prediction=late)), (slice(0, 4000),))
    assert found is not None, f"seed {seed}"
    assert found.lag == 2
    assert abs(found.start - 2500) <= 40, f"seed {seed}"


def test_rows_of_different_runs_are_no_neighbours() -> None:
    rows, others = lagged((slice(0, 4), slice(4, 8)), 0, 2)
    assert rows.tolist() == [2, 3, 6, 7]
    assert others.tolist() == [0, 1, 4, 5]
    rows, others = lagged((slice(0, 4), slice(4, 8)), 1, -1)
    assert rows.tolist() == [1, 2, 4, 5, 6]
    assert others.tolist() == [2, 3, 5, 6, 7]


@pytest.mark.parametrize("width", [1, 2, 3, 5, 6])
def test_the_best_columns_are_those_of_all_orders(width: int) -> None:
    seed = new_seed()
    generator = np.random.default_rng(seed)
    for _ in range(20):
        gains = np.round(generator.normal(size=(width, width)), 1)
        best = max(
            sum(gains[row, column] for row, column in enumerate(order))
            for order in itertools.permutations(range(width))
        )
        columns = best_columns(gains)
        assert sorted(columns.tolist()) == list(range(width))
        assert math.isclose(gains[np.arange(width), columns].sum(), best, abs_tol=1e-9), f"seed {seed}"


def test_classes_that_do_not_occur_keep_their_columns() -> None:
    pairs = classes(6)(np.random.default_rng(1), 2000)
    kept = pairs.target < 4
    assert orders.find_order(pairs.target[kept], pairs.prediction[kept]) is None
    mixed = pairs.prediction[kept][:, [1, 0, 2, 3, 4, 5]]
    found = orders.find_order(pairs.target[kept], mixed)
    assert found is not None
    assert found.columns == (1, 0, 2, 3, 4, 5)


def test_the_weights_of_all_orders_add_up_to_one_at_most() -> None:
    for width in (2, 3, 5, 8):
        total = 0.0
        for order in itertools.permutations(range(width)) if width <= 5 else []:
            moved = sum(column != row for row, column in enumerate(order))
            total += math.exp(-orders._readings(width, moved)) if moved else 0.0
        assert total <= 1.0
        if width == 5:
            assert total > 0.9


def persistent(generator: np.random.Generator, rows: int, share: float) -> Floats:
    """A series that keeps this share of its last value."""
    found = generator.normal(size=rows)
    for row in range(1, rows):
        found[row] += share * found[row - 1]
    return found


def hard_sets(generator: np.random.Generator, rows: int) -> Iterator[tuple[str, AnyArray, AnyArray]]:
    """Right sets that are easily mistaken: what hangs together in time, repeats, is sorted or weak."""
    noise = generator.normal(size=rows)
    walk = persistent(generator, rows, 0.95)
    yield "errors that hang together", walk, walk + persistent(generator, rows, 0.8)
    yield "a slow series", walk, walk + 2.0 * noise
    labels = np.repeat(generator.integers(0, 2, rows // 5), 5).astype(float)
    scores = np.repeat(generator.normal(size=rows // 5), 5) + 1.2 * labels
    yield "each row five times", labels, sigmoid(scores + 0.001 * generator.normal(size=len(scores)))
    rising = np.sort(generator.normal(size=rows))
    yield "sorted, not in a line", rising, np.exp(rising) * (1.0 + 0.5 * generator.random(rows))
    kinds = np.sort(generator.integers(0, 8, rows))
    chances = generator.random((rows, 8)) ** 3 + 0.3 * np.eye(8)[kinds]
    yield "sorted, weak", kinds.astype(float), chances / chances.sum(axis=1, keepdims=True)
    ratings = generator.integers(1, 6, rows).astype(float)
    yield "ratings", ratings, np.clip(ratings + noise, 1.0, 5.0)
    yield "two ratings", np.minimum(ratings, 2.0), np.clip(np.minimum(ratings, 2.0) + 0.5 * noise, 1.0, 2.0)
    shares = generator.random(rows)
    yield "shares", shares, np.clip(shares + 0.1 * noise, 0.0, 1.0)
    yield "chances near 0.6", (noise > -1.3).astype(float), np.clip(0.6 + 0.05 * noise, 0.5, 0.73)


def test_right_sets_that_are_easily_mistaken_have_no_fault() -> None:
    seed = new_seed()
    generator = np.random.default_rng(seed)
    found = [
        (name, fault.code)
        for rows in (300, 2000)
        for _ in range(2)
        for name, target, prediction in hard_sets(generator, rows)
        for fault in api.inspect(target, prediction).faults
    ]
    assert found == [], f"seed {seed}"
