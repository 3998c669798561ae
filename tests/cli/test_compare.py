"""`losscli compare`: what it prints in every format is one comparison, and what it refuses."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from losscli import compute
from losscli.cli.boundary import run
from tests.cli.shell import losscli
from tests.readme import ROOT

LABELS = "sample_data/cancer_labels.csv:label"
ALL, TWO = (f"sample_data/cancer_{name}_features.csv:probability" for name in ("all", "two"))
CANCER = (LABELS, ALL, TWO, "--id", "id", "--names", "all,two")
DEMAND = ("sample_data/demand.csv:sold", ":q50", ":forecast", ":q90")


@pytest.fixture(autouse=True)
def _beside_the_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert run(["compare", *words]) == 0, capsys.readouterr().err
    out, error = capsys.readouterr()
    assert error == ""
    return out


def answer(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(printed(capsys, *words, "-f", "json"))
    return found


def refused(capsys: pytest.CaptureFixture[str], code: int, *words: str) -> str:
    assert run(["compare", *words]) == code
    out, error = capsys.readouterr()
    assert out == ""
    return error


def per_row(loss: str, prediction: str) -> Any:
    report = compute(loss, LABELS, prediction, id="id", rows="all")
    return np.array([sample.values[0] for sample in report.samples.rows])


def test_values_are_those_of_compute_and_differences_those_of_their_rows(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = answer(capsys, "bce,brier", *CANCER)
    assert [one["spec"] for one in found["results"]] == ["bce", "brier"]
    for one in found["results"]:
        first, second = one["models"]
        reports = [compute(one["spec"], LABELS, source, id="id") for source in (ALL, TWO)]
        assert [first["value"], second["value"]] == [report.results[0].headline.value for report in reports]
        assert one["signature"] == reports[0].results[0].signature
        difference = per_row(one["spec"], TWO) - per_row(one["spec"], ALL)
        assert second["difference"] == pytest.approx(float(difference.mean()), rel=1e-12)
        assert second["better"] == np.mean(difference < 0)
        assert (second["better"] + second["worse"] + second["equal"]) == pytest.approx(1)
        interval = second["interval"]
        assert interval["low"] < second["difference"] < interval["high"]
        error = difference.std(ddof=1) / len(difference) ** 0.5
        assert interval["high"] - interval["low"] == pytest.approx(2 * 1.96 * error, rel=0.06)
        assert second["detectable"] == pytest.approx((1.9641 + 0.8421) * error, rel=1e-3)
        assert (first["rank"], second["rank"]) == (1, 2)
        assert "difference" not in first
    assert found["rows"]["scored"] == 569
    assert [one["role"] for one in found["inputs"]] == ["target", "prediction", "prediction"]
    assert found["models"][0] == {"name": "all", "source": ALL}


def test_the_reference_changes_signs_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    (one,) = answer(capsys, "bce", *CANCER)["results"]
    (other,) = answer(capsys, "bce", *CANCER, "--reference", "two")["results"]
    ahead, back = one["models"][1], other["models"][0]
    assert back["difference"] == -ahead["difference"]
    assert back["p"] == ahead["p"]
    assert (back["better"], back["worse"]) == (ahead["worse"], ahead["better"])
    assert other["reference"] == "two"
    width = ahead["interval"]["high"] - ahead["interval"]["low"]
    for end, opposite in (("low", "high"), ("high", "low")):
        assert back["interval"][end] == pytest.approx(-ahead["interval"][opposite], abs=0.03 * width)


def test_letters_and_p_values_say_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    for confidence in (0.95, 0.8):
        (one,) = answer(capsys, "mae", *DEMAND, "--confidence", str(confidence))["results"]
        groups = {model["name"]: set(model["group"]) for model in one["models"]}
        assert len(one["pairs"]) == 3
        for pair in one["pairs"]:
            shared = groups[pair["first"]] & groups[pair["second"]]
            assert bool(shared) == (pair["p_holm"] >= 1 - confidence)
            assert pair["p"] <= pair["p_holm"] <= 3 * pair["p"]


def test_a_score_ranks_the_other_way(capsys: pytest.CaptureFixture[str]) -> None:
    (r2,) = answer(capsys, "r2", *DEMAND)["results"]
    (mse,) = answer(capsys, "mse", *DEMAND)["results"]
    assert r2["direction"] == "maximize"
    assert [one["rank"] for one in r2["models"]] == [one["rank"] for one in mse["models"]]
    values = [one["value"] for one in sorted(r2["models"], key=lambda one: one["rank"])]
    assert values == sorted(values, reverse=True)


def test_every_format_tells_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    (one,) = answer(capsys, "bce", *CANCER)["results"]
    second = one["models"][1]
    (_, row) = csv.DictReader(io.StringIO(printed(capsys, "bce", *CANCER, "-f", "csv")))
    lines = printed(capsys, "bce", *CANCER, "-f", "ndjson").splitlines()
    record = json.loads(lines[1])
    for key in ("difference", "better", "p", "p_holm", "detectable", "value"):
        assert float(row[key]) == record[key] == second[key]
    assert (float(row["low"]), float(row["high"])) == (second["interval"]["low"], second["interval"]["high"])
    assert (record["model"], record["group"], record["rank"]) == ("two", second["group"], 2)
    plain = printed(capsys, "bce", *CANCER, "-f", "plain").splitlines()[1].split("\t")
    assert plain[:4] == ["bce", "two", repr(second["value"]), repr(second["difference"])]
    table = printed(capsys, "bce", *CANCER, "-f", "table")
    assert f"{second['difference']:+.4f}" in table
    assert f"{second['interval']['low']:+.4f} to {second['interval']['high']:+.4f}" in table
    assert one["signature"] in table
    assert "seed 0" in table


def test_latex_has_the_best_in_bold_and_the_signature_in_the_caption(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = printed(capsys, "mae", *DEMAND, "-f", "latex")
    assert re.findall(r"\\textbf\{(.*?)\}", text) == ["4.000"]
    (caption,) = re.findall(r"\\caption\{(.*)\}\n\\end\{table\}", text)
    assert "losscli:0.1.0" in caption
    assert text.count("{") == text.count("}")
    assert "$+0.5000$" in text
    assert "**4.000**" in printed(capsys, "mae", *DEMAND, "-f", "markdown")


def test_the_table_fits_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "bce", LABELS, ALL, TWO, "--id", "id", "-f", "table")
    assert all(len(line) <= 80 for line in text.splitlines())
    assert "cancer_two_features" in text


def write(folder: Path, name: str, header: str, rows: list[str]) -> str:
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n", encoding="ascii")
    return str(path)


def test_pairing_is_strict_over_all_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    y = write(tmp_path, "y.csv", "id,y", ["a,1", "b,0", "c,1"])
    one = write(tmp_path, "one.csv", "id,p", ["c,0.7", "a,0.9", "b,0.2"])
    two = write(tmp_path, "two.csv", "id,p", ["b,0.4", "d,0.5", "a,0.6"])
    words = ("bce", f"{y}:y", f"{one}:p", f"{two}:p", "--id", "id")
    assert "two.csv" in refused(capsys, 3, *words)
    assert run(["compare", *words, "--unpaired", "skip", "-f", "json"]) == 0
    out, error = capsys.readouterr()
    found = json.loads(out)
    assert found["rows"]["scored"] == 2  # c is left out for the first prediction as well
    assert "W104" in error
    assert found["results"][0]["models"][0]["value"] == pytest.approx(-np.log([0.9, 0.8]).mean())
    assert "unpaired:skip(3)" in found["results"][0]["signature"]
    assert "one.csv:2:1: error[E221]" in refused(
        capsys, 3, "bce", f"{y}:y", f"{one}:p", write(tmp_path, "short.csv", "p", ["0.5"]) + ":p"
    )


def test_a_row_that_one_prediction_lacks_is_left_out_for_all(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = write(tmp_path, "d.csv", "y,a,b", ["1,1.5,2", "2,,2", "3,3.5,NA", "5,4,4.5"])
    words = ("mse", f"{data}:y", ":a", ":b")
    refused(capsys, 3, *words)
    assert run(["compare", *words, "--missing", "skip", "-f", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["rows"]["scored"], found["rows"]["skipped"]) == (2, 2)
    values = [model["value"] for model in found["results"][0]["models"]]
    assert values == [(0.25 + 1) / 2, (1 + 0.25) / 2]
    assert [model["rank"] for model in found["results"][0]["models"]] == [1, 1]


def test_weights_count_and_weight_0_is_absent(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = write(tmp_path, "d.csv", "y,a,b,w", ["1,2,1,1", "2,2,4,3", "3,5,3,0", "5,4,4.5,2", "1,0,3,2"])
    (one,) = answer(capsys, "mae", f"{data}:y", ":a", ":b", "--weight", "w")["results"]
    first, second = one["models"]
    assert first["value"] == (1 + 0 + 2 + 2) / 8
    assert second["difference"] == pytest.approx((-1 + 6 - 1 + 2) / 8, rel=1e-15)
    assert second["better"] == 3 / 8
    assert one["rows"] == 4


def test_an_infinite_loss_is_an_answer_without_an_interval(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = write(tmp_path, "d.csv", "y,a,b,c", ["1,0.5,0,0.4", "0,0.2,0.1,0.3", "1,0.9,0.8,0.9"])
    assert run(["compare", "bce", f"{data}:y", ":a", ":b", ":c", "-f", "json"]) == 0
    out, error = capsys.readouterr()
    assert "b: bce: 1 row has an infinite loss" in error
    (one,) = json.loads(out)["results"]
    infinite, finite = one["models"][1:]
    assert (infinite["value"], infinite["status"], infinite["rank"]) == (None, "inf", 3)
    assert (infinite["difference"], infinite["difference_status"]) == (None, "inf")
    assert infinite["interval"]["low"] is None
    assert "not finite" in infinite["interval"]["method"]
    assert (infinite["p"], infinite["group"], finite["group"]) == (None, None, None)
    assert finite["p_holm"] is not None


def test_the_same_seed_gives_the_same_whatever_the_order_and_the_threads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    random = np.random.default_rng(4)
    rows = [f"{y},{y + a},{y + b}" for y, a, b in random.normal(size=(300, 3)).round(6)]
    one = write(tmp_path, "d.csv", "y,a,b", rows)
    mixed = write(tmp_path, "m.csv", "y,a,b", [rows[at] for at in random.permutation(300)])
    runs = [
        answer(capsys, "mse", f"{path}:y", ":a", ":b", *more)["results"]
        for path, more in ((one, ()), (mixed, ()), (one, ("--jobs", "1")), (one, ("--seed", "0")))
    ]
    assert all(found == runs[0] for found in runs)
    other = answer(capsys, "mse", f"{one}:y", ":a", ":b", "--seed", "5")["results"]
    assert other[0]["models"][1]["interval"] != runs[0][0]["models"][1]["interval"]
    assert "seed 5" in other[0]["models"][1]["interval"]["method"]


def test_many_rows_are_not_resampled_unless_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    random = np.random.default_rng(4)
    np.savez(tmp_path / "d.npz", y=random.normal(size=5001), a=np.zeros(5001), b=np.full(5001, 0.02))
    words = ("mse", f"{tmp_path}/d.npz:y", ":a", ":b")
    (usual,) = answer(capsys, *words)["results"]
    (asked,) = answer(capsys, *words, "--resamples", "400")["results"]
    assert usual["models"][1]["interval"]["method"] == "Student's t"
    assert usual["tests"] == ["permutation test, normal approximation"]
    method = "studentised bootstrap, at least Student's t, 400 resamples, seed 0"
    assert asked["models"][1]["interval"]["method"] == method
    assert asked["tests"] == ["permutation test, 400 draws, seed 0"]
    assert asked["models"][1]["p"] == pytest.approx(usual["models"][1]["p"], abs=0.1)


def test_standard_input_and_parts_are_read_once(capsys: pytest.CaptureFixture[str]) -> None:
    text = (ROOT / "sample_data/demand.csv").read_text(encoding="ascii")
    found = losscli("compare", "mae", "-:sold", ":q50", ":forecast", "-f", "plain", stdin=text)
    assert found.returncode == 0, found.stderr
    assert found.stdout == printed(capsys, "mae", *DEMAND[:3], "-f", "plain")


def test_an_input_that_all_share_is_named_by_its_role(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("mase", "sample_data/demand.csv:sold", ":q50", ":forecast")
    (one,) = answer(capsys, *words, "train=sample_data/demand_history.csv:sold")["results"]
    report = compute("mase", *words[1:3], "train=sample_data/demand_history.csv:sold")
    assert one["models"][0]["value"] == report.results[0].headline.value
    assert [model["name"] for model in one["models"]] == ["q50", "forecast"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("mae", "sample_data/demand.csv:sold", ":q50"), "at least two predictions"),
        (("mae", *DEMAND[:2], ":q50"), "two predictions are called 'q50'"),
        (("mae", *DEMAND, "--names", "a,b"), "2 names for 3 predictions"),
        (("mae", *DEMAND, "--names", "a,b,a"), "two predictions are called 'a'"),
        (("mae", *DEMAND, "--names", "a,,b"), "name is empty"),
        (("mae", *DEMAND, "--reference", "q51"), "did you mean q50?"),
        (("mae", *DEMAND, "--confidence", "95"), "--confidence 0.95"),
        (("mae", *DEMAND, "--confidence", "nan"), "lies between 0 and 1"),
        (("mae", *DEMAND, "--resamples", "10"), "at least 100"),
        (("mae", *DEMAND, "--seed", "-1"), "--seed"),
        (("mea", *DEMAND), "mae"),
        (("mae", *DEMAND, "-f", "value"), "there are 3"),
        (("mae", *DEMAND, "--by", "shop"), "--by"),
        (("mae", *DEMAND, "--baseline", "q50"), "hint: --reference NAME"),
        (("mae", *DEMAND, "--n-resamples", "500"), "hint: --resamples 10000"),
        (("mae", *DEMAND, "--metric", "mse"), "the losses stand first"),
        (("mae", DEMAND[0]), "hint: losscli compare bce y.csv a.csv b.csv"),
        (DEMAND, "hint: losscli compare LOSS sample_data/demand.csv:sold"),
    ],
)
def test_a_call_that_is_wrong(words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert said in refused(capsys, 2, *words)


def test_faults_of_all_predictions_are_told_at_once_and_the_targets_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = write(tmp_path, "d.csv", "y,a,b", ["1,1.5,0.2", "0,0.3,-0.1", "2,0.3,0.4"])
    error = refused(capsys, 3, "bce", f"{data}:y", ":a", ":b")
    assert error.count("target 2 is not") == 1
    assert error.count("prediction 1.5 is not") == 1
    assert f"{data}:3:3: error[E211]: prediction -0.1 is not" in error


def test_files_of_one_stem_ask_for_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder, "p.csv", "p", ["0.5", "0.7"])
    y = write(tmp_path, "y.csv", "y", ["1", "0"])
    paths = [f"{tmp_path}/{folder}/p.csv" for folder in ("one", "two")]
    assert "--names A,B" in refused(capsys, 2, "bce", y, *paths)
    assert printed(capsys, "bce", y, *paths, "--names", "one,two").count("\n") == 2


def test_an_output_is_never_an_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = write(tmp_path, "d.csv", "y,a,b", ["1,2,3", "2,3,4"])
    before = Path(data).read_bytes()
    refused(capsys, 2, "mae", f"{data}:y", ":a", ":b", "-o", data)
    assert Path(data).read_bytes() == before
