"""The format `json`: one strict JSON document; UTF-8, no NaN, nothing rounded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from losscli.outputs.formats import OutputFormat
from losscli.outputs.harmless import json_text
from losscli.outputs.view import View
from losscli.report import Report


def json_scalar(value: Any) -> str:
    """One JSON value that holds no others. Raises ValueError for a number that is not finite."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return json_text(value)
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float):
        if value - value != 0:
            raise ValueError(f"strict JSON has no {float.__repr__(value)}")
        return float.__repr__(value)
    raise TypeError(f"a report holds {type(value).__name__}, which is no JSON value")


def json_line(value: Any) -> str:
    """A JSON value on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json_text(key)}: {json_line(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(json_line, value)) + "]"
    return json_scalar(value)


def json_pieces(value: Any, indent: str = "") -> Iterator[str]:
    """A JSON value over several lines, piece by piece, so that a long list never stands in memory as text.

    A record of plain values inside a list stays on one line: a list of samples is one sample a line.
    """
    if isinstance(value, Mapping) and value:
        openings = (f"{json_text(key)}: " for key in value)
        yield from _inside("{}", zip(openings, value.values(), strict=True), indent)
    elif isinstance(value, Sequence) and not isinstance(value, str) and any(map(_is_container, value)):
        yield from _inside("[]", (("", item) for item in value), indent)
    else:
        yield json_line(value)


def _inside(
    brackets: str, items: Iterator[tuple[str, Any]] | zip[tuple[str, Any]], indent: str
) -> Iterator[str]:
    yield brackets[0]
    deeper = indent + "  "
    separator = "\n"
    for opening, item in items:
        yield f"{separator}{deeper}{opening}"
        if brackets == "[]" and _is_flat(item):
            yield json_line(item)
        else:
            yield from json_pieces(item, deeper)
        separator = ",\n"
    yield f"\n{indent}{brackets[1]}"


def _is_container(value: Any) -> bool:
    return isinstance(value, (Mapping, Sequence)) and not isinstance(value, str)


def _is_flat(value: Any) -> bool:
    if isinstance(value, Mapping):
        return not any(map(_is_container, value.values()))
    return isinstance(value, Sequence) and not any(map(_is_container, value))


def _render(report: Report, view: View) -> Iterator[str]:
    yield from json_pieces(report.plain())
    yield "\n"


FORMAT = OutputFormat(40, "json", "one strict JSON document with everything", (".json",), _render)
