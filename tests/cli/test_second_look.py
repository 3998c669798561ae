"""Where a constant is as good, `compute` and `check` say what `inspect` finds, and nothing else changes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from losscli.analysis.inspecting.brief import MOST
from losscli.cli.boundary import run
from tests.cli.shell import environment, losscli, shell

ROWS = 400


def column(path: Path, name: str, values: object) -> str:
    cells = "".join(f"{value!r}\n" for value in np.asarray(values).tolist())
    path.write_text(f"{name}\n{cells}", encoding="ascii")
    return str(path)


@pytest.fixture
def pair(tmp_path: Path) -> tuple[np.ndarray, np.ndarray, Path]:
    generator = np.random.default_rng()
    p = generator.beta(0.7, 0.7, ROWS)
    y = (generator.uniform(size=ROWS) < p).astype(int)
    column(tmp_path / "y.csv", "y", y)
    return y, p.clip(0.001, 0.999), tmp_path


WRONG = {
    "W115": lambda p: np.roll(p, 3),
    "W117": lambda p: 1.0 - p,
    "W118": lambda p: np.full(len(p), 0.25),
}


def codes(text: str) -> list[str]:
    return re.findall(r"^warning\[(W\d+)\]", text, re.MULTILINE)


class Here:
    """Runs commands in this process, beside the files."""

    def __init__(self, folder: Path, streams: pytest.CaptureFixture[str]) -> None:
        self.folder, self._streams = folder, streams

    def __call__(self, line: str) -> tuple[int, str, str]:
        code = run(line.split())
        return (code, *self._streams.readouterr())


@pytest.fixture
def here(
    pair: tuple[np.ndarray, np.ndarray, Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Here:
    monkeypatch.chdir(pair[2])
    return Here(pair[2], capsys)


@pytest.mark.parametrize("code", WRONG)
def test_the_reason_is_told(code: str, pair: tuple[np.ndarray, np.ndarray, Path], here: Here) -> None:
    column(here.folder / "p.csv", "p", WRONG[code](pair[1]))
    for form in ("value", "csv", "plain"):
        exit_code, _, error = here(f"compute bce y.csv p.csv -f {form}")
        assert (exit_code, codes(error)) == (0, ["W126", code])
        assert f"warning[{code}]: p.csv:2: " in error
    assert here("compute bce y.csv p.csv -f value --quiet")[::2] == (0, "")
    _, out, error = here("compute bce y.csv p.csv -f json")
    assert json.loads(out)["results"][0]["warnings"][0]["code"] == "W126"
    assert json.loads(out)["warnings"] == []  # a merge of parts has no rows to look at
    assert codes(error) == ["W126", code]
    _, out, error = here("compute bce y.csv p.csv -f table")
    assert (codes(out), codes(error)) == (["W126"], [code])


@pytest.mark.parametrize("code", WRONG)
def test_a_gate_tells_it_too(code: str, pair: tuple[np.ndarray, np.ndarray, Path], here: Here) -> None:
    column(here.folder / "p.csv", "p", WRONG[code](pair[1]))
    for limit, verdict in (("1e9", 0), ("0.001", 1)):
        exit_code, _, error = here(f"check bce y.csv p.csv --max {limit} -f plain")
        assert (codes(error), exit_code) == (["W126", code], verdict)
        exit_code, out, _ = here(f"check bce y.csv p.csv --max {limit} -f github")
        assert (exit_code, code in out) == (verdict, True)
        assert here(f"check bce y.csv p.csv --max {limit} -f github -q") == (verdict, out, "")


def test_the_proposed_call_takes_the_doubt_away(pair: tuple[np.ndarray, np.ndarray, Path]) -> None:
    _, p, folder = pair
    column(folder / "p.csv", "p", 1.0 - p)
    run = losscli("compute", "bce", "y.csv", "p.csv", "-f", "value", folder=folder)
    call = re.search(r"losscli compute .*$", run.stderr, re.MULTILINE)
    assert call
    again = shell(call[0] + " -f value", folder)
    assert (codes(again.stderr), again.returncode) == ([], 0)
    assert float(again.stdout) < float(run.stdout)


def test_a_prediction_with_skill_is_not_looked_at_again(pair: tuple[np.ndarray, np.ndarray, Path]) -> None:
    _, p, folder = pair
    column(folder / "p.csv", "p", p)
    for form in ("value", "json"):
        words = ["compute", "bce", "y.csv", "p.csv", "-f", form]
        run = subprocess.run(
            [sys.executable, "-X", "importtime", "-m", "losscli", *words],
            capture_output=True,
            text=True,
            cwd=folder,
            env=environment(),
            timeout=60,
        )
        assert run.returncode == 0
        assert "losscli.engine.glance" in run.stderr
        assert "losscli.analysis.inspecting" not in run.stderr
        assert codes(run.stderr) == []


def test_rows_that_are_gone_are_not_waited_for(pair: tuple[np.ndarray, np.ndarray, Path]) -> None:
    _, p, folder = pair
    column(folder / "p.csv", "p", 1.0 - p)
    for line in (
        "losscli compute bce - p.csv -f value < y.csv",
        "cat y.csv | losscli compute bce - p.csv -f value",
        "losscli compute bce <(cat y.csv) <(cat p.csv) -f value",
    ):
        run = shell(line, folder)
        assert (codes(run.stderr), run.returncode) == (["W126"], 0)


def test_other_calls_get_the_same_help(pair: tuple[np.ndarray, np.ndarray, Path]) -> None:
    y, p, folder = pair
    words = np.array(["no", "yes"])[y]
    both = folder / "d.csv"
    rows = "".join(f"{k},{w},{v!r}\n" for k, (w, v) in enumerate(zip(words, (1.0 - p).tolist(), strict=True)))
    both.write_text(f"id,y,p\n{rows}", encoding="ascii")
    line = "losscli compute bce d.csv:y :p --labels no,yes -f value"
    assert codes(shell(line, folder).stderr) == ["W126", "W117"]
    line = "losscli compute bce prediction=d.csv:p target=d.csv:y --labels no,yes --id id -f value"
    assert codes(shell(line, folder).stderr) == ["W126", "W117"]
    line = "losscli compute gaussian_nll d.csv:p d.csv:p d.csv:p -f value"
    assert not set(codes(shell(line, folder).stderr)) & {"W115", "W117", "W118", "W121"}


def test_long_files_are_looked_at_at_their_beginning(tmp_path: Path) -> None:
    generator = np.random.default_rng()
    rows = MOST + 500
    p = generator.beta(0.7, 0.7, rows)
    y = (generator.uniform(size=rows) < p).astype(int)
    column(tmp_path / "y.csv", "y", y)
    column(tmp_path / "p.csv", "p", np.roll(p, 1).clip(0.01, 0.99))
    said = []
    for jobs in ("1", "2"):
        run = losscli("compute", "bce", "y.csv", "p.csv", "-f", "json", "--jobs", jobs, folder=tmp_path)
        said.append(run.stderr)
        assert codes(run.stderr) == ["W126", "W115"]
        assert f"looking at the first {MOST:,} rows" in run.stderr
    assert said[0] == said[1]


def test_a_merge_prints_what_one_run_prints(pair: tuple[np.ndarray, np.ndarray, Path]) -> None:
    y, p, folder = pair
    for name, rows in (("all", slice(0, ROWS)), ("a", slice(0, 150)), ("b", slice(150, ROWS))):
        column(folder / f"y_{name}.csv", "y", y[rows])
        column(folder / f"p_{name}.csv", "p", 1.0 - p[rows])
        line = f"losscli compute bce y_{name}.csv p_{name}.csv --state {name}.json -f value"
        assert shell(line, folder).returncode == 0
    for form in ("plain", "csv", "json"):
        whole = shell(f"losscli compute bce y_all.csv p_all.csv -f {form}", folder).stdout
        merged = shell(f"losscli merge a.json b.json -f {form}", folder).stdout
        if form == "json":
            one, other = json.loads(whole), json.loads(merged)
            assert one["warnings"] == other["warnings"]
            assert one["results"][0]["warnings"] == other["results"][0]["warnings"] != []
        else:
            assert merged == whole


def test_swapped_files_with_an_infinite_loss_are_named(
    pair: tuple[np.ndarray, np.ndarray, Path], here: Here
) -> None:
    column(here.folder / "p.csv", "p", pair[1])
    exit_code, out, error = here("compute bce p.csv y.csv -f value")
    assert (exit_code, out.strip(), codes(error)) == (0, "inf", ["W201", "W114"])
    assert "losscli inspect y.csv p.csv" in error
