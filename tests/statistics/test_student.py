"""Bounds of the normal distribution and of Student's t against scipy's, at the last places."""

from __future__ import annotations

import math

import pytest

from losscli.statistics.student import (
    normal_bound,
    normal_cdf,
    normal_quantile,
    student_bound,
    student_tail,
)
from tests.statistics.expected import EXPECTED

CLOSE = 2e-13


@pytest.mark.parametrize(("level", "bound"), EXPECTED["normal"])
def test_normal_bound(level: float, bound: float) -> None:
    assert normal_bound(level) == pytest.approx(bound, rel=CLOSE)


@pytest.mark.parametrize(("level", "freedom", "bound"), EXPECTED["student"])
def test_student_bound(level: float, freedom: float, bound: float) -> None:
    assert student_bound(level, freedom) == pytest.approx(bound, rel=CLOSE)


@pytest.mark.parametrize("freedom", [3.0, 9.0, 250.0, 20_000.0])
@pytest.mark.parametrize("level", [0.01, 0.6, 0.95, 1 - 1e-9])
def test_a_bound_is_where_the_tail_is_what_is_left(level: float, freedom: float) -> None:
    assert student_tail(student_bound(level, freedom), freedom) == pytest.approx(1 - level, rel=1e-11)


def test_the_expansion_takes_over_without_a_step() -> None:
    below, above = student_bound(0.999999, 20_000.0), student_bound(0.999999, 20_000.5)
    assert 0 < below - above < 1e-7
    slope = (below - above) / 0.5
    assert slope == pytest.approx((student_bound(0.999999, 19_999.5) - below) / 0.5, rel=1e-3)


def test_the_ends_of_the_normal_distribution() -> None:
    assert (normal_quantile(0.0), normal_quantile(1.0)) == (-math.inf, math.inf)
    assert normal_cdf(normal_quantile(0.975)) == pytest.approx(0.975, rel=1e-15)
    assert normal_cdf(-40.0) == 0.0
