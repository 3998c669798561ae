"""Several labels a row, each on or off: a column of 0 and 1 for each label against a column of scores."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.domains import BINARY, CLASS_LABEL, NOT_NEGATIVE, PROBABILITY, REALS, Domain
from losscli.losses.margin_sums import weights_fit
from losscli.numerics.exact import ExactSum, Number, nearest
from losscli.numerics.margins import mean_columns
from losscli.numerics.stable import binary_cross_entropy, binary_cross_entropy_of_logits, quietly, sigmoid
from losscli.params import Param, as_number
from losscli.registry import (
    Accuracy,
    Convention,
    MomentsConstant,
    NoConstant,
    Perfect,
    Statistic,
    Values,
    cells,
    loss,
    plain,
    vectors,
    zero_rows,
)

# --- cross-entropy ------------------------------------------------------------------------------------------


def _per_label(weight: tuple[float, ...] | None) -> Floats | float:
    return 1.0 if weight is None else np.array(weight)


@quietly
def _multilabel_bce_slope(target: Rows, prediction: Rows, *, weight: tuple[float, ...] | None) -> Rows:
    # both terms of sigmoid(z) - y have one sign less to lose: (1 - y) sigmoid(z) - y sigmoid(-z)
    slope = (1.0 - target) * sigmoid(prediction) - target * sigmoid(-prediction)
    return np.asarray(_per_label(weight) * slope / prediction.shape[1])


def _label_entropies(mean: Floats, variance: Floats, params: Values) -> float:
    factor = params["weight"] if isinstance(params["weight"], tuple) else (1.0,) * len(mean)
    found = binary_cross_entropy(np.asarray(mean), np.asarray(mean))
    return math.fsum(np.multiply(factor, found).tolist()) / len(mean)


@quietly
def _log_odds(mean: Floats, params: Values) -> Floats:
    return np.asarray(np.log(mean) - np.log1p(-mean))


@quietly
def _own_entropy(target: Rows, params: Values) -> Floats:
    weight = params["weight"] if isinstance(params["weight"], tuple) else None
    return mean_columns(_per_label(weight) * binary_cross_entropy(target, target))


@quietly
def _certain_logits(target: Rows, params: Values) -> Rows:
    return np.asarray(np.clip(np.log(target) - np.log1p(-target), -800.0, 800.0))


@loss(
    "multilabel_bce",
    title="Multilabel soft margin loss",
    family="multilabel",
    aliases=("multilabel_soft_margin", "multilabel_soft_margin_loss"),
    inputs=(
        vectors(
            "target",
            "y",
            PROBABILITY,
            "a column for each label: 0 or 1, or a soft label between them",
            hint="lists of label indices? multilabel_margin takes them; swapped files? the target is first",
        ),
        vectors("prediction", "z", REALS, "the predicted logit of each label", doubt="bce takes them"),
    ),
    params=[
        Param(
            "weight",
            None,
            "a factor for each label, in the order of the columns; the mean still divides by their number",
            NOT_NEGATIVE,
            many=True,
        )
    ],
    formula="sum((1 if weight is None else weight) * (y * log(1 + exp(-z)) + (1 - y) * log(1 + exp(z))))"
    " / len(z)",
    gradient=_multilabel_bce_slope,
    gradient_formula="(1 if weight is None else weight) * (1 / (1 + exp(-z)) - y) / len(z)",
    unit="nats",
    likelihood="Bernoulli for each label, divided by their number",
    fits=weights_fit,
    best_constant=MomentsConstant("the log-odds of each label's share", _log_odds, _label_entropies),
    perfect=Perfect(
        "the log-odds of soft labels; an infinite logit of the label's sign for 0 and 1",
        _certain_logits,
        _own_entropy,
        attained=False,
    ),
    same_as={"keras": "keras.losses.binary_crossentropy(y, z, from_logits=True), without weight"},
    deviations=(
        Convention(
            "torch",
            "torch.nn.functional.multilabel_soft_margin_loss(z, y, weight=weight)",
            names=("MultiLabelSoftMarginLoss",),
        ),
    ),
    differs={
        "optax": "sigmoid_binary_cross_entropy gives a number for each label, as bce_logits does; "
        "their mean is the same",
    },
    source="PyTorch, torch.nn.MultiLabelSoftMarginLoss; Good (1952), doi:10.1111/j.2517-6161.1952.tb00104.x",
)
@quietly
def multilabel_bce(target: Rows, prediction: Rows, *, weight: tuple[float, ...] | None) -> Floats:
    """Mean over the labels of the binary cross-entropy of their logits.

    Formula  1/L sum over labels of w (y log(1 + exp(-z)) + (1 - y) log(1 + exp(z)))
    Shapes   (n, L) and (n, L) give (n,)
    Unit     nats: ln 2 = 0.693 at logits of 0
    Raises   ParamError: not one weight a column, or a negative one.  DomainError: a label outside [0, 1]
    Not      multilabel_margin, whose targets are lists of indices; softmax_ce, for labels that exclude each
             other; soft_margin, whose labels are -1 and +1

    >>> multilabel_bce([[1, 0], [0, 0]], [[2.0, -1.0], [2.0, -1000.0]]).round(4).tolist()
    [0.2201, 1.0635]
    """
    return mean_columns(_per_label(weight) * binary_cross_entropy_of_logits(target, prediction))


# --- wrong labels -------------------------------------------------------------------------------------------


def _actual(params: Values) -> Domain:
    return CLASS_LABEL if params["threshold"] is None else BINARY


def _predicted(params: Values) -> Domain:
    return CLASS_LABEL if params["threshold"] is None else REALS


def _label_of(prediction: Rows, threshold: float | None) -> Rows:
    return prediction if threshold is None else np.asarray(prediction > threshold, dtype=np.float64)


def _right_label(target: Rows, params: Values) -> Rows:
    if params["threshold"] is None:
        return target.copy()
    limit = as_number(params["threshold"])
    return np.where(target == 1.0, np.nextafter(limit, math.inf), limit)


def _recalls(target: Rows, prediction: Rows, *, threshold: float | None) -> dict[str, Statistic]:
    """For each class that occurs on either side: how often it is true, and how often it was hit."""
    predicted = _label_of(prediction, threshold)
    found: dict[str, Statistic] = {}
    for code in np.union1d(target, predicted).tolist():
        own = target == code
        found[f"true {code:.17g}"] = plain(own.astype(np.float64))
        found[f"hits {code:.17g}"] = plain((own & (predicted == code)).astype(np.float64))
    return found


def _mean_over_classes(
    sums: Mapping[str, Sequence[ExactSum]], weight: ExactSum | int, params: Values
) -> Number:
    """1 - the mean recall of all classes that occur; one that was only predicted has recall 0."""
    whole = {name: sum((one.as_fraction() for one in sums[name]), Fraction(0)) for name in sums}
    classes = [name.removeprefix("true ") for name in whole if name.startswith("true ")]
    wrong = [
        1 - whole[f"hits {code}"] / whole[f"true {code}"] if whole[f"true {code}"] else Fraction(1)
        for code in classes
    ]
    return nearest(sum(wrong, Fraction(0)) / len(wrong))


def _flat(target: Rows, prediction: Rows, *, threshold: float | None) -> Rows:
    return np.zeros(prediction.shape)


@loss(
    "hamming",
    title="Hamming loss",
    family="multilabel",
    aliases=("hamming_loss", "hamming_distance"),
    inputs=(
        cells(
            "target",
            "y",
            _actual,
            "the label, a whole number: with several columns 0 or 1 for each label",
            hint="with threshold= the target is 0 or 1; without it whole numbers name the labels",
        ),
        cells(
            "prediction",
            "p",
            _predicted,
            "the predicted label; with threshold= a probability or score",
            hint="probabilities or scores? hamming:threshold=0.5 (or the score's own threshold)",
        ),
    ),
    params=[
        Param("threshold", None, "label 1 is predicted above it, and the prediction is then a score", REALS)
    ],
    formula="c = p if threshold is None else (1 if p > threshold else 0); 1 if c != y else 0",
    gradient=_flat,
    gradient_formula="0",
    kinks=("p - y if threshold is None else p - threshold",),
    best_constant=NoConstant(
        "the most frequent label of each column, which takes a count of every label in every column; "
        "zero_one tells it for one column"
    ),
    perfect=Perfect("the right label", _right_label, zero_rows),
    same_as={"sklearn": "sklearn.metrics.hamming_loss(y, p), on labels"},
    deviations=(
        Convention(
            "torchmetrics",
            "torchmetrics.functional.classification.multilabel_hamming_distance(p, y, num_labels=L)",
            names=("binary_hamming_distance", "BinaryHammingDistance"),
        ),
        Convention(
            "torchmetrics",
            "torchmetrics.functional.classification.multiclass_hamming_distance(p, y, num_classes=C)",
            differs="takes 1 - recall of each class and their mean, so that rare classes count as much as "
            "frequent ones; average='micro' gives this loss",
            statistics=_recalls,
            combine=_mean_over_classes,
        ),
    ),
    contrast=([0.0, 0.0, 0.0, 1.0], [0.0, 0.0, 1.0, 0.0]),
    accuracy=Accuracy(textbook_holds=True),
    source="Tsoumakas and Katakis (2007), doi:10.4018/jdwm.2007070101",
)
def hamming(target: Rows, prediction: Rows, *, threshold: float | None) -> Rows:
    """Share of the labels that are wrong, each label of each row counted alone.

    Formula  1 if c is not y, else 0; c is p, or with a threshold 1 where p > threshold and 0 elsewhere
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k): k labels, averaged by the engine
    Unit     none: the mean is the share of wrong labels
    Raises   DomainError: a label that is no whole number; with a threshold a target that is not 0 or 1
    Not      zero_one of whole rows, where one wrong label makes the row wrong; jaccard, which leaves out
             labels that are 0 on both sides

    >>> hamming([[1, 0, 1], [0, 0, 1]], [[1, 1, 1], [0, 0, 0]]).tolist()
    [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """
    return np.asarray(_label_of(prediction, threshold) != target, dtype=np.float64)
