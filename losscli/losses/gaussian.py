"""Gaussian forecasts: a mean and a variance of each, given or taken from an ensemble."""

from __future__ import annotations

import math

import numpy as np

from losscli.arrays import Floats, Mask, Rows
from losscli.domains import NOT_NEGATIVE, POSITIVE, REALS, Fault
from losscli.losses.regression import NUMBERS_ONLY, TARGET, any_cell
from losscli.numerics.ensembles import Moments, moments
from losscli.numerics.special import HALF_LN_2_PI
from losscli.numerics.stable import quietly, two_difference
from losscli.params import Param
from losscli.records import NamedTuple
from losscli.registry import (
    Accuracy,
    Convention,
    Input,
    NoConstant,
    NoPerfect,
    Perfect,
    Values,
    cells,
    loss,
    numbers,
    vectors,
)

MEAN = cells("mean", "m", REALS, "the predicted mean", hint=NUMBERS_ONLY)
VARIANCE = cells(
    "variance", "v", POSITIVE, "the predicted variance", hint="standard deviations? spread=deviation"
)
DEVIATION = cells("deviation", "v", POSITIVE, "the predicted standard deviation")
TORCH_LEAST = 1e-6
LEAST_SLOPE = 2.0**-960
LEAST = 5e-324


def _inputs(params: Values) -> tuple[Input, ...]:
    return (TARGET, MEAN, VARIANCE if params["spread"] == "variance" else DEVIATION)


@quietly
def _deviation(spread_of: Rows, spread: str, eps: float) -> Floats:
    """The standard deviation, raised to the root of eps."""
    given = np.sqrt(spread_of) if spread == "variance" else spread_of
    return np.maximum(given, math.sqrt(eps))


@quietly
def _score(target: Rows, mean: Rows, deviation: Floats) -> Floats:
    """How many standard deviations the mean is above the target, also where that difference overflows."""
    result = (mean - target) / deviation
    far = np.isinf(mean - target)
    return np.where(far, 2.0 * ((0.5 * mean - 0.5 * target) / deviation), result) if far.any() else result


@quietly
def _slope(target: Rows, mean: Rows, variance: Rows, *, full: str, spread: str, eps: float) -> Rows:
    deviation = _deviation(variance, spread, eps)
    return _score(target, mean, deviation) / deviation


def _below_floor(target: Rows, mean: Rows, variance: Rows, *, full: str, spread: str, eps: float) -> Mask:
    return any_cell(variance < (eps if spread == "variance" else math.sqrt(eps)))


def _at_target(target: Rows, variance: Rows, params: Values) -> Floats:
    found: Floats = gaussian_nll.function(target, target, variance, **params)
    return found


