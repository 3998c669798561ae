"""The sample files are what they say, and their expected results are what anybody else computes from them."""

from __future__ import annotations

import ast
import csv
import math
import re
import runpy
import subprocess
import sys
from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import mpmath
import pytest
import sample_commands
from mpmath import mpf

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "sample_data"
GOLDEN = ROOT / "tests" / "golden"
ENTRIES = sample_commands.expected()
COMMANDS = sample_commands.commands()
SPECIES = ("setosa", "versicolor", "virginica")
OUTCOMES = ("sun", "cloud", "rain", "snow")
# What each library agrees to: Keras counts in single precision.
AGREEMENT = {"keras": 1e-6}
# What the introductions print, to the digits that they print.
PRINTED = {
    ("zero_against_0.3.csv", "bce"): ("0.357", 3),
    ("y.csv", "bce"): ("0.247", 3),
    ("three_values.csv", "mae"): ("0.2", 1),
    ("price.csv", "mae"): ("0.18", 2),
    ("price.csv", "mse"): ("0.0324", 4),
    ("one_against_0.012.csv", "bce"): ("4.42", 2),
}


def table(file: str) -> dict[str, list[str]]:
    """A sample file's columns as text."""
    with (SAMPLES / file).open(newline="", encoding="ascii") as lines:
        reader = csv.DictReader(lines)
        rows = list(reader)
        return {name: [row[name] for row in rows] for name in reader.fieldnames or ()}


def column(file: str, name: str | None = None) -> list[Any]:
    """One column as numbers at many digits, read from the decimals themselves."""
    columns = table(file)
    return [mpf(text) for text in columns[name or next(iter(columns))]]


def mean(values: list[Any]) -> Any:
    return mpmath.fsum(values) / len(values)


def log(value: Any) -> Any:
    return mpmath.log(value)


# An evaluation of its own, from the files' decimals: no line is shared with the scripts that wrote values.
def bce(y: Any, p: Any) -> Any:
    return -log(p) if y == 1 else -log(1 - p)


def regression(of: Callable[[Any], Any]) -> Any:
    pairs = zip(column("diabetes.csv", "target"), column("diabetes.csv", "prediction"), strict=True)
    return mean([of(y - p) for y, p in pairs])


def cancer(
    of: Callable[[Any, Any], Any], file: str = "cancer_all_features.csv", name: str = "probability"
) -> Any:
    by_id = dict(zip(table(file)["id"], column(file, name), strict=True))
    labels = zip(table("cancer_labels.csv")["id"], column("cancer_labels.csv", "label"), strict=True)
    return mean([of(y, by_id[key]) for key, y in labels])


def iris() -> Any:
    columns = table("iris.csv")
    rows = zip(columns["species"], *(column("iris.csv", name) for name in SPECIES), strict=True)
    return mean([-log(shares[SPECIES.index(species)]) for species, *shares in rows])


def information() -> Any:
    return -mpmath.fsum(p * mpmath.log(p, 2) for p in column("observed.csv"))


def divergence() -> Any:
    return mpmath.fsum(
        p * log(p / q) for p, q in zip(column("observed.csv"), column("modelled.csv"), strict=True)
    )


def saturated(of: Callable[[Any, Any], Any]) -> Any:
    return mean(
        [of(*pair) for pair in zip(column("saturated.csv", "y"), column("saturated.csv", "p"), strict=True)]
    )


def likelier(y: Any, p: Any) -> Any:
    return p if y == 1 else 1 - p


def clip(value: Any, least: Any, most: Any) -> Any:
    return most if value > most else least if value < least else value


def keras(y: Any, p: Any) -> Any:
    with mpmath.workprec(24):
        least = +mpf("1e-7")
        kept = likelier(y, clip(+p, least, 1 - least))  # 1 - p is rounded like all else
    return -log(kept)


def demand(of: Callable[..., Any], *names: str) -> Any:
    return mean([of(*row) for row in zip(*(column("demand.csv", name) for name in names), strict=True)])


def surprise(y: Any, m: Any, v: Any) -> Any:
    return (log(v) + (y - m) ** 2 / v) / 2


