"""The fifteen differences of convention that do most harm: each framework's number, and the true one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

import losscli

INF = math.inf


@dataclass(frozen=True)
class Trap:
    """Arrays, options, and the number of every spec on them, to the digits that are written."""

    name: str
    arrays: tuple[Any, ...]
    numbers: Mapping[str, str]
    options: Mapping[str, Any] = field(default_factory=dict)


P = [[0.5, 0.5, 0.0], [0.1, 0.2, 0.7]]
Q = [[0.4, 0.4, 0.2], [0.2, 0.2, 0.6]]
ROW = [[0.7, 0.2, 0.1]]
MASK, GUESS = [[1.0, 1.0, 0.0, 0.0]], [[0.9, 0.2, 0.6, 0.1]]
SURE = [[0.1, 0.1, 0.8], [0.7, 0.2, 0.1], [0.2, 0.5, 0.3]]

TRAPS = [
    # 1. A probability of 0 or 1 in log loss.
    Trap(
        "certain and wrong",
        ([1.0], [0.0]),
        {
            "bce": "inf",
            "bce:as=torch": "100.0",
            "bce:as=keras": "16.1181",
            "bce:as=sklearn": "36.0437",
            "bce:as=lightgbm": "34.5388",
            "bce:as=lightgbm.cross_entropy": "27.6310",
            "bce:as=xgboost": "36.8414",
        },
    ),
    Trap("certain and wrong of 0", ([0.0], [1.0]), {"bce": "inf", "bce:as=keras": "15.9424"}),
    Trap(
        "certain and wrong among classes",
        ([0], [[0.0, 1.0]]),
        {"sparse_categorical_ce": "inf", "sparse_categorical_ce:as=lightgbm": "34.5388"},
    ),
    # 2. Logits, probabilities, log-probabilities.
    Trap(
        "what the columns are",
        ([0], ROW),
        {
            "sparse_categorical_ce": "0.3567",
            "keras.sparse_categorical_crossentropy": "0.3567",
            "sklearn.log_loss": "0.3567",
            "sparse_softmax_ce": "0.7679",
            "torch.cross_entropy": "0.7679",
            "optax.softmax_cross_entropy_with_integer_labels": "0.7679",
        },
    ),
    Trap("log-probabilities", ([0], np.log(ROW)), {"nll": "0.3567", "torch.nll_loss": "0.3567"}),
    Trap("probabilities given as log-probabilities", ([0], ROW), {"torch.nll_loss": "-0.7"}),
    Trap(
        "logits given as probabilities",
        ([0], [[2.0, 1.0, 0.1]]),
        {"sparse_categorical_ce:as=keras": "0.4383", "sparse_softmax_ce": "0.4170"},
    ),
    # 3. Divergences: reduction, order of the arguments, base, root.
    Trap(
        "divergence",
        (P, Q),
        {
            "kl": "0.1309",
            "kl:as=torch": "0.0436",
            "kl:as=keras": "0.1309",
            "kl:as=optax": "0.1309",
            "kl:as=torchmetrics": "0.1309",
        },
    ),
    Trap("divergence, swapped", (Q, P), {"kl": "inf", "kl:as=keras": "1.3847", "kl:as=torch": "inf"}),
    Trap("base of the logarithm", (P[:1], Q[:1]), {"kl": "0.2231", "kl:base=2": "0.3219"}),
    Trap("divergence and distance", (P[:1], Q[:1]), {"js": "0.0749", "js:as=scipy": "0.2736"}),
    # 4. Weights.
    Trap(
        "weights",
        ([0.0, 0.0], [1.0, 2.0]),
        {"mse": "3.25", "sklearn.mean_squared_error": "3.25", "keras.MeanSquaredError": "6.5", "mae": "1.75"},
        {"weight": [1.0, 3.0]},
    ),
    Trap(
        "weights of huber",
        ([0.0, 0.0], [1.0, 2.0]),
        {"huber": "1.25", "huber:as=torch": "2.5"},
        {"weight": [1.0, 3.0]},
    ),
    Trap(
        "weights of log loss",
        ([0.0, 1.0], [0.5, 0.5]),
        {"bce": "0.6931", "bce:as=torch": "1.3863"},
        {"weight": [1.0, 3.0]},
    ),
    Trap(
        "class weights, indices",
        ([0, 0, 1], [[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]),
        {"torch.cross_entropy:weight=1,4": "0.4799"},
    ),
    Trap(
        "class weights, one-hot",
        ([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]),
        {"torch.cross_entropy:weight=1,4": "0.9599"},
    ),
    # 5. Huber and its relatives, and their defaults.
    Trap(
        "thresholds",
        ([0.0], [3.0]),
        {
            "huber": "2.5",
            "smooth_l1": "2.5",
            "pseudo_huber": "2.1623",
            "fair": "1.6137",
            "huber:delta=2": "4.0",
            "smooth_l1:beta=2": "2.0",
            "pseudo_huber:delta=2": "3.2111",
            "huber:as=lightgbm": "2.295",
            "huber:as=statsmodels": "3.1305",
        },
    ),
    Trap("within a threshold", ([0.0], [1.0]), {"huber:delta=2": "0.5", "smooth_l1:beta=2": "0.25"}),
    # 6. Factors of two.
    Trap(
        "halves",
        ([0.0], [3.0]),
        {"mse": "9.0", "half_squared_error": "4.5", "optax.l2_loss": "4.5", "optax.squared_error": "9.0"},
    ),
    Trap(
        "pinball and absolute error",
        ([2.0], [1.0]),
        {"pinball": "0.5", "mae": "1.0", "pinball:tau=0.9": "0.9"},
    ),
    Trap(
        "gamma deviance",
        ([2.0, 4.0, 0.5, 1.0], [1.0, 5.0, 1.0, 1.0]),
        {
            "gamma_deviance": "0.26157",
            "sklearn.mean_gamma_deviance": "0.26157",
            "gamma_deviance:as=lightgbm": "1.04629",
        },
    ),
    Trap(
        "score of three quantiles",
        ([2.0], [[1.0, 2.5, 4.0]]),
        {
            "crps_quantile:tau=0.1,0.5,0.9": "0.3667",
            "multi_quantile:tau=0.1,0.5,0.9": "0.1833",
        },
    ),
    # 7. The losses called Poisson.
    Trap(
        "poisson",
        ([2.0, 0.0], [1.5, 0.5]),
        {
            "poisson_nll": "0.5945",
            "poisson_nll:as=keras": "0.5945",
            "poisson_nll:as=lightgbm": "0.5945",
            "poisson_deviance": "0.5754",
            "sklearn.mean_poisson_deviance": "0.5754",
            "poisson_nll:full=yes": "0.9411",
            "poisson_nll:as=xgboost": "0.9411",
            "poisson_nll:full=yes:as=torch": "0.9204",
            "poisson_nll_log": "1.5652",
        },
    ),
    # 8. Roots of several columns.
    Trap(
        "root of two columns",
        ([[0.0, 0.0], [0.0, 0.0]], [[1.0, 7.0], [1.0, 1.0]]),
        {
            "rmse": "3.6056",
            "sklearn.root_mean_squared_error": "3.0",
            "keras.RootMeanSquaredError": "3.6056",
            "rmse:columns=separate": "3.0",
        },
    ),
    # 9. Multiclass hinge.
    Trap(
        "hinge of three classes",
        ([1], [[-0.5, -1.0, -0.3]]),
        {
            "crammer_singer": "1.7",
            "optax.multiclass_hinge_loss": "1.7",
            "sklearn.hinge_loss": "1.7",
            "multi_margin": "1.0667",
            "torch.multi_margin_loss": "1.0667",
            "crammer_singer:as=torchmetrics": "1.2174",
        },
    ),
    Trap(
        "Keras's hinge of three classes",
        ([[0.0, 1.0, 0.0]], [[-0.5, -1.0, -0.3]]),
        {"categorical_hinge": "2.0"},
    ),
    Trap(
        "hinge, best class right",
        ([1], [[-5.0, 0.2, -3.0]]),
        {"crammer_singer": "0.0", "multi_margin": "0.0", "crammer_singer:as=torchmetrics": "0.0832"},
    ),
    Trap(
        "Keras's hinge, best class right",
        ([[0.0, 1.0, 0.0]], [[-5.0, 0.2, -3.0]]),
        {"categorical_hinge": "0.8"},
    ),
    # 10. Codings of labels.
    Trap(
        "labels 0 and 1",
        ([0.0, 1.0], [-0.5, 0.5]),
        {"hinge": "0.5", "hinge:as=keras": "0.5", "hinge:as=optax": "0.75", "soft_margin": "0.4741"},
    ),
    Trap(
        "labels of one class",
        ([1.0, 1.0], [2.0, 2.0]),
        {
            "hinge": "0.0",
            "hinge:as=sklearn": "3.0",
            "hinge:as=torchmetrics": "0.1192",
            "hinge:as=keras": "0.0",
        },
    ),
    Trap("labels 0 and 1 for pairs", ([1.0, -1.0], [0.3, 0.3]), {"hinge_embedding": "0.5"}),
    # 11. Percentage errors.
    Trap(
        "percentages",
        ([2.0, 4.0], [1.0, 5.0]),
        {"mape": "0.375", "mape:as=keras": "37.5", "mape:as=sklearn": "0.375"},
    ),
    Trap(
        "a target of 0",
        ([2.0, 4.0, 0.0], [1.0, 5.0, 1.0]),
        {
            "mape:as=sklearn": "1.5012e+15",
            "mape:as=keras": "3.3333e+08",
            "mape:as=torchmetrics": "284900.5",
            "mape:as=xgboost": "inf",
            "mape:as=lightgbm": "0.58333",
        },
    ),
    Trap("a target below 1", ([0.5], [1.0]), {"mape": "1.0", "mape:as=lightgbm": "0.5"}),
    # 12. Symmetric percentage errors.
    Trap(
        "symmetric percentages",
        ([2.0, 4.0, 0.0], [1.0, 5.0, 0.0]),
        {"smape": "0.14815", "smape:as=torchmetrics": "0.29630"},
    ),
    # 13. Cosines.
    Trap(
        "one direction",
        ([[1.0, 2.0]], [[2.0, 4.0]]),
        {
            "cosine": "0.0",
            "cosine_similarity": "1.0",
            "optax.cosine_distance": "0.0",
            "optax.cosine_similarity": "1.0",
            "keras.losses.cosine_similarity": "-1.0",
        },
    ),
    Trap(
        "two rows of one direction",
        ([[1.0, 2.0], [1.0, 2.0]], [[2.0, 4.0], [2.0, 4.0]]),
        {"cosine_similarity": "1.0", "cosine_similarity:as=torchmetrics": "2.0"},
    ),
    # 14. Brier scores.
    Trap("two classes", ([1.0, 0.0], [0.8, 0.3]), {"brier": "0.065", "sklearn.brier_score_loss": "0.065"}),
    Trap(
        "three classes",
        ([2, 0, 1], SURE),
        {"brier_multiclass": "0.19333", "sklearn.brier_score_loss": "0.19333", "rps": "0.09333"},
    ),
    # 15. Overlap.
    Trap(
        "overlap",
        (MASK, GUESS),
        {
            "tversky:alpha=0.7:beta=0.3": "0.4086",
            "tversky:alpha=0.7:beta=0.3:as=keras": "0.4330",
            "dice": "0.4211",
            "dice:as=keras": "0.4211",
            "dice:as=optax": "0.2759",
        },
    ),
    Trap(
        "two masks",
        ([[1.0, 1.0], [0.0, 1.0]], [[0.9, 0.8], [0.1, 0.2]]),
        {"dice": "0.3867", "dice:as=keras": "0.2400"},
    ),
    Trap(
        "empty masks",
        ([[0.0, 0.0]], [[0.0, 0.0]]),
        {"dice:as=keras": "1.0", "dice:as=monai": "0.0"},
    ),
]


def cases() -> list[Any]:
    """Every number of every trap."""
    return [
        pytest.param(trap, spec, text, id=f"{trap.name}-{spec}".replace(" ", "_"))
        for trap in TRAPS
        for spec, text in trap.numbers.items()
    ]


@pytest.mark.parametrize(("trap", "spec", "text"), cases())
def test_the_number_of_a_trap(trap: Trap, spec: str, text: str) -> None:
    (result,) = losscli.compute(spec, *trap.arrays, **trap.options).results
    number, wanted = result.headline.value, float(text)
    if math.isinf(wanted):
        assert number == wanted
        return
    mantissa, _, power = text.partition("e")
    step = 10.0 ** (int(power or 0) - len(mantissa.partition(".")[2]))
    assert abs(number - wanted) <= 0.5001 * step + 1e-12, f"{spec} gives {number!r}, written is {text}"


def test_a_pair_of_shapes_is_refused_where_torch_broadcasts() -> None:
    with pytest.raises(losscli.errors.LosscliError):
        losscli.losses.mse([1.0, 2.0], [[1.0], [2.0]])


def test_one_row_more_changes_the_others_only_in_torchmetrics() -> None:
    rows, more = ([0.0, 1.0], [0.2, 0.9]), ([0.0, 1.0, 1.0], [0.2, 0.9, 2.0])
    plain = [losscli.losses.hinge(*arrays).tolist() for arrays in (rows, more)]
    assert plain[1][:2] == plain[0]
    found = [
        losscli.compute("hinge:as=torchmetrics", *arrays).results[0].headline.value for arrays in (rows, more)
    ]
    assert found == pytest.approx([0.65, 0.6527], abs=5e-5)
    assert losscli.compute("hinge", *more).results[0].headline.value == pytest.approx(0.4333, abs=5e-5)


def test_every_trap_has_a_number_that_is_not_ours() -> None:
    """Nothing here is written twice: in every trap with conventions some number differs from another."""
    for trap in TRAPS:
        if any(":as=" in spec for spec in trap.numbers) and len(trap.numbers) > 2:
            assert len(set(trap.numbers.values())) > 1, trap.name
