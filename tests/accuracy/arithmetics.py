"""Two arithmetics for formulas: mpmath at any precision, and plain float64 as a textbook would compute."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
from mpmath import libmp

CONTEXT = mpmath.MPContext()
"""A context of our own, so that its precision is nobody else's."""
mpf = CONTEXT.mpf
INFINITY = mpf("inf")
UNDEFINED = mpf("nan")


NOTHING = -1200
"""What is below 2**-1200 cannot be told from 0 beside the smallest double."""


class _Lost:
    """How many leading bits the worst sum or difference lost to cancellation since the last reset: a root, a
    logarithm or a quotient of what is left has as many wrong ones."""

    bits = 0

    def note(self, one: Any, other: Any, result: Any) -> None:
        """Two numbers, and what they add up to."""
        _, digits, exponent, length = result._mpf_
        place = exponent + length
        if not digits or place < NOTHING:
            return
        for _, some, first, count in (one._mpf_, other._mpf_):
            if some and first + count - place > self.bits:
                self.bits = first + count - place


LOST = _Lost()


class Exact:
    """A number of mpmath that divides by 0 as IEEE 754 does, where mpmath raises."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __repr__(self) -> str:
        return f"Exact({CONTEXT.nstr(self.value, 20)})"

    def __float__(self) -> float:
        """The nearest double, also where it is subnormal or too large."""
        return nearest_double(self.value)

    def __int__(self) -> int:
        return int(self.value)

    def __add__(self, other: Exact) -> Exact:
        result = self.value + other.value
        LOST.note(self.value, other.value, result)
        return Exact(result)

    def __sub__(self, other: Exact) -> Exact:
        result = self.value - other.value
        LOST.note(self.value, other.value, result)
        return Exact(result)

    def __mul__(self, other: Any) -> Exact:
        return Exact(self.value * (other.value if isinstance(other, Exact) else other))

    def __truediv__(self, other: Exact) -> Exact:
        if other.value != 0:
            return Exact(self.value / other.value)
        if self.value == 0 or CONTEXT.isnan(self.value):
            return Exact(UNDEFINED)
        return Exact(INFINITY if self.value > 0 else -INFINITY)

    def __neg__(self) -> Exact:
        return Exact(-self.value)

    def __abs__(self) -> Exact:
        return Exact(abs(self.value))

    def __eq__(self, other: object) -> bool:
        return bool(self.value == (other.value if isinstance(other, Exact) else other))

    def __hash__(self) -> int:
        return hash(self.value)

    def __lt__(self, other: Any) -> bool:
        return bool(self.value < (other.value if isinstance(other, Exact) else other))

    def __le__(self, other: Any) -> bool:
        return bool(self.value <= (other.value if isinstance(other, Exact) else other))

    def __gt__(self, other: Any) -> bool:
        return bool(self.value > (other.value if isinstance(other, Exact) else other))

    def __ge__(self, other: Any) -> bool:
        return bool(self.value >= (other.value if isinstance(other, Exact) else other))


class MpArithmetic:
    """Numbers of mpmath at the precision that `CONTEXT` has while a formula is evaluated."""

    def number(self, value: Any) -> Exact:
        return Exact(mpf(value))

    def log(self, value: Exact) -> Exact:
        if value.value < 0:
            return Exact(UNDEFINED)
        return Exact(CONTEXT.log(value.value))

    def exp(self, value: Exact) -> Exact:
        return Exact(CONTEXT.exp(value.value))

    def sqrt(self, value: Exact) -> Exact:
        return Exact(UNDEFINED if value.value < 0 else CONTEXT.sqrt(value.value))

    def power(self, base: Exact, exponent: Exact) -> Exact:
        whole = CONTEXT.isint(exponent.value)
        if base.value < 0 and not whole:
            return Exact(UNDEFINED)
        if base.value == 0 and exponent.value < 0:
            return Exact(INFINITY)
        return Exact(CONTEXT.power(base.value, int(exponent.value) if whole else exponent.value))

    def atan(self, value: Exact) -> Exact:
        return Exact(CONTEXT.atan(value.value))

    def cos(self, value: Exact) -> Exact:
        return Exact(CONTEXT.cos(value.value))

    def sin(self, value: Exact) -> Exact:
        return Exact(CONTEXT.sin(value.value))

    def erf(self, value: Exact) -> Exact:
        return Exact(CONTEXT.erf(value.value))

    def lgamma(self, value: Exact) -> Exact:
        return Exact(CONTEXT.loggamma(value.value) if value.value > 0 else UNDEFINED)

    def pi(self) -> Exact:
        return Exact(+CONTEXT.pi)


class FloatArithmetic:
    """Float64, rounded at every step: what typing the formula into NumPy gives."""

    def number(self, value: Any) -> np.float64:
        return np.float64(value)

    def log(self, value: Any) -> Any:
        return np.log(value)

    def exp(self, value: Any) -> Any:
        return np.exp(value)

    def sqrt(self, value: Any) -> Any:
        return np.sqrt(value)

    def power(self, base: Any, exponent: Any) -> Any:
        return np.power(base, exponent)

    def atan(self, value: Any) -> Any:
        return np.arctan(value)

    def cos(self, value: Any) -> Any:
        return np.cos(value)

    def sin(self, value: Any) -> Any:
        return np.sin(value)

    def erf(self, value: Any) -> Any:
        return np.float64(math.erf(value))

    def lgamma(self, value: Any) -> Any:
        return np.float64(math.lgamma(value))

    def pi(self) -> Any:
        return np.float64(math.pi)


def nearest_double(value: Any) -> float:
    """The nearest double, ties to even, gradual underflow and overflow included."""
    if CONTEXT.isnan(value):
        return math.nan
    if CONTEXT.isinf(value):
        return math.inf if value > 0 else -math.inf
    sign, mantissa, exponent, bits = value._mpf_
    if not mantissa:
        return 0.0
    top = exponent + bits
    if top > 1025:
        return -math.inf if sign else math.inf
    kept = max(0, min(53, top + 1074))
    if kept == 0:
        half = top == -1074 and mantissa != 1 << (bits - 1)
        return math.copysign(math.ldexp(1.0, -1074) if half else 0.0, -1.0 if sign else 1.0)
    rounded = libmp.from_man_exp(-int(mantissa) if sign else int(mantissa), exponent, kept, "n")
    return libmp.to_float(rounded)