def three_quantiles(y: Any, *predicted: Any) -> Any:
    pairs = zip((mpf("0.1"), mpf("0.5"), mpf("0.9")), predicted, strict=True)
    return mean([t * (y - q) if y > q else (1 - t) * (q - y) for t, q in pairs])


def interval(y: Any, low: Any, high: Any) -> Any:
    return high - low + 10 * (low - y if y < low else y - high if y > high else 0)


def scaled(power: int) -> Any:
    rows = zip(
        table("demand.csv")["shop"],
        column("demand.csv", "sold"),
        column("demand.csv", "forecast"),
        strict=True,
    )
    past = list(zip(table("demand_history.csv")["shop"], column("demand_history.csv", "sold"), strict=True))
    scales = {}
    for shop in ("north", "south"):
        series = [sold for name, sold in past if name == shop]
        scales[shop] = mean([abs(series[i + 4] - series[i]) ** power for i in range(len(series) - 4)])
    return mean([abs(y - p) ** power / scales[shop] for shop, y, p in rows])


def lists() -> list[list[tuple[Any, Any]]]:
    found: dict[str, list[tuple[Any, Any]]] = {}
    relevance, scores = column("searches.csv", "relevance"), column("searches.csv", "score")
    for query, *item in zip(table("searches.csv")["query"], relevance, scores, strict=True):
        found.setdefault(query, []).append((item[0], item[1]))
    return list(found.values())


def listnet() -> Any:
    def of_list(items: Sequence[tuple[Any, Any]]) -> Any:
        whole = mpmath.fsum(mpmath.exp(score) for _, score in items)
        return -mpmath.fsum(y * log(mpmath.exp(score) / whole) for y, score in items)

    return mean([of_list(items) for items in lists()])


def ranknet() -> Any:
    pairs = [(a, b) for items in lists() for x, a in items for y, b in items if x > y]
    return mean([log(1 + mpmath.exp(b - a)) for a, b in pairs])


EVALUATED: dict[tuple[str, ...], Callable[[], Any]] = {
    ("bce", "y.csv", "mean"): lambda: mean(
        [bce(*pair) for pair in zip(column("y.csv"), column("p.csv"), strict=True)]
    ),
    ("bce", "zero_against_0.3.csv", "mean"): lambda: -log(1 - mpf("0.3")),
    ("bce", "one_against_0.012.csv", "mean"): lambda: -log(mpf("0.012")),
    ("mae", "three_values.csv", "mean"): lambda: (mpf("0.1") + mpf("0.3") + mpf("0.2")) / 3,
    ("mse", "price.csv", "mean"): lambda: mpf("0.18") ** 2,
    ("mse", "diabetes.csv", "mean"): lambda: regression(lambda r: r * r),
    ("mae", "diabetes.csv", "mean"): lambda: regression(abs),
    ("rmse", "diabetes.csv", "None"): lambda: mpmath.sqrt(regression(lambda r: r * r)),
    ("log_cosh", "diabetes.csv", "mean"): lambda: regression(lambda r: log(mpmath.cosh(r))),
    ("pinball:tau=0.9", "diabetes.csv", "mean"): lambda: regression(lambda r: max(9 * r, -r) / 10),
    ("bce", "cancer_all_features.csv", "mean"): lambda: cancer(bce),
    ("bce", "cancer_all_features_shuffled.csv", "mean"): lambda: cancer(
        bce, "cancer_all_features_shuffled.csv"
    ),
    ("bce", "cancer_two_features.csv", "mean"): lambda: cancer(bce, "cancer_two_features.csv"),
    ("bce_logits", "cancer_all_features.csv", "mean"): lambda: cancer(
        lambda y, z: log(1 + mpmath.exp(-z if y == 1 else z)), name="logit"
    ),
    ("brier", "cancer_all_features.csv", "mean"): lambda: cancer(lambda y, p: (y - p) ** 2),
    ("sparse_categorical_ce", "iris.csv", "mean"): iris,
    ("categorical_ce", "iris_onehot.csv", "mean"): iris,
    ("entropy:base=2", "observed.csv", "mean"): information,
    ("kl", "observed.csv", "mean"): divergence,
    ("brier", "saturated.csv", "mean"): lambda: saturated(lambda y, p: (y - p) ** 2),
    ("bce:as=torch", "saturated.csv", "mean"): lambda: saturated(
        lambda y, p: min(mpf(100), -log(likelier(y, p))) if likelier(y, p) else mpf(100)
    ),
    ("bce:as=keras", "saturated.csv", "mean"): lambda: saturated(keras),
    ("bce:as=sklearn", "saturated.csv", "mean"): lambda: saturated(
        lambda y, p: -log(clip(likelier(y, p), mpf(2) ** -52, 1 - mpf(2) ** -52))
    ),
    ("gaussian_nll", "demand.csv", "mean"): lambda: demand(surprise, "sold", "forecast", "variance"),
    ("gaussian_nll:full=yes", "demand.csv", "mean"): lambda: demand(
        lambda *row: surprise(*row) + log(2 * mpmath.pi) / 2, "sold", "forecast", "variance"
    ),
    ("multi_quantile:tau=0.1,0.5,0.9", "demand.csv", "mean"): lambda: demand(
        three_quantiles, "sold", "q10", "q50", "q90"
    ),
    ("interval_score:alpha=0.2", "demand.csv", "mean"): lambda: demand(interval, "sold", "q10", "q90"),
    ("mase:m=4", "demand.csv", "mean"): lambda: scaled(1),
    ("rmsse:m=4", "demand.csv", "None"): lambda: mpmath.sqrt(scaled(2)),
    ("listnet", "searches.csv", "mean"): listnet,
    ("pairwise_logistic", "searches.csv", "mean"): ranknet,
}


