"""Cases of binary labels against probabilities, logits and scores: every framework, also where it differs."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.golden.asking import keras, of, optax, sklearn, torch
from tests.golden.cases import CHANCES, HARD, SCORES, SOFT, WEIGHTS, Asked, Case, numbers
from tests.golden.samples.foreign import Call, Name, call


def case(name: str, loss: str, arrays: Any, *asked: Asked, **facts: Any) -> Case:
    """A case whose arrays are the loss's inputs in order (`w`, the weights, apart)."""
    return Case(name, loss, arrays, tuple(key for key in arrays if key != "w"), asked, **facts)


def ask(function: str, word: str, *names: str, reduction: str = "mean", **options: Any) -> Asked:
    """A metric of a booster, or a class of losses, by its own word."""
    given = (word, *(Name(name) for name in names))
    return Asked(Call(f"tests.golden.{function}", given, options), reduction)


def booster(library: str, metric: str, *names: str) -> Asked:
    """A metric of a booster on all rows together."""
    return ask(f"boosters.{library}", metric, *names)


def keras_class(name: str, *names: str, **options: Any) -> Asked:
    """A class of keras.losses with weights, under its own convention."""
    asked = ask("loss_objects.keras", name, *names, reduction="weighted mean", w=WHOLE_WEIGHTS, **options)
    return asked.following(f"keras.{name}")


WHOLE_WEIGHTS = call("numpy.asarray", "w")
LABELS = call("numpy.int64", "y")
PAIR = {"y": HARD, "p": CHANCES}
SOFT_PAIR = {"y": SOFT, "p": CHANCES}
HARD_COLUMNS = numbers([1, 0, 1], [0, 0, 1], [1, 1, 0], [0, 1, 0])
SOFT_COLUMNS = numbers([0.75, 0.125, 1.0], [0.5, 0.0, 0.875], [0.25, 1.0, 0.375], [0.0, 0.625, 0.5])
CHANCE_COLUMNS = numbers([0.875, 0.25, 0.375], [0.0625, 0.5, 0.75], [0.625, 0.9375, 0.125], [0.25, 0.75, 0.5])
LOGIT_COLUMNS = numbers([2.5, -1.75, 6.0], [-3.25, 1.5, -0.75], [4.0, -12.5, 30.0], [-7.5, 9.25, 1.25])

# --- probabilities --------------------------------------------------------------------------------

LIGHT = booster("lightgbm", "binary_logloss", "y", "p")
LIGHT_SOFT = booster("lightgbm", "cross_entropy", "y", "p")
BOOSTED = booster("xgboost", "logloss", "y", "p")
LOG_LOSS = sklearn("log_loss", "y", "p", labels=[0, 1])
TORCH_BCE = torch("binary_cross_entropy", "p", "y")
KERAS_BCE = keras("binary_crossentropy", "y", "p")


def at_end(name: str, label: float, chance: float) -> Case:
    """A row at the end of the domain, where each clips in its own way; twice, since LightGBM wants two."""
    return case(
        name,
        "bce",
        {"y": np.array([label, label]), "p": np.array([chance, chance])},
        TORCH_BCE.following("torch"),
        KERAS_BCE.following("keras"),
        LOG_LOSS.following("sklearn"),
        BOOSTED.following("xgboost"),
        LIGHT.following("lightgbm"),
        LIGHT_SOFT.following("lightgbm.cross_entropy"),
        of("scoringrules.log_score", "y", "p").following("scoringrules"),
        randomise=False,
    )


