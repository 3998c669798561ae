"""Embeddings of two or three things in a row: alike or not by a label, or nearer to one than to the other."""

from __future__ import annotations

import numpy as np

from losscli.arrays import Floats, Mask, Rows
from losscli.domains import DIRECTED, POSITIVE, REALS, SIGNS, Interval
from losscli.losses.similarity import NO_DIRECTION
from losscli.numerics.directions import (
    Length,
    cosine_and_distance,
    cosine_slope,
    distances,
    slope_of_distances,
)
from losscli.numerics.stable import quietly, sum_columns
from losscli.params import Param, as_number
from losscli.registry import Accuracy, Convention, NoConstant, Perfect, Values, loss, numbers, vectors

LABEL = numbers(
    "target",
    "y",
    SIGNS,
    "1 where the two belong together, else -1 (or 0, in all rows alike)",
    hint="one coding for all rows: 0/1 or -1/+1; --labels NEGATIVE,POSITIVE maps any other two",
)
ANY_LABEL = numbers("target", "y", REALS, "1 or -1; the loss of any other label is 0")
FIRST = vectors("first", "a", DIRECTED, "the first embedding", hint=NO_DIRECTION)
SECOND = vectors("second", "b", DIRECTED, "the second embedding", hint=NO_DIRECTION)
COSINE = "c = sum(a * b) / sqrt(sum(a * a) * sum(b * b))"
TORCH_EPSILON = float(np.float32(1e-12))
"""What torch adds to each squared length; the constant is one of single precision there."""


@quietly
def _cosine_embedding_slope(target: Floats, first: Rows, second: Rows, *, margin: float) -> Rows:
    beyond = cosine_and_distance(first, second)[0] > margin
    factor = np.where(target > 0.0, -1.0, np.where(beyond, 1.0, 0.0))
    return factor[:, None] * cosine_slope(first, second) + 0.0


@quietly
def _cosine_embedding_of_torch(target: Floats, first: Rows, second: Rows, *, margin: float) -> Floats:
    squares = [sum_columns(vector * vector) + TORCH_EPSILON for vector in (first, second)]
    cosine = sum_columns(first * second) / np.sqrt(squares[0] * squares[1])
    apart = np.where(target == -1.0, np.maximum(cosine - margin, 0.0), 0.0)
    return np.where(target == 1.0, 1.0 - cosine, apart)


@loss(
    "cosine_embedding",
    title="Cosine embedding loss",
    family="embedding",
    inputs=(LABEL, FIRST, SECOND),
    params=[
        Param(
            "margin",
            0.0,
            "the cosine up to which two that do not belong together cost nothing",
            Interval(-1.0, 1.0),
        )
    ],
    formula=f"{COSINE}; 1 - c if y == 1 else max(0, c - margin)",
    gradient=_cosine_embedding_slope,
    gradient_formula=f"{COSINE}; k = -1 if y == 1 else (1 if c > margin else 0); "
    "k * (a - b * sum(a * b) / sum(b * b)) / sqrt(sum(a * a) * sum(b * b))",
    kinks=(f"{COSINE}; c - margin",),
    best_constant=NoConstant("what fits depends on the first embedding, row by row"),
    perfect=Perfect(
        "the direction of the first embedding for label 1, the opposite one for -1",
        lambda blocks, params: blocks[1] * blocks[0][:, None],
        lambda blocks, params: np.zeros(len(blocks[0])),
        by_blocks=True,
    ),
    deviations=(
        Convention(
            "torch",
            "torch.nn.functional.cosine_embedding_loss(a, b, y, margin=margin)",
            "gives 0 for a label 0, and adds 1e-12 to each squared length: short vectors look less alike",
            rows=_cosine_embedding_of_torch,
            inputs=(
                ANY_LABEL,
                FIRST._replace(domain=REALS, hint=""),
                SECOND._replace(domain=REALS, hint=""),
            ),
        ),
    ),
    accuracy=Accuracy(
        ulp=8.0,
        against="0 if y == 1 else max(abs(margin), sum(abs(a * b)) / sqrt(sum(a * a) * sum(b * b)))",
    ),
    contrast=(
        [1.0, 0.0, 0.0],
        [[1e-6, 2e-6], [1.0, 2.0], [1.0, 2.0]],
        [[1e-6, 1e-6], [2.0, 4.0], [2.0, 1.0]],
    ),
    source="torch.nn.CosineEmbeddingLoss, documentation; Barz and Denzler (2020), arXiv:1901.09054",
)
@quietly
def cosine_embedding(target: Floats, first: Rows, second: Rows, *, margin: float) -> Floats:
    """Cosine distance of two embeddings that belong together; else what their cosine has above a margin.

    Formula  1 - c where y = 1, max(0, c - margin) where y = -1, with the cosine c = a.b / (|a| |b|)
    Shapes   (n,) labels, (n, D) and (n, D) give (n,)
    Unit     none: 1 is a right angle
    Raises   ParamError: margin outside [-1, 1].  DomainError: a zero vector, or labels of no coding
    Not      cosine, without labels; contrastive and hinge_embedding, of distances

    >>> cosine_embedding([1, -1], [[1.0, 2.0], [3.0, 4.0]], [[2.0, 4.0], [4.0, 3.0]], margin=0.5).round(4)
    array([0.  , 0.46])
    """
    cosine, distance = cosine_and_distance(first, second)
    return np.where(target > 0.0, distance, np.maximum(cosine - margin, 0.0))


