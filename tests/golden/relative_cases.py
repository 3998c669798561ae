"""Cases of relative errors: logarithms, shares of the target, of both numbers, of all targets."""

from __future__ import annotations

from typing import Any

from tests.golden.asking import (
    W,
    boosted,
    column,
    framed,
    keras,
    keras_class,
    of,
    sklearn,
    sklearn_cells,
    torchmetrics,
)
from tests.golden.cases import COUNTS, GUESSES, P_COLUMNS, WEIGHTS, Y_COLUMNS, Asked, Case, P, Y, numbers
from tests.golden.samples.foreign import call

PAIR = {"y": Y, "p": P}
TABLE = {"y": Y_COLUMNS, "p": P_COLUMNS}
POSITIVE = {"y": COUNTS, "p": GUESSES}
POSITIVE_TABLE = {
    "y": numbers([2.5, 30.0], [17.0, 1.25], [64.0, 5.0]),
    "p": numbers([3.0, 12.5], [11.0, 2.5], [80.5, 7.25]),
}
HALVES = {"y": numbers(-0.5, 0.0, 3.0, -0.25), "p": numbers(1.0, 2.0, -0.75, -0.5)}
TINY = {"y": numbers(2, 4, 0.5, 1e-16), "p": numbers(1, 5, 1, 1)}
ZEROS = {"y": numbers(2, 4, 0), "p": numbers(1, 5, 1)}
NOTHING = {"y": numbers(2, 4, 0), "p": numbers(1, 5, 0)}
SMALL = {"y": numbers(1e-7, -2e-7, 0.0), "p": numbers(2e-7, 1e-7, 5e-7)}
MSLE, MAPE = "mean_squared_logarithmic_error", "mean_absolute_percentage_error"
SMAPE, WMAPE = "symmetric_mean_absolute_percentage_error", "weighted_mean_absolute_percentage_error"
PERCENT = "MeanAbsolutePercentageError"


def case(name: str, loss: str, arrays: Any, *asked: Asked, **facts: Any) -> Case:
    """A case over a target `y` and a prediction `p`."""
    return Case(name, loss, arrays, ("y", "p"), asked, **facts)


def worked(name: str, loss: str, arrays: Any, *asked: Asked, **facts: Any) -> Case:
    """A case of these numbers and no others."""
    return case(name, loss, arrays, *asked, randomise=False, **facts)


def followed(*asked: Asked) -> tuple[Asked, ...]:
    """Questions whose answers losscli gives under the convention of the one who is asked."""
    words = {"scikit-learn": "sklearn"}
    return tuple(one.following(words.get(one.call.library, one.call.library)) for one in asked)


LOGARITHMS = (
    case(
        "counts",
        "msle",
        POSITIVE,
        keras(MSLE, "y", "p"),
        keras(MSLE, "y", "p").following("keras"),
        sklearn_cells("mean_squared_log_error", "y", "p"),
        torchmetrics("mean_squared_log_error", "p", "y"),
    ),
    case(
        "weighted",
        "msle",
        {**POSITIVE, "w": WEIGHTS[: len(COUNTS)]},
        sklearn("mean_squared_log_error", "y", "p", reduction="weighted mean", sample_weight=W),
        keras_class("MeanSquaredLogarithmicError", "weighted mean", w=W).following(
            "keras.MeanSquaredLogarithmicError"
        ),
    ),
    worked(
        "negative counts",
        "msle",
        HALVES,
        torchmetrics("mean_squared_log_error", "p", "y"),
        sklearn("mean_squared_log_error", "y", "p"),
        keras(MSLE, "y", "p").following("keras"),
    ),
    worked(
        "a negative count",
        "msle",
        {"y": numbers(-0.5), "p": numbers(1.0)},
        torchmetrics("mean_squared_log_error", "p", "y"),
        keras(MSLE, "y", "p").following("keras"),
        printed=[1.9218],
    ),
    worked(
        "below the logarithm",
        "msle",
        {"y": numbers(-3.0, 2.0), "p": numbers(1.0, -7.5)},
        keras(MSLE, "y", "p").following("keras"),
    ),
    case(
        "counts",
        "rmsle",
        POSITIVE,
        sklearn("root_mean_squared_log_error", "y", "p", reduction="set"),
        of("numpy.sqrt", call("torchmetrics.functional.mean_squared_log_error", "p", "y"), reduction="set"),
        boosted("xgboost", "rmsle", "set"),
    ),
    case(
        "columns",
        "rmsle",
        POSITIVE_TABLE,
        sklearn("root_mean_squared_log_error", "y", "p", reduction="set").following("sklearn"),
        of("numpy.sqrt", call("torchmetrics.functional.mean_squared_log_error", "p", "y"), reduction="set"),
    ),
    worked(
        "pooled and separate",
        "rmsle",
        {"y": numbers([0, 0], [0, 0]), "p": numbers([1, 99], [1, 1])},
        sklearn("root_mean_squared_log_error", "y", "p", reduction="set").following("sklearn"),
        of("numpy.sqrt", call("torchmetrics.functional.mean_squared_log_error", "p", "y"), reduction="set"),
        printed=2.3795,
    ),
)

