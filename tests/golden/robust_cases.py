"""Cases of the losses between squares and absolute values, of robust ones, and of powers of the error."""

from __future__ import annotations

from typing import Any

from tests.golden.asking import of, torch
from tests.golden.cases import P_COLUMNS, WEIGHTS, Y_COLUMNS, Asked, Case, P, Y, numbers
from tests.golden.samples.foreign import Call, Name, call

PAIR = {"y": Y, "p": P}
TABLE = {"y": Y_COLUMNS, "p": P_COLUMNS}
WEIGHTED = {**PAIR, "w": WEIGHTS}
NEAR = {
    "y": numbers(2.5, -3.0, 10.25, -7.5, 4.0, 31.5),
    "p": numbers(4.0, -3.25, 8.5, -2.5, 4.125, 29.0),
}
"""Errors of moderate size, so that an exponential of them is a number."""
EXACT = {"y": numbers(3.0, -8.0), "p": numbers(3.0, -8.0)}
TWICE_3 = {"y": numbers(4.0, 11.5), "p": numbers(7.0, 8.5)}
WEIGHT = call("numpy.asarray", "w")
ERROR = call("numpy.subtract", "p", "y")
MINUS_ERROR = call("numpy.subtract", "y", "p")


def case(name: str, loss: str, arrays: Any, *asked: Asked, **facts: Any) -> Case:
    """A case over a target `y` and a prediction `p`."""
    return Case(name, loss, arrays, ("y", "p"), asked, **facts)


def error_of(size: float, printed: float, loss: str, *asked: Asked, **facts: Any) -> Case:
    """A worked example of one row, with the value that is printed for it."""
    arrays = {"y": numbers(4.0), "p": numbers(4.0 + size)}
    name = facts.pop("name", f"error {size:g}")
    return case(name, loss, arrays, *asked, printed=[printed], randomise=False, **facts)


def ask(function: str, word: str, *arguments: Any, reduction: str = "none", **options: Any) -> Asked:
    """A script of ours, told by a word which function of its library is meant."""
    given = tuple(Name(entry) if isinstance(entry, str) else entry for entry in arguments)
    return Asked(Call(f"tests.golden.{function}", (word, *given), options), reduction)


def booster(library: str, metric: str, **settings: float) -> Asked:
    """A metric of a booster on all rows together."""
    return ask(f"boosters.{library}", metric, "y", "p", reduction="mean", **settings)


def weighted(library: str, metric: str, **settings: float) -> Asked:
    """The same with weights."""
    return ask(f"boosters.{library}", metric, "y", "p", "w", reduction="weighted mean", **settings)


def keras_class(name: str) -> Asked:
    """A class of keras.losses with weights, under its own convention."""
    asked = ask("loss_objects.keras", name, "y", "p", reduction="weighted mean", w=WEIGHT)
    return asked.following(f"keras.{name}")


def norm(name: str, **settings: float) -> Asked:
    """A norm of statsmodels on the errors."""
    return ask("references.statsmodels", name, ERROR, **settings)


def cost(loss: str, scale: float) -> tuple[Asked, Asked]:
    """The cost of least_squares: of each number alone, and of a vector, which is their sum."""
    rows = ask("references.scipy", loss, "y", "p", scale=scale, rows=True)
    whole = ask("references.scipy", loss, "y", "p", reduction="set", scale=scale)
    return rows, whole.following("scipy.least_squares")


def paper(formula: str, **settings: float) -> Asked:
    """A paper's formula in many digits."""
    return ask("references.mpmath", formula, "y", "p", **settings)


# --- between squares and absolute values -------------------------------------------------------------------

HUBER = (
    *(
        case(
            f"threshold {delta:g}",
            "huber",
            PAIR,
            of("scipy.special.huber", delta, ERROR),
            norm("HuberT", t=delta),
            booster("lightgbm", "huber", alpha=delta),
            *cost("huber", delta),
            params={"delta": delta},
        )
        for delta in (1.0, 4.5, 30.0)
    ),
    case(
        "weighted",
        "huber",
        WEIGHTED,
        Asked(
            call("torch.nn.functional.huber_loss", "p", "y", delta=1.0, weight=WEIGHT), "weighted mean"
        ).following("torch"),
        keras_class("Huber"),
        weighted("lightgbm", "huber", alpha=1.0),
    ),
    case(
        "their defaults",
        "huber",
        PAIR,
        norm("HuberT").following("statsmodels"),
        booster("lightgbm", "huber").following("lightgbm"),
    ),
    error_of(3.0, 2.5, "huber", torch("huber_loss", "p", "y")),
    case(
        "error 3, their defaults",
        "huber",
        TWICE_3,
        norm("HuberT").following("statsmodels"),
        booster("lightgbm", "huber").following("lightgbm"),
        randomise=False,
    ),
)

