"""Functions that Python's decimals lack, at the precision of a context: pi, atan, sin, cos, erf,
lgamma."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from math import comb

GUARD = 12
"""Digits beyond the wanted ones, for the rounding of all steps."""


def pi(context: Context) -> Decimal:
    """The circle's half, by Machin's formula.

    >>> pi(Context(prec=20))
    Decimal('3.1415926535897932385')
    """
    with localcontext(context) as wide:
        wide.prec += GUARD
        found = 4 * (4 * _atan_series(1 / Decimal(5)) - _atan_series(1 / Decimal(239)))
    return context.plus(found)


def atan(value: Decimal, context: Context) -> Decimal:
    """The arc tangent in radians.

    >>> atan(Decimal(1), Context(prec=15))
    Decimal('0.785398163397448')
    """
    if value.is_nan() or value == 0:
        return value
    with localcontext(context) as wide:
        wide.prec += GUARD
        size = abs(value)
        if size.is_infinite() or size > 1:
            rest = Decimal(0) if size.is_infinite() else _small_atan(1 / size)
            found = pi(wide) / 2 - rest
        else:
            found = _small_atan(size)
    return context.plus(found.copy_sign(value))


def _small_atan(size: Decimal) -> Decimal:
    """The arc tangent of 0 to 1, halved twice so that its series is short."""
    for _ in range(2):
        size = size / (1 + (1 + size * size).sqrt())
    return 4 * _atan_series(size)


def _atan_series(size: Decimal) -> Decimal:
    total = power = size
    square, order = size * size, 1
    while True:
        power, order = -power * square, order + 2
        larger = total + power / order
        if larger == total:
            return total
        total = larger


def sin(value: Decimal, context: Context) -> Decimal:
    """The sine of an angle in radians.

    >>> sin(Decimal(2), Context(prec=15))
    Decimal('0.909297426825682')
    """
    return _circular(value, context, 1)


def cos(value: Decimal, context: Context) -> Decimal:
    """The cosine of an angle in radians.

    >>> cos(Decimal(2), Context(prec=15))
    Decimal('-0.416146836547142')
    """
    return _circular(value, context, 0)


def _circular(value: Decimal, context: Context, first: int) -> Decimal:
    """The power series from the term x**first on, of the angle reduced to one turn."""
    if not value.is_finite():
        return Decimal("nan")
    with localcontext(context) as wide:
        wide.prec += GUARD + max(0, 2 * value.adjusted())
        turn = 2 * pi(wide)
        angle = value - turn * (value / turn).to_integral_value()
        term = angle if first else Decimal(1)
        total, order, square = term, first, angle * angle
        while True:
            term = -term * square / ((order + 1) * (order + 2))
            order += 2
            larger = total + term
            if larger == total:
                break
            total = larger
    return context.plus(total)


def erf(value: Decimal, context: Context) -> Decimal:
    """The error function.

    >>> erf(Decimal("0.5"), Context(prec=15))
    Decimal('0.520499877813047')
    """
    if value.is_nan() or value == 0:
        return value
    size = abs(value)
    if size * size > 3 * (context.prec + GUARD):
        return Decimal(1).copy_sign(value)
    with localcontext(context) as wide:
        wide.prec += GUARD + int(size * size)  # the alternating terms grow to about exp(x**2) first
        term = total = size
        square, order = size * size, 0
        while True:
            order += 1
            term = -term * square / order
            larger = total + term / (2 * order + 1)
            if larger == total:
                break
            total = larger
        found = 2 * total / pi(wide).sqrt()
    return context.plus(found.copy_sign(value))


def lgamma(value: Decimal, context: Context) -> Decimal:
    """The logarithm of the gamma function of a number above 0; nan elsewhere.

    >>> lgamma(Decimal("2.5"), Context(prec=15))
    Decimal('0.284682870472919')
    """
    if not value > 0:
        return Decimal("nan")
    if value in (1, 2) or value.is_infinite():
        return Decimal("inf") if value.is_infinite() else Decimal(0)
    with localcontext(context) as wide:
        lost = -min((value - 1).adjusted(), (value - 2).adjusted(), 0)  # digits that cancel close to 1 and 2
        wide.prec += 2 * GUARD + min(lost, 4 * context.prec)
        shift = max(0, wide.prec - int(min(value, Decimal(wide.prec))))
        product, large = Decimal(1), value + shift
        for step in range(shift):
            product *= value + step
        total = (large - Decimal("0.5")) * large.ln() - large + (2 * pi(wide)).ln() / 2
        power, square = large, large * large
        for order, number in enumerate(_bernoulli_numbers(), start=1):
            share = Decimal(number.numerator) / number.denominator
            term = share / (2 * order * (2 * order - 1) * power)
            if total + term == total or order > wide.prec:
                break
            total, power = total + term, power * square
        found = total - product.ln()
    return context.plus(found)


def _bernoulli_numbers() -> Iterator[Fraction]:
    """The second, fourth, sixth ... Bernoulli number."""
    known = [Fraction(1)]
    while True:
        order = len(known)
        total = sum((comb(order + 1, place) * number for place, number in enumerate(known)), Fraction(0))
        known.append(-total / (order + 1))
        if order % 2 == 0:
            yield known[-1]
