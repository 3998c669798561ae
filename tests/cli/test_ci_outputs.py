"""What a CI reads (exit code, JSON, JUnit, annotations, the step's page) tells one verdict; a run without a
verdict is never green."""

from __future__ import annotations

import gzip
import io
import json
import math
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from losscli.cli.app import COMMANDS
from losscli.cli.boundary import run
from losscli.cli.options import Shown
from losscli.cli.publishing import Publication
from losscli.errors import UsageError
from losscli.outputs import View, find_format
from tests.cli.shell import HERE, LAUNCH, environment, losscli
from tests.outputs.ci_readers import read_commands, read_junit
from tests.outputs.reports import bce_result, ten_rows

Y, P = "sample_data/y.csv", "sample_data/p.csv"
DEMAND = ("mse,mae", "sample_data/demand.csv:sold", ":forecast", "--by", "shop")
EVIL = "::error::x\x1b[31m ##[error]y <b>|`*&\"']]>\u202e%0A,z"


class Ran(NamedTuple):
    """One run: its exit code and its streams."""

    code: int
    out: str
    error: str


def called(*words: str) -> Ran:
    """One run in this process, with streams of its own."""
    old = sys.stdout, sys.stderr
    out, error = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    sys.stdout, sys.stderr = out, error
    try:
        code = run(list(words))
    finally:
        sys.stdout, sys.stderr = old
    texts = []
    for stream in (out, error):
        stream.flush()
        assert isinstance(stream.buffer, io.BytesIO)
        texts.append(stream.buffer.getvalue().decode())
    return Ran(code, *texts)