PROBABILITIES = (
    case(
        "boosters and scores",
        "bce",
        PAIR,
        BOOSTED,
        LIGHT,
        LIGHT_SOFT,
        LOG_LOSS,
        of("scoringrules.log_score", "y", "p"),
    ),
    case("columns", "bce", {"y": SOFT_COLUMNS, "p": CHANCE_COLUMNS}, TORCH_BCE, KERAS_BCE),
    case("soft labels", "bce", SOFT_PAIR, BOOSTED, LIGHT_SOFT, LIGHT.following("lightgbm.binary_logloss")),
    at_end("a chance of 0 for 1", 1.0, 0.0),
    at_end("a chance of 1 for 0", 0.0, 1.0),
    at_end("a chance of 0 for 0", 0.0, 0.0),
    at_end("a chance of 1 for 1", 1.0, 1.0),
    at_end("the smallest chance", 1.0, 5e-324),
    at_end("a chance that adding 1 loses", 1.0, 1e-17),
    at_end("next to 1", 0.0, 1.0 - 2.0**-53),
    case(
        "soft labels at the ends",
        "bce",
        {"y": np.array([0.25, 0.75, 0.5, 0.5]), "p": np.array([0.0, 1.0, 1e-60, 1e-10])},
        TORCH_BCE.following("torch"),
        KERAS_BCE.following("keras"),
        BOOSTED.following("xgboost"),
        LIGHT_SOFT.following("lightgbm.cross_entropy"),
        randomise=False,
    ),
    case(
        "weighted",
        "bce",
        {**PAIR, "w": WEIGHTS},
        of(
            "torch.nn.functional.binary_cross_entropy",
            "p",
            "y",
            reduction="weighted mean",
            weight=WHOLE_WEIGHTS,
        ).following("torch"),
        keras_class("BinaryCrossentropy", "y", "p"),
        ask("boosters.xgboost", "logloss", "y", "p", "w", reduction="weighted mean"),
        ask("boosters.lightgbm", "binary_logloss", "y", "p", "w", reduction="weighted mean"),
    ),
    case(
        "even chances, weighted",
        "bce",
        {"y": numbers(0, 1), "p": numbers(0.5, 0.5), "w": numbers(1, 3)},
        of(
            "torch.nn.functional.binary_cross_entropy",
            "p",
            "y",
            reduction="weighted mean",
            weight=WHOLE_WEIGHTS,
        ).following("torch"),
        sklearn("log_loss", "y", "p", reduction="weighted mean", sample_weight=WHOLE_WEIGHTS),
        printed=[0.6931, 0.6931],
        randomise=False,
    ),
    case(
        "smoothed labels",
        "bce",
        PAIR,
        keras("binary_crossentropy", "y", "p", label_smoothing=0.25),
        params={"label_smoothing": 0.25},
    ),
    case(
        "clipped",
        "bce",
        {"y": numbers(1, 0, 1, 0.5), "p": np.array([0.0, 1.0, 0.75, 0.25])},
        torch("binary_cross_entropy", call("numpy.clip", "p", 2.0**-10, 1.0 - 2.0**-10), "y"),
        params={"eps": 2.0**-10},
        randomise=False,
    ),
)

# --- logits ---------------------------------------------------------------------------------------

TORCH_LOGITS = torch("binary_cross_entropy_with_logits", "z", "y")
LOGITS = (
    case(
        "columns",
        "bce_logits",
        {"y": SOFT_COLUMNS, "z": LOGIT_COLUMNS},
        TORCH_LOGITS,
        optax("sigmoid_binary_cross_entropy", "z", "y"),
    ),
    case(
        "a weight of positives",
        "bce_logits",
        {"y": SOFT, "z": SCORES},
        torch(
            "binary_cross_entropy_with_logits",
            "z",
            "y",
            pos_weight=call("numpy.asarray", call("numpy.full", 1, 2.75)),
        ),
        params={"pos_weight": 2.75},
    ),
    case(
        "smoothed labels",
        "bce_logits",
        {"y": HARD, "z": SCORES},
        keras("binary_crossentropy", "y", "z", from_logits=True, label_smoothing=0.25),
        params={"label_smoothing": 0.25},
    ),
    case(
        "weighted",
        "bce_logits",
        {"y": HARD, "z": SCORES, "w": WEIGHTS},
        of(
            "torch.nn.functional.binary_cross_entropy_with_logits",
            "z",
            "y",
            reduction="weighted mean",
            weight=WHOLE_WEIGHTS,
        ).following("torch"),
        keras_class("BinaryCrossentropy", "y", "z", from_logits=True),
    ),
    case(
        "the NumPy backend of Keras",
        "bce_logits",
        {"y": numbers(1, 0, 1, 0, 0.25), "z": numbers(-100, 20, 2.5, -1.5, 17)},
        Asked(
            Call(
                "tests.golden.numpy_backend.keras",
                ("binary_crossentropy", Name("y"), Name("z")),
                {"from_logits": True},
            )
        ).following("keras.numpy_backend"),
        randomise=False,
    ),
)

# --- focal loss -----------------------------------------------------------------------------------

