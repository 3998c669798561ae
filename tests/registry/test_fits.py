"""Parameters that are good one by one, but not together, or not at all for a loss that needs a slope."""

from __future__ import annotations

import pytest

from losscli.errors import ParamError
from losscli.losses import hampel, linex


@pytest.mark.parametrize("corners", [{"a": 5.0}, {"b": 8.0}, {"c": 4.0}, {"a": 3.0, "b": 2.0, "c": 1.0}])
def test_corners_out_of_order_are_refused(corners: dict[str, float]) -> None:
    with pytest.raises(ParamError, match=r"a < b < c is needed, got a="):
        hampel([0.0], [1.0], **corners)


def test_corners_in_order_are_taken() -> None:
    assert hampel([0.0], [3.0], a=1.0, b=2.0, c=3.0).tolist() == [2.0]


def test_a_flat_exponential_is_refused() -> None:
    with pytest.raises(ParamError, match="a=0 gives 0 for every row"):
        linex([0.0], [1.0], a=0.0)
