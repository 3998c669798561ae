"""Robust regression that gives an error beyond some size no more weight at all: the loss is flat there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from losscli.arrays import Rows
from losscli.domains import POSITIVE
from losscli.losses.regression import EXACT_HIT, PREDICTION, TARGET
from losscli.losses.robust import CURVE, SEVERAL, scale
from losscli.numerics.residuals import (
    finite_error,
    half_square_near,
    one_minus_cosine,
    residual,
    shortfall,
    sine_to_pi,
    wide,
)
from losscli.numerics.stable import quietly
from losscli.params import Param, as_number
from losscli.registry import Accuracy, Values, loss


@quietly
def _tukey_slope(target: Rows, prediction: Rows, *, c: float) -> Rows:
    error = finite_error(target, prediction)
    missing = shortfall(c, residual(target, prediction)) / c
    return error * (missing * (2.0 - missing)) ** 2


@loss(
    "tukey_biweight",
    title="Tukey's biweight loss",
    family="robust",
    aliases=("tukey", "bisquare", "biweight"),
    inputs=(TARGET, PREDICTION),
    params=[scale("the size of error from which on more of it does not count", 4.685)],
    formula="c**2 / 6 * (1 - (1 - ((p - y) / c)**2)**3) if abs(p - y) <= c else c**2 / 6",
    gradient=_tukey_slope,
    gradient_formula="(p - y) * (1 - ((p - y) / c)**2)**2 if abs(p - y) <= c else 0",
    best_constant=SEVERAL,
    perfect=EXACT_HIT,
    same_as={"statsmodels": "statsmodels.robust.norms.TukeyBiweight(c=c).rho(p - y)"},
    differs={"neuralforecast": "TukeyLoss is upside down: an error of 0 gives 3.658, here 0"},
    source="Beaton and Tukey (1974), doi:10.1080/00401706.1974.10489171",
)
@quietly
def tukey_biweight(target: Rows, prediction: Rows, *, c: float) -> Rows:
    """Half the square of small errors; all errors from c on have the same loss, c**2 / 6.

    Formula  with e = p - y:  c**2 / 6 * (1 - (1 - (e / c)**2)**3) where |e| <= c, c**2 / 6 elsewhere
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k), averaged over k by the engine
    Unit     the square of the target's unit
    Raises   ParamError: c not above 0.  DomainError: nan or infinity, named with its row
    Not      talwar, whose square is cut off at once; c=4.685 suits errors in units of their own spread

    >>> tukey_biweight([0.0, 0.0, 0.0], [1.0, 4.0, 40.0], c=4.0).round(4).tolist()
    [0.4694, 2.6667, 2.6667]
    """
    squares = np.minimum(residual(target, prediction).over(wide(c)).squared.value, 1.0)
    # 1 - (1 - x)**3 without its cancellation: positive terms only
    curve = squares * (3.0 * (1.0 - squares) + squares * squares)
    return half_square_near(squares, np.abs(prediction - target), (c * c / 6.0) * curve)


@quietly
def _andrews_slope(target: Rows, prediction: Rows, *, c: float) -> Rows:
    size = c * sine_to_pi(residual(target, prediction).over(wide(c)))
    return np.copysign(size, prediction - target)


@loss(
    "andrews",
    title="Andrews' sine loss",
    family="robust",
    aliases=("andrews_sine", "andrew_wave", "andrews_wave"),
    inputs=(TARGET, PREDICTION),
    params=[scale("errors beyond pi times this size do not count for more", 1.339)],
    formula="c**2 * (1 - cos((p - y) / c)) if abs(p - y) <= c * pi else 2 * c**2",
    gradient=_andrews_slope,
    gradient_formula="c * sin((p - y) / c) if abs(p - y) <= c * pi else 0",
    best_constant=SEVERAL,
    perfect=EXACT_HIT,
    same_as={"statsmodels": "statsmodels.robust.norms.AndrewWave(a=c).rho(p - y)"},
    source="Andrews (1974), doi:10.1080/00401706.1974.10489233",
)
@quietly
def andrews(target: Rows, prediction: Rows, *, c: float) -> Rows:
    """Half the square of small errors, along a sine; all errors from pi * c on have the loss 2 * c**2.

    Formula  with e = p - y:  c**2 * (1 - cos(e / c)) where |e| <= pi * c, 2 * c**2 elsewhere
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k), averaged over k by the engine
    Unit     the square of the target's unit
    Raises   ParamError: c not above 0.  DomainError: nan or infinity, named with its row
    Not      tukey_biweight, which is flat from c itself on

    >>> andrews([0.0, 0.0], [1.0, 10.0], c=2.0).round(4).tolist()
    [0.4897, 8.0]
    """
    ratio = residual(target, prediction).over(wide(c))
    curve = (c * c) * one_minus_cosine(ratio)
    return half_square_near(ratio.value, np.abs(prediction - target), curve, CURVE)


def _corners_in_order(shapes: Sequence[tuple[int, ...]], params: Values) -> str:
    a, b, c = (as_number(params[name]) for name in "abc")
    return "" if a < b < c else f"a < b < c is needed, got a={a:g}, b={b:g}, c={c:g}"


@quietly
def _hampel_slope(target: Rows, prediction: Rows, *, a: float, b: float, c: float) -> Rows:
    error = finite_error(target, prediction)
    share = np.minimum(shortfall(c, residual(target, prediction)) / (c - b), 1.0)
    return np.asarray(np.copysign(np.minimum(np.abs(error), a) * share, error))


@loss(
    "hampel",
    title="Hampel's three-part loss",
    family="robust",
    aliases=("hampel_loss",),
    inputs=(TARGET, PREDICTION),
    params=[
        Param("a", 2.0, "the size of error where the square gives way to the line", POSITIVE),
        Param("b", 4.0, "the size of error where the line begins to bend", POSITIVE),
        Param("c", 8.0, "the size of error from which on more of it does not count", POSITIVE),
    ],
    fits=_corners_in_order,
    formula="s = abs(p - y); s**2 / 2 if s <= a else (a * s - a**2 / 2 if s <= b else "
    "(a / 2 * (b + c - a) - a * (c - s)**2 / (2 * (c - b)) if s <= c else a / 2 * (b + c - a)))",
    gradient=_hampel_slope,
    gradient_formula="s = abs(p - y); sign(p - y) * "
    "(s if s <= a else (a if s <= b else (a * (c - s) / (c - b) if s <= c else 0)))",
    best_constant=SEVERAL,
    perfect=EXACT_HIT,
    same_as={"statsmodels": "statsmodels.robust.norms.Hampel(a=a, b=b, c=c).rho(p - y)"},
    accuracy=Accuracy(textbook_holds=True),
    source="Hampel (1974), doi:10.1080/01621459.1974.10482962",
)
@quietly
def hampel(target: Rows, prediction: Rows, *, a: float, b: float, c: float) -> Rows:
    """A square up to a, a line up to b, a parabola that bends to flat up to c, and no more beyond.

    Formula  with s = |p - y|:  s**2 / 2 where s <= a;  a s - a**2 / 2 where s <= b;
             a / 2 * (b + c - a) - a (c - s)**2 / (2 (c - b)) where s <= c;  a / 2 * (b + c - a) beyond
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k), averaged over k by the engine
    Unit     the square of the target's unit
    Raises   ParamError: not 0 < a < b < c.  DomainError: nan or infinity, named with its row
    Not      huber, whose line never bends; tukey_biweight, which has no line

    >>> hampel([0.0, 0.0, 0.0, 0.0], [1.0, 3.0, 6.0, 80.0]).tolist()
    [0.5, 4.0, 9.0, 10.0]
    """
    size = np.abs(prediction - target)
    core, line = np.minimum(size, a), np.minimum(size, b)
    bend = np.minimum(size, c) - line
    # the parts one after the other: positive terms only
    return (0.5 * core) * core + (a * (line - core) + a * (bend * (1.0 - 0.5 * (bend / (c - b)))))


@quietly
def _talwar_slope(target: Rows, prediction: Rows, *, c: float) -> Rows:
    error = prediction - target
    return np.where(np.abs(error) <= c, error, 0.0)


@loss(
    "talwar",
    title="Talwar's trimmed loss",
    family="robust",
    aliases=("trimmed_squares", "talwar_loss"),
    inputs=(TARGET, PREDICTION),
    params=[scale("the size of error from which on more of it does not count", 2.0)],
    formula="(p - y)**2 / 2 if abs(p - y) <= c else c**2 / 2",
    gradient=_talwar_slope,
    gradient_formula="p - y if abs(p - y) <= c else 0",
    kinks=("abs(p - y) - c",),
    best_constant=SEVERAL,
    perfect=EXACT_HIT,
    same_as={"statsmodels": "statsmodels.robust.norms.TrimmedMean(c=c).rho(p - y)"},
    accuracy=Accuracy(textbook_holds=True),
    source="Hinich and Talwar (1975), Journal of the American Statistical Association 70(349)",
)
@quietly
def talwar(target: Rows, prediction: Rows, *, c: float) -> Rows:
    """Half the square of the error, cut off at c: what is worse counts as an error of c.

    Formula  (p - y)**2 / 2 where |p - y| <= c, c**2 / 2 elsewhere
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k), averaged over k by the engine
    Unit     the square of the target's unit
    Raises   ParamError: c not above 0.  DomainError: nan or infinity, named with its row
    Not      huber, which goes on along a line; the classical c is 2.795

    >>> talwar([0.0, 0.0], [1.0, 3.0], c=2.0).tolist()
    [0.5, 2.0]
    """
    size = np.minimum(np.abs(prediction - target), c)
    return (0.5 * size) * size
