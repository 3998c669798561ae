"""Sequences of tokens: an index for each against a logit for every token of the vocabulary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Context, Decimal

import numpy as np

from losscli.arrays import Rows
from losscli.losses.class_inputs import CLASS_OR_NONE, IGNORE, LOGITS, class_counts, one_hot, own
from losscli.losses.multiclass_logits import sparse_softmax_ce
from losscli.numerics.exact import ExactSum, Number, ratio
from losscli.numerics.stable import quietly, sum_columns
from losscli.registry import Convention, NoConstant, Perfect, Statistic, Values, loss, plain

TOKEN = CLASS_OR_NONE._replace(
    axes=((), ("t",)), words="the token: an index from 0 to C - 1; in a matrix a row is a sequence of t"
)
TOKEN_LOGITS = LOGITS._replace(
    axes=(("k",), ("t", "k")), words="the predicted logit of each token of the vocabulary", doubt=""
)
BIGGEST_EXPONENT = 710.0
"""The exponential of more is beyond the largest double."""


def _settings(ignore_index: float | None) -> dict[str, float | None]:
    return {"label_smoothing": 0.0, "weight": None, "ignore_index": ignore_index}


def token_losses(target: Rows, prediction: Rows, ignore_index: float | None) -> Rows:
    """The cross-entropy of every token, shaped as the target."""
    flat = prediction.reshape(-1, prediction.shape[-1])
    rows = sparse_softmax_ce.function(target.reshape(-1), flat, **_settings(ignore_index))
    return np.asarray(rows).reshape(target.shape)


def token_statistics(target: Rows, surprise: Rows, ignore_index: float | None) -> dict[str, Statistic]:
    """What perplexity adds up: the cross-entropy of the tokens, and how many there are."""
    counts = class_counts(target, None, ignore_index)
    kept = np.ones(target.shape) if counts is None else counts
    if target.ndim == 1:
        return {"surprise": plain(surprise), "tokens": plain(kept)}
    return {"surprise": plain(sum_columns(surprise)), "tokens": plain(sum_columns(kept))}


def exponential_of_mean(
    sums: Mapping[str, Sequence[ExactSum]], weight: ExactSum | int, params: Values
) -> Number:
    """exp of the cross-entropy of a token, rounded once."""
    surprise, tokens = sums["surprise"][0], sums["tokens"][0]
    mean = ratio(surprise, tokens)
    if mean.status != "ok":
        return mean
    if mean.value > BIGGEST_EXPONENT:
        return Number(np.inf, "overflow")
    exact = surprise.as_fraction() / tokens.as_fraction()
    digits = Context(prec=50)
    value = float(digits.exp(digits.divide(Decimal(exact.numerator), Decimal(exact.denominator))))
    return Number(value, "overflow") if np.isinf(value) else Number.of(value)


@quietly
def _rounded_statistics(
    target: Rows, prediction: Rows, *, ignore_index: float | None
) -> dict[str, Statistic]:
    """As torchmetrics does: the logarithm of a probability that was rounded, and may be 0."""
    flat, tokens = prediction.reshape(-1, prediction.shape[-1]), target.reshape(-1)
    known = np.where(tokens == ignore_index, 0.0, tokens)
    chances = np.exp(flat - flat.max(axis=1, keepdims=True))
    chances = own(known, chances / chances.sum(axis=1, keepdims=True))
    surprise = np.where(tokens == ignore_index, 0.0, 0.0 - np.log(chances))
    return token_statistics(target, surprise.reshape(target.shape), ignore_index)


def _perplexity_slope(target: Rows, prediction: Rows, *, ignore_index: float | None) -> Rows:
    assert sparse_softmax_ce.slope is not None
    flat = prediction.reshape(-1, prediction.shape[-1])
    slope = sparse_softmax_ce.slope(target.reshape(-1), flat, **_settings(ignore_index))
    return np.asarray(slope).reshape(prediction.shape)


def _tokens_fit(shapes: Sequence[tuple[int, ...]], params: Values) -> str:
    if len(shapes[1]) == len(shapes[0]) + 1:
        return ""
    return f"a target of shape {shapes[0]} does not go with a prediction of shape {shapes[1]}"


def _sure_tokens(target: Rows, params: Values) -> Rows:
    rows = one_hot(target.reshape(-1))
    return 800.0 * rows.reshape(*target.shape, rows.shape[1])


@loss(
    "perplexity",
    title="Perplexity",
    family="sequence",
    aliases=("ppl",),
    inputs=(TOKEN, TOKEN_LOGITS),
    params=[IGNORE],
    formula="0 if y == ignore_index else log(sum(exp(z))) - z[y]",
    gradient=_perplexity_slope,
    gradient_formula="0 * z if y == ignore_index else exp(z) / sum(exp(z)) - one_hot(y, z)",
    combine=exponential_of_mean,
    part="sparse_softmax_ce",
    fits=_tokens_fit,
    best_constant=NoConstant("the logarithm of each token's share; not computed"),
    perfect=Perfect(
        "an infinite logit for the token",
        _sure_tokens,
        lambda target, params: np.zeros(len(target)),
        attained=False,
    ),
    deviations=(
        Convention(
            "torchmetrics",
            "torchmetrics.functional.text.perplexity(z, y)",
            "takes the logarithm of a rounded probability: infinite once a token lies 746 below the best; "
            "takes only sequences, (n, t) and (n, t, C)",
            edge=True,
            statistics=_rounded_statistics,
            combine=exponential_of_mean,
        ),
    ),
    contrast=([0.0, 1.0, 1.0], [[0.0, 760.0], [0.5, 2.0], [1.0, -1.0]]),
    source="Jelinek et al. (1977), doi:10.1121/1.2016299",
)
def perplexity(target: Rows, prediction: Rows, *, ignore_index: float | None) -> dict[str, Statistic]:
    """Exponential of the mean cross-entropy of a token: among how many even choices the model wavers.

    Formula  exp(mean of log(sum(exp(z))) - z[y]), over all tokens
    Shapes   (n,) and (n, C), or (n, t) and (n, t, C), give one number; a row is worth its tokens
    Unit     none: C is a guess among C tokens, 1 is certainty
    Raises   DomainError: no token's index.  ParamError: shapes that do not belong together
    Not      sparse_softmax_ce, its logarithm; 2 to the power of bits is the same number

    >>> round(perplexity([0, 1], [[2.0, 1.0, 0.1], [0.0, 0.0, 0.0]]), 4)
    2.1336
    """
    return token_statistics(target, token_losses(target, prediction, ignore_index), ignore_index)
