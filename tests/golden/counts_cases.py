"""Cases of counts and amounts: likelihoods and deviances of a predicted mean, Gaussian forecasts."""

from __future__ import annotations

from typing import Any

from tests.golden.asking import W, boosted, framed, keras, keras_class, of, sklearn, torch, torchmetrics
from tests.golden.cases import COUNTS, GUESSES, Asked, Case, numbers
from tests.golden.samples.foreign import call


def case(name: str, loss: str, arrays: Any, *asked: Asked, **facts: Any) -> Case:
    """A case whose arrays are the loss's inputs in order (`w`, the weights, apart)."""
    return Case(name, loss, arrays, tuple(key for key in arrays if key != "w"), asked, **facts)


FULL = {"full": "yes"}
PAIR = {"y": COUNTS, "p": GUESSES}
WEIGHTED = {**PAIR, "w": numbers(1.0, 3.0, 0.5, 2.25, 7.0, 1.5)}
COLUMNS = {
    "y": numbers([2.0, 31.0], [7.0, 12.0], [1.5, 400.0], [64.0, 3.0]),
    "p": numbers([1.25, 29.5], [9.0, 14.0], [2.5, 350.0], [70.5, 1.75]),
}
TWO = {"y": numbers(2.0, 0.0), "p": numbers(1.5, 0.5)}
WHOLE = {"y": numbers(2.0, 5.0, 9.0, 2.0), "p": numbers(1.5, 7.25, 8.0, 3.5)}
NONE_AND_SOME = {"y": numbers(0.0, 3.0, 0.0, 12.0, 1.0), "p": numbers(1.5, 0.25, 9.0, 20.5, 1.75)}
TINY_MEANS = {"y": numbers(3.0, 2.0, 1.0, 7.0), "p": numbers(1e-12, 1e-17, 1e-9, 2.5)}
FEW_LARGE = {"y": numbers(1.0, 2.0, 1.5, 3.0), "p": numbers(1e-7, 1.5, 2.5, 1e-8)}
TINY_BOTH = {"y": numbers(1e-7, 3.0, 2e-6, 1.5), "p": numbers(2e-7, 1e-8, 1e-6, 2.0)}
LOGS = {"y": numbers(2.0, 17.0, 250.0, 1.5, 0.0), "z": numbers(1.25, 2.5, 5.5, -1.75, -3.0)}
LOG_COLUMNS = {
    "y": numbers([2.0, 31.0], [7.0, 0.0], [1.5, 400.0]),
    "z": numbers([0.25, 3.5], [2.0, -1.5], [-0.75, 6.0]),
}
BOTH_TWO = {"y": numbers(2.0, 0.0), "z": numbers(1.5, 0.5)}
FOUR = {"y": numbers(2.0, 4.0, 0.5, 1.0), "p": numbers(1.0, 5.0, 1.0, 1.0)}


def poisson(*arguments: str, **options: Any) -> Asked:
    """torch's Poisson loss of means."""
    return torch("poisson_nll_loss", *arguments, log_input=False, **options).following("torch")


POISSON = (
    case(
        "counts",
        "poisson_nll",
        PAIR,
        poisson("p", "y"),
        keras("poisson", "y", "p").following("keras"),
        boosted("lightgbm", "poisson"),
        boosted("xgboost", "poisson-nloglik").following("xgboost"),
    ),
    case("columns", "poisson_nll", COLUMNS, poisson("p", "y"), keras("poisson", "y", "p").following("keras")),
    case(
        "weighted",
        "poisson_nll",
        WEIGHTED,
        keras_class("Poisson", "weighted mean", w=W).following("keras.Poisson"),
        boosted("lightgbm", "poisson", "weighted mean", w=W),
        boosted("xgboost", "poisson-nloglik", "weighted mean", w=W).following("xgboost"),
    ),
    case(
        "none and some",
        "poisson_nll",
        NONE_AND_SOME,
        poisson("p", "y"),
        boosted("lightgbm", "poisson"),
    ),
    case(
        "whole likelihood",
        "poisson_nll",
        PAIR,
        poisson("p", "y", full=True),
        boosted("xgboost", "poisson-nloglik"),
        params=FULL,
    ),
    case(
        "whole counts",
        "poisson_nll",
        WHOLE,
        of("scoringrules.logs_poisson", "y", "p"),
        of("numpy.negative", call("scipy.stats.poisson.logpmf", "y", "p")),
        params=FULL,
    ),
    case(
        "a broken count",
        "poisson_nll",
        {"y": numbers(2.0, 1.5), "p": numbers(1.5, 2.5)},
        of("scoringrules.logs_poisson", "y", "p").following("scoringrules"),
        randomise=False,
    ),
    case(
        "tiny means",
        "poisson_nll",
        TINY_MEANS,
        poisson("p", "y"),
        keras("poisson", "y", "p").following("keras"),
        boosted("lightgbm", "poisson").following("lightgbm"),
        boosted("xgboost", "poisson-nloglik").following("xgboost"),
        randomise=False,
    ),
    case(
        "two rows",
        "poisson_nll",
        TWO,
        poisson("p", "y"),
        keras("poisson", "y", "p").following("keras"),
        boosted("lightgbm", "poisson"),
        boosted("xgboost", "poisson-nloglik").following("xgboost"),
        printed=0.5945,
        randomise=False,
    ),
    case(
        "two rows, whole likelihood",
        "poisson_nll",
        TWO,
        poisson("p", "y", full=True),
        of("scoringrules.logs_poisson", "y", "p"),
        printed=0.9411,
        params=FULL,
        randomise=False,
    ),
    case("logarithms", "poisson_nll_log", LOGS, torch("poisson_nll_loss", "z", "y")),
    case("columns", "poisson_nll_log", LOG_COLUMNS, torch("poisson_nll_loss", "z", "y")),
    case(
        "whole likelihood",
        "poisson_nll_log",
        LOGS,
        torch("poisson_nll_loss", "z", "y", full=True).following("torch"),
        params=FULL,
    ),
    case(
        "means taken for logarithms",
        "poisson_nll_log",
        BOTH_TWO,
        torch("poisson_nll_loss", "z", "y"),
        printed=1.5652,
        randomise=False,
    ),
)

