"""Every format: found by its file, chosen by flag, variable, terminal or suffix; and what it prints."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from losscli.errors import UnsupportedFormat, UsageError
from losscli.outputs import View, choose_format, find_format, formats, parse_output
from losscli.outputs.as_json import json_line, json_pieces
from losscli.outputs.records import json_records
from losscli.report import Report
from losscli.report.compute import Figure
from losscli.report.tables import Column, Kind, Table
from tests.outputs.reports import EVIL, SIGNATURE, bce_result, per_sample, strange, ten_rows

CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f]")
NAMES = ["table", "plain", "value", "json", "ndjson", "csv", "tsv", "markdown", "latex"]
FITTING = {"junit": ("check",), "github": ("check",), "github-benchmark": ("compute", "check", "merge")}
"""The formats that print the reports of some commands only."""


def rendered(report: Report, name: str, view: View | None = None) -> str:
    return "".join(find_format(name).render(report, view or View()))


def strict(text: str) -> Any:
    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is not JSON")

    return json.loads(text, parse_constant=refuse)


def test_the_formats_of_the_contract() -> None:
    assert list(formats()) == [*NAMES, *FITTING]
    assert {name: entry.commands for name, entry in formats().items() if entry.commands} == FITTING


@pytest.mark.parametrize("name", FITTING)
def test_a_format_of_other_commands_is_refused_by_name(name: str) -> None:
    for command in FITTING[name]:
        find_format(name).check_fit(command)
    with pytest.raises(UsageError) as refused:
        find_format(name).check_fit("list")
    assert "losscli check" in refused.value.message
    assert refused.value.hint == f"losscli list has {', '.join(NAMES)}"


@pytest.mark.parametrize("name", NAMES)
def test_every_format_ends_its_last_line_and_is_harmless(name: str) -> None:
    for report in (ten_rows(),) if name == "value" else (ten_rows(), strange()):
        text = rendered(report, name)
        assert text.endswith("\n")
        assert not CONTROL.search(text.replace("\t", "") if name in {"plain", "tsv"} else text)


@pytest.mark.parametrize(
    ("flag", "variable", "terminal", "name"),
    [
        (None, None, True, "table"),
        (None, None, False, "plain"),
        ("auto", None, True, "table"),
        ("auto", "json", False, "plain"),
        (None, "json", True, "json"),
        (None, "", False, "plain"),
        ("csv", "json", True, "csv"),
        ("JSON", None, False, "json"),
    ],
)
def test_choice(flag: str | None, variable: str | None, terminal: bool, name: str) -> None:
    environment = {} if variable is None else {"LOSSCLI_FORMAT": variable}
    environment |= {"GITHUB_ACTIONS": "true", "FORCE_COLOR": "1"}
    assert choose_format(flag, environment, is_terminal=terminal).name == name


def test_a_format_is_named_as_its_module() -> None:
    for name, entry in formats().items():
        assert entry is find_format(name)
        assert entry.name == name


@pytest.mark.parametrize(
    "name", ["", "../json", "json.x", "a\0b", "é", "_json", "1", "github_benchmark", "-json"]
)
def test_no_other_module_can_be_named(name: str) -> None:
    with pytest.raises(UsageError):
        find_format(name)


def test_an_unknown_format_is_refused_with_the_list() -> None:
    with pytest.raises(UsageError) as flagged:
        choose_format("xml", {}, is_terminal=True)
    assert "xml" in flagged.value.message
    assert all(name in str(flagged.value.hint) for name in NAMES)
    with pytest.raises(UsageError) as variable:
        choose_format(None, {"LOSSCLI_FORMAT": "xml\x1b"}, is_terminal=True)
    assert "LOSSCLI_FORMAT" in variable.value.message
    assert "\x1b" not in variable.value.message


@pytest.mark.parametrize(
    ("text", "path", "name"),
    [
        ("r.json", "r.json", "json"),
        ("R.JSON", "R.JSON", "json"),
        ("a/b.c/r.ndjson", "a/b.c/r.ndjson", "ndjson"),
        ("r.jsonl.gz", "r.jsonl.gz", "ndjson"),
        ("r.md", "r.md", "markdown"),
        ("r.tex", "r.tex", "latex"),
        ("r.txt", "r.txt", "table"),
        ("json=/dev/stderr", "/dev/stderr", "json"),
        ("table=r.json", "r.json", "table"),
        ("value=n", "n", "value"),
        ("run=3.csv", "run=3.csv", "csv"),
        ("csv=a=b", "a=b", "csv"),
        ("r.xml", "r.xml", "junit"),
        ("github-benchmark=b.json", "b.json", "github-benchmark"),
        ("github=log", "log", "github"),
    ],
)
def test_output_targets(text: str, path: str, name: str) -> None:
    target = parse_output(text)
    assert (target.path, target.format.name) == (path, name)


@pytest.mark.parametrize(
    "text", ["", "r", "r.xmlx", "xml=r.txt2", "json=", ".json", "a/", "-", "json=-", "r.gz"]
)
def test_outputs_that_say_no_format_or_no_file(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_output(text)
    assert refused.value.hint


def test_a_uri_is_not_written() -> None:
    with pytest.raises(UnsupportedFormat):
        parse_output("https://host/r.json")


def test_plain_and_value() -> None:
    assert rendered(ten_rows(), "plain") == "bce\tmean\t0.24691994720759325\n"
    assert rendered(ten_rows(), "value") == "0.24691994720759325\n"
    assert rendered(ten_rows(results=(bce_result(headline=Figure(float("inf"), "inf")),)), "value") == "inf\n"
    asked = ten_rows(asked=("mean", "max"))
    assert rendered(asked, "plain").splitlines()[1] == "bce\tmax\t0.5108256237659907"


def test_value_wants_one_number() -> None:
    with pytest.raises(UsageError, match=r"there are 2: bce mean, bce max") as several:
        rendered(ten_rows(asked=("mean", "max")), "value")
    assert several.value.exit_code == 2
    with pytest.raises(UsageError) as none:
        rendered(per_sample(), "value")
    assert none.value.hint == "--reduction mean"


def test_json_is_the_report() -> None:
    for report in (ten_rows(), per_sample(), strange()):
        text = rendered(report, "json")
        assert strict(text) == json.loads(json.dumps(report.plain(), allow_nan=False))
    entry = strict(rendered(ten_rows(), "json"))["results"][0]
    assert entry["value"] == 0.24691994720759325
    assert entry["signature"] == SIGNATURE


def test_json_samples_stand_one_a_line() -> None:
    lines = rendered(per_sample(), "json").splitlines()
    assert '        {"row": 1, "value": 0.2231435513142097},' in lines


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), -float("inf"), [float("nan")], {"a": float("inf")}]
)
def test_json_refuses_what_is_not_finite(value: object) -> None:
    with pytest.raises(ValueError, match="JSON"):
        "".join(json_pieces(value))


@pytest.mark.parametrize(
    "value",
    [{}, [], {"a": []}, [[1, 2], [3]], {"a": {"b": [{"c": None}, True]}}, "x", 1, 0.1, (1, 2), [[], {}]],
)
def test_json_of_any_shape(value: object) -> None:
    assert (
        json.loads("".join(json_pieces(value)))
        == json.loads(json.dumps(value))
        == json.loads(json_line(value))
    )


def test_json_numbers_read_back_and_numpy_does_not_show() -> None:
    import numpy as np

    assert json_line([0.1, 1e22, 5e-324, -0.0, np.float64(0.1)]) == "[0.1, 1e+22, 5e-324, -0.0, 0.1]"
    with pytest.raises(TypeError):
        json_line(object())


def test_ndjson_says_what_is_not_finite() -> None:
    lines = [strict(line) for line in rendered(strange(), "ndjson").splitlines()]
    assert lines[0]["value"] is None
    assert lines[0]["status"] == "inf"
    samples = [strict(line) for line in rendered(strange_samples(), "ndjson").splitlines()]
    assert samples[0] == {
        "row": 1,
        "id": EVIL,
        "bce:eps=1e-07": None,
        "status(bce:eps=1e-07)": "inf",
        "mse": -0.0,
    }
    assert samples[1]["status(mse)"] == "nan"


def strange_samples() -> Report:
    return strange()._replace(asked=("none",))


def test_csv_reads_back() -> None:
    rows = list(csv.reader(io.StringIO(rendered(per_sample(), "csv"))))
    assert rows[0] == ["row", "bce"]
    assert [float(row[1]) for row in rows[1:]] == [sample.values[0] for sample in per_sample().samples.rows]
    odd = list(csv.reader(io.StringIO(rendered(strange_samples(), "csv"))))
    assert odd[0] == ["row", "id", "bce:eps=1e-07", "mse"]
    assert odd[1][0] == "1"
    assert odd[1][2:] == ["inf", "-0.0"]
    assert odd[2] == ["123456", "plain", "5e-324", "nan"]
    assert "\r" not in rendered(strange_samples(), "csv")


def test_tsv_has_one_field_a_column() -> None:
    lines = rendered(strange_samples(), "tsv").splitlines()
    assert {line.count("\t") for line in lines} == {3}


def test_plain_records_stay_one_line() -> None:
    lines = rendered(strange_samples(), "plain").splitlines()
    assert len(lines) == 2
    assert {line.count("\t") for line in lines} == {3}


def test_markdown_tables_hold_together() -> None:
    for report in (ten_rows(), strange()):
        lines = rendered(report, "markdown").splitlines()
        for place, line in enumerate(lines):
            if line.startswith("|") and set(line) <= set("|-: "):
                width = len(re.findall(r"(?<!\\)\|", line))
                assert len(re.findall(r"(?<!\\)\|", lines[place - 1])) == width
                assert len(re.findall(r"(?<!\\)\|", lines[place + 1])) == width
    text = rendered(ten_rows(), "markdown")
    assert "| bce | 0.2469 | 2.469 | 0.1527 | 0.1054 | 0.5108 | 10 |" in text
    assert f"`{SIGNATURE}`" in text
    assert "█" not in text


def test_markdown_shows_text_as_it_is() -> None:
    report = ten_rows(results=(bce_result(spec="sparse_categorical_ce", title="<b>*x*</b> [a](http://b)"),))
    text = rendered(report, "markdown")
    assert "\\<b\\>\\*x\\*\\</b\\> \\[a\\](http://b)" in text
    assert "sparse\\_categorical\\_ce" in text


def test_latex_escapes_and_rules() -> None:
    text = rendered(ten_rows(), "latex")
    for word in ("\\toprule", "\\midrule", "\\bottomrule", "\\begin{tabular}{lrrrrrr}", f"% {SIGNATURE}"):
        assert word in text
    assert "bce & 0.2469 & 2.469" in text
    assert "prediction" not in text.split("\\bottomrule")[0]
    assert "$\\infty$" in rendered(strange(), "latex")
    samples = rendered(strange_samples(), "latex")
    body = samples[samples.index("\\midrule") : samples.index("\\bottomrule")]
    assert "\\textbackslash{}cmd\\{x\\}\\_\\$" in body
    assert "50\\%" in body
    assert "$4.941 \\times 10^{-324}$" in body


@pytest.mark.parametrize("precision", [2, 6])
def test_precision_is_for_people(precision: int) -> None:
    view = View(precision=precision)
    for name in ("markdown", "latex"):
        assert f"{0.24691994720759324:#.{precision}g}" in rendered(ten_rows(), name, view).split()
    for name in ("plain", "value", "json", "ndjson", "csv", "tsv"):
        assert rendered(ten_rows(), name, view) == rendered(ten_rows(), name)


def test_only_the_table_imports_rich() -> None:
    code = (
        "import sys; from losscli.outputs import *; from losscli.outputs.stdout import write_stdout\n"
        "from tests.outputs.reports import ten_rows\n"
        "names = [name for name in formats() if name not in ('table', 'junit', 'github')]\n"
        "text = [''.join(find_format(name).render(ten_rows(), View())) for name in names]\n"
        "heavy = ('rich', 'pyarrow', 'numpy', 'tempfile')\n"
        "sys.exit(','.join(name for name in sys.modules if name in heavy) or 0)\n"
    )
    root = Path(__file__).resolve().parents[2]
    run = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr


def test_a_status_that_the_record_has_is_kept() -> None:
    columns = (Column("status", "status"), Column("value", "value", Kind.VALUE))
    records = list(json_records(Table("t", columns, [("overflow", math.inf), ("ok", 1.5)])))
    assert records == [{"status": "overflow", "value": None}, {"status": "ok", "value": 1.5}]