@loss(
    "gaussian_nll",
    title="Gaussian negative log-likelihood",
    family="forecast",
    aliases=("gaussian_negative_log_likelihood", "normal_nll", "heteroscedastic_regression"),
    inputs=(TARGET, MEAN, VARIANCE),
    choose=_inputs,
    slope_of="mean",
    params=[
        Param(
            "full",
            "no",
            "whether ln(2 pi) / 2 is added, so that it is the whole likelihood",
            choices=("no", "yes"),
        ),
        Param("spread", "variance", "what the third input holds", choices=("variance", "deviation")),
        Param(
            "eps",
            0.0,
            "a variance below it is raised to it",
            NOT_NEGATIVE,
            aliases=("epsilon",),
            clips=True,
        ),
    ],
    formula="w = max(v**2 if spread == 'deviation' else v, eps); "
    "(log(w) + (y - m)**2 / w) / 2 + (log(2 * pi) / 2 if full == 'yes' else 0)",
    gradient=_slope,
    gradient_formula="(m - y) / max(v**2 if spread == 'deviation' else v, eps)",
    unit="nats",
    likelihood="Gaussian; the constant ln(2 pi) / 2 is dropped unless full=yes",
    best_constant=NoConstant("two numbers: the mean and the variance of the target"),
    perfect=Perfect(
        "the mean at the target; what its variance costs remains",
        lambda blocks, params: blocks[0].copy(),
        lambda blocks, params: _at_target(blocks[0], blocks[2], params),
        by_blocks=True,
    ),
    deviations=(
        Convention(
            "torch",
            "torch.nn.functional.gaussian_nll_loss(m, y, v)",
            "raises variances to at least 1e-6: y=1, m=1.5, v=1e-8 gives 124993.1, here 12499990.8",
            edge=True,
            clips=True,
            names=("GaussianNLLLoss",),
            params={"eps": TORCH_LEAST},
            touches=_below_floor,
        ),
    ),
    differs={
        "scoringrules": "logs_normal takes the standard deviation and adds ln(2 pi) / 2, as spread=deviation "
        "and full=yes do here: y=3, m=1, variance 4 gives 2.1121, here 1.1931",
        "catboost": "RMSEWithUncertainty takes the logarithm of the standard deviation; it adds ln(2 pi) / 2",
    },
    contrast=([3.0, 1.0], [1.0, 1.5], [4.0, 1e-8]),
    accuracy=Accuracy(against="largest term"),
    source="Nix and Weigend (1994), doi:10.1109/ICNN.1994.374138",
)
@quietly
def gaussian_nll(target: Rows, mean: Rows, variance: Rows, *, full: str, spread: str, eps: float) -> Rows:
    """Surprise at a number under a Gaussian with the predicted mean and variance, without its constant.

    Formula  (ln(v) + (y - m)**2 / v) / 2; full=yes adds ln(2 pi) / 2; v is the square with spread=deviation
    Shapes   (n,), (n,), (n,) give (n,); three of (n, k) give (n, k), averaged over k by the engine
    Unit     nats; it moves with the target's unit, and may be below 0
    Raises   ParamError: eps below 0.  DomainError: a variance of 0 or below, nan or infinity
    Not      log_score, which takes the standard deviation and keeps the constant; dss, twice as large, of an
             ensemble

    >>> gaussian_nll([3.0], [1.0], [4.0]).round(4).tolist()
    [1.1931]
    >>> gaussian_nll([3.0], [1.0], [2.0], spread="deviation", full="yes").round(4).tolist()
    [2.1121]
    """
    constant = HALF_LN_2_PI if full == "yes" else 0.0
    deviation = _deviation(variance, spread, eps)
    gap, rest = two_difference(mean, target)
    if spread == "variance":
        raised = np.maximum(variance, eps)
        half, slope = 0.5 * np.log(raised), gap / raised
        square = (0.5 * gap) * slope + rest * slope
    else:
        half, slope = np.log(deviation), gap / deviation
        square = (0.5 * slope) * slope + (rest / deviation) * slope
    odd = ~(np.isfinite(square) & ((np.abs(slope) > LEAST_SLOPE) | (gap == 0.0)))
    if odd.any():  # the difference or the quotient is beyond the doubles, or has lost digits
        score = _score(target, mean, deviation)
        square = np.where(odd, (0.5 * score) * score, square)
    return (half + constant) + square


class Varied(NamedTuple):
    """Rows of numbers that are not all equal, so that they have a variance."""

    kind: str = "vector"

    def __str__(self) -> str:
        return "numbers that are not all equal"

    def faults(self, block: Rows, width: int) -> list[Fault]:
        mask: Mask = np.asarray((block == block[:, :1]).all(axis=1), dtype=np.bool_)
        words = "one number, or equal ones: they have no variance"
        return [Fault(mask, words)] if mask.any() else []

    def clean(self, block: Rows) -> Rows:
        return block

    def good(self, generator: np.random.Generator, shape: tuple[int, ...], width: int) -> Rows:
        return generator.normal(0.0, 3.0, shape)

    def hard(self, generator: np.random.Generator, shape: tuple[int, ...]) -> Rows:
        """Members around every number, spread much or hardly at all."""
        centre = generator.normal(0.0, 1.0, (shape[0], 1)) * 10.0 ** generator.uniform(
            -3.0, 12.0, (shape[0], 1)
        )
        spread = 10.0 ** generator.uniform(-16.0, 2.0, (shape[0], 1))
        found = centre * (1.0 + spread * generator.normal(0.0, 1.0, shape))
        wide = generator.normal(0.0, 1.0, shape) * 10.0 ** generator.uniform(-150.0, 150.0, (shape[0], 1))
        found = np.where(generator.random((shape[0], 1)) < 0.2, wide, found)
        found[:, -1] = np.where(found[:, -1] == found[:, 0], np.nextafter(found[:, 0], np.inf), found[:, -1])
        return found

    def wrong(self, generator: np.random.Generator, shape: tuple[int, ...], width: int) -> list[Rows]:
        good = self.good(generator, shape, width)
        good[-1] = good[-1, 0]
        return [good]


