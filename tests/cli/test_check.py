"""The gate: exit code, text, JSON and library tell one verdict; what cannot be decided never passes."""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from losscli import api
from losscli.analysis.gate import Tolerance, judge
from losscli.analysis.requirements import Requirement
from losscli.cli.boundary import run
from losscli.errors import UsageError
from losscli.outputs.digits import people
from losscli.report.compute import Figure
from losscli.report.tables import Kind
from losscli.report.verdict import Judged

Y, P = "sample_data/y.csv", "sample_data/p.csv"
DIABETES = ("sample_data/diabetes.csv:target", ":prediction")
BCE = 0.24691989080446483


def checked(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = run(["check", *words])
    out, error = capsys.readouterr()
    return code, out, error


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--max", "0.25"), 0),
        (("--max", "0.24"), 1),
        (("--max", repr(BCE)), 0),  # the limit itself passes
        (("--max", repr(math.nextafter(BCE, 0.0))), 1),  # unrounded: one unit in the last place decides
        (("--min", repr(math.nextafter(BCE, 1.0))), 1),
        (("--min", "0.24", "--max", "0.25"), 0),
        (("--equals", "0.2469198908"), 0),
        (("--equals", "0.24692"), 1),
        (("--equals", "0.24692", "--rtol", "1e-5"), 0),
        (("--equals", "0.247", "--atol", "1e-3"), 0),
        (("--max", "bce/p95=0.6"), 0),
        (("--max", "bce/max=0.5"), 1),
        (("--max", "BCE=0.25"), 0),
        (("--min", "n=10"), 0),
        (("--min", "n=11"), 1),
        (("--min", "coverage=1"), 0),
        (("--min", "skill=0.64"), 0),
        (("--min", "bce/skill=0.65"), 1),
        (("--max", "sum=2.5", "--max", "median=0.3"), 0),
        (("--max", "0.25", "--max", "bce/max=0.5", "--min", "n=1"), 1),
    ],
)
def test_requirements_decide(words: tuple[str, ...], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    for style in ("plain", "table", "json", "csv", "ndjson", "markdown", "latex"):
        found, out, error = checked(capsys, "bce", Y, P, *words, "-f", style)
        assert found == code, (out, error)
        assert error == ""
        if style == "json":
            assert json.loads(out)["verdict"] == ("fail" if code else "pass")
        elif style in ("plain", "csv", "ndjson"):
            assert ("fail" in out) == bool(code)
        else:
            assert ("FAIL" in out) == bool(code)
            assert f"exit {code}" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "needs a requirement"),
        (("--max", "nan"), "not finite"),
        (("--max", "bce=inf"), "not finite"),
        (("--max", "1_0"), "not finite"),
        (("--max", "x"), "is no number"),
        (("--max", "bce="), "is no number"),
        (("--max", "=1"), "nothing is named"),
        (("--max", "mse=1"), "mse is not computed"),
        (("--max", "bec=1"), "unknown loss"),
        (("--max", "bce/p=1"), "nothing that can be limited"),
        (("--max", "bce/men=1"), "nothing that can be limited"),
        (("--max", "bce/p100=1"), "percentile"),
        (("--max", "bce@eu=1"), "segments"),
        (("--max", "bce:eps=1e-7=1"), "is not computed"),
        (("--max", "1", "--max", "1"), "given twice"),
        (("--max", "1", "--rtol", "-1"), "tolerance"),
        (("--max", "1", "--atol", "inf"), "tolerance"),
    ],
)
def test_what_can_decide_nothing_is_a_wrong_call(
    words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, error = checked(capsys, "bce", Y, P, *words)
    assert (code, out) == (2, "")
    assert said in error


def test_several_losses_ask_which_one_is_meant(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, error = checked(capsys, "mse,mae", *DIABETES, "--max", "3000")
    assert code == 2
    assert "of which loss?" in error
    assert checked(capsys, "mse,mae", *DIABETES, "--max", "mse=3000", "--min", "skill=0")[0] == 0


def test_a_set_loss_has_its_own_number_only(capsys: pytest.CaptureFixture[str]) -> None:
    assert checked(capsys, "rmse", *DIABETES, "--max", "55")[0] == 0
    code, _, error = checked(capsys, "rmse", *DIABETES, "--max", "rmse/p95=1")
    assert code == 2
    assert "one number for the whole set" in error


def test_a_set_loss_does_not_stand_in_the_way_of_others(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("mse,rmse", *DIABETES, "--max", "mse/max=30000", "--max", "rmse=55", "--min", "mse/std=1")
    code, _, error = checked(capsys, *words)
    assert (code, error) == (0, "")
    assert checked(capsys, *words, "--max", "mse/sum=1")[0] == 1


def test_skill_of_a_loss_without_a_best_constant(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, error = checked(capsys, "huber", *DIABETES, "--min", "skill=0")
    assert code == 2
    assert "no best constant" in error


@pytest.mark.parametrize("kind", ["--max", "--min", "--equals"])
def test_nan_meets_nothing(tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "d.csv"
    path.write_text("y,p\n1,0\n0,0.5\n")  # the deviation of an infinite loss is not defined
    code, out, _ = checked(capsys, "bce", f"{path}:y", ":p", kind, "bce/std=1", "-f", "json")
    assert code == 1
    entry = json.loads(out)["requirements"][0]
    assert (entry["value"], entry["status"], entry["verdict"]) == (None, "nan", "fail")


def test_an_infinite_loss_is_above_every_limit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "d.csv"
    path.write_text("y,p\n1,0\n0,0.5\n")
    assert checked(capsys, "bce", f"{path}:y", ":p", "--max", "1e308")[0] == 1


def test_a_skill_that_does_not_exist_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "d.csv"
    path.write_text("y,p\n1,0.5\n1,0.5\n")  # the constant 1 has no loss, so no skill is defined
    code, out, _ = checked(capsys, "bce", f"{path}:y", ":p", "--min", "skill=-1000", "-f", "table")
    assert code == 1
    assert "has no value in this run" in " ".join(out.split())


@pytest.mark.parametrize("content", ["", "y,p\n", "y,p\n1,x\n", "y,p\n1,2\n"])
def test_data_that_cannot_be_scored_is_no_verdict(
    tmp_path: Path, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "d.csv"
    path.write_text(content)
    code, out, _ = checked(capsys, "bce", f"{path}:y", ":p", "--max", "1")
    assert (code, out) == (3, "")


def test_coverage_counts_what_was_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "d.csv"
    path.write_text("y,p\n1,0.5\n,0.5\n1,0.5\n0,NA\n")
    words = ("bce", f"{path}:y", ":p", "--missing", "skip")
    assert checked(capsys, *words, "--min", "coverage=0.5")[0] == 0
    assert checked(capsys, *words, "--min", "coverage=0.51")[0] == 1


@given(
    value=st.floats(allow_nan=False, allow_infinity=False),
    limit=st.floats(allow_nan=False, allow_infinity=False),
    precision=st.integers(1, 17),
)
@settings(suppress_health_check=[HealthCheck.differing_executors])
def test_a_value_is_shown_on_its_side_of_the_limit(value: float, limit: float, precision: int) -> None:
    one = Judged("bce", "max", limit, Figure(value), 1, "fail")
    shown = float(people(one.shown, Kind.VALUE, precision))
    if value == limit:
        return
    assert (shown < limit) == (value < limit) or shown == value
    assert shown != limit


def test_the_library_says_what_the_command_says() -> None:
    for high, low in itertools.product((0.2, BCE, 0.3), (0.1, BCE, 0.28)):
        report = api.check("bce", Y, P, max=high, min={"bce": low})
        assert report.verdict == ("pass" if low <= BCE <= high else "fail")
        assert report.exit_code == (report.verdict == "fail")
        assert report.plain()["verdict"] == report.verdict
        assert {one["verdict"] for one in report.plain()["requirements"]} >= {report.verdict}


def test_outputs_of_one_run_agree(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "verdict.json"
    words = ("bce", Y, P, "--max", "0.2", "--min", "n=5", "-o", str(file), "-f", "plain")
    code, out, _ = checked(capsys, *words)
    assert code == 1
    assert [line.split("\t")[0] for line in out.splitlines()] == ["fail", "pass"]
    assert [one["verdict"] for one in json.loads(file.read_text())["requirements"]] == ["fail", "pass"]


DEMAND = ("mse", "sample_data/demand.csv:sold", ":forecast", "--by", "shop")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--max", "mse@north=42.5"), 0),
        (("--max", "mse@north=42.49"), 1),
        (("--max", "mse@south=7.5", "--max", "30"), 0),
        (("--max", "mse/max@south=15"), 1),
        (("--min", "n@south=4"), 0),
        (("--min", "n@south=5"), 1),
        (("--max", "mse@south=8", "--min", "skill=0.5", "--min", "coverage=1"), 0),
    ],
)
def test_segments_have_limits_of_their_own(
    words: tuple[str, ...], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    found, out, error = checked(capsys, *DEMAND, *words)
    assert (found, error) == (code, "")
    assert ("fail" in out) == bool(code)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--max", "mse@noth=9"), "did you mean north"),
        (("--max", "mse@=9"), "no row belongs"),
        (("--max", "mse@east=9", "--max", "1e9"), "the segments are north, south"),
        (("--min", "skill@north=0"), "a segment has no skill"),
        (("--min", "coverage@north=1"), "a segment has no coverage"),
    ],
)
def test_a_segment_that_is_not_there_never_passes(
    words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, error = checked(capsys, *DEMAND, *words)
    assert (code, out) == (2, "")
    assert said in error


def test_a_name_that_the_columns_decide_is_judged_as_decided(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "w.csv"
    path.write_text("k,a,b,c\n0,0.5,0.25,0.25\n1,0.25,0.5,0.25\n")
    words = ("log_loss", f"{path}:k", ":a..c")
    for limit, verdict in (("0.7", "pass"), ("0.6", "fail")):
        code, out, _ = checked(capsys, *words, "--max", limit)
        assert (code, out.split("\t")[0]) == (verdict == "fail", verdict)
        assert "sparse_categorical_ce <=" in out
    base = tmp_path / "base.csv"
    code, out, error = checked(capsys, *words, "--baseline", str(base), "--max", "0.7", "--update")
    assert (code, out, base.exists()) == (2, "", False)  # never a pass without a judged requirement
    assert "hint: name the loss itself: losscli check sparse_categorical_ce ..." in error


def test_a_requirement_that_no_result_answers_is_no_pass() -> None:
    computed = api.compute("mse", Y, P)
    with pytest.raises(UsageError, match="is meant, not bce"):
        judge(computed, (Requirement("max", 1.0, "bce", text="bce"),), Tolerance())
