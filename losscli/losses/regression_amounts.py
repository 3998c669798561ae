"""Positive amounts: the gamma and the Tweedie likelihood of a predicted mean."""

from __future__ import annotations

import math

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.domains import POSITIVE, Interval
from losscli.losses.regression import booster
from losscli.losses.regression_counts import (
    COUNT,
    LABELS,
    LEAST,
    LIGHTGBM_LEAST,
    MEAN,
    SWAPPED,
    below,
    single,
)
from losscli.numerics.stable import quietly
from losscli.params import Param, as_number
from losscli.registry import Accuracy, Convention, MomentsConstant, Perfect, Values, cells, loss

AMOUNT = cells(
    "target",
    "y",
    POSITIVE,
    "the observed amount",
    hint=f"zeros? poisson_deviance and tweedie_deviance take them; {SWAPPED}",
)


@quietly
def _gamma_slope(target: Rows, prediction: Rows) -> Rows:
    return ((prediction - target) / prediction) / prediction


GAMMA_LEAST = float(np.float32(1e-6))
"""What XGBoost raises means to."""


def _xgboost_gamma(target: Rows, prediction: Rows) -> Rows:
    return np.asarray(gamma_nll.function(target, np.maximum(prediction, GAMMA_LEAST)))


def _lightgbm_gamma(target: Rows, prediction: Rows) -> Rows:
    return np.asarray(gamma_nll.function(single(target), prediction))


@loss(
    "gamma_nll",
    title="Gamma negative log-likelihood",
    family="regression",
    aliases=("gamma_negative_log_likelihood", "exponential_nll"),
    inputs=(AMOUNT, MEAN),
    formula="y / p + log(p)",
    gradient=_gamma_slope,
    gradient_formula="(p - y) / p**2",
    unit="nats",
    likelihood="gamma of shape 1, that is exponential, with mean p",
    best_constant=MomentsConstant(
        "the mean of the target",
        lambda mean, params: mean,
        lambda mean, variance, params: 1.0 + math.log(mean),
    ),
    perfect=Perfect(
        "the target itself; what remains is 1 + ln(y)",
        lambda target, params: target.copy(),
        lambda target, params: 1.0 + np.log(target),
    ),
    deviations=(
        booster("lightgbm", "gamma", rows=_lightgbm_gamma),
        booster(
            "xgboost",
            "gamma-nloglik",
            differs="raises p to at least 1e-6: y=3, p=1e-8 gives 2999986.2, here 299999981.6",
            edge=True,
            clips=True,
            rows=_xgboost_gamma,
        ),
    ),
    differs={"sklearn": "HalfGammaLoss only trains, on logarithms of means"},
    contrast=([3.0, 2.0], [1e-8, 1.5]),
    accuracy=Accuracy(against="largest term", textbook_holds=True),
    source="McCullagh and Nelder (1989), Generalized Linear Models, chapter 8",
)
@quietly
def gamma_nll(target: Rows, prediction: Rows) -> Rows:
    """Surprise at an amount under an exponential distribution with the predicted mean.

    Formula  y / p + ln(p)
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k), averaged over k by the engine
    Unit     nats; it moves with the target's unit, and may be below 0
    Raises   DomainError: a target or mean of 0 or below, nan or infinity, named with its row
    Not      gamma_deviance, twice what it exceeds its smallest value by, free of the unit

    >>> gamma_nll([2.0, 4.0], [1.0, 4.0]).round(4).tolist()
    [2.0, 2.3863]
    """
    return target / prediction + np.log(prediction)


class CompoundPowers(Interval):
    """The powers between 1 and 2; of those drawn for tests every other one is close to 2."""

    def good(self, generator: np.random.Generator, shape: tuple[int, ...], width: int) -> Rows:
        found = super().good(generator, shape, width)
        found.flat[1::2] = 2.0 - 10.0 ** generator.uniform(-9.0, -3.0, found.flat[1::2].shape)
        return found


