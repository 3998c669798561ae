"""The fifteen differences of convention that do most harm, as somebody meets them: a loss in mind, files, and
the number that another tool printed. ``python -m tests.analysis.reconcile_traps`` prints what reconcile says
of each."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import losscli
from losscli.report.fits import Sought

FIRST = 3
"""Among so many fits the expected one stands."""


@dataclass(frozen=True)
class Met:
    """A trap: its number, the loss in mind, target, prediction, the number printed, and what reconcile must
    name: a loss with its convention, or words. `reason` says why it cannot be found."""

    trap: int
    loss: str
    target: Sequence[Any]
    prediction: Sequence[Any]
    printed: str
    named: str
    options: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""

    @property
    def name(self) -> str:
        """What tests call it."""
        return f"{self.trap}-{self.loss}-{self.printed}"


P = [[0.5, 0.5, 0.0], [0.1, 0.2, 0.7]]
Q = [[0.4, 0.4, 0.2], [0.2, 0.2, 0.6]]
FIRST_P, FIRST_Q = P[:1], Q[:1]
ROW = [[0.7, 0.2, 0.1]]
LOGITS = [[2.0, 1.0, 0.1]]
WEIGHTS = {"weight": [1.0, 3.0]}
HINGED = [[-0.5, -1.0, -0.3]]
RIGHT = [[-5.0, 0.2, -3.0]]
SURE = [[0.1, 0.1, 0.8], [0.7, 0.2, 0.1], [0.2, 0.5, 0.3]]
MASK, GUESS = [[1, 1, 0, 0]], [[0.9, 0.2, 0.6, 0.1]]
MASKS, GUESSES = [[1, 1], [0, 1]], [[0.9, 0.8], [0.1, 0.2]]
SPENT, SOLD = [2.0, 4.0, 0.0], [1.0, 5.0, 1.0]
GAMMA = ([2.0, 4.0, 0.5, 1.0], [1.0, 5.0, 1.0, 1.0])
CLASSES, MADE = [0, 0, 1], [[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]
COUNTS, MEANS = [2.0, 0.0], [1.5, 0.5]
TVERSKY = "tversky:alpha=0.7:beta=0.3"

MET = (
    Met(1, "bce", [1], [0.0], "100.0", "bce:as=torch"),
    Met(1, "bce", [1], [0.0], "16.1181", "bce:as=keras"),
    Met(1, "bce", [0], [1.0], "15.9424", "bce:as=keras"),
    Met(1, "bce", [1], [0.0], "36.0437", "bce:as=sklearn"),
    Met(1, "bce", [1], [0.0], "34.5388", "bce:as=lightgbm"),
    Met(1, "bce", [1], [0.0], "27.6310", "bce:as=lightgbm.cross_entropy"),
    Met(1, "bce", [1], [0.0], "36.8414", "bce:as=xgboost"),
    Met(1, "bce", [1], [0.0], "inf", "bce"),
    Met(2, "sparse_categorical_ce", [0], ROW, "0.7679", "sparse_softmax_ce"),
    Met(2, "sparse_softmax_ce", [0], ROW, "0.3567", "sparse_categorical_ce"),
    Met(2, "nll", [0], ROW, "-0.7", "nll"),
    Met(2, "sparse_softmax_ce", [0], LOGITS, "0.4383", "sparse_categorical_ce:as=keras"),
    Met(3, "kl", P, Q, "0.0436", "kl:as=torch"),
    Met(3, "kl", P, Q, "0.2617", "the sum over the rows"),
    Met(3, "kl", P, Q, "1.3847", "target and prediction swapped"),
    Met(3, "kl", P, Q, "inf", "target and prediction swapped"),
    Met(3, "kl", P, Q, "-1.1875", "log_prediction=yes"),
    Met(3, "kl", FIRST_P, FIRST_Q, "0.3219", "base=2"),
    Met(3, "js", FIRST_P, FIRST_Q, "0.2736", "js:as=scipy"),
    Met(4, "mse", [0.0, 0.0], [1.0, 2.0], "6.5", "mse:as=keras.MeanSquaredError", WEIGHTS),
    Met(4, "huber", [0.0, 0.0], [1.0, 2.0], "2.5", "huber:as=torch", WEIGHTS),
    Met(4, "bce", [0, 1], [0.5, 0.5], "1.3863", "bce:as=torch", WEIGHTS),
    Met(4, "sparse_softmax_ce:weight=1,4", CLASSES, MADE, "0.4799", "sparse_softmax_ce:weight=1,4"),
    Met(
        4,
        "sparse_softmax_ce:weight=1,4",
        CLASSES,
        MADE,
        "0.9599",
        "softmax_ce:weight=1,4:as=torch",
    ),
    Met(5, "huber", [0.0], [3.0], "2.1623", "soft_l1"),
    Met(5, "huber", [0.0], [3.0], "1.6137", "fair"),
    Met(5, "huber", [0.0], [3.0], "4.0", "delta=2"),
    Met(5, "huber", [0.0], [3.0], "2.295", "huber:as=lightgbm"),
    Met(5, "huber", [0.0], [3.0], "3.1305", "huber:as=statsmodels"),
    Met(5, "huber:delta=2", [0.0], [1.0], "0.25", "half of it"),
    Met(6, "mse", [0.0], [3.0], "4.5", "half_squared_error"),
    Met(6, "pinball:tau=0.9", [2.0], [1.0], "1.8", "twice as much"),
    Met(6, "gamma_deviance", *GAMMA, "1.04629", "gamma_deviance:as=lightgbm"),
    Met(6, "crps_quantile:tau=0.1,0.5,0.9", [2.0], [[1.0, 2.5, 4.0]], "0.1833", "half of it"),
    Met(7, "poisson_nll", COUNTS, MEANS, "1.5652", "poisson_nll_log"),
    Met(7, "poisson_nll", COUNTS, MEANS, "0.5754", "poisson_deviance"),
    Met(7, "poisson_nll", COUNTS, MEANS, "0.9411", "full=yes"),
    Met(7, "poisson_nll", COUNTS, MEANS, "0.9204", "poisson_nll:full=yes:as=torch"),
    Met(8, "rmse", [[0.0, 0.0], [0.0, 0.0]], [[1.0, 7.0], [1.0, 1.0]], "3.0", "rmse:as=sklearn"),
    Met(8, "mse", [1.0, 2.0], [1.0, 2.0], "0.5", "every target against every prediction"),
    Met(9, "crammer_singer", [1], HINGED, "2.0000", "categorical_hinge"),
    Met(9, "crammer_singer", [1], HINGED, "1.0667", "multi_margin"),
    Met(9, "crammer_singer", [1], HINGED, "1.2174", "crammer_singer:as=torchmetrics"),
    Met(9, "crammer_singer", [1], RIGHT, "0.0832", "crammer_singer:as=torchmetrics"),
    Met(10, "hinge", [0, 1], [-0.5, 0.5], "0.75", "hinge:as=optax"),
    Met(10, "hinge", [1, 1], [2.0, 2.0], "3.0", "hinge:as=sklearn"),
    Met(10, "hinge", [1, 1], [2.0, 2.0], "0.1192", "hinge:as=torchmetrics"),
    Met(11, "mape", [2.0, 4.0], [1.0, 5.0], "37.5", "mape:as=keras"),
    Met(11, "mape", SPENT, SOLD, "1.5012e15", "mape:as=sklearn"),
    Met(11, "mape", SPENT, SOLD, "3.3333e8", "mape:as=keras"),
    Met(11, "mape", SPENT, SOLD, "284900.5", "mape:as=torchmetrics"),
    Met(11, "mape", SPENT, SOLD, "0.58333", "mape:as=lightgbm"),
    Met(12, "smape", SPENT, [1.0, 5.0, 0.0], "0.29630", "smape:as=torchmetrics"),
    Met(12, "smape", SPENT, [1.0, 5.0, 0.0], "29.630", "percent"),
    Met(13, "cosine", [[1.0, 2.0]], [[2.0, 4.0]], "-1.0", "as keras's cosine_similarity"),
    Met(13, "cosine_similarity", [[1.0, 2.0]] * 2, [[2.0, 4.0]] * 2, "2.0", "the sum over the rows"),
    Met(14, "brier", [1, 0], [0.8, 0.3], "0.13", "scale_by_half=no"),
    Met(14, "brier_multiclass", [2, 0, 1], SURE, "0.09667", "scale_by_half=yes"),
    Met(14, "brier_multiclass", [2, 0, 1], SURE, "0.06444", "divided by the number of columns"),
    Met(14, "rps", [2, 0, 1], SURE, "1.22667", "rps:as=scoringrules"),
    Met(15, TVERSKY, MASK, GUESS, "0.4330", f"{TVERSKY}:as=keras"),
    Met(15, "dice", MASK, GUESS, "0.2759", "dice:as=optax"),
    Met(15, "dice", MASKS, GUESSES, "0.2400", "dice:as=keras"),
    Met(6, "gamma_deviance", *GAMMA, "2.09257", "", reason="the file was repeated: twice the sum"),
)


def sought(met: Met, folder: Path) -> Sought:
    """What reconcile finds, from files as somebody has them."""
    sources = []
    for role, rows in (("y", met.target), ("p", met.prediction)):
        cells = [row if isinstance(row, list) else [row] for row in rows]
        lines = [",".join(f"{role}{place}" for place in range(len(cells[0])))]
        lines += [",".join(map(repr, row)) for row in cells]
        file = folder / f"{role}.csv"
        file.write_text("\n".join(lines) + "\n")
        sources.append(str(file))
    options = {}
    if "weight" in met.options:
        file = folder / "w.csv"
        file.write_text("w\n" + "".join(f"{weight}\n" for weight in met.options["weight"]))
        options["weight"] = str(file)
    return losscli.reconcile(met.loss, *sources, value=met.printed, **options).sought[0]


def names(met: Met, found: Sought) -> bool:
    """Whether one of the first fits is the expected one."""
    return bool(met.named) and any(
        met.named == fit.spec or any(met.named in text for text in (fit.words, *fit.same))
        for fit in found.fits[:FIRST]
    )


def transcripts(folder: Path) -> Iterator[str]:
    """One line a trap."""
    for met in MET:
        found = sought(met, folder)
        verdict = "found" if names(met, found) else "number only" if found.fits else "not found"
        first = found.fits[0] if found.fits else found.nearest
        words = first.words.partition(":")[0] if first is not None else ""
        yield f"T{met.trap:<3} {met.loss:32} {met.printed:>10}  {verdict:12} {words}  {met.reason}".rstrip()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        for line in transcripts(Path(place)):
            sys.stdout.write(line + "\n")
