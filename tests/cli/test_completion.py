"""Completion: what follows what was typed, the same in bash, zsh and fish, and nothing but candidates."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from losscli.cli import app, candidates, column_names, completion
from losscli.cli.app import COMMANDS
from losscli.errors import by_code
from tests import loss_names
from tests.cli.shell import HERE, environment, losscli

Y = "sample_data/diabetes.csv"


def found(words: Sequence[str], shell: str = "zsh", **changes: str) -> list[str]:
    """The candidates for the last word."""
    run = losscli("--", *words, changes={"_LOSSCLI_COMPLETE": f"words_{shell}", **changes})
    assert (run.returncode, run.stderr) == (0, "")
    return run.stdout.splitlines()


def here(*words: str) -> list[str]:
    """The same without a process."""
    return completion._found(app._group(), words)


CASES: dict[tuple[str, ...], list[str]] = {
    ("comp",): ["compute ", "compare "],
    ("compute", "hub"): ["huber"],
    ("compute", "HUB"): ["huber"],
    ("compute", "binary_cross_entropy_w"): ["binary_cross_entropy_with_logits"],
    ("compute", "mse,pin"): ["mse,pinball"],
    ("compute", "multi_quantile:tau=0.1,0.5,hub"): ["multi_quantile:tau=0.1,0.5,huber"],
    ("compute", "multi_quantile:tau=0.1,0"): [],
    ("compute", "bce:"): ["bce:eps=", "bce:label_smoothing=", "bce:as="],
    ("compute", "bce:eps=0.1:"): ["bce:eps=0.1:label_smoothing=", "bce:eps=0.1:as="],
    ("compute", "bce:as=sk"): ["bce:as=sklearn"],
    ("compute", "binary_crossentropy:as=sk"): ["binary_crossentropy:as=sklearn"],
    ("compute", "mae,brier:scale_by_half="): ["mae,brier:scale_by_half=no", "mae,brier:scale_by_half=yes"],
    ("compute", "torch.cross"): ["torch.cross_entropy"],
    ("compute", "scoringr"): ["scoringrules."],
    ("compute", "no_such_loss:"): [],
    ("compute", "mse", "sample_data/diab"): [f"{Y}"],
    ("compute", "mse", "sample_da"): ["sample_data/"],
    ("compute", "mse", f"{Y}:"): [f"{Y}:target", f"{Y}:prediction"],
    ("compute", "mse", f"{Y}:target,"): [f"{Y}:target,prediction"],
    ("compute", "mse", f"{Y}:target..p"): [f"{Y}:target..prediction"],
    ("compute", "mse", f"{Y}:target", ":pre"): [":prediction"],
    ("compute", "gaussian_nll", f"{Y}:target", "variance=:pre"): ["variance=:prediction"],
    ("compute", "mse", f"{Y}:target", "train=sample_data/demand_h"): ["train=sample_data/demand_history.csv"],
    ("compute", "mse", "s3://bucket/y.parquet:"): [],
    ("compute", "mse", "no_such_file.csv:"): [],
    ("compute", "mse", "-:"): [],
    ("compute", "mse", Y, "--by", ""): ["target", "prediction"],
    ("compute", "mse", Y, "--weight", "pre"): ["prediction"],
    ("compute", "mse", Y, "--weight", f"{Y}:t"): [f"{Y}:target"],
    ("compute", "mse", Y, "--id", "target,p"): ["target,prediction"],
    ("compute", "mse", "--by", "x", Y, "--group=tar"): ["--group=target"],
    ("compute", "mse", "--reduction", "mean,p9"): ["mean,p90", "mean,p95", "mean,p99"],
    ("compute", "mse", "--as", "tor"): ["torch ", "torchmetrics "],
    ("compute", "brier", "--as", ""): ["scoringrules ", "sklearn "],
    ("compute", "mse", "--unpaired", ""): ["error ", "skip "],
    ("compute", "mse", "--format", "js"): ["json "],
    ("compute", "mse", "--format", "ju"): [],
    ("check", "mse", "--format=ju"): ["--format=junit "],
    ("compute", "mse", "-f", "mark"): ["markdown "],
    ("compute", "mse", "-o", "json=sample_data/expe"): ["json=sample_data/expected.json"],
    ("compute", "mse", "--per-sample", "sample_data/expe"): ["sample_data/expected.json"],
    ("compute", "mse", "--input-format", "nd"): ["ndjson "],
    ("compute", "mse", "--per-"): ["--per-sample "],
    ("compute", "mse", "--", "--per-"): [],
    ("compute", "mse", "--worst", ""): [],
    ("check", "bce,mse", "--max", ""): ["bce=", "mse=", "n=", "coverage=", "skill="],
    ("explain", "E21"): [f"{code} " for code in by_code() if code.startswith("E21")],
    ("explain", "pairi"): ["pairing "],
    ("list", "--family", "rank"): ["ranking "],
    ("list", "--target", "v"): ["vector "],
    ("merge", "sample_data/rmse_"): ["sample_data/rmse_1.json", "sample_data/rmse_2.json"],
    ("nonsense", "x"): [],
    ("--vers",): ["--version "],
}


@pytest.mark.parametrize("words", CASES, ids=" ".join)
def test_what_follows(words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HERE)
    assert here(*words) == CASES[words]


def test_a_process_says_the_same() -> None:
    assert found(["compute", "mse", f"{Y}:"]) == [f"{Y}:target", f"{Y}:prediction"]
    assert found(["--version"]) == ["--version "]
    assert found(["compute", "mse", "--unpaired", ""], shell="fish") == ["error", "skip"]
    assert found([]) == [f"{name} " for name in COMMANDS]


# --- what it knows ------------------------------------------------------------------------------------


def test_the_table_of_names_is_the_registry() -> None:
    assert loss_names.PATH.read_text(encoding="utf-8") == loss_names.text(), "python -m tests.loss_names"


def test_every_name_is_one() -> None:
    from losscli.registry import parse_losses

    for name, (aliases, params, frameworks) in candidates._losses().items():
        for one in (name, *aliases):
            assert parse_losses(one)[0].loss.name == name
        for framework in frameworks:
            assert parse_losses(f"{name}:as={framework}")[0].spec.startswith(name)
        for param in params:
            key, _, choices = param.partition("=")
            for choice in filter(None, choices.split("|")):
                assert parse_losses(f"{name}:{key}={choice}")[0].params[key] is not None
    for name in candidates._foreign():
        assert parse_losses(name)


FREE = {
    *("labels", "precision", "jobs", "scheduler", "rtol", "atol", "worst", "confidence", "resamples", "seed"),
    *("names", "reference", "value", "row", "input", "range", "bins", "size", "inches", "text"),
}
"""Numbers and texts that nobody but the user knows."""


@pytest.mark.parametrize("name", COMMANDS)
def test_every_parameter_is_completed_or_free(name: str) -> None:
    command = app._group().get_command(None, name)
    for param in command.params:
        known = getattr(param, "is_flag", False) or getattr(param.type, "choices", None)
        kind = candidates.KINDS.get(f"{name} {param.name}") or candidates.KINDS.get(param.name)
        assert known or kind or param.name in FREE, (name, param.name, param.opts)


def test_formats_are_those_that_there_are() -> None:
    from losscli.outputs.formats import formats
    from losscli.sources.formats import FORMATS

    everywhere = {name for name, entry in formats().items() if not entry.commands}
    assert set(candidates.FORMATS) == everywhere
    for name in COMMANDS:
        own = {one for one, entry in formats().items() if name in entry.commands}
        assert set(candidates.CI_FORMATS.get(name, ())) == own
    assert set(candidates.INPUT_FORMATS) <= {*FORMATS, "tsv", "parquet", "arrow", "npz"}


# --- columns ------------------------------------------------------------------------------------------


def test_columns_of_every_format(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.feather as feather
    import pyarrow.parquet as pq

    table = pa.table({"u": [1.0], "v w": [2.0]})
    pq.write_table(table, tmp_path / "t.parquet")
    feather.write_feather(table, str(tmp_path / "t.feather"))
    np.savez(tmp_path / "t.npz", u=np.ones(2), v=np.ones(2))
    (tmp_path / "t.csv").write_text('u,"v w"\n1,2\n')
    (tmp_path / "s.csv").write_text("\ufeffu;v w\r\n1;2\r\n")
    (tmp_path / "t.tsv").write_text("u\tv w\n1\t2\n")
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(b"u,v w\n1,2\n"))
    (tmp_path / "t.csv.zst").write_bytes(pa.compress(b"u,v w\n1,2\n", "zstd", asbytes=True))
    (tmp_path / "t.ndjson").write_text('{"u": 1, "v w": 2}\n')
    (tmp_path / "t.json").write_text(json.dumps([{"u": 1, "v w": 2}]))
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "_SUCCESS").write_text("")
    (tmp_path / "parts" / "b.csv").write_text("other\n")
    (tmp_path / "parts" / "a.csv").write_text("u,v w\n")
    for path in ("t.parquet", "t.feather", "t.csv", "s.csv", "t.tsv", "t.csv.gz", "t.csv.zst", "t.ndjson"):
        assert column_names.column_names(str(tmp_path / path)) == ["u", "v w"], path
    for path in ("t.json", "parts", "parts/*.csv"):
        assert column_names.column_names(str(tmp_path / path)) == ["u", "v w"], path
    assert column_names.column_names(str(tmp_path / "t.npz")) == ["u", "v"]


def test_names_that_columns_cannot_hold_are_positions(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('"a,b",c:d,e,@f,"g\x1b[31m",\n1,2,3,4,5,6\n')
    assert column_names.column_names(str(path)) == ["@1", "@2", "e", "@4", "@5", "@6"]
    path.write_text("1,2,3\n4,5,6\n")
    assert column_names.column_names(str(path)) == ["@1", "@2", "@3"]
    path.write_text("a b\n1 2\n")
    assert column_names.column_names(str(path), "space") == ["a", "b"]


def test_only_the_head_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(column_names, "HEAD", 6)
    path = tmp_path / "t.csv"
    path.write_text("ab,cd,ef,gh\n1,2,3,4\n")
    assert column_names.column_names(str(path)) == ["ab", "cd", "@3"]


def test_nothing_is_ever_an_error(tmp_path: Path) -> None:
    for name, content in {
        "a.parquet": b"PAR1 no",
        "b.csv.gz": b"no gzip",
        "c.npz": b"PK",
        "d.json": b'{"a": [1, 2',
        "e.csv": b"",
        "f.csv": bytes(range(256)),
        "g.arrow": b"ARROW1",
        "h.csv.zst": b"\x28\xb5\x2f\xfd",
    }.items():
        (tmp_path / name).write_bytes(content)
        assert {one[0] for one in column_names.column_names(str(tmp_path / name))} <= {"@"}, name
    os.mkfifo(tmp_path / "pipe")
    for path in ("pipe", ".", "none", "none/*.csv", "\0"):
        assert column_names.column_names(f"{tmp_path}/{path}") in ([], ["@1"])
    assert found(["compute", "mse", f"{tmp_path}/a.parquet:"]) == []


def test_neither_numpy_nor_pyarrow_is_imported(tmp_path: Path) -> None:
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(b"u,v\n1,2\n"))
    for words in (["compute", "bce,hub"], ["compute", "mse", f"{tmp_path}/t.csv.gz:"], ["explain", "s"]):
        run = subprocess.run(
            [sys.executable, "-X", "importtime", "-m", "losscli", "--", *words],
            env=environment({"_LOSSCLI_COMPLETE": "words_zsh"}),
            capture_output=True,
            text=True,
        )
        assert run.stdout
        modules = {line.rpartition("|")[2].strip().partition(".")[0] for line in run.stderr.splitlines()}
        assert not modules & {"numpy", "pyarrow", "rich"}, words


# --- shells -------------------------------------------------------------------------------------------

TYPED = {
    "comput": "compute ",
    "compute hub": "compute huber",
    "compute bce:as=sk": "compute bce:as=sklearn",
    "compute mse,brier:scale_by_half=y": "compute mse,brier:scale_by_half=yes",
    f"compute mse {Y}:tar": f"compute mse {Y}:target",
    f"compute mse {Y}:target :pre": f"compute mse {Y}:target :prediction",
    "compute mse sample_data/iris_one": "compute mse sample_data/iris_onehot.csv",
    "compute mse spaced\\ folder/x\\ y.csv:my": "compute mse spaced\\ folder/x\\ y.csv:my\\ target",
    "compute mse --unpaired=sk": "compute mse --unpaired=skip ",
    "compute mse --per-s": "compute mse --per-sample ",
    "compute no_such_loss:": "compute no_such_loss:",
    "compute mse one.csv:@": "compute mse one.csv:@1",
}
"""What is typed before the tabulator, and what stands there afterwards."""


@pytest.fixture(name="home", scope="module")
def _home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    (home / "bin").mkdir()
    script = home / "bin" / "losscli"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m losscli "$@"\n')
    script.chmod(0o755)
    (home / "sample_data").symlink_to(HERE / "sample_data")
    (home / "one.csv").write_text("1\n2\n")
    (home / "spaced folder").mkdir()
    (home / "spaced folder" / "x y.csv").write_text("my target,p\n1,2\n")
    for shell, text in (("bash", completion.BASH), ("zsh", completion.ZSH), ("fish", completion.FISH)):
        (home / shell).write_text(text % {})
    return home


def inside(home: Path) -> dict[str, str]:
    path = f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return environment({"HOME": str(home), "PATH": path, "TERM": "dumb", "PS1": "> ", "INPUTRC": "/dev/null"})


def on_keys(home: Path, words: Sequence[str], keys: Sequence[str]) -> str:
    """What an interactive shell prints while lines of keys are typed, each after the answer to the one
    before."""
    import pty
    import select
    import signal

    child, ours = pty.fork()
    if child == 0:
        os.chdir(home)
        os.execvpe(words[0], list(words), inside(home))
    seen = b""

    try:
        for key in keys:
            os.write(ours, key.encode())
            start = len(seen)
            while b"ready>" not in seen[start:] and select.select([ours], [], [], 30.0)[0]:
                seen += os.read(ours, 4096)
    except OSError:  # the shell ended; what it printed says why
        pass
    finally:
        os.kill(child, signal.SIGKILL)
        os.close(ours)
        os.waitpid(child, 0)
    return seen.decode(errors="replace")


def completed(home: Path, shell: str, typed: str) -> str:
    """The line after a tabulator, as the shell itself would run it."""
    start = {"bash": ["bash", "--norc", "-i"], "zsh": ["zsh", "-f", "-i"]}[shell]
    load = {"bash": ". ./bash", "zsh": "autoload -Uz compinit; compinit -u; . ./zsh"}[shell]
    # the line is printed by a command that takes it as its words: `show` is put in front by ctrl-a
    show = "show() { printf 'LINE<%s>' \"$*\"; echo; echo ready''\\>; }; "
    printed = on_keys(
        home,
        start,
        [f"{show}{load}; echo ready''\\>\n", f"losscli {typed}\t!\x01show \x05\n"],
    )
    return printed.rpartition("LINE<losscli ")[2].partition("!>")[0]


def bare(line: str) -> str:
    """A line as the words that a shell makes of it, the blank at the end kept."""
    import shlex

    return " ".join(shlex.split(line)) + (" " if line.endswith(" ") else "")


@pytest.mark.parametrize("typed", TYPED)
@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_tabulator(home: Path, shell: str, typed: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    assert completed(home, shell, typed) == bare(TYPED[typed])


@pytest.mark.parametrize("quote", ["'", '"'])
def test_quotes_in_bash(home: Path, quote: str) -> None:
    """Zsh leaves the quote open, for more to be typed."""
    assert completed(home, "bash", f"compute mse {quote}{Y}{quote}:tar") == f"compute mse {Y}:target"
    assert completed(home, "bash", f"compute mse {quote}{Y}:tar") == f"compute mse {Y}:target"


@pytest.mark.parametrize("typed", TYPED)
def test_fish_is_told_whole_words(home: Path, typed: str) -> None:
    if shutil.which("fish") is None:
        pytest.skip("fish is not installed")
    line = f"losscli {typed}".replace("\\", "\\\\")
    run = subprocess.run(
        ["fish", "-N", "-c", f"source ./fish; complete -C '{line}'"],
        cwd=home,
        env=inside(home),
        capture_output=True,
        text=True,
    )
    want = bare(TYPED[typed]).rstrip(" ")
    if TYPED[typed] == typed:
        assert run.stdout == ""
        return
    whole = [one.replace("\\", "") for one in run.stdout.splitlines()]
    assert any(want.endswith(f" {one}") or want == one for one in whole), (run.stdout, run.stderr)


@pytest.mark.parametrize(
    ("line", "pieces", "words"),
    [
        ("losscli compute bce:as=ke", ["compute", "bce", ":", "as", "=", "ke"], ["compute", "bce:as=ke"]),
        ("losscli compute bce :y", ["compute", "bce", ":", "y"], ["compute", "bce", ":y"]),
        ("losscli compute bce:", ["compute", "bce", ":"], ["compute", "bce:"]),
        ("losscli compute bce:", ["compute", "bce", ":", ""], ["compute", "bce:"]),
        ("losscli compute ", ["compute", ""], ["compute", ""]),
        ("a; losscli  compute   bc", ["compute", "bc"], ["compute", "bc"]),
        ("losscli compute mse,pi", ["compute", "mse,pinball"], ["compute", "mse,pi"]),
        ("losscli f:@2..@", ["f", ":", "@", "2..", "@", ""], ["f:@2..@"]),
        ("losscli 'a b", ["'a b"], ["'a b"]),
    ],
)
def test_the_words_that_bash_cuts_are_joined(line: str, pieces: list[str], words: list[str]) -> None:
    assert completion.joined(pieces, line) == words


@pytest.mark.parametrize(
    ("word", "kept"),
    [
        ("bce:as=ke", "bce:as="),
        ("huber", ""),
        ("f.csv:@2", "f.csv:"),
        ("'f.csv:ta", "'"),
        ("'f.csv':ta", "'f.csv':"),
        ("f\\:x.csv", ""),
        ('"f.csv":a,"b c', '"f.csv":a,"'),
    ],
)
def test_bash_keeps_what_stands_before_the_last_cut(word: str, kept: str) -> None:
    cut, is_open = completion._last_cut(word, " \t\n\"'@><=;|&(:")
    assert word[:cut] == kept
    assert is_open == (word.count("'") % 2 == 1 or word.count('"') % 2 == 1)
    assert completion._last_cut("bce:as=ke", " \t\n") == (0, False)


@pytest.mark.parametrize(
    ("word", "meant"),
    [("a\\ b", "a b"), ("'a b'", "a b"), ("'a b'.c", "a b.c"), ("'a b", "a b"), ('"a', "a")],
)
def test_quotes_are_taken_off(word: str, meant: str) -> None:
    assert completion.unquoted(word) == meant


def test_the_scripts_are_shown_and_installed(tmp_path: Path) -> None:
    for shell, text in (("bash", completion.BASH), ("zsh", completion.ZSH)):
        if shutil.which(shell) is None:
            continue
        line = f'losscli() {{ "{sys.executable}" -m losscli "$@"; }}; '
        line += "losscli --show-completion; losscli --install-completion; :"
        run = subprocess.run(
            [shell, "-c", line],
            env=environment({"HOME": str(tmp_path)}),
            capture_output=True,
            text=True,
            cwd=HERE,
        )
        assert run.stdout.startswith((text % {}).strip()), run.stderr
        path = {"bash": ".bash_completions/losscli.sh", "zsh": ".zfunc/_losscli"}[shell]
        assert (tmp_path / path).read_text().strip() == (text % {}).strip()


def test_typer_still_answers_its_own_scripts() -> None:
    changes: dict[str, Any] = {"COMP_WORDS": "losscli\nco", "COMP_CWORD": "1"}
    run = losscli(changes={"_LOSSCLI_COMPLETE": "complete_bash", **changes})
    assert run.stdout.split() == ["compute", "compare"]
