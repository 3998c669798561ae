"""Cases of the losses of numbers against numbers."""

from __future__ import annotations

from typing import Any

from tests.golden.asking import (
    W,
    boosted,
    framed,
    keras,
    keras_class,
    keras_metric,
    of,
    optax,
    sklearn,
    sklearn_cells,
    torch,
    torchmetrics,
    trained,
)
from tests.golden.cases import (
    P_COLUMNS,
    WEIGHTS,
    Y_COLUMNS,
    Asked,
    Case,
    P,
    Y,
    numbers,
)
from tests.golden.samples.foreign import Name, call

PAIR = {"y": Y, "p": P}
TABLE = {"y": Y_COLUMNS, "p": P_COLUMNS}
WEIGHTED = {**PAIR, "w": WEIGHTS}
WEIGHT = call("numpy.asarray", "w")
RESIDUAL = call("numpy.subtract", "p", "y")


def case(name: str, loss: str, arrays: Any, *asked: Asked, **facts: Any) -> Case:
    """A case over a target `y` and a prediction `p`."""
    return Case(name, loss, arrays, ("y", "p"), asked, **facts)


def one(name: str, loss: str, y: float, p: float, printed: float, *asked: Asked, **facts: Any) -> Case:
    """A worked example of one row, with the value that is printed for it."""
    arrays = {"y": numbers(y), "p": numbers(p)}
    return case(name, loss, arrays, *asked, printed=[printed], randomise=False, **facts)


SQUARES = (
    case(
        "vector",
        "mse",
        PAIR,
        torch("mse_loss", "p", "y"),
        keras("mean_squared_error", "y", "p"),
        optax("squared_error", "p", "y"),
        sklearn("mean_squared_error", "y", "p"),
        torchmetrics("mean_squared_error", "p", "y"),
        boosted("lightgbm", "l2"),
        framed("mse"),
    ),
    case(
        "columns",
        "mse",
        TABLE,
        torch("mse_loss", "p", "y"),
        optax("squared_error", "p", "y"),
        sklearn("mean_squared_error", "y", "p", reduction="columns", multioutput="raw_values"),
    ),
    case(
        "weighted",
        "mse",
        WEIGHTED,
        sklearn("mean_squared_error", "y", "p", reduction="weighted mean", sample_weight=WEIGHT),
        of("torch.nn.functional.mse_loss", "p", "y", reduction="weighted mean", weight=Name("w")),
        boosted("lightgbm", "l2", "weighted mean", w=W),
        keras_metric("MeanSquaredError", "weighted mean", w=W),
        keras_class("MeanSquaredError", "weighted mean", w=W).following("keras.MeanSquaredError"),
    ),
    case(
        "vector",
        "half_squared_error",
        PAIR,
        optax("l2_loss", "p", "y"),
        of("numpy.divide", call("torch.nn.functional.mse_loss", "p", "y", reduction="none"), 2.0),
        trained("statsmodels", "LeastSquares"),
    ),
    case(
        "vector",
        "rmse",
        PAIR,
        sklearn("root_mean_squared_error", "y", "p", reduction="set"),
        of(
            "numpy.sqrt",
            call("numpy.mean", call("keras.losses.mean_squared_error", "y", "p")),
            reduction="set",
        ),
        torchmetrics("mean_squared_error", "p", "y", reduction="set", squared=False),
        keras_metric("RootMeanSquaredError"),
        boosted("xgboost", "rmse", "set"),
        boosted("lightgbm", "rmse", "set"),
        framed("rmse", "set"),
    ),
    case(
        "weighted",
        "rmse",
        WEIGHTED,
        sklearn("root_mean_squared_error", "y", "p", reduction="weighted mean", sample_weight=WEIGHT),
        keras_metric("RootMeanSquaredError", "weighted mean", w=W),
        boosted("xgboost", "rmse", "weighted mean", w=W),
    ),
    case(
        "columns",
        "rmse",
        TABLE,
        sklearn("root_mean_squared_error", "y", "p", reduction="set").following("sklearn"),
        keras_metric("RootMeanSquaredError"),
    ),
    case(
        "separate columns",
        "rmse",
        TABLE,
        sklearn("root_mean_squared_error", "y", "p", reduction="set"),
        params={"columns": "separate"},
    ),
    case(
        "pooled columns",
        "rmse",
        TABLE,
        torchmetrics("mean_squared_error", "p", "y", reduction="set", squared=False),
    ),
    case(
        "vector",
        "mae",
        PAIR,
        torch("l1_loss", "p", "y"),
        keras("mean_absolute_error", "y", "p"),
        sklearn("mean_absolute_error", "y", "p"),
        torchmetrics("mean_absolute_error", "p", "y"),
        boosted("xgboost", "mae"),
        boosted("lightgbm", "l1"),
        framed("mae"),
    ),
    case("columns", "mae", TABLE, torch("l1_loss", "p", "y")),
    case(
        "weighted",
        "mae",
        WEIGHTED,
        sklearn("mean_absolute_error", "y", "p", reduction="weighted mean", sample_weight=WEIGHT),
        of("torch.nn.functional.l1_loss", "p", "y", reduction="weighted mean", weight=Name("w")),
        boosted("xgboost", "mae", "weighted mean", w=W),
        keras_class("MeanAbsoluteError", "weighted mean", w=W).following("keras.MeanAbsoluteError"),
    ),
    *(
        case(
            f"margin {eps}",
            loss,
            PAIR,
            trained("sklearn", name, epsilon=eps),
            params={"eps": eps},
        )
        for loss, name in (
            ("eps_insensitive", "EpsilonInsensitive"),
            ("squared_eps_insensitive", "SquaredEpsilonInsensitive"),
        )
        for eps in (0.0, 0.75, 5.0)
    ),
)


