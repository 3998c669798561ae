"""Similarity of vectors: the angle between a target row and a predicted row, whatever their lengths."""

from __future__ import annotations

import numpy as np

from losscli.arrays import Floats, Mask, Rows
from losscli.domains import DIRECTED, REALS
from losscli.numerics.directions import cosine_and_distance, cosine_slope
from losscli.numerics.stable import quietly, sum_columns
from losscli.registry import Accuracy, Convention, MomentsConstant, Perfect, Values, loss, vectors

NO_DIRECTION = "a zero vector has no direction: drop the row, or compare lengths too with mse"
VECTOR = vectors("target", "a", DIRECTED, "the true vector", hint=NO_DIRECTION)
PREDICTED = vectors("prediction", "b", DIRECTED, "the predicted vector", hint=NO_DIRECTION)
ANY_VECTORS = tuple(entry._replace(domain=REALS, hint="") for entry in (VECTOR, PREDICTED))
"""What frameworks take: a zero vector has some cosine there."""


def _unit_vectors(target: Rows, params: Values) -> Rows:
    scaled = target / np.abs(target).max(axis=1, keepdims=True)
    return np.asarray(scaled / np.linalg.norm(scaled, axis=1, keepdims=True))


def _length(mean: Floats) -> float:
    return float(np.linalg.norm(mean))


ROUNDING = 2.0**-50
"""What the length of a mean of unit vectors may be off by."""

MEAN_DIRECTION = "the mean of the targets' unit vectors; only its direction counts"


TORCH_LENGTH, KERAS_LENGTH = 1e-8, 1e-7
"""The length that the frameworks take for any shorter vector's."""


@quietly
def _cosine_of_torch(target: Rows, prediction: Rows) -> Floats:
    lengths = [np.maximum(_plain_length(vector), TORCH_LENGTH) for vector in (target, prediction)]
    return sum_columns((target / lengths[0][:, None]) * (prediction / lengths[1][:, None]))


def _distance_of_torch(target: Rows, prediction: Rows) -> Floats:
    return 1.0 - _cosine_of_torch(target, prediction)


@quietly
def _cosine_of_keras(target: Rows, prediction: Rows) -> Floats:
    one, other = (vector * _inverse_length(vector)[:, None] for vector in (target, prediction))
    return sum_columns(one * other)


def _minus_cosine_of_keras(target: Rows, prediction: Rows) -> Floats:
    return 0.0 - _cosine_of_keras(target, prediction)


def _inverse_length(vectors: Rows) -> Floats:
    """Keras's, in single precision: at most 1e7, and 0 where a square overflows there."""
    length = _plain_length(vectors)
    too_long = np.isinf((length * length).astype(np.float32))
    return np.where(too_long, 0.0, np.minimum(1.0 / length, 1.0 / KERAS_LENGTH))


def _plain_length(vectors: Rows) -> Floats:
    """As typed: it may overflow."""
    return np.asarray(np.sqrt(sum_columns(vectors * vectors)))


@quietly
def _short_for_torch(target: Rows, prediction: Rows) -> Mask:
    lengths = _plain_length(target), _plain_length(prediction)
    return np.asarray((np.minimum(*lengths) < TORCH_LENGTH) | np.isinf(np.maximum(*lengths)))


@quietly
def _short_for_keras(target: Rows, prediction: Rows) -> Mask:
    inverses = _inverse_length(target), _inverse_length(prediction)
    return np.asarray((np.maximum(*inverses) == 1.0 / KERAS_LENGTH) | (np.minimum(*inverses) == 0.0))


def _distance_slope(target: Rows, prediction: Rows) -> Rows:
    return 0.0 - cosine_slope(target, prediction)


