"""What the topics of `losscli explain` say is so: their commands run, and their sentences hold."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from losscli.analysis.topics import TOPICS
from losscli.cli.boundary import run
from tests import readme

INDEX = {entry.name: entry for entry in TOPICS}
COMMANDS = [
    (entry.name, line)
    for entry in TOPICS
    for line in "\n".join(entry.lines()).replace("\\\n", " ").splitlines()
    if re.match(r"(cat .* \| )?losscli ", line)
]
DEMAND = "sample_data/demand.csv:sold"
SEARCHES = "sample_data/searches.csv"
SATURATED = "sample_data/saturated.csv:y :p"
SAME = (
    (f"gaussian_nll {DEMAND} :forecast :variance", f"gaussian_nll {DEMAND},forecast,variance"),
    (
        f"gaussian_nll {DEMAND} :forecast :variance",
        f"gaussian_nll {DEMAND} variance=:variance mean=:forecast",
    ),
    (
        f"listnet {SEARCHES}:relevance :score --group query",
        f"listnet {SEARCHES}:relevance :score --group :query",
    ),
    (
        f"listnet {SEARCHES}:relevance :score --group query",
        f"listnet {SEARCHES}:relevance :score --group {SEARCHES}:query",
    ),
    (f"bce:as=torch {SATURATED}", f"torch.BCELoss {SATURATED}"),
    (f"bce:as=torch {SATURATED}", f"bce --as torch {SATURATED}"),
    (f"bce {SATURATED}", f"log_loss {SATURATED}"),
)


@pytest.fixture(autouse=True)
def _beside_the_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(readme.ROOT)


def answers(line: str, capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    """The results of a compute."""
    assert run(["compute", *shlex.split(line), "--format", "json"]) == 0
    results: list[dict[str, object]] = json.loads(capsys.readouterr().out)["results"]
    return results


def test_topics_of_inputs_and_frameworks_show_commands() -> None:
    assert {name for name, _ in COMMANDS} >= {"losses", "frameworks", "sources", "inputs"}


@pytest.mark.parametrize(("topic", "line"), COMMANDS)
def test_a_command_of_a_topic_runs(topic: str, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    if line.startswith("losscli "):
        assert run(shlex.split(line)[1:]) == 0, topic
        assert "error[" not in capsys.readouterr().err
    else:
        shown = readme.run(line)
        assert "error[" not in shown
        assert "|n:1|" in shown


@pytest.mark.parametrize(("line", "other"), SAME)
def test_what_means_the_same_gives_the_same(
    line: str, other: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (one,), (two,) = answers(line, capsys), answers(other, capsys)
    assert (one["loss"], one["value"], one["reductions"]) == (two["loss"], two["value"], two["reductions"])


def test_rows_of_a_group_need_not_stand_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head, *rows = (readme.ROOT / SEARCHES).read_text(encoding="ascii").splitlines()
    mixed = tmp_path / "mixed.csv"
    mixed.write_text("\n".join([head, *rows[::2], *rows[1::2]]) + "\n", encoding="ascii")
    (one,) = answers(f"listnet {SEARCHES}:relevance :score --group query", capsys)
    (two,) = answers(f"listnet {mixed}:relevance :score --group query", capsys)
    assert one["value"] == two["value"]


def test_a_column_without_groups_is_one_list_and_the_signature_says_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    (found,) = answers(f"listnet {SEARCHES}:relevance :score", capsys)
    assert "|vector:downward|n:1|" in str(found["signature"])


def test_names_that_mean_several_numbers_list_what_to_type(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("poisson", "hinge_loss"):
        assert run(["compute", name, *shlex.split(SATURATED)]) == 2
        assert "hint: say which: " in capsys.readouterr().err
    assert run(["compute", "bce:as=optax", *shlex.split(SATURATED)]) == 2


def test_a_following_loss_names_no_other_framework(capsys: pytest.CaptureFixture[str]) -> None:
    plain, torch = answers(f"bce,bce:as=torch {SATURATED}", capsys)
    said = {entry["framework"]: entry for entry in plain["elsewhere"]}  # type: ignore[attr-defined]
    assert said["torch"]["value"] == torch["value"]
    assert (said["torch"]["rows"], said["torch"]["first_row"]) == (1, 3)
    assert {"keras", "sklearn"} <= set(said)
    assert "elsewhere" not in torch


def test_a_weighted_mean_by_rows_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    (found,) = answers("bce sample_data/y.csv sample_data/p.csv --weight sample_data/w.csv", capsys)
    assert "torch" in {entry["framework"] for entry in found["elsewhere"]}  # type: ignore[attr-defined]
