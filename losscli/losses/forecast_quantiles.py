"""Forecasts by quantiles and intervals: a column for each level or bound."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.domains import ASCENDING, OPEN_UNIT, REALS
from losscli.numerics.stable import quietly, scaled_difference, sum_columns
from losscli.params import Param, as_numbers
from losscli.registry import Accuracy, Convention, NoConstant, Perfect, Values, loss, numbers, vectors

OBSERVED = numbers("target", "y", REALS, "the observed number")
QUANTILES = vectors("prediction", "q", REALS, "a column for each level of tau, in the order of tau")
BOUNDS = vectors(
    "prediction", "b", ASCENDING, "the lower and the upper bound", hint="the lower bound comes first"
)
SPREAD = vectors(
    "prediction",
    "q",
    ASCENDING,
    "2 K + 1 columns by rising level: the lower bounds from the widest interval to the narrowest, "
    "the median, the upper bounds back to the widest",
    hint="crossing quantiles, or columns in another order? lowest level first, the median in the middle",
)
LEVELS = Param(
    "tau",
    (0.1, 0.5, 0.9),
    "the levels of the quantiles, one for each column",
    OPEN_UNIT,
    aliases=("alpha", "quantiles", "quantile", "q", "level", "levels", "quantile_alpha"),
    many=True,
)
ALL_AT_TARGET = Perfect(
    "every column at the target",
    lambda blocks, params: np.repeat(blocks[0][:, None], blocks[1].shape[1], axis=1),
    lambda blocks, params: np.zeros(len(blocks[0])),
    by_blocks=True,
)
OWN_QUANTILES = NoConstant("a number for each column: the target's quantiles of the same levels")
AT_A_COLUMN = ("min(abs(q - y))",)

Shapes = Sequence[tuple[int, ...]]


@quietly
def _sum_over(parts: Rows, count: float) -> Floats:
    """(n,): the sum of each row over `count`, also where only the sum overflows."""
    total = sum_columns(parts) / count
    if np.isinf(total).any():
        total = np.where(np.isinf(total), sum_columns(parts / count), total)
    return np.asarray(total)


# --- quantiles of any levels --------------------------------------------------------------------------------


def _one_level_each(shapes: Shapes, params: Values) -> str:
    levels = len(as_numbers(params["tau"]))
    if len(shapes) < 2 or shapes[1][-1] == levels:
        return ""
    found = f"tau has {levels} level{'s' * (levels > 1)}, the prediction {shapes[1][-1]} columns"
    return f"{found}; it takes one for each column, such as tau=0.1,0.5,0.9 for three"


@quietly
def _pinball(target: Rows, quantiles: Rows, tau: tuple[float, ...]) -> Rows:
    """(n, Q): the pinball loss of each quantile."""
    observed, levels = target[:, None], np.array(tau)
    slopes: Floats = np.where(quantiles > observed, 1.0 - levels, -levels)
    return scaled_difference(slopes, quantiles, observed)


def _pinball_slope(target: Rows, quantiles: Rows, tau: tuple[float, ...]) -> Rows:
    observed, levels = target[:, None], np.array(tau)
    return np.where(quantiles > observed, 1.0 - levels, np.where(quantiles < observed, -levels, 0.0))


def _multi_quantile_slope(target: Rows, prediction: Rows, *, tau: tuple[float, ...]) -> Rows:
    return _pinball_slope(target, prediction, tau) / len(tau)


@loss(
    "multi_quantile",
    title="Multi-quantile loss",
    family="forecast",
    aliases=("mqloss", "multi_quantile_loss", "mean_quantile_loss"),
    inputs=(OBSERVED, QUANTILES),
    params=[LEVELS],
    formula="sum(max(tau[j] * (y - q[j]), (tau[j] - 1) * (y - q[j])) for j in range(len(q))) / len(q)",
    gradient=_multi_quantile_slope,
    gradient_formula="[(1 - tau[j] if q[j] > y else (-tau[j] if q[j] < y else 0)) / len(q) "
    "for j in range(len(q))]",
    kinks=AT_A_COLUMN,
    best_constant=OWN_QUANTILES,
    perfect=ALL_AT_TARGET,
    same_as={
        "xgboost": "xgboost.train(eval_metric='quantile', quantile_alpha=[0.1, 0.5, 0.9])",
        "utilsforecast": "utilsforecast.losses.mqloss(df, models, quantiles=tau)",
    },
    differs={
        "gluonts": "its quantile loss is twice as large: 0.3667 for 0.1833",
        "scoringrules": "crps_quantile is twice as large: the loss crps_quantile here",
    },
    fits=_one_level_each,
    accuracy=Accuracy(textbook_holds=True),
    source="Koenker (2005), Quantile Regression, doi:10.1017/CBO9780511754098",
)
def multi_quantile(target: Rows, prediction: Rows, *, tau: tuple[float, ...]) -> Floats:
    """Mean pinball loss of several predicted quantiles of one target.

    Formula  sum over j of max(tau_j (y - q_j), (tau_j - 1) (y - q_j)) / Q
    Shapes   (n,) and (n, Q) give (n,), with Q levels in tau, in the order of the columns
    Unit     the target's unit
    Raises   ParamError: a level not between 0 and 1, or not one for each column.  DomainError: nan, infinity
    Not      crps_quantile, which is twice this; pinball, where each column is an output of its own

    >>> multi_quantile([2.0], [[1.0, 2.5, 4.0]], tau=(0.1, 0.5, 0.9)).round(4).tolist()
    [0.1833]
    """
    return _sum_over(_pinball(target, prediction, tau), len(tau))


def _crps_quantile_slope(target: Rows, prediction: Rows, *, tau: tuple[float, ...]) -> Rows:
    return 2.0 * _pinball_slope(target, prediction, tau) / len(tau)


@loss(
    "crps_quantile",
    title="CRPS from quantiles",
    family="forecast",
    aliases=("quantile_crps",),
    inputs=(OBSERVED, QUANTILES),
    params=[LEVELS],
    formula="2 * sum(max(tau[j] * (y - q[j]), (tau[j] - 1) * (y - q[j])) for j in range(len(q))) / len(q)",
    gradient=_crps_quantile_slope,
    gradient_formula="[2 * (1 - tau[j] if q[j] > y else (-tau[j] if q[j] < y else 0)) / len(q) "
    "for j in range(len(q))]",
    kinks=AT_A_COLUMN,
    best_constant=OWN_QUANTILES,
    perfect=ALL_AT_TARGET,
    same_as={"scoringrules": "scoringrules.crps_quantile(y, q, alpha=tau)"},
    differs={"utilsforecast": "mqloss is half of it: the loss multi_quantile here, 0.1833 for 0.3667"},
    fits=_one_level_each,
    accuracy=Accuracy(textbook_holds=True),
    source="Bröcker (2012), doi:10.1002/qj.1891; Berrisch and Ziel (2023), arXiv 2102.00968",
)
def crps_quantile(target: Rows, prediction: Rows, *, tau: tuple[float, ...]) -> Floats:
    """Twice the mean pinball loss of several quantiles, which tends to the CRPS as evenly spread levels grow.

    Formula  2 / Q times the sum over j of max(tau_j (y - q_j), (tau_j - 1) (y - q_j))
    Shapes   (n,) and (n, Q) give (n,), with Q levels in tau, in the order of the columns
    Unit     the target's unit
    Raises   ParamError: a level not between 0 and 1, or not one for each column.  DomainError: nan, infinity
    Not      multi_quantile, which is half of this; crps_ensemble, whose columns have no levels

    >>> crps_quantile([2.0], [[1.0, 2.5, 4.0]], tau=(0.1, 0.5, 0.9)).round(4).tolist()
    [0.3667]
    """
    return _sum_over(2.0 * _pinball(target, prediction, tau), len(tau))


# --- intervals ----------------------------------------------------------------------------------------------


def _two_bounds(shapes: Shapes, params: Values) -> str:
    if len(shapes) < 2 or shapes[1][-1] == 2:
        return ""
    found = f"the prediction is a lower and an upper bound, two columns, not {shapes[1][-1]}"
    return f"{found}; wis takes several intervals and the median"


def _interval_slope(target: Rows, prediction: Rows, *, alpha: float) -> Rows:
    low = np.where(prediction[:, 0] > target, 2.0 / alpha, 0.0)
    high = np.where(prediction[:, 1] < target, 2.0 / alpha, 0.0)
    return np.stack([low - 1.0, 1.0 - high], axis=1)


@loss(
    "interval_score",
    title="Interval score",
    family="forecast",
    aliases=("winkler_score", "winkler"),
    inputs=(OBSERVED, BOUNDS),
    params=[Param("alpha", 0.1, "the share of targets that may fall outside the interval", OPEN_UNIT)],
    formula="b[1] - b[0] + 2 / alpha * max(0, b[0] - y) + 2 / alpha * max(0, y - b[1])",
    gradient=_interval_slope,
    gradient_formula="[(2 / alpha if y < b[0] else 0) - 1 if j == 0 else 1 - (2 / alpha if y > b[1] else 0) "
    "for j in range(2)]",
    kinks=("min(abs(b - y))",),
    best_constant=NoConstant("two numbers: the target's quantiles at alpha / 2 and 1 - alpha / 2"),
    perfect=ALL_AT_TARGET,
    same_as={
        "scoringrules": "scoringrules.interval_score(y, b[:, 0], b[:, 1], alpha)",
        "utilsforecast": "utilsforecast.losses.winkler_score(df, models, level=100 * (1 - alpha))",
    },
    differs={"gluonts": "its msis divides this by the error of the seasonal naive forecast"},
    fits=_two_bounds,
    accuracy=Accuracy(textbook_holds=True),
    source="Winkler (1972), doi:10.2307/2284720; Gneiting and Raftery (2007), section 6.2",
)
@quietly
def interval_score(target: Rows, prediction: Rows, *, alpha: float) -> Floats:
    """Width of a predicted interval, and 2 / alpha for each unit that the target lies outside of it.

    Formula  (u - l) + 2 / alpha max(0, l - y) + 2 / alpha max(0, y - u), with columns l and u
    Shapes   (n,) and (n, 2) give (n,)
    Unit     the target's unit
    Raises   ParamError: alpha not between 0 and 1, or not two columns.  DomainError: a lower bound above the
             upper, nan or infinity, named with its row
    Not      wis, of several intervals and a median; the share of targets inside, which rewards wide intervals

    >>> interval_score([2.0, 5.0], [[1.0, 3.0], [1.0, 3.0]], alpha=0.5).tolist()
    [2.0, 10.0]
    """
    low, high = prediction[:, 0], prediction[:, 1]
    outside = np.maximum(low - target, 0.0) + np.maximum(target - high, 0.0)
    return np.asarray((high - low) + 2.0 * outside / alpha)


def _intervals_and_median(shapes: Shapes, params: Values) -> str:
    intervals = len(as_numbers(params["alpha"]))
    needed = 2 * intervals + 1
    if len(shapes) < 2 or shapes[1][-1] == needed:
        return ""
    found = f"alpha has {intervals} interval{'s' * (intervals > 1)}, the prediction {shapes[1][-1]} columns"
    return f"{found}; it takes {needed}: the lower bounds, the median and the upper bounds by rising level"


def _central_levels(alpha: tuple[float, ...]) -> tuple[Floats, Floats]:
    """(K,) twice: half of each alpha by rising size, and backwards."""
    halves = 0.5 * np.sort(np.array(alpha))
    return halves, halves[::-1]


def _wis_slope(target: Rows, prediction: Rows, *, alpha: tuple[float, ...]) -> Rows:
    observed, middle = target[:, None], len(alpha)
    rising, falling = _central_levels(alpha)
    slope = np.empty(prediction.shape)
    slope[:, :middle] = (prediction[:, :middle] > observed) - rising
    slope[:, middle] = 0.5 * np.sign(prediction[:, middle] - target)
    slope[:, middle + 1 :] = falling - (prediction[:, middle + 1 :] < observed)
    return slope / (middle + 0.5)


@quietly
def _wis_of_the_median_itself(target: Rows, prediction: Rows, *, alpha: tuple[float, ...]) -> Rows:
    """scoringrules without numba: half the median is added, not half its distance from the target."""
    middle = len(alpha)
    away = np.abs(target - prediction[:, middle])
    surplus = 0.5 * (prediction[:, middle] - away) / (middle + 0.5)
    return np.asarray(_wis(target, prediction, alpha) + surplus)


@quietly
def _wis(target: Rows, prediction: Rows, alpha: tuple[float, ...]) -> Floats:
    observed, middle = target[:, None], len(alpha)
    low, high = prediction[:, :middle], prediction[:, :middle:-1]
    halves, _ = _central_levels(alpha)
    parts = [
        scaled_difference(halves, high, low),
        np.maximum(low - observed, 0.0),
        np.maximum(observed - high, 0.0),
        np.abs(scaled_difference(0.5, prediction[:, middle : middle + 1], observed)),
    ]
    return _sum_over(np.concatenate(parts, axis=1), middle + 0.5)


@loss(
    "wis",
    title="Weighted interval score",
    family="forecast",
    aliases=("weighted_interval_score",),
    inputs=(OBSERVED, SPREAD),
    params=[
        Param(
            "alpha",
            (0.1, 0.5),
            "for each interval the share of targets that may fall outside, in any order",
            OPEN_UNIT,
            many=True,
        )
    ],
    formula="a = sorted(alpha); K = len(a); "
    "(abs(y - q[K]) / 2 + sum(a[k] / 2 * (q[2 * K - k] - q[k] + 2 / a[k] * max(0, q[k] - y) "
    "+ 2 / a[k] * max(0, y - q[2 * K - k])) for k in range(K))) / (K + 1 / 2)",
    gradient=_wis_slope,
    gradient_formula="a = sorted(alpha); K = len(a); "
    "[(sign(q[j] - y) / 2 if j == K else (1 if q[j] > y else 0) - a[j] / 2 if j < K else "
    "a[2 * K - j] / 2 - (1 if q[j] < y else 0)) / (K + 1 / 2) for j in range(len(q))]",
    kinks=AT_A_COLUMN,
    best_constant=OWN_QUANTILES,
    perfect=ALL_AT_TARGET,
    deviations=(
        Convention(
            "scoringrules",
            "scoringrules.weighted_interval_score(y, median, lower, upper, alpha)",
            "without numba it adds half the median in place of half its distance from the target; with numba "
            "installed the same call gives our number",
            rows=_wis_of_the_median_itself,
        ),
    ),
    contrast=([2.0, -3.0], [[0.5, 1.0, 1.5, 3.0, 4.0], [-6.0, -5.0, -4.5, -2.0, 1.0]]),
    fits=_intervals_and_median,
    accuracy=Accuracy(textbook_holds=True),
    source="Bracher et al. (2021), doi:10.1371/journal.pcbi.1008618",
)
def wis(target: Rows, prediction: Rows, *, alpha: tuple[float, ...]) -> Floats:
    """Interval scores of several central intervals and the error of the median, weighted to near the CRPS.

    Formula  (|y - median| / 2 + sum over k of alpha_k / 2 times the interval score of alpha_k) / (K + 1/2)
    Shapes   (n,) and (n, 2 K + 1) give (n,): columns by rising level, for alpha=0.1,0.5 the quantiles 0.05,
             0.25, 0.5, 0.75, 0.95
    Unit     the target's unit
    Raises   ParamError: an alpha not between 0 and 1, or not 2 K + 1 columns.  DomainError: columns that are
             not in order, nan or infinity, named with the row
    Not      interval_score, of one interval; crps_quantile of the same columns is the same number

    >>> wis([2.0, -3.0], [[0.5, 1.0, 1.5, 3.0, 4.0], [-6.0, -5.0, -4.5, -2.0, 1.0]]).round(4).tolist()
    [0.37, 0.74]
    """
    return _wis(target, prediction, alpha)
