"""Robust regression whose loss still grows with the error: more slowly than the square, without a bound."""

from __future__ import annotations

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.domains import OPEN_UNIT, POSITIVE, REALS
from losscli.losses.regression import EXACT_HIT, PREDICTION, TARGET, booster
from losscli.losses.regression_robust import DELTA, ROOT, least_squares
from losscli.numerics.residuals import (
    adaptive,
    adaptive_root,
    finite_error,
    half_square_near,
    minus_log1p,
    residual,
    wide,
)
from losscli.numerics.stable import LN_2, quietly, scaled_difference
from losscli.numerics.stable import pseudo_huber as stable_pseudo_huber
from losscli.params import Param
from losscli.registry import Accuracy, Convention, NoConstant, loss

FAR = 2.0**70
"""From here on an error is so much larger than the scale that only the leading term shows."""
CURVE = 2.0**-28
"""Below this share of the scale a curve that begins as half the square, without a cube, is nothing else."""
SEVERAL = NoConstant("no closed form, and there may be several minima: found only by a search")


def scale(words: str, default: float = 1.0, *aliases: str) -> Param:
    """The parameter `c`, by which errors are divided."""
    return Param("c", default, words, POSITIVE, aliases=aliases)


@quietly
def _fair_slope(target: Rows, prediction: Rows, *, c: float) -> Rows:
    error = finite_error(target, prediction)
    size = np.abs(error)
    slope = np.where(size <= c, size / (1.0 + size / c), c / (1.0 + c / size))
    return np.copysign(slope, error)


@loss(
    "fair",
    title="Fair loss",
    family="robust",
    aliases=("fair_loss",),
    inputs=(TARGET, PREDICTION),
    params=[scale("the size of error around which the square turns into a line", 1.0, "fair_c")],
    formula="c * abs(p - y) - c**2 * log(1 + abs(p - y) / c)",
    gradient=_fair_slope,
    gradient_formula="c * (p - y) / (abs(p - y) + c)",
    best_constant=ROOT,
    perfect=EXACT_HIT,
    deviations=(booster("lightgbm", "fair"),),
    source="Fair (1974), Annals of Economic and Social Measurement 3(4)",
)
@quietly
def fair(target: Rows, prediction: Rows, *, c: float) -> Rows:
    """Half the square of small errors; of large ones c times the size, less a logarithm.

    Formula  with e = p - y:  c * |e| - c**2 * log(1 + |e| / c)
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k), averaged over k by the engine
    Unit     the square of the target's unit
    Raises   ParamError: c not above 0.  DomainError: nan or infinity, named with its row
    Not      huber, which is a line from delta on; the form without the factor c**2

    >>> fair([0.0], [3.0], c=1.0).round(4).tolist()
    [1.6137]
    """
    ratio = residual(target, prediction).over(wide(c))
    curve = half_square_near(ratio.value, np.abs(prediction - target), c * (c * minus_log1p(ratio)))
    return np.where(ratio.value < FAR, curve, np.abs(scaled_difference(c, prediction, target)))


@quietly
def _cauchy_slope(target: Rows, prediction: Rows, *, c: float) -> Rows:
    error = finite_error(target, prediction)
    size = np.abs(error)
    slope = np.where(size <= c, size / (1.0 + (size / c) ** 2), c * ((c / size) / (1.0 + (c / size) ** 2)))
    return np.copysign(slope, error)