# --- triplets -----------------------------------------------------------------------------------------------

ANCHOR = vectors("anchor", "a", REALS, "the embedding that is judged")
POSITIVE_ONE = vectors("positive", "q", REALS, "one that belongs to it")
NEGATIVE = vectors("negative", "n", REALS, "one that does not")
DISTANCES = (
    "d = sum(abs(a - q)**p)**(1 / p); u = sum(abs(a - n)**p)**(1 / p); v = sum(abs(q - n)**p)**(1 / p); "
    "w = min(u, v) if swap == 'yes' else u"
)
EPSILON = 1e-6
"""What torch adds to every difference of coordinates, and optax to the sum under the root."""


def _distances(
    anchor: Rows, positive: Rows, negative: Rows, p: float, swap: str
) -> tuple[Length, Length, Mask]:
    """From the anchor to the positive, and to the negative; with `swap` from the positive to the negative
    where that is less, and where (n,) it is."""
    near, far = distances(anchor, positive, p), distances(anchor, negative, p)
    if swap == "no":
        return near, far, np.zeros(len(anchor), dtype=np.bool_)
    other = distances(positive, negative, p)
    swapped = other.less(far) < 0.0
    return near, far.replaced(swapped, other), swapped


@quietly
def _triplet_slope(
    anchor: Rows, positive: Rows, negative: Rows, *, margin: float, p: float, swap: str
) -> Rows:
    near, far, swapped = _distances(anchor, positive, negative, p, swap)
    sign, size = slope_of_distances(anchor, positive, p)
    other, away = slope_of_distances(anchor, negative, p)
    slope = sign * np.exp(size) - other * np.exp(away)
    # Both close to 1 for a large p: what they are short of it does not cancel.
    alike = (sign == other) & (size > -1.0) & (away > -1.0)
    slope = np.where(alike, sign * (np.expm1(size) - np.expm1(away)), slope)
    slope = np.where(swapped[:, None], sign * np.exp(size), slope)
    active = near.less(far, margin) > 0.0
    return np.where(active[:, None], slope, 0.0) + 0.0


def _violation(near: Floats, far: Floats, other: Floats, margin: float, swap: str) -> Floats:
    """The loss from plain distances, as frameworks compute it."""
    return np.maximum(near - (np.minimum(far, other) if swap == "yes" else far) + margin, 0.0)


@quietly
def _triplet_of_torch(
    anchor: Rows, positive: Rows, negative: Rows, *, margin: float, p: float, swap: str
) -> Floats:
    def distance(first: Rows, second: Rows) -> Floats:
        return np.asarray(sum_columns(np.abs(first - second + EPSILON) ** p) ** (1.0 / p))

    near, far = distance(anchor, positive), distance(anchor, negative)
    return _violation(near, far, distance(positive, negative), margin, swap)


