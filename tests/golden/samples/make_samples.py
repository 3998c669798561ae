"""Writes the made files of sample_data: out-of-fold predictions, two distributions, worked examples.

    python tests/golden/samples/make_samples.py [FOLDER]

Needs numpy and scikit-learn. Every seed is fixed: the same versions on the same processor write the same
bytes again; another processor may change last digits. The data sets are those that scikit-learn carries with
it; a prediction is always made by a model that has not seen the row (cross_val_predict).
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path

import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_predict
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

ROOT = Path(__file__).resolve().parents[3]
FIVE_FOLDS = StratifiedKFold(5, shuffle=True, random_state=0)
# No model made these tables: they were typed, and this script leaves them alone.
WRITTEN_BY_HAND = ("demand.csv", "demand_history.csv", "saturated.csv", "searches.csv")
# A double resolves about 16 decimals just below one; the sixteenth would be noise.
MOST_DECIMALS = 15

LABELS = (1, 1, 1, 1, 1, 0, 0, 0, 0, 0)
PROBABILITIES = (0.8, 0.9, 0.9, 0.6, 0.8, 0.1, 0.4, 0.2, 0.1, 0.3)
WEIGHTS = (1, 1, 2, 1, 0.5, 1, 3, 1, 1, 0.25)

# Four outcomes; every row adds up to one exactly in decimals. The zeros are outcomes that never happened.
OBSERVED_ROWS = (
    (0.5, 0.25, 0.125, 0.125),
    (0.7, 0.2, 0.1, 0.0),
    (0.25, 0.25, 0.25, 0.25),
    (0.0, 0.0, 1.0, 0.0),
    (0.05, 0.15, 0.3, 0.5),
    (0.9, 0.04, 0.03, 0.03),
)
MODELLED_ROWS = (
    (0.25, 0.25, 0.25, 0.25),
    (0.6, 0.25, 0.1, 0.05),
    (0.1, 0.2, 0.3, 0.4),
    (0.02, 0.03, 0.9, 0.05),
    (0.05, 0.15, 0.3, 0.5),
    (0.4, 0.3, 0.2, 0.1),
)


def main() -> None:
    """Writes every made file into FOLDER (default: sample_data)."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "sample_data"
    folder.mkdir(parents=True, exist_ok=True)
    ten_rows(folder)
    worked_examples(folder)
    distributions(folder)
    breast_cancer(folder)
    iris(folder)
    diabetes(folder)


def ten_rows(folder: Path) -> None:
    """The ten labels and probabilities of the introductions, one column a file, and ten weights."""
    write(folder / "y.csv", ["y"], zip(LABELS, strict=True))
    write(folder / "p.csv", ["p"], zip(PROBABILITIES, strict=True))
    write(folder / "w.csv", ["w"], zip(WEIGHTS, strict=True))


def worked_examples(folder: Path) -> None:
    """The one-row and three-row examples, and eight scores against labels -1 and +1."""
    write(folder / "zero_against_0.3.csv", ["target", "prediction"], [(0, 0.3)])
    write(folder / "one_against_0.012.csv", ["target", "prediction"], [(1, 0.012)])
    write(folder / "price.csv", ["target", "prediction"], [(2.89, 3.07)])
    write(folder / "three_values.csv", ["target", "prediction"], [(1.1, 1), (2, 1.7), (1.7, 1.5)])
    scores = [(1, 2.3), (1, 0.4), (1, -0.7), (1, 1), (-1, -1.8), (-1, -0.2), (-1, 1.1), (-1, -3.5)]
    write(folder / "margins.csv", ["label", "score"], scores)


def distributions(folder: Path) -> None:
    """One distribution a column (read downwards), and one a row."""
    write(folder / "observed.csv", ["observed"], [(value,) for value in OBSERVED_ROWS[0]])
    write(folder / "modelled.csv", ["modelled"], [(value,) for value in MODELLED_ROWS[2]])
    outcomes = ["sun", "cloud", "rain", "snow"]
    write(folder / "observed_rows.csv", outcomes, OBSERVED_ROWS)
    write(folder / "modelled_rows.csv", outcomes, MODELLED_ROWS)


