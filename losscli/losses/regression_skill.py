"""Skill: which share of the best constant prediction's loss a prediction does without."""

from __future__ import annotations

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.domains import NOT_NEGATIVE, OPEN_UNIT, Interval
from losscli.losses.deviances import TweediePowers
from losscli.losses.regression import PREDICTION, TARGET, booster
from losscli.losses.regression_amounts import POWER_NAMES
from losscli.losses.skill_sums import Base, total_score
from losscli.params import Param, ParamValue
from losscli.registry import Accuracy, Convention, Input, NoConstant, Perfect, Values, loss

BASES = {
    "mse": ("(p - y)**2", "2 * (p - y)"),
    "mae": ("abs(p - y)", "sign(p - y)"),
    "pinball": (
        "max(tau * (y - p), (tau - 1) * (y - p))",
        "(1 - tau if p > y else (-tau if p < y else 0))",
    ),
    "poisson_deviance": ("2 * (y * (log(y) - log(p)) - y + p)", "2 * (1 - y / p)"),
    "gamma_deviance": ("2 * (log(p) - log(y) + y / p - 1)", "2 * (p - y) / p**2"),
    "tweedie_deviance": (
        (
            "((p - y)**2 if power == 0 else 2 * (y * (log(y) - log(p)) - y + p) if power == 1 "
            "else 2 * (log(p) - log(y) + y / p - 1) if power == 2 "
            "else 2 * (max(y, 0)**(2 - power) / ((1 - power) * (2 - power)) "
            "- y * p**(1 - power) / (1 - power) + p**(2 - power) / (2 - power)))"
        ),
        "2 * (p - y) * p**(-power)",
    ),
    "brier": ("(p - y)**2", "2 * (p - y)"),
    "bce": (
        "-(y * log(max(eps, min(p, 1 - eps))) + (1 - y) * log(1 - max(eps, min(p, 1 - eps))))",
        "((p - y) / (p * (1 - p)) if eps <= p <= 1 - eps else 0)",
    ),
    "brier_multiclass": ("sum((p - one_hot(y, p))**2)", "2 * (p - one_hot(y, p))"),
    "sparse_categorical_ce": (
        "-log(max(eps, min(p[y], 1 - eps)))",
        "[-1 / p[c] if c == y and eps <= p[c] and p[c] <= 1 - eps else 0 for c in range(len(p))]",
    ),
}
"""The losses that may be the base: what a row loses, and its slope."""

PARAMS = [
    Param(
        "base",
        "mse",
        "the loss that is compared with the best constant's",
        choices=tuple(BASES),
    ),
    Param("tau", 0.5, "the level of base=pinball", OPEN_UNIT, aliases=("alpha", "quantile")),
    Param("power", 1.5, "the power of base=tweedie_deviance", TweediePowers(), aliases=POWER_NAMES),
    Param(
        "eps",
        0.0,
        "probabilities count as at least this and at most 1 minus it, for a base that takes their logarithm",
        Interval(0.0, 0.5, high_in=False),
    ),
    Param(
        "centred",
        "no",
        "whether the mean error is taken off first, for base=mse: the explained variance",
        choices=("no", "yes"),
    ),
    Param(
        "columns",
        "uniform",
        "the mean of the columns' scores, or one weighted by what the best constant loses in each",
        choices=("uniform", "variance"),
    ),
    Param(
        "flat",
        "plain",
        "where the best constant loses nothing: divide by 0 (plain), 1 for a perfect prediction and else 0 "
        "(finite), 0 for -inf (zero), or finite with sums up to 1e-4 as 0 (near)",
        choices=("plain", "finite", "zero", "near"),
    ),
    Param(
        "adjusted",
        0.0,
        "the number of the model's regressors, for the adjusted score",
        NOT_NEGATIVE,
        aliases=("num_regressors",),
        whole=True,
    ),
]


def _chosen(place: int) -> str:
    """The formulas (or slopes) of the bases, each under its condition."""
    *first, (_, last) = ((name, pair[place]) for name, pair in BASES.items())
    return " else ".join([*(f"{text} if base == '{name}'" for name, text in first), last])


def _inputs(params: Values) -> tuple[Input, ...]:
    base = Base.of(params)
    entries = base.loss.inputs_for(base.params)
    return tuple(entry._replace(domain=entry.domain_for(base.params)) for entry in entries)


def _slope(*blocks: Rows, **params: ParamValue) -> Rows:
    base = Base.of(params)
    return base.loss.slopes(blocks, base.params)


def _sklearn(name: str, words: str, *options: str, edge: bool = False, **params: ParamValue) -> Convention:
    given = ", ".join(["y", "p", *options])
    return Convention("sklearn", f"sklearn.metrics.{name}({given})", words, edge=edge, params=params)