def _robust(delta: float) -> tuple[Case, ...]:
    ratio = call("optax.losses.huber_loss", "p", "y", delta=delta)
    return (
        case(
            f"delta {delta:g}",
            "huber",
            PAIR,
            torch("huber_loss", "p", "y", delta=delta),
            keras("huber", "y", "p", delta=delta),
            optax("huber_loss", "p", "y", delta=delta),
            params={"delta": delta},
        ),
        case(
            f"beta {delta:g}",
            "smooth_l1",
            PAIR,
            torch("smooth_l1_loss", "p", "y", beta=delta),
            of("numpy.divide", ratio, delta),
            params={"beta": delta},
        ),
        case(
            f"delta {delta:g}",
            "pseudo_huber",
            PAIR,
            of("scipy.special.pseudo_huber", delta, RESIDUAL),
            params={"delta": delta},
        ),
    )


ROBUST = (
    *_robust(1.0),
    *_robust(2.5),
    case(
        "vector",
        "log_cosh",
        PAIR,
        keras("log_cosh", "y", "p"),
        optax("log_cosh", "p", "y"),
        torchmetrics("log_cosh_error", "p", "y").following("torchmetrics"),
    ),
    *(
        case(
            f"tau {tau}",
            "pinball",
            PAIR,
            sklearn_cells("mean_pinball_loss", "y", "p", alpha=tau),
            params={"tau": tau},
        )
        for tau in (0.1, 0.5, 0.9)
    ),
)

WORKED = (
    one("error 3", "mse", 4.0, 7.0, 9.0, optax("squared_error", "p", "y")),
    one("error 3", "half_squared_error", 4.0, 7.0, 4.5, optax("l2_loss", "p", "y")),
    one("error 3", "huber", 4.0, 7.0, 2.5, torch("huber_loss", "p", "y", delta=1.0)),
    one("error 3", "smooth_l1", 4.0, 7.0, 2.5, torch("smooth_l1_loss", "p", "y", beta=1.0)),
    one("error 3", "pseudo_huber", 4.0, 7.0, 2.1623, of("scipy.special.pseudo_huber", 1.0, RESIDUAL)),
    one(
        "error 3, 2", "huber", 4.0, 7.0, 4.0, torch("huber_loss", "p", "y", delta=2.0), params={"delta": 2.0}
    ),
    one(
        "error 3, 2",
        "smooth_l1",
        4.0,
        7.0,
        2.0,
        torch("smooth_l1_loss", "p", "y", beta=2.0),
        params={"beta": 2.0},
    ),
    one(
        "error 3, 2",
        "pseudo_huber",
        4.0,
        7.0,
        3.2111,
        of("scipy.special.pseudo_huber", 2.0, RESIDUAL),
        params={"delta": 2.0},
    ),
    one(
        "error 1, 2", "huber", 4.0, 5.0, 0.5, torch("huber_loss", "p", "y", delta=2.0), params={"delta": 2.0}
    ),
    one(
        "error 1, 2",
        "smooth_l1",
        4.0,
        5.0,
        0.25,
        torch("smooth_l1_loss", "p", "y", beta=2.0),
        params={"beta": 2.0},
    ),
    one(
        "the upper tenth",
        "pinball",
        2.0,
        1.0,
        0.9,
        sklearn_cells("mean_pinball_loss", "y", "p", alpha=0.9),
        params={"tau": 0.9},
    ),
    one(
        "the median",
        "pinball",
        2.0,
        1.0,
        0.5,
        sklearn_cells("mean_pinball_loss", "y", "p", alpha=0.5),
        params={"tau": 0.5},
    ),
    one("error 1", "mae", 2.0, 1.0, 1.0, torch("l1_loss", "p", "y")),
    one("very far away", "log_cosh", 1000.0, 2000.0, 999.3069, optax("log_cosh", "p", "y")),
    case(
        "two columns, pooled",
        "rmse",
        {"y": numbers([0, 0], [0, 0]), "p": numbers([1, 7], [1, 1])},
        torchmetrics("mean_squared_error", "p", "y", reduction="set", squared=False),
        keras_metric("RootMeanSquaredError"),
        printed=3.6056,
        randomise=False,
    ),
    case(
        "two columns, separate",
        "rmse",
        {"y": numbers([0, 0], [0, 0]), "p": numbers([1, 7], [1, 1])},
        sklearn("root_mean_squared_error", "y", "p", reduction="set"),
        printed=3.0,
        params={"columns": "separate"},
        randomise=False,
    ),
    case(
        "weights 1 and 3",
        "mse",
        {"y": numbers(0, 0), "p": numbers(1, 2), "w": numbers(1, 3)},
        sklearn("mean_squared_error", "y", "p", reduction="weighted mean", sample_weight=WEIGHT),
        of("torch.nn.functional.mse_loss", "p", "y", reduction="weighted mean", weight=Name("w")),
        keras_metric("MeanSquaredError", "weighted mean", w=W),
        keras_class("MeanSquaredError", "weighted mean", w=W).following("keras.MeanSquaredError"),
        boosted("lightgbm", "l2", "weighted mean", w=W),
        printed=3.25,
        randomise=False,
    ),
)

CASES = SQUARES + ROBUST + WORKED
