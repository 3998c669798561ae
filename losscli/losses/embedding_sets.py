"""Embeddings of a whole set: each row is an anchor, compared with every other row of its group and of others.

The cosines of all pairs come with twice the digits, because a small temperature or a large factor magnifies
their rounding.  A few anchors are done at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from losscli.arrays import Floats, Integers, Mask, Rows
from losscli.domains import CLASS_LABEL, DIRECTED, POSITIVE, REALS, UNIT
from losscli.losses.similarity import NO_DIRECTION
from losscli.numerics import pairs
from losscli.numerics.directions import Neighbours, neighbours, shrunk, unit_vectors
from losscli.numerics.stable import Pair, quietly, softplus, sum_columns, two_sum
from losscli.params import Param
from losscli.records import NamedTuple
from losscli.registry import Accuracy, Convention, NoConstant, NoPerfect, classes, loss, vectors

GROUP = classes("target", "g", CLASS_LABEL, "the group, a whole number; rows of one group are positives")
EMBEDDING = vectors(
    "prediction", "z", DIRECTED, "the embedding; only its direction counts", hint=NO_DIRECTION
)
ANY_EMBEDDING = vectors("prediction", "z", REALS, "the embedding")
ALIKE = NoConstant("with one embedding for all rows every pair is alike, whatever the embedding is")
SHARED = NoPerfect(
    "positives of one direction and negatives of the opposite one: not for all anchors at once"
)
LEAST_SQUARE = float(np.finfo(np.float32).eps)
"""What optax takes for the square of a shorter embedding's length, in single precision."""
FAR, SHIFT = -600.0, 300.0
"""Below FAR an exponential is computed SHIFT higher and scaled at the end, so that it is rounded once."""

COSINES = "s = [sum(z[i] * v) / sqrt(sum(z[i] * z[i]) * sum(v * v)) for v in z]"
LOG_OF_ALL = "rest = log(sum(exp(s[j] / temperature) for j in range(len(s)) if j != i))"
AMONG_POSITIVES = "for j in range(len(s)) if j != i and g[j] == g[i]"
AMONG_NEGATIVES = "for j in range(len(s)) if g[j] != g[i]"
TEMPERATURE = Param("temperature", 0.07, "what cosines are divided by; a small one sees near rows", POSITIVE)


class Compared(NamedTuple):
    """Some anchors, `rows`, beside all: (m, n) products, and which pairs are positive, which negative."""

    rows: slice
    products: Pair
    positive: Mask
    negative: Mask


Judge = Callable[[Compared], Floats]
"""Gives (m,): the loss of each anchor."""


def _by_anchor(target: Floats, near: Iterator[Neighbours], judge: Judge) -> Floats:
    """(n,): what is judged of every anchor."""
    found = np.empty(len(target))
    everywhere = np.arange(len(target))
    for rows, products in near:
        same: Mask = target[rows, None] == target
        itself: Mask = everywhere[rows, None] == everywhere
        found[rows] = judge(Compared(rows, products, same & ~itself, ~same))
    return found


def _positives(target: Floats) -> Floats:
    """(n,): how many other rows are of the row's group."""
    _, place, size = np.unique(target, return_inverse=True, return_counts=True)
    return np.asarray(size[place.reshape(-1)] - 1.0)


@quietly
def _highest(scores: Pair, among: Mask) -> tuple[Integers, Pair, Pair]:
    """In each row the place (m, 1) of the highest score that counts, that score, and what lies above it."""
    place = np.where(among, scores[0], -np.inf).argmax(axis=1)[:, None]
    top = pairs.taken(scores, place)
    return place, top, pairs.minus(scores, top)


def _others(above: Pair, among: Mask, place: Integers) -> Floats:
    """(m,): the sum of exp over the cells that count, but the one at the place."""
    terms = np.where(among, pairs.exponential(above), 0.0)
    np.put_along_axis(terms, place, 0.0, axis=1)
    return sum_columns(terms)


# --- softmax over the other rows ----------------------------------------------------------------------------


