"""Similarity of vectors: the angle between a target row and a predicted row, whatever their lengths."""

from __future__ import annotations

import numpy as np

from losscli.arrays import Floats, Rows
from losscli.domains import DIRECTED
from losscli.numerics.directions import cosine_and_distance, cosine_slope
from losscli.registry import Accuracy, MomentsConstant, Perfect, Values, loss, vectors

NO_DIRECTION = "a zero vector has no direction: drop the row, or compare lengths too with mse"
VECTOR = vectors("target", "a", DIRECTED, "the true vector", hint=NO_DIRECTION)
PREDICTED = vectors("prediction", "b", DIRECTED, "the predicted vector", hint=NO_DIRECTION)


def _unit_vectors(target: Rows, params: Values) -> Rows:
    scaled = target / np.abs(target).max(axis=1, keepdims=True)
    return np.asarray(scaled / np.linalg.norm(scaled, axis=1, keepdims=True))


def _length(mean: Floats) -> float:
    return float(np.linalg.norm(mean))


ROUNDING = 2.0**-50
"""What the length of a mean of unit vectors may be off by."""

MEAN_DIRECTION = "the mean of the targets' unit vectors; only its direction counts"


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
        "torch": "torch.nn.functional.cosine_embedding_loss(a, b, torch.ones(n))",
        "scipy": "scipy.spatial.distance.cosine(a, b), row by row",
    },
    differs={"keras": "CosineSimilarity as a loss is -cos: -1 for the same direction, here 0"},
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
    same_as={
        "torch": "torch.nn.functional.cosine_similarity(a, b)",
        "optax": "optax.losses.cosine_similarity(b, a)",
        "keras": "the metric keras.metrics.CosineSimilarity()",
        "torchmetrics": "torchmetrics.functional.cosine_similarity(b, a, reduction='none')",
    },
    differs={
        "keras": "the loss of the same name is -cos; a zero vector gives 0, here an error",
        "torchmetrics": "its default reduction is the sum over rows",
    },
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
