"""Each class of mistake has its exit code; a run that fails prints nothing and overwrites nothing."""

from __future__ import annotations

import json
import os
import shlex
from pathlib import Path

import pytest

from losscli import api
from losscli.cli.boundary import run
from losscli.errors import SeveralErrors, by_code
from tests.cli.shell import losscli

GOOD = {
    "y.csv": "y\n1\n0\n1\n",
    "p.csv": "p\n0.8\n0.3\n0.5\n",
    "d.csv": "id,label,score\na,1,0.8\nb,0,0.3\nc,1,0.5\n",
}
BAD = {
    "short.csv": "p\n0.8\n0.3\n",
    "text.csv": "p\n0.8\noops\n0.5\n",
    "logits.csv": "p\n2.5\n0.3\n0.5\n",
    "empty.csv": "",
    "header.csv": "p\n",
    "broken.json": '{"p": [1,',
    "minus.csv": "w\n1\n-1\n1\n",
    "zeros.csv": "w\n0\n0\n0\n",
    "twice.csv": "id,p\na,0.8\na,0.3\nc,0.5\n",
    "fake.npy": "this is no array",
}
MISTAKES = [
    ("compute bec y.csv p.csv", 2, "E101"),
    ("compute huber:delta=-1 y.csv p.csv", 2, "E102"),
    ("compute huber:gamma=1 y.csv p.csv", 2, "E102"),
    ("compute bce d.csv:label :nope", 2, "E103"),
    ("compute bce y.csv", 2, "E10"),
    ("compute bce y.csv p.csv p.csv p.csv", 2, "E10"),
    ("compute bce - -", 2, "E104"),
    ("compute bce y.csv p.pkl", 2, "E105"),
    ("compute bce y.csv p.pt", 2, "E105"),
    ("compute rmse y.csv p.csv --reduction p95", 2, "E106"),
    ("compute bce y.csv p.csv --reduction men", 2, "E100"),
    ("compute bce,mse y.csv p.csv --format value", 2, "E10"),
    ("compute bce y.csv p.csv -o p.csv", 2, "E104"),
    ("compute bce y.csv p.csv -o json=y.csv", 2, "E104"),
    ("compute bce y.csv p.csv --per-sample p.csv", 2, "E104"),
    ("compute bce y.csv p.csv --per-sample out.csv -o csv=out.csv", 2, "E104"),
    ("compute bce y.csv p.csv -o out.xyz", 2, "E10"),
    ("compute bce y.csv p.csv --unpaired skip", 2, "E100"),
    ("compute bce y.csv text.csv", 3, "E210"),
    ("compute bce y.csv logits.csv", 3, "E211"),
    ("compute bce y.csv short.csv", 3, "E220"),
    ("compute bce y.csv empty.csv", 3, "E2"),
    ("compute bce y.csv header.csv", 3, "E2"),
    ("compute bce y.csv broken.json", 3, "E233"),
    ("compute bce y.csv fake.npy", 3, "E233"),
    ("compute bce y.csv p.csv --weight minus.csv", 3, "E214"),
    ("compute bce y.csv p.csv --weight zeros.csv", 3, "E214"),
    ("compute bce d.csv:label twice.csv:p --id id", 3, "E220"),
    ("compute bce y.csv gone.csv", 4, "E401"),
    ("compute bce y.csv p.csv -o gone/out.json", 4, "E402"),
    ("compute bce y.csv p.csv --per-sample gone/out.csv", 4, "E402"),
    ("explain bce y.csv p.csv --row 4", 2, "E1"),
    ("explain bce y.csv logits.csv --row 1", 3, "E211"),
    ("explain bce y.csv gone.csv --row 1", 4, "E401"),
    ("list nonsense", 2, "E101"),
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in {**GOOD, **BAD}.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "p.pkl").write_bytes(b"\x80\x04K\x01.")
    (tmp_path / "p.pt").write_bytes(b"PK\x03\x04")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize(("line", "code", "error"), MISTAKES)
def test_a_mistake_has_its_code_and_touches_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str], line: str, code: int, error: str
) -> None:
    before = contents(folder)
    words = shlex.split(line)
    if words[0] == "compute" and "-o" not in words:
        words += ["-o", "result.json"]
    assert run(words) == code
    out, said = capsys.readouterr()
    assert out == ""
    assert f"error[{error}" in said
    assert contents(folder) == before


