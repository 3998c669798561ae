"""`check --config`: every check of a file is judged and reported; text, JSON and exit code tell one verdict;
files are read once where checks read them alike."""

from __future__ import annotations

import errno
import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from losscli import api
from losscli.cli.boundary import run
from losscli.engine import opening
from losscli.errors import SourceError, UsageError
from tests.cli.shell import HERE, environment, losscli
from tests.outputs import ci_readers

Y = (1, 1, 1, 1, 1, 0, 0, 0, 0, 0)
P = (0.8, 0.9, 0.9, 0.6, 0.8, 0.1, 0.4, 0.2, 0.1, 0.3)
BCE = 0.24691989080446483


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with the ten rows in three files, bad data, and no environment that decides."""
    for name in ("LOSSCLI_FORMAT", "NO_COLOR", "FORCE_COLOR", "GITHUB_WORKSPACE", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    rows = list(zip(Y, P, strict=True))
    (tmp_path / "d.csv").write_text("y,p,eu\n" + "".join(f"{y},{p},{y}\n" for y, p in rows))
    (tmp_path / "y.csv").write_text("y\n" + "".join(f"{y}\n" for y in Y))
    (tmp_path / "p.csv").write_text("p\n" + "".join(f"{p}\n" for p in P))
    (tmp_path / "bad.csv").write_text("p\n0.5\nx\n" + "0.5\n" * 8)
    (tmp_path / "short.csv").write_text("p\n0.5\n")
    return tmp_path


def check(target: str = "y.csv", prediction: str = "p.csv", **keys: str) -> str:
    """One [[check]]; values are written as they stand in TOML."""
    lines = {"loss": '"bce"', "target": f'"{target}"', "prediction": f'"{prediction}"', "max": "0.3"} | keys
    return "[[check]]\n" + "".join(f"{key} = {value}\n" for key, value in lines.items())


def configured(
    capsys: pytest.CaptureFixture[str], text: str, *words: str, name: str = "losscli.toml"
) -> tuple[int, str, str]:
    Path(name).write_text(text)
    code = run(["check", "--config", name, *words])
    out, error = capsys.readouterr()
    return code, out, error


PASSES = check(name='"passes"')
FAILS = check(name='"fails"', max="0.1")
DATA = check(name='"data"', prediction="bad.csv")
LENGTHS = check(name='"lengths"', prediction="short.csv")
MISSING = check(name='"missing"', prediction="nowhere.csv")
COLUMN = check(name='"column"', target="d.csv:yy", prediction=":p")
SEGMENT = check(name='"slice"', target="d.csv:y", prediction=":p", by='"eu"', max='{"bce@2" = 1}')

CODES: tuple[tuple[str, int, Mapping[str, str]], ...] = (
    (PASSES, 0, {"passes": "pass"}),
    (FAILS, 1, {"fails": "fail"}),
    (PASSES + FAILS, 1, {"passes": "pass", "fails": "fail"}),
    (COLUMN, 2, {"column": "error"}),
    (SEGMENT, 2, {"slice": "error"}),
    (PASSES + COLUMN, 2, {"passes": "pass", "column": "error"}),
    (FAILS + COLUMN, 2, {"fails": "fail", "column": "error"}),
    (DATA, 3, {"data": "error"}),
    (FAILS + DATA, 3, {"fails": "fail", "data": "error"}),
    (
        DATA + FAILS + COLUMN + PASSES,
        3,
        {"data": "error", "fails": "fail", "column": "error", "passes": "pass"},
    ),
    (MISSING, 4, {"missing": "error"}),
    (
        FAILS + LENGTHS + MISSING + COLUMN,
        4,
        {"fails": "fail", "lengths": "error", "missing": "error", "column": "error"},
    ),
)


@pytest.mark.parametrize(("text", "code", "verdicts"), CODES)
def test_the_exit_code_is_the_gravest_and_every_check_is_told(
    text: str, code: int, verdicts: Mapping[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    order = ("error", "fail", "pass")
    whole = next(word for word in order if word in verdicts.values())
    for style in ("json", "plain", "table", "markdown", "csv", "ndjson", "latex"):
        found, out, error = configured(capsys, text, "-f", style)
        assert found == code, (style, out, error)
        if style == "json":
            report = json.loads(out)
            assert (report["schema"], report["verdict"]) == ("losscli/1", whole)
            assert {one["name"]: one["verdict"] for one in report["checks"]} == verdicts
        elif style == "plain":
            found_verdicts = [line.split("\t")[:2] for line in out.splitlines()]
            assert dict(found_verdicts) == verdicts  # type: ignore[arg-type]
        elif style == "ndjson":
            records = [json.loads(line) for line in out.splitlines()]
            assert {one["check"]: one["verdict"] for one in records} == verdicts
        elif style == "table":
            assert f"exit {code}" in out
            words = [line.split() for line in out.splitlines()]
            told = {line[0]: line[1].lower() for line in words if line and line[0] in verdicts}
            assert told == verdicts
            ranks = [order.index(line[1].lower()) for line in words if line and line[0] in verdicts]
            assert ranks == sorted(ranks)
        else:
            assert all(name in out for name in verdicts)
        unscored = [name for name, verdict in verdicts.items() if verdict == "error"]
        assert all(
            any(line.startswith("note: no verdict on") and name in line for line in error.splitlines())
            for name in unscored
        )
        assert bool(error) == bool(unscored)


ALONE: tuple[tuple[str, dict[str, Any]], ...] = (
    ("bce,brier", {"max": {"bce": 0.3}, "min": {"n": 10}}),
    ("brier,binary_focal", {"max": {"binary_focal/p95": 0.01}}),
    ("binary_focal,bce,brier", {"max": {"brier": 0.01, "bce/max": 0.1}, "min": {"bce": 1}}),
)


def test_a_check_reports_what_it_reports_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = ""
    for number, (losses, limits) in enumerate(ALONE):
        tables = {
            kind: "{" + ", ".join(f'"{term}" = {limit}' for term, limit in table.items()) + "}"
            for kind, table in limits.items()
        }
        text += check("d.csv:y", ":p", name=f'"{number}"', loss=f'"{losses}"', **tables)
    opened = count_opens(monkeypatch)
    _, out, _ = configured(capsys, text, "-f", "json")
    assert opened == ["d.csv"]
    found = json.loads(out)["checks"]
    for (losses, limits), one in zip(ALONE, found, strict=True):
        alone = api.check(losses, "d.csv:y", ":p", samples=False, **limits).plain()
        assert {key: value for key, value in one.items() if key != "name"} == json.loads(json.dumps(alone))
    assert all(one["worst"] for one in found[2]["requirements"])


@pytest.mark.parametrize(("text", "code", "verdicts"), CODES)
def test_what_a_ci_reads_tells_the_same(
    text: str, code: int, verdicts: Mapping[str, str], capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    found, out, _ = configured(
        capsys, text, "-f", "github", "-o", "junit=r.xml", "-o", "github-benchmark=b.json"
    )
    assert found == code
    suites = ci_readers.read_junit((folder / "r.xml").read_bytes())
    words = {"pass": "pass", "failure": "fail", "error": "error"}
    assert {case.classname: words[case.outcome] for case in suites.cases} == verdicts
    assert suites.verdict == max(verdicts.values(), key=("pass", "fail", "error").index)
    commands, lines = ci_readers.read_commands(out)
    assert {line.split("\t")[0]: line.split("\t")[1] for line in lines} == verdicts
    titles = [command.properties["title"].split(":")[0] for command in commands if command.kind == "error"]
    assert sorted(titles) == sorted(name for name, verdict in verdicts.items() if verdict != "pass")
    assert len(json.loads((folder / "b.json").read_text())) >= sum(
        one != "error" for one in verdicts.values()
    )


def test_an_annotation_stands_on_the_bad_line(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = configured(capsys, DATA + COLUMN, "-f", "github")
    commands, _ = ci_readers.read_commands(out)
    places = [(command.properties["file"], command.properties["line"]) for command in commands]
    assert places == [("bad.csv", "3"), ("losscli.toml", "7")]


def test_an_error_is_told_in_text_and_json(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, error = configured(capsys, PASSES + DATA, "-f", "json")
    assert code == 3
    said = "bad.csv:3:1: error[E210]: not a number: x"
    entry = json.loads(out)["checks"][1]
    assert set(entry) == {"name", "verdict", "error"}
    assert entry["error"] == {"code": "E210", "exit_code": 3, "message": said, "lines": [said]}
    assert error.splitlines() == [said, "note: no verdict on data"]
    _, out, _ = configured(capsys, PASSES + DATA, "-f", "plain")
    assert out.splitlines() == [f"passes\tpass\tbce <= 0.3\t{BCE}", f"data\terror\t{said}"]
    _, out, error = configured(capsys, PASSES + DATA, "-f", "table", "-q")
    assert f"data: {said}" in out
    assert "1 requirement met, 1 of 2 checks without a verdict: exit 3" in out
    assert said in error  # quiet leaves errors


def test_one_error_of_several_checks_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    others = "".join(
        check(name=f'"m{n}"', prediction="nowhere.csv", loss=f'"{loss}"')
        for n, loss in enumerate(("bce", "brier", "mse"))
    )
    code, _, error = configured(capsys, others)
    assert code == 4
    assert error.count("error[E401]") == 1
    assert "no verdict on m0, m1, m2" in error


def test_a_wrong_call_in_a_check_has_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, error = configured(capsys, PASSES + COLUMN)
    assert (code, out.splitlines()[0]) == (2, f"passes\tpass\tbce <= 0.3\t{BCE}")
    assert error.startswith("losscli.toml:7:1: error[E103]: there is no column 'yy' in d.csv")
    code, _, error = configured(capsys, PASSES + SEGMENT)
    assert code == 2
    assert error.startswith('losscli.toml:11:8: error[E100]: max."bce@2": no row belongs to')


BEFORE = {
    "nothing like it": (check(max='{"bce@eu" = 1}'), "5:8", "there are no segments", 'by = "COLUMN"'),
    "another loss": (check(max="{mse = 1}"), "5:8", "mse is not computed", ""),
    "of which": (check(loss='"bce,brier"'), "5:1", "max = 0.3: of which loss?", 'max = {"bce" = 0.3}'),
    "not finite": (check(max="inf"), "5:1", "max = inf: the limit is not finite", ""),
    "too large": (check(max="1" + "0" * 400), "5:1", "the limit is not finite", ""),
    "a quantile of a set": (check(loss='"rmse"', max='{"rmse/p95" = 1}'), "5:8", "whole set", ""),
    "no such stat": (check(max='{"bce/men" = 1}'), "5:8", "nothing that can be limited", ""),
    "skill of none": (check(loss='"huber"', max="{skill = 1}"), "5:8", "no best constant", ""),
    "unpaired alone": (check(scheduler='"tcp://x:1"'), "1:1", "a scheduler is for engine", 'engine = "dask"'),
}


@pytest.mark.parametrize("name", BEFORE)
def test_a_requirement_that_decides_nothing_stops_before_reading(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text, at, said, hint = BEFORE[name]
    opened = count_opens(monkeypatch)
    code, out, error = configured(capsys, text + PASSES)
    assert (code, out, opened) == (2, "", [])
    first, *rest = error.splitlines()
    assert first.startswith(f"losscli.toml:{at}: error[E1"), error
    assert said in first
    assert hint in "".join(rest)


def test_all_wrong_calls_are_told_together(capsys: pytest.CaptureFixture[str]) -> None:
    text = check(max="inf") + check(name='"b"', max="{mse = 1}") + PASSES
    code, _, error = configured(capsys, text)
    assert code == 2
    assert [line.split(": ")[0] for line in error.splitlines() if "error[" in line] == [
        "losscli.toml:5:1",
        "losscli.toml:10:8",
    ]


def count_opens(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths that are opened from now on."""
    opened: list[str] = []
    plainly = opening.open_source

    def counted(path: str, *rest: Any, **named: Any) -> Any:
        opened.append(path)
        return plainly(path, *rest, **named)

    monkeypatch.setattr(opening, "open_source", counted)
    return opened


