"""The textbook formulas at 50 digits: each a sentence and a function of one row's numbers.

The numbers are the doubles that the files' decimals stand for; 0 ln 0 counts as 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
from mpmath import mpf

DIGITS = 50
mpmath.mp.dps = DIGITS
Number = Any


@dataclass(frozen=True)
class Formula:
    """`row` gives one row's loss from its entry of each input; `finish` is applied to the reduced value."""

    text: str
    row: Callable[..., Number]
    finish: Callable[[Number], Number] = lambda value: value

    def rows(self, inputs: Sequence[Any]) -> list[Number]:
        """One value a row."""
        return [self.row(*(exactly(part) for part in parts)) for parts in zip(*inputs, strict=True)]


def exactly(part: Any) -> Any:
    """A double as it is, a row of them as a list."""
    return [mpf(float(value)) for value in part] if getattr(part, "ndim", 0) else mpf(float(part))


def times_log(factor: Number, value: Number) -> Number:
    """x ln y, with 0 ln 0 = 0."""
    return mpf(0) if factor == 0 else factor * mpmath.log(value)


def divergence(p: Sequence[Number], q: Sequence[Number]) -> Number:
    """Kullback-Leibler, in nats."""
    return sum(times_log(a, a / b) if a else mpf(0) for a, b in zip(p, q, strict=True))


def jensen_shannon(p: Sequence[Number], q: Sequence[Number]) -> Number:
    """The mean divergence from the midpoint, in nats."""
    middle = [(a + b) / 2 for a, b in zip(p, q, strict=True)]
    return (divergence(p, middle) + divergence(q, middle)) / 2


def log_sum_exp(values: Sequence[Number]) -> Number:
    """At 50 digits nothing needs to be shifted."""
    return mpmath.log(sum(mpmath.exp(value) for value in values))


def huber(residual: Number, delta: int) -> Number:
    """Parabola inside, line outside."""
    size = abs(residual)
    return residual**2 / 2 if size <= delta else delta * (size - mpf(delta) / 2)


def cosine_distance(a: Sequence[Number], b: Sequence[Number]) -> Number:
    """One minus the cosine of the angle."""
    dot = sum(x * y for x, y in zip(a, b, strict=True))
    return 1 - dot / mpmath.sqrt(sum(x * x for x in a) * sum(y * y for y in b))


def cross_entropy(p: Sequence[Number], q: Sequence[Number]) -> Number:
    """In nats."""
    return -sum(times_log(a, b) for a, b in zip(p, q, strict=True))


def single(value: Number) -> Number:
    """The number that single precision holds instead."""
    return mpf(float(np.float32(float(value))))


def clipped_bce(y: Number, p: Number, low: Number, high: Number) -> Number:
    """Binary cross-entropy of a probability that is kept between two bounds."""
    kept = min(max(p, low), high)
    return -times_log(y, kept) - times_log(1 - y, 1 - kept)


def single_bce(y: Number, p: Number, clip: float) -> Number:
    """Binary cross-entropy of the two chances as single precision holds them, clipped there."""
    kept = min(max(single(p), single(clip)), single(1 - single(clip)))
    return -times_log(y, kept) - times_log(1 - y, single(1 - kept))


def floored_bce(y: Number, p: Number, floor: int) -> Number:
    """Binary cross-entropy whose logarithms never fall below the floor."""
    hit, miss = (mpmath.log(part) if part else mpf(floor) for part in (p, 1 - p))
    return -(y * max(hit, mpf(floor)) + (1 - y) * max(miss, mpf(floor)))


def seasonal(series: Sequence[Number], season: int, power: int) -> Number:
    """The mean power of a series' absolute differences over a season."""
    differences = [abs(a - b) ** power for a, b in zip(series[season:], series, strict=False)]
    return sum(differences) / len(differences)


def quantiles(y: Number, q: Sequence[Number], levels: Sequence[float]) -> Number:
    """The mean pinball loss of several quantiles; the levels are doubles, as in every library."""
    pairs = [(y - value, mpf(level)) for value, level in zip(q, levels, strict=True)]
    return sum(max(level * rest, (level - 1) * rest) for rest, level in pairs) / len(pairs)


def interval(y: Number, low: Number, high: Number, alpha: float) -> Number:
    """The width, and 2 / alpha for each unit outside."""
    return high - low + 2 / mpf(alpha) * (max(low - y, mpf(0)) + max(y - high, mpf(0)))


