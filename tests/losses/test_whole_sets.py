"""Numbers of whole sets: rounded once, finite where the exact result is, undefined only where it is."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from losscli.errors import DomainError, RowsError
from losscli.losses.skill_sums import total_score
from losscli.numerics.exact import Number
from losscli.registry import get

D2, MEDIAN, LARGEST = get("d2_score"), get("median_ae"), get("max_error")


def d2(target: Any, prediction: Any, weights: Any = None, **given: Any) -> Number:
    """The score with its status."""
    params = D2.resolve(given)
    held = None if weights is None else np.array(weights, dtype=np.float64)
    return total_score(D2.check([target, prediction], params), held, params)


def exact_r2(target: list[float], errors: list[float]) -> float:
    """R2 in fractions, from targets and rounded errors."""
    values = [Fraction(value) for value in target]
    mean = sum(values) / len(values)
    best = sum((value - mean) ** 2 for value in values)
    return float(1 - sum(Fraction(error) ** 2 for error in errors) / best)


@pytest.mark.parametrize("scale", [1.0, 1e-160, 1e150, 5e-324])
@pytest.mark.parametrize("offset", [0.0, 1e9])
def test_r2_is_the_nearest_double(scale: float, offset: float) -> None:
    generator = np.random.default_rng(5)
    target = (generator.integers(-900, 900, 57) + offset) * scale
    prediction = target + generator.integers(-90, 90, 57) * scale
    with np.errstate(under="ignore"):
        errors = (prediction - target).tolist()
    assert d2(target, prediction) == Number(exact_r2(target.tolist(), errors), "ok")
    order = generator.permutation(57)
    assert d2(target[order], prediction[order]) == d2(target, prediction)


def test_a_score_where_the_constant_loses_nothing() -> None:
    flat = [3.0, 3.0, 3.0]
    for base in ("mse", "mae", "pinball", "poisson_deviance", "gamma_deviance", "tweedie_deviance"):
        assert d2(flat, [3.0, 4.0, 5.0], base=base).status == "-inf"
        assert d2(flat, flat, base=base).status == "nan"
        assert d2(flat, [3.0, 4.0, 5.0], base=base, flat="finite").value == 0.0
        assert d2(flat, flat, base=base, flat="finite").value == 1.0
        assert d2(flat, flat, base=base, flat="zero").status == "nan"
    assert d2([0.0, 0.0], [1.0, 2.0], base="poisson_deviance").status == "-inf"
    assert d2([7.0], [7.0], flat="finite").status == "nan"


def test_an_infinite_row_and_one_beyond_the_largest_double() -> None:
    assert d2([1.0, 0.0], [0.0, 0.0], base="bce") == Number(-math.inf, "-inf")
    assert d2([1e308, -1e308], [-1e308, 1e308]) == Number(-math.inf, "overflow")
    assert d2([1e308, -1e308], [1e308, -1.1e308]).status == "ok"


def test_columns_are_averaged_or_weighted() -> None:
    target = [[0.0, 0.0], [2.0, 40.0]]
    prediction = [[0.0, 0.0], [1.0, 40.0]]
    assert d2(target, prediction).value == 0.75
    assert d2(target, prediction, columns="variance").value == float(1 - Fraction(1, 802))
    flat = [[0.0, 5.0], [2.0, 5.0]]
    assert d2(flat, [[0.0, 5.0], [1.0, 6.0]], flat="finite").value == 0.25
    assert d2(flat, [[0.0, 5.0], [1.0, 6.0]], flat="finite", columns="variance").value == 0.5


def test_a_row_of_weight_0_is_absent_and_a_heavy_one_counts_again() -> None:
    target, prediction = [1.0, 2.0, 6.0, 9.0], [1.5, 2.0, 4.0, 0.0]
    assert d2(target, prediction, [1.0, 2.0, 1.0, 0.0]) == d2([1.0, 2.0, 2.0, 6.0], [1.5, 2.0, 2.0, 4.0])
    weights = np.array([1.0, 1.0, 1.0, 0.0])
    blocks = MEDIAN.check([target, prediction], {})
    assert MEDIAN.total is not None
    assert LARGEST.total is not None
    assert MEDIAN.total(blocks, weights, {}).value == 0.5
    assert LARGEST.total(blocks, weights, {}).value == 2.0


def test_the_adjusted_score_needs_rows() -> None:
    target, prediction = [1.0, 2.0, 4.0, 8.0], [1.0, 2.0, 4.0, 7.0]
    plain = Fraction(1) - 1 / sum((Fraction(value) - Fraction(15, 4)) ** 2 for value in target)
    assert d2(target, prediction, adjusted=2).value == float(1 - (1 - plain) * 3)
    assert d2(target, prediction, adjusted=3).status == "nan"


def test_errors_beyond_the_largest_double() -> None:
    far = MEDIAN.check([[1.7e308, 1.0, 1.7e308], [-1.7e308, 1.0, -1.7e308]], {})
    for loss in (MEDIAN, LARGEST):
        assert loss.total is not None
        assert loss.total(far, None, {}) == Number(math.inf, "overflow")


@pytest.mark.parametrize("name", ["mase", "msse", "rmsse"])
def test_training_series_without_a_scale(name: str) -> None:
    loss = get(name)
    with pytest.raises(RowsError, match=r"train: 3 numbers .* m=3"):
        loss([1.0], [2.0], [1.0, 2.0, 3.0], m=3)
    with pytest.raises(DomainError, match="every number equals the one 2 rows before"):
        loss([1.0], [2.0], [1.0, 2.0, 1.0, 2.0], m=2)
    with pytest.raises(DomainError, match="more than the largest double"):
        loss([1.0], [2.0], [1.7e308, -1.7e308])
    assert np.all(np.isfinite(loss([1e308, 0.0], [-1e308, 1.0], [0.0, 1e300])))


def test_scaled_errors_of_huge_and_tiny_series() -> None:
    for size in (1e300, 1e-300):
        train = np.array([0.0, 2.0, 0.0]) * size
        assert get("mase")([0.0], [size], train).tolist() == [0.5]
        assert get("msse")([0.0], [size], train).tolist() == [0.25]
        assert get("rmsse")([0.0], [size], train) == 0.5


def test_a_share_of_nothing() -> None:
    wape = get("wape")
    assert wape([0.0, 0.0], [1.0, 2.0]) == math.inf
    assert math.isnan(wape([0.0, 0.0], [0.0, 0.0]))
    assert wape([1e308, 1e308], [0.0, 0.0]) == 1.0
    assert get("smape")([0.0, 0.0, 5e-324], [0.0, 1.0, -5e-324], scale=2.0).tolist() == [0.0, 2.0, 2.0]
