"""Deviances: what a likelihood of a predicted mean falls short of the best one, doubled; 0 where p = y."""

from __future__ import annotations

from typing import Any

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.domains import NOT_NEGATIVE, POSITIVE, REALS, Domain, Interval
from losscli.losses.regression import booster
from losscli.losses.regression_amounts import AMOUNT, POWER_NAMES, power_slope
from losscli.losses.regression_counts import COUNT, LABELS, LEAST, MEAN, SWAPPED, single
from losscli.numerics.deviances import gamma_gap, poisson_gap
from losscli.numerics.stable import quietly
from losscli.numerics.tweedie import tweedie_deviance as stable_tweedie_deviance
from losscli.params import Param, as_number
from losscli.registry import (
    Accuracy,
    Convention,
    MomentsConstant,
    Perfect,
    Values,
    cells,
    loss,
    zero_rows,
)

ITSELF = Perfect(
    "the target itself",
    lambda target, params: np.maximum(target, LEAST),
    zero_rows,
    attained=False,
)
MEAN_OF_TARGET = MomentsConstant("the mean of the target", lambda mean, params: mean, None, rounding=2.0**-40)
NO_TRAINING = "only trains, on logarithms of means"


@quietly
def _poisson_slope(target: Rows, prediction: Rows) -> Rows:
    return np.where(target == 0.0, 2.0, 2.0 * ((prediction - target) / prediction))


@loss(
    "poisson_deviance",
    title="Poisson deviance",
    family="regression",
    aliases=("mean_poisson_deviance",),
    inputs=(COUNT, MEAN),
    formula="2 * (y * (log(y) - log(p)) - y + p)",
    gradient=_poisson_slope,
    gradient_formula="2 * (1 - y / p)",
    likelihood="Poisson: twice its negative logarithm, less that at p = y",
    best_constant=MEAN_OF_TARGET,
    perfect=ITSELF,
    same_as={
        "sklearn": "sklearn.metrics.mean_poisson_deviance(y, p)",
        "torchmetrics": "torchmetrics.functional.tweedie_deviance_score(p, y, power=1)",
        "utilsforecast": "utilsforecast.losses.tweedie_deviance(df, models=['p'], power=1)",
    },
    differs={"sklearn": f"HalfPoissonLoss {NO_TRAINING}"},
    accuracy=Accuracy(ulp=8.0),
    source="McCullagh and Nelder (1989), Generalized Linear Models, section 2.3; Loader (2000)",
)
@quietly
def poisson_deviance(target: Rows, prediction: Rows) -> Rows:
    """How far a predicted mean is from a count, on the scale of Poisson likelihoods.

    Formula  2 (y ln(y / p) - y + p), with 0 ln 0 = 0
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k), averaged over k by the engine
    Unit     the target's unit
    Raises   DomainError: a target below 0, a mean of 0 or below, nan or infinity, named with its row
    Not      poisson_nll, half of it but for what depends on the target; generalized_kl, half the sum of a row

    >>> poisson_deviance([2.0, 0.0], [1.5, 0.5]).round(4).tolist()
    [0.1507, 1.0]
    """
    return 2.0 * poisson_gap(target, prediction)


@quietly
def _gamma_slope(target: Rows, prediction: Rows) -> Rows:
    return 2.0 * (((prediction - target) / prediction) / prediction)


SHIFT = float(np.float32(1e-6))
"""What XGBoost adds to targets and means."""
LIGHTGBM_SHIFT = 1e-9


@quietly
def _xgboost_gamma(target: Rows, prediction: Rows) -> Rows:
    """Its shifted numbers are of single precision."""
    shifted = [
        (block.astype(np.float32) + np.float32(SHIFT)).astype(np.float64) for block in (target, prediction)
    ]
    return 2.0 * gamma_gap(*shifted)


@quietly
def _lightgbm_gamma(target: Rows, prediction: Rows) -> Rows:
    return 2.0 * gamma_gap(single(target), prediction + LIGHTGBM_SHIFT)


