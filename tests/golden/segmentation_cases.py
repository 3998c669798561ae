"""Cases of masks: one a row, empty ones, several classes; each framework's smoothing and pooling."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.golden.asking import of
from tests.golden.cases import Asked, Case, numbers
from tests.golden.samples.foreign import Call, Name


def case(name: str, loss: str, arrays: Any, *asked: Asked, **facts: Any) -> Case:
    """A case whose arrays are the loss's inputs in order."""
    return Case(name, loss, arrays, tuple(arrays), asked, **facts)


def ask(library: str, name: str, reduction: str = "none", **options: Any) -> Asked:
    """A script of ours that hands the masks to a library."""
    given = (name, Name("p"), Name("y"))
    return Asked(Call(f"tests.golden.masks.{library}", given, options), reduction)


def keras(function: str, convention: str, **options: Any) -> tuple[Asked, Asked]:
    """A function of keras.losses on each mask, and on all of them pooled."""
    call = f"keras.losses.{function}"
    own = of(call, "y", "p", axis=1, **options).following(convention)
    return own, of(call, "y", "p", reduction="set", **options).following(convention)


MASKS = {
    "y": numbers([1, 1, 0, 0, 1], [0, 1, 0, 0, 0], [0, 0, 1, 1, 0], [1, 1, 1, 1, 0]),
    "p": numbers(
        [0.875, 0.25, 0.625, 0.125, 0.5],
        [0.0625, 0.75, 0.25, 0.03125, 0.5],
        [0.5, 0.125, 0.9375, 0.75, 0.375],
        [0.25, 0.5, 0.875, 0.625, 0.75],
    ),
}
WIDE = {
    "y": numbers([1, 0, 0, 1, 1, 0, 1, 0], [0, 0, 0, 0, 0, 1, 1, 1]),
    "p": numbers(
        [0.75, 0.125, 0.375, 0.625, 0.875, 0.25, 0.5, 0.0625],
        [0.25, 0.125, 0.5, 0.375, 0.0625, 0.75, 0.9375, 0.625],
    ),
}
EMPTY = {
    "y": numbers([1, 1, 0, 0], [0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0], [1, 0, 1, 0]),
    "p": numbers(
        [0.875, 0.25, 0.625, 0.125],
        [0.0, 0.0, 0.0, 0.0],
        [0.125, 0.25, 0.0, 0.0],
        [0.25, 0.0, 0.0, 0.5],
        [1.0, 0.0, 1.0, 0.0],
    ),
}
TRAP = {"y": numbers([1, 1, 0, 0]), "p": np.array([[0.9, 0.2, 0.6, 0.1]])}
TWO = {"y": numbers([1, 1], [0, 1]), "p": np.array([[0.9, 0.8], [0.1, 0.2]])}
SHAPES = {"five": MASKS, "eight": WIDE}
UNEVEN = {"alpha": 0.7, "beta": 0.3}


def exactly(name: str, **options: Any) -> Asked:
    """A loss of MONAI without its smoothing."""
    return ask("monai", name, smooth_nr=0.0, smooth_dr=0.0, **options)


# --- Dice -----------------------------------------------------------------------------------------

DICE = tuple(
    entry
    for shape, arrays in SHAPES.items()
    for entry in (
        case(shape, "dice", arrays, exactly("DiceLoss")),
        case(
            f"{shape}, squared",
            "dice",
            arrays,
            exactly("DiceLoss", squared_pred=True),
            ask("monai", "DiceLoss", squared_pred=True).following("monai"),
            params={"squared": "yes"},
        ),
        case(
            f"{shape}, as each computes it",
            "dice",
            arrays,
            *keras("dice", "keras"),
            ask("monai", "DiceLoss").following("monai"),
            ask("optax", "binary_dice_loss").following("optax"),
        ),
        case(
            f"{shape}, smooth",
            "dice",
            arrays,
            ask("monai", "DiceLoss", smooth_nr=0.5, smooth_dr=0.5),
            ask("optax", "binary_dice_loss", smooth=0.25),
            params={"smooth": 0.5},
        ),
    )
)
AT_THE_EDGE = (
    case(
        "empty masks",
        "dice",
        EMPTY,
        *keras("dice", "keras"),
        ask("monai", "DiceLoss").following("monai"),
        ask("optax", "binary_dice_loss").following("optax"),
        randomise=False,
    ),
    case("one mask", "dice", TRAP, exactly("DiceLoss"), printed=[0.4211], randomise=False),
    case("two masks", "dice", TWO, exactly("DiceLoss"), printed=0.3867, randomise=False),
    case("two masks, pooled", "dice", TWO, *keras("dice", "keras"), randomise=False),
)

# --- Tversky, Jaccard -----------------------------------------------------------------------------