SHARED = {
    "the same losses": (check(name='"a"') + check(name='"b"', max="0.5"), 2),
    "losses of one kind": (check(name='"a"') + check(name='"b"', loss='"brier"'), 2),
    "other quantiles": (
        check(name='"a"', max='{"bce/p95" = 9}') + check(name='"b"', loss='"brier"', max="{median = 9}"),
        2,
    ),
    "others between them": (
        check(name='"a"') + check(name='"x"', missing='"skip"') + check(name='"b"', loss='"brier"'),
        4,
    ),
    "one file": (check("d.csv:y", ":p", name='"a"') + check("d.csv:y", ":p", name='"b"', loss='"brier"'), 1),
    "another option": (check(name='"a"') + check(name='"b"', missing='"skip"'), 4),
    "another weight": (check(name='"a"') + check(name='"b"', weight='"p"'), 4),
    "losses of another kind": (check(name='"a"') + check(name='"b"', loss='"mse"'), 4),
    "a set and a quantile": (
        check(name='"a"', loss='"rmse"', max="9") + check(name='"b"', loss='"mae"', max='{"mae/p95" = 9}'),
        4,
    ),
    "a set and a row": (
        check(name='"a"', loss='"rmse"', max="9") + check(name='"b"', loss='"mae"', max="9"),
        2,
    ),
    "a name of several": (check(name='"a"', max="9") + check(name='"b"', loss='"log_loss"', max="9"), 4),
}


