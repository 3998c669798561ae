"""Curves: every number is the loss's own; any loss that fits has one, any other says why not."""

from __future__ import annotations

import math

import numpy as np
import pytest

from losscli import api
from losscli.errors import LosscliError, UsageError
from losscli.registry import all_losses, parse_losses
from losscli.report.figure import Mark


@pytest.mark.parametrize("target", [0.0, 1.0])
def test_the_numbers_of_a_curve_are_those_of_the_loss(target: float) -> None:
    report = api.plot("curve", "bce,brier", target=(target,))
    losses, slopes = report.panels
    assert [entry.label for entry in losses.series] == ["bce", "brier"]
    p = np.array(losses.series[0].x)
    inner = (p > 0) & (p < 1)
    expected = {
        "bce": (
            -np.log(p[inner] if target else 1 - p[inner]),
            (1 if target else -1) * -1 / (p[inner] - (1 - target)),
        ),
        "brier": ((p[inner] - target) ** 2, 2 * (p[inner] - target)),
    }
    for line, slope in zip(losses.series, slopes.series, strict=True):
        value, gradient = expected[line.label]
        if line.label == "bce":
            gradient = -1 / p[inner] if target else 1 / (1 - p[inner])
        np.testing.assert_allclose(np.array(line.y)[inner], value, rtol=1e-13)
        np.testing.assert_allclose(np.array(slope.y)[inner], gradient, rtol=1e-13)


def test_an_infinite_loss_is_said_and_null_in_json() -> None:
    report = api.plot("curve", "bce")
    plain = report.plain()["panels"][0]["series"]
    assert plain[0]["y"][-1] is None
    assert plain[0]["y_status"][-1] == "inf"
    assert any("loss infinite: bce, target 0 at 1" in note for note in report.notes)


def test_labels_are_drawn_for_both_and_numbers_for_zero() -> None:
    assert [entry.label for entry in api.plot("curve", "hinge").panels[0].series] == [
        "hinge, target 0",
        "hinge, target 1",
    ]
    (line,) = api.plot("curve", "huber:delta=0.5").panels[0].series
    assert line.label == "huber:delta=0.5"
    assert line.y[line.x.index(0.0)] == 0.0
    assert line.x[0] == -3.0


def test_a_domain_ends_the_axis_and_a_range_is_kept() -> None:
    low = api.plot("curve", "poisson_deviance").panels[0].x
    assert low.low == 0.0
    report = api.plot("curve", "mse", range=(-2.0, 5.0))
    assert (report.panels[0].series[0].x[0], report.panels[0].series[0].x[-1]) == (-2.0, 5.0)


def test_every_loss_has_a_curve_or_says_why_not() -> None:
    drawn, refused = [], []
    for loss in all_losses():
        try:
            report = api.plot("curve", loss.name)
        except UsageError as error:
            refused.append((loss.name, error.hint))
            continue
        drawn.append(loss.name)
        (bound,) = parse_losses(loss.name)
        first = report.panels[0].series[0]
        assert first.mark is Mark.LINE
        assert any(math.isfinite(value) for value in first.y)
        assert len(report.panels) == 1 + bound.has_slope
    assert {"bce", "mse", "hinge", "huber", "mae", "pinball", "tukey_biweight"} <= set(drawn)
    assert {"triplet", "rmse", "softmax_ce", "mase"} <= {name for name, hint in refused if hint}
    assert all(hint for _, hint in refused)


@pytest.mark.parametrize(
    ("losses", "options"),
    [
        ("bce", {"target": (3.0,)}),
        ("bce", {"range": (2.0, 3.0)}),
        ("mse", {"range": (1.0, 1.0)}),
        ("mse", {"range": (0.0, math.inf)}),
        ("mse,mae,huber", {"target": (0.0, 1.0, 2.0)}),
        ("mse", {"bins": 4}),
    ],
)
def test_what_no_curve_has_is_a_wrong_call(losses: str, options: dict[str, object]) -> None:
    with pytest.raises(LosscliError) as caught:
        api.plot("curve", losses, **options)
    assert caught.value.exit_code == 2
    assert caught.value.hint


def test_a_framework_draws_its_own_number() -> None:
    (plain, _), (clipped, _) = (
        api.plot("curve", losses).panels[0].series for losses in ("bce", "bce:as=torch")
    )
    assert plain.y[-1] == math.inf
    assert clipped.y[-1] == 100.0
