"""The expected results to be written: command, formula, and the calls of other libraries that agree."""

from __future__ import annotations

from collections.abc import Sequence

import formulas
import numpy as np
import roles
from case import METRICS, TORCH, Case, numbers, records
from foreign import Call, Name, call
from formulas import Formula

SPECIES = ("setosa", "versicolor", "virginica")
OUTCOMES = ("sun", "cloud", "rain", "snow")


def ten_rows() -> list[Case]:
    """bce of the ten rows in every reduction; weights; the Brier score and the error rate."""
    arrays = {"y": numbers("y.csv", "y"), "p": numbers("p.csv", "p"), "w": numbers("w.csv", "w")}
    rows = call(f"{TORCH}.binary_cross_entropy", "p", "y", reduction="none")
    log_loss = call(f"{METRICS}.log_loss", "y", "p")
    summed = call(f"{METRICS}.log_loss", "y", "p", normalize=False)
    inverted = "averaged_inverted_cdf"
    reductions = {
        "mean": (log_loss, call(f"{TORCH}.binary_cross_entropy", "p", "y")),
        "sum": (summed, call(f"{TORCH}.binary_cross_entropy", "p", "y", reduction="sum")),
        "std": (call("numpy.std", rows),),
        "min": (call("numpy.min", rows),),
        "max": (call("numpy.max", rows),),
        "median": (call("numpy.median", rows),),
        "p90": (call("numpy.quantile", rows, 0.9, method=inverted),),
    }
    both = ("y", "p")
    found = []
    for reduction, calls in reductions.items():
        option = "" if reduction == "mean" else f" --reduction {reduction}"
        found.append(Case(f"bce y.csv p.csv{option}", "bce", formulas.BCE, arrays, both, calls, reduction))
    weighted = (call(f"{METRICS}.log_loss", "y", "p", sample_weight=Name("w")),)
    arguments = "bce y.csv p.csv --weight w.csv"
    found.append(Case(arguments, "bce", formulas.BCE, arrays, both, weighted, weights="w"))
    brier = (call(f"{METRICS}.brier_score_loss", "y", "p"), call(f"{METRICS}.mean_squared_error", "y", "p"))
    found.append(Case("brier y.csv p.csv", "brier", formulas.SQUARED, arrays, both, brier))
    return found


def worked_examples() -> list[Case]:
    """One or three rows, as the introductions print them."""
    calls = {
        "bce": (
            call(f"{METRICS}.log_loss", "y", "p", labels=[0, 1]),
            call(f"{TORCH}.binary_cross_entropy", "p", "y"),
        ),
        "mse": (call(f"{METRICS}.mean_squared_error", "y", "p"), call(f"{TORCH}.mse_loss", "p", "y")),
        "mae": (call(f"{METRICS}.mean_absolute_error", "y", "p"), call(f"{TORCH}.l1_loss", "p", "y")),
    }
    known = {"bce": formulas.BCE, "mse": formulas.SQUARED, "mae": formulas.ABSOLUTE}
    examples = {
        "zero_against_0.3.csv": ("bce",),
        "one_against_0.012.csv": ("bce",),
        "price.csv": ("mse", "mae"),
        "three_values.csv": ("mse", "mae"),
    }
    return [
        Case(
            f"{','.join(losses)} {file}:target :prediction",
            loss,
            known[loss],
            {"y": numbers(file, "target"), "p": numbers(file, "prediction")},
            ("y", "p"),
            calls[loss],
        )
        for file, losses in examples.items()
        for loss in losses
    ]


def margins() -> list[Case]:
    """Scores against labels -1 and +1."""
    arrays = {"y": numbers("margins.csv", "label"), "f": numbers("margins.csv", "score")}
    hinges = (call(f"{METRICS}.hinge_loss", "y", "f"), call("numpy.mean", call("optax.hinge_loss", "f", "y")))
    rows = call("optax.hinge_loss", "f", "y")
    squared = (call("numpy.mean", call("numpy.square", rows)),)
    soft = (call(f"{TORCH}.soft_margin_loss", "f", "y"),)
    arguments = "hinge,squared_hinge,soft_margin margins.csv:label :score"
    known = (
        ("hinge", formulas.HINGE, hinges),
        ("squared_hinge", formulas.SQUARED_HINGE, squared),
        ("soft_margin", formulas.SOFT_MARGIN, soft),
    )
    return [Case(arguments, loss, formula, arrays, ("y", "f"), calls) for loss, formula, calls in known]


