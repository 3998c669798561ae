"""Losses of pairs: which of two scores is higher, and whether two things lie close together or apart."""

from __future__ import annotations

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.domains import BINARY, NOT_NEGATIVE, POSITIVE, REALS, SIGNS
from losscli.losses.margin_elsewhere import AS_IT_IS, is_zero
from losscli.numerics.stable import quietly, two_difference, two_sum
from losscli.params import Param, as_number
from losscli.registry import (
    Accuracy,
    Convention,
    MomentsConstant,
    NoConstant,
    Perfect,
    Values,
    cells,
    loss,
    zero_rows,
)

CODING = "one coding for all rows: 0/1 or -1/+1; --labels NEGATIVE,POSITIVE maps any other two"
FIRST = cells("first", "a", REALS, "the score that is higher where the label is +1")
SECOND = cells("second", "b", REALS, "the score that is higher where the label is -1")
DISTANCE = cells(
    "prediction",
    "d",
    NOT_NEGATIVE,
    "the distance between the two things, 0 or more",
    hint="a similarity? give the distance, for cosines 1 - cos",
)
ALIKE = cells(
    "target",
    "y",
    BINARY,
    "1 for a pair that is alike, 0 for one that differs",
    hint="labels -1/+1? --labels=-1,1 maps them to 0/1; swapped files? the target comes first",
)
APART = Param("margin", 1.0, "the distance from which a pair that differs has no loss", POSITIVE)


def _margin(params: Values) -> float:
    return as_number(params["margin"])


# --- which of two is higher -----------------------------------------------------------------------


@quietly
def _in_order(target: Rows, first: Rows, second: Rows, *, margin: float) -> Floats:
    """margin - y (a - b), at least 0; what rounding the difference took away comes back."""
    gap, rest = two_difference(first, second)
    total, lost = two_sum(np.full((), margin), -target * gap)
    lost -= target * rest
    return np.maximum(0.0, np.where(np.isfinite(lost), total + lost, total))


@quietly
def _in_order_slope(target: Rows, first: Rows, second: Rows, *, margin: float) -> Rows:
    return np.where(_in_order(target, first, second, margin=margin) > 0.0, -target, 0.0)


@loss(
    "margin_ranking",
    title="Margin ranking loss",
    family="ranking",
    aliases=("margin_ranking_loss",),
    inputs=(
        cells("target", "y", SIGNS, "+1 where the first should be higher, -1 (or 0) the second", hint=CODING),
        FIRST,
        SECOND,
    ),
    params=[Param("margin", 0.0, "by how much the right one should be higher", NOT_NEGATIVE)],
    formula="max(0, margin - y * (a - b))",
    gradient=_in_order_slope,
    gradient_formula="-y if y * (a - b) < margin else 0",
    slope_of="first",
    kinks=("margin - y * (a - b)",),
    best_constant=NoConstant("a constant in place of the first score would be compared with every second"),
    perfect=Perfect(
        "a first score beyond the second by the margin, on the label's side",
        lambda blocks, params: blocks[2] + 2.0 * blocks[0] * (_margin(params) + np.abs(blocks[2])),
        lambda blocks, params: zero_rows(blocks[0], params),
        by_blocks=True,
    ),
    deviations=(
        Convention(
            "torch",
            "torch.nn.functional.margin_ranking_loss(a, b, y)",
            "does not map labels 0/1: a label 0 always gives the margin",
            names=("MarginRankingLoss",),
            rows=_in_order,
            touches=is_zero,
            inputs=(AS_IT_IS, FIRST, SECOND),
        ),
    ),
    contrast=([0.0, 1.0], [2.5, 1.5], [1.0, 4.0]),
    source="Herbrich, Graepel and Obermayer (1999), doi:10.1049/cp:19991091",
)
def margin_ranking(target: Rows, first: Rows, second: Rows, *, margin: float) -> Rows:
    """How far the score that should be higher falls short of the other one plus a margin.

    Formula  max(0, margin - y (a - b)), with y = +1 where a should be higher, -1 where b should
    Shapes   (n,), (n,) and (n,) give (n,); (n, k) three times gives (n, k), averaged over k by the engine
    Unit     the score's own
    Raises   ParamError: margin below 0.  DomainError: labels of neither coding, or of both
    Not      hinge, which compares one score with 0; pairwise_hinge, which takes lists with grades

    >>> margin_ranking([1.0, -1.0], [2.0, 2.0], [1.5, 0.5]).tolist()
    [0.0, 1.5]
    >>> margin_ranking([1.0, -1.0], [2.0, 2.0], [1.5, 0.5], margin=1.0).tolist()
    [0.5, 2.5]
    """
    return _in_order(target, first, second, margin=margin)


# --- close together or apart ----------------------------------------------------------------------


def _where_like(target: Rows, params: Values) -> Rows:
    return np.where(target > 0.0, 0.0, _margin(params))


def _hinge_embedding_slope(target: Rows, prediction: Rows, *, margin: float) -> Rows:
    return np.where(target > 0.0, 1.0, np.where(prediction < margin, -1.0, 0.0))


