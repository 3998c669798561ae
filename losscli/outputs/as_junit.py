"""The format `junit`: one test case a requirement, as CI systems read them; the same bytes for the same
verdicts, so no times and no host."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from losscli import __version__
from losscli.outputs.checks import checks_of, row_said, said, unscored_of
from losscli.outputs.formats import OutputFormat
from losscli.outputs.harmless import harmless
from losscli.outputs.view import View
from losscli.report import Report
from losscli.report.verdict import PASS, CheckReport, Judged

_HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SUITE: Final = "losscli check"
_MARKUP: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"}
_SPECIAL: Final = re.compile("[&<>\"']")


def _text(text: str) -> str:
    """Text as XML holds it: what it cannot hold or nobody sees as a visible escape; line ends stay."""
    lines = (harmless(line) for line in text.split("\n"))
    return _SPECIAL.sub(lambda found: _MARKUP[found[0]], "\n".join(lines))


def _attribute(text: str) -> str:
    return _text(text.replace("\n", " "))


def _element(name: str, text: str = "", /, **attributes: str) -> str:
    given = "".join(f' {key}="{_attribute(value)}"' for key, value in attributes.items())
    return f"<{name}{given}>{_text(text)}</{name}>\n" if text else f"<{name}{given}/>\n"


def _render(report: Report, view: View) -> Iterator[str]:
    checks, unscored = checks_of(report, "junit"), unscored_of(report)
    judged = [one for check in checks for one in check.judged]
    count, errors = len(judged) + len(unscored), len(unscored)
    yield _HEAD + _opening("testsuites", "losscli", count, _failures(judged), errors)
    for check in checks:
        yield "  " + _opening("testsuite", check.name or _SUITE, len(check.judged), _failures(check.judged))
        yield "    <properties>\n"
        for name, value in _properties(check):
            yield "      " + _element("property", name=name, value=value)
        yield "    </properties>\n"
        for one in check.judged:
            yield from _case(check, one)
        yield "  </testsuite>\n"
    for entry in unscored:
        yield from _error_suite(entry.name, entry.error.lines(), entry.error.code, entry.exit_code)
    yield "</testsuites>\n"


def _error_suite(name: str, lines: Sequence[str], code: str, exit_code: int) -> Iterator[str]:
    """What has no verdict: one test case, an error."""
    whole = "\n".join([*lines, f"exit {exit_code}: no requirement was judged"])
    yield "  " + _opening("testsuite", name, 1, 0, 1)
    home = name if name != _SUITE else "losscli"
    yield f'    <testcase classname="{_attribute(home)}" name="the run has a verdict">\n'
    yield "      " + _element("error", whole, message=lines[0] if lines else "", type=code)
    yield "    </testcase>\n  </testsuite>\n"


def _opening(element: str, name: str, tests: int, failures: int, errors: int = 0) -> str:
    skipped = ' skipped="0"' if element == "testsuite" else ""
    counts = f'tests="{tests}" failures="{failures}" errors="{errors}"{skipped}'
    return f'<{element} name="{_attribute(name)}" {counts}>\n'


def _failures(judged: Sequence[Judged]) -> int:
    return sum(one.failed for one in judged)


def _properties(check: CheckReport) -> Iterator[tuple[str, str]]:
    """What the numbers are of."""
    yield "losscli", __version__
    yield "verdict", check.verdict
    yield "rows", str(check.computed.rows.scored)
    for entry in check.computed.inputs:
        yield entry.role, entry.source
    for result in check.computed.results:
        yield "signature", result.signature


def _case(check: CheckReport, one: Judged) -> Iterator[str]:
    results = check.computed.results
    home = check.name or one.loss or (results[0].spec if results else _SUITE)
    opening = f'    <testcase classname="{_attribute(home)}" name="{_attribute(one.words)}"'
    lines = [said(one), *([one.note] if one.note else [])]
    lines += [f"unclear, which counts as {one.counts_as}"] if one.counts_as else []
    lines += [f"worst: {row_said(one, row)}" for row in one.worst]
    if one.failed:
        inside = _element("failure", "\n".join(lines), message=said(one), type=one.kind)
    elif one.verdict != PASS:
        inside = _element("system-out", "\n".join(lines))
    else:
        yield opening + "/>\n"
        return
    yield f"{opening}>\n      {inside}    </testcase>\n"


def error_document(lines: Sequence[str], code: str, exit_code: int) -> str:
    """The document of a run without a verdict: one test case, an error.

    `lines` are what was told, `code` is the error's (E210), `exit_code` the run's.
    """
    opening = _opening("testsuites", "losscli", 1, 0, 1)
    return "".join((_HEAD, opening, *_error_suite(_SUITE, lines, code, exit_code), "</testsuites>\n"))


FORMAT = OutputFormat(
    100, "junit", "a test case for each requirement, as CI systems read them", (".xml",), _render, ("check",)
)