@loss(
    "gamma_deviance",
    title="Gamma deviance",
    family="regression",
    aliases=("mean_gamma_deviance",),
    inputs=(AMOUNT, MEAN),
    formula="2 * (log(p) - log(y) + y / p - 1)",
    gradient=_gamma_slope,
    gradient_formula="2 * (p - y) / p**2",
    likelihood="gamma of any known shape: twice its negative logarithm over the shape, less that at p = y",
    best_constant=MEAN_OF_TARGET,
    perfect=Perfect("the target itself", lambda target, params: target.copy(), zero_rows),
    same_as={
        "sklearn": "sklearn.metrics.mean_gamma_deviance(y, p)",
        "torchmetrics": "torchmetrics.functional.tweedie_deviance_score(p, y, power=2)",
        "utilsforecast": "utilsforecast.losses.tweedie_deviance(df, models=['p'], power=2)",
    },
    deviations=(
        booster(
            "xgboost",
            "gamma-deviance",
            differs="adds 1e-6 to y and p: y=1e-7, p=2e-7 gives 0.0074, here 0.3863",
            rows=_xgboost_gamma,
        ),
        booster(
            "lightgbm",
            "gamma_deviance",
            "gamma-deviance",
            differs="is the (weighted) sum over the rows, never their mean, and adds 1e-9 to p: "
            f"y=2 4 0.5 1, p=1 5 1 1 gives 1.04629, here 0.26157; {LABELS}",
            rows=_lightgbm_gamma,
            reduce="sum",
        ),
    ),
    differs={"sklearn": f"HalfGammaLoss {NO_TRAINING}"},
    contrast=([2.0, 4.0, 0.5, 1e-7], [1.0, 5.0, 1.0, 2e-7]),
    accuracy=Accuracy(ulp=8.0),
    source="McCullagh and Nelder (1989), Generalized Linear Models, section 8.3",
)
@quietly
def gamma_deviance(target: Rows, prediction: Rows) -> Rows:
    """How far a predicted mean is from an amount, relative to it: scaling both changes nothing.

    Formula  2 (ln(p / y) + y / p - 1)
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k), averaged over k by the engine
    Unit     none: 0.01 is about 10 percent off
    Raises   DomainError: a target or mean of 0 or below, nan or infinity, named with its row
    Not      gamma_nll, which keeps 1 + ln(y); the Itakura-Saito distance, half of it

    >>> gamma_deviance([2.0, 4.0], [1.0, 4.0]).round(4).tolist()
    [0.6137, 0.0]
    """
    return 2.0 * gamma_gap(target, prediction)


class TweediePowers(Interval):
    """The powers that a Tweedie distribution has: all but those between 0 and 1."""

    def __str__(self) -> str:
        return "a number of at most 0 or at least 1"

    def outside(self, block: Rows) -> Any:
        return ~((block <= 0.0) | (block >= 1.0))

    def _all_inside(self, block: Rows) -> bool:
        return not self.outside(block).any()

    def good(self, generator: np.random.Generator, shape: tuple[int, ...], width: int) -> Rows:
        between, above = generator.uniform(1.0, 2.0, shape), 2.0 + generator.gamma(2.0, 0.75, shape)
        kinds = [
            -generator.gamma(2.0, 0.75, shape),
            between,
            above,
            generator.choice([0.0, 1.0, 2.0, 3.0], shape),
        ]
        return np.choose(generator.integers(0, 4, shape), kinds)

    def wrong(self, generator: np.random.Generator, shape: tuple[int, ...], width: int) -> list[Rows]:
        return [np.full(shape, value) for value in (0.5, LEAST, float(np.nextafter(1.0, 0.0)))]


def _targets(params: Values) -> Domain:
    power = as_number(params["power"])
    return REALS if power <= 0.0 else NOT_NEGATIVE if power < 2.0 else POSITIVE