def value(loss: str, file: str, reduction: str) -> float:
    """The expected value of a spec on a file, unweighted."""
    found = []
    for words, entries in COMMANDS.items():
        specs = re.split(r",(?![-+.\d])", words[1])  # a comma before a number continues a value
        for spec, entry in zip(specs, entries, strict=True):
            same = spec == loss and str(entry["reduction"]) == reduction and "--weight" not in words
            if same and f"sample_data/{file}" in entry["files"]:
                found.append(entry["value"])
    assert len(found) == 1, f"{loss} on {file}: {len(found)} expected values"
    return found[0]


@pytest.mark.parametrize(("loss", "file", "reduction"), EVALUATED)
def test_expected_value_is_the_formula_of_the_decimals(loss: str, file: str, reduction: str) -> None:
    with mpmath.workdps(50):
        own = EVALUATED[loss, file, reduction]()
        stored = mpf(value(loss, file, reduction))
        # The file's decimals and the doubles they become differ by 1e-16 of a residual near zero at most.
        assert abs(own - stored) <= mpf("1e-12") * abs(own)


@pytest.mark.parametrize(("file", "loss"), PRINTED)
def test_introductions_print_these_numbers(file: str, loss: str) -> None:
    text, decimals = PRINTED[file, loss]
    assert f"{value(loss, file, 'mean'):.{decimals}f}" == text


def test_every_entry_is_complete_and_its_origins_agree() -> None:
    assert len(ENTRIES) >= 50
    for entry in ENTRIES:
        assert set(entry) == {"files", "arguments", "loss", "reduction", "value", "origins"}
        assert math.isfinite(entry["value"])
        assert len({origin["library"] for origin in entry["origins"]}) >= 2, entry["arguments"]
        for origin in entry["origins"]:
            assert set(origin) == {"library", "version", "call", "value"}
            assert all(origin[part] for part in ("library", "version", "call"))
            bound = AGREEMENT.get(origin["library"], 1e-12)
            assert origin["value"] == pytest.approx(entry["value"], rel=bound, abs=0)


def test_every_sample_file_has_an_expected_result_and_exists() -> None:
    used = {name for entry in ENTRIES for name in entry["files"]}
    present = {f"sample_data/{path.name}" for path in SAMPLES.glob("*.csv")}
    assert used == present


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.csv")), ids=lambda path: path.name)
def test_files_are_plain_tables(path: Path) -> None:
    raw = path.read_bytes()
    assert raw.endswith(b"\n")
    assert b"\r" not in raw
    assert b'"' not in raw
    rows = [line.split(",") for line in raw.decode("ascii").splitlines()]
    assert all(name.strip() for name in rows[0]), "an unnamed column"
    assert len(set(rows[0])) == len(rows[0])
    assert {len(row) for row in rows} == {len(rows[0])}
    assert len(raw) < 25_000