@quietly
def _both_branches(target: Rows, prediction: Rows, *, margin: float) -> Floats:
    apart = np.where(target != 1.0, np.maximum(0.0, margin - prediction), 0.0)
    return apart + np.where(target != -1.0, prediction, 0.0)


@loss(
    "hinge_embedding",
    title="Hinge embedding loss",
    family="embedding",
    aliases=("hinge_embedding_loss",),
    inputs=(
        cells(
            "target", "y", SIGNS, "+1 for a pair that is alike, -1 (or 0) for one that differs", hint=CODING
        ),
        DISTANCE,
    ),
    params=[APART],
    formula="d if y > 0 else max(0, margin - d)",
    gradient=_hinge_embedding_slope,
    gradient_formula="1 if y > 0 else (-1 if d < margin else 0)",
    kinks=("1 if y > 0 else margin - d",),
    best_constant=MomentsConstant(
        "0 where most pairs are alike, else the margin",
        lambda mean, params: 0.0 if mean >= 0.0 else _margin(params),
        lambda mean, variance, params: _margin(params) * (0.5 * (1.0 - abs(mean))),
    ),
    perfect=Perfect("0 for a pair that is alike, the margin or more for others", _where_like, zero_rows),
    deviations=(
        Convention(
            "torch",
            "torch.nn.functional.hinge_embedding_loss(d, y)",
            "does not map labels 0/1: a label 0 adds both branches, 1.0 at d=0.3; takes distances below 0",
            names=("HingeEmbeddingLoss",),
            rows=_both_branches,
            touches=is_zero,
            inputs=(AS_IT_IS, cells("prediction", "d", REALS, "the distance, which may be negative there")),
        ),
    ),
    contrast=([0.0, 1.0], [0.3, 0.5]),
    accuracy=Accuracy(textbook_holds=True),
    source="Hadsell, Chopra and LeCun (2006), doi:10.1109/CVPR.2006.100, without the squares",
)
def hinge_embedding(target: Rows, prediction: Rows, *, margin: float) -> Rows:
    """The distance of a pair that is alike, and what a pair that differs lacks to the margin.

    Formula  d where y = 1, max(0, margin - d) where y = -1
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k), averaged over k by the engine
    Unit     the distance's own
    Raises   ParamError: margin not above 0.  DomainError: labels of two codings, a distance below 0
    Not      hinge, which takes a score; contrastive, half the square of it; cosine_embedding, of vectors

    >>> hinge_embedding([1.0, -1.0, -1.0], [0.25, 0.25, 3.0]).tolist()
    [0.25, 0.75, 0.0]
    """
    return np.where(target > 0.0, prediction, np.maximum(0.0, margin - prediction))


@quietly
def _contrastive_slope(target: Rows, prediction: Rows, *, margin: float) -> Rows:
    return np.where(target > 0.0, prediction, -np.maximum(0.0, margin - prediction)) + 0.0


@loss(
    "contrastive",
    title="Contrastive loss",
    family="embedding",
    aliases=("contrastive_loss", "siamese_loss"),
    inputs=(ALIKE, DISTANCE),
    params=[APART],
    formula="y * d**2 / 2 + (1 - y) * max(0, margin - d)**2 / 2",
    gradient=_contrastive_slope,
    gradient_formula="y * d - (1 - y) * max(0, margin - d)",
    best_constant=MomentsConstant(
        "the margin times the share of pairs that differ",
        lambda mean, params: _margin(params) * (1.0 - mean),
        lambda mean, variance, params: 0.5 * _margin(params) ** 2 * mean * (1.0 - mean),
    ),
    perfect=Perfect("0 for a pair that is alike, the margin or more for others", _where_like, zero_rows),
    differs={
        "torch": "has the part before it is squared and halved, hinge_embedding_loss",
        "monai": "calls NT-Xent ContrastiveLoss: another loss, here ntxent",
    },
    accuracy=Accuracy(textbook_holds=True),
    source="Hadsell, Chopra and LeCun (2006), doi:10.1109/CVPR.2006.100, where 0 means alike",
)
@quietly
def contrastive(target: Rows, prediction: Rows, *, margin: float) -> Rows:
    """Half the square of the distance of a pair that is alike, of the lack of distance of others.

    Formula  y d**2 / 2 + (1 - y) max(0, margin - d)**2 / 2, with y = 1 for a pair that is alike
    Shapes   (n,) and (n,) give (n,); (n, k) and (n, k) give (n, k), averaged over k by the engine
    Unit     the square of the distance's own
    Raises   ParamError: margin not above 0.  DomainError: a target that is not 0 or 1, a distance below 0
    Not      hinge_embedding, which is not squared; ntxent and supcon, "contrastive" losses of whole batches

    >>> contrastive([1.0, 0.0, 0.0], [0.5, 0.5, 3.0]).tolist()
    [0.125, 0.125, 0.0]
    """
    lack = np.where(target > 0.0, prediction, np.maximum(0.0, margin - prediction))
    return (0.5 * lack) * lack
