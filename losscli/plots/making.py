"""From the words of a call to the record of a picture."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from losscli.engine.asking import bind_losses, framework_of, make_request
from losscli.engine.request import Request
from losscli.errors import DomainError, LabelError, LosscliError, SeveralErrors, SumError, UsageError
from losscli.plots.asked import Asked
from losscli.plots.kinds import PlotKind, find_kind, others_that_fit
from losscli.report.figure import PlotReport
from losscli.statistics.intervals import check_level

_OWN = frozenset(Asked._fields) - {"request", "losses", "sources"}
_ROWS = ("weight", "group")
"""What rows have beside their inputs, in the kinds that read it."""
_EXAMPLES = {"range": "--range -2..2", "target": "--target 0,1", "bins": "--bins 20", "row": "--row 3"}


def make_picture(kind: str, words: Sequence[Any], options: Mapping[str, Any]) -> PlotReport:
    """The record of a picture.

    Raises UsageError for arguments and options that the kind does not take, and what its computing raises."""
    entry = find_kind(kind)
    given = {name: _checked(entry, name, value) for name, value in options.items() if name in _OWN}
    for name in _ROWS:
        if options.get(name) is not None:
            _refuse_odd(entry, name)
    losses, sources = _split(entry, words)
    framework = options.get("as_")
    if framework is not None and losses is None:
        raise UsageError(
            f"--as says nothing about plot {entry.name}", hint="it is for kinds that take a loss"
        )
    reading = {name: value for name, value in options.items() if name not in _OWN and name != "as_"}
    bound = bind_losses(losses, framework_of(framework)) if losses is not None else ()

    def request(of: Any, from_sources: Sequence[Any]) -> Request:
        return make_request(of, from_sources, **reading)

    try:
        found: PlotReport = entry.make(Asked(request, bound, tuple(sources), **given))
    except (DomainError, SumError, LabelError, SeveralErrors) as error:
        raise _with_others(error, entry) from None
    weight = options.get("weight")
    if weight is None:
        return found
    words = f"rows weighed by {weight}" if isinstance(weight, str) else "rows weighed"
    return found._replace(notes=(*found.notes, words))


def _with_others(error: LosscliError, entry: PlotKind) -> LosscliError:
    """The error, its hint with the kinds that draw such values."""
    last = error.errors[-1] if isinstance(error, SeveralErrors) else error
    others = others_that_fit(*entry.instead)
    if others and others not in (last.hint or "") and isinstance(last, (DomainError, SumError, LabelError)):
        last.hint = f"{last.hint}; {others}" if last.hint else others
    return error


def _split(entry: PlotKind, words: Sequence[Any]) -> tuple[Any, Sequence[Any]]:
    losses, sources = (words[0], words[1:]) if entry.takes_loss and words else (None, words)
    if entry.takes_loss and not words:
        raise UsageError(f"plot {entry.name} takes {entry.takes}", hint=entry.example)
    if len(sources) not in entry.sources:
        raise UsageError(
            f"plot {entry.name} takes {entry.takes}, and {len(sources)} sources were given",
            hint=f"for example: {entry.example}",
        )
    return losses, sources


def _checked(entry: PlotKind, name: str, value: Any) -> Any:
    """The value of an option of the kind's own. Raises UsageError for one that it does not have, and for
    what no such option can be."""
    _refuse_odd(entry, name)
    if name == "confidence":
        return check_level(value)
    if name in ("range", "target"):
        found = _finite_numbers(value)
        usable = bool(found) and (
            name == "target" or (len(found) == 2 and 0 < found[1] - found[0] < math.inf)
        )
        if not usable:
            what = "finite numbers" if name == "target" else "two finite numbers, the lower first"
            raise UsageError(f"--{name} {value}: not {what}", hint=_EXAMPLES[name])
        return found
    if name in ("bins", "row") and not (_is_whole(value) and value >= 1):
        raise UsageError(f"--{name} {value}: not a number of at least 1", hint=_EXAMPLES[name])
    return int(value) if name in ("bins", "row") else str(value)


def _refuse_odd(entry: PlotKind, name: str) -> None:
    if name not in entry.options:
        known = ", ".join(f"--{option}" for option in sorted(entry.options)) or "none of its own"
        raise UsageError(f"--{name} says nothing about plot {entry.name}", hint=f"its options are {known}")


def _is_whole(value: Any) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def _finite_numbers(value: Any) -> tuple[float, ...]:
    """The numbers of a number or a sequence; nothing where one is no finite number."""
    entries = [value] if isinstance(value, (int, float)) else value
    try:
        found = tuple(float(entry) for entry in entries)
    except (TypeError, ValueError):
        return ()
    return found if all(map(math.isfinite, found)) else ()