def test_sizes_and_keys() -> None:
    sizes = {"cancer_labels.csv": 569, "iris.csv": 150, "diabetes.csv": 442, "y.csv": 10, "p.csv": 10}
    assert {file: len(next(iter(table(file).values()))) for file in sizes} == sizes
    ordered, shuffled = table("cancer_all_features.csv"), table("cancer_all_features_shuffled.csv")
    assert ordered["id"] == table("cancer_labels.csv")["id"] == table("cancer_two_features.csv")["id"]
    assert len(set(ordered["id"])) == 569
    assert shuffled["id"] != ordered["id"]
    assert sorted(zip(*shuffled.values(), strict=True)) == sorted(zip(*ordered.values(), strict=True))


def test_rows_of_probabilities_add_up_to_one_exactly() -> None:
    rowwise = {"iris.csv": SPECIES, "iris_onehot.csv": SPECIES}
    rowwise |= dict.fromkeys(("observed_rows.csv", "modelled_rows.csv"), OUTCOMES)
    for file, names in rowwise.items():
        columns = table(file)
        for row in zip(*(columns[name] for name in names), strict=True):
            assert sum(map(Decimal, row)) == 1, (file, row)
    for file in ("observed.csv", "modelled.csv"):
        assert sum(map(Decimal, next(iter(table(file).values())))) == 1


def test_no_probability_was_rounded_to_certainty() -> None:
    for file in ("cancer_all_features.csv", "cancer_two_features.csv"):
        assert all(0 < p < 1 for p in map(float, table(file)["probability"]))


def test_the_saturated_file_holds_certainties_both_right_and_wrong() -> None:
    certain = [(y, p) for y, p in zip(*table("saturated.csv").values(), strict=True) if p in ("0", "1")]
    assert ("1", "0") in certain
    assert ("1", "1") in certain


def test_each_shop_and_each_query_stands_together() -> None:
    for file, name in (("demand.csv", "shop"), ("demand_history.csv", "shop"), ("searches.csv", "query")):
        names = table(file)[name]
        changes = [left for left, right in pairwise(names) if left != right]
        assert len(changes) == len(set(names)) - 1
    assert set(table("demand.csv")["shop"]) == set(table("demand_history.csv")["shop"])


def test_golden_scripts_never_import_losscli() -> None:
    scripts = sorted((GOLDEN / "samples").rglob("*.py"))
    assert scripts
    for script in scripts:
        for node in ast.walk(ast.parse(script.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.split(".")[0] == "losscli"], script


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words[1:])[:60])
def test_command_gives_the_expected_values(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    launch = [sys.executable, "-m", "losscli"]
    assert sample_commands.differences(launch, words, COMMANDS[words], str(tmp_path)) == []


@pytest.mark.parity
def test_samples_can_be_made_again(tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    script = GOLDEN / "samples" / "make_samples.py"
    subprocess.run([sys.executable, str(script), str(tmp_path)], check=True, stdin=subprocess.DEVNULL)
    made = {path.name for path in tmp_path.iterdir()}
    by_hand = set(runpy.run_path(str(script))["WRITTEN_BY_HAND"])
    assert not made & by_hand
    assert made | by_hand == {path.name for path in SAMPLES.glob("*.csv")}
    for path in tmp_path.iterdir():
        assert_same_table(path, SAMPLES / path.name)


def assert_same_table(made: Path, stored: Path) -> None:
    """Text is equal; numbers agree as far as a fit on another processor does."""
    for own, other in zip(made.read_text().splitlines(), stored.read_text().splitlines(), strict=True):
        for left, right in zip(own.split(","), other.split(","), strict=True):
            assert left == right or float(left) == pytest.approx(float(right), rel=1e-5, abs=1e-12)
