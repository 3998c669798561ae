"""Comparing from the library: arrays, names, and what a row counts under a framework's own reduction."""

from __future__ import annotations

import numpy as np
import pytest

import losscli
from losscli.analysis.entrants import name_predictions
from losscli.errors import UsageError
from losscli.registry import Loss
from tests.laws.cases import Case
from tests.losses_under_test import LOSSES, by_name

RANDOM = np.random.default_rng(12)
Y = RANDOM.normal(size=40)
A, B = Y + RANDOM.normal(size=40), Y + 1.5 * RANDOM.normal(size=40)
W = RANDOM.integers(1, 4, size=40).astype(float)


def test_arrays_and_names() -> None:
    report = losscli.compare("mse", Y, A, B, names=["small", "large"], reference="large")
    (found,) = report.results
    small, large = found.standings
    assert (small.name, small.rank, large.rank) == ("small", 1, 2)
    assert large.difference is None
    assert small.difference is not None
    assert small.difference.value.value == pytest.approx(np.mean((A - Y) ** 2 - (B - Y) ** 2))
    plain = losscli.compare("mse", Y, A, B)
    assert [name for name, _ in plain.models] == ["prediction 1", "prediction 2"]


@pytest.mark.parametrize("weight", [None, W])
def test_several_outputs_are_compared_each(weight: object) -> None:
    y, a, b = (np.stack([one, -2 * one], axis=1) for one in (Y, A, B))
    report = losscli.compare("mse", y, a, b, multioutput="none", weight=weight)
    assert len(report.results) == 2
    for column, found in enumerate(report.results):
        alone = losscli.compare("mse", y[:, column], a[:, column], b[:, column], weight=weight)
        ours, theirs = found.standings[1].difference, alone.results[0].standings[1].difference
        assert ours is not None
        assert theirs is not None
        assert ours == theirs


@pytest.mark.parametrize("weight", [None, W])
@pytest.mark.parametrize(
    "spec", ["huber:as=scipy.least_squares", "huber:as=torch", "huber:delta=2", "mse,medae,mae"]
)
def test_differences_are_those_of_the_values_however_they_are_reduced(spec: str, weight: object) -> None:
    """scipy adds up, torch divides a weighted sum by the rows."""
    for found in losscli.compare(spec, Y, A, B, weight=weight, names="a,b").results:
        one, other = found.standings
        assert other.difference is not None
        expected = other.value.value - one.value.value
        assert other.difference.value.value == pytest.approx(expected, rel=1e-9)
        if found.result.loss != "medae":
            interval = other.difference.interval
            assert interval.low < expected < interval.high


def test_a_sum_has_the_interval_of_the_mean_times_the_rows() -> None:
    summed, mean = (
        losscli.compare(spec, Y, A, B).results[0].standings[1].difference
        for spec in ("huber:as=scipy.least_squares", "huber")
    )
    assert summed is not None
    assert mean is not None
    assert summed.interval.high == pytest.approx(40 * mean.interval.high, rel=1e-9)
    assert summed.detectable == pytest.approx(40 * (mean.detectable or 0.0), rel=1e-9)
    assert summed.p == mean.p


def test_rows_that_do_not_count_are_left_out() -> None:
    labels = np.arange(40) % 3
    ours, theirs = (np.exp(one[:, None] * np.arange(3) / 3) for one in (A, B))
    ours, theirs = (one / one.sum(axis=1, keepdims=True) for one in (ours, theirs))
    found, without = (
        losscli.compare(spec, labels[rows], ours[rows], theirs[rows]).results[0].standings[1]
        for spec, rows in (
            ("sparse_categorical_ce:ignore_index=2", np.arange(40)),
            ("sparse_categorical_ce", np.flatnonzero(labels != 2)),
        )
    )
    assert found.value == without.value
    assert found.difference == without.difference


def test_a_root_has_the_test_of_its_mean_and_the_interval_of_its_resamples() -> None:
    random = np.random.default_rng(5)
    y, a, b = random.normal(size=(3, 400))
    b = 1.1 * b
    rmse, mse = losscli.compare("rmse,mse", y, a, b).results
    root, mean = rmse.standings[1].difference, mse.standings[1].difference
    assert root is not None
    assert mean is not None
    assert root.p == mean.p  # swapping predictions on rows moves both the same way
    assert root.value.value == pytest.approx(rmse.standings[1].value.value - rmse.standings[0].value.value)
    assert (root.better, root.worse, root.equal) == (None, None, None)
    picked = random.integers(0, 400, size=(20_000, 400))
    ends = np.sqrt(((b - y) ** 2)[picked].mean(axis=1)) - np.sqrt(((a - y) ** 2)[picked].mean(axis=1))
    low, high = np.quantile(ends, [0.025, 0.975])
    assert root.interval.low == pytest.approx(low, abs=0.06 * (high - low))
    assert root.interval.high == pytest.approx(high, abs=0.06 * (high - low))
    assert root.interval.method.endswith("of pseudo-values")


