"""Forecasts of a whole distribution by its location and scale: proper scores, smaller is better."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from losscli.arrays import Floats, Mask, Rows
from losscli.domains import POSITIVE, REALS
from losscli.numerics.normal import ONE_OVER_ROOT_PI, ROOT_2, erf, standard_crps
from losscli.numerics.stable import LN_2, log_cosh, quietly, two_difference, two_product
from losscli.params import Param
from losscli.registry import Accuracy, Convention, NoConstant, Perfect, cells, loss

OBSERVED = cells("target", "y", REALS, "the observed number")
LOCATION = cells(
    "location", "m", REALS, "the centre of the predicted distribution: its mean, which is its median too"
)
SCALE = cells(
    "scale",
    "s",
    POSITIVE,
    "the scale of the predicted distribution; of a normal one the standard deviation",
    hint="a variance? its square root is the scale; a point forecast, of scale 0? use mae",
)
FAMILY = Param(
    "family",
    "normal",
    "the distribution that location and scale belong to",
    choices=("normal", "laplace", "logistic"),
    aliases=("distribution",),
)
TWO_NUMBERS = NoConstant("two numbers, location and scale: those that fit the distribution of the target")
LOG_ROOT_2_PI = 0.5 * math.log(2.0 * math.pi)
SAFE_LOW, SAFE_HIGH, SAFE_ROOT = 1e-280, 1e299, 1e154
FAR = 1e17
"""So many scales from the location a forecast scores as a point there."""

Standard = Callable[[Floats], Floats]


def _scores(target: Rows, location: Rows, scale: Rows) -> Floats:
    """How many scales the target is from the location, also where that difference alone overflows."""
    gap = target - location
    result = gap / scale
    wide = np.isinf(gap)
    if wide.any():
        result = np.where(wide, (0.5 * target - 0.5 * location) / (0.5 * scale), result)
    return np.asarray(result)


def _hit(value: Callable[[Rows, str], Floats]) -> Perfect:
    return Perfect(
        "the location at the target; what its scale costs remains",
        lambda blocks, params: blocks[0].copy(),
        lambda blocks, params: value(blocks[2], str(params["family"])),
        by_blocks=True,
    )


# --- continuous ranked probability score --------------------------------------------------------------------


def _laplace_crps(scores: Floats) -> Floats:
    size = np.abs(scores)
    return 0.25 + (size + np.expm1(-size))


def _logistic_crps(scores: Floats) -> Floats:
    return (2.0 * LN_2 - 1.0) + 2.0 * log_cosh(0.5 * scores)


CRPS: Mapping[str, Standard] = {
    "normal": standard_crps,
    "laplace": _laplace_crps,
    "logistic": _logistic_crps,
}
CRPS_SLOPES: Mapping[str, Standard] = {
    "normal": lambda scores: -erf(scores / ROOT_2),
    "laplace": lambda scores: np.sign(scores) * np.expm1(-np.abs(scores)),
    "logistic": lambda scores: -np.tanh(0.5 * scores),
}
CENTRES = {family: float(standard(np.zeros(1))[0]) for family, standard in CRPS.items()}


@quietly
def _crps_slope(target: Rows, location: Rows, scale: Rows, *, family: str) -> Rows:
    return CRPS_SLOPES[family](_scores(target, location, scale))


@quietly
def _typed_crps(target: Rows, location: Rows, scale: Rows, *, family: str) -> Rows:
    """The closed forms as scoringrules types them."""
    scores = np.asarray((target - location) / scale)
    if family == "normal":
        density = np.exp(-(scores**2) / 2.0) / math.sqrt(2.0 * math.pi)
        standard = scores * erf(scores / ROOT_2) + 2.0 * density - ONE_OVER_ROOT_PI
    elif family == "laplace":
        standard = np.abs(scores) + np.exp(-np.abs(scores)) - 0.75
    else:
        standard = scores - 2.0 * np.log(1.0 / (1.0 + np.exp(-scores))) - 1.0
    return np.asarray(scale * standard)


@quietly
def _overflows(target: Rows, location: Rows, scale: Rows, *, family: str) -> Mask:
    size = np.abs((target - location) / scale)
    return np.asarray(size > 700.0 if family == "logistic" else np.isinf(size))


def _scoringrules_crps(family: str, differs: str, edge: bool = False) -> Convention:
    """One of the functions that scoringrules has a family each for."""
    return Convention(
        "scoringrules",
        f"scoringrules.crps_{family}(y, m, s)",
        differs,
        edge=edge,
        params={"family": family},
        rows=_typed_crps,
        touches=_overflows,
    )


@loss(
    "crps_parametric",
    title="CRPS of a parametric forecast",
    family="forecast",
    aliases=("crps_gaussian", "crps_of_location_and_scale"),
    inputs=(OBSERVED, LOCATION, SCALE),
    params=[FAMILY],
    formula="z = (y - m) / s; "
    "s * (z * erf(z / sqrt(2)) + sqrt(2 / pi) * exp(-z**2 / 2) - 1 / sqrt(pi)) if family == 'normal' else "
    "s * (abs(z) + exp(-abs(z)) - 3 / 4) if family == 'laplace' else "
    "s * (z + 2 * log(1 + exp(-z)) - 1)",
    gradient=_crps_slope,
    gradient_formula="z = (y - m) / s; "
    "-erf(z / sqrt(2)) if family == 'normal' else "
    "sign(z) * (exp(-abs(z)) - 1) if family == 'laplace' else "
    "2 / (1 + exp(z)) - 1",
    slope_of="location",
    best_constant=TWO_NUMBERS,
    perfect=_hit(lambda scale, family: np.asarray(CENTRES[family] * scale)),
    deviations=(
        _scoringrules_crps("normal", "infinite where (y - m) / s overflows, here the distance", edge=True),
        _scoringrules_crps("laplace", "infinite where (y - m) / s overflows, here the distance"),
        _scoringrules_crps(
            "logistic", "infinite from 710 scales below the location on, nan where (y - m) / s overflows"
        ),
    ),
    contrast=([2.0, -800.0, 3.0], [1.0, 0.0, 0.0], [0.5, 1.0, 1e-310]),
    source="Matheson and Winkler (1976), doi:10.1287/mnsc.22.10.1087; Jordan et al. (2019), arXiv 1709.04743",
)
@quietly
def crps_parametric(target: Rows, location: Rows, scale: Rows, *, family: str) -> Rows:
    """Squared distance of the predicted distribution function from the step at the target, integrated.

    Formula  with z = (y - m) / s:  normal s (z (2 Phi(z) - 1) + 2 phi(z) - 1 / sqrt(pi)),
             Laplace s (|z| + exp(-|z|) - 3/4), logistic s (z + 2 log(1 + exp(-z)) - 1)
    Shapes   three times (n,) give (n,); three times (n, k) give (n, k), averaged over k by the engine
    Unit     the target's unit: |y - m| for a forecast that is sure, of scale 0
    Raises   ParamError: another family.  DomainError: a scale that is not above 0, nan or infinity
    Not      log_score, which a far miss costs more; crps_ensemble and crps_quantile, of other forecasts

    >>> crps_parametric([2.0, 1.0], [1.0, 1.0], [0.5, 1.0]).round(4).tolist()
    [0.7264, 0.2337]
    """
    scores = _scores(target, location, scale)
    near = scale * CRPS[family](np.clip(scores, -FAR, FAR))
    return np.where(np.abs(scores) > FAR, np.abs(target - location), near)


# --- logarithmic score --------------------------------------------------------------------------------------


def _logistic_surprise(scores: Floats) -> Floats:
    size = np.abs(scores)
    return size + 2.0 * np.log1p(np.exp(-size))


SURPRISES: Mapping[str, Standard] = {
    "normal": lambda scores: LOG_ROOT_2_PI + (0.5 * scores) * scores,
    "laplace": lambda scores: LN_2 + np.abs(scores),
    "logistic": _logistic_surprise,
}
SURPRISE_SLOPES: Mapping[str, Standard] = {
    "normal": lambda scores: scores,
    "laplace": np.sign,
    "logistic": lambda scores: np.tanh(0.5 * scores),
}
PEAKS = {"normal": LOG_ROOT_2_PI, "laplace": LN_2, "logistic": 2.0 * LN_2}


@quietly
def _rests(target: Rows, location: Rows, scale: Rows, scores: Floats) -> Floats:
    """What rounding took from the scores; 0 where products would leave the range of doubles."""
    gap, lost = two_difference(target, location)
    product, rest = two_product(scores, scale)
    size = np.abs(gap)
    safe = (size > SAFE_LOW) & (size < SAFE_HIGH) & (scale < SAFE_HIGH) & (np.abs(scores) < SAFE_ROOT)
    return np.where(safe, ((gap - product) - rest + lost) / scale, 0.0)


@quietly
def _log_score_slope(target: Rows, location: Rows, scale: Rows, *, family: str) -> Rows:
    return -SURPRISE_SLOPES[family](_scores(target, location, scale)) / scale + 0.0


@quietly
def _log_of_density(target: Rows, location: Rows, scale: Rows, *, family: str) -> Rows:
    """The logarithm of a density that is rounded first, as scoringrules types it."""
    scores = np.asarray((target - location) / scale)
    if family == "normal":
        density = (1.0 / math.sqrt(2.0 * math.pi)) * np.exp(-(scores**2) / 2.0)
    elif family == "laplace":
        density = np.exp(-np.abs(scores)) / 2.0
    else:
        density = np.exp(-scores) / (1.0 + np.exp(-scores)) ** 2
    return np.asarray(-np.log(density / scale))


@quietly
def _density_is_lost(target: Rows, location: Rows, scale: Rows, *, family: str) -> Mask:
    size = np.abs((target - location) / scale)
    far = size > {"normal": 37.0, "laplace": 700.0, "logistic": 350.0}[family]
    return np.asarray(far | (scale < 1e-300) | (scale > 1e300))


def _scoringrules_log_score(family: str, differs: str, edge: bool = False) -> Convention:
    return Convention(
        "scoringrules",
        f"scoringrules.logs_{family}(y, m, s)",
        f"takes the logarithm of a rounded density: {differs}",
        edge=edge,
        params={"family": family},
        rows=_log_of_density,
        touches=_density_is_lost,
    )


@loss(
    "log_score",
    title="Logarithmic score of a parametric forecast",
    family="forecast",
    aliases=("logarithmic_score", "ignorance_score", "predictive_nll"),
    inputs=(OBSERVED, LOCATION, SCALE),
    params=[FAMILY],
    formula="z = (y - m) / s; "
    "log(s) + z**2 / 2 + log(2 * pi) / 2 if family == 'normal' else "
    "log(s) + abs(z) + log(2) if family == 'laplace' else "
    "log(s) + z + 2 * log(1 + exp(-z))",
    gradient=_log_score_slope,
    gradient_formula="z = (y - m) / s; "
    "-z / s if family == 'normal' else "
    "-sign(z) / s if family == 'laplace' else "
    "(2 / (1 + exp(z)) - 1) / s",
    slope_of="location",
    kinks=("y - m if family == 'laplace' else 1",),
    unit="nats",
    likelihood="the family's own, with nothing dropped",
    best_constant=TWO_NUMBERS,
    perfect=_hit(lambda scale, family: np.log(scale) + PEAKS[family]),
    deviations=(
        _scoringrules_log_score("normal", "infinite from 39 scales away from the location on", edge=True),
        _scoringrules_log_score("laplace", "infinite from 746 scales away from the location on"),
        _scoringrules_log_score("logistic", "infinite from 355 scales below the location on, then nan"),
    ),
    contrast=([2.0, -400.0, 800.0], [1.0, 0.0, 0.0], [0.5, 1.0, 1.0]),
    accuracy=Accuracy(against="largest term"),
    source="Good (1952), doi:10.1111/j.2517-6161.1952.tb00104.x; Jordan et al. (2019), arXiv 1709.04743",
)
@quietly
def log_score(target: Rows, location: Rows, scale: Rows, *, family: str) -> Rows:
    """Surprise at the target under the predicted density; below 0 where the density is above 1.

    Formula  with z = (y - m) / s:  normal log(s) + z**2 / 2 + log(2 pi) / 2, Laplace log(2 s) + |z|,
             logistic log(s) + z + 2 log(1 + exp(-z))
    Shapes   three times (n,) give (n,); three times (n, k) give (n, k), averaged over k by the engine
    Unit     nats, of the density of the target in its unit
    Raises   ParamError: another family.  DomainError: a scale that is not above 0, nan or infinity
    Not      gaussian_nll, which takes a variance and drops a constant; crps_parametric, in the target's unit

    >>> log_score([2.0, 1.0], [1.0, 1.0], [0.5, 1.0]).round(4).tolist()
    [2.2258, 0.9189]
    """
    scores = _scores(target, location, scale)
    # a square would double the rounding of the score
    rests = _rests(target, location, scale, scores)
    correction = np.where(rests == 0.0, 0.0, SURPRISE_SLOPES[family](scores) * rests)
    return np.log(scale) + (SURPRISES[family](scores) + correction)
