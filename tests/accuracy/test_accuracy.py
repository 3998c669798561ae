"""Every loss keeps its bar of last places, on points where the textbook formula of the same loss fails."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from losscli.formula import Formula
from losscli.registry import Accuracy, Loss
from tests.accuracy.measure import Measured, measure
from tests.accuracy.samplers import adversarial
from tests.losses_under_test import LOSSES, by_name
from tests.settings import FRESH_SEED, settings

FEW, FEWER, MANY = 240, 80, 100_000


@pytest.mark.parametrize("loss", LOSSES, ids=by_name)
def test_keeps_its_bar(loss: Loss) -> None:
    found = measure(loss, FEW, 20260)
    assert not found.verdict(), "\n".join(found.verdict())


@pytest.mark.parametrize("loss", LOSSES, ids=by_name)
def test_keeps_its_bar_on_fresh_points(loss: Loss) -> None:
    found = measure(loss, FEWER, FRESH_SEED)
    assert not found.failures, "\n".join([f"seed {FRESH_SEED}", *found.failures[:3]])


@pytest.mark.large
@pytest.mark.parametrize("loss", LOSSES, ids=by_name)
def test_keeps_its_bar_on_many_points(loss: Loss) -> None:
    found = measure(loss, MANY, FRESH_SEED)
    assert found.points >= MANY
    assert not found.verdict(), "\n".join([f"seed {FRESH_SEED}", *found.verdict()])


@pytest.mark.parametrize("loss", LOSSES, ids=by_name)
def test_sampler_draws_good_values_and_the_same_again(loss: Loss) -> None:
    for params in settings(loss):
        drawn = adversarial(loss, params, 400, np.random.default_rng(7))
        again = adversarial(loss, params, 400, np.random.default_rng(7))
        loss.check(drawn, params)
        assert all(one.tobytes() == other.tobytes() for one, other in zip(drawn, again, strict=True))


def test_a_loss_that_is_a_little_off_is_found(mse: Loss) -> None:
    def off(target: np.ndarray, prediction: np.ndarray) -> np.ndarray:
        return mse.function(target, prediction) * (1.0 + 2.0**-50)

    found = measure(replace(mse, function=off), FEW, 1)
    assert found.failures
    assert found.worst > mse.accuracy.ulp


def test_a_loss_that_overflows_early_is_found(mse: Loss) -> None:
    def early(target: np.ndarray, prediction: np.ndarray) -> np.ndarray:
        with np.errstate(over="ignore"):
            return mse.function(target * 2.0, prediction * 2.0) / 4.0

    found = measure(replace(mse, function=early), 3000, 1)
    assert found.worst == np.inf


def test_a_false_claim_about_the_textbook_is_found(mse: Loss) -> None:
    tame = replace(mse, accuracy=Accuracy(ulp=4.0, textbook_holds=False))
    assert any("too tame" in words for words in measure(tame, FEW, 1).verdict())
    # The same number written so that large terms cancel.
    broken = replace(mse, formula=Formula("p**2 - 2 * p * y + y**2"))
    assert any("said to hold" in words for words in measure(broken, FEW, 1).verdict())


def test_a_textbook_that_rounds_a_little_more_still_holds(mse: Loss) -> None:
    bar = mse.accuracy.ulp
    found = Measured(mse, points=1, textbook_worst=1.9 * bar, textbook_failures=1)
    assert not found.verdict()
    found.textbook_worst = 2.1 * bar
    assert any("said to hold" in words for words in found.verdict())
    tame = Measured(replace(mse, accuracy=Accuracy(textbook_holds=False)), points=1)
    assert any("too tame" in words for words in tame.verdict())
