"""Strict JSON: no duplicate keys, no NaN or Infinity, nothing after the value; and where in the text a value
stands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any, Final

_SPACE: Final = re.compile(r"[ \t\r\n]*")
_CONSTANTS: Final = ("NaN", "Infinity", "-Infinity")


class _DuplicateKeyError(ValueError):
    """A key stands twice in one object."""


class _ConstantError(ValueError):
    """A token that JSON does not have."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a JSON text, and at which character, from 0."""

    position: int
    message: str
    hint: str | None = None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _DuplicateKeyError
    return found


def _refuse(word: str) -> float:
    raise _ConstantError(word)


STRICT: Final[Any] = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse)
"""Decodes strictly; `scan_once(text, position)` gives a value and where it ends."""

_LOOSE: Final[Any] = json.JSONDecoder()


def parse(text: str) -> Any | Fault:
    """The value of a JSON text, or what is wrong with it."""
    try:
        return STRICT.decode(text)
    except (ValueError, RecursionError):
        return fault(text)


def fault(text: str) -> Fault:
    """What is wrong with a text that does not parse."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        message = error.msg[0].lower() + error.msg[1:]
        hint = (
            "one JSON value a file; many values, one a line, are .ndjson"
            if error.msg == "Extra data"
            else None
        )
        return Fault(error.pos, f"no valid JSON: {message}", hint)
    except RecursionError:
        return Fault(0, "no valid JSON: nested too deeply")
    except ValueError:
        return Fault(
            0, "an integer of more digits than can be read", "no double holds it: give its logarithm"
        )
    found = next(_faults(text, skip_space(text, 0)), None)
    return found or Fault(0, "no valid JSON")


def _faults(text: str, position: int) -> Iterator[Fault]:
    """Duplicate keys and constants in the value at this position, in the order of the text."""
    sign = text[position]
    if sign == "{":
        seen: set[str] = set()
        for key, key_start, start in members(text, position):
            if key in seen:
                yield Fault(key_start, f"the key {key!r} stands twice in one object", "each key once")
            seen.add(key)
            yield from _faults(text, start)
    elif sign == "[":
        for start in elements(text, position):
            yield from _faults(text, start)
    elif text.startswith(_CONSTANTS, position):
        word = next(word for word in _CONSTANTS if text.startswith(word, position))
        hint = "write null for a missing value, and use `--missing skip`"
        yield Fault(position, f"{word} is no JSON number", hint)


def skip_space(text: str, position: int) -> int:
    """The next character that is no white space."""
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _after(text: str, position: int) -> int:
    """Where the value at this position ends."""
    end: int = _LOOSE.scan_once(text, position)[1]
    return end


def elements(text: str, position: int) -> Iterator[int]:
    """Where each element of the array at this position starts."""
    position = skip_space(text, position + 1)
    while text[position] != "]":
        yield position
        position = skip_space(text, _after(text, position))
        if text[position] == ",":
            position = skip_space(text, position + 1)


def members(text: str, position: int) -> Iterator[tuple[str, int, int]]:
    """Key, where the key starts and where its value starts, for each member of the object at this
    position."""
    position = skip_space(text, position + 1)
    while text[position] != "}":
        key, end = scanstring(text, position + 1)
        start = skip_space(text, skip_space(text, end) + 1)
        yield key, position, start
        position = skip_space(text, _after(text, start))
        if text[position] == ",":
            position = skip_space(text, position + 1)


def field_start(text: str, position: int, field: str | int | None) -> int:
    """Where a field of the row at this position starts: a key of an object, an index from 0 of an array, or
    the row itself. The row's start where the field is absent."""
    if isinstance(field, str):
        starts = (start for key, _, start in members(text, position) if key == field)
    elif isinstance(field, int):
        starts = (start for index, start in enumerate(elements(text, position)) if index == field)
    else:
        return position
    return next(starts, position)


def line_and_column(text: str, position: int) -> tuple[int, int]:
    """Line and character, both from 1."""
    return text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)
