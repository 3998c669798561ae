"""What stands beside the numbers: the headline of a set loss, names of classes, signatures, row counts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import losscli
from tests.cli.shell import losscli as run


def write(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text)
    return str(path)


def test_a_set_loss_has_one_headline_whatever_else_is_written(tmp_path: Path) -> None:
    report = losscli.compute("rmse,mae", [1.0, 2.0, 3.0], [1.0, 1.0, 1.0], reduction="mean")
    assert [(label, name) for label, name, _ in report.values()] == [("rmse", "set"), ("mae", "mean")]
    y, p = write(tmp_path, "y.csv", "y\n1\n2\n"), write(tmp_path, "p.csv", "p\n1\n1\n")
    plain = run("compute", "rmse", y, p, "-f", "value")
    assert run("compute", "rmse", y, p, "-f", "value", "-o", str(tmp_path / "r.json")).stdout == plain.stdout
    assert json.loads((tmp_path / "r.json").read_text())["results"][0]["value"] == float(plain.stdout)


def test_the_mean_of_a_row_is_finite_where_its_sum_is_not() -> None:
    report = losscli.compute("mae", [[1.7e308, 1.7e308], [1.0, 2.0]], [[0.0, 0.0], [0.0, 0.0]], rows="all")
    assert [sample.values for sample in report.samples.rows] == [(1.7e308,), (1.5,)]
    assert not report.findings()


@pytest.mark.parametrize(
    ("target", "labels", "name"),
    [
        (["cat", "dog", "dog"], None, "dog"),
        (["cat", "dog", "dog"], "cat,dog", "dog"),
        (["cat", "dog", "dog"], "dog,cat", "dog"),
        ([1, 255, 255], "1,255", "255"),
        ([1, 255, 255], None, 255.0),
    ],
)
def test_the_most_frequent_class_has_the_name_that_the_file_gives_it(
    target: Any, labels: Any, name: Any
) -> None:
    report = losscli.compute("zero_one", target, target, **({"labels": labels} if labels else {}))
    assert report.plain()["results"][0]["best_constant"]["value"] == name
    notes = [note for table in report.tables() for note in table.notes]
    assert any(f"always {name}" in note[0] for note in notes if isinstance(note, tuple)) or labels is None


def test_the_coding_that_a_column_names_is_in_the_signature(tmp_path: Path) -> None:
    file = write(tmp_path, "d.csv", "kind,dog,cat\ndog,0.9,0.1\ncat,0.3,0.7\n")
    dog, cat = (
        losscli.compute("bce", f"{file}:kind", f":{name}").results[0].signature for name in ("dog", "cat")
    )
    assert "|labels:cat,dog|" in dog
    assert "|labels:dog,cat|" in cat
    assert losscli.compute("bce", f"{file}:kind", ":dog", labels="cat,dog").results[0].signature == dog


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({}, "pair:position"),
        ({"missing": "skip"}, "missing:skip"),
        ({"id": "id"}, "pair:id"),
        ({"id": "id", "unpaired": "skip"}, "unpaired:skip(0)"),
        ({"weight": [1.0, 1.0]}, "weight:yes"),
        ({"reduction": "p90"}, "reduction:p90"),
    ],
)
def test_every_option_that_may_change_the_value_is_in_the_signature(options: Any, says: str) -> None:
    keys = {"id": ["a", "b"]} if "id" in options else {}
    target, prediction = {**keys, "v": [1.0, 2.0]}, {**keys, "v": [1.5, 2.0]}
    signature = losscli.compute("mse", target, prediction, **options).results[0].signature
    assert f"|{says}|" in signature


@pytest.mark.parametrize("multioutput", ["mean", "sum", "none"])
def test_a_row_with_two_infinite_columns_is_one_row(multioutput: str) -> None:
    target, prediction = np.ones((3, 2)), np.array([[0.5, 0.5], [0.5, 0.0], [0.0, 0.0]])
    report = losscli.compute("bce", target, prediction, multioutput=multioutput)
    (message,) = {finding.message for finding in report.findings()}
    assert "2 rows have" in message
    assert "row 2" in message


def test_a_loss_beyond_the_doubles_is_not_called_infinite() -> None:
    target, prediction = [1e200, -1e200, 1.0], [-1e200, 1e200, 0.0]
    report = losscli.compute("mse,rmse,mae", target, prediction)
    mse, rmse, mae = report.results
    assert (mse.headline.status, mse.reductions["max"].status) == ("overflow", "overflow")
    assert (rmse.headline.status, mae.headline.status) == ("ok", "ok")
    assert [(finding.code, finding.message) for finding in report.findings()] == [
        ("W203", "mse: 2 rows have a loss beyond the largest double, the first is row 1 (prediction:1:1)"),
        (
            "W203",
            "rmse: 2 rows have a loss (mse) beyond the largest double, the first is row 1 (prediction:1:1)",
        ),
    ]
    for loss in ("bce", "sparse_categorical_ce"):
        sure = [[1.0, 0.0]] if loss != "bce" else [0.0]
        (result,) = losscli.compute(loss, [1.0], sure).results
        assert (result.headline.status, result.warnings[0].code) == ("inf", "W201")