@loss(
    "cauchy",
    title="Cauchy loss",
    family="robust",
    aliases=("lorentzian", "cauchy_loss"),
    inputs=(TARGET, PREDICTION),
    params=[scale("the size of error from which on more of it counts less", 1.0, "f_scale")],
    formula="c**2 / 2 * log(1 + ((p - y) / c)**2)",
    gradient=_cauchy_slope,
    gradient_formula="(p - y) / (1 + ((p - y) / c)**2)",
    likelihood="Cauchy with scale c, times c**2 / 2; the constant is dropped",
    best_constant=SEVERAL,
    perfect=EXACT_HIT,
    deviations=(
        least_squares("cauchy", "c", "cauchy"),
        Convention(
            "statsmodels",
            "statsmodels.robust.norms.StudentT(c=c / 2, df=4).rho(p - y)",
            "its c counts for one degree of freedom, and its defaults, c=2.3849 with df=4, are c=4.7698 here",
            params={"c": 2.0 * 2.3849},
        ),
    ),
    contrast=([0.0, 1.0], [3.0, -4.0]),
    source="Black and Anandan (1996), doi:10.1006/cviu.1996.0006",
)
@quietly
def cauchy(target: Rows, prediction: Rows, *, c: float) -> Rows:
    """Half the square of small errors; large ones only by the logarithm of their size.

    Formula  c**2 / 2 * log(1 + ((p - y) / c)**2)
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k), averaged over k by the engine
    Unit     the square of the target's unit
    Raises   ParamError: c not above 0.  DomainError: nan or infinity, named with its row
    Not      the negative log likelihood itself, which is this times 2 / c**2; c=2.3849 suits errors in units
             of their own spread

    >>> cauchy([0.0, 0.0], [1.0, 3.0], c=1.0).round(4).tolist()
    [0.3466, 1.1513]
    """
    square = residual(target, prediction).over(wide(c)).squared
    curve, far = np.log1p(square.value), np.isinf(square.value)
    if far.any():
        curve = np.where(far, np.log(square.high) + square.exponent * LN_2, curve)
    return half_square_near(square.value, np.abs(prediction - target), (0.5 * c * c) * curve)


@quietly
def _soft_l1_slope(target: Rows, prediction: Rows, *, c: float) -> Rows:
    error = finite_error(target, prediction)
    size = np.abs(error)
    slope = np.where(size <= c, size / np.hypot(1.0, size / c), c / np.hypot(1.0, c / size))
    return np.copysign(slope, error)


@loss(
    "soft_l1",
    title="Soft L1 loss",
    family="robust",
    aliases=("charbonnier", "l1_l2"),
    inputs=(TARGET, PREDICTION),
    params=[scale("the size of error around which the square turns into a line", 1.0, "f_scale")],
    formula="c**2 * (sqrt(1 + ((p - y) / c)**2) - 1)",
    gradient=_soft_l1_slope,
    gradient_formula="(p - y) / sqrt(1 + ((p - y) / c)**2)",
    likelihood="symmetric hyperbolic; the constant is dropped",
    best_constant=ROOT,
    perfect=EXACT_HIT,
    deviations=(least_squares("soft_l1", "c", "soft_l1"),),
    contrast=([0.0, 1.0], [3.0, -4.0]),
    source="Charbonnier et al. (1997), doi:10.1109/83.551699",
)
@quietly
def soft_l1(target: Rows, prediction: Rows, *, c: float) -> Rows:
    """Half the square of small errors, c times the size of large ones: SciPy's name for pseudo-Huber.

    Formula  c**2 * (sqrt(1 + ((p - y) / c)**2) - 1)
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k), averaged over k by the engine
    Unit     the square of the target's unit
    Raises   ParamError: c not above 0.  DomainError: nan or infinity, named with its row
    Not      another curve than pseudo_huber, whose delta is c; the image restorers' Charbonnier,
             sqrt(e**2 + eps**2), is this / c + c at c = eps

    >>> soft_l1([0.0, 1.0], [0.0, 1.75], c=1.0).tolist()
    [0.0, 0.25]
    """
    error = prediction - target
    result = stable_pseudo_huber(np.abs(error), c)
    far = np.isinf(error)
    return np.where(far, np.abs(scaled_difference(c, prediction, target)), result) if far.any() else result


@quietly
def _barron_slope(target: Rows, prediction: Rows, *, alpha: float, c: float) -> Rows:
    root = adaptive_root(residual(target, prediction).over(wide(c)).squared, alpha)
    # one factor after the other, so that neither a huge error nor a tiny root is lost
    return (finite_error(target, prediction) * root / c) * (root / c)


