"""Everything that has a name is explained, and what an explanation proposes runs."""

from __future__ import annotations

import doctest
import json
import re
import shlex
from pathlib import Path

import pytest

import losscli
import losscli.losses
from losscli.analysis.describing import docstring_example, docstring_sections, example_call
from losscli.analysis.explaining import explain, explanation
from losscli.analysis.topics import TOPICS
from losscli.cli.boundary import run
from losscli.errors import UsageError, by_code
from losscli.registry import all_losses, bind
from losscli.registry.lookup import _NAMES, ADVICE
from losscli.report.warnings import WARNINGS

SOURCE = Path(losscli.__file__).parent
NAMES = [loss.name for loss in all_losses()]


@pytest.mark.parametrize("name", NAMES)
def test_a_loss_tells_its_facts(name: str) -> None:
    loss = bind(name).loss
    text = "\n".join(explain(name).lines())
    plain = " ".join(text.split())
    for fact in (
        loss.title,
        *loss.aliases,
        loss.family,
        loss.source,
        loss.perfect.words,
        loss.best_constant.words,
    ):
        assert " ".join(fact.split()) in plain
    bare = "".join(text.split())
    for own in loss.conventions:
        assert own.framework in text
        assert "".join(own.call.split()) in bare
        assert "".join(own.differs.split()) in bare
    for framework, words in loss.differs.items():
        assert framework in text
        assert "".join(words.split()) in bare
    assert docstring_sections(loss).keys() >= {"Shapes", "Not"}
    assert docstring_example(loss)[0].startswith(">>> ")
    assert [line for line in text.splitlines() if len(line) > 80] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_python_example_runs_as_it_is_shown(name: str) -> None:
    """As typed into Python, from the import on; the import is part of what is shown."""
    lines = [line[2:] for line in explain(name).lines() if line.startswith("  ")]
    start = lines.index(f">>> from losscli.losses import {name}")
    shown = "\n".join(lines[start:]).partition("losscli explain")[0].rstrip() + "\n"
    parsed = doctest.DocTestParser().get_doctest(shown, {}, name, None, None)
    said: list[str] = []
    results = doctest.DocTestRunner().run(parsed, out=said.append)
    assert results.attempted >= 2
    assert "".join(said) == ""


def test_a_loss_of_the_whole_set_shows_its_whole_formula() -> None:
    for loss in all_losses():
        if loss.is_set:
            (line,) = [line for line in explain(loss.name).lines() if line.startswith("formula")]
            assert line.split(maxsplit=1)[1] != str(loss.formula)
            said = " ".join(" ".join(explain(loss.name).lines()).split())
            assert f"its per-row part is {loss.part}" in said


@pytest.mark.parametrize("name", NAMES)
def test_the_example_of_a_loss_runs(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    line = example_call(bind(name))
    shown = "\n".join(explain(name).lines()).partition("one sample, step by step\n")[2]
    assert shlex.split(shown.replace("\\\n", " ")) == shlex.split(line)
    assert run(shlex.split(line)[1:]) == 0
    assert capsys.readouterr().out.startswith(name)


@pytest.mark.parametrize("code", [*by_code(), *WARNINGS])
def test_a_code_is_explained(code: str) -> None:
    entry = explanation(code.lower())
    assert entry.lines[0].startswith(code)
    assert [line for line in entry.lines if len(line) > 80] == []
    if code in by_code() and code != "E001":
        assert entry.facts["exit_code"] == by_code()[code].exit_code
        assert f"exit code: {by_code()[code].exit_code}" in entry.lines


def test_every_warning_that_is_raised_is_explained_and_the_other_way_round() -> None:
    rooms = [path for path in SOURCE.rglob("*.py") if path.name not in ("warnings.py", "topics.py")]
    raised = {code for path in rooms for code in re.findall(r'"(W[12]\d\d)"', path.read_text())}
    assert raised == set(WARNINGS)


@pytest.mark.parametrize("topic", [name for entry in TOPICS for name in (entry.name, *entry.aliases)])
def test_a_topic_answers_to_its_words(topic: str) -> None:
    assert explanation(topic).kind == "topic"
    assert explanation(topic.upper()).title == explanation(topic).title


def test_no_topic_hides_a_loss_or_another_topic() -> None:
    words = [name for entry in TOPICS for name in (entry.name, *entry.aliases)]
    assert len(set(words)) == len(words)
    beside = {"entropy"}  # the topic's text ends with the loss's
    assert not {word.replace("-", "_") for word in words} & (set(_NAMES) | set(ADVICE)) - beside


def test_topics_fit_a_terminal() -> None:
    assert [line for entry in TOPICS for line in entry.lines() if len(line) > 80] == []


def test_the_index_names_everything() -> None:
    text = "\n".join(explain().lines())
    for word in (*NAMES, *by_code(), *WARNINGS, *(entry.name for entry in TOPICS)):
        assert word in text or word == "E001"


def test_several_topics_and_parameters() -> None:
    report = explain("huber:delta=0.5", "E210", "sources")
    assert [entry.kind for entry in report.topics] == ["loss", "code", "topic"]
    assert report.topics[0].lines[0] == "huber:delta=0.5  Huber loss"
    assert report.topics[0].facts["params"] == {"delta": 0.5}


def test_an_unknown_topic_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        explain("hubr")
    assert caught.value.exit_code == 2
    assert "huber" in str(caught.value.hint)


@pytest.mark.parametrize("style", ["table", "plain", "json", "ndjson", "csv", "tsv", "markdown", "latex"])
@pytest.mark.parametrize(
    "line", ["explain bce E210", "explain bce --target 1,0 --prediction 0.8,0", "explain"]
)
def test_every_format_prints_an_explanation(
    style: str, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*line.split(), "--format", style]) == 0
    out, error = capsys.readouterr()
    assert error == ""
    assert "bce" in out
    if style == "json":
        assert json.loads(out)["schema"] == "losscli/1"
        assert json.loads(out)["command"] == "explain"


def test_a_row_of_files_is_traced_as_compute_scores_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "d.csv"
    path.write_text("id,y,p\n" + "".join(f"k{n},{n % 2},{(n + 0.5) / 30!r}\n" for n in range(30)))
    assert run(["compute", "bce", f"{path}:y", ":p", "--reduction", "none", "-f", "ndjson"]) == 0
    values = {entry["row"]: entry["bce"] for entry in map(json.loads, capsys.readouterr().out.splitlines())}
    for row in (1, 17, 30):
        assert run(["explain", "bce", f"{path}:y", ":p", "--row", str(row), "-f", "json"]) == 0
        (found,) = json.loads(capsys.readouterr().out)["traces"][0]["samples"]
        assert found["value"] == values[row]
        assert found["steps"][-1]["value"] == repr(values[row])
        assert found["sample"] == f"row {row}"
    assert run(["explain", "bce", f"{path}:y", ":p", "--row", "31"]) == 2
