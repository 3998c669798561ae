"""`losscli inspect` as a person calls it: formats that agree, files of every kind, standard input, exit
codes."""

from __future__ import annotations

import csv
import io
import json
import math
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from losscli import api
from losscli.cli.boundary import run
from losscli.report.inspect import InspectReport
from tests.analysis.inspecting.simulated import binary, classes, new_seed
from tests.analysis.inspecting.test_faults import NAMES, write
from tests.cli.shell import losscli, shell

CALLS = (
    "sample_data/y.csv sample_data/p.csv",
    "sample_data/diabetes.csv:target :prediction",
    "sample_data/demand.csv:sold :forecast",
    "sample_data/demand.csv:sold :q10,q50,q90",
    "sample_data/cancer_labels.csv:label sample_data/cancer_all_features.csv:logit",
    "sample_data/cancer_labels.csv:label sample_data/cancer_all_features_shuffled.csv:probability --id id",
    "sample_data/iris.csv:species :setosa..virginica",
    "sample_data/iris.csv:species sample_data/iris_logits.csv:setosa..virginica",
    "sample_data/iris_onehot.csv:setosa..virginica sample_data/iris.csv:setosa..virginica",
    "sample_data/observed_rows.csv sample_data/modelled_rows.csv",
    "sample_data/margins.csv:label :score",
    "sample_data/p.csv sample_data/y.csv",
    "sample_data/saturated.csv:y :p",
    "sample_data/price.csv:target :prediction",
    "sample_data/y.csv sample_data/p.csv --weight sample_data/w.csv",
)


