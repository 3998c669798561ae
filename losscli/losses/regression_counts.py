"""Counts: the Poisson likelihood of a predicted mean, and of its logarithm."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from losscli.arrays import Floats, Mask, Rows
from losscli.domains import NOT_NEGATIVE, POSITIVE, REALS
from losscli.losses.regression import any_cell, booster
from losscli.numerics.deviances import poisson_gap
from losscli.numerics.special import HALF_LN_2_PI, log_factorial, stirling_error
from losscli.numerics.stable import quietly, two_sum
from losscli.params import Param, as_number
from losscli.registry import Accuracy, Convention, MomentsConstant, Perfect, Values, cells, loss

SWAPPED = "swapped files? the target comes first"
COUNT = cells("target", "y", NOT_NEGATIVE, "the observed count or amount", hint=SWAPPED)
MEAN = cells("prediction", "p", POSITIVE, "the predicted mean", hint="logarithms of means? poisson_nll_log")
LOG_MEAN = cells(
    "prediction", "z", REALS, "the logarithm of the predicted mean", hint="means? poisson_nll takes them"
)
FULL = Param(
    "full", "no", "whether ln(y!) is added, so that it is the whole likelihood", choices=("no", "yes")
)
LEAST = 5e-324
"""The smallest double above 0, for a mean that would have to be 0."""
TORCH_EPS, KERAS_EPS = 1e-8, float(np.float32(1e-7))
XGBOOST_LEAST, LIGHTGBM_LEAST = float(np.float32(1e-16)), float(np.float32(1e-10))
_SERIES_FROM = 1.0  # counts whose likelihood is a sum of terms none of which is negative
_BEYOND = 1421.0  # from this z on exp(z) is larger than the square of the largest double
STIRLING = "with full=yes it adds Stirling's y ln y - y + ln(2 pi y) / 2, and only above y=1, for ln y!"
LABELS = "holds targets in single precision"


def single(values: Rows) -> Floats:
    """The values as single precision holds them."""
    with np.errstate(over="ignore"):
        return values.astype(np.float32).astype(np.float64)


def below(least: float) -> Any:
    """A mask of the rows that a floor under the mean touches, or a target that single precision rounds."""

    def touches(target: Rows, prediction: Rows, **params: object) -> Mask:
        return any_cell((prediction < least) | (single(target) != target))

    return touches


@quietly
def _plain(target: Rows, mean: Rows, eps: float) -> Floats:
    """p - y ln(p + eps), where 0 times anything is 0; finite also where only y ln(p) overflows."""
    if eps == 0.0:
        logarithm = np.log(mean)
    else:
        shifted, rest = two_sum(mean, np.full(mean.shape, eps))
        logarithm = np.log(shifted) + rest / shifted
    result = mean - target * logarithm
    far = np.isinf(result)
    if far.any():
        result = np.where(far, 2.0**12 * (2.0**-12 * mean - (2.0**-12 * target) * logarithm), result)
    return np.where(target == 0.0, mean, result)


@quietly
def _stirling(target: Rows) -> Floats:
    """torch's stand-in for ln(y!)."""
    series = target * np.log(target) - target + 0.5 * np.log(2.0 * math.pi * target)
    return np.where(target > 1.0, series, 0.0)


def _torch(target: Rows, prediction: Rows, *, full: str, eps: float) -> Floats:
    plain = _plain(target, prediction, eps)
    return plain + _stirling(target) if full == "yes" else plain


def _torch_touches(target: Rows, prediction: Rows, *, full: str, eps: float) -> Mask:
    return any_cell((target > 0.0) & ((prediction + eps != prediction) | (full == "yes")))


@quietly
def _keras(target: Rows, prediction: Rows, *, full: str, eps: float) -> Floats:
    """The sum with eps in single precision, as there."""
    shifted = (prediction.astype(np.float32) + np.float32(eps)).astype(np.float64)
    plain = prediction - target * np.log(shifted)
    return plain + log_factorial(target) if full == "yes" else plain


def _floored(least: float) -> Any:
    """Our loss with a floor under the mean and targets in single precision."""

    def rows(target: Rows, prediction: Rows, *, full: str, eps: float) -> Rows:
        given = single(target), np.maximum(prediction, least)
        return np.asarray(poisson_nll.function(*given, full=full, eps=eps))

    return rows


def _scoringrules(target: Rows, prediction: Rows, *, full: str, eps: float) -> Floats:
    whole = target == np.rint(target)
    return np.where(whole, poisson_nll.function(target, prediction, full=full, eps=eps), math.inf)


def _not_whole(target: Rows, prediction: Rows, **params: object) -> Mask:
    return any_cell(target != np.rint(target))