DEVIANCES = (
    case(
        "counts",
        "poisson_deviance",
        PAIR,
        sklearn("mean_poisson_deviance", "y", "p"),
        torchmetrics("tweedie_deviance_score", "p", "y", power=1),
        framed("tweedie_deviance", power=1),
    ),
    case(
        "weighted",
        "poisson_deviance",
        WEIGHTED,
        sklearn("mean_poisson_deviance", "y", "p", reduction="weighted mean", sample_weight=W),
    ),
    case(
        "none and some",
        "poisson_deviance",
        NONE_AND_SOME,
        sklearn("mean_poisson_deviance", "y", "p"),
        torchmetrics("tweedie_deviance_score", "p", "y", power=1),
    ),
    case(
        "two rows",
        "poisson_deviance",
        TWO,
        sklearn("mean_poisson_deviance", "y", "p"),
        printed=0.5754,
        randomise=False,
    ),
    case(
        "amounts",
        "gamma_deviance",
        PAIR,
        sklearn("mean_gamma_deviance", "y", "p"),
        torchmetrics("tweedie_deviance_score", "p", "y", power=2),
        framed("tweedie_deviance", power=2),
        boosted("xgboost", "gamma-deviance").following("xgboost"),
        boosted("lightgbm", "gamma_deviance").following("lightgbm"),
    ),
    case(
        "weighted",
        "gamma_deviance",
        WEIGHTED,
        sklearn("mean_gamma_deviance", "y", "p", reduction="weighted mean", sample_weight=W),
        boosted("xgboost", "gamma-deviance", "weighted mean", w=W).following("xgboost"),
        boosted("lightgbm", "gamma_deviance", "weighted mean", w=W).following("lightgbm"),
    ),
    case(
        "four rows",
        "gamma_deviance",
        FOUR,
        sklearn("mean_gamma_deviance", "y", "p"),
        boosted("lightgbm", "gamma_deviance").following("lightgbm"),
        printed=0.2616,
        randomise=False,
    ),
    case(
        "tiny",
        "gamma_deviance",
        TINY_BOTH,
        boosted("xgboost", "gamma-deviance").following("xgboost"),
        boosted("lightgbm", "gamma_deviance").following("lightgbm"),
        randomise=False,
    ),
    case(
        "without a power",
        "tweedie_deviance",
        PAIR,
        sklearn("mean_tweedie_deviance", "y", "p").following("sklearn"),
        torchmetrics("tweedie_deviance_score", "p", "y").following("torchmetrics"),
        framed("tweedie_deviance"),
    ),
    *(
        case(
            f"power {power}",
            "tweedie_deviance",
            PAIR,
            sklearn("mean_tweedie_deviance", "y", "p", power=power),
            torchmetrics("tweedie_deviance_score", "p", "y", power=power),
            params={"power": power},
        )
        for power in (-1.5, 0.0, 1.0, 1.25, 1.5, 2.0, 3.0, 4.5)
    ),
    case(
        "weighted",
        "tweedie_deviance",
        WEIGHTED,
        sklearn("mean_tweedie_deviance", "y", "p", reduction="weighted mean", sample_weight=W, power=1.75),
        params={"power": 1.75},
    ),
    case(
        "targets below 0",
        "tweedie_deviance",
        {"y": numbers(-2.0, 3.0, 0.0, 7.5), "p": numbers(1.0, 2.0, 1.5, 9.0)},
        sklearn("mean_tweedie_deviance", "y", "p", power=-0.5),
        params={"power": -0.5},
    ),
    case(
        "two rows",
        "tweedie_deviance",
        TWO,
        sklearn("mean_tweedie_deviance", "y", "p", power=1.5),
        framed("tweedie_deviance", power=1.5),
        printed=1.4728,
        randomise=False,
    ),
)

