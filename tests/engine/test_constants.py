"""The best constant prediction of real data: its value, its loss, and the skill against it."""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np
import pytest

import losscli
from losscli.report.compute import Baseline


def baselines(losses: str, *sources: Any, **options: Any) -> list[Baseline]:
    return [result.baseline for result in losscli.compute(losses, *sources, **options).results]


def constant_loss(baseline: Baseline) -> float:
    assert baseline.loss is not None
    return baseline.loss.value


def test_the_most_frequent_class_is_a_class_that_occurs() -> None:
    (baseline,) = baselines("zero_one", [7, 7, 3, 7], [7, 3, 3, 7])
    assert (baseline.value, constant_loss(baseline), baseline.skill) == (7.0, 0.25, 0.0)


@pytest.mark.parametrize(("label", "constant"), [(1, 1.0), (0, 0.0)])
def test_one_class_with_a_threshold_is_predicted_by_a_score_of_its_side(label: int, constant: float) -> None:
    (baseline,) = baselines("zero_one:threshold=0.5", [label] * 3, [0.2, 0.7, 0.8])
    assert (baseline.value, constant_loss(baseline)) == (constant, 0.0)


def test_the_error_of_the_most_frequent_class_is_not_one_minus_a_rounded_share() -> None:
    (baseline,) = baselines("zero_one", [0, 1, 1], [1, 1, 0])
    assert constant_loss(baseline) == 1 / 3
    assert baseline.skill == -1.0


def test_weights_decide_the_most_frequent_class() -> None:
    (baseline,) = baselines("zero_one", [4, 4, 9, 2], [4, 4, 9, 9], weight=[0.5, 0.25, 2.0, 0.25])
    assert (baseline.value, constant_loss(baseline)) == (9.0, 1 / 3)


def test_many_classes_are_counted_in_one_go() -> None:
    codes = np.arange(40_000.0)
    start = time.process_time()
    baselines("zero_one", codes, codes)
    assert time.process_time() - start < 20  # each class looked for in all rows takes minutes


@pytest.mark.parametrize("loss", ["rmse", "rmse:columns=separate"])
def test_a_sum_over_columns_is_compared_with_a_sum(loss: str) -> None:
    target, prediction = [[1.0, 2.0], [3.0, 9.0]], [[1.0, 1.0], [1.0, 1.0]]
    (baseline,) = baselines(loss, target, prediction, multioutput="sum")
    assert constant_loss(baseline) == 1.0 + 3.5
    again = losscli.compute(loss, target, [[2.0, 5.5]] * 2, multioutput="sum")
    assert again.results[0].headline.value == constant_loss(baseline)


def test_pooled_columns_have_one_root() -> None:
    target = np.random.default_rng(4).normal(size=(20, 3))
    (baseline,) = baselines("rmse", target, np.zeros((20, 3)), weight=np.linspace(0, 1, 20))
    again = losscli.compute("rmse", target, np.tile(baseline.value, (20, 1)), weight=np.linspace(0, 1, 20))  # type: ignore[arg-type]
    assert again.results[0].headline.value == pytest.approx(constant_loss(baseline), rel=1e-14)


def test_the_deviation_is_finite_where_the_variance_is_not() -> None:
    (baseline,) = baselines("rmse", [1e200, -1e200], [1e200, 1e200])
    assert constant_loss(baseline) == 1e200
    assert baseline.skill == pytest.approx(1 - math.sqrt(2))


@pytest.mark.parametrize("columns", [1, 2])
def test_a_variance_beyond_the_doubles_says_so(columns: int) -> None:
    target = np.array([[1e200] * columns, [-1e200] * columns]).squeeze()
    (baseline,) = baselines("mse", target, target)
    assert baseline.loss is not None
    assert (baseline.loss.status, baseline.skill) == ("overflow", None)


@pytest.mark.parametrize(
    ("target", "weight"), [([1e-310, 1.0], None), ([1e30, 1.0], [1e-300, 1.0]), ([1e-300, 2.0], [1e300, 1.0])]
)
def test_relative_errors_of_extreme_targets_have_a_constant(target: list[float], weight: Any) -> None:
    (baseline,) = baselines("mape", target, [1.0, 1.0], weight=weight)
    assert baseline.value in target


@pytest.mark.parametrize("loss", ["cosine", "kl", "kl:base=10"])
def test_equal_targets_leave_no_skill_to_have(loss: str) -> None:
    generator = np.random.default_rng(8)
    for _ in range(50):
        row, weight = generator.dirichlet([1.0, 1.0, 1.0]), generator.random(9)
        (baseline,) = baselines(loss, [row] * 9, generator.dirichlet([1.0, 1.0, 1.0], 9), weight=weight)
        assert (constant_loss(baseline), baseline.skill) == (0.0, None)
