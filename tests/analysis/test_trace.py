"""The trace of a sample ends in the very number that compute prints, over every loss."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from losscli.analysis.explaining import explain
from losscli.analysis.trace import evaluate, settled, show, trace
from losscli.arrays import Floats
from losscli.errors import DomainError, ShapeError, UsageError
from losscli.registry import BoundLoss, Loss, all_losses, bind, get
from tests.losses_under_test import *  # noqa: F403  registers every loss
from tests.settings import settings
from tests.shapes import drawn

CASES = [(loss, params) for loss in all_losses() for params in settings(loss)]
IDS = [BoundLoss(loss, params).spec for loss, params in CASES]
ROWS = 12


def blocks(loss: Loss, params: dict, seed: int, rows: int = ROWS) -> list[Floats]:
    """Good values for every input: one column for losses of cells."""
    return drawn(loss, params, (rows, 1), np.random.default_rng(seed))


@pytest.mark.parametrize(("loss", "params"), CASES, ids=IDS)
def test_the_last_step_is_the_loss_bit_for_bit(loss: Loss, params: dict) -> None:
    arrays = blocks(loss, params, 5)
    bound = BoundLoss(loss, params)
    clean = loss.check(arrays, params)
    wanted = np.asarray(loss.rows(clean, params)).reshape(-1)
    record = trace(bound, arrays)
    assert len(record.samples) == ROWS
    for sample, value in zip(record.samples, wanted.tolist(), strict=True):
        assert float(sample.steps[-1].value) == value == sample.value
        assert sample.steps[-1].value == repr(value)
        assert sample.exact is not None
        assert sample.ulp is not None
        assert abs(sample.ulp) <= max(loss.accuracy.ulp, 4.0) or loss.accuracy.against != "value"


@pytest.mark.parametrize(("loss", "params"), CASES, ids=IDS)
def test_steps_are_told_once_and_read_back(loss: Loss, params: dict) -> None:
    rows = 3 if loss.gather and loss.total is None else 1
    sample, *_ = trace(BoundLoss(loss, params), blocks(loss, params, 6, rows)).samples
    expressions = [step.expression for step in sample.steps]
    assert len(set(expressions)) == len(expressions)
    for step in sample.steps:
        if step.number is not None and math.isfinite(step.number):
            assert float(step.value) == step.number


def test_several_samples_give_their_mean() -> None:
    record = trace(bind("bce"), [np.array([1.0, 0.0]), np.array([0.8, 0.1])])
    assert record.whole == "mean of 2"
    assert record.together == (record.samples[0].value + record.samples[1].value) / 2


def test_a_set_loss_gives_the_loss_of_the_list() -> None:
    arrays = [np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.5, 5.0])]
    record = trace(bind("rmse"), arrays)
    assert [sample.value for sample in record.samples] == [0.0, 0.25, 4.0]
    assert record.each == "mse"
    assert (record.whole, record.together) == ("rmse", get("rmse")(*arrays))


def test_bce_shows_at_least_three_steps() -> None:
    report = explain("bce", target="1", prediction="0.8")
    (sample,) = report.traces[0].samples
    assert len(sample.steps) >= 3
    assert sample.steps[0].expression == "log(p)"
    assert sample.steps[-1].value == "0.2231435513142097"
    assert report.lines()[-2] == "  -(y * log(p) + (1 - y) * log(1 - p)) = 0.2231435513142097"


def test_an_assignment_takes_the_place_of_its_expression() -> None:
    (sample,) = trace(bind("huber", delta=0.5), [np.array([1.0]), np.array([4.0])]).samples
    expressions = [step.expression for step in sample.steps]
    assert expressions[0] == "e = p - y"
    assert "p - y" not in expressions
    assert ("abs(e) <= delta", "false") in [(step.expression, step.value) for step in sample.steps]


def test_a_coding_is_a_step() -> None:
    (sample,) = trace(bind("hinge"), [np.array([0.0]), np.array([0.3])]).samples
    assert sample.steps[0].value == "-1"
    assert sample.inputs[0] == ("y", "0")
    assert sample.value == 1.3


@pytest.mark.parametrize("error", [1e-5, 1e-30, 1e-100, 1e-160])
def test_the_precision_grows_until_cancellation_is_over(error: float) -> None:
    """At 50 digits cosh(1e-30) is 1 and its logarithm 0."""
    bound = bind("log_cosh")
    (sample,) = trace(bound, [np.array([0.0]), np.array([error])]).samples
    assert sample.exact == pytest.approx(error * error / 2, rel=1e-9, abs=0.0)
    if error <= 1e-30:
        short = evaluate(bound, {"y": 0.0, "p": error}, 50)
        assert float(short.result) == 0.0
        assert float(settled(bound, {"y": 0.0, "p": error}, sample.value).result) > 0.0


def test_a_step_beyond_decimals_is_said() -> None:
    (sample,) = trace(bind("bce_logits"), [np.array([1.0]), np.array([-1e300])]).samples
    assert sample.value == 1e300
    assert sample.exact is None
    assert "too large" in sample.verdict()


def test_an_infinite_loss_is_traced() -> None:
    (sample,) = trace(bind("bce"), [np.array([1.0]), np.array([0.0])]).samples
    assert sample.value == math.inf
    assert sample.exact == math.inf
    assert sample.verdict() == ""
    assert sample.plain()["value"] is None
    assert sample.plain()["value_status"] == "inf"


def test_the_gradient_stands_below() -> None:
    (sample,) = trace(bind("bce"), [np.array([1.0]), np.array([0.8])]).samples
    assert sample.slopes == (-1.25,)
    assert "gradient by p = (p - y) / (p * (1 - p)) = -1.25" in sample.remarks()
    assert sample.plain()["gradient_formula"] == "(p - y) / (p * (1 - p))"


def test_a_gradient_by_cases_stands_in_brackets() -> None:
    (sample,) = trace(bind("hinge"), [np.array([1.0]), np.array([0.5])]).samples
    assert "gradient by f = (-y if y * f < margin else 0) = -1.0" in sample.remarks()


def test_a_gradient_without_a_formula_is_only_a_number() -> None:
    bound = bind("bce")
    unsaid = bound._replace(loss=replace(bound.loss, gradient_formula=None))
    (sample,) = trace(unsaid, [np.array([1.0]), np.array([0.8])]).samples
    assert "gradient by p = -1.25" in sample.remarks()
    assert sample.plain()["gradient_formula"] is None


def test_bad_values_are_refused() -> None:
    with pytest.raises(DomainError):
        explain("bce", target="1", prediction="1.5")
    with pytest.raises(ShapeError):
        explain("bce", target="1,0", prediction="0.5")
    with pytest.raises(UsageError, match="no target"):
        explain("entropy", target="1", prediction="0.5,0.5")
    with pytest.raises(UsageError, match="one loss"):
        explain("bce", "mse", target="1", prediction="0.5")
    for word in ("nan", "inf", "1_0", "0x1", "", "½"):
        with pytest.raises(UsageError, match="is no number"):
            explain("mse", target="1", prediction=word)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1, "0.1"),
        (2.0, "2"),
        (-0.0, "0"),
        (1e300, "1e+300"),
        (None, "none"),
        (True, "true"),
        ([1.0, 0.5], "[1, 0.5]"),
    ],
)
def test_numbers_are_shown_as_short_as_they_read_back(value: object, text: str) -> None:
    assert show(value) == text


def test_every_pair_of_labels_of_bce_agrees_with_the_loss() -> None:
    for label, probability in itertools.product((0.0, 1.0), (0.0, 0.25, 1.0)):
        (sample,) = trace(bind("bce"), [np.array([label]), np.array([probability])]).samples
        assert sample.value == float(get("bce")([label], [probability])[0])


def test_a_loss_of_the_whole_set_shows_the_formula_of_each_row() -> None:
    lines = explain("rmse", target=[1.0, 2.0], prediction=[1.5, 4.0]).lines()
    assert "formula of each row  (p - y) ** 2" in lines
    assert any(line.startswith("rmse = ") for line in lines)
    assert "formula  (p - y) ** 2" in explain("mse", target=[1.0, 2.0], prediction=[1.5, 4.0]).lines()
