"""Help pages: two examples that run, every option worded, nothing heavy imported."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys

import pytest

from losscli import __version__
from losscli.cli.app import COMMANDS
from losscli.cli.boundary import run
from losscli.cli.guesses import known_options
from tests.cli.shell import HERE, environment, losscli

PAGES = [(), *((name,) for name in COMMANDS)]
HEAVY = ("numpy", "pyarrow", "rich", "click")


def page(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> str:
    assert run([*words, "--help"]) == 0
    out, error = capsys.readouterr()
    assert error == ""
    return out


@pytest.mark.parametrize("words", PAGES)
def test_a_page_opens_with_two_examples_that_run(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(HERE)
    title, *examples, empty = page(words, capsys).splitlines()[:4]
    assert (title, empty) == ("Examples:", "")
    assert len(examples) == 2
    for example in examples:
        program, *rest = shlex.split(example)
        assert program == "losscli"
        assert run(rest) == 0
        assert capsys.readouterr().out


@pytest.mark.parametrize("words", PAGES)
def test_the_short_option_shows_the_same_page(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    long = page(words, capsys)
    assert run([*words, "-h"]) == 0
    assert capsys.readouterr().out == long
    assert all(len(line) <= 80 for line in long.splitlines())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_has_words(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = page((name,), capsys)
    for option in known_options(name):
        assert re.search(rf"(^|[ ,/]){re.escape(option)}\b.*\S", text, re.MULTILINE), option


def test_the_list_of_commands_is_the_folder_of_commands() -> None:
    folder = HERE / "losscli" / "cli" / "commands"
    assert sorted(path.stem for path in folder.glob("[a-z]*.py")) == sorted(COMMANDS)


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["compute", "--help"], ["list", "-h"]])
def test_help_and_version_import_nothing_heavy(words: list[str]) -> None:
    code = (
        "import json, sys; from losscli.cli.boundary import run; code = run(json.loads(sys.argv[1]));"
        "print(json.dumps([code, sorted({name.partition('.')[0] for name in sys.modules})]), file=sys.stderr)"
    )
    found = subprocess.run(
        [sys.executable, "-c", code, json.dumps(words)],
        capture_output=True,
        text=True,
        cwd=HERE,
        env=environment(),
        check=True,
    )
    status, modules = json.loads(found.stderr)
    assert status == 0
    assert [name for name in HEAVY if name in modules] == []
    if words == ["--version"]:
        assert "typer" not in modules


def test_compute_in_a_pipe_imports_neither_rich_nor_pandas() -> None:
    code = (
        "import sys; from losscli.cli.boundary import run;"
        "code = run(['compute', 'bce', 'sample_data/y.csv', 'sample_data/p.csv']);"
        'sys.exit(f\'{code} {"rich" in sys.modules} {"pandas" in sys.modules}\')'
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=HERE, env=environment()
    )
    assert found.stderr.strip() == "0 False False"


def test_garbage_is_collected_again_once_rows_are_read() -> None:
    code = (
        "import gc, sys; from losscli.cli import boundary, streams;"
        "streams.leave = lambda code: sys.exit(f'{code} {gc.isenabled()}');"
        "boundary.main(sys.argv[1:])"
    )
    seen = {}
    for words in (["compute", "bce", "sample_data/y.csv", "sample_data/p.csv"], ["--version"]):
        found = subprocess.run(
            [sys.executable, "-c", code, *words], capture_output=True, text=True, cwd=HERE, env=environment()
        )
        seen[words[0]] = found.stderr.strip()
    assert seen == {"compute": "0 True", "--version": "0 False"}


def test_version() -> None:
    found = losscli("--version")
    assert (found.returncode, found.stdout, found.stderr) == (0, f"losscli {__version__}\n", "")


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_completion_lists_the_commands(name: str) -> None:
    words = {"bash": {"COMP_WORDS": "losscli co", "COMP_CWORD": "1"}}.get(
        name, {"_TYPER_COMPLETE_ARGS": "losscli co", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    )
    found = losscli(changes={"_LOSSCLI_COMPLETE": f"complete_{name}", **words})
    assert found.returncode == 0, found.stderr
    assert "compute" in found.stdout
    assert "explain" not in found.stdout


def test_completion_scripts_are_shown() -> None:
    found = losscli("--show-completion", changes={"SHELL": "/bin/bash", **dict.fromkeys(["HOME"], os.sep)})
    assert found.returncode in (0, 2)  # 2 where no shell can be detected
    assert found.returncode == 2 or "_LOSSCLI_COMPLETE" in found.stdout
