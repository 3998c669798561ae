"""The format `json`: one strict JSON document; UTF-8, no NaN, nothing rounded."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from losscli.outputs.formats import OutputFormat
from losscli.outputs.harmless import json_escaped, json_text
from losscli.outputs.view import View
from losscli.report import Report

_SIMPLE: Final = (str, int, float, type(None))


def _plain_container(value: Any) -> Any:
    """Other mappings and sequences as those that the encoder knows."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence):
        return list(value)
    raise TypeError(f"a report holds {type(value).__name__}, which is no JSON value")


_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=_plain_container)


def json_line(value: Any) -> str:
    """A JSON value on one line, harmless to print. Raises ValueError for a number that is not finite."""
    return json_escaped(_ENCODER.encode(value))


def json_pieces(value: Any, indent: str = "") -> Iterator[str]:
    """A JSON value over several lines, piece by piece, so that a long list never stands in memory as text.

    A record of plain values inside a list stays on one line: a list of samples is one sample a line.
    """
    if isinstance(value, Mapping) and value:
        openings = (f"{json_text(key)}: " for key in value)
        yield from _inside("{}", zip(openings, value.values(), strict=True), indent)
    elif not _is_simple(value) and not isinstance(value, Mapping) and not all(map(_is_simple, value)):
        yield from _inside("[]", (("", item) for item in value), indent)
    else:
        yield json_line(value)


def _inside(brackets: str, items: Iterable[tuple[str, Any]], indent: str) -> Iterator[str]:
    yield brackets[0]
    deeper = indent + "  "
    separator = "\n"
    for opening, item in items:
        if brackets == "[]" and _is_flat(item):
            yield f"{separator}{deeper}{opening}{json_line(item)}"
        else:
            yield f"{separator}{deeper}{opening}"
            yield from json_pieces(item, deeper)
        separator = ",\n"
    yield f"\n{indent}{brackets[1]}"


def _is_simple(value: Any) -> bool:
    return isinstance(value, _SIMPLE) or not isinstance(value, (Mapping, Sequence))


def _is_flat(value: Any) -> bool:
    if _is_simple(value):
        return True
    return all(map(_is_simple, value.values() if isinstance(value, Mapping) else value))


def _render(report: Report, view: View) -> Iterator[str]:
    yield from json_pieces(report.plain())
    yield "\n"


FORMAT = OutputFormat(40, "json", "one strict JSON document with everything", (".json",), _render)