def inspected(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert run(["inspect", *words]) == 0
    return capsys.readouterr().out


def as_json(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    def refuse(word: str) -> None:
        raise AssertionError(word)

    return json.loads(inspected(capsys, *words, "-f", "json"), parse_constant=refuse)


def finite(text: str) -> float | None:
    """A number as JSON has it."""
    return float(text) if text and math.isfinite(float(text)) else None


@pytest.mark.parametrize("call", CALLS)
def test_the_formats_say_the_same(call: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = shlex.split(call)
    found = as_json(capsys, *words)
    table = list(csv.DictReader(io.StringIO(inspected(capsys, *words, "-f", "csv"))))
    lines = [line.split("\t") for line in inspected(capsys, *words, "-f", "plain").splitlines()]
    fits = [(fit["loss"], fit["value"], fit["reason"]) for fit in found["fits"]]
    rows = [row for row in table if row["section"] == "fits"]
    assert fits == [(row["name"], finite(row["value"]), row["words"]) for row in rows]
    plain = [line for line in lines if line[0] == "fits"]
    assert fits == [(line[1], finite(line[2]), line[4]) for line in plain]
    codes = [fault["code"] for fault in found["faults"]]
    assert codes == [row["name"] for row in table if row["section"] == "wrong"]
    assert codes == [line[1] for line in lines if line[0] == "wrong"]
    for style in ("table", "markdown", "latex", "ndjson", "tsv"):
        out = inspected(capsys, *words, "-f", style)
        assert all(code in out for code in codes)
        assert max(map(len, out.splitlines())) <= 80 or style != "table" or "sample_data" in out


@pytest.mark.parametrize("call", CALLS)
def test_each_value_and_skill_is_what_compute_says(call: str, capsys: pytest.CaptureFixture[str]) -> None:
    for fit in as_json(capsys, *shlex.split(call))["fits"]:
        program, *words = shlex.split(fit["command"])
        code = run([*words, "-f", "json"])
        assert program == "losscli"
        out = capsys.readouterr().out
        if fit["value"] is None and fit["status"] == "not computed":
            assert fit["why_not"]
            continue
        assert code == 0, fit["command"]
        (result,) = json.loads(out)["results"]
        assert (fit["value"], fit["status"]) == (result["value"], result["status"])
        assert fit["skill"] == (result["best_constant"] or {"skill": None})["skill"]


def set_of(rows: int = 500) -> tuple[Any, Any, Any]:
    """Classes, their probabilities as columns, and the target as text."""
    target, prediction = classes(3)(np.random.default_rng(new_seed()), rows)
    return target, prediction, np.array(NAMES)[target]


def said(report: InspectReport) -> tuple[Any, ...]:
    """What does not depend on the kind of file."""
    holds = {(one.role, one.fact): one.value for one in report.held}
    return (
        report.problem,
        [fault.code for fault in report.faults],
        [(fit.spec, fit.value, fit.skill) for fit in report.fits],
        holds[("prediction", "sum")],
        holds[("prediction", "repeated rows")],
    )


def test_every_kind_of_file_says_the_same(tmp_path: Path) -> None:
    target, prediction, _ = set_of()
    y, p = tmp_path / "y", tmp_path / "p"
    columns = prediction[:, [1, 2, 0]].T
    calls = [(str(y) + ".npy", str(p) + ".npy")]
    np.save(calls[0][0], target)
    np.save(calls[0][1], columns.T)
    calls.append(
        (write(tmp_path / "y.csv", "y", target), write(tmp_path / "p.csv", ",".join(NAMES), *columns))
    )
    pq.write_table(pa.table({"y": target}), str(y) + ".parquet")
    pq.write_table(pa.table(dict(zip(NAMES, columns, strict=True))), str(p) + ".parquet")
    calls.append((str(y) + ".parquet", str(p) + ".parquet"))
    records = "\n".join(
        json.dumps(dict(zip(("y", *NAMES), row, strict=True))) for row in _rows(target, columns)
    )
    (tmp_path / "d.ndjson").write_text(records, encoding="utf-8")
    calls.append((f"{tmp_path}/d.ndjson:y", ":cat,dog,eel"))
    folder = tmp_path / "parts"
    folder.mkdir()
    write(folder / "1.csv", ",".join(NAMES), *columns[:, :200])
    write(folder / "2.csv", ",".join(NAMES), *columns[:, 200:])
    calls.append((calls[1][0], str(folder)))
    expected = said(api.inspect(target, columns.T))
    assert expected[1] == ["W116"]
    for call in calls:
        assert said(api.inspect(*call)) == expected, call
    assert said(api.inspect(*calls[1], block_bytes=100)) == expected


def _rows(target: Any, columns: Any) -> Any:
    return zip(target.tolist(), *columns.tolist(), strict=True)


def test_standard_input_is_read_once_and_says_the_same(tmp_path: Path) -> None:
    _, prediction, text = set_of()
    path = write(tmp_path / "d.csv", ",".join(("y", "w", *NAMES)), text, np.arange(500) % 3, *prediction.T)
    words = ("--weight", "w", "--format", "json")
    file = losscli("inspect", f"{path}:y", ":cat..eel", *words)
    piped = losscli("inspect", "-:y", ":cat..eel", *words, stdin=Path(path).read_text(encoding="utf-8"))
    assert (file.returncode, piped.returncode) == (0, 0), piped.stderr
    one, other = json.loads(file.stdout), json.loads(piped.stdout)
    for fit in (*one["fits"], *other["fits"]):
        fit.pop("command")
    assert one["fits"] == other["fits"]
    assert one["fits"][0]["value"] is not None
    assert one["holds"] == other["holds"]
    assert one["rows"]["absent"] == other["rows"]["absent"] == 167


def test_a_shift_is_repaired_by_what_is_proposed(tmp_path: Path) -> None:
    target, prediction = binary(np.random.default_rng(new_seed()), 500)
    write(tmp_path / "y.csv", "y", target)
    write(tmp_path / "p.csv", "p", np.roll(prediction, 3))
    first = shell("losscli inspect y.csv p.csv -f json", tmp_path)
    (fault,) = json.loads(first.stdout)["faults"]
    assert (fault["code"], fault["evidence"]["lag"]) == ("W115", 3)
    second = shell(f"{fault['fix']} -f json", tmp_path)
    found = json.loads(second.stdout)
    assert second.returncode == 0, second.stderr
    assert found["faults"] == []
    assert found["rows"]["scored"] == 497
    expected = api.compute("bce", target[:-3].astype(float), prediction[:-3]).results[0].headline.value
    assert found["fits"][0]["value"] == expected


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("nowhere.csv", "sample_data/p.csv"), 4, "no file"),
        (("sample_data/y.csv",), 2, "losscli inspect"),
        (("sample_data/y.csv", "sample_data/p.csv", "sample_data/p.csv"), 2, "a target and a prediction"),
        (("sample_data/y.csv", "sample_data/diabetes.csv:target"), 3, "the lengths differ"),
        (("sample_data/y.csv", "sample_data/p.csv:q"), 2, "no column"),
        (("sample_data/y.csv", "sample_data/p.csv", "-f", "value"), 2, "one number"),
        (
            ("sample_data/cancer_labels.csv:label", "sample_data/cancer_all_features_shuffled.csv:logit"),
            3,
            "--id id",
        ),
    ],
)
def test_what_cannot_be_looked_at(
    words: tuple[str, ...], code: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["inspect", *words]) == code
    out, error = capsys.readouterr()
    assert out == ""
    assert says in error