BCE = Formula("-(y ln p + (1 - y) ln(1 - p))", lambda y, p: -times_log(y, p) - times_log(1 - y, 1 - p))
BCE_LOGITS = Formula(
    "-(y ln s(z) + (1 - y) ln(1 - s(z))), s(z) = 1/(1 + e^-z)",
    lambda y, z: y * mpmath.log(1 + mpmath.exp(-z)) + (1 - y) * mpmath.log(1 + mpmath.exp(z)),
)
SQUARED = Formula("(p - y)^2", lambda y, p: (p - y) ** 2)
HALF_SQUARED = Formula("(p - y)^2 / 2", lambda y, p: (p - y) ** 2 / 2)
ROOT_SQUARED = Formula("root of the mean of (p - y)^2", SQUARED.row, mpmath.sqrt)
ABSOLUTE = Formula("|p - y|", lambda y, p: abs(p - y))
SQUARED_LOG = Formula("(ln(1 + p) - ln(1 + y))^2", lambda y, p: (mpmath.log(1 + p) - mpmath.log(1 + y)) ** 2)
ROOT_SQUARED_LOG = Formula("root of the mean of (ln(1 + p) - ln(1 + y))^2", SQUARED_LOG.row, mpmath.sqrt)
PERCENTAGE = Formula("|p - y| / |y|", lambda y, p: abs(p - y) / abs(y))
HUBER_50 = Formula("r = p - y; r^2/2 where |r| <= 50, else 50 (|r| - 25)", lambda y, p: huber(p - y, 50))
SMOOTH_L1_50 = Formula(
    "r = p - y; r^2/100 where |r| <= 50, else |r| - 25", lambda y, p: huber(p - y, 50) / 50
)
PSEUDO_HUBER_50 = Formula(
    "50^2 (sqrt(1 + ((p - y)/50)^2) - 1)", lambda y, p: 2500 * (mpmath.sqrt(1 + ((p - y) / 50) ** 2) - 1)
)
LOG_COSH = Formula("ln cosh(p - y)", lambda y, p: mpmath.log(mpmath.cosh(p - y)))
# The level is the double 0.9, as it is in every library.
PINBALL_90 = Formula(
    "max(0.9 (y - p), (0.9 - 1) (y - p))",
    lambda y, p: max(mpf(0.9) * (y - p), (mpf(0.9) - 1) * (y - p)),
)
ZERO_ONE = Formula("1 where (p > 1/2) differs from y, else 0", lambda y, p: mpf((p > 0.5) != (y == 1)))
HINGE = Formula("max(0, 1 - y f)", lambda y, f: max(mpf(0), 1 - y * f))
SQUARED_HINGE = Formula("max(0, 1 - y f)^2", lambda y, f: max(mpf(0), 1 - y * f) ** 2)
SOFT_MARGIN = Formula("ln(1 + e^(-y f))", lambda y, f: mpmath.log(1 + mpmath.exp(-y * f)))
SPARSE_CE = Formula("-ln P_y", lambda y, p: -mpmath.log(p[int(y)]))
SPARSE_SOFTMAX = Formula("ln(sum of e^Z) - Z_y", lambda y, z: log_sum_exp(z) - z[int(y)])
SOFTMAX = Formula(
    "sum of Y_c (ln(sum of e^Z) - Z_c)",
    lambda y, z: sum(a * (log_sum_exp(z) - b) for a, b in zip(y, z, strict=True)),
)
CROSS_ENTROPY = Formula("-sum of P_c ln Q_c", cross_entropy)
ENTROPY = Formula("-sum of P_c ln P_c", lambda p: cross_entropy(p, p))
ENTROPY_BITS = Formula("-sum of P_c log2 P_c", lambda p: cross_entropy(p, p) / mpmath.log(2))
KL = Formula("sum of P_c ln(P_c / Q_c)", divergence)
KL_BITS = Formula("sum of P_c log2(P_c / Q_c)", lambda p, q: divergence(p, q) / mpmath.log(2))
KL_TEN = Formula("sum of P_c log10(P_c / Q_c)", lambda p, q: divergence(p, q) / mpmath.log(10))
JS = Formula("KL(P, M)/2 + KL(Q, M)/2 in nats, M = (P + Q)/2", jensen_shannon)
COSINE = Formula("1 - P.Q / (|P| |Q|)", cosine_distance)
BCE_TORCH = Formula(
    "-(y max(ln p, -100) + (1 - y) max(ln(1 - p), -100))", lambda y, p: floored_bce(y, p, -100)
)
BCE_SKLEARN = Formula(
    "-(y ln p + (1 - y) ln(1 - p)), p clipped to [2^-52, 1 - 2^-52]",
    lambda y, p: clipped_bce(y, p, mpf(2) ** -52, 1 - mpf(2) ** -52),
)
BCE_KERAS = Formula(
    "-(y ln p + (1 - y) ln(1 - p)), p and 1 - p in single precision, p clipped there to [1e-7, 1 - 1e-7]",
    lambda y, p: single_bce(y, p, 1e-7),
)
GAUSSIAN_NLL = Formula("(ln v + (y - m)^2 / v) / 2", lambda y, m, v: (mpmath.log(v) + (y - m) ** 2 / v) / 2)
GAUSSIAN_NLL_FULL = Formula(
    "(ln(2 pi v) + (y - m)^2 / v) / 2",
    lambda y, m, v: (mpmath.log(2 * mpmath.pi * v) + (y - m) ** 2 / v) / 2,
)
THREE_QUANTILES = Formula(
    "mean over t in (0.1, 0.5, 0.9) of max(t (y - q_t), (t - 1) (y - q_t))",
    lambda y, q: quantiles(y, q, (0.1, 0.5, 0.9)),
)
INTERVAL_80 = Formula(
    "u - l + 10 max(0, l - y) + 10 max(0, y - u)", lambda y, b: interval(y, b[0], b[1], 0.2)
)
MASE_4 = Formula(
    "|p - y| / mean of |T_i - T_(i-4)|, T the history of the row's shop",
    lambda y, p, history: abs(p - y) / seasonal(history, 4, 1),
)
RMSSE_4 = Formula(
    "root of the mean of (p - y)^2 / mean of (T_i - T_(i-4))^2, T the history of the row's shop",
    lambda y, p, history: (p - y) ** 2 / seasonal(history, 4, 2),
    mpmath.sqrt,
)
LISTNET = Formula(
    "sum of Y_i (ln(sum of e^S) - S_i) over a list",
    lambda y, s: sum(a * (log_sum_exp(s) - b) for a, b in zip(y, s, strict=True)),
)
PAIR = Formula(
    "ln(1 + e^(b - a)), a row for each pair of a list's scores, a the more relevant item's",
    lambda a, b: mpmath.log(1 + mpmath.exp(b - a)),
)
