"""Regression with a margin: errors up to a size cost nothing, as in support vector regression."""

from __future__ import annotations

import numpy as np

from losscli.arrays import Rows
from losscli.domains import NOT_NEGATIVE
from losscli.losses.regression import EXACT_HIT, PREDICTION, TARGET
from losscli.numerics.stable import quietly, two_difference
from losscli.params import Param
from losscli.registry import NoConstant, loss

EPS = Param(
    "eps",
    0.1,
    "the size of error up to which nothing is lost",
    NOT_NEGATIVE,
    aliases=("epsilon",),
)
BETWEEN = NoConstant("no closed form: a whole interval of constants may be best")
SOURCE = "Drucker et al. (1997), Support vector regression machines, NIPS 9; Vapnik (1995)"


def _excess(target: Rows, prediction: Rows, eps: float) -> Rows:
    """How far the error exceeds the margin, 0 inside; without cancellation where it is just outside.

    What the subtraction rounded away from the error comes back once the margin is taken off.
    """
    error, rest = two_difference(prediction, target)
    rest = np.where(np.isfinite(rest), rest, 0.0)
    size = np.abs(error)
    beyond = (size - eps) + rest * np.sign(error)
    beyond = np.where(np.isinf(size), 2.0 * (np.abs(0.5 * prediction - 0.5 * target) - 0.5 * eps), beyond)
    return np.maximum(beyond, 0.0)


@quietly
def _slope(target: Rows, prediction: Rows, *, eps: float) -> Rows:
    return np.asarray(np.where(_excess(target, prediction, eps) > 0.0, np.sign(prediction - target), 0.0))


@loss(
    "eps_insensitive",
    title="Epsilon-insensitive loss",
    family="regression",
    aliases=("epsilon_insensitive", "epsilon_insensitive_loss", "svr_loss"),
    inputs=(TARGET, PREDICTION),
    params=[EPS],
    formula="max(0, abs(p - y) - eps)",
    gradient=_slope,
    gradient_formula="sign(p - y) if abs(p - y) > eps else 0",
    kinks=("abs(p - y) - eps",),
    likelihood="flat up to eps, exponential beyond it; the constant ln(2 (1 + eps)) is dropped",
    best_constant=BETWEEN,
    perfect=EXACT_HIT,
    differs={
        "sklearn": "SGDRegressor (epsilon=0.1) and LinearSVR (epsilon=0) train on it and print no such number"
    },
    source=SOURCE,
)
@quietly
def eps_insensitive(target: Rows, prediction: Rows, *, eps: float) -> Rows:
    """How far the error exceeds a margin; small errors cost nothing.

    Formula  max(0, |p - y| - eps)
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k), averaged over k by the engine
    Unit     the target's unit
    Raises   ParamError: eps below 0.  DomainError: nan or infinity, named with its row
    Not      mae, which is eps=0; huber, which is smooth at 0; hinge, which is about classes

    >>> eps_insensitive([1.0, 2.0], [3.0, 2.25], eps=0.5).tolist()
    [1.5, 0.0]
    """
    return _excess(target, prediction, eps)


@quietly
def _squared_slope(target: Rows, prediction: Rows, *, eps: float) -> Rows:
    return np.asarray(2.0 * np.sign(prediction - target) * _excess(target, prediction, eps))


@loss(
    "squared_eps_insensitive",
    title="Squared epsilon-insensitive loss",
    family="regression",
    aliases=("squared_epsilon_insensitive", "squared_epsilon_insensitive_loss", "l2_svr_loss"),
    inputs=(TARGET, PREDICTION),
    params=[EPS],
    formula="max(0, abs(p - y) - eps)**2",
    gradient=_squared_slope,
    gradient_formula="2 * sign(p - y) * max(0, abs(p - y) - eps)",
    best_constant=BETWEEN,
    perfect=EXACT_HIT,
    differs={"sklearn": "SGDRegressor (epsilon=0.1) and LinearSVR train on it and print no such number"},
    source=SOURCE,
)
@quietly
def squared_eps_insensitive(target: Rows, prediction: Rows, *, eps: float) -> Rows:
    """Square of how far the error exceeds a margin; small errors cost nothing.

    Formula  max(0, |p - y| - eps)**2
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k), averaged over k by the engine
    Unit     the square of the target's unit
    Raises   ParamError: eps below 0.  DomainError: nan or infinity, named with its row
    Not      mse, which is eps=0; eps_insensitive, which is not squared

    >>> squared_eps_insensitive([1.0, 2.0], [3.0, 2.25], eps=0.5).tolist()
    [2.25, 0.0]
    """
    beyond = _excess(target, prediction, eps)
    return np.multiply(beyond, beyond, out=beyond)