SMOOTH = (
    *(
        case(
            f"threshold {delta:g}",
            "pseudo_huber",
            PAIR,
            booster("xgboost", "mphe", huber_slope=delta),
            *(cost("soft_l1", delta)[:1]),
            params={"delta": delta},
        )
        for delta in (1.0, 2.0, 7.25)
    ),
    case("weighted", "pseudo_huber", WEIGHTED, weighted("xgboost", "mphe")),
    case("weighted", "log_cosh", WEIGHTED, keras_class("LogCosh")),
    case(
        "far away",
        "log_cosh",
        {"y": numbers(3.0, 2.0, -1.0), "p": numbers(4.5, -1000.0, 999.0)},
        of("torchmetrics.functional.log_cosh_error", "p", "y", reduction="mean").following("torchmetrics"),
        randomise=False,
    ),
    case(
        "one row at a time",
        "log_cosh",
        NEAR,
        of("torchmetrics.functional.log_cosh_error", "p", "y", reduction="mean").following("torchmetrics"),
        of("torchmetrics.functional.log_cosh_error", "p", "y", reduction="mean"),
    ),
    *(
        case(
            f"level {tau:g}",
            "pinball",
            PAIR,
            of("scoringrules.quantile_score", "y", "p", tau),
            ask("references.utilsforecast", "quantile_loss", "y", "p", q=tau),
            booster("xgboost", "quantile", quantile_alpha=tau),
            booster("lightgbm", "quantile", alpha=tau),
            params={"tau": tau},
        )
        for tau in (0.5, 0.25, 0.96875)
    ),
    case(
        "weighted",
        "pinball",
        WEIGHTED,
        weighted("xgboost", "quantile", quantile_alpha=0.5),
        weighted("lightgbm", "quantile", alpha=0.5),
        of(
            "sklearn.metrics.mean_pinball_loss",
            "y",
            "p",
            alpha=0.5,
            sample_weight=WEIGHT,
            reduction="weighted mean",
        ),
    ),
    case("its default", "pinball", PAIR, booster("lightgbm", "quantile").following("lightgbm")),
)

# --- robust ones -------------------------------------------------------------------------------------------

GROWING = (
    *(
        case(
            f"scale {c:g}",
            "fair",
            PAIR,
            booster("lightgbm", "fair", fair_c=c),
            params={"c": c},
        )
        for c in (1.0, 2.5)
    ),
    case("weighted", "fair", WEIGHTED, weighted("lightgbm", "fair")),
    case("error 3", "fair", TWICE_3, booster("lightgbm", "fair"), printed=1.6137, randomise=False),
    *(
        case(
            f"scale {c:g}",
            loss,
            arrays,
            *cost(loss, c)[: 3 - arrays["y"].ndim],
            params={"c": c},
        )
        for loss in ("cauchy", "soft_l1", "arctan")
        for c, arrays in ((1.0, PAIR), (2.5, PAIR), (20.0, TABLE))
    ),
    *(
        case(f"one degree of freedom, {c:g}", "cauchy", arrays, norm("StudentT", c=c, df=1), params={"c": c})
        for c, arrays in ((2.3849, PAIR), (9.5, TABLE))
    ),
    case(
        "four degrees of freedom",
        "cauchy",
        PAIR,
        norm("StudentT", c=1.25),
        params={"c": 2.5},
    ),
    case("its defaults", "cauchy", PAIR, norm("StudentT").following("statsmodels")),
    *(
        case(
            f"shape {alpha:g}, scale {c:g}",
            "barron",
            arrays,
            paper("barron", alpha=alpha, c=c),
            params={"alpha": alpha, "c": c},
        )
        for alpha in (1.0, 2.0, 0.0, -2.0, 1.5, -7.25, 3.5, 1e-9, 1.9999999, -1e300)
        for c, arrays in ((1.0, NEAR), (4.0, TABLE))
    ),
    *(
        case(
            f"width {w:g}, {eps:g}",
            "wing",
            arrays,
            paper("wing", w=w, eps=eps),
            params={"w": w, "eps": eps},
        )
        for w, eps, arrays in ((5.0, 0.5, PAIR), (10.0, 2.0, PAIR), (3.0, 7.5, TABLE))
    ),
    *(
        case(
            f"level {tau:g}, {delta:g}",
            "quantile_huber",
            arrays,
            paper("quantile_huber", tau=tau, kappa=delta),
            params={"tau": tau, "delta": delta},
        )
        for tau, delta, arrays in ((0.5, 1.0, PAIR), (0.75, 4.5, PAIR), (0.1, 9.0, TABLE))
    ),
    *(
        case(
            f"as an M-quantile, {tau:g}, {delta:g}",
            "quantile_huber",
            PAIR,
            ask("references.statsmodels", "HuberT", MINUS_ERROR, level=tau, t=delta),
            params={"tau": tau, "delta": delta},
        )
        for tau, delta in ((0.5, 1.0), (0.9, 4.5))
    ),
)