@pytest.mark.parametrize("weight", [None, W])
@pytest.mark.parametrize("spec", ["rmse", "wape", "rmsle", "mse"])
def test_pseudo_values_average_to_the_number(spec: str, weight: object) -> None:
    y, a, b = (np.abs(one) + 0.1 for one in (Y, A, B))
    (found,) = losscli.compare(spec, y, a, b, weight=weight).results
    one, other = found.standings
    assert other.difference is not None
    expected = other.value.value - one.value.value
    assert other.difference.value.value == pytest.approx(expected, rel=1e-9)
    assert other.difference.interval.low < expected < other.difference.interval.high


def test_a_number_without_rows_has_its_value_and_says_why() -> None:
    (found,) = losscli.compare("r2", Y, A, B).results
    difference = found.standings[1].difference
    assert difference is not None
    assert difference.interval.method.startswith("no interval: ")
    assert (difference.p, difference.detectable, found.standings[0].group) == (None, None, None)
    assert difference.value.value == found.standings[1].value.value - found.standings[0].value.value


@pytest.mark.parametrize("option", ["by", "state", "engine", "worst", "reduction"])
def test_what_only_compute_has(option: str) -> None:
    with pytest.raises(UsageError, match="compare has no option"):
        losscli.compare("mse", Y, A, B, **{option: "mean"})


@pytest.mark.parametrize(
    ("target", "predictions", "names"),
    [
        ("y.csv", ["runs/a.csv", "b.csv.gz"], ("a", "b")),
        ("y.csv", ["a.csv:p", "a.csv:q"], ("p", "q")),
        ("d.csv:y", [":a", ":b"], ("a", "b")),
        ("d.csv:y", [":p0..p2", ":q0..q2"], ("p0..p2", "q0..q2")),
        ("y.csv", ["a.csv:p", "a.csv:q", "b.csv"], ("a:p", "a:q", "b")),
        ("y.npy", ["a/", "s3://bucket/run.1.parquet"], ("a", "run.1")),
        ("y.csv", ["-:p", "b.csv"], ("stdin", "b")),
    ],
)
def test_names_come_from_files_or_columns(
    target: str, predictions: list[str], names: tuple[str, ...]
) -> None:
    assert name_predictions(target, predictions, ()) == names


def test_rows_of_weight_are_rows_that_count_more() -> None:
    whole = losscli.compare("mae", Y, A, B, weight=W).results[0].standings[1].difference
    assert whole is not None
    difference = np.abs(B - Y) - np.abs(A - Y)
    assert whole.value.value == pytest.approx(np.average(difference, weights=W), rel=1e-12)
    assert whole.better == pytest.approx(W[difference < 0].sum() / W.sum(), rel=1e-15)


def test_one_row_has_no_interval_and_says_why() -> None:
    found = losscli.compare("mse", [1.0], [2.0], [4.0]).results[0].standings[1].difference
    assert found is not None
    assert found.value.value == 8.0
    assert found.interval.method == "no interval: one row has no spread"
    assert (found.p, found.detectable) == (1.0, None)


def test_draws_that_cannot_tell_anything_apart_are_told() -> None:
    others = [Y + scale * (A - Y) for scale in (1.0, 30.0, 900.0)]
    report = losscli.compare("mse", Y, *others, resamples=100, confidence=0.98)
    (warning,) = report.findings()
    assert warning.code == "W204"
    assert "3 pairs: no p (Holm) falls below 0.03; --resamples 1000 " in warning.message
    assert {one.group for one in report.results[0].standings} == {"A"}
    enough = losscli.compare("mse", Y, *others, resamples=1000, confidence=0.98)
    assert enough.findings() == []
    assert [one.group for one in enough.results[0].standings] == ["A", "B", "C"]


def test_predictions_that_are_the_same() -> None:
    (found,) = losscli.compare("mse", Y, A, A.copy(), names="a,b").results
    one, other = found.standings
    assert (one.rank, other.rank, one.group, other.group) == (1, 1, "A", "A")
    assert other.difference is not None
    assert (other.difference.value.value, other.difference.p, other.difference.equal) == (0.0, 1.0, 1.0)
    assert other.difference.interval[:2] == (0.0, 0.0)


TWO_INPUTS = [loss for loss in LOSSES if len(loss.inputs) == 2 and all(entry.paired for entry in loss.inputs)]


@pytest.mark.parametrize("loss", TWO_INPUTS, ids=by_name)
def test_every_loss_of_two_inputs_is_compared(loss: Loss) -> None:
    case = Case(loss, loss.resolve({}), 3)
    target, first = case.draw(30)
    second = case.draw(30, generator=np.random.default_rng(77))[1]
    (found,) = losscli.compare(loss, target, first, second, names="a,b").results
    values = [losscli.compute(loss, target, one).results[0].headline for one in (first, second)]
    assert [standing.value for standing in found.standings] == values
    difference = found.standings[1].difference
    assert difference is not None
    if not all(value.status == "ok" for value in values):
        assert not difference.interval.known
        return
    expected = values[1].value - values[0].value
    size = max(abs(value.value) for value in values)
    assert difference.value.value == pytest.approx(expected, rel=1e-9, abs=1e-12 * size)
    if difference.interval.known:
        assert difference.interval.low <= expected + 1e-12 * size
        assert difference.interval.high >= expected - 1e-12 * size
        assert 0.0 < (difference.p or 0.0) <= 1.0
    else:
        assert difference.p is None or found.rows == 1


def test_there_are_many_such_losses() -> None:
    assert len(TWO_INPUTS) > 100
