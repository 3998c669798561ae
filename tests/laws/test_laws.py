"""Every law over every registered loss, under its defaults and under other values of each parameter."""

from __future__ import annotations

import pytest

from losscli.registry import Loss
from tests.laws import record_laws, refusal_laws, row_laws, value_laws  # noqa: F401  (enter the laws)
from tests.laws.cases import LAWS, Case
from tests.losses_under_test import LOSSES, by_name
from tests.settings import FRESH_SEED, settings


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("loss", LOSSES, ids=by_name)
def test_law(law: str, loss: Loss) -> None:
    for params in settings(loss):
        LAWS[law](Case(loss, params, seed=1))


@pytest.mark.parametrize(
    "law",
    [
        "gradient is the derivative",
        "gradient formula is the gradient",
        "perfect prediction is perfect",
        "no nan and no warning",
    ],
)
@pytest.mark.parametrize("loss", LOSSES, ids=by_name)
def test_law_on_fresh_points(law: str, loss: Loss) -> None:
    for params in settings(loss, FRESH_SEED):
        LAWS[law](Case(loss, params, FRESH_SEED))