@pytest.mark.parametrize("name", SHARED)
def test_files_are_read_once_where_checks_read_them_alike(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text, opens = SHARED[name]
    opened = count_opens(monkeypatch)
    code, _, error = configured(capsys, text)
    assert (code, error) == (0, "")
    assert len(opened) == opens, opened


def test_a_name_that_the_columns_decide_is_decided_for_each_check(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "w.csv").write_text("k,a,b,c\n" + "0,0.5,0.25,0.25\n1,0.25,0.5,0.25\n" * 3)
    text = check("w.csv:k", ":a..c", name='"a"', loss='"log_loss"', max="0.7")
    text += check("w.csv:k", ":a..c", name='"b"', loss='"log_loss"', max="0.6")
    code, out, error = configured(capsys, text, "-f", "json")
    assert (code, error) == (1, "")
    found = [one["results"][0] for one in json.loads(out)["checks"]]
    assert [one["loss"] for one in found] == ["sparse_categorical_ce"] * 2


def test_only_the_check_fails_whose_loss_cannot_be_computed(capsys: pytest.CaptureFixture[str]) -> None:
    Path("t.csv").write_text("y\n" + "1\n0\n" * 5)
    Path("q.csv").write_text("p\n" + "2\n3\n" * 5)
    text = "".join(
        check("q.csv", "q.csv", name=f'"{name}"', loss=f'"{loss}"', max="9")
        for name, loss in (("a", "msle"), ("b", "mse"))
    ) + "".join(
        check("t.csv", "q.csv", name=f'"{name}"', loss=f'"{loss}"', max="9")
        for name, loss in (("c", "poisson_deviance"), ("d", "gamma_deviance"))
    )
    code, out, error = configured(capsys, text, "-f", "json")
    verdicts = {one["name"]: one["verdict"] for one in json.loads(out)["checks"]}
    assert verdicts == {"a": "pass", "b": "pass", "c": "pass", "d": "error"}
    assert code == 3
    assert error.count("error[") == 1


def test_standard_input_is_shared_and_read_once() -> None:
    Path("shared.toml").write_text(
        check("-:y", ":p", name='"a"') + check("-:y", ":p", name='"b"', loss='"brier"')
    )
    found = losscli("check", "--config", "shared.toml", stdin=Path("d.csv").read_text(), folder=Path.cwd())
    assert (found.returncode, found.stderr) == (0, "")
    Path("twice.toml").write_text(
        check("-:y", ":p", name='"a"') + check("-:y", ":p", name='"b"', missing='"skip"')
    )
    found = losscli("check", "--config", "twice.toml", stdin=Path("d.csv").read_text(), folder=Path.cwd())
    assert (found.returncode, found.stdout) == (2, "")
    assert "twice.toml:7:1: error[E104]: standard input can be read once" in found.stderr
    Path("bad.toml").write_text(
        check("-:y", ":p", name='"a"') + check("-:y", ":p", name='"b"', loss='"brier"')
    )
    found = losscli("check", "--config", "bad.toml", stdin="y,p\n1,x\n", folder=Path.cwd())
    assert found.returncode == 3
    assert "no verdict on a, b" in found.stderr


def test_paths_are_those_of_the_file_and_shown_as_opened_here(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "ci" / "data").mkdir(parents=True)
    for name in ("y.csv", "p.csv", "bad.csv"):
        shutil.move(name, f"ci/data/{name}")
    text = check("data/y.csv", "data/p.csv", name='"a"') + check("data/y.csv", "data/bad.csv", name='"b"')
    code, out, error = configured(capsys, text, "-f", "json", name="ci/losscli.toml")
    assert code == 3
    assert [entry["source"] for entry in json.loads(out)["checks"][0]["inputs"]] == [
        "ci/data/y.csv",
        "ci/data/p.csv",
    ]
    assert error.startswith("ci/data/bad.csv:3:1: error[E210]")


def test_the_file_is_found_in_the_working_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def checked(*words: str) -> tuple[int, str, str]:
        code = run(["check", *words])
        return code, *capsys.readouterr()

    code, out, error = checked()
    assert (code, out) == (2, "")
    assert "nor is there a losscli.toml here" in error
    assert "hint: for example: losscli check bce y.csv p.csv --max 0.35" in error
    (folder / "pyproject.toml").write_text(FAILS.replace("[[check]]", "[[tool.losscli.check]]"))
    assert checked()[:2] == (1, f"fails\tfail\tbce <= 0.1\t{BCE}\n")
    (folder / "losscli.toml").write_text(PASSES)
    assert checked("-f", "plain", "-q", "--jobs", "1")[:2] == (0, f"passes\tpass\tbce <= 0.3\t{BCE}\n")


CONTRADICTIONS = (
    (("--config", "losscli.toml", "--max", "0.3"), "--max and --config"),
    (("--config", "losscli.toml", "--rtol", "1e-9"), "--rtol and --config"),  # the default, but typed
    (("--config", "losscli.toml", "--id", "id"), "--id and --config"),
    (("--config", "losscli.toml", "--as", "torch"), "--as and --config"),
    (("--config", "losscli.toml", "--no-header"), "--header and --config"),
    (("--config", "losscli.toml", "--engine", "local"), "--engine and --config"),
    (("--config", "losscli.toml", "bce", "y.csv", "p.csv"), "losses and --config"),
    (("bce", "y.csv", "p.csv", "--max", "1", "--config", "losscli.toml"), "losses and --config"),
    (("--max", "0.3"), "a loss and its files are missing"),
    (("--by", "eu"), "a loss and its files are missing"),
    (("bce",), "the files to score are missing"),
    (("losscli.toml",), "hint: losscli check --config losscli.toml"),
    (("bce", "--max", "0.3"), "the files to score are missing"),
    (("", "y.csv", "p.csv", "--max", "1"), "a loss's name is missing"),
    (("",), "the files to score are missing"),
    (("--config",), "--config needs a value"),
    (("--config", ""), "there is no file"),
    (("--config", "losscli.toml", "--jobs", "0"), "--jobs"),
    (("--config", "losscli.toml", "-f", "jsn"), "no output format jsn"),
)


@pytest.mark.parametrize(("words", "said"), CONTRADICTIONS)
def test_what_contradicts_is_a_wrong_call(
    words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("losscli.toml").write_text(PASSES)
    code = run(["check", *words])
    out, error = capsys.readouterr()
    assert (code, out) == (4 if words == ("--config", "") else 2, "")
    assert said in error


def test_a_flag_beats_the_environment_which_beats_the_file(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = 'format = "json"\n' + PASSES
    assert configured(capsys, text)[1].startswith("{")
    monkeypatch.setenv("LOSSCLI_FORMAT", "csv")
    assert configured(capsys, text)[1].startswith("check,verdict")
    assert configured(capsys, text, "-f", "plain")[1].startswith("passes\t")
    monkeypatch.delenv("LOSSCLI_FORMAT")

    text = 'format = "table"\nprecision = 6\ncolor = "always"\n' + PASSES
    _, out, _ = configured(capsys, text)
    assert "0.246920" in out
    assert "\x1b[" in out
    assert "0.25 " in configured(capsys, text, "--precision", "2")[1]
    assert "\x1b[" not in configured(capsys, text, "--color", "never")[1]
    assert "\x1b[" not in configured(capsys, text, "--color", "auto")[1]
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in configured(capsys, text)[1]


def test_threads_are_those_of_the_flag_the_check_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    plainly = api._evaluated
    monkeypatch.setattr(
        api, "_evaluated", lambda request, heard: seen.append(request.jobs) or plainly(request, heard)
    )
    Path("losscli.toml").write_text("jobs = 3\n" + PASSES + check(name='"own"', jobs="2", missing='"skip"'))
    api.check_config()
    api.check_config("losscli.toml", jobs=1)
    assert seen == [3, 2, 1, 1]
    with pytest.raises(UsageError, match="jobs=0"):
        api.check_config(jobs=0)


def test_files_of_the_report_agree_and_overwrite_no_input(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = configured(capsys, PASSES + FAILS, "-o", "r.json", "-o", "r.csv", "-o", "markdown=r.md")
    assert code == 1
    assert [line.split("\t")[1] for line in out.splitlines()] == ["pass", "fail"]
    report = json.loads((folder / "r.json").read_text())
    assert [one["verdict"] for one in report["checks"]] == ["pass", "fail"]
    assert "FAIL" in (folder / "r.md").read_text()
    for name in ("y.csv", "losscli.toml"):
        code, out, error = configured(capsys, PASSES, "-o", f"csv={name}")
        assert (code, out) == (2, "")
        assert "error[E104]" in error


def test_a_bug_in_one_check_leaves_the_others_and_ends_with_70(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plainly = api._evaluated

    def broken(request: Any, heard: Any) -> Any:
        if request.missing == "skip":
            raise ZeroDivisionError("by zero")
        return plainly(request, heard)

    monkeypatch.setattr(api, "_evaluated", broken)
    text = FAILS + check(name='"broken"', missing='"skip"') + MISSING
    code, out, error = configured(capsys, text, "-f", "json")
    assert code == 70
    assert [one["verdict"] for one in json.loads(out)["checks"]] == ["fail", "error", "error"]
    assert "error[E000]: a bug in losscli" in error
    assert "Traceback" not in error
    _, _, error = configured(capsys, text, "--debug")
    assert "ZeroDivisionError: by zero" in error
    assert "Traceback" in error


EARLIER = (
    check(name='"golden"', golden='"g.csv"').replace("max = 0.3\n", "")
    + check(name='"change"', baseline='"b.tsv"', max_increase='"1%"').replace("max = 0.3\n", "")
    + PASSES
)


def test_checks_compare_with_earlier_runs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, error = configured(capsys, EARLIER)
    assert code == 4
    assert error.count("error[E401]") == 2
    assert out.endswith(f"passes\tpass\tbce <= 0.3\t{BCE}\n")

    code, out, error = configured(capsys, EARLIER, "--update")
    assert (code, out) == (0, f"passes\tpass\tbce <= 0.3\t{BCE}\n")
    assert error.splitlines() == [
        f"note: {name}: {path} holds the values of this run now"
        for name, path in (("golden", "g.csv"), ("change", "b.tsv"))
    ]
    code, out, error = configured(capsys, EARLIER, "-f", "json")
    assert (code, error) == (0, "")
    assert [one["verdict"] for one in json.loads(out)["checks"]] == ["pass"] * 3

    (folder / "p.csv").write_text("p\n" + "0.5\n" * 10)
    code, out, _ = configured(capsys, EARLIER + MISSING, "-o", "r.json", "-o", "r.csv", "-f", "table")
    assert code == 4
    report = json.loads((folder / "r.json").read_text())
    assert [one["verdict"] for one in report["checks"]] == ["fail", "fail", "fail", "error"]
    assert report["checks"][0]["requirements"][0]["golden"]
    assert report["checks"][1]["requirements"][0]["interval"]["low"] > 0
    assert out.startswith("golden:")  # what moved stands above the verdicts
    (header,) = [line for line in out.splitlines() if line.startswith("check ")]
    assert header.split() == ["check", "verdict", "requirement", "value", "95", "%", "interval", "rows"]
    assert (
        (folder / "r.csv")
        .read_text()
        .startswith("check,verdict,requirement,value,status,limit,rows,counts_as,")
    )


def test_an_update_is_refused_where_it_could_overwrite(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, error = configured(capsys, PASSES, "--update")
    assert code == 2
    assert "no check of losscli.toml has one" in error
    twice = "".join(check(name=f'"{n}"', golden='"g.csv"') for n in range(2))
    code, _, error = configured(capsys, twice, "--update")
    assert code == 2
    assert "two outputs are one file" in error
    with pytest.raises(SourceError, match="two outputs are one file"):
        api.check_config(update=True)
    before = (folder / "y.csv").read_text()
    for path in ("y.csv", "losscli.toml"):
        code, _, error = configured(capsys, check(golden=f'"{path}"'), "--update")
        assert code == 2
        assert "is also an input" in error
    assert (folder / "y.csv").read_text() == before
    text = check(name='"kept"', golden='"k.csv"', max="0.1")
    code, out, error = configured(capsys, text, "--update")
    assert (code, out.split("\t")[1]) == (1, "fail")
    assert "note: kept: k.csv was not updated" in error
    assert not (folder / "k.csv").exists()


def test_what_is_unclear_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = check(name='"u"', baseline='"b.csv"', max_increase="{bce = 0}").replace("max = 0.3\n", "")
    assert configured(capsys, text, "--update")[0] == 0
    (folder / "p.csv").write_text("p\n" + "".join(f"{p + 0.01 * (-1) ** n}\n" for n, p in enumerate(P)))
    for unclear, verdict, code in (("pass", "unclear", 0), ("fail", "fail", 1)):
        found, out, error = configured(capsys, f'{text}on_unclear = "{unclear}"\n', "-f", "json")
        report = json.loads(out)
        assert (found, report["verdict"], report["checks"][0]["verdict"]) == (code, verdict, verdict)
        assert report["checks"][0]["requirements"][0]["verdict"] == "unclear"
        assert "warning[W109]: u: " in error
        _, out, _ = configured(capsys, f'{text}on_unclear = "{unclear}"\n', "-f", "table")
        assert f"1 unclear (counts as {unclear}): exit {code}" in out


def test_intervals_of_two_levels_have_columns_of_their_own(capsys: pytest.CaptureFixture[str]) -> None:
    text = "".join(
        check(name=f'"{n}"', baseline=f'"{n}.csv"', max_increase="9", confidence=level)
        for n, level in (("a", "0.9"), ("b", "0.99"))
    )
    assert configured(capsys, text.replace("confidence", "# confidence"), "--update")[0] == 0
    code, out, _ = configured(capsys, text, "-f", "table")
    assert code == 0
    assert "90 % interval" in out
    assert "99 % interval" in out
    _, out, _ = configured(capsys, text, "-f", "csv")
    assert out.splitlines()[0].count("level") == 1
    levels = [
        one["requirements"][1]["interval"]["level"]
        for one in json.loads(configured(capsys, text, "-f", "json")[1])["checks"]
    ]
    assert levels == [0.9, 0.99]
    code, _, error = configured(capsys, check(confidence="95"))
    assert code == 2
    assert "confidence is 95, not a level between 0 and 1" in error


WRONG_EARLIER = {
    "no interval": (check(confidence="0.9"), "6:1", "confidence is the level of the interval", "baseline"),
    "no baseline": (check(max_increase="0.1"), "6:1", "against what?", 'baseline = "FILE"'),
    "no limit": (check(baseline='"b.csv"'), "6:1", "requires nothing by itself", "max_increase = 0.01"),
    "no segment": (
        check(baseline='"b.csv"', max_increase='{"bce@x" = "1%"}'),
        "7:17",
        'max_increase = {"bce@x" = "1%"}: there are no segments',
        'by = "COLUMN"',
    ),
}


@pytest.mark.parametrize("name", WRONG_EARLIER)
def test_a_wrong_comparison_stops_before_reading(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    text, at, said, hint = WRONG_EARLIER[name]
    code, out, error = configured(capsys, text)
    assert (code, out) == (2, "")
    first, second = error.splitlines()
    assert first.startswith(f"losscli.toml:{at}: error[E100]"), error
    assert said in first
    assert hint in second


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "spool"), 4),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), 141),
        (KeyboardInterrupt(), 130),
    ],
)
def test_what_stops_a_check_and_what_stops_all(
    problem: BaseException, code: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plainly = api._evaluated

    def broken(request: Any, heard: Any) -> Any:
        if request.missing == "skip":
            raise problem
        return plainly(request, heard)

    monkeypatch.setattr(api, "_evaluated", broken)
    found, out, error = configured(capsys, FAILS + check(name='"broken"', missing='"skip"'))
    assert found == code
    assert bool(out) == (code == 4)
    if code == 4:
        assert error.startswith("spool: error[E400]: reading or writing failed: No space left")


def test_warnings_name_their_checks(capsys: pytest.CaptureFixture[str]) -> None:
    Path("p.csv").write_text("p\n" + "0\n" * 5 + "0.5\n" * 5)
    text = check(name='"a"') + check(name='"b"', max='{"bce/min" = 1}')
    code, _, error = configured(capsys, text)
    assert code == 1
    assert error.startswith("warning[W201]: a, b: bce: 5 rows have an infinite loss")


def test_the_library_says_what_the_command_says(capsys: pytest.CaptureFixture[str]) -> None:
    for text, code, _ in CODES:
        found, out, _ = configured(capsys, text, "-f", "json")
        report = api.check_config("losscli.toml")
        assert (report.exit_code, found) == (code, code)
        assert report.plain() == json.loads(out)
        assert len(report.checks) + len(report.errors) == len(report.entries)
        assert all(one.name and one.checks == (one,) for one in report.checks)
    Path("losscli.toml").write_text(check("-", "p.csv", name='"a"') + check("y.csv", "-", name='"b"'))
    with pytest.raises(SourceError):
        api.check_config()


def test_the_samples_pass_from_any_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "--config", str(HERE / "sample_data" / "losscli.toml")]) == 0
    assert "fail" not in capsys.readouterr().out


def test_a_check_without_a_file_reads_no_toml() -> None:
    code = (
        "import sys; from losscli.cli.boundary import run;"
        "code = run(['check', 'bce', 'y.csv', 'p.csv', '--max', '1']);"
        'sys.exit(f\'{code} {[n for n in sys.modules if "toml" in n or "analysis.config" in n]}\')'
    )
    words = [sys.executable, "-c", code]
    found = subprocess.run(words, capture_output=True, text=True, env=environment(), timeout=60)
    assert found.stderr.strip() == "0 []"


def test_a_row_count_goes_on_over_the_evaluations() -> None:
    from losscli.engine.request import Listeners

    heard: list[int] = []
    Path("losscli.toml").write_text(PASSES + check(name='"own"', missing='"skip"'))
    api.check_config(listeners=Listeners(progress=lambda rows, *_: heard.append(rows)))
    assert heard == sorted(heard)
    assert heard[-1] == 20
