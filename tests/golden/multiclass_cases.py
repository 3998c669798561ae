"""Cases of the losses of several classes: of probabilities, log-probabilities, logits and scores."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.golden.asking import W, keras, logs, of, optax, sklearn, torch
from tests.golden.cases import CLASSES, LOGITS, OTHER_ROWS, TARGET_ROWS, Asked, Case, numbers
from tests.golden.samples.foreign import Name, call


def case(name: str, loss: str, arrays: Any, *asked: Asked, **facts: Any) -> Case:
    """A case whose arrays are the loss's inputs in order (`w`, the weights, apart)."""
    return Case(name, loss, arrays, tuple(key for key in arrays if key != "w"), asked, **facts)


def example(name: str, loss: str, arrays: Any, *asked: Asked, **facts: Any) -> Case:
    """A case that is one worked example."""
    return case(name, loss, arrays, *asked, randomise=False, **facts)


def objects(name: str, target: str, prediction: str, reduction: str = "mean", **options: Any) -> Asked:
    """A class of keras.losses on rows, with its own reduction."""
    given = {"name": name, "y": Name(target), "p": Name(prediction), **options}
    return of("tests.golden.row_objects.keras", reduction=reduction, **given).following(f"keras.{name}")


def boosted(library: str, metric: str, reduction: str = "mean", **options: Any) -> Asked:
    """A metric of a gradient booster on class probabilities."""
    given = {"metric": metric, "y": Name("y"), "p": Name("P"), **options}
    return of(f"tests.golden.boosters.{library}", reduction=reduction, **given).following(library)


ONE_HOT = numbers(*np.eye(4)[CLASSES])
WIDE = (
    numbers([1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 1, 0]),
    numbers([0.25, 0.5, 0.25], [0.125, 0.875, 0], [0.375, 0.125, 0.5], [0.5, 0.25, 0.25]),
)
"""Rows of another number of classes."""
DEALT = {"y": CLASSES, "P": OTHER_ROWS}
SCORED = {"y": CLASSES, "Z": LOGITS}
ROWS = {"Y": TARGET_ROWS, "Z": LOGITS}
MARKED = {"y": np.array([2, -100, 1, 3, -100], dtype=np.int64), "Z": LOGITS}
ROW = numbers([0.7, 0.2, 0.1])
WEIGHTED = numbers(1.0, 3.0, 0.5, 2.25, 7.0)
ENDS = {
    "y": np.array([0, 1, 2, 0]),
    "P": np.array([[0, 1, 0], [0, 1, 0], [0.25, 0.75, 0], [0.5, 0.25, 0.25]]),
}
TINY = {"y": np.array([0, 0, 1]), "P": np.array([[1e-17, 1.0, 0.0], [1e-14, 1.0, 0.0], [0.25, 0.5, 0.25]])}
LOOSE = {"y": np.array([0, 1]), "P": numbers([0.5, 0.25], [0.5, 0.75])}
"""Rows that do not sum to 1."""
CLASS_WEIGHTS = [0.5, 2.0, 1.0, 4.0]
FOUR = [0, 1, 2, 3]
T4 = {"y": np.array([0, 0, 1]), "Z": numbers([1, 0], [0, 1], [0, 1])}
"""The example of class weights in the list of harmful differences."""

PROBABILITIES = (
    *(
        case(
            name,
            "categorical_ce",
            {"Y": target, "P": prediction},
            keras("categorical_crossentropy", "Y", "P", cells=False).following("keras"),
            objects("CategoricalCrossentropy", "Y", "P"),
        )
        for name, target, prediction in (("soft rows", TARGET_ROWS, OTHER_ROWS), ("one of three", *WIDE))
    ),
    case(
        "one-hot rows",
        "categorical_ce",
        {"Y": ONE_HOT, "P": OTHER_ROWS},
        sklearn("log_loss", call("numpy.argmax", "Y", 1), "P", labels=FOUR),
        sklearn("log_loss", "Y", "P").following("sklearn"),
    ),
    case(
        "smoothed",
        "categorical_ce",
        {"Y": TARGET_ROWS, "P": OTHER_ROWS},
        keras("categorical_crossentropy", "Y", "P", cells=False, label_smoothing=0.25).following("keras"),
        torch("cross_entropy", logs("P"), "Y", label_smoothing=0.25),
        params={"label_smoothing": 0.25},
    ),
    case(
        "weighted",
        "categorical_ce",
        {"Y": TARGET_ROWS, "P": OTHER_ROWS, "w": WEIGHTED},
        objects("CategoricalCrossentropy", "Y", "P", "weighted mean", w=W),
    ),
    example(
        "ends",
        "categorical_ce",
        {"Y": np.eye(3)[ENDS["y"]], "P": ENDS["P"]},
        keras("categorical_crossentropy", "Y", "P", cells=False).following("keras"),
        objects("CategoricalCrossentropy", "Y", "P"),
        sklearn("log_loss", call("numpy.argmax", "Y", 1), "P", labels=[0, 1, 2]).following("sklearn"),
    ),
    example(
        "rows that do not sum to 1",
        "categorical_ce",
        {"Y": np.eye(2)[LOOSE["y"]], "P": LOOSE["P"]},
        keras("categorical_crossentropy", "Y", "P", cells=False).following("keras"),
        sklearn("log_loss", call("numpy.argmax", "Y", 1), "P", labels=[0, 1]).following("sklearn"),
    ),
    example(
        "logits taken for probabilities",
        "categorical_ce",
        {"Y": numbers([1, 0, 0]), "P": numbers([2.0, 1.0, 0.1])},
        keras("categorical_crossentropy", "Y", "P", cells=False).following("keras"),
    ),
    case(
        "clipped",
        "categorical_ce",
        {"Y": TARGET_ROWS, "P": OTHER_ROWS},
        of(
            "numpy.negative",
            call("numpy.vecdot", "Y", call("numpy.log", call("numpy.clip", "P", 0.25, 0.75))),
        ),
        params={"eps": 0.25},
    ),
)