def breast_cancer(folder: Path) -> None:
    """569 rows: labels (1 is malignant), a model on 30 features, the same shuffled, one on two features."""
    features, benign = load_breast_cancer(return_X_y=True)
    malignant = 1 - benign
    ids = [f"b{number:03d}" for number in range(len(malignant))]
    write(folder / "cancer_labels.csv", ["id", "label"], zip(ids, malignant.tolist(), strict=True))
    header = ["id", "probability", "logit"]
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=1000))
    rows = cancer_rows(ids, out_of_fold_logits(model, features, malignant))
    write(folder / "cancer_all_features.csv", header, rows)
    order = np.random.default_rng(0).permutation(len(rows))
    write(folder / "cancer_all_features_shuffled.csv", header, [rows[position] for position in order])
    # Mean radius and mean texture only: the same kind of model, and clearly worse.
    rows = cancer_rows(ids, out_of_fold_logits(model, features[:, :2], malignant))
    write(folder / "cancer_two_features.csv", header, rows)


def out_of_fold_logits(model: Pipeline, features: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The decision function of models that have not seen the row."""
    logits: np.ndarray = cross_val_predict(model, features, target, cv=FIVE_FOLDS, method="decision_function")
    return logits


def cancer_rows(ids: Sequence[str], logits: np.ndarray) -> list[tuple[object, ...]]:
    """Id, probability with six digits on its smaller side, logit."""
    return [
        (name, probability_text(1 / (1 + np.exp(-logit))), logit_text(logit))
        for name, logit in zip(ids, logits, strict=True)
    ]


def iris(folder: Path) -> None:
    """150 rows: species by name, a probability per species; the same model's scores; species as 0 and 1."""
    data = load_iris()
    names = [str(name) for name in data.target_names]
    ids = [f"f{number:03d}" for number in range(len(data.target))]
    species = [names[index] for index in data.target]
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    shares = cross_val_predict(model, data.data, data.target, cv=FIVE_FOLDS, method="predict_proba")
    scores = cross_val_predict(model, data.data, data.target, cv=FIVE_FOLDS, method="decision_function")
    rows = [
        (name, kind, *simplex_text(row))
        for name, kind, row in zip(ids, species, shares.tolist(), strict=True)
    ]
    write(folder / "iris.csv", ["id", "species", *names], rows)
    rows = [(name, kind, *map(logit_text, row)) for name, kind, row in zip(ids, species, scores, strict=True)]
    write(folder / "iris_logits.csv", ["id", "species", *names], rows)
    rows = [(name, *(int(kind == other) for other in names)) for name, kind in zip(ids, species, strict=True)]
    write(folder / "iris_onehot.csv", ["id", *names], rows)


def diabetes(folder: Path) -> None:
    """442 rows: disease progression after a year, and a ridge regression's prediction."""
    features, target = load_diabetes(return_X_y=True)
    folds = KFold(5, shuffle=True, random_state=0)
    prediction = cross_val_predict(make_pipeline(StandardScaler(), Ridge()), features, target, cv=folds)
    rows = [(int(true), f"{value:.6g}") for true, value in zip(target, prediction, strict=True)]
    write(folder / "diabetes.csv", ["target", "prediction"], rows)


def probability_text(probability: float) -> str:
    """Six significant digits of p, or of 1 - p where p is above one half: nothing is rounded to one."""
    if probability <= 0.5:
        return plain(Decimal(f"{probability:.6g}"))
    rest = Decimal(f"{1 - probability:.6g}")
    return plain(round(1 - rest, MOST_DECIMALS))


def logit_text(logit: float) -> str:
    """Nine digits: the fit itself is not known better on another processor."""
    return f"{logit:.9g}"


def simplex_text(row: Sequence[float]) -> list[str]:
    """Six significant digits each; the largest takes what is left: the decimals add up to one exactly."""
    digits = [Decimal(f"{value:.6g}") for value in row]
    largest = row.index(max(row))
    digits[largest] = 1 - (sum(digits) - digits[largest])
    return [plain(value) for value in digits]


def plain(value: Decimal) -> str:
    """Without an exponent and without zeros at the end."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """CSV with a header and line feeds; floats in the shortest digits that read back the same."""
    with path.open("w", newline="", encoding="ascii") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