@quietly
def _triplet_of_optax(
    anchor: Rows, positive: Rows, negative: Rows, *, margin: float, p: float, swap: str
) -> Floats:
    """The powers are those of signed differences: they cancel, and may have no root."""

    def distance(first: Rows, second: Rows) -> Floats:
        return np.asarray((sum_columns((first - second) ** p) + EPSILON) ** (1.0 / p))

    near, far = distance(anchor, positive), distance(anchor, negative)
    return _violation(near, far, distance(positive, negative), margin, swap)


def _least_violation(blocks: tuple[Rows, ...], params: Values) -> Floats:
    between = np.ldexp(*distances(blocks[1], blocks[2], as_number(params["p"])))
    return np.maximum(0.0, as_number(params["margin"]) - between)


@loss(
    "triplet",
    title="Triplet margin loss",
    family="embedding",
    aliases=("triplet_margin",),
    inputs=(ANCHOR, POSITIVE_ONE, NEGATIVE),
    params=[
        Param("margin", 1.0, "how much farther than the positive the negative shall be", POSITIVE),
        Param("p", 2.0, "the degree of the norm", Interval(1.0), aliases=("norm_degree",)),
        Param(
            "swap",
            "no",
            "yes: the distance of positive and negative counts where it is less than the anchor's",
            choices=("no", "yes"),
        ),
    ],
    formula=f"{DISTANCES}; max(0, d - w + margin)",
    gradient=_triplet_slope,
    gradient_formula=f"{DISTANCES}; k = 1 if d - w + margin > 0 else 0; m = 0 if w < u else k; "
    "k * sign(a - q) * (abs(a - q) / (d if d > 0 else 1))**(p - 1)"
    " - m * sign(a - n) * (abs(a - n) / (u if u > 0 else 1))**(p - 1)",
    slope_of="anchor",
    kinks=(f"{DISTANCES}; d - w + margin", f"{DISTANCES}; u - v"),
    best_constant=NoConstant("one anchor for all rows knows nothing of the positives and negatives"),
    perfect=Perfect(
        "the positive itself; what is left is the margin beyond the distance of positive and negative",
        lambda blocks, params: blocks[1].copy(),
        _least_violation,
        by_blocks=True,
    ),
    deviations=(
        Convention(
            "torch",
            "torch.nn.functional.triplet_margin_loss(a, q, n, margin=margin, p=p, swap=swap)",
            "adds 1e-6 to every difference of coordinates",
            names=("triplet_margin_with_distance_loss",),
            rows=_triplet_of_torch,
        ),
        Convention(
            "optax",
            "optax.losses.triplet_margin_loss(a, q, n, margin=margin, norm_degree=p)",
            "adds 1e-6 under the root; powers of signed differences cancel for p=1 may be nan for others "
            "than 2; it has no swap",
            rows=_triplet_of_optax,
            single=True,
        ),
    ),
    differs={
        "pytorch_metric_learning": "TripletMarginLoss takes all triplets of a batch, embeddings scaled to "
        "length 1, and margin=0.05",
    },
    accuracy=Accuracy(ulp=8.0, against=f"{DISTANCES}; max(d, w, margin)"),
    contrast=([[0.0, 0.0], [1.0, 1.0]], [[1.0, -1.0], [1.0, 1.0]], [[2.0, 2.0], [1.0, 1.5]]),
    source="Schroff et al. (2015), arXiv:1503.03832; swap: Balntas et al. (2016), doi:10.5244/C.30.119",
)
@quietly
def triplet(anchor: Rows, positive: Rows, negative: Rows, *, margin: float, p: float, swap: str) -> Floats:
    """By how much the negative is less than a margin farther from the anchor than the positive.

    Formula  max(0, d(a, q) - d(a, n) + margin), with d the distance in the p-norm, nothing added
    Shapes   (n, D), (n, D) and (n, D) give (n,)
    Unit     the embeddings' own
    Raises   ParamError: margin not above 0, p below 1.  DomainError: nan or infinity, named with its row
    Not      contrastive, of pairs; the squared distances of the FaceNet paper

    >>> triplet([[0.0, 0.0]], [[3.0, 4.0]], [[0.0, 4.5]]).tolist()
    [1.5]
    """
    near, far, _ = _distances(anchor, positive, negative, p, swap)
    return np.maximum(0.0, near.less(far, margin))