INDICES = (
    case(
        "classes",
        "sparse_categorical_ce",
        DEALT,
        keras("sparse_categorical_crossentropy", "y", "P", cells=False).following("keras"),
        torch("nll_loss", logs("P"), "y"),
        sklearn("log_loss", "y", "P", labels=FOUR).following("sklearn"),
        boosted("xgboost", "mlogloss"),
        boosted("lightgbm", "multi_logloss", num_class=4),
    ),
    case(
        "clipped",
        "sparse_categorical_ce",
        DEALT,
        torch("nll_loss", logs(call("numpy.clip", "P", 0.25, 0.75)), "y"),
        params={"eps": 0.25},
    ),
    case(
        "weighted",
        "sparse_categorical_ce",
        {**DEALT, "w": WEIGHTED},
        sklearn("log_loss", "y", "P", labels=FOUR, reduction="weighted mean", sample_weight=W),
        objects("SparseCategoricalCrossentropy", "y", "P", "weighted mean", w=W),
        boosted("xgboost", "mlogloss", "weighted mean", w=W),
        boosted("lightgbm", "multi_logloss", "weighted mean", w=W, num_class=4),
    ),
    case(
        "a class left out",
        "sparse_categorical_ce",
        DEALT,
        keras("sparse_categorical_crossentropy", "y", "P", cells=False, ignore_class=2).following("keras"),
        objects("SparseCategoricalCrossentropy", "y", "P", ignore_class=2),
        torch("nll_loss", logs("P"), "y", ignore_index=2),
        params={"ignore_index": 2},
    ),
    example(
        "ends",
        "sparse_categorical_ce",
        ENDS,
        keras("sparse_categorical_crossentropy", "y", "P", cells=False).following("keras"),
        objects("SparseCategoricalCrossentropy", "y", "P"),
        sklearn("log_loss", "y", "P", labels=[0, 1, 2]).following("sklearn"),
        boosted("xgboost", "mlogloss"),
        boosted("lightgbm", "multi_logloss", num_class=3),
        torch("nll_loss", logs("P"), "y"),
    ),
    example(
        "tiny",
        "sparse_categorical_ce",
        TINY,
        keras("sparse_categorical_crossentropy", "y", "P", cells=False).following("keras"),
        sklearn("log_loss", "y", "P", labels=[0, 1, 2]).following("sklearn"),
        boosted("xgboost", "mlogloss"),
        boosted("lightgbm", "multi_logloss", num_class=3),
        torch("nll_loss", logs("P"), "y"),
    ),
    example(
        "rows that do not sum to 1",
        "sparse_categorical_ce",
        LOOSE,
        keras("sparse_categorical_crossentropy", "y", "P", cells=False).following("keras"),
        sklearn("log_loss", "y", "P", labels=[0, 1]).following("sklearn"),
    ),
    example(
        "one row",
        "sparse_categorical_ce",
        {"y": np.array([0]), "P": ROW},
        torch("nll_loss", logs("P"), "y"),
        printed=[0.3567],
    ),
)