@pytest.fixture(autouse=True)
def _no_runner(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE", "LOSSCLI_FORMAT"):
        monkeypatch.delenv(name, raising=False)


def evil_file(folder: Path) -> str:
    path = folder / "evil.csv"
    quoted = EVIL.replace('"', '""')
    path.write_text(f'k,y,p,s\n"{quoted}",1,0.2,"{quoted}"\nb,0,0.3,b\n', encoding="utf-8")
    return str(path)


# --- one verdict -----------------------------------------------------------------------------------------

TERMS = (
    "mse",
    "mae",
    "mse@north",
    "mae@south",
    "mse/max",
    "mae/std",
    "mae/max@north",
    "n",
    "n@north",
    "skill",
)
LIMITS = st.one_of(
    st.floats(-1, 60),
    st.sampled_from([4.5, 42.5, 25.0, 5.0, 8.0, 4.0, math.nextafter(25.0, 0), math.nextafter(4.5, 9)]),
)


@settings(max_examples=60)
@given(
    asked=st.lists(
        st.tuples(st.sampled_from(["--max", "--min", "--equals"]), st.sampled_from(TERMS), LIMITS),
        min_size=1,
        max_size=5,
        unique_by=lambda one: one[:2],
    )
)
def test_every_output_tells_the_same(
    asked: list[tuple[str, str, float]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("verdict")
    words = [part for kind, term, limit in asked for part in (kind, f"{term}={limit!r}")]
    outputs = [f"--output={name}={folder}/{name}" for name in ("json", "junit", "table", "plain", "csv")]
    ran = called("check", *DEMAND, *words, *outputs, "-f", "github")
    assert ran.error == ""
    report = json.loads((folder / "json").read_text())
    verdicts = [one["verdict"] for one in report["requirements"]]
    assert ran.code == (1 if "fail" in verdicts else 0)
    assert report["verdict"] == ("fail" if "fail" in verdicts else "pass")

    suites = read_junit((folder / "junit").read_bytes())
    assert [{"failure": "fail"}.get(one.outcome, one.outcome) for one in suites.cases] == verdicts
    assert suites.verdict == report["verdict"]
    assert ("verdict", report["verdict"]) in suites.properties

    commands, lines = read_commands(ran.out)
    assert [line.split("\t")[0] for line in lines] == verdicts
    failed = [name for name, verdict in zip(suites.cases, verdicts, strict=True) if verdict == "fail"]
    errors = [one.properties["title"] for one in commands if one.kind == "error"]
    assert errors == [f"{one.name}: not met" for one in failed]

    assert [line.split("\t")[0] for line in (folder / "plain").read_text().splitlines()] == verdicts
    assert [line.split(",")[0] for line in (folder / "csv").read_text().splitlines()[1:]] == verdicts
    table = (folder / "table").read_text()
    assert f"exit {ran.code}" in table
    assert table.count("FAIL") == verdicts.count("fail")


def test_a_failed_requirement_says_value_and_limit(tmp_path: Path) -> None:
    file = tmp_path / "out.xml"
    ran = called("check", "bce", Y, P, "--max", "0.2", "--min", "n=5", "-o", str(file), "-f", "table")
    assert ran.code == 1
    assert "FAIL" in ran.out
    suites = read_junit(file.read_bytes())
    failure, passed = suites.cases
    assert (failure.classname, failure.name, failure.outcome) == ("bce", "bce <= 0.2", "failure")
    assert failure.text.splitlines()[0] == "bce is 0.24691989080446483, required is bce <= 0.2 (10 rows)"
    assert f"worst: {P}:5 (row 4): bce 0.5108256237659907" in failure.text.splitlines()
    assert (passed.name, passed.outcome, passed.text) == ("n >= 5", "pass", "")
    signature = json.loads(called("check", "bce", Y, P, "--max", "1", "-f", "json").out)["results"][0][
        "signature"
    ]
    assert ("signature", signature) in suites.properties
    assert ("prediction", P) in suites.properties


def test_the_same_verdicts_are_the_same_bytes() -> None:
    words = ("check", "bce", Y, P, "--max", "0.2", "-f", "junit")
    assert called(*words) == called(*words)


@pytest.mark.parametrize("on_unclear", ["pass", "fail", "estimate"])
@pytest.mark.parametrize("limit", ["-1", "0.004", "1"])
def test_unclear_is_told_as_it_counts(tmp_path: Path, limit: str, on_unclear: str) -> None:
    baseline, other, file = tmp_path / "b.csv", tmp_path / "q.csv", tmp_path / "out.xml"
    assert called("compute", "bce", Y, P, "--per-sample", str(baseline)).code == 0
    probabilities = [float(text) for text in Path(P).read_text().split()[1:]]
    moved = [0.97 * p if row % 2 else 0.99 * p + 0.009 for row, p in enumerate(probabilities)]
    other.write_text("p\n" + "\n".join(map(repr, moved)) + "\n")
    words = ("--baseline", str(baseline), "--max-increase", limit, "--on-unclear", on_unclear)
    ran = called("check", "bce", Y, str(other), *words, "-f", "github", "-o", str(file), "-o", f"{file}.json")
    (one,) = json.loads(Path(f"{file}.json").read_text())["requirements"]
    assert one["verdict"] == {"-1": "fail", "0.004": "unclear", "1": "pass"}[limit]
    failed = "fail" in (one["verdict"], one.get("counts_as"))
    assert ran.code == failed
    (case,) = read_junit(file.read_bytes()).cases
    assert case.outcome == ("failure" if failed else "pass")
    assert ("unclear, which counts as" in case.text) == (one["verdict"] == "unclear")
    commands, (line,) = read_commands(ran.out)
    assert line.split("\t")[0] == one["verdict"]
    assert [command.kind for command in commands].count("error") == failed
    if one["verdict"] == "unclear":
        assert f"unclear (counts as {one['counts_as']})" in commands[0].properties["title"]
        first = one["baseline"]["worse"]["first"][0]
        assert commands[0].properties["line"] == str(first["line"])
        assert f"{first['value']!r}, was {first['baseline']!r}" in commands[0].message


@pytest.mark.parametrize(("path", "code"), [(P, 0), ("sample_data/y.csv", 1)])
def test_a_golden_file_is_a_requirement_too(tmp_path: Path, path: str, code: int) -> None:
    golden, file = tmp_path / "g.csv", tmp_path / "out.xml"
    assert called("compute", "brier", Y, P, "--per-sample", str(golden)).code == 0
    ran = called("check", "brier", Y, path, "--golden", str(golden), "-f", "github", "-o", str(file))
    assert ran.code == code
    (case,) = read_junit(file.read_bytes()).cases
    assert (case.outcome, "10 of 10 rows moved" in case.text) == (
        ("failure", True) if code else ("pass", False)
    )
    commands, _ = read_commands(ran.out)
    assert len([one for one in commands if one.kind == "error"]) == code
    assert all(", was 0." in one.message for one in commands)


# --- annotations -----------------------------------------------------------------------------------------


def test_worst_rows_are_annotated_on_their_lines() -> None:
    ran = called("check", "bce", Y, P, "--max", "0.2", "-f", "github")
    commands, _ = read_commands(ran.out)
    error, *rows = commands
    assert (error.properties["file"], error.properties["line"]) == (P, "5")
    assert "bce is 0.24691989080446483" in error.message
    lines = Path(P).read_text().splitlines()
    assert {one.kind for one in rows} == {"warning"}
    for one in rows:
        assert one.properties["file"] == P
        assert float(one.properties["title"].split()[1]) > 0.2
        row = int(one.message.split("(row ")[1].split(")")[0])
        assert int(one.properties["line"]) == row + 1
        assert lines[row]
    assert len({one.properties["line"] for one in rows}) == len(rows)


def test_requirements_take_turns_and_a_line_has_one_annotation() -> None:
    ran = called("check", *DEMAND, "--max", "mse@north=1", "--max", "mse@south=1", "-f", "github")
    commands, _ = read_commands(ran.out)
    rows = [one for one in commands if one.kind == "warning"]
    first = [one.message.splitlines()[1].split(" is ")[0] for one in rows[:4]]
    assert first == ["mse@north", "mse@south", "mse@north", "mse@south"]
    assert len({one.properties["line"] for one in rows}) == len(rows)


def test_files_are_named_from_the_top_of_the_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = tmp_path / "work" / "data"
    inside.mkdir(parents=True)
    (inside / "d.csv").write_text("y,p,q\n1,0.1,7\n")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path / "work"))
    for folder, path in ((inside, "d.csv"), (tmp_path, "work/data/d.csv"), (tmp_path, str(inside / "d.csv"))):
        monkeypatch.chdir(folder)
        for column in (":p", ":q"):  # an annotated row, an annotated error
            ran = called("check", "bce", f"{path}:y", column, "--max", "0", "-f", "github")
            (one, *_), _ = read_commands(ran.out if column == ":p" else ran.error.splitlines()[-1])
            assert one.properties.get("file") == "data/d.csv", ran
    outside = tmp_path / "o.csv"
    outside.write_text("y,p\n1,0.1\n")
    ran = called("check", "bce", f"{outside}:y", ":p", "--max", "0", "-f", "github")
    assert read_commands(ran.out)[0][0].properties["file"] == str(outside)


def test_typed_columns_tell_the_row_and_no_line(tmp_path: Path) -> None:
    import numpy as np

    np.savez(tmp_path / "d.npz", y=np.array([1.0, 1.0]), p=np.array([0.9, 0.1]))
    path = str(tmp_path / "d.npz")
    ran = called("check", "bce", f"{path}:y", ":p", "--max", "0.5", "-f", "github")
    assert ran.code == 1
    (error, row), _ = read_commands(ran.out)
    for one in (error, row):
        assert one.properties["file"] == path
        assert "line" not in one.properties
        assert "(row 2)" in one.message
    np.savez(tmp_path / "d.npz", y=np.array([1.0, 1.0]), p=np.array([0.9, 7.0]))
    ran = called("check", "bce", f"{path}:y", ":p", "--max", "0.5", "-f", "github")
    assert ran.code == 3
    (one,), _ = read_commands("\n".join(line for line in ran.error.splitlines() if line.startswith("::")))
    assert "line" not in one.properties
    assert f"{path}:2" in one.message


def test_standard_input_is_no_file() -> None:
    ran = losscli("check", "bce", "-:y", ":p", "--max", "0.5", "-f", "github", stdin="y,p\n1,0.1\n")
    assert ran.returncode == 1
    commands, _ = read_commands(ran.stdout)
    assert len(commands) == 2
    assert all("file" not in one.properties for one in commands)
    assert "standard input:2" in commands[1].message


def test_bad_cells_are_annotated_and_standard_output_stays_empty(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text("y,p\n1,0.5\n0,abc\n1,nan\n")
    ran = called("check", "bce", f"{path}:y", ":p", "--max", "1", "-f", "github")
    assert (ran.code, ran.out) == (3, "")
    found = [line for line in ran.error.splitlines() if line.startswith("::")]
    commands, _ = read_commands("\n".join(found))
    assert [one.properties["line"] for one in commands] == ["3", "4"]
    assert {one.kind for one in commands} == {"error"}
    assert {one.properties["title"] for one in commands} == {"losscli: no verdict (E210)"}
    assert commands[0].message.startswith(f"{path}:3:2: not a number: abc")
    assert all("col" not in one.properties for one in commands)  # 2 is the field, no character


def test_in_json_the_column_is_a_character(tmp_path: Path) -> None:
    path = tmp_path / "d.ndjson"
    path.write_text('{"y": 1, "p": 0.5}\n{"y": 1, "p": "abc"}\n')
    ran = called("check", "bce", f"{path}:y", ":p", "--max", "1", "-f", "github")
    commands, _ = read_commands("\n".join(line for line in ran.error.splitlines() if line.startswith("::")))
    (one,) = commands
    assert one.properties["line"] == "2"
    assert path.read_text().splitlines()[1][int(one.properties["col"]) - 1 :].startswith('"abc"')


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("bce", Y, P, "-f", "github"), "check needs a requirement"),
        (("bce", Y, P, "--mx", "1", "-f", "github"), "no option --mx"),
        (("bce", Y, "none.csv", "--max", "1", "--format=github"), "none.csv"),
        (("bcee", Y, P, "--max", "1", "-fgithub"), "bcee"),
        (("bce", Y, P, "--max", "nan", "-qf", "github"), "not finite"),
        (("bce", Y, P, "--max", "nan", "-o", "github=LOG"), "not finite"),
    ],
)
def test_every_error_of_a_check_is_annotated(words: Sequence[str], said: str, tmp_path: Path) -> None:
    words = [word.replace("LOG", str(tmp_path / "log")) for word in words]
    ran = called("check", *words)
    assert ran.code in (2, 4)
    assert ran.out == ""
    found = [line for line in ran.error.splitlines() if line.startswith("::")]
    (one,), _ = read_commands("\n".join(found))
    assert said in one.message
    assert not list(tmp_path.iterdir())