@pytest.mark.parametrize("old", [None, "the old report\n"])
def test_a_file_is_the_old_one_or_the_new_one(
    folder: Path, capsys: pytest.CaptureFixture[str], old: str | None
) -> None:
    target = folder / "result.json"
    if old is not None:
        target.write_text(old)
    assert run(["compute", "bce", "y.csv", "text.csv", "-o", "result.json", "--reduction", "none"]) == 3
    assert (target.read_text() if target.exists() else None) == old
    assert run(["compute", "bce", "y.csv", "p.csv", "-o", "result.json"]) == 0
    assert json.loads(target.read_text())["results"][0]["loss"] == "bce"
    assert capsys.readouterr().out.startswith("bce\tmean\t")


def test_one_run_prints_and_writes_several_formats(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["compute", "bce", "d.csv:label", ":score", "--per-sample", "rows.csv"]
    assert run([*words, "-o", "a.json", "-o", "markdown=b.txt", "-o", "c.csv", "-f", "value"]) == 0
    value = api.compute("bce", [1, 0, 1], [0.8, 0.3, 0.5]).results[0].headline.value
    assert float(capsys.readouterr().out) == value
    assert json.loads(Path("a.json").read_text())["results"][0]["value"] == value
    assert Path("b.txt").read_text().count("|") > 10
    assert repr(value) in Path("c.csv").read_text()
    assert len(Path("rows.csv").read_text().splitlines()) == 4


def test_a_bug_is_told_in_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: object, **options: object) -> None:
        raise ZeroDivisionError("an inner\nmistake")

    monkeypatch.setattr(api, "compute", broken)
    assert run(["compute", "bce", "y.csv", "p.csv"]) == 70
    out, said = capsys.readouterr()
    assert out == ""
    assert said.splitlines()[0].startswith("error[E000]: a bug in losscli")
    assert "ZeroDivisionError: an inner mistake" in said
    assert "Traceback" not in said
    assert "--debug" in said
    assert run(["compute", "bce", "y.csv", "p.csv", "--debug"]) == 70
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("raised", "code"),
    [(KeyboardInterrupt(), 130), (BrokenPipeError(), 141), (OSError(28, "No space left on device"), 4)],
)
def test_ways_to_end(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    raised: BaseException,
    code: int,
) -> None:
    def broken(*arguments: object, **options: object) -> None:
        raise raised

    monkeypatch.setattr(api, "compute", broken)
    assert run(["compute", "bce", "y.csv", "p.csv"]) == code
    out, said = capsys.readouterr()
    assert out == ""
    assert ("error[E400]" in said) == (code == 4)


def test_debug_shows_the_traceback_of_an_expected_error(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["compute", "bec", "y.csv", "p.csv", "--debug"]) == 2
    said = capsys.readouterr().err
    assert "Traceback" in said
    assert said.rstrip().splitlines()[-2].startswith("error[E101]")


def test_text_of_others_is_made_harmless(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = "\x1b[31mred\u202e.csv"
    assert run(["compute", "bce", "y.csv", name]) == 4
    said = capsys.readouterr().err
    assert "\x1b" not in said
    assert "\u202e" not in said


def test_several_mistakes_are_reported_together(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["compute", "bec,mes,huber:delta=-1", "y.csv", "p.csv"]) == 2
    said = capsys.readouterr().err
    assert said.count("error[") == 3


def test_quiet_and_verbose(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["compute", "bce", "y.csv", "p.csv"]
    Path("p.csv").write_text("p\n0\n0.3\n0.5\n")
    assert run(words) == 0
    assert "warning[W201]" in capsys.readouterr().err
    assert run([*words, "-q"]) == 0
    assert capsys.readouterr().err == ""
    assert run([*words, "-v"]) == 0
    said = capsys.readouterr().err
    assert "note: target y.csv: csv; header:" in said
    assert "note: prediction p.csv: csv;" in said
    assert run([*words, "--format", "table"]) == 0
    out, said = capsys.readouterr()
    assert "W201" in out
    assert said == ""
    assert run([*words, "--worst", "2", "--precision", "3"]) == 0
    said = capsys.readouterr().err
    assert "--worst changes nothing" in said
    assert "--precision changes nothing" in said


def test_no_error_class_ends_in_the_code_of_a_requirement() -> None:
    """Exit 1 is for requirements alone."""
    codes = {kind.exit_code for kind in by_code().values() if kind is not SeveralErrors}
    assert codes == {2, 3, 4, 70}


def test_the_process_ends_with_the_code_that_run_gives(folder: Path) -> None:
    assert losscli("compute", "bce", "y.csv", "p.csv", folder=folder).returncode == 0
    assert losscli("compute", "bec", "y.csv", "p.csv", folder=folder).returncode == 2
    assert losscli("compute", "bce", "y.csv", "text.csv", folder=folder).returncode == 3
    assert losscli("compute", "bce", "y.csv", "gone.csv", folder=folder).returncode == 4


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("p.csv").chmod(0)
    assert run(["compute", "bce", "y.csv", "p.csv"]) == 4