def _means(params: Values) -> Domain:
    return REALS if params["power"] == 0.0 else POSITIVE


@quietly
def _tweedie_slope(target: Rows, prediction: Rows, *, power: float) -> Rows:
    return 2.0 * (prediction - target if power == 0.0 else power_slope(target, prediction, power=power))


def _above_zero(values: Any, params: Values) -> Any:
    return values if params["power"] == 0.0 else np.maximum(values, LEAST)


@loss(
    "tweedie_deviance",
    title="Tweedie deviance",
    family="regression",
    inputs=(
        cells(
            "target",
            "y",
            _targets,
            "the observed amount",
            hint=f"zeros? a power below 2 takes them; {SWAPPED}",
        ),
        cells("prediction", "p", _means, "the predicted mean", hint="above 0 for every power but 0"),
    ),
    params=[
        Param(
            "power",
            1.5,
            "of the mean, to which the variance is proportional: 1 Poisson, 2 gamma, 3 inverse Gaussian",
            TweediePowers(),
            aliases=POWER_NAMES,
        )
    ],
    formula="a = 1 - power; b = 2 - power; (p - y)**2 if power == 0 else "
    "2 * (y * (log(y) - log(p)) - y + p) if power == 1 else 2 * (log(p) - log(y) + y / p - 1) if power == 2 "
    "else 2 * (max(y, 0)**b / (a * b) - y * p**a / a + p**b / b)",
    gradient=_tweedie_slope,
    gradient_formula="2 * (p - y) * p**(-power)",
    likelihood="Tweedie with unit dispersion: twice its negative logarithm, less that at p = y",
    best_constant=MomentsConstant(
        "the mean of the target",
        lambda mean, params: float(_above_zero(mean, params)),
        None,
        rounding=2.0**-40,
    ),
    perfect=Perfect("the target itself", _above_zero, zero_rows, attained=False),
    same_as={"utilsforecast": "utilsforecast.losses.tweedie_deviance(df, models=['p'], power=power)"},
    deviations=(
        Convention(
            "sklearn",
            "sklearn.metrics.mean_tweedie_deviance(y, p, power=power)",
            "has power=0 unless told otherwise, which is mse; here 1.5",
            params={"power": 0.0},
        ),
        Convention(
            "torchmetrics",
            "torchmetrics.functional.tweedie_deviance_score(p, y, power=power)",
            "has power=0 unless told otherwise, which is mse; here 1.5",
            params={"power": 0.0},
        ),
    ),
    differs={
        "sklearn": f"HalfTweedieLoss {NO_TRAINING}",
        "utilsforecast": "takes powers between 0 and 1 too, for which there is no distribution, none below 0",
    },
    contrast=([2.0, 4.0], [1.0, 5.0]),
    accuracy=Accuracy(ulp=8.0),
    source="Jorgensen (1987), doi:10.1111/j.2517-6161.1987.tb01685.x",
)
def tweedie_deviance(target: Rows, prediction: Rows, *, power: float) -> Floats:
    """How far a predicted mean is from an amount, where the variance is a power of the mean.

    Formula  2 (max(y, 0)**b / (a b) - y p**a / a + p**b / b) with a = 1 - power, b = 2 - power; (p - y)**2
             for power 0, poisson_deviance for 1, gamma_deviance for 2, (p - y)**2 / (p**2 y) for 3
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k), averaged over k by the engine
    Unit     the target's unit to the power 2 - power
    Raises   ParamError: power between 0 and 1.  DomainError: a mean of 0 or below, a target below 0 (power
             from 1 on) or of 0 (from 2 on)
    Not      tweedie_nll, half of it but for what depends on the target

    >>> tweedie_deviance([2.0, 0.0], [1.0, 4.0]).round(4).tolist()
    [0.6863, 8.0]
    >>> tweedie_deviance([2.0, 1.0], [1.0, 4.0], power=3).round(4).tolist()
    [0.5, 0.5625]
    """
    return stable_tweedie_deviance(target, prediction, power)