SHARES = (
    case(
        "vector",
        "mape",
        PAIR,
        of("numpy.divide", call(f"keras.losses.{MAPE}", column("y"), column("p")), 100.0),
        keras(MAPE, "y", "p").following("keras"),
        sklearn_cells(MAPE, "y", "p"),
        torchmetrics(MAPE, "p", "y"),
        boosted("xgboost", "mape"),
        boosted("lightgbm", "mape").following("lightgbm"),
        framed("mape"),
    ),
    case("columns", "mape", TABLE, torchmetrics(MAPE, "p", "y"), sklearn(MAPE, "y", "p")),
    case(
        "weighted",
        "mape",
        {**PAIR, "w": WEIGHTS},
        sklearn(MAPE, "y", "p", reduction="weighted mean", sample_weight=W),
        boosted("xgboost", "mape", "weighted mean", w=W),
        boosted("lightgbm", "mape", "weighted mean", w=W).following("lightgbm"),
        keras_class(PERCENT, "weighted mean", w=W).following(f"keras.{PERCENT}"),
    ),
    worked(
        "two rows",
        "mape",
        {"y": numbers(2, 4), "p": numbers(1, 5)},
        sklearn_cells(MAPE, "y", "p"),
        printed=[0.5, 0.25],
    ),
    worked(
        "percent", "mape", {"y": numbers(2, 4), "p": numbers(1, 5)}, keras(MAPE, "y", "p").following("keras")
    ),
    worked(
        "a target of almost 0",
        "mape",
        TINY,
        *followed(
            sklearn_cells(MAPE, "y", "p"),
            torchmetrics(MAPE, "p", "y"),
            keras(MAPE, "y", "p"),
            boosted("lightgbm", "mape"),
        ),
    ),
    worked(
        "a target of 0",
        "mape",
        ZEROS,
        *followed(
            sklearn(MAPE, "y", "p"),
            torchmetrics(MAPE, "p", "y"),
            keras(MAPE, "y", "p"),
            boosted("lightgbm", "mape"),
            boosted("xgboost", "mape"),
        ),
    ),
    case("vector", "smape", PAIR, framed("smape"), torchmetrics(SMAPE, "p", "y").following("torchmetrics")),
    case("scale 2", "smape", PAIR, torchmetrics(SMAPE, "p", "y"), params={"scale": 2.0}),
    case("columns", "smape", TABLE, torchmetrics(SMAPE, "p", "y").following("torchmetrics")),
    worked(
        "nothing of nothing",
        "smape",
        NOTHING,
        framed("smape"),
        torchmetrics(SMAPE, "p", "y").following("torchmetrics"),
        printed=0.1481,
    ),
    worked(
        "almost nothing",
        "smape",
        SMALL,
        framed("smape"),
        torchmetrics(SMAPE, "p", "y").following("torchmetrics"),
    ),
    case(
        "vector",
        "wape",
        PAIR,
        *(framed(name, "set") for name in ("nd", "wape")),
        torchmetrics(WMAPE, "p", "y", reduction="set"),
    ),
    case("columns", "wape", TABLE, torchmetrics(WMAPE, "p", "y", reduction="set")),
    worked(
        "almost no target",
        "wape",
        SMALL,
        framed("wape", "set"),
        torchmetrics(WMAPE, "p", "y", reduction="set").following("torchmetrics"),
    ),
    worked(
        "no target",
        "wape",
        {"y": numbers(0, 0), "p": numbers(1, 2)},
        torchmetrics(WMAPE, "p", "y", reduction="set").following("torchmetrics"),
    ),
)

CASES = LOGARITHMS + SHARES
