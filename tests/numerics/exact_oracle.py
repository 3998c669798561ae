"""What the exact sums are held against: fractions, and the definition of the nearest double."""

from __future__ import annotations

import math
import resource
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
from hypothesis import strategies as st

from losscli.arrays import Floats
from losscli.numerics.exact import ExactSum

FINITE = st.floats(allow_nan=False, allow_infinity=False)
POSITIVE = st.floats(min_value=0.0, exclude_min=True, allow_infinity=False)
LARGEST = Fraction(sys.float_info.max)

# --- the oracle --------------------------------------------------------------


def terms(kind: str, weights: Floats, values: Floats) -> list[Fraction]:
    pairs = [(Fraction(w), Fraction(v)) for w, v in zip(weights.tolist(), values.tolist(), strict=True)]
    return {
        "values": [v for _, v in pairs],
        "squares": [v * v for _, v in pairs],
        "products": [w * v for w, v in pairs],
        "weighted squares": [w * v * v for w, v in pairs],
    }[kind]


def added(kind: str, weights: Floats, values: Floats) -> ExactSum:
    found = ExactSum()
    if kind == "values":
        found.add(values)
    elif kind == "squares":
        found.add_squares(values)
    elif kind == "products":
        found.add_products(weights, values)
    else:
        found.add_weighted_squares(weights, values)
    return found


def is_nearest(found: float, true: Fraction) -> bool:
    """Whether no double is nearer to the number, and the even one was taken where two are as near."""
    if math.isinf(found):
        half_step = Fraction(2) ** 970
        return abs(true) >= LARGEST + half_step and (found > 0) == (true > 0)
    distance = abs(Fraction(found) - true)
    for neighbour in (math.nextafter(found, math.inf), math.nextafter(found, -math.inf)):
        if math.isinf(neighbour):
            if abs(true) >= LARGEST + Fraction(2) ** 970:
                return False
            continue
        other = abs(Fraction(neighbour) - true)
        if other < distance or (other == distance and np.float64(found).view(np.int64) & 1):
            return False
    return True


def is_nearest_root(found: float, square: Fraction) -> bool:
    """Whether the root of a fraction lies between the midpoints around a double; a tie cannot be a root's."""
    below = (Fraction(found) + Fraction(math.nextafter(found, 0.0))) / 2 if found else Fraction(0)
    last = LARGEST + Fraction(2) ** 971
    step = Fraction(math.nextafter(found, math.inf)) if found < sys.float_info.max else last
    above = (Fraction(found) + step) / 2
    return below * below <= square <= above * above


def weighted_variance(weights: list[Fraction], values: list[Fraction]) -> Fraction:
    """By the definition: the weighted mean of the squared deviations, in fractions."""
    total = sum(weights)
    middle = sum(w * v for w, v in zip(weights, values, strict=True)) / total
    return sum(w * (v - middle) ** 2 for w, v in zip(weights, values, strict=True)) / total


def wild(seed: int, count: int, low: int = -1074, high: int = 1023) -> Floats:
    """Numbers of every size: exponents drawn evenly, a tenth of them zero, both signs."""
    draw = np.random.default_rng(seed)
    values = np.ldexp(draw.uniform(1.0, 2.0, count), draw.integers(low, high, count))
    return np.where(draw.random(count) < 0.1, 0.0, values * draw.choice([-1.0, 1.0], count))


KINDS = ["values", "squares", "products", "weighted squares"]
PROBES = {
    "tiny squared": ([1.0, 1.0], [1e-170, 3e-170]),
    "huge squared": ([1.0, 1.0], [1e200, -1.1e200]),
    "subnormal weight": ([1e-310, 3e-310], [0.1, 0.7]),
    "smallest of all": ([5e-324, 5e-324], [5e-324, -5e-324]),
    "largest of all": ([sys.float_info.max] * 3, [sys.float_info.max, -1.0, sys.float_info.max]),
    "a square whose error underflows": ([1.0, 2.0], [1.1e-154, 1.3e-155]),
    "huge beside tiny": ([1e-300, 1e300], [1.7e308, -5e-324]),
}


def peak_kilobytes() -> int:
    """The child's own peak: on Linux `ru_maxrss` also counts the parent's memory at the fork."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "darwin" else 1)
