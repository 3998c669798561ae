"""From the words of a call to the record of a picture."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from losscli.engine.asking import bind_losses, make_request
from losscli.engine.request import Request
from losscli.errors import UsageError
from losscli.plots.asked import Asked
from losscli.plots.kinds import PlotKind, find_kind
from losscli.report.figure import PlotReport
from losscli.statistics.intervals import check_level

_OWN = frozenset(Asked._fields) - {"request", "losses", "sources"}


def make_picture(kind: str, words: Sequence[Any], options: Mapping[str, Any]) -> PlotReport:
    """The record of a picture.

    Raises UsageError for arguments and options that the kind does not take, and what its computing raises."""
    entry = find_kind(kind)
    given = {name: value for name, value in options.items() if name in _OWN}
    _check_options(entry, given)
    losses, sources = _split(entry, words)
    reading = {name: value for name, value in options.items() if name not in _OWN}
    bound = bind_losses(losses, str(reading.get("as_") or "")) if losses is not None else ()

    def request(of: Any, from_sources: Sequence[Any]) -> Request:
        return make_request(of, from_sources, **reading)

    found: PlotReport = entry.make(Asked(request, bound, tuple(sources), **given))
    return found


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


def _check_options(entry: PlotKind, given: Mapping[str, Any]) -> None:
    for name, value in given.items():
        if name not in entry.options:
            known = ", ".join(f"--{option}" for option in sorted(entry.options)) or "none of its own"
            raise UsageError(
                f"--{name} says nothing about plot {entry.name}", hint=f"its options are {known}"
            )
        if name == "confidence":
            check_level(value)
        if name == "range" and not _is_range(value):
            raise UsageError(
                f"--range {value}: not two finite numbers, the lower first", hint="--range -2..2"
            )


def _is_range(value: Any) -> bool:
    low, high = value
    return math.isfinite(low) and math.isfinite(high) and low < high and math.isfinite(high - low)
