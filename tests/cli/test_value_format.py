"""`--format value` is one number that reads back as the same double, or exit 2 and nothing printed."""

from __future__ import annotations

import json

import pytest

from losscli.cli.boundary import run

BCE = "bce sample_data/y.csv sample_data/p.csv"
DIABETES = "mse sample_data/diabetes.csv:target :prediction"

ONE = {
    f"compute {BCE}": 0,
    f"compute {BCE} --reduction p90": 0,
    "compute rmse sample_data/y.csv sample_data/p.csv": 0,
    f"compute {BCE} --confidence 0.95": 0,
    f"check {BCE} --max 0.3": 0,
    f"check {BCE} --max 0.2": 1,
    "merge sample_data/rmse_1.json sample_data/rmse_2.json": 0,
}


@pytest.mark.parametrize("line", ONE)
def test_one_number(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*line.split(), "-f", "json"]) == ONE[line]
    report = json.loads(capsys.readouterr().out)
    assert run([*line.split(), "-f", "value"]) == ONE[line]
    text = capsys.readouterr().out
    assert text.count("\n") == 1
    assert float(text) == report["results"][0]["value"]


SEVERAL = {
    "compute bce,mse sample_data/y.csv sample_data/p.csv": ("2: bce mean, mse mean", "one loss"),
    f"compute {BCE} --reduction mean,p95": ("2: bce mean, bce p95", "one reduction"),
    "compute mse sample_data/y.csv sample_data/p.csv --by y": (
        "3: mse mean, mse 0 mean",
        "--by",
    ),
    f"compute {BCE} --reduction none": ("is not one", "--reduction mean"),
    f"check {BCE} --max 0.3 --min n=1": ("2: ", "state one requirement"),
    "compare mse sample_data/y.csv sample_data/p.csv sample_data/y.csv --names a,b": (
        "2: mse",
        "one loss of one model",
    ),
    "list huber": ("is not one", "--format plain"),
    "explain bce": ("is not one", "--format plain"),
    "explain bce --target 1 --prediction 0.8": ("there are 8", "--format json"),
}


@pytest.mark.parametrize("line", SEVERAL)
def test_any_other_number_of_numbers(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = run([*line.split(), "-f", "value"])
    captured = capsys.readouterr()
    words, hint = SEVERAL[line]
    assert (code, captured.out) == (2, "")
    assert words in captured.err
    assert hint in captured.err