def cancer() -> list[Case]:
    """569 rows paired by id: two models, one file in another order, probabilities and logits."""
    labels = numbers("cancer_labels.csv", "label")
    log_loss = (call(f"{METRICS}.log_loss", "y", "p"), call(f"{TORCH}.binary_cross_entropy", "p", "y"))
    found = []
    for file in ("cancer_all_features.csv", "cancer_all_features_shuffled.csv", "cancer_two_features.csv"):
        # The shuffled file holds the rows of the first: by id the answer is the same to the last bit.
        arrays = {"y": labels, "p": numbers(file.replace("_shuffled", ""), "probability")}
        arguments = f"bce cancer_labels.csv:label {file}:probability --id id"
        found.append(Case(arguments, "bce", formulas.BCE, arrays, ("y", "p"), log_loss))
    file = "cancer_all_features.csv"
    arrays = {"y": labels, "p": numbers(file, "probability"), "z": numbers(file, "logit")}
    arguments = f"brier,zero_one:threshold=0.5 cancer_labels.csv:label {file}:probability --id id"
    brier = (call(f"{METRICS}.brier_score_loss", "y", "p"),)
    found.append(Case(arguments, "brier", formulas.SQUARED, arrays, ("y", "p"), brier))
    wrong = (call(f"{METRICS}.zero_one_loss", "y", call("numpy.greater", "p", 0.5)),)
    found.append(Case(arguments, "zero_one", formulas.ZERO_ONE, arrays, ("y", "p"), wrong))
    logits = (
        call(f"{TORCH}.binary_cross_entropy_with_logits", "z", "y"),
        call("numpy.mean", call("optax.sigmoid_binary_cross_entropy", "z", "y")),
    )
    arguments = f"bce_logits cancer_labels.csv:label {file}:logit --id id"
    found.append(Case(arguments, "bce_logits", formulas.BCE_LOGITS, arrays, ("y", "z"), logits))
    return found


def iris() -> list[Case]:
    """Species by name, or as zeros and ones, against a column per species: probabilities and logits."""
    names = [row["species"] for row in records("iris.csv")]
    arrays = {
        "species": np.array([SPECIES.index(name) for name in names]),
        "onehot": numbers("iris_onehot.csv", *SPECIES),
        "P": numbers("iris.csv", *SPECIES),
        "Z": numbers("iris_logits.csv", *SPECIES),
    }
    columns = ":setosa..virginica"
    log_loss = call(f"{METRICS}.log_loss", "species", "P")
    logs = call("numpy.log", "P")
    sparse = "sparse_categorical_ce iris.csv:species " + columns
    dense = f"categorical_ce iris_onehot.csv{columns} iris.csv{columns}"
    sparse_logits = "sparse_softmax_ce iris_logits.csv:species " + columns
    dense_logits = f"softmax_ce iris_onehot.csv{columns} iris_logits.csv{columns}"
    integer = call("numpy.mean", call("optax.softmax_cross_entropy_with_integer_labels", "Z", "species"))
    one_hot = call("numpy.mean", call("optax.softmax_cross_entropy", "Z", "onehot"))
    cross_entropy = f"{TORCH}.cross_entropy"
    known = (
        (
            sparse,
            formulas.SPARSE_CE,
            ("species", "P"),
            (log_loss, call(f"{TORCH}.nll_loss", logs, "species")),
        ),
        (dense, formulas.CROSS_ENTROPY, ("onehot", "P"), (call(f"{METRICS}.log_loss", "onehot", "P"),)),
        (
            sparse_logits,
            formulas.SPARSE_SOFTMAX,
            ("species", "Z"),
            (call(cross_entropy, "Z", "species"), integer),
        ),
        (dense_logits, formulas.SOFTMAX, ("onehot", "Z"), (call(cross_entropy, "Z", "onehot"), one_hot)),
    )
    return [
        Case(arguments, arguments.split()[0], formula, arrays, inputs, calls)
        for arguments, formula, inputs, calls in known
    ]


def diabetes() -> list[Case]:
    """442 rows of a regression, twelve losses in one reading."""
    arrays = {"y": numbers("diabetes.csv", "target"), "p": numbers("diabetes.csv", "prediction")}
    difference = call("numpy.subtract", "p", "y")
    known: Sequence[tuple[str, Formula, tuple[Call, ...]]] = (
        ("mse", formulas.SQUARED, (sklearn("mean_squared_error"), torch("mse_loss"))),
        ("half_squared_error", formulas.HALF_SQUARED, (mean_of("optax.l2_loss"),)),
        ("rmse", formulas.ROOT_SQUARED, (sklearn("root_mean_squared_error"),)),
        ("mae", formulas.ABSOLUTE, (sklearn("mean_absolute_error"), torch("l1_loss"))),
        ("msle", formulas.SQUARED_LOG, (sklearn("mean_squared_log_error"),)),
        ("rmsle", formulas.ROOT_SQUARED_LOG, (sklearn("root_mean_squared_log_error"),)),
        ("mape", formulas.PERCENTAGE, (sklearn("mean_absolute_percentage_error"),)),
        (
            "huber:delta=50",
            formulas.HUBER_50,
            (torch("huber_loss", delta=50.0), mean_of("optax.huber_loss", delta=50.0)),
        ),
        ("smooth_l1:beta=50", formulas.SMOOTH_L1_50, (torch("smooth_l1_loss", beta=50.0),)),
        (
            "pseudo_huber:delta=50",
            formulas.PSEUDO_HUBER_50,
            (call("numpy.mean", call("scipy.special.pseudo_huber", 50.0, difference)),),
        ),
        ("log_cosh", formulas.LOG_COSH, (mean_of("optax.log_cosh"),)),
        ("pinball:tau=0.9", formulas.PINBALL_90, (sklearn("mean_pinball_loss", alpha=0.9),)),
    )
    arguments = f"{','.join(spec for spec, *_ in known)} diabetes.csv:target :prediction"
    found = []
    for spec, formula, calls in known:
        reduction = None if spec in {"rmse", "rmsle"} else "mean"
        found.append(Case(arguments, spec.split(":")[0], formula, arrays, ("y", "p"), calls, reduction))
    return found