@loss(
    "barron",
    title="General adaptive robust loss",
    family="robust",
    aliases=("barron_loss", "adaptive_robust", "general_robust"),
    inputs=(TARGET, PREDICTION),
    params=[
        Param(
            "alpha",
            1.0,
            "the shape: 2 squares, 1 pseudo-Huber, 0 Cauchy, -2 Geman-McClure, -1e300 Welsch, as -infinity",
            REALS,
        ),
        scale("the size of error around which the square gives way", 1.0, "scale"),
    ],
    formula="x = ((p - y) / c)**2; b = abs(alpha - 2); x / 2 if alpha == 2 else (log(1 + x / 2) "
    "if alpha == 0 else b / alpha * ((x / b + 1)**(alpha / 2) - 1))",
    gradient=_barron_slope,
    gradient_formula="b = abs(alpha - 2); (p - y) / c**2 * "
    "(1 if alpha == 2 else (((p - y) / c)**2 / b + 1)**(alpha / 2 - 1))",
    likelihood="Barron's density, where alpha is at least 0; its normalising constant is dropped",
    best_constant=SEVERAL,
    perfect=EXACT_HIT,
    differs={
        "robust_loss_pytorch": "general.lossfun(p - y, alpha, scale=c) is this formula as it is typed, with "
        "|alpha| and |alpha - 2| of at least 1.2e-7"
    },
    source="Barron (2019), doi:10.1109/CVPR.2019.00446",
)
@quietly
def barron(target: Rows, prediction: Rows, *, alpha: float, c: float) -> Rows:
    """One family of curves: alpha turns half the square into pseudo-Huber, Cauchy, Geman-McClure and Welsch.

    Formula  with x = ((p - y) / c)**2, b = |alpha - 2|:  b / alpha * ((x / b + 1)**(alpha / 2) - 1);
             x / 2 where alpha is 2, log(1 + x / 2) where it is 0
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k), averaged over k by the engine
    Unit     none: errors are counted in units of c
    Raises   ParamError: c not above 0.  DomainError: nan or infinity, named with its row
    Not      pseudo_huber, cauchy, geman_mcclure or welsch, which are c**2 as large and scale c in other ways

    >>> barron([0.0], [3.0], alpha=1.0).round(4).tolist()
    [2.1623]
    >>> barron([0.0], [3.0], alpha=-1e300).round(4).tolist()
    [0.9889]
    """
    return adaptive(residual(target, prediction).over(wide(c)).squared, alpha)


def _sides(target: Rows, prediction: Rows, tau: float) -> Rows:
    return np.where(prediction > target, 1.0 - tau, tau)


@quietly
def _quantile_huber_slope(target: Rows, prediction: Rows, *, tau: float, delta: float) -> Rows:
    return _sides(target, prediction, tau) * np.clip(prediction - target, -delta, delta)


