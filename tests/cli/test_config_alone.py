"""A check in a file says what it says alone, whatever checks it shares its reading with; and the exit code,
the text, the JSON and JUnit of a file tell one verdict."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from losscli import api
from losscli.cli.boundary import run
from losscli.errors import LosscliError, UsageError
from losscli.report.checks import Unscored
from tests.outputs import ci_readers

SOURCES = (
    ("d.csv:y", "d.csv:p"),
    ("d.csv:x", ":z"),
    ("t.csv:word", ":p"),
    ("s.csv:sign", ":z"),
    ("d.csv:y", "b.csv"),
)
LOSSES = (
    *(
        "bce",
        "brier",
        "binary_focal",
        "mse",
        "mae",
        "rmse",
        "msle",
        "hinge",
        "median_ae",
        "r2",
        "log_loss",
    ),
    *("bce,brier", "mse,mae", "huber:delta=0.5", "poisson_deviance", "bce:as=torch", "bce_logits", "mse,bce"),
)
TERMS = ("", "/mean", "/p95", "/max", "/sum", "/skill", "@a", "/mean@b", "n", "coverage")
OPTIONS: tuple[dict[str, Any], ...] = (
    {},
    {},
    {},
    {"weight": "w"},
    {"by": "seg"},
    {"missing": "skip"},
    {"labels": "no,yes"},
    {"jobs": 1},
    {"multioutput": "sum"},
    {"as": "sklearn"},
)


@pytest.fixture(scope="module", autouse=True)
def _files(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("checks")
    rows = [
        (n % 2, 0.05 + 0.9 * ((7 * n) % 20) / 20, n / 3, (n * n) % 11 - 2, n % 3, "ab"[n % 2])
        for n in range(20)
    ]
    lines = ["y,p,x,z,w,seg", *(",".join(map(str, row)) for row in rows)]
    (folder / "d.csv").write_text("\n".join(lines) + "\n")
    (folder / "t.csv").write_text("word,p\n" + "".join(f"{('no', 'yes')[row[0]]},{row[1]}\n" for row in rows))
    (folder / "s.csv").write_text("sign,z\n" + "".join(f"{2 * row[0] - 1},{row[3]}\n" for row in rows))
    (folder / "b.csv").write_text("p\n0.5\nx\n" + "0.5\n" * 18)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("GITHUB_STEP_SUMMARY", raising=False)
        yield


@st.composite
def checks(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Checks as the library's options, most of which are right; many read the same."""
    sources = draw(st.lists(st.sampled_from(SOURCES), min_size=1, max_size=2))
    options = draw(st.lists(st.sampled_from(OPTIONS), min_size=1, max_size=2))
    count = draw(st.integers(1, 6))
    return [
        _check(draw, draw(st.sampled_from(sources)), draw(st.sampled_from(options))) for _ in range(count)
    ]


def _check(draw: st.DrawFn, sources: tuple[str, str], options: dict[str, Any]) -> dict[str, Any]:
    losses = draw(st.sampled_from(LOSSES))
    terms = [term for term in TERMS if ("@" not in term or "by" in options) and "as" not in options]
    term = draw(st.sampled_from(terms or ["n"]))
    named = "bce" if losses == "log_loss" else losses.partition(",")[0]
    word = term if term in ("n", "coverage") else named + term
    kind, limit = draw(st.sampled_from(("max", "min"))), draw(st.sampled_from((0.2, 1, 30)))
    return {"loss": losses, "sources": sources, kind: {word: limit}, **options}


def written(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}" = {entry!r}' for key, entry in value.items()) + "}"
    return json.dumps(value)


def options_of(check: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in check.items() if key not in ("loss", "sources")}
    return {("as_" if key == "as" else key): value for key, value in kept.items()}


def is_right(check: dict[str, Any]) -> bool:
    """Whether the call alone is right, before anything is read."""
    try:
        api._asked(check["loss"], check["sources"], options_of(check))
    except LosscliError:
        return False
    return True


def alone(check: dict[str, Any]) -> Any:
    """What the check gives by itself: its record, or its error."""
    try:
        return api.check(check["loss"], *check["sources"], samples=False, **options_of(check))
    except LosscliError as error:
        return error


def document(found: list[dict[str, Any]]) -> str:
    parts = []
    for number, check in enumerate(found):
        lines = [f'name = "{number}"', *(f"{key} = {written(value)}" for key, value in check.items())]
        parts.append("[[check]]\n" + "\n".join(lines) + "\n")
    return "".join(parts)


MANY = settings(max_examples=150, suppress_health_check=[HealthCheck.differing_executors])


@given(checks())
@MANY
def test_a_check_says_in_company_what_it_says_alone(found: list[dict[str, Any]]) -> None:
    Path("losscli.toml").write_text(document(found))
    right = [check for check in found if is_right(check)]
    if len(right) < len(found):
        with pytest.raises(LosscliError) as raised:
            api.check_config()
        assert raised.value.exit_code == 2
        Path("losscli.toml").write_text(document(right))
        if not right:
            return
    singles = [alone(check) for check in right]
    report = api.check_config()
    for one, entry in zip(singles, report.entries, strict=True):
        if isinstance(one, LosscliError):
            assert isinstance(entry, Unscored)
            assert (entry.error.code, entry.exit_code) == (one.code, one.exit_code)
            assert isinstance(one, UsageError) or entry.error.lines() == one.lines()
        else:
            assert entry.plain() == one.plain()
            assert repr(entry._replace(name="")) == repr(one)  # nan is not equal to itself
            assert entry.findings() == one.findings()
            assert entry._replace(name="").lines() == one.lines()
    codes = [entry.exit_code for entry in report.entries]
    incomplete = any(isinstance(entry, Unscored) for entry in report.entries)
    assert report.exit_code == max(codes)
    assert (report.exit_code == 1) == (report.verdict == "fail")
    assert incomplete == (report.exit_code > 1) == (report.verdict == "error")


@given(checks())
@settings(MANY, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_output_tells_one_verdict(
    capsys: pytest.CaptureFixture[str], found: list[dict[str, Any]]
) -> None:
    Path("losscli.toml").write_text(document(found))
    code = run(
        ["check", "-f", "json", "-o", "plain=r.txt", "-o", "r.csv", "-o", "r.xml", "-o", "table=t.txt"]
    )
    out, error = capsys.readouterr()
    suites = ci_readers.read_junit(Path("r.xml").read_bytes())
    if not out:
        assert code == 2
        assert "error[E1" in error
        assert suites.verdict == "error"
        return
    report = json.loads(out)
    verdict = report["verdict"]
    assert {"pass": (0, 0), "fail": (1, 1)}.get(verdict, (2, 70))[0] <= code
    assert code <= {"pass": (0, 0), "fail": (1, 1)}.get(verdict, (2, 70))[1]
    assert suites.verdict == verdict
    told = {line.split("\t")[1] for line in Path("r.txt").read_text().splitlines()}
    order = ("error", "fail", "unclear", "pass")
    assert next(word for word in order if word in told) == verdict
    told = {line.split(",")[1] for line in Path("r.csv").read_text().splitlines()[1:]}
    assert next(word for word in order if word in told) == verdict
    assert f"exit {code}" in Path("t.txt").read_text()
    first = Path("t.txt").read_text().splitlines()[2].split()[1]
    assert first.lower() == verdict
