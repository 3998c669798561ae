"""The workflow, the hook and the examples of `losscli explain ci` do what they say, run by the tools they are
for."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from losscli.analysis.topic_ci import CI
from losscli.cli.app import COMMANDS
from losscli.outputs.error_annotations import LINELESS
from losscli.sources.formats import BINARY, FORMATS
from losscli.sources.unpacking import PACKINGS
from tests.cli.shell import SECONDS, environment
from tests.outputs.ci_readers import read_commands, read_junit

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.y*ml"))
ACTION = re.compile(r"[\w-]+/[\w.-]+@(v\d+(\.\d+)*|[0-9a-f]{40})")


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    """A folder with the sample data, and the command `losscli` beside it."""
    work = tmp_path / "work"
    work.mkdir()
    (work / "sample_data").symlink_to(ROOT / "sample_data")
    for name in ("y.csv", "p.csv"):
        shutil.copy(ROOT / "sample_data" / name, work)
    command = tmp_path / "bin" / "losscli"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m losscli "$@"\n')
    command.chmod(0o755)
    return work


def bash(script: str, folder: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    """A script as a GitHub runner runs it."""
    path = f"{folder.parent / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=folder,
        env=environment({"PATH": path, "GITHUB_WORKSPACE": str(folder), **changes}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )


# --- workflows -------------------------------------------------------------------------------------------


def steps(workflow: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for job in workflow["jobs"].values():
        yield from job["steps"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_is_built_as_github_wants_it(path: Path) -> None:
    workflow = yaml.safe_load(path.read_text())
    assert set(workflow) <= {"name", True, "permissions", "concurrency", "env", "defaults", "jobs"}
    assert set(workflow[True]) <= {
        "push",
        "pull_request",
        "schedule",
        "workflow_dispatch",
    }  # YAML reads on: as true
    assert workflow["permissions"] == {"contents": "read"}
    for job in workflow["jobs"].values():
        assert set(job) <= {"name", "runs-on", "timeout-minutes", "strategy", "steps", "env", "needs", "if"}
        assert job["runs-on"].startswith("ubuntu-")
        assert job["timeout-minutes"] <= 60
    for step in steps(workflow):
        assert set(step) <= {"name", "id", "uses", "run", "with", "env", "if", "shell", "working-directory"}
        assert ("uses" in step) != ("run" in step), step
        assert "with" not in step or "uses" in step
        if "uses" in step:
            assert ACTION.fullmatch(step["uses"]), step["uses"]


def test_the_gate_runs_and_leaves_its_files(folder: Path) -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "gate.yml").read_text())
    page = folder.parent / "page.md"
    lines = [step["run"] for step in steps(workflow) if "losscli" in step.get("run", "")]
    assert len(lines) == 4
    for line in lines:
        ran = bash(line, folder, GITHUB_STEP_SUMMARY=str(page))
        assert (ran.returncode, ran.stderr) == (0, ""), line
        read_commands(ran.stdout)
    for name in ("bce.xml", "demand.xml", "all.xml"):
        assert read_junit((folder / name).read_bytes()).verdict == "pass"
    assert [one["name"] for one in json.loads((folder / "bench.json").read_text())] == ["bce", "brier"]
    assert page.read_text().count("### losscli check: pass") == 3
    upload = next(step for step in steps(workflow) if "upload-artifact" in step.get("uses", ""))
    kept = [file.name for pattern in upload["with"]["path"].split() for file in folder.glob(pattern)]
    assert sorted(kept) == ["all.xml", "bce.xml", "bench.json", "demand.xml"]


def test_the_gate_closes(folder: Path) -> None:
    (folder / "sample_data").unlink()
    shutil.copytree(ROOT / "sample_data", folder / "sample_data")
    worse = (folder / "sample_data" / "p.csv").read_text().splitlines()
    worse[3] = "0.001"
    (folder / "sample_data" / "p.csv").write_text("\n".join(worse) + "\n")
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "gate.yml").read_text())
    line = next(step["run"] for step in steps(workflow) if "bce.xml" in step.get("run", ""))
    ran = bash(line, folder)
    assert ran.returncode == 1
    assert read_junit((folder / "bce.xml").read_bytes()).verdict == "fail"
    errors = [one for one in read_commands(ran.stdout)[0] if one.kind == "error"]
    assert {(one.properties["file"], one.properties["line"]) for one in errors} == {
        ("sample_data/p.csv", "4")
    }


# --- the hook --------------------------------------------------------------------------------------------

HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())


def test_the_hook_is_built_as_pre_commit_wants_it() -> None:
    (hook,) = HOOKS
    assert set(hook) >= {"id", "name", "entry", "language"}
    assert set(hook) <= {
        *("id", "name", "entry", "language", "description", "args", "files", "types", "pass_filenames"),
        *("always_run", "require_serial", "stages", "minimum_pre_commit_version"),
    }
    assert hook["language"] == "python"  # pre-commit installs this project, whose script the entry is
    program, command = hook["entry"].split()
    assert program == "losscli"
    assert command in COMMANDS
    assert hook["pass_filenames"] is False
    assert f"id: {hook['id']}" in CI.text


def test_the_hook_runs_when_data_or_requirements_change() -> None:
    wanted = re.compile(HOOKS[0]["files"])
    packed = [f"a/p.{name}.{packing}" for name in ("csv", "ndjson", "npy") for packing in PACKINGS]
    for path in (*(f"data/p.{suffix}" for suffix in FORMATS), *packed, "losscli.toml", "x/pyproject.toml"):
        assert wanted.search(path), path
    for path in ("README.md", "train.py", "mylosscli.toml", "p.csv.py", "csv", "p.csv.xz"):
        assert not wanted.search(path), path


def test_annotations_know_which_files_have_lines() -> None:
    assert set(LINELESS) == {suffix for suffix, form in FORMATS.items() if form in BINARY}


CONFIG = """
[[check]]
name = "ten rows"
loss = "bce"
target = "y.csv"
prediction = "p.csv"
max = 0.3
"""


def test_the_hook_stops_a_commit(folder: Path) -> None:
    (hook,) = HOOKS
    line = " ".join([hook["entry"], *hook["args"]])
    assert bash(line, folder).returncode == 4  # no file of checks is no pass
    (folder / "losscli.toml").write_text(CONFIG)
    assert bash(line, folder).returncode == 0
    (folder / "losscli.toml").write_text(CONFIG.replace("0.3", "0.2"))
    assert bash(line, folder).returncode == 1
    (folder / "losscli.toml").write_text(CONFIG.replace("p.csv", "q.csv"))
    assert bash(line, folder).returncode == 4


# --- the examples of the topic ---------------------------------------------------------------------------


def example(start: str) -> str:
    """The indented lines of the topic that follow the line that starts so."""
    lines = iter(CI.lines())
    next(line for line in lines if line.startswith(start))
    found = []
    for line in lines:
        if not line.startswith("  "):
            break
        found.append(line[2:])
    return "\n".join(found) + "\n"


@pytest.mark.parametrize("name", ["GitHub (", "GitLab:", "pre-commit,"])
def test_an_example_in_yaml_is_yaml(name: str, folder: Path) -> None:
    found = yaml.safe_load(example(name))
    if name == "GitHub (":
        line = found[0]["run"]
    elif name == "GitLab:":
        line = found["losses"]["script"]
        assert found["losses"]["artifacts"]["reports"]["junit"] in line.split()
    else:
        assert found["repos"][0]["hooks"] == [{"id": HOOKS[0]["id"]}]
        return
    assert bash(line, folder).returncode == 0
    assert read_junit((folder / "bce.xml").read_bytes()).verdict == "pass"


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_make_does_not_take_a_failed_check_for_done(folder: Path) -> None:
    rules = example("make;")
    for limit, code in (("0.2", 2), ("0.2", 2), ("0.3", 0), ("0.2", 0)):  # the last one is up to date
        (folder / "Makefile").write_text(rules.replace("0.3", limit))
        ran = bash("make bce.json", folder)
        assert ran.returncode == code, ran
        assert (folder / "bce.json").exists() == (code == 0)


@pytest.mark.skipif(shutil.which("jq") is None, reason="needs jq")
def test_jq_finds_the_lines_and_the_exit_code_stays(folder: Path) -> None:
    script = example("jq;")
    assert (bash(script, folder).returncode, bash(script, folder).stdout) == (0, "")
    ran = bash(script.replace("0.3", "0.2"), folder)
    assert ran.returncode == 1
    assert ran.stdout.split()[:3] == ["5", "8", "11"]