FLAT = "where the target never varies a perfect prediction has 1 and any other {0}, here nan and -inf"
ELSEWHERE = (
    _sklearn("r2_score", FLAT.format(0), edge=True, base="mse", flat="finite"),
    Convention(
        "keras",
        "keras.metrics.R2Score()(y, p)",
        "where the target never varies it has 0 for -inf; it adds up in single precision",
        edge=True,
        params={"base": "mse", "flat": "zero"},
        single=True,
    ),
    Convention(
        "torchmetrics",
        "torchmetrics.functional.r2_score(p, y)",
        "sums of squares up to 1e-4 count as 0: y=[.001, .002], p=[.002, .001] give 1, here -3",
        edge=True,
        params={"base": "mse", "flat": "near"},
    ),
    booster("lightgbm", "r2", differs=FLAT.format(0), edge=True, params={"base": "mse", "flat": "finite"}),
    _sklearn(
        "explained_variance_score",
        "takes the mean error off first: y=[1, 2, 3], p=[2, 3, 4] give 1, here -0.5",
        base="mse",
        centred="yes",
        flat="finite",
    ),
    Convention(
        "torchmetrics",
        "torchmetrics.functional.explained_variance(p, y)",
        "takes the mean error off first: y=[1, 2, 3], p=[2, 3, 4] give 1, here -0.5",
        params={"base": "mse", "centred": "yes", "flat": "finite"},
    ),
    _sklearn("d2_absolute_error_score", "base=mae, flat=finite", base="mae", flat="finite"),
    _sklearn("d2_pinball_score", "base=pinball, flat=finite", "alpha=tau", base="pinball", flat="finite"),
    _sklearn("d2_tweedie_score", "", "power=power", base="tweedie_deviance", power=0.0),
    _sklearn("d2_brier_score", "", base="brier"),
    _sklearn(
        "d2_log_loss_score",
        "base=bce (sparse_categorical_ce for a column per class), probabilities clipped by 2.2e-16",
        base="bce",
        eps=float(np.finfo(np.float64).eps),
    ),
)


@loss(
    "d2_score",
    title="D2 skill score",
    family="regression",
    aliases=("d2", "r2", "r_squared", "skill_score"),
    inputs=(TARGET, PREDICTION),
    params=PARAMS,
    formula=_chosen(0),
    gradient=_slope,
    gradient_formula=_chosen(1),
    kinks=("p - y if base == 'mae' or base == 'pinball' else 1",),
    direction="maximize",
    gather=True,
    total=total_score,
    part="mse",
    choose=_inputs,
    choose_part=lambda params: str(params["base"]),
    best_constant=NoConstant("the best constant of the base, whose score is 0"),
    perfect=Perfect(
        "that of the base; the score is then 1",
        lambda target, params: Base.of(params).perfect.prediction(target, Base.of(params).params),
        lambda target, params: Base.of(params).perfect.value(target, Base.of(params).params),
        attained=False,
    ),
    deviations=ELSEWHERE,
    contrast=([0.0, 0.0, 0.0], [0.0, 0.25, 0.5]),
    accuracy=Accuracy(ulp=8.0),
    source="Wright (1921); Cameron and Windmeijer (1997), doi:10.1016/S0304-4076(96)01818-0; Hastie, "
    "Tibshirani and Wainwright (2015), section 3.1",
)
def d2_score(target: Rows, prediction: Rows, **params: ParamValue) -> Floats:
    """Share of the best constant prediction's loss that a prediction does without; 1 is perfect, 0 no skill.

    Formula  per row what base=mse|mae|... loses; then 1 - L / L0, where L is the sum of that over the rows
             and L0 that of the constant that loses least (the mean, a quantile, the share of each class); for
             base=mse it is R2
    Shapes   (n,) and (n,), or (n, k) and (n, k), give one number, of several columns their mean; with
             base=sparse_categorical_ce and brier_multiclass (n,) and (n, C)
    Unit     none: 1 at best, below 0 for a prediction that loses more than the constant
    Raises   ParamError: a parameter out of range.  DomainError: what the base raises
    Not      the squared correlation, which forgives a wrong scale; the skill in a report of another loss,
             which is this score of that loss

    >>> d2_score([1.0, 2.0, 3.0], [1.0, 2.0, 4.0])
    0.5
    >>> d2_score([1.0, 2.0, 6.0], [1.0, 2.0, 4.0], base="mae")
    0.6
    """
    base = Base.of(params)
    return base.loss.rows([target, prediction], base.params)