BOUNDED = (
    *(
        case(f"scale {c:g}", loss, arrays, paper(loss, c=c), params={"c": c})
        for loss in ("geman_mcclure", "welsch")
        for c, arrays in ((1.0, PAIR), (4.5, PAIR), (12.0, TABLE))
    ),
    *(
        case(f"{own}={value:g}", loss, arrays, norm(name, **{theirs: value}), params={own: value})
        for loss, name, own, theirs, values in (
            ("ramsay", "RamsayE", "a", "a", (0.3, 0.0625)),
            ("tukey_biweight", "TukeyBiweight", "c", "c", (4.685, 24.0)),
            ("andrews", "AndrewWave", "c", "a", (1.339, 7.5)),
            ("talwar", "TrimmedMean", "c", "c", (2.0, 4.75)),
        )
        for value, arrays in zip(values, (PAIR, TABLE), strict=True)
    ),
    *(
        case(f"{loss}'s default", loss, NEAR, norm(name))
        for loss, name in (
            ("ramsay", "RamsayE"),
            ("tukey_biweight", "TukeyBiweight"),
            ("andrews", "AndrewWave"),
            ("talwar", "TrimmedMean"),
            ("hampel", "Hampel"),
        )
    ),
    *(
        case(
            f"corners {a:g}, {b:g}, {c:g}",
            "hampel",
            arrays,
            norm("Hampel", a=a, b=b, c=c),
            params={"a": a, "b": b, "c": c},
        )
        for a, b, c, arrays in ((2.0, 4.0, 8.0, PAIR), (0.5, 3.25, 4.625, PAIR), (1.5, 6.0, 60.0, TABLE))
    ),
    *(
        case("nothing wrong", loss, EXACT, norm(name), randomise=False)
        for loss, name in (
            ("tukey_biweight", "TukeyBiweight"),
            ("andrews", "AndrewWave"),
            ("hampel", "Hampel"),
        )
    ),
)

# --- powers and exponentials -------------------------------------------------------------------------------

POWERS = (
    *(
        case(f"power {q:g}", "lq", arrays, paper("power", q=q), params={"q": q})
        for q, arrays in ((2.0, PAIR), (1.0, PAIR), (1.5, PAIR), (3.75, TABLE))
    ),
    *(
        case(
            f"level {tau:g}",
            "expectile",
            PAIR,
            paper("expectile", tau=tau),
            ask("references.statsmodels", "LeastSquares", MINUS_ERROR, level=tau).following("statsmodels"),
            params={"tau": tau},
        )
        for tau in (0.5, 0.875)
    ),
    case("columns", "expectile", TABLE, paper("expectile", tau=0.1), params={"tau": 0.1}),
    *(
        case(
            f"steepness {a:g}",
            "linex",
            NEAR,
            ask("references.utilsforecast", "linex", "y", "p", a=a),
            paper("gumbel", a=a),
            params={"a": a},
        )
        for a in (1.0, -0.75, 2.5)
    ),
    case("columns", "linex", TABLE, paper("gumbel", a=0.125), params={"a": 0.125}),
)

# --- one error, and what each makes of it ------------------------------------------------------------------

ONE_ERROR = (
    error_of(3.0, 2.1623, "pseudo_huber", booster("xgboost", "mphe")),
    error_of(
        3.0,
        3.2111,
        "pseudo_huber",
        booster("xgboost", "mphe", huber_slope=2.0),
        name="error 3, 2",
        params={"delta": 2.0},
    ),
    error_of(3.0, 2.1623, "soft_l1", cost("soft_l1", 1.0)[0]),
    error_of(3.0, 1.1513, "cauchy", cost("cauchy", 1.0)[0]),
    error_of(1.0, 0.4776, "tukey_biweight", norm("TukeyBiweight")),
    error_of(4.0, 3.5854, "tukey_biweight", norm("TukeyBiweight")),
)

CASES = HUBER + SMOOTH + GROWING + BOUNDED + POWERS + ONE_ERROR