@loss(
    "cosine",
    title="Cosine distance",
    family="similarity",
    aliases=("cosine_distance",),
    inputs=(VECTOR, PREDICTED),
    formula="1 - sum(a * b) / sqrt(sum(a * a) * sum(b * b))",
    gradient=_distance_slope,
    gradient_formula="(b * sum(a * b) / sum(b * b) - a) / sqrt(sum(a * a) * sum(b * b))",
    downward=True,
    best_constant=MomentsConstant(
        MEAN_DIRECTION,
        lambda mean, params: mean,
        lambda mean, variance, params: 1.0 - _length(mean),
        forward=_unit_vectors,
        rounding=ROUNDING,
    ),
    perfect=Perfect(
        "any vector of the target's direction",
        lambda target, params: target.copy(),
        lambda target, params: np.zeros(len(target)),
    ),
    same_as={
        "optax": "optax.losses.cosine_distance(b, a)",
        "sklearn": "sklearn.metrics.pairwise.paired_cosine_distances(a, b)",
        "scipy": "scipy.spatial.distance.cosine(a, b), row by row",
    },
    deviations=(
        Convention(
            "keras",
            "keras.losses.cosine_similarity(a, b)",
            "is -cos, 1 less: -1 for the same direction; vectors shorter than 1e-7 look less alike",
            names=("CosineSimilarity",),
            rows=_minus_cosine_of_keras,
            inputs=ANY_VECTORS,
            single=True,
        ),
        Convention(
            "torch",
            "1 - torch.nn.functional.cosine_similarity",
            "takes 1e-8 for the length of any shorter vector",
            edge=True,
            names=("cosine_distance",),
            rows=_distance_of_torch,
            touches=_short_for_torch,
            inputs=ANY_VECTORS,
        ),
    ),
    contrast=([[1.0, 2.0], [3e-9, 4e-9]], [[2.0, 4.0], [1.0, 0.5]]),
    accuracy=Accuracy(ulp=8.0),
    source="Salton and McGill (1983), section 4.1",
)
def cosine(target: Rows, prediction: Rows) -> Floats:
    """One minus the cosine of the angle between two vectors: 0 for one direction, 2 for opposite ones.

    Formula  1 - a.b / (|a| |b|)
    Shapes   (n, D) and (n, D) give (n,); files of one column are one vector each, read downwards
    Unit     none: 1 is a right angle
    Raises   DomainError: a zero vector, which has no direction, named with its row
    Not      cosine_similarity, which is 1 minus it, higher being better; Keras's loss, which is -cos

    >>> cosine([[1.0, 2.0], [1.0, 0.0]], [[2.0, 4.0], [0.0, 3.0]]).tolist()
    [0.0, 1.0]
    """
    return cosine_and_distance(target, prediction)[1]


@loss(
    "cosine_similarity",
    title="Cosine similarity",
    family="similarity",
    inputs=(VECTOR, PREDICTED),
    formula="sum(a * b) / sqrt(sum(a * a) * sum(b * b))",
    gradient=cosine_slope,
    gradient_formula="(a - b * sum(a * b) / sum(b * b)) / sqrt(sum(a * a) * sum(b * b))",
    direction="maximize",
    downward=True,
    best_constant=MomentsConstant(
        MEAN_DIRECTION,
        lambda mean, params: mean,
        lambda mean, variance, params: _length(mean),
        forward=_unit_vectors,
    ),
    perfect=Perfect(
        "any vector of the target's direction",
        lambda target, params: target.copy(),
        lambda target, params: np.ones(len(target)),
    ),
    same_as={"optax": "optax.losses.cosine_similarity(b, a)"},
    deviations=(
        Convention(
            "torch",
            "torch.nn.functional.cosine_similarity(a, b)",
            "takes 1e-8 for the length of any shorter vector",
            edge=True,
            rows=_cosine_of_torch,
            touches=_short_for_torch,
            inputs=ANY_VECTORS,
        ),
        Convention(
            "keras",
            "keras.metrics.CosineSimilarity()(a, b)",
            "takes 1e-7 for the length of any shorter vector; the loss of that name is minus this metric",
            edge=True,
            rows=_cosine_of_keras,
            touches=_short_for_keras,
            inputs=ANY_VECTORS,
            single=True,
        ),
        Convention(
            "torchmetrics",
            "torchmetrics.functional.cosine_similarity(b, a)",
            "is the sum over rows, unless reduction='mean'",
            reduce="sum",
        ),
    ),
    contrast=([[1.0, 2.0], [3e-9, 4e-9]], [[2.0, 4.0], [1.0, 0.5]]),
    accuracy=Accuracy(ulp=8.0, against="largest term"),
    source="Salton and McGill (1983), section 4.1",
)
def cosine_similarity(target: Rows, prediction: Rows) -> Floats:
    """Cosine of the angle between two vectors: 1 for one direction, -1 for opposite ones; higher is better.

    Formula  a.b / (|a| |b|)
    Shapes   (n, D) and (n, D) give (n,); files of one column are one vector each, read downwards
    Unit     none: 0 is a right angle
    Raises   DomainError: a zero vector, which has no direction, named with its row
    Not      cosine, the loss, which is 1 minus it

    >>> cosine_similarity([[1.0, 2.0], [1.0, 0.0]], [[2.0, 4.0], [-3.0, 0.0]]).tolist()
    [1.0, -1.0]
    """
    return cosine_and_distance(target, prediction)[0]