MEMBERS = vectors("prediction", "x", Varied(), "a column for each member of the ensemble, in any order")


def _moments(target: Rows, members: Rows, bias: str) -> Moments:
    count = members.shape[1]
    return moments(target, members, float(count if bias == "yes" else count - 1))


@quietly
def _dss_slope(target: Rows, prediction: Rows, *, bias: str) -> Rows:
    count = prediction.shape[1]
    found = _moments(target, prediction, bias)
    deviation = np.maximum(found.deviation, LEAST)[:, None]
    divisor = float(count if bias == "yes" else count - 1)
    apart = _moments_of_members(prediction) / deviation
    score = found.score[:, None]
    turned = np.where(apart == 0.0, 0.0, apart * score)
    return np.asarray((2.0 / deviation) * (score * (1.0 / count - turned / divisor) + apart / divisor))


@quietly
def _moments_of_members(members: Rows) -> Rows:
    """Each member less the mean of its row."""
    from_first = members - members[:, :1]
    return np.asarray(from_first - from_first.mean(axis=1, keepdims=True))


@loss(
    "dss",
    title="Dawid-Sebastiani score",
    family="forecast",
    aliases=("dawid_sebastiani", "dawid_sebastiani_score"),
    inputs=(numbers("target", "y", REALS, "the observed number"), MEMBERS),
    params=[
        Param(
            "bias",
            "no",
            "yes divides the sum of squares by the number of members, no by one less",
            choices=("no", "yes"),
        )
    ],
    formula="m = sum(x) / len(x); v = sum((x - m)**2) / (len(x) if bias == 'yes' else len(x) - 1); "
    "log(v) + (y - m)**2 / v",
    gradient=_dss_slope,
    gradient_formula="m = sum(x) / len(x); d = len(x) if bias == 'yes' else len(x) - 1; "
    "v = sum((x - m)**2) / d; 2 * (m - y) / (v * len(x)) + 2 * (x - m) * (v - (y - m)**2) / (d * v**2)",
    likelihood="Gaussian with the ensemble's mean and variance: twice its negative logarithm, less ln(2 pi)",
    best_constant=NoConstant("an ensemble: its mean and variance are those of the target"),
    perfect=NoPerfect("none: it falls without end as the members close in on the target"),
    same_as={"scoringrules": "scoringrules.dssuv_ensemble(y, x, bias=bias)"},
    accuracy=Accuracy(ulp=8.0, against="largest term"),
    source="Dawid and Sebastiani (1999), doi:10.1214/aos/1018031101",
)
@quietly
def dss(target: Rows, prediction: Rows, *, bias: str) -> Floats:
    """Judges an ensemble by its mean and variance alone, as a Gaussian likelihood would.

    Formula  ln(v) + (y - m)**2 / v with the mean m and the variance v of the members
    Shapes   (n,) and (n, M) give (n,), for two members or more
    Unit     none: differences of it are in nats, doubled
    Raises   DomainError: members that are all equal, nan or infinity, named with their row
    Not      gaussian_nll, half of it, of a given mean and variance; crps_ensemble, which sees every member

    >>> dss([3.0], [[1.0, 2.0, 4.0]]).round(4).tolist()
    [1.0378]
    """
    found = _moments(target, prediction, bias)
    return found.log_variance + found.score * found.score
