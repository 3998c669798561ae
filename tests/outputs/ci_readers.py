"""How CI systems read what losscli writes: a JUnit document against the schema, workflow commands as a GitHub
runner takes them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from lxml import etree

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).with_name("junit.xsd")))


class Case(NamedTuple):
    """One test case: its name, and what became of it."""

    classname: str
    name: str
    outcome: str
    text: str


class Suites(NamedTuple):
    """A document: its counts, its cases, its properties."""

    failures: int
    errors: int
    cases: list[Case]
    properties: list[tuple[str, str]]

    @property
    def verdict(self) -> str:
        """What a CI shows."""
        return "error" if self.errors else "fail" if self.failures else "pass"


def read_junit(text: str | bytes) -> Suites:
    """The document, which must be valid and count right."""
    root = etree.fromstring(text.encode() if isinstance(text, str) else text)
    SCHEMA.assertValid(root)
    cases = []
    for case in root.iter("testcase"):
        inside = [child.tag for child in case]
        outcome = next((tag for tag in inside if tag in ("failure", "error")), "pass")
        whole = "".join(child.text or "" for child in case)
        cases.append(Case(case.get("classname"), case.get("name"), outcome, whole))
    for element in (root, *root.iter("testsuite")):
        assert int(element.get("tests")) == len(list(element.iter("testcase")))
        for kind in ("failure", "error"):
            assert int(element.get(f"{kind}s")) == len(list(element.iter(kind)))
    properties = [(one.get("name"), one.get("value")) for one in root.iter("property")]
    return Suites(int(root.get("failures")), int(root.get("errors")), cases, properties)


class Command(NamedTuple):
    """One workflow command, unescaped."""

    kind: str
    properties: dict[str, str]
    message: str


def read_commands(text: str) -> tuple[list[Command], list[str]]:
    """The commands of a log and its other lines, by the rules of the runner: a line whose first characters
    are `::`, or one that holds `##[` anywhere."""
    commands, others = [], []
    for line in text.splitlines():
        if not line.strip().startswith("::"):
            assert "##[" not in line, "an old command hides in the line"
            others.append(line)
            continue
        head, mark, message = line.strip()[2:].partition("::")
        assert mark
        kind, _, rest = head.partition(" ")
        assert kind in ("error", "warning", "notice")
        properties = {}
        for part in filter(None, rest.split(",")):
            key, equals, value = part.partition("=")
            assert equals
            assert key in ("file", "line", "endLine", "col", "endColumn", "title")
            properties[key] = _plain(_plain(value, "%3A", ":"), "%2C", ",")
        commands.append(
            Command(kind, {key: _data(value) for key, value in properties.items()}, _data(message))
        )
    return commands, others


def _plain(text: str, escape: str, character: str) -> str:
    return text.replace(escape, character)


def _data(text: str) -> str:
    for escape, character in (("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        text = text.replace(escape, character)
    return text