@quietly
def _surprise(compared: Compared, temperature: float) -> Floats:
    """(m,): the sum over each anchor's positives of -log of their softmax among all other rows.

    Relative to the nearest other row no term is negative, so that nothing cancels.
    """
    positive, among = compared.positive, compared.positive | compared.negative
    place, _, above = _highest(compared.products, among)
    scaled = pairs.over(above, temperature)
    below = sum_columns(np.where(positive, -(scaled[0] + scaled[1]), 0.0))
    return np.asarray(below + positive.sum(axis=1) * np.log1p(_others(scaled, among, place)))


def _pairs(target: Floats, prediction: Rows, *, temperature: float) -> Floats:
    return _positives(target)


def _against_negatives(target: Floats, vectors_: Pair, temperature: float) -> Floats:
    """As `_surprise`, but with no other positive in the denominator of a positive."""

    @quietly
    def judge(compared: Compared) -> Floats:
        scores = compared.products[0] / temperature
        negative = np.where(compared.negative, scores, -np.inf)
        top = negative.max(axis=1, keepdims=True)
        level = np.where(np.isinf(top), 0.0, top)
        total = level + np.log(sum_columns(np.exp(negative - level)))[:, None]
        return sum_columns(np.where(compared.positive, softplus(total - scores), 0.0))

    return _by_anchor(target, neighbours(vectors_), judge)


@quietly
def _of_optax(target: Floats, prediction: Rows, *, temperature: float) -> Floats:
    square = sum_columns(prediction * prediction)
    short = prediction / np.sqrt(np.maximum(square, LEAST_SQUARE))[:, None]
    return _against_negatives(target, (short, np.zeros_like(short)), temperature)


def _of_metric_learning(target: Floats, prediction: Rows, *, temperature: float) -> Floats:
    return _against_negatives(target, unit_vectors(prediction), temperature)


@loss(
    "ntxent",
    title="NT-Xent (InfoNCE) loss",
    family="embedding",
    aliases=("nt_xent", "infonce", "info_nce", "simclr"),
    inputs=(GROUP, EMBEDDING),
    params=[TEMPERATURE],
    formula=f"{COSINES}; {LOG_OF_ALL}; sum(rest - s[j] / temperature {AMONG_POSITIVES})",
    unit="nats",
    likelihood="categorical over the other rows: which of them is the positive",
    best_constant=ALIKE,
    perfect=SHARED,
    gather=True,
    counts=_pairs,
    deviations=(
        Convention(
            "optax",
            "optax.losses.ntxent(z, g)",
            "leaves other positives out of a positive's denominator: groups of more than two differ",
            rows=_of_optax,
            inputs=(GROUP, ANY_EMBEDDING),
            single=True,
        ),
        Convention(
            "pytorch_metric_learning",
            "pytorch_metric_learning.losses.NTXentLoss()(z, g)",
            "leaves other positives out of a positive's denominator: groups of more than two differ",
            rows=_of_metric_learning,
        ),
    ),
    differs={
        "monai": "ContrastiveLoss takes two views of n rows, rows i and i + n being a group of their own: "
        "the same number with temperature=0.5, its default",
    },
    accuracy=Accuracy(ulp=4.0),
    contrast=([1.0, 1.0, 1.0, 2.0], [[3.0, 1.0], [2.0, 2.0], [3.0, -1.0], [1.0, 4.0]]),
    source="Chen et al. (2020), arXiv:2002.05709",
)
def ntxent(target: Floats, prediction: Rows, *, temperature: float) -> Floats:
    """Surprise at finding a row's positives among all other rows, by a softmax over cosines.

    Formula  sum over positives j of log(sum over k != i of exp(s_ik / T)) - s_ij / T, with cosines s
    Shapes   (n,) groups and (n, D) embeddings give (n,): a row has the sum over its positives, 0 without one
    Unit     nats; the mean is the sum of the rows over the number of positive pairs
    Raises   ParamError: temperature not above 0.  DomainError: a zero embedding, or no group
    Not      supcon, whose mean is over anchors; optax's, which leaves other positives out

    >>> ntxent([1, 1, 2, 2], [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 2.0]], temperature=0.5).round(4)
    array([0.2395, 0.2395, 0.2395, 0.2395])
    """
    near = neighbours(unit_vectors(prediction))
    return _by_anchor(target, near, lambda compared: _surprise(compared, temperature))