def test_the_variable_chooses_annotations_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOSSCLI_FORMAT", "github")
    assert "::error title=" in called("check", "bce", Y, P).error
    assert "::error" not in called("check", "bce", Y, P, "-f", "json").error


def test_other_formats_and_other_commands_annotate_nothing() -> None:
    assert "::" not in called("check", "bce", Y, P, "-f", "plain").error
    assert "::error" not in called("compute", "bce", Y, P, "-f", "github").error


# --- a run without a verdict -----------------------------------------------------------------------------

GREEN = '<?xml version="1.0"?><testsuites name="losscli" tests="1" failures="0" errors="0"/>'


@pytest.mark.parametrize(
    ("words", "code", "kind"),
    [
        (("bce", "BAD:y", ":p", "--max", "1", "-o", "FILE"), 3, "E211"),
        (("bce", "BAD:y", ":p", "--max", "1", "-ojunit=FILE"), 3, "E211"),
        (("bce", "BAD:y", ":p", "--max", "1", "--output=junit=FILE"), 3, "E211"),
        (("bce", "BAD:y", ":p", "--max", "1", "--output", "FILE"), 3, "E211"),
        (("bce", "BAD:y", ":p", "--max", "1", "-qo", "FILE"), 3, "E211"),
        (("bce", Y, P, "-o", "FILE"), 2, "E100"),
        (("bce", Y, P, "--max", "1", "--nonsense", "-o", "FILE"), 2, "E100"),
        (("-o", "FILE"), 2, "E100"),
        (("bce", Y, P, "--max", "mse=1", "--max", "1", "-o", "FILE"), 2, "E100"),
        (("bce", Y, "none.csv", "--max", "1", "-o", "FILE"), 4, "E401"),
        (("bce", Y, P, "--max", "1", "-o", "FILE", "-o", "none/there.json"), 4, "E402"),
        (("bce", Y, P, "--max", "1", "-o", "FILE", "-f", "xml"), 2, "E100"),
    ],
)
@pytest.mark.parametrize("before", [None, GREEN])
def test_a_junit_file_is_never_left_green(
    words: Sequence[str], code: int, kind: str, before: str | None, tmp_path: Path
) -> None:
    bad, file = tmp_path / "bad.csv", tmp_path / "out.xml"
    bad.write_text("y,p\n1,7\n")
    if before is not None:
        file.write_text(before)
    ran = called("check", *(w.replace("BAD", str(bad)).replace("FILE", str(file)) for w in words))
    assert (ran.code, ran.out) == (code, "")
    suites = read_junit(file.read_bytes())
    assert (suites.verdict, suites.failures) == ("error", 0)
    (case,) = suites.cases
    assert case.outcome == "error"
    assert case.text.splitlines()[0] == ran.error.splitlines()[0]
    assert case.text.splitlines()[-1] == f"exit {code}: no requirement was judged"
    assert f"error[{kind}]" in case.text
    assert sorted(tmp_path.iterdir()) == [bad, file]