@loss(
    "quantile_huber",
    title="Quantile Huber loss",
    family="robust",
    aliases=("huber_quantile", "quantile_huber_loss", "huberised_pinball"),
    inputs=(TARGET, PREDICTION),
    params=[
        Param(
            "tau",
            0.5,
            "the level of the quantile that is predicted",
            OPEN_UNIT,
            aliases=("q", "quantile", "alpha"),
        ),
        DELTA._replace(aliases=("kappa",)),
    ],
    formula="e = p - y; (1 - tau if e > 0 else tau) * "
    "(e**2 / 2 if abs(e) <= delta else delta * (abs(e) - delta / 2))",
    gradient=_quantile_huber_slope,
    gradient_formula="(1 - tau if p > y else tau) * max(-delta, min(p - y, delta))",
    best_constant=ROOT,
    perfect=EXACT_HIT,
    same_as={"statsmodels": "statsmodels.robust.norms.MQuantileNorm(tau, HuberT(t=delta)).rho(y - p)"},
    differs={"torch": "has none; implementations of Dabney et al. divide by kappa, here delta"},
    accuracy=Accuracy(textbook_holds=True),
    source="Dabney et al. (2018), arXiv 1710.10044; Aravkin et al. (2014), arXiv 1402.4624",
)
@quietly
def quantile_huber(target: Rows, prediction: Rows, *, tau: float, delta: float) -> Rows:
    """Huber loss of a predicted quantile: tau times it below the target, 1 - tau times it above.

    Formula  with e = p - y:  |tau - 1[y < p]| times e**2 / 2 where |e| <= delta, times
             delta * (|e| - delta / 2) elsewhere
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k), averaged over k by the engine
    Unit     the square of the target's unit
    Raises   ParamError: tau not between 0 and 1, delta not above 0.  DomainError: nan or infinity
    Not      pinball, which has a corner at 0; the loss of QR-DQN, which is this / delta

    >>> quantile_huber([2.0, 2.0], [1.5, 5.0], tau=0.75, delta=1.0).tolist()
    [0.09375, 0.625]
    """
    error = prediction - target
    size, side = np.abs(error), _sides(target, prediction, tau)
    core = np.minimum(size, delta)
    result = side * (0.5 * core) * core + (side * delta) * (size - core)
    far = np.isinf(error)
    return np.where(far, np.abs(scaled_difference(side * delta, prediction, target)), result)


@quietly
def _wing_slope(target: Rows, prediction: Rows, *, w: float, eps: float) -> Rows:
    error = finite_error(target, prediction)
    size = np.abs(error)
    return np.sign(error) * np.where(size < w, 1.0 / (eps / w + size / w), 1.0)


@loss(
    "wing",
    title="Wing loss",
    family="robust",
    aliases=("wing_loss",),
    inputs=(TARGET, PREDICTION),
    params=[
        Param(
            "w",
            5.0,
            "the size of error where the logarithm gives way to the line",
            POSITIVE,
            aliases=("width",),
        ),
        Param(
            "eps",
            0.5,
            "the size below which errors count in proportion",
            POSITIVE,
            aliases=("epsilon", "curvature"),
        ),
    ],
    formula="a = abs(p - y); w * log(1 + a / eps) if a < w else a - (w - w * log(1 + w / eps))",
    gradient=_wing_slope,
    gradient_formula="sign(p - y) * (w / (eps + abs(p - y)) if abs(p - y) < w else 1)",
    kinks=("p - y", "abs(p - y) - w"),
    best_constant=SEVERAL,
    perfect=EXACT_HIT,
    differs={
        "segmentation_models_pytorch": "losses._functional.wing_loss(p, y, width=w, curvature=eps) is this "
        "formula, in the precision of its tensors",
        "torch": "has none; the paper's own values are w=10, eps=2",
    },
    source="Feng et al. (2018), doi:10.1109/CVPR.2018.00238",
)
@quietly
def wing(target: Rows, prediction: Rows, *, w: float, eps: float) -> Rows:
    """Logarithm of small errors, size of large ones: small and medium errors of landmarks count for more.

    Formula  with e = p - y:  w log(1 + |e| / eps) where |e| < w, |e| - w + w log(1 + w / eps) elsewhere
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k), averaged over k by the engine
    Unit     the target's unit
    Raises   ParamError: w or eps not above 0.  DomainError: nan or infinity, named with its row
    Not      huber, which is flat at 0, where this has its steepest slope, w / eps

    >>> wing([0.0, 0.0], [1.0, 8.0], w=5.0, eps=0.5).round(4).tolist()
    [5.4931, 14.9895]
    """
    size = np.abs(prediction - target)
    core = np.minimum(size, w)
    ratio = core / eps
    curve = _log1p_quotient(core, eps, ratio)
    return np.asarray(np.where(ratio < 2.0**-54, core * (w / eps), w * curve) + (size - core))


def _log1p_quotient(size: Floats, divisor: float, ratio: Floats) -> Floats:
    """log(1 + size / divisor), also where the quotient overflows."""
    curve = np.log1p(ratio)
    far = np.isinf(ratio)
    return np.where(far, np.log(size) - np.log(divisor), curve) if far.any() else curve