@quietly
def _poisson_slope(target: Rows, prediction: Rows, *, full: str, eps: float) -> Rows:
    shifted = prediction + eps
    return np.where(target == 0.0, 1.0, (shifted - target) / shifted)


def _least_poisson(target: Rows, params: Values) -> Floats:
    """The loss where the shifted mean is the target itself, or the mean is 0."""
    reached = np.maximum(target - as_number(params["eps"]), 0.0)
    found: Floats = poisson_nll.function(target, reached, **params)
    return found


@loss(
    "poisson_nll",
    title="Poisson negative log-likelihood",
    family="regression",
    aliases=("poisson_negative_log_likelihood", "poisson_loss"),
    inputs=(COUNT, MEAN),
    params=[
        FULL,
        Param("eps", 0.0, "added to the mean inside the logarithm", NOT_NEGATIVE, aliases=("epsilon",)),
    ],
    formula="p - y * log(p + eps) + (lgamma(y + 1) if full == 'yes' else 0)",
    gradient=_poisson_slope,
    gradient_formula="1 - y / (p + eps)",
    unit="nats",
    likelihood="Poisson; the constant ln(y!) is dropped unless full=yes",
    best_constant=MomentsConstant(
        "the mean of the target, less eps",
        lambda mean, params: max(mean - as_number(params["eps"]), LEAST),
        None,
    ),
    perfect=Perfect(
        "the target itself, less eps; what remains is y - y ln(y)",
        lambda target, params: np.maximum(target - as_number(params["eps"]), LEAST),
        _least_poisson,
        attained=False,
    ),
    deviations=(
        Convention(
            "torch",
            "torch.nn.functional.poisson_nll_loss(p, y, log_input=False)",
            f"adds 1e-8 to p inside the logarithm; {STIRLING}: y=2, p=1.5 gives 1.3409, here 1.3822",
            names=("PoissonNLLLoss",),
            params={"eps": TORCH_EPS},
            rows=_torch,
            touches=_torch_touches,
        ),
        Convention(
            "keras",
            "keras.losses.poisson(y, p)",
            "adds 1e-7 to p inside the logarithm: y=2, p=1e-7 gives 30.85, here 32.24",
            params={"eps": KERAS_EPS},
            rows=_keras,
            single=True,
        ),
        Convention(
            "keras",
            "keras.losses.Poisson()(y, p, sample_weight=w)",
            "adds 1e-7 to p inside the logarithm, and divides a weighted sum by the number of rows",
            params={"eps": KERAS_EPS},
            rows=_keras,
            single=True,
            by_rows=True,
        ),
        booster(
            "lightgbm",
            "poisson",
            differs=f"raises p to at least 1e-10: y=3, p=1e-12 gives 69.08, here 82.89; {LABELS}",
            edge=True,
            clips=True,
            rows=_floored(LIGHTGBM_LEAST),
            touches=below(LIGHTGBM_LEAST),
        ),
        booster(
            "xgboost",
            "poisson-nloglik",
            differs="adds ln(y!), as full=yes does here, and raises p to at least 1e-16",
            params={"full": "yes"},
            rows=_floored(XGBOOST_LEAST),
        ),
        Convention(
            "scoringrules",
            "scoringrules.logs_poisson(y, p)",
            "adds ln(y!), as full=yes does here; infinite where y is no whole number, and no number where "
            "its density leaves the doubles (from y=171 on)",
            params={"full": "yes"},
            rows=_scoringrules,
            touches=_not_whole,
        ),
    ),
    differs={
        "sklearn": "HalfPoissonLoss only trains, on logarithms of means; mean_poisson_deviance is "
        "poisson_deviance",
        "neuralforecast": "DistributionLoss only trains",
    },
    contrast=([2.0, 0.0, 3.0], [1.5, 0.5, 1e-17]),
    # From 1 on the whole likelihood is a sum of positive terms; else two terms may cancel.
    accuracy=Accuracy(
        against="0 if full == 'yes' and y >= 1 and eps == 0 else max(p, abs(y * log(p + eps)))"
    ),
    source="McCullagh and Nelder (1989), Generalized Linear Models, chapter 6; Loader (2000) for full=yes",
)
@quietly
def poisson_nll(target: Rows, prediction: Rows, *, full: str, eps: float) -> Rows:
    """Surprise at a count under a Poisson distribution with the predicted mean, without its constant.

    Formula  p - y ln(p), with 0 ln 0 = 0; full=yes adds ln(y!), that of the gamma function between counts
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k), averaged over k by the engine
    Unit     nats; without the constant the number may be below 0
    Raises   ParamError: eps below 0.  DomainError: a target below 0, a mean of 0 or below, nan or infinity
    Not      poisson_nll_log, torch's default, which takes ln(p); poisson_deviance, 0 where p = y

    >>> poisson_nll([2.0, 0.0], [1.5, 0.5]).round(4).tolist()
    [0.6891, 0.5]
    >>> poisson_nll([2.0, 0.0], [1.5, 0.5], full="yes").round(4).tolist()
    [1.3822, 0.5]
    """
    plain = _plain(target, prediction, eps)
    if full == "no":
        return plain
    large = target >= _SERIES_FROM
    if not large.any():
        return plain + log_factorial(target)
    body = np.where(large, target, _SERIES_FROM)
    rest = HALF_LN_2_PI + (0.5 * np.log(body) + stirling_error(body))
    series = poisson_gap(body, prediction + eps) - eps + rest
    return np.where(large, series, plain + log_factorial(np.where(large, 0.0, target)))