def test_a_bug_of_ours_is_no_green_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("broken")

    file = tmp_path / "out.xml"
    monkeypatch.setattr(Publication, "publish", broken)
    ran = called("check", "bce", Y, P, "--max", "1", "-o", str(file))
    assert ran.code == 70
    assert read_junit(file.read_bytes()).verdict == "error"
    assert "error[E000]" in file.read_text()


def test_trouble_while_telling_never_exits_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from losscli.cli import failures

    def broken(*_: object) -> list[str]:
        raise RuntimeError("broken twice")

    monkeypatch.setattr(failures, "write_documents", broken)
    ran = called("check", "bce", Y, P, "-o", str(tmp_path / "out.xml"))
    assert ran.code == 70
    assert "broken twice" in ran.error


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_check_that_is_stopped_leaves_no_green_file(tmp_path: Path, number: signal.Signals) -> None:
    file = tmp_path / "out.xml"
    file.write_text(GREEN)
    words = ("check", "bce", "-:y", ":p", "--max", "1", "-o", str(file), "-o", str(tmp_path / "r.json"))
    with subprocess.Popen(
        [*LAUNCH, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=HERE,
        env=environment(),
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),  # noqa: PLW1509
    ) as process:
        assert process.stdin is not None
        process.stdin.write(b"y,p\n" + b"1,0.5\n" * 300_000)  # more than a pipe holds: it reads already
        process.stdin.flush()
        process.send_signal(number)
        out, error = process.communicate(timeout=20)
    assert (process.returncode, out, error) == (128 + number, b"", b"")
    assert read_junit(file.read_bytes()).verdict == "error"
    assert list(tmp_path.iterdir()) == [file]


