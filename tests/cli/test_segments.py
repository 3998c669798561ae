"""`--by` as a person and a pipeline use it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from losscli.cli.boundary import run

CALL = ["compute", "mae,rmse", "sample_data/demand.csv:sold", ":forecast"]
PLAIN = ["compute", "mae", "sample_data/demand.csv:sold", ":forecast"]


def said(call: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert run(call) == 0
    return capsys.readouterr().out


def test_plain_names_a_segment_behind_the_loss(capsys: pytest.CaptureFixture[str]) -> None:
    without = said([*CALL, "-f", "plain"], capsys)
    lines = said([*CALL, "-f", "plain", "--by", "shop"], capsys).splitlines()
    assert "\n".join(lines[:2]) + "\n" == without
    assert [line.split("\t")[:2] for line in lines[2:]] == [
        ["mae@north", "mean"],
        ["mae@south", "mean"],
        ["rmse@north", "set"],
        ["rmse@south", "set"],
    ]


@pytest.mark.parametrize(("style", "separator"), [("csv", ","), ("tsv", "\t")])
def test_records_have_a_column(style: str, separator: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = said([*CALL, "-f", style, "--by", "shop"], capsys)
    rows = list(csv.DictReader(io.StringIO(text), delimiter=separator))
    assert [(row["loss"], row["segment"]) for row in rows] == [
        ("mae", ""),
        ("rmse", ""),
        ("mae", "north"),
        ("mae", "south"),
        ("rmse", "north"),
        ("rmse", "south"),
    ]
    shares = [float(row["loss_share"]) for row in rows if row["segment"]]
    assert sum(shares[:2]) == pytest.approx(1.0)
    assert sum(shares[2:]) == pytest.approx(1.0)
    assert sum(float(row["weight_share"]) for row in rows[2:4]) == 1.0
    assert sum(int(row["rows"]) for row in rows[2:4]) == int(rows[0]["rows"])
    assert rows[2]["signature"].split("|")[-3:-1] == ["segment:shop=north", f"n:{rows[2]['rows']}"]


def test_ndjson_and_json_agree(capsys: pytest.CaptureFixture[str]) -> None:
    records = [
        json.loads(line) for line in said([*CALL, "-f", "ndjson", "--by", "shop"], capsys).splitlines()
    ]
    report = json.loads(said([*CALL, "-f", "json", "--by", "shop"], capsys))
    flat = [(one["loss"], entry) for one in report["results"] for entry in one["segments"]]
    assert report["by"] == "shop"
    assert [(r["loss"], r["segment"], r["value"], r["loss_share"]) for r in records[2:]] == [
        (loss, entry["segment"], entry["value"], entry["loss_share"]) for loss, entry in flat
    ]
    assert set(report["results"][0]) - {"segments", "elsewhere", "concentration"} <= set(flat[0][1])


@pytest.mark.parametrize("style", ["plain", "csv", "ndjson", "json", "table", "markdown", "latex"])
def test_without_it_nothing_is_said_of_segments(style: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "segment" not in said([*CALL, "-f", style], capsys)


def test_the_largest_share_stands_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "t.csv"
    path.write_text("y,p,region\n" + "1,2,a\n" * 30 + "1,31,b\n" + "1,1,c\n")
    call = ["compute", "mae", f"{path}:y", ":p", "--by", "region", "-f", "table"]
    text = said(call, capsys)
    table = text[text.index("region ") :].splitlines()
    assert [line.split()[0] for line in table[2:5]] == ["a", "b", "c"]
    assert table[2].split()[:7] == ["a", "30", "93.8", "%", "1.000", "50.0", "%"]
    assert "(all 3 segments, largest share first)" in text
    text = said([*call[:1], "gaussian_nll", call[2], call[3], f"{path}:p", *call[4:]], capsys)
    assert "of rows" in text


def test_a_table_lists_twenty(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "t.csv"
    path.write_text("y,p,s\n" + "".join(f"0,{n % 50},s{n}\n" for n in range(1500)))
    call = ["compute", "mae", f"{path}:y", ":p", "--by", "s"]
    text = said([*call, "-f", "table"], capsys)
    assert "(20 of 1,500 segments, largest share first, 2.7 % of the total)" in text
    assert "warning[W108]: s has 1,500 segments" in text
    assert len(said([*call, "-f", "plain"], capsys).splitlines()) == 1501


def test_what_people_mistype(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*PLAIN, "--by", "shop", "-f", "value"]) == 2
    assert "there are 3: mae mean, mae north mean, mae south mean" in capsys.readouterr().err
    assert run([*PLAIN, "--by", "shops"]) == 2
    assert "no input has this column; they have shop" in capsys.readouterr().err
    assert run([*PLAIN, "--by", "shop", "-o", "csv=sample_data/demand.csv"]) == 2


def test_an_output_is_not_the_source_of_segments(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "by.csv"
    path.write_text("s\n" + "x\n" * 8)
    assert run([*PLAIN, "--by", str(path), "-o", str(path)]) == 2
    assert path.read_text().startswith("s\n")
    assert run([*PLAIN, "--by", str(path)]) == 0
    assert "mae@x" in capsys.readouterr().out