TVERSKY = tuple(
    entry
    for shape, arrays in SHAPES.items()
    for entry in (
        case(shape, "tversky", arrays, exactly("TverskyLoss")),
        case(
            f"{shape}, uneven",
            "tversky",
            arrays,
            exactly("TverskyLoss", **UNEVEN),
            *keras("tversky", "keras", **UNEVEN),
            ask("monai", "TverskyLoss", **UNEVEN).following("monai"),
            ask("optax", "dice_loss", **UNEVEN).following("optax"),
            params=UNEVEN,
        ),
        case(
            f"{shape}, smooth",
            "tversky",
            arrays,
            ask("optax", "dice_loss", smooth=0.25, **UNEVEN),
            params={**UNEVEN, "smooth": 0.25},
        ),
        case(
            shape,
            "jaccard",
            arrays,
            exactly("DiceLoss", jaccard=True),
            ask("monai", "DiceLoss", jaccard=True).following("monai"),
        ),
        *(
            case(
                f"{shape}, power {gamma:g}",
                "focal_tversky",
                arrays,
                exactly("TverskyLoss", power=gamma, **UNEVEN),
                params=UNEVEN if gamma == 0.75 else {**UNEVEN, "gamma": gamma},
            )
            for gamma in (0.75, 2.5)
        ),
    )
)
WORKED = (
    case(
        "one mask",
        "tversky",
        TRAP,
        exactly("TverskyLoss", **UNEVEN),
        *keras("tversky", "keras", **UNEVEN),
        params=UNEVEN,
        printed=[0.4086],
        randomise=False,
    ),
    case(
        "empty masks",
        "tversky",
        EMPTY,
        *keras("tversky", "keras", **UNEVEN),
        ask("monai", "TverskyLoss", **UNEVEN).following("monai"),
        ask("optax", "dice_loss", **UNEVEN).following("optax"),
        params=UNEVEN,
        randomise=False,
    ),
    case(
        "empty masks",
        "jaccard",
        EMPTY,
        ask("monai", "DiceLoss", jaccard=True).following("monai"),
        randomise=False,
    ),
)

# --- classes --------------------------------------------------------------------------------------

CLASSES = {
    "y": numbers(
        [[1, 1, 0, 0, 0], [0, 0, 1, 0, 0], [0, 0, 0, 1, 1]],
        [[1, 1, 1, 1, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 1]],
        [[0, 0, 0, 1, 0], [1, 0, 1, 0, 0], [0, 1, 0, 0, 1]],
    ),
    "p": numbers(
        [[0.75, 0.5, 0.25, 0.125, 0.125], [0.125, 0.25, 0.5, 0.125, 0.25], [0.125, 0.25, 0.25, 0.75, 0.625]],
        [[0.875, 0.5, 0.625, 0.75, 0.25], [0.0625, 0.25, 0.125, 0.0, 0.5], [0.0625, 0.25, 0.25, 0.25, 0.25]],
        [
            [0.25, 0.5, 0.125, 0.625, 0.0],
            [0.625, 0.25, 0.75, 0.25, 0.125],
            [0.125, 0.25, 0.125, 0.125, 0.875],
        ],
    ),
}
TWO_CLASSES = {
    "y": numbers([[1, 1, 0, 1], [0, 0, 1, 0]], [[0, 1, 0, 0], [1, 0, 1, 1]]),
    "p": numbers(
        [[0.75, 0.5, 0.25, 0.625], [0.25, 0.5, 0.75, 0.375]],
        [[0.375, 0.875, 0.0625, 0.5], [0.625, 0.125, 0.9375, 0.5]],
    ),
}
GENERALIZED = tuple(
    entry
    for shape, arrays in {"three": CLASSES, "two": TWO_CLASSES}.items()
    for kind in ("square", "simple", "uniform")
    for entry in (
        case(
            f"{shape}, {kind}",
            "generalized_dice",
            arrays,
            ask("monai", "GeneralizedDiceLoss", w_type=kind).following("monai"),
            params={} if kind == "square" else {"w_type": kind},
        ),
    )
)
EVEN = (
    case(
        "uniform",
        "generalized_dice",
        CLASSES,
        exactly("GeneralizedDiceLoss", w_type="uniform"),
        params={"w_type": "uniform"},
    ),
    *(
        case(
            f"{name}, weighted by the batch",
            "generalized_dice",
            arrays,
            ask("optax", "multiclass_generalized_dice_loss", reduction="set").following("optax"),
            randomise=False,
        )
        for name, arrays in {"three": CLASSES, "two": TWO_CLASSES}.items()
    ),
    case(
        "one row, weighted by the batch",
        "generalized_dice",
        {key: array[:1] for key, array in CLASSES.items()},
        ask("optax", "multiclass_generalized_dice_loss", reduction="set").following("optax"),
        randomise=False,
    ),
)

CASES = DICE + AT_THE_EDGE + TVERSKY + WORKED + GENERALIZED + EVEN