def test_nothing_but_junit_is_written_without_a_verdict(tmp_path: Path) -> None:
    names = ("r.json", "r.md", "r.txt", "github=r.log", "github-benchmark=r.bench", "r.xml")
    outputs = [f"-o{name.replace('r.', f'{tmp_path}/r.')}" for name in names]
    assert called("check", "bce", Y, P, "--max", "mse=1", *outputs).code == 2
    assert [entry.name for entry in tmp_path.iterdir()] == ["r.xml"]
    assert called("check", "bce", Y, P, "--max", "1", *outputs).code == 0
    assert len(list(tmp_path.iterdir())) == len(names)
    assert read_junit((tmp_path / "r.xml").read_bytes()).verdict == "pass"


def test_an_input_named_as_output_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text("y,p\n1,0.5\n")
    for words in (("--max", "1"), ("--nonsense",), ()):
        ran = called("check", "bce", f"{path}:y", ":p", *words, "-o", f"junit={path}")
        assert ran.code == 2
        assert path.read_text() == "y,p\n1,0.5\n"
        assert "holds no XML" in ran.error


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    ran = called("check", "bce", Y, P, "-o", f"{tmp_path}/none/out.xml")
    assert ran.code == 2
    assert "error[E402]" in ran.error


def test_compressed_and_empty_files_are_replaced(tmp_path: Path) -> None:
    packed, empty = tmp_path / "out.xml.gz", tmp_path / "e.xml"
    packed.write_bytes(gzip.compress(GREEN.encode()))
    empty.touch()
    assert called("check", "bce", Y, P, "-o", str(packed), "-o", str(empty)).code == 2
    assert read_junit(gzip.decompress(packed.read_bytes())).verdict == "error"
    assert read_junit(empty.read_bytes()).verdict == "error"


