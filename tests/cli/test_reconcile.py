"""`losscli reconcile`: the command line and the library tell the same, and every command that is printed
prints what is promised."""

from __future__ import annotations

import csv
import io
import json
import math
import secrets
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import losscli
from losscli.cli.boundary import run
from tests.analysis.reconcile_draws import draw

Y, P = "sample_data/y.csv", "sample_data/p.csv"
SATURATED = ("sample_data/saturated.csv:y", ":p")


def reconciled(capsys: pytest.CaptureFixture[str], *words: str, style: str = "json") -> Any:
    code = run(["reconcile", *words, "-f", style])
    out, error = capsys.readouterr()
    assert (code, error) == (0, "")
    return json.loads(out) if style == "json" else out


def printed(command: str, capsys: pytest.CaptureFixture[str]) -> float:
    """The number that a command prints."""
    words = shlex.split(command)
    assert words[0] == "losscli"
    assert run([*words[1:], "-f", "json"]) == 0
    (result,) = json.loads(capsys.readouterr().out)["results"]
    value = result["value"]
    return math.inf if value is None else float(value)


@pytest.mark.parametrize(
    ("words", "text", "convention", "formula"),
    [
        (("bce", Y, P), "0.2469", "bce, as it is", None),
        (("bce", Y, P), "2.469", "the sum over the rows", None),
        (("bce", Y, P), "0.3562", "base 2: bits in place of nats", "x / ln 2"),
        (("bce", Y, P), "0.12346", "half of it", "x / 2"),
        (("bce", Y, P), "0.591630", "Binary cross-entropy with logits, bce_logits", None),
        (("bce", *SATURATED), "12.73", "as torch's binary_cross_entropy", None),
        (("bce", *SATURATED), "4.732", "as sklearn's log_loss", None),
        (("pinball:tau=0.9", "sample_data/diabetes.csv:prediction", ":target"), "SWAPPED", "target", None),
    ],
)
def test_a_convention_is_found_with_its_command(
    words: tuple[str, ...],
    text: str,
    convention: str,
    formula: str | None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if text == "SWAPPED":
        report = losscli.compute("pinball:tau=0.9", "sample_data/diabetes.csv:target", ":prediction")
        text = f"{report.results[0].headline.value:.6g}"
    (value,) = reconciled(capsys, *words, "--value", text)["values"]
    first = value["fits"][0]
    assert first["convention"].startswith(convention)
    assert first["formula"] == formula
    assert abs(first["value"] - float(text)) <= value["half_unit"] * 1.0001
    x = printed(first["command"], capsys)
    told = {None: x, "x / ln 2": x / math.log(2), "x / 2": x / 2}[formula]
    assert told == pytest.approx(first["value"], rel=1e-15)


def test_all_formats_and_the_library_tell_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("bce", Y, P, "--value", "0.3562")
    report = losscli.reconcile("bce", Y, P, value="0.3562")
    (fit,) = report.sought[0].fits
    assert reconciled(capsys, *words) == json.loads(json.dumps(report.plain()))
    (record,) = csv.DictReader(io.StringIO(reconciled(capsys, *words, style="csv")))
    assert (float(record["value"]), record["command"]) == (fit.value, fit.command)
    (line,) = reconciled(capsys, *words, style="plain").splitlines()
    assert line.split("\t")[1:3] == ["fits", repr(fit.value)]
    assert float(reconciled(capsys, *words, style="value")) == fit.value
    for style in ("table", "markdown"):
        shown = reconciled(capsys, *words, style=style)
        assert fit.words in shown
        assert f"{fit.command}  # then x / ln 2" in shown


def test_without_a_number_all_conventions_stand_side_by_side(capsys: pytest.CaptureFixture[str]) -> None:
    found = reconciled(capsys, "bce", *SATURATED)
    numbers = {one["loss"]: one for one in found["conventions"]}
    own = [one for one in numbers if one == "bce" or one.startswith("bce:as=")]
    assert len(own) == 1 + len(losscli.losses.bce.conventions)
    assert numbers["bce"]["status"] == "inf"
    assert numbers["bce"]["value"] is None
    for one in found["conventions"]:
        if one["command"]:
            wanted = math.inf if one["value"] is None else one["value"]
            assert printed(one["command"], capsys) == wanted, one["loss"]
    text = reconciled(capsys, "bce", *SATURATED, style="table")
    assert "bce:as=lightgbm.cross_entropy" in text
    assert len(reconciled(capsys, "bce", *SATURATED, style="plain").splitlines()) == len(numbers)


def test_two_numbers_are_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    one = losscli.compute("bce:as=torch", *SATURATED).results[0].headline.value
    numbers = ("--value", f"{one:.5g}", "--value", f"{2 * one:.5g}")
    found = reconciled(capsys, "bce", *SATURATED, *numbers)
    (parted,) = found["separations"]
    assert parted["known"]
    assert parted["only_first"] == []
    assert parted["only_second"] == ["twice as much"]
    assert f"{one:.5g} = x / 2 with x = {2 * one:.5g}" in parted["relations"]
    text = reconciled(capsys, "bce", *SATURATED, *numbers, style="table")
    assert f"what separates {one:.5g} and {2 * one:.5g}" in text


def test_when_none_fits_the_nearest_and_what_files_hide_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "report.json"
    words = ("bce", Y, P, "--value", "0.77712345678", "-o", str(file))
    text = reconciled(capsys, *words, style="table")
    (value,) = json.loads(file.read_text())["values"]
    assert (value["verdict"], value["fits"]) == ("none", [])
    assert value["tried"] > 1000
    assert abs(value["nearest"]["difference"]) < 0.01
    assert "no convention gives it; the nearest simple one" in text
    assert "(L2)" in text


def test_few_digits_prove_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    (value,) = reconciled(capsys, "bce", Y, P, "--value", "0.77")["values"]
    assert value["verdict"] == "perhaps by chance"
    assert value["fits"][0]["chance"] > 0.05
    assert "give more digits" in reconciled(capsys, "bce", Y, P, "--value", "0.77", style="table")


TOLD = {
    None: lambda x: x,
    "x / 2": lambda x: x / 2,
    "2 x": lambda x: 2 * x,
    "-x": lambda x: -x,
    "x / ln 2": lambda x: x / math.log(2),
    "x / ln 10": lambda x: x / math.log(10),
    "100 x": lambda x: 100 * x,
    "sqrt(x)": math.sqrt,
}


def test_every_command_runs_and_gives_what_is_promised(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = secrets.randbits(32)
    generator = np.random.default_rng(seed)
    checked = 0
    for _ in range(12):
        one = draw(generator)
        sources = [_written(tmp_path / f"{place}.csv", array) for place, array in enumerate(one.arrays)]
        weight = one.options.get("weight")
        options = {} if weight is None else {"weight": _written(tmp_path / "w.csv", weight)}
        for fit in losscli.reconcile(one.loss, *sources, value=one.printed, **options).sought[0].fits:
            if "--reduction none" in fit.command:
                assert run(shlex.split(fit.command)[1:]) == 0
                assert len(capsys.readouterr().out.splitlines()) >= len(one.arrays[0])
            elif fit.command and (fit.formula or None) in TOLD:
                told = TOLD[fit.formula or None](printed(fit.command, capsys))
                assert told == pytest.approx(fit.value, rel=1e-14), f"{fit.command}, seed {seed}"
                checked += 1
            else:
                assert fit.formula
    assert checked, f"seed {seed}"


def _written(path: Path, array: np.ndarray) -> str:
    block = array.reshape(len(array), -1)
    names = ",".join(f"c{place}" for place in range(block.shape[1]))
    np.savetxt(path, block, delimiter=",", header=names, comments="", fmt="%.17g")
    return str(path)


def test_hostile_names_do_no_harm(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "\x1b[31m[red].csv"
    data.write_text("y,p\n1,0.8\n0,0.3\n")
    for style in ("table", "plain", "json", "csv", "markdown", "latex"):
        text = reconciled(capsys, "bce", f"{data}:y", ":p", "--value", "0.28991", style=style)
        assert "\x1b" not in str(text)


@pytest.mark.parametrize("text", ["x", "", "0x1p3", "nan", "1_0", "."])
def test_what_is_no_number_is_exit_2(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["reconcile", "bce", Y, P, "--value", text]) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert "not a number" in error
    assert "hint:" in error


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("reconcile", "bce", Y, P, "0.3"), "--value 0.3"),
        (("reconcile", Y, P, "bce"), "losscli reconcile bce"),
        (("bridge", "bce", Y, P), "losscli reconcile bce"),
        (("reconcile", "bce,brier", Y, P), "tried anyway"),
    ],
)
def test_a_wrong_call_is_answered_with_the_right_one(
    words: tuple[str, ...], hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(list(words)) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert hint in error


def test_more_rows_than_memory_should_hold_is_exit_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("losscli.analysis.reconciling.given.MOST", 20)
    data = tmp_path / "d.csv"
    data.write_text("y,p\n" + "1,0.5\n" * 21)
    assert run(["reconcile", "bce", f"{data}:y", ":p"]) == 2
    error = capsys.readouterr().err
    assert "more than 20 rows" in error
    assert "hint:" in error


def test_rows_that_the_loss_does_not_take_are_searched_all_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "d.csv"
    data.write_text("y,z\n1,2.5\n0,-1.25\n1,-0.5\n")
    wanted = losscli.compute("bce_logits", f"{data}:y", ":z").results[0].headline.value
    found = reconciled(capsys, "bce", f"{data}:y", ":z", "--value", f"{wanted:.6g}")
    assert "does not take these rows" in found["refusal"]
    assert any("bce_logits" in (fit["command"] or "") for fit in found["values"][0]["fits"])