AMOUNTS = (
    case(
        "amounts",
        "gamma_nll",
        PAIR,
        boosted("lightgbm", "gamma"),
        boosted("xgboost", "gamma-nloglik"),
    ),
    case(
        "weighted",
        "gamma_nll",
        WEIGHTED,
        boosted("lightgbm", "gamma", "weighted mean", w=W),
        boosted("xgboost", "gamma-nloglik", "weighted mean", w=W),
    ),
    case(
        "tiny means",
        "gamma_nll",
        FEW_LARGE,
        boosted("lightgbm", "gamma"),
        boosted("xgboost", "gamma-nloglik").following("xgboost"),
        randomise=False,
    ),
    *(
        case(
            f"power {power}",
            "tweedie_nll",
            PAIR,
            boosted("lightgbm", "tweedie", tweedie_variance_power=power),
            boosted("xgboost", f"tweedie-nloglik@{power}").following("xgboost"),
            params={"power": power},
        )
        for power in (1.125, 1.5, 1.875)
    ),
    case(
        "weighted",
        "tweedie_nll",
        WEIGHTED,
        boosted("lightgbm", "tweedie", "weighted mean", w=W),
        boosted("xgboost", "tweedie-nloglik@1.5", "weighted mean", w=W),
    ),
    case(
        "tiny means",
        "tweedie_nll",
        TINY_MEANS,
        boosted("lightgbm", "tweedie").following("lightgbm"),
        boosted("xgboost", "tweedie-nloglik@1.5"),
        randomise=False,
    ),
    case("two rows", "tweedie_nll", TWO, boosted("lightgbm", "tweedie"), printed=3.5648, randomise=False),
)

FORECAST = {
    "y": numbers(3.0, -12.5, 150.0, 2.25),
    "m": numbers(1.0, -9.0, 162.5, 2.0),
    "v": numbers(4.0, 2.5, 81.0, 1.5),
}
FORECASTS = {
    "y": numbers([3.0, 14.0], [-12.5, 7.0], [150.0, -2.0]),
    "m": numbers([1.0, 12.25], [-9.0, 9.5], [162.5, 1.75]),
    "v": numbers([4.0, 2.0], [2.5, 9.0], [81.0, 1.25]),
}
DEVIATIONS = {**FORECAST, "v": numbers(2.0, 1.5, 9.0, 3.25)}
SURE = {"y": numbers(1.0, 3.0, 2.5), "m": numbers(1.5, 1.0, 2.5), "v": numbers(1e-8, 4.0, 5e-7)}
ONE = {"y": numbers(3.0), "m": numbers(1.0), "v": numbers(4.0)}
ENSEMBLES = (
    {"y": numbers(3.0, -4.5), "x": numbers([1.0, 2.0, 4.0], [-7.0, -2.5, 3.25])},
    {"y": numbers(12.0, -40.5, 1.5), "x": numbers([10.0, 17.5], [-30.0, -38.25], [2.5, 1.25])},
    {"y": numbers(7.5), "x": numbers([5.0, 6.5, 9.0, 11.25, 4.0, 8.5, 7.25])},
)

GAUSSIAN = (
    case("forecast", "gaussian_nll", FORECAST, torch("gaussian_nll_loss", "m", "y", "v")),
    case("columns", "gaussian_nll", FORECASTS, torch("gaussian_nll_loss", "m", "y", "v")),
    case(
        "whole likelihood",
        "gaussian_nll",
        FORECAST,
        torch("gaussian_nll_loss", "m", "y", "v", full=True),
        params=FULL,
    ),
    case(
        "standard deviations",
        "gaussian_nll",
        DEVIATIONS,
        of("numpy.negative", call("scipy.stats.norm.logpdf", "y", "m", "v")),
        params={"full": "yes", "spread": "deviation"},
    ),
    case(  # a density, which is 0 far out: no random numbers
        "standard deviations, a density",
        "gaussian_nll",
        DEVIATIONS,
        of("scoringrules.logs_normal", "y", "m", "v"),
        params={"full": "yes", "spread": "deviation"},
        randomise=False,
    ),
    case(
        "almost sure",
        "gaussian_nll",
        SURE,
        torch("gaussian_nll_loss", "m", "y", "v").following("torch"),
        randomise=False,
    ),
    case(
        "another floor",
        "gaussian_nll",
        FORECAST,
        torch("gaussian_nll_loss", "m", "y", "v", eps=2.0),
        params={"eps": 2.0},
    ),
    case(
        "one row",
        "gaussian_nll",
        ONE,
        torch("gaussian_nll_loss", "m", "y", "v"),
        printed=[1.1931],
        randomise=False,
    ),
    case(
        "one row, whole likelihood",
        "gaussian_nll",
        ONE,
        of("scoringrules.logs_normal", "y", "m", call("numpy.sqrt", "v")),
        printed=[2.1121],
        params=FULL,
        randomise=False,
    ),
    *(
        case(
            f"{arrays['x'].shape[1]} members, {bias}",
            "dss",
            arrays,
            of("scoringrules.dssuv_ensemble", "y", "x", bias=bias == "yes"),
            params={"bias": bias},
        )
        for arrays in ENSEMBLES
        for bias in ("no", "yes")
    ),
)

CASES = POISSON + DEVIANCES + AMOUNTS + GAUSSIAN