def test_other_commands_write_no_document(tmp_path: Path) -> None:
    file = tmp_path / "out.xml"
    ran = called("compute", "bce", Y, P, "-o", str(file))
    assert ran.code == 2
    assert "the format junit is one of losscli check, not of losscli compute" in ran.error
    assert not file.exists()


@pytest.mark.parametrize("name", ["junit", "github"])
@pytest.mark.parametrize("command", [("compute", "bce", Y, P), ("list",), ("explain", "bce")])
def test_a_format_that_does_not_fit_names_those_that_do(command: Sequence[str], name: str) -> None:
    ran = called(*command, "-f", name)
    assert (ran.code, ran.out) == (2, "")
    assert f"hint: losscli {command[0]} has table, plain" in ran.error


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_named_to_the_formats(name: str) -> None:
    module = import_module(f"losscli.cli.commands.{name}")
    module.build()
    records = [
        one
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, Shown) and one.__module__ == module.__name__
    ]
    assert [record.command for record in records] == [name]


# --- text that wants to be obeyed ------------------------------------------------------------------------


def test_text_from_files_stays_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = evil_file(tmp_path)
    page = tmp_path / "page.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
    file = tmp_path / "out.xml"
    words = ("bce", f"{path}:y", ":p", "--id", "k", "--by", "s", "--max", f"bce@{EVIL}=0.1")
    ran = called("check", *words, "-f", "github", "-o", str(file))
    assert ran.code == 1, ran.error
    suites = read_junit(file.read_bytes())
    shown = EVIL.replace("\x1b", "\\x1b").replace("\u202e", "\\u202e")
    assert suites.cases[0].name == f"bce@{shown} <= 0.1"
    commands, lines = read_commands(ran.out)
    assert [one.kind for one in commands] == ["error", "warning"]
    assert commands[0].properties["title"] == f"bce@{shown} <= 0.1: not met"
    assert len(lines) == 1
    for text in (ran.out, file.read_text(), page.read_text()):
        assert "\x1b" not in text
        assert "\u202e" not in text
    assert "<b>" not in page.read_text().replace("\\<b\\>", "")
    code, out, error = called("check", *words[:-1], f"bce@{EVIL}x=0.1", "-f", "github")
    assert (code, out) == (2, "")
    found, _ = read_commands("\n".join(line for line in error.splitlines() if line.startswith("::")))
    assert len(found) == 1


# --- the step's page -------------------------------------------------------------------------------------


