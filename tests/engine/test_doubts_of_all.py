"""Every registered loss on adversarial rows, plain, under its parameters and its conventions: a run without a
summary doubts what one with a summary doubts, and nothing warns but the report."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from losscli import api
from losscli.errors import LosscliError
from losscli.registry import Loss, Shape, bind_loss
from tests.accuracy.samplers import adversarial
from tests.losses_under_test import LOSSES, by_name
from tests.settings import FRESH_SEED, settings
from tests.shapes import required

ROWS = 64
SCORED = [
    loss
    for loss in LOSSES
    if not any(entry.shape is Shape.SERIES for entry in required(loss, loss.resolve({})))
]
"""Histories come from files."""


def _said(bound: Any, arrays: list[Any], *, summary: bool) -> tuple[str, ...]:
    try:
        report = api.compute([bound], *arrays, summary=summary, samples=False)
    except LosscliError as error:  # a convention may take less
        return (type(error).__name__,)
    return tuple(sorted(found.code for found in report.findings() if found.code == "W126"))


@pytest.mark.parametrize("loss", SCORED, ids=by_name)
def test_a_glance_at_all_rows_is_the_summary(loss: Loss) -> None:
    for seed, params in enumerate(settings(loss, 3), start=FRESH_SEED % 1000):
        arrays = list(adversarial(loss, params, ROWS, np.random.default_rng(seed)))
        plain = bind_loss(loss, params)
        assert _said(plain, arrays, summary=False) == _said(plain, arrays, summary=True)
    for convention in loss.deviations:
        bound = bind_loss(loss, {}, convention=convention)
        arrays = list(adversarial(loss, loss.resolve({}), ROWS, np.random.default_rng(FRESH_SEED)))
        assert _said(bound, arrays, summary=False) == _said(bound, arrays, summary=True)
