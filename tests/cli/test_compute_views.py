"""What `compute` prints beside its numbers: counts in words that fit, notes that are there once, options that
are not silently without effect."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from losscli.cli.boundary import run

Y, P = "sample_data/y.csv", "sample_data/p.csv"
DIABETES = ("sample_data/diabetes.csv:target", ":prediction")
IRIS = ("sample_data/iris.csv:species", ":setosa..virginica")
INFINITE = "y,p\n1,0\n0,0.5\n1,0.7\n1,\n"


@pytest.fixture
def infinite(tmp_path: Path) -> str:
    """A file with a loss that is infinite and a cell that is missing."""
    path = tmp_path / "d.csv"
    path.write_text(INFINITE)
    return str(path)


def printed(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> tuple[str, str]:
    assert run([str(word) for word in words]) == code
    out, error = capsys.readouterr()
    return out, error


@pytest.mark.parametrize("style", ["table", "markdown", "latex"])
def test_rows_alone_keep_their_warnings_and_signature(
    style: str, infinite: str, capsys: pytest.CaptureFixture[str]
) -> None:
    call = ("compute", "bce", f"{infinite}:y", ":p", "--missing", "skip", "--reduction", "none")
    out, error = printed(capsys, *call, "--format", style)
    assert error == ""
    assert out.replace("\\", "").count("warning[W201]") == 1
    assert out.replace("\\", "").count("warning[W103]") == 1
    assert "by position" in " ".join(out.split())
    last = out.splitlines()[-1]
    assert "bce|reduction:none|weight:no|missing:skip(1)|pair:position|n:3|" in last


def test_one_row_is_one_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "one.csv"
    path.write_text("y,p\n1,0.5\n,0.5\n")
    call = ("compute", "bce", f"{path}:y", ":p", "--missing", "skip", "--format", "table", "--verbose")
    out, error = printed(capsys, *call)
    assert "(the only row)" in out
    assert "warning[W103]: 1 row with a missing cell was skipped" in out
    assert " 1 rows" not in out + error
    path.write_text("y,p\n1,0.5\n")
    out, error = printed(capsys, "explain", "bce", f"{path}:y", ":p", "--row", "2", code=2)
    assert "the inputs have 1 row\n" in error
    path.write_text("y,p\n,0.5\n")
    out, error = printed(capsys, *call, code=3)
    assert "the only row was left out" in error


def test_a_reduction_that_was_asked_for_is_never_dropped(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    out, _ = printed(capsys, "compute", "bce", Y, P, "--format", "table")
    assert "std" not in out.split("loss ", 1)[1].splitlines()[0]
    out, _ = printed(capsys, "compute", "bce", Y, P, "--format", "table", "--reduction", "std")
    assert "std" in out.split("loss ", 1)[1].splitlines()[0]


def test_a_probability_does_not_outlive_the_class_that_it_is_of(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    heads = []
    for width in range(40, 81):
        monkeypatch.setenv("COLUMNS", str(width))
        out, _ = printed(capsys, "compute", "sparse_categorical_ce", *IRIS, "--format", "table")
        heads.append(next(line for line in out.splitlines() if line.startswith("row")).split())
    assert any("p" in head[5:] for head in heads)
    assert all("likely" in head for head in heads if head.count("p") == 2)


def test_several_losses_say_which_one_comes_first(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = printed(capsys, "compute", "mae,mse", *DIABETES, "--format", "table")
    assert "(10 of 442 rows, largest mae first, " in out
    out, _ = printed(capsys, "compute", "mae", *DIABETES, "--format", "table")
    assert "(10 of 442 rows, largest loss first, " in out


def test_a_gradient_that_is_not_finite_says_what_it_is(
    infinite: str, capsys: pytest.CaptureFixture[str]
) -> None:
    call = ("compute", "bce", f"{infinite}:y", ":p", "--missing", "skip", "--rows", "all", "--gradient")
    out, _ = printed(capsys, *call, "--format", "json")
    first, second, _ = json.loads(out)["results"][0]["per_sample"]
    expected = {"row": 1, "value": None, "status": "inf", "gradient": None, "gradient_status": "-inf"}
    assert first == expected
    assert "gradient_status" not in second


def test_rows_and_worst_exclude_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    _, error = printed(capsys, "compute", "bce", Y, P, "--rows", "3", "--worst", "2", code=2)
    assert error.startswith("error[E100]: --rows and --worst choose different rows\nhint: ")


@pytest.mark.parametrize(
    ("options", "note"),
    [
        ("--worst 2 --format latex", "latex shows no rows beside the result, so --worst changes nothing"),
        ("--worst 2 --reduction none --format table", "none lists every row, so --worst changes nothing"),
        ("--rows 2 --reduction none --format csv", "none lists every row, so --rows changes nothing"),
        ("--gradient --format csv", "csv shows no rows beside the result, so --gradient changes nothing"),
        ("--rows all --reduction none --gradient --format json", ""),
        ("--rows all --gradient --format json", ""),
        ("--worst 2 --gradient --format markdown", ""),
    ],
)
def test_an_option_without_effect_is_noted(
    options: str, note: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _, error = printed(capsys, "compute", "bce", Y, P, *options.split())
    assert (note in error) if note else (error == "")
    assert error.count("note: ") == bool(note)


def test_columns_that_do_not_match_in_number_are_named_in_the_hint(
    capsys: pytest.CaptureFixture[str],
) -> None:
    call = ("compute", "categorical_ce", "sample_data/iris_onehot.csv")
    options = ("--id", "id", "--format", "value")
    _, error = printed(capsys, *call, "sample_data/iris.csv", *options, code=2)
    (proposed,) = re.findall(r"sample_data/iris\.csv:[^\s;]+", error)
    assert proposed == "sample_data/iris.csv:setosa,versicolor,virginica"
    out, _ = printed(capsys, *call, proposed, *options)
    assert float(out) > 0


def test_the_worst_rows_have_the_lines_of_the_prediction(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "y.csv").write_text('id,y\na,1\n"b\nb",2\nc,3\n')
    (tmp_path / "p.csv").write_text('id,p\nc,3\n"b\nb",7\na,1.5\n')
    (tmp_path / "p").mkdir()
    (tmp_path / "p/1.csv").write_text("p\n1.5\n")
    (tmp_path / "p/2.csv").write_text("p\n7\n3\n")
    target = f"{tmp_path}/y.csv:y"

    def lines(*words: str) -> list[list[str]]:
        out, _ = printed(capsys, "compute", "mae", target, *words, "--worst", "2", "-f", "table")
        at = next(at for at, text in enumerate(out.splitlines()) if text.startswith("row"))
        return [text.split()[:2] for text in out.splitlines()[at : at + 4] if "──" not in text]

    assert lines(f"{tmp_path}/p.csv:p", "--id", "id") == [["row", "line"], ["2", "3"], ["1", "5"]]
    assert lines(f"{tmp_path}/p") == [["row", "line"], ["2", "2.csv:2"], ["1", "1.csv:2"]]
    np.save(tmp_path / "p.npy", np.array([1.5, 7.0, 3.0]))
    assert "line" not in lines(f"{tmp_path}/p.npy")[0]
