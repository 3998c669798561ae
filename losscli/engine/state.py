"""What a part of a set adds up to, as strict JSON data; states of all parts make the report of the whole.

A state holds exact integers, the facts that parts must share, and the few rows that a report shows: some
kilobytes, whatever the number of rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from losscli import __version__
from losscli.engine.constants import ConstantFinder
from losscli.engine.describe import Found
from losscli.engine.elsewhere import Elsewhere
from losscli.engine.guard import Guard
from losscli.engine.picks import Choice, Kept, Picks
from losscli.engine.score import Score
from losscli.engine.segments import Segments
from losscli.engine.setting import Setting
from losscli.engine.sums import Sums
from losscli.engine.totals import Hits, Totals
from losscli.errors import FormatError, Place, StateError, UsageError
from losscli.records import NamedTuple
from losscli.reductions import parse_reductions
from losscli.registry import parse_losses
from losscli.report.compute import ComputeReport, InputUsed, RowCounts
from losscli.report.samples import Sample
from losscli.report.tables import Column, Finding, Kind
from losscli.sources.bytestream import ByteInput

SCHEMA: Final = "losscli-state/1"

Plain = dict[str, Any]


class Part(NamedTuple):
    """The state of one part, and how messages name it."""

    name: str
    state: Mapping[str, Any]


# --- writing ---------------------------------------------------------------------------------------------


def to_state(found: Found) -> Plain:
    """The state of what a run found, in words that JSON knows. Equal content gives equal states."""
    totals = found.totals
    return {
        "schema": SCHEMA,
        "version": __version__,
        "losses": [score.bound.spec for score in totals.scores],
        "setting": _setting_to_state(found.setting),
        "inputs": [_plain(entry._asdict()) for entry in found.inputs],
        "rows": found.counts._asdict(),
        "scored": totals.scored,
        "scores": [score.sums.to_state() for score in totals.scores],
        "segments": None if totals.segments is None else totals.segments.to_state(),
        "constants": [finder.to_state() for finder in totals.constants],
        "elsewhere": [elsewhere.to_state() for elsewhere in totals.elsewhere],
        "guard": totals.guard.to_state(),
        "infinite": _hits(totals.infinite),
        **({"clipped": _hits(totals.clipped)} if totals.clipped else {}),
        "choice": _plain(totals.picker.choice._asdict()),
        "picks": _picks_to_state(totals.picker),
        **({} if totals.worst is None else {"worst": totals.worst.to_state()}),
    }


def _setting_to_state(setting: Setting) -> Plain:
    found = _plain(setting._asdict())
    if not setting.confidence:  # states without intervals are as they were before there were any
        del found["confidence"]
    return found


def _hits(found: Mapping[str, Hits]) -> Plain:
    """Rows of one kind by loss."""
    return {spec: [one.row, one.place, one.count] for spec, one in sorted(found.items())}


def _plain(record: Mapping[str, Any]) -> Plain:
    """The fields of a record, tuples as lists."""
    return {name: _listed(value) for name, value in record.items()}


def _listed(value: Any) -> Any:
    return [_listed(entry) for entry in value] if isinstance(value, tuple) else value


def _picks_to_state(picks: Picks) -> Plain:
    return {
        "columns": [[one.key, one.title, one.kind.value, one.drop] for one in picks.columns],
        "first": [_kept_to_state(one) for one in picks.first],
        "largest": [_kept_to_state(one) for one in picks.largest],
        "seen": picks.seen,
    }


def _kept_to_state(kept: Kept) -> list[Any]:
    sample = kept.sample
    numbers = [float(value).hex() for value in (kept.key, sample.weight, *sample.values)]
    slopes = [[float(value).hex() for value in slope] for slope in sample.gradients]
    cells = [float(cell).hex() if isinstance(cell, float) else [cell] for cell in sample.cells]
    return [sample.row, sample.id, numbers, slopes, cells, *([sample.line] if sample.line else [])]


# --- reading ---------------------------------------------------------------------------------------------


def read_part(path: str) -> Part:
    """The state that a file holds. ReadError: there is no such file; FormatError: it is no JSON."""
    stream = ByteInput(path)
    try:
        text = stream.read_all()
    finally:
        stream.close()
    try:
        return Part(stream.name, json.loads(text))
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{stream.name} is no JSON: {error}", hint=_WRITE) from error


def merged(parts: Sequence[Part]) -> ComputeReport:
    """The report of all parts together, their rows in the order of the parts.

    Raises UsageError for no part, or one that is given twice; FormatError for what is no state; StateError
    for parts that do not belong to one set.
    """
    if not parts:
        raise UsageError("there is no state to merge")
    _refuse_twins(parts)
    whole: Found | None = None
    for order, part in enumerate(parts):
        _check_schema(part)
        if whole is not None:
            _check_same(parts[0], part)
        offset = whole.counts.read if whole is not None else 0
        try:
            found = found_of(part, order, offset)
        except (KeyError, ValueError, TypeError, StopIteration, IndexError, AttributeError) as error:
            raise FormatError(f"{part.name} is no sound state: {error}", hint=_WRITE) from error
        whole = found if whole is None else _joined(whole, found)
    assert whole is not None
    whole.totals.guard.finish()
    return whole.report()


_WRITE: Final = "a state is what `losscli compute ... --state FILE` writes"


def _refuse_twins(parts: Sequence[Part]) -> None:
    for place, part in enumerate(parts):
        for other in parts[:place]:
            if part.state == other.state:
                raise UsageError(
                    f"{part.name} holds the same state as {other.name}",
                    hint="each part counts once: leave one of the two out",
                )


def _check_schema(part: Part) -> None:
    state = part.state
    if not isinstance(state, Mapping) or "schema" not in state:
        raise FormatError(f"{part.name} is no state", hint=_WRITE)
    if state["schema"] != SCHEMA:
        raise FormatError(f"{part.name} has the schema {state['schema']!r}, not {SCHEMA!r}", hint=_WRITE)
    if state.get("version") != __version__:
        raise StateError(
            f"{part.name} was written by losscli {state.get('version')}, this is {__version__}",
            hint="compute all parts with one version",
        )


def _check_same(first: Part, part: Part) -> None:
    """Raise StateError where a part was computed in another way than the first."""
    for name, ours, theirs in _facts(first.state, part.state):
        if ours != theirs:
            raise StateError(
                f"{part.name} has {name} {_said(theirs)}, {first.name} has {_said(ours)}",
                hint="parts of one set are computed with the same losses, columns and options",
            )
    if first.state.get("choice") != part.state.get("choice"):
        raise StateError(
            f"{part.name} shows other rows than {first.name}",
            hint="give all parts the same --rows, --worst and output format",
        )


def _facts(first: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """What parts must share: its words, that of the first, that of the other."""
    yield "the losses", first.get("losses"), other.get("losses")
    ours, theirs = first.get("setting") or {}, other.get("setting") or {}
    for name in dict.fromkeys((*ours, *theirs)):
        yield _SAID.get(name, name), ours.get(name), theirs.get(name)


_SAID: Final = {
    "names": "the prediction columns",
    "classes": "the classes",
    "labels": "the labels",
    "missing": "--missing",
    "unpaired": "--unpaired",
    "multioutput": "--multioutput",
    "reductions": "--reduction",
    "weighted": "weights:",
    "by_key": "pairing by id:",
    "id_name": "the key",
    "group": "--group",
    "by": "--by",
    "confidence": "--confidence",
    "cells": "columns:",
    "summary": "a summary (by its output format):",
}


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return "none" if value in (None, "") else str(value)


def found_of(part: Part, order: int, offset: int) -> Found:
    """What the state of a part says: its rows stand behind `offset` others, `order` is its place among parts
    whose rows do not mix. KeyError, ValueError, TypeError and the like: it is no sound state."""
    state = part.state
    setting = _setting(state["setting"])
    bounds = parse_losses(",".join(state["losses"]))
    reductions = parse_reductions(",".join(setting.reductions))
    scores = []
    for bound, sums in zip(bounds, state["scores"], strict=True):
        summary, multioutput, level = setting.summary, setting.multioutput, setting.confidence
        score = Score(bound, reductions, summary, multioutput, shares=bool(setting.by), level=level)
        score.start(setting.cells)
        score.sums = Sums.from_state(score.measure, sums)
        scores.append(score)
    guard = Guard(bounds, setting.at)
    guard.load(state["guard"], (order, Place(part.name)))
    totals = Totals(scores, guard, _picks(state, order, offset))
    if setting.by:
        totals.segments = Segments(scores)
        totals.segments.load(state["segments"])
    for score, entry in zip(scores, state["constants"], strict=bool(state["constants"])):
        finder = ConstantFinder(score.bound, score.results, setting.multioutput)
        finder.load(entry)
        totals.constants.append(finder)
    for score, entry in zip(scores, state["elsewhere"], strict=bool(state["elsewhere"])):
        elsewhere = Elsewhere(score, setting.cells)
        elsewhere.load(entry, order, offset)
        totals.elsewhere.append(elsewhere)
    kinds = ((totals.infinite, state["infinite"]), (totals.clipped, state.get("clipped", {})))
    for hits, entries in kinds:
        for spec, (row, place, count) in entries.items():
            hits[spec] = Hits(int(row) + offset, str(place), int(count))
    if "worst" in state:
        from losscli.engine.worst import WorstFinder

        totals.worst = WorstFinder.from_state(state["worst"], order, offset)
    totals.scored = int(state["scored"])
    counts = RowCounts(**{name: int(count) for name, count in state["rows"].items()})
    return Found(setting, tuple(_input(entry) for entry in state["inputs"]), counts, totals)


def _input(state: Mapping[str, Any]) -> InputUsed:
    others = ("rows", "columns", "parts", "warnings")
    return InputUsed(
        **{name: str(text) for name, text in state.items() if name not in others},
        rows=int(state["rows"]),
        columns=tuple(map(str, state["columns"])),
        parts=int(state["parts"]),
        warnings=tuple(Finding(str(code), str(message)) for code, message in state["warnings"]),
    )


def _setting(state: Mapping[str, Any]) -> Setting:
    found = Setting(**{name: _tupled(value) for name, value in state.items()})
    for name, usual in Setting._field_defaults.items():
        value = getattr(found, name)
        if type(value) is not type(usual) and (usual is not None or not isinstance(value, str)):
            raise TypeError(f"{name} is {value!r}")
    texts = (
        *found.names,
        *found.classes,
        *found.reductions,
        *(one for row in found.gradients for one in row),
    )
    if not all(isinstance(text, str) for text in texts) or found.cells < 1:
        raise TypeError("the setting is of other kinds")
    return found


def _tupled(value: Any) -> Any:
    return tuple(_tupled(entry) for entry in value) if isinstance(value, list) else value


def _picks(state: Mapping[str, Any], order: int, offset: int) -> Picks:
    picks = state["picks"]
    columns = tuple(Column(key, title, Kind(kind), drop) for key, title, kind, drop in picks["columns"])
    found = Picks(Choice(**state["choice"]), columns)
    found.first = [_kept(entry, (order, int(entry[0])), offset) for entry in picks["first"]]
    found.largest = [_kept(entry, (order, int(entry[0])), offset) for entry in picks["largest"]]
    found.seen = int(picks["seen"])
    return found


def _kept(entry: Sequence[Any], order: tuple[int, int], offset: int) -> Kept:
    row, key, numbers, slopes, cells, *line = entry
    ranked, weight, *values = (float.fromhex(number) for number in numbers)
    sample = Sample(
        int(row) + offset,
        None if key is None else str(key),
        tuple(cell[0] if isinstance(cell, list) else float.fromhex(cell) for cell in cells),
        tuple(values),
        tuple(tuple(float.fromhex(number) for number in slope) for slope in slopes),
        weight,
        "".join(map(str, line[:1])),
    )
    return Kept(ranked, order, sample)


def _joined(whole: Found, part: Found) -> Found:
    whole.totals.merge(part.totals)
    inputs = tuple(_one_input(one, other) for one, other in zip(whole.inputs, part.inputs, strict=True))
    counts = RowCounts(*(one + other for one, other in zip(whole.counts, part.counts, strict=True)))
    return whole._replace(inputs=inputs, counts=counts)


def _one_input(one: InputUsed, other: InputUsed) -> InputUsed:
    """An input over several parts: every source that is not named yet, every decision."""
    source = one.source if other.source in one.source.split(" + ") else f"{one.source} + {other.source}"
    header = one.header if other.header in one.header.split("; ") else f"{one.header}; {other.header}"
    return one._replace(
        source=source,
        rows=one.rows + other.rows,
        header=header,
        parts=one.parts + other.parts,
        warnings=tuple(dict.fromkeys(one.warnings + other.warnings)),
    )