@quietly
def _log_rows(target: Rows, prediction: Rows) -> Floats:
    """exp(z) - y z, where 0 times anything is 0; finite also where both overflow but they cancel."""
    result = np.exp(prediction) - target * prediction
    far = ~np.isfinite(result)
    if far.any():
        half = 2.0**-6 * np.exp(0.5 * prediction)
        scaled = 2.0**12 * (half * half - (2.0**-12 * target) * prediction)
        result = np.where(far, np.where(prediction > _BEYOND, np.inf, scaled), result)
    return np.where(target == 0.0, np.exp(prediction), result)


def _torch_log(target: Rows, prediction: Rows, *, full: str) -> Floats:
    rows = _log_rows(target, prediction)
    return rows + _stirling(target) if full == "yes" else rows


def _torch_log_touches(target: Rows, prediction: Rows, *, full: str) -> Mask:
    return any_cell((target > 0.0) & (full == "yes"))


@quietly
def _log_slope(target: Rows, prediction: Rows, *, full: str) -> Rows:
    return np.exp(prediction) - target


def _log_of_target(target: Rows, params: Values) -> Rows:
    with np.errstate(divide="ignore"):
        return np.asarray(np.maximum(np.log(target), -800.0))


def _least_log(target: Rows, params: Values) -> Floats:
    return _least_poisson(target, {**params, "eps": 0.0})


@loss(
    "poisson_nll_log",
    title="Poisson negative log-likelihood of a log-mean",
    family="regression",
    aliases=("poisson_nll_log_link", "poisson_nll_with_log_input"),
    inputs=(COUNT, LOG_MEAN),
    params=[FULL],
    formula="exp(z) - y * z + (lgamma(y + 1) if full == 'yes' else 0)",
    gradient=_log_slope,
    gradient_formula="exp(z) - y",
    unit="nats",
    likelihood="Poisson; the constant ln(y!) is dropped unless full=yes",
    best_constant=MomentsConstant(
        "the logarithm of the mean of the target",
        lambda mean, params: math.log(mean) if mean > 0.0 else -800.0,
        None,
    ),
    perfect=Perfect(
        "the logarithm of the target; what remains is y - y ln(y)",
        _log_of_target,
        _least_log,
        attained=False,
    ),
    deviations=(
        Convention(
            "torch",
            "torch.nn.functional.poisson_nll_loss(z, y)",
            f"{STIRLING}; else the same",
            edge=True,
            names=("PoissonNLLLoss",),
            rows=_torch_log,
            touches=_torch_log_touches,
        ),
    ),
    differs={
        "sklearn": "HalfPoissonLoss only trains",
        "xgboost": "trains on it as count:poisson; its metric poisson-nloglik takes means",
        "lightgbm": "trains on it as poisson; its metric poisson takes means",
    },
    contrast=([2.0, 0.0, 3.0], [1.5, 0.5, -1.0]),
    accuracy=Accuracy(against="max(exp(z), abs(y * z))"),
    source="McCullagh and Nelder (1989), Generalized Linear Models, chapter 6",
)
def poisson_nll_log(target: Rows, prediction: Rows, *, full: str) -> Rows:
    """Surprise at a count under a Poisson distribution whose mean is exp of the prediction.

    Formula  exp(z) - y z; full=yes adds ln(y!), that of the gamma function between counts
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k), averaged over k by the engine
    Unit     nats; without the constant the number may be below 0
    Raises   DomainError: a target below 0, nan or infinity, named with its row
    Not      poisson_nll, which takes the mean itself: means given here are silently taken for logarithms

    >>> poisson_nll_log([2.0, 0.0], [0.0, 1.0]).round(4).tolist()
    [1.0, 2.7183]
    """
    rows = _log_rows(target, prediction)
    return rows + log_factorial(target) if full == "yes" else rows
