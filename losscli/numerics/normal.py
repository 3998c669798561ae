"""The normal distribution: the error function, and the score of a standard normal forecast.

NumPy has no error function; the standard library's is exact to a last place, so it is applied number by
number.
"""

from __future__ import annotations

import math

import numpy as np

from losscli.arrays import Floats

ROOT_2 = math.sqrt(2.0)
ROOT_2_OVER_PI = math.sqrt(2.0 / math.pi)
ONE_OVER_ROOT_PI = 1.0 / math.sqrt(math.pi)
CRPS_AT_CENTRE = (ROOT_2 - 1.0) * ONE_OVER_ROOT_PI


def erf(values: Floats) -> Floats:
    """The error function of each number; the shape stays.

    >>> erf(np.array([0.0, -0.5])).tolist()
    [0.0, -0.5204998778130465]
    """
    flat = np.fromiter(map(math.erf, values.ravel().tolist()), np.float64, values.size)
    return flat.reshape(values.shape)


def standard_crps(scores: Floats) -> Floats:
    """The continuous ranked probability score of a standard normal forecast at each number.

    The textbook's z erf(z / sqrt 2) + 2 phi(z) - 1 / sqrt(pi) loses digits where it is smallest, around 0. So
    that value stands apart, and what the density loses from its peak is computed as such.
    """
    within = scores * erf(scores / ROOT_2)
    fallen = ROOT_2_OVER_PI * np.expm1(-0.5 * (scores * scores))
    return CRPS_AT_CENTRE + (within + fallen)
