"""From the arguments of a library call to the request that they mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from losscli.engine.request import Request
from losscli.errors import UnknownLoss, UsageError
from losscli.reductions import parse_reductions
from losscli.registry import BoundLoss, Loss, bind_loss, parse_losses, twice

Losses: TypeAlias = "str | Loss | BoundLoss | Sequence[str | Loss | BoundLoss]"
HIDDEN = frozenset({"block_bytes", "part", "samples", "summary", "worst_of"})
"""Options that change no number: how much is read at a time, and what is left out because nobody shows it."""


def make_request(losses: Losses, sources: Sequence[Any], **options: Any) -> Request:
    """The request that these arguments mean. Raises UsageError for an option that does not exist, or that
    takes no such value."""
    given = dict(options)
    bound = bind_losses(losses, framework_of(given.pop("as_", None)))
    known = (set(Request._fields) | {"reduction", "as_"}) - {"losses", "sources", "reductions"}
    unknown = [name for name in given if name not in known]
    if unknown:
        raise UsageError(
            f"compute has no option {unknown[0]!r}", hint=f"options: {', '.join(sorted(known - HIDDEN))}"
        )
    if "reduction" in given:
        words = parse_reductions(",".join(comma_words("reduction", given.pop("reduction"))))
        given["reductions"] = tuple(word.name for word in words)
    if "labels" in given:
        given["labels"] = comma_words("labels", given["labels"])
    if "id" in given:
        given["id"] = _keys(given["id"])
    for name in ("rows", "worst"):
        if isinstance(given.get(name), np.integer):  # NumPy's integers are none of Python's
            given[name] = int(given[name])
    for name, (fits, what) in VALUES.items():
        if not fits(given.get(name)):
            raise UsageError(f"{name}={given[name]!r}: not {what}")
    _refuse_both(given)
    return Request(losses=bound, sources=tuple(sources), **given)


def _refuse_both(given: Mapping[str, Any]) -> None:
    """Refuse options that do not go together. Raises UsageError."""
    if given.get("scheduler") is not None and given.get("engine") != "dask":
        raise UsageError(
            "a scheduler is for --engine dask", hint="add --engine dask, or leave out --scheduler"
        )
    if given.get("rows") is not None and given.get("worst") is not None:
        raise UsageError("--rows and --worst choose different rows", hint="leave out one of the two")


def framework_of(word: object) -> str:
    """The framework whose convention every loss follows; empty without one. Raises UsageError."""
    if word is None:
        return ""
    if not isinstance(word, str) or not word.strip():
        raise UsageError(f"as_={word!r}: no framework", hint='for example "torch" or "sklearn"')
    return word


def bind_losses(losses: Losses, framework: str = "") -> tuple[BoundLoss, ...]:
    """Every loss with its parameters' values. Raises UnknownLoss, ParamError, UsageError."""
    one = isinstance(losses, (str, Loss, BoundLoss))
    entries: Sequence[Any] = (losses,) if one or not isinstance(losses, Sequence) else losses
    found: list[BoundLoss] = []
    for entry in entries:
        if isinstance(entry, str):
            found += parse_losses(entry, framework)
        elif isinstance(entry, Loss):
            found.append(bind_loss(entry, {}, framework))
        elif isinstance(entry, BoundLoss):
            own = entry.convention is not None or not framework
            found.append(entry if own else bind_loss(entry.loss, entry.changed, framework))
        else:
            raise UsageError(
                f"{entry!r} is no loss", hint='give a text such as "bce" or "huber:delta=0.5,mae"'
            )
    if not found:
        raise UnknownLoss("a loss's name is missing", hint='for example "bce"')
    again = twice(found)
    if again is not None:
        raise UsageError(f"{again} is named twice")
    return tuple(found)


def comma_words(name: str, value: object) -> tuple[str, ...]:
    """Words separated by commas, or a sequence of them; a number is the word that writes it."""
    if value is None and name == "labels":
        return ()
    if isinstance(value, str):
        return tuple(word.strip() for word in value.split(",")) if value or name == "labels" else ()
    words = tuple(value) if isinstance(value, Iterable) else (value,)
    for word in words:
        if isinstance(word, bool) or not isinstance(word, (str, int, float)):
            raise UsageError(f"{name}={value!r}: not a text, nor a sequence of words")
    return tuple(word if isinstance(word, str) else f"{word!s}" for word in words)


def _keys(value: object) -> tuple[str, ...]:
    """The key columns: one text for all files, or one for each."""
    keys = () if value is None else (value,) if isinstance(value, str) else value
    if not isinstance(keys, Sequence) or not all(isinstance(key, str) for key in keys):
        raise UsageError(f"id={value!r}: not the name of a column, nor a sequence of names")
    return tuple(keys)


def _is_count(least: int) -> Callable[[object], bool]:
    def fits(value: object) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and value >= least

    return fits


def _is_text(value: object) -> bool:
    return value is None or isinstance(value, str)


def _is_choice(value: object) -> bool:
    return value is None or isinstance(value, bool)


VALUES: Mapping[str, tuple[Callable[[object], bool], str]] = {
    "rows": (lambda value: value in (None, "all") or _is_count(0)(value), 'a number of rows or "all"'),
    "worst": (lambda value: value is None or _is_count(1)(value), "a number of rows of at least 1"),
    "block_bytes": (lambda value: value is None or _is_count(1)(value), "a number of bytes"),
    "jobs": (lambda value: value is None or _is_count(1)(value), "a number of threads of at least 1"),
    "header": (_is_choice, "True, False or None"),
    "gradient": (_is_choice, "True or False"),
    "state": (_is_choice, "True or False"),
    "engine": (lambda value: value in (None, "local", "dask"), '"local" or "dask"'),
    "scheduler": (_is_text, "a text"),
    "part": (lambda value: value is None or _is_count(0)(value), "a number of values"),
    "delimiter": (_is_text, "a text"),
    "input_format": (_is_text, "a text"),
}
"""What options may hold whose value nobody below looks at: a test, and its words."""