COMPOUND = CompoundPowers(1.0, 2.0, low_in=False, high_in=False)
POWER_NAMES = ("tweedie_variance_power", "variance_power", "rho")


@quietly
def power_slope(target: Rows, prediction: Rows, *, power: float) -> Rows:
    """(p - y) / p**power, in two steps so that the power alone does not overflow."""
    root = np.power(prediction, -0.5 * power)
    return np.where(prediction == target, 0.0, ((prediction - target) * root) * root)


def _least_tweedie(target: Rows, params: Values) -> Floats:
    rest = 2.0 - as_number(params["power"])
    return target**rest / (rest * (1.0 - rest))


@quietly
def _xgboost_tweedie(target: Rows, prediction: Rows, *, power: float) -> Rows:
    """With the exponents in single precision, as there."""
    line, area = (float(np.float32(whole) - np.float32(power)) for whole in (1.0, 2.0))
    return target * np.power(prediction, line) / -line + np.power(prediction, area) / area


def _lightgbm_tweedie(target: Rows, prediction: Rows, *, power: float) -> Rows:
    given = single(target), np.maximum(prediction, LIGHTGBM_LEAST)
    return np.asarray(tweedie_nll.function(*given, power=power))


@loss(
    "tweedie_nll",
    title="Tweedie negative log-likelihood",
    family="regression",
    aliases=("tweedie_negative_log_likelihood", "tweedie_quasi_likelihood"),
    inputs=(COUNT, MEAN),
    params=[
        Param(
            "power", 1.5, "of the mean, to which the variance is proportional", COMPOUND, aliases=POWER_NAMES
        )
    ],
    formula="y * p**(1 - power) / (power - 1) + p**(2 - power) / (2 - power)",
    gradient=power_slope,
    gradient_formula="(p - y) * p**(-power)",
    likelihood="Tweedie with unit dispersion; what depends on the target alone is dropped",
    best_constant=MomentsConstant("the mean of the target", lambda mean, params: max(mean, LEAST), None),
    perfect=Perfect(
        "the target itself; a power of it remains",
        lambda target, params: np.maximum(target, LEAST),
        _least_tweedie,
        attained=False,
    ),
    deviations=(
        Convention(
            "xgboost",
            "xgboost.train(eval_metric='tweedie-nloglik@power')",
            names=("tweedie-nloglik",),
            rows=_xgboost_tweedie,
            single=True,
        ),
        booster(
            "lightgbm",
            "tweedie",
            differs=f"raises p to at least 1e-10: y=3, p=1e-12 gives 600000, here 6000000; {LABELS}",
            edge=True,
            clips=True,
            rows=_lightgbm_tweedie,
            touches=below(LIGHTGBM_LEAST),
        ),
    ),
    differs={
        "sklearn": "HalfTweedieLoss only trains, on logarithms of means; mean_tweedie_deviance is "
        "tweedie_deviance"
    },
    contrast=([3.0, 2.0], [1e-12, 1.5]),
    source="Jorgensen (1987), doi:10.1111/j.2517-6161.1987.tb01685.x",
)
@quietly
def tweedie_nll(target: Rows, prediction: Rows, *, power: float) -> Rows:
    """Quasi-likelihood of amounts among which many are 0; numbers of different powers do not compare.

    Formula  y p**(1 - power) / (power - 1) + p**(2 - power) / (2 - power)
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k), averaged over k by the engine
    Unit     the target's unit to the power 2 - power
    Raises   ParamError: power not between 1 and 2.  DomainError: a target below 0, a mean of 0 or below
    Not      tweedie_deviance, twice what it exceeds its smallest value by, 0 where p = y

    >>> tweedie_nll([2.0, 0.0], [1.0, 4.0]).tolist()
    [6.0, 4.0]
    """
    root = np.power(prediction, 0.5 * (1.0 - power))  # its square may overflow where y times it does not
    line = ((target * root) * root) / (power - 1.0)
    return line + np.power(prediction, 2.0 - power) / (2.0 - power)
