"""`compute --state` and `merge` as a person and a pipeline use them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from losscli.cli.boundary import run
from tests.samples.make_states import baseline_of_the_sample, states_of_the_sample

TABLE = Path("sample_data/diabetes.csv").read_text().splitlines()


@pytest.fixture(name="states")
def _states(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The states of two halves of the sample, of which one was computed for a pipe, one for a person."""
    found = []
    for number, (lines, style) in enumerate(((TABLE[1:200], "value"), (TABLE[200:], "table"))):
        data, state = tmp_path / f"{number}.csv", tmp_path / f"{number}.json"
        data.write_text("\n".join([TABLE[0], *lines]) + "\n")
        call = ["compute", "rmse", f"{data}:target", ":prediction", "--state", str(state), "-f", style]
        assert run(call) == 0
        found.append(str(state))
    capsys.readouterr()
    return found


@pytest.mark.parametrize("style", ["value", "plain", "csv", "ndjson", "json", "table", "markdown", "latex"])
def test_merge_prints_what_one_run_prints(
    states: list[str], style: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["merge", *states, "-f", style]) == 0
    merged = capsys.readouterr().out
    assert run(["compute", "rmse", "sample_data/diabetes.csv:target", ":prediction", "-f", style]) == 0
    whole = capsys.readouterr().out
    if style == "json":
        merged, whole = (json.dumps({**json.loads(text), "inputs": None}) for text in (merged, whole))
    if style in ("table", "markdown"):
        merged, whole = (
            "\n".join(line for line in text.splitlines() if not line.lstrip("*- ").startswith("target "))
            for text in (merged, whole)
        )
        merged = merged.replace("\n  position", "")
    if style in ("table", "markdown", "latex"):
        assert [line for line in merged.splitlines() if "rmse" in line] == [
            line for line in whole.splitlines() if "rmse" in line
        ]
        return
    assert merged == whole


def test_a_failed_run_leaves_the_old_state(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = tmp_path / "s.json"
    state.write_text("old")
    (tmp_path / "bad.csv").write_text("y,p\n1,0.5\n0,x\n")
    assert run(["compute", "bce", f"{tmp_path / 'bad.csv'}:y", ":p", "--state", str(state)]) == 3
    assert state.read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.csv", "s.json"]


def test_outputs_do_not_overwrite_inputs(states: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["merge", *states, "-o", f"json={states[0]}"]) == 2
    assert (
        run(["compute", "mse", "sample_data/y.csv", "sample_data/p.csv", "--state", "sample_data/y.csv"]) == 2
    )
    shared = ["--state", states[0], "--per-sample", states[0]]
    assert run(["compute", "mse", "sample_data/y.csv", "sample_data/p.csv", *shared]) == 2


def test_what_is_no_state(tmp_path: Path, states: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["merge", "sample_data/y.csv"]) == 3
    assert "`losscli compute ... --state FILE` writes" in capsys.readouterr().err
    assert run(["merge", str(tmp_path / "none.json")]) == 4
    assert run(["merge", str(tmp_path)]) == 4
    assert run(["merge", states[0], states[0]]) == 2
    assert run(["merge"]) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert "given twice" not in error or "same state" in error


def test_the_states_of_the_sample_are_what_compute_writes(tmp_path: Path) -> None:
    for name, text in states_of_the_sample(tmp_path).items():
        assert (Path("sample_data") / name).read_text() == text, "run python -m tests.samples.make_states"


def test_the_baseline_of_the_sample_is_what_a_run_writes(tmp_path: Path) -> None:
    text = Path("sample_data/cancer_baseline.tsv").read_text()
    assert baseline_of_the_sample(tmp_path) == text, "run python -m tests.samples.make_states"