MONAI = Asked(
    Call("tests.golden.loss_objects.monai", ("FocalLoss", Name("z"), Name("y")), {"reduction": "none"})
)
KERAS_FOCAL = keras("binary_focal_crossentropy", "y", "p")
FOCAL = (
    case("hard labels", "binary_focal", PAIR, KERAS_FOCAL),
    case("columns of soft labels", "binary_focal", {"y": SOFT_COLUMNS, "p": CHANCE_COLUMNS}, KERAS_FOCAL),
    case(
        "alpha and gamma",
        "binary_focal",
        SOFT_PAIR,
        keras("binary_focal_crossentropy", "y", "p", apply_class_balancing=True, alpha=0.75, gamma=3.5),
        params={"alpha": 0.75, "gamma": 3.5},
    ),
    case(
        "one row",
        "binary_focal",
        {"y": numbers(1), "p": numbers(0.3)},
        KERAS_FOCAL,
        printed=[0.58995],
        randomise=False,
    ),
    case(
        "one row, balanced",
        "binary_focal",
        {"y": numbers(1), "p": numbers(0.3)},
        keras("binary_focal_crossentropy", "y", "p", apply_class_balancing=True),
        params={"alpha": 0.25},
        printed=[0.14749],
        randomise=False,
    ),
    case(
        "smoothed labels",
        "binary_focal",
        PAIR,
        keras("binary_focal_crossentropy", "y", "p", label_smoothing=0.25),
        params={"label_smoothing": 0.25},
    ),
    case(
        "the ends",
        "binary_focal",
        {"y": numbers(1, 0, 1, 0, 0.5), "p": np.array([0.0, 1.0, 1.0, 0.0, 0.0])},
        KERAS_FOCAL.following("keras"),
        randomise=False,
    ),
    case(
        "weighted", "binary_focal", {**PAIR, "w": WEIGHTS}, keras_class("BinaryFocalCrossentropy", "y", "p")
    ),
    case(
        "logits",
        "binary_focal",
        {"y": SOFT, "z": SCORES},
        optax("sigmoid_focal_loss", "z", "y"),
        params={"from_logits": "yes"},
    ),
    case(
        "logits, alpha and gamma",
        "binary_focal",
        {"y": SOFT_COLUMNS, "z": LOGIT_COLUMNS},
        optax("sigmoid_focal_loss", "z", "y", alpha=0.75, gamma=3.5),
        params={"from_logits": "yes", "alpha": 0.75, "gamma": 3.5},
    ),
    case(
        "logits behind Keras's clip",
        "binary_focal",
        {"y": numbers(1, 0, 1, 0, 0.25), "z": numbers(-100, 20, 2.5, -1.5, -5)},
        keras("binary_focal_crossentropy", "y", "z", from_logits=True).following("keras"),
        params={"from_logits": "yes"},
        randomise=False,
    ),
    case(
        "logits as they take them",
        "binary_focal",
        {"y": SOFT, "z": SCORES},
        optax("sigmoid_focal_loss", "z", "y").following("optax"),
        MONAI.following("monai"),
    ),
)

# --- classes --------------------------------------------------------------------------------------

HALVES = {"y": numbers(1, 0, 1, 0, 1), "p": np.array([0.5, 0.5, 0.5 + 1e-10, 0.5 + 1e-10, 0.25])}
CLASSES = (
    case(
        "both classes",
        "brier",
        PAIR,
        sklearn("brier_score_loss", "y", "p", scale_by_half=False),
        params={"scale_by_half": "no"},
    ),
    case(
        "two rows, both classes",
        "brier",
        {"y": numbers(1, 0), "p": np.array([0.8, 0.3])},
        sklearn("brier_score_loss", "y", "p", scale_by_half=False),
        params={"scale_by_half": "no"},
        printed=[0.08, 0.18],
        randomise=False,
    ),
    case("scores", "brier", PAIR, of("scoringrules.brier_score", "y", "p")),
    case("columns", "brier", {"y": HARD_COLUMNS, "p": CHANCE_COLUMNS}, torch("mse_loss", "p", "y")),
    case(
        "halves",
        "zero_one",
        HALVES,
        of(
            "numpy.subtract",
            1.0,
            call("keras.metrics.binary_accuracy", "y", "p"),
        ).following("keras"),
        booster("xgboost", "error", "y", "p").following("xgboost"),
        booster("lightgbm", "binary_error", "y", "p").following("lightgbm"),
        of(
            "torchmetrics.functional.classification.binary_hamming_distance", "p", LABELS, reduction="set"
        ).following("torchmetrics"),
        randomise=False,
    ),
    case(
        "a score that is no probability",
        "zero_one",
        {"y": numbers(0, 1, 0), "p": numbers(0.25, 0.875, 2)},
        of(
            "torchmetrics.functional.classification.binary_hamming_distance", "p", LABELS, reduction="set"
        ).following("torchmetrics"),
        randomise=False,
    ),
    case(
        "another threshold",
        "zero_one",
        HALVES,
        booster("xgboost", "error@0.3", "y", "p").following("xgboost"),
        params={"threshold": 0.3},
        randomise=False,
    ),
)

CASES: tuple[Case, ...] = PROBABILITIES + LOGITS + FOCAL + CLASSES