def _anchors(target: Floats, prediction: Rows, *, temperature: float) -> Floats:
    return np.where(_positives(target) > 0.0, 1.0, 0.0)


@loss(
    "supcon",
    title="Supervised contrastive loss",
    family="embedding",
    aliases=("supervised_contrastive",),
    inputs=(GROUP, EMBEDDING),
    params=[TEMPERATURE._replace(default=0.1)],
    formula=f"{COSINES}; {LOG_OF_ALL}; found = [rest - s[j] / temperature {AMONG_POSITIVES}]; "
    "sum(found) / max(1, len(found))",
    unit="nats",
    best_constant=ALIKE,
    perfect=SHARED,
    gather=True,
    counts=_anchors,
    same_as={
        "pytorch_metric_learning": "pytorch_metric_learning.losses.SupConLoss()(z, g), of several groups",
    },
    differs={"optax": "has ntxent: the same number where every group is a pair, with temperature=0.07"},
    accuracy=Accuracy(ulp=4.0),
    source="Khosla et al. (2020), equation 2, arXiv:2004.11362",
)
def supcon(target: Floats, prediction: Rows, *, temperature: float) -> Floats:
    """Surprise at finding an anchor's positives among all other rows, on average over its positives.

    Formula  mean over positives j of log(sum over k != i of exp(s_ik / T)) - s_ij / T, with cosines s
    Shapes   (n,) groups and (n, D) embeddings give (n,); an anchor without positive is 0, and not in the mean
    Unit     nats: log(n - 1) where all embeddings are alike
    Raises   ParamError: temperature not above 0.  DomainError: a zero embedding, or no group
    Not      ntxent, whose mean is over pairs; the official code, which multiplies by temperature / 0.07

    >>> supcon([1, 1, 1, 2], [[1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [0.0, 3.0]], temperature=0.5).round(4)
    array([0.7586, 0.7586, 0.7586, 0.    ])
    """
    near = neighbours(unit_vectors(prediction))
    totals = _by_anchor(target, near, lambda compared: _surprise(compared, temperature))
    return np.asarray(totals / np.maximum(1.0, _positives(target)))


# --- circle -------------------------------------------------------------------------------------------------


@quietly
def _exponents(near: Pair, gamma: float, margin: float) -> tuple[Pair, Pair]:
    """What the two sums of the circle loss raise e to: for positives, and for negatives."""
    slack, factor = pairs.of(margin), pairs.of(gamma)
    distance = pairs.minus(pairs.of(1.0), near)
    short = pairs.times(_above_zero(pairs.plus(distance, slack)), pairs.minus(distance, slack))
    close = pairs.times(_above_zero(pairs.plus(near, slack)), pairs.minus(near, slack))
    return pairs.times(short, factor), pairs.times(close, factor)


def _above_zero(pair: Pair) -> Pair:
    kept = pair[0] > 0.0
    return np.where(kept, pair[0], 0.0), np.where(kept, pair[1], 0.0)


@quietly
def _circle(compared: Compared, gamma: float, margin: float) -> Floats:
    """(m,): log(1 + e**h t), where h is the sum of the largest exponents of both sums, and t at least 1."""
    level: Pair = pairs.of(0.0)
    total = np.ones(len(compared.positive))
    masks = (compared.positive, compared.negative)
    for exponents, among in zip(_exponents(compared.products, gamma, margin), masks, strict=True):
        place, top, above = _highest(exponents, among)
        level = pairs.plus(level, top)
        total *= 1.0 + _others(above, among, place)
    high, low = two_sum(*(np.ravel(part) for part in level))
    low = np.where(np.isfinite(high), low, 0.0)
    shift = np.where(high < FAR, SHIFT, 0.0)
    small = pairs.exponential((np.minimum(high, 0.0) + shift, low)) * total
    small_loss = np.log1p(small * np.exp(-shift))
    large_loss = high + (low + np.log(total + pairs.exponential((-np.maximum(high, 0.0), -low))))
    both = compared.positive.any(axis=1) & compared.negative.any(axis=1)
    return np.where(both, np.where(high > 0.0, large_loss, small_loss), 0.0)


