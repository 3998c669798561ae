"""Margins between scores, and means over columns, where plain subtraction cancels or plain addition
overflows."""

from __future__ import annotations

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.numerics.stable import quietly, sum_columns, two_difference, two_sum


@quietly
def shortfall(margin: float, ahead: Floats, behind: Floats) -> Floats:
    """margin - (ahead - behind), rounded about once: also where the gap is close to the margin. Shapes are
    broadcast; a gap beyond the largest double is an infinity."""
    gap, rest = two_difference(behind, ahead)
    total, lost = two_sum(gap, np.asarray(margin))
    return np.where(np.isfinite(total), total + (lost + rest), total)


def missing(margin: float, ahead: Floats, behind: Floats) -> Floats:
    """What `ahead` lacks of a lead of `margin` over `behind`; 0 where it lacks nothing."""
    return np.maximum(0.0, shortfall(margin, ahead, behind))


@quietly
def mean_columns(block: Rows) -> Floats:
    """(n,): the mean of each row of an (n, k) block, also where the row's sum overflows."""
    count = float(block.shape[1])
    found: Floats = sum_columns(block) / count
    beyond = np.isinf(found)
    if beyond.any():
        found[beyond] = sum_columns(block[beyond] / count)
    return found
