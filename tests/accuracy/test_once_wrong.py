"""Points that samples of many thousand points found, and that were beyond the bar of their loss."""

from __future__ import annotations

import numpy as np
import pytest

import losscli.losses  # noqa: F401  (registers every loss)
from losscli.registry import get
from tests.accuracy.oracle import error_in_ulp, truth

TINY = 5e-324
FOUND = [
    (
        "focal_tversky",
        {"alpha": 0.5, "beta": 0.5, "gamma": 0.75, "smooth": 0.7802238914709086, "empty": 0.0},
        ([[0.0, 1.0]], [[TINY, 1.0]]),
    ),
    ("focal_tversky", {"alpha": 0.5, "smooth": 0.0}, ([[0.0, 1.0]], [[TINY, 1.0]])),
    ("focal_tversky", {"gamma": 0.3}, ([[0.0, 0.0, 1.0]], [[3e-310, TINY, 1.0]])),
    ("bce_logits", {"pos_weight": 11.968303427391266}, ([TINY], [-11267.473334032084])),
    ("bce_logits", {"pos_weight": 1e300}, ([3 * TINY], [-1e20])),
]


@pytest.mark.parametrize(("name", "params", "rows"), FOUND)
def test_a_point_that_was_wrong_is_right(name: str, params: dict[str, float], rows: tuple[list, ...]) -> None:
    loss = get(name)
    bound = loss.resolve(params)
    arrays = [np.array(row) for row in rows]
    (computed,) = loss.rows(loss.check(arrays, bound), bound).tolist()
    symbols = [entry.symbol for entry in loss.inputs]
    values = dict(zip(symbols, (row[0] for row in rows), strict=True))
    true = truth(loss.formula, {**bound, **values}, loss.accuracy.against)
    assert error_in_ulp(computed, true) <= loss.accuracy.ulp, f"{computed!r}, exactly {true.double!r}"