def sklearn(function: str, **options: object) -> Call:
    """A metric that takes target, prediction."""
    return call(f"{METRICS}.{function}", "y", "p", **options)


def torch(function: str, **options: object) -> Call:
    """A loss that takes prediction, target."""
    return call(f"{TORCH}.{function}", "p", "y", **options)


def mean_of(function: str, **options: object) -> Call:
    """The mean of a function that takes prediction, target and keeps the rows."""
    return call("numpy.mean", call(function, "p", "y", **options))


def distributions() -> list[Case]:
    """Entropy and divergences: one distribution a column, one distribution a row."""
    column = {
        "P": numbers("observed.csv", "observed")[np.newaxis],
        "Q": numbers("modelled.csv", "modelled")[np.newaxis],
    }
    rows = {"P": numbers("observed_rows.csv", *OUTCOMES), "Q": numbers("modelled_rows.csv", *OUTCOMES)}
    found = []
    for arrays, one, two in (
        (column, "observed.csv", "observed.csv modelled.csv"),
        (rows, "observed_rows.csv", "observed_rows.csv modelled_rows.csv"),
    ):
        own = f"entropy,entropy:base=2 {one}"
        found.append(Case(own, "entropy", formulas.ENTROPY, arrays, ("P",), (entropy("P"),)))
        found.append(Case(own, "entropy", formulas.ENTROPY_BITS, arrays, ("P",), (entropy("P", base=2),)))
        pair = f"cross_entropy_dist,kl,kl:base=2,kl:base=10,js {two}"
        found += [
            Case(pair, loss, formula, arrays, ("P", "Q"), calls) for loss, formula, calls in divergences()
        ]
    distance = (call("numpy.mean", call("optax.cosine_distance", "P", "Q")),)
    found.append(Case(f"cosine {two}", "cosine", formulas.COSINE, rows, ("P", "Q"), distance))
    return found


def divergences() -> Sequence[tuple[str, Formula, tuple[Call, ...]]]:
    """What two distributions are compared by; torch takes the model's logarithms."""
    logs = call("numpy.log", "Q")
    both = (call("numpy.add", entropy("P"), entropy("P", "Q")), call(f"{TORCH}.cross_entropy", logs, "P"))
    kl = (entropy("P", "Q"), call(f"{TORCH}.kl_div", logs, "P", reduction="batchmean"))
    distance = call("scipy.spatial.distance.jensenshannon", "P", "Q", axis=1)
    return (
        ("cross_entropy_dist", formulas.CROSS_ENTROPY, both),
        ("kl", formulas.KL, kl),
        ("kl", formulas.KL_BITS, (entropy("P", "Q", base=2),)),
        ("kl", formulas.KL_TEN, (entropy("P", "Q", base=10),)),
        ("js", formulas.JS, (call("numpy.mean", call("numpy.square", distance)),)),
    )


def entropy(*names: str, **options: object) -> Call:
    """The mean over rows of SciPy's entropy, relative to the second distribution where there is one."""
    return call("numpy.mean", call("scipy.stats.entropy", *names, axis=1, **options))


def saturated() -> list[Case]:
    """Probabilities of exactly 0 and 1: what each framework makes of them, and the Brier score."""
    arrays = {"y": numbers("saturated.csv", "y"), "p": numbers("saturated.csv", "p")}
    known = (
        ("bce:as=torch", formulas.BCE_TORCH, (call(f"{TORCH}.binary_cross_entropy", "p", "y"),)),
        (
            "bce:as=keras",
            formulas.BCE_KERAS,
            (call("numpy.mean", call("keras.losses.binary_crossentropy", "y", "p", axis=0)),),
        ),
        ("bce:as=sklearn", formulas.BCE_SKLEARN, (call(f"{METRICS}.log_loss", "y", "p"),)),
        (
            "brier",
            formulas.SQUARED,
            (call(f"{METRICS}.brier_score_loss", "y", "p"), call(f"{TORCH}.mse_loss", "p", "y")),
        ),
    )
    arguments = f"{','.join(spec for spec, *_ in known)} saturated.csv:y :p"
    return [
        Case(arguments, spec.split(":")[0], formula, arrays, ("y", "p"), calls)
        for spec, formula, calls in known
    ]


CASES = [
    *ten_rows(),
    *worked_examples(),
    *saturated(),
    *margins(),
    *cancer(),
    *iris(),
    *diabetes(),
    *distributions(),
    *roles.CASES,
]