LOGITS_OF_ROWS = (
    case(
        "soft rows",
        "softmax_ce",
        ROWS,
        torch("cross_entropy", "Z", "Y"),
        keras("categorical_crossentropy", "Y", "Z", cells=False, from_logits=True),
        optax("softmax_cross_entropy", "Z", "Y"),
        optax("safe_softmax_cross_entropy", "Z", "Y"),
    ),
    case(
        "smoothed",
        "softmax_ce",
        ROWS,
        torch("cross_entropy", "Z", "Y", label_smoothing=0.25),
        keras("categorical_crossentropy", "Y", "Z", cells=False, from_logits=True, label_smoothing=0.25),
        params={"label_smoothing": 0.25},
    ),
    case(
        "class weights",
        "softmax_ce",
        ROWS,
        torch("cross_entropy", "Z", "Y", weight=call("numpy.array", CLASS_WEIGHTS)),
        torch("cross_entropy", "Z", "Y", weight=call("numpy.array", CLASS_WEIGHTS), label_smoothing=0.0),
        params={"weight": CLASS_WEIGHTS},
    ),
    example(
        "class weights and one-hot rows",
        "softmax_ce",
        {"Y": np.eye(2)[T4["y"]], "Z": T4["Z"]},
        Asked(
            call("torch.nn.functional.cross_entropy", "Z", "Y", weight=call("numpy.array", [1.0, 4.0])),
            "mean",
        ),
        params={"weight": [1.0, 4.0]},
        printed=0.9599,
    ),
    case(
        "weighted",
        "softmax_ce",
        {**ROWS, "w": WEIGHTED},
        objects("CategoricalCrossentropy", "Y", "Z", "weighted mean", from_logits=True, w=W),
    ),
    example(
        "far apart",
        "softmax_ce",
        {"Y": numbers([1, 0], [0.5, 0.5]), "Z": numbers([-1000, 0], [1000, 0])},
        torch("cross_entropy", "Z", "Y"),
        keras("categorical_crossentropy", "Y", "Z", cells=False, from_logits=True),
        optax("safe_softmax_cross_entropy", "Z", "Y"),
        printed=[1000.0, 500.0],
    ),
)


def torch_mean(**options: Any) -> Asked:
    """torch's cross-entropy, with its own mean."""
    return Asked(call("torch.nn.functional.cross_entropy", "Z", "y", **options), "mean")


LOGITS_OF_INDICES = (
    case(
        "classes",
        "sparse_softmax_ce",
        SCORED,
        torch("cross_entropy", "Z", "y"),
        keras("sparse_categorical_crossentropy", "y", "Z", cells=False, from_logits=True),
        optax("softmax_cross_entropy_with_integer_labels", "Z", "y"),
    ),
    *(
        case(
            f"{name}",
            "sparse_softmax_ce",
            SCORED,
            torch("cross_entropy", "Z", "y", **options),
            torch_mean(**options),
            params=params,
        )
        for name, params, options in (
            ("smoothed", {"label_smoothing": 0.25}, {"label_smoothing": 0.25}),
            (
                "class weights",
                {"weight": CLASS_WEIGHTS},
                {"weight": call("numpy.array", CLASS_WEIGHTS)},
            ),
            (
                "all at once",
                {"weight": CLASS_WEIGHTS, "label_smoothing": 0.125, "ignore_index": 1},
                {
                    "weight": call("numpy.array", CLASS_WEIGHTS),
                    "label_smoothing": 0.125,
                    "ignore_index": 1,
                },
            ),
        )
    ),
    case(
        "rows left out",
        "sparse_softmax_ce",
        MARKED,
        torch("cross_entropy", "Z", "y").following("torch"),
        torch_mean().following("torch"),
    ),
    case(
        "a class left out",
        "sparse_softmax_ce",
        SCORED,
        keras("sparse_categorical_crossentropy", "y", "Z", cells=False, from_logits=True, ignore_class=2),
        params={"ignore_index": 2},
    ),
    case(
        "weighted",
        "sparse_softmax_ce",
        {**SCORED, "w": WEIGHTED},
        objects("SparseCategoricalCrossentropy", "y", "Z", "weighted mean", from_logits=True, w=W),
    ),
    example(
        "class weights and indices",
        "sparse_softmax_ce",
        T4,
        torch_mean(weight=call("numpy.array", [1.0, 4.0])),
        params={"weight": [1.0, 4.0]},
        printed=0.4799,
    ),
    example(
        "probabilities taken for logits",
        "sparse_softmax_ce",
        {"y": np.array([0]), "Z": ROW},
        torch("cross_entropy", "Z", "y"),
        optax("softmax_cross_entropy_with_integer_labels", "Z", "y"),
        printed=[0.7679],
    ),
    example(
        "one row of logits",
        "sparse_softmax_ce",
        {"y": np.array([0]), "Z": numbers([2.0, 1.0, 0.1])},
        torch("cross_entropy", "Z", "y"),
        printed=[0.417],
    ),
)

CASES = PROBABILITIES + INDICES + LOGITS_OF_ROWS + LOGITS_OF_INDICES
