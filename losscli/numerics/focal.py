"""The focal factor of a binary prediction: a power of the share that the prediction missed, with all digits.

A relative error of the share is multiplied by the exponent, so the share is carried with its rounding error.
"""

from __future__ import annotations

import numpy as np

from losscli.arrays import Floats
from losscli.numerics.stable import Pair, quietly, two_difference, two_product, two_sum


def missed_share(present: Floats, absent: Pair, probability: Floats) -> Pair:
    """y (1 - p) + (1 - y) p, rounded, and the rest; `absent` is 1 - y in the same two parts."""
    other = two_difference(np.ones(()), probability)
    return _sum_of_products(present, other, probability, absent)


def missed_share_of_logits(present: Floats, absent: Pair, logit: Floats) -> Pair:
    """The same with p = 1 / (1 + exp(-z)): (A + B exp(-|z|)) / (1 + exp(-|z|))."""
    decay = np.exp(-np.abs(logit))
    up = logit > 0.0
    whole = np.zeros_like(present)
    outer = np.where(up, absent[0], present), np.where(up, absent[1], whole)
    inner = np.where(up, present, absent[0]), np.where(up, whole, absent[1])
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


def _sum_of_products(first: Floats, by: Pair, second: Floats, other: Pair) -> Pair:
    """first * by + second * other, rounded, and the rest."""
    left, lost = two_product(first, by[0])
    right, more = two_product(second, other[0])
    total, rest = two_sum(left, right)
    return total, rest + (lost + more) + (first * by[1] + second * other[1])