def test_the_page_of_the_step_is_added_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
    assert called("check", "bce", Y, P, "--max", "0.2", "-f", "plain").code == 1
    assert page.read_text() == "before\n"  # only the format github speaks to the runner
    assert called("check", "bce", Y, P, "--max", "0.2", "-f", "github").code == 1
    assert (
        called("check", "bce", Y, P, "--max", "0.3", "-f", "table", "-o", f"github={tmp_path}/log").code == 0
    )
    text = page.read_text()
    assert text.startswith("before\n\n### losscli check: fail\n\n| verdict | requirement | value | rows |\n")
    assert "| FAIL | bce \\<= 0.2 | 0.2469 | 10 |" in text
    assert "\n### losscli check: pass\n" in text
    assert called("check", "bce", Y, P, "-f", "github").code == 2
    assert page.read_text() == text  # no verdict, no page


def test_a_page_that_cannot_be_written_is_no_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path))
    file = tmp_path / "out.xml"
    ran = called("check", "bce", Y, P, "--max", "0.2", "-f", "github", "-o", str(file))
    assert (ran.code, ran.out) == (4, "")
    assert "GITHUB_STEP_SUMMARY" in ran.error
    assert read_junit(file.read_bytes()).verdict == "error"


# --- github-benchmark ------------------------------------------------------------------------------------


def benches(*words: str) -> list[Mapping[str, object]]:
    ran = called(*words, "-f", "github-benchmark")
    assert ran.error == ""
    found: list[Mapping[str, object]] = json.loads(ran.out)
    return found


def test_the_list_that_the_action_reads() -> None:
    report = json.loads(called("compute", "bce", Y, P, "-f", "json").out)["results"][0]
    (one,) = benches("compute", "bce", Y, P)
    assert one == {
        "name": "bce",
        "unit": "nats",
        "value": report["value"],
        "range": f"std {report['reductions']['std']!r}",
        "extra": report["signature"],
    }
    assert benches("check", "bce", Y, P, "--max", "0.2") == [one]


def test_the_range_is_the_interval_where_there_is_one() -> None:
    words = ("compute", "bce", Y, P, "--confidence", "0.9")
    interval = json.loads(called(*words, "-f", "json").out)["results"][0]["interval"]
    (one,) = benches(*words)
    assert one["range"] == f"{interval['low']!r} to {interval['high']!r} (90 %)"


def test_every_number_has_a_name_of_its_own() -> None:
    found = benches("compute", *DEMAND, "--reduction", "mean,max")
    names = [one["name"] for one in found]
    assert names[:4] == ["mse", "mse max", "mse@north", "mse@north max"]
    assert len(set(names)) == len(names) == 12
    assert [one["value"] for one in found][:3] == [25.0, 49.0, 42.5]


def test_states_have_benchmarks_too() -> None:
    (one,) = benches("merge", "sample_data/rmse_1.json", "sample_data/rmse_2.json")
    assert one["name"] == "rmse"
    assert "range" not in one


def test_one_file_has_one_direction() -> None:
    ran = called("compute", "mse,r2", *DEMAND[1:3], "-f", "github-benchmark")
    assert (ran.code, ran.out) == (2, "")
    assert "mse is better low and d2_score is better high: one file has one direction" in ran.error


def test_a_number_without_a_direction_is_no_benchmark() -> None:
    report = ten_rows(results=(bce_result(direction="none"),))
    with pytest.raises(UsageError, match="neither better low nor better high"):
        list(find_format("github-benchmark").render(report, View()))


def test_a_number_that_json_cannot_hold_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text("y,p\n1,0\n")
    words = ("bce", f"{path}:y", ":p")
    assert called("compute", *words, "-f", "github-benchmark").code == 3
    target = tmp_path / "b.json"
    ran = called("check", *words, "--max", "1", "-o", f"github-benchmark={target}")
    assert (ran.code, ran.out) == (3, "")  # an incomplete run never exits 1
    assert not target.exists()
    assert called("compute", *words, "--reduction", "none", "-f", "github-benchmark").code == 2
