"""The focal factor of a binary prediction: a power of the share that the prediction missed, with all digits.

A relative error of the share is multiplied by the exponent, so the share is carried with its rounding error.
"""

from __future__ import annotations

import numpy as np

from losscli.arrays import Floats
from losscli.numerics.stable import Pair, quietly, two_difference, two_product, two_sum


@quietly
def smoothed_pairs(target: Floats, label_smoothing: float) -> tuple[Pair, Pair]:
    """The target drawn towards 1/2, y + s (1/2 - y), and 1 minus it, each rounded, and the rest."""
    gap, gap_rest = two_difference(np.full((), 0.5), target)
    pull, rest = two_product(gap, np.full((), label_smoothing))
    present, lost = two_sum(target, pull)
    lost += rest + label_smoothing * gap_rest
    absent, more = two_difference(np.ones(()), present)
    return two_sum(present, lost), two_sum(absent, more - lost)


def missed_share(present: Pair, absent: Pair, probability: Floats) -> Pair:
    """y (1 - p) + (1 - y) p, rounded, and the rest, from y and 1 - y in the same two parts."""
    other = two_difference(np.ones(()), probability)
    left, lost = two_product(present[0], other[0])
    right, more = two_product(absent[0], probability)
    total, rest = two_sum(left, right)
    lost += present[0] * other[1] + present[1] * other[0]
    return total, rest + (lost + (more + absent[1] * probability))


def missed_share_of_logits(present: Pair, absent: Pair, logit: Floats) -> Pair:
    """The same with p = 1 / (1 + exp(-z)): (A + B exp(-|z|)) / (1 + exp(-|z|))."""
    decay = np.exp(-np.abs(logit))
    up = logit > 0.0
    outer = tuple(np.where(up, one, other) for one, other in zip(absent, present, strict=True))
    inner = tuple(np.where(up, other, one) for one, other in zip(absent, present, strict=True))
    product, lost = two_product(decay, inner[0])
    above, rest = two_sum(outer[0], product)
    rest += lost + outer[1] + decay * inner[1]
    below, below_rest = two_sum(np.ones(()), decay)
    share = above / below
    back, small = two_product(share, below)
    return share, (((above - back) - small) + (rest - share * below_rest)) / below


@quietly
def focal(entropy: Floats, missed: Pair, gamma: float) -> Floats:
    """missed**gamma * entropy; infinite where the entropy is.

    The power is applied in two halves, since it may be too small for a double where the product is not.
    """
    half = 0.5 * gamma
    share, rest = missed
    factor = np.power(share, half)
    factor *= 1.0 + half * np.where(share > 0.0, rest / share, 0.0)
    return np.where(np.isinf(entropy), entropy, (entropy * factor) * factor)


@quietly
def focal_of_sure_logits(entropy: Floats, distance: Floats, gamma: float) -> Floats:
    """The same for a label 0 or 1 and a logit so far on its side, where the share is
    exp(-d) / (1 + exp(-d)): for any d >= 0, also where exp(-d) is too small for a double."""
    exponent, rest = two_product(np.minimum(distance, 1e6), np.full((), gamma))
    decay = np.exp(-distance)
    below, below_rest = two_sum(np.ones(()), decay)
    factor = np.exp(-exponent) * np.power(below, -gamma)
    factor *= 1.0 - np.where(np.isfinite(rest), rest, 0.0) - gamma * below_rest / below
    return np.asarray(entropy * factor)
