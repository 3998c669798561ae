"""The keys of losscli.toml: what each may hold, and which option of `check` it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from losscli.errors import UsageError
from losscli.outputs.formats import find_format
from losscli.outputs.view import COLOURS
from losscli.records import NamedTuple
from losscli.sources.formats import FORMATS


class Key(NamedTuple):
    """One key: whether a value fits, in words what does, and an example as it stands in the file."""

    fits: Callable[[Any], bool]
    what: str
    example: str


def is_number(value: object) -> bool:
    """Whether a value is an integer or a float of TOML."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_text, value))


def _is_text_or_texts(value: object) -> bool:
    return _is_text(value) or _is_texts(value)


def _is_labels(value: Any) -> bool:
    if isinstance(value, list) and value:
        return all(_is_text(word) or (isinstance(word, int) and not isinstance(word, bool)) for word in value)
    return _is_text(value)


def _is_limit(value: object) -> bool:
    return is_number(value) or (
        isinstance(value, Mapping) and bool(value) and all(map(is_number, value.values()))
    )


def _is_change(value: object) -> bool:
    """A number, a text such as 1%, or a table of these."""
    values = list(value.values()) if isinstance(value, Mapping) else [value]
    return bool(values) and all(is_number(one) or _is_text(one) for one in values)


def _is_tolerance(value: Any) -> bool:
    return is_number(value) and 0 <= value < float("inf")


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _counts(least: int, most: float = float("inf")) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _text(example: str) -> Key:
    return Key(_is_text, "a text", f'"{example}"')


def _texts(example: str) -> Key:
    return Key(_is_text_or_texts, "a text or a list of texts", example)


def _choice(*words: str) -> Key:
    return Key(lambda value: value in words, " or ".join(f'"{word}"' for word in words), f'"{words[-1]}"')


def _limit(example: str) -> Key:
    return Key(_is_limit, "a number or a table of numbers", example)


def _tolerance(example: str) -> Key:
    return Key(_is_tolerance, "a finite number of at least 0", example)


SOURCE: Final = _text("data.csv:label")
CHANGE: Final = Key(_is_change, 'a number, a text such as "1%", or a table of these', "0.002")

CHECK: Final[Mapping[str, Key]] = {
    "name": _text("validation"),
    "loss": _texts('"bce"'),
    "target": SOURCE,
    "prediction": SOURCE,
    "sources": Key(_is_texts, "a list of texts", '["y.csv", "p.csv"]'),
    "max": _limit('0.35, or {"bce@eu" = 0.4}'),
    "min": _limit("{skill = 0}"),
    "equals": _limit("0.2469"),
    "rtol": _tolerance("1e-6"),
    "atol": _tolerance("1e-6"),
    "baseline": _text("baseline.parquet"),
    "max_increase": CHANGE,
    "max_decrease": CHANGE,
    "on_unclear": _choice("estimate", "pass", "fail"),
    "confidence": Key(lambda value: is_number(value) and 0 < value < 1, "a level between 0 and 1", "0.99"),
    "golden": _text("golden.parquet"),
    "weight": _text("weight"),
    "by": _text("region"),
    "group": _text("query"),
    "id": _texts('"id"'),
    "unpaired": _choice("error", "skip"),
    "missing": _choice("error", "skip"),
    "labels": Key(_is_labels, "a text or a list of texts or whole numbers", '["no", "yes"]'),
    "multioutput": _choice("mean", "sum", "none"),
    "as": _text("torch"),
    "header": Key(_is_flag, "true or false", "true"),
    "delimiter": _text(";")._replace(fits=lambda value: isinstance(value, str) and bool(value)),
    "input_format": _choice(*FORMATS),
    "engine": _choice("local", "dask"),
    "scheduler": _text("tcp://HOST:8786"),
    "jobs": Key(_counts(1), "a number of threads of at least 1", "2"),
}
"""The keys of a [[check]], beside the roles of its losses' other inputs (variance = "v.csv")."""

PATHS: Final = frozenset({"baseline", "golden"})
"""The keys that hold the path of a file, without columns."""
COLUMNS: Final = frozenset({"weight", "by", "group"})
"""The keys that hold a column of the inputs, or a SOURCE."""
REQUIREMENTS: Final = ("max", "min", "equals")
NEEDED: Final = (*REQUIREMENTS, "max_increase", "max_decrease", "golden")
"""The keys that require something; a check has at least one of them."""


def _is_format(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        return value == "auto" or bool(find_format(value))
    except UsageError:
        return False


DEFAULTS: Final[Mapping[str, Key]] = {
    "format": Key(_is_format, "the name of an output format", '"plain"'),
    "precision": Key(_counts(1, 17), "a number of digits from 1 to 17", "6"),
    "color": _choice(*COLOURS),
    "jobs": CHECK["jobs"],
}
"""The keys beside the checks: what holds where neither a flag nor the environment says otherwise."""
