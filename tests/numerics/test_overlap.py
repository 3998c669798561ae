"""Shares of what is wrong between two masks, against fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from losscli.numerics.overlap import Weights, overlap, wrong_share

TINY = 5e-324


def exactly(target: list[float], prediction: list[float], weights: Weights) -> Fraction | None:
    """The share as a fraction; None where it is 0 / 0."""
    pairs = [(Fraction(y), Fraction(p)) for y, p in zip(target, prediction, strict=True)]
    wrong = sum(
        (Fraction(weights.extra) * (1 - y) * p + Fraction(weights.missed) * y * (1 - p) for y, p in pairs),
        Fraction(weights.slack),
    )
    whole = wrong + sum(y * p for y, p in pairs) + Fraction(weights.smooth)
    return wrong / whole if whole else None


def masks(rows: int, width: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Masks, and probabilities that almost agree with them in half of the rows."""
    generator = np.random.default_rng(seed)
    target = generator.integers(0, 2, (rows, width)).astype(np.float64)
    miss = 10.0 ** generator.uniform(-17.0, 0.0, (rows, width))
    near = np.abs(target - miss)
    return target, np.where(generator.random((rows, 1)) < 0.5, near, generator.random((rows, width)))


@pytest.mark.parametrize(
    "weights", [Weights(0.5, 0.5, 0.0, 0.0), Weights(0.7, 0.3, 1.0, 0.0), Weights(3, 0.1, 0, 1e-7)]
)
@pytest.mark.parametrize("twice", [False, True])
def test_share_keeps_its_digits(weights: Weights, twice: bool) -> None:
    target, prediction = masks(200, 7, 3)
    nearest, lost = wrong_share(overlap(target, prediction, twice=twice), weights, 0.25)
    for row, (high, low) in enumerate(zip(nearest.tolist(), lost.tolist(), strict=True)):
        exact = exactly(target[row].tolist(), prediction[row].tolist(), weights)
        assert exact is not None
        found = Fraction(high) + Fraction(low)
        # 1 - p is rounded in either case: half a last place of what is missed
        bar = Fraction(1, 2**53) if twice else Fraction(3, 2**53)
        assert abs(found - exact) <= exact * bar


@pytest.mark.parametrize(
    ("target", "prediction", "weights", "expected"),
    [
        ([0.0, 0.0], [TINY, 0.0], Weights(0.5, 0.5, 0.0, 0.0), 1.0),
        ([1.0, 0.0], [TINY, TINY], Weights(0.5, 0.0, 0.0, 0.0), 1.0 / 3.0),
        ([0.0, 0.0], [0.0, 0.0], Weights(0.5, 0.5, 0.0, 0.0), 0.75),
        ([0.0, 0.0], [0.0, 0.0], Weights(0.5, 0.5, 1.0, 0.0), 0.0),
        ([0.0, 0.0], [0.0, 0.0], Weights(0.5, 0.5, 0.0, 1e-7), 1.0),
        ([1.0, 1.0], [1.0, 1.0], Weights(0.5, 0.5, 0.0, 0.0), 0.0),
        ([1.0, 1.0], [0.0, 0.0], Weights(0.5, 0.0, 0.0, 0.0), 0.75),
    ],
)
def test_at_the_edges(
    target: list[float], prediction: list[float], weights: Weights, expected: float
) -> None:
    found = overlap(np.array([target]), np.array([prediction]))
    nearest, lost = wrong_share(found, weights, 0.75)
    assert (nearest + lost).tolist() == [expected]
