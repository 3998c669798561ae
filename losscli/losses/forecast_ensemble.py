"""Forecasts by an ensemble: a column for each of several equally likely values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.domains import REALS
from losscli.numerics.stable import quietly, scaled_difference, sum_columns
from losscli.params import Param
from losscli.registry import NoConstant, Perfect, Values, loss, numbers, vectors

OBSERVED = numbers("target", "y", REALS, "the observed number")
MEMBERS = vectors("prediction", "x", REALS, "a column for each member of the ensemble, in any order")
ESTIMATOR = Param(
    "estimator",
    "nrg",
    "nrg scores the ensemble as the distribution itself, fair as a sample of an unknown one",
    choices=("nrg", "fair"),
)


def _fits(shapes: Sequence[tuple[int, ...]], params: Values) -> str:
    if params["estimator"] == "fair" and len(shapes) > 1 and shapes[1][-1] < 2:
        return "estimator=fair divides by the members less one, so that it takes two columns or more"
    return ""


def _shares(members: int, estimator: str) -> tuple[Floats, Floats]:
    """(members - 1,) twice: what each gap between sorted members costs per unit below and above the target.

    With i of M members below the gap that is (i / M)**2 and ((M - i) / M)**2. The fair estimator takes
    i (i - 1) / (M (M - 1)) and (M - i) (M - i - 1) / (M (M - 1)): no share is negative, so that nothing
    cancels.
    """
    below = np.arange(1.0, members)
    above = members - below
    if estimator == "nrg":
        return below * below / members**2, above * above / members**2
    pairs = float(members * (members - 1))
    return below * (below - 1.0) / pairs, above * (above - 1.0) / pairs


@quietly
def _ensemble_slope(target: Rows, prediction: Rows, *, estimator: str) -> Rows:
    members = prediction.shape[1]
    order = np.argsort(prediction, axis=1, kind="stable")
    ranked = np.take_along_axis(prediction, order, axis=1)
    places = np.arange(members)
    starts = np.ones(prediction.shape, dtype=np.bool_)
    starts[:, 1:] = ranked[:, 1:] != ranked[:, :-1]
    ends = np.ones(prediction.shape, dtype=np.bool_)
    ends[:, :-1] = starts[:, 1:]
    smaller = np.maximum.accumulate(np.where(starts, places, 0), axis=1)
    last = np.minimum.accumulate(np.where(ends, places, members)[:, ::-1], axis=1)[:, ::-1]
    surplus = np.empty(prediction.shape)
    np.put_along_axis(surplus, order, (smaller - (members - 1 - last)).astype(np.float64), axis=1)
    others = members if estimator == "nrg" else members - 1
    return np.asarray((np.sign(prediction - target[:, None]) - surplus / others) / members)


@loss(
    "crps_ensemble",
    title="CRPS of an ensemble",
    family="forecast",
    aliases=("ensemble_crps", "continuous_ranked_probability_score"),
    inputs=(OBSERVED, MEMBERS),
    params=[ESTIMATOR],
    formula="M = len(x); pairs = M**2 if estimator == 'nrg' else M * (M - 1); "
    "sum(abs(x - y)) / M - sum(abs(a - b) for a in x for b in x) / (2 * pairs)",
    gradient=_ensemble_slope,
    gradient_formula="M = len(x); others = M if estimator == 'nrg' else M - 1; "
    "[(sign(a - y) - sum(sign(a - b) for b in x) / others) / M for a in x]",
    kinks=("min(abs(x - y))",),
    best_constant=NoConstant("M numbers: the quantiles of the target at levels (2 i - 1) / (2 M)"),
    perfect=Perfect(
        "every member at the target",
        lambda blocks, params: np.repeat(blocks[0][:, None], blocks[1].shape[1], axis=1),
        lambda blocks, params: np.zeros(len(blocks[0])),
        by_blocks=True,
    ),
    same_as={
        "scoringrules": "scoringrules.crps_ensemble(y, x, estimator=estimator)",
        "torchmetrics": "torchmetrics.functional.regression.continuous_ranked_probability_score(x, y), "
        "of two members or more",
    },
    differs={
        "scoringrules": "calls nrg also qd (its default) and int, fair also pwm; akr and akr_circperm depend "
        "on the members' order, so that they are no loss of an ensemble",
        "torchmetrics": "has no fair estimator",
    },
    fits=_fits,
    source="Gneiting and Raftery (2007), doi:10.1198/016214506000001437; Ferro (2014), doi:10.1002/qj.2270",
)
@quietly
def crps_ensemble(target: Rows, prediction: Rows, *, estimator: str) -> Floats:
    """Mean distance of the members from the target, less half their mean distance from each other.

    Formula  with M members:  mean |x_i - y| - sum over i, j of |x_i - x_j| / (2 M**2), the pairs' sum over
             2 M (M - 1) with estimator=fair
    Shapes   (n,) and (n, M) give (n,)
    Unit     the target's unit: |x - y| for an ensemble of one
    Raises   ParamError: estimator=fair of one column.  DomainError: nan or infinity, named with its row
    Not      crps_quantile, whose columns are quantiles of known levels; crps_parametric; mae of the mean

    >>> crps_ensemble([2.0, 2.0], [[1.0, 3.0, 4.0], [2.0, 2.0, 2.0]]).round(4).tolist()
    [0.6667, 0.0]
    >>> crps_ensemble([2.0], [[1.0, 3.0, 4.0]], estimator="fair").round(4).tolist()
    [0.3333]
    """
    ranked = np.sort(prediction, axis=1)
    observed = target[:, None]
    low, high = ranked[:, :-1], ranked[:, 1:]
    below, above = _shares(prediction.shape[1], estimator)
    parts = [
        np.maximum(ranked[:, :1] - observed, 0.0),
        np.maximum(observed - ranked[:, -1:], 0.0),
        scaled_difference(below, np.clip(observed, low, high), low),
        scaled_difference(above, high, np.clip(observed, low, high)),
    ]
    return sum_columns(np.concatenate(parts, axis=1))