def _with_both(target: Floats, prediction: Rows, *, gamma: float, margin: float) -> Floats:
    """(n,): 1 for an anchor with a positive and a negative, 0 for the others."""
    positives = _positives(target)
    return np.where((positives > 0.0) & (positives < len(target) - 1.0), 1.0, 0.0)


def _of_keras(target: Floats, prediction: Rows, *, gamma: float, margin: float) -> Floats:
    """The products of the embeddings as they are, at most 1, take the place of cosines."""
    short, exponent = shrunk(prediction)

    @quietly
    def judge(compared: Compared) -> Floats:
        power = exponent[compared.rows, None] + exponent
        product = np.minimum(np.ldexp(compared.products[0], power), 1.0)
        return _circle(compared._replace(products=(product, np.zeros_like(product))), gamma, margin)

    return _by_anchor(target, neighbours(short), judge)


@quietly
def _circle_of_metric_learning(target: Floats, prediction: Rows, *, gamma: float, margin: float) -> Floats:
    """Torch's softplus is the number itself above 20."""
    near = neighbours(unit_vectors(prediction))
    found = _by_anchor(target, near, lambda compared: _circle(compared, gamma, margin))
    inner = found + np.log1p(-np.exp(-found))
    return np.where(inner > 20.0, inner, found)


@loss(
    "circle",
    title="Circle loss",
    family="embedding",
    aliases=("circle_loss",),
    inputs=(GROUP, EMBEDDING),
    params=[
        Param("gamma", 80.0, "the scale of the similarities", POSITIVE),
        Param(
            "margin",
            0.4,
            "how far from 1 and 0 the cosines of positives and negatives may lie",
            UNIT,
            aliases=("m",),
        ),
    ],
    formula=f"{COSINES}; "
    f"far = sum(exp(-gamma * max(0, 1 + margin - s[j]) * (s[j] - 1 + margin)) {AMONG_POSITIVES}); "
    f"near = sum(exp(gamma * max(0, s[j] + margin) * (s[j] - margin)) {AMONG_NEGATIVES}); "
    "log(1 + far * near)",
    best_constant=ALIKE,
    perfect=SHARED,
    gather=True,
    counts=_with_both,
    deviations=(
        Convention(
            "keras",
            "keras.losses.circle(g, z, gamma=gamma, margin=margin)",
            "does not scale embeddings to length 1: takes their products, at most 1, for cosines",
            rows=_of_keras,
            inputs=(GROUP, ANY_EMBEDDING),
            single=True,
        ),
        Convention(
            "pytorch_metric_learning",
            "pytorch_metric_learning.losses.CircleLoss(m=margin, gamma=gamma)(z, g)",
            "is up to 2e-9 less between 20 and 40: its log(1 + exp(x)) is x there",
            rows=_circle_of_metric_learning,
        ),
    ),
    accuracy=Accuracy(ulp=4.0),
    contrast=([1.0, 1.0, 2.0], [[1.5, 0.5], [1.0, 1.0], [0.25, 1.0]]),
    source="Sun et al. (2020), equation 6, arXiv:2002.10857",
)
def circle(target: Floats, prediction: Rows, *, gamma: float, margin: float) -> Floats:
    """Pulls positives and pushes negatives of an anchor, each the harder the farther it is from its goal.

    Formula  log(1 + sum over positives of exp(-gamma max(0, 1 + m - s) (s - 1 + m)) times the sum over
             negatives of exp(gamma max(0, s + m) (s - m))), with cosines s and the margin m
    Shapes   (n,) groups and (n, D) embeddings give (n,); an anchor that lacks positives or negatives is 0,
             and not in the mean
    Unit     none: about gamma times the squares of what is missing
    Raises   ParamError: gamma not above 0, margin outside [0, 1].  DomainError: a zero embedding, no group
    Not      Keras's on embeddings that are not of length 1: it takes their products for cosines

    >>> circle([1, 1, 2], [[1.0, 0.0], [0.0, 2.0], [3.0, 0.0]]).round(4).tolist()
    [134.4, 54.4, 0.0]
    """
    near = neighbours(unit_vectors(prediction))
    return _by_anchor(target, near, lambda compared: _circle(compared, gamma, margin))