def test_names_from_files_are_made_harmless(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    evil = "[bold]\x1b[31m\u202ex"
    target, prediction = binary(np.random.default_rng(1), 60)
    labels = np.where(target == 1, evil, "plain")
    path = write(tmp_path / "d.csv", f"y,p{evil}", labels, prediction)
    for style in ("table", "plain", "json", "csv", "tsv", "ndjson", "markdown", "latex"):
        out = inspected(capsys, f"{path}:@1", ":@2", "-f", style)
        assert "\x1b" not in out
        assert "\u202e" not in out
        assert "W123" in out


def test_edges_and_types_of_the_numbers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target, prediction = binary(np.random.default_rng(3), 400)
    y = write(tmp_path / "y.csv", "y", target)
    clipped = np.clip(prediction, 1e-7, 0.9)
    clipped[:5] = 1e-7
    holds = as_json(capsys, y, write(tmp_path / "p.csv", "p", clipped.tolist()))["holds"]
    high = int((clipped == 0.9).sum())
    assert holds["prediction"]["clipped"] == {"1e-07": 5} | ({"0.9": high} if high >= 10 else {})
    assert holds["target"]["classes"] == {"0": int((target == 0).sum()), "1": int(target.sum())}
    assert holds["prediction"]["repeated rows"] >= 3
    single = prediction.astype(np.float32)
    for numbers, stored in (
        (single.astype(float).tolist(), "float32"),
        ([str(number) for number in single], "float32 printed"),
        (prediction.astype(np.float16).astype(float).tolist(), "float16"),
        (prediction.tolist(), "float64"),
        (np.round(prediction, 3).tolist(), "float64"),
    ):
        path = write(tmp_path / "p.csv", "p", numbers)
        assert as_json(capsys, y, path)["holds"]["prediction"]["stored as"] == stored
    saturated = prediction.copy()
    saturated[:3], saturated[3:7] = 0.0, 1.0
    holds = as_json(capsys, y, write(tmp_path / "p.csv", "p", saturated.tolist()))["holds"]
    assert holds["prediction"]["saturated"] == {"zeros": 3, "ones": 4}


def test_rows_that_were_left_out_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    y = write(tmp_path / "y.csv", "id,y", "abcd", (1, 0, "NA", 1))
    p = write(tmp_path / "p.csv", "id,p", "bcae", (0.2, 0.3, 0.9, 0.5))
    words = (f"{y}:y", f"{p}:p", "--id", "id", "--missing", "skip", "--unpaired", "skip")
    found = as_json(capsys, *words)
    assert found["rows"] == {"read": 4, "skipped": 1, "unpaired": 2, "scored": 2}
    assert [warning["code"] for warning in found["warnings"]] == ["W103", "W104"]
    assert all(option in found["fits"][0]["command"] for option in ("--id id", "--missing skip"))


def test_what_was_decided_is_told_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("inspect", "sample_data/iris.csv:species", ":setosa..virginica")
    assert run([*words, "-v"]) == 0
    loud = capsys.readouterr()
    assert "note: target sample_data/iris.csv:species: csv; header:" in loud.err
    assert run([*words]) == 0
    quiet = capsys.readouterr()
    assert (quiet.out, quiet.err) == (loud.out, "")
    assert "setosa: 50 (33.3 %), versicolor: 50 (33.3 %), virginica: 50 (33.3 %)" in quiet.out
